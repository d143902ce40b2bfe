/* SPDX-License-Identifier: MIT */
/*
 * cost.c - what each host of a pool costs the baseline, in linear time.
 *
 * The pool without one kind is the baseline of all kinds before it and all
 * kinds after it, so two running baselines answer the question for every kind.
 */
#include <stdlib.h>
#include <string.h>

#include "cost.h"

struct change {
	struct text features, numbers;
	size_t nr;
	bool gain; /* read from @b to @a */
};

/* Features that @b lacks, and numbers that are smaller there. */
static void add_change(void *arg, const struct cpupolicy_difference *difference)
{
	struct change *change = arg;
	const struct cpupolicy_field *field = difference->field;
	char *name;

	if (field ? field->level != CPUPOLICY_LEVEL_AND &&
			    field->level != CPUPOLICY_LEVEL_MIN
		  : !is_feature(difference))
		return;
	if (difference->a < difference->b)
		return;
	name = difference_name(difference);
	change->nr++;
	if (is_feature(difference)) {
		text_word(&change->features, " ", name);
	} else {
		text_add(&change->numbers, "%s%s:%u->%u",
			 change->numbers.length ? " " : "", name,
			 change->gain ? difference->b : difference->a,
			 change->gain ? difference->a : difference->b);
	}
	free(name);
}

/*
 * The union of all offers, number by number. No host need be like this; it is
 * what costs are measured against.
 */
static void raise_to(struct cpupolicy_policy *best,
		     const struct cpupolicy_policy *offer)
{
	struct cpupolicy_row row, seen;
	struct cpupolicy_msr msr, other;
	struct cpupolicy_policy before = *best;

	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, offer, i); i++) {
		if (row.leaf >> 28 == 4)
			continue;
		seen = row;
		cpupolicy_policy_get_row(&seen, best);
		seen.eax |= row.eax;
		seen.ebx |= row.ebx;
		seen.ecx |= row.ecx;
		seen.edx |= row.edx;
		cpupolicy_policy_set_row(best, &seen);
	}
	for (uint32_t i = 0; cpupolicy_policy_msr_at(&msr, offer, i); i++) {
		other = msr;
		cpupolicy_policy_get_msr(&other, best);
		other.value |= msr.value;
		cpupolicy_policy_set_msr(best, &other);
	}
	for (uint32_t i = 0; cpupolicy_field_at(i); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		uint32_t mine, theirs;

		if (field->level != CPUPOLICY_LEVEL_MIN)
			continue;
		mine = cpupolicy_field_get(&before, field);
		theirs = cpupolicy_field_get(offer, field);
		cpupolicy_field_set(best, field, mine > theirs ? mine : theirs);
	}
}

struct remains {
	struct text exposes;
	size_t nr_block;
};

static void add_remaining(void *arg, const struct cpupolicy_finding *finding)
{
	struct remains *remains = arg;
	struct text *text = &remains->exposes;

	remains->nr_block += finding->grade == CPUPOLICY_GRADE_BLOCK;
	if (finding->grade != CPUPOLICY_GRADE_SECURITY || !finding->field)
		return;
	if (!text->s || !word_listed(text->s, finding->field->name))
		text_word(text, " ", finding->field->name);
}

/* Pool-wide: what fell although no single host lacks it. */
static void add_pool_finding(void *arg, const struct cpupolicy_finding *finding)
{
	if (finding->code == CPUPOLICY_F_DROPPED_LAYOUT ||
	    finding->code == CPUPOLICY_F_DROPPED_CONTRADICTION ||
	    finding->grade >= CPUPOLICY_GRADE_SECURITY)
		findings_sink(arg, finding);
}

static void measure(struct kind_cost *cost, const struct pool *pool,
		    const struct cost *all, const struct cpupolicy_policy *best,
		    const struct cpupolicy_policy *without)
{
	struct change lacks = { 0 }, gains = { .gain = true };
	struct remains remains = { 0 };

	cpupolicy_differences(best, pool_offer(pool, cost->kind), add_change,
			      &lacks);
	cost->lacks = lacks.features.s;
	cost->lowers = lacks.numbers.s;
	if (without) {
		cpupolicy_differences(without, &all->baseline, add_change,
				      &gains);
		cost->abi_without = cpupolicy_abi_level(without);
	}
	cost->gains = gains.features.s;
	cost->raises = gains.numbers.s;
	cost->nr_gains = gains.nr;
	cost->nr_lacks = lacks.nr;
	cpupolicy_check(&all->baseline, pool_accept(pool, cost->kind),
			add_remaining, &remains);
	cost->exposes = remains.exposes.s;
	cost->nr_block = remains.nr_block;
}

/* Any part of a pool that has a baseline has one. */
static void level(struct cpupolicy_policy *out,
		  const struct cpupolicy_policy *a,
		  const struct cpupolicy_policy *b)
{
	if (cpupolicy_intersect(out, a, b) < 0)
		cpupolicy_policy_clear(out);
}

static void measure_all(struct cost *out, const struct pool *pool)
{
	size_t nr = pool->nr_kinds, room = 0;
	struct cpupolicy_policy *after =
		more_room(NULL, &room, nr + 1, sizeof(*after));
	struct cpupolicy_policy best, before, without;

	cpupolicy_policy_clear(&best);
	for (size_t i = nr; i-- > 0;) {
		raise_to(&best, pool_offer(pool, i));
		after[i] = *pool_offer(pool, i);
		if (i + 1 < nr)
			level(&after[i], &after[i], &after[i + 1]);
	}
	for (size_t i = 0; i < nr; i++) {
		bool first = i == 0, last = i + 1 == nr;

		progress("measuring", i, nr);
		if (first && !last)
			without = after[1];
		else if (last && !first)
			without = before;
		else if (!first)
			level(&without, &before, &after[i + 1]);
		out->kind[i].kind = i;
		measure(&out->kind[i], pool, out, &best,
			nr > 1 ? &without : NULL);
		if (first)
			before = *pool_offer(pool, 0);
		else
			level(&before, &before, pool_offer(pool, i));
	}
	progress("measuring", nr, nr);
	free(after);
}

static int compare(const void *left, const void *right)
{
	const struct kind_cost *a = left, *b = right;

	if (a->nr_gains != b->nr_gains)
		return a->nr_gains < b->nr_gains ? 1 : -1;
	if (a->nr_lacks != b->nr_lacks)
		return a->nr_lacks < b->nr_lacks ? 1 : -1;
	return (a->kind > b->kind) - (a->kind < b->kind);
}

int cost_of(struct cost *out, const struct pool *pool)
{
	size_t room = 0;
	int status = pool_baseline(&out->baseline, pool, add_pool_finding,
				   &out->findings);

	if (status)
		return status;
	out->nr = pool->nr_kinds;
	out->kind = more_room(NULL, &room, out->nr, sizeof(*out->kind));
	memset(out->kind, 0, out->nr * sizeof(*out->kind));
	measure_all(out, pool);
	qsort(out->kind, out->nr, sizeof(*out->kind), compare);
	return 0;
}

void cost_free(struct cost *cost)
{
	for (size_t i = 0; i < cost->nr; i++) {
		free(cost->kind[i].lacks);
		free(cost->kind[i].lowers);
		free(cost->kind[i].gains);
		free(cost->kind[i].raises);
		free(cost->kind[i].exposes);
	}
	free(cost->kind);
	findings_free(&cost->findings);
}
