/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <sched.h>
#include <string.h>
#include <cmocka.h>

#include "host/host.h"

/* A CPU that answers from a list, and otherwise as @usual says. */
struct fake {
	const struct cpupolicy_row *rows;
	size_t nr_rows;
	struct cpupolicy_row usual;
	unsigned asked;
};

static void answer(void *arg, struct cpupolicy_row *row)
{
	struct fake *fake = arg;

	fake->asked++;
	for (size_t i = 0; i < fake->nr_rows; i++) {
		const struct cpupolicy_row *known = &fake->rows[i];

		if (known->leaf != row->leaf || known->subleaf != row->subleaf)
			continue;
		*row = *known;
		return;
	}
	row->eax = fake->usual.eax;
	row->ebx = fake->usual.ebx;
	row->ecx = fake->usual.ecx;
	row->edx = fake->usual.edx;
}

static bool walked(const struct cpupolicy__rows *rows, uint32_t leaf,
		   uint32_t subleaf)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].leaf == leaf &&
		    rows->row[i].subleaf == subleaf)
			return true;
	return false;
}

static const struct {
	const char *why;
	uint32_t leaf, subleaf;
	bool walked;
} walks[] = {
	{ "the last basic leaf", 0x20, 0, true },
	{ "past it", 0x21, 0, false },
	{ "caches end with type 0", 0x4, 2, true },
	{ "past the end", 0x4, 3, false },
	{ "the last sub-leaf of 7", 0x7, 2, true },
	{ "past it", 0x7, 3, false },
	{ "levels end with type 0", 0xb, 2, true },
	{ "past the end", 0xb, 3, false },
	{ "x87 has no sub-leaf, 1 is another thing", 0xd, 1, true },
	{ "AVX", 0xd, 2, true },
	{ "not in XCR0", 0xd, 3, false },
	{ "Hi16_ZMM", 0xd, 7, true },
	{ "CET_U, from XSS", 0xd, 11, true },
	{ "LWP, bit 62", 0xd, 62, true },
	{ "bit 63 is no component", 0xd, 63, false },
	{ "L3 monitoring", 0xf, 1, true },
	{ "resource 1", 0x10, 1, true },
	{ "resource 2 is absent", 0x10, 2, false },
	{ "resource 3", 0x10, 3, true },
	{ "one EPC section", 0x12, 2, true },
	{ "the invalid one behind it", 0x12, 3, true },
	{ "past it", 0x12, 4, false },
	{ "trace", 0x14, 1, true },
	{ "leaves without sub-leaves", 0x6, 1, false },
	{ "KVM's section", 0x40000001, 0, true },
	{ "past it", 0x40000002, 0, false },
	{ "Xen's, behind it", 0x40000100, 0, true },
	{ "Xen's time", 0x40000103, 2, true },
	{ "no section there", 0x40000200, 0, false },
	{ "the last extended leaf", 0x80000008, 0, true },
	{ "past it", 0x80000009, 0, false },
	{ "no Transmeta leaves", 0x80860000, 0, false },
	{ "no Centaur leaves", 0xc0000000, 0, false },
};

static void every_leaf_and_sub_leaf_is_walked_and_no_more(void **state)
{
	static const struct cpupolicy_row cpu[] = {
		{ 0x0, 0, 0x20, 0, 0, 0 },
		{ 0x1, 0, 0, 0, 0x80000000, 0 },
		{ 0x3, 0, 0, 0, 0x1234, 0x5678 },
		{ 0x4, 0, 0x121, 0, 0, 0 },
		{ 0x4, 1, 0x122, 0, 0, 0 },
		{ 0x7, 0, 2, 0, 0, 0 },
		{ 0xb, 0, 1, 1, 0x100, 0 },
		{ 0xb, 1, 4, 4, 0x201, 0 },
		{ 0xd, 0, 0xe7, 0, 0, 0x40000000 },
		{ 0xd, 1, 0xf, 0, 0x1800, 0 },
		{ 0xf, 0, 0, 0, 0, 2 },
		{ 0x10, 0, 0, 0xa, 0, 0 },
		{ 0x12, 2, 1, 0, 0, 0 },
		{ 0x14, 0, 1, 0, 0, 0 },
		{ 0x40000000, 0, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d },
		{ 0x40000100, 0, 0x40000103, 0x566e6558, 0x65584d4d,
		  0x4d4d566e },
		{ 0x80000000, 0, 0x80000008, 0, 0, 0 },
	};
	struct fake fake = { cpu, sizeof(cpu) / sizeof(cpu[0]), { 0 }, 0 };
	struct cpupolicy__rows rows = { 0 };

	(void)state;
	assert_int_equal(cpupolicy__walk(&rows, answer, &fake), 0);
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++)
		if (walked(&rows, walks[i].leaf, walks[i].subleaf) !=
		    walks[i].walked)
			fail_msg("%s: %x.%u", walks[i].why, walks[i].leaf,
				 walks[i].subleaf);
	for (size_t i = 0; i < rows.nr; i++)
		if (rows.row[i].leaf == 3)
			assert_int_equal(rows.row[i].ecx | rows.row[i].edx, 0);
	cpupolicy__rows_clear(&rows);
}

