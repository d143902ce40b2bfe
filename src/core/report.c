// SPDX-License-Identifier: MIT
/*
 * report.c - turn changed bits of a word into findings.
 */
#include "internal.h"

/* Which leaf a word belongs to. */
static const struct cpupolicy__leaf *leaf_of_word(uint32_t word)
{
	bool msr = word >= CPUPOLICY__MSR_WORD;
	uint32_t slot = msr ? (word - CPUPOLICY__MSR_WORD) / 2 : word / 4;

	for (uint32_t i = 0; i < cpupolicy__nr_leaves; i++) {
		const struct cpupolicy__leaf *leaf = &cpupolicy__leaves[i];

		if (leaf->slot == slot &&
		    (leaf->space == CPUPOLICY_SPACE_MSR) == msr)
			return leaf;
	}
	return &cpupolicy__leaves[0];
}

struct cpupolicy_address cpupolicy__address(uint32_t word, uint32_t mask)
{
	const struct cpupolicy__leaf *leaf = leaf_of_word(word);
	struct cpupolicy_address at = {
		.leaf = leaf->leaf,
		.subleaf = leaf->subleaf,
		.space = leaf->space,
		.reg = (uint8_t)(word % 4u),
		.high = 31,
	};

	if (word >= CPUPOLICY__MSR_WORD)
		at.reg = (word - CPUPOLICY__MSR_WORD) % 2u ? CPUPOLICY_MSR_HI
							   : CPUPOLICY_MSR_LO;
	while (at.low < 31 && !(mask >> at.low & 1))
		at.low++;
	while (at.high > at.low && !(mask >> at.high & 1))
		at.high--;
	return at;
}

uint32_t cpupolicy__field_of_bit(uint32_t word, uint32_t bit,
				 enum cpupolicy_vendor_id vendor)
{
	uint32_t found = CPUPOLICY__NONE, i = cpupolicy__first[word];

	if (i == CPUPOLICY__NONE)
		return i;
	for (; i < CPUPOLICY__NR_FIELDS && cpupolicy__places[i].word == word;
	     i++) {
		const struct cpupolicy__place *place = &cpupolicy__places[i];

		if (!(place->mask << place->shift >> bit & 1))
			continue;
		/* two makers may define one bit; any definition names it */
		if (cpupolicy__for_vendor(place->vendors, vendor))
			return i;
		found = i;
	}
	return found;
}

/* Why a field is never in a policy: the table says it more exactly. */
static uint16_t exact_code(uint32_t code, const struct cpupolicy_field *field)
{
	if (code != CPUPOLICY_F_DROPPED_ZERO)
		return (uint16_t)code;
	if (field->expose == CPUPOLICY_EXPOSE_VCPU)
		return CPUPOLICY_F_DROPPED_VCPU;
	if (field->expose == CPUPOLICY_EXPOSE_RUNTIME)
		return CPUPOLICY_F_DROPPED_RUNTIME;
	if (field->expose == CPUPOLICY_EXPOSE_NEVER)
		return CPUPOLICY_F_DROPPED_NEVER;
	return (uint16_t)code;
}

/* One finding about bits @mask of a word; @index is their field, or NONE. */
static CPUPOLICY_OWN_FRAME void
report_bits(const struct cpupolicy__report *report,
	    struct cpupolicy_finding *finding, uint32_t index, uint32_t word,
	    const uint32_t change[2])
{
	uint16_t code = finding->code;

	if (index != CPUPOLICY__NONE) {
		finding->field = &cpupolicy__fields[index];
		finding->code = exact_code(code, finding->field);
		finding->at = finding->field->at;
		finding->mask = cpupolicy__places[index].mask
				<< cpupolicy__places[index].shift;
	} else {
		finding->field = NULL;
		finding->at = cpupolicy__address(word, finding->mask);
	}
	finding->guest = (change[0] & finding->mask) >> finding->at.low;
	finding->host = (change[1] & finding->mask) >> finding->at.low;
	report->sink(report->arg, finding);
	finding->code = code;
}

void cpupolicy__report(const struct cpupolicy__report *report, uint32_t code,
		       uint32_t word, uint32_t before, uint32_t after,
		       uint32_t cause)
{
	const uint32_t change[2] = { before, after };
	uint32_t changed = before ^ after, unnamed = 0, index;
	struct cpupolicy_finding finding = {
		.code = (uint16_t)code,
		.grade = CPUPOLICY_GRADE_NOTE,
		.index = report->index,
	};

	if (!report->sink || !changed)
		return;
	if (cause != CPUPOLICY__NONE)
		finding.cause = &cpupolicy__fields[cause];
	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(changed >> bit & 1))
			continue;
		index = cpupolicy__field_of_bit(word, bit, report->vendor);
		if (index == CPUPOLICY__NONE) {
			unnamed |= 1u << bit;
			continue;
		}
		report_bits(report, &finding, index, word, change);
		changed &= ~finding.mask;
	}
	finding.mask = unnamed;
	if (unnamed)
		report_bits(report, &finding, CPUPOLICY__NONE, word, change);
}

void cpupolicy__clear(struct cpupolicy_policy *policy,
		      const struct cpupolicy__report *report, uint32_t code,
		      uint32_t word, uint32_t mask, uint32_t cause)
{
	uint32_t before = policy->word[word];

	if (!(before & mask))
		return;
	policy->word[word] = before & ~mask;
	cpupolicy__report(report, code, word, before, before & ~mask, cause);
}
