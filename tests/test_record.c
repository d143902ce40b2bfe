/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/host.h"

/* A small Intel CPU with room to differ; "hypervisor" is bit 31 of 1.ECX. */
static const struct cpupolicy_row plain[] = {
	{ 0x0, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 0x1, 0, 0x000306a9, 0x00100800, 0x7fbae3ff, 0xbfebfbff },
	{ 0x3, 0, 0, 0, 0, 0 },
	{ 0xb, 0, 1, 2, 0x100, 0 },
	{ 0xd, 0, 7, 0x340, 0x340, 0 },
	{ 0x80000002, 0, 0x20202020, 0x65746e49, 0x6f43206c, 0x07206572 },
	{ 0x80000003, 0, 0x00006900, 0x6b6e756a, 0x6b6e756a, 0x6b6e756a },
	{ 0x80000004, 0, 0x6b6e756a, 0, 0, 0 },
};
enum { NR = sizeof(plain) / sizeof(plain[0]) };

static struct cpupolicy_record *new_record(void)
{
	struct cpupolicy_record *record = cpupolicy_record_new();

	assert_non_null(record);
	return record;
}

/* Add a CPU that is plain but for one row. */
static void add(struct cpupolicy_record *record, uint32_t cpu,
		const struct cpupolicy_row *other)
{
	struct cpupolicy_row rows[NR];

	memcpy(rows, plain, sizeof(rows));
	for (size_t i = 0; other && i < NR; i++)
		if (rows[i].leaf == other->leaf)
			rows[i] = *other;
	assert_int_equal(
		cpupolicy_record_add_cpu(record, cpu, rows, NR, NULL, 0), 0);
}

static void cpus_that_differ_by_nature_are_one_core(void **state)
{
	static const struct {
		const char *why;
		struct cpupolicy_row row;
		size_t cores;
	} cases[] = {
		{ "the same", { 0x3, 0, 0, 0, 0, 0 }, 1 },
		{ "APIC id",
		  { 0x1, 0, 0x000306a9, 0x07100800, 0x7fbae3ff, 0xbfebfbff },
		  1 },
		{ "OSXSAVE",
		  { 0x1, 0, 0x000306a9, 0x00100800, 0x77bae3ff, 0xbfebfbff },
		  1 },
		{ "serial number", { 0x3, 0, 0, 0, 0x1234, 0x5678 }, 1 },
		{ "topology", { 0xb, 0, 1, 2, 0x100, 9 }, 1 },
		{ "state size in use", { 0xd, 0, 7, 0x240, 0x340, 0 }, 1 },
		{ "a feature (AVX)",
		  { 0x1, 0, 0x000306a9, 0x00100800, 0x6fbae3ff, 0xbfebfbff },
		  2 },
		{ "another CLFLUSH size",
		  { 0x1, 0, 0x000306a9, 0x00100400, 0x7fbae3ff, 0xbfebfbff },
		  2 },
		{ "largest state size", { 0xd, 0, 7, 0x340, 0x440, 0 }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_record *record = new_record();

		add(record, 0, NULL);
		add(record, 1, &cases[i].row);
		if (record->nr_cores != cases[i].cores)
			fail_msg("%s: %zu cores, expected %zu", cases[i].why,
				 record->nr_cores, cases[i].cores);
		cpupolicy_record_free(record);
	}
}

static void other_msrs_or_other_rows_are_another_core(void **state)
{
	const struct cpupolicy_msr msr = { .index = 0x10a, .value = 1 };
	struct cpupolicy_record *record = new_record();

	(void)state;
	add(record, 0, NULL);
	assert_int_equal(
		cpupolicy_record_add_cpu(record, 1, plain, NR, &msr, 1), 0);
	assert_int_equal(
		cpupolicy_record_add_cpu(record, 2, plain, NR - 1, NULL, 0), 0);
	assert_int_equal(
		cpupolicy_record_add_cpu(record, 3, plain, NR, &msr, 1), 0);
	assert_int_equal(record->nr_cores, 3);
	assert_string_equal(record->cores[1].cpus, "1,3");
	cpupolicy_record_free(record);
}

static void lists_of_cpus_are_short(void **state)
{
	static const uint32_t cpus[] = { 0, 1, 2, 3, 7, 9, 10, 11, 64 };
	struct cpupolicy_record *record = new_record();

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++)
		add(record, cpus[i], NULL);
	assert_int_equal(record->nr_cores, 1);
	assert_int_equal(record->cores[0].nr_cpus, 9);
	assert_string_equal(record->cores[0].cpus, "0-3,7,9-11,64");
	assert_int_equal(cpupolicy__cpus_parse(record->cores[0].cpus), 9);
	cpupolicy_record_free(record);
}

