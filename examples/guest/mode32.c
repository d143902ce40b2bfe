// SPDX-License-Identifier: MIT
/*
 * mode32.c - 32-bit protected mode: descriptors.
 */
#include "guest.h"
#include "../boot/layout.h"

void cpuid32(struct registers *regs);

const struct mode modes[] = {
	{
		.name = "32-bit",
		.bits = 32,
		.cs = CODE32,
		.ss = DATA,
		.cpuid = cpuid32,
	},
};
const uint32_t nr_modes = 1;

static uint64_t gdt[] = {
	[CODE32 / 8] = GDT_CODE32,
	[DATA / 8] = GDT_DATA,
	[WRAPPING / 8] = GDT_CODE32,
};

static struct {
	uint16_t offset_0, selector, type, offset_16;
} idt[NR_VECTORS];

struct __attribute__((packed)) table {
	uint16_t limit;
	uint32_t base;
};

uint8_t *end_of_code(const struct mode *mode, struct run *run)
{
	static uint8_t code[16] = { [2] = 0xcc }; /* INT3 at offset 0 */

	(void)mode;
	gdt[WRAPPING / 8] = GDT_CODE32 | GDT_BASE((uintptr_t)code + 2);
	run->cs = WRAPPING;
	run->ip = 0xfffffffe;
	return code;
}

void set_up(void)
{
	struct table gdtr = { sizeof(gdt) - 1, (uint32_t)gdt };
	struct table idtr = { sizeof(idt) - 1, (uint32_t)idt };

	for (uint32_t i = 0; i < NR_VECTORS; i++) {
		uint32_t stub = (uint32_t)stubs + 16 * i;

		idt[i].offset_0 = (uint16_t)stub;
		idt[i].offset_16 = (uint16_t)(stub >> 16);
		idt[i].selector = CODE32;
		idt[i].type = 0x8e00;
	}
	__asm__ volatile("lgdt %0; lidt %1" : : "m"(gdtr), "m"(idtr));
}
