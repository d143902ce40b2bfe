// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/fleet.h>
#include "support.h"

static struct cpupolicy_policy policy, other;

static uint32_t add(struct cpupolicy_fleet *fleet, const char *vendor,
		    const char *fields)
{
	uint32_t index = 99;

	make_normal(&policy, vendor, fields);
	assert_int_equal(cpupolicy_fleet_add(&index, fleet, &policy), 0);
	return index;
}

static struct cpupolicy_class class_of(const struct cpupolicy_fleet *fleet,
				       uint32_t index)
{
	struct cpupolicy_class class;

	assert_int_equal(cpupolicy_fleet_class(&class, fleet, index), 1);
	return class;
}

static void equal_policies_are_one_class(void **state)
{
	struct cpupolicy_fleet *fleet = cpupolicy_fleet_new();
	struct cpupolicy_featureset set;
	struct cpupolicy_class class;

	(void)state;
	assert_int_equal(cpupolicy_fleet_count(fleet), 0);
	assert_int_equal(add(fleet, "intel", AVX), 0);
	assert_int_equal(add(fleet, "intel", AVX "avx2"), 1);
	assert_int_equal(add(fleet, "intel", AVX), 0);
	assert_int_equal(add(fleet, "amd", AVX), 2);
	assert_int_equal(add(fleet, "intel", AVX), 0);
	assert_int_equal(cpupolicy_fleet_count(fleet), 3);
	assert_int_equal(cpupolicy_fleet_members(fleet), 5);
	class = class_of(fleet, 0);
	assert_int_equal(class.members, 3);
	assert_true(cpupolicy_policy_equal(class.policy, &policy));
	assert_true(cpupolicy_policy_equal(class.level, &policy));
	assert_true(class.id == cpupolicy_policy_class_id(&policy));
	cpupolicy_featureset_of(&set, &policy);
	assert_memory_equal(class.set, &set, sizeof(set));
	assert_int_equal(class_of(fleet, 2).members, 1);
	assert_int_equal(cpupolicy_fleet_class(&class, fleet, 3), 0);
	assert_int_equal(cpupolicy_fleet_add(NULL, fleet, &policy), 0);
	cpupolicy_fleet_free(fleet);
	cpupolicy_fleet_free(NULL);
}

static void cpus_that_only_look_different_are_one_class(void **state)
{
	struct cpupolicy_fleet *fleet = cpupolicy_fleet_new();
	struct cpupolicy_class class;

	(void)state;
	assert_int_equal(add(fleet, "intel", AVX "family=6 model=12"), 0);
	assert_int_equal(add(fleet, "intel", AVX "family=6 model=10"), 0);
	assert_int_equal(add(fleet, "intel", AVX "family=6 model=11"), 0);
	assert_int_equal(add(fleet, "intel", AVX "family=6 model=11"), 0);
	class = class_of(fleet, 0);
	assert_int_equal(class.members, 4);
	/* the first represents them, the humblest is the level of all */
	assert_int_equal(value_of(class.policy, "model"), 12);
	assert_int_equal(value_of(class.level, "model"), 10);
	cpupolicy_fleet_free(fleet);
}

static void two_classes_of_one_number_are_told_apart(void **state)
{
	struct cpupolicy_fleet *fleet = cpupolicy_fleet_new();
	uint32_t index;

	(void)state;
	assert_int_equal(add(fleet, "intel", AVX), 0);
	other = policy;
	other.table++;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(cpupolicy_fleet_add(&index, fleet, &other), 0);
		assert_int_equal(index, 1);
		assert_int_equal(cpupolicy_fleet_add(&index, fleet, &policy),
				 0);
		assert_int_equal(index, 0);
	}
	assert_true(class_of(fleet, 0).id == class_of(fleet, 1).id);
	cpupolicy_fleet_free(fleet);
}

/* As many as 2^11 combinations of features that need nothing. */
static void make_one_of_many(struct cpupolicy_policy *out, uint32_t nr)
{
	static const char *const features[] = {
		"movbe",  "popcnt", "aes",  "rdrand", "bmi1", "bmi2",
		"rdseed", "adx",    "smap", "erms",   "clwb",
	};

	make_policy(out, "intel", X87);
	for (uint32_t i = 0; i < COUNT(features); i++)
		if (nr >> i & 1)
			set_fields(out, features[i]);
	cpupolicy_normalize(out, NULL, NULL);
}

