/* SPDX-License-Identifier: MIT */
/*
 * json_policy_parts.c - the registers of a policy, its derived fields and its
 * vendor, as reader and writer of policy files need them.
 */

#include "json_policy.h"

static void each_half(const struct cpupolicy_policy *policy,
		      void (*each)(void *arg,
				   const struct cpupolicy__register *),
		      void *arg)
{
	struct cpupolicy_msr msr;

	for (uint32_t i = 0; cpupolicy_policy_msr_at(&msr, policy, i) > 0;
	     i++) {
		struct cpupolicy__register reg = {
			.at = { .leaf = msr.index,
				.space = CPUPOLICY_SPACE_MSR,
				.reg = CPUPOLICY_MSR_LO,
				.high = 31 },
			.leaf = msr.index,
			.value = (uint32_t)msr.value,
		};

		each(arg, &reg);
		reg.at.reg = CPUPOLICY_MSR_HI;
		reg.value = (uint32_t)(msr.value >> 32);
		each(arg, &reg);
	}
}

/*
 * Which section a row belongs to. All rows of a section follow its first one,
 * whose signature says what it is, and absent ones look as if they were at
 * 0x40000000.
 */
static const struct cpupolicy__section *
section_of(const struct cpupolicy_row *row,
	   const struct cpupolicy__section *before)
{
	if (row->leaf >> 16 != 0x4000)
		return NULL;
	if (row->leaf & 0xff)
		return before;
	return cpupolicy__section_of_row(row);
}

void cpupolicy__each_register(const struct cpupolicy_policy *policy,
			      void (*each)(void *arg,
					   const struct cpupolicy__register *),
			      void *arg)
{
	const struct cpupolicy__section *section = NULL;
	struct cpupolicy_row row;

	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, policy, i) > 0;
	     i++) {
		struct cpupolicy__register reg = {
			.at = { .leaf = row.leaf,
				.subleaf = (uint16_t)row.subleaf,
				.space = CPUPOLICY_SPACE_CPU,
				.high = 31 },
			.leaf = row.leaf,
		};

		section = section_of(&row, section);
		if (section) {
			reg.at.leaf = 0x40000000 | (row.leaf & 0xff);
			reg.at.space = section->space;
		} else if (row.leaf >> 16 == 0x4000) {
			continue;
		}
		for (uint8_t r = 0; r < 4; r++) {
			reg.at.reg = r;
			reg.value = cpupolicy__row_register(&row, r);
			each(arg, &reg);
		}
	}
	each_half(policy, each, arg);
}

bool cpupolicy__is_derived(const struct cpupolicy_field *field,
			   enum cpupolicy_vendor_id vendor)
{
	return field->level == CPUPOLICY_LEVEL_DERIVE &&
	       cpupolicy_field_of(&field->at, vendor) == field;
}

void cpupolicy__derive_again(struct cpupolicy_policy *policy)
{
	enum cpupolicy_vendor_id vendor = cpupolicy_policy_vendor(policy);
	struct cpupolicy_policy derived = *policy;
	const struct cpupolicy_field *field;

	for (uint32_t i = 0; (field = cpupolicy_field_at(i)); i++)
		if (cpupolicy__is_derived(field, vendor))
			cpupolicy_field_set(&derived, field, 0);
	cpupolicy_derive(&derived);
	/* and nothing else: what is not given stays so */
	for (uint32_t i = 0; (field = cpupolicy_field_at(i)); i++)
		if (cpupolicy__is_derived(field, vendor))
			cpupolicy_field_set(
				policy, field,
				cpupolicy_field_get(&derived, field));
}

bool cpupolicy__vendor_text(char out[13], const struct cpupolicy_policy *policy)
{
	cpupolicy_policy_vendor_string(out, policy);
	for (int i = 0; i < 12; i++)
		if (out[i] < 0x20 || out[i] > 0x7e)
			return false;
	return true;
}

struct cpupolicy_row cpupolicy__vendor_row(const char *text)
{
	struct cpupolicy_row row = { 0 };
	uint32_t *const parts[3] = { &row.ebx, &row.edx, &row.ecx };

	for (unsigned i = 0; i < 12; i++)
		*parts[i / 4] |= (uint32_t)(unsigned char)text[i]
				 << 8 * (i % 4);
	return row;
}
