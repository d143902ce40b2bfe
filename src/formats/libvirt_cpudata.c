// SPDX-License-Identifier: MIT
/*
 * libvirt_cpudata.c - one CPU as libvirt keeps it for itself and in its tests:
 *
 *	<cpudata arch='x86'>
 *	  <cpuid eax_in='0x00000007' ecx_in='0x00' eax='0x...' ... edx='0x...'/>
 *	  <msr index='0x10a' edx='0x00000000' eax='0x00000069'/>
 *	</cpudata>
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "xml.h"

struct reading {
	struct cpupolicy__dump dump;
	int inside; /* depth of <cpudata>; -1: not in one */
	bool done;  /* there was one */
	unsigned unknown;
	char first_unknown[32];
	int line; /* the last */
};

/* libvirt takes "0x" and decimal; octal, as it does too, is nobody's intent. */
static bool parse_number(uint32_t *out, const char *text)
{
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		if (!cpupolicy__hex(&value, &text, 8))
			return false;
	} else if (text[0] >= '1' && text[0] <= '9') {
		for (; *text >= '0' && *text <= '9'; text++)
			if (value <= UINT32_MAX)
				value = 10 * value + (uint64_t)(*text - '0');
	} else if (*text == '0') {
		text++;
	}
	*out = (uint32_t)value;
	return *text == '\0' && value <= UINT32_MAX;
}

/* An absent attribute leaves *@out as it is; fails where @required. */
static int get_number(uint32_t *out, struct cpupolicy__xml *xml,
		      const char **attributes, const char *name, bool required)
{
	const char *text = cpupolicy__xml_attribute(attributes, name);

	if (!text)
		return required
			       ? cpupolicy__xml_fail(
					 xml, "attribute '%s' is missing", name)
			       : 0;
	if (!*text || !parse_number(out, text))
		return cpupolicy__xml_fail(
			xml,
			"%s='%.60s' is not a number, expected 0 to 0xffffffff "
			"such as 0x0000000d",
			name, text);
	return 0;
}

static int read_cpuid(struct reading *reading, struct cpupolicy__xml *xml,
		      const char **attributes)
{
	struct cpupolicy_row row = { 0 }, known = { 0 };
	const struct {
		const char *name;
		uint32_t *value, *known;
	} registers[] = {
		{ "eax", &row.eax, &known.eax },
		{ "ebx", &row.ebx, &known.ebx },
		{ "ecx", &row.ecx, &known.ecx },
		{ "edx", &row.edx, &known.edx },
	};
	int status;

	status = get_number(&row.leaf, xml, attributes, "eax_in", true);
	if (status == 0)
		status = get_number(&row.subleaf, xml, attributes, "ecx_in",
				    false);
	for (size_t i = 0; i < 4 && status == 0; i++) {
		status = get_number(registers[i].value, xml, attributes,
				    registers[i].name, false);
		/* zero to libvirt, but nobody has read it */
		if (cpupolicy__xml_attribute(attributes, registers[i].name))
			*registers[i].known = 0xffffffffu;
	}
	if (status < 0)
		return status;
	return cpupolicy__dump_row(
		&reading->dump, cpupolicy__xml_line(xml), &row,
		cpupolicy__all_known(&known) ? NULL : &known);
}

static int read_msr(struct reading *reading, struct cpupolicy__xml *xml,
		    const char **attributes)
{
	struct cpupolicy_msr msr = { 0 };
	uint32_t low = 0, high = 0;
	int status;

	status = get_number(&msr.index, xml, attributes, "index", true);
	if (status == 0)
		status = get_number(&low, xml, attributes, "eax", true);
	if (status == 0)
		status = get_number(&high, xml, attributes, "edx", true);
	if (status < 0)
		return status;
	msr.value = (uint64_t)high << 32 | low;
	return cpupolicy__dump_msr(&reading->dump, cpupolicy__xml_line(xml),
				   &msr);
}

static int begin_cpudata(struct reading *reading, struct cpupolicy__xml *xml,
			 const char **attributes)
{
	const char *arch = cpupolicy__xml_attribute(attributes, "arch");

	/* are several of them hosts, or CPUs of one? */
	if (reading->done)
		return cpupolicy__xml_fail(xml, "a second <cpudata>: it is one "
						"CPU, so have a file for each");
	if (arch && strcmp(arch, "x86") != 0)
		return cpupolicy__xml_fail(
			xml, "<cpudata> of arch '%.60s', expected x86", arch);
	reading->done = true;
	reading->inside = cpupolicy__xml_depth(xml);
	return cpupolicy__dump_cpu(&reading->dump, cpupolicy__xml_line(xml),
				   CPUPOLICY__NEXT_CPU);
}

static int begin(void *arg, struct cpupolicy__xml *xml, const char *element,
		 const char **attributes)
{
	struct reading *reading = arg;

	reading->line = cpupolicy__xml_line(xml);
	if (strcmp(element, "cpudata") == 0)
		return begin_cpudata(reading, xml, attributes);
	if (reading->inside < 0 ||
	    cpupolicy__xml_depth(xml) != reading->inside + 1)
		return 0;
	if (strcmp(element, "cpuid") == 0)
		return read_cpuid(reading, xml, attributes);
	if (strcmp(element, "msr") == 0)
		return read_msr(reading, xml, attributes);
	if (reading->unknown++ == 0)
		snprintf(reading->first_unknown, sizeof(reading->first_unknown),
			 "%s", element);
	return 0;
}

