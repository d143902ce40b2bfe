// SPDX-License-Identifier: MIT
/*
 * inspect_rows.c - which rows a record has: ones that are missing, there twice
 * or nobody's business.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

void cpupolicy__list_add(struct cpupolicy__list *list, const char *text)
{
	size_t used = strlen(list->text);

	/* leave room for how many more there are */
	if (used + strlen(text) + 24 > sizeof(list->text)) {
		list->nr_more++;
		return;
	}
	snprintf(list->text + used, sizeof(list->text) - used, "%s%s",
		 list->nr ? ", " : "", text);
	list->nr++;
}

void cpupolicy__list_add_row(struct cpupolicy__list *list,
			     const struct cpupolicy_row *row)
{
	const struct cpupolicy_address at = {
		.leaf = row->leaf,
		.subleaf = (uint16_t)row->subleaf,
	};
	char text[2 + CPUPOLICY_ADDRESS_TEXT] = "0x";

	cpupolicy_address_text(text + 2, &at);
	text[strcspn(text, ":")] = '\0';
	cpupolicy__list_add(list, text);
}

const char *cpupolicy__list_text(struct cpupolicy__list *list)
{
	size_t used = strlen(list->text);

	if (list->nr_more)
		snprintf(list->text + used, sizeof(list->text) - used,
			 " and %" PRIu32 " more", list->nr_more);
	list->nr_more = 0;
	return list->text;
}

static int row_order(const void *a, const void *b)
{
	const struct cpupolicy_row *x = *(const struct cpupolicy_row *const *)a;
	const struct cpupolicy_row *y = *(const struct cpupolicy_row *const *)b;

	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	if (x->subleaf != y->subleaf)
		return x->subleaf < y->subleaf ? -1 : 1;
	return x < y ? -1 : x > y;
}

const struct cpupolicy_row **
cpupolicy__sorted_rows(const struct cpupolicy_core *core)
{
	const struct cpupolicy_row **rows =
		malloc((core->nr_rows + 1) * sizeof(*rows));

	if (!rows)
		return NULL;
	for (size_t i = 0; i < core->nr_rows; i++)
		rows[i] = &core->rows[i];
	qsort(rows, core->nr_rows, sizeof(*rows), row_order);
	return rows;
}

static void add_gap(struct cpupolicy__list *list, uint32_t first, uint32_t last)
{
	char text[32];

	if (first > last)
		return;
	if (first == last)
		snprintf(text, sizeof(text), "0x%" PRIx32, first);
	else
		snprintf(text, sizeof(text), "0x%" PRIx32 "-0x%" PRIx32, first,
			 last);
	cpupolicy__list_add(list, text);
}

/* Leaves from @base to the highest of its range that have no row. */
static void add_gaps(struct cpupolicy__list *list,
		     const struct cpupolicy_core *core,
		     const struct cpupolicy_row *const *rows, uint32_t base)
{
	const struct cpupolicy_row *first = cpupolicy_core_row(core, base, 0);
	uint32_t next = base;

	if (!first || (first->eax & 0xffff0000u) != base)
		return;
	for (size_t i = 0; i < core->nr_rows && rows[i]->leaf <= first->eax;
	     i++) {
		if (rows[i]->leaf < next)
			continue;
		if (rows[i]->leaf > next)
			add_gap(list, next, rows[i]->leaf - 1);
		next = rows[i]->leaf + 1;
	}
	add_gap(list, next, first->eax);
}

static bool is_zero(const struct cpupolicy_row *row)
{
	return (row->eax | row->ebx | row->ecx | row->edx) == 0;
}

static bool is_private(const struct cpupolicy_row *row)
{
	return strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, row->leaf,
					  row->subleaf),
		      "private") == 0;
}

static bool differ(const struct cpupolicy_row *a, const struct cpupolicy_row *b)
{
	return a->eax != b->eax || a->ebx != b->ebx || a->ecx != b->ecx ||
	       a->edx != b->edx;
}

static bool same_place(const struct cpupolicy_row *a,
		       const struct cpupolicy_row *b)
{
	return a->leaf == b->leaf && a->subleaf == b->subleaf;
}

int cpupolicy__inspect_rows(struct cpupolicy_record *record,
			    const struct cpupolicy_core *core)
{
	static const uint32_t bases[] = { 0, 0x80000000u, 0xc0000000u };
	const struct cpupolicy_row **rows = cpupolicy__sorted_rows(core);
	struct cpupolicy__list twice = { 0 }, secret = { 0 }, gaps = { 0 };
	int status = 0;

	if (!rows)
		return CPUPOLICY_E_MEMORY;
	for (size_t i = 0; i < core->nr_rows; i++) {
		if (i && same_place(rows[i], rows[i - 1]) &&
		    differ(rows[i], rows[i - 1]))
			cpupolicy__list_add_row(&twice, rows[i]);
		if (!is_zero(rows[i]) && is_private(rows[i]))
			cpupolicy__list_add_row(&secret, rows[i]);
	}
	/* a format that leaves things out by its nature says so itself */
	for (size_t i = 0; !core->known && i < 3; i++)
		add_gaps(&gaps, core, rows, bases[i]);
	free(rows);

	if (twice.nr)
		status = cpupolicy_record_note(
			record,
			"Leaves that are there twice with different values: "
			"%s. The first row of each counts.",
			cpupolicy__list_text(&twice));
	if (secret.nr && status == 0)
		status = cpupolicy_record_note(
			record,
			"Leaves that are private to the machine or change with "
			"every reading (serial number, sensors): %s. They are "
			"in no policy, and are written as zero.",
			cpupolicy__list_text(&secret));
	if (gaps.nr && status == 0)
		status = cpupolicy_record_note(
			record,
			"Leaves up to the highest one that were not recorded: "
			"%s. Not recorded is not zero: nothing is known of "
			"them.",
			cpupolicy__list_text(&gaps));
	return status;
}
