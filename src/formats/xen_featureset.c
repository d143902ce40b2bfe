// SPDX-License-Identifier: MIT
/*
 * xen_featureset.c - words of features as Xen's tools print them: alone
 * (178bfbff-f6f83203-...), as a line of "xen-cpuid" or "xl info", or among what
 * XAPI says of a host's CPU (vendor: GenuineIntel; features_hvm: 1fcbfbff-...).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/xen.h"
#include "lines.h"
#include "named.h"

/* What stands before words, and which of several is the record. */
static const struct label {
	const char *text; /* lower case */
	int rank;
} labels[] = {
	{ "host", 6 },
	{ "features_hvm_host", 6 },
	{ "hw_caps", 6 },
	{ "raw", 5 },
	{ "hvm max", 4 },
	{ "features_hvm", 4 },
	{ "hvm default", 3 },
	{ "features_pv_host", 2 },
	{ "pv max", 1 },
	{ "pv default", 1 },
	{ "features_pv", 1 },
	{ "features", 1 },
	{ "", 7 },
};

/** struct reader - a file being read */
struct reader {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	struct cpupolicy__named named;
	struct cpupolicy_xen_featureset words;
	const struct label *label; /* of the words; NULL: none yet */
	int line;
	uint32_t nr_others;
	char vendor[13];
	struct cpupolicy_signature signature;
	unsigned told; /* of the signature: bits, family first */
};

/* "12345678:" and "12345678-", at least one of them, and a last one. */
static bool is_words(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF") == 8 &&
	       (text[8] == '-' || text[8] == ':') &&
	       strspn(text + 9, "0123456789abcdefABCDEF") == 8;
}

/* The label that @text begins with; moved past it and what separates. */
static const struct label *take_label(const char **text)
{
	cpupolicy__skip_blanks(text);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		const char *at = *text;

		if (!cpupolicy__take(&at, labels[i].text))
			continue;
		cpupolicy__skip_blanks(&at);
		if (*labels[i].text && cpupolicy__take(&at, ":"))
			cpupolicy__skip_blanks(&at);
		if (!is_words(at))
			continue;
		*text = at;
		return &labels[i];
	}
	return NULL;
}

static int read_words(struct reader *reader, const char *text, int column)
{
	const struct label *label = take_label(&text);
	struct cpupolicy_xen_featureset words;
	struct cpupolicy_error error = { 0 };
	char *end, copy[CPUPOLICY_XEN_FEATURESET_TEXT + 1];

	if (!label)
		return 0;
	snprintf(copy, sizeof(copy), "%s", text);
	end = copy + strcspn(copy, " \t");
	*end = '\0';
	if (cpupolicy_xen_featureset_parse(&words, "", copy, &error) < 0)
		return cpupolicy__fail_at(
			reader->dump.error, CPUPOLICY_E_SYNTAX,
			reader->dump.source->name, reader->lines.nr,
			column + error.column,
			"expected up to %d words of eight hexadecimal digits",
			CPUPOLICY_XEN_WORDS_ROOM);
	if (reader->label) {
		reader->nr_others++;
		if (label->rank <= reader->label->rank)
			return 0;
	}
	reader->label = label;
	reader->words = words;
	reader->line = reader->lines.nr;
	return 0;
}

/* What XAPI says beside the words. */
static void read_identity(struct reader *reader, const char *text)
{
	struct {
		const char *key;
		uint32_t *value;
	} numbers[] = {
		{ "family:", &reader->signature.family },
		{ "model:", &reader->signature.model },
		{ "stepping:", &reader->signature.stepping },
	};

	cpupolicy__skip_blanks(&text);
	if (cpupolicy__take(&text, "vendor:")) {
		cpupolicy__skip_blanks(&text);
		if (strcspn(text, " \t") == 12)
			snprintf(reader->vendor, sizeof(reader->vendor), "%s",
				 text);
		return;
	}
	for (unsigned i = 0; i < 3; i++)
		if (cpupolicy__take(&text, numbers[i].key)) {
			cpupolicy__skip_blanks(&text);
			if (cpupolicy__take_decimal(numbers[i].value, &text,
						    UINT32_MAX))
				reader->told |= 1u << i;
		}
}

