/* SPDX-License-Identifier: MIT */
/*
 * cpuid_r.c - the output of "cpuid -r", with or without -1:
 *
 *	CPU 3:
 *	   0x00000007 0x00: eax=0x... ebx=0x... ecx=0x... edx=0x...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "../host/host.h"

/* Lines are under 80 bytes; a longer one is something else. */
enum { MAX_LINE = 256 };

struct reading {
	const struct cpupolicy__source *source;
	struct cpupolicy_error *error;
	struct cpupolicy_record *record;
	struct cpupolicy__rows rows; /* of @cpu */
	uint32_t cpu, next_cpu;
	bool in_cpu;
	int cpu_line, line; /* line of the header, current line */
	size_t at;	    /* offset of the next line */
};

static int fail(const struct reading *reading, int status, int line,
		const char *what, const char *text)
{
	return cpupolicy__fail_at(reading->error, status, reading->source->name,
				  line, 1, "%s%.60s", what, text);
}

/* The next line without its end and the blanks there; false: no more. */
static bool next_line(char out[MAX_LINE], int *status, struct reading *reading)
{
	const char *text = reading->source->text + reading->at;
	size_t left = reading->source->size - reading->at, length;
	const char *end;

	if (left == 0)
		return false;
	end = memchr(text, '\n', left);
	length = end ? (size_t)(end - text) : left;
	reading->at += end ? length + 1 : length;
	reading->line++;
	while (length && strchr(" \t\r", text[length - 1]) && text[length - 1])
		length--;
	if (memchr(text, '\0', length))
		*status = fail(reading, CPUPOLICY_E_SYNTAX, reading->line,
			       "a NUL byte, expected text", "");
	else if (length >= MAX_LINE)
		*status = fail(
			reading, CPUPOLICY_E_SYNTAX, reading->line,
			"the line is too long for the output of cpuid -r", "");
	else {
		memcpy(out, text, length);
		out[length] = '\0';
	}
	return *status == 0;
}

static void skip_blanks(const char **text)
{
	*text += strspn(*text, " \t");
}

/* @word, in either case, at *@text; moves past it */
static bool take(const char **text, const char *word)
{
	const char *s = *text;

	for (; *word; word++, s++)
		if ((*s >= 'A' && *s <= 'Z' ? *s - 'A' + 'a' : *s) != *word)
			return false;
	*text = s;
	return true;
}

/* "CPU:" or "CPU 3:" */
static bool parse_header(uint32_t *cpu, bool *numbered, const char *text)
{
	skip_blanks(&text);
	if (!take(&text, "cpu"))
		return false;
	skip_blanks(&text);
	*numbered = *text >= '0' && *text <= '9';
	*cpu = 0;
	for (; *text >= '0' && *text <= '9'; text++)
		if (*cpu < CPUPOLICY__MAX_CPUS)
			*cpu = 10 * *cpu + (uint32_t)(*text - '0');
	skip_blanks(&text);
	return *text++ == ':' && *text == '\0';
}

static bool parse_number(uint32_t *out, const char **text, const char *before)
{
	uint64_t value;

	skip_blanks(text);
	if (!take(text, before))
		return false;
	skip_blanks(text);
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
	skip_blanks(&text);
	return *text++ == ':' && parse_number(&row->eax, &text, "eax=") &&
	       parse_number(&row->ebx, &text, "ebx=") &&
	       parse_number(&row->ecx, &text, "ecx=") &&
	       parse_number(&row->edx, &text, "edx=") && *text == '\0';
}

static bool has_leaf0(const struct cpupolicy__rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].leaf == 0)
			return true;
	return false;
}

