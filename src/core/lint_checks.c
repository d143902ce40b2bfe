// SPDX-License-Identifier: MIT
/*
 * lint_checks.c - the rules of tables/lint.csv that data cannot say.
 */
#include "lint.h"

#define GET(lint, name) CPUPOLICY__GET((lint)->policy, name)
#define RULE(name)	CPUPOLICY__LINT_##name
#define FIELD(name)	CPUPOLICY__FIELD_##name
#define NOBODY		CPUPOLICY__NONE

/* Does one of the 16 bytes of a leaf 2 say so? The lowest is no descriptor. */
static bool has_descriptor(const uint32_t regs[4], uint32_t descriptor)
{
	for (uint32_t i = 1; i < 16; i++) {
		uint32_t reg = regs[i / 4u];

		/* bit 31: the register holds none */
		if (!(reg >> 31) && (reg >> i % 4u * 8 & 0xff) == descriptor)
			return true;
	}
	return false;
}

/* glibc reads leaf 4 only where leaf 2 sends it there, by 0xff. */
static void caches_intel(struct lint *lint)
{
	const uint32_t *leaf2 = &lint->policy->word[CPUPOLICY__W_CPU_2_0_EAX];
	uint32_t first = CPUPOLICY__W_CPU_4_0_EAX;

	if (!((leaf2[0] & ~0xffu) | leaf2[1] | leaf2[2] | leaf2[3]))
		cpupolicy__lint_bits(lint, RULE(caches_intel),
				     CPUPOLICY__W_CPU_2_0_EAX, 0xffffffffu,
				     leaf2[0] | 0xff00u, NOBODY);
	else if (has_descriptor(leaf2, 0xff) && !GET(lint, cache0_type))
		cpupolicy__lint_bits(lint, RULE(caches_intel), first,
				     cpupolicy__places[FIELD(cache0_type)].mask,
				     1, NOBODY);
}

/* No level 2 and no level 3: associativity 0 is no cache. */
static void caches_amd(struct lint *lint)
{
	if (!(GET(lint, amd_l2_assoc) && GET(lint, amd_l2_size_kb)) &&
	    !(GET(lint, amd_l3_assoc) && GET(lint, amd_l3_size_512kb)))
		cpupolicy__lint_field(lint, RULE(caches_amd),
				      FIELD(amd_l2_size_kb), 1, NOBODY);
}

/* Is it the size of a component of leaf 0xD, and is the component promised? */
static bool is_component(const struct lint *lint,
			 const struct cpupolicy__number *number)
{
	const struct cpupolicy_address *at =
		&cpupolicy__fields[number->field].at;

	return at->space == CPUPOLICY_SPACE_CPU && at->leaf == 0xd &&
	       at->subleaf >= 2 && at->reg == CPUPOLICY_EAX &&
	       number->gate != CPUPOLICY__NONE &&
	       cpupolicy__get(lint->policy, number->gate);
}

/*
 * Components of XSS have no place of their own: offset 0. Those of XCR0 lie
 * behind the legacy area and header of 576 bytes.
 */
static bool overlaps(const struct lint *lint, uint32_t word, uint32_t other)
{
	const uint32_t *a = &lint->policy->word[word];
	const uint32_t *b = &lint->policy->word[other];

	return a[1] && b[1] && a[1] < b[1] + b[0] && b[1] < a[1] + a[0];
}

static void component(struct lint *lint, const struct cpupolicy__number *number,
		      uint32_t index)
{
	uint32_t word = number->word;
	const uint32_t *row = &lint->policy->word[word];

	if (row[1] && row[1] < 576)
		cpupolicy__lint_bits(lint, RULE(component_overlap), word + 1,
				     0xffffffffu, 576, number->gate);
	for (uint32_t i = 0; i < index; i++) {
		const struct cpupolicy__number *other = &cpupolicy__numbers[i];
		const uint32_t *before = &lint->policy->word[other->word];

		if (is_component(lint, other) &&
		    overlaps(lint, word, other->word))
			cpupolicy__lint_bits(lint, RULE(component_overlap),
					     word + 1, 0xffffffffu,
					     before[0] + before[1],
					     other->gate);
	}
}

static void xsave(struct lint *lint)
{
	uint32_t size = cpupolicy__xsave_size(lint->policy);
	bool whole = true;

	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];

		if (!is_component(lint, number))
			continue;
		if (lint->policy->word[number->word]) {
			component(lint, number, i);
			continue;
		}
		whole = false;
		cpupolicy__lint_field(lint, RULE(component_empty), number->gate,
				      0, number->field);
	}
	/* what has no size makes the sum wrong, too: that was said */
	if (whole && GET(lint, xsave_size_max) != size &&
	    cpupolicy__lint_applies(lint, RULE(xsave_size)))
		cpupolicy__lint_field(lint, RULE(xsave_size),
				      FIELD(xsave_size_max), size,
				      FIELD(xsave));
}

/* The maximum of one range, against what is there. */
static void max_leaf(struct lint *lint, uint32_t field, uint32_t base)
{
	uint32_t max = cpupolicy__get(lint->policy, field);
	uint32_t last, floor = max < base ? base : max;

	last = cpupolicy__last_leaf(lint->policy, CPUPOLICY_SPACE_CPU, base,
				    floor);
	if (last > floor)
		cpupolicy__lint_field(lint, RULE(max_leaf_low), field, last,
				      NOBODY);
	else if (max > base + 0xff)
		cpupolicy__lint_field(lint, RULE(max_leaf_wild), field,
				      cpupolicy__last_leaf(lint->policy,
							   CPUPOLICY_SPACE_CPU,
							   base, base),
				      NOBODY);
}

