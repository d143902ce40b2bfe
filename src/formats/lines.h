/* SPDX-License-Identifier: MIT */
/*
 * lines.h - text files, line by line.
 */
#ifndef CPUPOLICY_SRC_FORMATS_LINES_H
#define CPUPOLICY_SRC_FORMATS_LINES_H

#include "format.h"

/* The longest line of a dump that was seen has 199 bytes. */
#define CPUPOLICY__LINE 512

/** struct cpupolicy__lines - set @source, zero the rest */
struct cpupolicy__lines {
	const struct cpupolicy__source *source;
	size_t at;		    /* offset of the next line */
	int nr;			    /* number of the current one, from 1 */
	char text[CPUPOLICY__LINE]; /* the current one without its end and the
				     * blanks there */
	bool cut;		    /* it was longer: the rest is not here */
	bool binary;		    /* it holds a NUL, where @text ends */
};

/* Move to the next line; false: there is none. */
bool cpupolicy__next_line(struct cpupolicy__lines *lines);

/* Move past blanks and tabs. */
void cpupolicy__skip_blanks(const char **text);
/* Is @word (lower case) there, in either case? Moves past it if so. */
bool cpupolicy__take(const char **text, const char *word);
/* A decimal number below @limit; larger ones give @limit. False: no digit. */
bool cpupolicy__take_decimal(uint32_t *out, const char **text, uint32_t limit);
/* @before, behind any blanks, and a hexadecimal number of up to 8 digits. */
bool cpupolicy__take_hex(uint32_t *out, const char **text, const char *before);

#endif
