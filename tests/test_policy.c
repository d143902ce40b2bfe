/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy, other;

static void an_empty_policy_promises_nothing(void **state)
{
	struct cpupolicy_row row;
	struct cpupolicy_msr msr;
	uint32_t rows = 0, msrs = 0;

	(void)state;
	memset(&policy, 0xff, sizeof(policy));
	cpupolicy_policy_clear(&policy);
	while (cpupolicy_policy_row_at(&row, &policy, rows)) {
		assert_int_equal(row.eax | row.ebx | row.ecx | row.edx, 0);
		rows++;
	}
	while (cpupolicy_policy_msr_at(&msr, &policy, msrs)) {
		assert_true(msr.value == 0);
		msrs++;
	}
	assert_true(rows > 50);
	assert_true(msrs > 10);
	assert_int_equal(cpupolicy_policy_row_at(&row, &policy, 0xffffffffu),
			 0);
	assert_int_equal(cpupolicy_policy_msr_at(&msr, &policy, msrs), 0);
}

static void equal_policies_have_equal_bytes(void **state)
{
	(void)state;
	make_normal(&policy, "intel", AVX);
	make_normal(&other, "intel", AVX);
	assert_true(cpupolicy_policy_equal(&policy, &other));
	assert_memory_equal(&policy, &other, sizeof(policy));
	set_fields(&other, "movbe");
	assert_false(cpupolicy_policy_equal(&policy, &other));
}

static void every_row_is_read_back_where_it_was_stored(void **state)
{
	struct cpupolicy_row row, back;
	uint32_t value = 1;

	(void)state;
	cpupolicy_policy_clear(&policy);
	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, &policy, i); i++) {
		if (row.leaf >= 0x40000000u && row.leaf < 0x40010000u)
			continue;
		row.eax = value++;
		row.ebx = value++;
		row.ecx = value++;
		row.edx = value++;
		assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
	}
	/* none has overwritten another */
	value = 1;
	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, &policy, i); i++) {
		if (row.leaf >= 0x40000000u && row.leaf < 0x40010000u)
			continue;
		back = row;
		back.eax = 0;
		assert_int_equal(cpupolicy_policy_get_row(&back, &policy), 0);
		assert_memory_equal(&back, &row, sizeof(row));
		assert_int_equal(row.eax, value);
		assert_int_equal(row.edx, value + 3);
		value += 4;
	}
}

static void rows_and_msrs_come_sorted(void **state)
{
	struct cpupolicy_row row;
	struct cpupolicy_msr msr;
	uint64_t last = 0, key;

	(void)state;
	cpupolicy_policy_clear(&policy);
	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, &policy, i); i++) {
		key = (uint64_t)row.leaf << 32 | row.subleaf;
		/* absent sections lie at one place, behind all others */
		if (row.leaf >= 0x40000000u && row.leaf < 0x40010000u)
			break;
		assert_true(i == 0 || key > last);
		last = key;
	}
	last = 0;
	for (uint32_t i = 0; cpupolicy_policy_msr_at(&msr, &policy, i); i++) {
		assert_true(msr.index > last);
		last = msr.index;
	}
}

static void a_row_without_a_slot_is_refused(void **state)
{
	static const struct {
		const char *why;
		uint32_t leaf, subleaf;
	} cases[] = {
		{ .why = "serial number", .leaf = 3 },
		{ .why = "topology", .leaf = 0xb },
		{ .why = "clock", .leaf = 0x15 },
		{ .why = "a sub-leaf too far", .leaf = 0xd, .subleaf = 63 },
		{ .why = "a sub-leaf between", .leaf = 0xd, .subleaf = 20 },
		{ .why = "no such leaf", .leaf = 0x3f },
		{ .why = "outside the map", .leaf = 0x40 },
		{ .why = "no such extended leaf", .leaf = 0x8000003fu },
		{ .why = "no such range", .leaf = 0x20000000u },
		{ .why = "a section nobody signed", .leaf = 0x40000001u },
		{ .why = "a signature nobody knows", .leaf = 0x40000000u },
		{ .why = "behind the last section", .leaf = 0x4000fe00u },
		{ .why = "the highest number",
		  .leaf = 0xffffffffu,
		  .subleaf = 0xffffffffu },
	};

	(void)state;
	cpupolicy_policy_clear(&policy);
	other = policy;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_row row = {
			.leaf = cases[i].leaf,
			.subleaf = cases[i].subleaf,
			.eax = 1,
			.edx = 1,
		};

		if (cpupolicy_policy_set_row(&policy, &row) !=
			    CPUPOLICY_E_NO_SLOT ||
		    !cpupolicy_policy_equal(&policy, &other))
			fail_msg("stored: %s", cases[i].why);
		assert_int_equal(cpupolicy_policy_get_row(&row, &policy),
				 CPUPOLICY_E_NO_SLOT);
		assert_int_equal(row.eax | row.edx, 0);
	}
}

static void the_subleaf_does_not_matter_where_ecx_does_not(void **state)
{
	struct cpupolicy_row row = { .leaf = 1, .subleaf = 7 };

	(void)state;
	make_policy(&policy, "intel", "avx");
	assert_int_equal(cpupolicy_policy_get_row(&row, &policy), 0);
	assert_int_equal(row.ecx, 1u << 28);
}

