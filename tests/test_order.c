/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "formats/order.h"
#include "support.h"

static const struct cpupolicy_row zero0 = { .leaf = 0 };

static void add(struct cpupolicy__rows *rows, uint32_t leaf, uint32_t subleaf,
		uint32_t eax)
{
	const struct cpupolicy_row row = { leaf, subleaf, eax, 0, 0, 0 };

	assert_int_equal(cpupolicy__rows_add(rows, &row), 0);
}

static bool has(const struct cpupolicy__rows *rows, uint32_t leaf,
		uint32_t subleaf)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].leaf == leaf &&
		    rows->row[i].subleaf == subleaf)
			return true;
	return false;
}

static void rows_are_sorted_and_the_first_of_two_counts(void **state)
{
	struct cpupolicy__rows rows = { 0 };
	uint32_t nr_differ = 0;

	(void)state;
	add(&rows, 0x80000001, 0, 1);
	add(&rows, 4, 1, 2);
	add(&rows, 4, 0, 3);
	add(&rows, 4, 1, 4);
	add(&rows, 4, 0, 3);
	add(&rows, 0, 0, 5);
	assert_int_equal(cpupolicy__rows_sort(&rows, &nr_differ), 0);
	assert_int_equal(rows.nr, 4);
	assert_int_equal(nr_differ, 1);
	assert_int_equal(rows.row[0].eax, 5);
	assert_int_equal(rows.row[1].eax, 3);
	assert_int_equal(rows.row[2].eax, 2);
	assert_int_equal(rows.row[3].leaf, 0x80000001);
	cpupolicy__rows_clear(&rows);
}

static void nothing_is_sorted_and_filled(void **state)
{
	const struct cpupolicy__asked asked = { 0xd, 0x80000008 };
	struct cpupolicy__rows rows = { 0 };
	uint32_t nr = 0;

	(void)state;
	assert_int_equal(cpupolicy__rows_sort(&rows, &nr), 0);
	assert_int_equal(cpupolicy__rows_fill(&rows, &asked, &nr), 0);
	assert_int_equal(rows.nr + nr, 0);
	cpupolicy__rows_clear(&rows);
}

