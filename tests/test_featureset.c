/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy guest, host;
static struct cpupolicy_featureset small, large, both;

static void the_answer_is_checks_own(void **state)
{
	static const struct {
		const char *why, *guest, *host;
		enum cpupolicy_answer answer;
	} cases[] = {
		{ "the same", AVX, AVX, CPUPOLICY_YES },
		{ "more", AVX, AVX "movbe", CPUPOLICY_YES },
		{ "less", AVX "movbe", AVX, CPUPOLICY_NO },
		{ "a hint less", AVX "erms", AVX, CPUPOLICY_YES },
		{ "a limitation more, a note", AVX, AVX "zero_fcs_fds",
		  CPUPOLICY_YES },
		{ "a mitigation less", AVX "arch_capabilities rdctl_no",
		  AVX "arch_capabilities", CPUPOLICY_YES },
		{ "a feature of the MSR less", AVX "arch_capabilities tsx_ctrl",
		  AVX "arch_capabilities", CPUPOLICY_NO },
		{ "fewer address bits", AVX "phys_bits=46", AVX, CPUPOLICY_NO },
		{ "more address bits", AVX, AVX "phys_bits=52", CPUPOLICY_YES },
		{ "a smaller line", AVX, AVX "clflush_size=4", CPUPOLICY_NO },
		{ "an unavailable event", AVX "pmu_version=2 pmu_events_len=7",
		  AVX "pmu_version=2 pmu_events_len=7 no_llc_misses",
		  CPUPOLICY_NO },
		{ "an event beyond the length", AVX "pmu_version=2",
		  AVX "pmu_version=2 pmu_events_len=7 no_llc_misses",
		  CPUPOLICY_YES },
		{ "no counters, no event", AVX,
		  AVX "pmu_version=2 no_llc_misses", CPUPOLICY_YES },
		{ "a layout nobody listed", AVX, AVX "xstate_avx_offset=641",
		  CPUPOLICY_NO },
		{ "that both have", AVX "xstate_avx_offset=641",
		  AVX "xstate_avx_offset=641", CPUPOLICY_ASK },
		{ "a number nobody encodes", AVX "clflush_size=200",
		  AVX "clflush_size=201", CPUPOLICY_ASK },
		{ "no state, no layout", LONG "phys_bits=40 clflush_size=8",
		  AVX, CPUPOLICY_YES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum cpupolicy_answer answer;
		bool fits;

		make_normal(&guest, "intel", cases[i].guest);
		make_normal(&host, "intel", cases[i].host);
		cpupolicy_featureset_of(&small, &guest);
		cpupolicy_featureset_of(&large, &host);
		answer = cpupolicy_is_superset(&large, &small);
		fits = cpupolicy_check(&guest, &host, NULL, NULL) !=
		       CPUPOLICY_DOES_NOT_FIT;
		if (answer != cases[i].answer)
			fail_msg("%s: %d", cases[i].why, (int)answer);
		if (answer != CPUPOLICY_ASK &&
		    fits != (answer == CPUPOLICY_YES))
			fail_msg("check disagrees: %s", cases[i].why);
	}
}

static void makers_do_not_mix(void **state)
{
	static const char *const vendors[] = { "intel", "amd", "hygon",
					       "zhaoxin", "CentaurHauls" };

	(void)state;
	for (size_t i = 0; i < COUNT(vendors); i++)
		for (size_t j = 0; j < COUNT(vendors); j++) {
			/* no SYSCALL: not everybody has it in 32-bit mode */
			make_normal(&guest, vendors[i], "fpu");
			make_normal(&host, vendors[j], "fpu");
			cpupolicy_featureset_of(&small, &guest);
			cpupolicy_featureset_of(&large, &host);
			assert_int_equal(cpupolicy_is_superset(&large, &small),
					 i == j ? CPUPOLICY_YES : CPUPOLICY_NO);
		}
	/* strings nobody knows have no bits of their own */
	make_normal(&guest, "GenuineTMx86", "fpu");
	make_normal(&host, "GenuineIotel", "fpu");
	cpupolicy_featureset_of(&small, &guest);
	cpupolicy_featureset_of(&large, &host);
	assert_int_not_equal(cpupolicy_is_superset(&large, &small),
			     CPUPOLICY_YES);
}

static void
intersection_of_bitmaps_is_the_bitmap_of_the_intersection(void **state)
{
	static const struct {
		const char *why, *a, *b;
		bool exact;
	} cases[] = {
		{ "the same", AVX, AVX, true },
		{ "features", AVX "movbe avx2", AVX "rdrand", true },
		{ "numbers", AVX "phys_bits=39", AVX "clflush_size=4", true },
		{ "one without the state", AVX, LONG "phys_bits=40", true },
		{ "limitations of counters",
		  AVX "pmu_version=2 pmu_events_len=7 no_llc_misses",
		  AVX "pmu_version=3 pmu_events_len=5 no_llc_reference", true },
		{ "layouts that differ", AVX "avx2",
		  AVX "avx2 xstate_avx_offset=640", false },
	};
	struct cpupolicy_policy level;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_normal(&guest, "intel", cases[i].a);
		make_normal(&host, "intel", cases[i].b);
		assert_int_equal(cpupolicy_intersect(&level, &guest, &host), 0);
		cpupolicy_featureset_of(&small, &guest);
		cpupolicy_featureset_of(&large, &host);
		cpupolicy_featureset_intersect(&both, &small, &large);
		cpupolicy_featureset_intersect(&small, &small, &large);
		assert_memory_equal(&both, &small, sizeof(both));
		if (!cases[i].exact) {
			assert_int_equal(cpupolicy_is_superset(&both, &both),
					 CPUPOLICY_ASK);
			continue;
		}
		cpupolicy_featureset_of(&large, &level);
		if (memcmp(&both, &large, sizeof(both)))
			fail_msg("%s", cases[i].why);
	}
}

