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
#include "support.h"
#include "tool.h"

#define LEAF0                                                                  \
	"   0x00000000 0x00: eax=0x00000001 ebx=0x756e6547 ecx=0x6c65746e "    \
	"edx=0x49656e69\n"
#define LEAF1                                                                  \
	"   0x00000001 0x00: eax=0x000306a9 ebx=0x00100800 ecx=0x7fbae3ff "    \
	"edx=0xbfebfbff\n"
#define LEAF7                                                                  \
	"   0x00000007 0x01: eax=0x00000010 ebx=0x00000000 ecx=0x00000000 "    \
	"edx=0x00000000\n"

static void every_spelling_of_a_dump_is_read(void **state)
{
	static const struct {
		const char *why, *text, *cpus;
		size_t rows;
	} cases[] = {
		{ "with -1", "CPU:\n" LEAF0 LEAF1, "0", 2 },
		{ "one CPU of many", "CPU 3:\n" LEAF0 LEAF1 LEAF7, "3", 3 },
		{ "no final newline",
		  "CPU 0:\n" LEAF0 "0x1 0x0: eax=0x1 "
		  "ebx=0x2 ecx=0x3 edx=0x4",
		  "0", 2 },
		{ "carriage returns",
		  "CPU 0:\r\n   0x00000000 0x00: eax=0x00000001 "
		  "ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\r\n\r\n",
		  "0", 1 },
		{ "tabs and capitals",
		  "cpu 0:\n\t0X00000000\t0X00:\tEAX=0X00000001\t"
		  "EBX=0X756E6547\tECX=0X6C65746E\tEDX=0X49656E69\t\n",
		  "0", 1 },
		{ "a byte-order mark",
		  "\xef\xbb\xbf"
		  "CPU 0:\n" LEAF0,
		  "0", 1 },
		{ "no header", LEAF0 LEAF1, "0", 2 },
		{ "empty lines", "\n\nCPU 0:\n\n" LEAF0 "\n" LEAF1 "\n", "0",
		  2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		const struct cpupolicy_core *core;

		if (parse_copy(&document, cases[i].text, strlen(cases[i].text),
			       &error) < 0)
			fail_msg("%s: %s", cases[i].why, error.text);
		assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_RECORD);
		assert_string_equal(document.format, "cpuid-r");
		assert_string_equal(document.record->name, "dump.txt");
		assert_int_equal(document.record->nr_cores, 1);
		core = &document.record->cores[0];
		assert_string_equal(core->cpus, cases[i].cpus);
		assert_int_equal(core->nr_rows, cases[i].rows);
		assert_int_equal(core->rows[0].ebx, 0x756e6547);
		cpupolicy_document_clear(&document);
	}
}

static void rows_of_every_cpu_are_kept(void **state)
{
	static const char text[] =
		"CPU 0:\n" LEAF0 LEAF1 "CPU 1:\n" LEAF0 LEAF1
		"CPU 2:\n" LEAF0 LEAF7 "CPU 5:\n" LEAF0 LEAF1;
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	const struct cpupolicy_row *row;

	(void)state;
	assert_int_equal(parse_copy(&document, text, sizeof(text) - 1, &error),
			 0);
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(document.record->cores[0].cpus, "0-1,5");
	assert_string_equal(document.record->cores[1].cpus, "2");
	row = cpupolicy_core_row(&document.record->cores[1], 7, 1);
	assert_non_null(row);
	assert_int_equal(row->eax, 0x10);
	cpupolicy_document_clear(&document);
}

static void headers_without_numbers_count(void **state)
{
	static const char text[] = "CPU:\n" LEAF0 "CPU:\n" LEAF0 LEAF1;
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(parse_copy(&document, text, sizeof(text) - 1, &error),
			 0);
	assert_string_equal(document.record->cores[1].cpus, "1");
	cpupolicy_document_clear(&document);
}

#define TEXT(text) text, sizeof(text) - 1

