// SPDX-License-Identifier: MIT
/*
 * mode64.c - 64-bit mode: descriptors, and the modes that can be had there.
 */
#include "guest.h"
#include "../boot/layout.h"

#define HIGH 0xffffffff80000000u

/* Addresses are above 4 GiB in the mode that is called high. */
void cpuid64(struct registers *regs);
void cpuid_compatible(struct registers *regs);

const struct mode modes[] = {
	{
		.name = "64-bit",
		.bits = 64,
		.cs = CODE64,
		.ss = DATA,
		.cpuid = cpuid64,
	},
	{
		.name = "high",
		.bits = 64,
		.cs = CODE64,
		.ss = DATA,
		.code = HIGH,
	},
	{
		.name = "user",
		.bits = 64,
		.cs = USER_CODE64,
		.ss = USER_DATA,
		.user = true,
		.cpuid = cpuid64,
	},
	{
		.name = "compatibility",
		.bits = 32,
		.cs = CODE32,
		.ss = DATA,
		.cpuid = cpuid_compatible,
	},
};
const uint32_t nr_modes = sizeof(modes) / sizeof(modes[0]);

static uint64_t gdt[] = {
	[CODE32 / 8] = GDT_CODE32,
	[DATA / 8] = GDT_DATA,
	[CODE64 / 8] = GDT_CODE64,
	[USER_DATA / 8] = GDT_DATA | GDT_USER,
	[USER_CODE64 / 8] = GDT_CODE64 | GDT_USER,
	[WRAPPING / 8] = GDT_CODE32,
};

/* Two halves, since fields are not aligned: Intel SDM 3A, 8.7. */
static struct {
	uint32_t reserved;
	uint32_t rsp0[2];
	uint32_t rest[23];
} tss;

struct gate {
	uint16_t offset_0, selector, type, offset_16;
	uint32_t offset_32, reserved;
};
static struct gate idt[NR_VECTORS];

static uint64_t trap_stack[128] __attribute__((aligned(16)));

static void load(const void *table, size_t size, bool interrupts)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} place = { (uint16_t)(size - 1), (uintptr_t)table };

	if (interrupts)
		__asm__ volatile("lidt %0" : : "m"(place));
	else
		__asm__ volatile("lgdt %0" : : "m"(place));
}

uint8_t *end_of_code(const struct mode *mode, struct run *run)
{
	static uint8_t code[16] = { [2] = 0xcc }; /* INT3 at offset 0 */

	if (mode->bits != 32)
		return NULL;
	gdt[WRAPPING / 8] = GDT_CODE32 | GDT_BASE((uintptr_t)code + 2);
	run->cs = WRAPPING;
	run->ip = 0xfffffffe;
	return code;
}

void set_up(void)
{
	uintptr_t stack = (uintptr_t)(trap_stack + 128);

	tss.rsp0[0] = (uint32_t)stack;
	gdt[TSS / 8] = GDT_TSS | GDT_BASE((uintptr_t)&tss) | sizeof(tss);
	load(gdt, sizeof(gdt), false);
	__asm__ volatile("ltr %0" : : "r"((uint16_t)TSS));

	/* interrupt gates, open to user mode */
	for (uint32_t i = 0; i < NR_VECTORS; i++) {
		uintptr_t stub = (uintptr_t)stubs + 16 * i;

		idt[i].offset_0 = (uint16_t)stub;
		idt[i].offset_16 = (uint16_t)(stub >> 16);
		idt[i].selector = CODE64;
		idt[i].type = 0xee00;
	}
	load(idt, sizeof(idt), true);
}
