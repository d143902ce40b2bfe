// SPDX-License-Identifier: MIT
/*
 * hostset_missing.c - which leaves should have been recorded, matter, and were
 * not. Not recorded is not zero.
 */
#include "hostset.h"

/* Should the CPU have this sub-leaf, going by what sub-leaf 0 says of it? */
static bool subleaf_expected(const struct hostset *set,
			     const struct cpupolicy__leaf *leaf)
{
	const struct cpupolicy_row *first =
		cpupolicy__find_row(set, leaf->leaf, 0);
	const struct cpupolicy_row *second =
		cpupolicy__find_row(set, leaf->leaf, 1);
	uint32_t n = leaf->subleaf;

	if (n == 0)
		return true;
	if (!first)
		return false;
	switch (leaf->leaf) {
	case 0xd: /* XCR0 | XSS, and always 1 */
		if (n == 1)
			return true;
		if (n >= 32)
			return first->edx >> (n - 32) & 1;
		return ((first->eax | (second ? second->ecx : 0)) >> n & 1) !=
		       0;
	case 0x23: /* a bitmap of sub-leaves */
		return (first->eax >> n & 1) != 0;
	case 0x12:
		return true;
	default:
		return n <= first->eax;
	}
}

static bool msr_recorded(const struct hostset *set, uint32_t index)
{
	for (size_t i = 0; i < set->nr_msrs; i++)
		if (set->msrs[i].index == index)
			return true;
	return false;
}

/* Is anything of the leaf compared, on this maker's CPU with these features? */
static bool matters(const struct hostset *set,
		    const struct cpupolicy__leaf *leaf)
{
	return leaf->compared &&
	       cpupolicy__for_vendor(leaf->vendors, set->vendor->id) &&
	       (leaf->gate == CPUPOLICY__NONE ||
		cpupolicy__get(set->out, leaf->gate));
}

/*
 * Bits of rows that were recorded in part: of each register those that are
 * compared and that were not.
 */
static CPUPOLICY_OWN_FRAME void report_register(const struct hostset *set,
						const struct cpupolicy_row *row,
						uint32_t reg, uint32_t unknown)
{
	struct cpupolicy_finding finding = {
		.code = CPUPOLICY_F_NOT_RECORDED,
		.grade = CPUPOLICY_GRADE_NOTE,
		.at = { .leaf = row->leaf,
			.subleaf = (uint16_t)row->subleaf,
			.reg = (uint8_t)reg,
			.high = 31 },
		.mask = unknown,
	};

	if (unknown)
		set->report.sink(set->report.arg, &finding);
}

static CPUPOLICY_OWN_FRAME void report_partial(const struct hostset *set)
{
	const struct cpupolicy_row *known = set->options->known;

	for (size_t i = 0; known && i < set->nr_rows; i++) {
		const struct cpupolicy_row *row = &set->rows[i];
		const struct cpupolicy__leaf *leaf = cpupolicy__leaf_find(
			CPUPOLICY_SPACE_CPU, row->leaf, row->subleaf);
		uint32_t word =
			cpupolicy__row_word(set->out, row->leaf, row->subleaf);

		if (word == CPUPOLICY__NONE || (leaf && !matters(set, leaf)))
			continue;
		for (uint32_t reg = 0; reg < 4; reg++)
			report_register(set, row, reg,
					cpupolicy__compared[word + reg] &
						~cpupolicy__register_of(
							&known[i], reg));
	}
}

/*
 * Linux shows AMX's state only to a process that asked for it with
 * ARCH_REQ_XCOMP_GUEST_PERM: another one records another machine.
 */
static CPUPOLICY_OWN_FRAME void report_permission(const struct hostset *set)
{
	const uint32_t tile = CPUPOLICY__FIELD_amx_tile;
	const uint32_t state = CPUPOLICY__FIELD_xcr0_tiledata;
	struct cpupolicy_finding finding = {
		.code = CPUPOLICY_F_AMX_PERMISSION,
		.grade = CPUPOLICY_GRADE_NOTE,
		.field = &cpupolicy__fields[tile],
		.cause = &cpupolicy__fields[state],
		.at = cpupolicy__fields[tile].at,
		.mask = cpupolicy__places[tile].mask
			<< cpupolicy__places[tile].shift,
		.guest = 1,
	};

	if (cpupolicy__recorded(set, tile) &&
	    !cpupolicy__recorded(set, state) &&
	    cpupolicy__find_row(set, 0xd, 0))
		set->report.sink(set->report.arg, &finding);
}

/* Leaves that should be there, matter, and are not: absent is not zero. */
void cpupolicy__report_missing(const struct hostset *set)
{
	for (uint32_t i = 0; i < cpupolicy__nr_leaves && set->report.sink;
	     i++) {
		const struct cpupolicy__leaf *leaf = &cpupolicy__leaves[i];
		bool msr = leaf->space == CPUPOLICY_SPACE_MSR;
		struct cpupolicy_finding finding = {
			.code = CPUPOLICY_F_NOT_RECORDED,
			.grade = CPUPOLICY_GRADE_NOTE,
			.at = { .leaf = leaf->leaf,
				.subleaf = leaf->subleaf,
				.space = leaf->space,
				.high = 31 },
		};

		if (leaf->space >= CPUPOLICY_SPACE_KVM || !matters(set, leaf))
			continue;
		/* an MSR without a gate may not exist at all */
		if (msr ? leaf->gate == CPUPOLICY__NONE ||
				    msr_recorded(set, leaf->leaf)
			: !cpupolicy__in_range(set, leaf->leaf) ||
				    cpupolicy__find_row(set, leaf->leaf,
							leaf->subleaf) ||
				    !subleaf_expected(set, leaf))
			continue;
		if (leaf->gate != CPUPOLICY__NONE)
			finding.cause = &cpupolicy__fields[leaf->gate];
		set->report.sink(set->report.arg, &finding);
	}
	if (set->report.sink) {
		report_partial(set);
		report_permission(set);
	}
}
