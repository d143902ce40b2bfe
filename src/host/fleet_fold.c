// SPDX-License-Identifier: MIT
/*
 * fleet_fold.c - find the distinct ones of a million featuresets.
 */
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#define HALF (CPUPOLICY_FEATURESET_WORDS / 2)

struct finder {
	struct cpupolicy__index index;
	struct cpupolicy__guess guess;
	uint32_t key[2 * HALF]; /* added to each word before it is hashed */
};

static void make_keys(struct finder *finder)
{
	uint64_t x = 0;

	for (size_t i = 0; i < 2 * HALF; i++) {
		x += 0x9e3779b97f4a7c15u;
		finder->key[i] = (uint32_t)((x ^ x >> 29) * x >> 32);
	}
}

/*
 * The sum of products of two words each: no product waits for another, and a
 * vector unit can do it. Featuresets that are equal have one hash; the other
 * way round it is nearly always so.
 */
static uint64_t hash_of(const struct cpupolicy_featureset *restrict set,
			const uint32_t *restrict key)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < HALF; i++)
		sum += (uint64_t)(set->word[i] + key[i]) *
		       (set->word[i + HALF] + key[i + HALF]);
	sum *= 0x9e3779b97f4a7c15u;
	return sum ^ sum >> 32;
}

static inline bool same(const struct cpupolicy_featureset *a,
			const struct cpupolicy_featureset *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Memory is slow to begin, so it is asked early. */
static void fetch_ahead(const struct cpupolicy_featureset *sets, size_t at,
			size_t nr)
{
	if (at + 8 >= nr)
		return;
	for (size_t i = 0; i < CPUPOLICY_FEATURESET_WORDS; i += 16)
		CPUPOLICY_PREFETCH(&sets[at + 8].word[i]);
}

static int make_room(struct cpupolicy_fold *out, struct cpupolicy__index *index)
{
	struct cpupolicy_featureset *set;
	uint64_t *members;

	if (index->nr < index->room)
		return 0;
	if (cpupolicy__index_grow(index) < 0)
		return CPUPOLICY_E_MEMORY;
	set = cpupolicy__resize(out->set, index->room, sizeof(*set));
	if (!set)
		return CPUPOLICY_E_MEMORY;
	out->set = set;
	members =
		cpupolicy__resize(out->members, index->room, sizeof(*members));
	if (!members)
		return CPUPOLICY_E_MEMORY;
	out->members = members;
	return 0;
}

/* The number of one that no guess found; there is room for a new one. */
static size_t search(struct cpupolicy_fold *out, struct finder *finder,
		     const struct cpupolicy_featureset *set)
{
	uint64_t hash = hash_of(set, finder->key);
	size_t at = 0, item;

	do
		item = cpupolicy__index_find(&finder->index, hash, &at);
	while (item != CPUPOLICY__NO_ITEM && !same(&out->set[item], set));
	if (item != CPUPOLICY__NO_ITEM)
		return item;
	item = finder->index.nr;
	cpupolicy__index_add(&finder->index, hash);
	out->set[item] = *set;
	out->members[item] = 0;
	out->nr = (uint32_t)finder->index.nr;
	return item;
}

static int fold_one(struct cpupolicy_fold *out, struct finder *finder,
		    const struct cpupolicy_featureset *set, uint32_t *kind)
{
	uint32_t *recent = cpupolicy__guess(&finder->guess, set, sizeof(*set));

	if (!*recent || !same(&out->set[*recent - 1], set)) {
		if (make_room(out, &finder->index) < 0)
			return CPUPOLICY_E_MEMORY;
		*recent = (uint32_t)search(out, finder, set) + 1;
	}
	out->members[*recent - 1]++;
	if (kind)
		*kind = *recent - 1;
	return 0;
}

int cpupolicy_featuresets_fold(struct cpupolicy_fold *out,
			       const struct cpupolicy_featureset *sets,
			       size_t nr, bool kinds)
{
	struct finder *finder = calloc(1, sizeof(*finder));
	int status = finder ? 0 : CPUPOLICY_E_MEMORY;

	memset(out, 0, sizeof(*out));
	if (!status && kinds) {
		out->kind = cpupolicy__resize(NULL, nr + 1, sizeof(*out->kind));
		status = out->kind ? 0 : CPUPOLICY_E_MEMORY;
	}
	if (!status)
		make_keys(finder);
	for (size_t i = 0; i < nr && !status; i++) {
		fetch_ahead(sets, i, nr);
		status = fold_one(out, finder, &sets[i],
				  kinds ? &out->kind[i] : NULL);
	}
	if (finder)
		cpupolicy__index_clear(&finder->index);
	free(finder);
	if (status)
		cpupolicy_fold_clear(out);
	return status;
}

void cpupolicy_fold_clear(struct cpupolicy_fold *fold)
{
	free(fold->set);
	free(fold->members);
	free(fold->kind);
	memset(fold, 0, sizeof(*fold));
}
