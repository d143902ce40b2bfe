/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/formats.h>

static void a_slip_of_the_finger_finds_its_name(void **state)
{
	static const struct {
		const char *why, *typed, *meant;
	} cases[] = {
		{ "one letter too many", "avx22", "avx2" },
		{ "one letter too few", "av512bw", "avx512bw" },
		{ "one letter wrong", "aez", "aes" },
		{ "two letters swapped", "pocpnt", "popcnt" },
		{ "capitals and a dash", "AVX-512F", "avx512f" },
		{ "punctuation counts as _", "sse4.1x", "sse4_1" },
		{ "an alias leads to the name", "xsaveop", "xsaveopt" },
		{ "numbers are fields too", "phys_bit", "phys_bits" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *found = cpupolicy_field_nearest(cases[i].typed);

		if (!found)
			fail_msg("%s: nothing for %s", cases[i].why,
				 cases[i].typed);
		assert_string_equal(found, cases[i].meant);
	}
}

static void what_is_near_nothing_finds_nothing(void **state)
{
	static const char *const typed[] = {
		"",
		"q",
		"zzzzzz",
		"certainly_no_feature_is_called_like_this",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		assert_null(cpupolicy_field_nearest(typed[i]));
}

static void every_name_is_nearest_to_itself(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const char *name = cpupolicy_field_at(i)->name;

		if (strlen(name) < 2 || strlen(name) > 48)
			continue;
		assert_string_equal(cpupolicy_field_nearest(name), name);
	}
}

static void models_are_found_by_name_or_alias(void **state)
{
	(void)state;
	assert_string_equal(cpupolicy_model_nearest("haswel"), "haswell");
	assert_string_equal(cpupolicy_model_nearest("x86_64-v33"), "x86-64-v3");
	assert_string_equal(cpupolicy_model_nearest("EPYC-Milann"),
			    "zen3-server");
	assert_null(cpupolicy_model_nearest("zzzzzz"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_of_the_finger_finds_its_name),
		cmocka_unit_test(what_is_near_nothing_finds_nothing),
		cmocka_unit_test(every_name_is_nearest_to_itself),
		cmocka_unit_test(models_are_found_by_name_or_alias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
