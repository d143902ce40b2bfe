/* SPDX-License-Identifier: MIT */
/*
 * aida_msrs.h - the feature MSRs of a dump, which come behind the rows.
 */
#ifndef CPUPOLICY_SRC_FORMATS_AIDA_MSRS_H
#define CPUPOLICY_SRC_FORMATS_AIDA_MSRS_H

#include "aida_lines.h"

/* An MSR and the section that it is in. */
struct cpupolicy__aida_msr {
	struct cpupolicy_msr msr;
	uint32_t section; /* CPU as printed, or CPUPOLICY__NEXT_CPU */
	int line;
};

/** struct cpupolicy__aida_msrs - zero-initialise it; free @item */
struct cpupolicy__aida_msrs {
	struct cpupolicy__aida_msr *item;
	size_t nr, room;
	uint32_t section; /* that is being read */
	bool in_section;
	size_t nr_sections;
	uint64_t microcode; /* the MSR of it, first seen; 0: not printed */
};

/* Returns 0, or CPUPOLICY_E_MEMORY. Lines that are not MSRs are welcome. */
int cpupolicy__aida_msrs_add(struct cpupolicy__aida_msrs *msrs,
			     const struct cpupolicy__aida_line *line);

/* All lines were read: put the MSRs of each section together. */
void cpupolicy__aida_msrs_sort(struct cpupolicy__aida_msrs *msrs);

/*
 * The MSRs of a CPU: @nr of them from the one returned on, by index; of those
 * with the same index the first counts. A single section stands for all CPUs,
 * and so does one that names none for those without a section of their own.
 */
const struct cpupolicy__aida_msr *
cpupolicy__aida_msrs_of(size_t *nr, const struct cpupolicy__aida_msrs *msrs,
			uint32_t cpu);

#endif
