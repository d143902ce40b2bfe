/* SPDX-License-Identifier: MIT */
/*
 * convert.h - one conversion: what it made, and what is told of it.
 */
#ifndef CPUPOLICY_CLI_CONVERT_H
#define CPUPOLICY_CLI_CONVERT_H

#include "spool.h"

/* Many documents, one per line: no format of the library, but of its files. */
#define JSON_LINES "json-lines"
/* A policy to be linked into a hypervisor. */
#define C_SOURCE "c"

struct conversion {
	const char *to, *output; /* @output NULL: standard output */
	bool lines;		 /* to JSON_LINES */
	bool json;		 /* report for programs */
	struct spool spool;
	size_t nr;	       /* documents */
	struct words untested; /* formats that were read */
	struct words remarks;  /* what to know of the result; text */
	int status;	       /* trouble that was printed; 0: none */
	const char *name;      /* of the input being converted; text */
};

int put_report(const struct conversion *conversion);
void conversion_free(struct conversion *conversion);

/* All formats, the library's and the command line's; NULL past the last */
const struct cpupolicy_format_info *format_at(uint32_t index);
int put_formats(bool json);
void put_format_table(void);

#endif