static const struct {
	const char *why;
	struct cpupolicy_row rows[6]; /* of leaf 0 EAX is the highest */
	struct cpupolicy__asked asked;
	uint32_t added;
	struct cpupolicy_row there, not_there;
} fills[] = {
	{ .why = "between two leaves",
	  .rows = { { .eax = 9 }, { .leaf = 1 }, { .leaf = 4 } },
	  .added = 2,
	  .there = { .leaf = 3 },
	  .not_there = { .leaf = 5 } },
	{ .why = "what was asked for, behind the last one",
	  .rows = { { .eax = 9 }, { .leaf = 1 }, { .leaf = 4 } },
	  .asked = { .basic = 6 },
	  .added = 4,
	  .there = { .leaf = 6 },
	  .not_there = { .leaf = 7 } },
	{ .why = "no more than there are",
	  .rows = { { .eax = 2 }, { .leaf = 1 } },
	  .asked = { .basic = 0xd },
	  .added = 1,
	  .there = { .leaf = 2 },
	  .not_there = { .leaf = 3 } },
	{ .why = "rows beyond the highest leaf are no reason",
	  .rows = { { .eax = 2 }, { .leaf = 1 }, { .leaf = 9 } },
	  .added = 0,
	  .there = { .leaf = 9 },
	  .not_there = { .leaf = 2 } },
	{ .why = "the extended range",
	  .rows = { { .eax = 1 },
		    { .leaf = 1 },
		    { .leaf = 0x80000000, .eax = 0x80000008 },
		    { .leaf = 0x80000004 } },
	  .added = 3,
	  .there = { .leaf = 0x80000003 },
	  .not_there = { .leaf = 0x80000005 } },
	{ .why = "a highest leaf that is none: P6 echo leaf 2",
	  .rows = { { .eax = 2 },
		    { .leaf = 1 },
		    { .leaf = 2 },
		    { .leaf = 0x80000000, .eax = 0x03020101 } },
	  .asked = { .extended = 0x80000008 },
	  .added = 0,
	  .there = { .leaf = 0x80000000 },
	  .not_there = { .leaf = 0x80000001 } },
	{ .why = "an endless range is left alone",
	  .rows = { { .eax = 0xffffffff }, { .leaf = 0x1000 } },
	  .asked = { .basic = 0xd },
	  .added = 0,
	  .there = { .leaf = 0 },
	  .not_there = { .leaf = 1 } },
	{ .why = "sub-leaves of leaf 7, by its EAX",
	  .rows = { { .eax = 8 },
		    { .leaf = 7, .eax = 2 },
		    { .leaf = 7, .subleaf = 2 },
		    { .leaf = 8 } },
	  .added = 6 + 1,
	  .there = { .leaf = 7, .subleaf = 1 },
	  .not_there = { .leaf = 7, .subleaf = 3 } },
	{ .why = "perhaps cut off in leaf 7",
	  .rows = { { .eax = 8 }, { .leaf = 7, .eax = 2 } },
	  .added = 6,
	  .there = { .leaf = 6 },
	  .not_there = { .leaf = 7, .subleaf = 1 } },
	{ .why = "a leaf 7 that counts to no end",
	  .rows = { { .eax = 8 },
		    { .leaf = 7, .eax = 0xffffffff },
		    { .leaf = 8 } },
	  .added = 6,
	  .there = { .leaf = 6 },
	  .not_there = { .leaf = 7, .subleaf = 1 } },
	{ .why = "0xD.1",
	  .rows = { { .eax = 0xe },
		    { .leaf = 0xd, .eax = 7 },
		    { .leaf = 0xd, .subleaf = 2 },
		    { .leaf = 0xe } },
	  .added = 12 + 1,
	  .there = { .leaf = 0xd, .subleaf = 1 },
	  .not_there = { .leaf = 0xd, .subleaf = 3 } },
};

static void rows_that_are_zero_are_filled_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fills); i++) {
		struct cpupolicy__rows rows = { 0 };
		uint32_t nr = 0;

		for (size_t j = 0; j < COUNT(fills[i].rows); j++)
			if (j == 0 || memcmp(&fills[i].rows[j], &zero0,
					     sizeof(zero0)) != 0)
				cpupolicy__rows_add(&rows, &fills[i].rows[j]);
		assert_int_equal(
			cpupolicy__rows_fill(&rows, &fills[i].asked, &nr), 0);
		if (nr != fills[i].added ||
		    !has(&rows, fills[i].there.leaf, fills[i].there.subleaf) ||
		    has(&rows, fills[i].not_there.leaf,
			fills[i].not_there.subleaf))
			fail_msg("%s: %u added", fills[i].why, nr);
		for (size_t j = 1; j < rows.nr; j++)
			assert_true(rows.row[j - 1].leaf <= rows.row[j].leaf);
		cpupolicy__rows_clear(&rows);
	}
}

/* As many rows as a core may have: no more, and no error. */
static void a_full_core_is_not_filled(void **state)
{
	const struct cpupolicy__asked asked = { .basic = 0 };
	struct cpupolicy__rows rows = { 0 };
	uint32_t nr = 0;

	(void)state;
	add(&rows, 0, 0, 9);
	for (uint32_t i = 1; i < CPUPOLICY__MAX_ROWS; i++)
		add(&rows, 9, i, i);
	assert_int_equal(cpupolicy__rows_fill(&rows, &asked, &nr), 0);
	assert_int_equal(nr, 0);
	assert_int_equal(rows.nr, CPUPOLICY__MAX_ROWS);
	cpupolicy__rows_clear(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sorted_and_the_first_of_two_counts),
		cmocka_unit_test(nothing_is_sorted_and_filled),
		cmocka_unit_test(rows_that_are_zero_are_filled_in),
		cmocka_unit_test(a_full_core_is_not_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
