/* SPDX-License-Identifier: MIT */
/*
 * featureset.h - what is in which word of a featureset.
 *
 * Word 0 says how much of the policy the rest tells:
 *	bit 0 EXACT	every value has an encoding
 *	bit 1 VALID	no value that must be equal has been lost
 *	bit 2 NAMED	paravirtual sections are there
 *	bit 3 SETTLED	no bit is more than the policy has: an intersection may
 *			have to drop what AND leaves
 *	bits 8-12	the vendor, one bit each of those we know
 *	bits 16-31	where the sections are, four bits each
 * The words of the CPU follow, then those of sections; both are whole pairs.
 */
#ifndef CPUPOLICY_CORE_FEATURESET_H
#define CPUPOLICY_CORE_FEATURESET_H

#include "internal.h"

#define EXACT	     1u
#define VALID	     2u
#define NAMED	     4u
#define SETTLED	     8u
#define VENDOR_SHIFT 8
#define VENDORS	     0x1f00u
#define BASES	     0xffff0000u

#define NR_CPU_WORDS CPUPOLICY__FEATURESET_CPU_WORDS
#define NR_ALL_WORDS CPUPOLICY__FEATURESET_ALL_WORDS

_Static_assert(NR_ALL_WORDS <= CPUPOLICY_FEATURESET_WORDS,
	       "a featureset has room for every word of the table");
_Static_assert(NR_CPU_WORDS % 2u == 0 && NR_ALL_WORDS % 2u == 0,
	       "sections begin and end with a pair of words");

/* How many records ahead of a loop memory is asked for them. */
#define AHEAD 8u

/* Of @nr records, the one that a loop at @at will read soon. */
static inline void fetch_ahead(const struct cpupolicy_featureset *sets,
			       size_t at, size_t nr)
{
	if (at + AHEAD >= nr)
		return;
	for (uint32_t i = 0; i < NR_ALL_WORDS; i += 16)
		CPUPOLICY_PREFETCH(&sets[at + AHEAD].word[i]);
}

#endif
