// SPDX-License-Identifier: MIT
/*
 * aida_msrs.c - the feature MSRs of a dump, which come behind the rows.
 *
 * Of the many MSRs that are printed, only those with a place in a policy are
 * kept. Older versions read them on one CPU and do not say on which.
 */
#include <stdlib.h>
#include <string.h>

#include "aida_msrs.h"

#define IA32_BIOS_SIGN_ID 0x8b

static int add(struct cpupolicy__aida_msrs *msrs,
	       const struct cpupolicy__aida_line *line)
{
	if (msrs->nr == msrs->room) {
		size_t room = msrs->room ? 2 * msrs->room : 64;
		struct cpupolicy__aida_msr *grown;

		grown = realloc(msrs->item, room * sizeof(*grown));
		if (!grown)
			return CPUPOLICY_E_MEMORY;
		msrs->item = grown;
		msrs->room = room;
	}
	msrs->item[msrs->nr++] = (struct cpupolicy__aida_msr){
		.msr = line->msr,
		.section = msrs->section,
		.line = line->row.line,
	};
	return 0;
}

int cpupolicy__aida_msrs_add(struct cpupolicy__aida_msrs *msrs,
			     const struct cpupolicy__aida_line *line)
{
	switch (line->kind) {
	case CPUPOLICY__AIDA_MSRS:
		msrs->section = line->cpu;
		msrs->in_section = true;
		msrs->nr_sections++;
		return 0;
	case CPUPOLICY__AIDA_CPU:
	case CPUPOLICY__AIDA_SECTION:
		msrs->in_section = false;
		return 0;
	case CPUPOLICY__AIDA_MSR:
		break;
	default:
		return 0;
	}
	if (line->msr.index == IA32_BIOS_SIGN_ID && !msrs->microcode)
		msrs->microcode = line->msr.value;
	if (!msrs->in_section ||
	    strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_MSR, line->msr.index, 0),
		   "slot") != 0)
		return 0;
	return add(msrs, line);
}

static int order(const void *a, const void *b)
{
	const struct cpupolicy__aida_msr *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->msr.index != y->msr.index)
		return x->msr.index < y->msr.index ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

void cpupolicy__aida_msrs_sort(struct cpupolicy__aida_msrs *msrs)
{
	if (msrs->nr)
		qsort(msrs->item, msrs->nr, sizeof(*msrs->item), order);
}

/* The first item of a section that is @section or comes behind it. */
static size_t first_of(const struct cpupolicy__aida_msrs *msrs,
		       uint32_t section)
{
	size_t low = 0, high = msrs->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (msrs->item[middle].section < section)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct cpupolicy__aida_msr *
cpupolicy__aida_msrs_of(size_t *nr, const struct cpupolicy__aida_msrs *msrs,
			uint32_t cpu)
{
	size_t first = 0, end = msrs->nr;

	if (msrs->nr_sections > 1) {
		first = first_of(msrs, cpu);
		end = first_of(msrs, cpu + 1);
		if (first == end) {
			first = first_of(msrs, CPUPOLICY__NEXT_CPU);
			end = msrs->nr;
		}
	}
	*nr = end - first;
	return *nr ? msrs->item + first : NULL;
}
