// SPDX-License-Identifier: MIT
/*
 * mem.c - the four functions that the core calls, and compilers too.
 */
#include "mem.h"

void *memcpy(void *to, const void *from, size_t size)
{
	void *start = to;

	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(size)
			 :
			 : "memory");
	return start;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *d = to;
	const char *s = from;

	if (d <= s || d >= s + size)
		return memcpy(to, from, size);
	while (size--)
		d[size] = s[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	void *start = to;

	__asm__ volatile("rep stosb"
			 : "+D"(to), "+c"(size)
			 : "a"(byte)
			 : "memory");
	return start;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;

	for (; size; x++, y++, size--)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}
