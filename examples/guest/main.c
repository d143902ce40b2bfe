// SPDX-License-Identifier: MIT
/*
 * main.c - a guest prints what it sees, in each mode it can be in.
 *
 * It judges nothing: the test that reads its lines does.
 */
#include "guest.h"
#include "../boot/console.h"

int main(void);

static void print(const struct mode *mode)
{
	if (mode->cpuid)
		print_values(mode);
	print_traps(mode);
}

int main(void)
{
	set_up();
	in_each_mode(print);
	print_toggles(&modes[0]);
	put_string("@ done\n");
	done();
}