static void a_list_of_cpus_is_checked(void **state)
{
	static const struct {
		const char *text;
		uint32_t nr;
	} cases[] = {
		{ "0", 1 },	      { "0-7,16-23", 16 },
		{ "5-5", 1 },	      { "65535", 1 },
		{ "0-65535", 65536 }, { "", 0 },
		{ "65536", 0 },	      { "3-1", 0 },
		{ "1,1", 0 },	      { "2,1", 0 },
		{ "1,", 0 },	      { ",1", 0 },
		{ "1-", 0 },	      { "-1", 0 },
		{ "1 2", 0 },	      { "0x1", 0 },
		{ "0-3,2-5", 0 },     { "a", 0 },
		{ "4294967296", 0 },  { "99999999999999999999", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (cpupolicy__cpus_parse(cases[i].text) != cases[i].nr)
			fail_msg("'%s' gives %u, expected %u", cases[i].text,
				 cpupolicy__cpus_parse(cases[i].text),
				 cases[i].nr);
}

static void a_brand_is_trimmed_and_safe_to_print(void **state)
{
	struct cpupolicy_record *record = new_record();
	char brand[64];

	(void)state;
	add(record, 0, NULL);
	cpupolicy_core_brand(brand, &record->cores[0]);
	/* blanks in front, a bell inside, junk behind the first NUL */
	assert_string_equal(brand, "Intel Core ?");
	record->cores[0].nr_rows = 5;
	cpupolicy_core_brand(brand, &record->cores[0]);
	assert_string_equal(brand, "");
	cpupolicy_record_free(record);
}

static void a_brand_of_48_characters_without_nul_fits(void **state)
{
	struct cpupolicy_row rows[3];
	struct cpupolicy_core core = { .rows = rows, .nr_rows = 3 };
	char brand[64];

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		rows[i] = (struct cpupolicy_row){
			0x80000002 + i, 0,	    0x41414141,
			0x41414141,	0x41414141, 0x41414141,
		};
	cpupolicy_core_brand(brand, &core);
	assert_int_equal(strlen(brand), 48);
}

static void guests_are_told_from_machines(void **state)
{
	/* IDT Samuel: leftovers in ECX of leaf 1 look like a hypervisor */
	static const struct cpupolicy_row samuel[] = {
		{ 0, 0, 1, 0x746e6543, 0x736c7561, 0x48727561 },
		{ 1, 0, 0x660, 0, 0xffffffff, 0x808035 },
		{ 0x80000001, 0, 0x660, 0, 0, 0x808035 },
	};
	static const struct cpupolicy_row root[] = {
		{ 0, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 0x40000000, 0, 0x4000000a, 0x7263694d, 0x666f736f,
		  0x76482074 },
		{ 0x40000003, 0, 0xbfff, 0x2bb9ff, 0, 0 },
	};
	static const struct cpupolicy_row guest = { 0x1,	0,
						    0x000306a9, 0x00100800,
						    0xffbae3ff, 0xbfebfbff };
	struct cpupolicy_record *record = new_record();

	(void)state;
	add(record, 0, NULL);
	assert_false(cpupolicy_record_is_guest(record));
	assert_true(cpupolicy_record_virtualization(record));
	cpupolicy_record_free(record);

	record = new_record();
	add(record, 0, &guest);
	assert_true(cpupolicy_record_is_guest(record));
	cpupolicy_record_free(record);

	record = new_record();
	cpupolicy_record_add_cpu(record, 0, root, 3, NULL, 0);
	assert_true(cpupolicy_record_is_guest(record));
	assert_true(cpupolicy_record_is_root_partition(record));
	cpupolicy_record_free(record);

	record = new_record();
	cpupolicy_record_add_cpu(record, 0, root, 2, NULL, 0);
	assert_false(cpupolicy_record_is_root_partition(record));
	cpupolicy_record_free(record);

	record = new_record();
	assert_false(cpupolicy_record_is_root_partition(record));
	cpupolicy_record_add_cpu(record, 0, samuel, 3, NULL, 0);
	assert_false(cpupolicy_record_is_guest(record));
	assert_false(cpupolicy_record_virtualization(record));
	cpupolicy_record_free(record);
}

static void notes_and_names_are_safe_to_print(void **state)
{
	struct cpupolicy_record *record = new_record();

	(void)state;
	assert_int_equal(cpupolicy_record_note(record, "a%sb", "\033[31m\xff"),
			 0);
	assert_string_equal(record->notes[0], "a?[31m?b");
	assert_int_equal(
		cpupolicy__set_string(&record->name,
				      "K\xc3\xb6ln\xc2\x9b\xed\xa0\x80"),
		0);
	assert_string_equal(record->name, "K\xc3\xb6ln?????");
	cpupolicy_record_free(record);
}

struct seen {
	unsigned differ, other;
	bool avx;
};

static void look(void *arg, const struct cpupolicy_finding *finding)
{
	struct seen *seen = arg;

	if (finding->code == CPUPOLICY_F_CORES_DIFFER) {
		seen->differ++;
		if (finding->field && !strcmp(finding->field->name, "avx") &&
		    finding->index == 0)
			seen->avx = true;
	} else {
		seen->other++;
	}
}

static void a_machine_offers_what_all_its_cores_offer(void **state)
{
	static const struct cpupolicy_row no_avx = { 0x1,	 0,
						     0x000306a9, 0x00100800,
						     0x6fbae3ff, 0xbfebfbff };
	struct cpupolicy_record *record = new_record();
	struct cpupolicy_policy one, all;
	struct cpupolicy_error error;
	struct seen seen = { 0 };
	cpupolicy_feature avx;

	(void)state;
	cpupolicy_feature_parse(&avx, "avx", 3);
	add(record, 0, NULL);
	assert_int_equal(cpupolicy_record_hostset(&one, record, NULL, look,
						  &seen, &error),
			 0);
	assert_true(cpupolicy_policy_has(&one, avx));
	assert_int_equal(seen.differ, 0);
	add(record, 1, &no_avx);
	assert_int_equal(cpupolicy_record_hostset(&all, record, NULL, look,
						  &seen, &error),
			 0);
	assert_false(cpupolicy_policy_has(&all, avx));
	assert_true(seen.avx);
	assert_int_equal(cpupolicy_check(&all, &one, NULL, NULL) ==
				 CPUPOLICY_DOES_NOT_FIT,
			 false);
	cpupolicy_record_free(record);
}

static void a_core_without_leaf_0_or_no_core_has_no_host_set(void **state)
{
	struct cpupolicy_record *record = new_record();
	struct cpupolicy_policy policy;
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(cpupolicy_record_hostset(&policy, record, NULL, NULL,
						  NULL, &error),
			 CPUPOLICY_E_INVALID);
	assert_non_null(strstr(error.text, "no CPU"));
	cpupolicy_record_add_cpu(record, 4, plain + 1, NR - 1, NULL, 0);
	assert_int_equal(cpupolicy_record_hostset(&policy, record, NULL, NULL,
						  NULL, &error),
			 CPUPOLICY_E_INVALID);
	assert_non_null(
		strstr(error.text, "CPU 4: there is no row for leaf 0"));
	cpupolicy_record_free(record);
}

static void a_machine_of_two_makers_has_no_host_set(void **state)
{
	static const struct cpupolicy_row amd = { 0,	      0,
						  0xd,	      0x68747541,
						  0x444d4163, 0x69746e65 };
	struct cpupolicy_record *record = new_record();
	struct cpupolicy_policy policy;
	struct cpupolicy_error error;

	(void)state;
	add(record, 0, NULL);
	add(record, 1, &amd);
	assert_int_equal(cpupolicy_record_hostset(&policy, record, NULL, NULL,
						  NULL, &error),
			 CPUPOLICY_E_VENDOR);
	assert_int_equal(error.status, CPUPOLICY_E_VENDOR);
	cpupolicy_record_free(record);
}

static void a_record_says_what_its_clock_does(void **state)
{
	static const struct {
		const char *why;
		struct cpupolicy_row rows[3];
		struct cpupolicy_msr msr;
		struct cpupolicy_clock clock;
	} cases[] = {
		{ "24 MHz * 176 / 2",
		  { { .eax = 0x16 },
		    { .leaf = 0x15, .eax = 2, .ebx = 176, .ecx = 24000000 } },
		  { 0 },
		  { 2112000, false } },
		{ "the crystal's frequency is not told",
		  { { .eax = 0x16 }, { .leaf = 0x15, .eax = 2, .ebx = 176 } },
		  { 0 },
		  { 0, false } },
		{ "the leaf is above the highest",
		  { { .eax = 0xd },
		    { .leaf = 0x15, .eax = 2, .ebx = 176, .ecx = 24000000 } },
		  { 0 },
		  { 0, false } },
		{ "no number is as large",
		  { { .eax = 0x16 },
		    { .leaf = 0x15,
		      .eax = 1,
		      .ebx = 0xffffffff,
		      .ecx = 0xffffffff } },
		  { 0 },
		  { 0, false } },
		{ "a hypervisor tells its guest",
		  { { .eax = 0xd },
		    { .leaf = 0x40000000, .eax = 0x40000010, .ebx = 1 },
		    { .leaf = 0x40000010, .eax = 2500000 } },
		  { 0 },
		  { 2500000, false } },
		{ "VMX can scale",
		  { { .eax = 0xd } },
		  { .index = 0x48b, .value = UINT64_C(1) << 57 },
		  { 0, true } },
		{ "SVM can scale",
		  { { .eax = 0xd },
		    { .leaf = 0x80000000, .eax = 0x8000000a },
		    { .leaf = 0x8000000a, .edx = 0x10 } },
		  { 0 },
		  { 0, true } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_row rows[3];
		struct cpupolicy_msr msr = cases[i].msr;
		struct cpupolicy_core core = { .rows = rows, .nr_rows = 3 };
		struct cpupolicy_record record = { .cores = &core,
						   .nr_cores = 1 };
		struct cpupolicy_clock clock;

		memcpy(rows, cases[i].rows, sizeof(rows));
		core.msrs = &msr;
		core.nr_msrs = msr.index != 0;
		cpupolicy_record_clock(&clock, &record);
		if (clock.tsc_khz != cases[i].clock.tsc_khz ||
		    clock.scales != cases[i].clock.scales)
			fail_msg("%s: %u kHz", cases[i].why, clock.tsc_khz);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpus_that_differ_by_nature_are_one_core),
		cmocka_unit_test(other_msrs_or_other_rows_are_another_core),
		cmocka_unit_test(lists_of_cpus_are_short),
		cmocka_unit_test(a_list_of_cpus_is_checked),
		cmocka_unit_test(a_brand_is_trimmed_and_safe_to_print),
		cmocka_unit_test(a_brand_of_48_characters_without_nul_fits),
		cmocka_unit_test(guests_are_told_from_machines),
		cmocka_unit_test(notes_and_names_are_safe_to_print),
		cmocka_unit_test(a_machine_offers_what_all_its_cores_offer),
		cmocka_unit_test(
			a_core_without_leaf_0_or_no_core_has_no_host_set),
		cmocka_unit_test(a_machine_of_two_makers_has_no_host_set),
		cmocka_unit_test(a_record_says_what_its_clock_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
