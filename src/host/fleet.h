/* SPDX-License-Identifier: MIT */
/*
 * fleet.h - what the files about fleets share.
 */
#ifndef CPUPOLICY_SRC_FLEET_H
#define CPUPOLICY_SRC_FLEET_H

#include <string.h>

#include <cpupolicy/fleet.h>

/* fleet_index.c */

/** struct cpupolicy__index - items 0, 1, 2 and so on, found by their hashes */
struct cpupolicy__index {
	uint64_t *hash; /* of each item */
	size_t nr, room;
	uint32_t *slot;	 /* item + 1; 0: nobody */
	size_t nr_slots; /* a power of 2, at least twice the room */
};

/** cpupolicy__resize - realloc() of @nr elements, or NULL */
void *cpupolicy__resize(void *array, size_t nr, size_t size);

/**
 * cpupolicy__index_grow - make room for more items, if one more has none
 *
 * Returns 0, or CPUPOLICY_E_MEMORY. Arrays of items follow @index->room.
 */
int cpupolicy__index_grow(struct cpupolicy__index *index);

/** cpupolicy__index_add - the next item; there must be room */
void cpupolicy__index_add(struct cpupolicy__index *index, uint64_t hash);

void cpupolicy__index_clear(struct cpupolicy__index *index);

#define CPUPOLICY__NO_ITEM SIZE_MAX

/**
 * cpupolicy__index_find - the next item with that hash, or NO_ITEM
 * @at: where to go on; 0 to begin with
 */
static inline size_t cpupolicy__index_find(const struct cpupolicy__index *index,
					   uint64_t hash, size_t *at)
{
	uint32_t item;

	while (index->nr &&
	       (item = index->slot[(hash + (*at)++) & (index->nr_slots - 1)]))
		if (index->hash[item - 1] == hash)
			return item - 1;
	return CPUPOLICY__NO_ITEM;
}

/** struct cpupolicy__guess - item + 1, by digest: whoever was there last */
struct cpupolicy__guess {
	uint32_t recent[1 << 14];
};

/**
 * cpupolicy__guess - where the number of an item with the same bytes may be
 *
 * Most of a fleet was there before. A digest is cheap; whoever it leads to may
 * be another, so bytes are compared, and only then is there a search.
 */
static inline uint32_t *cpupolicy__guess(struct cpupolicy__guess *guess,
					 const void *data, size_t size)
{
	const unsigned char *bytes = data;
	uint64_t lane[8] = { 0 }, word, sum = 0;

	for (size_t i = 0; i + sizeof(lane) <= size; i += sizeof(lane))
		for (size_t k = 0; k < 8; k++) {
			memcpy(&word, &bytes[i + k * sizeof(word)],
			       sizeof(word));
			lane[k] ^= word;
		}
	for (size_t k = 0; k < 8; k++)
		sum = (sum << 7 | sum >> 57) ^ lane[k];
	sum = (sum ^ sum >> 32) * 0x9e3779b97f4a7c15u;
	return &guess->recent[sum >> 50];
}

/* fleet.c */

struct cpupolicy__member {
	struct cpupolicy_policy policy; /* the first */
	struct cpupolicy_policy *level; /* NULL: the same */
};

struct cpupolicy_fleet {
	struct cpupolicy__index index; /* by cpupolicy_policy_class_id() */
	struct cpupolicy__guess guess;
	/* one of each class; @room for as many */
	struct cpupolicy__member *class;
	struct cpupolicy_featureset *set;
	uint64_t *members;
	size_t room;
	uint64_t nr_members;
};

#endif