static void
what_falls_with_a_value_nobody_listed_is_not_missed_by_the_guest(void **state)
{
	static const struct {
		const char *why, *a, *b;
	} cases[] = {
		{ "listed and not", AVX "xstate_avx_offset=641", AVX },
		{ "neither", AVX "xstate_avx_offset=641",
		  AVX "xstate_avx_offset=642" },
	};
	struct cpupolicy_featureset all, two[2];
	struct cpupolicy_policy level;

	(void)state;
	/* where AVX falls, a host without it will do */
	make_normal(&host, "intel",
		    LONG "phys_bits=40 clflush_size=8 xsave "
			 "xcr0_x87 xcr0_sse");
	cpupolicy_featureset_of(&large, &host);
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_normal(&guest, "intel", cases[i].a);
		cpupolicy_featureset_of(&two[0], &guest);
		make_normal(&level, "intel", cases[i].b);
		cpupolicy_featureset_of(&two[1], &level);
		assert_int_equal(cpupolicy_intersect(&level, &level, &guest),
				 0);
		assert_int_not_equal(cpupolicy_check(&level, &host, NULL, NULL),
				     CPUPOLICY_DOES_NOT_FIT);
		cpupolicy_featureset_intersect(&both, &two[0], &two[1]);
		cpupolicy_featureset_intersect_all(&all, two, 2);
		if (cpupolicy_is_superset(&large, &both) != CPUPOLICY_ASK ||
		    cpupolicy_is_superset(&large, &all) != CPUPOLICY_ASK)
			fail_msg("%s", cases[i].why);
	}
}

static void many_at_once_are_one_after_the_other(void **state)
{
	static const char *const fields[] = {
		AVX "movbe avx2", AVX "movbe rdrand", AVX "movbe phys_bits=39",
		AVX "movbe",	  AVX "movbe erms",   AVX "movbe pcid",
	};
	struct cpupolicy_featureset sets[COUNT(fields)], all;

	(void)state;
	assert_int_equal(cpupolicy_featureset_intersect_all(&all, &both, 0),
			 CPUPOLICY_E_EMPTY);
	for (size_t nr = 0; nr < COUNT(fields); nr++) {
		make_normal(&guest, "intel", fields[nr]);
		cpupolicy_featureset_of(&sets[nr], &guest);
		if (nr == 0)
			both = sets[0];
		else
			cpupolicy_featureset_intersect(&both, &both, &sets[nr]);
		memset(&all, 0xff, sizeof(all));
		assert_int_equal(
			cpupolicy_featureset_intersect_all(&all, sets, nr + 1),
			0);
		assert_memory_equal(&all, &both, sizeof(all));
	}
	make_normal(&guest, "intel", AVX "movbe phys_bits=39");
	cpupolicy_featureset_of(&small, &guest);
	assert_memory_equal(&all, &small, sizeof(all));
}

