/* SPDX-License-Identifier: MIT */
/*
 * dump.h - a dump of CPUID rows becomes a record: what all formats that print
 * rows CPU by CPU have in common.
 *
 * Functions return 0, or a negative status with the error filled.
 */
#ifndef CPUPOLICY_SRC_FORMATS_DUMP_H
#define CPUPOLICY_SRC_FORMATS_DUMP_H

#include "format.h"

/* The number after that of the CPU before. */
#define CPUPOLICY__NEXT_CPU 0xffffffffu

/** struct cpupolicy__dump - a dump that is being read */
struct cpupolicy__dump {
	const struct cpupolicy__source *source;
	struct cpupolicy_error *error;
	struct cpupolicy_record *record; /* owned by the document */

	/* of the CPU that is being read */
	struct cpupolicy__rows rows;
	struct cpupolicy__rows known; /* as many as rows, or none: all known */
	struct cpupolicy_msr *msrs;
	size_t nr_msrs;
	uint32_t cpu, next_cpu;
	bool in_cpu;
	int cpu_line;
};

/* Make @out a record document; @how: what printed it. */
int cpupolicy__dump_begin(struct cpupolicy__dump *dump,
			  struct cpupolicy_document *out,
			  const struct cpupolicy__source *source,
			  struct cpupolicy_error *error, const char *how);

/*
 * The next CPU begins in this line; the one before it, if any, is complete.
 * Numbers must ascend.
 */
int cpupolicy__dump_cpu(struct cpupolicy__dump *dump, int line, uint32_t cpu);

/*
 * A row; where no CPU has begun, one does. @known: the bits that were recorded,
 * or NULL: all.
 */
int cpupolicy__dump_row(struct cpupolicy__dump *dump, int line,
			const struct cpupolicy_row *row,
			const struct cpupolicy_row *known);

int cpupolicy__dump_msr(struct cpupolicy__dump *dump, int line,
			const struct cpupolicy_msr *msr);

/*
 * The end of the file, or of reading it: give what reading came to so far. A
 * dump without any row is an error. Frees what the dump holds.
 */
int cpupolicy__dump_end(struct cpupolicy__dump *dump, int line, int status);

/* Is the current line text that is short enough? Else it is an error. */
struct cpupolicy__lines;
int cpupolicy__dump_text(const struct cpupolicy__dump *dump,
			 const struct cpupolicy__lines *lines);

/* A syntax error in this line. */
int cpupolicy__dump_fail(const struct cpupolicy__dump *dump, int line,
			 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
