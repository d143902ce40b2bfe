// SPDX-License-Identifier: MIT
/*
 * mode16.c - real mode: vectors.
 */
#include "guest.h"
#include "../boot/layout.h"

#define SEGMENT (GUEST_BASE / 16)

void cpuid16(struct registers *regs);
void poke(uint32_t linear, uint32_t value);

const struct mode modes[] = {
	{
		.name = "real",
		.bits = 16,
		.cs = SEGMENT,
		.ss = SEGMENT,
		.linear = GUEST_BASE,
		.cpuid = cpuid16,
	},
};
const uint32_t nr_modes = 1;

uint8_t *end_of_code(const struct mode *mode, struct run *run)
{
	(void)mode;
	/* Two places where it may go on, and other exceptions there: the start
	 * of the segment (UD2) and what lies behind it (INT3). */
	poke(GUEST_BASE, 0x0b0f);
	poke(GUEST_BASE + 0x10000, 0xcc);
	run->ip = 0xfffe;
	return (uint8_t *)0xfffe;
}

void set_up(void)
{
	for (uint32_t i = 0; i < NR_VECTORS; i++)
		poke(4 * i, ((uint32_t)stubs + 16 * i) | SEGMENT << 16);
}
