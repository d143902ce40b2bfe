// SPDX-License-Identifier: MIT
/*
 * fleet_moves.c - every guest of a fleet on every host of another, class by
 * class, and counted for the members.
 */
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

/* Members of the classes whose bits are set. */
static uint64_t count_members(const uint64_t *row, size_t words,
			      const uint64_t *members)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < words; i++)
		for (uint64_t left = row[i]; left; left &= left - 1)
			sum += members[i * 64 + (size_t)__builtin_ctzll(left)];
	return sum;
}

void cpupolicy_match_count(struct cpupolicy_pairs *out,
			   const struct cpupolicy_match *match,
			   const uint64_t *guests, const uint64_t *hosts)
{
	uint64_t all = 0;

	memset(out, 0, sizeof(*out));
	for (size_t h = 0; h < match->nr_hosts; h++)
		all += hosts[h];
	for (size_t g = 0; g < match->nr_guests; g++) {
		size_t at = g * match->words;
		uint64_t yes =
			count_members(&match->yes[at], match->words, hosts);
		uint64_t ask =
			count_members(&match->ask[at], match->words, hosts);

		out->nr[CPUPOLICY_YES] += guests[g] * yes;
		out->nr[CPUPOLICY_ASK] += guests[g] * ask;
		out->nr[CPUPOLICY_NO] += guests[g] * (all - yes - ask);
	}
}

static int match_fleets(struct cpupolicy_match *out,
			const struct cpupolicy_fleet *guests,
			const struct cpupolicy_fleet *hosts)
{
	return cpupolicy_featuresets_match(
		out, guests->set, cpupolicy_fleet_count(guests), hosts->set,
		cpupolicy_fleet_count(hosts));
}

/* Settle a row: what has to be asked is asked. */
static void ask_row(struct cpupolicy_moves *moves,
		    struct cpupolicy_match *match,
		    const struct cpupolicy_fleet *guests,
		    const struct cpupolicy_fleet *hosts, size_t g)
{
	const struct cpupolicy_policy *guest = &guests->class[g].policy;

	for (size_t i = 0; i < match->words; i++) {
		uint64_t *left = &match->ask[g * match->words + i];
		uint64_t fits = 0;

		for (; *left; *left &= *left - 1) {
			size_t bit = (size_t)__builtin_ctzll(*left);
			const struct cpupolicy_policy *host =
				&hosts->class[i * 64 + bit].policy;

			moves->nr_asked++;
			if (cpupolicy_check(guest, host, NULL, NULL) !=
			    CPUPOLICY_DOES_NOT_FIT)
				fits |= (uint64_t)1 << bit;
		}
		match->yes[g * match->words + i] |= fits;
	}
}

int cpupolicy_fleet_moves(struct cpupolicy_moves *out,
			  const struct cpupolicy_fleet *guests,
			  const struct cpupolicy_fleet *hosts)
{
	struct cpupolicy_match match;
	struct cpupolicy_pairs pairs;

	memset(out, 0, sizeof(*out));
	if (match_fleets(&match, guests, hosts) < 0)
		return CPUPOLICY_E_MEMORY;
	for (size_t g = 0; g < match.nr_guests; g++)
		ask_row(out, &match, guests, hosts, g);
	cpupolicy_match_count(&pairs, &match, guests->members, hosts->members);
	out->nr_guests = match.nr_guests;
	out->nr_hosts = match.nr_hosts;
	out->words = match.words;
	out->nr_pairs = guests->nr_members * hosts->nr_members;
	out->nr_fit = pairs.nr[CPUPOLICY_YES];
	out->fits = match.yes;
	match.yes = NULL;
	cpupolicy_match_clear(&match);
	return 0;
}

void cpupolicy_moves_clear(struct cpupolicy_moves *moves)
{
	free(moves->fits);
	memset(moves, 0, sizeof(*moves));
}

static void worst_of(void *arg, const struct cpupolicy_finding *finding)
{
	uint8_t *worst = arg;

	if (finding->code != CPUPOLICY_F_IDENTITY_DIFFERS &&
	    finding->grade > *worst)
		*worst = finding->grade;
}

/* The verdict of a check, whoever of the two classes is asked. */
static enum cpupolicy_verdict verdict_of(const struct cpupolicy_policy *guest,
					 const struct cpupolicy_policy *host)
{
	uint8_t worst = CPUPOLICY_GRADE_NONE;
	enum cpupolicy_verdict verdict =
		cpupolicy_check(guest, host, worst_of, &worst);

	return verdict == CPUPOLICY_FITS_WITH_NOTES &&
			       worst == CPUPOLICY_GRADE_NONE
		       ? CPUPOLICY_FITS
		       : verdict;
}

int cpupolicy_fleet_verdicts(struct cpupolicy_verdicts *out,
			     const struct cpupolicy_fleet *guests,
			     const struct cpupolicy_fleet *hosts)
{
	struct cpupolicy_moves moves;

	memset(out, 0, sizeof(*out));
	if (cpupolicy_fleet_moves(&moves, guests, hosts) < 0)
		return CPUPOLICY_E_MEMORY;
	out->verdict = cpupolicy__resize(NULL, (size_t)moves.nr_guests + 1,
					 (size_t)moves.nr_hosts + 1);
	if (!out->verdict) {
		cpupolicy_moves_clear(&moves);
		return CPUPOLICY_E_MEMORY;
	}
	out->nr_guests = moves.nr_guests;
	out->nr_hosts = moves.nr_hosts;
	for (uint32_t g = 0; g < moves.nr_guests; g++)
		for (uint32_t h = 0; h < moves.nr_hosts; h++) {
			enum cpupolicy_verdict verdict = CPUPOLICY_DOES_NOT_FIT;

			if (cpupolicy_moves_fit(&moves, g, h))
				verdict = verdict_of(&guests->class[g].policy,
						     &hosts->class[h].policy);
			out->verdict[(size_t)g * moves.nr_hosts + h] =
				(uint8_t)verdict;
			out->nr[verdict] +=
				guests->members[g] * hosts->members[h];
		}
	cpupolicy_moves_clear(&moves);
	return 0;
}

void cpupolicy_verdicts_clear(struct cpupolicy_verdicts *verdicts)
{
	free(verdicts->verdict);
	memset(verdicts, 0, sizeof(*verdicts));
}
