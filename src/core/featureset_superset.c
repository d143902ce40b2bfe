// SPDX-License-Identifier: MIT
/*
 * featureset_superset.c - which hosts have everything that a guest needs?
 */
#include "featureset.h"

/* Is everything of @guest in @host, from the second pair to @end? */
static inline bool inside(const struct cpupolicy_featureset *guest,
			  const struct cpupolicy_featureset *host, uint32_t end)
{
	const uint64_t *g = guest->pair, *h = host->pair;
	uint64_t bits = 0;
	uint32_t i = 1;

	/* most that differ do so early; then without a branch to the end */
	for (; i < 8; i++)
		bits |= g[i] & ~h[i];
	if (bits)
		return false;
	for (; i < end; i++)
		bits |= g[i] & ~h[i];
	return bits == 0;
}

static inline enum cpupolicy_answer
answer(const struct cpupolicy_featureset *host,
       const struct cpupolicy_featureset *guest)
{
	uint32_t meta = guest->word[0] & ~host->word[0];
	/* a host that names no hypervisor is not asked about sections */
	bool named = (host->word[0] & NAMED) != 0;

	if ((meta & VENDORS) || !(guest->word[0] & VALID))
		return CPUPOLICY_NO;
	if (!(guest->word[0] & SETTLED))
		return CPUPOLICY_ASK;
	if ((named && (meta & BASES)) || (guest->word[1] & ~host->word[1]) ||
	    !inside(guest, host, (named ? NR_ALL_WORDS : NR_CPU_WORDS) / 2))
		return CPUPOLICY_NO;
	if (!(guest->word[0] & host->word[0] & EXACT))
		return CPUPOLICY_ASK;
	return CPUPOLICY_YES;
}

enum cpupolicy_answer
cpupolicy_is_superset(const struct cpupolicy_featureset *host,
		      const struct cpupolicy_featureset *guest)
{
	return answer(host, guest);
}

/* The answers of up to 64 hosts from @from on, bit by bit. */
static CPUPOLICY_OWN_FRAME uint64_t
find_in_block(uint64_t *ask, struct cpupolicy_answers *out,
	      const struct cpupolicy_featureset *hosts, size_t from, size_t nr,
	      const struct cpupolicy_featureset *guest)
{
	uint32_t end = nr - from < 64 ? (uint32_t)(nr - from) : 64;
	uint64_t yes = 0;

	*ask = 0;
	for (uint32_t i = 0; i < end; i++) {
		uint32_t said;

		fetch_ahead(hosts, from + i, nr);
		said = answer(&hosts[from + i], guest);
		out->nr[said]++;
		yes |= (uint64_t)(said == CPUPOLICY_YES) << i;
		*ask |= (uint64_t)(said == CPUPOLICY_ASK) << i;
	}
	return yes;
}

void cpupolicy_find_supersets(struct cpupolicy_answers *out, uint64_t *yes,
			      uint64_t *ask,
			      const struct cpupolicy_featureset *hosts,
			      size_t nr,
			      const struct cpupolicy_featureset *guest)
{
	memset(out, 0, sizeof(*out));
	for (size_t from = 0; from < nr; from += 64) {
		uint64_t perhaps;
		uint64_t sure =
			find_in_block(&perhaps, out, hosts, from, nr, guest);

		if (yes)
			yes[from / 64u] = sure;
		if (ask)
			ask[from / 64u] = perhaps;
	}
}

bool cpupolicy_featureset_needs(struct cpupolicy_featureset *out,
				const struct cpupolicy_featureset *guest)
{
	uint32_t meta = guest->word[0];

	if (out != guest)
		*out = *guest;
	/* beyond its maker nothing is certain, so nothing is surely needed */
	if ((meta & VALID) && !(meta & SETTLED))
		memset(out, 0, sizeof(*out));
	out->word[0] = meta & (meta & SETTLED ? VENDORS | BASES : VENDORS);
	/* what fits nowhere needs a bit that nobody gives */
	if (!(meta & VALID))
		out->word[0] |= VALID;
	return (meta & EXACT) && (meta & SETTLED);
}

bool cpupolicy_featureset_gives(struct cpupolicy_featureset *out,
				const struct cpupolicy_featureset *host)
{
	bool exact = (host->word[0] & EXACT) != 0;

	if (out != host)
		*out = *host;
	out->word[0] &= VENDORS | BASES;
	if (!(host->word[0] & NAMED)) {
		out->word[0] |= BASES;
		for (uint32_t i = NR_CPU_WORDS; i < NR_ALL_WORDS; i++)
			out->word[i] = 0xffffffffu;
	}
	return exact;
}
