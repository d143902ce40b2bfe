// SPDX-License-Identifier: MIT
/*
 * console.c - strings and numbers, character by character.
 */
#include "console.h"

void put_string(const char *text)
{
	while (*text)
		put_char(*text++);
}

void put_hex(uint64_t value)
{
	uint32_t shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (;; shift -= 4) {
		put_char("0123456789abcdef"[value >> shift & 15]);
		if (!shift)
			return;
	}
}

void put_decimal(uint32_t value)
{
	uint32_t unit = 1000000000;

	while (unit > 1 && value < unit)
		unit /= 10;
	for (; unit; unit /= 10)
		put_char((char)('0' + value / unit % 10));
}
