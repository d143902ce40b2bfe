/* SPDX-License-Identifier: MIT */
/*
 * featureset.h - the blocking part of a policy as one bitmap, so that a check
 * is set inclusion and an intersection is AND.
 *
 * Feature words are taken as they are, limitations complemented, small numbers
 * in unary, values that must be equal as one bit each of a generated list; each
 * ANDed with its gate. A value that has no encoding makes the answer ASK.
 */
#ifndef CPUPOLICY_FEATURESET_H
#define CPUPOLICY_FEATURESET_H

#include <cpupolicy/policy.h>

/** CPUPOLICY_FEATURESET_WORDS - room for every table so far */
#define CPUPOLICY_FEATURESET_WORDS 144

/**
 * struct cpupolicy_featureset - a bitmap for fast checks over fleets
 *
 * Fields are private. Equal bytes mean equal featuresets. The layout belongs to
 * one version of the table; make them anew, do not store them.
 */
struct cpupolicy_featureset {
	union {
		uint32_t word[CPUPOLICY_FEATURESET_WORDS];
		uint64_t pair[CPUPOLICY_FEATURESET_WORDS / 2];
	};
};

/** cpupolicy_featureset_words - how many words this table needs */
CPUPOLICY_API uint32_t cpupolicy_featureset_words(void);

/** cpupolicy_featureset_of - the bitmap of a normalised policy */
CPUPOLICY_API void
cpupolicy_featureset_of(struct cpupolicy_featureset *out,
			const struct cpupolicy_policy *policy);

/** enum cpupolicy_answer - what a featureset can say */
enum cpupolicy_answer {
	CPUPOLICY_NO = 0,
	CPUPOLICY_YES = 1,
	CPUPOLICY_ASK = 2, /* a value has no encoding: use cpupolicy_check() */
};

/**
 * cpupolicy_is_superset - can @host honour everything @guest was promised?
 *
 * YES or NO exactly as cpupolicy_check() finds no block finding or some.
 */
CPUPOLICY_API enum cpupolicy_answer
cpupolicy_is_superset(const struct cpupolicy_featureset *host,
		      const struct cpupolicy_featureset *guest);

/** struct cpupolicy_answers - how many gave each answer */
struct cpupolicy_answers {
	size_t nr[3]; /* by enum cpupolicy_answer */
};

/**
 * cpupolicy_find_supersets - which of many hosts can honour @guest?
 * @yes: bit i % 64 of word i / 64 is 1 where host i says YES; (@nr + 63) / 64
 *	words, bits past @nr are 0; may be NULL
 * @ask: the same for ASK; may be NULL
 * @hosts: @nr of them
 */
CPUPOLICY_API void
cpupolicy_find_supersets(struct cpupolicy_answers *out, uint64_t *yes,
			 uint64_t *ask,
			 const struct cpupolicy_featureset *hosts, size_t nr,
			 const struct cpupolicy_featureset *guest);

/**
 * cpupolicy_featureset_needs, cpupolicy_featureset_gives - plain sets, for
 *	indexes and data bases of one's own
 * @out: may be the input
 *
 * A guest with a bit among its needs that is not among what a host gives is one
 * for which cpupolicy_is_superset() says NO. Where there is no such bit it says
 * YES if both functions returned true, and ASK if not.
 */
CPUPOLICY_API bool
cpupolicy_featureset_needs(struct cpupolicy_featureset *out,
			   const struct cpupolicy_featureset *guest);
CPUPOLICY_API bool
cpupolicy_featureset_gives(struct cpupolicy_featureset *out,
			   const struct cpupolicy_featureset *host);

/**
 * cpupolicy_featureset_intersect - what both can honour
 * @out: may be @a or @b
 *
 * The bitmap of the intersection where that has an encoding. Where it has none
 * (hosts disagree on a state component's layout, or have a value that no bit
 * stands for) the result as a guest says ASK; as a host, NO or ASK.
 */
CPUPOLICY_API void
cpupolicy_featureset_intersect(struct cpupolicy_featureset *out,
			       const struct cpupolicy_featureset *a,
			       const struct cpupolicy_featureset *b);

/**
 * cpupolicy_featureset_intersect_all - what all of many can honour
 * @out: none of @sets
 *
 * The bits are those of cpupolicy_featureset_intersect(), one after the other
 * in any order; it asks only where every order would have to.
 *
 * Returns 0, or CPUPOLICY_E_EMPTY: @nr is 0, and @out is unchanged.
 */
CPUPOLICY_API int
cpupolicy_featureset_intersect_all(struct cpupolicy_featureset *out,
				   const struct cpupolicy_featureset *sets,
				   size_t nr);

#endif
