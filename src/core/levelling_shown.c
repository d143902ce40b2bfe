// SPDX-License-Identifier: MIT
/*
 * levelling_shown.c - what a CPU still shows, or does not show, under a plan.
 *
 * That is not reasoned out but read off: every register as the CPU shows it
 * when the MSRs are written, against the policy.
 */
#include "levelling.h"

/* A finding is as bad as a check would find the difference. */
static CPUPOLICY_OWN_FRAME void grade(void *arg,
				      const struct cpupolicy_finding *finding)
{
	const struct planner *planner = arg;
	struct cpupolicy_finding graded = *finding;

	graded.grade = CPUPOLICY_GRADE_BLOCK;
	if (finding->field)
		graded.grade = finding->field->grade;
	if (graded.grade == CPUPOLICY_GRADE_NONE)
		graded.grade = CPUPOLICY_GRADE_NOTE;
	if (finding->code != CPUPOLICY_F_LEVELLING_SUPPLIED)
		planner->plan->nr_visible++;
	if (planner->sink)
		planner->sink(planner->arg, &graded);
}

static void report(struct planner *planner, uint32_t code, uint32_t word,
		   uint32_t promised, uint32_t shown)
{
	const struct cpupolicy__report to = {
		.sink = grade,
		.arg = planner,
		.vendor = planner->set->vendor->id,
	};

	cpupolicy__report(&to, code, word, promised, shown, CPUPOLICY__NONE);
}

static uint32_t register_of(const struct planner *planner,
			    const struct cpupolicy_row *row, uint32_t reg)
{
	const struct cpupolicy__vendor *vendor = planner->set->vendor;

	if (vendor->undefined &&
	    vendor->undefined(planner->set->signature, row->leaf,
			      (enum cpupolicy_register)reg))
		return 0;
	return cpupolicy__register_of(row, reg);
}

/* What the CPU shows under the plan; false: this register is not covered. */
static CPUPOLICY_OWN_FRAME bool levelled(uint32_t *shown,
					 const struct planner *planner,
					 const struct cpupolicy_row *row,
					 uint32_t reg)
{
	for (uint32_t i = 0; i < planner->plan->nr_writes; i++) {
		const struct cpupolicy_levelling_write *write =
			&planner->plan->write[i];
		uint32_t value = (uint32_t)write->value;

		if (write->leaf != row->leaf || write->subleaf != row->subleaf)
			continue;
		if (write->high == reg)
			value = (uint32_t)(write->value >> 32);
		else if (write->low != reg)
			continue;
		/* overrides have no flag that the CPU lacks, but for those
		 * that the CPU puts in itself */
		*shown &= value;
		return true;
	}
	return false;
}

static uint32_t reason(const struct planner *planner, bool covered)
{
	if (covered)
		return CPUPOLICY_F_LEVELLING_FORWARDED;
	if (planner->means)
		return CPUPOLICY_F_LEVELLING_UNCOVERED;
	return planner->cpu->guest ? CPUPOLICY_F_LEVELLING_GUEST
				   : CPUPOLICY_F_LEVELLING_NO_MSR;
}

/* Bits that this maker derives from others: SYSCALL is LM in 64-bit mode. */
static uint32_t derived(const struct planner *planner, uint32_t word)
{
	uint32_t mask = cpupolicy__derived[word];

	for (uint32_t i = cpupolicy__first[word];
	     i < CPUPOLICY__NR_FIELDS && cpupolicy__places[i].word == word; i++)
		if (cpupolicy__fields[i].level == CPUPOLICY_LEVEL_DERIVE &&
		    cpupolicy__for_vendor(cpupolicy__places[i].vendors,
					  planner->set->vendor->id))
			mask |= cpupolicy__places[i].mask
				<< cpupolicy__places[i].shift;
	return mask;
}

/* Numbers that the CPU shows larger than the policy has them. */
static CPUPOLICY_OWN_FRAME void compare_numbers(struct planner *planner,
						uint32_t word, uint32_t shown,
						uint32_t code)
{
	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];
		uint32_t mask = number->mask << number->shift;
		uint32_t promised = planner->policy->word[word];

		if (number->word != word ||
		    number->level != CPUPOLICY_LEVEL_MIN ||
		    (shown & mask) <= (promised & mask))
			continue;
		/* without its gate it means nothing */
		if (number->gate == CPUPOLICY__NONE ||
		    cpupolicy__get(planner->policy, number->gate))
			report(planner, code, word, promised & mask,
			       shown & mask);
	}
}

static CPUPOLICY_OWN_FRAME void compare_row(struct planner *planner,
					    const struct cpupolicy_row *row,
					    uint32_t word)
{
	for (uint32_t reg = 0; reg < 4; reg++) {
		uint32_t shown = register_of(planner, row, reg);
		bool covered = levelled(&shown, planner, row, reg);
		uint32_t flags = cpupolicy__and[word + reg];
		uint32_t promised = planner->policy->word[word + reg] & flags;
		uint32_t code = reason(planner, covered);

		compare_numbers(planner, word + reg, shown, code);
		shown &= flags;
		report(planner, code, word + reg, promised & shown, shown);
		flags = promised & ~derived(planner, word + reg);
		report(planner, CPUPOLICY_F_LEVELLING_SUPPLIED, word + reg,
		       flags, flags & shown);
	}
}

CPUPOLICY_OWN_FRAME void cpupolicy__levelling_compare(struct planner *planner)
{
	for (uint32_t i = 0; i < cpupolicy__nr_leaves; i++) {
		const struct cpupolicy__leaf *leaf = &cpupolicy__leaves[i];
		const struct cpupolicy_row *row;

		if (leaf->space != CPUPOLICY_SPACE_CPU ||
		    leaf->slot == CPUPOLICY__NONE)
			continue;
		row = cpupolicy__levelling_row(planner, leaf->leaf,
					       leaf->subleaf);
		if (row)
			compare_row(planner, row, leaf->slot * 4u);
	}
}
