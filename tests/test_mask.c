/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy, before, mask;
static struct heard heard;

static int hide(const char *name)
{
	const cpupolicy_feature feature = feature_called(name);

	heard.nr = 0;
	return cpupolicy_hide(&policy, &feature, 1, hear, &heard);
}

static void hiding_avx_hides_all_that_is_built_on_it(void **state)
{
	const struct cpupolicy_finding *finding;

	(void)state;
	make_normal(&policy, "amd", AVX "avx2 fma f16c aes vaes xsaveopt");
	before = policy;
	assert_int_equal(hide("avx"), 0);
	finding = heard_of(&heard, CPUPOLICY_F_HIDDEN, "avx");
	assert_non_null(finding);
	assert_int_equal(finding->guest, 1);
	assert_int_equal(finding->host, 0);
	finding = heard_of(&heard, CPUPOLICY_F_DROPPED_NEED, "fma");
	assert_string_equal(finding->cause->name, "avx");
	assert_non_null(heard_of(&heard, CPUPOLICY_F_DROPPED_NEED, "vaes"));
	assert_non_null(heard_of(&heard, CPUPOLICY_F_DROPPED_GATE, "xcr0_avx"));
	assert_int_equal(value_of(&policy, "xsave_size_max"), 576);
	assert_int_equal(value_of(&policy, "aes"), 1);
	assert_int_equal(value_of(&policy, "xsaveopt"), 1);
	assert_int_equal(cpupolicy_check(&policy, &before, NULL, NULL),
			 CPUPOLICY_FITS);
}

static void hiding_what_is_not_there_changes_nothing(void **state)
{
	(void)state;
	make_normal(&policy, "intel", AVX);
	before = policy;
	assert_int_equal(hide("avx512f"), 0);
	assert_int_equal(hide("1:ecx[16]"), 0);
	assert_int_equal(cpupolicy_hide(&policy, NULL, 0, hear, &heard), 0);
	assert_int_equal(heard.nr, 0);
	assert_true(cpupolicy_policy_equal(&policy, &before));
}

static void what_cannot_be_hidden_is_refused(void **state)
{
	static const struct {
		const char *why, *name;
		int status;
	} cases[] = {
		{ "a limitation", "zero_fcs_fds", CPUPOLICY_E_LIMITATION },
		{ "buffer clearing", "md_clear", CPUPOLICY_E_LIMITATION },
		{ "a limitation in an MSR", "rsba", CPUPOLICY_E_LIMITATION },
		{ "an event that is not available", "no_llc_misses",
		  CPUPOLICY_E_LIMITATION },
		{ "state", "osxsave", CPUPOLICY_E_NO_SLOT },
		{ "topology", "b.0:eax[0]", CPUPOLICY_E_NO_SLOT },
		{ "a bit of a field word without a name", "d.2:ecx[31]",
		  CPUPOLICY_E_NO_SLOT },
		{ "what Intel's CPUs derive from LM", "syscall",
		  CPUPOLICY_E_DERIVED },
	};

	(void)state;
	make_normal(&policy, "intel",
		    AVX "zero_fcs_fds md_clear arch_capabilities rsba");
	before = policy;
	for (size_t i = 0; i < COUNT(cases); i++) {
		cpupolicy_feature both[2] = { feature_called("sse4_2"),
					      feature_called(cases[i].name) };

		heard.nr = 0;
		if (cpupolicy_hide(&policy, both, 2, hear, &heard) !=
		    cases[i].status)
			fail_msg("%s", cases[i].why);
		/* all or nothing */
		assert_true(cpupolicy_policy_equal(&policy, &before));
		assert_int_equal(heard.nr, 0);
	}
	make_normal(&policy, "amd", LONG);
	assert_int_equal(hide("syscall"), 0);
	assert_int_equal(value_of(&policy, "syscall"), 0);
}

