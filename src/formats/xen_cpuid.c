// SPDX-License-Identifier: MIT
/*
 * xen_cpuid.c - the output of Xen's "xen-cpuid -p", with or without a domain:
 *
 *	Host policy: 49 leaves, 2 MSRs
 *	 CPUID:
 *	  leaf     subleaf  -> eax      ebx      ecx      edx
 *	  00000001:ffffffff -> 00800f12:00000800:f6d8320b:078bf3fd
 *	 MSRs:
 *	  index    -> value
 *	  0000010a -> 0000000000000000
 *
 * Sub-leaf ffffffff: the leaf has none. Leaves that are zero count but are not
 * printed. Of the policies in one output the record is the host's: what the
 * CPU has (Raw) less what Xen does not use; the others are what guests get.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dump.h"
#include "lines.h"
#include "order.h"

#define NAME_BYTES 24 /* Xen's have up to 19 */

struct heading {
	char name[NAME_BYTES];
	uint32_t nr_msrs;
};

struct reader {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	struct cpupolicy__ordered ordered;
	struct heading chosen;
	int chosen_line;
	uint32_t nr_policies;
	char others[200]; /* the names of other policies */

	/* where the reader is */
	bool in_policy, in_chosen;
	uint32_t nr_msrs;
};

/* "Host policy: 49 leaves, 2 MSRs" */
static bool parse_heading(struct heading *heading, const char *text)
{
	const char *end = strstr(text, " policy: ");
	uint32_t leaves;
	size_t length;

	if (!end || end == text)
		return false;
	length = (size_t)(end - text);
	if (length >= NAME_BYTES)
		return false;
	memcpy(heading->name, text, length);
	heading->name[length] = '\0';
	text = end + strlen(" policy: ");
	return cpupolicy__take_decimal(&leaves, &text, UINT32_MAX) &&
	       cpupolicy__take(&text, " leaves, ") &&
	       cpupolicy__take_decimal(&heading->nr_msrs, &text, UINT32_MAX) &&
	       cpupolicy__take(&text, " msrs") && *text == '\0';
}

/* "00000007:00000000 -> 00000000:008801a9:00000000:00000000" */
static bool parse_row(struct cpupolicy_row *row, const char *text)
{
	if (!cpupolicy__take_hex(&row->leaf, &text, "") ||
	    !cpupolicy__take_hex(&row->subleaf, &text, ":") ||
	    !cpupolicy__take_hex(&row->eax, &text, "-> ") ||
	    !cpupolicy__take_hex(&row->ebx, &text, ":") ||
	    !cpupolicy__take_hex(&row->ecx, &text, ":") ||
	    !cpupolicy__take_hex(&row->edx, &text, ":") || *text)
		return false;
	if (row->subleaf == 0xffffffff)
		row->subleaf = 0;
	return true;
}

/* "0000010a -> 0000000000000000" */
static bool parse_msr(struct cpupolicy_msr *msr, const char *text)
{
	*msr = (struct cpupolicy_msr){ 0 };
	if (!cpupolicy__take_hex(&msr->index, &text, ""))
		return false;
	cpupolicy__skip_blanks(&text);
	return cpupolicy__take(&text, "-> ") &&
	       cpupolicy__hex(&msr->value, &text, 16) && *text == '\0';
}

/* Lines that are the same in every output, or say what is not there. */
static bool is_decoration(const char *text)
{
	static const char *const beginnings[] = { "cpuid:", "msrs:", "leaf ",
						  "index ", "xen reports " };

	cpupolicy__skip_blanks(&text);
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]);
	     i++) {
		const char *at = text;

		if (cpupolicy__take(&at, beginnings[i]))
			return true;
	}
	return *text == '\0' || strstr(text, "policy not supported by Xen");
}

static unsigned rank(const struct heading *heading)
{
	if (strcmp(heading->name, "Host") == 0)
		return 3;
	return strcmp(heading->name, "Raw") == 0 ? 2 : 1;
}

/* The policy that is the record: the host's, else the raw, else the first. */
static void choose(struct reader *reader)
{
	struct heading heading;

	while (cpupolicy__next_line(&reader->lines)) {
		if (!parse_heading(&heading, reader->lines.text))
			continue;
		reader->nr_policies++;
		if (reader->chosen_line &&
		    rank(&heading) <= rank(&reader->chosen))
			continue;
		reader->chosen = heading;
		reader->chosen_line = reader->lines.nr;
	}
	reader->lines.at = 0;
	reader->lines.nr = 0;
}

