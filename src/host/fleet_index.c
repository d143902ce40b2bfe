// SPDX-License-Identifier: MIT
/*
 * fleet_index.c - a hash table that keeps numbers only: what they stand for is
 * in its user's arrays, and equality for its user to say.
 */
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

void *cpupolicy__resize(void *array, size_t nr, size_t size)
{
	return nr > SIZE_MAX / size ? NULL : realloc(array, nr * size);
}

static void put(struct cpupolicy__index *index, size_t item)
{
	uint64_t at = index->hash[item];

	while (index->slot[at & (index->nr_slots - 1)])
		at++;
	index->slot[at & (index->nr_slots - 1)] = (uint32_t)(item + 1);
}

int cpupolicy__index_grow(struct cpupolicy__index *index)
{
	size_t room = index->room ? index->room * 2 : 64;
	uint64_t *hash;
	uint32_t *slot;

	if (index->nr < index->room)
		return 0;
	if (room > UINT32_MAX / 2)
		return CPUPOLICY_E_MEMORY;
	hash = cpupolicy__resize(index->hash, room, sizeof(*hash));
	if (!hash)
		return CPUPOLICY_E_MEMORY;
	index->hash = hash;
	slot = calloc(2 * room, sizeof(*slot));
	if (!slot)
		return CPUPOLICY_E_MEMORY;
	free(index->slot);
	index->slot = slot;
	index->nr_slots = 2 * room;
	index->room = room;
	for (size_t i = 0; i < index->nr; i++)
		put(index, i);
	return 0;
}

void cpupolicy__index_add(struct cpupolicy__index *index, uint64_t hash)
{
	index->hash[index->nr] = hash;
	put(index, index->nr++);
}

void cpupolicy__index_clear(struct cpupolicy__index *index)
{
	free(index->hash);
	free(index->slot);
	memset(index, 0, sizeof(*index));
}
