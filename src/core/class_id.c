// SPDX-License-Identifier: MIT
/*
 * class_id.c - one number for what a policy promises, the same for ever.
 *
 * Nothing here may depend on where the table keeps a word: each word goes in
 * with its address, and the sum does not care for the order.
 */
#include "internal.h"

/*
 * Every bit of @x counts for every bit of the result, and no two have the same
 * one: each step can be undone. The factors are what is behind the point of e
 * and of pi, in 64 bits, odd.
 */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xb7e151628aed2a6bu;
	x ^= x >> 29;
	x *= 0x243f6a8885a308d3u;
	return x ^ x >> 32;
}

/* One word at its address; nothing for a word that is zero. */
static uint64_t part(uint64_t address, uint32_t value)
{
	return value ? mix(mix(address) ^ value) : 0;
}

/* All words of one leaf, or both of an MSR. */
static uint64_t leaf_part(const struct cpupolicy_policy *policy,
			  const struct cpupolicy__leaf *leaf)
{
	bool msr = leaf->space == CPUPOLICY_SPACE_MSR;
	uint32_t word =
		msr ? CPUPOLICY__MSR_WORD + leaf->slot * 2u : leaf->slot * 4u;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < (msr ? 2u : 4u); i++) {
		uint32_t reg = msr && i ? CPUPOLICY_MSR_HI : i;

		sum += part(CPUPOLICY_FEATURE(leaf->space, leaf->leaf,
					      leaf->subleaf, reg, 0),
			    policy->word[word + i] &
				    cpupolicy__compared[word + i]);
	}
	return sum;
}

/* Where a paravirtual section is, at an address that no leaf has. */
static uint64_t section_part(const struct cpupolicy_policy *policy,
			     uint32_t space)
{
	uint32_t base = cpupolicy__section(policy, space);
	uint32_t place = 0x40000000u + (base - 1) * 0x100u;

	if (!base)
		return 0;
	return part(CPUPOLICY_FEATURE(space, 0x40000000u, 0xffffu, 0, 0),
		    base == CPUPOLICY__ANYWHERE ? 0xffffffffu : place);
}

uint64_t cpupolicy_policy_class_id(const struct cpupolicy_policy *policy)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < cpupolicy__nr_leaves; i++)
		if (cpupolicy__leaves[i].slot != CPUPOLICY__NONE)
			sum += leaf_part(policy, &cpupolicy__leaves[i]);
	for (uint32_t s = CPUPOLICY_SPACE_KVM;
	     policy->bases && s < CPUPOLICY_NR_SPACES; s++)
		sum += section_part(policy, s);
	return mix(sum);
}

bool cpupolicy_policy_same_class(const struct cpupolicy_policy *a,
				 const struct cpupolicy_policy *b)
{
	uint32_t differs = (a->table ^ b->table) | (a->bases ^ b->bases);

	for (uint32_t w = 0; w < CPUPOLICY__NR_WORDS; w++)
		differs |= (a->word[w] ^ b->word[w]) & cpupolicy__compared[w];
	return differs == 0;
}
