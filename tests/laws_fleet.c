// SPDX-License-Identifier: MIT
/*
 * laws_fleet.c - what is found for classes and kinds is what a check of every
 * pair finds, and a baseline of every member makes.
 */
#include <stdlib.h>
#include <string.h>
#include <cpupolicy/fleet.h>
#include "laws.h"

#define NR_PICKS 160u

/* Members of a fleet, picked at random, some of them several times. */
struct picks {
	struct cpupolicy_policy policy[NR_PICKS];
	const char *name[NR_PICKS];
	uint32_t class[NR_PICKS];
	struct cpupolicy_fleet *fleet;
};

static char detail[512];

/* The same promise by another CPU: its signature and its brand string. */
static void change_description(struct cpupolicy_policy *policy, uint64_t *state)
{
	struct cpupolicy_row signature = { .leaf = 1 };
	struct cpupolicy_row brand = { .leaf = 0x80000003 };

	cpupolicy_policy_get_row(&signature, policy);
	signature.eax = 0x00000600 | (uint32_t)(random_next(state) % 4);
	cpupolicy_policy_set_row(policy, &signature);
	cpupolicy_policy_get_row(&brand, policy);
	brand.ecx = 0x20202020 + (uint32_t)(random_next(state) % 2);
	if (brand.eax)
		cpupolicy_policy_set_row(policy, &brand);
	cpupolicy_normalize(policy, NULL, NULL);
}

static struct picks *pick(const struct population *p, uint64_t *state)
{
	struct picks *picks = malloc(sizeof(*picks));

	if (!picks || !(picks->fleet = cpupolicy_fleet_new()))
		abort();
	for (size_t i = 0; i < NR_PICKS; i++) {
		size_t from = random_below(state, p->nr);

		picks->policy[i] = p->members[from].policy;
		picks->name[i] = p->members[from].name;
		if (random_next(state) % 3 == 0)
			change_description(&picks->policy[i], state);
		if (cpupolicy_fleet_add(&picks->class[i], picks -> fleet,
					&picks -> policy[i]))
			abort();
	}
	return picks;
}

static void free_picks(struct picks *picks)
{
	cpupolicy_fleet_free(picks->fleet);
	free(picks);
}

static void name_two(const char *what, const char *a, const char *b)
{
	snprintf(detail, sizeof(detail), "%s: %s, %s", what, a, b);
}

static bool classes_are_what_no_check_tells_apart(const struct picks *picks)
{
	struct cpupolicy_class a, b;

	for (size_t i = 0; i < NR_PICKS; i++)
		for (size_t j = 0; j < NR_PICKS; j++) {
			bool same = picks->class[i] == picks->class[j];

			cpupolicy_fleet_class(&a, picks->fleet,
					      picks->class[i]);
			cpupolicy_fleet_class(&b, picks->fleet,
					      picks->class[j]);
			if (same != cpupolicy_policy_same_class(
					    &picks->policy[i],
					    &picks->policy[j]) ||
			    same != (a.id == b.id)) {
				name_two("classes", picks->name[i],
					 picks->name[j]);
				return false;
			}
		}
	return true;
}

static bool features_are_of_any_member(const struct picks *picks)
{
	for (size_t i = 0; i < NR_PICKS; i++) {
		struct cpupolicy_featureset set;
		struct cpupolicy_class class;

		cpupolicy_fleet_class(&class, picks->fleet, picks->class[i]);
		cpupolicy_featureset_of(&set, &picks->policy[i]);
		if (memcmp(&set, class.set, sizeof(set))) {
			name_two("featuresets", picks->name[i], "");
			return false;
		}
	}
	return true;
}

static bool baseline_is_of_every_member(const struct picks *picks)
{
	struct cpupolicy_policy x, y;
	struct cpupolicy_baseline one;
	int status = 0, of_classes;

	cpupolicy_baseline_begin(&one, NULL, NULL);
	for (size_t i = 0; i < NR_PICKS && !status; i++)
		status = cpupolicy_baseline_add(&one, &picks->policy[i]);
	of_classes = cpupolicy_fleet_baseline(&x, picks->fleet, NULL, NULL);
	if ((status != 0) != (of_classes != 0))
		return false;
	if (status)
		return true;
	cpupolicy_baseline_finish(&y, &one);
	return cpupolicy_policy_equal(&x, &y);
}

struct worst {
	enum cpupolicy_grade grade;
};

static void hear_worst(void *arg, const struct cpupolicy_finding *finding)
{
	struct worst *worst = arg;

	if (finding->code != CPUPOLICY_F_IDENTITY_DIFFERS &&
	    finding->grade > worst->grade)
		worst->grade = (enum cpupolicy_grade)finding->grade;
}

static enum cpupolicy_verdict one_verdict(const struct cpupolicy_policy *guest,
					  const struct cpupolicy_policy *host)
{
	struct worst worst = { CPUPOLICY_GRADE_NONE };

	cpupolicy_check(guest, host, hear_worst, &worst);
	switch (worst.grade) {
	case CPUPOLICY_GRADE_BLOCK:
		return CPUPOLICY_DOES_NOT_FIT;
	case CPUPOLICY_GRADE_SECURITY:
		return CPUPOLICY_FITS_INSECURE;
	case CPUPOLICY_GRADE_NONE:
		return CPUPOLICY_FITS;
	default:
		return CPUPOLICY_FITS_WITH_NOTES;
	}
}

