/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "formats/infer.h"
#include "support.h"

/* A row as printed: EAX to EDX, and the sub-leaf where that was printed. */
struct printed {
	uint32_t regs[4];
	uint32_t said; /* 1 + the sub-leaf; 0: not printed */
};

static const struct {
	const char *why;
	uint32_t leaf;
	size_t nr;
	struct printed rows[12];
	uint32_t subleaf[12];
	const char *note; /* a part of it; NULL: there is none */
} cases[] = {
	{ .why = "a leaf that is printed once is its sub-leaf 0",
	  .leaf = 0xd,
	  .nr = 1,
	  .rows = { { { 7, 0x340, 0x340, 0 }, 0 } },
	  .subleaf = { 0 } },
	{ .why = "what is printed is believed",
	  .leaf = 0xd,
	  .nr = 3,
	  .rows = { { { 7, 0x340, 0x340, 0 }, 1 + 0 },
		    { { 0x100, 0x240, 0, 0 }, 1 + 2 },
		    { { 0x80, 0x340, 0, 0 }, 1 + 0x3e } },
	  .subleaf = { 0, 2, 0x3e } },
	{ .why = "caches come in order",
	  .leaf = 4,
	  .nr = 4,
	  .rows = { { { 0x7c004121, 0x01c0003f, 0x3f, 0 }, 0 },
		    { { 0x7c004122, 0x01c0003f, 0x3f, 0 }, 0 },
		    { { 0x7c004143, 0x03c0003f, 0x3ff, 0 }, 0 },
		    { { 0x7c0fc163, 0x0280003f, 0x8fff, 4 }, 0 } },
	  .subleaf = { 0, 1, 2, 3 },
	  .note = "Leaf 0x4 (line 100, 1 CPU): its sub-leaves are not "
		  "printed: they are numbered in the order of the rows." },
	{ .why = "the table does not know this leaf",
	  .leaf = 0x2a,
	  .nr = 2,
	  .rows = { { { 1, 0, 0, 0 }, 0 }, { { 2, 0, 0, 0 }, 0 } },
	  .subleaf = { 0, 1 },
	  .note = "in the order of the rows" },
	{ .why = "SGX: some of its sub-leaves have no slot",
	  .leaf = 0x12,
	  .nr = 3,
	  .rows = { { { 1, 0, 0, 0 }, 0 },
		    { { 0x36, 0, 0x1f, 0 }, 0 },
		    { { 0x70200001, 0, 0x5d80001, 0 }, 0 } },
	  .subleaf = { 0, 1, 2 },
	  .note = "in the order of the rows" },
	{ .why = "topology repeats the sub-leaf",
	  .leaf = 0xb,
	  .nr = 3,
	  .rows = { { { 1, 2, 0x100, 0 }, 0 },
		    { { 6, 0x18, 0x201, 0 }, 0 },
		    { { 0, 0, 0x002, 0 }, 0 } },
	  .subleaf = { 0, 1, 2 },
	  .note = "ECX[7:0] repeats them" },
	{ .why = "the first level was left out, and the others say so",
	  .leaf = 0x80000026,
	  .nr = 2,
	  .rows = { { { 3, 8, 0x201, 0 }, 0 }, { { 7, 96, 0x403, 0 }, 0 } },
	  .subleaf = { 1, 3 },
	  .note = "ECX[7:0] repeats them" },
	{ .why = "all zero: nothing is repeated",
	  .leaf = 0xb,
	  .nr = 2,
	  .rows = { { { 0, 0, 0, 0 }, 0 }, { { 0, 0, 0, 0 }, 0 } },
	  .subleaf = { 0, 1 },
	  .note = "in the order of the rows" },
	{ .why = "components of XCR0 and, from sub-leaf 1, of XSS",
	  .leaf = 0xd,
	  .nr = 6,
	  .rows = { { { 0x207, 0x340, 0x988, 0 }, 0 },
		    { { 0xf, 0x350, 0x1800, 0 }, 0 },
		    { { 0x100, 0x240, 0, 0 }, 0 },
		    { { 8, 0x980, 0, 0 }, 0 },
		    { { 0x10, 0, 1, 0 }, 0 },
		    { { 0x18, 0, 1, 0 }, 0 } },
	  .subleaf = { 0, 1, 2, 9, 11, 12 },
	  .note = "by the state components in XCR0 and XSS" },
	{ .why = "EVEREST left out sub-leaf 1; LWP is bit 62",
	  .leaf = 0xd,
	  .nr = 3,
	  .rows = { { { 7, 0x340, 0x3c0, 0x40000000 }, 0 },
		    { { 0x100, 0x240, 0, 0 }, 0 },
		    { { 0x80, 0x340, 0, 0 }, 0 } },
	  .subleaf = { 0, 2, 0x3e },
	  .note = "sub-leaf 1 was left out, as EVEREST did" },
	{ .why = "a sub-leaf 1 without any variant of XSAVE is no component",
	  .leaf = 0xd,
	  .nr = 3,
	  .rows = { { { 7, 0x340, 0x340, 0 }, 0 },
		    { { 0, 0, 0, 0 }, 0 },
		    { { 0x100, 0x240, 0, 0 }, 0 } },
	  .subleaf = { 0, 1, 2 },
	  .note = "by the state components" },
	{ .why = "nor is one whose size is that of an area",
	  .leaf = 0xd,
	  .nr = 3,
	  .rows = { { { 7, 0x340, 0x340, 0 }, 0 },
		    { { 0xf, 0x340, 0, 0 }, 0 },
		    { { 0x100, 0x240, 0, 0 }, 0 } },
	  .subleaf = { 0, 1, 2 },
	  .note = "by the state components" },
	{ .why = "nor one with flags that could be a size, without offset",
	  .leaf = 0xd,
	  .nr = 3,
	  .rows = { { { 7, 0x340, 0x340, 0 }, 0 },
		    { { 8, 0, 0, 0 }, 0 },
		    { { 0x100, 0x240, 0, 0 }, 0 } },
	  .subleaf = { 0, 1, 2 },
	  .note = "by the state components" },
	{ .why = "the last component was left out",
	  .leaf = 0xd,
	  .nr = 3,
	  .rows = { { { 0x1f, 0x440, 0x440, 0 }, 0 },
		    { { 0xf, 0x440, 0x100, 0 }, 0 },
		    { { 0x100, 0x240, 0, 0 }, 0 } },
	  .subleaf = { 0, 1, 2 },
	  .note = "by the state components" },
	{ .why = "more rows than components: all sub-leaves were printed",
	  .leaf = 0xd,
	  .nr = 10,
	  .rows = { { { 0x207, 0x340, 0x988, 0 }, 0 },
		    { { 7, 0, 0, 0 }, 0 },
		    { { 0x100, 0x240, 0, 0 }, 0 },
		    { .said = 0 },
		    { .said = 0 },
		    { .said = 0 },
		    { .said = 0 },
		    { .said = 0 },
		    { .said = 0 },
		    { { 8, 0x980, 0, 0 }, 0 } },
	  .subleaf = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
	  .note = "in the order of the rows" },
	{ .why = "an empty leaf 0xD",
	  .leaf = 0xd,
	  .nr = 3,
	  .rows = { { .said = 0 }, { .said = 0 }, { .said = 0 } },
	  .subleaf = { 0, 1, 2 },
	  .note = "in the order of the rows" },
	{ .why = "cache allocation: bits 1 and 3 of EBX",
	  .leaf = 0x10,
	  .nr = 3,
	  .rows = { { { 0, 0xa, 0, 0 }, 0 },
		    { { 0xa, 0x600, 4, 0xf }, 0 },
		    { { 0x59, 0, 4, 7 }, 0 } },
	  .subleaf = { 0, 1, 3 },
	  .note = "by the mask in the first row" },
	{ .why = "the same with the sub-leaf that does not exist",
	  .leaf = 0x10,
	  .nr = 4,
	  .rows = { { { 0, 0xa, 0, 0 }, 0 },
		    { { 0xa, 0x600, 4, 0xf }, 0 },
		    { .said = 0 },
		    { { 0x59, 0, 4, 7 }, 0 } },
	  .subleaf = { 0, 1, 2, 3 },
	  .note = "in the order of the rows" },
	{ .why = "bit 2, and a row that cannot be that of sub-leaf 2",
	  .leaf = 0x10,
	  .nr = 2,
	  .rows = { { { 0, 4, 0, 0 }, 0 }, { .said = 0 } },
	  .subleaf = { 0, 1 },
	  .note = "in the order of the rows" },
	{ .why = "cache monitoring: bit 1 of EDX",
	  .leaf = 0xf,
	  .nr = 2,
	  .rows = { { { 0, 0x8f, 0, 2 }, 0 }, { { 0, 0x12000, 0x8f, 7 }, 0 } },
	  .subleaf = { 0, 1 },
	  .note = "by the mask in the first row" },
	{ .why = "performance monitoring: bits of EAX, of itself too",
	  .leaf = 0x23,
	  .nr = 3,
	  .rows = { { { 0xb, 0, 0, 0 }, 0 },
		    { { 0xff, 7, 0, 0 }, 0 },
		    { { 0x7f, 0, 0, 0 }, 0 } },
	  .subleaf = { 0, 1, 3 },
	  .note = "by the mask in the first row" },
	{ .why = "ECX does not matter to leaf 1",
	  .leaf = 1,
	  .nr = 2,
	  .rows = { { { 0x590, 0, 0, 0x237b }, 0 },
		    { { 0x590, 0, 0, 0x237b }, 0 } },
	  .subleaf = { 0, 0 },
	  .note = "Leaf 0x1 (line 100, 1 CPU): it has no sub-leaves and is "
		  "printed more than once: the first row counts." },
	{ .why = "one row lost its number",
	  .leaf = 0x14,
	  .nr = 2,
	  .rows = { { { 1, 0xf, 7, 0 }, 1 + 0 },
		    { { 0x02490002, 0x3f3fff, 0, 0 }, 0 } },
	  .subleaf = { 0, 1 },
	  .note = "in the order of the rows" },
};

