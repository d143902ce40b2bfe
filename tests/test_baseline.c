/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy a, b, both;
static struct cpupolicy_baseline baseline;
static struct heard heard;

#define CAPS AVX "arch_capabilities "

static void each_level_combines_as_its_rule_says(void **state)
{
	static const struct {
		const char *why, *a, *b, *name;
		uint32_t value;
	} cases[] = {
		{ "a feature of both", AVX "movbe", AVX "movbe", "movbe", 1 },
		{ "a feature of one", AVX "movbe", AVX, "movbe", 0 },
		{ "a limitation of one", AVX "zero_fcs_fds", AVX,
		  "zero_fcs_fds", 1 },
		{ "clearing by one", AVX "md_clear", AVX, "md_clear", 1 },
		{ "the smaller number", AVX "phys_bits=46", AVX "phys_bits=39",
		  "phys_bits", 39 },
		{ "a layout both have", AVX, AVX, "xstate_avx_offset", 576 },
		{ "a layout of one", AVX, LONG, "xstate_avx_offset", 0 },
		{ "layouts that differ take AVX with them", AVX "avx2",
		  AVX "avx2 xstate_avx_offset=640", "avx2", 0 },
		{ "and the component", AVX, AVX "xstate_avx_offset=640",
		  "xcr0_avx", 0 },
		{ "and no size is left over", AVX, AVX "xstate_avx_offset=640",
		  "xsave_size_max", 576 },
		{ "identity of the older", AVX "model=5 stepping=1",
		  AVX "model=4 stepping=9", "stepping", 9 },
		{ "what is derived is derived anew", AVX "la57", AVX,
		  "linear_bits", 48 },
		{ "one lacks the MSR", CAPS "rdctl_no", AVX, "rdctl_no", 0 },
		{ "weakness of one", CAPS "rsba", CAPS, "rsba", 1 },
		{ "weakness, and one lacks the MSR", CAPS "rsba", AVX, "rsba",
		  0 },
	};
	struct cpupolicy_policy other;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_normal(&a, "intel", cases[i].a);
		make_normal(&b, "intel", cases[i].b);
		assert_int_equal(cpupolicy_intersect(&both, &a, &b), 0);
		if (value_of(&both, cases[i].name) != cases[i].value)
			fail_msg("%s: %u", cases[i].why,
				 value_of(&both, cases[i].name));
		assert_int_equal(cpupolicy_intersect(&other, &b, &a), 0);
		assert_true(cpupolicy_policy_equal(&both, &other));
		assert_true(cpupolicy_check(&both, &a, NULL, NULL) !=
			    CPUPOLICY_DOES_NOT_FIT);
		assert_true(cpupolicy_check(&both, &b, NULL, NULL) !=
			    CPUPOLICY_DOES_NOT_FIT);
		/* the output may be either input */
		other = b;
		assert_int_equal(cpupolicy_intersect(&other, &a, &other), 0);
		assert_true(cpupolicy_policy_equal(&both, &other));
		assert_int_equal(cpupolicy_intersect(&a, &a, &b), 0);
		assert_true(cpupolicy_policy_equal(&both, &a));
		assert_int_equal(cpupolicy_intersect(&a, &a, &a), 0);
		assert_true(cpupolicy_policy_equal(&both, &a));
	}
}

