/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "formats/dump.h"
#include "formats/lines.h"

static const struct cpupolicy__source source = { .name = "dump.txt" };
static struct cpupolicy_error error;
static struct cpupolicy_document document;
static struct cpupolicy__dump dump;

static const struct cpupolicy_row leaf0 = {
	0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69
};
static const struct cpupolicy_row leaf1 = { .leaf = 1, .eax = 0x306a9 };

static void begin(void)
{
	memset(&document, 0, sizeof(document));
	memset(&error, 0, sizeof(error));
	assert_int_equal(cpupolicy__dump_begin(&dump, &document, &source,
					       &error, "by hand"),
			 0);
}

static void rows_without_a_header_are_cpu_0(void **state)
{
	(void)state;
	begin();
	assert_int_equal(cpupolicy__dump_row(&dump, 1, &leaf0, NULL), 0);
	assert_int_equal(cpupolicy__dump_end(&dump, 1, 0), 0);
	assert_int_equal(document.record->nr_cores, 1);
	assert_string_equal(document.record->cores[0].cpus, "0");
	assert_string_equal(document.record->how, "by hand");
	assert_null(document.record->cores[0].known);
	cpupolicy_document_clear(&document);
}

static void cpus_that_are_known_differently_are_not_one_core(void **state)
{
	const struct cpupolicy_row some = { .eax = 0xffffffffu };

	(void)state;
	begin();
	for (uint32_t cpu = 0; cpu < 3; cpu++) {
		cpupolicy__dump_cpu(&dump, 1, cpu);
		cpupolicy__dump_row(&dump, 1, &leaf0, NULL);
		cpupolicy__dump_row(&dump, 1, &leaf1, cpu == 1 ? &some : NULL);
	}
	assert_int_equal(cpupolicy__dump_end(&dump, 1, 0), 0);
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(document.record->cores[0].cpus, "0,2");
	/* rows before the first one that is known in part are known */
	assert_int_equal(document.record->cores[1].known[0].edx, 0xffffffffu);
	assert_int_equal(document.record->cores[1].known[1].eax, 0xffffffffu);
	assert_int_equal(document.record->cores[1].known[1].edx, 0);
	cpupolicy_document_clear(&document);
}

static void what_cannot_be_a_dump_is_refused_with_its_line(void **state)
{
	const struct cpupolicy_msr msr = { .index = 0x10a };

	(void)state;
	begin();
	assert_int_equal(cpupolicy__dump_end(&dump, 7, 0), CPUPOLICY_E_SYNTAX);
	assert_string_equal(error.text, "dump.txt:7:1: there are no rows");
	cpupolicy_document_clear(&document);

	begin();
	cpupolicy__dump_cpu(&dump, 3, 5);
	cpupolicy__dump_row(&dump, 4, &leaf1, NULL);
	assert_int_equal(cpupolicy__dump_cpu(&dump, 5, 6), CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "dump.txt:3:1: this CPU has no"));
	assert_int_equal(cpupolicy__dump_end(&dump, 9, error.status),
			 CPUPOLICY_E_MEANING);
	cpupolicy_document_clear(&document);

	begin();
	cpupolicy__dump_row(&dump, 1, &leaf0, NULL);
	assert_int_equal(cpupolicy__dump_msr(&dump, 2, &msr), 0);
	assert_int_equal(cpupolicy__dump_msr(&dump, 3, &msr),
			 CPUPOLICY_E_MEANING);
	assert_int_equal(cpupolicy__dump_cpu(&dump, 4, 0), CPUPOLICY_E_SYNTAX);
	assert_non_null(strstr(error.text, "dump.txt:4:1: CPU numbers must"));
	cpupolicy__dump_end(&dump, 9, error.status);
	cpupolicy_document_clear(&document);
}

static void lines_end_in_many_ways(void **state)
{
	static const char text[] = "one \t\r\n\ntwo\0more\r\nlast";
	const struct cpupolicy__source file = { .name = "x",
						.text = text,
						.size = sizeof(text) - 1,
						.first_line = 41 };
	struct cpupolicy__lines lines = { .source = &file };

	(void)state;
	assert_true(cpupolicy__next_line(&lines));
	assert_string_equal(lines.text, "one");
	assert_int_equal(lines.nr, 41);
	assert_true(cpupolicy__next_line(&lines));
	assert_string_equal(lines.text, "");
	assert_true(cpupolicy__next_line(&lines));
	assert_true(lines.binary);
	assert_true(cpupolicy__next_line(&lines));
	assert_string_equal(lines.text, "last");
	assert_int_equal(lines.nr, 44);
	assert_false(lines.binary);
	assert_false(cpupolicy__next_line(&lines));
}

static void a_long_line_is_cut_and_says_so(void **state)
{
	char text[CPUPOLICY__LINE + 2];
	const struct cpupolicy__source file = { .text = text,
						.size = sizeof(text) };
	struct cpupolicy__lines lines = { .source = &file };

	(void)state;
	memset(text, 'x', sizeof(text));
	text[CPUPOLICY__LINE] = '\n';
	assert_true(cpupolicy__next_line(&lines));
	assert_true(lines.cut);
	assert_int_equal(strlen(lines.text), CPUPOLICY__LINE - 1);
	assert_true(cpupolicy__next_line(&lines));
	assert_false(lines.cut);
	assert_string_equal(lines.text, "x");
}

static void text_grows_as_it_must(void **state)
{
	struct cpupolicy__text text = { 0 };
	char *s;

	(void)state;
	s = cpupolicy__text_take(&text);
	assert_string_equal(s, "");
	free(s);
	for (int i = 0; i < 1000; i++)
		cpupolicy__text_add(&text, "%03d,", i);
	assert_int_equal(text.length, 4000);
	s = cpupolicy__text_take(&text);
	assert_int_equal(strlen(s), 4000);
	assert_memory_equal(s + 3996, "999,", 5);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_without_a_header_are_cpu_0),
		cmocka_unit_test(
			cpus_that_are_known_differently_are_not_one_core),
		cmocka_unit_test(
			what_cannot_be_a_dump_is_refused_with_its_line),
		cmocka_unit_test(lines_end_in_many_ways),
		cmocka_unit_test(a_long_line_is_cut_and_says_so),
		cmocka_unit_test(text_grows_as_it_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
