/* SPDX-License-Identifier: MIT */
/*
 * error.c - one place that words a failure and makes it safe to print.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host.h"

/* Bytes of the UTF-8 sequence at @s, or 0: not printable UTF-8. */
static size_t sequence(const unsigned char *s)
{
	static const struct {
		uint32_t least;
		unsigned char mask, lead;
		size_t length;
	} kinds[] = {
		{ 0xa0, 0xe0, 0xc0, 2 }, /* from 0xa0: no C1 controls */
		{ 0x800, 0xf0, 0xe0, 3 },
		{ 0x10000, 0xf8, 0xf0, 4 },
	};

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		uint32_t code = s[0] & (unsigned char)~kinds[k].mask;
		size_t i;

		if ((s[0] & kinds[k].mask) != kinds[k].lead)
			continue;
		for (i = 1; i < kinds[k].length && (s[i] & 0xc0) == 0x80; i++)
			code = code << 6 | (s[i] & 0x3f);
		if (i < kinds[k].length || code < kinds[k].least ||
		    code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return 0;
		return kinds[k].length;
	}
	return 0;
}

void cpupolicy__clean(char *text)
{
	unsigned char *s = (unsigned char *)text;

	while (*s) {
		size_t length = sequence(s);

		if (length == 0) {
			*s = '?';
			length = 1;
		}
		s += length;
	}
}

static void say(struct cpupolicy_error *error, const char *format, va_list ap)
{
	size_t used = strlen(error->text);

	vsnprintf(error->text + used, sizeof(error->text) - used, format, ap);
	cpupolicy__clean(error->text);
}

int cpupolicy__fail(struct cpupolicy_error *error, int status,
		    const char *format, ...)
{
	va_list ap;

	if (!error)
		return status;
	*error = (struct cpupolicy_error){ .status = status };
	va_start(ap, format);
	say(error, format, ap);
	va_end(ap);
	return status;
}

int cpupolicy__fail_at(struct cpupolicy_error *error, int status,
		       const char *name, int line, int column,
		       const char *format, ...)
{
	va_list ap;

	if (!error)
		return status;
	*error = (struct cpupolicy_error){
		.status = status,
		.line = line,
		.column = column,
	};
	if (line && column)
		snprintf(error->text, sizeof(error->text),
			 "%.200s:%d:%d: ", name, line, column);
	else if (line)
		snprintf(error->text, sizeof(error->text), "%.200s:%d: ", name,
			 line);
	else
		snprintf(error->text, sizeof(error->text), "%.200s: ", name);
	va_start(ap, format);
	say(error, format, ap);
	va_end(ap);
	return status;
}

int cpupolicy__no_memory(struct cpupolicy_error *error, const char *name)
{
	return cpupolicy__fail_at(error, CPUPOLICY_E_MEMORY, name, 0, 0,
				  "out of memory");
}
