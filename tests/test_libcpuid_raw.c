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

#define LEAF0	   "basic_cpuid[0]=00000005 756e6547 6c65746e 49656e69\n"
#define LEAF1	   "basic_cpuid[1]=00000f34 00010800 0000441d bfebfbff\n"
#define LEAF5	   "basic_cpuid[5]=00000040 00000040 00000000 00000000\n"
#define CPU(n)	   "\n_________________ Logical CPU #" #n " _________________\n"
#define DASHES	   "----------------------------------------"
#define TEXT(text) text, sizeof(text) - 1

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static const struct cpupolicy_core *read_core(const char *why, const char *text)
{
	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", why, error.text);
	assert_string_equal(document.format, "libcpuid-raw");
	return &document.record->cores[0];
}

static bool noted(const char *part)
{
	for (size_t i = 0; i < document.record->nr_notes; i++)
		if (strstr(document.record->notes[i], part))
			return true;
	return false;
}

static void every_table_has_its_leaf(void **state)
{
	static const char text[] =
		"version=0.6.2\r\n\r\n"
		"basic_cpuid[0]=0000001f 756e6547 6c65746e 49656e69\n"
		"basic_cpuid[13]=00000007 00000340 00000340 00000000\n"
		"ext_cpuid[0]=80000026 00000000 00000000 00000000\n"
		"ext_cpuid[10]=0000000a 00000000 00000000 00000000\n"
		"intel_fn4[1]=00000004 00000000 00000000 00000000\n"
		"intel_fn11[2]=0000000b 00000000 00000000 00000000\n"
		"intel_fn12h[3]=00000012 00000000 00000000 00000000\n"
		"intel_fn14h[1]=00000014 00000000 00000000 00000000\n"
		"amd_fn8000001dh[2]=0000001d 00000000 00000000 00000000\n"
		"amd_fn80000026h[3]=00000026 00000000 00000000 00000000\n";
	static const struct {
		uint32_t leaf, subleaf, eax;
	} rows[] = {
		{ 0xd, 0, 7 },		 { 0x8000000a, 0, 0xa },
		{ 0x4, 1, 0x4 },	 { 0xb, 2, 0xb },
		{ 0x12, 3, 0x12 },	 { 0x14, 1, 0x14 },
		{ 0x8000001d, 2, 0x1d }, { 0x80000026, 3, 0x26 },
	};
	const struct cpupolicy_core *core = read_core("all tables", text);

	(void)state;
	assert_int_equal(core->nr_rows, COUNT(rows) + 2);
	assert_string_equal(document.record->tool, "libcpuid 0.6.2");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct cpupolicy_row *row =
			cpupolicy_core_row(core, rows[i].leaf, rows[i].subleaf);

		assert_non_null(row);
		assert_int_equal(row->eax, rows[i].eax);
	}
	cpupolicy_document_clear(&document);
}

/* Tables are printed in full: what of them is information? */
static const struct {
	const char *why, *text;
	uint32_t leaf, subleaf;
	bool kept;
} paddings[] = {
	{ "zero within the range: the leaf is there",
	  LEAF0 "basic_cpuid[3]=00000000 00000000 00000000 00000000\n" LEAF5, 3,
	  0, true },
	{ "zero beyond it",
	  LEAF0 LEAF5 "basic_cpuid[6]=00000000 00000000 00000000 00000000\n", 6,
	  0, false },
	{ "an echo of the highest leaf",
	  LEAF0 LEAF5 "basic_cpuid[6]=00000040 00000040 00000000 00000000\n", 6,
	  0, false },
	{ "data of its own beyond the highest leaf",
	  LEAF0 LEAF5 "basic_cpuid[7]=00000000 00000080 00000000 00000000\n", 7,
	  0, true },
	{ "the sub-leaves of a leaf that only echoes",
	  LEAF0 LEAF5 "intel_fn11[0]=00000040 00000040 00000000 00000000\n"
		      "intel_fn11[1]=00000001 00000000 00000000 00000000\n",
	  0xb, 1, false },
	{ "a sub-leaf that is zero",
	  LEAF0 LEAF5 "intel_fn4[0]=00000121 01c0003f 0000001f 00000000\n"
		      "intel_fn4[1]=00000000 00000000 00000000 00000000\n",
	  4, 1, false },
	{ "an extended range that only echoes",
	  LEAF0 LEAF5 "ext_cpuid[0]=00000040 00000040 00000000 00000000\n",
	  0x80000000, 0, false },
	{ "an extended leaf beyond the highest",
	  LEAF0 LEAF5 "ext_cpuid[0]=80000004 00000000 00000000 00000000\n"
		      "ext_cpuid[5]=00000040 00000040 00000000 00000000\n",
	  0x80000005, 0, false },
	{ "the first Pentiums have their signature in leaf 0: no end",
	  "basic_cpuid[0]=00000513 756e6547 6c65746e 49656e69\n"
	  "basic_cpuid[2]=00000000 00000000 00000000 00000000\n",
	  2, 0, true },
};

