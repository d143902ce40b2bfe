// SPDX-License-Identifier: MIT
/*
 * lines.c - text files, line by line.
 */
#include <string.h>

#include "lines.h"

bool cpupolicy__next_line(struct cpupolicy__lines *lines)
{
	const struct cpupolicy__source *source = lines->source;
	const char *text = source->text + lines->at, *end;
	size_t left = source->size - lines->at, length;

	if (left == 0)
		return false;
	if (lines->nr == 0 && source->first_line > 0)
		lines->nr = source->first_line - 1;
	end = memchr(text, '\n', left);
	length = end ? (size_t)(end - text) : left;
	lines->at += end ? length + 1 : length;
	lines->nr++;
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t' ||
			  text[length - 1] == '\r'))
		length--;
	lines->binary = memchr(text, '\0', length) != NULL;
	lines->cut = length >= CPUPOLICY__LINE;
	if (lines->cut)
		length = CPUPOLICY__LINE - 1;
	memcpy(lines->text, text, length);
	lines->text[length] = '\0';
	return true;
}

void cpupolicy__skip_blanks(const char **text)
{
	*text += strspn(*text, " \t");
}

bool cpupolicy__take(const char **text, const char *word)
{
	const char *s = *text;

	for (; *word; word++, s++)
		if ((*s >= 'A' && *s <= 'Z' ? *s - 'A' + 'a' : *s) != *word)
			return false;
	*text = s;
	return true;
}

bool cpupolicy__take_decimal(uint32_t *out, const char **text, uint32_t limit)
{
	uint64_t number = 0;

	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		if (number < limit)
			number = 10 * number + (uint64_t)(**text - '0');
	*out = number < limit ? (uint32_t)number : limit;
	return true;
}

bool cpupolicy__take_hex(uint32_t *out, const char **text, const char *before)
{
	const char *at = *text;
	uint64_t value;

	cpupolicy__skip_blanks(&at);
	if (!cpupolicy__take(&at, before) || !cpupolicy__hex(&value, &at, 8))
		return false;
	*out = (uint32_t)value;
	*text = at;
	return true;
}