static bool verdicts_are_those_of_pairs(const struct picks *guests,
					const struct picks *hosts)
{
	struct cpupolicy_verdicts verdicts;
	struct cpupolicy_moves moves;
	uint64_t nr[4] = { 0 };
	bool same = true;

	if (cpupolicy_fleet_moves(&moves, guests->fleet, hosts->fleet) ||
	    cpupolicy_fleet_verdicts(&verdicts, guests->fleet, hosts->fleet))
		abort();
	for (size_t g = 0; g < NR_PICKS && same; g++)
		for (size_t h = 0; h < NR_PICKS && same; h++) {
			enum cpupolicy_verdict one = one_verdict(
				&guests->policy[g], &hosts->policy[h]);
			uint32_t at = guests->class[g] * verdicts.nr_hosts +
				      hosts->class[h];

			nr[one]++;
			same = verdicts.verdict[at] == one &&
			       cpupolicy_moves_fit(&moves, guests->class[g],
						   hosts -> class[h]) ==
				       (one != CPUPOLICY_DOES_NOT_FIT);
			if (!same)
				name_two("verdicts", guests->name[g],
					 hosts->name[h]);
		}
	if (same &&
	    (memcmp(nr, verdicts.nr, sizeof(nr)) ||
	     moves.nr_pairs != (uint64_t)NR_PICKS * NR_PICKS ||
	     moves.nr_fit != moves.nr_pairs - nr[CPUPOLICY_DOES_NOT_FIT])) {
		name_two("counts", "", "");
		same = false;
	}
	cpupolicy_moves_clear(&moves);
	cpupolicy_verdicts_clear(&verdicts);
	return same;
}

void fleet_laws(const struct population *p, uint64_t *state)
{
	struct picks *guests = pick(p, state), *hosts = pick(p, state);

	law(classes_are_what_no_check_tells_apart(guests), p->what,
	    "a class is what no check tells apart, and has a number of its own",
	    detail);
	law(features_are_of_any_member(guests), p->what,
	    "the featureset of a class is that of each member", detail);
	law(baseline_is_of_every_member(hosts), p->what,
	    "the baseline of classes is the baseline of all members", "");
	law(verdicts_are_those_of_pairs(guests, hosts), p->what,
	    "what classes say is what every pair of members says", detail);
	free_picks(guests);
	free_picks(hosts);
}

/* Of some members: as policies, one bitmap after the other, and at once. */
struct meet {
	struct cpupolicy_policy policy;
	struct cpupolicy_featureset pairwise, at_once;
};

/* False: they have no intersection. */
static bool meet_some(struct meet *out, const struct population *p,
		      uint64_t *state)
{
	struct cpupolicy_featureset sets[9];
	size_t nr = random_below(state, 9) + 1;
	int status = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct member *one =
			&p->members[random_next(state) % p->nr];

		sets[i] = one->set;
		if (i == 0) {
			out->policy = one->policy;
			out->pairwise = one->set;
			continue;
		}
		if (!status)
			status = cpupolicy_intersect(&out->policy, &out->policy,
						     &one->policy);
		cpupolicy_featureset_intersect(&out->pairwise, &out->pairwise,
					       &one->set);
	}
	if (cpupolicy_featureset_intersect_all(&out->at_once, sets, nr))
		abort();
	return status == 0;
}

/* Never wrong as a guest, and never asks more than need be. */
static bool is_sound(const struct meet *meet, const struct population *p)
{
	for (size_t h = 0; h < p->nr; h++) {
		bool fits = !blocks(&meet->policy, &p->members[h].policy);
		enum cpupolicy_answer slow = cpupolicy_is_superset(
			&p->members[h].set, &meet->pairwise);
		enum cpupolicy_answer fast = cpupolicy_is_superset(
			&p->members[h].set, &meet->at_once);

		if ((slow != CPUPOLICY_ASK && slow != fast) ||
		    (fast != CPUPOLICY_ASK &&
		     fast != (fits ? CPUPOLICY_YES : CPUPOLICY_NO))) {
			name_two("as a guest", p->members[h].name, "");
			return false;
		}
	}
	return true;
}

void meet_laws(const struct population *p, uint64_t *state)
{
	bool sound = true, same = true;
	unsigned int met = 0, tried = 0;

	for (; tried < 400 && sound && same; tried++) {
		struct meet meet;

		if (!meet_some(&meet, p, state))
			continue;
		met++;
		sound = is_sound(&meet, p);
		same = memcmp(meet.pairwise.pair + 1, meet.at_once.pair + 1,
			      sizeof(meet.at_once) - sizeof(uint64_t)) == 0;
	}
	printf("# %s: %u of %u groups have something in common\n", p->what, met,
	       tried);
	law(sound, p->what, "what many have in common fits where a check says",
	    detail);
	law(same, p->what, "many at once have what one after the other has",
	    "");
}
