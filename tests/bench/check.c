// SPDX-License-Identifier: MIT
/*
 * check.c - can this guest run there? Set beside what people write themselves:
 * for every row of the guest find the host's, and see what bits it lacks.
 */
#define _GNU_SOURCE
#include "fleet.h"

#define NR_GUESTS 512u
#define NR_CALLS  16384u

/* Which guest on which host, in an order that cannot be learnt. */
struct trace {
	const struct fleet *fleet;
	struct {
		uint32_t guest, host;
	} pair[NR_CALLS];
};

/* Bits that the host lacks, of all registers; no rule but "is it set". */
static uint64_t naive(const struct rows *guest, const struct rows *host)
{
	uint64_t lacks = 0;

	for (size_t i = 0; i < guest->nr; i++) {
		const struct cpupolicy_row *g = &guest->row[i];
		const struct cpupolicy_row none = { 0 };
		const struct cpupolicy_row *h =
			row_of(host, g->leaf, g->subleaf);

		if (!h)
			h = &none;
		lacks += (g->eax & ~h->eax) != 0;
		lacks += (g->ebx & ~h->ebx) != 0;
		lacks += (g->ecx & ~h->ecx) != 0;
		lacks += (g->edx & ~h->edx) != 0;
	}
	return lacks;
}

static uint64_t run_naive(const void *arg)
{
	const struct trace *trace = arg;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_CALLS; i++)
		sum += naive(&trace->fleet->guests[trace->pair[i].guest].rows,
			     &trace->fleet->hosts[trace->pair[i].host].rows);
	return sum;
}

static uint64_t run_superset(const void *arg)
{
	const struct trace *trace = arg;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_CALLS; i++)
		sum += cpupolicy_is_superset(
			&trace->fleet->hosts[trace->pair[i].host].set,
			&trace->fleet->guests[trace->pair[i].guest].set);
	return sum;
}

static void count(void *arg, const struct cpupolicy_finding *finding)
{
	*(uint64_t *)arg += finding->code;
}

static uint64_t run_check(const void *arg)
{
	const struct trace *trace = arg;
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_CALLS; i++)
		sum += cpupolicy_check(
			&trace->fleet->guests[trace->pair[i].guest].policy,
			&trace->fleet->hosts[trace->pair[i].host].policy, count,
			&sum);
	return sum;
}

static size_t count_answers(const struct trace *trace,
			    enum cpupolicy_answer answer)
{
	size_t nr = 0;

	for (size_t i = 0; i < NR_CALLS; i++)
		nr += cpupolicy_is_superset(
			      &trace->fleet->hosts[trace->pair[i].host].set,
			      &trace->fleet->guests[trace->pair[i].guest]
				       .set) == answer;
	return nr;
}

static void count_one(void *arg, const struct cpupolicy_finding *finding)
{
	(void)finding;
	++*(uint64_t *)arg;
}

static uint64_t count_findings(const struct trace *trace)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < NR_CALLS; i++)
		cpupolicy_check(
			&trace->fleet->guests[trace->pair[i].guest].policy,
			&trace->fleet->hosts[trace->pair[i].host].policy,
			count_one, &nr);
	return nr;
}

/* Guests among the first @among; at home, or on any host. */
static struct trace *make_trace(struct fleet *fleet, uint32_t among, bool home)
{
	struct trace *trace = bench_room(1, sizeof(*trace));

	trace->fleet = fleet;
	for (size_t i = 0; i < NR_CALLS; i++) {
		uint32_t guest = next_random(&fleet->random) % among;
		uint32_t any =
			next_random(&fleet->random) % (uint32_t)fleet->nr_hosts;

		trace->pair[i].guest = guest;
		trace->pair[i].host =
			home ? (uint32_t)fleet->guests[guest].kind : any;
	}
	return trace;
}

static void describe(const char *where, const struct trace *trace)
{
	printf("%s: of %u pairs %zu fit, %zu do not, %zu are for "
	       "cpupolicy_check() to say; %.1f findings each\n",
	       where, NR_CALLS, count_answers(trace, CPUPOLICY_YES),
	       count_answers(trace, CPUPOLICY_NO),
	       count_answers(trace, CPUPOLICY_ASK),
	       (double)count_findings(trace) / NR_CALLS);
}

static void describe_all(const struct fleet *fleet, const struct trace *home,
			 const struct trace *away)
{
	size_t rows = 0;

	for (size_t i = 0; i < fleet->nr_guests; i++)
		rows += fleet->guests[i].rows.nr;
	printf("%zu hosts, %zu guests of %zu rows on average; featuresets of "
	       "%u words\n",
	       fleet->nr_hosts, fleet->nr_guests, rows / fleet->nr_guests,
	       cpupolicy_featureset_words());
	describe("at home", home);
	describe("elsewhere", away);
	puts("");
}

int main(void)
{
	uint32_t words = cpupolicy_featureset_words();
	struct fleet fleet;
	struct trace *few, *home, *away;

	pin_to_cpu();
	make_fleet(&fleet, NR_GUESTS, CPUPOLICY_VENDOR_UNKNOWN);
	if (!fleet.nr_hosts)
		return 2;
	few = make_trace(&fleet, 12, true);
	home = make_trace(&fleet, NR_GUESTS, true);
	away = make_trace(&fleet, NR_GUESTS, false);
	describe_all(&fleet, home, away);

	struct timed list[] = {
		{ .what = "rows, 12 guests at home",
		  .run = run_naive,
		  .arg = few,
		  .calls = NR_CALLS },
		{ .what = "superset, 12 guests at home",
		  .run = run_superset,
		  .arg = few,
		  .calls = NR_CALLS,
		  .against = &list[0],
		  .target = 10,
		  .words = words },
		{ .what = "check, 12 guests at home",
		  .run = run_check,
		  .arg = few,
		  .calls = NR_CALLS,
		  .against = &list[0],
		  .target = 500 },
		{ .what = "rows, at home",
		  .run = run_naive,
		  .arg = home,
		  .calls = NR_CALLS },
		{ .what = "superset, at home (yes)",
		  .run = run_superset,
		  .arg = home,
		  .calls = NR_CALLS,
		  .against = &list[3],
		  .target = 10,
		  .words = words },
		{ .what = "check, at home (no finding)",
		  .run = run_check,
		  .arg = home,
		  .calls = NR_CALLS,
		  .against = &list[3],
		  .target = 500 },
		{ .what = "rows, elsewhere",
		  .run = run_naive,
		  .arg = away,
		  .calls = NR_CALLS },
		{ .what = "superset, elsewhere (mostly no)",
		  .run = run_superset,
		  .arg = away,
		  .calls = NR_CALLS,
		  .against = &list[6],
		  .target = 10,
		  .words = words },
		{ .what = "check, elsewhere (all findings)",
		  .run = run_check,
		  .arg = away,
		  .calls = NR_CALLS,
		  .against = &list[6] },
		{ 0 },
	};
	time_all(list);
	print_times(list);
	free(few);
	free(home);
	free(away);
	free_fleet(&fleet);
	return 0;
}
