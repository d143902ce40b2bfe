/* SPDX-License-Identifier: MIT */
/*
 * hostset.h - a host set being made; shared by the files that make it.
 */
#ifndef CPUPOLICY_CORE_HOSTSET_H
#define CPUPOLICY_CORE_HOSTSET_H

#include "internal.h"

struct hostset {
	struct cpupolicy_policy *out;
	const struct cpupolicy_row *rows;
	size_t nr_rows;
	const struct cpupolicy_msr *msrs;
	size_t nr_msrs;
	const struct cpupolicy_hostset_options *options;
	const struct cpupolicy__vendor *vendor;
	struct cpupolicy__report report;
	uint32_t signature;
};

/* The first row for a leaf and sub-leaf, or NULL. */
const struct cpupolicy_row *
cpupolicy__find_row(const struct hostset *set, uint32_t leaf, uint32_t subleaf);
/* By enum cpupolicy_register. */
uint32_t cpupolicy__register_of(const struct cpupolicy_row *row, uint32_t reg);
/* Whose CPU the rows are of, and which; false: there is no leaf 0. */
bool cpupolicy__identify(struct hostset *set);
/* Is the leaf within the range that the CPU says it has? */
bool cpupolicy__in_range(const struct hostset *set, uint32_t leaf);
/* A field's value before anything was taken away; 0: or not recorded. */
uint32_t cpupolicy__recorded(const struct hostset *set, uint32_t field);

void cpupolicy__hypervisor_part(const struct hostset *set);
void cpupolicy__report_missing(const struct hostset *set);

#endif
