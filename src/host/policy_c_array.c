// SPDX-License-Identifier: MIT
/*
 * policy_c_array.c - a policy as C source, for programs that have no files.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "host.h"

#define PER_LINE 12u

/* Appends what fits, counts everything. */
struct text {
	char *out;
	size_t size, at;
};

static void add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
	size_t room = text->at < text->size ? text->size - text->at : 0;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(room ? text->out + text->at : NULL, room, format,
			   arguments);
	va_end(arguments);
	if (length > 0)
		text->at += (size_t)length;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void add_name(struct text *text, const char *name)
{
	if (!name || !*name)
		name = "policy";
	if (*name >= '0' && *name <= '9')
		add(text, "_");
	for (; *name; name++)
		add(text, "%c",
		    is_letter(*name) || (*name >= '0' && *name <= '9') ? *name
								       : '_');
}

static void add_source(struct text *text, const unsigned char *bytes,
		       size_t size, const char *name)
{
	add(text, "/* An encoded policy, for cpupolicy_decode(). */\n"
		  "#include <stddef.h>\n\n"
		  "extern const unsigned char ");
	add_name(text, name);
	add(text, "[];\nextern const size_t ");
	add_name(text, name);
	add(text, "_size;\n\nconst unsigned char ");
	add_name(text, name);
	add(text, "[] = {");
	for (size_t i = 0; i < size; i++)
		add(text, "%s0x%02x,", i % PER_LINE ? " " : "\n\t", bytes[i]);
	add(text, "\n};\nconst size_t ");
	add_name(text, name);
	add(text, "_size = sizeof(");
	add_name(text, name);
	add(text, ");\n");
}

char *cpupolicy_policy_to_c(const struct cpupolicy_policy *policy,
			    const char *name)
{
	unsigned char bytes[CPUPOLICY_ENCODED_MAX];
	size_t size = cpupolicy_encode(bytes, sizeof(bytes), policy);
	struct text text = { .out = NULL };

	add_source(&text, bytes, size, name);
	text.size = text.at + 1;
	text.at = 0;
	text.out = malloc(text.size);
	if (text.out)
		add_source(&text, bytes, size, name);
	return text.out;
}
