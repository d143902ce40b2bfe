// SPDX-License-Identifier: MIT
/*
 * tally.c - see tally.h
 */
#include <stdlib.h>
#include <string.h>

#include "tally.h"

static bool same_place(const struct cpupolicy_finding *a,
		       const struct cpupolicy_finding *b)
{
	return a->code == b->code && a->grade == b->grade &&
	       a->field == b->field && a->at.leaf == b->at.leaf &&
	       a->at.subleaf == b->at.subleaf && a->at.space == b->at.space &&
	       a->at.reg == b->at.reg && a->at.low == b->at.low;
}

static size_t hash(const struct cpupolicy_finding *finding)
{
	uint64_t place = (uint64_t)finding->at.leaf << 32 |
			 (uint64_t)finding->at.subleaf << 16 |
			 (uint64_t)finding->at.space << 12 |
			 (uint64_t)finding->at.reg << 8 | finding->at.low;

	place = (place ^ (uint64_t)finding->code << 40) * 0x9e3779b97f4a7c15u;
	return (size_t)(place >> 32);
}

/* The slot that this place has or may take. */
static size_t *find_slot(const struct tally *tally,
			 const struct cpupolicy_finding *finding)
{
	size_t at = hash(finding);

	for (;; at++) {
		size_t *slot = &tally->slot[at % tally->nr_slots];

		if (!*slot ||
		    same_place(&tally->place[*slot - 1].finding, finding))
			return slot;
	}
}

static void grow(struct tally *tally)
{
	free(tally->slot);
	tally->nr_slots = tally->nr_slots ? tally->nr_slots * 2 : 256;
	tally->slot = more_room(NULL, &(size_t){ 0 }, tally->nr_slots,
				sizeof(*tally->slot));
	memset(tally->slot, 0, tally->nr_slots * sizeof(*tally->slot));
	for (size_t i = 0; i < tally->nr_places; i++)
		*find_slot(tally, &tally->place[i].finding) = i + 1;
}

static struct reason *add_reason(struct reason **list, size_t *nr, size_t *room,
				 const struct cpupolicy_finding *finding)
{
	*list = more_room(*list, room, *nr + 1, sizeof(**list));
	(*list)[*nr] = (struct reason){ .finding = *finding };
	return &(*list)[(*nr)++];
}

static struct reason *find_place(struct tally *tally,
				 const struct cpupolicy_finding *finding)
{
	size_t *slot;

	if (tally->nr_places * 2 >= tally->nr_slots)
		grow(tally);
	slot = find_slot(tally, finding);
	if (*slot)
		return &tally->place[*slot - 1];
	*slot = tally->nr_places + 1;
	return add_reason(&tally->place, &tally->nr_places, &tally->room_places,
			  finding);
}

static struct reason *find_code(struct tally *tally,
				const struct cpupolicy_finding *finding)
{
	for (size_t i = 0; i < tally->nr_codes; i++)
		if (tally->code[i].finding.code == finding->code &&
		    tally->code[i].finding.grade == finding->grade)
			return &tally->code[i];
	return add_reason(&tally->code, &tally->nr_codes, &tally->room_codes,
			  finding);
}

static void count(struct reason *reason, uint64_t pair, uint64_t weight)
{
	if (reason->pair != pair)
		reason->pairs += weight;
	reason->pair = pair;
}

void tally_add(struct tally *tally, const struct cpupolicy_finding *finding,
	       uint64_t pair, uint64_t weight)
{
	count(find_code(tally, finding), pair, weight);
	count(find_place(tally, finding), pair, weight);
}

static int compare(const void *left, const void *right)
{
	const struct reason *a = left, *b = right;

	if (a->finding.grade != b->finding.grade)
		return a->finding.grade < b->finding.grade ? 1 : -1;
	if (a->pairs != b->pairs)
		return a->pairs < b->pairs ? 1 : -1;
	return compare_findings(&a->finding, &b->finding);
}

void tally_sort(struct tally *tally)
{
	if (tally->nr_codes)
		qsort(tally->code, tally->nr_codes, sizeof(*tally->code),
		      compare);
	if (tally->nr_places)
		qsort(tally->place, tally->nr_places, sizeof(*tally->place),
		      compare);
}

void tally_free(struct tally *tally)
{
	free(tally->code);
	free(tally->place);
	free(tally->slot);
	*tally = (struct tally){ 0 };
}
