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

#define LEAF0	   "00000000 ******** => 0000000b 756e6547 6c65746e 49656e69\n"
#define LEAF1	   "00000001 ******** => 000106a5 06100800 009ce3bd bfebfbff\n"
#define TEXT(text) text, sizeof(text) - 1

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static const struct cpupolicy_core *read_core(const char *why, const char *text)
{
	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", why, error.text);
	assert_string_equal(document.format, "sde");
	assert_int_equal(document.record->nr_cores, 1);
	return &document.record->cores[0];
}

static void every_spelling_of_a_definition_is_read(void **state)
{
	static const struct {
		const char *why, *text;
		size_t rows;
	} cases[] = {
		{ "as it comes", LEAF0 LEAF1, 2 },
		{ "comments before, between and behind",
		  "# a licence\n#\n\n" LEAF0 "  # between\n"
		  "00000001 ******** => 000A06A4 11800800 7FFAFBFF BFEBFBFF "
		  "#\n",
		  2 },
		{ "sub-leaves",
		  LEAF0
		  "00000004 00000000 => 1c004121 01c0003f 0000003f 0\n"
		  "00000004 00000001 => 1c004122 00c0003f 0000007f 0 # I\n",
		  3 },
		{ "one star, other blanks, no final newline",
		  LEAF0 "1\t*  => 1 2 3 4", 2 },
		{ "carriage returns",
		  "00000000 ******** => 1 756e6547 6c65746e 49656e69\r\n", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_core *core =
			read_core(cases[i].why, cases[i].text);

		if (core->nr_rows != cases[i].rows ||
		    core->rows[0].ebx != 0x756e6547)
			fail_msg("%s", cases[i].why);
		cpupolicy_document_clear(&document);
	}
}

static void a_comment_may_be_long(void **state)
{
	static char text[3000] = LEAF0;
	size_t used = strlen(LEAF0);

	(void)state;
	memset(text + used, '#', sizeof(text) - used - 1);
	assert_int_equal(read_core("long", text)->nr_rows, 1);
	cpupolicy_document_clear(&document);
}

static void stars_for_a_leaf_with_sub_leaves_are_noted(void **state)
{
	static const struct {
		const char *why, *text;
		bool noted;
	} cases[] = {
		{ "leaf 1 has none", LEAF0 LEAF1, false },
		{ "leaf 0xD has", LEAF0 "0000000d ******** => 7 340 340 0\n",
		  true },
		{ "leaf 0xD, given one by one",
		  LEAF0 "0000000d 00000000 => 7 340 340 0\n", false },
		{ "a leaf nobody knows", LEAF0 "00000008 ******** => 0 0 0 0\n",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool noted = false;

		read_core(cases[i].why, cases[i].text);
		for (size_t j = 0; j < document.record->nr_notes; j++)
			noted |= strstr(document.record->notes[j],
					"given once for all of them") != NULL;
		if (noted != cases[i].noted)
			fail_msg("%s", cases[i].why);
		cpupolicy_document_clear(&document);
	}
}

static const struct bad_text bad_definitions[] = {
	{ "cut in a row", TEXT(LEAF0 "00000001 ******** => 000106a5 061"),
	  CPUPOLICY_E_SYNTAX, 2, "expected '00000004 00000001 => " },
	{ "no arrow", TEXT(LEAF0 "00000001 00000000 1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "found 00000001 00000000 1" },
	{ "five registers", TEXT(LEAF0 "00000001 * => 1 2 3 4 5\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "nine digits", TEXT(LEAF0 "000000001 * => 1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "nine stars", TEXT(LEAF0 "00000001 ********* => 1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "any leaf", TEXT(LEAF0 "******** ******** => 1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "some sub-leaves", TEXT(LEAF0 "0000000d 0000000* => 1 2 3 4\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "text behind a row", TEXT(LEAF0 "00000001 * => 1 2 3 4 x\n"),
	  CPUPOLICY_E_SYNTAX, 2, "expected" },
	{ "a NUL byte", TEXT(LEAF0 "#\0\n"), CPUPOLICY_E_SYNTAX, 2, "NUL" },
	{ "no leaf 0", TEXT(LEAF1), CPUPOLICY_E_MEANING, 1, "leaf 0" },
	{ "comments alone", TEXT("# nothing\n"), CPUPOLICY_E_SYNTAX, 1,
	  "no format that is known" },
};

static void a_bad_definition_is_refused_with_its_line(void **state)
{
	(void)state;
	must_be_refused(bad_definitions, COUNT(bad_definitions));
}

static void the_format_says_that_it_is_untested(void **state)
{
	(void)state;
	assert_true(cpupolicy_format_find("sde")->untested);
	assert_false(cpupolicy_format_find("kcpuid")->untested);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_a_definition_is_read),
		cmocka_unit_test(a_comment_may_be_long),
		cmocka_unit_test(stars_for_a_leaf_with_sub_leaves_are_noted),
		cmocka_unit_test(a_bad_definition_is_refused_with_its_line),
		cmocka_unit_test(the_format_says_that_it_is_untested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
