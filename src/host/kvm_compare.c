// SPDX-License-Identifier: MIT
/*
 * kvm_compare.c - what KVM made of a table, and remarks as text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvm.h"

struct comparison {
	enum cpupolicy_vendor_id vendor;
	cpupolicy_kvm_sink *sink;
	void *arg;
	int nr; /* that are no run-time bits */
};

/* Does every bit that differs follow the state of the vCPU? */
static bool is_runtime(const struct cpupolicy_kvm_remark *remark,
		       enum cpupolicy_vendor_id vendor)
{
	struct cpupolicy_address at = {
		.leaf = remark->leaf,
		.subleaf = (uint16_t)remark->subleaf,
		.reg = (uint8_t)remark->reg,
	};
	uint32_t differ = (uint32_t)(remark->asked ^ remark->got);

	/* the clocks are run-time fields as well, but of the machine */
	if (strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, remark->leaf,
				       remark->subleaf),
		   "slot") != 0)
		return false;
	for (uint8_t bit = 0; bit < 32; bit++) {
		const struct cpupolicy_field *field;

		if (!(differ >> bit & 1))
			continue;
		at.high = at.low = bit;
		field = cpupolicy_field_of(&at, vendor);
		if (!field || field->expose != CPUPOLICY_EXPOSE_RUNTIME)
			return false;
	}
	return remark->subleaf <= UINT16_MAX;
}

/* The hypervisor bit is the VMM's to set, for all that no policy has it. */
static bool is_hypervisor_bit(const struct cpupolicy_kvm_remark *remark)
{
	return remark->leaf == 1 && remark->reg == CPUPOLICY_ECX &&
	       (remark->asked ^ remark->got) >> 31;
}

static void compare_rows(struct comparison *c, enum cpupolicy_kvm_what what,
			 const struct cpupolicy_row *asked,
			 const struct cpupolicy_row *got, uint32_t entry)
{
	for (unsigned reg = CPUPOLICY_EAX; reg <= CPUPOLICY_EDX; reg++) {
		struct cpupolicy_kvm_remark remark = {
			.what = what,
			.entry = entry,
			.leaf = asked->leaf,
			.subleaf = asked->subleaf,
			.reg = (enum cpupolicy_register)reg,
			.asked = cpupolicy__row_register(asked, reg),
			.got = cpupolicy__row_register(got, reg),
		};

		if (remark.asked == remark.got)
			continue;
		if (is_runtime(&remark, c->vendor) &&
		    !is_hypervisor_bit(&remark))
			remark.what = CPUPOLICY_KVM_RUNTIME;
		else
			c->nr++;
		cpupolicy__kvm_tell(c->sink, c->arg, &remark);
	}
}

static int order(const struct cpupolicy_row *a, const struct cpupolicy_row *b)
{
	if (a->leaf != b->leaf)
		return a->leaf < b->leaf ? -1 : 1;
	if (a->subleaf != b->subleaf)
		return a->subleaf < b->subleaf ? -1 : 1;
	return 0;
}

static enum cpupolicy_vendor_id vendor_of(const struct cpupolicy_row *rows)
{
	struct cpupolicy_policy policy;

	cpupolicy_policy_clear(&policy);
	cpupolicy_policy_set_row(&policy, &rows[0]);
	return cpupolicy_policy_vendor(&policy);
}

/* Both are sorted; where one has no row, the other's counts against zeros. */
static void merge(struct comparison *c, const struct cpupolicy_row *a,
		  size_t nr_a, const struct cpupolicy_row *b, size_t nr_b)
{
	const size_t all = nr_a;

	while (nr_a || nr_b) {
		struct cpupolicy_row none = { 0 };
		uint32_t entry = (uint32_t)(all - nr_a);
		int at = !nr_b ? -1 : !nr_a ? 1 : order(a, b);

		if (at == 0) {
			compare_rows(c, CPUPOLICY_KVM_CHANGED, a, b, entry);
		} else if (at < 0) {
			compare_rows(c, CPUPOLICY_KVM_DROPPED, a, &none, entry);
		} else {
			none.leaf = b->leaf;
			none.subleaf = b->subleaf;
			compare_rows(c, CPUPOLICY_KVM_ADDED, &none, b,
				     UINT32_MAX);
		}
		if (at <= 0)
			a++, nr_a--;
		if (at >= 0)
			b++, nr_b--;
	}
}

