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

#define FORMAT "libcpuid-raw"

static const struct cpupolicy_row leaf0 = {
	0, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69
};

static struct cpupolicy_record *new_record(const struct cpupolicy_row *rows,
					   size_t nr, const uint32_t *cpus,
					   size_t nr_cpus)
{
	struct cpupolicy_record *record = cpupolicy_record_new();

	assert_non_null(record);
	for (size_t i = 0; i < nr_cpus; i++)
		assert_int_equal(cpupolicy_record_add_cpu(record, cpus[i], rows,
							  nr, NULL, 0),
				 0);
	return record;
}

static const struct {
	const char *why;
	struct cpupolicy_row rows[5]; /* behind leaf 0 */
	const char *says;	      /* NULL: nothing is lost */
} losses[] = {
	{ "all have a place",
	  { { 1, 0, 1, 2, 3, 4 },
	    { 4, 7, 1, 2, 3, 4 },
	    { 0xb, 3, 1, 2, 3, 4 },
	    { 0x80000000, 0, 0x80000026, 0, 0, 0 },
	    { 0x80000026, 3, 1, 2, 3, 4 } },
	  NULL },
	{ "leaf 7.1",
	  { { 7, 0, 1, 2, 3, 4 }, { 7, 1, 1, 2, 3, 4 } },
	  "CPU 0: leaf 0x7: 1 of 2 rows" },
	{ "one cache too many",
	  { { 4, 8, 1, 2, 3, 4 } },
	  "CPU 0: leaf 0x4: 1 of 1 rows" },
	{ "a hypervisor's leaf",
	  { { 0x40000000, 0, 0x40000001, 2, 3, 4 } },
	  "leaf 0x40000000: 1 of 1 rows" },
	{ "the end of the caches",
	  { { 4, 0, 1, 2, 3, 4 }, { 4, 1, 0, 0, 0, 0 } },
	  "1 sub-leaves that are zero" },
	{ "beyond the highest leaf",
	  { { 0xe, 0, 0, 0, 0, 0 } },
	  "1 rows beyond the highest leaf" },
	{ "twice",
	  { { 1, 0, 1, 2, 3, 4 }, { 1, 0, 1, 2, 3, 5 } },
	  "1 rows are there twice" },
};

static void what_has_no_place_is_said(void **state)
{
	static const uint32_t cpus[] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(losses); i++) {
		struct cpupolicy_row rows[6] = { leaf0 };
		struct cpupolicy_record *record;
		struct round_trip trip;
		size_t nr = 1;

		for (size_t j = 0; j < COUNT(losses[i].rows); j++)
			if (losses[i].rows[j].leaf)
				rows[nr++] = losses[i].rows[j];
		record = new_record(rows, nr, cpus, 1);
		round_trip(&trip, record, FORMAT);
		if (losses[i].says
			    ? !strstr(trip.lost, losses[i].says)
			    : *trip.lost ||
				      !same_rows(
					      &record->cores[0],
					      &trip.document.record->cores[0]))
			fail_msg("%s: %s", losses[i].why, trip.lost);
		round_trip_clear(&trip);
		cpupolicy_record_free(record);
	}
}

