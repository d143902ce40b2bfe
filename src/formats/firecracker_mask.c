// SPDX-License-Identifier: MIT
/*
 * firecracker_mask.c - a CPU template that changes some bits of whatever host
 * it meets, as a mask.
 */
#include "firecracker.h"
#include "mask_bits.h"

static void add_register(struct cpupolicy__mask_bits *bits,
			 const struct cpupolicy_address *at, uint32_t value,
			 uint32_t given)
{
	char text[33];

	if (!given)
		return;
	for (unsigned i = 0; i < 32; i++) {
		unsigned bit = 31 - i;

		text[i] = 'x';
		if (given >> bit & 1)
			text[i] = value >> bit & 1 ? '1' : '0';
	}
	text[32] = '\0';
	cpupolicy__mask_register(bits, at, text);
}

static void add_row(struct cpupolicy__mask_bits *bits,
		    const struct cpupolicy_row *row,
		    const struct cpupolicy_row *given)
{
	struct cpupolicy_address at = {
		.leaf = row->leaf,
		.subleaf = (uint16_t)row->subleaf,
		.space = CPUPOLICY_SPACE_CPU,
	};

	/* no sub-leaf of any policy is as high */
	if (row->subleaf > UINT16_MAX)
		at.subleaf = UINT16_MAX;
	for (at.reg = 0; at.reg < 4; at.reg++)
		add_register(bits, &at, cpupolicy__row_register(row, at.reg),
			     cpupolicy__row_register(given, at.reg));
}

static void add_msr(struct cpupolicy__mask_bits *bits, uint32_t index,
		    const struct cpupolicy__bitmap *msr)
{
	struct cpupolicy_address at = {
		.leaf = index,
		.space = CPUPOLICY_SPACE_MSR,
		.reg = CPUPOLICY_MSR_LO,
	};

	add_register(bits, &at, (uint32_t)msr->value, (uint32_t)msr->given);
	at.reg = CPUPOLICY_MSR_HI;
	add_register(bits, &at, (uint32_t)(msr->value >> 32),
		     (uint32_t)(msr->given >> 32));
}

/* Registers of which any bit is given. */
static size_t count(const struct cpupolicy__template *template)
{
	size_t nr = 2 * template->nr_msrs;

	for (size_t i = 0; i < template->rows.nr; i++)
		for (uint8_t reg = 0; reg < 4; reg++)
			nr += cpupolicy__row_register(&template->known.row[i],
						      reg) != 0;
	return nr;
}

int cpupolicy__template_mask(struct cpupolicy_mask_spec *mask,
			     const struct cpupolicy__template *template)
{
	struct cpupolicy__mask_bits bits;
	int status = cpupolicy__mask_begin(&bits, mask, count(template));

	for (size_t i = 0; i < template->rows.nr && status == 0; i++)
		add_row(&bits, &template->rows.row[i], &template->known.row[i]);
	for (size_t i = 0; i < template->nr_msrs && status == 0; i++)
		add_msr(&bits, template->msrs[i].index,
			&template->msrs[i].bits);
	return cpupolicy__mask_end(&bits, status);
}
