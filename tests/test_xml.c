/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "formats/xml.h"

/* What a reader met: "<a x=1><b>text</b></a>" with one '(' for each depth. */
struct met {
	char text[1024];
	size_t longest; /* text */
	const char *fail_at;
	unsigned calls_after_failure;
	bool failed;
};

static void put(struct met *met, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct met *met, const char *format, ...)
{
	size_t used = strlen(met->text);
	va_list ap;

	met->calls_after_failure += met->failed;
	va_start(ap, format);
	vsnprintf(met->text + used, sizeof(met->text) - used, format, ap);
	va_end(ap);
}

static int begin(void *arg, struct cpupolicy__xml *xml, const char *element,
		 const char **attributes)
{
	struct met *met = arg;

	put(met, "%d<%s", cpupolicy__xml_depth(xml), element);
	for (; attributes[0]; attributes += 2)
		put(met, " %s=%s", attributes[0], attributes[1]);
	put(met, ">");
	if (!met->fail_at || strcmp(met->fail_at, element) != 0)
		return 0;
	met->failed = true;
	return cpupolicy__xml_fail(xml, "no %s on line %d", element,
				   cpupolicy__xml_line(xml));
}

static int end(void *arg, struct cpupolicy__xml *xml, const char *element)
{
	put(arg, "</%s %d>", element, cpupolicy__xml_depth(xml));
	return 0;
}

static int text(void *arg, struct cpupolicy__xml *xml, const char *element,
		const char *what)
{
	struct met *met = arg;

	(void)xml;
	(void)element;
	if (strlen(what) > met->longest)
		met->longest = strlen(what);
	put(met, "[%.20s]", what);
	return 0;
}

static const struct cpupolicy__xml_reader reader = { begin, end, text };

static int read_at(struct met *met, const char *what, size_t size, int line,
		   struct cpupolicy_error *error)
{
	/* a copy of its own, so that a sanitizer sees reads past the end */
	char *copy = malloc(size ? size : 1);
	struct cpupolicy__source source = { "a.xml", copy, size, line };
	int status;

	assert_non_null(copy);
	memcpy(copy, what, size);
	memset(error, 0, sizeof(*error));
	status = cpupolicy__xml_read(&source, &reader, met, error);
	free(copy);
	return status;
}

#define TEXT(text) text, sizeof(text) - 1

static void elements_come_with_attributes_depth_and_text(void **state)
{
	static const struct {
		const char *why, *text;
		size_t size;
		const char *met;
	} cases[] = {
		{ "both quotes", TEXT("<a x='1' y=\"2\"/>"),
		  "0<a x=1 y=2>[]</a 0>" },
		{ "nested", TEXT("<a><b>t</b><c/></a>"),
		  "0<a>1<b>[t]</b 1>1<c>[]</c 1></a 0>" },
		{ "text beside elements is left out", TEXT("<a>x<b>t</b>y</a>"),
		  "0<a>1<b>[t]</b 1></a 0>" },
		{ "comments, references and CDATA are one text",
		  TEXT("<a>1<!-- c -->2&lt;&#51;<![CDATA[<4>]]></a>"),
		  "0<a>[12<3<4>]</a 0>" },
		{ "a declaration and comments around",
		  TEXT("<?xml version='1.0' encoding='UTF-8'?>\n<!-- c -->\n"
		       "<a/>\n<!-- d -->\n"),
		  "0<a>[]</a 0>" },
		{ "Latin-1",
		  TEXT("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9"
		       "</a>"),
		  "0<a>[\xc3\xa9]</a 0>" },
		{ "UTF-16, low byte first",
		  TEXT("\xff\xfe<\0a\0 \0x\0=\0'\0\x31\0'\0/\0>\0"),
		  "0<a x=1>[]</a 0>" },
		{ "UTF-16, high byte first",
		  TEXT("\xfe\xff\0<\0a\0>\0t\0<\0/\0a\0>"), "0<a>[t]</a 0>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_error error;
		struct met met = { .text = "" };

		if (read_at(&met, cases[i].text, cases[i].size, 0, &error))
			fail_msg("%s: %s", cases[i].why, error.text);
		if (strcmp(met.text, cases[i].met) != 0)
			fail_msg("%s: %s", cases[i].why, met.text);
	}
}

static const struct {
	const char *why, *text;
	size_t size;
	int first_line, status, line, column;
	const char *says;
} bad[] = {
	{ "cut", TEXT("<a>\n<b>"), 0, CPUPOLICY_E_SYNTAX, 2, 4,
	  "a.xml:2:4: not valid XML: no element found" },
	{ "empty", TEXT(""), 0, CPUPOLICY_E_SYNTAX, 1, 1, "no element" },
	{ "crossed", TEXT("<a>\n <b></a>"), 0, CPUPOLICY_E_SYNTAX, 2, 7,
	  "mismatched tag" },
	{ "in a larger file", TEXT("<a>\n<b>"), 41, CPUPOLICY_E_SYNTAX, 42, 4,
	  "a.xml:42:4: not valid XML" },
	{ "two roots", TEXT("<a/>\n<a/>"), 0, CPUPOLICY_E_SYNTAX, 2, 1,
	  "junk after document element" },
	{ "an attribute twice", TEXT("<a x='1' x='2'/>"), 0, CPUPOLICY_E_SYNTAX,
	  1, 10, "duplicate attribute" },
	{ "an unknown entity", TEXT("<a>&b;</a>"), 0, CPUPOLICY_E_SYNTAX, 1, 4,
	  "undefined entity" },
	{ "a NUL byte", TEXT("<a>\0</a>"), 0, CPUPOLICY_E_SYNTAX, 1, 4,
	  "not well-formed" },
	{ "no UTF-8", TEXT("<a>\xff</a>"), 0, CPUPOLICY_E_SYNTAX, 1, 4,
	  "not well-formed" },
	{ "an encoding nobody knows",
	  TEXT("<?xml version='1.0' encoding='x'?><a/>"), 0, CPUPOLICY_E_SYNTAX,
	  1, 31, "unknown encoding" },
	{ "entities that grow",
	  TEXT("<!DOCTYPE a [<!ENTITY b 'bbbb'>\n"
	       "<!ENTITY c '&b;&b;&b;&b;'>]>\n<a>&c;</a>"),
	  0, CPUPOLICY_E_SYNTAX, 1, 13, "document type declaration" },
	{ "another file", TEXT("\n<!DOCTYPE a SYSTEM 'file:///b'><a/>"), 0,
	  CPUPOLICY_E_SYNTAX, 2, 31, "document type declaration" },
};

static void bad_documents_are_refused_with_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cpupolicy_error error;
		struct met met = { .text = "" };
		int status = read_at(&met, bad[i].text, bad[i].size,
				     bad[i].first_line, &error);

		if (status != bad[i].status || error.status != status ||
		    error.line != bad[i].line ||
		    error.column != bad[i].column ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%s: %d, %d:%d: %s", bad[i].why, status,
				 error.line, error.column, error.text);
	}
}

