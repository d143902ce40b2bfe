/* SPDX-License-Identifier: MIT */
/*
 * timing.h - time things beside each other, in one run.
 *
 * What is compared runs in turn, round by round, so that a busy moment hits
 * all of it; the median of the rounds counts. Times are printed, with what the
 * design asks for, and nothing ever fails because of one.
 */
#ifndef TESTS_BENCH_TIMING_H
#define TESTS_BENCH_TIMING_H

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 21

/** struct timed - one thing to time, and what to set it against */
struct timed {
	const char *what; /* NULL ends a list */
	/* do it @calls times; the result is used up, so it is computed */
	uint64_t (*run)(const void *arg);
	const void *arg;
	size_t calls;
	const struct timed *against; /* an earlier one, or NULL */
	/* what the design asks for, in ns; 0: nothing. With @words, for each 64
	 * words of featureset */
	double target;
	uint32_t words;
	double ns[ROUNDS];
	double median; /* ns a call */
};

static inline double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* Stay on this CPU; where that is not allowed, times are less steady. */
static inline void pin_to_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu >= 0)
		CPU_SET((unsigned)cpu, &set);
	if (cpu < 0 || sched_setaffinity(0, sizeof(set), &set) != 0)
		puts("(not pinned to a CPU)");
}

/* The compiler must assume that somebody looks at this. */
static inline void use_up(uint64_t value)
{
	__asm__ volatile("" : : "r"(value) : "memory");
}

/* Small, and longer than any branch predictor remembers (xorshift64). */
static inline uint32_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

static inline int compare_times(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline void time_all(struct timed *list)
{
	for (int round = -1; round < ROUNDS; round++)
		for (struct timed *one = list; one->what; one++) {
			double start = now_ns();

			use_up(one->run(one->arg));
			/* the first round only warms up */
			if (round >= 0)
				one->ns[round] =
					(now_ns() - start) / (double)one->calls;
		}
	for (struct timed *one = list; one->what; one++) {
		qsort(one->ns, ROUNDS, sizeof(one->ns[0]), compare_times);
		one->median = one->ns[ROUNDS / 2];
	}
}

static inline void print_times(const struct timed *list)
{
	printf("%-38s %9s %9s  %s\n", "", "ns", "ratio", "target");
	for (const struct timed *one = list; one->what; one++) {
		double part = one->median;

		if (one->words)
			part *= 64.0 / one->words;
		printf("%-38s %9.1f ", one->what, one->median);
		if (one->against)
			printf("%8.1fx", one->against->median / one->median);
		else
			printf("%9s", "");
		if (one->target > 0)
			printf("  %.0f%s: %.1f, %s", one->target,
			       one->words ? " per 64 words" : "", part,
			       part <= one->target ? "met" : "not met");
		puts("");
	}
}

#endif