static void ranges_that_only_echo_are_not_there(void **state)
{
	/* Intel answers leaves it lacks with its highest basic one */
	static const struct cpupolicy_row cpu[] = {
		{ 0x0, 0, 2, 0, 0, 0 },
		{ 0x1, 0, 0, 0, 0x80000000, 0 },
	};
	struct fake fake = { cpu, 2, { 0, 0, 0x03020101, 1, 2, 3 }, 0 };
	struct cpupolicy__rows rows = { 0 };

	(void)state;
	assert_int_equal(cpupolicy__walk(&rows, answer, &fake), 0);
	assert_int_equal(rows.nr, 3);
	cpupolicy__rows_clear(&rows);
}

static void a_cpu_without_end_is_cut_short(void **state)
{
	static const struct {
		const char *why;
		struct cpupolicy_row usual;
	} cases[] = {
		{ "all ones",
		  { 0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff } },
		{ "endless leaves and levels",
		  { 0, 0, 0xffff, 0xffffffff, 0xffffffff, 0xffffffff } },
		{ "a section everywhere",
		  { 0, 0, 0x400000ff, 0x566e6558, 0xffffffff, 0xffffffff } },
		{ "nothing at all", { 0, 0, 0, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake fake = { NULL, 0, cases[i].usual, 0 };
		struct cpupolicy__rows rows = { 0 };
		int status = cpupolicy__walk(&rows, answer, &fake);

		if (status < 0)
			assert_int_equal(status, CPUPOLICY_E_RANGE);
		assert_in_range(rows.nr, 1, CPUPOLICY__MAX_ROWS);
		assert_in_range(fake.asked, 1, 20000);
		cpupolicy__rows_clear(&rows);
	}
}

static void this_machine_can_be_recorded(void **state)
{
	struct cpupolicy_record *record = NULL;
	cpu_set_t before, after;
	struct cpupolicy_error error;
	uint32_t nr = 0;
	int status;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	status = cpupolicy_record_probe(&record, &error);
	if (status == CPUPOLICY_E_UNSUPPORTED)
		skip();
	assert_int_equal(status, 0);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	for (size_t i = 0; i < record->nr_cores; i++) {
		const struct cpupolicy_row *row;

		nr += record->cores[i].nr_cpus;
		row = cpupolicy_core_row(&record->cores[i], 0, 0);
		assert_non_null(row);
		assert_true(row->ebx != 0);
		row = cpupolicy_core_row(&record->cores[i], 3, 0);
		assert_true(!row || !(row->ecx | row->edx));
	}
	assert_int_equal(nr, CPU_COUNT(&before));
	assert_string_equal(record->how, "CPUID instruction");
	assert_non_null(record->tool);
	assert_non_null(record->kernel);
	assert_int_equal(strlen(record->date), 10);
	cpupolicy_record_free(record);
}

static void the_instruction_and_the_record_agree(void **state)
{
	struct cpupolicy_record *record = NULL;
	struct cpupolicy_row row = { .leaf = 0 };
	struct cpupolicy_error error;

	(void)state;
	if (cpupolicy_record_probe(&record, &error) < 0)
		skip();
	cpupolicy__cpuid(NULL, &row);
	assert_memory_equal(&row, cpupolicy_core_row(&record->cores[0], 0, 0),
			    sizeof(row));
	cpupolicy_record_free(record);
}

static void kvm_is_recorded_or_its_absence_is_explained(void **state)
{
	struct cpupolicy_record *record = NULL;
	struct cpupolicy_error error;
	int status = cpupolicy_record_probe_kvm(&record, &error);

	(void)state;
	if (status < 0) {
		assert_int_equal(error.status, status);
		assert_true(strlen(error.text) > 0);
		return;
	}
	assert_int_equal(record->nr_cores, 1);
	assert_non_null(cpupolicy_core_row(&record->cores[0], 0, 0));
	assert_string_equal(record->how, "KVM_GET_SUPPORTED_CPUID");
	/* sub-leaf numbers are kept only where ECX matters */
	for (size_t i = 0; i < record->cores[0].nr_rows; i++)
		if (record->cores[0].rows[i].leaf == 1)
			assert_int_equal(record->cores[0].rows[i].subleaf, 0);
	cpupolicy_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_leaf_and_sub_leaf_is_walked_and_no_more),
		cmocka_unit_test(ranges_that_only_echo_are_not_there),
		cmocka_unit_test(a_cpu_without_end_is_cut_short),
		cmocka_unit_test(this_machine_can_be_recorded),
		cmocka_unit_test(the_instruction_and_the_record_agree),
		cmocka_unit_test(kvm_is_recorded_or_its_absence_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