static int end(void *arg, struct cpupolicy__xml *xml, const char *element)
{
	struct reading *reading = arg;

	(void)element;
	if (cpupolicy__xml_depth(xml) == reading->inside)
		reading->inside = -1;
	return 0;
}

static int note_unknown(const struct reading *reading)
{
	if (!reading->unknown)
		return 0;
	return cpupolicy_record_note(reading->dump.record,
				     "%u elements of <cpudata> were skipped, "
				     "the first is <%s>: expected <cpuid> or "
				     "<msr>",
				     reading->unknown, reading->first_unknown);
}

static int read_cpudata(struct cpupolicy_document *out,
			const struct cpupolicy__source *source,
			struct cpupolicy_error *error)
{
	static const struct cpupolicy__xml_reader reader = { begin, end, NULL };
	struct reading reading = { .inside = -1 };
	int status;

	status = cpupolicy__dump_begin(&reading.dump, out, source, error,
				       "libvirt cpudata");
	if (status == 0)
		status = cpupolicy__xml_read(source, &reader, &reading, error);
	if (status == 0 && note_unknown(&reading) < 0)
		status = cpupolicy__no_memory(error, source->name);
	return cpupolicy__dump_end(&reading.dump, reading.line, status);
}

/* As the root, or near the beginning of something else's. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	static const char element[] = "<cpudata";
	size_t length = sizeof(element) - 1;
	char root[16];

	if (!cpupolicy__xml_root(root, sizeof(root), source))
		return CPUPOLICY__NO;
	if (strcmp(root, "cpudata") == 0)
		return CPUPOLICY__YES;
	for (size_t i = 0; i + length <= source->size && i < 16384; i++)
		if (source->text[i] == '<' &&
		    memcmp(source->text + i, element, length) == 0)
			return CPUPOLICY__PERHAPS;
	return CPUPOLICY__NO;
}

/* By leaf and sub-leaf, as libvirt sorts; the first of two alike stays it. */
static int row_order(const void *a, const void *b)
{
	const struct cpupolicy_row *x = *(const struct cpupolicy_row *const *)a,
				   *y = *(const struct cpupolicy_row *const *)b;

	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	if (x->subleaf != y->subleaf)
		return x->subleaf < y->subleaf ? -1 : 1;
	return (x > y) - (x < y);
}

static void write_row(struct cpupolicy__writing *writing,
		      const struct cpupolicy_row *row,
		      const struct cpupolicy_row *known)
{
	static const char *const names[4] = { "eax", "ebx", "ecx", "edx" };

	cpupolicy__text_add(writing->out,
			    "  <cpuid eax_in='0x%08" PRIx32
			    "' ecx_in='0x%08" PRIx32 "'",
			    row->leaf, row->subleaf);
	for (unsigned i = 0; i < 4; i++)
		if (!known || cpupolicy__row_register(known, i))
			cpupolicy__text_add(writing->out,
					    " %s='0x%08" PRIx32 "'", names[i],
					    cpupolicy__row_register(row, i));
	cpupolicy__text_add(writing->out, "/>\n");
}

static void write_rows(struct cpupolicy__writing *writing,
		       const struct cpupolicy_core *core)
{
	const struct cpupolicy_row **sorted =
		malloc((core->nr_rows + 1) * sizeof(*sorted));

	if (!sorted) {
		writing->out->failed = true;
		return;
	}
	for (size_t i = 0; i < core->nr_rows; i++)
		sorted[i] = &core->rows[i];
	qsort(sorted, core->nr_rows, sizeof(*sorted), row_order);
	for (size_t i = 0; i < core->nr_rows; i++)
		write_row(writing, sorted[i],
			  core->known ? &core->known[sorted[i] - core->rows]
				      : NULL);
	free(sorted);
}

/* A register of which nothing is known is left out; one that is known in part
 * cannot be written so. */
static void lose_parts(const struct cpupolicy__writing *writing,
		       const struct cpupolicy_core *core)
{
	size_t nr = 0;

	for (size_t i = 0; core->known && i < core->nr_rows; i++)
		for (unsigned reg = 0; reg < 4; reg++) {
			uint32_t bits =
				cpupolicy__row_register(&core->known[i], reg);

			nr += bits != 0 && bits != 0xffffffffu;
		}
	if (nr)
		cpupolicy__lose(writing,
				"%zu registers were recorded in part: what was "
				"not recorded is written as zero",
				nr);
}

static void write_cpudata(struct cpupolicy__writing *writing,
			  const struct cpupolicy_record *record)
{
	const struct cpupolicy_core *core = &record->cores[0];

	cpupolicy__lose_cpus(writing, record);
	lose_parts(writing, core);
	cpupolicy__text_add(writing->out, "<cpudata arch='x86'>\n");
	write_rows(writing, core);
	for (size_t i = 0; i < core->nr_msrs; i++)
		cpupolicy__text_add(
			writing->out,
			"  <msr index='0x%" PRIx32 "' eax='0x%08" PRIx32
			"' edx='0x%08" PRIx32 "'/>\n",
			core->msrs[i].index, (uint32_t)core->msrs[i].value,
			(uint32_t)(core->msrs[i].value >> 32));
	cpupolicy__text_add(writing->out, "</cpudata>\n");
}

const struct cpupolicy__format cpupolicy__format_libvirt_cpudata = {
	.info = { .name = "libvirt-cpudata",
		  .title = "libvirt's <cpudata>: CPUID and MSRs of one CPU",
		  .reads = true,
		  .writes = true },
	.probe = probe,
	.read = read_cpudata,
	.write = write_cpudata,
};