static int end_policy(const struct reader *reader)
{
	if (!reader->in_chosen || reader->nr_msrs == reader->chosen.nr_msrs)
		return 0;
	return cpupolicy__dump_fail(
		&reader->dump, reader->lines.nr,
		"the %s policy ends after %" PRIu32 " of %" PRIu32
		" MSRs: the output was cut off",
		reader->chosen.name, reader->nr_msrs, reader->chosen.nr_msrs);
}

static int begin_policy(struct reader *reader, const struct heading *heading)
{
	size_t length = strlen(reader->others);
	int status = end_policy(reader);

	reader->in_policy = true;
	reader->in_chosen = reader->lines.nr == reader->chosen_line;
	if (status < 0)
		return status;
	if (reader->in_chosen)
		return cpupolicy__dump_cpu(&reader->dump, reader->lines.nr, 0);
	snprintf(reader->others + length, sizeof(reader->others) - length,
		 "%s%s", length ? ", " : "", heading->name);
	return 0;
}

static int read_line(struct reader *reader)
{
	int status = cpupolicy__dump_text(&reader->dump, &reader->lines);
	const char *text = reader->lines.text;
	struct cpupolicy_row row;
	struct cpupolicy_msr msr;
	struct heading heading;
	int line = reader->lines.nr;

	if (status < 0 || is_decoration(text))
		return status;
	if (parse_heading(&heading, text))
		return begin_policy(reader, &heading);
	if (!reader->in_policy)
		return cpupolicy__dump_fail(&reader->dump, line,
					    "expected 'Host policy: 49 leaves, "
					    "2 MSRs', found %.60s",
					    text);
	if (parse_row(&row, text))
		return reader->in_chosen ? cpupolicy__dump_row(&reader->dump,
							       line, &row, NULL)
					 : 0;
	if (!parse_msr(&msr, text))
		return cpupolicy__dump_fail(
			&reader->dump, line,
			"expected '00000007:00000000 -> "
			"eax:ebx:ecx:edx' or '0000010a -> value', found %.60s",
			text);
	if (!reader->in_chosen)
		return 0;
	reader->nr_msrs++;
	return cpupolicy__dump_msr(&reader->dump, line, &msr);
}

static int note_choice(struct reader *reader)
{
	struct cpupolicy_record *record = reader->dump.record;
	unsigned which = rank(&reader->chosen);
	char how[NAME_BYTES + 40];
	int status;

	snprintf(how, sizeof(how), "xen-cpuid -p, %s policy",
		 reader->chosen.name);
	status = cpupolicy__set_string(&record->how, how);
	if (which < 3 && status == 0)
		status = cpupolicy_record_note(
			record,
			"There is no Host policy: the record is the %s policy, "
			"%s.",
			reader->chosen.name,
			which == 2 ? "which has more than Xen uses"
				   : "which is for guests");
	if (*reader->others && status == 0)
		status = cpupolicy_record_note(
			record,
			"The record is the %s policy; also in the file: %s.",
			reader->chosen.name, reader->others);
	return status < 0 ? cpupolicy__no_memory(reader->dump.error,
						 reader->dump.source->name)
			  : 0;
}

static int finish(struct reader *reader)
{
	/* what every version of Xen keeps, if the CPU has it */
	static const struct cpupolicy__asked asked = {
		.basic = 0xd,
		.extended = 0x8000001c,
	};
	struct cpupolicy__dump *dump = &reader->dump;
	int status = end_policy(reader);

	if (status == 0)
		status = cpupolicy__dump_order(dump, &reader->ordered, &asked);
	if (status == 0 && reader->chosen_line)
		status = note_choice(reader);
	if (status == 0)
		status = cpupolicy__dump_ordered(dump, &reader->ordered,
						 "xen-cpuid");
	return status;
}

static int read_dump(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct reader reader = { .lines.source = source };
	int status;

	status = cpupolicy__dump_begin(&reader.dump, out, source, error,
				       "xen-cpuid -p");
	choose(&reader);
	while (status == 0 && cpupolicy__next_line(&reader.lines))
		status = read_line(&reader);
	if (status == 0)
		status = finish(&reader);
	return cpupolicy__dump_end(&reader.dump, reader.lines.nr, status);
}

static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__lines lines = { .source = source };

	for (int i = 0; i < 20 && cpupolicy__next_line(&lines); i++) {
		struct heading heading;
		struct cpupolicy_row row;
		const char *text = lines.text;

		if (parse_heading(&heading, text) || parse_row(&row, text) ||
		    cpupolicy__take(&text, "xen reports there are maximum "))
			return CPUPOLICY__YES;
	}
	return CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_xen_cpuid = {
	.info = { .name = "xen-cpuid",
		  .title = "output of xen-cpuid -p",
		  .reads = true },
	.probe = probe,
	.read = read_dump,
};