static void cpus_are_counted_without_a_gap(void **state)
{
	static const struct {
		const char *why;
		uint32_t cpus[3];
		size_t nr;
		const char *begins, *read;
		bool lost;
	} cases[] = {
		{ "one has no header",
		  { 0 },
		  1,
		  "basic_cpuid[0]=",
		  "0",
		  false },
		{ "any one", { 7 }, 1, "basic_cpuid[0]=", "0", true },
		{ "all",
		  { 0, 1, 2 },
		  3,
		  "_________________ Logical CPU #0 _________________\n",
		  "0-2",
		  false },
		{ "some",
		  { 1, 4, 5 },
		  3,
		  "_________________ Logical CPU #0 _________________\n",
		  "0-2",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_record *record =
			new_record(&leaf0, 1, cases[i].cpus, cases[i].nr);
		struct round_trip trip;

		round_trip(&trip, record, FORMAT);
		if (strncmp(trip.text, cases[i].begins,
			    strlen(cases[i].begins)) != 0 ||
		    strcmp(trip.document.record->cores[0].cpus,
			   cases[i].read) != 0 ||
		    (*trip.lost != '\0') != cases[i].lost)
			fail_msg("%s: %s%s", cases[i].why, trip.text,
				 trip.lost);
		round_trip_clear(&trip);
		cpupolicy_record_free(record);
	}
}

/* With a table of sub-leaf 0 alone libcpuid finds no cache but the first. */
static void a_table_is_written_where_it_adds_something(void **state)
{
	static const struct cpupolicy_row rows[] = {
		{ 0, 0, 0xd, 0x68747541, 0x444d4163, 0x69746e65 },
		{ 0x80000000, 0, 0x8000001e, 0, 0, 0 },
		{ 0x8000001d, 0, 0x121, 0x00c0003f, 0x3f, 0 },
		{ 0x8000001d, 1, 0x122, 0x00c0003f, 0x3f, 0 },
	};
	static const uint32_t cpus[] = { 0 };

	(void)state;
	for (size_t nr = 3; nr <= 4; nr++) {
		struct cpupolicy_record *record = new_record(rows, nr, cpus, 1);
		struct round_trip trip;

		round_trip(&trip, record, FORMAT);
		assert_string_equal(trip.lost, "");
		assert_non_null(strstr(trip.text, "ext_cpuid[29]=00000121"));
		assert_true((strstr(trip.text, "amd_fn8000001dh[0]") != NULL) ==
			    (nr == 4));
		assert_true(same_rows(&record->cores[0],
				      &trip.document.record->cores[0]));
		round_trip_clear(&trip);
		cpupolicy_record_free(record);
	}
}

/* What reading the text gives is written again as the same text. */
static void writing_what_was_read_loses_nothing_more(void **state)
{
	struct corpus corpus;
	struct round_trip first, second;

	(void)state;
	assert_int_equal(corpus_load(&corpus, NULL), 0);
	for (size_t i = 0; i < corpus.nr_cpus; i++) {
		struct cpupolicy_record *record = cpupolicy_record_new();
		const struct corpus_cpu *cpu = &corpus.cpus[i];

		assert_int_equal(cpupolicy_record_add_cpu(record, 0, cpu->rows,
							  cpu->nr_rows, NULL,
							  0),
				 0);
		round_trip(&first, record, FORMAT);
		round_trip(&second, first.document.record, FORMAT);
		if (*second.lost || strcmp(first.text, second.text) != 0)
			fail_msg("%s: %s", cpu->name, second.lost);
		round_trip_clear(&second);
		round_trip_clear(&first);
		cpupolicy_record_free(record);
	}
	corpus_free(&corpus);
}

/* The tool says the same of a dump of its own and of what we make of it. */
static void the_tool_reads_what_is_written(void **state)
{
	char own[64], path[64], *text, *before, *after;
	struct cpupolicy_record *record =
		read_record("formats/libcpuid-raw.txt");
	struct round_trip trip;

	(void)state;
	round_trip(&trip, record, FORMAT);
	cpupolicy_record_free(record);
	tool_file(path, trip.text);
	round_trip_clear(&trip);
	if (tool_missing("cpuid_tool")) {
		remove(path);
		skip();
	}
	text = tool_output("cat %s/tests/data/formats/libcpuid-raw.txt",
			   corpus_root());
	assert_non_null(text);
	tool_file(own, text);
	before = tool_output("cpuid_tool --load=%s --report --quiet", own);
	after = tool_output("cpuid_tool --load=%s --report --quiet", path);
	remove(own);
	remove(path);
	assert_non_null(before);
	assert_non_null(after);
	assert_non_null(strstr(after, "Intel(R) Xeon(R) Processor"));
	assert_string_equal(after, before);
	free(text);
	free(before);
	free(after);
}

static void count(void *sentences, const char *what)
{
	(void)what;
	++*(unsigned *)sentences;
}

static void a_record_of_any_rows_is_told_of_briefly(void **state)
{
	static struct cpupolicy_row rows[2000];
	static const uint32_t cpus[] = { 0 };
	struct cpupolicy_record *record;
	struct cpupolicy_error error;
	unsigned sentences = 0;
	char *text;

	(void)state;
	for (uint32_t i = 0; i < COUNT(rows); i++)
		rows[i] = (struct cpupolicy_row){ 0x1000 * i, 0, i, 1, 2, 3 };
	rows[0] = leaf0;
	record = new_record(rows, COUNT(rows), cpus, 1);
	assert_int_equal(cpupolicy_record_write(&text, record, FORMAT, count,
						&sentences, &error),
			 0);
	assert_in_range(sentences, 10, 100);
	free(text);
	cpupolicy_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_place_is_said),
		cmocka_unit_test(cpus_are_counted_without_a_gap),
		cmocka_unit_test(a_table_is_written_where_it_adds_something),
		cmocka_unit_test(writing_what_was_read_loses_nothing_more),
		cmocka_unit_test(the_tool_reads_what_is_written),
		cmocka_unit_test(a_record_of_any_rows_is_told_of_briefly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
