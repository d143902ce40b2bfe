/* SPDX-License-Identifier: MIT */
/*
 * pool_fold.c - fleets have few distinct CPUs: what was worked out for one
 * record holds for every other with the same rows.
 */
#include <stdlib.h>
#include <string.h>

#include "pool.h"

/* More distinct records than this are worked out one by one. */
#define MOST_SEEN 1024

uint64_t pool_hash(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;
	uint64_t word;

	for (size_t i = 0; i + sizeof(word) <= size; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	return hash;
}

/* All of these structures are made of whole words, without padding. What of
 * the rows is known is compared and not hashed: it follows from the format. */
uint64_t pool_hash_record(const struct cpupolicy_record *record)
{
	uint64_t hash = record->nr_cores;

	for (size_t i = 0; i < record->nr_cores; i++) {
		const struct cpupolicy_core *core = &record->cores[i];

		hash = pool_hash(hash, core->rows,
				 core->nr_rows * sizeof(*core->rows));
		if (core->nr_msrs)
			hash = pool_hash(hash, core->msrs,
					 core->nr_msrs * sizeof(*core->msrs));
	}
	return hash;
}

/* Where one has none, nor has the other. */
static bool same_bytes(const void *a, const void *b, size_t size)
{
	if (!a || !b)
		return !a == !b || !size;
	return memcmp(a, b, size) == 0;
}

static bool same_core(const struct cpupolicy_core *a,
		      const struct cpupolicy_core *b)
{
	if (a->nr_rows != b->nr_rows || a->nr_msrs != b->nr_msrs)
		return false;
	return same_bytes(a->rows, b->rows, a->nr_rows * sizeof(*a->rows)) &&
	       same_bytes(a->known, b->known, a->nr_rows * sizeof(*a->known)) &&
	       same_bytes(a->msrs, b->msrs, a->nr_msrs * sizeof(*a->msrs));
}

static bool same_record(const struct cpupolicy_record *a,
			const struct cpupolicy_record *b)
{
	if (a->nr_cores != b->nr_cores)
		return false;
	for (size_t i = 0; i < a->nr_cores; i++)
		if (!same_core(&a->cores[i], &b->cores[i]))
			return false;
	return true;
}

const struct pool_record *pool_seen(const struct pool *pool,
				    const struct cpupolicy_record *record,
				    uint64_t hash)
{
	for (size_t i = 0; i < pool->nr_seen; i++)
		if (pool->seen[i].hash == hash &&
		    same_record(pool->seen[i].record, record))
			return &pool->seen[i];
	return NULL;
}

void pool_see(struct pool *pool, struct input *input, uint64_t hash,
	      size_t kind)
{
	if (pool->nr_seen == MOST_SEEN)
		return;
	pool->seen = more_room(pool->seen, &pool->room_seen, pool->nr_seen + 1,
			       sizeof(*pool->seen));
	pool->seen[pool->nr_seen++] = (struct pool_record){
		.record = input->document.record,
		.hash = hash,
		.kind = kind,
	};
	input->document.record = NULL;
}
