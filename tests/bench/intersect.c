// SPDX-License-Identifier: MIT
/*
 * intersect.c - what do all these hosts have? Set beside what people write
 * themselves: for every row find the other host's, and AND the registers.
 */
#define _GNU_SOURCE
#include "fleet.h"

#define NR_HOSTS 512u

/* Rows that the other has too, with the bits that both have. */
static void naive(struct rows *out, const struct rows *other)
{
	for (size_t i = 0; i < out->nr; i++) {
		struct cpupolicy_row *a = &out->row[i];
		const struct cpupolicy_row none = { 0 };
		const struct cpupolicy_row *b =
			row_of(other, a->leaf, a->subleaf);

		if (!b)
			b = &none;
		a->eax &= b->eax;
		a->ebx &= b->ebx;
		a->ecx &= b->ecx;
		a->edx &= b->edx;
	}
}

static uint64_t run_naive(const void *arg)
{
	const struct fleet *fleet = arg;
	struct rows all = fleet->guests[0].rows;

	for (size_t i = 0; i < NR_HOSTS; i++)
		naive(&all, &fleet->guests[i].rows);
	return all.row[0].eax ^ all.row[all.nr / 2].edx;
}

static uint64_t run_featureset(const void *arg)
{
	const struct fleet *fleet = arg;
	struct cpupolicy_featureset all = fleet->guests[0].set;

	for (size_t i = 0; i < NR_HOSTS; i++)
		cpupolicy_featureset_intersect(&all, &all,
					       &fleet->guests[i].set);
	return (uint64_t)cpupolicy_is_superset(&fleet->guests[0].set, &all);
}

/* The featuresets one behind the other, as fleets keep them. */
struct sets {
	struct cpupolicy_featureset set[NR_HOSTS];
};

static uint64_t run_pairwise(const void *arg)
{
	const struct sets *sets = arg;
	struct cpupolicy_featureset all = sets->set[0];

	for (size_t i = 0; i < NR_HOSTS; i++)
		cpupolicy_featureset_intersect(&all, &all, &sets->set[i]);
	return (uint64_t)cpupolicy_is_superset(&sets->set[0], &all);
}

static uint64_t run_at_once(const void *arg)
{
	const struct sets *sets = arg;
	struct cpupolicy_featureset all;

	cpupolicy_featureset_intersect_all(&all, sets->set, NR_HOSTS);
	return (uint64_t)cpupolicy_is_superset(&sets->set[0], &all);
}

static uint64_t run_policy(const void *arg)
{
	const struct fleet *fleet = arg;
	struct cpupolicy_policy all = fleet->guests[0].policy;
	uint64_t failed = 0;

	for (size_t i = 0; i < NR_HOSTS; i++)
		failed += cpupolicy_intersect(&all, &all,
					      &fleet->guests[i].policy) != 0;
	return failed + cpupolicy_policy_equal(&all, &fleet->guests[0].policy);
}

static void count(void *arg, const struct cpupolicy_finding *finding)
{
	*(uint64_t *)arg += finding->mask;
}

static uint64_t run_baseline(const void *arg)
{
	const struct fleet *fleet = arg;
	struct cpupolicy_baseline baseline;
	uint64_t sum = 0;

	cpupolicy_baseline_begin(&baseline, count, &sum);
	for (size_t i = 0; i < NR_HOSTS; i++)
		cpupolicy_baseline_add(&baseline, &fleet->guests[i].policy);
	return sum + baseline.nr;
}

static uint64_t run_featureset_of(const void *arg)
{
	const struct fleet *fleet = arg;
	struct cpupolicy_featureset set;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_HOSTS; i++) {
		cpupolicy_featureset_of(&set, &fleet->guests[i].policy);
		sum += (uint64_t)cpupolicy_is_superset(&set, &set);
	}
	return sum;
}

static uint64_t run_hostset(const void *arg)
{
	const struct fleet *fleet = arg;
	struct cpupolicy_policy policy;
	uint64_t sum = 0;

	for (size_t i = 0; i < fleet->corpus.nr_committed; i++) {
		if (set_of(&policy, &fleet->corpus.cpus[i],
			   CPUPOLICY_SET_OFFER) == 0)
			sum += cpupolicy_policy_vendor(&policy);
	}
	return sum;
}

int main(void)
{
	uint32_t words = cpupolicy_featureset_words();
	static struct sets sets;
	struct fleet fleet;
	size_t rows = 0;

	pin_to_cpu();
	make_fleet(&fleet, NR_HOSTS, CPUPOLICY_VENDOR_INTEL);
	if (!fleet.nr_hosts)
		return 2;
	for (size_t i = 0; i < NR_HOSTS; i++) {
		rows += fleet.guests[i].rows.nr;
		sets.set[i] = fleet.guests[i].set;
	}
	printf("%u hosts made of %zu, %zu rows on average; featuresets of %u "
	       "words\n\n",
	       NR_HOSTS, fleet.nr_hosts, rows / NR_HOSTS,
	       cpupolicy_featureset_words());

	struct timed list[] = {
		{ .what = "rows, a host",
		  .run = run_naive,
		  .arg = &fleet,
		  .calls = NR_HOSTS },
		{ .what = "featureset, a host",
		  .run = run_featureset,
		  .arg = &fleet,
		  .calls = NR_HOSTS,
		  .against = &list[0] },
		{ .what = "featuresets in a row, a host",
		  .run = run_pairwise,
		  .arg = &sets,
		  .calls = NR_HOSTS,
		  .against = &list[0] },
		{ .what = "featuresets at once, a host",
		  .run = run_at_once,
		  .arg = &sets,
		  .calls = NR_HOSTS,
		  .against = &list[0],
		  .target = 10,
		  .words = words },
		{ .what = "policy, a host",
		  .run = run_policy,
		  .arg = &fleet,
		  .calls = NR_HOSTS,
		  .against = &list[0] },
		{ .what = "baseline with costs, a host",
		  .run = run_baseline,
		  .arg = &fleet,
		  .calls = NR_HOSTS,
		  .against = &list[0] },
		{ .what = "featureset of a policy",
		  .run = run_featureset_of,
		  .arg = &fleet,
		  .calls = NR_HOSTS },
		{ .what = "host set of a record",
		  .run = run_hostset,
		  .arg = &fleet,
		  .calls = fleet.corpus.nr_committed },
		{ 0 },
	};
	time_all(list);
	print_times(list);
	free_fleet(&fleet);
	return 0;
}
