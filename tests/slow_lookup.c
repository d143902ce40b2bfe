// SPDX-License-Identifier: MIT
/*
 * slow_lookup.c - the reference that look-up is tried against. It shares no
 * code and no table with it but the policy's own rows.
 */
#include "slow_lookup.h"

#include <string.h>

#include "support.h"

struct question {
	struct cpupolicy_row rows[128];
	size_t nr_rows;
	const struct cpupolicy_policy *policy;
	const struct cpupolicy_vcpu *vcpu;
	enum cpupolicy_vendor_id maker;
	bool amd;
};

/* Leaves whose sub-leaves differ: Intel SDM 2A, AMD APM 3, Xen's cpuid.h */
static bool has_subleaves(uint32_t leaf)
{
	static const uint32_t list[] = {
		0x4,  0x7,  0xb,  0xd,	0xf,	    0x10,	0x12,
		0x14, 0x17, 0x18, 0x1b, 0x1d,	    0x1e,	0x1f,
		0x20, 0x23, 0x24, 0x29, 0x8000001d, 0x80000020, 0x80000026,
	};

	for (size_t i = 0; i < COUNT(list); i++)
		if (list[i] == leaf)
			return true;
	return false;
}

static bool find_row(struct cpupolicy_row *row, const struct question *q,
		     uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < q->nr_rows; i++) {
		*row = q->rows[i];
		if (row->leaf == leaf && row->subleaf == subleaf)
			return true;
	}
	memset(row, 0, sizeof(*row));
	return false;
}

static uint32_t highest(const struct question *q, uint32_t leaf)
{
	struct cpupolicy_row row;

	find_row(&row, q, leaf, 0);
	if (leaf == 0 && q->vcpu->misc_enable >> 22 & 1 && row.eax > 2)
		return 2;
	return row.eax;
}

/*
 * Where a section is: 0 KVM, 1 Hyper-V, 2 Xen, 3 VMware. A byte of the policy
 * says it, one more than the number of 0x100s; 0 is absent. 0xff is anywhere:
 * the lowest place that is left, in this order.
 */
static uint32_t section_base(const struct cpupolicy_policy *policy, int which)
{
	static const int order[] = { 1, 0, 2, 3 };
	uint32_t place[4], taken[256] = { 0 };

	for (int s = 0; s < 4; s++) {
		place[s] = policy->bases >> 8 * s & 0xff;
		taken[place[s]] = 1;
	}
	for (int i = 0; i < 4; i++) {
		uint32_t n = 1;

		if (place[order[i]] != 0xff)
			continue;
		while (taken[n])
			n++;
		place[order[i]] = n;
		taken[n] = 1;
	}
	return place[which] ? 0x40000000u + (place[which] - 1) * 0x100 : 0;
}

static const uint32_t first_words[] = { 0x4b4d564b, 0x7263694d, 0x566e6558,
					0x61774d56 };

/* The section a leaf is in, if it is one of it; else -1. */
static int section_at(const struct cpupolicy_policy *policy, uint32_t leaf)
{
	for (int s = 0; s < 4; s++)
		if (section_base(policy, s) &&
		    section_base(policy, s) == (leaf & ~0xffu))
			return s;
	return -1;
}

/* Rows of a section that is anywhere come as if it were lowest. */
static void section_row(struct cpupolicy_row *row, const struct question *q,
			int s, uint32_t low, uint32_t subleaf)
{
	bool anywhere = (q->policy->bases >> 8 * s & 0xff) == 0xff;
	uint32_t base = section_base(q->policy, s);
	uint32_t listed = anywhere ? 0x40000000 : base;
	bool inside = false;

	for (size_t i = 0; i < q->nr_rows; i++) {
		*row = q->rows[i];
		if (row->leaf >= 0x40000000 && row->leaf < 0x80000000 &&
		    row->leaf % 0x100 == 0)
			inside = row->ebx == first_words[s] ||
				 (s == 1 && row->ebx == 0x756e694c);
		if (!inside || row->leaf != listed + low ||
		    row->subleaf != subleaf)
			continue;
		if (anywhere && low == 0)
			row->eax += base - 0x40000000;
		return;
	}
	memset(row, 0, sizeof(*row));
}

static bool in_section(const struct question *q, uint32_t leaf)
{
	struct cpupolicy_row row;
	int s = section_at(q->policy, leaf);

	if (s < 0)
		return false;
	section_row(&row, q, s, 0, 0);
	return leaf % 0x100 == 0 || leaf <= row.eax;
}

