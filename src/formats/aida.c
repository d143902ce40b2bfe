// SPDX-License-Identifier: MIT
/*
 * aida.c - dumps of AIDA64 and EVEREST, as InstLatx64 and the tests of libcpuid
 * keep them:
 *
 *	------[ CPUID Registers / Logical CPU #3 ]------
 *	CPUID 0000000D: 00000007-00000340-00000340-00000000 [SL 00]
 *
 * Around the rows there may be anything. A CPU begins with a header, of which
 * there are many forms (aida_lines.c), or with a second leaf 0: some dumps have
 * no headers, and a form that is not known here does no harm.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aida_msrs.h"

/* Reports keep pages of other things in front of the rows. */
#define PROBE_BYTES ((size_t)256 << 10)

struct aida {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	struct cpupolicy__aida_msrs msrs;
	struct cpupolicy__infer infer;

	/* of the CPU that is being read */
	struct cpupolicy__printed *rows;
	size_t nr, room;
	uint32_t cpu; /* as its header says, or CPUPOLICY__NEXT_CPU */
	int header;   /* the line of it; 0: none */
	bool seen_leaf_0, seen_other; /* among its rows */

	/* for notes */
	bool seen_rows, seen_table, from_1;
	uint32_t nr_cpus, nr_empty, nr_renumbered, nr_split;
	int empty_line, renumbered_line, split_line, dashes_line;
};

/* The next line that counts: false at the end, or behind the dump. */
static bool next_line(struct cpupolicy__aida_line *line, struct aida *aida)
{
	if (!cpupolicy__next_line(&aida->lines))
		return false;
	cpupolicy__aida_line(line, &aida->lines);
	aida->seen_rows |= line->kind == CPUPOLICY__AIDA_ROW;
	if (line->kind != CPUPOLICY__AIDA_DASHES || !aida->seen_rows)
		return true;
	aida->dashes_line = aida->lines.nr;
	return false;
}

/* What printed the rows, and what comes behind them and belongs to them. */
static int read_around(struct aida *aida)
{
	struct cpupolicy_record *record = aida->dump.record;
	struct cpupolicy__aida_line line;
	int status = 0;

	while (status == 0 && next_line(&line, aida)) {
		const char *text = aida->lines.text;

		status = cpupolicy__aida_msrs_add(&aida->msrs, &line);
		if (line.kind != CPUPOLICY__AIDA_TEXT || record->tool ||
		    !cpupolicy__take(&text, "program version"))
			continue;
		text += strspn(text, ": \t");
		if (*text)
			status = cpupolicy__set_string(&record->tool, text);
	}
	cpupolicy__aida_msrs_sort(&aida->msrs);
	aida->lines.at = 0;
	aida->lines.nr = 0;
	aida->seen_rows = false;
	return status;
}

static int no_memory(const struct aida *aida)
{
	return cpupolicy__no_memory(aida->dump.error, aida->dump.source->name);
}

/* The number that the CPU goes by. Headers may begin again, in a new group of
 * CPUs or a second dump. */
static uint32_t choose_number(struct aida *aida)
{
	if (aida->cpu == CPUPOLICY__NEXT_CPU ||
	    aida->cpu >= aida->dump.next_cpu)
		return aida->cpu;
	if (aida->nr_renumbered++ == 0)
		aida->renumbered_line = aida->header;
	return CPUPOLICY__NEXT_CPU;
}

static int give_msrs(struct aida *aida)
{
	uint32_t printed =
		aida->cpu == CPUPOLICY__NEXT_CPU ? aida->dump.cpu : aida->cpu;
	const struct cpupolicy__aida_msr *msr;
	int status = 0;
	size_t nr;

	msr = cpupolicy__aida_msrs_of(&nr, &aida->msrs, printed);
	for (size_t i = 0; i < nr && status == 0; i++)
		if (i == 0 || msr[i].msr.index != msr[i - 1].msr.index)
			status = cpupolicy__dump_msr(&aida->dump, msr[i].line,
						     &msr[i].msr);
	return status;
}

