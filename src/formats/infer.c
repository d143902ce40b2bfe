// SPDX-License-Identifier: MIT
/*
 * infer.c - which sub-leaf a row is of, where the dump does not say.
 *
 * Counting repetitions is wrong where a tool prints only the sub-leaves that
 * exist: of leaf 0xD those are the state components of two masks, of leaf 0x10
 * the resources of one, and EVEREST before 2012 left out 0xD.1. Topology leaves
 * repeat the sub-leaf in ECX[7:0].
 */
#include <stdlib.h>
#include <string.h>

#include "infer.h"

enum rule {
	BY_ORDER, /* 0, 1, 2, ... as printed */
	BY_ECHO,
	BY_MASK,
	BY_XSAVE,
	BY_XSAVE_WITHOUT_1,
	FIRST_COUNTS,
};

/* The rows of one leaf in the order printed. */
struct group {
	struct cpupolicy__printed **row;
	size_t nr;
};

static enum rule by_order(const struct group *group, size_t from,
			  uint32_t subleaf)
{
	for (size_t i = from; i < group->nr; i++)
		group->row[i]->row.subleaf = subleaf++;
	return BY_ORDER;
}

/* Give rows from @from on the sub-leaves of @mask; false: too many rows. */
static bool by_mask(const struct group *group, size_t from, uint64_t mask)
{
	size_t left = group->nr - from;

	for (uint32_t bit = 0; bit < 64; bit++)
		left -= left && mask >> bit & 1;
	if (left)
		return false;
	for (uint32_t bit = 0; bit < 64 && from < group->nr; bit++)
		if (mask >> bit & 1)
			group->row[from++]->row.subleaf = bit;
	return true;
}

static enum rule by_echo(const struct group *group)
{
	uint32_t last = 0;

	for (size_t i = 0; i < group->nr; i++) {
		uint32_t echo = group->row[i]->row.ecx % 0x100u;

		/* what does not ascend repeats nothing */
		if (i && echo <= last)
			return by_order(group, 0, 0);
		last = echo;
		group->row[i]->row.subleaf = echo;
	}
	return BY_ECHO;
}

static bool is_zero(const struct cpupolicy_row *row)
{
	return (row->eax | row->ebx | row->ecx | row->edx) == 0;
}

/* A sub-leaf that exists is not zero: AIDA64 prints 0x10.1 whatever there is.
 */
static enum rule by_bits_of(const struct group *group, uint32_t mask)
{
	for (size_t i = 1; i < group->nr; i++)
		if (is_zero(&group->row[i]->row))
			return by_order(group, 0, 0);
	group->row[0]->row.subleaf = 0;
	if (by_mask(group, 1, mask & ~1u))
		return BY_MASK;
	return by_order(group, 0, 0);
}

/*
 * Does a row have the shape of a user state component? Sub-leaf 1 never has:
 * its EAX are flags, the lowest of which every CPU with any other has.
 */
static bool is_component(const struct cpupolicy_row *row)
{
	return row->eax && row->eax % 8u == 0 && row->ebx >= 0x240 &&
	       (row->ecx & ~7u) == 0 && row->edx == 0;
}

static enum rule by_components(const struct group *group)
{
	const struct cpupolicy_row *first = &group->row[0]->row;
	const struct cpupolicy_row *second = &group->row[1]->row;
	uint64_t mask = first->eax | (uint64_t)first->edx << 32;
	bool without_1 = is_component(second);

	group->row[0]->row.subleaf = 0;
	if (!without_1) {
		group->row[1]->row.subleaf = 1;
		mask |= second->ecx | (uint64_t)second->edx << 32;
	}
	if (!by_mask(group, without_1 ? 1 : 2, mask & ~(uint64_t)3))
		return by_order(group, 1, without_1 ? 2 : 1);
	return without_1 ? BY_XSAVE_WITHOUT_1 : BY_XSAVE;
}

/* Some rows were numbered: each of the others follows the one before. */
static enum rule after_the_one_before(const struct group *group)
{
	for (size_t i = 0; i < group->nr; i++)
		if (!group->row[i]->numbered)
			group->row[i]->row.subleaf =
				i ? group->row[i - 1]->row.subleaf + 1 : 0;
	return BY_ORDER;
}

/*
 * Does ECX matter to a leaf? The table knows of leaves with a slot: only those
 * have sub-leaves that it does not know. What it does not know at all is taken
 * for a leaf that has some.
 */
static bool has_subleaves(uint32_t leaf)
{
	static const uint32_t without_slot[] = { 0x12, 0x17, 0x18, 0x1b,
						 0x80000020 };

	for (size_t i = 0; i < sizeof(without_slot) / sizeof(without_slot[0]);
	     i++)
		if (without_slot[i] == leaf)
			return true;
	return strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, leaf, 0xffff),
		      "unknown") == 0;
}

static enum rule number(const struct group *group)
{
	const struct cpupolicy_row *first = &group->row[0]->row;