static void vmx_that_contradicts_itself_is_for_the_policies_to_say(void **state)
{
	/* one demands what the other forbids */
	static const uint64_t controls[] = { 0x0000000100000001,
					     0x0000000200000002 };
	struct cpupolicy_featureset all, two[2];
	struct cpupolicy_policy level;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct cpupolicy_msr msr = { 0x481, 0, controls[i] };

		make_policy(&guest, "intel", X87 "vmx");
		assert_int_equal(cpupolicy_policy_set_msr(&guest, &msr), 0);
		cpupolicy_normalize(&guest, NULL, NULL);
		cpupolicy_featureset_of(&two[i], &guest);
		if (i == 0)
			level = guest;
	}
	assert_int_equal(cpupolicy_intersect(&level, &level, &guest), 0);
	make_normal(&host, "intel", X87);
	cpupolicy_featureset_of(&large, &host);
	assert_int_not_equal(cpupolicy_check(&level, &host, NULL, NULL),
			     CPUPOLICY_DOES_NOT_FIT);
	cpupolicy_featureset_intersect(&both, &two[0], &two[1]);
	assert_int_equal(cpupolicy_is_superset(&large, &both), CPUPOLICY_ASK);
	cpupolicy_featureset_intersect_all(&all, two, 2);
	assert_int_equal(cpupolicy_is_superset(&large, &all), CPUPOLICY_ASK);
}

static void who_names_no_hypervisor_says_nothing_of_its_leaves(void **state)
{
	static const struct cpupolicy_row kvm = { 0x40000000, 0,
						  0x40000001, 0x4b4d564b,
						  0x564b4d56, 0x4d };
	static const char *const fields[] = {
		AVX "kvm_clocksource2 kvm_steal_time",
		AVX "movbe",
		AVX "kvm_clocksource2 kvm_pv_eoi",
		AVX "movbe avx2",
		AVX "movbe",
	};
	struct cpupolicy_featureset sets[COUNT(fields)], all;
	struct cpupolicy_policy level;

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		make_policy(&guest, "intel", "");
		if (i % 2 == 0 && i < 4)
			cpupolicy_policy_set_row(&guest, &kvm);
		set_fields(&guest, fields[i]);
		cpupolicy_normalize(&guest, NULL, NULL);
		cpupolicy_featureset_of(&sets[i], &guest);
		if (i == 0) {
			level = guest;
			both = sets[0];
			continue;
		}
		assert_int_equal(cpupolicy_intersect(&level, &level, &guest),
				 0);
		cpupolicy_featureset_intersect(&both, &sets[i], &both);
	}
	assert_int_equal(value_of(&level, "kvm_clocksource2"), 1);
	assert_int_equal(value_of(&level, "kvm_pv_eoi"), 0);
	cpupolicy_featureset_of(&small, &level);
	assert_memory_equal(&both, &small, sizeof(small));
	cpupolicy_featureset_intersect_all(&all, sets, COUNT(fields));
	assert_memory_equal(&all, &small, sizeof(small));
	/* nor does the result of those that name none */
	sets[0] = sets[3];
	cpupolicy_featureset_intersect_all(&all, sets, 2);
	assert_memory_equal(&all, &sets[1], sizeof(all));
}

/* One host has no PDCM: how the others store branch records does not matter. */
static void many_at_once_ask_less(void **state)
{
	static const char *const fields[] = {
		AVX "pdcm perf_lbr_format=5",
		AVX "pdcm perf_lbr_format=6",
		AVX,
	};
	struct cpupolicy_featureset sets[COUNT(fields)], all;

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		make_normal(&guest, "intel", fields[i]);
		cpupolicy_featureset_of(&sets[i], &guest);
	}
	cpupolicy_featureset_intersect(&both, &sets[0], &sets[1]);
	cpupolicy_featureset_intersect_all(&all, sets, 2);
	assert_memory_equal(&both, &all, sizeof(both));
	cpupolicy_featureset_intersect(&both, &both, &sets[2]);
	cpupolicy_featureset_intersect_all(&all, sets, 3);
	assert_int_equal(cpupolicy_is_superset(&sets[2], &both), CPUPOLICY_ASK);
	assert_int_equal(cpupolicy_is_superset(&sets[2], &all), CPUPOLICY_YES);
}

