// SPDX-License-Identifier: MIT
/*
 * laws_lookup.c - law 5: look-up shows nothing that the policy does not have,
 * run-time and vCPU fields aside; and it says what a slow one says.
 */
#include <string.h>
#include "laws.h"
#include "random_vcpu.h"
#include "slow_lookup.h"

static char detail[512];

static void describe(const char *name, uint32_t leaf, uint32_t subleaf,
		     const struct cpupolicy_registers *fast,
		     const struct cpupolicy_registers *slow)
{
	snprintf(detail, sizeof(detail),
		 "%s: leaf 0x%x.%x: %08x %08x %08x %08x, not "
		 "%08x %08x %08x %08x",
		 name, leaf, subleaf, fast->eax, fast->ebx, fast->ecx,
		 fast->edx, slow->eax, slow->ebx, slow->ecx, slow->edx);
}

static bool same_answer(const struct member *member,
			const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
			uint32_t subleaf)
{
	struct cpupolicy_registers fast, slow;

	cpupolicy_lookup(&fast, &member->policy, vcpu, leaf, subleaf);
	slow_lookup(&slow, &member->policy, vcpu, leaf, subleaf);
	if (memcmp(&fast, &slow, sizeof(fast)) == 0)
		return true;
	describe(member->name, leaf, subleaf, &fast, &slow);
	return false;
}

/* A section of KVM's, Xen's or VMware's, somewhere, that says something. */
static void add_section(struct cpupolicy_policy *policy, uint64_t *state)
{
	static const struct cpupolicy_row rows[][2] = {
		{ { 0, 0, 0, 0x4b4d564b, 0x564b4d56, 0x4d },
		  { 1, 0, 0x1000bff, 0, 0, 1 } },
		{ { 0, 0, 0, 0x566e6558, 0x65584d4d, 0x4d4d566e },
		  { 4, 0, 0x66, 0, 0, 0 } },
		{ { 0, 0, 0, 0x61774d56, 0x4d566572, 0x65726177 } },
	};
	static const uint32_t bases[] = { 0, 0, 0x100, 0xfd00 };
	uint32_t base = 0x40000000u + bases[draw(state) % 4];
	size_t which = draw(state) % 4;

	if (policy->bases || which == 3)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct cpupolicy_row row = rows[which][i];

		row.leaf += base;
		if (row.eax || row.ebx)
			cpupolicy_policy_set_row(policy, &row);
	}
	cpupolicy_derive(policy);
}

/* Every leaf that means something, then random ones. */
static bool agrees_on(const struct member *member, uint64_t *state)
{
	static const uint32_t bases[] = { 0, 0x40000000, 0x40000100, 0x80000000,
					  0xc0000000 };
	struct cpupolicy_vcpu vcpu;

	random_vcpu(&vcpu, state);
	if (cpupolicy_vcpu_prepare(&vcpu, &member->policy))
		return false;
	for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++)
		for (uint32_t i = 0; i < 0x30 * 4; i++)
			if (!same_answer(member, &vcpu, bases[b] + i / 4,
					 i % 4))
				return false;
	for (unsigned int i = 0; i < 300; i++)
		if (!same_answer(member, &vcpu, random_leaf(state),
				 random_subleaf(state)))
			return false;
	return true;
}

static bool agrees(const struct population *p, uint64_t *state)
{
	for (size_t m = 0; m < p->nr; m++) {
		struct member member = p->members[m];

		add_section(&member.policy, state);
		if (!agrees_on(&member, state))
			return false;
	}
	return true;
}

/* May look-up set this bit though the policy lacks it? */
static bool is_made(const struct cpupolicy_policy *policy, uint32_t leaf,
		    uint32_t subleaf, uint8_t reg, uint8_t bit)
{
	struct cpupolicy_address at = { .leaf = leaf,
					.subleaf = (uint16_t)subleaf,
					.reg = reg,
					.high = bit,
					.low = bit };
	struct cpupolicy_row any = { .leaf = leaf, .subleaf = 0xffffffffu };
	const struct cpupolicy_field *field;
	const char *fate =
		cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, leaf, subleaf);

	if (strcmp(fate, "vcpu") == 0 || strcmp(fate, "clock") == 0)
		return true;
	if (cpupolicy_policy_get_row(&any, policy) == 0)
		at.subleaf = 0; /* ECX does not matter to this leaf */
	field = cpupolicy_field_of(&at, cpupolicy_policy_vendor(policy));
	return field && (field->expose == CPUPOLICY_EXPOSE_VCPU ||
			 field->expose == CPUPOLICY_EXPOSE_RUNTIME);
}

