// SPDX-License-Identifier: MIT
/*
 * console.c - text to the debug port of an emulator, and the way out of it.
 */
#include "console.h"
#include "x86.h"

#define DEBUG_PORT 0xe9
#define BOCHS_PORT 0x8900
#define QEMU_PORT  0xf4 /* -device isa-debug-exit,iobase=0xf4 */

void put_string(const char *text)
{
	while (*text)
		outb(DEBUG_PORT, (uint8_t)*text++);
}

void put_hex(uint64_t value)
{
	uint32_t shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (;; shift -= 4) {
		outb(DEBUG_PORT,
		     (uint8_t) "0123456789abcdef"[value >> shift & 15]);
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
		outb(DEBUG_PORT, (uint8_t)('0' + value / unit % 10));
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