static void every_host_of_many_answers_for_itself(void **state)
{
	static const char *const fields[] = {
		AVX,
		AVX "movbe",
		AVX "clflush_size=200",
		LONG "phys_bits=40",
	};
	static const size_t sizes[] = { 0, 1, 63, 64, 65, 200 };
	struct cpupolicy_featureset kinds[COUNT(fields)], hosts[200];
	struct cpupolicy_answers answers;

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		make_normal(&host, "intel", fields[i]);
		cpupolicy_featureset_of(&kinds[i], &host);
	}
	for (size_t i = 0; i < 200; i++)
		hosts[i] = kinds[i * 7 / 3 % COUNT(fields)];
	small = kinds[0];
	for (size_t s = 0; s < COUNT(sizes); s++) {
		uint64_t yes[5] = { 0 }, ask[5] = { 0 };
		size_t nr[3] = { 0 };

		memset(yes, 0xff, (sizes[s] + 63) / 64 * sizeof(*yes));
		cpupolicy_find_supersets(&answers, yes, ask, hosts, sizes[s],
					 &small);
		for (size_t i = 0; i < 320; i++) {
			enum cpupolicy_answer one = CPUPOLICY_NO;

			if (i < sizes[s])
				nr[one = cpupolicy_is_superset(&hosts[i],
							       &small)]++;
			assert_int_equal(yes[i / 64] >> i % 64 & 1,
					 one == CPUPOLICY_YES);
			assert_int_equal(ask[i / 64] >> i % 64 & 1,
					 one == CPUPOLICY_ASK);
		}
		assert_memory_equal(answers.nr, nr, sizeof(nr));
		cpupolicy_find_supersets(&answers, NULL, NULL, hosts, sizes[s],
					 &small);
		assert_memory_equal(answers.nr, nr, sizeof(nr));
	}
	assert_true(answers.nr[0] && answers.nr[1] && answers.nr[2]);
}

static void makers_in_one_pool_fit_nowhere(void **state)
{
	(void)state;
	make_normal(&guest, "intel", X87);
	make_normal(&host, "amd", X87);
	cpupolicy_featureset_of(&small, &guest);
	cpupolicy_featureset_of(&large, &host);
	cpupolicy_featureset_intersect(&both, &small, &large);
	assert_int_equal(cpupolicy_is_superset(&small, &both), CPUPOLICY_NO);
	assert_int_equal(cpupolicy_is_superset(&large, &both), CPUPOLICY_NO);
}

static void every_blocking_feature_has_a_bit(void **state)
{
	(void)state;
	make_policy(&guest, "amd", "");
	host = guest;
	cpupolicy_featureset_of(&large, &host);
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		cpupolicy_feature feature = cpupolicy_field_feature(field);

		if (field->rule != CPUPOLICY_RULE_SUBSET || !feature ||
		    field->grade != CPUPOLICY_GRADE_BLOCK ||
		    field->at.space >= CPUPOLICY_SPACE_KVM)
			continue;
		guest = host;
		assert_int_equal(cpupolicy_policy_set(&guest, feature, true),
				 0);
		cpupolicy_featureset_of(&small, &guest);
		if (cpupolicy_is_superset(&large, &small) != CPUPOLICY_NO)
			fail_msg("%s", field->name);
	}
}

static void a_bitmap_has_no_leftovers(void **state)
{
	(void)state;
	memset(&small, 0xff, sizeof(small));
	make_normal(&guest, "intel", AVX);
	cpupolicy_featureset_of(&small, &guest);
	cpupolicy_featureset_of(&large, &guest);
	assert_memory_equal(&small, &large, sizeof(small));
	assert_true(cpupolicy_featureset_words() <= CPUPOLICY_FEATURESET_WORDS);
	for (uint32_t w = cpupolicy_featureset_words();
	     w < CPUPOLICY_FEATURESET_WORDS; w++)
		assert_int_equal(small.word[w], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_is_checks_own),
		cmocka_unit_test(makers_do_not_mix),
		cmocka_unit_test(
			intersection_of_bitmaps_is_the_bitmap_of_the_intersection),
		cmocka_unit_test(
			what_falls_with_a_value_nobody_listed_is_not_missed_by_the_guest),
		cmocka_unit_test(many_at_once_are_one_after_the_other),
		cmocka_unit_test(
			vmx_that_contradicts_itself_is_for_the_policies_to_say),
		cmocka_unit_test(
			who_names_no_hypervisor_says_nothing_of_its_leaves),
		cmocka_unit_test(many_at_once_ask_less),
		cmocka_unit_test(every_host_of_many_answers_for_itself),
		cmocka_unit_test(makers_in_one_pool_fit_nowhere),
		cmocka_unit_test(every_blocking_feature_has_a_bit),
		cmocka_unit_test(a_bitmap_has_no_leftovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