static bool within(const struct member *member,
		   const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		   uint32_t subleaf)
{
	struct cpupolicy_registers answer;
	struct cpupolicy_row row = { .leaf = leaf, .subleaf = subleaf };
	uint32_t seen[4], has[4];

	cpupolicy_lookup(&answer, &member->policy, vcpu, leaf, subleaf);
	cpupolicy_policy_get_row(&row, &member->policy);
	memcpy(seen, &answer, sizeof(seen));
	memcpy(has, &row.eax, sizeof(has));
	for (uint8_t reg = 0; reg < 4; reg++)
		for (uint8_t bit = 0; bit < 32; bit++)
			if ((seen[reg] & ~has[reg]) >> bit & 1 &&
			    !is_made(&member->policy, leaf, subleaf, reg,
				     bit)) {
				snprintf(detail, sizeof(detail),
					 "%s: leaf 0x%x.%x register %u bit %u",
					 member->name, leaf, subleaf, reg, bit);
				return false;
			}
	return true;
}

/* In range only: beyond it, Intel's CPUs repeat another leaf. */
static bool nothing_more(const struct population *p, uint64_t *state)
{
	struct cpupolicy_vcpu vcpu;

	for (size_t m = 0; m < p->nr; m++) {
		const struct cpupolicy_policy *policy = &p->members[m].policy;
		static const uint32_t bases[] = { 0, 0x80000000, 0xc0000000 };

		random_vcpu(&vcpu, state);
		vcpu.misc_enable &= ~(1u << 22); /* a number, no set of bits */
		if (cpupolicy_vcpu_prepare(&vcpu, policy))
			return false;
		for (size_t b = 0; b < 3; b++) {
			struct cpupolicy_row first = { .leaf = bases[b] };

			cpupolicy_policy_get_row(&first, policy);
			for (uint32_t leaf = bases[b];
			     leaf <= first.eax && leaf < bases[b] + 64; leaf++)
				for (uint32_t sub = 0; sub < 66; sub++)
					if (!within(&p->members[m], &vcpu, leaf,
						    sub))
						return false;
		}
	}
	return true;
}

/* What the guest sees of a leaf does not depend on other leaves' content. */
static bool nothing_of_others(const struct population *p, uint64_t *state)
{
	for (unsigned int i = 0; i < 300; i++) {
		const struct member *one = &p->members[draw(state) % p->nr];
		struct cpupolicy_policy bare;
		struct cpupolicy_registers answer;
		struct cpupolicy_vcpu vcpu;
		uint32_t leaf = random_leaf(state), sub = random_subleaf(state);

		/* of an empty policy of that maker everything made is left */
		cpupolicy_policy_clear(&bare);
		random_vcpu(&vcpu, state);
		if (cpupolicy_vcpu_prepare(&vcpu, &bare))
			return false;
		cpupolicy_lookup(&answer, &one->policy, &vcpu, leaf, sub);
		if (leaf > 1 && leaf != 0xb &&
		    (answer.eax | answer.ebx | answer.ecx | answer.edx)) {
			snprintf(detail, sizeof(detail),
				 "%s: leaf 0x%x.%x is beyond what was prepared",
				 one->name, leaf, sub);
			return false;
		}
	}
	return true;
}

void lookup_laws(const struct population *p, uint64_t *state)
{
	law(agrees(p, state), p->what, "look-up says what a slow one says",
	    detail);
	law(nothing_more(p, state), p->what,
	    "look-up shows nothing that the policy does not have", detail);
	law(nothing_of_others(p, state), p->what,
	    "a vCPU prepared for nothing sees nothing", detail);
}
