/* SPDX-License-Identifier: MIT */
/*
 * xen.h - what the files about Xen share.
 */
#ifndef CPUPOLICY_SRC_HOST_XEN_H
#define CPUPOLICY_SRC_HOST_XEN_H

#include <cpupolicy/xen.h>

#include "host.h"

/* The words of a featureset, in Xen's order (tables/xen_words.csv). */
extern const struct cpupolicy__xen_word {
	const char *name;
	struct cpupolicy_address at; /* all 32 bits */
} cpupolicy__xen_words[CPUPOLICY_XEN_WORDS];

/* As cpupolicy_xen_record() has it; @sorted: as cpupolicy_xen_put() does. */
int cpupolicy__xen_check(const struct cpupolicy_xen_leaf *leaves,
			 size_t nr_leaves, const struct cpupolicy_xen_msr *msrs,
			 size_t nr_msrs, bool sorted,
			 struct cpupolicy_error *error);

/*
 * The leaves that Xen's policies hold, by xen/lib/x86/cpu-policy.h: 0 to 0xD
 * and 0x80000000 to 0x80000021, and how many sub-leaves of the four that have
 * them.
 */
#define CPUPOLICY__XEN_LAST_BASIC    0xdu
#define CPUPOLICY__XEN_LAST_EXTENDED 0x80000021u
/* 0: the leaf has one entry, without a sub-leaf. */
static inline uint32_t cpupolicy__xen_subleaves(uint32_t leaf)
{
	switch (leaf) {
	case 4:
		return 6;
	case 7:
		return 3;
	case 0xb:
		return 2;
	case 0xd:
		return 63;
	default:
		return 0;
	}
}

#endif
