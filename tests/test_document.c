/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/formats.h>

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static int parse(const char *text, size_t size)
{
	memset(&error, 0, sizeof(error));
	return cpupolicy_document_parse(&document, "x", text, size, &error);
}

static void what_was_saved_in_another_way_is_named(void **state)
{
	static const struct {
		const char *why, *text;
		size_t size;
		const char *says;
	} cases[] = {
		{ "nothing", "", 0, "x: is empty" },
		{ "a packed file", "\x1f\x8b\x08\0\0\0", 6,
		  "x: is compressed by gzip; unpack it first" },
		{ "a packed file",
		  "\xfd"
		  "7zXZ\0",
		  6, "x: is compressed by xz; unpack it first" },
		{ "UTF-16",
		  "\xff\xfe"
		  "C\0P\0",
		  6, "x: is UTF-16; expected UTF-8 or ASCII" },
		{ "a program",
		  "\x7f"
		  "ELF\0\0",
		  6, "x: is binary, expected text" },
		{ "a letter", "Dear Sir", 8,
		  "x:1:1: is in no format that is known; cpupolicy convert "
		  "--help lists them" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].text, cases[i].size),
				 CPUPOLICY_E_SYNTAX);
		assert_string_equal(error.text, cases[i].says);
	}
}

static void a_byte_order_mark_is_not_part_of_the_text(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf"
		"0x00000000 0x00: eax=0x00000001 ebx=0x756e6547 "
		"ecx=0x6c65746e edx=0x49656e69\n";

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1), 0);
	assert_string_equal(document.format, "cpuid-r");
	assert_string_equal(document.record->name, "x");
	cpupolicy_document_clear(&document);
}

static void every_format_has_a_name_of_its_own(void **state)
{
	const struct cpupolicy_format_info *info;
	uint32_t written = 0;

	(void)state;
	for (uint32_t i = 0; (info = cpupolicy_format_at(i)); i++) {
		assert_ptr_equal(cpupolicy_format_find(info->name), info);
		assert_true(info->title[0] != '\0');
		assert_true(info->reads || info->writes);
		written += info->writes;
	}
	assert_true(written >= 5);
	assert_null(cpupolicy_format_find("none"));
}

static void a_format_that_is_only_read_is_not_written(void **state)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	char *text;

	(void)state;
	assert_int_equal(cpupolicy_record_write(&text, record, "aida", NULL,
						NULL, &error),
			 CPUPOLICY_E_UNKNOWN);
	assert_null(text);
	assert_string_equal(error.text, "format 'aida' is only read");
	assert_int_equal(cpupolicy_record_write(&text, record, "none", NULL,
						NULL, &error),
			 CPUPOLICY_E_UNKNOWN);
	assert_string_equal(error.text, "there is no format 'none'");
	cpupolicy_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_in_another_way_is_named),
		cmocka_unit_test(a_byte_order_mark_is_not_part_of_the_text),
		cmocka_unit_test(every_format_has_a_name_of_its_own),
		cmocka_unit_test(a_format_that_is_only_read_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