/* XAPI has several things in one line. */
static int read_line(struct reader *reader)
{
	char line[CPUPOLICY__LINE], *piece = line, *end;
	int status = 0;

	memcpy(line, reader->lines.text, sizeof(line));
	do {
		const char *text = piece;

		end = strchr(piece, ';');
		if (end)
			*end = '\0';
		/* "cpu_info (MRO): vendor: ..." begins with its own name */
		cpupolicy__skip_blanks(&text);
		if (cpupolicy__take(&text, "cpu_info (mro):"))
			piece += text - piece;
		status = read_words(reader, piece, (int)(piece - line));
		read_identity(reader, piece);
		piece = end ? end + 1 : NULL;
	} while (piece && status == 0);
	return status;
}

static int tell_word(struct cpupolicy__named *named,
		     const struct cpupolicy_address *at, uint32_t value)
{
	struct cpupolicy_row row = { .leaf = at->leaf, .subleaf = at->subleaf };
	struct cpupolicy_row known = row;
	uint32_t *const to[4] = { &row.eax, &row.ebx, &row.ecx, &row.edx };
	uint32_t *const mask[4] = { &known.eax, &known.ebx, &known.ecx,
				    &known.edx };
	int status = 0;

	if (at->space == CPUPOLICY_SPACE_CPU) {
		*to[at->reg % 4u] = value;
		*mask[at->reg % 4u] = ~0u;
		return cpupolicy__named_row(named, &row, &known);
	}
	for (uint32_t i = 0; i < cpupolicy_field_count() && status == 0; i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		if (field->at.space == at->space &&
		    field->at.leaf == at->leaf && field->at.reg == at->reg)
			status = cpupolicy__named_field(
				named, field,
				(value & cpupolicy__bits(&field->at)) >>
					field->at.low);
	}
	return status;
}

/* AMD's CPUs repeat the features of leaf 1 in leaf 0x80000001; others do not.
 */
static const char *infer_maker(const struct cpupolicy_xen_featureset *words)
{
	const struct cpupolicy_field *mirror =
		cpupolicy_field_find("fpu", strlen("fpu"));
	uint32_t bit = cpupolicy__bits(&mirror->at);

	if (words->nr < 3 || !(words->word[0] & bit))
		return NULL;
	return words->word[2] & bit ? "AuthenticAMD" : "GenuineIntel";
}

static int tell_identity(struct reader *reader)
{
	struct cpupolicy_record *record = reader->dump.record;
	const char *maker =
		*reader->vendor ? reader->vendor : infer_maker(&reader->words);
	int status = maker ? cpupolicy__named_vendor(&reader->named, maker) : 0;

	if (status == 0 && maker && !*reader->vendor)
		status = cpupolicy_record_note(
			record,
			"the words do not say who made the CPU: %s is inferred "
			"from whether leaf 0x80000001 repeats leaf 1",
			maker);
	if (status == 0 && reader->told == 7 &&
	    cpupolicy__named_signature(&reader->named, &reader->signature) < 0)
		status = cpupolicy_record_note(
			record, "family, model and stepping are left out: no "
				"CPU has those");
	return status;
}

