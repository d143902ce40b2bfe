/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

#define LEAF0 "CPUID 00000000: 0000000D-756E6547-6C65746E-49656E69\n"
#define LEAF1 "CPUID 00000001: 000306A9-00100800-7FBAE3FF-BFEBFBFF\n"
#define CPU(n)                                                                 \
	"------[ CPUID Registers / Logical CPU #" #n " ]------\n\n" LEAF0 LEAF1
#define DASHES	   "--------------------"
#define TEXT(text) text, sizeof(text) - 1

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static int parse(const char *text, size_t size)
{
	return parse_copy(&document, text, size, &error);
}

static const struct cpupolicy_record *read_text(const char *why,
						const char *text)
{
	if (parse(text, strlen(text)) < 0)
		fail_msg("%s: %s", why, error.text);
	assert_string_equal(document.format, "aida");
	return document.record;
}

/* The note that holds @part, or NULL. */
static const char *note(const char *part)
{
	for (size_t i = 0; i < document.record->nr_notes; i++)
		if (strstr(document.record->notes[i], part))
			return document.record->notes[i];
	return NULL;
}

static void what_stands_around_the_rows_is_skipped(void **state)
{
	static const char start[] =
		"\xef\xbb\xbf------[ Versions ]------\n\n"
		"Program Version : AIDA64 v5.80.4102 Beta\n\n"
		"------[ CPU Info ]------\n\n"
		"CPUID Manufacturer : GenuineIntel\n"
		"CPUID CPU Name     : Some CPU\n"
		"CPUID Revision     : 000306A9h\n"
		"CPUID              : \xe2\x80\x94 caf\xc3\xa9 \xff\n";
	static const char end[] =
		"\nL1    Data Cache:    32 KB\n"
		"------[ All CPUs ]------\n\n"
		"CPU   0: APICID   0 / Package 0 / Core  0 / Thread 0: Valid\n"
		"CPU Clock = 3500.0 MHz / TSC Clock = 3500.0 MHz\n"
		"------[ MSR Registers ]------\n\n"
		"MSR 00000017: 0004-0000-0000-0000 [PlatID = 1]\n"
		"MSR 00000049: < FAILED >\n"
		"PerformanceFrequency = 1193182\n";
	size_t room = sizeof(start) + sizeof(end) + 4096, used;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	used = (size_t)snprintf(text, room, "%s%s", start, CPU(0));
	/* a line as long as no line is kept */
	memset(text + used, 'x', 2000);
	snprintf(text + used + 2000, room - used - 2000, "\n%s", end);
	read_text("around", text);
	free(text);
	assert_string_equal(document.record->tool, "AIDA64 v5.80.4102 Beta");
	assert_int_equal(document.record->nr_cores, 1);
	assert_string_equal(document.record->cores[0].cpus, "0");
	assert_int_equal(document.record->cores[0].nr_rows, 2);
	assert_int_equal(document.record->cores[0].nr_msrs, 0);
	cpupolicy_document_clear(&document);
}

/* A test of libcpuid: what it expects may hold anything, rows too. */
static void eighty_dashes_end_a_dump(void **state)
{
	static const char text[] = CPU(0) DASHES DASHES DASHES DASHES
		"\n"
		"x86\nCPUID 00000002: 1\n" LEAF0;

	(void)state;
	read_text("dashes", text);
	assert_string_equal(document.record->cores[0].cpus, "0");
	assert_string_equal(note("dashes"),
			    "What follows the dashes in line 5 was left out: "
			    "it is what a test expects.");
	cpupolicy_document_clear(&document);

	/* in front of the rows they are an ornament, as fewer are anywhere */
	read_text("ornament",
		  DASHES DASHES DASHES DASHES "\n" LEAF0 DASHES "\n" LEAF1);
	assert_int_equal(document.record->cores[0].nr_rows, 2);
	cpupolicy_document_clear(&document);
}