static void sections_follow_their_signature_wherever_it_is(void **state)
{
	const struct cpupolicy_row kvm = { .leaf = 0x40000100u,
					   .ebx = 0x4b4d564b,
					   .ecx = 0x564b4d56,
					   .edx = 0x4d };
	struct cpupolicy_row row = { .leaf = 0x40000101u, .eax = 0x20 };

	(void)state;
	cpupolicy_policy_clear(&policy);
	assert_int_equal(cpupolicy_policy_set_row(&policy, &row),
			 CPUPOLICY_E_NO_SLOT);
	assert_int_equal(cpupolicy_policy_set_row(&policy, &kvm), 0);
	assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
	assert_true(cpupolicy_policy_has(
		&policy,
		CPUPOLICY_FEATURE(CPUPOLICY_SPACE_KVM, 0x40000001u, 0, 0, 5)));
	row.leaf = 0x40000001u;
	assert_int_equal(cpupolicy_policy_get_row(&row, &policy),
			 CPUPOLICY_E_NO_SLOT);
	/* one section of a kind */
	row = kvm;
	row.leaf = 0x40000200u;
	assert_int_equal(cpupolicy_policy_set_row(&policy, &row),
			 CPUPOLICY_E_NO_SLOT);
}

static void a_section_may_be_moved_or_be_anywhere(void **state)
{
	const struct cpupolicy_row kvm = { 0x4000fd00u, 0,	     0,
					   0x4b4d564bu, 0x564b4d56u, 0x4du };

	(void)state;
	cpupolicy_policy_clear(&policy);
	assert_int_equal(cpupolicy_policy_section(&policy, CPUPOLICY_SPACE_KVM),
			 0);
	assert_int_equal(cpupolicy_policy_section(&policy, CPUPOLICY_SPACE_CPU),
			 0);
	assert_int_equal(cpupolicy_policy_move_section(
				 &policy, CPUPOLICY_SPACE_KVM, 0x40000000u),
			 CPUPOLICY_E_NO_SLOT);
	assert_int_equal(cpupolicy_policy_set_row(&policy, &kvm), 0);
	assert_int_equal(cpupolicy_policy_section(&policy, CPUPOLICY_SPACE_KVM),
			 0x4000fd00u);
	assert_int_equal(
		cpupolicy_policy_move_section(&policy, CPUPOLICY_SPACE_KVM,
					      CPUPOLICY_SECTION_ANYWHERE),
		0);
	assert_int_equal(cpupolicy_policy_section(&policy, CPUPOLICY_SPACE_KVM),
			 CPUPOLICY_SECTION_ANYWHERE);
	assert_int_equal(cpupolicy_policy_move_section(
				 &policy, CPUPOLICY_SPACE_KVM, 0x4000fe00u),
			 CPUPOLICY_E_RANGE);
	assert_int_equal(cpupolicy_policy_move_section(
				 &policy, CPUPOLICY_SPACE_KVM, 0x40000100u),
			 0);
	assert_int_equal(cpupolicy_policy_section(&policy, CPUPOLICY_SPACE_KVM),
			 0x40000100u);
}

static void both_halves_of_an_msr_are_kept(void **state)
{
	struct cpupolicy_msr msr = { .index = 0x10a,
				     .value = 0x8000000100000002u };

	(void)state;
	cpupolicy_policy_clear(&policy);
	assert_int_equal(cpupolicy_policy_set_msr(&policy, &msr), 0);
	msr.value = 0;
	msr.reserved = 9;
	assert_int_equal(cpupolicy_policy_get_msr(&msr, &policy), 0);
	assert_true(msr.value == 0x8000000100000002u);
	assert_int_equal(msr.reserved, 0);
	msr.index = 0x10;
	assert_int_equal(cpupolicy_policy_set_msr(&policy, &msr),
			 CPUPOLICY_E_NO_SLOT);
	assert_int_equal(cpupolicy_policy_get_msr(&msr, &policy),
			 CPUPOLICY_E_NO_SLOT);
	assert_true(msr.value == 0);
}

