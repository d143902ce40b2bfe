// SPDX-License-Identifier: MIT
/*
 * exceptions.c - exceptions in the hypervisor itself.
 */
#include "console.h"
#include "hypervisor.h"
#include "layout.h"

#define NR_EXCEPTIONS	  32
#define DEBUG_EXCEPTION	  1
#define GATE_OF_INTERRUPT 0x8e00

/* Of start.S. */
void exception_ignored(void);
void exception_fatal(void);

void give_up(uint64_t top, uint64_t next);

static struct {
	uint16_t offset_0, selector, type, offset_16;
	uint32_t offset_32, reserved;
} gates[NR_EXCEPTIONS];

/* The top of the stack: an error code, for some exceptions, and RIP. */
void give_up(uint64_t top, uint64_t next)
{
	put_string("@ fail hypervisor: an exception; stack: ");
	put_hex(top);
	put_string(" ");
	put_hex(next);
	put_string("\n");
}

void set_up_exceptions(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} idtr = { sizeof(gates) - 1, (uintptr_t)gates };

	for (uint32_t i = 0; i < NR_EXCEPTIONS; i++) {
		uintptr_t handler = (uintptr_t)exception_fatal;

		/* Bochs 2.7 takes the single step of a guest's instruction
		 * after the #VMEXIT that it causes, so here. No CPU does. */
		if (i == DEBUG_EXCEPTION)
			handler = (uintptr_t)exception_ignored;

		gates[i].offset_0 = (uint16_t)handler;
		gates[i].offset_16 = (uint16_t)(handler >> 16);
		gates[i].selector = CODE64;
		gates[i].type = GATE_OF_INTERRUPT;
	}
	__asm__ volatile("lidt %0" : : "m"(idtr));
}
