// SPDX-License-Identifier: MIT
/*
 * cpuid_r.c - the output of "cpuid -r", with or without -1:
 *
 *	CPU 3:
 *	   0x00000007 0x00: eax=0x... ebx=0x... ecx=0x... edx=0x...
 */
#include <inttypes.h>

#include "dump.h"
#include "lines.h"

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

static bool parse_number(uint32_t *out, const char **text, const char *before)
{
	uint64_t value;

	cpupolicy__skip_blanks(text);
	if (!cpupolicy__take(text, before))
		return false;
	cpupolicy__skip_blanks(text);
	if ((*text)[0] != '0' || ((*text)[1] != 'x' && (*text)[1] != 'X') ||
	    !cpupolicy__hex(&value, text, 8))
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool parse_row(struct cpupolicy_row *row, const char *text)
{
	if (!parse_number(&row->leaf, &text, "") ||
	    !parse_number(&row->subleaf, &text, ""))
		return false;
	cpupolicy__skip_blanks(&text);
	return *text++ == ':' && parse_number(&row->eax, &text, "eax=") &&
	       parse_number(&row->ebx, &text, "ebx=") &&
	       parse_number(&row->ecx, &text, "ecx=") &&
	       parse_number(&row->edx, &text, "edx=") && *text == '\0';
}

static int read_line(struct cpupolicy__dump *dump,
		     const struct cpupolicy__lines *lines)
{
	struct cpupolicy_row row;
	uint32_t cpu;

	if (lines->binary)
		return cpupolicy__dump_fail(dump, lines->nr,
					    "a NUL byte, expected text");
	if (lines->cut)
		return cpupolicy__dump_fail(dump, lines->nr,
					    "the line is too long for the "
					    "output of cpuid -r");
	if (lines->text[0] == '\0')
		return 0;
	if (parse_header(&cpu, lines->text))
		return cpupolicy__dump_cpu(dump, lines->nr, cpu);
	/* rows that were cut out of a dump have no header */
	if (parse_row(&row, lines->text))
		return cpupolicy__dump_row(dump, lines->nr, &row, NULL);
	return cpupolicy__dump_fail(dump, lines->nr,
				    "expected 'CPU 0:' or '0x00000007 0x00: "
				    "eax=0x... ebx=0x... ecx=0x... edx=0x...',"
				    " found %.60s",
				    lines->text);
}

static int read_dump(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct cpupolicy__lines lines = { .source = source };
	struct cpupolicy__dump dump;
	int status;

	status = cpupolicy__dump_begin(&dump, out, source, error, "cpuid -r");
	while (status == 0 && cpupolicy__next_line(&lines))
		status = read_line(&dump, &lines);
	return cpupolicy__dump_end(&dump, lines.nr, status);
}

/* A header or a row among the first lines. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__lines lines = { .source = source };

	for (int i = 0; i < 20 && cpupolicy__next_line(&lines); i++) {
		struct cpupolicy_row row;
		uint32_t cpu;

		if (parse_row(&row, lines.text))
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
