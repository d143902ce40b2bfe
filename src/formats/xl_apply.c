// SPDX-License-Identifier: MIT
/*
 * xl_apply.c - what a domain gets that is started with a cpuid= line: as libxc
 * does it, bit by bit over Xen's policy for such domains, and as Xen then takes
 * away what it cannot give.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "xl.h"

/* The bits of a register that have this character. */
static uint32_t bits_that_are(const struct cpupolicy_xl_register *reg, char c)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < 32; i++)
		bits |= (uint32_t)(reg->bits[31 - i] == c) << i;
	return bits;
}

/* The highest leaf or sub-leaf that a policy says there is. */
static uint32_t limit(const struct cpupolicy_policy *policy, uint32_t leaf)
{
	struct cpupolicy_row row = { .leaf = leaf };

	cpupolicy_policy_get_row(&row, policy);
	return row.eax;
}

static bool has_leaf(const struct cpupolicy_policy *policy,
		     const struct cpupolicy_xl_register *reg)
{
	if (reg->space != CPUPOLICY_SPACE_CPU)
		return true;
	if (reg->leaf == 7 && reg->subleaf != CPUPOLICY_XEN_NO_SUBLEAF &&
	    reg->subleaf > limit(policy, 7))
		return false;
	return reg->leaf <= limit(policy, reg->leaf & 0x80000000);
}

static uint32_t changed(uint32_t value, uint32_t host,
			const struct cpupolicy_xl_register *reg)
{
	uint32_t keep = bits_that_are(reg, 'x'), copy = bits_that_are(reg, 'k');

	return (value & keep) | (host & copy) | bits_that_are(reg, '1');
}

static void change_msr(struct cpupolicy_policy *policy,
		       const struct cpupolicy_policy *host,
		       const struct cpupolicy_xl_register *reg)
{
	unsigned shift = reg->reg == CPUPOLICY_MSR_LO ? 0 : 32;
	struct cpupolicy_msr msr = { .index = reg->leaf }, other = msr;
	uint32_t value;

	cpupolicy_policy_get_msr(&msr, policy);
	cpupolicy_policy_get_msr(&other, host);
	value = changed((uint32_t)(msr.value >> shift),
			(uint32_t)(other.value >> shift), reg);
	msr.value &= ~(UINT64_C(0xffffffff) << shift);
	msr.value |= (uint64_t)value << shift;
	cpupolicy_policy_set_msr(policy, &msr);
}

static int change_row(struct cpupolicy_policy *policy,
		      const struct cpupolicy_policy *host,
		      const struct cpupolicy_xl_register *reg)
{
	struct cpupolicy_row row = {
		.leaf = reg->leaf,
		.subleaf = reg->subleaf == CPUPOLICY_XEN_NO_SUBLEAF
				   ? 0
				   : reg->subleaf,
	};
	struct cpupolicy_row other = row;
	uint32_t *const regs[4] = { &row.eax, &row.ebx, &row.ecx, &row.edx };
	uint32_t *value = regs[reg->reg % 4u];
	int status = cpupolicy_policy_get_row(&row, policy);

	cpupolicy_policy_get_row(&other, host);
	*value =
		changed(*value, cpupolicy__row_register(&other, reg->reg), reg);
	return status == 0 ? cpupolicy_policy_set_row(policy, &row) : status;
}

/* Those of its fields that guests get from elsewhere. */
static void tell_foreign(const struct cpupolicy__writing *writing,
			 const struct cpupolicy_policy *policy,
			 const struct cpupolicy_xl_register *reg)
{
	struct cpupolicy_address at = {
		.leaf = reg->leaf,
		.subleaf = (uint16_t)(reg->subleaf == CPUPOLICY_XEN_NO_SUBLEAF
					      ? 0
					      : reg->subleaf),
		.space = reg->space,
		.reg = reg->reg,
	};
	const struct cpupolicy_field *last = NULL;

	for (unsigned i = 0; i < 32; i++) {
		const struct cpupolicy_field *field;

		at.high = at.low = (uint8_t)i;
		field = cpupolicy_field_of(&at,
					   cpupolicy_policy_vendor(policy));
		if (reg->bits[31 - i] == 'x' || !field || field == last ||
		    field->level != CPUPOLICY_LEVEL_ZERO)
			continue;
		last = field;
		cpupolicy__lose(writing, "%s is no part of a policy",
				field->name);
	}
}

int cpupolicy_xl_apply(struct cpupolicy_policy *policy,
		       const struct cpupolicy_xl *xl,
		       const struct cpupolicy_policy *host,
		       cpupolicy_lost *lost, void *arg)
{
	const struct cpupolicy__writing writing = { .lost = lost, .arg = arg };
	struct cpupolicy_policy out = *policy;

	for (size_t i = 0; i < xl->nr; i++) {
		const struct cpupolicy_xl_register *reg = &xl->registers[i];

		if (!has_leaf(policy, reg)) {
			cpupolicy__lose(&writing,
					"leaf %" PRIx32
					": such domains do not have it, and xl "
					"makes none with this line",
					reg->leaf);
			return CPUPOLICY_E_NO_SLOT;
		}
		tell_foreign(&writing, policy, reg);
		if (reg->space == CPUPOLICY_SPACE_MSR)
			change_msr(&out, host, reg);
		else if (change_row(&out, host, reg) < 0)
			cpupolicy__lose(&writing,
					"leaf %" PRIx32
					" is no part of a policy",
					reg->leaf);
	}
	cpupolicy_normalize(&out, NULL, NULL);
	cpupolicy_mask(&out, host, NULL, NULL);
	*policy = out;
	return 0;
}
