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
#include "tool.h"

#define REGS(a, b, c, d)                                                       \
	"EAX=0x" #a ", EBX=0x" #b ", ECX=0x" #c ", EDX=0x" #d "\n"
#define BASIC	   "Basic Leafs :\n================\n"
#define STANDARD   "Standard Leafs :\n================\n"
#define EXTENDED   "Extended Leafs :\n================\n"
#define LEAF0	   "0x00000000: " REGS(0000000d, 756e6547, 6c65746e, 49656e69)
#define LEAF1	   "0x00000001: " REGS(000306a9, 00100800, 7fbae3ff, bfebfbff)
#define LEAF4	   "0x00000004: subleafs:\n"
#define LEAF8	   "0x80000000: " REGS(80000008, 00000000, 00000000, 00000000)
#define TEXT(text) text, sizeof(text) - 1

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static const struct cpupolicy_core *read_core(const char *why, const char *text)
{
	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", why, error.text);
	assert_string_equal(document.format, "kcpuid");
	return &document.record->cores[0];
}

static void sub_leaves_are_those_of_the_leaf_above(void **state)
{
	const struct cpupolicy_core *core = read_core(
		"sub-leaves",
		BASIC LEAF0 LEAF1
			LEAF4 "  0: " REGS(1c004121, 01c0003f, 0000003f, 00000000) "  3: " REGS(
				1c03c163, 02c0003f, 00001fff,
				00000006) "0x0000000d: subleafs:\n"
					  "  0: " REGS(
						  00000007, 00000340, 00000340,
						  00000000) " 12: " REGS(00000018,
									 00000000,
									 00000001,
									 00000000)
						  EXTENDED LEAF8);

	(void)state;
	assert_int_equal(cpupolicy_core_row(core, 4, 0)->eax, 0x1c004121);
	assert_int_equal(cpupolicy_core_row(core, 4, 3)->eax, 0x1c03c163);
	assert_null(cpupolicy_core_row(core, 4, 1));
	assert_int_equal(cpupolicy_core_row(core, 0xd, 12)->eax, 0x18);
	assert_int_equal(cpupolicy_core_row(core, 0x80000000, 0)->eax,
			 0x80000008);
	assert_string_equal(document.record->how, "kcpuid -r");
	cpupolicy_document_clear(&document);
}

