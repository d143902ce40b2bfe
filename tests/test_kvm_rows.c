// SPDX-License-Identifier: MIT
/*
 * test_kvm_rows.c - reading tables of KVM's entries.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "remarks.h"
#include "support.h"

#define NEXT (KVM_CPUID_FLAG_STATEFUL_FUNC | KVM_CPUID_FLAG_STATE_READ_NEXT)

/* Which entries are odd, each with the one thing that is. */
static const struct {
	const char *why;
	struct kvm_cpuid_entry2 entry[4];
	size_t nr;
	int what;		  /* of the last entry; 0: nothing is odd */
	struct cpupolicy_row row; /* one that must be there */
	int rows;
} tables[] = {
	{
		.why = "unsorted, as KVM's own are",
		.entry = { { .function = 7, .flags = FLAG, .ebx = 1 },
			   { .function = 0x80000000, .eax = 0x80000008 },
			   { .function = 0x40000000, .eax = 0x40000001 },
			   { .function = 0, .eax = 7 } },
		.nr = 4,
		.row = { .leaf = 0, .eax = 7 },
		.rows = 4,
	},
	{
		.why = "twice the same",
		.entry = { { .function = 1, .ecx = 5 },
			   { .function = 1, .ecx = 5 } },
		.nr = 2,
		.what = CPUPOLICY_KVM_REPEATED,
		.row = { .leaf = 1, .ecx = 5 },
		.rows = 1,
	},
	{
		.why = "twice and not the same: KVM finds the first",
		.entry = { { .function = 1, .ecx = 5 },
			   { .function = 1, .ecx = 7 } },
		.nr = 2,
		.what = CPUPOLICY_KVM_CONTRADICTED,
		.row = { .leaf = 1, .ecx = 5 },
		.rows = 1,
	},
	{
		.why = "leaf 2, as old kernels wrote it",
		.entry = { { .function = 2, .flags = NEXT, .eax = 2 },
			   { .function = 2, .flags = NEXT, .eax = 3 } },
		.nr = 2,
		.what = CPUPOLICY_KVM_STATEFUL,
		.row = { .leaf = 2, .eax = 2 },
		.rows = 1,
	},
	{
		.why = "an index that KVM ignores, at a leaf with sub-leaves",
		.entry = { { .function = 4, .flags = FLAG, .eax = 1 },
			   { .function = 0xd, .index = 2, .eax = 256 } },
		.nr = 2,
		.what = CPUPOLICY_KVM_INDEX,
		.row = { .leaf = 0xd, .subleaf = 2, .eax = 256 },
		.rows = 2,
	},
	{
		.why = "an index that means nothing",
		.entry = { { .function = 1, .index = 3, .eax = 256 } },
		.nr = 1,
		.what = CPUPOLICY_KVM_INDEX,
		.row = { .leaf = 1, .eax = 256 },
		.rows = 1,
	},
	{
		.why = "one answer to every sub-leaf",
		.entry = { { .function = 4, .eax = 0x121 } },
		.nr = 1,
		.what = CPUPOLICY_KVM_NO_FLAG,
		.row = { .leaf = 4, .eax = 0x121 },
		.rows = 1,
	},
	{
		.why = "the same of zeros is what absence means, and KVM does",
		.entry = { { .function = 0, .eax = 0x1b },
			   { .function = 0x1b } },
		.nr = 2,
		.row = { .leaf = 0x1b },
		.rows = 2,
	},
	{
		.why = "leaf 1 for ECX 0 alone",
		.entry = { { .function = 1, .flags = FLAG, .eax = 9 } },
		.nr = 1,
		.what = CPUPOLICY_KVM_FLAG,
		.row = { .leaf = 1, .eax = 9 },
		.rows = 1,
	},
	{
		.why = "Xen's leaves may have sub-leaves: nobody knows them "
		       "all",
		.entry = { { .function = 0x40000103,
			     .index = 1,
			     .flags = FLAG,
			     .eax = 9 } },
		.nr = 1,
		.row = { .leaf = 0x40000103, .subleaf = 1, .eax = 9 },
		.rows = 1,
	},
	{
		.why = "both forms of one leaf",
		.entry = { { .function = 0xb },
			   { .function = 0xb,
			     .index = 1,
			     .flags = FLAG,
			     .ebx = 2 } },
		.nr = 2,
		.what = CPUPOLICY_KVM_BOTH,
		.row = { .leaf = 0xb, .subleaf = 1, .ebx = 2 },
		.rows = 2,
	},
	{
		.why = "a flag of the future",
		.entry = { { .function = 1, .flags = 8, .eax = 1 } },
		.nr = 1,
		.what = CPUPOLICY_KVM_BAD_FLAGS,
		.row = { .leaf = 1, .eax = 1 },
		.rows = 1,
	},
	{
		.why = "memory that was not cleared",
		.entry = { { .function = 1,
			     .eax = 1,
			     .padding = { 0, 0, 1 } } },
		.nr = 1,
		.what = CPUPOLICY_KVM_PADDING,
		.row = { .leaf = 1, .eax = 1 },
		.rows = 1,
	},
	{
		.why = "a serial number is nobody's business",
		.entry = { { .function = 0, .eax = 3 },
			   { .function = 3, .ecx = 0x1234 } },
		.nr = 2,
		.row = { .leaf = 3 },
		.rows = 2,
	},
};