static int tell_words(struct reader *reader)
{
	struct cpupolicy_record *record = reader->dump.record;
	uint32_t nr = reader->words.nr;
	int status = 0;

	if (nr > CPUPOLICY_XEN_WORDS)
		nr = CPUPOLICY_XEN_WORDS;
	for (uint32_t i = 0; i < nr && status == 0; i++)
		status = tell_word(&reader->named, &cpupolicy__xen_words[i].at,
				   reader->words.word[i]);
	for (uint32_t i = nr; i < reader->words.nr && status == 0; i++)
		if (reader->words.word[i])
			status = cpupolicy_record_note(
				record,
				"word %" PRIu32 " of the featureset is left "
				"out: it is not known",
				i);
	if (status == 0 && *reader->label->text)
		status = cpupolicy_record_note(
			record,
			"The record is the featureset '%s'; %" PRIu32
			" others are in the file.",
			reader->label->text, reader->nr_others);
	if (status == 0)
		status = tell_identity(reader);
	if (status == 0)
		status = cpupolicy__named_close(&reader->named);
	if (status == 0)
		status = cpupolicy__named_notes(&reader->named, record);
	return status;
}

static int finish(struct reader *reader)
{
	int status;

	if (!reader->label)
		return cpupolicy__dump_fail(&reader->dump, 0,
					    "there is no featureset, expected "
					    "178bfbff-f6f83203-...");
	status = tell_words(reader);
	if (status < 0)
		return cpupolicy__no_memory(reader->dump.error,
					    reader->dump.source->name);
	return cpupolicy__named_put(&reader->named, &reader->dump,
				    reader->line);
}

static int read_featureset(struct cpupolicy_document *out,
			   const struct cpupolicy__source *source,
			   struct cpupolicy_error *error)
{
	struct reader reader = {
		.lines = { .source = source },
		.named = { .project = CPUPOLICY__XEN },
	};
	int status = cpupolicy__dump_begin(&reader.dump, out, source, error,
					   "Xen featureset");

	while (status == 0 && cpupolicy__next_line(&reader.lines)) {
		status = cpupolicy__dump_text(&reader.dump, &reader.lines);
		if (status == 0)
			status = read_line(&reader);
	}
	if (status == 0)
		status = finish(&reader);
	cpupolicy__named_clear(&reader.named);
	return cpupolicy__dump_end(&reader.dump, reader.lines.nr, status);
}

/* Others print such words too, and are surer. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct reader reader = { .lines = { .source = source } };

	reader.dump.source = source;
	for (int i = 0; i < 60 && cpupolicy__next_line(&reader.lines); i++)
		if (!reader.lines.cut &&
		    (read_line(&reader) < 0 || reader.label))
			return CPUPOLICY__PERHAPS;
	return CPUPOLICY__NO;
}

static void write_featureset(struct cpupolicy__writing *writing,
			     const struct cpupolicy_record *record)
{
	const struct cpupolicy_core *core = &record->cores[0];

	cpupolicy__lose_cpus(writing, record);
	cpupolicy__lose_known(writing, core);
	for (size_t i = 0; i < CPUPOLICY_XEN_WORDS; i++) {
		const struct cpupolicy_address *at =
			&cpupolicy__xen_words[i].at;
		const struct cpupolicy_row *row =
			cpupolicy_core_row(core, at->leaf, at->subleaf);
		uint32_t word = 0;

		if (at->space == CPUPOLICY_SPACE_CPU && row)
			word = cpupolicy__row_register(row, at->reg);
		for (size_t m = 0; m < core->nr_msrs; m++)
			if (at->space == CPUPOLICY_SPACE_MSR &&
			    core->msrs[m].index == at->leaf)
				word = (uint32_t)(core->msrs[m].value >>
						  (at->reg == CPUPOLICY_MSR_LO
							   ? 0
							   : 32));
		cpupolicy__text_add(writing->out, "%s%08" PRIx32, i ? "-" : "",
				    word);
	}
	cpupolicy__text_add(writing->out, "\n");
	cpupolicy__lose(writing,
			"a featureset holds words of features alone: the "
			"maker, numbers, save areas and all other leaves and "
			"MSRs are left out");
}

const struct cpupolicy__format cpupolicy__format_xen_featureset = {
	.info = { .name = "xen-featureset",
		  .title = "words of features of Xen's tools",
		  .reads = true,
		  .writes = true,
		  .partial = true },
	.probe = probe,
	.read = read_featureset,
	.write = write_featureset,
};
