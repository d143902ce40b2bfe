// SPDX-License-Identifier: MIT
/*
 * port.c - the console of an emulator: its debug port; and the way out of it.
 */
#include "console.h"
#include "x86.h"

#define DEBUG_PORT 0xe9
#define BOCHS_PORT 0x8900
#define QEMU_PORT  0xf4 /* -device isa-debug-exit,iobase=0xf4 */

void put_char(char c)
{
	outb(DEBUG_PORT, (uint8_t)c);
}

void power_off(void)
{
	/* One byte at a time: Bochs does not listen to a string of them. */
	for (const char *s = "Shutdown"; *s; s++)
		outb(BOCHS_PORT, (uint8_t)*s);
	outb(QEMU_PORT, 0);
	for (;;)
		__asm__ volatile("cli; hlt");
}