static void thousands_of_classes_are_found_again(void **state)
{
	struct cpupolicy_fleet *fleet = cpupolicy_fleet_new();
	uint32_t index;

	(void)state;
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t nr = 0; nr < 1u << 11; nr++) {
			make_one_of_many(&policy, nr);
			assert_int_equal(
				cpupolicy_fleet_add(&index, fleet, &policy), 0);
			assert_int_equal(index, nr);
		}
	assert_int_equal(cpupolicy_fleet_count(fleet), 1u << 11);
	for (uint32_t nr = 0; nr < 1u << 11; nr++)
		assert_int_equal(class_of(fleet, nr).members, 2);
	cpupolicy_fleet_free(fleet);
}

static void a_baseline_is_that_of_every_member(void **state)
{
	struct cpupolicy_fleet *fleet = cpupolicy_fleet_new();
	struct heard heard = { 0 };

	(void)state;
	policy.table = 77;
	assert_int_equal(cpupolicy_fleet_baseline(&policy, fleet, NULL, NULL),
			 CPUPOLICY_E_EMPTY);
	assert_int_equal(policy.table, 77);
	add(fleet, "intel", AVX "avx2 family=6 model=9");
	add(fleet, "intel", AVX "avx2 family=6 model=8");
	add(fleet, "intel", AVX "movbe family=6 model=12");
	assert_int_equal(cpupolicy_fleet_baseline(&policy, fleet, hear, &heard),
			 0);
	make_normal(&other, "intel", AVX "family=6 model=8");
	assert_true(cpupolicy_policy_equal(&policy, &other));
	/* the second class took avx2 away */
	assert_int_equal(heard_of(&heard, CPUPOLICY_F_COST, "avx2")->index, 1);
	add(fleet, "amd", AVX);
	other = policy = class_of(fleet, 0).policy[0];
	assert_int_equal(cpupolicy_fleet_baseline(&policy, fleet, NULL, NULL),
			 CPUPOLICY_E_VENDOR);
	assert_true(cpupolicy_policy_equal(&policy, &other));
	cpupolicy_fleet_free(fleet);
}

static void every_pair_has_the_verdict_of_its_classes(void **state)
{
	static const struct {
		const char *why, *guest, *host;
		enum cpupolicy_verdict verdict;
		bool asked;
	} cases[] = {
		{ "the same", AVX, AVX, CPUPOLICY_FITS, false },
		{ "another CPU of that class", AVX "family=6 model=8",
		  AVX "family=6 model=9", CPUPOLICY_FITS, false },
		{ "a hint less", AVX "erms", AVX, CPUPOLICY_FITS_WITH_NOTES,
		  false },
		{ "a mitigation less", AVX "arch_capabilities rdctl_no",
		  AVX "arch_capabilities", CPUPOLICY_FITS_INSECURE, false },
		{ "a feature less", AVX "movbe", AVX, CPUPOLICY_DOES_NOT_FIT,
		  false },
		{ "a layout that nobody listed", AVX "xstate_avx_offset=641",
		  AVX "xstate_avx_offset=641", CPUPOLICY_FITS, true },
		{ "and another", AVX "xstate_avx_offset=641",
		  AVX "xstate_avx_offset=642", CPUPOLICY_DOES_NOT_FIT, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_fleet *guests = cpupolicy_fleet_new();
		struct cpupolicy_fleet *hosts = cpupolicy_fleet_new();
		bool fits = cases[i].verdict != CPUPOLICY_DOES_NOT_FIT;
		struct cpupolicy_verdicts verdicts;
		struct cpupolicy_moves moves;

		for (int n = 0; n < 3; n++)
			add(guests, "intel", cases[i].guest);
		for (int n = 0; n < 5; n++)
			add(hosts, "intel", cases[i].host);
		assert_int_equal(cpupolicy_fleet_moves(&moves, guests, hosts),
				 0);
		assert_int_equal(
			cpupolicy_fleet_verdicts(&verdicts, guests, hosts), 0);
		if (verdicts.verdict[0] != (uint8_t)cases[i].verdict ||
		    cpupolicy_moves_fit(&moves, 0, 0) != fits)
			fail_msg("%s: %u", cases[i].why, verdicts.verdict[0]);
		assert_int_equal(verdicts.nr[cases[i].verdict], 15);
		assert_int_equal(moves.nr_pairs, 15);
		assert_int_equal(moves.nr_fit, fits ? 15 : 0);
		assert_int_equal(moves.nr_asked, cases[i].asked);
		cpupolicy_moves_clear(&moves);
		cpupolicy_verdicts_clear(&verdicts);
		cpupolicy_fleet_free(guests);
		cpupolicy_fleet_free(hosts);
	}
}

static void without_guests_or_hosts_there_are_no_moves(void **state)
{
	struct cpupolicy_fleet *none = cpupolicy_fleet_new();
	struct cpupolicy_fleet *some = cpupolicy_fleet_new();
	struct cpupolicy_fleet *pairs[][2] = { { none, none },
					       { none, some },
					       { some, none } };
	struct cpupolicy_verdicts verdicts;
	struct cpupolicy_moves moves;

	(void)state;
	add(some, "intel", AVX);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(
			cpupolicy_fleet_moves(&moves, pairs[i][0], pairs[i][1]),
			0);
		assert_int_equal(moves.nr_pairs, 0);
		assert_int_equal(moves.nr_fit, 0);
		cpupolicy_moves_clear(&moves);
		assert_int_equal(cpupolicy_fleet_verdicts(
					 &verdicts, pairs[i][0], pairs[i][1]),
				 0);
		cpupolicy_verdicts_clear(&verdicts);
	}
	cpupolicy_moves_clear(&moves);
	cpupolicy_fleet_free(none);
	cpupolicy_fleet_free(some);
}

