// SPDX-License-Identifier: MIT
/*
 * libcpuid_raw.c - raw dumps of libcpuid and its cpuid_tool:
 *
 *	_________________ Logical CPU #3 _________________
 *	basic_cpuid[13]=00000007 00000340 00000340 00000000
 *	intel_fn4[1]=1c004122 01c0003f 0000003f 00000000
 *
 * Indices are decimal. In libcpuid's tests, 80 dashes and the expected results
 * follow.
 */
#include <inttypes.h>
#include <string.h>

#include "dump.h"
#include "libcpuid_raw.h"
#include "lines.h"
#include "order.h"

/* libcpuid has 32 rows and 8 sub-leaves at most so far; let it grow. */
enum { MAX_INDEX = 256, MAX_SUBLEAF = 64 };

struct reader {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	struct cpupolicy__libcpuid_padding padding;
	struct cpupolicy__ordered ordered;
	uint32_t nr_msr_lines;
};

/* "_________________ Logical CPU #3 _________________" */
static bool parse_header(uint32_t *cpu, const char *text)
{
	size_t dashes = strspn(text, "_");

	text += dashes;
	cpupolicy__skip_blanks(&text);
	if (!dashes || !cpupolicy__take(&text, "logical cpu #") ||
	    !cpupolicy__take_decimal(cpu, &text, CPUPOLICY__MAX_CPUS))
		return false;
	cpupolicy__skip_blanks(&text);
	return text[strspn(text, "_")] == '\0';
}

/* The table that a line is of; moves past "NAME[". NULL: of none. */
static const struct cpupolicy__libcpuid_table *take_table(const char **text)
{
	for (size_t i = 0; i < CPUPOLICY__LIBCPUID_TABLES; i++) {
		const struct cpupolicy__libcpuid_table *table =
			&cpupolicy__libcpuid_tables[i];
		const char *at = *text;

		if (!cpupolicy__take(&at, table->name) || *at != '[')
			continue;
		*text = at + 1;
		return table;
	}
	return NULL;
}

/* "13]=00000007 00000340 00000340 00000000" */
static bool parse_row(struct cpupolicy_row *row, uint32_t *index,
		      const char *text)
{
	uint32_t *const regs[] = { &row->eax, &row->ebx, &row->ecx, &row->edx };

	if (!cpupolicy__take_decimal(index, &text, MAX_INDEX) ||
	    !cpupolicy__take(&text, "]="))
		return false;
	for (unsigned i = 0; i < 4; i++)
		if (!cpupolicy__take_hex(regs[i], &text, ""))
			return false;
	return *text == '\0';
}

static int expected(const struct reader *reader)
{
	return cpupolicy__dump_fail(&reader->dump, reader->lines.nr,
				    "expected 'basic_cpuid[0]=0000000d "
				    "756e6547 6c65746e 49656e69', found %.60s",
				    reader->lines.text);
}

static int read_row(struct reader *reader, const char *text,
		    const struct cpupolicy__libcpuid_table *table)
{
	uint32_t limit = table->subleaves ? MAX_SUBLEAF : MAX_INDEX, index;
	struct cpupolicy_row row = { .leaf = table->leaf };

	if (!parse_row(&row, &index, text))
		return expected(reader);
	if (index >= limit)
		return cpupolicy__dump_fail(
			&reader->dump, reader->lines.nr,
			"the index is out of range, expected 0 to %" PRIu32,
			limit - 1);
	if (table->subleaves)
		row.subleaf = index;
	else
		row.leaf += index;
	return cpupolicy__dump_row(&reader->dump, reader->lines.nr, &row, NULL);
}

/* All rows of the CPU are there. */
static int finish_cpu(struct reader *reader)
{
	struct cpupolicy__dump *dump = &reader->dump;
	int status = cpupolicy__dump_order(dump, &reader->ordered, NULL);

	if (status == 0)
		cpupolicy__libcpuid_strip(&dump->rows, &reader->padding);
	return status;
}

static int read_header(struct reader *reader, uint32_t cpu)
{
	int status = finish_cpu(reader);

	return status < 0 ? status
			  : cpupolicy__dump_cpu(&reader->dump, reader->lines.nr,
						cpu);
}

static int set_version(struct reader *reader, const char *version)
{
	struct cpupolicy_record *record = reader->dump.record;
	char text[CPUPOLICY__LINE + 16] = "libcpuid ";

	strcat(text, version);
	if (cpupolicy__set_string(&record->tool, text) < 0)
		return cpupolicy__no_memory(reader->dump.error,
					    reader->dump.source->name);
	return 0;
}

