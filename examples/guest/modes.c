// SPDX-License-Identifier: MIT
/*
 * modes.c - into each mode that this guest can be in, and out again.
 */
#include "guest.h"
#include "../boot/console.h"

void stray(uint32_t vector, uintptr_t ip, uintptr_t error);

/* An exception where none was asked for. */
void stray(uint32_t vector, uintptr_t ip, uintptr_t error)
{
	put_string("@ stray vector ");
	put_hex(vector);
	put_string(" at ");
	put_hex(ip);
	put_string(" error ");
	put_hex(error);
	put_string("\n");
}

void in_each_mode(void (*print)(const struct mode *mode))
{
	for (uint32_t i = 0; i < nr_modes; i++) {
		const struct mode *mode = &modes[i];

		put_string("@ mode ");
		put_string(mode->name);
		put_string("\n");
		if (mode->user)
			enter_user();
		print(mode);
		if (mode->user)
			leave_user();
	}
}