static void padding_is_left_out_and_said_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paddings); i++) {
		const struct cpupolicy_core *core =
			read_core(paddings[i].why, paddings[i].text);
		bool kept = cpupolicy_core_row(core, paddings[i].leaf,
					       paddings[i].subleaf) != NULL;

		if (kept != paddings[i].kept ||
		    noted("prints its tables in full") == kept)
			fail_msg("%s", paddings[i].why);
		cpupolicy_document_clear(&document);
	}
}

static void every_cpu_is_read(void **state)
{
	const struct cpupolicy_core *core =
		read_core("CPUs", "version=0.6.2\n" CPU(0) LEAF0 LEAF5 CPU(1)
					  LEAF0 LEAF5 CPU(4) LEAF0 LEAF1);

	(void)state;
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(core[0].cpus, "0-1");
	assert_string_equal(core[1].cpus, "4");
	cpupolicy_document_clear(&document);
}

static void results_behind_the_dump_are_not_read(void **state)
{
	static const char text[] = LEAF0 LEAF1 DASHES DASHES
		"\nx86\nintel\n15\n\0\xff binary\nbasic_cpuid[5]=junk\n";

	(void)state;
	assert_int_equal(parse_copy(&document, TEXT(text), &error), 0);
	assert_int_equal(document.record->cores[0].nr_rows, 2);
	cpupolicy_document_clear(&document);
}

static void a_row_that_is_there_twice_counts_once(void **state)
{
	const struct cpupolicy_core *core =
		read_core("twice", LEAF0 LEAF5
			  "basic_cpuid[4]=00000121 00000000 00000000 00000000\n"
			  "intel_fn4[0]=00000122 00000000 00000000 00000000\n");

	(void)state;
	assert_int_equal(core->nr_rows, 3);
	assert_int_equal(cpupolicy_core_row(core, 4, 0)->eax, 0x121);
	assert_true(noted("twice and differ"));
	cpupolicy_document_clear(&document);
}

static void msr_lines_are_left_out(void **state)
{
	read_core("MSRs",
		  LEAF0 LEAF1 "CPU is GenuineIntel Some CPU, stock "
			      "clock is 2400MHz.\n"
			      "msr[0x0000e7]=00 00 00 00 12 34 56 78\n"
			      "msr[0x0000e8]=00 00 00 00 12 34 56 78\n");
	(void)state;
	assert_true(noted("3 lines on MSRs"));
	assert_int_equal(document.record->cores[0].nr_msrs, 0);
	cpupolicy_document_clear(&document);
}

