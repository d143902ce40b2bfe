/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/host.h"
#include "support.h"

static struct cpupolicy_policy policy;

/* x86-64 psABI 1.0, table 3.1, in this library's names. */
#define V1 "fpu tsc cx8 cmov mmx fxsr sse sse2 syscall lm "
#define V2 V1 "cx16 lahf_lm popcnt sse3 sse4_1 sse4_2 ssse3 "
#define V3 V2 "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave "
#define V4 V3 "avx512f avx512bw avx512cd avx512dq avx512vl "

static void the_levels_are_those_of_the_psabi(void **state)
{
	static const struct {
		const char *why, *fields, *without;
		int level;
	} cases[] = {
		{ "all of level 1", V1, NULL, 1 },
		{ "all of level 2", V2, NULL, 2 },
		{ "all of level 3", V3, NULL, 3 },
		{ "all of level 4", V4, NULL, 4 },
		{ "nothing", "", NULL, 0 },
		{ "no CMOV", V4, "cmov", 0 },
		{ "no LM", V4, "lm", 0 },
		{ "no SSE4.2", V4, "sse4_2", 1 },
		{ "no LAHF", V4, "lahf_lm", 1 },
		{ "no CX16", V4, "cx16", 1 },
		{ "no LZCNT", V4, "abm", 2 },
		{ "no MOVBE: Zen has it, Bulldozer has not", V4, "movbe", 2 },
		{ "no OSXSAVE's XSAVE", V4, "xsave", 2 },
		{ "no BMI2", V4, "bmi2", 2 },
		{ "no AVX512CD", V4, "avx512cd", 3 },
		{ "no AVX512VL", V4, "avx512vl", 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_policy(&policy, "amd", cases[i].fields);
		if (cases[i].without)
			assert_int_equal(
				cpupolicy_policy_set(
					&policy,
					feature_called(cases[i].without),
					false),
				0);
		if (cpupolicy_abi_level(&policy) != cases[i].level)
			fail_msg("%s: %d", cases[i].why,
				 cpupolicy_abi_level(&policy));
	}
}

static void every_level_holds_the_one_below(void **state)
{
	static const char *const names[] = { "x86-64-v1", "x86-64-v2",
					     "x86-64-v3", "x86-64-v4" };
	struct cpupolicy_policy below;
	int features = 0;

	(void)state;
	cpupolicy_policy_clear(&below);
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct cpupolicy_model *model =
			cpupolicy_model_find(names[i]);
		int set;

		assert_non_null(model);
		set = cpupolicy_model_policy(&policy, model);
		assert_true(set > features);
		features = set;
		assert_int_equal(cpupolicy_abi_level(&policy), (int)i + 1);
		assert_int_equal(cpupolicy_check(&below, &policy, NULL, NULL),
				 CPUPOLICY_FITS);
		assert_int_equal(cpupolicy_check(&policy, &below, NULL, NULL),
				 CPUPOLICY_DOES_NOT_FIT);
		below = policy;
	}
}

static void every_model_is_found_by_its_name(void **state)
{
	const struct cpupolicy_model *model;
	uint32_t nr = 0;

	(void)state;
	for (; (model = cpupolicy_model_at(nr)) != NULL; nr++) {
		assert_ptr_equal(cpupolicy_model_find(model->name), model);
		assert_true(strlen(model->summary) > 0);
		assert_true(strlen(model->source) > 0);
		assert_true(strlen(model->version) > 0);
	}
	assert_true(nr >= 4);
	assert_null(cpupolicy_model_at(0xffffffffu));
	assert_null(cpupolicy_model_find("x86-64-v"));
	assert_null(cpupolicy_model_find("x86-64-v22"));
	assert_null(cpupolicy_model_find(""));
}

static void a_level_is_its_features_and_nothing_else(void **state)
{
	/* TSC is not in the psABI's table */
	static const struct {
		const char *model, *features;
	} cases[] = {
		{ "x86-64-v1", V1 },
		{ "x86-64-v2", V2 },
		{ "x86-64-v3", V3 },
		{ "x86-64-v4", V4 },
	};
	struct cpupolicy_policy wanted;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_model *model =
			cpupolicy_model_find(cases[i].model);

		cpupolicy_policy_clear(&wanted);
		set_fields(&wanted, cases[i].features);
		set_fields(&wanted, "tsc=0");
		cpupolicy_model_policy(&policy, model);
		assert_true(cpupolicy_policy_equal(&policy, &wanted));
		assert_int_equal(model->vendor, CPUPOLICY_VENDOR_UNKNOWN);
	}
}

