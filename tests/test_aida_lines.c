/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

#define LEAF0 "CPUID 00000000: 0000000D-756E6547-6C65746E-49656E69\n"
#define LEAF1 "CPUID 00000001: 000306A9-00100800-7FBAE3FF-BFEBFBFF\n"

static struct cpupolicy_document document;

static const struct cpupolicy_record *read_text(const char *why,
						const char *text)
{
	struct cpupolicy_error error;

	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", why, error.text);
	assert_string_equal(document.format, "aida");
	return document.record;
}

static void every_form_of_a_row_is_read(void **state)
{
	static const struct {
		const char *why, *text;
		uint32_t leaf, subleaf;
	} cases[] = {
		{ "as AIDA64 prints it",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F", 0xd,
		  0 },
		{ "blanks and a tab for the colon",
		  "CPUID 0000000D  \t00000100-00000240-00000ABC-0000000F", 0xd,
		  0 },
		{ "one blank for the colon",
		  "CPUID 0000000D 00000100-00000240-00000ABC-0000000F", 0xd,
		  0 },
		{ "two blanks, and one behind",
		  "CPUID 0000000D  00000100-00000240-00000ABC-0000000F ", 0xd,
		  0 },
		{ "a blank before the colon",
		  "CPUID 0000000D :00000100-00000240-00000ABC-0000000F", 0xd,
		  0 },
		{ "blanks between the registers",
		  "CPUID 0000000D: 00000100 00000240 00000ABC 0000000F", 0xd,
		  0 },
		{ "blanks on both sides of the colon",
		  "CPUID 0000000D : 00000100 00000240 00000ABC 0000000F", 0xd,
		  0 },
		{ "blanks around the dashes",
		  "CPUID 0000000D: 00000100 - 00000240 - 00000ABC - 0000000F",
		  0xd, 0 },
		{ "lower case",
		  "cpuid 0000000d: 00000100-00000240-00000abc-0000000f", 0xd,
		  0 },
		{ "both cases",
		  "CPUID 0000000d: 00000100-00000240-00000aBc-0000000F", 0xd,
		  0 },
		{ "set in, in a report",
		  "      CPUID 0000000D                                    "
		  "00000100-00000240-00000ABC-0000000F",
		  0xd, 0 },
		{ "a tab behind",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F\t", 0xd,
		  0 },
		{ "a carriage return",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F\r", 0xd,
		  0 },
		{ "a sub-leaf",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F [SL 02]",
		  0xd, 2 },
		{ "a sub-leaf and what it is",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F "
		  "[SL 02] [AVX]",
		  0xd, 2 },
		{ "a sub-leaf behind something else",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F "
		  "[AVX] [SL 02]",
		  0xd, 2 },
		{ "sub-leaves are hexadecimal",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F [SL 3E]",
		  0xd, 0x3e },
		{ "that looks octal",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F [SL 0f]",
		  0xd, 0xf },
		{ "that looks decimal",
		  "CPUID 0000000D: 00000100-00000240-00000ABC-0000000F [SL 12]",
		  0xd, 0x12 },
		{ "brackets that do not match",
		  "CPUID 80000006: 00000100-00000240-00000ABC-0000000F "
		  "[L2: 512 KB] / L3: 0 KB]",
		  0x80000006, 0 },
		{ "a bracket that does not close",
		  "CPUID 80000006: 00000100-00000240-00000ABC-0000000F [L2: 1",
		  0x80000006, 0 },
		{ "a tab before the bracket",
		  "CPUID 00000007: 00000100-00000240-00000ABC-0000000F\t[SMEP]",
		  7, 0 },
		{ "text behind, without brackets",
		  "CPUID 00000007: 00000100-00000240-00000ABC-0000000F SMEP", 7,
		  0 },
		{ "numbers in the text",
		  "CPUID 00000007: 00000100-00000240-00000ABC-0000000F "
		  "00000001",
		  7, 0 },
		{ "a brand may hold anything",
		  "CPUID 80000002: 00000100-00000240-00000ABC-0000000F "
		  "[SL processor  ]",
		  0x80000002, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_row *row;
		char text[400];

		/* with and without a line behind it */
		for (int last = 0; last < 2; last++) {
			snprintf(text, sizeof(text), "%s%s%s", LEAF0,
				 cases[i].text, last ? "" : "\nend\n");
			read_text(cases[i].why, text);
			row = cpupolicy_core_row(&document.record->cores[0],
						 cases[i].leaf,
						 cases[i].subleaf);
			if (!row || row->eax != 0x100 || row->ebx != 0x240 ||
			    row->ecx != 0xabc || row->edx != 0xf)
				fail_msg("%s", cases[i].why);
			assert_int_equal(document.record->cores[0].nr_rows, 2);
			cpupolicy_document_clear(&document);
		}
	}
}

static void every_form_of_a_header_begins_a_cpu(void **state)
{
	static const struct {
		const char *why, *first, *second, *cpus;
	} cases[] = {
		{ "EVEREST", "------[ Logical CPU #0 ]------",
		  "------[ Logical CPU #1 ]------", "0-1" },
		{ "AIDA64", "------[ CPUID Registers / Logical CPU #0 ]------",
		  "------[ CPUID Registers / Logical CPU #1 ]------", "0-1" },
		{ "the second thread of a core",
		  "------[ CPUID Registers / Logical CPU #0 ]------",
		  "------[ CPUID Registers / Logical CPU #1 Virtual ]------",
		  "0-1" },
		{ "the same in the short form",
		  "------[ Logical CPU #0 ]------",
		  "------[ Logical CPU #1 Virtual ]------", "0-1" },
		{ "some CPUs are missing", "------[ Logical CPU #2 ]------",
		  "------[ Logical CPU #17 ]------", "2,17" },
		{ "the table, from 1", "CPUID Registers (CPU #1):",
		  "CPUID Registers (CPU #2):", "0-1" },
		{ "the table, second thread", "CPUID Registers (CPU #1):",
		  "CPUID Registers (CPU #2 Virtual):", "0-1" },
		{ "the table, from 0", "CPUID Registers (CPU #0):",
		  "CPUID Registers (CPU #1):", "0-1" },
		{ "the table in a report", "    CPUID Registers (CPU #1): ",
		  "    CPUID Registers (CPU #2): ", "0-1" },
		{ "affinity", "CPU#000 AffMask: 0x0000000000000001 ",
		  "CPU#001 AffMask: 0x0000000000000002 ", "0-1" },
		{ "affinity of many groups",
		  "CPU#064 AffMask: 0x0000000000000000:0000000000000001:"
		  "0000000000000000:0000000000000000:0000000000000000",
		  "CPU#065 AffMask: 0x0000000000000000:0000000000000002:"
		  "0000000000000000:0000000000000000:0000000000000000",
		  "64-65" },
		{ "a group", "Group: 0x00 Affinity mask: 0x0000000000000001",
		  "Group: 0x01 Affinity mask: 0x0000000000000001", "0-1" },
		{ "as cpuid prints it", "CPU 0:", "CPU 1:", "0-1" },
		{ "without a number", "CPU:", "CPU:", "0-1" },
		{ "in lower case", "cpu 4:", "cpu 5:", "4-5" },
		{ "as libcpuid prints it",
		  "_________________ Logical CPU #0 _________________",
		  "_________________ Logical CPU #1 _________________", "0-1" },
		{ "none at all", "", "", "0-1" },
		{ "none known", "Processor the first", "Processor the second",
		  "0-1" },
		{ "a CPU in the text is none", "CPU 5", "CPU 7 is next",
		  "0-1" },
		{ "only the second has one", "",
		  "------[ Logical CPU #1 ]------", "0-1" },
		{ "only the first has one", "------[ Logical CPU #3 ]------",
		  "", "3-4" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const char *const ends[] = { "\n", "\r\n" };

		for (size_t n = 0; n < COUNT(ends); n++) {
			const struct cpupolicy_record *record;
			char text[1000];

			snprintf(text, sizeof(text),
				 "%s%s" LEAF0 LEAF1 "%s%s%s" LEAF0 LEAF1,
				 cases[i].first, ends[n], ends[n],
				 cases[i].second, ends[n]);
			record = read_text(cases[i].why, text);
			if (record->nr_cores != 1 ||
			    strcmp(record->cores[0].cpus, cases[i].cpus) != 0)
				fail_msg("%s: %zu kinds of core, CPUs %s",
					 cases[i].why, record->nr_cores,
					 record->cores[0].cpus);
			assert_int_equal(record->cores[0].nr_rows, 2);
			cpupolicy_document_clear(&document);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_row_is_read),
		cmocka_unit_test(every_form_of_a_header_begins_a_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
