// SPDX-License-Identifier: MIT
/*
 * libcpuid_write.c - write raw dumps of libcpuid.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "libcpuid_raw.h"
#include "order.h"

/* A record may have rows of any leaf. */
enum { MAX_SENTENCES = 64 };

static bool has_place(const struct cpupolicy__libcpuid_table *table,
		      const struct cpupolicy_row *row)
{
	if (table->subleaves)
		return row->leaf == table->leaf && row->subleaf < table->nr;
	return row->leaf >= table->leaf &&
	       row->leaf - table->leaf < table->nr && row->subleaf == 0;
}

static bool has_any_place(const struct cpupolicy_row *row)
{
	for (size_t i = 0; i < CPUPOLICY__LIBCPUID_TABLES; i++)
		if (has_place(&cpupolicy__libcpuid_tables[i], row))
			return true;
	return false;
}

static void lose_padding(const struct cpupolicy__writing *writing,
			 const struct cpupolicy_core *core,
			 const struct cpupolicy__libcpuid_padding *padding,
			 uint32_t nr_differ)
{
	if (padding->beyond)
		cpupolicy__lose(writing,
				"CPU %.100s: %" PRIu32 " rows beyond the "
				"highest leaf that are zero or echo it: in the "
				"format they are the same as none",
				core->cpus, padding->beyond);
	if (padding->zero)
		cpupolicy__lose(writing,
				"CPU %.100s: %" PRIu32 " sub-leaves that are "
				"zero: in the format they are the same as none",
				core->cpus, padding->zero);
	if (nr_differ)
		cpupolicy__lose(writing,
				"CPU %.100s: %" PRIu32 " rows are there twice "
				"and differ: only the first was written",
				core->cpus, nr_differ);
}

static void lose_rows(const struct cpupolicy__writing *writing,
		      const struct cpupolicy_core *core,
		      const struct cpupolicy__rows *rows)
{
	unsigned sentences = 0;
	size_t nr;

	for (size_t i = 0; i < rows->nr; i += nr) {
		const struct cpupolicy_row *row = &rows->row[i];
		size_t lost = 0;

		for (nr = 0; i + nr < rows->nr && row[nr].leaf == row->leaf;
		     nr++)
			lost += !has_any_place(&row[nr]);
		if (!lost)
			continue;
		if (sentences++ == MAX_SENTENCES) {
			cpupolicy__lose(writing,
					"CPU %.100s: leaf 0x%" PRIx32
					" and leaves above it: the format has "
					"no place for all of their rows",
					core->cpus, row->leaf);
			return;
		}
		cpupolicy__lose(writing,
				"CPU %.100s: leaf 0x%" PRIx32 ": %zu of %zu "
				"rows: the format has no place for them",
				core->cpus, row->leaf, lost, nr);
	}
}

/* The first two hold leaves, the others sub-leaves: sub-leaf 0 again. */
static bool is_in_first_two(const struct cpupolicy_row *row)
{
	return has_place(&cpupolicy__libcpuid_tables[0], row) ||
	       has_place(&cpupolicy__libcpuid_tables[1], row);
}

/*
 * Is there anything that only this table has a place for? Where it holds just
 * sub-leaf 0, libcpuid would find no cache but the first.
 */
static bool is_needed(size_t table, const struct cpupolicy__rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (has_place(&cpupolicy__libcpuid_tables[table],
			      &rows->row[i]) &&
		    (table < 2 || !is_in_first_two(&rows->row[i])))
			return true;
	return false;
}

static void write_rows(struct cpupolicy__text *out,
		       const struct cpupolicy__rows *rows)
{
	for (size_t i = 0; i < CPUPOLICY__LIBCPUID_TABLES; i++) {
		const struct cpupolicy__libcpuid_table *table =
			&cpupolicy__libcpuid_tables[i];

		bool needed = is_needed(i, rows);

		for (size_t j = 0; j < rows->nr && needed; j++) {
			const struct cpupolicy_row *row = &rows->row[j];

			if (!has_place(table, row))
				continue;
			cpupolicy__text_add(
				out,
				"%s[%" PRIu32 "]=%08" PRIx32 " %08" PRIx32
				" %08" PRIx32 " %08" PRIx32 "\n",
				table->name,
				table->subleaves ? row->subleaf
						 : row->leaf - table->leaf,
				row->eax, row->ebx, row->ecx, row->edx);
		}
	}
}

/* What every CPU of a core has in common: all but the header. */
static void write_core(struct cpupolicy__text *out,
		       const struct cpupolicy__writing *writing,
		       const struct cpupolicy_core *core)
{
	struct cpupolicy__libcpuid_padding padding = { 0 };
	struct cpupolicy__rows rows = { 0 };
	uint32_t nr_differ = 0;
	int status = 0;

	for (size_t i = 0; i < core->nr_rows && status == 0; i++)
		status = cpupolicy__rows_add(&rows, &core->rows[i]);
	if (status < 0 || cpupolicy__rows_sort(&rows, &nr_differ) < 0)
		out->failed = true;
	cpupolicy__libcpuid_strip(&rows, &padding);
	lose_padding(writing, core, &padding, nr_differ);
	lose_rows(writing, core, &rows);
	cpupolicy__lose_msrs(writing, core);
	cpupolicy__lose_known(writing, core);
	write_rows(out, &rows);
	cpupolicy__rows_clear(&rows);
}

static uint32_t count_cpus(const struct cpupolicy_record *record)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < record->nr_cores; i++)
		nr += record->cores[i].nr_cpus;
	return nr;
}

/*
 * Every CPU in order, counted from 0: cpuid_tool takes a number that is not
 * there for a CPU that says nothing. One CPU has no header, as in libcpuid's
 * own tests; with one the tool counts its cores.
 */
static void write_cpus(const struct cpupolicy__writing *writing,
		       const struct cpupolicy__text *bodies,
		       const struct cpupolicy_record *record)
{
	bool alone = count_cpus(record) == 1, renumbered = false;
	uint32_t next = 0, nr = 0;

	for (const struct cpupolicy_core *core;
	     (core = cpupolicy__core_of_cpu(&next, record)); next++, nr++) {
		const char *body = bodies[core - record->cores].s;

		renumbered |= next != nr;
		if (!alone)
			cpupolicy__text_add(writing->out,
					    "%s_________________ Logical CPU "
					    "#%" PRIu32 " _________________\n",
					    nr ? "\n" : "", nr);
		cpupolicy__text_add(writing->out, "%s", body ? body : "");
	}
	if (renumbered)
		cpupolicy__lose(writing,
				"the numbers of the CPUs: the format counts "
				"them from 0 without a gap");
}

void cpupolicy__libcpuid_write(struct cpupolicy__writing *writing,
			       const struct cpupolicy_record *record)
{
	struct cpupolicy__text *bodies =
		calloc(record->nr_cores + 1, sizeof(*bodies));

	if (!bodies) {
		writing->out->failed = true;
		return;
	}
	for (size_t i = 0; i < record->nr_cores; i++) {
		write_core(&bodies[i], writing, &record->cores[i]);
		writing->out->failed |= bodies[i].failed;
	}
	write_cpus(writing, bodies, record);
	for (size_t i = 0; i < record->nr_cores; i++)
		free(bodies[i].s);
	free(bodies);
}
