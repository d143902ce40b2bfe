// SPDX-License-Identifier: MIT
/*
 * baseline.c - the greatest policy that two hosts, or many, can honour.
 */
#include "internal.h"

/*
 * Whose identity, brand and caches are shown: the host with the lowest family,
 * model and stepping, ties broken by the bytes of the whole group. A minimum of
 * a total order, so the choice does not depend on the order of hosts.
 */
static bool second_is_donor(const struct cpupolicy_policy *a,
			    const struct cpupolicy_policy *b)
{
	struct cpupolicy_signature x =
		cpupolicy_signature_decode(a->word[CPUPOLICY__W_CPU_1_0_EAX]);
	struct cpupolicy_signature y =
		cpupolicy_signature_decode(b->word[CPUPOLICY__W_CPU_1_0_EAX]);

	if (x.family != y.family)
		return y.family < x.family;
	if (x.model != y.model)
		return y.model < x.model;
	if (x.stepping != y.stepping)
		return y.stepping < x.stepping;
	for (uint32_t w = 0; w < CPUPOLICY__NR_WORDS; w++) {
		uint32_t p = a->word[w] & cpupolicy__donor[w];
		uint32_t q = b->word[w] & cpupolicy__donor[w];

		if (p != q)
			return q < p;
	}
	return false;
}

/*
 * Where both policies have a section: 0 where one lacks it, it is at different
 * places, or is of another kind (its signature and what else must be equal).
 */
static uint32_t common_base(const struct cpupolicy_policy *a,
			    const struct cpupolicy_policy *b, uint32_t space)
{
	uint32_t x = cpupolicy__section(a, space);
	uint32_t y = cpupolicy__section(b, space);

	if (!cpupolicy__base_fits(x, y) && !cpupolicy__base_fits(y, x))
		return 0;
	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];

		if (cpupolicy__fields[number->field].at.space == space &&
		    number->level == CPUPOLICY_LEVEL_SAME &&
		    number->gate == CPUPOLICY__NONE &&
		    cpupolicy__get(a, number->field) !=
			    cpupolicy__get(b, number->field))
			return 0;
	}
	return x == CPUPOLICY__ANYWHERE ? y : x;
}

static int compatible(const struct cpupolicy_policy *a,
		      const struct cpupolicy_policy *b)
{
	bool shared = a->bases == 0 || b->bases == 0;

	for (uint32_t w = CPUPOLICY__W_CPU_0_0_EBX;
	     w <= CPUPOLICY__W_CPU_0_0_EDX; w++)
		if (a->word[w] != b->word[w])
			return CPUPOLICY_E_VENDOR;
	for (uint32_t s = CPUPOLICY_SPACE_KVM; s < CPUPOLICY_NR_SPACES; s++)
		shared = shared || common_base(a, b, s);
	if (!shared)
		return CPUPOLICY_E_HYPERVISOR;
	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];

		if (number->level == CPUPOLICY_LEVEL_SAME &&
		    number->gate == CPUPOLICY__NONE &&
		    cpupolicy__fields[number->field].at.space <
			    CPUPOLICY_SPACE_KVM &&
		    cpupolicy__get(a, number->field) !=
			    cpupolicy__get(b, number->field))
			return CPUPOLICY_E_DIFFERS;
	}
	return CPUPOLICY_OK;
}

static bool is_section(uint32_t word)
{
	return word >= CPUPOLICY__NR_CPU_SLOTS * 4 &&
	       word < CPUPOLICY__MSR_WORD;
}

/* Numbers of @out and @b into @out; where layouts differ the gate falls. */
static void level_numbers(struct cpupolicy_policy *out,
			  const struct cpupolicy_policy *b)
{
	bool both_named = out->bases != 0 && b->bases != 0;

	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];
		uint32_t p = cpupolicy__get(out, number->field);
		uint32_t q = cpupolicy__get(b, number->field);

		if (is_section(number->word) && !both_named)
			continue;
		if (number->level == CPUPOLICY_LEVEL_MIN) {
			if (q < p)
				cpupolicy__put(out, number->field, q);
			continue;
		}
		if (p == q)
			continue;
		if (number->gate != CPUPOLICY__NONE &&
		    cpupolicy__get(out, number->gate) &&
		    cpupolicy__get(b, number->gate))
			cpupolicy__put(out, number->gate, 0);
		else if (!p)
			cpupolicy__put(out, number->field, q);
	}
}

/* All words of one section, levelled or, without a common base, cleared. */
static void level_section(struct cpupolicy_policy *out,
			  const struct cpupolicy_policy *b, uint32_t space,
			  uint32_t base)
{
	for (uint32_t i = 0; i < cpupolicy__nr_leaves; i++) {
		const struct cpupolicy__leaf *leaf = &cpupolicy__leaves[i];
		uint32_t w = leaf->slot * 4u;

		if (leaf->space != space || leaf->slot == CPUPOLICY__NONE)
			continue;
		for (uint32_t end = w + 4; w < end; w++) {
			uint32_t p = out->word[w], q = b->word[w];

			p &= q | ~cpupolicy__and[w];
			p |= q & cpupolicy__or[w];
			out->word[w] = base ? p : 0;
		}
	}
	cpupolicy__set_section(out, space, base);
}

/*
 * A policy that names no hypervisor says nothing of paravirtual leaves: the
 * other's sections stay as they are.
 */
static void level_sections(struct cpupolicy_policy *out,
			   const struct cpupolicy_policy *b)
{
	uint32_t first = CPUPOLICY__NR_CPU_SLOTS * 4;

	if (!b->bases)
		return;
	for (uint32_t s = CPUPOLICY_SPACE_KVM;
	     out->bases && s < CPUPOLICY_NR_SPACES; s++)
		level_section(out, b, s, common_base(out, b, s));
	if (out->bases)
		return;
	for (uint32_t w = first; w < CPUPOLICY__MSR_WORD; w++)
		out->word[w] = b->word[w];
	out->bases = b->bases;
}