static void a_leaf_without_a_slot_has_a_reason(void **state)
{
	static const struct {
		uint32_t space, leaf, subleaf;
		const char *fate;
	} cases[] = {
		{ .leaf = 1, .fate = "slot" },
		{ .leaf = 7, .subleaf = 1, .fate = "slot" },
		{ .leaf = 0xd, .subleaf = 62, .fate = "slot" },
		{ .leaf = 3, .fate = "private" },
		{ .leaf = 0xb, .subleaf = 1, .fate = "vcpu" },
		{ .leaf = 0x1a, .fate = "vcpu" },
		{ .leaf = 0x15, .fate = "clock" },
		{ .leaf = 0x10, .subleaf = 1, .fate = "host" },
		{ .leaf = 0xc0000004u, .fate = "private" },
		{ .leaf = 0x8000001eu, .fate = "vcpu" },
		{ .leaf = 0xd, .subleaf = 63, .fate = "unknown" },
		{ .leaf = 0x3f, .fate = "unknown" },
		{ .space = 1, .leaf = 0x10a, .fate = "slot" },
		{ .space = 1, .leaf = 0x11, .fate = "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(
			cpupolicy_leaf_fate(
				(enum cpupolicy_space)cases[i].space,
				cases[i].leaf, cases[i].subleaf),
			cases[i].fate);
}

static void leaves_say_whether_they_have_subleaves(void **state)
{
	/* those that Linux' KVM marks so in KVM_GET_SUPPORTED_CPUID */
	static const uint32_t with[] = {
		0x4,  0x7,  0xb,  0xd,	0xf,  0x10, 0x12,	 0x14,
		0x17, 0x18, 0x1d, 0x1e, 0x1f, 0x24, 0x8000001du,
	};
	static const uint32_t without[] = {
		0x0,	     0x1,	  0x2,	       0x3,  0xa,	  0x15,
		0x80000000u, 0x80000008u, 0x8000001eu, 0x3f, 0x40000003u,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(with); i++)
		assert_true(cpupolicy_leaf_has_subleaves(with[i]));
	for (size_t i = 0; i < COUNT(without); i++)
		assert_false(cpupolicy_leaf_has_subleaves(without[i]));
}

static void family_and_model_are_as_people_count_them(void **state)
{
	static const struct {
		const char *why;
		uint32_t eax, family, model, stepping;
	} cases[] = {
		{ "FX-8150", 0x00600f12, 21, 1, 2 },
		{ "Opteron 2350", 0x00100f23, 16, 2, 3 },
		{ "Core i7-2600", 0x000206a7, 6, 42, 7 },
		{ "Pentium 4: no extended model", 0x00000f12, 15, 1, 2 },
		{ "Pentium: family 5 has none", 0x00010543, 5, 4, 3 },
		{ "nor has family 7", 0x00010743, 7, 4, 3 },
		{ "the extended family only counts for 15", 0x00f00633, 6, 3,
		  3 },
		{ "everything", 0x0fff0fff, 270, 255, 15 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_signature got =
			cpupolicy_signature_decode(cases[i].eax);

		if (got.family != cases[i].family ||
		    got.model != cases[i].model ||
		    got.stepping != cases[i].stepping)
			fail_msg("%s: %u %u %u", cases[i].why, got.family,
				 got.model, got.stepping);
	}
}

static void a_policy_of_zeros_is_of_todays_table(void **state)
{
	struct cpupolicy_row row = { .leaf = 1, .ecx = 1u << 28 };
	/* CPUID faulting, which no CPUID bit announces */
	struct cpupolicy_msr msr = { .index = 0xce, .value = 1u << 31 };
	const struct cpupolicy_field *avx = cpupolicy_field_find("avx", 3);

	(void)state;
	memset(&policy, 0, sizeof(policy));
	memset(&other, 0, sizeof(other));
	assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
	assert_int_equal(cpupolicy_check(&policy, &other, NULL, NULL),
			 CPUPOLICY_DOES_NOT_FIT);
	memset(&policy, 0, sizeof(policy));
	assert_int_equal(cpupolicy_field_set(&policy, avx, 1), 0);
	assert_int_equal(cpupolicy_check(&policy, &other, NULL, NULL),
			 CPUPOLICY_DOES_NOT_FIT);
	memset(&policy, 0, sizeof(policy));
	assert_int_equal(cpupolicy_policy_set(
				 &policy, cpupolicy_field_feature(avx), true),
			 0);
	assert_int_equal(cpupolicy_check(&policy, &other, NULL, NULL),
			 CPUPOLICY_DOES_NOT_FIT);
	memset(&policy, 0, sizeof(policy));
	assert_int_equal(cpupolicy_policy_set_msr(&policy, &msr), 0);
	assert_int_equal(cpupolicy_check(&policy, &other, NULL, NULL),
			 CPUPOLICY_DOES_NOT_FIT);
}

static void the_library_says_how_large_a_policy_is(void **state)
{
	(void)state;
	assert_int_equal(cpupolicy_policy_bytes(), sizeof(policy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_policy_promises_nothing),
		cmocka_unit_test(equal_policies_have_equal_bytes),
		cmocka_unit_test(every_row_is_read_back_where_it_was_stored),
		cmocka_unit_test(rows_and_msrs_come_sorted),
		cmocka_unit_test(a_row_without_a_slot_is_refused),
		cmocka_unit_test(
			the_subleaf_does_not_matter_where_ecx_does_not),
		cmocka_unit_test(
			sections_follow_their_signature_wherever_it_is),
		cmocka_unit_test(a_section_may_be_moved_or_be_anywhere),
		cmocka_unit_test(both_halves_of_an_msr_are_kept),
		cmocka_unit_test(a_leaf_without_a_slot_has_a_reason),
		cmocka_unit_test(leaves_say_whether_they_have_subleaves),
		cmocka_unit_test(family_and_model_are_as_people_count_them),
		cmocka_unit_test(a_policy_of_zeros_is_of_todays_table),
		cmocka_unit_test(the_library_says_how_large_a_policy_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
