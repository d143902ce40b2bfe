// SPDX-License-Identifier: MIT
/*
 * main.c - a guest prints what it sees, in each mode it can be in.
 *
 * It judges nothing: the test that reads its lines does.
 */
#include "guest.h"
#include "../boot/console.h"

int main(void);
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

int main(void)
{
	set_up();
	for (uint32_t i = 0; i < nr_modes; i++) {
		const struct mode *mode = &modes[i];

		put_string("@ mode ");
		put_string(mode->name);
		put_string("\n");
		if (mode->user)
			enter_user();
		if (mode->cpuid)
			print_values(mode);
		print_traps(mode);
		if (mode->user)
			leave_user();
	}
	print_toggles(&modes[0]);
	put_string("@ done\n");
	done();
}