static void what_has_nothing_in_common_is_refused(void **state)
{
	struct cpupolicy_row kvm = { .leaf = 0x40000000u,
				     .ebx = 0x4b4d564b,
				     .ecx = 0x564b4d56,
				     .edx = 0x4d };

	(void)state;
	make_normal(&a, "intel", AVX);
	make_normal(&b, "amd", AVX);
	memset(&both, 0x5a, sizeof(both));
	assert_int_equal(cpupolicy_intersect(&both, &a, &b),
			 CPUPOLICY_E_VENDOR);
	assert_int_equal(both.word[5], 0x5a5a5a5a);
	make_policy(&b, "intel", AVX);
	assert_int_equal(cpupolicy_policy_set_row(&b, &kvm), 0);
	cpupolicy_normalize(&b, NULL, NULL);
	/* who names no hypervisor says nothing of its leaves */
	assert_int_equal(cpupolicy_intersect(&both, &a, &b), 0);
	make_policy(&a, "intel", AVX);
	kvm.leaf += 0x100;
	assert_int_equal(cpupolicy_policy_set_row(&a, &kvm), 0);
	cpupolicy_normalize(&a, NULL, NULL);
	both = a;
	assert_int_equal(cpupolicy_intersect(&both, &both, &b),
			 CPUPOLICY_E_HYPERVISOR);
	assert_true(cpupolicy_policy_equal(&both, &a));
}

/* The whole group comes from one host: the oldest, ties by bytes. */
static void the_donor_does_not_depend_on_the_order(void **state)
{
	static const char *const hosts[] = {
		X87 "family=6 ext_model=2 model=10 stepping=7 brand_index=3",
		X87 "family=6 ext_model=2 model=10 stepping=7 brand_index=2",
		X87 "family=6 ext_model=4 model=5 stepping=1 brand_index=1",
		X87 "family=15 ext_family=6 stepping=0 brand_index=0",
		X87 "family=6 ext_model=2 model=10 stepping=8 brand_index=0",
	};
	static const uint32_t orders[][5] = { { 0, 1, 2, 3, 4 },
					      { 4, 3, 2, 1, 0 },
					      { 2, 0, 4, 3, 1 },
					      { 1, 4, 3, 0, 2 } };

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		cpupolicy_baseline_begin(&baseline, NULL, NULL);
		for (size_t j = 0; j < COUNT(hosts); j++) {
			make_normal(&a, "amd", hosts[orders[i][j]]);
			assert_int_equal(cpupolicy_baseline_add(&baseline, &a),
					 0);
		}
		assert_int_equal(cpupolicy_baseline_finish(&both, &baseline),
				 0);
		assert_int_equal(value_of(&both, "family"), 6);
		assert_int_equal(value_of(&both, "ext_model"), 2);
		assert_int_equal(value_of(&both, "stepping"), 7);
		assert_int_equal(value_of(&both, "brand_index"), 2);
	}
}

static void a_baseline_says_what_each_host_costs(void **state)
{
	const struct cpupolicy_finding *found;

	(void)state;
	heard.nr = 0;
	cpupolicy_baseline_begin(&baseline, hear, &heard);
	make_normal(&a, "intel", AVX "movbe rdrand");
	assert_int_equal(cpupolicy_baseline_add(&baseline, &a), 0);
	assert_int_equal(heard.nr, 0);
	make_normal(&b, "intel", AVX "movbe phys_bits=39 zero_fcs_fds");
	assert_int_equal(cpupolicy_baseline_add(&baseline, &b), 0);
	assert_int_equal(heard.nr, 3);
	found = heard_of(&heard, CPUPOLICY_F_COST, "rdrand");
	assert_non_null(found);
	assert_int_equal(found->index, 1);
	assert_int_equal(found->guest, 1);
	assert_int_equal(found->host, 0);
	found = heard_of(&heard, CPUPOLICY_F_COST, "phys_bits");
	assert_int_equal(found->guest, 40);
	assert_int_equal(found->host, 39);
	found = heard_of(&heard, CPUPOLICY_F_TOLD, "zero_fcs_fds");
	assert_int_equal(found->host, 1);
	heard.nr = 0;
	assert_int_equal(cpupolicy_baseline_add(&baseline, &b), 0);
	assert_int_equal(heard.nr, 0);
	assert_int_equal(baseline.nr, 3);
}