/* Leaf 7 is the one whose sub-leaves hold features. */
static void max_subleaf(struct lint *lint)
{
	const uint32_t *one = &lint->policy->word[CPUPOLICY__W_CPU_7_1_EAX];
	uint32_t max = GET(lint, max_subleaf_7), last = 0;

	if (one[0] | one[1] | one[2] | one[3])
		last = 1;
	if (lint->policy->word[CPUPOLICY__W_CPU_7_2_EDX])
		last = 2;
	if (max != last)
		cpupolicy__lint_field(lint,
				      max < last ? RULE(max_subleaf_low)
						 : RULE(max_subleaf_high),
				      FIELD(max_subleaf_7), last, NOBODY);
}

static void vmx(struct lint *lint)
{
	uint32_t word = cpupolicy__vmx_contradiction(lint->policy);

	if (word != CPUPOLICY__NONE)
		cpupolicy__lint_bits(lint, RULE(vmx_contradiction), word,
				     0xffffffffu, 0, FIELD(vmx));
}

/* Bits of one word that are named, and only for other makers. */
static uint32_t foreign_bits(const struct lint *lint, uint32_t word)
{
	uint32_t bits = lint->policy->word[word] & cpupolicy__keep[word] &
			~cpupolicy__derived[word];
	uint32_t foreign = 0;

	for (uint32_t bit = 0; bit < 32; bit++) {
		uint32_t field;

		if (!(bits >> bit & 1))
			continue;
		field = cpupolicy__field_of_bit(word, bit, lint->vendor->id);
		if (field != CPUPOLICY__NONE &&
		    !cpupolicy__for_vendor(cpupolicy__places[field].vendors,
					   lint->vendor->id))
			foreign |= 1u << bit;
	}
	return foreign;
}

static void other_maker(struct lint *lint)
{
	for (uint32_t word = 0; word < CPUPOLICY__NR_CPU_SLOTS * 4; word++) {
		uint32_t foreign =
			lint->policy->word[word] ? foreign_bits(lint, word) : 0;

		if (foreign)
			cpupolicy__lint_bits(lint, RULE(other_maker), word,
					     foreign, 0, NOBODY);
	}
}

/* 0x80000001.EDX and 0x80000000 repeat leaves 1 and 0; see derive.c. */
static void mirror(struct lint *lint)
{
	uint32_t word = CPUPOLICY__W_CPU_80000001_0_EDX;
	uint32_t syscall = 1u << cpupolicy__places[FIELD(syscall)].shift;
	uint32_t mask = cpupolicy__derived[word] & ~syscall;
	const uint32_t *words = lint->policy->word;
	uint32_t wanted =
		lint->vendor->mirrors ? words[CPUPOLICY__W_CPU_1_0_EDX] : 0;
	uint32_t differs = (words[word] ^ wanted) & mask;

	if (GET(lint, max_ext) < 0x80000001u)
		return;
	if (differs)
		cpupolicy__lint_bits(lint, RULE(mirror), word, differs, wanted,
				     NOBODY);
	/* K5 and K6 leave it zero */
	if (lint->vendor->mirrors && GET(lint, ext_vendor_0) &&
	    GET(lint, ext_vendor_0) != GET(lint, vendor_0))
		cpupolicy__lint_field(lint, RULE(mirror), FIELD(ext_vendor_0),
				      GET(lint, vendor_0), FIELD(vendor_0));
}

/* KVM may say 0, which guests take for its one leaf. */
static void sections(struct lint *lint)
{
	static const uint16_t fields[] = {
		FIELD(kvm_max),
		FIELD(hv_max),
		FIELD(xen_max),
		FIELD(vmware_max),
	};

	for (uint32_t space = CPUPOLICY_SPACE_KVM; space < CPUPOLICY_NR_SPACES;
	     space++) {
		uint32_t field = fields[space - CPUPOLICY_SPACE_KVM];
		uint32_t section = cpupolicy__section(lint->policy, space);
		uint32_t max = cpupolicy__get(lint->policy, field), base;

		if (!section || section == CPUPOLICY__ANYWHERE ||
		    (!max && space == CPUPOLICY_SPACE_KVM))
			continue;
		base = 0x40000000u + (section - 1) * 0x100u;
		if (max < base || max > base + 0xff)
			cpupolicy__lint_field(lint, RULE(section_range), field,
					      base, NOBODY);
	}
}

void cpupolicy__lint_checks(struct lint *lint)
{
	if (cpupolicy__lint_applies(lint, RULE(caches_intel)))
		caches_intel(lint);
	if (cpupolicy__lint_applies(lint, RULE(caches_amd)))
		caches_amd(lint);
	if (cpupolicy__lint_applies(lint, RULE(component_empty)))
		xsave(lint);
	if (cpupolicy__lint_applies(lint, RULE(max_leaf_low))) {
		max_leaf(lint, FIELD(max_basic), 0);
		max_leaf(lint, FIELD(max_ext), 0x80000000u);
	}
	max_subleaf(lint);
	if (cpupolicy__lint_applies(lint, RULE(vmx_contradiction)))
		vmx(lint);
	if (cpupolicy__lint_applies(lint, RULE(other_maker)))
		other_maker(lint);
	if (cpupolicy__lint_applies(lint, RULE(mirror)))
		mirror(lint);
	sections(lint);
}