/* kcpuid prints no row that is zero; a cut-off output prints no row either. */
static void rows_that_were_zero_are_told_from_rows_cut_off(void **state)
{
	static const struct {
		const char *why, *text;
		uint32_t leaf;
		bool there;
	} cases[] = {
		{ "between two rows",
		  BASIC LEAF0 "0x00000003: " REGS(1, 0, 0, 0), 2, true },
		{ "behind the last row", BASIC LEAF0 LEAF1, 2, false },
		{ "behind the last row of a range",
		  BASIC LEAF0 LEAF1 EXTENDED LEAF8, 0xd, true },
		{ "beyond the highest leaf", BASIC LEAF0 LEAF1 EXTENDED LEAF8,
		  0xe, false },
		{ "behind the last row of all",
		  BASIC LEAF0 LEAF1 EXTENDED LEAF8, 0x80000001, false },
		{ "no row, no leaf", BASIC LEAF0 LEAF1, 0x80000000, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_core *core =
			read_core(cases[i].why, cases[i].text);
		const struct cpupolicy_row *row =
			cpupolicy_core_row(core, cases[i].leaf, 0);
		bool noted = false;

		for (size_t j = 0; j < document.record->nr_notes; j++)
			noted |= strstr(document.record->notes[j],
					"does not print rows that are zero") !=
				 NULL;
		if ((row != NULL) != cases[i].there ||
		    (cases[i].there && (row->eax || !noted)))
			fail_msg("%s", cases[i].why);
		cpupolicy_document_clear(&document);
	}
}

static void outputs_behind_each_other_are_cpus(void **state)
{
	const struct cpupolicy_core *core =
		read_core("CPUs", BASIC LEAF0 LEAF1 EXTENDED LEAF8 BASIC LEAF0
					  LEAF1 EXTENDED LEAF8 STANDARD LEAF0);

	(void)state;
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(core[0].cpus, "0-1");
	assert_string_equal(core[1].cpus, "2");
	/* the third has no other range: its end may be missing */
	assert_null(cpupolicy_core_row(&core[1], 0xd, 0));
	cpupolicy_document_clear(&document);
}

static void newer_versions_have_other_ranges(void **state)
{
	const struct cpupolicy_core *core = read_core(
		"ranges", STANDARD LEAF0 LEAF1 EXTENDED LEAF8
		"Transmeta Leafs :\n================\n"
		"0x80860000: " REGS(
			80860007, 0, 0,
			0) "Centaur Leafs :\n================\n"
			   "0xc0000000: " REGS(
				   c0000004, 0, 0,
				   0) "0xc0000001: " REGS(00000000, 0, 0,
							  00003fcc));

	(void)state;
	assert_int_equal(cpupolicy_core_row(core, 0xc0000001, 0)->edx, 0x3fcc);
	assert_int_equal(cpupolicy_core_row(core, 0x80860000, 0)->eax,
			 0x80860007);
	cpupolicy_document_clear(&document);
}

static const struct bad_text bad_dumps[] = {
	{ "cut in a row", TEXT(BASIC LEAF0 "0x00000001: EAX=0x0003"),
	  CPUPOLICY_E_SYNTAX, 4, "expected '0x00000001: EAX=0x" },
	{ "cut in a leaf with sub-leaves", TEXT(BASIC LEAF0 "0x00000004: subl"),
	  CPUPOLICY_E_SYNTAX, 4, "found 0x00000004: subl" },
	{ "a sub-leaf of nothing", TEXT(BASIC LEAF0 "  1: " REGS(1, 2, 3, 4)),
	  CPUPOLICY_E_SYNTAX, 4, "a sub-leaf of no leaf" },
	{ "a sub-leaf behind a leaf without",
	  TEXT(BASIC LEAF0 LEAF4 LEAF1 "  1: " REGS(1, 2, 3, 4)),
	  CPUPOLICY_E_SYNTAX, 6, "a sub-leaf of no leaf" },
	{ "a sub-leaf behind a range",
	  TEXT(BASIC LEAF0 LEAF4 EXTENDED "  1: " REGS(1, 2, 3, 4)),
	  CPUPOLICY_E_SYNTAX, 7, "a sub-leaf of no leaf" },
	{ "nine digits", TEXT(BASIC LEAF0 "0x000000001: " REGS(1, 2, 3, 4)),
	  CPUPOLICY_E_SYNTAX, 4, "expected" },
	{ "a range of no name", TEXT(BASIC LEAF0 "Other Leafs :\n"),
	  CPUPOLICY_E_SYNTAX, 4, "found Other Leafs" },
	{ "the features by name", TEXT(BASIC LEAF0 "\tsse3\n"),
	  CPUPOLICY_E_SYNTAX, 4, "sse3" },
	{ "a NUL byte", TEXT(BASIC LEAF0 "\0\n"), CPUPOLICY_E_SYNTAX, 4,
	  "NUL" },
	{ "no rows", TEXT(BASIC), CPUPOLICY_E_MEANING, 1, "leaf 0" },
	{ "no leaf 0", TEXT(BASIC LEAF1), CPUPOLICY_E_MEANING, 1, "leaf 0" },
	{ "one leaf alone, as kcpuid -l prints it",
	  TEXT(LEAF4 "  0: " REGS(1, 2, 3, 4)), CPUPOLICY_E_MEANING, 2,
	  "leaf 0" },
};

static void a_bad_dump_is_refused_with_its_line(void **state)
{
	(void)state;
	must_be_refused(bad_dumps, COUNT(bad_dumps));
}

/* What the kcpuid of Linux 6.1 printed on a virtual machine. */
static void the_recorded_dump_is_read(void **state)
{
	struct cpupolicy_record *record = read_record("formats/kcpuid.txt");
	const struct cpupolicy_core *core = record->cores;

	(void)state;
	assert_int_equal(record->nr_cores, 1);
	assert_int_equal(cpupolicy_core_row(core, 7, 1)->eax, 0x1c30);
	assert_int_equal(cpupolicy_core_row(core, 0xd, 18)->eax, 0x2000);
	assert_int_equal(cpupolicy_core_row(core, 0xd, 18)->ecx, 6);
	assert_int_equal(cpupolicy_core_row(core, 0x1c, 0)->eax, 0);
	assert_int_equal(cpupolicy_core_row(core, 0x80000021, 0)->ecx, 0x86);
	cpupolicy_record_free(record);
}

static void what_the_tool_prints_here_is_read(void **state)
{
	char *text;

	(void)state;
	if (tool_missing("kcpuid"))
		skip();
	text = tool_output("kcpuid -r");
	assert_non_null(text);
	read_core("kcpuid -r", text);
	free(text);
	cpupolicy_document_clear(&document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_leaves_are_those_of_the_leaf_above),
		cmocka_unit_test(
			rows_that_were_zero_are_told_from_rows_cut_off),
		cmocka_unit_test(outputs_behind_each_other_are_cpus),
		cmocka_unit_test(newer_versions_have_other_ranges),
		cmocka_unit_test(a_bad_dump_is_refused_with_its_line),
		cmocka_unit_test(the_recorded_dump_is_read),
		cmocka_unit_test(what_the_tool_prints_here_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
