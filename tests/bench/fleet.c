// SPDX-License-Identifier: MIT
/*
 * fleet.c - ten thousand guests and as many hosts, by the kinds there are of
 * them and pair by pair; and a million hosts beside what memory can do.
 *
 * Every host and guest is a featureset of its own in memory. Answers by kinds
 * and by pairs are compared before anything is printed.
 */
#define _GNU_SOURCE
#include <inttypes.h>

#include <cpupolicy/fleet.h>
#include "fleet.h"

#define NR_EACH	   10000u
#define NR_MANY	   1000000u
#define MANY_KINDS 300u

/* Distinct featuresets, and an array in which each is there many times. */
struct side {
	struct cpupolicy_policy *kind;
	struct cpupolicy_featureset *set;
	uint32_t *kind_of; /* of each of @set */
	uint32_t nr_kinds;
	size_t nr;
};

/* Hide features until nobody has the same featureset. */
static void make_kinds(struct side *side, struct fleet *fleet, uint32_t nr,
		       enum cpupolicy_set which,
		       enum cpupolicy_vendor_id vendor)
{
	struct cpupolicy_featureset *seen = bench_room(nr, sizeof(*seen));
	uint32_t first = 0;

	side->kind = bench_room(nr, sizeof(*side->kind));
	side->nr_kinds = 0;
	while (side->nr_kinds < nr) {
		struct cpupolicy_policy *policy = &side->kind[side->nr_kinds];
		const struct corpus_cpu *cpu =
			&fleet->corpus.cpus[next_random(&fleet->random) %
					    fleet->corpus.nr_committed];

		if (!is_wanted(cpu, vendor))
			continue;
		set_of(policy, cpu, which);
		hide_some(policy, &fleet->random);
		hide_some(policy, &fleet->random);
		cpupolicy_featureset_of(&seen[side->nr_kinds], policy);
		for (first = 0; memcmp(&seen[first], &seen[side->nr_kinds],
				       sizeof(*seen)) != 0;)
			first++;
		side->nr_kinds += first == side->nr_kinds;
	}
	free(seen);
}

static void fill(struct side *side, struct fleet *fleet, size_t nr)
{
	side->nr = nr;
	side->set = bench_room(nr, sizeof(*side->set));
	side->kind_of = bench_room(nr, sizeof(*side->kind_of));
	for (size_t i = 0; i < nr; i++) {
		uint32_t kind = next_random(&fleet->random) % side->nr_kinds;

		/* each at least once */
		if (i < side->nr_kinds)
			kind = (uint32_t)i;
		side->kind_of[i] = kind;
		cpupolicy_featureset_of(&side->set[i], &side->kind[kind]);
	}
}

static void free_side(struct side *side)
{
	free(side->kind);
	free(side->set);
	free(side->kind_of);
}

struct sides {
	struct side guests, hosts;
};

static uint64_t by_kinds(const void *arg)
{
	const struct sides *sides = arg;
	struct cpupolicy_fold guests, hosts;
	struct cpupolicy_match match;
	struct cpupolicy_pairs pairs;

	if (cpupolicy_featuresets_fold(&guests, sides->guests.set,
				       sides->guests.nr, false) < 0 ||
	    cpupolicy_featuresets_fold(&hosts, sides->hosts.set,
				       sides->hosts.nr, false) < 0 ||
	    cpupolicy_featuresets_match(&match, guests.set, guests.nr,
					hosts.set, hosts.nr) < 0)
		exit(2);
	cpupolicy_match_count(&pairs, &match, guests.members, hosts.members);
	cpupolicy_match_clear(&match);
	cpupolicy_fold_clear(&guests);
	cpupolicy_fold_clear(&hosts);
	return pairs.nr[CPUPOLICY_YES];
}

static struct cpupolicy_fleet *fleet_of(const struct side *side)
{
	struct cpupolicy_fleet *fleet = cpupolicy_fleet_new();

	for (size_t i = 0; i < side->nr; i++)
		if (cpupolicy_fleet_add(NULL, fleet,
					&side->kind[side->kind_of[i]]) < 0)
			exit(2);
	return fleet;
}