static void a_reader_that_fails_hears_no_more(void **state)
{
	static const char *const documents[] = {
		"<a>\n<b/><c/></a>",
		"<a>\n<b>t</b></a>",
		"<a>\n<b><c/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct met met = { .fail_at = "b" };
		struct cpupolicy_error error;

		assert_int_equal(read_at(&met, documents[i],
					 strlen(documents[i]), 7, &error),
				 CPUPOLICY_E_MEANING);
		assert_int_equal(met.calls_after_failure, 0);
		assert_string_equal(error.text, "a.xml:8:1: no b on line 8");
	}
}

static char *repeat(const char *before, const char *what, size_t times,
		    const char *after)
{
	size_t length = strlen(what);
	char *all = malloc(strlen(before) + times * length + strlen(after) + 1);
	char *at = all;

	assert_non_null(all);
	at = stpcpy(at, before);
	for (size_t i = 0; i < times; i++)
		at = stpcpy(at, what);
	strcpy(at, after);
	return all;
}

static int read_repeated(struct met *met, struct cpupolicy_error *error,
			 const char *before, const char *what, size_t times,
			 const char *after)
{
	char *all = repeat(before, what, times, after);
	int status = read_at(met, all, strlen(all), 0, error);

	free(all);
	return status;
}

static void depth_has_a_bound(void **state)
{
	struct met met = { .text = "" };
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(read_repeated(&met, &error, "", "<a>", 64, ""),
			 CPUPOLICY_E_SYNTAX);
	assert_non_null(strstr(error.text, "no element found"));
	assert_int_equal(read_repeated(&met, &error, "", "<a>", 65, ""),
			 CPUPOLICY_E_MEANING);
	assert_string_equal(error.text, "a.xml:1:193: elements are nested "
					"deeper than 64");
	assert_int_equal(read_repeated(&met, &error, "", "<a>", 1 << 20, ""),
			 CPUPOLICY_E_MEANING);
}

static void kinds_of_element_have_a_bound(void **state)
{
	struct met met = { .text = "" };
	struct cpupolicy_error error;
	char text[16384] = "<a>";

	(void)state;
	for (int i = 0; i < 600; i++)
		snprintf(text + strlen(text), 16, "<e%d/><e%d/>\n", i, i / 2);
	assert_int_equal(read_at(&met, text, strlen(text), 0, &error),
			 CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "more than 256 kinds of element"));
	assert_true(error.line >= 256);
	assert_int_equal(
		read_repeated(&met, &error, "<a>", "<e/>", 1000, "</a>"), 0);
}

static void text_is_cut_at_4_kib(void **state)
{
	struct met met = { .text = "" };
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(read_repeated(&met, &error, "<a>", "x", 5000, "</a>"),
			 0);
	assert_int_equal(met.longest, 4096);
}

