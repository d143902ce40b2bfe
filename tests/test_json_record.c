/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/formats.h>

#define HEAD	   "{ \"format\": \"cpupolicy-record\", \"version\": 1, "
#define ROW0	   "\"0.0 d 756e6547 6c65746e 49656e69\""
#define CORE(rest) HEAD "\"cores\": [ { " rest " } ] }"

/* As the writer writes it, so that reading and writing give the same text. */
static const char full[] =
	"{\n"
	"  \"format\": \"cpupolicy-record\",\n"
	"  \"version\": 1,\n"
	"  \"name\": \"node7\",\n"
	"  \"how\": \"CPUID instruction\",\n"
	"  \"tool\": \"cpupolicy 0.1.0\",\n"
	"  \"kernel\": \"Linux 6.1.0-13-amd64\",\n"
	"  \"microcode\": \"0xa20120a\",\n"
	"  \"date\": \"2026-11-21\",\n"
	"  \"notes\": [\n"
	"    \"one\",\n"
	"    \"two\"\n"
	"  ],\n"
	"  \"cores\": [\n"
	"    {\n"
	"      \"cpus\": \"0-7,16-23\",\n"
	"      \"rows\": [\n"
	"        \"00000000.0 0000000d 756e6547 6c65746e 49656e69\",\n"
	"        \"0000000d.3e 00000080 00000340 00000000 00000000\",\n"
	"        \"00000007.1 00000000 00000000 00000000 00000000\"\n"
	"      ],\n"
	"      \"msrs\": [\n"
	"        \"10a 000000000c0a0c4c\",\n"
	"        \"480 ffffffffffffffff\"\n"
	"      ]\n"
	"    },\n"
	"    {\n"
	"      \"cpus\": \"8-15\",\n"
	"      \"rows\": [\n"
	"        \"00000000.0 0000000d 756e6547 6c65746e 49656e69\",\n"
	"        \"00000001.0 000306a9 00100800 00000201 00000001\"\n"
	"      ],\n"
	"      \"known\": [\n"
	"        \"00000001.0 ffffffff 0000ffff 00000203 00000001\"\n"
	"      ]\n"
	"    }\n"
	"  ]\n"
	"}\n";

static int parse(struct cpupolicy_document *out, const char *text,
		 struct cpupolicy_error *error)
{
	memset(error, 0, sizeof(*error));
	return cpupolicy_document_parse(out, "node7.json", text, strlen(text),
					error);
}

