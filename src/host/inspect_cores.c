// SPDX-License-Identifier: MIT
/*
 * inspect_cores.c - in what the cores of one machine differ.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

/* Of more kinds of core it is only said how many there are. */
#define MOST_KINDS 8

static int compare_place(const struct cpupolicy_row *a,
			 const struct cpupolicy_row *b)
{
	if (a->leaf != b->leaf)
		return a->leaf < b->leaf ? -1 : 1;
	return a->subleaf < b->subleaf ? -1 : a->subleaf > b->subleaf;
}

/* Do two rows differ in more than what varies from CPU to CPU? */
static bool differ(const struct cpupolicy_record *record,
		   const struct cpupolicy_row *a, const struct cpupolicy_row *b)
{
	struct cpupolicy_row x = cpupolicy__row_steady(record, a);
	struct cpupolicy_row y = cpupolicy__row_steady(record, b);

	return x.eax != y.eax || x.ebx != y.ebx || x.ecx != y.ecx ||
	       x.edx != y.edx;
}

/* Walk both by leaf; a row that only one has is a difference, too. */
static void list_rows(struct cpupolicy__list *list,
		      const struct cpupolicy_record *record,
		      const struct cpupolicy_core *one,
		      const struct cpupolicy_row *const *a,
		      const struct cpupolicy_core *other,
		      const struct cpupolicy_row *const *b)
{
	size_t i = 0, j = 0;

	while (i < one->nr_rows || j < other->nr_rows) {
		int order = i == one->nr_rows	  ? 1
			    : j == other->nr_rows ? -1
						  : compare_place(a[i], b[j]);

		if (order > 0)
			cpupolicy__list_add_row(list, b[j]);
		else if (order < 0 || differ(record, a[i], b[j]))
			cpupolicy__list_add_row(list, a[i]);
		i += order <= 0;
		j += order >= 0;
	}
}

static void list_msrs(struct cpupolicy__list *list,
		      const struct cpupolicy_core *one,
		      const struct cpupolicy_core *other)
{
	size_t i = 0, j = 0;

	while (i < one->nr_msrs || j < other->nr_msrs) {
		const struct cpupolicy_msr *a = &one->msrs[i],
					   *b = &other->msrs[j];
		bool only_a = j == other->nr_msrs ||
			      (i < one->nr_msrs && a->index < b->index);
		bool only_b =
			!only_a && (i == one->nr_msrs || b->index < a->index);
		char text[24];

		snprintf(text, sizeof(text), "MSR 0x%" PRIx32,
			 only_b ? b->index : a->index);
		if (only_a || only_b || a->value != b->value)
			cpupolicy__list_add(list, text);
		i += !only_b;
		j += !only_a;
	}
}

/* "CPU 3", "CPUs 0-7,16", or as much of the list as one reads. */
static void name_cpus(char out[72], const struct cpupolicy_core *core)
{
	char *end;

	snprintf(out, 72, "CPU%s %.60s", core->nr_cpus == 1 ? "" : "s",
		 core->cpus);
	end = strlen(core->cpus) > 60 ? strrchr(out, ',') : NULL;
	if (end)
		memcpy(end + 1, "...", 4);
}

static int compare(struct cpupolicy_record *record,
		   const struct cpupolicy_row *const *first,
		   const struct cpupolicy_core *other)
{
	const struct cpupolicy_row **rows = cpupolicy__sorted_rows(other);
	struct cpupolicy__list list = { 0 };
	char these[72], those[72];
	bool leaves;

	if (!rows)
		return CPUPOLICY_E_MEMORY;
	list_rows(&list, record, &record->cores[0], first, other, rows);
	leaves = list.nr != 0;
	list_msrs(&list, &record->cores[0], other);
	free(rows);
	name_cpus(these, other);
	name_cpus(those, &record->cores[0]);
	return cpupolicy_record_note(
		record,
		"%s and %s differ in %s%s. The host set is what all CPUs "
		"offer.",
		those, these, leaves ? "leaf " : "",
		list.nr ? cpupolicy__list_text(&list) : "the order of rows");
}

int cpupolicy__inspect_cores(struct cpupolicy_record *record)
{
	const struct cpupolicy_row **first;
	int status = 0;
	size_t i;

	if (record->nr_cores < 2)
		return 0;
	first = cpupolicy__sorted_rows(&record->cores[0]);
	if (!first)
		return CPUPOLICY_E_MEMORY;
	for (i = 1; i < record->nr_cores && i <= MOST_KINDS && !status; i++)
		status = compare(record, first, &record->cores[i]);
	free(first);
	if (i < record->nr_cores && status == 0)
		status = cpupolicy_record_note(
			record, "%zu more kinds of CPU differ from the first.",
			record->nr_cores - i);
	return status;
}
