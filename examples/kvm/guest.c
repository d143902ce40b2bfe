// SPDX-License-Identifier: MIT
/*
 * guest.c - a guest of KVM prints what CPUID tells it, in kernel and user mode.
 *
 * It is that of examples/guest without the tricks: those try the handler, and
 * KVM has its own.
 */
#include "../guest/guest.h"
#include "../boot/console.h"

int main(void);

static void print(const struct mode *mode)
{
	if (mode->cpuid)
		print_values(mode);
}

int main(void)
{
	set_up();
	in_each_mode(print);
	put_string("@ done\n");
	done();
}