static void what_is_read_is_written_again(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	const struct cpupolicy_core *core;
	char *text;

	(void)state;
	if (parse(&document, full, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_RECORD);
	assert_int_equal(document.record->nr_cores, 2);
	core = &document.record->cores[0];
	assert_int_equal(core->nr_cpus, 16);
	assert_int_equal(core->rows[1].subleaf, 62);
	assert_true(core->msrs[1].value == UINT64_MAX);
	text = cpupolicy_record_to_json(document.record);
	assert_non_null(text);
	assert_string_equal(text, full);
	free(text);
	cpupolicy_document_clear(&document);
}

static void numbers_may_be_short_and_have_0x(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(parse(&document,
			       CORE("\"cpus\": \"3\", \"rows\": ["
				    "\"0.0 0xD 0X756E6547 0x6c65746e  49656e69 "
				    "\"], \"msrs\": [ \"0x480 0x5\", "
				    "\"10A 1\" ]"),
			       &error),
			 0);
	assert_int_equal(document.record->cores[0].rows[0].eax, 0xd);
	assert_int_equal(document.record->cores[0].rows[0].ebx, 0x756e6547);
	/* sorted, whatever the order in the file */
	assert_int_equal(document.record->cores[0].msrs[0].index, 0x10a);
	assert_int_equal(document.record->cores[0].msrs[1].index, 0x480);
	assert_string_equal(document.record->name, "node7.json");
	cpupolicy_document_clear(&document);
}

static void serial_numbers_are_not_written(void **state)
{
	static const struct cpupolicy_row rows[] = {
		{ 0, 0, 3, 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 3, 0, 0x11111111, 0x22222222, 0x33333333, 0x44444444 },
		{ 0xc0000004, 0, 0x55555555, 0x66666666, 0, 0 },
	};
	struct cpupolicy_record *record = cpupolicy_record_new();
	char *text;

	(void)state;
	assert_int_equal(cpupolicy_record_add_cpu(record, 0, rows, 3, NULL, 0),
			 0);
	text = cpupolicy_record_to_json(record);
	assert_non_null(text);
	assert_non_null(strstr(text, "00000003.0 00000000 00000000 00000000 "
				     "00000000"));
	assert_non_null(strstr(text, "c0000004.0 00000000 00000000 00000000 "
				     "00000000"));
	free(text);
	cpupolicy_record_free(record);
}

static void strings_that_are_no_utf_8_can_be_written(void **state)
{
	static const struct cpupolicy_row row = { 0, 0, 1, 2, 3, 4 };
	struct cpupolicy_record *record = cpupolicy_record_new();
	char *text;

	(void)state;
	cpupolicy_record_add_cpu(record, 0, &row, 1, NULL, 0);
	record->name = malloc(8);
	assert_non_null(record->name);
	memcpy(record->name, "\xffnode\x1b", 7);
	text = cpupolicy_record_to_json(record);
	assert_non_null(text);
	assert_non_null(strstr(text, "\"?node?\""));
	free(text);
	cpupolicy_record_free(record);
}

static const struct {
	const char *why, *text, *says;
} bad_records[] = {
	{ "no cores", HEAD "\"name\": \"x\" }",
	  "/cores: is missing, expected an array" },
	{ "zero cores", HEAD "\"cores\": [] }",
	  "/cores: 0 cores, expected 1 to 1024" },
	{ "a core is no object", HEAD "\"cores\": [ 1 ] }",
	  "/cores/0: expected an object, found a whole number" },
	{ "no CPUs", CORE("\"rows\": [ " ROW0 " ]"),
	  "/cores/0/cpus: is missing" },
	{ "CPUs that descend",
	  CORE("\"cpus\": \"3-1\", \"rows\": [ " ROW0 " ]"),
	  "/cores/0/cpus: '3-1' is not a list of CPUs" },
	{ "no rows", CORE("\"cpus\": \"0\""), "/cores/0/rows: is missing" },
	{ "zero rows", CORE("\"cpus\": \"0\", \"rows\": []"),
	  "/cores/0/rows: there is no row for leaf 0" },
	{ "no leaf 0", CORE("\"cpus\": \"0\", \"rows\": [ \"1.0 1 2 3 4\" ]"),
	  "/cores/0/rows: there is no row for leaf 0" },
	{ "a row too short",
	  CORE("\"cpus\": \"0\", \"rows\": [ " ROW0 ", \"1.0 1 2 3\" ]"),
	  "/cores/0/rows/1: '1.0 1 2 3' is not a row" },
	{ "a row too long",
	  CORE("\"cpus\": \"0\", \"rows\": [ \"1.0 1 2 3 4 5\" ]"),
	  "is not a row" },
	{ "no sub-leaf", CORE("\"cpus\": \"0\", \"rows\": [ \"1 1 2 3 4\" ]"),
	  "is not a row" },
	{ "nine digits",
	  CORE("\"cpus\": \"0\", \"rows\": [ \"1.0 123456789 2 3 4\" "
	       "]"),
	  "is not a row" },
	{ "an MSR of 17 digits",
	  CORE("\"cpus\": \"0\", \"rows\": [ " ROW0
	       " ], \"msrs\": [ \"10a 12345678901234567\" ]"),
	  "/cores/0/msrs/0: '10a 12345678901234567' is not an MSR" },
	{ "an MSR twice",
	  CORE("\"cpus\": \"0\", \"rows\": [ " ROW0
	       " ], \"msrs\": [ \"10a 1\", \"0x10a 2\" ]"),
	  "/cores/0/msrs/1: MSR 0x10a came before" },
	{ "bits of a row that is not there",
	  CORE("\"cpus\": \"0\", \"rows\": [ " ROW0
	       " ], \"known\": [ \"1.0 1 2 3 4\" ]"),
	  "/cores/0/known/0: '1.0 1 2 3 4' is not one of the rows" },
	{ "more masks than rows",
	  CORE("\"cpus\": \"0\", \"rows\": [ " ROW0 " ], \"known\": [ " ROW0
	       ", " ROW0 " ]"),
	  "/cores/0/known: 2 rows, expected 1 at most" },
	{ "unknown key of a core", CORE("\"cpus\": \"0\", \"row\": []"),
	  "/cores/0/row: unknown key 'row', expected one of cpus, "
	  "rows, known, msrs" },
	{ "unknown key", HEAD "\"nam\": \"x\" }", "/nam: unknown key 'nam'" },
	{ "a note is no string", HEAD "\"notes\": [ null ] }",
	  "/notes/0: expected a string, found null" },
	{ "a name is no string", HEAD "\"name\": true }",
	  "/name: expected a string, found true or false" },
};

static void a_bad_record_is_refused_by_pointer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_records) / sizeof(bad_records[0]);
	     i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status = parse(&document, bad_records[i].text, &error);

		if (status != CPUPOLICY_E_MEANING || error.status != status ||
		    strncmp(error.text, "node7.json: /", 13) != 0 ||
		    !strstr(error.text, bad_records[i].says))
			fail_msg("%s: %d %s", bad_records[i].why, status,
				 error.text);
		assert_null(document.record);
	}
}

/* Whatever is cut off or flipped: a document or an error, never a crash. */
static void damaged_records_give_a_record_or_an_error(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error = { 0 };
		char text[sizeof(full)];
		size_t size = sizeof(full) - 1;
		int status;

		memcpy(text, full, sizeof(full));
		random = random * 1664525 + 1013904223;
		text[(random >> 8) % size] = (char)(random >> 24);
		if (i % 2)
			size = (random >> 4) % size;
		status = cpupolicy_document_parse(&document, "x", text, size,
						  &error);
		if (status < 0)
			assert_true(error.status == status && *error.text);
		cpupolicy_document_clear(&document);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_again),
		cmocka_unit_test(numbers_may_be_short_and_have_0x),
		cmocka_unit_test(serial_numbers_are_not_written),
		cmocka_unit_test(strings_that_are_no_utf_8_can_be_written),
		cmocka_unit_test(a_bad_record_is_refused_by_pointer),
		cmocka_unit_test(damaged_records_give_a_record_or_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
