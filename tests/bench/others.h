/* SPDX-License-Identifier: MIT */
/*
 * others.h - how others answer CPUID: lists that are searched, arrays behind a
 * switch, and the least that any design must do.
 *
 * All of them hold what one vCPU sees; state is baked in when it changes,
 * except in the arrays, which patch as they answer.
 */
#ifndef TESTS_BENCH_OTHERS_H
#define TESTS_BENCH_OTHERS_H

#include <string.h>

#include "fleet.h"

#define MOST_ENTRIES 256

/** struct entry - the shape of Linux's struct kvm_cpuid_entry2: 40 bytes */
struct entry {
	uint32_t leaf, subleaf, flags;
	uint32_t eax, ebx, ecx, edx;
	uint32_t padding[3];
};
#define ENTRY_INDEXED 1u

/** struct list - what a vCPU of KVM has */
struct list {
	uint32_t nr;
	bool repeats;
	struct entry entry[MOST_ENTRIES]; /* @nr of them */
};

/* Every row that this vCPU sees, as VMMs hand them over: ascending. */
static inline void list_leaves(struct list *out,
			       const struct cpupolicy_policy *policy,
			       const struct cpupolicy_vcpu *vcpu, uint32_t base,
			       uint32_t last)
{
	for (uint32_t leaf = base; leaf <= last && leaf < base + 64; leaf++)
		for (uint32_t sub = 0; sub < 64; sub++) {
			struct cpupolicy_row any = { .leaf = leaf,
						     .subleaf = 0xffff };
			struct entry entry = { .leaf = leaf, .subleaf = sub };
			struct cpupolicy_registers r;
			bool plain = !cpupolicy_policy_get_row(&any, policy);

			cpupolicy_lookup(&r, policy, vcpu, leaf, sub);
			memcpy(&entry.eax, &r, sizeof(r));
			entry.flags = plain ? 0 : ENTRY_INDEXED;
			if (sub > 0 &&
			    (plain || !(r.eax | r.ebx | (r.ecx & ~0xffu))))
				continue;
			if (out->nr < MOST_ENTRIES)
				out->entry[out->nr++] = entry;
		}
}

static inline void make_list(struct list *out,
			     const struct cpupolicy_policy *policy,
			     const struct cpupolicy_vcpu *vcpu)
{
	static const uint32_t bases[] = { 0, 0x40000000, 0x80000000 };

	memset(out, 0, sizeof(*out));
	out->repeats =
		cpupolicy_policy_vendor(policy) == CPUPOLICY_VENDOR_INTEL;
	for (int i = 0; i < 3; i++) {
		struct cpupolicy_registers r;

		cpupolicy_lookup(&r, policy, vcpu, bases[i], 0);
		if (r.eax - bases[i] < 0x10000)
			list_leaves(out, policy, vcpu, bases[i], r.eax);
	}
}

/* More or fewer: sub-leaves of 0xD behind its own, or some left out. */
static inline void size_list(struct list *list, uint32_t nr)
{
	uint32_t at = 0;

	while (list->nr > nr) {
		/* the last that has no leaf of its own, else the last */
		uint32_t out = list->nr - 1;

		for (uint32_t i = list->nr; i-- > 0;)
			if (list->entry[i].subleaf) {
				out = i;
				break;
			}
		memmove(&list->entry[out], &list->entry[out + 1],
			(--list->nr - out) * sizeof(struct entry));
	}
	while (at < list->nr && list->entry[at].leaf <= 0xd)
		at++;
	for (uint32_t sub = 64; list->nr < nr; sub++, at++) {
		memmove(&list->entry[at + 1], &list->entry[at],
			(list->nr++ - at) * sizeof(struct entry));
		list->entry[at] = (struct entry){ .leaf = 0xd,
						  .subleaf = sub,
						  .flags = ENTRY_INDEXED };
	}
}

