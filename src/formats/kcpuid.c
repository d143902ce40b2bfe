// SPDX-License-Identifier: MIT
/*
 * kcpuid.c - the output of "kcpuid -r" of Linux' tools/arch/x86/kcpuid:
 *
 *	Basic Leafs :
 *	================
 *	0x00000006: EAX=0x..., EBX=0x..., ECX=0x..., EDX=0x...
 *	0x00000007: subleafs:
 *	  0: EAX=0x..., EBX=0x..., ECX=0x..., EDX=0x...
 *
 * Later versions call the first range Standard, and print Transmeta's and
 * Centaur's too. It is always one CPU; who runs it on several puts the outputs
 * behind each other. Sub-leaves are decimal. Rows that are zero are not
 * printed.
 */
#include <inttypes.h>
#include <string.h>

#include "dump.h"
#include "lines.h"
#include "order.h"

struct reader {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	struct cpupolicy__ordered ordered;
	bool in_other_range; /* than the first */
	bool in_leaf;	     /* sub-leaves of this leaf follow */
	uint32_t leaf;
};

/* "Basic Leafs :"; @first: it is the range every CPU begins with. */
static bool parse_range(bool *first, const char *text)
{
	static const char *const names[] = { "basic", "standard", "extended",
					     "transmeta", "centaur" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *at = text;

		*first = i < 2;
		if (cpupolicy__take(&at, names[i]) &&
		    cpupolicy__take(&at, " leafs :") && *at == '\0')
			return true;
	}
	return false;
}

static bool parse_registers(struct cpupolicy_row *row, const char *text)
{
	return cpupolicy__take_hex(&row->eax, &text, "eax=0x") &&
	       cpupolicy__take_hex(&row->ebx, &text, ", ebx=0x") &&
	       cpupolicy__take_hex(&row->ecx, &text, ", ecx=0x") &&
	       cpupolicy__take_hex(&row->edx, &text, ", edx=0x") &&
	       *text == '\0';
}

enum line {
	OTHER,
	LEAF,	 /* a row of sub-leaf 0 */
	SUBLEAF, /* a row of the leaf above */
	HEADING, /* of rows with sub-leaves */
};

static enum line parse_line(struct cpupolicy_row *row, const char *text)
{
	const char *at = text;

	*row = (struct cpupolicy_row){ 0 };
	if (cpupolicy__take_hex(&row->leaf, &at, "0x") && *at++ == ':') {
		cpupolicy__skip_blanks(&at);
		if (strcmp(at, "subleafs:") == 0)
			return HEADING;
		return parse_registers(row, at) ? LEAF : OTHER;
	}
	cpupolicy__skip_blanks(&text);
	if (!cpupolicy__take_decimal(&row->subleaf, &text, 0x10000) ||
	    *text++ != ':' || !parse_registers(row, text))
		return OTHER;
	return SUBLEAF;
}

/* All rows of the CPU are there. */
static int finish_cpu(struct reader *reader)
{
	struct cpupolicy__asked asked = { .basic = 0 };

	/* where another range follows, nothing of the first was cut off */
	if (reader->in_other_range)
		asked.basic = 0xffff;
	reader->in_other_range = false;
	return cpupolicy__dump_order(&reader->dump, &reader->ordered, &asked);
}

static int read_range(struct reader *reader, bool first)
{
	int status;

	reader->in_leaf = false;
	if (!first) {
		reader->in_other_range = true;
		return 0;
	}
	status = finish_cpu(reader);
	return status < 0 ? status
			  : cpupolicy__dump_cpu(&reader->dump, reader->lines.nr,
						CPUPOLICY__NEXT_CPU);
}

static int read_rest(struct reader *reader)
{
	struct cpupolicy_row row;
	enum line line = parse_line(&row, reader->lines.text);

	if (line == OTHER)
		return cpupolicy__dump_fail(
			&reader->dump, reader->lines.nr,
			"expected '0x00000001: EAX=0x..., EBX=0x..., "
			"ECX=0x..., EDX=0x...' or '0x00000007: subleafs:', "
			"found %.60s",
			reader->lines.text);
	if (line == SUBLEAF && !reader->in_leaf)
		return cpupolicy__dump_fail(&reader->dump, reader->lines.nr,
					    "a sub-leaf of no leaf, expected "
					    "'0x00000007: subleafs:' above it");
	if (line == SUBLEAF)
		row.leaf = reader->leaf;
	reader->in_leaf = line != LEAF;
	reader->leaf = row.leaf;
	if (line == HEADING)
		return 0;
	return cpupolicy__dump_row(&reader->dump, reader->lines.nr, &row, NULL);
}

static int read_line(struct reader *reader)
{
	const char *text = reader->lines.text;
	int status = cpupolicy__dump_text(&reader->dump, &reader->lines);
	bool first;

	if (status < 0 || text[strspn(text, "=")] == '\0')
		return status;
	if (parse_range(&first, text))
		return read_range(reader, first);
	return read_rest(reader);
}

static int read_dump(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct reader reader = { .lines.source = source };
	int status;

	status = cpupolicy__dump_begin(&reader.dump, out, source, error,
				       "kcpuid -r");
	while (status == 0 && cpupolicy__next_line(&reader.lines))
		status = read_line(&reader);
	if (status == 0)
		status = finish_cpu(&reader);
	if (status == 0)
		status = cpupolicy__dump_ordered(&reader.dump, &reader.ordered,
						 "kcpuid");
	return cpupolicy__dump_end(&reader.dump, reader.lines.nr, status);
}

/* A range, or a row, among the first lines. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__lines lines = { .source = source };

	for (int i = 0; i < 20 && cpupolicy__next_line(&lines); i++) {
		struct cpupolicy_row row;
		bool first;

		if (parse_range(&first, lines.text) ||
		    parse_line(&row, lines.text) != OTHER)
			return CPUPOLICY__YES;
	}
	return CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_kcpuid = {
	.info = { .name = "kcpuid",
		  .title = "output of kcpuid -r",
		  .reads = true },
	.probe = probe,
	.read = read_dump,
};