static void a_number_is_only_ever_lowered(void **state)
{
	static const struct {
		const char *why, *name;
		uint32_t cap, after;
		int status;
	} cases[] = {
		{ "lower", "clflush_size", 4, 4, 0 },
		{ "as it is", "clflush_size", 8, 8, 0 },
		{ "higher", "clflush_size", 9, 8, 0 },
		{ "0 where it is 0", "pmu_version", 2, 0, 0 },
		{ "too large", "clflush_size", 256, 8, CPUPOLICY_E_RANGE },
		{ "a flag", "avx", 0, 1, CPUPOLICY_E_INVALID },
		{ "a derived number", "linear_bits", 32, 48,
		  CPUPOLICY_E_INVALID },
		{ "what must be the same", "xstate_avx_size", 8, 256,
		  CPUPOLICY_E_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_field *field =
			field_called(cases[i].name);
		uint32_t was;

		make_normal(&policy, "intel", AVX);
		was = value_of(&policy, cases[i].name);
		heard.nr = 0;
		if (cpupolicy_cap(&policy, field, cases[i].cap, hear, &heard) !=
			    cases[i].status ||
		    value_of(&policy, cases[i].name) != cases[i].after)
			fail_msg("%s: %u", cases[i].why,
				 value_of(&policy, cases[i].name));
		assert_int_equal(heard_of(&heard, CPUPOLICY_F_CAPPED,
					  cases[i].name) != NULL,
				 was != cases[i].after);
	}
}

static void a_mask_keeps_what_both_have(void **state)
{
	(void)state;
	make_normal(&policy, "intel",
		    AVX "movbe rdrand zero_fcs_fds stepping=7 brand_index=1");
	make_policy(&mask, "amd",
		    AVX "movbe zero_fcs_fds clflush_size=4 stepping=1 "
			"xstate_avx_offset=999");
	mask.bases = 0;
	before = policy;
	heard.nr = 0;
	cpupolicy_mask(&policy, &mask, hear, &heard);
	assert_non_null(heard_of(&heard, CPUPOLICY_F_HIDDEN, "rdrand"));
	assert_non_null(heard_of(&heard, CPUPOLICY_F_CAPPED, "clflush_size"));
	assert_int_equal(heard.nr, 2);
	assert_int_equal(value_of(&policy, "movbe"), 1);
	assert_int_equal(value_of(&policy, "clflush_size"), 4);
	/* its maker, donor fields, and layouts do not count */
	assert_int_equal(cpupolicy_policy_vendor(&policy),
			 CPUPOLICY_VENDOR_INTEL);
	assert_int_equal(value_of(&policy, "stepping"), 7);
	assert_int_equal(value_of(&policy, "xstate_avx_offset"), 576);
	/* nor does a limitation that it lacks */
	set_fields(&mask, "zero_fcs_fds=0");
	cpupolicy_mask(&policy, &mask, NULL, NULL);
	assert_int_equal(value_of(&policy, "zero_fcs_fds"), 1);
}

static void a_mask_without_numbers_is_a_set_of_features(void **state)
{
	(void)state;
	make_normal(&policy, "intel", AVX "movbe");
	make_policy(&mask, "intel", LONG);
	cpupolicy_mask(&policy, &mask, NULL, NULL);
	assert_int_equal(value_of(&policy, "avx"), 0);
	assert_int_equal(value_of(&policy, "movbe"), 0);
	assert_int_equal(value_of(&policy, "clflush_size"), 8);
	assert_int_equal(value_of(&policy, "phys_bits"), 40);
	before = policy;
	cpupolicy_mask(&policy, &mask, NULL, NULL);
	assert_true(cpupolicy_policy_equal(&policy, &before));
}

static void a_mode_hides_its_list_and_caps_clflush(void **state)
{
	static const struct {
		const char *why, *vendor, *fields, *mode;
		const char *gone, *left;
		uint32_t clflush;
	} cases[] = {
		{ .why = "Intel's list of 2009",
		  .vendor = "intel",
		  .fields = AVX "avx2 movbe clflush_size=16",
		  .mode = "hyperv-r2",
		  .gone = "avx2",
		  .left = "movbe",
		  .clflush = 8 },
		{ .why = "AMD's does not name SSE4.2, which needs SSE4.1",
		  .vendor = "amd",
		  .fields = LONG "clflush_size=8 movbe",
		  .mode = "hyperv-r2",
		  .gone = "sse4_2",
		  .left = "sse3",
		  .clflush = 8 },
		{ .why = "AMD's does not name XSAVE",
		  .vendor = "amd",
		  .fields = AVX,
		  .mode = "hyperv-r2",
		  .gone = "avx",
		  .left = "xsave",
		  .clflush = 8 },
		{ .why = "the later list does",
		  .vendor = "amd",
		  .fields = AVX "mmxext",
		  .mode = "hyperv-tlfs2",
		  .gone = "xsave",
		  .left = "mmxext",
		  .clflush = 8 },
		{ .why = "a small line stays",
		  .vendor = "intel",
		  .fields = AVX "clflush_size=4",
		  .mode = "hyperv-tlfs2",
		  .gone = "xsave",
		  .left = "cx16",
		  .clflush = 4 },
		{ .why = "no CLFLUSH, no size",
		  .vendor = "intel",
		  .fields = AVX "clflush=0 clflush_size=8",
		  .mode = "hyperv-r2",
		  .gone = "popcnt",
		  .left = "lm",
		  .clflush = 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_normal(&policy, cases[i].vendor, cases[i].fields);
		before = policy;
		assert_int_equal(cpupolicy_apply_mode(&policy, cases[i].mode,
						      NULL, NULL),
				 0);
		if (value_of(&policy, cases[i].gone) ||
		    !value_of(&policy, cases[i].left) ||
		    value_of(&policy, "clflush_size") != cases[i].clflush)
			fail_msg("%s", cases[i].why);
		assert_int_equal(cpupolicy_check(&policy, &before, NULL, NULL),
				 CPUPOLICY_FITS);
		before = policy;
		assert_int_equal(cpupolicy_apply_mode(&policy, cases[i].mode,
						      NULL, NULL),
				 0);
		assert_true(cpupolicy_policy_equal(&policy, &before));
	}
}

static void a_mode_that_does_not_apply_is_refused(void **state)
{
	static const struct {
		const char *why, *vendor, *fields, *mode;
		int status;
	} cases[] = {
		{ "no such mode", "intel", LONG, "hyperv-r3",
		  CPUPOLICY_E_UNKNOWN },
		{ "part of a name", "intel", LONG, "hyperv",
		  CPUPOLICY_E_UNKNOWN },
		{ "a maker without a list", "GenuineTMx86", LONG, "hyperv-r2",
		  CPUPOLICY_E_MODE_VENDOR },
		{ "NX is off", "amd", LONG "nx=0", "hyperv-r2",
		  CPUPOLICY_E_NOT_QUALIFIED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_normal(&policy, cases[i].vendor, cases[i].fields);
		before = policy;
		if (cpupolicy_apply_mode(&policy, cases[i].mode, NULL, NULL) !=
		    cases[i].status)
			fail_msg("%s", cases[i].why);
		assert_true(cpupolicy_policy_equal(&policy, &before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hiding_avx_hides_all_that_is_built_on_it),
		cmocka_unit_test(hiding_what_is_not_there_changes_nothing),
		cmocka_unit_test(what_cannot_be_hidden_is_refused),
		cmocka_unit_test(a_number_is_only_ever_lowered),
		cmocka_unit_test(a_mask_keeps_what_both_have),
		cmocka_unit_test(a_mask_without_numbers_is_a_set_of_features),
		cmocka_unit_test(a_mode_hides_its_list_and_caps_clflush),
		cmocka_unit_test(a_mode_that_does_not_apply_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
