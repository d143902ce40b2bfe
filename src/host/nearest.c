/* SPDX-License-Identifier: MIT */
/*
 * nearest.c - the name that somebody who misspelt one probably meant.
 */
#include <string.h>

#include "host.h"

/* No name is longer; longer input is nobody's slip of the finger. */
enum { LONGEST = 48 };

static char plain(char c)
{
	if (c == '-' || c == '.')
		return '_';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Letters to insert, delete, replace or swap with their neighbour until @a is
 * @b. Three rows of the usual matrix are enough.
 */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned rows[3][LONGEST + 1];

	for (unsigned j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3];

		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned cost = plain(a[i - 1]) != plain(b[j - 1]);

			now[j] = least(up[j - 1] + cost,
				       least(up[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    plain(a[i - 1]) == plain(b[j - 2]) &&
			    plain(a[i - 2]) == plain(b[j - 1]))
				now[j] = least(now[j],
					       rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}

/* As distance(), but no more than @limit matters. */
static unsigned distance_below(const char *a, size_t na, const char *b,
			       size_t nb, unsigned limit)
{
	size_t gap = na > nb ? na - nb : nb - na;

	if (nb > LONGEST || gap > limit)
		return limit + 1;
	return distance(a, na, b, nb);
}

/* The best distance to any of the words of @aliases. */
static unsigned to_aliases(const char *name, size_t length, const char *aliases,
			   unsigned limit)
{
	unsigned best = limit + 1;

	for (const char *s = aliases; *s;) {
		size_t n = strcspn(s, " ");
		const char *colon = memchr(s, ':', n);
		const char *word = colon ? colon + 1 : s;

		best = least(best,
			     distance_below(name, length, word,
					    (size_t)(s + n - word), limit));
		s += n;
		s += strspn(s, " ");
	}
	return best;
}

/* How many slips a word of that length can have and still be meant. */
static unsigned slips(size_t length)
{
	if (length < 4)
		return 1;
	return length < 6 ? 2 : 3;
}

struct search {
	const char *name, *nearest;
	size_t length;
	unsigned limit, best;
};

static bool begin(struct search *search, const char *name)
{
	size_t length = strlen(name);
	unsigned limit = slips(length);

	*search = (struct search){
		.name = name,
		.length = length,
		.limit = limit,
		.best = 2 * limit + 2,
	};
	return length >= 2 && length <= LONGEST;
}

static void consider(struct search *search, const char *name,
		     const char *aliases)
{
	unsigned score, alias;

	score = 2 * distance_below(search->name, search->length, name,
				   strlen(name), search->limit);
	alias = to_aliases(search->name, search->length, aliases,
			   search->limit);
	/* of two as near, the name goes before the alias */
	score = least(score, 2 * alias + 1);
	if (score < search->best) {
		search->best = score;
		search->nearest = name;
	}
}

const char *cpupolicy_field_nearest(const char *name)
{
	struct search search;

	if (!begin(&search, name))
		return NULL;
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++)
		consider(&search, cpupolicy_field_at(i)->name,
			 cpupolicy_field_at(i)->aliases);
	return search.nearest;
}

const char *cpupolicy_model_nearest(const char *name)
{
	struct search search;

	if (!begin(&search, name))
		return NULL;
	for (uint32_t i = 0; cpupolicy_model_at(i); i++)
		consider(&search, cpupolicy_model_at(i)->name,
			 cpupolicy_model_at(i)->aliases);
	return search.nearest;
}