static int give_cpu(struct aida *aida)
{
	int line = aida->header ? aida->header : aida->rows[0].line, status;

	if (cpupolicy__infer(&aida->infer, aida->rows, aida->nr) < 0)
		return no_memory(aida);
	status = cpupolicy__dump_cpu(&aida->dump, line, choose_number(aida));
	for (size_t i = 0; i < aida->nr && status == 0; i++)
		status = cpupolicy__dump_row(&aida->dump, aida->rows[i].line,
					     &aida->rows[i].row, NULL);
	return status < 0 ? status : give_msrs(aida);
}

/* No more rows of this CPU come. */
static int finish_cpu(struct aida *aida)
{
	int status = 0;

	if (aida->nr) {
		status = give_cpu(aida);
		aida->nr_cpus++;
	} else if (aida->header && aida->nr_empty++ == 0) {
		aida->empty_line = aida->header;
	}
	aida->nr = 0;
	aida->header = 0;
	aida->cpu = CPUPOLICY__NEXT_CPU;
	return status;
}

static int read_header(struct aida *aida,
		       const struct cpupolicy__aida_line *line)
{
	int status = finish_cpu(aida);

	if (line->table && !aida->seen_table) {
		aida->seen_table = true;
		aida->from_1 = line->cpu == 1;
	}
	aida->header = line->row.line;
	aida->cpu = line->cpu;
	if (line->table && aida->from_1 && line->cpu > 0 &&
	    line->cpu < CPUPOLICY__MAX_CPUS)
		aida->cpu--;
	return status;
}

/* A second leaf 0 is that of another CPU, unless the first is just printed
 * twice. */
static bool is_next_cpu(struct aida *aida, const struct cpupolicy__printed *row)
{
	bool next;

	if (aida->nr == 0)
		aida->seen_leaf_0 = aida->seen_other = false;
	next = row->row.leaf == 0 && aida->seen_leaf_0 && aida->seen_other;
	if (next)
		aida->seen_other = false;
	if (next && aida->header && aida->nr_split++ == 0)
		aida->split_line = aida->header;
	if (row->row.leaf == 0)
		aida->seen_leaf_0 = true;
	else
		aida->seen_other = true;
	return next;
}

static int read_row(struct aida *aida, const struct cpupolicy__printed *row)
{
	int status = is_next_cpu(aida, row) ? finish_cpu(aida) : 0;

	if (status < 0)
		return status;
	if (aida->nr == aida->room) {
		size_t room = aida->room ? 2 * aida->room : 128;
		struct cpupolicy__printed *grown;

		grown = realloc(aida->rows, room * sizeof(*grown));
		if (!grown)
			return no_memory(aida);
		aida->rows = grown;
		aida->room = room;
	}
	aida->rows[aida->nr++] = *row;
	return 0;
}

static int read_line(struct aida *aida, const struct cpupolicy__aida_line *line)
{
	if (aida->lines.binary)
		return cpupolicy__dump_fail(&aida->dump, aida->lines.nr,
					    "a NUL byte, expected text");
	switch (line->kind) {
	case CPUPOLICY__AIDA_CPU:
		return read_header(aida, line);
	case CPUPOLICY__AIDA_ROW:
		return read_row(aida, &line->row);
	case CPUPOLICY__AIDA_BAD_ROW:
		return cpupolicy__dump_fail(&aida->dump, aida->lines.nr,
					    "expected %s, found %.60s",
					    line->expected, aida->lines.text);
	default:
		return 0;
	}
}

