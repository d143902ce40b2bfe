/* SPDX-License-Identifier: MIT */
/*
 * xl.h - the cpuid= lines of xl's domain configurations.
 */
#ifndef CPUPOLICY_SRC_FORMATS_XL_H
#define CPUPOLICY_SRC_FORMATS_XL_H

#include <cpupolicy/xen.h>

#include "format.h"

/* xl_names.c */

/** struct cpupolicy__xl_name - what a name stands for */
struct cpupolicy__xl_name {
	const char *name;
	struct cpupolicy_address at;
};

/* By libxl's spelling; false: it has no such name. */
bool cpupolicy__xl_find(struct cpupolicy__xl_name *out, const char *name,
			size_t length);
/* The name of this bit or number that is to be written; NULL: none. */
const char *cpupolicy__xl_name_of(const struct cpupolicy_address *at);

/* No CPU has as many registers as this. */
#define CPUPOLICY__XL_MOST 1024

/* Set these bits, first one first, with others left as they are. Returns 0,
 * CPUPOLICY_E_MEMORY, or CPUPOLICY_E_RANGE: there are too many. */
int cpupolicy__xl_set(struct cpupolicy_xl *xl,
		      const struct cpupolicy_address *at, uint32_t subleaf,
		      const char *bits);

/* xl_config.c */

/** struct cpupolicy__xl_string - a string of a configuration, as it stands
 *	there between its quotes */
struct cpupolicy__xl_string {
	const char *text;
	size_t size;
	int line, column;
};

/** struct cpupolicy__xl_value - a value of a configuration */
struct cpupolicy__xl_value {
	bool list;
	struct cpupolicy__xl_string *strings; /* owned */
	size_t nr;
};

/*
 * Find what a configuration sets cpuid to. 1, or 0: it does not; or
 * CPUPOLICY_E_SYNTAX, CPUPOLICY_E_MEMORY.
 */
int cpupolicy__xl_config(struct cpupolicy__xl_value *out,
			 const struct cpupolicy__source *source,
			 struct cpupolicy_error *error);

/* xl_write.c, xl_write_registers.c */

void cpupolicy__xl_write_names(struct cpupolicy__writing *writing,
			       const struct cpupolicy_record *record);
void cpupolicy__xl_write_registers(struct cpupolicy__writing *writing,
				   const struct cpupolicy_record *record);

#endif