static void a_model_with_a_maker_can_start_a_guest(void **state)
{
	const struct cpupolicy_model *model;

	(void)state;
	for (uint32_t m = 0; (model = cpupolicy_model_at(m)) != NULL; m++) {
		struct cpupolicy_policy again;
		char brand[48];

		if (model->vendor == CPUPOLICY_VENDOR_UNKNOWN)
			continue;
		assert_true(cpupolicy_model_policy(&policy, model) > 20);
		again = policy;
		cpupolicy_normalize(&again, NULL, NULL);
		if (!cpupolicy_policy_equal(&policy, &again))
			fail_msg("%s is not normalised", model->name);
		assert_int_equal(cpupolicy_policy_vendor(&policy),
				 model->vendor);
		assert_true(cpupolicy_abi_level(&policy) >= 1);
		assert_true(value_of(&policy, "phys_bits") >= 32);
		assert_true(value_of(&policy, "family") >= 6);
		assert_int_equal(value_of(&policy, "clflush_size"), 8);
		for (uint32_t i = 0; i < 3; i++) {
			struct cpupolicy_row row = { .leaf = 0x80000002 + i };

			assert_int_equal(
				cpupolicy_policy_get_row(&row, &policy), 0);
			for (uint32_t k = 0; k < 16; k++)
				brand[16 * i + k] =
					(char)(cpupolicy__row_register(&row,
								       k / 4) >>
					       8 * (k % 4));
		}
		assert_int_equal(brand[47], 0);
		assert_string_equal(brand, model->title);
	}
}

static void a_model_is_found_by_what_others_call_it(void **state)
{
	static const struct {
		const char *name, *model;
	} cases[] = {
		{ "Haswell", "haswell" },
		{ "Haswell-noTSX-IBRS", "haswell-server-v2" },
		{ "Opteron_G3", "k10" },
		{ "amd-greyhound-no3dnow", "k10-no3dnow" },
		{ "intel-skylake", "skylake-server" },
		{ "EPYC-Milan", "zen3-server" },
		{ "X86-64-V2", "x86-64-v2" },
		{ "x86_64_v2", "x86-64-v2" },
		{ "Opteron-G3", "k10" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_model *model =
			cpupolicy_model_find(cases[i].name);

		assert_non_null(model);
		assert_string_equal(model->name, cases[i].model);
	}
	assert_null(cpupolicy_model_find("EPYC-"));
	assert_null(cpupolicy_model_find("epyc-milan amd-zen3"));
	assert_null(cpupolicy_model_find("opteron"));
	assert_null(cpupolicy_model_find(" "));
}

static void a_model_without_a_maker_takes_the_others(void **state)
{
	static const char *const vendors[] = { "intel", "amd", "hygon",
					       "zhaoxin", "GenuineTMx86" };
	struct cpupolicy_policy host;

	(void)state;
	for (size_t i = 0; i < COUNT(vendors); i++) {
		struct cpupolicy_row row = { .leaf = 0 };

		cpupolicy_model_policy(&policy,
				       cpupolicy_model_find("x86-64-v2"));
		make_normal(&host, vendors[i], AVX "lahf_lm");
		assert_int_equal(cpupolicy_check(&policy, &host, NULL, NULL),
				 CPUPOLICY_DOES_NOT_FIT);
		assert_int_equal(cpupolicy_policy_get_row(&row, &host), 0);
		assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
		if (cpupolicy_check(&policy, &host, NULL, NULL) !=
		    CPUPOLICY_FITS)
			fail_msg("%s", vendors[i]);
		set_fields(&host, "cx16=0");
		assert_int_equal(cpupolicy_check(&policy, &host, NULL, NULL),
				 CPUPOLICY_DOES_NOT_FIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_levels_are_those_of_the_psabi),
		cmocka_unit_test(every_level_holds_the_one_below),
		cmocka_unit_test(every_model_is_found_by_its_name),
		cmocka_unit_test(a_level_is_its_features_and_nothing_else),
		cmocka_unit_test(a_model_with_a_maker_can_start_a_guest),
		cmocka_unit_test(a_model_is_found_by_what_others_call_it),
		cmocka_unit_test(a_model_without_a_maker_takes_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