static void a_table_is_sorted_and_folded_and_its_flaws_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tables); i++) {
		struct cpupolicy_row rows[4], *row = NULL;
		struct remarks remarks = { 0 };
		int nr =
			cpupolicy_kvm_rows(rows, 4, tables[i].entry,
					   tables[i].nr, hear_remark, &remarks);

		if (nr != tables[i].rows)
			fail_msg("%s: %d rows", tables[i].why, nr);
		for (int j = 0; j < nr; j++) {
			if (rows[j].leaf == tables[i].row.leaf &&
			    rows[j].subleaf == tables[i].row.subleaf)
				row = &rows[j];
			if (j && rows[j - 1].leaf > rows[j].leaf)
				fail_msg("%s: not sorted", tables[i].why);
		}
		if (!row || memcmp(row, &tables[i].row, sizeof(*row)) != 0)
			fail_msg("%s: another row", tables[i].why);
		if (remarks.nr != (tables[i].what ? 1 : 0))
			fail_msg("%s: %zu remarks", tables[i].why, remarks.nr);
		if (remarks.nr &&
		    ((int)remarks.item[0].what != tables[i].what ||
		     remarks.item[0].entry != tables[i].nr - 1))
			fail_msg("%s: %s", tables[i].why,
				 cpupolicy_kvm_what_text(remarks.item[0].what));
	}
}

static void a_table_that_says_nothing_is_no_answer(void **state)
{
	struct kvm_cpuid_entry2 zero[100] = { 0 };
	struct cpupolicy_row rows[100];

	(void)state;
	assert_int_equal(cpupolicy_kvm_rows(rows, 100, zero, 0, NULL, NULL),
			 CPUPOLICY_E_EMPTY);
	assert_int_equal(cpupolicy_kvm_rows(rows, 100, zero, 100, NULL, NULL),
			 CPUPOLICY_E_EMPTY);
}

static void the_limits_of_kernels_are_told_and_room_is_kept(void **state)
{
	static const struct {
		size_t nr;
		int what;
	} sizes[] = {
		{ 80, 0 },
		{ 81, CPUPOLICY_KVM_MANY },
		{ 256, CPUPOLICY_KVM_MANY },
		{ 257, CPUPOLICY_KVM_TOO_MANY },
		{ 4096, CPUPOLICY_KVM_TOO_MANY },
	};
	struct kvm_cpuid_entry2 *entries = calloc(4097, sizeof(*entries));
	struct cpupolicy_row *rows = calloc(4097, sizeof(*rows));

	(void)state;
	for (uint32_t i = 0; i < 4097; i++) {
		entries[i].function = 0x50000000 + i;
		entries[i].eax = 1;
	}
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct remarks remarks = { 0 };

		assert_int_equal(cpupolicy_kvm_rows(rows, sizes[i].nr, entries,
						    sizes[i].nr, hear_remark,
						    &remarks),
				 sizes[i].nr);
		assert_int_equal(remarks.nr, sizes[i].what ? 1 : 0);
		if (remarks.nr)
			assert_int_equal(remarks.item[0].what, sizes[i].what);
		assert_int_equal(cpupolicy_kvm_rows(rows, sizes[i].nr - 1,
						    entries, sizes[i].nr, NULL,
						    NULL),
				 CPUPOLICY_E_SPACE);
	}
	assert_int_equal(
		cpupolicy_kvm_rows(rows, 4097, entries, 4097, NULL, NULL),
		CPUPOLICY_E_RANGE);
	free(rows);
	free(entries);
}

static const struct {
	const char *why;
	uint32_t nent, padding;
	size_t size;
	int status;
} images[] = {
	{ "one entry", 1, 0, 48, 1 },
	{ "no table at all", 1, 0, 0, CPUPOLICY_E_TRUNCATED },
	{ "half a header", 1, 0, 7, CPUPOLICY_E_TRUNCATED },
	{ "no entries", 0, 0, 8, CPUPOLICY_E_EMPTY },
	{ "more announced than there", 2, 0, 48, CPUPOLICY_E_TRUNCATED },
	{ "the last byte is missing", 1, 0, 47, CPUPOLICY_E_TRUNCATED },
	{ "a byte too many", 1, 0, 49, CPUPOLICY_E_TRAILING },
	{ "room that was never filled", 1, 0, 88, CPUPOLICY_E_TRAILING },
	{ "all ones", UINT32_MAX, 0, 88, CPUPOLICY_E_RANGE },
	{ "times 40 is 0 in 32 bits", 0x20000000, 0, 8, CPUPOLICY_E_RANGE },
	{ "times 40 is 40 in 32 bits", 0x60000001, 0, 48, CPUPOLICY_E_RANGE },
	{ "padding", 1, 1, 48, 1 },
};

static void a_table_in_memory_is_not_trusted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(images); i++) {
		const struct kvm_cpuid_entry2 one = { .eax = 13 };
		unsigned char whole[88] = { 0 }, *copy;
		struct remarks remarks = { 0 };
		struct cpupolicy_row rows[2];

		memcpy(whole, &images[i].nent, 4);
		memcpy(whole + 4, &images[i].padding, 4);
		memcpy(whole + 8, &one, sizeof(one));
		copy = malloc(images[i].size + 1);
		memcpy(copy + 1, whole, images[i].size);
		if (cpupolicy_kvm_table_rows(rows, 2, copy + 1, images[i].size,
					     hear_remark,
					     &remarks) != images[i].status)
			fail_msg("%s", images[i].why);
		assert_int_equal(remarks.nr, images[i].padding);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_table_is_sorted_and_folded_and_its_flaws_are_told),
		cmocka_unit_test(a_table_that_says_nothing_is_no_answer),
		cmocka_unit_test(
			the_limits_of_kernels_are_told_and_room_is_kept),
		cmocka_unit_test(a_table_in_memory_is_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
