/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy;

#define LEVEL2 LONG "lahf_lm "
#define LEVEL3 LEVEL2 AVX "avx2 bmi1 bmi2 f16c fma abm movbe "

/* What @policy lacks of a profile, as words. */
static void missing(char out[256], const char *name)
{
	const struct cpupolicy_profile *profile = cpupolicy_profile_find(name);
	const struct cpupolicy_field *field;

	assert_non_null(profile);
	out[0] = '\0';
	for (uint32_t at = 0;
	     (field = cpupolicy_profile_lacks(&policy, profile, &at));) {
		assert_true(strlen(out) + strlen(field->name) + 2 < 256);
		strcat(out, out[0] ? " " : "");
		strcat(out, field->name);
	}
}

static void what_a_guest_misses_is_named(void **state)
{
	static const struct {
		const char *why, *fields, *profile, *missing;
	} cases[] = {
		{ .why = "a CPU of level 2 starts EL9",
		  .fields = LEVEL2,
		  .profile = "el9",
		  .missing = "" },
		{ .why = "and not EL10, which is built for level 3",
		  .fields = LEVEL2,
		  .profile = "el10",
		  .missing = "fma movbe xsave avx f16c bmi1 avx2 bmi2 abm" },
		{ .why = "level 3 starts it",
		  .fields = LEVEL3,
		  .profile = "el10",
		  .missing = "" },
		{ .why = "MongoDB 5 needs AVX, whatever level that is",
		  .fields = LEVEL2,
		  .profile = "mongodb5",
		  .missing = "avx" },
		{ .why = "AVX without AVX2 is enough for it",
		  .fields = AVX,
		  .profile = "mongodb5",
		  .missing = "" },
		{ .why = "Windows needs LAHF, which early 64-bit CPUs lack",
		  .fields = LONG,
		  .profile = "windows-10",
		  .missing = "lahf_lm" },
		{ .why = "24H2 needs SSE4.2 and POPCNT: Core 2 has neither",
		  .fields = X87 "lm nx syscall sse3 ssse3 cx16 lahf_lm ",
		  .profile = "windows-11-24h2",
		  .missing = "sse4_2 popcnt" },
		{ .why = "Windows Server 2022 does without",
		  .fields = X87 "lm nx syscall sse3 ssse3 cx16 lahf_lm ",
		  .profile = "windows-server-2016",
		  .missing = "" },
		{ .why = "Windows Server 2025 does not",
		  .fields = X87 "lm nx syscall sse3 ssse3 cx16 lahf_lm ",
		  .profile = "windows-server-2025",
		  .missing = "sse4_2 popcnt" },
		{ .why = "NX hidden by a template: no Windows",
		  .fields = X87 "lm cx16 lahf_lm ",
		  .profile = "windows-server-2016",
		  .missing = "nx" },
	};
	char out[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_policy(&policy, "intel", cases[i].fields);
		missing(out, cases[i].profile);
		if (strcmp(out, cases[i].missing) != 0)
			fail_msg("%s: '%s'", cases[i].why, out);
	}
}

/* tests/data: a Core i7-2600 of 2011 runs Windows 10. */
static void windows_runs_where_prefetchw_is_not_shown(void **state)
{
	struct cpupolicy_record *record =
		read_record("libvirt/Core-i7-2600.json");
	char out[256];

	(void)state;
	assert_int_equal(cpupolicy_record_hostset(
				 &policy, record,
				 &(struct cpupolicy_hostset_options){ 0 }, NULL,
				 NULL, NULL),
			 0);
	assert_int_equal(value_of(&policy, "3dnowprefetch"), 0);
	missing(out, "windows-server-2025");
	assert_string_equal(out, "");
	cpupolicy_record_free(record);
}

static void every_profile_is_found_by_its_name(void **state)
{
	const struct cpupolicy_profile *profile;
	uint32_t nr = 0;

	(void)state;
	for (; (profile = cpupolicy_profile_at(nr)) != NULL; nr++) {
		assert_ptr_equal(cpupolicy_profile_find(profile->name),
				 profile);
		assert_true(strlen(profile->title) > 0);
		assert_true(strlen(profile->source) > 0);
		assert_true(cpupolicy_profile_policy(&policy, profile) > 0);
	}
	assert_true(nr >= 10);
	assert_null(cpupolicy_profile_at(0xffffffffu));
	assert_null(cpupolicy_profile_find("el"));
	assert_null(cpupolicy_profile_find(""));
}

/* One name, one meaning: @x86-64-v3 is the model, the report the profile. */
static void an_abi_level_is_the_same_as_model_and_as_profile(void **state)
{
	static const char *const names[] = { "x86-64-v1", "x86-64-v2",
					     "x86-64-v3", "x86-64-v4" };
	static struct cpupolicy_policy model;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		cpupolicy_model_policy(&model, cpupolicy_model_find(names[i]));
		cpupolicy_profile_policy(&policy,
					 cpupolicy_profile_find(names[i]));
		assert_memory_equal(&model, &policy, sizeof(policy));
	}
}

static void a_profile_is_met_by_itself_and_not_by_less(void **state)
{
	const struct cpupolicy_profile *profile;
	const struct cpupolicy_field *field;
	struct cpupolicy_policy none;

	(void)state;
	cpupolicy_policy_clear(&none);
	for (uint32_t i = 0; (profile = cpupolicy_profile_at(i)); i++) {
		uint32_t at = 0, nr = 0;
		int set = cpupolicy_profile_policy(&policy, profile);

		assert_null(cpupolicy_profile_lacks(&policy, profile, &at));
		assert_null(cpupolicy_profile_lacks(&policy, profile, &at));
		for (at = 0;
		     (field = cpupolicy_profile_lacks(&none, profile, &at));)
			nr++;
		assert_int_equal(nr, set);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_guest_misses_is_named),
		cmocka_unit_test(windows_runs_where_prefetchw_is_not_shown),
		cmocka_unit_test(every_profile_is_found_by_its_name),
		cmocka_unit_test(
			an_abi_level_is_the_same_as_model_and_as_profile),
		cmocka_unit_test(a_profile_is_met_by_itself_and_not_by_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
