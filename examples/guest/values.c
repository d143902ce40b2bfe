// SPDX-License-Identifier: MIT
/*
 * values.c - what CPUID answers: all leaves that anybody has defined, their
 * sub-leaves, and inputs beyond them.
 */
#include "guest.h"
#include "../boot/console.h"

/* Leaves and how many sub-leaves of each; the first that fits counts. */
static const struct range {
	uint32_t first, last, subleaves;
} ranges[] = {
	{ 0x4, 0x4, 10 },
	{ 0x7, 0x7, 4 },
	{ 0xb, 0xb, 5 },
	{ 0xd, 0xd, 64 },
	{ 0xf, 0xf, 3 },
	{ 0x10, 0x10, 7 },
	{ 0x12, 0x12, 33 },
	{ 0x14, 0x14, 3 },
	{ 0x17, 0x18, 10 },
	{ 0x1b, 0x1b, 33 },
	{ 0x1d, 0x1f, 6 },
	{ 0x20, 0x24, 7 },
	{ 0x0, 0x30, 2 },
	{ 0x40000000, 0x40000010, 3 },
	{ 0x40000100, 0x40000104, 1 },
	{ 0x8000001d, 0x8000001d, 7 },
	{ 0x80000020, 0x80000020, 6 },
	{ 0x80000026, 0x80000026, 9 },
	{ 0x80000000, 0x80000028, 2 },
	{ 0x80860000, 0x80860007, 1 },
	{ 0x8ffffffe, 0x8fffffff, 1 },
	{ 0xc0000000, 0xc0000007, 1 },
};

/* Beyond all that is defined, or outside of it in ECX alone. */
static const struct {
	uint32_t leaf, subleaf;
} others[] = {
	{ 0x1, 0xffffffff },   { 0x2, 0x80000001 },
	{ 0x4, 0x100 },	       { 0x4, 0x80000000 },
	{ 0x4, 0xffffffff },   { 0x7, 0x100 },
	{ 0x7, 0xffffffff },   { 0xb, 0x100 },
	{ 0xb, 0x80000001 },   { 0xd, 0x100 },
	{ 0xd, 0x102 },	       { 0xd, 0xffffffff },
	{ 0x1f, 0xff },	       { 0x31, 0 },
	{ 0x31, 1 },	       { 0xff, 0 },
	{ 0x100, 0 },	       { 0x104, 1 },
	{ 0x10000, 0 },	       { 0x10007, 0 },
	{ 0x3fffffff, 2 },     { 0x40000011, 0 },
	{ 0x400000ff, 0 },     { 0x40000200, 0 },
	{ 0x4000ff00, 0 },     { 0x40010000, 0 },
	{ 0x7fffffff, 0 },     { 0x7fffffff, 1 },
	{ 0x80000029, 0 },     { 0x800000ff, 0 },
	{ 0x80000101, 0 },     { 0x80010001, 0 },
	{ 0x8000001d, 0x100 }, { 0x8000001d, 0xffffffff },
	{ 0x80860008, 0 },     { 0xbfffffff, 0 },
	{ 0xc0000008, 0 },     { 0xc0010001, 0 },
	{ 0xffffffff, 0 },     { 0xffffffff, 0xffffffff },
};

static void put_number(uint32_t value)
{
	put_string(" ");
	put_hex(value);
}

void print_row(uint32_t leaf, uint32_t subleaf, const struct registers *regs)
{
	put_string("@");
	put_number(leaf);
	put_number(subleaf);
	put_number(regs->eax);
	put_number(regs->ebx);
	put_number(regs->ecx);
	put_number(regs->edx);
	put_string("\n");
}

static void print(const struct mode *mode, uint32_t leaf, uint32_t subleaf)
{
	struct registers regs = { .eax = leaf, .ecx = subleaf };

	mode->cpuid(&regs);
	print_row(leaf, subleaf, &regs);
}

void print_values(const struct mode *mode)
{
	for (uint32_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		for (uint32_t leaf = ranges[i].first; leaf <= ranges[i].last;
		     leaf++)
			for (uint32_t s = 0; s < ranges[i].subleaves; s++)
				print(mode, leaf, s);
	for (uint32_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		print(mode, others[i].leaf, others[i].subleaf);
}
