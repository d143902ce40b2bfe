// SPDX-License-Identifier: MIT
/*
 * mask.c - take away from a policy: features, numbers, by mask and by mode.
 */
#include "internal.h"

static struct cpupolicy__report report_to(const struct cpupolicy_policy *policy,
					  cpupolicy_sink *sink, void *arg)
{
	struct cpupolicy__report report = {
		.sink = sink,
		.arg = arg,
		.vendor = cpupolicy_policy_vendor(policy),
	};

	return report;
}

/* The word of a feature, or NONE. */
static uint32_t feature_word(cpupolicy_feature feature)
{
	struct cpupolicy_address at = cpupolicy_feature_address(feature);
	const struct cpupolicy__leaf *leaf;
	uint32_t word;

	leaf = cpupolicy__leaf_find(at.space, at.leaf, at.subleaf);
	if (!leaf || leaf->slot == CPUPOLICY__NONE ||
	    (leaf->indexed && leaf->subleaf != at.subleaf))
		return CPUPOLICY__NONE;
	if (at.space == CPUPOLICY_SPACE_MSR)
		word = CPUPOLICY__MSR_WORD + leaf->slot * 2u +
		       (at.reg == CPUPOLICY_MSR_HI);
	else
		word = leaf->slot * 4u + at.reg;
	if (!(cpupolicy__keep[word] >> at.low & 1))
		return CPUPOLICY__NONE;
	return word;
}

bool cpupolicy_policy_has(const struct cpupolicy_policy *policy,
			  cpupolicy_feature feature)
{
	uint32_t word = feature_word(feature);

	return word != CPUPOLICY__NONE &&
	       (policy->word[word] >> (feature & 31) & 1) != 0;
}

int cpupolicy_policy_set(struct cpupolicy_policy *policy,
			 cpupolicy_feature feature, bool value)
{
	uint32_t word = feature_word(feature);
	uint32_t bit = 1u << (feature & 31);

	if (word == CPUPOLICY__NONE)
		return CPUPOLICY_E_NO_SLOT;
	cpupolicy__stamp(policy);
	policy->word[word] &= ~bit;
	if (value)
		policy->word[word] |= bit;
	return CPUPOLICY_OK;
}

/* May this feature be taken away? */
static int may_hide(cpupolicy_feature feature, enum cpupolicy_vendor_id vendor)
{
	uint32_t word = feature_word(feature), bit = feature & 31, field;

	if (word == CPUPOLICY__NONE)
		return CPUPOLICY_E_NO_SLOT;
	if (cpupolicy__or[word] >> bit & 1)
		return CPUPOLICY_E_LIMITATION;
	field = cpupolicy__field_of_bit(word, bit, vendor);
	if (field != CPUPOLICY__NONE &&
	    cpupolicy__fields[field].level == CPUPOLICY_LEVEL_DERIVE)
		return CPUPOLICY_E_DERIVED;
	return CPUPOLICY_OK;
}

int cpupolicy_hide(struct cpupolicy_policy *policy,
		   const cpupolicy_feature *features, size_t nr,
		   cpupolicy_sink *sink, void *arg)
{
	const struct cpupolicy__report report = report_to(policy, sink, arg);
	int status;

	for (size_t i = 0; i < nr; i++) {
		status = may_hide(features[i], report.vendor);
		if (status)
			return status;
	}
	for (size_t i = 0; i < nr; i++)
		cpupolicy__clear(policy, &report, CPUPOLICY_F_HIDDEN,
				 feature_word(features[i]),
				 1u << (features[i] & 31), CPUPOLICY__NONE);
	cpupolicy__normalize(policy, &report);
	return CPUPOLICY_OK;
}

static void lower(struct cpupolicy_policy *policy, uint32_t field,
		  uint32_t value, const struct cpupolicy__report *report)
{
	uint32_t word = cpupolicy__places[field].word, before;

	if (word == CPUPOLICY__NONE || cpupolicy__get(policy, field) <= value)
		return;
	before = policy->word[word];
	cpupolicy__put(policy, field, value);
	cpupolicy__report(report, CPUPOLICY_F_CAPPED, word, before,
			  policy->word[word], CPUPOLICY__NONE);
}

