// SPDX-License-Identifier: MIT
/*
 * fleet_match.c - all guests against all hosts, a bit at a time.
 *
 * Turned on its side, the table of hosts has a row for each bit, and in it the
 * hosts that give this bit. A guest fits where all rows of its bits are 1. Bits
 * that all hosts give need no row, and bits that come together share one.
 */
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#define PAIRS (CPUPOLICY_FEATURESET_WORDS / 2)
#define BITS  (PAIRS * 64)
#define CHUNK 8u /* words; rows are made of whole chunks */

struct rows {
	uint64_t all[PAIRS], any[PAIRS]; /* what all hosts give, or some */
	uint16_t of[BITS]; /* row of each bit that some give and some do not */
	uint64_t *row;	   /* @nr of them */
	size_t nr, words;
	uint64_t *exact; /* hosts that need not be asked */
	struct cpupolicy_featureset gives[64];
};

static void rows_free(struct rows *rows)
{
	if (rows) {
		free(rows->row);
		free(rows->exact);
	}
	free(rows);
}

/* Swap bits of each pair of words that are @half apart, @half bits at a time.
 */
static inline void swap(uint64_t square[64], size_t half, uint64_t mask)
{
	for (size_t top = 0; top < 64; top += 2 * half)
		for (size_t r = top; r < top + half; r++) {
			uint64_t bits =
				(square[r] >> half ^ square[r + half]) & mask;

			square[r] ^= bits << half;
			square[r + half] ^= bits;
		}
}

/*
 * Turn a square of 64 times 64 bits on its side: bit c of word r becomes bit r
 * of word c. Quarters are swapped, then quarters of quarters.
 */
static void turn(uint64_t square[64])
{
	swap(square, 32, 0x00000000ffffffffu);
	swap(square, 16, 0x0000ffff0000ffffu);
	swap(square, 8, 0x00ff00ff00ff00ffu);
	swap(square, 4, 0x0f0f0f0f0f0f0f0fu);
	swap(square, 2, 0x3333333333333333u);
	swap(square, 1, 0x5555555555555555u);
}

/* What 64 hosts from @from on give; returns how many there are. */
static size_t load(struct rows *rows, const struct cpupolicy_featureset *hosts,
		   size_t from, size_t nr)
{
	size_t count = nr - from < 64 ? nr - from : 64;

	for (size_t i = 0; i < count; i++)
		if (cpupolicy_featureset_gives(&rows->gives[i],
					       &hosts[from + i]))
			rows->exact[from / 64] |= (uint64_t)1 << i;
	return count;
}

/* Give a row to each bit in which hosts differ. */
static void count_rows(struct rows *rows,
		       const struct cpupolicy_featureset *hosts, size_t nr)
{
	memset(rows->all, 0xff, sizeof(rows->all));
	for (size_t from = 0; from < nr; from += 64) {
		size_t count = load(rows, hosts, from, nr);

		for (size_t i = 0; i < count; i++)
			for (size_t p = 0; p < PAIRS; p++) {
				rows->all[p] &= rows->gives[i].pair[p];
				rows->any[p] |= rows->gives[i].pair[p];
			}
	}
	for (size_t p = 0; p < PAIRS; p++)
		for (uint64_t left = rows->any[p] & ~rows->all[p]; left;
		     left &= left - 1)
			rows->of[p * 64 + (size_t)__builtin_ctzll(left)] =
				(uint16_t)rows->nr++;
}

/* Hosts @from to @from + 63 of every row. */
static void fill_rows(struct rows *rows,
		      const struct cpupolicy_featureset *hosts, size_t from,
		      size_t nr)
{
	size_t count = load(rows, hosts, from, nr);

	for (size_t p = 0; p < PAIRS; p++) {
		uint64_t left = rows->any[p] & ~rows->all[p];
		uint64_t square[64] = { 0 };

		if (!left)
			continue;
		for (size_t i = 0; i < count; i++)
			square[i] = rows->gives[i].pair[p];
		turn(square);
		for (; left; left &= left - 1) {
			size_t bit = (size_t)__builtin_ctzll(left);
			size_t row = rows->of[p * 64 + bit];

			rows->row[row * rows->words + from / 64] = square[bit];
		}
	}
}

