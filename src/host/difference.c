// SPDX-License-Identifier: MIT
/*
 * difference.c - every field and every bit in which two policies differ. What a
 * policy holds is its difference from the policy that promises nothing.
 */
#include <stdlib.h>
#include <string.h>

#include <cpupolicy/difference.h>

struct walk {
	const struct cpupolicy_policy *a, *b;
	cpupolicy_difference_sink *each;
	void *arg;
	enum cpupolicy_vendor_id vendor;
};

static bool leaf_is_paravirtual(uint32_t leaf)
{
	return leaf >> 28 == 4;
}

static uint32_t bits_of(uint32_t word, unsigned int high, unsigned int low)
{
	return word >> low & (0xffffffffu >> (31 - (high - low)));
}

static void emit(const struct walk *walk, const struct cpupolicy_address *at,
		 const struct cpupolicy_field *field, uint32_t a, uint32_t b)
{
	struct cpupolicy_difference difference = {
		.at = *at,
		.field = field,
		.a = bits_of(a, at->high, at->low),
		.b = bits_of(b, at->high, at->low),
	};

	if (difference.a != difference.b)
		walk->each(walk->arg, &difference);
}

/* One register: fields once each, bits without a name one by one. */
static void walk_register(const struct walk *walk, struct cpupolicy_address at,
			  uint32_t a, uint32_t b)
{
	unsigned int bit = 0;

	while (bit < 32) {
		const struct cpupolicy_field *field;

		if (!((a ^ b) >> bit & 1)) {
			bit++;
			continue;
		}
		at.low = at.high = (uint8_t)bit;
		field = cpupolicy_field_of(&at, walk->vendor);
		if (field) {
			at.low = field->at.low;
			at.high = field->at.high;
		} else if (cpupolicy_address_describes(&at)) {
			at.low = 0;
			at.high = 31;
		}
		emit(walk, &at, field, a, b);
		bit = at.high + 1u;
	}
}

static void compare_rows(const struct walk *walk, const struct cpupolicy_row *a,
			 const struct cpupolicy_row *b)
{
	struct cpupolicy_address at = {
		.leaf = b->leaf,
		.subleaf = (uint16_t)b->subleaf,
	};

	at.reg = CPUPOLICY_EAX;
	walk_register(walk, at, a->eax, b->eax);
	at.reg = CPUPOLICY_EBX;
	walk_register(walk, at, a->ebx, b->ebx);
	at.reg = CPUPOLICY_ECX;
	walk_register(walk, at, a->ecx, b->ecx);
	at.reg = CPUPOLICY_EDX;
	walk_register(walk, at, a->edx, b->edx);
}

static void compare_msrs(const struct walk *walk, const struct cpupolicy_msr *a,
			 const struct cpupolicy_msr *b)
{
	struct cpupolicy_address at = {
		.leaf = b->index,
		.space = CPUPOLICY_SPACE_MSR,
	};

	at.reg = CPUPOLICY_MSR_LO;
	walk_register(walk, at, (uint32_t)a->value, (uint32_t)b->value);
	at.reg = CPUPOLICY_MSR_HI;
	walk_register(walk, at, (uint32_t)(a->value >> 32),
		      (uint32_t)(b->value >> 32));
}

void cpupolicy_row_differences(const struct cpupolicy_row *a,
			       const struct cpupolicy_row *b,
			       enum cpupolicy_vendor_id vendor,
			       cpupolicy_difference_sink *each, void *arg)
{
	const struct walk walk = { .each = each, .arg = arg, .vendor = vendor };

	compare_rows(&walk, a, b);
}

void cpupolicy_msr_differences(const struct cpupolicy_msr *a,
			       const struct cpupolicy_msr *b,
			       enum cpupolicy_vendor_id vendor,
			       cpupolicy_difference_sink *each, void *arg)
{
	const struct walk walk = { .each = each, .arg = arg, .vendor = vendor };

	compare_msrs(&walk, a, b);
}

static void walk_rows(const struct walk *walk)
{
	struct cpupolicy_row a, b;

	/* sections move: they are compared field by field */
	for (uint32_t i = 0; cpupolicy_policy_row_at(&a, walk->a, i) &&
			     cpupolicy_policy_row_at(&b, walk->b, i);
	     i++)
		if (!leaf_is_paravirtual(a.leaf))
			compare_rows(walk, &a, &b);
}

static void walk_msrs(const struct walk *walk)
{
	struct cpupolicy_msr a, b;

	for (uint32_t i = 0; cpupolicy_policy_msr_at(&a, walk->a, i) &&
			     cpupolicy_policy_msr_at(&b, walk->b, i);
	     i++)
		compare_msrs(walk, &a, &b);
}

static void walk_sections(const struct walk *walk)
{
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		struct cpupolicy_difference difference = { .field = field };

		if (field->at.space <= CPUPOLICY_SPACE_MSR)
			continue;
		difference.at = field->at;
		difference.a = cpupolicy_field_get(walk->a, field);
		difference.b = cpupolicy_field_get(walk->b, field);
		if (difference.a != difference.b)
			walk->each(walk->arg, &difference);
	}
}

void cpupolicy_differences(const struct cpupolicy_policy *a,
			   const struct cpupolicy_policy *b,
			   cpupolicy_difference_sink *each, void *arg)
{
	struct walk walk = {
		.a = a,
		.b = b,
		.each = each,
		.arg = arg,
		.vendor = cpupolicy_policy_vendor(b),
	};

	if (walk.vendor == CPUPOLICY_VENDOR_UNKNOWN)
		walk.vendor = cpupolicy_policy_vendor(a);
	walk_rows(&walk);
	walk_msrs(&walk);
	walk_sections(&walk);
}

struct gained {
	cpupolicy_difference_sink *each;
	void *arg;
};

static void if_gained(void *arg, const struct cpupolicy_difference *difference)
{
	const struct gained *gained = arg;

	if (difference->b > difference->a)
		gained->each(gained->arg, difference);
}

void cpupolicy_gained(const struct cpupolicy_policy *a,
		      const struct cpupolicy_policy *b,
		      cpupolicy_difference_sink *each, void *arg)
{
	struct gained gained = { .each = each, .arg = arg };

	cpupolicy_differences(a, b, if_gained, &gained);
}

void cpupolicy_policy_contents(const struct cpupolicy_policy *policy,
			       cpupolicy_difference_sink *each, void *arg)
{
	struct cpupolicy_policy nothing;

	cpupolicy_policy_clear(&nothing);
	cpupolicy_differences(&nothing, policy, each, arg);
}
