// SPDX-License-Identifier: MIT
/*
 * xen_leaves.c - the arrays in which Xen's policies travel, as records and
 * policies.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "xen.h"

/* A hypervisor leaf in a policy of Xen's holds a limit alone, no signature. */
static bool is_limit(const struct cpupolicy_xen_leaf *leaf)
{
	return leaf->leaf >> 16 == 0x4000;
}

static const char late[] = "comes too late, expected sorted entries, each once";

static int compare(const struct cpupolicy_xen_leaf *a,
		   const struct cpupolicy_xen_leaf *b)
{
	uint64_t key_a = (uint64_t)a->leaf << 32 | a->subleaf;
	uint64_t key_b = (uint64_t)b->leaf << 32 | b->subleaf;

	return key_a < key_b ? -1 : key_a > key_b;
}

/* What is wrong with this entry; NULL: nothing. */
static const char *wrong_leaf(const struct cpupolicy_xen_leaf *leaves, size_t i,
			      bool sorted)
{
	uint32_t leaf = leaves[i].leaf;
	bool none = leaves[i].subleaf == CPUPOLICY_XEN_NO_SUBLEAF;

	if (none && cpupolicy__xen_subleaves(leaf))
		return "expected a sub-leaf's number";
	/* newer ones may have what no Xen has yet */
	if (!none && !cpupolicy__xen_subleaves(leaf) &&
	    (leaf <= CPUPOLICY__XEN_LAST_BASIC || leaf >= 0x40000000))
		return "this leaf has no sub-leaves in Xen, expected ffffffff";
	if (sorted)
		return i && compare(&leaves[i - 1], &leaves[i]) >= 0 ? late
								     : NULL;
	for (size_t j = 0; j < i; j++)
		if (compare(&leaves[j], &leaves[i]) == 0)
			return "came before";
	return NULL;
}

static const char *wrong_msr(const struct cpupolicy_xen_msr *msrs, size_t i,
			     bool sorted)
{
	if (msrs[i].flags)
		return "flags that are not 0";
	if (sorted)
		return i && msrs[i - 1].idx >= msrs[i].idx ? late : NULL;
	for (size_t j = 0; j < i; j++)
		if (msrs[j].idx == msrs[i].idx)
			return "came before";
	return NULL;
}

int cpupolicy__xen_check(const struct cpupolicy_xen_leaf *leaves,
			 size_t nr_leaves, const struct cpupolicy_xen_msr *msrs,
			 size_t nr_msrs, bool sorted,
			 struct cpupolicy_error *error)
{
	if (nr_leaves > CPUPOLICY__MAX_ROWS || nr_msrs > CPUPOLICY__MAX_MSRS)
		return cpupolicy__fail(error, CPUPOLICY_E_MEANING,
				       "Xen's leaves: more than any CPU has");
	for (size_t i = 0; i < nr_leaves; i++) {
		const char *why = wrong_leaf(leaves, i, sorted);

		if (why)
			return cpupolicy__fail_at(
				error, CPUPOLICY_E_MEANING, "Xen's leaves",
				(int)i + 1, 0,
				"leaf %" PRIx32 ", sub-leaf %" PRIx32 ": %s",
				leaves[i].leaf, leaves[i].subleaf, why);
	}
	for (size_t i = 0; i < nr_msrs; i++) {
		const char *why = wrong_msr(msrs, i, sorted);

		if (why)
			return cpupolicy__fail_at(error, CPUPOLICY_E_MEANING,
						  "Xen's MSRs", (int)i + 1, 0,
						  "MSR %" PRIx32 ": %s",
						  msrs[i].idx, why);
	}
	return 0;
}

static int fill_record(struct cpupolicy_record *record,
		       const struct cpupolicy_xen_leaf *leaves,
		       size_t nr_leaves, const struct cpupolicy_xen_msr *msrs,
		       size_t nr_msrs)
{
	struct cpupolicy_row *rows = calloc(nr_leaves + 1, sizeof(*rows));
	struct cpupolicy_msr *values = calloc(nr_msrs + 1, sizeof(*values));
	int status = CPUPOLICY_E_MEMORY;
	size_t nr = 0;

	for (size_t i = 0; rows && i < nr_leaves; i++) {
		const struct cpupolicy_xen_leaf *leaf = &leaves[i];

		if (is_limit(leaf))
			continue;
		rows[nr++] = (struct cpupolicy_row){
			.leaf = leaf->leaf,
			.subleaf = leaf->subleaf == CPUPOLICY_XEN_NO_SUBLEAF
					   ? 0
					   : leaf->subleaf,
			.eax = leaf->a,
			.ebx = leaf->b,
			.ecx = leaf->c,
			.edx = leaf->d,
		};
	}
	for (size_t i = 0; values && i < nr_msrs; i++)
		values[i] = (struct cpupolicy_msr){ .index = msrs[i].idx,
						    .value = msrs[i].val };
	if (rows && values &&
	    cpupolicy__set_string(&record->how, "policy of Xen") == 0)
		status = cpupolicy_record_add_cpu(record, 0, rows, nr, values,
						  nr_msrs);
	free(values);
	free(rows);
	return status;
}

int cpupolicy_xen_record(struct cpupolicy_record **out,
			 const struct cpupolicy_xen_leaf *leaves,
			 size_t nr_leaves, const struct cpupolicy_xen_msr *msrs,
			 size_t nr_msrs, struct cpupolicy_error *error)
{
	struct cpupolicy_record *record;
	int status = cpupolicy__xen_check(leaves, nr_leaves, msrs, nr_msrs,
					  false, error);

	*out = NULL;
	if (status < 0)
		return status;
	record = cpupolicy_record_new();
	if (record &&
	    fill_record(record, leaves, nr_leaves, msrs, nr_msrs) == 0) {
		*out = record;
		return 0;
	}
	cpupolicy_record_free(record);
	return cpupolicy__no_memory(error, "Xen's leaves");
}

int cpupolicy_xen_policy(struct cpupolicy_policy *out,
			 const struct cpupolicy_xen_leaf *leaves,
			 size_t nr_leaves, const struct cpupolicy_xen_msr *msrs,
			 size_t nr_msrs, cpupolicy_sink *sink, void *arg,
			 struct cpupolicy_error *error)
{
	static const struct cpupolicy_hostset_options guest = { .guest = true };
	struct cpupolicy_record *record;
	int status = cpupolicy_xen_record(&record, leaves, nr_leaves, msrs,
					  nr_msrs, error);

	if (status < 0)
		return status;
	status =
		cpupolicy_record_hostset(out, record, &guest, sink, arg, error);
	cpupolicy_record_free(record);
	return status;
}