static const struct {
	const char *why, *text;
	size_t size;
	int status, line;
	const char *says;
} bad_dumps[] = {
	{ "cut in a row",
	  TEXT("CPU 0:\n" LEAF0 "   0x00000001 0x00: eax=0x0003"),
	  CPUPOLICY_E_SYNTAX, 3, "dump.txt:3:1: expected 'CPU 0:'" },
	{ "cut in a number",
	  TEXT("CPU 0:\n" LEAF0 "   0x1 0x00: eax=0x1 ebx=0x2 ecx=0x3 edx="),
	  CPUPOLICY_E_SYNTAX, 3, "found    0x1" },
	{ "only a header", TEXT("CPU 0:\n"), CPUPOLICY_E_MEANING, 1, "leaf 0" },
	{ "no leaf 0", TEXT("CPU 0:\n" LEAF1), CPUPOLICY_E_MEANING, 1,
	  "dump.txt:1:1: this CPU has no row for leaf 0" },
	{ "no leaf 0 on the second CPU",
	  TEXT("CPU 0:\n" LEAF0 "CPU 1:\n" LEAF1), CPUPOLICY_E_MEANING, 3,
	  "leaf 0" },
	{ "a number of nine digits",
	  TEXT("CPU 0:\n" LEAF0 "   0x123456789 0x00: eax=0x1 ebx=0x2 "
	       "ecx=0x3 edx=0x4\n"),
	  CPUPOLICY_E_SYNTAX, 3, "expected" },
	{ "half a sub-leaf",
	  TEXT("CPU 0:\n" LEAF0 "   0x1 0x: eax=0x1 ebx=0x2 ecx=0x3 edx=0x4"),
	  CPUPOLICY_E_SYNTAX, 3, "expected" },
	{ "prose", TEXT("CPU 0:\n" LEAF0 "   vendor_id = \"x\"\n"),
	  CPUPOLICY_E_SYNTAX, 3, "vendor_id" },
	{ "an escape sequence is not repeated",
	  TEXT("CPU 0:\n" LEAF0 "\033[2J\n"), CPUPOLICY_E_SYNTAX, 3,
	  "found ?[2J" },
	{ "a NUL byte", TEXT("CPU 0:\n" LEAF0 "\0\n"), CPUPOLICY_E_SYNTAX, 3,
	  "NUL" },
	{ "descending CPUs", TEXT("CPU 3:\n" LEAF0 "CPU 2:\n" LEAF0),
	  CPUPOLICY_E_SYNTAX, 3, "ascend" },
	{ "the same CPU twice", TEXT("CPU 3:\n" LEAF0 "CPU 3:\n" LEAF0),
	  CPUPOLICY_E_SYNTAX, 3, "ascend" },
	{ "a CPU number that overflows",
	  TEXT("CPU 18446744073709551616:\n" LEAF0), CPUPOLICY_E_SYNTAX, 1,
	  "range" },
	{ "empty", TEXT(""), CPUPOLICY_E_SYNTAX, 0, "is empty" },
	{ "binary", TEXT("\177ELF\2\1\1\0\0\0"), CPUPOLICY_E_SYNTAX, 0,
	  "is binary" },
	{ "another text", TEXT("hello\n"), CPUPOLICY_E_SYNTAX, 1,
	  "no format that is known" },
};

static void a_bad_dump_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_dumps) / sizeof(bad_dumps[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status;

		status = parse_copy(&document, bad_dumps[i].text,
				    bad_dumps[i].size, &error);
		if (status != bad_dumps[i].status || error.status != status ||
		    error.line != bad_dumps[i].line ||
		    !strstr(error.text, bad_dumps[i].says))
			fail_msg("%s: %d, line %d: %s", bad_dumps[i].why,
				 status, error.line, error.text);
		assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_NONE);
		assert_null(document.record);
	}
}

static void a_line_too_long_is_refused(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	size_t size = 1 << 20;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text, "CPU 0:\n" LEAF0, strlen("CPU 0:\n" LEAF0));
	assert_int_equal(parse_copy(&document, text, size, &error),
			 CPUPOLICY_E_SYNTAX);
	assert_int_equal(error.line, 3);
	assert_non_null(strstr(error.text, "too long"));
	free(text);
}

static void rows_and_kinds_of_core_have_a_bound(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	size_t room = 8 << 20, used;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	used = (size_t)snprintf(text, room, "CPU 0:\n" LEAF0);
	for (unsigned i = 0; i < 5000; i++)
		used += (size_t)snprintf(
			text + used, room - used,
			"0x2 0x0: eax=0x%x ebx=0x0 ecx=0x0 edx=0x0\n", i);
	assert_int_equal(parse_copy(&document, text, used, &error),
			 CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "more rows"));

	used = 0;
	for (unsigned i = 0; i < 2000; i++)
		used += (size_t)snprintf(
			text + used, room - used,
			"CPU %u:\n" LEAF0
			"0x2 0x0: eax=0x%x ebx=0x0 ecx=0x0 edx=0x0\n",
			i, i);
	assert_int_equal(parse_copy(&document, text, used, &error),
			 CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "too many CPUs"));
	free(text);
}

/* Whatever is cut off or flipped: a record or an error, never a crash. */
static void damaged_dumps_give_a_record_or_an_error(void **state)
{
	static const char good[] =
		"CPU 0:\n" LEAF0 LEAF1 "CPU 1:\n" LEAF0 LEAF7;

	(void)state;
	must_survive_damage(good, sizeof(good) - 1);
}

