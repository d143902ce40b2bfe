// SPDX-License-Identifier: MIT
/*
 * probe.c - print every leaf of this CPU, as "cpuid -r" would.
 *
 * The walk is the library's own; it adds its rows to the debug port.
 */
#include "../../src/host/host.h"
#include "../boot/console.h"
#include "../boot/x86.h"

int main(void);
void enable_long_mode(void);
void cpuid_in_32(struct registers *regs);
void cpuid_in_64(struct registers *regs);

static void ask(void *arg, struct cpupolicy_row *row)
{
	bool *long_mode = arg;
	struct registers regs = { .eax = row->leaf, .ecx = row->subleaf };

	if (*long_mode)
		cpuid_in_64(&regs);
	else
		cpuid_in_32(&regs);
	row->eax = regs.eax;
	row->ebx = regs.ebx;
	row->ecx = regs.ecx;
	row->edx = regs.edx;
}

static void put_padded(const char *before, uint32_t value, uint32_t digits)
{
	put_string(before);
	put_string("0x");
	for (uint32_t rest = value >> 4; rest; rest >>= 4)
		digits--;
	for (; digits > 1; digits--)
		put_string("0");
	put_hex(value);
}

int cpupolicy__rows_add(struct cpupolicy__rows *rows,
			const struct cpupolicy_row *row)
{
	put_padded("@    ", row->leaf, 8);
	put_padded(" ", row->subleaf, 2);
	put_padded(": eax=", row->eax, 8);
	put_padded(" ebx=", row->ebx, 8);
	put_padded(" ecx=", row->ecx, 8);
	put_padded(" edx=", row->edx, 8);
	put_string("\n");
	return rows->nr++ < CPUPOLICY__MAX_ROWS ? 0 : CPUPOLICY_E_RANGE;
}

/* As "cpuid -r", all of it; whoever writes a record of it leaves out what is
 * private. */
void cpupolicy__row_redact(struct cpupolicy_row *row)
{
	(void)row;
}

static bool has_long_mode(void)
{
	return cpuid(0x80000000, 0).eax - 0x80000001 < 0xffff &&
	       (cpuid(0x80000001, 0).edx & 0x20000000) != 0;
}

int main(void)
{
	struct cpupolicy__rows rows = { .nr = 0 };
	bool long_mode = has_long_mode();

	if (long_mode)
		enable_long_mode();
	put_string("@ CPU 0:\n");
	cpupolicy__walk(&rows, ask, &long_mode);
	put_string("@ done\n");
	return 0;
}
