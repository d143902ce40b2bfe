/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "round_trip.h"

#define CPUDATA(rows) "<cpudata arch='x86'>\n" rows "</cpudata>\n"
#define LEAF0                                                                  \
	"  <cpuid eax_in='0x00000000' ecx_in='0x00' eax='0x0000000d'"          \
	" ebx='0x756e6547' ecx='0x6c65746e' edx='0x49656e69'/>\n"
#define LEAF7                                                                  \
	"  <cpuid eax_in='0x00000007' ecx_in='0x00' eax='0x00000000'"          \
	" ebx='0x219c91a9' ecx='0x00400004' edx='0x00000000'/>\n"
#define MSR "  <msr index='0x10a' edx='0x00000001' eax='0x80000069'/>\n"

static int parse(struct cpupolicy_document *out, const char *text, size_t size,
		 struct cpupolicy_error *error)
{
	/* a copy of its own, so that a sanitizer sees reads past the end */
	char *copy = malloc(size ? size : 1);
	int status;

	assert_non_null(copy);
	memcpy(copy, text, size);
	memset(error, 0, sizeof(*error));
	status = cpupolicy_document_parse(out, "cpu.xml", copy, size, error);
	free(copy);
	return status;
}

#define TEXT(text) text, sizeof(text) - 1