static void a_refused_host_leaves_the_baseline_as_it_was(void **state)
{
	(void)state;
	cpupolicy_baseline_begin(&baseline, hear, &heard);
	assert_int_equal(cpupolicy_baseline_finish(&both, &baseline),
			 CPUPOLICY_E_EMPTY);
	make_normal(&a, "intel", AVX);
	make_normal(&b, "amd", LONG);
	assert_int_equal(cpupolicy_baseline_add(&baseline, &a), 0);
	heard.nr = 0;
	assert_int_equal(cpupolicy_baseline_add(&baseline, &b),
			 CPUPOLICY_E_VENDOR);
	assert_int_equal(heard.nr, 0);
	assert_int_equal(baseline.nr, 1);
	assert_int_equal(cpupolicy_baseline_finish(&both, &baseline), 0);
	assert_true(cpupolicy_policy_equal(&both, &a));
}

static void an_uneven_pool_is_said_once(void **state)
{
	static const struct {
		const char *why, *first, *second;
		size_t said;
	} cases[] = {
		{ "weak first", CAPS "rsba", AVX, 1 },
		{ "weak last", AVX, CAPS "rsba", 1 },
		{ "both can tell", CAPS "rsba", CAPS, 0 },
		{ "none is weak", CAPS, AVX, 0 },
		{ "both weaknesses", CAPS "rsba rrsba", AVX, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		heard.nr = 0;
		cpupolicy_baseline_begin(&baseline, hear, &heard);
		make_normal(&a, "intel", cases[i].first);
		make_normal(&b, "intel", cases[i].second);
		assert_int_equal(cpupolicy_baseline_add(&baseline, &a), 0);
		assert_int_equal(cpupolicy_baseline_add(&baseline, &b), 0);
		assert_int_equal(cpupolicy_baseline_add(&baseline, &a), 0);
		if (heard_count(&heard, CPUPOLICY_F_SECURITY_UNEVEN) !=
		    cases[i].said)
			fail_msg("%s: %zu", cases[i].why,
				 heard_count(&heard,
					     CPUPOLICY_F_SECURITY_UNEVEN));
	}
}

/*
 * One host, two, ten thousand: the same three calls. The last host counts as
 * much as the first, and equal hosts cost nothing.
 */
static void ten_thousand_hosts_take_the_path_of_one(void **state)
{
	static const struct {
		uint32_t hosts, odd; /* @odd is without MOVBE, and told more */
	} cases[] = {
		{ 1, 1 },	 { 1, 0 },	   { 2, 2 },
		{ 2, 0 },	 { 10000, 0 },	   { 10000, 9999 },
		{ 10000, 5000 }, { 10000, 10000 },
	};

	(void)state;
	make_normal(&a, "intel", CAPS "movbe phys_bits=46");
	make_normal(&b, "intel", CAPS "rsba phys_bits=39");
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool odd = cases[i].odd < cases[i].hosts;

		heard.nr = 0;
		cpupolicy_baseline_begin(&baseline, hear, &heard);
		for (uint32_t n = 0; n < cases[i].hosts; n++)
			assert_int_equal(
				cpupolicy_baseline_add(
					&baseline, n == cases[i].odd ? &b : &a),
				0);
		assert_int_equal(cpupolicy_baseline_finish(&both, &baseline),
				 0);
		assert_int_equal(baseline.nr, cases[i].hosts);
		assert_int_equal(value_of(&both, "movbe"), !odd);
		assert_int_equal(value_of(&both, "rsba"), odd);
		assert_int_equal(value_of(&both, "phys_bits"), odd ? 39 : 46);
		assert_true(heard.nr < 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_level_combines_as_its_rule_says),
		cmocka_unit_test(what_has_nothing_in_common_is_refused),
		cmocka_unit_test(the_donor_does_not_depend_on_the_order),
		cmocka_unit_test(a_baseline_says_what_each_host_costs),
		cmocka_unit_test(a_refused_host_leaves_the_baseline_as_it_was),
		cmocka_unit_test(an_uneven_pool_is_said_once),
		cmocka_unit_test(ten_thousand_hosts_take_the_path_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
