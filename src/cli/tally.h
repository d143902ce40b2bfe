/* SPDX-License-Identifier: MIT */
/*
 * tally.h - for how many pairs of a guest and a host there is which reason.
 */
#ifndef CPUPOLICY_CLI_TALLY_H
#define CPUPOLICY_CLI_TALLY_H

#include "cli.h"

struct reason {
	struct cpupolicy_finding finding; /* one of them */
	uint64_t pairs;
	uint64_t pair; /* number of the pair that it was counted for last */
};

/* Zero-initialise it. */
struct tally {
	struct reason *code; /* by code; worst first once sorted */
	size_t nr_codes, room_codes;
	struct reason *place; /* by code and address; most pairs first */
	size_t nr_places, room_places;
	size_t *slot; /* hash table of places, 0: free */
	size_t nr_slots;
};

/* Count it for @weight pairs; once where it comes again for the same @pair,
 * which is not 0. */
void tally_add(struct tally *tally, const struct cpupolicy_finding *finding,
	       uint64_t pair, uint64_t weight);
void tally_sort(struct tally *tally);
void tally_free(struct tally *tally);

#endif
