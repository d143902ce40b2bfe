/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy, before;
static struct heard heard;

static void what_is_consistent_stays_as_it_is(void **state)
{
	(void)state;
	heard.nr = 0;
	make_normal(&policy, "amd", AVX "avx2 fma f16c xsaveopt");
	before = policy;
	cpupolicy_normalize(&policy, hear, &heard);
	assert_true(cpupolicy_policy_equal(&policy, &before));
	assert_int_equal(heard.nr, 0);
	assert_int_equal(value_of(&policy, "avx2"), 1);
	assert_int_equal(value_of(&policy, "xcr0_avx"), 1);
}

static void dependents_fall_with_what_they_need(void **state)
{
	static const struct {
		const char *why, *off, *falls, *stays;
	} cases[] = {
		{ .why = "needs in a chain",
		  .off = "sse4_1",
		  .falls = "sse4_2 avx avx2 fma",
		  .stays = "ssse3 popcnt xsave" },
		{ .why = "no XSAVE, no state",
		  .off = "xsave",
		  .falls = "xcr0_x87 xcr0_sse xcr0_avx avx avx2 xsaveopt",
		  .stays = "sse4_2 lm" },
		{ .why = "a component holds up its feature",
		  .off = "xcr0_avx",
		  .falls = "avx avx2 fma f16c",
		  .stays = "xsave xcr0_sse" },
		{ .why = "and the feature its component",
		  .off = "avx",
		  .falls = "xcr0_avx avx2 xstate_avx_size xstate_avx_offset",
		  .stays = "xsave xcr0_sse" },
		{ .why = "long mode is built on SSE2",
		  .off = "sse2",
		  .falls = "lm cx16 sse3 avx",
		  .stays = "sse nx" },
		{ .why = "a size without CLFLUSH means nothing",
		  .off = "clflush",
		  .falls = "clflush_size",
		  .stays = "avx lm" },
		{ .why = "nothing needs MOVBE",
		  .off = "movbe",
		  .falls = "",
		  .stays = "avx2 lm" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *lists[2] = { cases[i].falls, cases[i].stays };

		make_normal(&policy, "amd", AVX "avx2 fma f16c xsaveopt movbe");
		assert_int_equal(value_of(&policy, cases[i].off), 1);
		assert_int_equal(
			cpupolicy_policy_set(
				&policy, feature_called(cases[i].off), false),
			0);
		cpupolicy_normalize(&policy, NULL, NULL);
		for (int stays = 0; stays < 2; stays++) {
			char name[64];
			const char *word = lists[stays];

			while (*word) {
				size_t length = strcspn(word, " ");

				memcpy(name, word, length);
				name[length] = '\0';
				if ((value_of(&policy, name) != 0) != stays)
					fail_msg("%s: %s", cases[i].why, name);
				word += length + (word[length] == ' ');
			}
		}
	}
}

static void every_change_has_its_reason(void **state)
{
	static const struct {
		const char *why, *fields, *dropped, *cause;
		uint32_t code;
	} cases[] = {
		{ .why = "a need",
		  .fields = X87 "ssse3",
		  .dropped = "ssse3",
		  .cause = "sse3",
		  .code = CPUPOLICY_F_DROPPED_NEED },
		{ .why = "a gate",
		  .fields = "clflush_size=8",
		  .dropped = "clflush_size",
		  .cause = "clflush",
		  .code = CPUPOLICY_F_DROPPED_GATE },
		{ .why = "a leaf's gate",
		  .fields = X87 "tmul_maxk=16",
		  .dropped = "tmul_maxk",
		  .cause = "amx_tile",
		  .code = CPUPOLICY_F_DROPPED_GATE },
		{ .why = "a gate in an MSR",
		  .fields = "rdctl_no",
		  .dropped = "rdctl_no",
		  .cause = "arch_capabilities",
		  .code = CPUPOLICY_F_DROPPED_GATE },
		{ .why = "a component that has no size",
		  .fields = LONG "xsave xcr0_x87 xcr0_sse xcr0_avx avx",
		  .dropped = "xcr0_avx",
		  .cause = "xstate_avx_size",
		  .code = CPUPOLICY_F_DROPPED_CONTRADICTION },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_finding *found;

		heard.nr = 0;
		make_policy(&policy, "intel", cases[i].fields);
		cpupolicy_normalize(&policy, hear, &heard);
		found = heard_of(&heard, cases[i].code, cases[i].dropped);
		if (!found || !found->cause ||
		    strcmp(found->cause->name, cases[i].cause))
			fail_msg("%s", cases[i].why);
		assert_int_equal(value_of(&policy, cases[i].dropped), 0);
	}
}

static void a_group_stands_and_falls_together(void **state)
{
	static const char avx512[] =
		AVX "avx2 fma f16c avx512f avx512bw "
		    "xcr0_opmask xcr0_zmm_hi256 xcr0_hi16_zmm "
		    "xstate_opmask_size=64 xstate_opmask_offset=1088 "
		    "xstate_zmm_hi256_size=512 xstate_zmm_hi256_offset=1152 "
		    "xstate_hi16_zmm_size=1024 xstate_hi16_zmm_offset=1664";
	static const char *const members[] = { "xcr0_opmask", "xcr0_zmm_hi256",
					       "xcr0_hi16_zmm" };

	(void)state;
	make_normal(&policy, "intel", avx512);
	assert_int_equal(value_of(&policy, "avx512bw"), 1);
	assert_int_equal(value_of(&policy, "xsave_size_max"), 2688);
	for (size_t i = 0; i < COUNT(members); i++) {
		make_policy(&policy, "intel", avx512);
		assert_int_equal(
			cpupolicy_policy_set(&policy,
					     feature_called(members[i]), false),
			0);
		cpupolicy_normalize(&policy, NULL, NULL);
		for (size_t j = 0; j < COUNT(members); j++)
			assert_int_equal(value_of(&policy, members[j]), 0);
		assert_int_equal(value_of(&policy, "avx512f"), 0);
		assert_int_equal(value_of(&policy, "avx2"), 1);
		assert_int_equal(value_of(&policy, "xsave_size_max"), 832);
	}
}

static void what_is_never_in_a_policy_goes(void **state)
{
	struct cpupolicy_row one = { .leaf = 1,
				     .ebx = 0xff100000,
				     .ecx = 0x88000000,
				     .edx = 0x10040000 };

	(void)state;
	heard.nr = 0;
	make_policy(&policy, "intel", "");
	assert_int_equal(cpupolicy_policy_set_row(&policy, &one), 0);
	cpupolicy_normalize(&policy, hear, &heard);
	assert_int_equal(cpupolicy_policy_get_row(&one, &policy), 0);
	assert_int_equal(one.ebx | one.ecx | one.edx, 0);
	assert_non_null(heard_of(&heard, CPUPOLICY_F_DROPPED_VCPU, "apic_id"));
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_DROPPED_RUNTIME, "osxsave"));
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_DROPPED_RUNTIME, "hypervisor"));
	assert_non_null(heard_of(&heard, CPUPOLICY_F_DROPPED_NEVER, "pn"));
}