static struct cpupolicy_record *infer(struct cpupolicy__printed *rows,
				      size_t nr)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	struct cpupolicy__infer state = { 0 };

	assert_non_null(record);
	assert_int_equal(cpupolicy__infer(&state, rows, nr), 0);
	assert_int_equal(cpupolicy__infer_end(&state, record), 0);
	return record;
}

static void sub_leaves_that_are_not_printed_are_inferred(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy__printed rows[12] = { 0 };
		struct cpupolicy_record *record;

		for (size_t n = 0; n < cases[i].nr; n++) {
			const struct printed *row = &cases[i].rows[n];

			rows[n] = (struct cpupolicy__printed){
				.row = { cases[i].leaf,
					 row->said ? row->said - 1 : 0,
					 row->regs[0], row->regs[1],
					 row->regs[2], row->regs[3] },
				.numbered = row->said != 0,
				.line = 100 + (int)n,
			};
		}
		record = infer(rows, cases[i].nr);
		for (size_t n = 0; n < cases[i].nr; n++)
			if (rows[n].row.subleaf != cases[i].subleaf[n])
				fail_msg("%s: row %zu is sub-leaf 0x%x",
					 cases[i].why, n,
					 (unsigned)rows[n].row.subleaf);
		if (record->nr_notes != (cases[i].note != NULL) ||
		    (cases[i].note && !strstr(record->notes[0], cases[i].note)))
			fail_msg("%s: %zu notes, %s", cases[i].why,
				 record->nr_notes,
				 record->nr_notes ? record->notes[0] : "none");
		cpupolicy_record_free(record);
	}
}

