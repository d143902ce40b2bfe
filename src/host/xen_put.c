// SPDX-License-Identifier: MIT
/*
 * xen_put.c - a policy as the arrays that Xen takes, over what is there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../formats/format.h"
#include "xen.h"

/** struct putting - arrays being filled */
struct putting {
	struct cpupolicy_xen_arrays to;	   /* copies */
	struct cpupolicy__writing writing; /* for what is lost */
	uint32_t own; /* leaves of Xen's own section: the upper 24 bits */
};

/* The highest leaf or sub-leaf that Xen has, where a row says how far they go;
 * 0: it does not. */
static uint32_t highest(const struct cpupolicy_row *row)
{
	if (row->subleaf)
		return 0;
	switch (row->leaf) {
	case 0:
		return CPUPOLICY__XEN_LAST_BASIC;
	case 7:
		return cpupolicy__xen_subleaves(7) - 1;
	case 0x80000000:
		return CPUPOLICY__XEN_LAST_EXTENDED;
	default:
		return 0;
	}
}

static bool has_place(const struct cpupolicy_row *row)
{
	uint32_t subleaves = cpupolicy__xen_subleaves(row->leaf);

	if (row->leaf > CPUPOLICY__XEN_LAST_BASIC &&
	    (row->leaf < 0x80000000 ||
	     row->leaf > CPUPOLICY__XEN_LAST_EXTENDED))
		return false;
	return subleaves ? row->subleaf < subleaves : row->subleaf == 0;
}

static bool is_empty(const struct cpupolicy_row *row)
{
	return !(row->eax | row->ebx | row->ecx | row->edx);
}

/* The entry for a row, new where there is none; NULL: no room. */
static struct cpupolicy_xen_leaf *open_leaf(struct putting *putting,
					    const struct cpupolicy_row *row)
{
	uint32_t subleaf = cpupolicy__xen_subleaves(row->leaf)
				   ? row->subleaf
				   : CPUPOLICY_XEN_NO_SUBLEAF;
	struct cpupolicy_xen_leaf *at = putting->to.leaves,
				  *end = at + putting->to.nr_leaves;

	while (at < end && (at->leaf < row->leaf ||
			    (at->leaf == row->leaf && at->subleaf < subleaf)))
		at++;
	if (at < end && at->leaf == row->leaf && at->subleaf == subleaf)
		return at;
	if (putting->to.nr_leaves == putting->to.room_leaves)
		return NULL;
	memmove(at + 1, at, (size_t)(end - at) * sizeof(*at));
	putting->to.nr_leaves++;
	*at = (struct cpupolicy_xen_leaf){ .leaf = row->leaf,
					   .subleaf = subleaf };
	return at;
}

static int put_row(struct putting *putting, struct cpupolicy_row row,
		   const struct cpupolicy_row *known)
{
	struct cpupolicy_xen_leaf *entry;

	if (row.leaf >> 16 == 0x4000 && row.leaf % 0x100 == 0) {
		const struct cpupolicy__section *section =
			cpupolicy__section_of_row(&row);

		/* which Xen makes without being told */
		if (section && section->space == CPUPOLICY_SPACE_XEN)
			putting->own = row.leaf >> 8;
	}
	if (!has_place(&row)) {
		if (!is_empty(&row) &&
		    (!putting->own || row.leaf >> 8 != putting->own))
			cpupolicy__lose(&putting->writing,
					"leaf %" PRIx32 ".%" PRIu32
					": Xen's policies have no place for it",
					row.leaf, row.subleaf);
		return 0;
	}
	if (highest(&row) && row.eax > highest(&row)) {
		cpupolicy__lose(&putting->writing,
				"leaf %" PRIx32 " says %" PRIx32
				" as the highest, Xen has %" PRIx32 " at most",
				row.leaf, row.eax, highest(&row));
		row.eax = highest(&row);
	}
	entry = open_leaf(putting, &row);
	if (!entry)
		return CPUPOLICY_E_SPACE;
	entry->a = (entry->a & ~known->eax) | (row.eax & known->eax);
	entry->b = (entry->b & ~known->ebx) | (row.ebx & known->ebx);
	entry->c = (entry->c & ~known->ecx) | (row.ecx & known->ecx);
	entry->d = (entry->d & ~known->edx) | (row.edx & known->edx);
	return 0;
}

/* What the arrays have and no policy can promise: topology, limits. */
static bool stays(const struct cpupolicy_xen_leaf *entry)
{
	return entry->leaf >> 16 == 0x4000 ||
	       strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, entry->leaf, 0),
		      "vcpu") == 0;
}