/* Featuresets that are as different as fit the purpose; none is of a policy. */
static struct cpupolicy_featureset *make_sets(size_t nr)
{
	struct cpupolicy_featureset *sets = calloc(nr, sizeof(*sets));

	assert_non_null(sets);
	for (size_t i = 0; i < nr; i++) {
		/* words that cancel in a digest: every guess is wrong */
		sets[i].word[20] = (uint32_t)i;
		sets[i].word[36] = (uint32_t)i;
	}
	return sets;
}

static void equal_featuresets_fold(void **state)
{
	static const size_t sizes[] = { 0, 1, 63, 64, 65, 5000 };

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		size_t nr = sizes[s];
		struct cpupolicy_featureset *sets = make_sets(2 * nr + 1);
		struct cpupolicy_fold fold;

		memcpy(sets + nr, sets, nr * sizeof(*sets));
		assert_int_equal(
			cpupolicy_featuresets_fold(&fold, sets, 2 * nr, true),
			0);
		assert_int_equal(fold.nr, nr);
		for (size_t i = 0; i < nr; i++) {
			assert_memory_equal(&fold.set[i], &sets[i],
					    sizeof(sets[i]));
			assert_int_equal(fold.members[i], 2);
			assert_int_equal(fold.kind[i], i);
			assert_int_equal(fold.kind[nr + i], i);
		}
		cpupolicy_fold_clear(&fold);
		assert_int_equal(
			cpupolicy_featuresets_fold(&fold, sets, 2 * nr, false),
			0);
		assert_int_equal(fold.nr, nr);
		assert_null(fold.kind);
		cpupolicy_fold_clear(&fold);
		free(sets);
	}
}

/* Featuresets of every sort that a match has to tell apart. */
static size_t make_sorts(struct cpupolicy_featureset *out)
{
	static const char *const fields[] = {
		"fpu",
		X87,
		LONG "phys_bits=40",
		AVX,
		AVX "avx2 movbe",
		AVX "xstate_avx_offset=641",
		AVX "xstate_avx_offset=642",
		AVX "clflush_size=200",
	};
	static const struct cpupolicy_row kvm = { 0x40000000, 0,
						  0x40000001, 0x4b4d564b,
						  0x564b4d56, 0x4d };
	size_t nr = 0;

	for (size_t i = 0; i < COUNT(fields); i++)
		for (int named = 0; named < 2; named++) {
			make_policy(&policy, i % 3 ? "intel" : "amd", "");
			if (named)
				cpupolicy_policy_set_row(&policy, &kvm);
			if (named && i % 2)
				set_fields(&policy, "kvm_clocksource2");
			set_fields(&policy, fields[i]);
			cpupolicy_normalize(&policy, NULL, NULL);
			cpupolicy_featureset_of(&out[nr++], &policy);
		}
	/* of several makers; of layouts that differ; of what nobody listed */
	cpupolicy_featureset_intersect(&out[nr++], &out[0], &out[2]);
	cpupolicy_featureset_intersect(&out[nr++], &out[10], &out[8]);
	cpupolicy_featureset_intersect(&out[nr++], &out[10], &out[14]);
	return nr;
}

