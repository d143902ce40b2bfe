/* SPDX-License-Identifier: MIT */
/*
 * lookup.h - what the files of look-up share: the words that are made for each
 * virtual CPU. They are XORed into answers: what the policy has no place for is
 * zero there, so a bit sets it; what the policy has, a bit clears.
 */
#ifndef CPUPOLICY_CORE_LOOKUP_H
#define CPUPOLICY_CORE_LOOKUP_H

#include "internal.h"

enum cpupolicy__made {
	MADE_ZERO = 0,
	MADE_0_EAX,
	MADE_1_EBX,
	MADE_1_ECX, /* and one with CR4.OSXSAVE */
	MADE_1_EDX = MADE_1_ECX + 2,
	MADE_7_ECX, /* and one with CR4.PKE */
	MADE_7_EDX = MADE_7_ECX + 2,
	MADE_D0_EBX,
	MADE_D1_EBX,
	MADE_15_EAX,
	MADE_15_EBX,
	MADE_15_ECX,
	MADE_16_EAX, /* EBX says the same */
	MADE_19_EBX, /* and one with CR4.KL */
	MADE_1A_EAX = MADE_19_EBX + 2,
	MADE_80000001_ECX,
	MADE_80000001_EDX, /* and one in 64-bit mode */
	MADE_80000008_ECX = MADE_80000001_EDX + 2,
	MADE_TSC_KHZ,
	MADE_APIC_KHZ,
	MADE_1E_EAX,
	MADE_1E_EBX,
	MADE_1E_ECX,
	/* the highest leaf of a section, as far as its place decides it */
	MADE_SECTION_EAX,
	/* sharing of caches, by sub-leaf */
	MADE_4_EAX = MADE_SECTION_EAX + 4,
	MADE_1D_EAX = MADE_4_EAX + 8,
	/* topology: x2APIC id, and ECX of sub-leaves that are not defined */
	MADE_B_EDX = MADE_1D_EAX + 5,
	MADE_B_REST,
	MADE_1F_EDX,
	MADE_1F_REST,
	MADE_26_EDX,
	MADE_26_REST,
	/* EAX, EBX, ECX of each level */
	MADE_B,
	MADE_1F = MADE_B + 3 * 2,
	MADE_26 = MADE_1F + 3 * 4,
	NR_MADE = MADE_26 + 3 * 4,
};

static inline uint32_t cpupolicy__at_most(uint32_t value, uint32_t limit)
{
	return value < limit ? value : limit;
}

/* Is a leaf that look-up makes defined for CPUs of that maker? */
bool cpupolicy__leaf_is_for(const struct cpupolicy__vendor *vendor,
			    uint32_t leaf);

/* Do its ids fit, packages and all? */
bool cpupolicy__topology_fits(const struct cpupolicy_topology *topology);

/* Fill in every word that says where a vCPU is among the others. */
void cpupolicy__make_topology(struct cpupolicy_vcpu *vcpu,
			      const struct cpupolicy_policy *policy,
			      const struct cpupolicy__vendor *vendor);

#endif