int cpupolicy_kvm_compare(const struct kvm_cpuid_entry2 *asked, size_t nr_asked,
			  const struct kvm_cpuid_entry2 *got, size_t nr_got,
			  cpupolicy_kvm_sink *sink, void *arg)
{
	struct comparison c = { .sink = sink, .arg = arg };
	struct cpupolicy_row *rows;
	int nr_a, nr_b, status;

	if (nr_asked > CPUPOLICY__MAX_ROWS || nr_got > CPUPOLICY__MAX_ROWS)
		return CPUPOLICY_E_RANGE;
	rows = malloc((nr_asked + nr_got + 1) * sizeof(*rows));
	if (!rows)
		return CPUPOLICY_E_MEMORY;
	status = nr_a =
		cpupolicy_kvm_rows(rows, nr_asked, asked, nr_asked, NULL, NULL);
	if (status < 0)
		goto out;
	nr_b = cpupolicy_kvm_rows(rows + nr_a, nr_got, got, nr_got, NULL, NULL);
	/* a kernel that holds nothing has dropped everything */
	if (nr_b == CPUPOLICY_E_EMPTY)
		nr_b = 0;
	status = nr_b;
	if (status < 0)
		goto out;
	c.vendor = vendor_of(rows);
	merge(&c, rows, (size_t)nr_a, rows + nr_a, (size_t)nr_b);
	status = c.nr;
out:
	free(rows);
	return status;
}

static const struct {
	enum cpupolicy_kvm_what what;
	const char *text;
} texts[] = {
	{ CPUPOLICY_KVM_REPEATED, "is there twice" },
	{ CPUPOLICY_KVM_CONTRADICTED,
	  "is there twice with different values: the first counts" },
	{ CPUPOLICY_KVM_STATEFUL,
	  "has one more stateful entry: the first counts" },
	{ CPUPOLICY_KVM_NO_FLAG,
	  "lacks the flag SIGNIFICANT_INDEX: KVM answers every sub-leaf "
	  "with it" },
	{ CPUPOLICY_KVM_INDEX, "has an index without SIGNIFICANT_INDEX" },
	{ CPUPOLICY_KVM_FLAG,
	  "has SIGNIFICANT_INDEX, but no sub-leaves: KVM answers for that ECX "
	  "alone" },
	{ CPUPOLICY_KVM_BOTH,
	  "is there with and without SIGNIFICANT_INDEX: KVM takes the first" },
	{ CPUPOLICY_KVM_BAD_FLAGS, "has flags that KVM does not know" },
	{ CPUPOLICY_KVM_PADDING, "has padding that is not zero" },
	{ CPUPOLICY_KVM_MANY, "is one more than KVM took before Linux 5.9" },
	{ CPUPOLICY_KVM_TOO_MANY, "is one more than KVM takes" },
	{ CPUPOLICY_KVM_RUNTIME, "follows the state of the vCPU" },
	{ CPUPOLICY_KVM_CHANGED, "was changed by the kernel" },
	{ CPUPOLICY_KVM_DROPPED, "was dropped by the kernel" },
	{ CPUPOLICY_KVM_ADDED, "was added by the kernel" },
	{ CPUPOLICY_KVM_MSR_CHANGED, "was changed by the kernel" },
	{ CPUPOLICY_KVM_MSR_REFUSED, "was refused by the kernel" },
	{ CPUPOLICY_KVM_MSR_GONE, "cannot be read back" },
};

const char *cpupolicy_kvm_what_text(enum cpupolicy_kvm_what what)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].what == what)
			return texts[i].text;
	return "is odd in a way that this library does not know";
}

static void place_text(char out[CPUPOLICY_ADDRESS_TEXT],
		       const struct cpupolicy_kvm_remark *remark)
{
	static const char registers[4][4] = { "eax", "ebx", "ecx", "edx" };

	if (remark->what >= CPUPOLICY_KVM_MSR_CHANGED)
		snprintf(out, CPUPOLICY_ADDRESS_TEXT, "MSR 0x%" PRIx32,
			 remark->leaf);
	else if (remark->what >= CPUPOLICY_KVM_RUNTIME)
		snprintf(out, CPUPOLICY_ADDRESS_TEXT,
			 "leaf 0x%" PRIx32 ".%" PRIx32 " %s", remark->leaf,
			 remark->subleaf, registers[remark->reg % 4u]);
	else if (remark->entry == UINT32_MAX)
		snprintf(out, CPUPOLICY_ADDRESS_TEXT, "the table");
	else
		snprintf(out, CPUPOLICY_ADDRESS_TEXT,
			 "entry %" PRIu32 ", leaf 0x%" PRIx32 ".%" PRIx32,
			 remark->entry, remark->leaf, remark->subleaf);
}

char *cpupolicy_kvm_remark_text(char *out, size_t size,
				const struct cpupolicy_kvm_remark *remark)
{
	char place[CPUPOLICY_ADDRESS_TEXT];

	place_text(place, remark);
	if (remark->what < CPUPOLICY_KVM_RUNTIME)
		snprintf(out, size, "%s: %s", place,
			 cpupolicy_kvm_what_text(remark->what));
	else
		snprintf(out, size,
			 "%s: %s: asked for 0x%" PRIx64 ", got 0x%" PRIx64,
			 place, cpupolicy_kvm_what_text(remark->what),
			 remark->asked, remark->got);
	return out;
}
