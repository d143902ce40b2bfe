/* SPDX-License-Identifier: MIT */
/*
 * instruction.c - the CPUID instruction, where the machine has it.
 */
#include "host.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

bool cpupolicy__has_cpuid(void)
{
	unsigned int signature = 0; /* a 386 leaves it alone */

	return __get_cpuid_max(0, &signature) || signature;
}

void cpupolicy__cpuid(void *arg, struct cpupolicy_row *row)
{
	(void)arg;
	__cpuid_count(row->leaf, row->subleaf, row->eax, row->ebx, row->ecx,
		      row->edx);
}
#else
bool cpupolicy__has_cpuid(void)
{
	return false;
}

void cpupolicy__cpuid(void *arg, struct cpupolicy_row *row)
{
	(void)arg;
	row->eax = row->ebx = row->ecx = row->edx = 0;
}
#endif
