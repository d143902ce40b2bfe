/* SPDX-License-Identifier: MIT */
/*
 * order.h - rows of one CPU from a tool that prints them in an order of its
 * own, or does not print those that are zero.
 */
#ifndef CPUPOLICY_SRC_FORMATS_ORDER_H
#define CPUPOLICY_SRC_FORMATS_ORDER_H

#include "dump.h"

/**
 * cpupolicy__rows_sort - by leaf and sub-leaf, each once
 * @nr_differ: raised by the number of rows that were there before and now say
 *	something else; the first one counts
 *
 * Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__rows_sort(struct cpupolicy__rows *rows, uint32_t *nr_differ);

/** struct cpupolicy__asked - leaves of which a tool prints those not zero */
struct cpupolicy__asked {
	uint32_t basic, extended; /* the highest; 0: nothing is known behind the
				   * last row of the range, where the dump may
				   * have been cut off */
};

/**
 * cpupolicy__rows_fill - add the rows that a tool leaves out because they are
 *	zero
 * @rows: sorted
 * @nr_zero: raised by their number
 *
 * Leaves of the basic and the extended range that are between others or were
 * asked for, and up to the highest one; sub-leaves that leaf 7 counts, and
 * 0xD.1.
 *
 * Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__rows_fill(struct cpupolicy__rows *rows,
			 const struct cpupolicy__asked *asked,
			 uint32_t *nr_zero);

/** struct cpupolicy__ordered - what was done to the CPUs of a dump so far */
struct cpupolicy__ordered {
	uint32_t nr_differ, nr_zero;
};

/* All rows of the current CPU are there: sort them, and fill them if the tool
 * leaves out zeros; else @asked is NULL. Errors as in dump.h. */
int cpupolicy__dump_order(struct cpupolicy__dump *dump,
			  struct cpupolicy__ordered *ordered,
			  const struct cpupolicy__asked *asked);
/* Note what was done; @tool: its name. */
int cpupolicy__dump_ordered(const struct cpupolicy__dump *dump,
			    const struct cpupolicy__ordered *ordered,
			    const char *tool);

#endif