static bool in_range(const struct question *q, uint32_t leaf)
{
	if (leaf >= 0xc0000000u)
		return leaf <= highest(q, 0xc0000000u);
	if (leaf >= 0x80000000u)
		return leaf <= highest(q, 0x80000000u);
	if (leaf >= 0x40000000u)
		return in_section(q, leaf);
	return leaf <= highest(q, 0);
}

static uint32_t n_of(uint32_t count)
{
	return count ? count : 1;
}

static uint32_t bits_for(uint32_t count)
{
	uint32_t bits = 0;

	while ((UINT64_C(1) << bits) < count)
		bits++;
	return bits;
}

/* Processors of a core (1), module (2), die (3), package (4); their id bits. */
static uint32_t count_in(const struct question *q, int level)
{
	const struct cpupolicy_topology *t = &q->vcpu->topology;
	const uint32_t each[] = { t->threads, t->cores, t->modules, t->dies };
	uint32_t count = 1;

	for (int i = 0; i < level; i++)
		count *= n_of(each[i]);
	return count;
}

static uint32_t shift_of(const struct question *q, int level)
{
	const struct cpupolicy_topology *t = &q->vcpu->topology;
	const uint32_t each[] = { t->threads, t->cores, t->modules, t->dies };
	uint32_t shift = 0;

	for (int i = 0; i < level; i++)
		shift += bits_for(each[i]);
	return shift;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void level_row(const struct question *q, struct cpupolicy_registers *out,
		      int level, uint32_t type)
{
	out->eax = shift_of(q, level);
	out->ebx = least(count_in(q, level), 0xffff);
	out->ecx |= type << 8;
}

static void topology(const struct question *q, struct cpupolicy_registers *out,
		     uint32_t leaf, uint32_t subleaf)
{
	const struct cpupolicy_topology *t = &q->vcpu->topology;
	/* levels of 0x1F in order, those that are there */
	static const uint32_t types[] = { 1, 2, 3, 5 };
	uint32_t seen = 0;

	if (leaf == 0x1f && q->maker != CPUPOLICY_VENDOR_INTEL &&
	    q->maker != CPUPOLICY_VENDOR_ZHAOXIN)
		return;
	if (leaf == 0x80000026 && !q->amd)
		return;
	out->ecx = subleaf & 0xff;
	out->edx = q->vcpu->apic_id;
	if (leaf == 0xb && subleaf < 2)
		level_row(q, out, subleaf == 0 ? 1 : 4, subleaf + 1);
	for (int i = 0; leaf == 0x1f && i < 4; i++) {
		if ((i == 2 && n_of(t->modules) == 1) ||
		    (i == 3 && n_of(t->dies) == 1))
			continue;
		if (seen++ == subleaf)
			level_row(q, out, i + 1, types[i]);
	}
	if (leaf != 0x80000026 || subleaf > 3)
		return;
	level_row(q, out, (int)subleaf + 1, subleaf + 1);
	if (q->vcpu->hybrid && subleaf < 3)
		out->eax |= 1u << 30;
	if (q->vcpu->hybrid && subleaf == 0)
		out->ebx |= (q->vcpu->core_type & 15u) << 28 |
			    (q->vcpu->native_model & 15u) << 24;
}

static void caches(const struct question *q, struct cpupolicy_registers *out,
		   bool amd)
{
	uint32_t cache = out->eax >> 5 & 7;
	int level = 1;

	if (!(out->eax & 0x1f))
		return;
	if (cache == 2 && !amd && n_of(q->vcpu->topology.modules) > 1)
		level = 2;
	if (cache == 3)
		level = amd ? 2 : 3;
	if (cache > 3)
		level = 4;
	if (amd) {
		uint32_t count = count_in(q, level);

		/* who rounds up must get at all the bits */
		if (bits_for(count) < shift_of(q, level))
			count = 1u << shift_of(q, level);
		out->eax |= least(count - 1, 0xfff) << 14;
		return;
	}
	out->eax |= least((1u << shift_of(q, level)) - 1, 0xfff) << 14;
	out->eax |= least((1u << (shift_of(q, 4) - shift_of(q, 1))) - 1, 63)
		    << 26;
}

static uint32_t save_area(const struct question *q, bool supervisor,
			  bool compact)
{
	struct cpupolicy_row masks[2], row;
	uint32_t size = 576;
	uint64_t enabled;

	find_row(&masks[0], q, 0xd, 0);
	find_row(&masks[1], q, 0xd, 1);
	enabled = q->vcpu->xcr0 & ((uint64_t)masks[0].edx << 32 | masks[0].eax);
	if (supervisor)
		enabled |= q->vcpu->xss &
			   ((uint64_t)masks[1].edx << 32 | masks[1].ecx);
	for (uint32_t n = 2; n < 63; n++) {
		if (!(enabled >> n & 1) || !find_row(&row, q, 0xd, n))
			continue;
		if (!compact) {
			if (row.ebx + row.eax > size)
				size = row.ebx + row.eax;
			continue;
		}
		if (row.ecx & 2)
			size = (size + 63) / 64 * 64;
		size += row.eax;
	}
	return size;
}

static void xsave(const struct question *q, struct cpupolicy_registers *out,
		  uint32_t subleaf)
{
	if (!value_of(q->policy, "xsave"))
		return;
	if (subleaf == 0)
		out->ebx = save_area(q, false, false);
	if (subleaf != 1)
		return;
	if (value_of(q->policy, "xsaves"))
		out->ebx = save_area(q, true, true);
	else if (value_of(q->policy, "xsavec"))
		out->ebx = save_area(q, false, true);
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
	uint32_t best = 1;

	/* khz have few divisors that matter: those of the smaller, by trial */
	for (uint32_t d = 1; (uint64_t)d * d <= b; d++) {
		if (b % d)
			continue;
		if (a % d == 0 && d > best)
			best = d;
		if (a % (b / d) == 0 && b / d > best)
			best = b / d;
	}
	return best;
}

static void clocks(const struct question *q, struct cpupolicy_registers *out,
		   uint32_t leaf)
{
	uint32_t tsc = q->vcpu->tsc_khz, apic = q->vcpu->apic_khz, common;

	if (q->maker != CPUPOLICY_VENDOR_INTEL || !tsc)
		return;
	if (leaf == 0x16) {
		out->eax = out->ebx =
			least((uint32_t)(((uint64_t)tsc + 500) / 1000), 0xffff);
		return;
	}
	if (!apic || (uint64_t)apic * 1000 > 0xffffffffu)
		return;
	common = common_divisor(tsc, apic);
	if ((uint64_t)apic * (tsc / common) > 0xffffffffu)
		return;
	out->eax = apic / common;
	out->ebx = tsc / common;
	out->ecx = apic * 1000;
}

static void basic_1(const struct question *q, struct cpupolicy_registers *out)
{
	const struct cpupolicy_vcpu *vcpu = q->vcpu;
	uint32_t count = count_in(q, 4), ids = count;

	if (!q->amd) /* the ids that are reserved */
		ids = shift_of(q, 4) < 8 ? 1u << shift_of(q, 4) : 255;
	out->ebx |= (vcpu->apic_id & 0xff) << 24;
	if (count > 1)
		out->ebx |= least(ids, 255) << 16;
	if (count > 1)
		out->edx |= 1u << 28;
	if (out->ecx >> 26 & 1 && vcpu->cr4 >> 18 & 1)
		out->ecx |= 1u << 27;
	if (vcpu->hypervisor)
		out->ecx |= 1u << 31;
	if (!(vcpu->misc_enable >> 18 & 1))
		out->ecx &= ~(1u << 3);
	if (!(vcpu->apic_base >> 11 & 1))
		out->edx &= ~(1u << 9);
}

static void extended_1(const struct question *q,
		       struct cpupolicy_registers *out)
{
	if (!(q->vcpu->apic_base >> 11 & 1))
		out->edx &= ~(1u << 9);
	if (q->amd && count_in(q, 4) > 1)
		out->ecx |= 2;
	if ((q->maker == CPUPOLICY_VENDOR_INTEL ||
	     q->maker == CPUPOLICY_VENDOR_ZHAOXIN) &&
	    !q->vcpu->mode64)
		out->edx &= ~(1u << 11);
}

static void amd_core(const struct question *q, struct cpupolicy_registers *out)
{
	uint32_t id = q->vcpu->apic_id;
	uint64_t package = UINT64_C(1) << shift_of(q, 4);

	if (!q->amd || !value_of(q->policy, "topoext"))
		return;
	out->eax = id;
	out->ebx = (id % (uint32_t)package >> shift_of(q, 1) & 0xff) |
		   least(count_in(q, 1) - 1, 255) << 8;
	out->ecx = (uint32_t)(id / package) & 0xff;
}

static void make_basic(const struct question *q,
		       struct cpupolicy_registers *out, uint32_t leaf,
		       uint32_t subleaf)
{
	const struct cpupolicy_vcpu *vcpu = q->vcpu;
	bool intel = q->maker == CPUPOLICY_VENDOR_INTEL;

	if (leaf == 0)
		out->eax = highest(q, 0);
	if (leaf == 1)
		basic_1(q, out);
	if (leaf == 4)
		caches(q, out, false);
	if (leaf == 7 && subleaf == 0) {
		if (out->ecx >> 3 & 1 && vcpu->cr4 >> 22 & 1)
			out->ecx |= 1u << 4;
		if (intel && vcpu->hybrid)
			out->edx |= 1u << 15;
	}
	if (leaf == 0xb || leaf == 0x1f)
		topology(q, out, leaf, subleaf);
	if (leaf == 0xd)
		xsave(q, out, subleaf);
	if (leaf == 0x15 || leaf == 0x16)
		clocks(q, out, leaf);
	if (leaf == 0x19 && value_of(q->policy, "key_locker"))
		out->ebx |= vcpu->cr4 >> 19 & 1;
	if (leaf == 0x1a && intel && vcpu->core_type)
		out->eax = (uint32_t)vcpu->core_type << 24 |
			   (vcpu->native_model & 0xffffff);
}

static void make_extended(const struct question *q,
			  struct cpupolicy_registers *out, uint32_t leaf,
			  uint32_t subleaf)
{
	uint32_t count = count_in(q, 4);

	if (leaf == 0x80000001)
		extended_1(q, out);
	if (leaf == 0x80000008 && q->amd && count > 1)
		out->ecx |= least(count - 1, 255) | least(shift_of(q, 4), 15)
							    << 12;
	if (leaf == 0x8000001d)
		caches(q, out, true);
	if (leaf == 0x8000001e)
		amd_core(q, out);
	if (leaf == 0x80000026)
		topology(q, out, leaf, subleaf);
}

/* Xen's leaves 3 and 5 have sub-leaves; KVM and VMware tell frequencies. */
static void ask_section(const struct question *q,
			struct cpupolicy_registers *out, uint32_t leaf,
			uint32_t subleaf)
{
	int s = section_at(q->policy, leaf);
	uint32_t low = leaf % 0x100;
	struct cpupolicy_row row;

	if (s != 2 || (low != 3 && low != 5))
		subleaf = 0;
	section_row(&row, q, s, low, subleaf);
	*out = (struct cpupolicy_registers){ row.eax, row.ebx, row.ecx,
					     row.edx };
	if (low != 0x10 || (s != 0 && s != 3))
		return;
	out->eax = q->vcpu->tsc_khz;
	out->ebx = q->vcpu->apic_khz;
}

void slow_lookup(struct cpupolicy_registers *out,
		 const struct cpupolicy_policy *policy,
		 const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		 uint32_t subleaf)
{
	struct question q = {
		.policy = policy,
		.vcpu = vcpu,
		.maker = cpupolicy_policy_vendor(policy),
	};
	bool repeats = q.maker == CPUPOLICY_VENDOR_INTEL ||
		       q.maker == CPUPOLICY_VENDOR_ZHAOXIN;
	struct cpupolicy_row row;

	q.amd = q.maker == CPUPOLICY_VENDOR_AMD ||
		q.maker == CPUPOLICY_VENDOR_HYGON;
	while (q.nr_rows < COUNT(q.rows) &&
	       cpupolicy_policy_row_at(&q.rows[q.nr_rows], policy,
				       (uint32_t)q.nr_rows))
		q.nr_rows++;
	memset(out, 0, sizeof(*out));
	if (!in_range(&q, leaf)) {
		if (!repeats)
			return;
		leaf = highest(&q, 0);
	}
	if (leaf >= 0x40000000u && leaf < 0x80000000u) {
		ask_section(&q, out, leaf, subleaf);
		return;
	}
	if (!has_subleaves(leaf))
		subleaf = 0;
	find_row(&row, &q, leaf, subleaf);
	*out = (struct cpupolicy_registers){ row.eax, row.ebx, row.ecx,
					     row.edx };
	if (leaf < 0x40000000u)
		make_basic(&q, out, leaf, subleaf);
	else
		make_extended(&q, out, leaf, subleaf);
}
