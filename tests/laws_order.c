// SPDX-License-Identifier: MIT
/*
 * laws_order.c - laws 1, 2 and 4: check is an order, intersection its greatest
 * lower bound, and featuresets tell the same.
 */
#include <stdlib.h>
#include <string.h>
#include "laws.h"

static char detail[512];

/* All answers once; n * n checks are the dear part. */
static unsigned char *relation(const struct population *p)
{
	unsigned char *fits = malloc(p->nr * p->nr);

	if (!fits)
		abort();
	for (size_t g = 0; g < p->nr; g++)
		for (size_t h = 0; h < p->nr; h++)
			fits[g * p->nr + h] = !blocks(&p->members[g].policy,
						      &p->members[h].policy);
	return fits;
}

static bool reflexive(const struct population *p, const unsigned char *fits)
{
	for (size_t i = 0; i < p->nr; i++)
		if (!fits[i * p->nr + i]) {
			snprintf(detail, sizeof(detail), "%s",
				 p->members[i].name);
			return false;
		}
	return true;
}

static bool transitive(const struct population *p, const unsigned char *fits)
{
	size_t n = p->nr;

	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++)
			for (size_t c = 0; fits[a * n + b] && c < n; c++)
				if (fits[b * n + c] && !fits[a * n + c]) {
					snprintf(detail, sizeof(detail),
						 "%s, %s, %s",
						 p->members[a].name,
						 p->members[b].name,
						 p->members[c].name);
					return false;
				}
	return true;
}

/* Fields whose rule has grade block, gates considered: they make the order. */
static const struct cpupolicy_field *
differing_field(const struct cpupolicy_policy *a,
		const struct cpupolicy_policy *b)
{
	const struct cpupolicy_field *field;

	for (uint32_t i = 0; (field = cpupolicy_field_at(i)) != NULL; i++)
		if (field->grade == CPUPOLICY_GRADE_BLOCK &&
		    cpupolicy_field_get(a, field) !=
			    cpupolicy_field_get(b, field))
			return field;
	return NULL;
}

static bool antisymmetric(const struct population *p, const unsigned char *fits)
{
	size_t n = p->nr;

	for (size_t a = 0; a < n; a++)
		for (size_t b = a + 1; b < n; b++) {
			const struct cpupolicy_field *field;

			if (!fits[a * n + b] || !fits[b * n + a])
				continue;
			field = differing_field(&p->members[a].policy,
						&p->members[b].policy);
			if (field) {
				snprintf(detail, sizeof(detail), "%s, %s: %s",
					 p->members[a].name, p->members[b].name,
					 field->name);
				return false;
			}
		}
	return true;
}

void order_laws(const struct population *p)
{
	unsigned char *fits = relation(p);

	law(reflexive(p, fits), p->what, "every policy fits itself", detail);
	law(transitive(p, fits), p->what, "fitting is transitive", detail);
	law(antisymmetric(p, fits), p->what,
	    "what fits each other agrees in every blocking field", detail);
	free(fits);
}

static void name_two(const struct population *p, size_t a, size_t b,
		     const char *what)
{
	const struct cpupolicy_policy *x = &p->members[a].policy;
	const struct cpupolicy_policy *y = &p->members[b].policy;

	const struct cpupolicy_field *field;
	struct cpupolicy_policy xy, yx;
	const char *name = "";

	if (!cpupolicy_intersect(&xy, x, y) && !cpupolicy_intersect(&yx, y, x))
		for (uint32_t i = 0; (field = cpupolicy_field_at(i)) != NULL;
		     i++)
			if (cpupolicy_field_get(&xy, field) !=
			    cpupolicy_field_get(&yx, field))
				name = field->name;
	snprintf(detail, sizeof(detail), "%s: %s, %s %s", what,
		 p->members[a].name, p->members[b].name, name);
}

static bool lower_bound(const struct population *p)
{
	for (size_t a = 0; a < p->nr; a++)
		for (size_t b = 0; b < p->nr; b++) {
			const struct cpupolicy_policy *x =
				&p->members[a].policy;
			const struct cpupolicy_policy *y =
				&p->members[b].policy;
			struct cpupolicy_policy xy, yx, again;
			int one = cpupolicy_intersect(&xy, x, y);
			int other = cpupolicy_intersect(&yx, y, x);

			if (one != other) {
				name_two(p, a, b, "one order fails");
				return false;
			}
			if (one)
				continue;
			again = *y;
			cpupolicy_intersect(&again, x, &again);
			if (!cpupolicy_policy_equal(&xy, &yx) ||
			    !cpupolicy_policy_equal(&xy, &again)) {
				name_two(p, a, b, "not commutative");
				return false;
			}
			if (blocks(&xy, x) || blocks(&xy, y)) {
				name_two(p, a, b, "above an input");
				return false;
			}
			cpupolicy_normalize(&again, NULL, NULL);
			if (!cpupolicy_policy_equal(&xy, &again) ||
			    (a == b && !cpupolicy_policy_equal(&xy, x))) {
				name_two(p, a, b, "not idempotent");
				return false;
			}
		}
	return true;
}

