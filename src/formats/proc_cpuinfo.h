/* SPDX-License-Identifier: MIT */
/*
 * proc_cpuinfo.h - what /proc/cpuinfo says of one CPU; shared by the files that
 * read it.
 */
#ifndef CPUPOLICY_SRC_FORMATS_PROC_CPUINFO_H
#define CPUPOLICY_SRC_FORMATS_PROC_CPUINFO_H

#include "named.h"

/** enum cpupolicy__cpuinfo_key - the lines that are looked at */
enum cpupolicy__cpuinfo_key {
	CPUINFO_VENDOR,
	CPUINFO_FAMILY,
	CPUINFO_MODEL,
	CPUINFO_STEPPING,
	CPUINFO_NAME,
	CPUINFO_LEVEL,
	CPUINFO_CLFLUSH,
	CPUINFO_SIZES,
	CPUINFO_FLAGS,
	CPUINFO_MICROCODE,
	CPUINFO_BUGS,
	CPUINFO_NR_KEYS,
};

/* As the kernel writes them. */
extern const char *const cpupolicy__cpuinfo_keys[CPUINFO_NR_KEYS];

/** struct cpupolicy__cpuinfo_value - text of the file, not ended by a NUL */
struct cpupolicy__cpuinfo_value {
	const char *text;
	size_t size;
	int line; /* 0: not there */
};

/** struct cpupolicy__cpuinfo - one CPU */
struct cpupolicy__cpuinfo {
	struct cpupolicy__cpuinfo_value value[CPUINFO_NR_KEYS];
};

/* Room for any value that is looked at, but for flags and bugs. */
#define CPUINFO_TEXT 64

/* A copy of a value, or of its beginning. Returns @out. */
const char *
cpupolicy__cpuinfo_copy(char out[CPUINFO_TEXT],
			const struct cpupolicy__cpuinfo_value *value);

/* Tell @named what is said of the CPU. 0, or a status with the error filled. */
int cpupolicy__cpuinfo_tell(struct cpupolicy__named *named,
			    const struct cpupolicy__cpuinfo *cpu,
			    const struct cpupolicy__dump *dump);

#endif