static int note_numbers(const struct aida *aida)
{
	struct cpupolicy_record *record = aida->dump.record;
	int status = 0;

	if (aida->from_1)
		status = cpupolicy_record_note(record,
					       "The dump counts CPUs from 1; "
					       "here they count from 0.");
	if (aida->nr_renumbered && status == 0)
		status = cpupolicy_record_note(
			record,
			"Headers that repeat a CPU or go back to one: %" PRIu32
			" (the first in line %d). Their rows are those of "
			"further CPUs.",
			aida->nr_renumbered, aida->renumbered_line);
	if (aida->nr_split && status == 0)
		status = cpupolicy_record_note(
			record,
			"Headers with the rows of two CPUs under them: "
			"%" PRIu32 " (the first in line %d). A second leaf 0 "
			"was taken for the next CPU's.",
			aida->nr_split, aida->split_line);
	if (aida->nr_empty && status == 0)
		status = cpupolicy_record_note(
			record,
			"Headers of CPUs without rows: %" PRIu32
			" (the first in line %d). They were left out.",
			aida->nr_empty, aida->empty_line);
	return status;
}

static int note_rest(struct aida *aida)
{
	struct cpupolicy_record *record = aida->dump.record;
	uint64_t microcode = aida->msrs.microcode;
	char text[32];
	int status = 0;

	if (aida->msrs.nr && aida->msrs.nr_sections == 1 && aida->nr_cpus > 1)
		status = cpupolicy_record_note(
			record, "Feature MSRs are printed once; they are taken "
				"for those of all CPUs.");
	if (aida->dashes_line && status == 0)
		status = cpupolicy_record_note(
			record,
			"What follows the dashes in line %d was left out: it "
			"is what a test expects.",
			aida->dashes_line);
	if (status < 0 || !microcode)
		return status;
	/* Intel keeps the revision in the high half, others in the low one */
	snprintf(text, sizeof(text), "0x%" PRIx64,
		 microcode >> 32 ? microcode >> 32 : microcode);
	return cpupolicy__set_string(&record->microcode, text);
}

static int read_aida(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct aida aida = { .lines.source = source,
			     .cpu = CPUPOLICY__NEXT_CPU };
	struct cpupolicy__aida_line line;
	int status;

	status = cpupolicy__dump_begin(&aida.dump, out, source, error,
				       "AIDA64 or InstLatx64 dump");
	if (status == 0 && read_around(&aida) < 0)
		status = no_memory(&aida);
	while (status == 0 && next_line(&line, &aida))
		status = read_line(&aida, &line);
	if (status == 0)
		status = finish_cpu(&aida);
	if (status == 0 && (note_numbers(&aida) < 0 || note_rest(&aida) < 0))
		status = no_memory(&aida);
	if (cpupolicy__infer_end(&aida.infer,
				 status == 0 ? out->record : NULL) < 0)
		status = no_memory(&aida);
	free(aida.msrs.item);
	free(aida.rows);
	return cpupolicy__dump_end(&aida.dump, aida.lines.nr, status);
}

/* A row; or something that makes an error in a row more useful than none. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__source beginning = *source;
	struct cpupolicy__lines lines = { .source = &beginning };
	enum cpupolicy__sure sure = CPUPOLICY__NO;
	size_t blanks = 0;

	if (beginning.size > PROBE_BYTES)
		beginning.size = PROBE_BYTES;
	while (blanks < beginning.size &&
	       strchr(" \t\r\n", source->text[blanks]))
		blanks++;
	/* not to search all of a large JSON or XML document */
	if (blanks == beginning.size || strchr("{<", source->text[blanks]))
		return CPUPOLICY__NO;
	while (cpupolicy__next_line(&lines)) {
		struct cpupolicy__aida_line line;

		cpupolicy__aida_line(&line, &lines);
		if (line.kind == CPUPOLICY__AIDA_ROW)
			return CPUPOLICY__YES;
		if (line.kind == CPUPOLICY__AIDA_BAD_ROW ||
		    (line.kind == CPUPOLICY__AIDA_CPU && lines.text[0] == '-'))
			sure = CPUPOLICY__PERHAPS;
	}
	return sure;
}

const struct cpupolicy__format cpupolicy__format_aida = {
	.info = { .name = "aida",
		  .title = "AIDA64, EVEREST and InstLatx64 dumps",
		  .reads = true },
	.probe = probe,
	.read = read_aida,
};
