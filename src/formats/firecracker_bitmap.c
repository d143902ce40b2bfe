// SPDX-License-Identifier: MIT
/*
 * firecracker_bitmap.c - "0b01xx": bits, and which of them are given.
 */
#include <string.h>

#include "firecracker.h"

bool cpupolicy__bitmap_parse(struct cpupolicy__bitmap *out, const char *text,
			     unsigned bits)
{
	unsigned nr = 0;

	*out = (struct cpupolicy__bitmap){ 0 };
	if (strncmp(text, "0b", 2) == 0)
		text += 2;
	for (; *text; text++) {
		if (*text == '_')
			continue;
		if (!strchr("01x", *text) || nr++ == bits)
			return false;
		out->value = out->value << 1 | (*text == '1');
		out->given = out->given << 1 | (*text != 'x');
	}
	return true;
}

void cpupolicy__bitmap_text(char out[CPUPOLICY__BITMAP_TEXT],
			    const struct cpupolicy__bitmap *bitmap,
			    unsigned bits)
{
	*out++ = '0';
	*out++ = 'b';
	while (bits--) {
		if (!(bitmap->given >> bits & 1))
			*out++ = 'x';
		else
			*out++ = bitmap->value >> bits & 1 ? '1' : '0';
	}
	*out = '\0';
}