static uint64_t by_classes(const void *arg)
{
	const struct sides *sides = arg;
	struct cpupolicy_fleet *guests = fleet_of(&sides->guests);
	struct cpupolicy_fleet *hosts = fleet_of(&sides->hosts);
	struct cpupolicy_moves moves;
	uint64_t fit;

	if (cpupolicy_fleet_moves(&moves, guests, hosts) < 0)
		exit(2);
	fit = moves.nr_fit;
	cpupolicy_moves_clear(&moves);
	cpupolicy_fleet_free(guests);
	cpupolicy_fleet_free(hosts);
	return fit;
}

static uint64_t pair_by_pair(const void *arg)
{
	const struct sides *sides = arg;
	uint64_t fit = 0;

	for (size_t g = 0; g < sides->guests.nr; g++)
		for (size_t h = 0; h < sides->hosts.nr; h++)
			fit += cpupolicy_is_superset(&sides->hosts.set[h],
						     &sides->guests.set[g]) ==
			       CPUPOLICY_YES;
	return fit;
}

/* Once: it takes a second or more. */
static double time_once(uint64_t *result, const struct sides *sides)
{
	double start = now_ns();

	*result = pair_by_pair(sides);
	return now_ns() - start;
}

/* Milliseconds. What the design asks for is for fleets of few kinds. */
static void put_times(const struct sides *sides, uint64_t fit, double slow,
		      double kinds, double classes)
{
	printf("%5u %5u %6.1f %% %8.0f ms %8.3f ms %6.0fx %8.3f ms %6.0fx",
	       sides->hosts.nr_kinds, sides->guests.nr_kinds,
	       (double)fit * 100 / NR_EACH / NR_EACH, slow, kinds, slow / kinds,
	       classes, slow / classes);
	if (sides->hosts.nr_kinds < NR_EACH)
		printf("  1 ms and 400x: %s",
		       kinds <= 1 && slow / kinds >= 400 ? "met" : "not met");
	puts("");
}

static bool compare(struct fleet *fleet, uint32_t host_kinds,
		    uint32_t guest_kinds)
{
	struct sides sides;
	/* apart: each empties the other's caches */
	struct timed list[] = {
		{ .what = "by kinds", .run = by_kinds, .arg = &sides },
		{ 0 },
		{ .what = "by classes", .run = by_classes, .arg = &sides },
		{ 0 },
	};
	uint64_t fit, kinds, classes;
	double slow;

	make_kinds(&sides.hosts, fleet, host_kinds, CPUPOLICY_SET_ACCEPT,
		   CPUPOLICY_VENDOR_UNKNOWN);
	make_kinds(&sides.guests, fleet, guest_kinds, CPUPOLICY_SET_OFFER,
		   CPUPOLICY_VENDOR_UNKNOWN);
	fill(&sides.hosts, fleet, NR_EACH);
	fill(&sides.guests, fleet, NR_EACH);
	list[0].calls = list[2].calls = 1;
	slow = time_once(&fit, &sides);
	kinds = by_kinds(&sides);
	classes = by_classes(&sides);
	time_all(&list[0]);
	time_all(&list[2]);
	put_times(&sides, fit, slow / 1e6, list[0].median / 1e6,
		  list[2].median / 1e6);
	if (fit != kinds || fit != classes)
		printf("WRONG: %" PRIu64 " pair by pair, %" PRIu64
		       " by kinds, %" PRIu64 " by classes\n",
		       fit, kinds, classes);
	free_side(&sides.hosts);
	free_side(&sides.guests);
	return fit == kinds && fit == classes;
}

/* What a million hosts are asked. */
struct many {
	struct side hosts;
	struct cpupolicy_featureset humble; /* fits everywhere */
};

static void make_humble(struct many *many)
{
	struct cpupolicy_policy level = many->hosts.kind[0];
	struct cpupolicy_answers answers;

	for (uint32_t i = 1; i < many->hosts.nr_kinds; i++)
		cpupolicy_intersect(&level, &level, &many->hosts.kind[i]);
	cpupolicy_featureset_of(&many->humble, &level);
	cpupolicy_find_supersets(&answers, NULL, NULL, many->hosts.set,
				 many->hosts.nr, &many->humble);
	if (answers.nr[CPUPOLICY_YES] != many->hosts.nr)
		puts("WRONG: some hosts cannot have what all have");
}

