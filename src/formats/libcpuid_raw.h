/* SPDX-License-Identifier: MIT */
/*
 * libcpuid_raw.h - the tables of libcpuid's raw dumps.
 *
 * A dump prints every table in full, whatever the CPU has: most of it is zero,
 * or the echo of its highest leaf with which Intel's CPUs answer leaves that
 * they do not have.
 */
#ifndef CPUPOLICY_SRC_FORMATS_LIBCPUID_RAW_H
#define CPUPOLICY_SRC_FORMATS_LIBCPUID_RAW_H

#include "format.h"

/** struct cpupolicy__libcpuid_table - NAME[INDEX]=EAX EBX ECX EDX */
struct cpupolicy__libcpuid_table {
	const char *name;
	uint32_t leaf;
	bool subleaves; /* the index is the sub-leaf; else added to the leaf */
	uint32_t nr;	/* as many as libcpuid has room for */
};

#define CPUPOLICY__LIBCPUID_TABLES 8
/* In the order they are printed. */
extern const struct cpupolicy__libcpuid_table
	cpupolicy__libcpuid_tables[CPUPOLICY__LIBCPUID_TABLES];

/** struct cpupolicy__libcpuid_padding - rows that say nothing */
struct cpupolicy__libcpuid_padding {
	uint32_t beyond; /* the highest leaf: zero, or an echo of it */
	uint32_t zero;	 /* sub-leaves other than 0 */
};

/*
 * Remove, from sorted rows, those that are there only because tables are
 * printed in full. What is beyond the highest leaf and has something of its
 * own to say stays. Counts are added to @padding.
 */
void cpupolicy__libcpuid_strip(struct cpupolicy__rows *rows,
			       struct cpupolicy__libcpuid_padding *padding);

/* libcpuid_write.c */
void cpupolicy__libcpuid_write(struct cpupolicy__writing *writing,
			       const struct cpupolicy_record *record);

#endif
