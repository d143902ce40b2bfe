/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static void every_field_is_found_by_all_its_names(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		const struct cpupolicy_field *found = field_called(field->name);
		const char *alias = field->aliases;

		/* two makers' rows of one bit may share a name */
		assert_memory_equal(&found->at, &field->at, sizeof(field->at));
		while (*alias) {
			size_t length = strcspn(alias, " ");

			found = cpupolicy_field_find(alias, length);
			if (!found ||
			    memcmp(&found->at, &field->at, sizeof(field->at)))
				fail_msg("%s: %s", field->name, alias);
			alias += length + (alias[length] == ' ');
		}
	}
	assert_null(cpupolicy_field_at(cpupolicy_field_count()));
	assert_null(cpupolicy_field_at(0xffffffffu));
}

static void spellings_of_a_name_are_one(void **state)
{
	static const struct {
		const char *typed, *name; /* NULL: none is called so */
	} cases[] = {
		{ "sse4_1", "sse4_1" },
		{ "sse4.1", "sse4_1" },
		{ "sse4-1", "sse4_1" },
		{ "aesni", "aes" },
		{ "fma3", "fma" },
		{ "tsc-deadline", "tsc_deadline_timer" },
		{ "SSE4_1", NULL },
		{ "sse4_", NULL },
		{ "sse4_11", NULL },
		{ "", NULL },
		{ "sse4 1", NULL },
		{ "\xff", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_field *found = cpupolicy_field_find(
			cases[i].typed, strlen(cases[i].typed));

		if (!found != !cases[i].name)
			fail_msg("'%s'", cases[i].typed);
		if (found)
			assert_string_equal(found->name, cases[i].name);
	}
	/* a name need not end in NUL */
	assert_ptr_equal(cpupolicy_field_find("avx2,fma", 4),
			 field_called("avx2"));
	assert_ptr_equal(cpupolicy_field_find("avx2", 3), field_called("avx"));
}

static void the_maker_picks_between_two_rows_of_one_bit(void **state)
{
	const struct cpupolicy_address at = {
		.leaf = 0x80000001u, .reg = CPUPOLICY_EDX, .high = 11, .low = 11
	};
	struct cpupolicy_address none = { .leaf = 1, .reg = CPUPOLICY_ECX };

	(void)state;
	assert_int_equal(cpupolicy_field_of(&at, CPUPOLICY_VENDOR_INTEL)->level,
			 CPUPOLICY_LEVEL_DERIVE);
	assert_int_equal(cpupolicy_field_of(&at, CPUPOLICY_VENDOR_AMD)->level,
			 CPUPOLICY_LEVEL_AND);
	assert_non_null(cpupolicy_field_of(&at, CPUPOLICY_VENDOR_UNKNOWN));
	none.low = none.high = 16;
	assert_null(cpupolicy_field_of(&none, CPUPOLICY_VENDOR_INTEL));
	none.low = none.high = 28;
	none.subleaf = 1;
	assert_null(cpupolicy_field_of(&none, CPUPOLICY_VENDOR_INTEL));
}

static void an_address_is_read_as_it_is_written(void **state)
{
	static const struct {
		const char *text, *canonical;
		cpupolicy_feature feature;
	} cases[] = {
		{ "avx2", "7.0:ebx[5]", CPUPOLICY_FEATURE(0, 7, 0, 1, 5) },
		{ "7.0:ebx[5]", "7.0:ebx[5]",
		  CPUPOLICY_FEATURE(0, 7, 0, 1, 5) },
		{ "0x7:ebx[5]", "7.0:ebx[5]",
		  CPUPOLICY_FEATURE(0, 7, 0, 1, 5) },
		{ "1:ecx[31]", "1:ecx[31]", CPUPOLICY_FEATURE(0, 1, 0, 2, 31) },
		{ "0X80000001:ECX[23]", NULL, 0 },
		{ "80000001:ecx[23]", "80000001:ecx[23]",
		  CPUPOLICY_FEATURE(0, 0x80000001u, 0, 2, 23) },
		{ "d.3e:eax[0]", "d.3e:eax[0]",
		  CPUPOLICY_FEATURE(0, 0xd, 62, 0, 0) },
		{ "msr.10a[2]", "msr.10a[2]",
		  CPUPOLICY_FEATURE(1, 0x10a, 0, CPUPOLICY_MSR_LO, 2) },
		{ "msr.0x10a[63]", "msr.10a[63]",
		  CPUPOLICY_FEATURE(1, 0x10a, 0, CPUPOLICY_MSR_HI, 31) },
		{ "kvm.40000001:eax[5]", "kvm.40000001:eax[5]",
		  CPUPOLICY_FEATURE(2, 0x40000001u, 0, 0, 5) },
		{ "vmware.40000010:eax[0]", "vmware.40000010:eax[0]",
		  CPUPOLICY_FEATURE(5, 0x40000010u, 0, 0, 0) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[CPUPOLICY_ADDRESS_TEXT];
		cpupolicy_feature feature = 0;
		struct cpupolicy_address at;
		int status = cpupolicy_feature_parse(&feature, cases[i].text,
						     strlen(cases[i].text));

		if (!cases[i].canonical) {
			assert_int_equal(status, CPUPOLICY_E_UNKNOWN);
			continue;
		}
		if (status || feature != cases[i].feature)
			fail_msg("%s: %d", cases[i].text, status);
		at = cpupolicy_feature_address(feature);
		assert_string_equal(cpupolicy_address_text(text, &at),
				    cases[i].canonical);
	}
}

static void a_bad_address_is_refused(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{ "", CPUPOLICY_E_UNKNOWN },
		{ "avx22", CPUPOLICY_E_UNKNOWN },
		{ "7", CPUPOLICY_E_UNKNOWN },
		{ "7:", CPUPOLICY_E_UNKNOWN },
		{ "7:ebx", CPUPOLICY_E_UNKNOWN },
		{ "7:ebx[", CPUPOLICY_E_UNKNOWN },
		{ "7:ebx[5", CPUPOLICY_E_UNKNOWN },
		{ "7:ebx[5]x", CPUPOLICY_E_UNKNOWN },
		{ "7:ebx[]", CPUPOLICY_E_UNKNOWN },
		{ "7:rbx[5]", CPUPOLICY_E_UNKNOWN },
		{ "7.:ebx[5]", CPUPOLICY_E_UNKNOWN },
		{ "7.10000:ebx[5]", CPUPOLICY_E_UNKNOWN },
		{ "123456789:ebx[5]", CPUPOLICY_E_UNKNOWN },
		{ "7:ebx[-1]", CPUPOLICY_E_UNKNOWN },
		{ "msr.10a", CPUPOLICY_E_UNKNOWN },
		{ "msr.10a:lo[5]", CPUPOLICY_E_UNKNOWN },
		{ "cpu.7:ebx[5]", CPUPOLICY_E_UNKNOWN },
		{ "7:ebx[32]", CPUPOLICY_E_RANGE },
		{ "msr.10a[64]", CPUPOLICY_E_RANGE },
		{ "clflush_size", CPUPOLICY_E_RANGE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		cpupolicy_feature feature = 77;
		int status = cpupolicy_feature_parse(&feature, cases[i].text,
						     strlen(cases[i].text));

		if (status != cases[i].status || feature != 77)
			fail_msg("'%s': %d", cases[i].text, status);
	}
}

static void every_address_comes_back_from_its_text(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		cpupolicy_feature feature = cpupolicy_field_feature(field);
		char text[CPUPOLICY_ADDRESS_TEXT];
		cpupolicy_feature back = 0;

		assert_int_equal(feature == 0, field->at.high != field->at.low);
		cpupolicy_address_text(text, &field->at);
		assert_true(strlen(text) < CPUPOLICY_ADDRESS_TEXT);
		if (!feature)
			continue;
		if (cpupolicy_feature_parse(&back, text, strlen(text)) ||
		    back != feature)
			fail_msg("%s: %s", field->name, text);
	}
}

static void the_longest_address_fits_its_buffer(void **state)
{
	const struct cpupolicy_address at = { .leaf = 0xffffffffu,
					      .subleaf = 0xffff,
					      .space = CPUPOLICY_SPACE_HYPERV,
					      .reg = 3,
					      .high = 31,
					      .low = 10 };
	char text[CPUPOLICY_ADDRESS_TEXT];

	(void)state;
	assert_string_equal(cpupolicy_address_text(text, &at),
			    "hyperv.ffffffff.ffff:edx[31:10]");
}

static void a_value_stays_within_its_field(void **state)
{
	struct cpupolicy_policy policy, before;

	(void)state;
	make_policy(&policy, "intel", AVX "brand_index=7");
	before = policy;
	assert_int_equal(
		cpupolicy_field_set(&policy, field_called("clflush_size"), 256),
		CPUPOLICY_E_RANGE);
	assert_int_equal(cpupolicy_field_set(&policy, field_called("avx"), 2),
			 CPUPOLICY_E_RANGE);
	assert_int_equal(
		cpupolicy_field_set(&policy, field_called("osxsave"), 1),
		CPUPOLICY_E_NO_SLOT);
	assert_int_equal(
		cpupolicy_field_set(&policy, field_called("crystal_hz"), 1),
		CPUPOLICY_E_NO_SLOT);
	assert_true(cpupolicy_policy_equal(&policy, &before));
	assert_int_equal(
		cpupolicy_field_set(&policy, field_called("clflush_size"), 255),
		0);
	assert_int_equal(value_of(&policy, "clflush_size"), 255);
	assert_int_equal(value_of(&policy, "brand_index"), 7);
	assert_int_equal(value_of(&policy, "crystal_hz"), 0);
}

static void a_bit_without_a_name_can_be_set_where_it_has_a_slot(void **state)
{
	const cpupolicy_feature unnamed = CPUPOLICY_FEATURE(0, 1, 0, 2, 16);
	struct cpupolicy_policy policy;

	(void)state;
	cpupolicy_policy_clear(&policy);
	assert_int_equal(cpupolicy_policy_set(&policy, unnamed, true), 0);
	assert_true(cpupolicy_policy_has(&policy, unnamed));
	assert_int_equal(cpupolicy_policy_set(&policy, unnamed, false), 0);
	assert_false(cpupolicy_policy_has(&policy, unnamed));
	assert_int_equal(
		cpupolicy_policy_set(&policy, feature_called("osxsave"), true),
		CPUPOLICY_E_NO_SLOT);
	assert_int_equal(cpupolicy_policy_set(&policy,
					      CPUPOLICY_FEATURE(0, 7, 5, 1, 5),
					      true),
			 CPUPOLICY_E_NO_SLOT);
	assert_false(cpupolicy_policy_has(&policy,
					  CPUPOLICY_FEATURE(0, 7, 5, 1, 5)));
	assert_false(cpupolicy_policy_has(&policy, ~(cpupolicy_feature)0));
}

static void what_comes_from_the_donor_only_describes(void **state)
{
	static const struct {
		struct cpupolicy_address at;
		bool describes;
		const char *why;
	} cases[] = {
		{ { .leaf = 1 }, true, "stepping" },
		{ { .leaf = 2, .reg = CPUPOLICY_EDX }, true, "cache bytes" },
		{ { .leaf = 0x80000003, .reg = CPUPOLICY_EBX }, true, "brand" },
		{ { .leaf = 1, .reg = CPUPOLICY_ECX }, false, "a feature" },
		{ { .leaf = 0xb }, false, "topology has no slot" },
		{ { .leaf = 0x10a, .space = CPUPOLICY_SPACE_MSR },
		  false,
		  "a feature MSR" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (cpupolicy_address_describes(&cases[i].at) !=
		    cases[i].describes)
			fail_msg("%s", cases[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_found_by_all_its_names),
		cmocka_unit_test(spellings_of_a_name_are_one),
		cmocka_unit_test(the_maker_picks_between_two_rows_of_one_bit),
		cmocka_unit_test(an_address_is_read_as_it_is_written),
		cmocka_unit_test(a_bad_address_is_refused),
		cmocka_unit_test(every_address_comes_back_from_its_text),
		cmocka_unit_test(the_longest_address_fits_its_buffer),
		cmocka_unit_test(a_value_stays_within_its_field),
		cmocka_unit_test(
			a_bit_without_a_name_can_be_set_where_it_has_a_slot),
		cmocka_unit_test(what_comes_from_the_donor_only_describes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