/* Any g below both is below the intersection. */
static bool greatest(const struct population *p, uint64_t *state)
{
	for (unsigned int i = 0; i < 4000; i++) {
		size_t a = random_below(state, p->nr);
		size_t b = random_below(state, p->nr);
		struct cpupolicy_policy meet, guest;

		if (cpupolicy_intersect(&meet, &p->members[a].policy,
					&p->members[b].policy))
			continue;
		for (size_t g = 0; g < p->nr; g++)
			if (!blocks(&p->members[g].policy,
				    &p->members[a].policy) &&
			    !blocks(&p->members[g].policy,
				    &p->members[b].policy) &&
			    blocks(&p->members[g].policy, &meet)) {
				name_two(p, a, b, p->members[g].name);
				return false;
			}
		/* and one that is only just below the second */
		random_policy(&guest, state, &meet);
		if (!blocks(&guest, &p->members[a].policy) &&
		    !blocks(&guest, &p->members[b].policy) &&
		    blocks(&guest, &meet)) {
			name_two(p, a, b, "a neighbour of the intersection");
			return false;
		}
		if (i % 64 == 0 && p->nr > 150)
			i += 64;
	}
	return true;
}

static bool associative(const struct population *p, uint64_t *state)
{
	for (unsigned int i = 0; i < 30000; i++) {
		size_t at[3] = { random_below(state, p->nr),
				 random_below(state, p->nr),
				 random_below(state, p->nr) };
		const struct cpupolicy_policy *a = &p->members[at[0]].policy;
		const struct cpupolicy_policy *b = &p->members[at[1]].policy;
		const struct cpupolicy_policy *c = &p->members[at[2]].policy;
		struct cpupolicy_policy left, right;
		int one = cpupolicy_intersect(&left, a, b);
		int other = cpupolicy_intersect(&right, b, c);

		one = one ? one : cpupolicy_intersect(&left, &left, c);
		other = other ? other : cpupolicy_intersect(&right, a, &right);
		if ((one != 0) != (other != 0) ||
		    (!one && !cpupolicy_policy_equal(&left, &right))) {
			snprintf(detail, sizeof(detail), "%s, %s, %s",
				 p->members[at[0]].name, p->members[at[1]].name,
				 p->members[at[2]].name);
			return false;
		}
	}
	return true;
}

/* One path for any number of hosts, in any order. */
static bool baseline_is_the_fold(const struct population *p, uint64_t *state)
{
	for (unsigned int i = 0; i < 200; i++) {
		struct cpupolicy_baseline forth, back;
		struct cpupolicy_policy x, y;
		size_t from = random_below(state, p->nr);
		size_t nr = random_below(state, 7) + 1;
		int one = 0, other = 0;

		cpupolicy_baseline_begin(&forth, NULL, NULL);
		cpupolicy_baseline_begin(&back, NULL, NULL);
		for (size_t h = 0; h < nr; h++) {
			size_t up = (from + h * 5) % p->nr;
			size_t down = (from + (nr - 1 - h) * 5) % p->nr;

			one |= cpupolicy_baseline_add(&forth,
						      &p->members[up].policy);
			other |= cpupolicy_baseline_add(
				&back, &p->members[down].policy);
		}
		if ((one != 0) != (other != 0))
			return false;
		if (one)
			continue;
		cpupolicy_baseline_finish(&x, &forth);
		cpupolicy_baseline_finish(&y, &back);
		if (!cpupolicy_policy_equal(&x, &y))
			return false;
		for (size_t h = 0; h < nr; h++)
			if (blocks(&x,
				   &p->members[(from + h * 5) % p->nr].policy))
				return false;
	}
	return true;
}

void intersection_laws(const struct population *p, uint64_t *state)
{
	law(lower_bound(p), p->what,
	    "an intersection is commutative, idempotent and below both",
	    detail);
	law(greatest(p, state), p->what,
	    "an intersection is the greatest lower bound", detail);
	law(associative(p, state), p->what, "an intersection is associative",
	    detail);
	law(baseline_is_the_fold(p, state), p->what,
	    "a baseline fits every host, in whatever order they came", "");
}

void featureset_laws(const struct population *p)
{
	unsigned long asked = 0;
	bool holds = true, meets = true;

	for (size_t g = 0; g < p->nr; g++)
		for (size_t h = 0; h < p->nr; h++) {
			struct cpupolicy_featureset both, meet_set;
			struct cpupolicy_policy meet;
			enum cpupolicy_answer answer = cpupolicy_is_superset(
				&p->members[h].set, &p->members[g].set);
			bool fits = !blocks(&p->members[g].policy,
					    &p->members[h].policy);

			asked += answer == CPUPOLICY_ASK;
			if (answer != CPUPOLICY_ASK &&
			    (answer == CPUPOLICY_YES) != fits) {
				name_two(p, g, h, "superset and check");
				holds = false;
			}
			if (cpupolicy_intersect(&meet, &p->members[g].policy,
						&p->members[h].policy))
				continue;
			cpupolicy_featureset_of(&meet_set, &meet);
			cpupolicy_featureset_intersect(
				&both, &p->members[g].set, &p->members[h].set);
			if (both.word[0] & 1 &&
			    memcmp(&both, &meet_set, sizeof(both))) {
				name_two(p, g, h, "AND and intersection");
				meets = false;
			}
		}
	printf("# %s: a featureset has to ask in %lu of %zu pairs\n", p->what,
	       asked, p->nr * p->nr);
	law(holds, p->what, "a featureset says what a check says", detail);
	law(meets, p->what,
	    "AND of featuresets is the featureset of the intersection", detail);
}
