// SPDX-License-Identifier: MIT
/*
 * xl_write_registers.c - what a guest was promised as the other form of xl's
 * cpuid=: every register of every leaf that Xen's policies hold, bit by bit.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "../host/xen.h"
#include "level.h"
#include "xl.h"

static void put_register(struct cpupolicy__text *out, const char *before,
			 unsigned reg, uint32_t value, uint32_t known)
{
	static const char *const names[] = { "eax", "ebx", "ecx", "edx" };
	char bits[33];

	for (unsigned i = 0; i < 32; i++)
		bits[31 - i] = known >> i & 1 ? "01"[value >> i & 1] : 'x';
	bits[32] = '\0';
	cpupolicy__text_add(out, "%s%s=%s", before, names[reg], bits);
}

/*
 * Sub-leaves of 4 and 0xD are in Xen's policies as far as they say something,
 * and libxc refuses to set bits of others.
 */
static bool may_be_absent(const struct cpupolicy_xen_leaf *leaf)
{
	return !(leaf->a | leaf->b | leaf->c | leaf->d) &&
	       ((leaf->leaf == 4) || (leaf->leaf == 0xd && leaf->subleaf > 1));
}

static void put_leaf(struct cpupolicy__text *out,
		     const struct cpupolicy_xen_leaf *leaf,
		     const struct cpupolicy_xen_leaf *known)
{
	const uint32_t values[] = { leaf->a, leaf->b, leaf->c, leaf->d };
	const uint32_t masks[] = { known->a, known->b, known->c, known->d };
	bool first = true;

	for (unsigned reg = 0; reg < 4; reg++) {
		if (!masks[reg])
			continue;
		if (first)
			cpupolicy__text_add(out, "    \"0x%08" PRIx32,
					    leaf->leaf);
		if (first && leaf->subleaf != CPUPOLICY_XEN_NO_SUBLEAF)
			cpupolicy__text_add(out, ",%" PRIu32, leaf->subleaf);
		put_register(out, first ? ":" : ",", reg, values[reg],
			     masks[reg]);
		first = false;
	}
	if (!first)
		cpupolicy__text_add(out, "\",\n");
}

static void put_arrays(struct cpupolicy__writing *writing,
		       const struct cpupolicy_xen_arrays *arrays,
		       const struct cpupolicy_xen_arrays *ones)
{
	cpupolicy__text_add(writing->out, "cpuid = [\n");
	for (size_t i = 0; i < arrays->nr_leaves; i++) {
		struct cpupolicy_xen_leaf known = arrays->leaves[i];

		/* over zeros and over ones: what differs was left as it was */
		known.a ^= ~ones->leaves[i].a;
		known.b ^= ~ones->leaves[i].b;
		known.c ^= ~ones->leaves[i].c;
		known.d ^= ~ones->leaves[i].d;
		if (!may_be_absent(&arrays->leaves[i]))
			put_leaf(writing->out, &arrays->leaves[i], &known);
	}
	cpupolicy__text_add(writing->out, "]\n");
	if (arrays->nr_msrs)
		cpupolicy__lose(writing,
				"registers say nothing of MSRs: those are as "
				"Xen has them (names say some)");
}

/* Room for all that Xen's policies may have, whatever its version. */
#define ROOM 160

void cpupolicy__xl_write_registers(struct cpupolicy__writing *writing,
				   const struct cpupolicy_record *record)
{
	struct cpupolicy_xen_leaf leaves[ROOM], filled[ROOM];
	struct cpupolicy_xen_msr msrs[2], filled_msrs[2];
	struct cpupolicy_xen_arrays arrays = { leaves, 0, ROOM, msrs, 0, 2 };
	struct cpupolicy_xen_arrays ones = {
		filled, 0, ROOM, filled_msrs, 0, 2
	};
	struct cpupolicy_policy policy;

	if (!cpupolicy__promised(&policy, writing, record,
				 CPUPOLICY_HYPERVISOR_XEN))
		return;
	if (cpupolicy_xen_put(&arrays, &policy, writing->lost, writing->arg,
			      NULL) < 0) {
		writing->out->failed = true;
		return;
	}
	for (ones.nr_leaves = 0; ones.nr_leaves < arrays.nr_leaves;
	     ones.nr_leaves++) {
		struct cpupolicy_xen_leaf *one = &filled[ones.nr_leaves];

		*one = leaves[ones.nr_leaves];
		one->a = one->b = one->c = one->d = ~0u;
	}
	if (cpupolicy_xen_put(&ones, &policy, NULL, NULL, NULL) < 0) {
		writing->out->failed = true;
		return;
	}
	put_arrays(writing, &arrays, &ones);
}