int cpupolicy_cap(struct cpupolicy_policy *policy,
		  const struct cpupolicy_field *field, uint32_t value,
		  cpupolicy_sink *sink, void *arg)
{
	const struct cpupolicy__report report = report_to(policy, sink, arg);
	uint32_t index = (uint32_t)(field - cpupolicy__fields);

	if (field->level != CPUPOLICY_LEVEL_MIN)
		return CPUPOLICY_E_INVALID;
	if (value > cpupolicy__places[index].mask)
		return CPUPOLICY_E_RANGE;
	lower(policy, index, value, &report);
	cpupolicy__normalize(policy, &report);
	return CPUPOLICY_OK;
}

void cpupolicy_mask(struct cpupolicy_policy *policy,
		    const struct cpupolicy_policy *mask, cpupolicy_sink *sink,
		    void *arg)
{
	const struct cpupolicy__report report = report_to(policy, sink, arg);

	for (uint32_t w = 0; w < CPUPOLICY__NR_WORDS; w++)
		cpupolicy__clear(policy, &report, CPUPOLICY_F_HIDDEN, w,
				 cpupolicy__and[w] & ~mask->word[w],
				 CPUPOLICY__NONE);
	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];
		uint32_t value = cpupolicy__get(mask, number->field);

		if (number->level == CPUPOLICY_LEVEL_MIN && value)
			lower(policy, number->field, value, &report);
	}
	cpupolicy__normalize(policy, &report);
}

static const struct cpupolicy__vendor *const vendors[] = {
	&cpupolicy__intel,
	&cpupolicy__amd,
	&cpupolicy__hygon,
	&cpupolicy__zhaoxin,
};

const struct cpupolicy_mode *cpupolicy_mode_at(uint32_t index)
{
	for (uint32_t v = 0; v < sizeof(vendors) / sizeof(vendors[0]); v++) {
		if (index < vendors[v]->nr_modes)
			return &vendors[v]->modes[index];
		index -= vendors[v]->nr_modes;
	}
	return NULL;
}

/* The mode for this vendor, or why there is none. */
static CPUPOLICY_OWN_FRAME int find_mode(const struct cpupolicy_mode **out,
					 const char *name,
					 enum cpupolicy_vendor_id vendor)
{
	const struct cpupolicy_mode *mode;
	int status = CPUPOLICY_E_UNKNOWN;

	for (uint32_t i = 0; (mode = cpupolicy_mode_at(i)) != NULL; i++) {
		if (!cpupolicy__same_text(mode->name, name))
			continue;
		if (mode->vendor == vendor) {
			*out = mode;
			return CPUPOLICY_OK;
		}
		status = CPUPOLICY_E_MODE_VENDOR;
	}
	return status;
}

int cpupolicy_apply_mode(struct cpupolicy_policy *policy, const char *name,
			 cpupolicy_sink *sink, void *arg)
{
	const struct cpupolicy__report report = report_to(policy, sink, arg);
	const struct cpupolicy_mode *mode = NULL;
	int status = find_mode(&mode, name, report.vendor);

	if (status)
		return status;
	if (!CPUPOLICY__GET(policy, nx))
		return CPUPOLICY_E_NOT_QUALIFIED;
	for (const char *const *hidden = mode->hide; *hidden; hidden++) {
		const struct cpupolicy_field *field;
		const struct cpupolicy__place *place;
		size_t length = 0;

		while ((*hidden)[length])
			length++;
		field = cpupolicy_field_find(*hidden, length);
		if (!field)
			return CPUPOLICY_E_INVALID;
		place = &cpupolicy__places[field - cpupolicy__fields];
		cpupolicy__clear(policy, &report, CPUPOLICY_F_HIDDEN,
				 place->word, place->mask << place->shift,
				 CPUPOLICY__NONE);
	}
	lower(policy, CPUPOLICY__FIELD_clflush_size, mode->clflush_cap,
	      &report);
	cpupolicy__normalize(policy, &report);
	return CPUPOLICY_OK;
}