static void level_words(struct cpupolicy_policy *out,
			const struct cpupolicy_policy *b,
			const struct cpupolicy_policy *donor)
{
	for (uint32_t w = 0; w < CPUPOLICY__NR_WORDS; w++) {
		uint32_t p = out->word[w], q = b->word[w];
		uint32_t flags = cpupolicy__and[w] | cpupolicy__or[w];

		if (w >= CPUPOLICY__NR_CPU_SLOTS * 4 && w < CPUPOLICY__MSR_WORD)
			continue;
		out->word[w] = (p & q & cpupolicy__and[w]) |
			       ((p | q) & cpupolicy__or[w]) |
			       (donor->word[w] & cpupolicy__donor[w]) |
			       (p & ~(flags | cpupolicy__donor[w]));
	}
}

int cpupolicy_intersect(struct cpupolicy_policy *out,
			const struct cpupolicy_policy *a,
			const struct cpupolicy_policy *b)
{
	const struct cpupolicy__report silent = { .sink = NULL };
	const struct cpupolicy_policy *other = out == b ? a : b;
	int status = compatible(a, b);
	bool other_donates;

	if (status)
		return status;
	if (out != a && out != b)
		*out = *a;
	/* from here on @out is one input, to be levelled with the other */
	other_donates = second_is_donor(out, other);
	if (other->table < out->table)
		out->table = other->table;
	level_numbers(out, other);
	level_words(out, other, other_donates ? other : out);
	level_sections(out, other);
	cpupolicy__normalize(out, &silent);
	return CPUPOLICY_OK;
}

void cpupolicy_baseline_begin(struct cpupolicy_baseline *baseline,
			      cpupolicy_sink *sink, void *arg)
{
	memset(baseline, 0, sizeof(*baseline));
	baseline->sink = sink;
	baseline->arg = arg;
}

/*
 * A weakness that hosts must tell guests of (RSBA) is told through an MSR. A
 * host without the MSR cannot tell, so nor can the baseline: said the first
 * time that both kinds are in the pool.
 */
static void report_uneven(struct cpupolicy_baseline *baseline,
			  const struct cpupolicy_policy *host)
{
	uint32_t bit = 0;

	for (uint32_t i = 0; i < CPUPOLICY__NR_FIELDS; i++) {
		const struct cpupolicy_field *field = &cpupolicy__fields[i];
		const struct cpupolicy__place *place = &cpupolicy__places[i];
		struct cpupolicy_finding finding = {
			.code = CPUPOLICY_F_SECURITY_UNEVEN,
			.grade = CPUPOLICY_GRADE_SECURITY,
			.index = baseline->nr,
			.field = field,
			.at = field->at,
		};
		uint32_t was;

		if (field->level != CPUPOLICY_LEVEL_OR ||
		    field->rule != CPUPOLICY_RULE_SUPERSET ||
		    field->grade != CPUPOLICY_GRADE_SECURITY ||
		    place->gate == CPUPOLICY__NONE || bit >= 16)
			continue;
		was = baseline->weak >> bit & 0x10001u;
		if (cpupolicy__get(host, i))
			baseline->weak |= 1u << bit;
		if (!cpupolicy__get(host, place->gate))
			baseline->weak |= 0x10000u << bit;
		if (was != 0x10001u &&
		    (baseline->weak >> bit & 0x10001u) == 0x10001u &&
		    baseline->sink) {
			finding.mask = place->mask << place->shift;
			finding.cause = &cpupolicy__fields[place->gate];
			finding.host = cpupolicy__get(host, i);
			baseline->sink(baseline->arg, &finding);
		}
		bit++;
	}
}

/* What the last host took, and what guests must be told because of it. */
static void report_cost(const struct cpupolicy_baseline *baseline)
{
	const struct cpupolicy__report report = {
		.sink = baseline->sink,
		.arg = baseline->arg,
		.index = baseline->nr,
		.vendor = cpupolicy_policy_vendor(&baseline->policy),
	};

	for (uint32_t w = 0; w < CPUPOLICY__NR_WORDS; w++) {
		uint32_t silent = cpupolicy__derived[w] | cpupolicy__donor[w];
		uint32_t before = baseline->before.word[w] & ~silent;
		uint32_t after = baseline->policy.word[w] & ~silent;
		uint32_t told = after & ~before & cpupolicy__or[w];

		cpupolicy__report(&report, CPUPOLICY_F_COST, w, before,
				  after & ~told, CPUPOLICY__NONE);
		cpupolicy__report(&report, CPUPOLICY_F_TOLD, w, after & ~told,
				  after, CPUPOLICY__NONE);
	}
}

int cpupolicy_baseline_add(struct cpupolicy_baseline *baseline,
			   const struct cpupolicy_policy *host)
{
	int status;

	if (baseline->nr == 0) {
		baseline->policy = *host;
	} else {
		baseline->before = baseline->policy;
		status = cpupolicy_intersect(&baseline->policy,
					     &baseline->policy, host);
		if (status)
			return status;
		if (baseline->sink)
			report_cost(baseline);
	}
	report_uneven(baseline, host);
	baseline->nr++;
	return CPUPOLICY_OK;
}

int cpupolicy_baseline_finish(struct cpupolicy_policy *out,
			      const struct cpupolicy_baseline *baseline)
{
	if (baseline->nr == 0)
		return CPUPOLICY_E_EMPTY;
	*out = baseline->policy;
	return CPUPOLICY_OK;
}
