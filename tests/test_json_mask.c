/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/formats.h>

#define MASK "{ \"format\": \"cpupolicy-mask\", \"version\": 1"

static int parse(struct cpupolicy_document *out, const char *text,
		 struct cpupolicy_error *error)
{
	memset(error, 0, sizeof(*error));
	return cpupolicy_document_parse(out, "mask.json", text, strlen(text),
					error);
}

static void a_mask_hides_and_caps(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	cpupolicy_feature avx2;

	(void)state;
	assert_int_equal(parse(&document,
			       MASK ", \"hide\": [\"avx2\", \"1:ecx[9]\", "
				    "\"msr.10a[0]\"],"
				    " \"cap\": { \"phys_bits\": 39 } }",
			       &error),
			 0);
	assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_MASK);
	assert_string_equal(document.format, "json");
	assert_int_equal(document.mask.nr_hide, 3);
	assert_int_equal(cpupolicy_feature_parse(&avx2, "avx2", 4), 0);
	assert_true(document.mask.hide[0] == avx2);
	assert_true(
		document.mask.hide[1] ==
		CPUPOLICY_FEATURE(CPUPOLICY_SPACE_CPU, 1, 0, CPUPOLICY_ECX, 9));
	assert_int_equal(document.mask.nr_caps, 1);
	assert_string_equal(document.mask.caps[0].field->name, "phys_bits");
	assert_int_equal(document.mask.caps[0].value, 39);
	cpupolicy_document_clear(&document);
}

static void a_mask_of_nothing_is_a_mask(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(parse(&document, MASK " }", &error), 0);
	assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_MASK);
	assert_int_equal(document.mask.nr_hide, 0);
	assert_int_equal(document.mask.nr_caps, 0);
	cpupolicy_document_clear(&document);
}

static const struct {
	const char *why, *text, *says;
} bad_masks[] = {
	{ "misspelt", MASK ", \"hide\": [\"sse2\", \"avx22\"] }",
	  "mask.json: /hide/1: unknown feature 'avx22', did you mean "
	  "'avx2'?" },
	{ "nothing like it", MASK ", \"hide\": [\"qqqqqqqq\"] }",
	  "/hide/0: unknown feature 'qqqqqqqq', expected a name" },
	{ "limitation", MASK ", \"hide\": [\"zero_fcs_fds\"] }",
	  "/hide/0: 'zero_fcs_fds' is a limitation" },
	{ "leaf without a slot", MASK ", \"hide\": [\"b.0:eax[0]\"] }",
	  "/hide/0: 'b.0:eax[0]' is never part of a policy: topology" },
	{ "leaf of the host", MASK ", \"hide\": [\"9:eax[0]\"] }",
	  "never part of a policy: it describes the host" },
	{ "a leaf nobody knows", MASK ", \"hide\": [\"12345:eax[0]\"] }",
	  "never part of a policy: the leaf is not in this table" },
	{ "level zero", MASK ", \"hide\": [\"osxsave\"] }",
	  "'osxsave' is never part of a policy: the table gives it "
	  "level zero" },
	{ "a number", MASK ", \"hide\": [\"phys_bits\"] }",
	  "/hide/0: 'phys_bits' is not one bit" },
	{ "a bit too high", MASK ", \"hide\": [\"7.0:ebx[32]\"] }",
	  "/hide/0: '7.0:ebx[32]' is not one bit" },
	{ "not a string", MASK ", \"hide\": [7] }",
	  "/hide/0: expected a string, found a whole number" },
	{ "not an array", MASK ", \"hide\": \"avx\" }",
	  "/hide: expected an array, found a string" },
	{ "unknown key", MASK ", \"Hide\": [] }",
	  "/Hide: unknown key 'Hide', expected one of format, version, "
	  "hide, cap" },
	{ "a key that needs escapes", MASK ", \"a/b~\": [] }",
	  "/a~1b~0: unknown key" },
	{ "too large", MASK ", \"cap\": { \"phys_bits\": 300 } }",
	  "/cap/phys_bits: 300 is out of range, expected 0 to 255" },
	{ "negative", MASK ", \"cap\": { \"phys_bits\": -1 } }",
	  "/cap/phys_bits: -1 is out of range" },
	{ "a fraction", MASK ", \"cap\": { \"phys_bits\": 39.5 } }",
	  "/cap/phys_bits: expected a whole number, found a number "
	  "with a fraction" },
	{ "not a number that levels", MASK ", \"cap\": { \"avx2\": 0 } }",
	  "/cap/avx2: 'avx2' cannot be capped" },
	{ "by two names",
	  MASK ", \"cap\": { \"phys_bits\": 39, \"phys-bits\": 40 } }",
	  "/cap/phys-bits: 'phys_bits' came before" },
	{ "a cap misspelt", MASK ", \"cap\": { \"phys_bit\": 39 } }",
	  "/cap/phys_bit: unknown feature 'phys_bit', did you mean "
	  "'phys_bits'?" },
	{ "no version", "{ \"format\": \"cpupolicy-mask\" }",
	  "/version: is missing, expected a whole number" },
	{ "newer version", "{ \"format\": \"cpupolicy-mask\", \"version\": 2 }",
	  "/version: 2 is not known to this library, expected 1" },
	{ "no format", "{ \"version\": 1 }",
	  "/format: is missing, expected a string" },
	{ "another format", "{ \"format\": \"x\" }",
	  "/format: unknown format 'x', expected cpupolicy-record" },
};