static int end_cpu(struct reading *reading)
{
	int status;

	if (!reading->in_cpu)
		return 0;
	reading->in_cpu = false;
	if (!has_leaf0(&reading->rows))
		return fail(
			reading, CPUPOLICY_E_MEANING, reading->cpu_line,
			"this CPU has no row for leaf 0, which every CPU has",
			"");
	status = cpupolicy_record_add_cpu(reading->record, reading->cpu,
					  reading->rows.row, reading->rows.nr,
					  NULL, 0);
	reading->rows.nr = 0;
	if (status < 0)
		return cpupolicy__no_memory(reading->error,
					    reading->source->name);
	if (reading->record->nr_cores > CPUPOLICY__MAX_CORES)
		return fail(reading, CPUPOLICY_E_MEANING, reading->cpu_line,
			    "too many CPUs that all differ", "");
	return 0;
}

static int begin_cpu(struct reading *reading, uint32_t cpu, bool numbered)
{
	int status = end_cpu(reading);

	if (status < 0)
		return status;
	if (!numbered)
		cpu = reading->next_cpu;
	if (cpu < reading->next_cpu)
		return fail(reading, CPUPOLICY_E_SYNTAX, reading->line,
			    "CPU numbers must ascend", "");
	if (cpu >= CPUPOLICY__MAX_CPUS)
		return fail(
			reading, CPUPOLICY_E_SYNTAX, reading->line,
			"the CPU number is out of range, expected 0 to 65535",
			"");
	reading->in_cpu = true;
	reading->cpu = cpu;
	reading->next_cpu = cpu + 1;
	reading->cpu_line = reading->line;
	return 0;
}

static int read_line(struct reading *reading, const char *text)
{
	struct cpupolicy_row row;
	uint32_t cpu;
	bool numbered;
	int status;

	if (*text == '\0')
		return 0;
	if (parse_header(&cpu, &numbered, text))
		return begin_cpu(reading, cpu, numbered);
	if (!parse_row(&row, text))
		return fail(reading, CPUPOLICY_E_SYNTAX, reading->line,
			    "expected 'CPU 0:' or '0x00000007 0x00: eax=0x... "
			    "ebx=0x... ecx=0x... edx=0x...', found ",
			    text);
	/* rows that were cut out of a dump have no header */
	status = reading->in_cpu ? 0 : begin_cpu(reading, 0, false);
	if (status < 0)
		return status;
	status = cpupolicy__rows_add(&reading->rows, &row);
	if (status == CPUPOLICY_E_RANGE)
		return fail(reading, CPUPOLICY_E_MEANING, reading->line,
			    "more rows than any CPU has", "");
	if (status < 0)
		return cpupolicy__no_memory(reading->error,
					    reading->source->name);
	return 0;
}

static int read_dump(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct reading reading = { .source = source, .error = error };
	char text[MAX_LINE];
	int status = 0;

	out->kind = CPUPOLICY_DOCUMENT_RECORD;
	out->record = reading.record = cpupolicy_record_new();
	if (!reading.record ||
	    cpupolicy__set_string(&reading.record->how, "cpuid -r") < 0)
		return cpupolicy__no_memory(error, source->name);
	while (status == 0 && next_line(text, &status, &reading))
		status = read_line(&reading, text);
	if (status == 0)
		status = end_cpu(&reading);
	if (status == 0 && reading.record->nr_cores == 0)
		status = fail(&reading, CPUPOLICY_E_SYNTAX, reading.line,
			      "there are no rows", "");
	cpupolicy__rows_clear(&reading.rows);
	return status;
}

/* A header or a row among the first lines. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct reading reading = { .source = source };
	char text[MAX_LINE];
	int status = 0;

	while (reading.line < 20 && next_line(text, &status, &reading)) {
		struct cpupolicy_row row;
		uint32_t cpu;
		bool numbered;

		if (parse_row(&row, text))
			return CPUPOLICY__YES;
		if (parse_header(&cpu, &numbered, text))
			return CPUPOLICY__PERHAPS;
	}
	return CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_cpuid_r = {
	.name = "cpuid-r",
	.probe = probe,
	.read = read_dump,
};