	switch (first->leaf) {
	case 0xb:
	case 0x1f:
	case 0x80000026:
		return by_echo(group);
	case 0xd:
		return by_components(group);
	case 0xf: /* resources that can be monitored */
		return by_bits_of(group, first->edx);
	case 0x10: /* resources that can be shared out */
		return by_bits_of(group, first->ebx);
	case 0x23: /* sub-leaves, also of itself */
		return by_bits_of(group, first->eax);
	default:
		break;
	}
	if (has_subleaves(first->leaf))
		return by_order(group, 0, 0);
	for (size_t i = 0; i < group->nr; i++)
		group->row[i]->row.subleaf = 0;
	return FIRST_COUNTS;
}

static void remember(struct cpupolicy__infer *infer, uint32_t leaf,
		     enum rule rule, int line)
{
	uint32_t i = 0;

	while (i < infer->nr_seen && (infer->seen[i].leaf != leaf ||
				      infer->seen[i].rule != (uint8_t)rule))
		i++;
	if (i == sizeof(infer->seen) / sizeof(infer->seen[0])) {
		infer->nr_more++;
		return;
	}
	if (i == infer->nr_seen) {
		infer->seen[i].leaf = leaf;
		infer->seen[i].rule = (uint8_t)rule;
		infer->seen[i].line = line;
		infer->seen[i].nr_cpus = 0;
		infer->nr_seen++;
	}
	infer->seen[i].nr_cpus++;
}

static void number_group(struct cpupolicy__infer *infer,
			 const struct group *group)
{
	size_t numbered = 0;
	enum rule rule;

	for (size_t i = 0; i < group->nr; i++)
		numbered += group->row[i]->numbered;
	if (numbered == group->nr)
		return;
	if (group->nr == 1) {
		group->row[0]->row.subleaf = 0;
		return;
	}
	rule = numbered ? after_the_one_before(group) : number(group);
	remember(infer, group->row[0]->row.leaf, rule, group->row[0]->line);
}

static int by_leaf(const void *a, const void *b)
{
	const struct cpupolicy__printed *x =
		*(const struct cpupolicy__printed *const *)a;
	const struct cpupolicy__printed *y =
		*(const struct cpupolicy__printed *const *)b;

	if (x->row.leaf != y->row.leaf)
		return x->row.leaf < y->row.leaf ? -1 : 1;
	/* rows of one leaf in the order printed */
	return x < y ? -1 : x > y;
}

int cpupolicy__infer(struct cpupolicy__infer *infer,
		     struct cpupolicy__printed *rows, size_t nr)
{
	struct group group = { 0 };

	if (nr > infer->room) {
		struct cpupolicy__printed **grown;

		grown = realloc(infer->order, nr * sizeof(*grown));
		if (!grown)
			return CPUPOLICY_E_MEMORY;
		infer->order = grown;
		infer->room = nr;
	}
	for (size_t i = 0; i < nr; i++)
		infer->order[i] = &rows[i];
	if (nr)
		qsort(infer->order, nr, sizeof(*infer->order), by_leaf);
	for (size_t i = 0; i < nr; i += group.nr) {
		group.row = infer->order + i;
		group.nr = 1;
		while (i + group.nr < nr &&
		       group.row[group.nr]->row.leaf == group.row[0]->row.leaf)
			group.nr++;
		number_group(infer, &group);
	}
	return 0;
}

int cpupolicy__infer_end(struct cpupolicy__infer *infer,
			 struct cpupolicy_record *record)
{
	static const char *const how[] = {
		[BY_ORDER] = "its sub-leaves are not printed: they are "
			     "numbered in the order of the rows",
		[BY_ECHO] = "its sub-leaves are not printed: ECX[7:0] repeats "
			    "them",
		[BY_MASK] = "its sub-leaves are not printed: they are numbered "
			    "by the mask in the first row",
		[BY_XSAVE] = "its sub-leaves are not printed: they are "
			     "numbered by the state components in XCR0 and XSS",
		[BY_XSAVE_WITHOUT_1] =
			"its sub-leaves are not printed: the second row is a "
			"state component, so sub-leaf 1 was left out, as "
			"EVEREST did before 2012",
		[FIRST_COUNTS] = "it has no sub-leaves and is printed more "
				 "than once: the first row counts",
	};
	int status = 0;

	for (uint32_t i = 0; record && i < infer->nr_seen && status == 0; i++)
		status = cpupolicy_record_note(
			record, "Leaf 0x%x (line %d, %u CPU%s): %s.",
			(unsigned)infer->seen[i].leaf, infer->seen[i].line,
			(unsigned)infer->seen[i].nr_cpus,
			infer->seen[i].nr_cpus == 1 ? "" : "s",
			how[infer->seen[i].rule]);
	if (record && infer->nr_more && status == 0)
		status = cpupolicy_record_note(
			record,
			"Sub-leaves that are not printed were numbered in %u "
			"more places.",
			(unsigned)infer->nr_more);
	free(infer->order);
	*infer = (struct cpupolicy__infer){ 0 };
	return status;
}
