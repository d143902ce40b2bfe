/* SPDX-License-Identifier: MIT */
/*
 * fleet.h - thousands of hosts and guests, by the few kinds there are of them.
 * Hosted library.
 *
 * A fleet has few distinct CPUs. Policies that are the same to every check are
 * one class (cpupolicy_policy_same_class()); questions about all pairs are
 * answered once for each pair of classes, and counted for their members.
 *
 * Indexes count from 0 in the order in which classes appeared. Counts are of
 * policies or of pairs of them; those of pairs are exact up to 2^64 - 1.
 *
 * A fleet that nobody adds to may be read by any number of threads.
 */
#ifndef CPUPOLICY_FLEET_H
#define CPUPOLICY_FLEET_H

#include <cpupolicy/baseline.h>
#include <cpupolicy/check.h>
#include <cpupolicy/featureset.h>

/** struct cpupolicy_fleet - classes of policies, and how many are of each */
struct cpupolicy_fleet;

/** cpupolicy_fleet_new - one without policies; NULL without memory */
CPUPOLICY_API struct cpupolicy_fleet *cpupolicy_fleet_new(void);

/** cpupolicy_fleet_free - NULL is allowed */
CPUPOLICY_API void cpupolicy_fleet_free(struct cpupolicy_fleet *fleet);

/**
 * cpupolicy_fleet_add - one more host or guest
 * @index: of its class; may be NULL
 * @policy: normalised; copied where the class is new
 *
 * Constant time on average, however many classes there are. Memory grows with
 * the number of classes, by up to 7 KiB each.
 *
 * Returns 0, or (and the fleet is as before) CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_fleet_add(uint32_t *index,
				      struct cpupolicy_fleet *fleet,
				      const struct cpupolicy_policy *policy);

/** cpupolicy_fleet_count - how many classes there are */
CPUPOLICY_API uint32_t
cpupolicy_fleet_count(const struct cpupolicy_fleet *fleet);

/** cpupolicy_fleet_members - how many policies were added */
CPUPOLICY_API uint64_t
cpupolicy_fleet_members(const struct cpupolicy_fleet *fleet);

/**
 * struct cpupolicy_class - policies that are the same to every check
 *
 * Pointers are valid until something is added to the fleet.
 */
struct cpupolicy_class {
	uint64_t id; /* cpupolicy_policy_class_id(); rarely of two classes */
	uint64_t members;
	const struct cpupolicy_policy *policy; /* the first that was added */
	/* what all members can honour: @policy, but for what describes the CPU
	 * and what follows from that */
	const struct cpupolicy_policy *level;
	const struct cpupolicy_featureset *set; /* of any member */
};

/** cpupolicy_fleet_class - 1, or 0 when @index is past the last class */
CPUPOLICY_API int cpupolicy_fleet_class(struct cpupolicy_class *out,
					const struct cpupolicy_fleet *fleet,
					uint32_t index);

/**
 * cpupolicy_fleet_baseline - the best that all of them can offer
 * @sink: as of cpupolicy_baseline_begin(); finding.index is that of a class.
 *	What a class costs is what the first of its members would. May be NULL
 *
 * The same policy, byte for byte, as that of cpupolicy_baseline_add() of every
 * member in any order.
 *
 * Returns 0, or (and @out is unchanged) CPUPOLICY_E_EMPTY or what
 * cpupolicy_intersect() returns.
 */
CPUPOLICY_API int cpupolicy_fleet_baseline(struct cpupolicy_policy *out,
					   const struct cpupolicy_fleet *fleet,
					   cpupolicy_sink *sink, void *arg);

/**
 * struct cpupolicy_moves - which guests can go to which hosts
 *
 * A table of classes: a row for each class of guests, a column for each class
 * of hosts. Zero is empty; free with cpupolicy_moves_clear().
 */
struct cpupolicy_moves {
	uint32_t nr_guests, nr_hosts; /* classes */
	size_t words;		      /* of a row */
	uint64_t *fits;		      /* owned; cpupolicy_moves_fit() */
	uint64_t nr_pairs, nr_fit;    /* of members */
	uint64_t nr_asked; /* pairs of classes that took cpupolicy_check() */
};

/**
 * cpupolicy_fleet_moves - which guests can go to which hosts, all of them
 * @out: not read
 * @guests: what each was promised
 * @hosts: what each accepts; may be @guests
 *
 * A pair fits exactly if cpupolicy_check() finds nothing of grade block.
 *
 * Returns 0, or (and @out is empty) CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_fleet_moves(struct cpupolicy_moves *out,
					const struct cpupolicy_fleet *guests,
					const struct cpupolicy_fleet *hosts);

/** cpupolicy_moves_fit - by the classes' indexes, both within the table */
static inline bool cpupolicy_moves_fit(const struct cpupolicy_moves *moves,
				       uint32_t guest, uint32_t host)
{
	return (moves->fits[guest * moves->words + host / 64u] >> host % 64u &
		1) != 0;
}