/* Each of these is megabytes of one thing. */
static void what_is_long_takes_time_by_its_length(void **state)
{
	static const struct {
		const char *why, *before, *what, *after;
		int status;
	} cases[] = {
		{ "text", "<a>", "12345678", "</a>", 0 },
		{ "lines", "<a>", "\n\r\n \t   ", "</a>", 0 },
		{ "CDATA", "<a><![CDATA[", "1234567]", "]]></a>", 0 },
		{ "elements", "<a>", "<b c=''/>", "</a>", 0 },
		{ "blanks before", "", "        ", "<a/>", 0 },
		{ "blanks behind", "<a/>", "        ", "", 0 },
		{ "comments", "", "<!-- 45 -->", "<a/>", 0 },
		{ "one comment", "<!--", "12345678", "--><a/>",
		  CPUPOLICY_E_SYNTAX },
		{ "a comment that has no end", "<a><!--", "12345678", "",
		  CPUPOLICY_E_SYNTAX },
		{ "a name", "<", "abcdefgh", "/>", CPUPOLICY_E_SYNTAX },
		{ "a value", "<a b='", "12345678", "'/>", CPUPOLICY_E_SYNTAX },
		{ "blanks in a tag", "<a ", "        ", "/>",
		  CPUPOLICY_E_SYNTAX },
		{ "an instruction", "<?a ", "12345678", "?><a/>",
		  CPUPOLICY_E_SYNTAX },
		{ "a document type", "<!DOCTYPE ", "abcdefgh", " []><a/>",
		  CPUPOLICY_E_SYNTAX },
	};
	struct cpupolicy_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct met met = { .text = "" };
		int status = read_repeated(&met, &error, cases[i].before,
					   cases[i].what, (size_t)1 << 20,
					   cases[i].after);

		if (status != cases[i].status)
			fail_msg("%s: %d: %s", cases[i].why, status,
				 error.text);
	}
}

static void a_root_is_found_at_the_beginning(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *root; /* NULL: not XML */
	} cases[] = {
		{ TEXT("<cpudata arch='x86'>"), "cpudata" },
		{ TEXT("<cpudata>"), "cpudata" },
		{ TEXT("<cpudata/>"), "cpudata" },
		{ TEXT("<cpudata"), "cpudata" },
		{ TEXT(" \r\n\t<?xml version='1.0'?>\n<!-- <b> --><a\n>"),
		  "a" },
		{ TEXT("<!-- -- -> --><a>"), "a" },
		{ TEXT("<!DOCTYPE a [<!ENTITY b 'c'>]><d/>"), "a" },
		{ TEXT("\xff\xfe<\0c\0p\0u\0>\0"), "cpu" },
		{ TEXT("\xfe\xff\0<\0c\0p\0u\0>"), "cpu" },
		{ TEXT("\xff\xfe<\0c\0p\1>\0"), "c" },
		{ TEXT("<averylongnameindeed>"), "averylongnamein" },
		{ TEXT(""), NULL },
		{ TEXT("<"), NULL },
		{ TEXT("<>"), NULL },
		{ TEXT("a <b>"), NULL },
		{ TEXT("<!-- never closed <a>"), NULL },
		{ TEXT("\xff\xfe<"), NULL },
		{ TEXT("{ \"a\": 1 }"), NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *copy = malloc(cases[i].size + 1);
		struct cpupolicy__source source = {
			.name = "a.xml",
			.text = copy,
			.size = cases[i].size,
		};
		char root[16] = "";
		bool is_xml;

		assert_non_null(copy);
		memmove(copy, cases[i].text, cases[i].size);
		is_xml = cpupolicy__xml_root(root, sizeof(root), &source);
		if (is_xml != (cases[i].root != NULL) ||
		    (is_xml && strcmp(root, cases[i].root) != 0))
			fail_msg("%s: '%s'", cases[i].text, root);
		free(copy);
	}
}

static void a_probe_ends_early(void **state)
{
	char *all = repeat("<!--", "12345678", 1 << 20, "--><a/>");
	struct cpupolicy__source source = {
		.name = "a.xml",
		.text = all,
		.size = strlen(all),
	};
	char root[16];

	(void)state;
	assert_false(cpupolicy__xml_root(root, sizeof(root), &source));
	free(all);
}

static void attributes_are_found_by_name(void **state)
{
	const char *attributes[] = { "a", "1", "b", "2", NULL };

	(void)state;
	assert_string_equal(cpupolicy__xml_attribute(attributes, "b"), "2");
	assert_null(cpupolicy__xml_attribute(attributes, "2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_come_with_attributes_depth_and_text),
		cmocka_unit_test(bad_documents_are_refused_with_their_place),
		cmocka_unit_test(a_reader_that_fails_hears_no_more),
		cmocka_unit_test(depth_has_a_bound),
		cmocka_unit_test(kinds_of_element_have_a_bound),
		cmocka_unit_test(text_is_cut_at_4_kib),
		cmocka_unit_test(what_is_long_takes_time_by_its_length),
		cmocka_unit_test(a_root_is_found_at_the_beginning),
		cmocka_unit_test(a_probe_ends_early),
		cmocka_unit_test(attributes_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
