// SPDX-License-Identifier: MIT
/*
 * sde.c - CPUID definitions for Intel's Software Development Emulator (its
 * option -cpuid-in):
 *
 *	# a comment
 *	00000001 ******** => 000906ea 00100800 7ffafbbf bfebfbff
 *	00000004 00000001 => 1c004122 01c0003f 0000003f 00000000 # caches
 *
 * Input EAX and ECX, output EAX to EDX. Stars: for any ECX. Built from what is
 * written about the emulator and from files made for it, never run with it.
 */
#include <inttypes.h>
#include <string.h>

#include "dump.h"
#include "lines.h"

struct reader {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	uint32_t nr_any; /* leaves with sub-leaves that are given for all */
	uint32_t first_any;
};

static bool parse_row(struct cpupolicy_row *row, bool *any, const char *text)
{
	size_t stars;

	*row = (struct cpupolicy_row){ 0 };
	if (!cpupolicy__take_hex(&row->leaf, &text, ""))
		return false;
	cpupolicy__skip_blanks(&text);
	stars = strspn(text, "*");
	*any = stars > 0;
	text += stars;
	if (stars > 8 ||
	    (stars == 0 && !cpupolicy__take_hex(&row->subleaf, &text, "")) ||
	    !cpupolicy__take_hex(&row->eax, &text, "=> ") ||
	    !cpupolicy__take_hex(&row->ebx, &text, "") ||
	    !cpupolicy__take_hex(&row->ecx, &text, "") ||
	    !cpupolicy__take_hex(&row->edx, &text, ""))
		return false;
	cpupolicy__skip_blanks(&text);
	return *text == '\0' || *text == '#';
}

static bool is_comment(const char *text)
{
	cpupolicy__skip_blanks(&text);
	return *text == '\0' || *text == '#';
}

/* Has a policy rows for more than one sub-leaf of it? */
static bool has_subleaves(uint32_t leaf)
{
	const enum cpupolicy_space cpu = CPUPOLICY_SPACE_CPU;

	return strcmp(cpupolicy_leaf_fate(cpu, leaf, 0), "slot") == 0 &&
	       strcmp(cpupolicy_leaf_fate(cpu, leaf, 0xffff), "unknown") == 0;
}

static int read_line(struct reader *reader)
{
	const char *text = reader->lines.text;
	struct cpupolicy_row row;
	int status;
	bool any;

	/* a comment may be of any length */
	if (!reader->lines.binary && is_comment(text))
		return 0;
	status = cpupolicy__dump_text(&reader->dump, &reader->lines);
	if (status < 0)
		return status;
	if (!parse_row(&row, &any, text))
		return cpupolicy__dump_fail(
			&reader->dump, reader->lines.nr,
			"expected '00000004 00000001 => eax ebx ecx edx' or "
			"'00000001 ******** => eax ebx ecx edx', found %.60s",
			text);
	if (any && has_subleaves(row.leaf) && !reader->nr_any++)
		reader->first_any = row.leaf;
	return cpupolicy__dump_row(&reader->dump, reader->lines.nr, &row, NULL);
}

static int note_any(struct reader *reader)
{
	if (reader->nr_any &&
	    cpupolicy_record_note(
		    reader->dump.record,
		    "%" PRIu32 " leaves that have sub-leaves (the first is "
		    "0x%" PRIx32 ") are given once for all of them: the row is "
		    "kept as sub-leaf 0, the others were not recorded.",
		    reader->nr_any, reader->first_any) < 0)
		return cpupolicy__no_memory(reader->dump.error,
					    reader->dump.source->name);
	return 0;
}

static int read_dump(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct reader reader = { .lines.source = source };
	int status;

	status = cpupolicy__dump_begin(&reader.dump, out, source, error,
				       "CPUID definition of Intel SDE");
	while (status == 0 && cpupolicy__next_line(&reader.lines))
		status = read_line(&reader);
	if (status == 0)
		status = note_any(&reader);
	return cpupolicy__dump_end(&reader.dump, reader.lines.nr, status);
}

/* The first line that is no comment; a licence may come before it. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__lines lines = { .source = source };

	for (int i = 0; i < 100 && cpupolicy__next_line(&lines); i++) {
		struct cpupolicy_row row;
		bool any;

		if (!is_comment(lines.text))
			return parse_row(&row, &any, lines.text)
				       ? CPUPOLICY__YES
				       : CPUPOLICY__NO;
	}
	return CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_sde = {
	.info = { .name = "sde",
		  .title = "CPUID definitions for Intel SDE",
		  .reads = true,
		  .untested = true },
	.probe = probe,
	.read = read_dump,
};
