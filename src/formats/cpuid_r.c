// SPDX-License-Identifier: MIT
/*
 * cpuid_r.c - the output of "cpuid -r", with or without -1:
 *
 *	CPU 3:
 *	   0x00000007 0x00: eax=0x... ebx=0x... ecx=0x... edx=0x...
 *
 * Before 2011 the tool did not print the sub-leaf.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "dump.h"
#include "infer.h"
#include "lines.h"

struct reader {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	struct cpupolicy__infer infer;

	/* of the CPU that is being read, as many as @dump has rows */
	struct {
		int line;
		bool numbered;
	} printed[CPUPOLICY__MAX_ROWS];
	bool all_numbered;
};

/* "CPU:" or "CPU 3:" */
static bool parse_header(uint32_t *cpu, const char *text)
{
	cpupolicy__skip_blanks(&text);
	if (!cpupolicy__take(&text, "cpu"))
		return false;
	cpupolicy__skip_blanks(&text);
	*cpu = CPUPOLICY__NEXT_CPU;
	cpupolicy__take_decimal(cpu, &text, CPUPOLICY__MAX_CPUS);
	cpupolicy__skip_blanks(&text);
	return *text++ == ':' && *text == '\0';
}

/* @numbered: with its sub-leaf */
static bool parse_row(struct cpupolicy_row *row, bool *numbered,
		      const char *text)
{
	row->subleaf = 0;
	if (!cpupolicy__take_hex(&row->leaf, &text, "0x"))
		return false;
	*numbered = cpupolicy__take_hex(&row->subleaf, &text, "0x");
	cpupolicy__skip_blanks(&text);
	return *text++ == ':' &&
	       cpupolicy__take_hex(&row->eax, &text, "eax=0x") &&
	       cpupolicy__take_hex(&row->ebx, &text, "ebx=0x") &&
	       cpupolicy__take_hex(&row->ecx, &text, "ecx=0x") &&
	       cpupolicy__take_hex(&row->edx, &text, "edx=0x") && *text == '\0';
}

/* All rows of the CPU are there: number those that are not numbered. */
static int finish_cpu(struct reader *reader)
{
	struct cpupolicy__dump *dump = &reader->dump;
	size_t nr = dump->rows.nr;
	struct cpupolicy__printed *rows;
	int status;

	if (reader->all_numbered || nr == 0)
		return 0;
	reader->all_numbered = true;
	rows = calloc(nr, sizeof(*rows));
	if (!rows)
		return cpupolicy__no_memory(dump->error, dump->source->name);
	for (size_t i = 0; i < nr; i++) {
		rows[i].row = dump->rows.row[i];
		rows[i].numbered = reader->printed[i].numbered;
		rows[i].line = reader->printed[i].line;
	}
	status = cpupolicy__infer(&reader->infer, rows, nr);
	for (size_t i = 0; i < nr; i++)
		dump->rows.row[i].subleaf = rows[i].row.subleaf;
	free(rows);
	return status < 0
		       ? cpupolicy__no_memory(dump->error, dump->source->name)
		       : 0;
}

static int read_header(struct reader *reader, uint32_t cpu)
{
	int status = finish_cpu(reader);

	return status < 0 ? status
			  : cpupolicy__dump_cpu(&reader->dump, reader->lines.nr,
						cpu);
}

static int read_row(struct reader *reader, const struct cpupolicy_row *row,
		    bool numbered)
{
	size_t nr = reader->dump.rows.nr;
	int status =
		cpupolicy__dump_row(&reader->dump, reader->lines.nr, row, NULL);

	if (status < 0)
		return status;
	reader->printed[nr].line = reader->lines.nr;
	reader->printed[nr].numbered = numbered;
	reader->all_numbered &= numbered;
	return 0;
}

static int read_line(struct reader *reader)
{
	int status = cpupolicy__dump_text(&reader->dump, &reader->lines);
	const char *text = reader->lines.text;
	struct cpupolicy_row row;
	bool numbered;
	uint32_t cpu;

	if (status < 0 || text[0] == '\0')
		return status;
	if (parse_header(&cpu, text))
		return read_header(reader, cpu);
	/* rows that were cut out of a dump have no header */
	if (parse_row(&row, &numbered, text))
		return read_row(reader, &row, numbered);
	return cpupolicy__dump_fail(&reader->dump, reader->lines.nr,
				    "expected 'CPU 0:' or '0x00000007 0x00: "
				    "eax=0x... ebx=0x... ecx=0x... edx=0x...',"
				    " found %.60s",
				    text);
}

static int read_dump(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int status;

	if (!reader)
		return cpupolicy__no_memory(error, source->name);
	reader->lines.source = source;
	reader->all_numbered = true;
	status = cpupolicy__dump_begin(&reader->dump, out, source, error,
				       "cpuid -r");
	while (status == 0 && cpupolicy__next_line(&reader->lines))
		status = read_line(reader);
	if (status == 0)
		status = finish_cpu(reader);
	if (cpupolicy__infer_end(&reader->infer,
				 status == 0 ? out->record : NULL) < 0)
		status = cpupolicy__no_memory(error, source->name);
	status = cpupolicy__dump_end(&reader->dump, reader->lines.nr, status);
	free(reader);
	return status;
}

/* A header or a row among the first lines. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__lines lines = { .source = source };

	for (int i = 0; i < 20 && cpupolicy__next_line(&lines); i++) {
		struct cpupolicy_row row;
		bool numbered;
		uint32_t cpu;

		if (parse_row(&row, &numbered, lines.text))
			return CPUPOLICY__YES;
		if (parse_header(&cpu, lines.text))
			return CPUPOLICY__PERHAPS;
	}
	return CPUPOLICY__NO;
}

static void write_core(struct cpupolicy__writing *writing,
		       const struct cpupolicy_core *core, uint32_t cpu)
{
	cpupolicy__text_add(writing->out, "CPU %" PRIu32 ":\n", cpu);
	for (size_t i = 0; i < core->nr_rows; i++) {
		const struct cpupolicy_row *row = &core->rows[i];

		cpupolicy__text_add(writing->out,
				    "   0x%08" PRIx32 " 0x%02" PRIx32
				    ": eax=0x%08" PRIx32 " ebx=0x%08" PRIx32
				    " ecx=0x%08" PRIx32 " edx=0x%08" PRIx32
				    "\n",
				    row->leaf, row->subleaf, row->eax, row->ebx,
				    row->ecx, row->edx);
	}
}

static void write_dump(struct cpupolicy__writing *writing,
		       const struct cpupolicy_record *record)
{
	uint32_t next = 0;

	for (size_t i = 0; i < record->nr_cores; i++) {
		cpupolicy__lose_msrs(writing, &record->cores[i]);
		cpupolicy__lose_known(writing, &record->cores[i]);
	}
	/* every CPU, in order: who reads it wants to count them */
	for (const struct cpupolicy_core *core;
	     (core = cpupolicy__core_of_cpu(&next, record)); next++)
		write_core(writing, core, next);
}

const struct cpupolicy__format cpupolicy__format_cpuid_r = {
	.info = { .name = "cpuid-r",
		  .title = "output of cpuid -r, with or without -1",
		  .reads = true,
		  .writes = true },
	.probe = probe,
	.read = read_dump,
	.write = write_dump,
};
