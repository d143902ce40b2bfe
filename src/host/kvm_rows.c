// SPDX-License-Identifier: MIT
/*
 * kvm_rows.c - what a table of KVM's entries says, and what is odd about it.
 *
 * How KVM itself finds an entry is Linux arch/x86/kvm/cpuid.c: the first one
 * for the leaf that either has no SIGNIFICANT_INDEX or that index.
 */
#include <stdlib.h>
#include <string.h>

#include "kvm.h"

#define ALL_FLAGS                                                              \
	(KVM_CPUID_FLAG_SIGNIFCANT_INDEX | KVM_CPUID_FLAG_STATEFUL_FUNC |      \
	 KVM_CPUID_FLAG_STATE_READ_NEXT)

struct reader {
	const struct kvm_cpuid_entry2 *entries;
	size_t nr;
	struct cpupolicy_row *rows; /* sorted */
	size_t nr_rows;
	cpupolicy_kvm_sink *sink;
	void *arg;
};

static bool significant(const struct kvm_cpuid_entry2 *entry)
{
	return entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
}

static bool is_zero(const struct kvm_cpuid_entry2 *entry)
{
	return !(entry->eax | entry->ebx | entry->ecx | entry->edx);
}

static void tell(const struct reader *reader, enum cpupolicy_kvm_what what,
		 size_t i)
{
	const struct kvm_cpuid_entry2 *entry = &reader->entries[i];
	struct cpupolicy_kvm_remark remark = {
		.what = what,
		.entry = (uint32_t)i,
		.leaf = entry->function,
		.subleaf = entry->index,
	};

	cpupolicy__kvm_tell(reader->sink, reader->arg, &remark);
}

/* Is there an entry for the same leaf without the flag? */
static bool has_plain(const struct reader *reader, uint32_t leaf)
{
	for (size_t i = 0; i < reader->nr; i++)
		if (reader->entries[i].function == leaf &&
		    !significant(&reader->entries[i]))
			return true;
	return false;
}

/* Paravirtual leaves and those without a name may have sub-leaves or not. */
static bool has_no_subleaves(uint32_t leaf)
{
	return !cpupolicy_leaf_has_subleaves(leaf) && leaf >> 28 != 4 &&
	       strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, leaf, 0),
		      "unknown") != 0;
}

static void judge(const struct reader *reader, size_t i)
{
	const struct kvm_cpuid_entry2 *entry = &reader->entries[i];
	bool subleaves = cpupolicy_leaf_has_subleaves(entry->function);

	if (entry->flags & ~(uint32_t)ALL_FLAGS)
		tell(reader, CPUPOLICY_KVM_BAD_FLAGS, i);
	if (entry->padding[0] | entry->padding[1] | entry->padding[2])
		tell(reader, CPUPOLICY_KVM_PADDING, i);
	if (!significant(entry)) {
		if (entry->index)
			tell(reader, CPUPOLICY_KVM_INDEX, i);
		else if (subleaves && !is_zero(entry))
			tell(reader, CPUPOLICY_KVM_NO_FLAG, i);
		return;
	}
	if (has_no_subleaves(entry->function))
		tell(reader, CPUPOLICY_KVM_FLAG, i);
	if (has_plain(reader, entry->function))
		tell(reader, CPUPOLICY_KVM_BOTH, i);
}

static struct cpupolicy_row row_of(const struct kvm_cpuid_entry2 *entry)
{
	struct cpupolicy_row row = {
		.leaf = entry->function,
		.eax = entry->eax,
		.ebx = entry->ebx,
		.ecx = entry->ecx,
		.edx = entry->edx,
	};

	if (significant(entry) || cpupolicy_leaf_has_subleaves(entry->function))
		row.subleaf = entry->index;
	cpupolicy__row_redact(&row);
	return row;
}

