/* SPDX-License-Identifier: MIT */
/*
 * infer.h - which sub-leaf a row is of, where the dump does not say.
 */
#ifndef CPUPOLICY_SRC_FORMATS_INFER_H
#define CPUPOLICY_SRC_FORMATS_INFER_H

#include "format.h"

/** struct cpupolicy__printed - a row as it was printed */
struct cpupolicy__printed {
	struct cpupolicy_row row;
	bool numbered; /* the sub-leaf was printed too */
	int line;
};

/** struct cpupolicy__infer - what was inferred in a dump; zero-initialise it */
struct cpupolicy__infer {
	struct {
		uint32_t leaf, nr_cpus;
		uint8_t rule;
		int line; /* of the first row that was numbered so */
	} seen[32];
	uint32_t nr_seen, nr_more; /* leaves that found no place in @seen */
	struct cpupolicy__printed **order;
	size_t room;
};

/**
 * cpupolicy__infer - number the rows of one CPU that are not numbered
 * @rows: all rows of the CPU in the order printed
 *
 * A leaf that is printed once is sub-leaf 0. A leaf to which ECX does not
 * matter stays sub-leaf 0 each time: the first counts.
 *
 * Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__infer(struct cpupolicy__infer *infer,
		     struct cpupolicy__printed *rows, size_t nr);

/*
 * Note what was inferred, a note for each leaf; NULL: no notes. Frees what
 * @infer holds. Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__infer_end(struct cpupolicy__infer *infer,
			 struct cpupolicy_record *record);

#endif
