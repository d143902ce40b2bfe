/* SPDX-License-Identifier: MIT */
/*
 * format.h - what every file format offers. A new one is one file with one
 * struct cpupolicy__format, and one line in formats.c.
 */
#ifndef CPUPOLICY_SRC_FORMATS_FORMAT_H
#define CPUPOLICY_SRC_FORMATS_FORMAT_H

#include <cpupolicy/formats.h>

/** struct cpupolicy__source - a file in memory, without a byte-order mark */
struct cpupolicy__source {
	const char *name; /* for messages */
	const char *text; /* any bytes; need not end in NUL */
	size_t size;
};

/** enum cpupolicy__sure - is it this format? */
enum cpupolicy__sure {
	CPUPOLICY__NO,
	CPUPOLICY__PERHAPS, /* so it looks; others may be surer */
	CPUPOLICY__YES,	    /* something only this format has */
};

/** struct cpupolicy__format - one format */
struct cpupolicy__format {
	const char *name; /* what cpupolicy_document.format says */

	/* Looks at no more than the beginning; never fails. */
	enum cpupolicy__sure (*probe)(const struct cpupolicy__source *source);

	/*
	 * Fills @out, zeroed before: kind and what goes with it. After a
	 * failure the caller clears @out.
	 */
	int (*read)(struct cpupolicy_document *out,
		    const struct cpupolicy__source *source,
		    struct cpupolicy_error *error);

	/* Text to be freed, or NULL without memory. NULL: it is only read. */
	char *(*write)(const struct cpupolicy_record *record);
};

extern const struct cpupolicy__format cpupolicy__format_json;
extern const struct cpupolicy__format cpupolicy__format_cpuid_r;

/* All of them; ends in NULL. */
extern const struct cpupolicy__format *const cpupolicy__formats[];

#endif
