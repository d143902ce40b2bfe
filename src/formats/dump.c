// SPDX-License-Identifier: MIT
/*
 * dump.c - a dump of CPUID rows becomes a record.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "lines.h"

static const struct cpupolicy_row all_bits = {
	.eax = 0xffffffffu,
	.ebx = 0xffffffffu,
	.ecx = 0xffffffffu,
	.edx = 0xffffffffu,
};

int cpupolicy__dump_fail(const struct cpupolicy__dump *dump, int line,
			 const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return cpupolicy__fail_at(dump->error, CPUPOLICY_E_SYNTAX,
				  dump->source->name, line, 1, "%s", text);
}

static int no_memory(const struct cpupolicy__dump *dump)
{
	return cpupolicy__no_memory(dump->error, dump->source->name);
}

static int meaning(const struct cpupolicy__dump *dump, int line,
		   const char *what)
{
	return cpupolicy__fail_at(dump->error, CPUPOLICY_E_MEANING,
				  dump->source->name, line, 1, "%s", what);
}

int cpupolicy__dump_text(const struct cpupolicy__dump *dump,
			 const struct cpupolicy__lines *lines)
{
	if (lines->binary)
		return cpupolicy__dump_fail(dump, lines->nr,
					    "a NUL byte, expected text");
	if (lines->cut)
		return cpupolicy__dump_fail(dump, lines->nr,
					    "the line is too long for %s",
					    dump->record->how);
	return 0;
}

int cpupolicy__dump_begin(struct cpupolicy__dump *dump,
			  struct cpupolicy_document *out,
			  const struct cpupolicy__source *source,
			  struct cpupolicy_error *error, const char *how)
{
	*dump = (struct cpupolicy__dump){ .source = source, .error = error };
	out->kind = CPUPOLICY_DOCUMENT_RECORD;
	out->record = dump->record = cpupolicy_record_new();
	if (!dump->record || cpupolicy__set_string(&dump->record->how, how) < 0)
		return no_memory(dump);
	return 0;
}

static bool has_leaf0(const struct cpupolicy__rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].leaf == 0 && rows->row[i].subleaf == 0)
			return true;
	return false;
}

static int end_cpu(struct cpupolicy__dump *dump)
{
	const struct cpupolicy_core core = {
		.rows = dump->rows.row,
		.nr_rows = dump->rows.nr,
		.known = dump->known.nr ? dump->known.row : NULL,
		.msrs = dump->msrs,
		.nr_msrs = dump->nr_msrs,
	};
	int status;

	if (!dump->in_cpu)
		return 0;
	dump->in_cpu = false;
	if (!has_leaf0(&dump->rows))
		return meaning(dump, dump->cpu_line,
			       "this CPU has no row for leaf 0, which every "
			       "CPU has");
	status = cpupolicy__record_add_cpu(dump->record, dump->cpu, &core);
	dump->rows.nr = dump->known.nr = dump->nr_msrs = 0;
	if (status < 0)
		return no_memory(dump);
	if (dump->record->nr_cores > CPUPOLICY__MAX_CORES)
		return meaning(dump, dump->cpu_line,
			       "too many CPUs that all differ");
	return 0;
}

int cpupolicy__dump_cpu(struct cpupolicy__dump *dump, int line, uint32_t cpu)
{
	int status = end_cpu(dump);

	if (status < 0)
		return status;
	if (cpu == CPUPOLICY__NEXT_CPU)
		cpu = dump->next_cpu;
	if (cpu < dump->next_cpu)
		return cpupolicy__dump_fail(dump, line,
					    "CPU numbers must ascend");
	if (cpu >= CPUPOLICY__MAX_CPUS)
		return cpupolicy__dump_fail(dump, line,
					    "the CPU number is out of range, "
					    "expected 0 to %d",
					    CPUPOLICY__MAX_CPUS - 1);
	dump->in_cpu = true;
	dump->cpu = cpu;
	dump->next_cpu = cpu + 1;
	dump->cpu_line = line;
	return 0;
}

/* Rows before this one were known completely. */
static int add_known(struct cpupolicy__dump *dump,
		     const struct cpupolicy_row *known)
{
	int status = 0;

	if (!known && !dump->known.nr)
		return 0;
	while (dump->known.nr + 1 < dump->rows.nr && status == 0)
		status = cpupolicy__rows_add(&dump->known, &all_bits);
	if (status == 0)
		status = cpupolicy__rows_add(&dump->known,
					     known ? known : &all_bits);
	return status;
}

int cpupolicy__dump_row(struct cpupolicy__dump *dump, int line,
			const struct cpupolicy_row *row,
			const struct cpupolicy_row *known)
{
	int status = 0;

	if (!dump->in_cpu)
		status = cpupolicy__dump_cpu(dump, line, CPUPOLICY__NEXT_CPU);
	if (status < 0)
		return status;
	status = cpupolicy__rows_add(&dump->rows, row);
	if (status == CPUPOLICY_E_RANGE)
		return meaning(dump, line, "more rows than any CPU has");
	if (status < 0 || add_known(dump, known) < 0)
		return no_memory(dump);
	return 0;
}

int cpupolicy__dump_msr(struct cpupolicy__dump *dump, int line,
			const struct cpupolicy_msr *msr)
{
	if (!dump->msrs)
		dump->msrs = calloc(CPUPOLICY__MAX_MSRS, sizeof(dump->msrs[0]));
	if (!dump->msrs)
		return no_memory(dump);
	for (size_t i = 0; i < dump->nr_msrs; i++)
		if (dump->msrs[i].index == msr->index)
			return meaning(dump, line, "this MSR is there twice");
	if (dump->nr_msrs == CPUPOLICY__MAX_MSRS)
		return meaning(dump, line, "more MSRs than any CPU has");
	dump->msrs[dump->nr_msrs++] = *msr;
	return 0;
}

int cpupolicy__dump_end(struct cpupolicy__dump *dump, int line, int status)
{
	if (status == 0)
		status = end_cpu(dump);
	if (status == 0 && dump->record->nr_cores == 0)
		status = cpupolicy__dump_fail(dump, line, "there are no rows");
	cpupolicy__rows_clear(&dump->rows);
	cpupolicy__rows_clear(&dump->known);
	free(dump->msrs);
	dump->msrs = NULL;
	return status;
}