static inline const struct entry *scan(const struct list *list, uint32_t leaf,
				       uint32_t subleaf)
{
	for (uint32_t i = 0; i < list->nr; i++) {
		const struct entry *entry = &list->entry[i];

		if (entry->leaf != leaf)
			continue;
		if (!(entry->flags & ENTRY_INDEXED) ||
		    entry->subleaf == subleaf)
			return entry;
	}
	return NULL;
}

/* Sorted by leaf and sub-leaf, as the list is made. */
static inline const struct entry *bisect(const struct list *list, uint32_t leaf,
					 uint32_t subleaf)
{
	uint32_t low = 0, high = list->nr;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct entry *entry = &list->entry[middle];

		if (entry->leaf == leaf && (!(entry->flags & ENTRY_INDEXED) ||
					    entry->subleaf == subleaf))
			return entry;
		if (entry->leaf < leaf ||
		    (entry->leaf == leaf && entry->subleaf < subleaf))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

typedef const struct entry *(*search)(const struct list *list, uint32_t leaf,
				      uint32_t subleaf);

/* The rules of ranges, around either search. */
static inline void answer_from(struct cpupolicy_registers *out,
			       const struct list *list, uint32_t leaf,
			       uint32_t subleaf, search find)
{
	const struct entry *entry = find(list, leaf, subleaf);
	uint32_t base = leaf & 0xc0000000u;

	if (!entry && list->repeats) {
		const struct entry *basic = find(list, 0, 0);
		const struct entry *first =
			base == 0x40000000u ? find(list, leaf & ~0xffu, 0)
					    : find(list, base, 0);

		if (basic && !(first && leaf <= first->eax)) {
			leaf = basic->eax;
			entry = find(list, leaf, subleaf);
		}
	}
	memset(out, 0, sizeof(*out));
	if (entry) {
		memcpy(out, &entry->eax, sizeof(*out));
		return;
	}
	if (leaf != 0xb && leaf != 0x1f)
		return;
	entry = find(list, leaf, 1);
	if (entry) {
		out->ecx = subleaf & 0xff;
		out->edx = entry->edx;
	}
}

static __attribute__((noinline)) void
scan_lookup(struct cpupolicy_registers *out, const struct list *list,
	    uint32_t leaf, uint32_t subleaf)
{
	answer_from(out, list, leaf, subleaf, scan);
}

static __attribute__((noinline)) void
bisect_lookup(struct cpupolicy_registers *out, const struct list *list,
	      uint32_t leaf, uint32_t subleaf)
{
	answer_from(out, list, leaf, subleaf, bisect);
}

/** struct arrays - the shape of Xen's struct cpu_policy */
struct arrays {
	struct cpupolicy_registers basic[0x20], cache[8], feat[3], topology[2],
		xstate[64], amx[2], section[0x20], extended[0x28];
	uint32_t apic_id;
	bool repeats;
};

static inline void make_arrays(struct arrays *out,
			       const struct cpupolicy_policy *policy,
			       const struct cpupolicy_vcpu *vcpu)
{
	const struct {
		struct cpupolicy_registers *to;
		uint32_t nr, leaf, step, subleaf;
	} parts[] = {
		{ out->basic, 0x20, 0, 1, 0 },
		{ out->cache, 8, 4, 0, 1 },
		{ out->feat, 3, 7, 0, 1 },
		{ out->topology, 2, 0xb, 0, 1 },
		{ out->xstate, 64, 0xd, 0, 1 },
		{ out->amx, 2, 0x1d, 0, 1 },
		{ out->section, 0x20, 0x40000000, 1, 0 },
		{ out->extended, 0x28, 0x80000000, 1, 0 },
	};

	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
		for (uint32_t i = 0; i < parts[p].nr; i++)
			cpupolicy_lookup(&parts[p].to[i], policy, vcpu,
					 parts[p].leaf + i * parts[p].step,
					 i * parts[p].subleaf);
	out->apic_id = vcpu->apic_id;
	out->repeats =
		cpupolicy_policy_vendor(policy) == CPUPOLICY_VENDOR_INTEL;
}

/* An index that is zero where a CPU guesses that it was in range. */
static inline uint32_t nospec(uint32_t index, uint32_t size)
{
	uint64_t mask = (uint64_t)((int64_t)((uint64_t)index - size) >> 63);

	__asm__("" : "+r"(mask));
	return index & (uint32_t)mask;
}

#define FROM(array, index)                                                     \
	do {                                                                   \
		uint32_t from_ = (index);                                      \
		if (from_ >= sizeof(array) / sizeof((array)[0]))               \
			return;                                                \
		*out = (array)[nospec(from_,                                   \
				      sizeof(array) / sizeof((array)[0]))];    \
	} while (0)

static inline void read_arrays(struct cpupolicy_registers *out,
			       const struct arrays *p, uint32_t leaf,
			       uint32_t subleaf)
{
	switch (leaf >> 30) {
	case 0:
		if (leaf > p->basic[0].eax) {
			if (!p->repeats)
				return;
			leaf = p->basic[0].eax;
		}
		switch (leaf) {
		case 4:
			FROM(p->cache, subleaf);
			break;
		case 7:
			if (subleaf <= p->feat[0].eax)
				FROM(p->feat, subleaf);
			break;
		case 0xb:
			FROM(p->topology, subleaf);
			break;
		case 0xd:
			FROM(p->xstate, subleaf);
			break;
		case 0x1d:
			FROM(p->amx, subleaf);
			break;
		default:
			FROM(p->basic, leaf);
			break;
		}
		break;
	case 1:
		if (leaf <= p->section[0].eax)
			FROM(p->section, leaf - 0x40000000u);
		else if (p->repeats)
			*out = p->basic[p->basic[0].eax % 0x20u];
		break;
	case 2:
		if (leaf <= p->extended[0].eax)
			FROM(p->extended, leaf - 0x80000000u);
		else if (p->repeats)
			*out = p->basic[p->basic[0].eax % 0x20u];
		break;
	default:
		break;
	}
}

static __attribute__((noinline)) void
arrays_lookup(struct cpupolicy_registers *out, const struct arrays *p,
	      const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
	      uint32_t subleaf)
{
	memset(out, 0, sizeof(*out));
	read_arrays(out, p, leaf, subleaf);
	switch (leaf) {
	case 1:
		out->ebx = (out->ebx & 0xffffffu) | p->apic_id << 24;
		if (out->ecx >> 26 & 1)
			out->ecx = (out->ecx & ~(1u << 27)) |
				   (uint32_t)(vcpu->cr4 >> 18 & 1) << 27;
		if (!(vcpu->apic_base >> 11 & 1))
			out->edx &= ~(1u << 9);
		break;
	case 7:
		if (subleaf == 0)
			out->ecx = (out->ecx & ~(1u << 4)) |
				   ((uint32_t)(vcpu->cr4 >> 18) &
				    out->ecx << 1 & 1u << 4);
		break;
	case 0xb:
		out->ecx |= subleaf & 0xff;
		out->edx = p->apic_id;
		break;
	case 0xd: /* Xen walks the components here; this is its fast case */
		if (subleaf == 0)
			out->ebx = vcpu->xcr0 & 4 ? 832 : 576;
		break;
	case 0x80000001:
		if (!vcpu->mode64 && p->repeats)
			out->edx &= ~(1u << 11);
		break;
	default:
		break;
	}
}

/** struct bare - 512 rows under an index with equal masking, nothing else */
struct bare {
	struct cpupolicy_registers row[512];
};

static __attribute__((noinline)) void
bare_lookup(struct cpupolicy_registers *out, const struct bare *bare,
	    uint32_t leaf, uint32_t subleaf)
{
	*out = bare->row[(leaf >> 30) * 64 + leaf % 64u + (subleaf % 4u) * 64u];
}

#endif
