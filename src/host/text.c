// SPDX-License-Identifier: MIT
/*
 * text.c - text that grows while it is written.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "text.h"

static bool make_room(struct cpupolicy__text *text, size_t more)
{
	size_t room = text->room ? text->room : 256;
	char *grown;

	while (room < text->length + more)
		room *= 2;
	if (room == text->room)
		return true;
	grown = realloc(text->s, room);
	if (!grown)
		return false;
	text->s = grown;
	text->room = room;
	return true;
}

void cpupolicy__text_add(struct cpupolicy__text *text, const char *format, ...)
{
	va_list ap;
	int length;

	va_start(ap, format);
	length = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (text->failed || length < 0 ||
	    !make_room(text, (size_t)length + 1)) {
		text->failed = true;
		return;
	}
	va_start(ap, format);
	vsnprintf(text->s + text->length, (size_t)length + 1, format, ap);
	va_end(ap);
	text->length += (size_t)length;
}

char *cpupolicy__text_take(struct cpupolicy__text *text)
{
	char *s;

	cpupolicy__text_add(text, "%s", "");
	s = text->s;
	if (text->failed) {
		free(s);
		s = NULL;
	}
	*text = (struct cpupolicy__text){ 0 };
	return s;
}