static const struct bad_text bad_dumps[] = {
	{ "cut in a row", TEXT(LEAF0 "basic_cpuid[1]=00000f34 0001"),
	  CPUPOLICY_E_SYNTAX, 2, "expected 'basic_cpuid[0]=" },
	{ "three registers", TEXT(LEAF0 "ext_cpuid[0]=80000004 0 0\n"),
	  CPUPOLICY_E_SYNTAX, 2, "found ext_cpuid[0]=80000004 0 0" },
	{ "five registers", TEXT(LEAF0 "ext_cpuid[0]=1 2 3 4 5\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "nine digits", TEXT(LEAF0 "ext_cpuid[0]=123456789 0 0 0\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "an index that is hexadecimal", TEXT(LEAF0 "ext_cpuid[1d]=1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "a negative index", TEXT(LEAF0 "basic_cpuid[-1]=1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "an index too high", TEXT(LEAF0 "basic_cpuid[256]=1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "out of range, expected 0 to 255" },
	{ "an index that overflows",
	  TEXT(LEAF0 "intel_fn4[18446744073709551616]=1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "out of range, expected 0 to 63" },
	{ "another line", TEXT(LEAF0 "hello\n"), CPUPOLICY_E_SYNTAX, 2,
	  "found hello" },
	{ "a NUL byte", TEXT(LEAF0 "\0\n"), CPUPOLICY_E_SYNTAX, 2, "NUL" },
	{ "no leaf 0", TEXT(CPU(0) LEAF1), CPUPOLICY_E_MEANING, 2, "leaf 0" },
	{ "a header without rows", TEXT(CPU(0) LEAF0 CPU(1)),
	  CPUPOLICY_E_MEANING, 5, "leaf 0" },
	{ "descending CPUs", TEXT(CPU(1) LEAF0 CPU(0) LEAF0),
	  CPUPOLICY_E_SYNTAX, 5, "ascend" },
	{ "a CPU number that overflows", TEXT(CPU(4294967296) LEAF0),
	  CPUPOLICY_E_SYNTAX, 2, "range" },
	{ "only a version", TEXT("version=0.7.0\n"), CPUPOLICY_E_SYNTAX, 1,
	  "no rows" },
	{ "an ARM CPU",
	  TEXT("version=0.7.0\n\narm_midr=00000000410fd083\n"
	       "arm_mpidr=0000000080000000\n"),
	  CPUPOLICY_E_MEANING, 3, "ARM CPU" },
	{ "MSRs alone",
	  TEXT("CPU is GenuineIntel X, stock clock is 2400MHz.\n"
	       "msr[0x0000e7]=00 00 00 00 12 34 56 78\n"),
	  CPUPOLICY_E_SYNTAX, 2, "cpuid_tool --save" },
};

static void a_bad_dump_is_refused_with_its_line(void **state)
{
	(void)state;
	must_be_refused(bad_dumps, COUNT(bad_dumps));
}

static void a_line_too_long_is_refused(void **state)
{
	static char text[2000] = LEAF0;

	(void)state;
	memset(text + strlen(LEAF0), 'x', sizeof(text) - strlen(LEAF0));
	assert_int_equal(parse_copy(&document, text, sizeof(text), &error),
			 CPUPOLICY_E_SYNTAX);
	assert_non_null(strstr(error.text, "too long"));
}

/* What Debian's cpuid_tool 0.6.2 wrote on two CPUs of a virtual machine. */
static void the_recorded_dump_is_read(void **state)
{
	struct cpupolicy_record *record =
		read_record("formats/libcpuid-raw.txt");
	const struct cpupolicy_core *core = record->cores;

	(void)state;
	assert_int_equal(record->nr_cores, 1);
	assert_string_equal(core->cpus, "0-1");
	assert_string_equal(record->tool, "libcpuid 0.6.2");
	assert_int_equal(cpupolicy_core_row(core, 7, 0)->ebx, 0xf1bf2ffb);
	assert_int_equal(cpupolicy_core_row(core, 4, 3)->ebx, 0x04c0003f);
	assert_null(cpupolicy_core_row(core, 4, 4));
	assert_null(cpupolicy_core_row(core, 0x1d, 0));
	cpupolicy_record_free(record);
}

static void what_the_tool_writes_here_is_read(void **state)
{
	const struct cpupolicy_core *core;
	char path[64], *text;

	(void)state;
	if (tool_missing("cpuid_tool"))
		skip();
	tool_file(path, "");
	text = tool_output("cpuid_tool --save=%s && cat %s", path, path);
	remove(path);
	assert_non_null(text);
	core = read_core("cpuid_tool --save", text);
	assert_non_null(cpupolicy_core_row(core, 0, 0));
	free(text);
	cpupolicy_document_clear(&document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_has_its_leaf),
		cmocka_unit_test(padding_is_left_out_and_said_so),
		cmocka_unit_test(every_cpu_is_read),
		cmocka_unit_test(results_behind_the_dump_are_not_read),
		cmocka_unit_test(a_row_that_is_there_twice_counts_once),
		cmocka_unit_test(msr_lines_are_left_out),
		cmocka_unit_test(a_bad_dump_is_refused_with_its_line),
		cmocka_unit_test(a_line_too_long_is_refused),
		cmocka_unit_test(the_recorded_dump_is_read),
		cmocka_unit_test(what_the_tool_writes_here_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