/** cpupolicy_moves_clear - free what it owns; it is empty then */
CPUPOLICY_API void cpupolicy_moves_clear(struct cpupolicy_moves *moves);

/**
 * struct cpupolicy_verdicts - what a check says of each pair
 *
 * The verdict of guest class g on host class h is verdict[g * nr_hosts + h].
 * Zero is empty; free with cpupolicy_verdicts_clear().
 */
struct cpupolicy_verdicts {
	uint32_t nr_guests, nr_hosts; /* classes */
	uint8_t *verdict;	      /* enum cpupolicy_verdict; owned */
	uint64_t nr[4];		      /* pairs of members, by verdict */
};

/**
 * cpupolicy_fleet_verdicts - as cpupolicy_fleet_moves(), with how well it fits
 *
 * The verdict of cpupolicy_check(), but that CPUPOLICY_F_IDENTITY_DIFFERS does
 * not count: members of a class may differ in that.
 *
 * Returns 0, or (and @out is empty) CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_fleet_verdicts(struct cpupolicy_verdicts *out,
					   const struct cpupolicy_fleet *guests,
					   const struct cpupolicy_fleet *hosts);

/** cpupolicy_verdicts_clear - free what it owns; it is empty then */
CPUPOLICY_API void
cpupolicy_verdicts_clear(struct cpupolicy_verdicts *verdicts);

/*
 * The same for arrays of featuresets, where nobody has the policies. They have
 * to be made by one version of the library.
 */

/**
 * struct cpupolicy_fold - the distinct ones of many featuresets
 *
 * Zero is empty; free with cpupolicy_fold_clear().
 */
struct cpupolicy_fold {
	uint32_t nr;			  /* distinct */
	struct cpupolicy_featureset *set; /* owned */
	uint64_t *members;		  /* owned */
	uint32_t *kind; /* which each of the many is; owned; may be NULL */
};

/**
 * cpupolicy_featuresets_fold - find those that are equal, byte for byte
 * @out: not read
 * @sets: @nr of them
 * @kinds: fill @out->kind as well, 4 bytes for each of @sets
 *
 * Time grows with @nr; memory, but for @kinds, with the number of distinct
 * ones.
 *
 * Returns 0, or (and @out is empty) CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int
cpupolicy_featuresets_fold(struct cpupolicy_fold *out,
			   const struct cpupolicy_featureset *sets, size_t nr,
			   bool kinds);

/** cpupolicy_fold_clear - free what it owns; it is empty then */
CPUPOLICY_API void cpupolicy_fold_clear(struct cpupolicy_fold *fold);

/**
 * struct cpupolicy_match - cpupolicy_is_superset() of all pairs
 *
 * Rows are guests, columns hosts. Bit h % 64 of word g * words + h / 64 of @yes
 * is 1 where the answer is YES, and of @ask where it is ASK. Bits past the last
 * host are 0. Zero is empty; free with cpupolicy_match_clear().
 */
struct cpupolicy_match {
	uint32_t nr_guests, nr_hosts;
	size_t words;	     /* of a row */
	uint64_t *yes, *ask; /* owned */
};

/**
 * cpupolicy_featuresets_match - can each of these guests run on each of these
 *	hosts?
 * @out: not read
 * @guests, @hosts: better folded first
 *
 * Returns 0, or (and @out is empty) CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_featuresets_match(
	struct cpupolicy_match *out, const struct cpupolicy_featureset *guests,
	uint32_t nr_guests, const struct cpupolicy_featureset *hosts,
	uint32_t nr_hosts);

/** cpupolicy_match_clear - free what it owns; it is empty then */
CPUPOLICY_API void cpupolicy_match_clear(struct cpupolicy_match *match);

/** struct cpupolicy_pairs - answers of all pairs of members */
struct cpupolicy_pairs {
	uint64_t nr[3]; /* by enum cpupolicy_answer */
};

/**
 * cpupolicy_match_count - count the members behind a match of two folds
 * @guests, @hosts: as many as the match has rows and columns
 */
CPUPOLICY_API void cpupolicy_match_count(struct cpupolicy_pairs *out,
					 const struct cpupolicy_match *match,
					 const uint64_t *guests,
					 const uint64_t *hosts);

#endif