static void numbers_of_cpus_ascend_whatever_headers_say(void **state)
{
	static const struct {
		const char *why, *text, *cpus, *note;
	} cases[] = {
		{ "a second dump in the file", CPU(0) CPU(1) CPU(0) CPU(1),
		  "0-3",
		  "Headers that repeat a CPU or go back to one: 2 (the first "
		  "in "
		  "line 9). Their rows are those of further CPUs." },
		{ "a header that is there twice",
		  "------[ Logical CPU #0 ]------\n" CPU(0) CPU(1), "0-1",
		  "Headers of CPUs without rows: 1 (the first in line 1). They "
		  "were left out." },
		{ "a CPU that was not read",
		  CPU(0) "------[ Logical CPU #1 ]------\n\n" CPU(2), "0,2",
		  "Headers of CPUs without rows: 1 (the first in line 5)." },
		{ "counted from 1",
		  "CPUID Registers (CPU #1):\n" LEAF0
		  "CPUID Registers (CPU #2):\n" LEAF0,
		  "0-1",
		  "The dump counts CPUs from 1; here they count from 0." },
		{ "counted from 0, in the same style",
		  "CPUID Registers (CPU #0):\n" LEAF0
		  "CPUID Registers (CPU #1):\n" LEAF0,
		  "0-1", NULL },
		{ "leaf 0 just printed twice", LEAF0 LEAF0 LEAF1, "0",
		  "Leaf 0x0 (line 1, 1 CPU): it has no sub-leaves" },
		{ "a second leaf 0 under one header", CPU(7) LEAF0 LEAF1, "7-8",
		  "Headers with the rows of two CPUs under them: 1 (the first "
		  "in line 1). A second leaf 0 was taken for the next CPU's." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_record *record =
			read_text(cases[i].why, cases[i].text);

		if (record->nr_cores != 1 ||
		    strcmp(record->cores[0].cpus, cases[i].cpus) != 0)
			fail_msg("%s: %zu kinds of core, CPUs %s", cases[i].why,
				 record->nr_cores, record->cores[0].cpus);
		/* and one on the leaves that are not here */
		if (cases[i].note ? !note(cases[i].note)
				  : record->nr_notes != 1)
			fail_msg("%s: %zu notes, %s", cases[i].why,
				 record->nr_notes,
				 record->nr_notes ? record->notes[0] : "");
		cpupolicy_document_clear(&document);
	}
}

static void rows_of_every_cpu_are_kept(void **state)
{
	static const char text[] = CPU(0) CPU(
		1) "------[ Logical CPU #2 ]------\n" LEAF0
		   "CPUID 00000007: 00000000-00000281-00000000-00000000\n" CPU(
			   3);
	const struct cpupolicy_row *row;

	(void)state;
	read_text("all", text);
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(document.record->cores[0].cpus, "0-1,3");
	assert_string_equal(document.record->cores[1].cpus, "2");
	row = cpupolicy_core_row(&document.record->cores[1], 7, 0);
	assert_non_null(row);
	assert_int_equal(row->ebx, 0x281);
	cpupolicy_document_clear(&document);
}

static const struct {
	const char *why, *text;
	size_t size;
	int status, line;
	const char *says;
} bad_dumps[] = {
	{ "cut in a register",
	  TEXT(LEAF0 "CPUID 00000001: 000306A9-00100800-7FBAE3FF-BFEB"),
	  CPUPOLICY_E_SYNTAX, 2,
	  "dump.txt:2:1: expected four registers of eight hexadecimal digits" },
	{ "cut behind a register",
	  TEXT(LEAF0 "CPUID 00000001: 000306A9-00100800-\n"),
	  CPUPOLICY_E_SYNTAX, 2, "found CPUID 00000001: 000306A9-00100800-" },
	{ "cut behind the leaf", TEXT(LEAF0 "CPUID 00000001"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "cut in the leaf", TEXT(LEAF0 "CPUID 0000"), CPUPOLICY_E_SYNTAX, 2,
	  "expected a leaf of eight hexadecimal digits" },
	{ "cut in the sub-leaf",
	  TEXT(LEAF0 "CPUID 0000000D: 00000000-00000000-00000000-00000000 "
		     "[SL 0"),
	  CPUPOLICY_E_SYNTAX, 2, "a sub-leaf as in [SL 0D]" },
	{ "no sub-leaf",
	  TEXT(LEAF0 "CPUID 0000000D: 00000000-00000000-00000000-00000000 "
		     "[SL zz]"),
	  CPUPOLICY_E_SYNTAX, 2, "a sub-leaf as in [SL 0D]" },
	{ "nine digits",
	  TEXT(LEAF0 "CPUID 00000001: 0000306A9-00100800-7FBAE3FF-BFEBFBFF\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "seven digits",
	  TEXT(LEAF0 "CPUID 00000001: 00306A9-00100800-7FBAE3FF-BFEBFBFF\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "a letter behind the digits",
	  TEXT(LEAF0 "CPUID 00000001: 000306A9-00100800-7FBAE3FF-BFEBFBFFh\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "no digit",
	  TEXT(LEAF0 "CPUID 00000001: 000306G9-00100800-7FBAE3FF-BFEBFBFF\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "no digit in the leaf",
	  TEXT(LEAF0 "CPUID 0000000G: 000306A9-00100800-7FBAE3FF-BFEBFBFF\n"),
	  CPUPOLICY_E_SYNTAX, 2, "a leaf of eight" },
	{ "a prefix",
	  TEXT(LEAF0 "CPUID 0x00000001: 000306A9-00100800-7FBAE3FF-BFEBFBFF\n"),
	  CPUPOLICY_E_SYNTAX, 2, "a leaf of eight" },
	{ "negative",
	  TEXT(LEAF0 "CPUID 00000001: -00306A9-00100800-7FBAE3FF-BFEBFBFF\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "five registers",
	  TEXT(LEAF0 "CPUID 00000001: 000306A9-00100800-7FBAE3FF-BFEBFBFF-"
		     "00000000\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "five registers and blanks",
	  TEXT(LEAF0 "CPUID 00000001: 000306A9 00100800 7FBAE3FF BFEBFBFF "
		     "00000000\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "nothing between registers",
	  TEXT(LEAF0 "CPUID 00000001: 000306A900100800 7FBAE3FF BFEBFBFF\n"),
	  CPUPOLICY_E_SYNTAX, 2, "four registers" },
	{ "an escape sequence is not repeated",
	  TEXT(LEAF0 "CPUID 00000001: \033[2J\n"), CPUPOLICY_E_SYNTAX, 2,
	  "found CPUID 00000001: ?[2J" },
	{ "a NUL byte", TEXT(LEAF0 "x\0y\n"), CPUPOLICY_E_SYNTAX, 2, "NUL" },
	{ "a header and no row", TEXT("------[ Logical CPU #0 ]------\n"),
	  CPUPOLICY_E_SYNTAX, 1, "there are no rows" },
	{ "a bad row first", TEXT("CPUID 00000000: 1\n"), CPUPOLICY_E_SYNTAX, 1,
	  "four registers" },
	{ "no leaf 0", TEXT("\n" LEAF1), CPUPOLICY_E_MEANING, 2,
	  "no row for leaf 0" },
	{ "a CPU cut in two",
	  TEXT(CPU(0) "------[ Logical CPU #0 ]------\n" LEAF1),
	  CPUPOLICY_E_MEANING, 5, "no row for leaf 0" },
	{ "a CPU number that overflows",
	  TEXT("------[ Logical CPU #4294967296 ]------\n" LEAF0),
	  CPUPOLICY_E_SYNTAX, 1, "out of range" },
	{ "another text", TEXT("CPUID tells what a CPU is\n"),
	  CPUPOLICY_E_SYNTAX, 1, "no format that is known" },
};

static void a_bad_dump_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_dumps); i++) {
		int status = parse(bad_dumps[i].text, bad_dumps[i].size);

		if (status != bad_dumps[i].status || error.status != status ||
		    error.line != bad_dumps[i].line ||
		    !strstr(error.text, bad_dumps[i].says))
			fail_msg("%s: %d, line %d: %s", bad_dumps[i].why,
				 status, error.line, error.text);
		assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_NONE);
		assert_null(document.record);
	}
}

static void a_row_too_long_is_refused(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text,
	       LEAF0 "CPUID 00000001: 000306A9-00100800-7FBAE3FF-BFEBFBFF"
		     " [",
	       strlen(LEAF0) + 53);
	assert_int_equal(parse(text, sizeof(text)), CPUPOLICY_E_SYNTAX);
	assert_int_equal(error.line, 2);
	assert_non_null(strstr(error.text, "not so long"));
}

/* @nr CPUs with @rows rows each, of which one is another for each CPU if so. */
static char *many(size_t *size, unsigned nr, unsigned rows, bool all_differ)
{
	size_t room = (size_t)nr * (rows + 2) * 64;
	char *text = malloc(room);

	assert_non_null(text);
	*size = 0;
	for (unsigned cpu = 0; cpu < nr; cpu++) {
		*size += (size_t)snprintf(text + *size, room - *size,
					  "CPU#%03u AffMask: 0x1\n%s", cpu,
					  LEAF0);
		for (unsigned i = 0; i < rows; i++)
			*size += (size_t)snprintf(
				text + *size, room - *size,
				"CPUID %08X: %08X-00000000-00000000-00000000\n",
				i + 2, all_differ ? cpu : 0);
	}
	return text;
}

static void rows_and_kinds_of_core_have_a_bound(void **state)
{
	size_t size;
	char *text;

	(void)state;
	text = many(&size, 1, 5000, false);
	assert_int_equal(parse(text, size), CPUPOLICY_E_MEANING);
	assert_int_equal(error.line, 4098);
	assert_non_null(strstr(error.text, "more rows"));
	free(text);

	text = many(&size, 4096, 8, true);
	assert_int_equal(parse(text, size), CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "too many CPUs"));
	free(text);

	text = many(&size, 1024, 8, true);
	assert_int_equal(parse(text, size), 0);
	assert_int_equal(document.record->nr_cores, 1024);
	/* a note for each of some, and one for the others */
	assert_true(document.record->nr_notes < 20);
	assert_non_null(note("1015 more kinds of CPU"));
	cpupolicy_document_clear(&document);
	free(text);

	text = many(&size, 4096, 8, false);
	assert_int_equal(parse(text, size), 0);
	assert_string_equal(document.record->cores[0].cpus, "0-4095");
	cpupolicy_document_clear(&document);
	free(text);
}

/* Whatever is cut off or flipped: a record or an error, never a crash. */
static void damaged_dumps_give_a_record_or_an_error(void **state)
{
	static const char good[] = CPU(
		0) "CPUID 0000000D: 00000007-00000340-00000340-00000000\n"
		   "CPUID 0000000D: 00000100-00000240-00000000-00000000 [SL "
		   "02]\n" CPU(1) "------[ MSR Registers / Logical CPU #1 "
				  "]------\n"
				  "MSR 0000010A: 0000-0001-0000-006B\n";
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char text[sizeof(good)];
		size_t size = sizeof(good) - 1;
		int status;

		memcpy(text, good, sizeof(good));
		for (unsigned n = 0; n < 1 + i % 3; n++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % size] = (char)(random >> 24);
		}
		if (i % 2)
			size = random % size;
		status = parse(text, size);
		if (status < 0)
			assert_true(error.status == status && *error.text);
		cpupolicy_document_clear(&document);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_around_the_rows_is_skipped),
		cmocka_unit_test(eighty_dashes_end_a_dump),
		cmocka_unit_test(numbers_of_cpus_ascend_whatever_headers_say),
		cmocka_unit_test(rows_of_every_cpu_are_kept),
		cmocka_unit_test(a_bad_dump_is_refused_with_its_line),
		cmocka_unit_test(a_row_too_long_is_refused),
		cmocka_unit_test(rows_and_kinds_of_core_have_a_bound),
		cmocka_unit_test(damaged_dumps_give_a_record_or_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