static int put_msr(struct putting *putting, const struct cpupolicy_msr *msr)
{
	struct cpupolicy_xen_msr *at = putting->to.msrs,
				 *end = at + putting->to.nr_msrs;

	/* MSR_INTEL_PLATFORM_INFO, MSR_ARCH_CAPABILITIES */
	if (msr->index != 0xce && msr->index != 0x10a) {
		if (msr->value)
			cpupolicy__lose(&putting->writing,
					"MSR %" PRIx32 ": Xen's policies have "
					"no place for it",
					msr->index);
		return 0;
	}
	while (at < end && at->idx < msr->index)
		at++;
	if (at == end || at->idx != msr->index) {
		if (putting->to.nr_msrs == putting->to.room_msrs)
			return CPUPOLICY_E_SPACE;
		memmove(at + 1, at, (size_t)(end - at) * sizeof(*at));
		putting->to.nr_msrs++;
	}
	*at = (struct cpupolicy_xen_msr){ .idx = msr->index,
					  .val = msr->value };
	return 0;
}

static int put_core(struct putting *putting, const struct cpupolicy_core *core)
{
	int status = 0;

	for (size_t i = 0; i < putting->to.nr_leaves; i++) {
		struct cpupolicy_xen_leaf *entry = &putting->to.leaves[i];

		if (!stays(entry) &&
		    !cpupolicy_core_row(core, entry->leaf,
					cpupolicy__xen_subleaves(entry->leaf)
						? entry->subleaf
						: 0))
			entry->a = entry->b = entry->c = entry->d = 0;
	}
	for (size_t i = 0; i < putting->to.nr_msrs; i++)
		putting->to.msrs[i].val = 0;
	for (size_t i = 0; i < core->nr_rows && status == 0; i++)
		status = put_row(putting, core->rows[i], &core->known[i]);
	for (size_t i = 0; i < core->nr_msrs && status == 0; i++)
		status = put_msr(putting, &core->msrs[i]);
	return status;
}

/* On copies, so that a failure changes nothing. */
static int put_record(struct cpupolicy_xen_arrays *arrays,
		      const struct cpupolicy_record *record,
		      struct putting *putting)
{
	int status;

	memcpy(putting->to.leaves, arrays->leaves,
	       arrays->nr_leaves * sizeof(*arrays->leaves));
	memcpy(putting->to.msrs, arrays->msrs,
	       arrays->nr_msrs * sizeof(*arrays->msrs));
	status = put_core(putting, &record->cores[0]);
	if (status < 0)
		return status;
	memcpy(arrays->leaves, putting->to.leaves,
	       putting->to.nr_leaves * sizeof(*arrays->leaves));
	memcpy(arrays->msrs, putting->to.msrs,
	       putting->to.nr_msrs * sizeof(*arrays->msrs));
	arrays->nr_leaves = putting->to.nr_leaves;
	arrays->nr_msrs = putting->to.nr_msrs;
	return 0;
}

int cpupolicy_xen_put(struct cpupolicy_xen_arrays *arrays,
		      const struct cpupolicy_policy *policy,
		      cpupolicy_lost *lost, void *arg,
		      struct cpupolicy_error *error)
{
	struct putting putting = {
		.to = *arrays,
		.writing = { .lost = lost, .arg = arg },
	};
	struct cpupolicy_record *record;
	int status = cpupolicy__xen_check(arrays->leaves, arrays->nr_leaves,
					  arrays->msrs, arrays->nr_msrs, true,
					  error);

	if (status < 0)
		return status;
	record = cpupolicy_record_of_policy(policy, NULL);
	putting.to.leaves =
		calloc(arrays->room_leaves + 1, sizeof(*putting.to.leaves));
	putting.to.msrs =
		calloc(arrays->room_msrs + 1, sizeof(*putting.to.msrs));
	status = CPUPOLICY_E_MEMORY;
	if (record && putting.to.leaves && putting.to.msrs)
		status = put_record(arrays, record, &putting);
	free(putting.to.leaves);
	free(putting.to.msrs);
	cpupolicy_record_free(record);
	if (status == CPUPOLICY_E_SPACE)
		return cpupolicy__fail(error, status,
				       "Xen's leaves: no room for more than "
				       "%zu leaves and %zu MSRs",
				       arrays->room_leaves, arrays->room_msrs);
	return status < 0 ? cpupolicy__no_memory(error, "Xen's leaves") : 0;
}