static void every_spelling_of_cpudata_is_read(void **state)
{
	static const struct {
		const char *why, *text;
		size_t size, rows, msrs;
	} cases[] = {
		{ "as cpu-data.py writes it",
		  TEXT("<!-- Some CPU -->\n" CPUDATA(LEAF0 LEAF7 MSR)), 2, 1 },
		{ "double quotes",
		  TEXT("<cpudata arch=\"x86\"><cpuid eax_in=\"0x0\" "
		       "ecx_in=\"0x0\" eax=\"0xd\" ebx=\"0x756E6547\" "
		       "ecx=\"0X6C65746E\" edx=\"0x49656e69\"/></cpudata>"),
		  1, 0 },
		{ "decimal, and other order",
		  TEXT("<cpudata><cpuid edx='1231384169' ecx='1818588270' "
		       "ebx='1970169159' eax='13' eax_in='0'></cpuid>"
		       "</cpudata>"),
		  1, 0 },
		{ "comments, a declaration and spaces",
		  TEXT("<?xml version='1.0'?>\r\n<!-- a --><cpudata\n"
		       "\tarch = 'x86' >\n<!-- b -->" LEAF0
		       "</cpudata>\n<!-- c -->"),
		  1, 0 },
		{ "in another element",
		  TEXT("<a><b c='d'/>\n" CPUDATA(LEAF0) "</a>"), 1, 0 },
		{ "what is not of cpudata is not a row",
		  TEXT("<a>" LEAF7 CPUDATA(LEAF0 "<b>" LEAF7 "</b>") LEAF7
		       "</a>"),
		  1, 0 },
		{ "UTF-16",
		  TEXT("\xff\xfe<\0c\0p\0u\0d\0a\0t\0a\0>\0<\0c\0p\0u\0i\0d\0 "
		       "\0e\0a\0x\0_\0i\0n\0=\0'\0\x30\0'\0 "
		       "\0e\0b\0x\0=\0'\0\x30\0x\0\x37\0\x35\0\x36\0"
		       "e\0\x36\0\x35\0\x34\0\x37\0'\0/\0>\0<\0/"
		       "\0c\0p\0u\0d\0a\0t\0a\0>\0"),
		  1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		const struct cpupolicy_core *core;

		if (parse(&document, cases[i].text, cases[i].size, &error) < 0)
			fail_msg("%s: %s", cases[i].why, error.text);
		assert_string_equal(document.format, "libvirt-cpudata");
		assert_int_equal(document.record->nr_cores, 1);
		core = &document.record->cores[0];
		if (core->nr_rows != cases[i].rows ||
		    core->nr_msrs != cases[i].msrs)
			fail_msg("%s: %zu rows, %zu MSRs", cases[i].why,
				 core->nr_rows, core->nr_msrs);
		assert_int_equal(core->rows[0].ebx, 0x756e6547);
		if (core->nr_msrs)
			assert_int_equal(core->msrs[0].value, 0x180000069);
		cpupolicy_document_clear(&document);
	}
}

static void an_absent_register_is_not_recorded(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	const struct cpupolicy_core *core;

	(void)state;
	assert_int_equal(
		parse(&document,
		      TEXT(CPUDATA(LEAF0 "<cpuid eax_in='0x7' ebx='0x20'/>")),
		      &error),
		0);
	core = &document.record->cores[0];
	assert_non_null(core->known);
	assert_int_equal(core->known[0].edx, 0xffffffffu);
	assert_int_equal(core->known[1].ebx, 0xffffffffu);
	assert_int_equal(core->known[1].eax | core->known[1].ecx |
				 core->known[1].edx,
			 0);
	cpupolicy_document_clear(&document);
}

static void elements_that_are_not_known_are_noted(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(parse(&document,
			       TEXT(CPUDATA(LEAF0 "<pvr/><x>y</x>" LEAF7)),
			       &error),
			 0);
	assert_int_equal(document.record->cores[0].nr_rows, 2);
	assert_non_null(strstr(document.record->notes[0],
			       "2 elements of <cpudata> were skipped, the "
			       "first is <pvr>"));
	cpupolicy_document_clear(&document);
}

static const struct {
	const char *why, *text;
	size_t size;
	int status, line;
	const char *says;
} bad[] = {
	{ "cut", TEXT("<cpudata arch='x86'>\n" LEAF0 "  <cpuid eax_in='0x7"),
	  CPUPOLICY_E_SYNTAX, 3, "not valid XML" },
	{ "cut behind a row", TEXT("<cpudata arch='x86'>\n" LEAF0),
	  CPUPOLICY_E_SYNTAX, 3, "no element found" },
	{ "no leaf", TEXT(CPUDATA(LEAF0 "<cpuid ecx_in='0' eax='1'/>\n")),
	  CPUPOLICY_E_MEANING, 3,
	  "cpu.xml:3:1: attribute 'eax_in' is missing" },
	{ "nine digits", TEXT(CPUDATA(LEAF0 "<cpuid eax_in='0x123456789'/>\n")),
	  CPUPOLICY_E_MEANING, 3,
	  "eax_in='0x123456789' is not a number, expected 0 to 0xffffffff" },
	{ "a negative number",
	  TEXT(CPUDATA(LEAF0 "<cpuid eax_in='7' ebx='-1'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "ebx='-1' is not a number" },
	{ "a number just too large",
	  TEXT(CPUDATA(LEAF0 "<cpuid eax_in='7' ebx='4294967296'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "ebx='4294967296'" },
	{ "a number far too large",
	  TEXT(CPUDATA(LEAF0 "<cpuid eax_in='7' "
			     "ebx='18446744073709551617'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "ebx='18446744073709551617'" },
	{ "octal", TEXT(CPUDATA(LEAF0 "<cpuid eax_in='010'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "eax_in='010'" },
	{ "hexadecimal without 0x",
	  TEXT(CPUDATA(LEAF0 "<cpuid eax_in='7' ebx='2f'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "ebx='2f'" },
	{ "nothing", TEXT(CPUDATA(LEAF0 "<cpuid eax_in=''/>\n")),
	  CPUPOLICY_E_MEANING, 3, "eax_in=''" },
	{ "only 0x", TEXT(CPUDATA(LEAF0 "<cpuid eax_in='0x'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "eax_in='0x'" },
	{ "blanks", TEXT(CPUDATA(LEAF0 "<cpuid eax_in=' 7'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "eax_in=' 7'" },
	{ "an attribute twice",
	  TEXT(CPUDATA(LEAF0 "<cpuid eax_in='7' eax_in='8'/>\n")),
	  CPUPOLICY_E_SYNTAX, 3, "duplicate attribute" },
	{ "half an MSR", TEXT(CPUDATA(LEAF0 "<msr index='0x10a' eax='1'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "attribute 'edx' is missing" },
	{ "an MSR twice", TEXT(CPUDATA(LEAF0 MSR MSR)), CPUPOLICY_E_MEANING, 4,
	  "this MSR is there twice" },
	{ "another architecture",
	  TEXT("<cpudata arch='ppc64' pvr='0x3f0201'/>"), CPUPOLICY_E_MEANING,
	  1, "<cpudata> of arch 'ppc64', expected x86" },
	{ "two of them", TEXT("<a>\n" CPUDATA(LEAF0) CPUDATA(LEAF0) "</a>"),
	  CPUPOLICY_E_MEANING, 5, "a second <cpudata>" },
	{ "one in another",
	  TEXT("<cpudata>\n" LEAF0 CPUDATA(LEAF0) "</cpudata>"),
	  CPUPOLICY_E_MEANING, 3, "a second <cpudata>" },
	{ "empty", TEXT(CPUDATA("")), CPUPOLICY_E_MEANING, 1,
	  "no row for leaf 0" },
	{ "no leaf 0: a mask of features", TEXT(CPUDATA(LEAF7)),
	  CPUPOLICY_E_MEANING, 1, "no row for leaf 0" },
	{ "only named in a comment", TEXT("<a><!-- <cpudata> --></a>"),
	  CPUPOLICY_E_SYNTAX, 1, "there are no rows" },
	{ "entities",
	  TEXT("<!DOCTYPE cpudata [<!ENTITY a 'b'>]>\n<cpudata>&a;</cpudata>"),
	  CPUPOLICY_E_SYNTAX, 1, "document type declaration" },
	{ "an escape sequence is not repeated",
	  TEXT(CPUDATA(LEAF0 "<cpuid eax_in='\302\233[2J'/>\n")),
	  CPUPOLICY_E_MEANING, 3, "[2J' is not a number" },
	{ "XML of no known kind", TEXT("<html><body/></html>"),
	  CPUPOLICY_E_SYNTAX, 1, "in no format that is known" },
};

static void bad_cpudata_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status;

		status = parse(&document, bad[i].text, bad[i].size, &error);
		if (status != bad[i].status || error.status != status ||
		    error.line != bad[i].line ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%s: %d, line %d: %s", bad[i].why, status,
				 error.line, error.text);
		assert_null(document.record);
	}
}

static void rows_have_a_bound(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	size_t room = 1 << 20, used;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	used = (size_t)snprintf(text, room, "<cpudata>\n" LEAF0);
	for (unsigned i = 1; i < 5000; i++)
		used += (size_t)snprintf(text + used, room - used,
					 "<cpuid eax_in='%u'/>\n", i);
	assert_int_equal(parse(&document, text, used, &error),
			 CPUPOLICY_E_MEANING);
	assert_string_equal(error.text,
			    "cpu.xml:4098:1: more rows than any CPU has");
	free(text);
}

static void rows_are_written_as_libvirt_does(void **state)
{
	static const struct cpupolicy_row rows[] = {
		{ 7, 1, 0x10, 0, 0, 0 },
		{ 0, 0, 7, 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 7, 0, 1, 0x219c91a9, 0x00400004, 0 },
		{ 3, 0, 0, 0, 0x1234, 0x5678 }, /* a serial number */
	};
	static const struct cpupolicy_msr msrs[] = {
		{ .index = 0x10a, .value = 0x180000069 },
	};
	struct cpupolicy_record *record = cpupolicy_record_new();
	struct round_trip trip;

	(void)state;
	cpupolicy_record_add_cpu(record, 0, rows, 4, msrs, 1);
	round_trip(&trip, record, "libvirt-cpudata");
	assert_string_equal(
		trip.text,
		"<cpudata arch='x86'>\n"
		"  <cpuid eax_in='0x00000000' ecx_in='0x00000000' "
		"eax='0x00000007' ebx='0x756e6547' ecx='0x6c65746e' "
		"edx='0x49656e69'/>\n"
		"  <cpuid eax_in='0x00000003' ecx_in='0x00000000' "
		"eax='0x00000000' ebx='0x00000000' ecx='0x00000000' "
		"edx='0x00000000'/>\n"
		"  <cpuid eax_in='0x00000007' ecx_in='0x00000000' "
		"eax='0x00000001' ebx='0x219c91a9' ecx='0x00400004' "
		"edx='0x00000000'/>\n"
		"  <cpuid eax_in='0x00000007' ecx_in='0x00000001' "
		"eax='0x00000010' ebx='0x00000000' ecx='0x00000000' "
		"edx='0x00000000'/>\n"
		"  <msr index='0x10a' eax='0x80000069' edx='0x00000001'/>\n"
		"</cpudata>\n");
	assert_true(
		same_rows(&record->cores[0], &trip.document.record->cores[0]));
	assert_string_equal(trip.lost, "");
	round_trip_clear(&trip);
	cpupolicy_record_free(record);
}

/* Of rows for one leaf and sub-leaf the first counts, then as now. */
static void a_row_that_comes_twice_keeps_its_order(void **state)
{
	struct cpupolicy_row rows[40] = { { .leaf = 0, .ebx = 1 } };
	struct cpupolicy_record *record = cpupolicy_record_new();
	struct round_trip trip;

	(void)state;
	for (uint32_t i = 1; i < 40; i++)
		rows[i] = (struct cpupolicy_row){ .leaf = 2, .eax = i };
	cpupolicy_record_add_cpu(record, 0, rows, 40, NULL, 0);
	round_trip(&trip, record, "libvirt-cpudata");
	for (uint32_t i = 1; i < 40; i++)
		assert_int_equal(trip.document.record->cores[0].rows[i].eax, i);
	round_trip_clear(&trip);
	cpupolicy_record_free(record);
}

static void the_writer_says_what_it_cannot_hold(void **state)
{
	static const struct {
		const char *why, *text, *lost;
	} cases[] = {
		{ "all is held",
		  "{\"format\": \"cpupolicy-record\", \"version\": 1, "
		  "\"cores\": [{\"cpus\": \"0\", \"rows\": [\"0.0 1 2 3 "
		  "4\"]}]}",
		  "" },
		{ "a register that was not recorded is left out",
		  "{\"format\": \"cpupolicy-record\", \"version\": 1, "
		  "\"cores\": [{\"cpus\": \"0\", \"rows\": [\"0.0 1 2 3 4\", "
		  "\"1.0 1 0 0 0\"], "
		  "\"known\": [\"1.0 ffffffff 0 ffffffff 0\"]}]}",
		  "" },
		{ "half a register",
		  "{\"format\": \"cpupolicy-record\", \"version\": 1, "
		  "\"cores\": [{\"cpus\": \"0\", \"rows\": [\"0.0 1 2 3 4\"], "
		  "\"known\": [\"0.0 ffff ffffffff ffffffff ffffffff\"]}]}",
		  "1 registers were recorded in part: what was not recorded is "
		  "written as zero\n" },
		{ "several CPUs",
		  "{\"format\": \"cpupolicy-record\", \"version\": 1, "
		  "\"cores\": [{\"cpus\": \"0-7\", \"rows\": "
		  "[\"0.0 1 2 3 4\"]}]}",
		  "the format holds one CPU: that there are 0-7, all alike, is "
		  "left out\n" },
		{ "several kinds of core",
		  "{\"format\": \"cpupolicy-record\", \"version\": 1, "
		  "\"cores\": [{\"cpus\": \"0-7\", \"rows\": "
		  "[\"0.0 1 2 3 4\"]}, {\"cpus\": \"8\", \"rows\": "
		  "[\"0.0 5 2 3 4\"]}]}",
		  "the format holds one CPU: only what CPU 0-7 says is "
		  "written, 1 other kinds of core are left out\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		struct round_trip trip;

		if (parse(&document, cases[i].text, strlen(cases[i].text),
			  &error))
			fail_msg("%s: %s", cases[i].why, error.text);
		round_trip(&trip, document.record, "libvirt-cpudata");
		if (strcmp(trip.lost, cases[i].lost) != 0)
			fail_msg("%s: %s", cases[i].why, trip.lost);
		if (!*cases[i].lost &&
		    !same_rows(&document.record->cores[0],
			       &trip.document.record->cores[0]))
			fail_msg("%s: %s", cases[i].why, trip.text);
		round_trip_clear(&trip);
		cpupolicy_document_clear(&document);
	}
}

static void every_recorded_cpu_comes_back(void **state)
{
	(void)state;
	round_trip_corpus("libvirt-cpudata");
}

/* The file that a CPU of the larger set was taken from. */
static bool read_original(struct cpupolicy_document *out,
			  const struct corpus *corpus,
			  const struct corpus_cpu *cpu)
{
	struct cpupolicy_error error;
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/raw/%s", corpus->directory, cpu->name);
	file = fopen(path, "r");
	if (!file)
		return false;
	fclose(file);
	if (cpupolicy_document_read(out, path, &error))
		fail_msg("%s", error.text);
	return true;
}

static void originals_have_the_rows_that_are_expected(void **state)
{
	struct corpus corpus;
	size_t nr = 0;

	(void)state;
	assert_int_equal(corpus_load(&corpus, NULL), 0);
	for (size_t i = corpus.nr_committed; i < corpus.nr_cpus; i++) {
		const struct corpus_cpu *cpu = &corpus.cpus[i];
		struct cpupolicy_document document;
		const struct cpupolicy_core *core;

		if (strncmp(cpu->name, "libvirt-", 8) != 0 ||
		    !read_original(&document, &corpus, cpu))
			continue;
		assert_string_equal(document.format, "libvirt-cpudata");
		assert_int_equal(document.record->nr_cores, 1);
		core = &document.record->cores[0];
		if (core->nr_rows != cpu->nr_rows ||
		    memcmp(core->rows, cpu->rows,
			   cpu->nr_rows * sizeof(*cpu->rows)) != 0)
			fail_msg("%s: the rows differ", cpu->name);
		cpupolicy_document_clear(&document);
		nr++;
	}
	if (nr == 0)
		print_message("skipped: no original files\n");
	corpus_free(&corpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_cpudata_is_read),
		cmocka_unit_test(an_absent_register_is_not_recorded),
		cmocka_unit_test(elements_that_are_not_known_are_noted),
		cmocka_unit_test(bad_cpudata_is_refused_with_its_line),
		cmocka_unit_test(rows_have_a_bound),
		cmocka_unit_test(rows_are_written_as_libvirt_does),
		cmocka_unit_test(a_row_that_comes_twice_keeps_its_order),
		cmocka_unit_test(the_writer_says_what_it_cannot_hold),
		cmocka_unit_test(every_recorded_cpu_comes_back),
		cmocka_unit_test(originals_have_the_rows_that_are_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
