// SPDX-License-Identifier: MIT
/*
 * lint.c - try the rules of tables/lint.csv on a policy.
 */
#include "lint.h"

enum check {
	CHECK_MUST, /* conditions of the row */
	CHECK_NEED, /* broken edges of the table, by kind */
	CHECK_GROUP,
	CHECK_GATE,
	CHECK_CODE, /* lint_checks.c */
};

enum comparison {
	IS,
	IS_NOT,
	BELOW,
	AT_MOST,
	ABOVE,
	AT_LEAST,
};

struct span {
	uint16_t first, nr;
};

struct rule {
	struct cpupolicy_lint_rule told;
	uint8_t check, vendors;
	struct span about, when, must;
};

static const struct rule rules[] = {
#define LINT(name, check, code, grade, vendors, about, nr_about, when,         \
	     nr_when, must, nr_must, breaks, source)                           \
	{ { name, breaks, source, code, grade },                               \
	  check,                                                               \
	  vendors,                                                             \
	  { about, nr_about },                                                 \
	  { when, nr_when },                                                   \
	  { must, nr_must } },
#include "gen/lint.inc"
#undef LINT
};

static const uint16_t abouts[] = {
#define ABOUT(field) field,
#include "gen/lint_about.inc"
#undef ABOUT
};

static const struct condition {
	uint16_t field;
	uint8_t compare;
	bool other; /* @value is another field */
	uint32_t value;
} conditions[] = {
#define CONDITION(field, operator, other, value)                               \
	{ field, operator, other, value },
#include "gen/lint_conditions.inc"
#undef CONDITION
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

const struct cpupolicy_lint_rule *cpupolicy_lint_rule_at(uint32_t index)
{
	return index < NR_RULES ? &rules[index].told : NULL;
}

static uint32_t bound_of(const struct cpupolicy_policy *policy,
			 const struct condition *condition)
{
	return condition->other ? cpupolicy__get(policy, condition->value)
				: condition->value;
}

static bool holds(const struct cpupolicy_policy *policy,
		  const struct condition *condition)
{
	uint32_t value = cpupolicy__get(policy, condition->field);
	uint32_t bound = bound_of(policy, condition);

	switch ((enum comparison)condition->compare) {
	case IS:
		return value == bound;
	case IS_NOT:
		return value != bound;
	case BELOW:
		return value < bound;
	case AT_MOST:
		return value <= bound;
	case ABOVE:
		return value > bound;
	case AT_LEAST:
		break;
	}
	return value >= bound;
}

/* A value that would meet the condition. */
static uint32_t wanted(const struct cpupolicy_policy *policy,
		       const struct condition *condition)
{
	uint32_t bound = bound_of(policy, condition);

	if (condition->compare == BELOW)
		return bound - 1;
	if (condition->compare == ABOVE || condition->compare == IS_NOT)
		return bound + 1;
	return bound;
}

bool cpupolicy__lint_applies(const struct lint *lint, uint32_t rule)
{
	const struct rule *r = &rules[rule];

	if (!cpupolicy__for_vendor(r->vendors, lint->vendor->id))
		return false;
	for (uint32_t i = 0; i < r->when.nr; i++)
		if (!holds(lint->policy, &conditions[r->when.first + i]))
			return false;
	return true;
}

static void emit(struct lint *lint, uint32_t rule,
		 struct cpupolicy_finding *finding, uint32_t cause)
{
	lint->nr++;
	if (!lint->sink)
		return;
	finding->code = rules[rule].told.code;
	finding->grade = rules[rule].told.grade;
	finding->index = rule;
	if (cause != CPUPOLICY__NONE)
		finding->cause = &cpupolicy__fields[cause];
	lint->sink(lint->arg, finding);
}

CPUPOLICY_OWN_FRAME void cpupolicy__lint_field(struct lint *lint, uint32_t rule,
					       uint32_t field, uint32_t wanted,
					       uint32_t cause)
{
	const struct cpupolicy__place *place = &cpupolicy__places[field];
	struct cpupolicy_finding finding = {
		.field = &cpupolicy__fields[field],
		.at = cpupolicy__fields[field].at,
		.mask = place->mask << place->shift,
		.guest = cpupolicy__get(lint->policy, field),
		.host = wanted,
	};

	emit(lint, rule, &finding, cause);
}

static uint32_t lowest(uint32_t mask)
{
	uint32_t bit = 0;

	while (bit < 31 && !(mask >> bit & 1))
		bit++;
	return bit;
}

CPUPOLICY_OWN_FRAME void cpupolicy__lint_bits(struct lint *lint, uint32_t rule,
					      uint32_t word, uint32_t mask,
					      uint32_t wanted, uint32_t cause)
{
	uint32_t index =
		cpupolicy__field_of_bit(word, lowest(mask), lint->vendor->id);
	struct cpupolicy_finding finding = {
		.at = cpupolicy__address(word, mask),
		.mask = mask,
	};

	/* several fields share one finding, which then names none */
	if (index != CPUPOLICY__NONE &&
	    !(mask & ~(cpupolicy__places[index].mask
		       << cpupolicy__places[index].shift))) {
		cpupolicy__lint_field(lint, rule, index,
				      wanted >> cpupolicy__places[index].shift &
					      cpupolicy__places[index].mask,
				      cause);
		return;
	}
	finding.guest = (lint->policy->word[word] & mask) >> finding.at.low;
	finding.host = (wanted & mask) >> finding.at.low;
	emit(lint, rule, &finding, cause);
}

static bool is_feature(uint32_t field)
{
	return cpupolicy__places[field].mask == 1;
}

/*
 * One condition that does not hold, with the feature that asks for it or NONE.
 * A feature without another one is the one at fault; of a number it is the
 * number.
 */
static void broken(struct lint *lint, uint32_t rule,
		   const struct condition *condition, uint32_t about)
{
	const struct rule *r = &rules[rule];
	uint32_t cause = about;

	if (about != CPUPOLICY__NONE && is_feature(condition->field) &&
	    condition->compare == IS_NOT) {
		cpupolicy__lint_field(lint, rule, about, 0, condition->field);
		return;
	}
	if (condition->other)
		cause = condition->value;
	else if (about == CPUPOLICY__NONE && r->when.nr)
		cause = conditions[r->when.first].field;
	cpupolicy__lint_field(lint, rule, condition->field,
			      wanted(lint->policy, condition), cause);
}

static CPUPOLICY_OWN_FRAME void try_must(struct lint *lint, uint32_t rule)
{
	const struct rule *r = &rules[rule];
	uint32_t i = 0;

	do {
		uint32_t about = r->about.nr ? abouts[r->about.first + i]
					     : CPUPOLICY__NONE;

		if (about != CPUPOLICY__NONE &&
		    !cpupolicy__get(lint->policy, about))
			continue;
		for (uint32_t j = 0; j < r->must.nr; j++) {
			const struct condition *condition =
				&conditions[r->must.first + j];

			if (!holds(lint->policy, condition))
				broken(lint, rule, condition, about);
		}
	} while (++i < r->about.nr);
}

static bool is_about(const struct rule *rule, uint32_t word, uint32_t bits)
{
	for (uint32_t i = 0; i < rule->about.nr; i++) {
		const struct cpupolicy__place *place =
			&cpupolicy__places[abouts[rule->about.first + i]];

		if (place->word == word && bits == place->mask << place->shift)
			return true;
	}
	return !rule->about.nr;
}

static bool is_of(const struct rule *rule, uint32_t need)
{
	for (uint32_t i = 0; i < rule->must.nr; i++)
		if (conditions[rule->must.first + i].field == need)
			return true;
	return !rule->must.nr;
}

static enum check check_of(uint32_t code)
{
	if (code == CPUPOLICY_F_DROPPED_GATE)
		return CHECK_GATE;
	return code == CPUPOLICY_F_DROPPED_GROUP ? CHECK_GROUP : CHECK_NEED;
}

static bool fits_edge(const struct lint *lint, const struct rule *rule,
		      const struct cpupolicy__edge *edge, uint32_t bits)
{
	return rule->check == check_of(edge->code) &&
	       is_about(rule, edge->word, bits) && is_of(rule, edge->need) &&
	       cpupolicy__for_vendor(rule->vendors, lint->vendor->id);
}

/* The first row about a broken edge; the table has one for the rest. */
static uint32_t rule_of(const struct lint *lint,
			const struct cpupolicy__edge *edge, uint32_t bits)
{
	uint32_t rule = 0;

	while (rule + 1 < NR_RULES &&
	       !fits_edge(lint, &rules[rule], edge, bits))
		rule++;
	return rule;
}

/* What hangs in the air by this edge. */
static uint32_t bits_of(const struct lint *lint,
			const struct cpupolicy__edge *edge)
{
	if (cpupolicy__get(lint->policy, edge->need))
		return 0;
	return lint->policy->word[edge->word] & edge->mask &
	       cpupolicy__keep[edge->word] & ~cpupolicy__derived[edge->word];
}

/*
 * All fields of one word behind one gate share a finding, which the first of
 * them makes: 0 for the others.
 */
static uint32_t gated_bits(const struct lint *lint, uint32_t index)
{
	const struct cpupolicy__edge *edge = &cpupolicy__edges[index];
	uint32_t bits = 0;

	for (uint32_t i = 0; i < cpupolicy__nr_edges; i++) {
		const struct cpupolicy__edge *other = &cpupolicy__edges[i];

		if (other->word != edge->word || other->need != edge->need ||
		    other->code != edge->code)
			continue;
		bits |= bits_of(lint, other);
		if (i < index && bits)
			return 0;
	}
	return bits;
}

/* What normalising would take away. */
static CPUPOLICY_OWN_FRAME void try_edges(struct lint *lint)
{
	for (uint32_t i = 0; i < cpupolicy__nr_edges; i++) {
		const struct cpupolicy__edge *edge = &cpupolicy__edges[i];
		uint32_t bits = bits_of(lint, edge);

		if (bits && check_of(edge->code) == CHECK_GATE)
			bits = gated_bits(lint, i);
		if (bits)
			cpupolicy__lint_bits(lint, rule_of(lint, edge, bits),
					     edge->word, bits, 0, edge->need);
	}
}

uint32_t cpupolicy_lint(const struct cpupolicy_policy *policy,
			cpupolicy_sink *sink, void *arg)
{
	struct lint lint = {
		.policy = policy,
		.sink = sink,
		.arg = arg,
		.vendor = cpupolicy__vendor_of(policy),
	};

	try_edges(&lint);
	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		if (rules[rule].check == CHECK_MUST &&
		    cpupolicy__lint_applies(&lint, rule))
			try_must(&lint, rule);
	cpupolicy__lint_checks(&lint);
	return lint.nr;
}