/* MSRs as cpuid_tool --rdmsr-raw prints them, and the line above them. */
static bool is_msr_line(const char *text)
{
	return cpupolicy__take(&text, "msr[0x") ||
	       (cpupolicy__take(&text, "cpu is ") &&
		strstr(text, ", stock clock is "));
}

static int read_text(struct reader *reader)
{
	const char *text = reader->lines.text;

	if (cpupolicy__take(&text, "version="))
		return set_version(reader, text);
	if (cpupolicy__take(&text, "arm_"))
		return cpupolicy__fail_at(
			reader->dump.error, CPUPOLICY_E_MEANING,
			reader->dump.source->name, reader->lines.nr, 1,
			"these are registers of an ARM CPU, expected an x86 "
			"one");
	if (!is_msr_line(text))
		return expected(reader);
	reader->nr_msr_lines++;
	return 0;
}

static int read_line(struct reader *reader)
{
	const struct cpupolicy__libcpuid_table *table;
	int status = cpupolicy__dump_text(&reader->dump, &reader->lines);
	const char *text = reader->lines.text;
	uint32_t cpu;

	if (status < 0 || text[0] == '\0')
		return status;
	if (parse_header(&cpu, text))
		return read_header(reader, cpu);
	table = take_table(&text);
	return table ? read_row(reader, text, table) : read_text(reader);
}

/* Behind it are the results that a test of libcpuid expects. */
static bool is_end(const struct cpupolicy__lines *lines)
{
	size_t nr = strspn(lines->text, "-");

	return nr >= 20 && lines->text[nr] == '\0' && !lines->binary;
}

static int note_all(struct reader *reader)
{
	struct cpupolicy_record *record = reader->dump.record;
	const struct cpupolicy__libcpuid_padding *padding = &reader->padding;
	int status = 0;

	if (padding->beyond || padding->zero)
		status = cpupolicy_record_note(
			record,
			"libcpuid prints its tables in full: %" PRIu32
			" rows beyond the highest leaf that are zero or echo "
			"it, and %" PRIu32 " sub-leaves that are zero, were "
			"left out.",
			padding->beyond, padding->zero);
	if (reader->nr_msr_lines && status == 0)
		status = cpupolicy_record_note(
			record,
			"%" PRIu32 " lines on MSRs were left out: libcpuid "
			"prints a value also where it could not read one.",
			reader->nr_msr_lines);
	return status;
}

static int finish(struct reader *reader)
{
	struct cpupolicy__dump *dump = &reader->dump;
	int status = finish_cpu(reader);

	if (status < 0)
		return status;
	if (!dump->in_cpu && reader->nr_msr_lines)
		return cpupolicy__dump_fail(dump, reader->lines.nr,
					    "there are MSRs and no CPUID rows; "
					    "cpuid_tool --save=FILE writes "
					    "those");
	if (note_all(reader) < 0)
		return cpupolicy__no_memory(dump->error, dump->source->name);
	return cpupolicy__dump_ordered(dump, &reader->ordered, "libcpuid");
}

static int read_dump(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct reader reader = { .lines.source = source };
	int status;

	status = cpupolicy__dump_begin(&reader.dump, out, source, error,
				       "raw dump of libcpuid");
	while (status == 0 && cpupolicy__next_line(&reader.lines) &&
	       !is_end(&reader.lines))
		status = read_line(&reader);
	if (status == 0)
		status = finish(&reader);
	return cpupolicy__dump_end(&reader.dump, reader.lines.nr, status);
}

static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__lines lines = { .source = source };
	enum cpupolicy__sure sure = CPUPOLICY__NO;

	for (int i = 0; i < 20 && cpupolicy__next_line(&lines); i++) {
		const char *text = lines.text;
		uint32_t cpu;

		if (take_table(&text) || parse_header(&cpu, text) ||
		    is_msr_line(text) || cpupolicy__take(&text, "arm_midr="))
			return CPUPOLICY__YES;
		if (cpupolicy__take(&text, "version="))
			sure = CPUPOLICY__PERHAPS;
	}
	return sure;
}

const struct cpupolicy__format cpupolicy__format_libcpuid_raw = {
	.info = { .name = "libcpuid-raw",
		  .title = "raw dumps of libcpuid (cpuid_tool --save)",
		  .reads = true,
		  .writes = true,
		  .partial = true },
	.probe = probe,
	.read = read_dump,
	.write = cpupolicy__libcpuid_write,
};