/* The rows of a leaf need not stand together. */
static void rows_of_other_leaves_do_not_count(void **state)
{
	struct cpupolicy__printed rows[] = {
		{ .row = { .leaf = 0, .eax = 0xd } },
		{ .row = { .leaf = 4, .eax = 0x121 } },
		{ .row = { .leaf = 0xb, .ecx = 0x100 } },
		{ .row = { .leaf = 4, .eax = 0x122 } },
		{ .row = { .leaf = 0xb, .ecx = 0x201 } },
		{ .row = { .leaf = 4, .eax = 0x143 } },
	};
	const uint32_t expected[] = { 0, 0, 0, 1, 1, 2 };
	struct cpupolicy_record *record = infer(rows, COUNT(rows));

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(rows[i].row.subleaf, expected[i]);
	assert_int_equal(record->nr_notes, 2);
	cpupolicy_record_free(record);
}

/* One note for a leaf, however many CPUs; and not one for each of many. */
static void notes_are_few(void **state)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	struct cpupolicy__infer infer = { 0 };

	(void)state;
	assert_non_null(record);
	for (int cpu = 0; cpu < 8; cpu++) {
		struct cpupolicy__printed rows[100] = { 0 };

		for (uint32_t i = 0; i < 100; i++) {
			rows[i].row.leaf = 0x100 + i / 2;
			rows[i].line = 1 + (int)i;
		}
		assert_int_equal(cpupolicy__infer(&infer, rows, 100), 0);
	}
	assert_int_equal(cpupolicy__infer_end(&infer, record), 0);
	assert_int_equal(record->nr_notes, 33);
	assert_string_equal(record->notes[31],
			    "Leaf 0x11f (line 63, 8 CPUs): its sub-leaves are "
			    "not printed: they are numbered in the order of "
			    "the rows.");
	assert_string_equal(record->notes[32],
			    "Sub-leaves that are not printed were numbered in "
			    "144 more places.");
	cpupolicy_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_leaves_that_are_not_printed_are_inferred),
		cmocka_unit_test(rows_of_other_leaves_do_not_count),
		cmocka_unit_test(notes_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