static bool before(const struct cpupolicy_row *a, const struct cpupolicy_row *b)
{
	return a->leaf != b->leaf ? a->leaf < b->leaf : a->subleaf < b->subleaf;
}

/* Where the row is, or belongs. */
static size_t place_of(const struct reader *reader,
		       const struct cpupolicy_row *row)
{
	size_t low = 0, high = reader->nr_rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (before(&reader->rows[middle], row))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add(struct reader *reader, size_t i)
{
	const struct kvm_cpuid_entry2 *entry = &reader->entries[i];
	struct cpupolicy_row row = row_of(entry);
	size_t at = place_of(reader, &row);
	struct cpupolicy_row *there = &reader->rows[at];

	if (at == reader->nr_rows || before(&row, there)) {
		memmove(there + 1, there,
			(reader->nr_rows - at) * sizeof(*there));
		*there = row;
		reader->nr_rows++;
		return;
	}
	if (memcmp(there, &row, sizeof(row)) == 0)
		tell(reader, CPUPOLICY_KVM_REPEATED, i);
	else if (entry->flags & KVM_CPUID_FLAG_STATEFUL_FUNC)
		tell(reader, CPUPOLICY_KVM_STATEFUL, i);
	else
		tell(reader, CPUPOLICY_KVM_CONTRADICTED, i);
}

static bool all_zero(const struct kvm_cpuid_entry2 *entries, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!is_zero(&entries[i]))
			return false;
	return true;
}

int cpupolicy_kvm_rows(struct cpupolicy_row *rows, size_t room,
		       const struct kvm_cpuid_entry2 *entries, size_t nr,
		       cpupolicy_kvm_sink *sink, void *arg)
{
	struct reader reader = { entries, nr, rows, 0, sink, arg };

	if (nr > CPUPOLICY__MAX_ROWS)
		return CPUPOLICY_E_RANGE;
	if (all_zero(entries, nr))
		return CPUPOLICY_E_EMPTY;
	if (nr > room)
		return CPUPOLICY_E_SPACE;
	if (nr > CPUPOLICY_KVM_ENTRIES)
		tell(&reader, CPUPOLICY_KVM_TOO_MANY, CPUPOLICY_KVM_ENTRIES);
	else if (nr > CPUPOLICY_KVM_ENTRIES_ONCE)
		tell(&reader, CPUPOLICY_KVM_MANY, CPUPOLICY_KVM_ENTRIES_ONCE);
	for (size_t i = 0; i < nr; i++) {
		judge(&reader, i);
		add(&reader, i);
	}
	return (int)reader.nr_rows;
}

int cpupolicy_kvm_table_rows(struct cpupolicy_row *rows, size_t room,
			     const void *table, size_t size,
			     cpupolicy_kvm_sink *sink, void *arg)
{
	static const struct cpupolicy_kvm_remark padding = {
		.what = CPUPOLICY_KVM_PADDING,
		.entry = UINT32_MAX,
	};
	struct cpupolicy__kvm_head head;
	struct kvm_cpuid_entry2 *entries;
	int nr;

	if (size < sizeof(head))
		return CPUPOLICY_E_TRUNCATED;
	memcpy(&head, table, sizeof(head));
	if (head.nent > CPUPOLICY__MAX_ROWS)
		return CPUPOLICY_E_RANGE;
	if (size < sizeof(head) + head.nent * sizeof(*entries))
		return CPUPOLICY_E_TRUNCATED;
	if (size > sizeof(head) + head.nent * sizeof(*entries))
		return CPUPOLICY_E_TRAILING;
	entries = malloc(size);
	if (!entries)
		return CPUPOLICY_E_MEMORY;
	memcpy(entries, (const char *)table + sizeof(head),
	       size - sizeof(head));
	if (head.padding)
		cpupolicy__kvm_tell(sink, arg, &padding);
	nr = cpupolicy_kvm_rows(rows, room, entries, head.nent, sink, arg);
	free(entries);
	return nr;
}
