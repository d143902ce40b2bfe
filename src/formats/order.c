// SPDX-License-Identifier: MIT
/*
 * order.c - rows of one CPU, put in order and completed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"

/* No range of leaves that was seen has more. */
enum { MAX_RANGE = 0x100 };

struct item {
	struct cpupolicy_row row;
	size_t at;
};

static int compare_rows(const struct cpupolicy_row *x,
			const struct cpupolicy_row *y)
{
	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	return (x->subleaf > y->subleaf) - (x->subleaf < y->subleaf);
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = compare_rows(&x->row, &y->row);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool is_sorted(const struct cpupolicy__rows *rows)
{
	for (size_t i = 1; i < rows->nr; i++)
		if (compare_rows(&rows->row[i - 1], &rows->row[i]) >= 0)
			return false;
	return true;
}

int cpupolicy__rows_sort(struct cpupolicy__rows *rows, uint32_t *nr_differ)
{
	size_t nr = rows->nr;
	struct item *items;

	if (is_sorted(rows))
		return 0;
	items = malloc(nr * sizeof(*items));
	if (!items)
		return CPUPOLICY_E_MEMORY;
	for (size_t i = 0; i < nr; i++)
		items[i] = (struct item){ rows->row[i], i };
	qsort(items, nr, sizeof(*items), compare_items);
	rows->nr = 0;
	for (size_t i = 0; i < nr; i++) {
		const struct cpupolicy_row *row = &items[i].row;
		const struct cpupolicy_row *last =
			rows->nr ? &rows->row[rows->nr - 1] : NULL;

		if (!last || compare_rows(last, row) != 0)
			rows->row[rows->nr++] = *row;
		else if (memcmp(last, row, sizeof(*row)) != 0)
			++*nr_differ;
	}
	free(items);
	return 0;
}

static const struct cpupolicy_row *find(const struct cpupolicy__rows *rows,
					size_t nr, uint32_t leaf,
					uint32_t subleaf)
{
	const struct cpupolicy_row key = { .leaf = leaf, .subleaf = subleaf };

	for (size_t i = 0; i < nr; i++)
		if (compare_rows(&rows->row[i], &key) == 0)
			return &rows->row[i];
	return NULL;
}

/* Where there is no such row; new ones go behind the @nr sorted ones. */
static int add(struct cpupolicy__rows *rows, size_t nr, uint32_t leaf,
	       uint32_t subleaf, uint32_t *nr_zero)
{
	const struct cpupolicy_row zero = { .leaf = leaf, .subleaf = subleaf };
	int status;

	if (find(rows, nr, leaf, subleaf))
		return 0;
	status = cpupolicy__rows_add(rows, &zero);
	if (status == 0)
		++*nr_zero;
	/* without room for them they are not recorded */
	return status == CPUPOLICY_E_RANGE ? 0 : status;
}

static int fill_range(struct cpupolicy__rows *rows, size_t nr, uint32_t base,
		      uint32_t asked, uint32_t *nr_zero)
{
	const struct cpupolicy_row *first = find(rows, nr, base, 0);
	uint32_t limit = first ? first->eax : 0, last = base;
	int status = 0;

	if (!first || limit < base || limit - base >= MAX_RANGE)
		return 0;
	if (asked > last)
		last = asked < limit ? asked : limit;
	for (size_t i = 0; i < nr; i++)
		if (rows->row[i].leaf > last && rows->row[i].leaf <= limit)
			last = rows->row[i].leaf;
	for (uint32_t leaf = base; leaf <= last && status == 0; leaf++)
		status = add(rows, nr, leaf, 0, nr_zero);
	return status;
}

static int fill_subleaves(struct cpupolicy__rows *rows, size_t nr,
			  uint32_t leaf, uint32_t *nr_zero)
{
	const struct cpupolicy_row *first = find(rows, nr, leaf, 0);
	uint32_t last = 1;
	int status = 0;

	/* there is nothing behind the leaf: perhaps it is not all of it */
	if (!first || rows->row[nr - 1].leaf == leaf)
		return 0;
	if (leaf == 7)
		last = first->eax < 63 ? first->eax : 0;
	for (uint32_t i = 1; i <= last && status == 0; i++)
		status = add(rows, nr, leaf, i, nr_zero);
	return status;
}

int cpupolicy__rows_fill(struct cpupolicy__rows *rows,
			 const struct cpupolicy__asked *asked,
			 uint32_t *nr_zero)
{
	size_t nr = rows->nr;
	uint32_t none = 0;
	int status = fill_range(rows, nr, 0, asked->basic, nr_zero);

	if (status == 0)
		status = fill_range(rows, nr, 0x80000000, asked->extended,
				    nr_zero);
	if (status == 0)
		status = fill_subleaves(rows, nr, 0x7, nr_zero);
	if (status == 0)
		status = fill_subleaves(rows, nr, 0xd, nr_zero);
	return status == 0 ? cpupolicy__rows_sort(rows, &none) : status;
}

int cpupolicy__dump_order(struct cpupolicy__dump *dump,
			  struct cpupolicy__ordered *ordered,
			  const struct cpupolicy__asked *asked)
{
	struct cpupolicy__rows *rows = &dump->rows;
	int status = cpupolicy__rows_sort(rows, &ordered->nr_differ);

	if (status == 0 && asked)
		status = cpupolicy__rows_fill(rows, asked, &ordered->nr_zero);
	return status < 0
		       ? cpupolicy__no_memory(dump->error, dump->source->name)
		       : 0;
}

int cpupolicy__dump_ordered(const struct cpupolicy__dump *dump,
			    const struct cpupolicy__ordered *ordered,
			    const char *tool)
{
	int status = 0;

	if (ordered->nr_zero)
		status = cpupolicy_record_note(
			dump->record,
			"%s does not print rows that are zero: %" PRIu32
			" that it must have seen were added.",
			tool, ordered->nr_zero);
	if (ordered->nr_differ && status == 0)
		status = cpupolicy_record_note(
			dump->record,
			"%" PRIu32 " rows are there twice and differ: the "
			"first counts.",
			ordered->nr_differ);
	return status < 0
		       ? cpupolicy__no_memory(dump->error, dump->source->name)
		       : 0;
}
