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

/**
 * cpupolicy_featureset_intersect - what both can honour
 * @out: may be @a or @b
 *
 * The bitmap of the intersection where that has an encoding; where hosts
 * disagree on a state component's layout the result says ASK.
 */
CPUPOLICY_API void
cpupolicy_featureset_intersect(struct cpupolicy_featureset *out,
			       const struct cpupolicy_featureset *a,
			       const struct cpupolicy_featureset *b);

#endif
