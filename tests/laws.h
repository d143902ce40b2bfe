/* SPDX-License-Identifier: MIT */
/*
 * laws.h - shared by the files of the laws test.
 */
#ifndef TESTS_LAWS_H
#define TESTS_LAWS_H

#include "corpus.h"

/** struct member - one policy of the population that the laws are tried on */
struct member {
	const char *name;
	struct cpupolicy_policy policy;
	struct cpupolicy_featureset set;
};

/** struct population - policies of one vendor, or random ones */
struct population {
	const char *what;
	struct member *members;
	size_t nr;
};

/** law - one line of TAP; @detail is printed where it does not hold */
void law(bool holds, const char *population, const char *name,
	 const char *detail);

/** blocks - does a check of these two find anything of grade block? */
bool blocks(const struct cpupolicy_policy *guest,
	    const struct cpupolicy_policy *host);

uint64_t random_next(uint64_t *state);
/** random_below - from 0 to @limit - 1 */
size_t random_below(uint64_t *state, size_t limit);

/** random_policy - normalised, of a vendor; derived from @parent if not NULL */
void random_policy(struct cpupolicy_policy *out, uint64_t *state,
		   const struct cpupolicy_policy *parent);

void order_laws(const struct population *population);
void intersection_laws(const struct population *population, uint64_t *state);
void mask_laws(const struct population *population, uint64_t *state);
void featureset_laws(const struct population *population);
void meet_laws(const struct population *population, uint64_t *state);
void fleet_laws(const struct population *population, uint64_t *state);
void codec_laws(const struct population *population, uint64_t *state);
void lookup_laws(const struct population *population, uint64_t *state);
void record_laws(const struct corpus *corpus);

#endif