/* As the tool printed them before 2011; it still reads them (-f). */
static void rows_without_a_sub_leaf_are_numbered(void **state)
{
	static const char text[] =
		"CPU 0:\n"
		"   0x00000000: eax=0x0000000d ebx=0x756e6547 ecx=0x6c65746e "
		"edx=0x49656e69\n"
		"   0x00000001: eax=0x000206a7 ebx=0x00100800 ecx=0x1fbae3ff "
		"edx=0xbfebfbff\n"
		"   0x00000004: eax=0x1c004121 ebx=0x01c0003f ecx=0x0000003f "
		"edx=0x00000000\n"
		"   0x00000004: eax=0x1c004122 ebx=0x01c0003f ecx=0x0000003f "
		"edx=0x00000000\n"
		"   0x0000000d: eax=0x00000007 ebx=0x00000340 ecx=0x00000340 "
		"edx=0x00000000\n"
		"   0x0000000d: eax=0x00000001 ebx=0x00000000 ecx=0x00000000 "
		"edx=0x00000000\n"
		"   0x0000000d: eax=0x00000100 ebx=0x00000240 ecx=0x00000000 "
		"edx=0x00000000\n"
		"CPU 1:\n" LEAF0 LEAF1 LEAF7;
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	const struct cpupolicy_core *core;
	bool noted = false;

	(void)state;
	assert_int_equal(parse_copy(&document, text, sizeof(text) - 1, &error),
			 0);
	core = &document.record->cores[0];
	assert_int_equal(core->nr_rows, 7);
	assert_int_equal(cpupolicy_core_row(core, 4, 1)->eax, 0x1c004122);
	assert_int_equal(cpupolicy_core_row(core, 0xd, 1)->eax, 1);
	assert_int_equal(cpupolicy_core_row(core, 0xd, 2)->ebx, 0x240);
	assert_non_null(cpupolicy_core_row(&document.record->cores[1], 7, 1));
	for (size_t i = 0; i < document.record->nr_notes; i++)
		noted |= strstr(document.record->notes[i],
				"sub-leaves are not printed") != NULL;
	assert_true(noted);
	cpupolicy_document_clear(&document);
}

static void every_recorded_cpu_comes_back_the_same(void **state)
{
	(void)state;
	round_trip_corpus_rows("cpuid-r");
}

/* Byte for byte: what the tool prints of one CPU, and of what is written. */
static void the_tool_reads_what_is_written(void **state)
{
	static const char *const commands[] = { "cpuid -1 -r", "cpuid -r" };
	char path[64], *text, *again;

	(void)state;
	if (tool_missing("cpuid"))
		skip();
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		struct round_trip trip;

		text = tool_output("%s", commands[i]);
		assert_non_null(text);
		if (parse_copy(&document, text, strlen(text), &error) < 0)
			fail_msg("%s: %s", commands[i], error.text);
		round_trip(&trip, document.record, "cpuid-r");
		assert_string_equal(trip.lost, "");
		tool_file(path, trip.text);
		again = tool_output("cpuid -r -f %s", path);
		remove(path);
		assert_non_null(again);
		assert_string_equal(again, trip.text);
		/* but for "CPU:", and for CPUs that are folded into one kind */
		if (i == 0)
			assert_string_equal(strchr(again, '\n'),
					    strchr(text, '\n'));
		round_trip_clear(&trip);
		cpupolicy_document_clear(&document);
		free(again);
		free(text);
	}
}

/* The numbers that the tool gives to sub-leaves are those given here. */
static void the_tool_numbers_old_rows_in_the_same_way(void **state)
{
	static const char rows[] =
		"CPU 0:\n"
		"   0x00000000: eax=0x0000000d ebx=0x756e6547 ecx=0x6c65746e "
		"edx=0x49656e69\n"
		"   0x0000000b: eax=0x00000001 ebx=0x00000002 ecx=0x00000100 "
		"edx=0x00000000\n"
		"   0x0000000b: eax=0x00000004 ebx=0x00000008 ecx=0x00000201 "
		"edx=0x00000000\n"
		"   0x0000000d: eax=0x00000007 ebx=0x00000340 ecx=0x00000340 "
		"edx=0x00000000\n"
		"   0x0000000d: eax=0x00000001 ebx=0x00000000 ecx=0x00000000 "
		"edx=0x00000000\n"
		"   0x0000000d: eax=0x00000100 ebx=0x00000240 ecx=0x00000000 "
		"edx=0x00000000\n";
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	struct round_trip trip;
	char path[64], *text;

	(void)state;
	if (tool_missing("cpuid"))
		skip();
	tool_file(path, rows);
	text = tool_output("cpuid -r -f %s", path);
	remove(path);
	assert_non_null(text);
	assert_int_equal(parse_copy(&document, rows, sizeof(rows) - 1, &error),
			 0);
	round_trip(&trip, document.record, "cpuid-r");
	assert_string_equal(trip.text, text);
	round_trip_clear(&trip);
	cpupolicy_document_clear(&document);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_a_dump_is_read),
		cmocka_unit_test(rows_of_every_cpu_are_kept),
		cmocka_unit_test(headers_without_numbers_count),
		cmocka_unit_test(rows_without_a_sub_leaf_are_numbered),
		cmocka_unit_test(a_bad_dump_is_refused_with_its_line),
		cmocka_unit_test(a_line_too_long_is_refused),
		cmocka_unit_test(rows_and_kinds_of_core_have_a_bound),
		cmocka_unit_test(damaged_dumps_give_a_record_or_an_error),
		cmocka_unit_test(every_recorded_cpu_comes_back_the_same),
		cmocka_unit_test(the_tool_reads_what_is_written),
		cmocka_unit_test(the_tool_numbers_old_rows_in_the_same_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
