/* SPDX-License-Identifier: MIT */
/*
 * inspect.h - shared by the files that note what is odd about a record.
 */
#ifndef CPUPOLICY_SRC_HOST_INSPECT_H
#define CPUPOLICY_SRC_HOST_INSPECT_H

#include "host.h"

/** struct cpupolicy__list - "0x4, 0xb.1 and 7 more"; zero-initialise it */
struct cpupolicy__list {
	char text[160];
	uint32_t nr, nr_more;
};

void cpupolicy__list_add(struct cpupolicy__list *list, const char *text);
/* "0x4", or "0xb.1" where ECX matters */
void cpupolicy__list_add_row(struct cpupolicy__list *list,
			     const struct cpupolicy_row *row);
/* Finish the list: its text. */
const char *cpupolicy__list_text(struct cpupolicy__list *list);

/*
 * The rows of a core by leaf and sub-leaf, equal ones in the order read. To be
 * freed; NULL: no memory.
 */
const struct cpupolicy_row **
cpupolicy__sorted_rows(const struct cpupolicy_core *core);

/* Each notes what it sees and returns 0, or CPUPOLICY_E_MEMORY. */

/* Which rows there are. */
int cpupolicy__inspect_rows(struct cpupolicy_record *record,
			    const struct cpupolicy_core *core);
/* In what the cores of the machine differ. */
int cpupolicy__inspect_cores(struct cpupolicy_record *record);

#endif
