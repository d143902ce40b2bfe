// SPDX-License-Identifier: MIT
/*
 * maker.c - leaf 0 of a CPU's maker.
 */
#include "maker.h"

void spell_maker(struct cpupolicy_row *row, const char maker[12])
{
	uint32_t part[3] = { 0, 0, 0 };

	/* the first character is the lowest byte, whatever machine this is */
	for (size_t i = 0; i < 12; i++)
		part[i / 4] |= (uint32_t)(unsigned char)maker[i] << i % 4 * 8;
	row->ebx = part[0];
	row->edx = part[1];
	row->ecx = part[2];
}
