// SPDX-License-Identifier: MIT
/*
 * component.c - the XSAVE state component that a bit of XCR0 or XSS stands for.
 */
#include "internal.h"

bool cpupolicy_state_component(struct cpupolicy_component *out,
			       const struct cpupolicy_policy *policy,
			       const struct cpupolicy_address *at)
{
	uint32_t number = at->low, slot;
	bool xcr0 = at->subleaf == 0 &&
		    (at->reg == CPUPOLICY_EAX || at->reg == CPUPOLICY_EDX);
	bool xss = at->subleaf == 1 &&
		   (at->reg == CPUPOLICY_ECX || at->reg == CPUPOLICY_EDX);

	if (at->space != CPUPOLICY_SPACE_CPU || at->leaf != 0xd ||
	    at->high != at->low || (!xcr0 && !xss))
		return false;
	if (at->reg == CPUPOLICY_EDX)
		number += 32;
	slot = cpupolicy__slot(0xd, number);
	/* x87 and SSE are in the legacy area, which has no row */
	if (number < 2 || slot == CPUPOLICY__NONE || !policy->word[slot * 4])
		return false;
	out->number = number;
	out->size = policy->word[slot * 4];
	out->offset = policy->word[slot * 4 + 1];
	return true;
}