static uint64_t run_read(const void *arg)
{
	const struct many *many = arg;
	const uint64_t *word = many->hosts.set[0].pair;
	size_t nr = many->hosts.nr * sizeof(many->hosts.set[0]) / 8;
	uint64_t sum[8] = { 0 };

	for (size_t i = 0; i + 8 <= nr; i += 8) {
		CPUPOLICY_PREFETCH(&word[i + 512 < nr ? i + 512 : i]);
		for (size_t k = 0; k < 8; k++)
			sum[k] ^= word[i + k];
	}
	for (size_t k = 1; k < 8; k++)
		sum[0] ^= sum[k];
	return sum[0];
}

static uint64_t run_intersect(const void *arg)
{
	const struct many *many = arg;
	struct cpupolicy_featureset out;

	cpupolicy_featureset_intersect_all(&out, many->hosts.set,
					   many->hosts.nr);
	return out.pair[0] ^ out.pair[20];
}

static uint64_t run_supersets(const void *arg)
{
	const struct many *many = arg;
	struct cpupolicy_answers answers;

	cpupolicy_find_supersets(&answers, NULL, NULL, many->hosts.set,
				 many->hosts.nr, &many->humble);
	return answers.nr[CPUPOLICY_YES];
}

static uint64_t run_fold(const void *arg)
{
	const struct many *many = arg;
	struct cpupolicy_fold fold;
	uint64_t nr;

	if (cpupolicy_featuresets_fold(&fold, many->hosts.set, many->hosts.nr,
				       false) < 0)
		exit(2);
	nr = fold.nr;
	cpupolicy_fold_clear(&fold);
	return nr;
}

static void put_many(const struct timed *list)
{
	double bytes = sizeof(struct cpupolicy_featureset);

	for (const struct timed *one = list; one->what; one++) {
		double share = 100 * list[0].median / one->median;

		printf("%-38s %6.1f ns a record %6.1f GB/s", one->what,
		       one->median, bytes / one->median);
		if (one->target > 0)
			printf("  %3.0f %% of reading, target %.0f: %s", share,
			       one->target,
			       share >= one->target ? "met" : "not met");
		puts("");
	}
}

static void million(struct fleet *fleet)
{
	struct many many;
	struct timed list[] = {
		{ .what = "reading", .run = run_read, .arg = &many },
		{ .what = "intersection",
		  .run = run_intersect,
		  .arg = &many,
		  .target = 85 },
		{ .what = "supersets, all say yes",
		  .run = run_supersets,
		  .arg = &many,
		  .target = 85 },
		{ .what = "fold", .run = run_fold, .arg = &many },
		{ 0 },
	};

	make_kinds(&many.hosts, fleet, MANY_KINDS, CPUPOLICY_SET_ACCEPT,
		   CPUPOLICY_VENDOR_INTEL);
	fill(&many.hosts, fleet, NR_MANY);
	make_humble(&many);
	for (struct timed *one = list; one->what; one++)
		one->calls = NR_MANY;
	time_all(list);
	printf("\n%u records of %u kinds, %zu bytes each\n\n", NR_MANY,
	       MANY_KINDS, sizeof(struct cpupolicy_featureset));
	put_many(list);
	free_side(&many.hosts);
}

int main(void)
{
	static const uint32_t kinds[][2] = {
		{ 40, 60 },
		{ 200, 300 },
		{ 400, 600 },
		{ NR_EACH, NR_EACH },
	};
	struct fleet fleet;
	bool right = true;

	pin_to_cpu();
	make_fleet(&fleet, 0, CPUPOLICY_VENDOR_UNKNOWN);
	if (!fleet.nr_hosts)
		return 2;
	printf("%u guests against %u hosts, featuresets of %u words\n\n"
	       "    kinds of    fit  pair by pair    by kinds   ratio  "
	       "from policies   ratio\n host guest\n",
	       NR_EACH, NR_EACH, cpupolicy_featureset_words());
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		right = compare(&fleet, kinds[i][0], kinds[i][1]) && right;
	million(&fleet);
	free_fleet(&fleet);
	return right ? 0 : 2;
}