static uint64_t hash_of(const uint64_t *row, size_t words)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < words; i++) {
		hash = (hash ^ row[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	return hash;
}

/* Features come in generations, so most rows are there several times. */
static int join_rows(struct rows *rows)
{
	size_t bytes = rows->words * sizeof(*rows->row);
	struct cpupolicy__index index = { 0 };
	uint16_t *now = cpupolicy__resize(NULL, rows->nr + 1, sizeof(*now));
	int status = now ? 0 : CPUPOLICY_E_MEMORY;

	for (size_t r = 0; r < rows->nr && !status; r++) {
		const uint64_t *row = &rows->row[r * rows->words];
		uint64_t hash = hash_of(row, rows->words);
		size_t at = 0, item;

		do
			item = cpupolicy__index_find(&index, hash, &at);
		while (item != CPUPOLICY__NO_ITEM &&
		       memcmp(&rows->row[item * rows->words], row, bytes) != 0);
		if (item == CPUPOLICY__NO_ITEM) {
			status = cpupolicy__index_grow(&index);
			if (status)
				break;
			item = index.nr;
			cpupolicy__index_add(&index, hash);
			memmove(&rows->row[item * rows->words], row, bytes);
		}
		now[r] = (uint16_t)item;
	}
	for (size_t bit = 0; bit < BITS && !status && rows->nr; bit++)
		rows->of[bit] = now[rows->of[bit]];
	rows->nr = index.nr;
	cpupolicy__index_clear(&index);
	free(now);
	return status;
}

static struct rows *make_rows(const struct cpupolicy_featureset *hosts,
			      size_t nr)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (!rows)
		return NULL;
	rows->words = (nr + 64 * CHUNK - 1) / (64 * CHUNK) * CHUNK;
	rows->exact = calloc(rows->words + 1, sizeof(*rows->exact));
	if (rows->exact) {
		count_rows(rows, hosts, nr);
		rows->row = calloc(rows->nr + 1,
				   (rows->words + 1) * sizeof(*rows->row));
	}
	if (!rows->exact || !rows->row) {
		rows_free(rows);
		return NULL;
	}
	for (size_t from = 0; from < nr; from += 64)
		fill_rows(rows, hosts, from, nr);
	if (join_rows(rows) < 0) {
		rows_free(rows);
		return NULL;
	}
	return rows;
}

/* Which rows does a guest want? False: it needs a bit that no host gives. */
static bool wanted(uint16_t *want, size_t *nr_want, const struct rows *rows,
		   const struct cpupolicy_featureset *needs)
{
	uint64_t set[PAIRS];

	memset(set, 0, (rows->nr + 63) / 64 * sizeof(*set));
	for (size_t p = 0; p < PAIRS; p++) {
		uint64_t left = needs->pair[p] & ~rows->all[p];

		if (left & ~rows->any[p])
			return false;
		for (; left; left &= left - 1) {
			size_t bit = (size_t)__builtin_ctzll(left);
			size_t row = rows->of[p * 64 + bit];

			set[row / 64] |= (uint64_t)1 << row % 64;
		}
	}
	for (size_t i = 0; i * 64 < rows->nr; i++)
		for (uint64_t left = set[i]; left; left &= left - 1)
			want[(*nr_want)++] =
				(uint16_t)(i * 64 +
					   (size_t)__builtin_ctzll(left));
	return true;
}

/* Where @want, a list of @nr rows, has 1 in all of them: CHUNK words. */
static inline void and_rows(uint64_t out[CHUNK], const uint64_t *row,
			    size_t words, const uint16_t *want, size_t nr)
{
	uint64_t all[CHUNK];

	memset(all, 0xff, sizeof(all));
	for (size_t i = 0; i < nr; i++)
		for (size_t k = 0; k < CHUNK; k++)
			all[k] &= row[want[i] * words + k];
	memcpy(out, all, sizeof(all));
}

/* The hosts that have a 1 in every row that a guest wants. */
static void match_guest(uint64_t *out, const struct rows *rows, size_t nr,
			const struct cpupolicy_featureset *needs)
{
	uint16_t want[BITS];
	size_t nr_want = 0;

	if (!wanted(want, &nr_want, rows, needs)) {
		memset(out, 0, rows->words * sizeof(*out));
		return;
	}
	for (size_t i = 0; i < rows->words; i += CHUNK)
		and_rows(&out[i], &rows->row[i], rows->words, want, nr_want);
	/* nobody is past the last host */
	for (size_t i = nr / 64; i < rows->words; i++)
		out[i] &= i > nr / 64 ? 0 : ((uint64_t)1 << nr % 64) - 1;
}

int cpupolicy_featuresets_match(struct cpupolicy_match *out,
				const struct cpupolicy_featureset *guests,
				uint32_t nr_guests,
				const struct cpupolicy_featureset *hosts,
				uint32_t nr_hosts)
{
	struct cpupolicy_featureset needs;
	struct rows *rows = make_rows(hosts, nr_hosts);
	size_t words = rows ? rows->words : 0, size;

	memset(out, 0, sizeof(*out));
	out->nr_guests = nr_guests;
	out->nr_hosts = nr_hosts;
	out->words = words;
	size = (words + 1) * sizeof(*out->yes);
	out->yes = cpupolicy__resize(NULL, (size_t)nr_guests + 1, size);
	out->ask = cpupolicy__resize(NULL, (size_t)nr_guests + 1, size);
	if (!rows || !out->yes || !out->ask) {
		rows_free(rows);
		cpupolicy_match_clear(out);
		return CPUPOLICY_E_MEMORY;
	}
	for (size_t g = 0; g < nr_guests; g++) {
		bool exact = cpupolicy_featureset_needs(&needs, &guests[g]);
		uint64_t *yes = &out->yes[g * words];
		uint64_t *ask = &out->ask[g * words];

		match_guest(yes, rows, nr_hosts, &needs);
		for (size_t i = 0; i < words; i++) {
			uint64_t sure = exact ? rows->exact[i] : 0;

			ask[i] = yes[i] & ~sure;
			yes[i] &= sure;
		}
	}
	rows_free(rows);
	return 0;
}

void cpupolicy_match_clear(struct cpupolicy_match *match)
{
	free(match->yes);
	free(match->ask);
	memset(match, 0, sizeof(*match));
}