static void a_bad_mask_is_refused_by_pointer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_masks) / sizeof(bad_masks[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status = parse(&document, bad_masks[i].text, &error);

		if (status != CPUPOLICY_E_MEANING || error.status != status ||
		    strncmp(error.text, "mask.json: /", 12) != 0 ||
		    !strstr(error.text, bad_masks[i].says))
			fail_msg("%s: %d %s", bad_masks[i].why, status,
				 error.text);
		assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_NONE);
	}
}

static void bad_json_is_refused_with_line_and_column(void **state)
{
	static const struct {
		const char *why, *text;
		int line;
		const char *says;
	} cases[] = {
		{ "truncated", "{ \"format\":\n \"cpupolicy-mask\"", 2,
		  "not valid JSON" },
		{ "a key twice",
		  "{ \"format\": \"cpupolicy-mask\",\n \"format\": 1 }", 2,
		  "duplicate object key" },
		{ "a name twice in an object below",
		  MASK ",\n\"cap\": { \"phys_bits\": 1, \"phys_bits\": 2 } }",
		  2, "duplicate object key" },
		{ "trailing comma", "{ \"format\": \"x\", }", 1,
		  "not valid JSON" },
		{ "text behind the end", MASK " }\n}", 2, "not valid JSON" },
		{ "a number past 64 bits",
		  MASK ", \"cap\": { \"phys_bits\": 99999999999999999999 } }",
		  1, "too big" },
		{ "not UTF-8", "{ \"\xff\xfe\": 1 }", 1, "not valid JSON" },
		{ "an escaped NUL", "{ \"a\\u0000b\": 1 }", 1, "not valid" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status = parse(&document, cases[i].text, &error);

		if (status != CPUPOLICY_E_SYNTAX || error.status != status ||
		    error.line != cases[i].line || error.column < 1 ||
		    !strstr(error.text, cases[i].says))
			fail_msg("%s: %d %d:%d %s", cases[i].why, status,
				 error.line, error.column, error.text);
	}
}

static void deep_nesting_is_refused(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	static char text[200000];

	(void)state;
	memset(text, '[', sizeof(text) - 1);
	memcpy(text, "{\"a\":", 5);
	assert_int_equal(parse(&document, text, &error), CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "more and smaller values"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mask_hides_and_caps),
		cmocka_unit_test(a_mask_of_nothing_is_a_mask),
		cmocka_unit_test(a_bad_mask_is_refused_by_pointer),
		cmocka_unit_test(bad_json_is_refused_with_line_and_column),
		cmocka_unit_test(deep_nesting_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