static void a_match_says_what_each_pair_says(void **state)
{
	static const uint32_t nr_hosts[] = { 0,	 1,   2,   63,	64,
					     65, 511, 512, 513, 1000 };
	struct cpupolicy_featureset sorts[32],
		*hosts = calloc(1000, sizeof(*hosts));
	size_t nr = make_sorts(sorts);
	unsigned int seen[3] = { 0 };

	(void)state;
	assert_non_null(hosts);
	for (size_t i = 0; i < 1000; i++)
		hosts[i] = sorts[i * 7 % nr];
	for (size_t s = 0; s < COUNT(nr_hosts); s++) {
		struct cpupolicy_match match;

		assert_int_equal(
			cpupolicy_featuresets_match(&match, sorts, (uint32_t)nr,
						    hosts, nr_hosts[s]),
			0);
		for (size_t g = 0; g < nr; g++)
			for (size_t h = 0; h < match.words * 64; h++) {
				size_t at = g * match.words + h / 64;
				uint64_t yes = match.yes[at] >> h % 64 & 1;
				uint64_t ask = match.ask[at] >> h % 64 & 1;
				enum cpupolicy_answer one = CPUPOLICY_NO;

				if (h < nr_hosts[s]) {
					one = cpupolicy_is_superset(&hosts[h],
								    &sorts[g]);
					seen[one]++;
				}
				assert_int_equal(yes, one == CPUPOLICY_YES);
				assert_int_equal(ask, one == CPUPOLICY_ASK);
			}
		cpupolicy_match_clear(&match);
	}
	assert_true(seen[CPUPOLICY_NO] && seen[CPUPOLICY_YES] &&
		    seen[CPUPOLICY_ASK]);
	free(hosts);
}

static void members_of_a_match_are_counted(void **state)
{
	static const uint64_t guests[] = { 2, 3 }, hosts[] = { 5, 7 };
	struct cpupolicy_featureset sets[2];
	struct cpupolicy_match match;
	struct cpupolicy_pairs pairs;

	(void)state;
	make_normal(&policy, "intel", AVX);
	cpupolicy_featureset_of(&sets[0], &policy);
	make_normal(&policy, "intel", AVX "movbe");
	cpupolicy_featureset_of(&sets[1], &policy);
	assert_int_equal(cpupolicy_featuresets_match(&match, sets, 2, sets, 2),
			 0);
	cpupolicy_match_count(&pairs, &match, guests, hosts);
	/* only the second guest does not fit, and only on the first host */
	assert_int_equal(pairs.nr[CPUPOLICY_NO], 3 * 5);
	assert_int_equal(pairs.nr[CPUPOLICY_YES], 2 * 5 + 2 * 7 + 3 * 7);
	assert_int_equal(pairs.nr[CPUPOLICY_ASK], 0);
	cpupolicy_match_clear(&match);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_policies_are_one_class),
		cmocka_unit_test(cpus_that_only_look_different_are_one_class),
		cmocka_unit_test(two_classes_of_one_number_are_told_apart),
		cmocka_unit_test(thousands_of_classes_are_found_again),
		cmocka_unit_test(a_baseline_is_that_of_every_member),
		cmocka_unit_test(every_pair_has_the_verdict_of_its_classes),
		cmocka_unit_test(without_guests_or_hosts_there_are_no_moves),
		cmocka_unit_test(equal_featuresets_fold),
		cmocka_unit_test(a_match_says_what_each_pair_says),
		cmocka_unit_test(members_of_a_match_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
