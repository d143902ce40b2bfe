// SPDX-License-Identifier: MIT
/*
 * console.c - the guest's console: one exit for a line, not for a character.
 */
#include "layout.h"
#include "../boot/console.h"

static struct {
	char text[LINE_BYTES];
	uint32_t length;
} line;

void put_char(char c)
{
	line.text[line.length++] = c;
	if (c != '\n' && line.length < LINE_BYTES)
		return;
	line.length = 0;
	__asm__ volatile("outl %0, %1"
			 :
			 : "a"((uint32_t)(uintptr_t)line.text),
			   "Nd"((uint16_t)LINE_PORT)
			 : "memory");
}
