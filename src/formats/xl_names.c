// SPDX-License-Identifier: MIT
/*
 * xl_names.c - what libxl calls a bit or a number, and the registers that they
 * are set in.
 */
#include <stdlib.h>
#include <string.h>

#include "../host/names.h"
#include "xl.h"

/* tables/xl.csv; all others are Xen's names of its features. */
static const struct cpupolicy__xl_name own[] = {
#define NAME(name, space, leaf, subleaf, reg, high, low)                       \
	{ name, { leaf, subleaf, space, reg, high, low } },
#include "../host/gen/xl_names.inc"
#undef NAME
};

#define NR_OWN (sizeof(own) / sizeof(own[0]))

static const struct cpupolicy__xl_name *find_own(const char *name,
						 size_t length)
{
	for (size_t i = 0; i < NR_OWN; i++)
		if (strlen(own[i].name) == length &&
		    memcmp(own[i].name, name, length) == 0)
			return &own[i];
	return NULL;
}

bool cpupolicy__xl_find(struct cpupolicy__xl_name *out, const char *name,
			size_t length)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	const struct cpupolicy__xl_name *found = find_own(name, length);
	enum cpupolicy_vendor_id vendor = CPUPOLICY_VENDOR_UNKNOWN;
	const char *xen;
	int nr = 0;

	if (found) {
		*out = *found;
		return true;
	}
	while (nr < 1 && vendor <= CPUPOLICY_VENDOR_ZHAOXIN)
		nr = cpupolicy__name_fields(fields, CPUPOLICY__XEN, name,
					    length, vendor++);
	if (nr != 1)
		return false;
	/* unlike others, libxl wants its own spelling */
	xen = cpupolicy__field_name(CPUPOLICY__XEN, fields[0]);
	if (strlen(xen) != length || memcmp(xen, name, length) != 0)
		return false;
	*out = (struct cpupolicy__xl_name){ xen, fields[0]->at };
	return true;
}

static bool same(const struct cpupolicy_address *a,
		 const struct cpupolicy_address *b)
{
	return a->leaf == b->leaf && a->subleaf == b->subleaf &&
	       a->space == b->space && a->reg == b->reg && a->high == b->high &&
	       a->low == b->low;
}

const char *cpupolicy__xl_name_of(const struct cpupolicy_address *at)
{
	const char *name = NULL;

	for (size_t i = 0; i < NR_OWN; i++)
		if (same(&own[i].at, at))
			return own[i].name;
	/* a bit may have a row for each maker, and its name in one of them */
	for (int v = CPUPOLICY_VENDOR_UNKNOWN;
	     v <= CPUPOLICY_VENDOR_ZHAOXIN && !name; v++) {
		const struct cpupolicy_field *field =
			cpupolicy_field_of(at, (enum cpupolicy_vendor_id)v);

		if (field)
			name = cpupolicy__field_name(CPUPOLICY__XEN, field);
	}
	/* clflush is a number to libxl, the feature is clfsh */
	return name && !find_own(name, strlen(name)) ? name : NULL;
}

static struct cpupolicy_xl_register *
open_register(struct cpupolicy_xl *xl, const struct cpupolicy_address *at,
	      uint32_t subleaf)
{
	struct cpupolicy_xl_register *grown;

	for (size_t i = 0; i < xl->nr; i++)
		if (xl->registers[i].space == at->space &&
		    xl->registers[i].leaf == at->leaf &&
		    xl->registers[i].subleaf == subleaf &&
		    xl->registers[i].reg == at->reg)
			return &xl->registers[i];
	grown = realloc(xl->registers, (xl->nr + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	xl->registers = grown;
	grown += xl->nr++;
	*grown = (struct cpupolicy_xl_register){
		.leaf = at->leaf,
		.subleaf = subleaf,
		.space = at->space,
		.reg = at->reg,
	};
	memset(grown->bits, 'x', sizeof(grown->bits) - 1);
	return grown;
}

int cpupolicy__xl_set(struct cpupolicy_xl *xl,
		      const struct cpupolicy_address *at, uint32_t subleaf,
		      const char *bits)
{
	struct cpupolicy_xl_register *reg;

	if (xl->nr == CPUPOLICY__XL_MOST)
		return CPUPOLICY_E_RANGE;
	reg = open_register(xl, at, subleaf);
	if (!reg)
		return CPUPOLICY_E_MEMORY;
	for (unsigned i = 0; i <= (unsigned)(at->high - at->low); i++)
		reg->bits[31 - at->high + i] = bits[i] == 's' ? 'k' : bits[i];
	return 0;
}

void cpupolicy_xl_clear(struct cpupolicy_xl *xl)
{
	free(xl->registers);
	*xl = (struct cpupolicy_xl){ 0 };
}
