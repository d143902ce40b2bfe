/* SPDX-License-Identifier: MIT */
/*
 * console.h - text for whoever watches, and the way out.
 *
 * Lines begin with "@ ", so that they can be told from what the emulator itself
 * prints.
 */
#ifndef BOOT_CONSOLE_H
#define BOOT_CONSOLE_H

#include <stdint.h>

/* Of port.c, or of another console. */
void put_char(char c);

void put_string(const char *text);
/* Hexadecimal without leading zeros. */
void put_hex(uint64_t value);
void put_decimal(uint32_t value);

/* Ends Bochs (0x8900) or QEMU (isa-debug-exit); elsewhere it halts. */
void power_off(void) __attribute__((noreturn));

#endif