static void a_vmx_contradiction_drops_vmx(void **state)
{
	static const struct {
		const char *why;
		uint32_t msr;
		uint64_t value;
		bool stays;
	} cases[] = {
		{ "nothing contradicts", 0x481, 0x0000003f00000016, true },
		{ "a pin control must and may not be 1", 0x481,
		  0x0000001600000017, false },
		{ "an exit control too", 0x483, 0x0000000000000001, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_msr msr = { .index = cases[i].msr,
					     .value = cases[i].value };

		heard.nr = 0;
		make_policy(&policy, "intel", X87 "vmx");
		assert_int_equal(cpupolicy_policy_set_msr(&policy, &msr), 0);
		cpupolicy_normalize(&policy, hear, &heard);
		if (value_of(&policy, "vmx") != cases[i].stays)
			fail_msg("%s", cases[i].why);
		assert_int_equal(heard_of(&heard,
					  CPUPOLICY_F_DROPPED_CONTRADICTION,
					  "vmx") != NULL,
				 !cases[i].stays);
		assert_int_equal(cpupolicy_policy_get_msr(&msr, &policy), 0);
		assert_int_equal(msr.value != 0, cases[i].stays);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_consistent_stays_as_it_is),
		cmocka_unit_test(dependents_fall_with_what_they_need),
		cmocka_unit_test(every_change_has_its_reason),
		cmocka_unit_test(a_group_stands_and_falls_together),
		cmocka_unit_test(what_is_never_in_a_policy_goes),
		cmocka_unit_test(a_vmx_contradiction_drops_vmx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
