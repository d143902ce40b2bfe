/* SPDX-License-Identifier: MIT */
/*
 * text.h - text that grows while it is written.
 */
#ifndef CPUPOLICY_SRC_HOST_TEXT_H
#define CPUPOLICY_SRC_HOST_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** struct cpupolicy__text - zero-initialise it */
struct cpupolicy__text {
	char *s; /* owned, NUL-terminated; NULL: empty */
	size_t length, room;
	bool failed; /* there was no memory; nothing more is added */
};

void cpupolicy__text_add(struct cpupolicy__text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The text, to be freed, empty at least; NULL if it failed. */
char *cpupolicy__text_take(struct cpupolicy__text *text);

#endif
