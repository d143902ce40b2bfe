/* SPDX-License-Identifier: MIT */
/*
 * walk.c - ask a CPU for every leaf and sub-leaf it has, and for no more.
 *
 * Which leaves have sub-leaves, and how they end, is Intel SDM 2A (CPUID) and
 * AMD APM 3 appendix E. Nothing here trusts an answer: every loop has a cap.
 */
#include "host.h"

/* Sub-leaves that end by themselves end far before this one. */
enum { MAX_SUBLEAF = 63 };

struct walk {
	struct cpupolicy__rows *rows;
	cpupolicy__ask *ask;
	void *arg;
	int status;
};

static struct cpupolicy_row ask(struct walk *walk, uint32_t leaf,
				uint32_t subleaf)
{
	struct cpupolicy_row row = { .leaf = leaf, .subleaf = subleaf };

	walk->ask(walk->arg, &row);
	return row;
}

static struct cpupolicy_row keep(struct walk *walk, uint32_t leaf,
				 uint32_t subleaf)
{
	struct cpupolicy_row row = ask(walk, leaf, subleaf);
	struct cpupolicy_row clean = row;

	cpupolicy__row_redact(&clean);
	if (!walk->status)
		walk->status = cpupolicy__rows_add(walk->rows, &clean);
	return row;
}

static void keep_up_to(struct walk *walk, uint32_t leaf, uint32_t last)
{
	if (last > MAX_SUBLEAF)
		last = MAX_SUBLEAF;
	for (uint32_t i = 1; i <= last; i++)
		keep(walk, leaf, i);
}

static void keep_bits(struct walk *walk, uint32_t leaf, uint32_t first,
		      uint64_t bits)
{
	for (uint32_t i = first; i < 64; i++)
		if (bits >> i & 1)
			keep(walk, leaf, i);
}

/* From sub-leaf @first until the register has none of these bits. */
static void keep_while(struct walk *walk, uint32_t leaf, uint32_t first,
		       enum cpupolicy_register reg, uint32_t mask)
{
	for (uint32_t i = first; i <= MAX_SUBLEAF; i++) {
		struct cpupolicy_row row = keep(walk, leaf, i);

		if (!((reg == CPUPOLICY_EAX ? row.eax : row.ecx) & mask))
			break;
	}
}

static void keep_xsave(struct walk *walk, const struct cpupolicy_row *zero)
{
	struct cpupolicy_row one = keep(walk, 0xd, 1);
	uint64_t user = zero->eax | (uint64_t)zero->edx << 32;
	uint64_t supervisor = one.ecx | (uint64_t)one.edx << 32;

	/* bits 0 and 1, x87 and SSE, have no sub-leaf; bit 63 is no component
	 */
	keep_bits(walk, 0xd, 2, (user | supervisor) & ~(1ull << 63));
}

/* Leaves whose sub-leaf 0 was read and says how many more there are. */
static void keep_rest(struct walk *walk, const struct cpupolicy_row *zero)
{
	switch (zero->leaf) {
	case 0x7:
	case 0x14:
	case 0x17:
	case 0x18:
	case 0x1d:
	case 0x20:
	case 0x24:
	case 0x29:
		keep_up_to(walk, zero->leaf, zero->eax);
		break;
	case 0x1e:
		/* sub-leaf 1 came before EAX said so */
		keep_up_to(walk, 0x1e, zero->eax > 1 ? zero->eax : 1);
		break;
	case 0xd:
		keep_xsave(walk, zero);
		break;
	case 0xf:
		keep_bits(walk, 0xf, 1, zero->edx);
		break;
	case 0x10:
	case 0x80000020:
		keep_bits(walk, zero->leaf, 1, zero->ebx);
		break;
	case 0x12:
		keep(walk, 0x12, 1);
		keep_while(walk, 0x12, 2, CPUPOLICY_EAX, 0xf);
		break;
	case 0x23:
		keep_bits(walk, 0x23, 1, zero->eax);
		break;
	default:
		break;
	}
}

static void keep_leaf(struct walk *walk, uint32_t leaf)
{
	struct cpupolicy_row zero;

	switch (leaf) {
	case 0x4:
	case 0x8000001d:
		keep_while(walk, leaf, 0, CPUPOLICY_EAX, 0x1f);
		break;
	case 0xb:
	case 0x1f:
	case 0x80000026:
		keep_while(walk, leaf, 0, CPUPOLICY_ECX, 0xff00);
		break;
	case 0x1b:
		keep_while(walk, leaf, 0, CPUPOLICY_EAX, 0xfff);
		break;
	default:
		zero = keep(walk, leaf, 0);
		keep_rest(walk, &zero);
		break;
	}
}

/*
 * A range of leaves that begins at @base, if there is one: what CPUs answer to
 * a leaf that they do not have can be anything, such as the highest leaf.
 */
static void keep_range(struct walk *walk, uint32_t base)
{
	struct cpupolicy_row first = ask(walk, base, 0);
	uint32_t last = first.eax;

	/* KVM before Linux 2.6.37 left EAX of its signature 0 */
	if (base == 0x40000000 && last == 0 && first.ebx)
		last = base + 1;
	/* the first Pentiums answered leaf 0 with their signature */
	if (base == 0 && last > 0xffff)
		last = 1;
	if (last < base || last - base > 0xffff)
		return;
	if (last - base > 0xff)
		last = base + 0xff;
	for (uint32_t leaf = base; leaf <= last && !walk->status; leaf++)
		keep_leaf(walk, leaf);
}

/* Xen's time leaf has three sub-leaves, and its signature says it is Xen. */
static void keep_xen_time(struct walk *walk, uint32_t base)
{
	struct cpupolicy_row first = ask(walk, base, 0);

	if (first.ebx == 0x566e6558 && first.eax >= base + 3)
		keep_up_to(walk, base + 3, 2);
}

int cpupolicy__walk(struct cpupolicy__rows *rows, cpupolicy__ask *how,
		    void *arg)
{
	struct walk walk = { rows, how, arg, 0 };
	bool hypervisor;

	keep_range(&walk, 0);
	hypervisor = ask(&walk, 1, 0).ecx >> 31;
	/* sections lie 0x100 apart; guests look for them up to here */
	for (uint32_t base = 0x40000000; hypervisor && base < 0x40010000;
	     base += 0x100) {
		keep_range(&walk, base);
		keep_xen_time(&walk, base);
	}
	keep_range(&walk, 0x80000000);
	keep_range(&walk, 0x80860000);
	keep_range(&walk, 0xc0000000);
	return walk.status;
}
