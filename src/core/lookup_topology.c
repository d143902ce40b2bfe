// SPDX-License-Identifier: MIT
/*
 * lookup_topology.c - every leaf that says where a logical processor is among
 * the others, from the same five counts and the same APIC id.
 */
#include "lookup.h"

/* Logical processors below a level, and the bits of an APIC id they take. */
struct level {
	uint32_t count, shift;
};

struct levels {
	struct level core, module, die, package, machine;
};

static struct level above(struct level below, uint32_t count)
{
	if (count > 1)
		below.count *= count;
	while (below.shift < 32 && count > 1) {
		below.shift++;
		count = count / 2 + count % 2;
	}
	return below;
}

static struct levels levels_of(const struct cpupolicy_topology *topology)
{
	struct level one = { 1, 0 };
	struct levels out;

	out.core = above(one, topology->threads);
	out.module = above(out.core, topology->cores);
	out.die = above(out.module, topology->modules);
	out.package = above(out.die, topology->dies);
	out.machine = above(out.package, topology->packages);
	return out;
}

bool cpupolicy__topology_fits(const struct cpupolicy_topology *topology)
{
	return levels_of(topology).machine.shift < 32;
}

int cpupolicy_topology_apic_id(uint32_t *out,
			       const struct cpupolicy_topology *topology,
			       uint32_t index)
{
	const uint32_t counts[] = {
		topology->threads, topology->cores,    topology->modules,
		topology->dies,	   topology->packages,
	};
	struct level at = { 1, 0 };
	uint32_t id = 0;

	if (!cpupolicy__topology_fits(topology))
		return CPUPOLICY_E_RANGE;
	for (uint32_t i = 0; i < 5; i++) {
		uint32_t count = counts[i] ? counts[i] : 1;

		id |= index % count << at.shift;
		index /= count;
		at = above(at, count);
	}
	if (index)
		return CPUPOLICY_E_RANGE;
	*out = id;
	return CPUPOLICY_OK;
}

/*
 * How many share a cache, less one. Intel counts the ids that are reserved, a
 * power of two (Intel SDM 2A, CPUID, leaf 04H). AMD counts processors, and
 * software rounds up to know which of them share (AMD APM 3, E.4, Fn8000_001D):
 * where that would be too few ids, as with 5 cores of 3 threads, ids it is.
 */
static uint32_t sharing(struct level level, bool amd)
{
	uint32_t count = 1u << level.shift;

	if (amd && level.count > count / 2)
		count = level.count;
	return cpupolicy__at_most(count - 1, 0xfff);
}

/* The logical processors that share a cache of that level. */
static struct level cache_level(const struct levels *levels, uint32_t level,
				bool amd)
{
	if (level <= 1)
		return levels->core;
	/* Intel's modules share the second level, AMD's complexes the third */
	if (level == 2)
		return !amd && levels->die.count > levels->module.count
			       ? levels->module
			       : levels->core;
	if (level == 3)
		return amd ? levels->module : levels->die;
	return levels->package;
}

/* Leaves 4 and 0x8000001D: EAX[4:0] is the type, 0: none; EAX[7:5] the level */
static CPUPOLICY_OWN_FRAME void
make_caches(uint32_t *made, const struct cpupolicy_policy *policy,
	    const struct levels *levels)
{
	uint32_t cores =
		(1u << (levels->package.shift - levels->core.shift)) - 1;

	for (uint32_t n = 0; n < 13; n++) {
		bool amd = n >= 8;
		uint32_t slot = amd ? cpupolicy__slot(0x8000001du, n - 8)
				    : cpupolicy__slot(4, n);
		uint32_t eax = policy->word[slot * 4];
		struct level level = cache_level(levels, eax >> 5 & 7, amd);

		made[n] = 0;
		if (!(eax & 0x1f))
			continue;
		made[n] = sharing(level, amd) << 14;
		if (!amd)
			made[n] |= cpupolicy__at_most(cores, 0x3f) << 26;
	}
}

/* One sub-leaf of 0xB, 0x1F or 0x80000026. */
static void make_level(uint32_t *made, uint32_t first, uint32_t subleaf,
		       struct level level, uint32_t type)
{
	made += first + 3 * subleaf;
	made[0] = level.shift;
	made[1] = cpupolicy__at_most(level.count, 0xffff);
	made[2] = type << 8 | subleaf;
}

/*
 * Leaf 0xB knows threads and cores, 0x1F modules (type 3) and dies (5) as well
 * where there are several: each sub-leaf tells the bits to shift away to get at
 * the next level (Intel SDM 2A, CPUID, leaves 0BH and 1FH).
 */
static CPUPOLICY_OWN_FRAME void
make_extended(uint32_t *made, const struct levels *levels, bool defined)
{
	uint32_t n = 2;

	make_level(made, MADE_B, 0, levels->core, 1);
	make_level(made, MADE_B, 1, levels->package, 2);
	for (uint32_t i = MADE_1F; i < MADE_1F + 3 * 4; i++)
		made[i] = 0;
	if (!defined)
		return;
	make_level(made, MADE_1F, 0, levels->core, 1);
	make_level(made, MADE_1F, 1, levels->module, 2);
	if (levels->die.count > levels->module.count)
		make_level(made, MADE_1F, n++, levels->die, 3);
	if (levels->package.count > levels->die.count)
		make_level(made, MADE_1F, n++, levels->package, 5);
	for (; n < 4; n++)
		made[MADE_1F + 3 * n + 2] = n;
}

/*
 * Leaf 0x80000026 has all four levels, core, complex, die and socket, even
 * where two are the same (AMD APM 3, E.4, Fn8000_0026; recorded on Zen 4 and
 * 5). Where cores differ in kind, the levels that hold one kind say so.
 */
static CPUPOLICY_OWN_FRAME void
make_amd_extended(uint32_t *made, const struct levels *levels,
		  const struct cpupolicy_vcpu *vcpu, bool defined)
{
	const uint32_t differ =
		1u << cpupolicy__places[CPUPOLICY__FIELD_amd_htr_cores].shift;

	for (uint32_t i = MADE_26; i < MADE_26 + 3 * 4; i++)
		made[i] = 0;
	if (!defined)
		return;
	make_level(made, MADE_26, 0, levels->core, 1);
	make_level(made, MADE_26, 1, levels->module, 2);
	make_level(made, MADE_26, 2, levels->die, 3);
	make_level(made, MADE_26, 3, levels->package, 4);
	if (!vcpu->hybrid)
		return;
	for (uint32_t n = 0; n < 3; n++)
		made[MADE_26 + 3 * n] |= differ;
	made[MADE_26 + 1] |= (vcpu->core_type & 0xfu) << 28 |
			     (vcpu->native_model & 0xfu) << 24;
}

/* Leaf 0x8000001E: the core's number in its package, and one node a package. */
static void make_amd_core(uint32_t *made, const struct levels *levels,
			  uint32_t apic_id, bool defined)
{
	uint32_t in_package = apic_id % (1u << levels->package.shift);
	uint32_t core = in_package >> levels->core.shift;
	uint32_t node = apic_id >> levels->package.shift;

	made[MADE_1E_EAX] = defined ? apic_id : 0;
	made[MADE_1E_EBX] =
		defined ? cpupolicy__at_most(levels->core.count - 1, 0xff)
					  << 8 |
				  (core & 0xff)
			: 0;
	made[MADE_1E_ECX] = defined ? node & 0xff : 0;
}

/* The fields from before leaf 0xB: one number of processors in a package. */
static CPUPOLICY_OWN_FRAME void
make_counts(struct cpupolicy_vcpu *vcpu, struct level package,
	    const struct cpupolicy__vendor *vendor)
{
	bool amd = cpupolicy__leaf_is_for(vendor, 0x8000001eu);
	uint32_t ids = package.shift < 8 ? 1u << package.shift : 255;
	bool several = package.count > 1;
	uint32_t *made = vcpu->made;

	/* Intel counts the ids that are reserved, AMD the processors */
	if (amd)
		ids = cpupolicy__at_most(package.count, 255);
	made[MADE_1_EBX] = vcpu->apic_id << 24;
	made[MADE_1_EDX] = 0;
	made[MADE_80000001_ECX] = 0;
	made[MADE_80000008_ECX] = 0;
	if (!several)
		return;
	made[MADE_1_EBX] |= ids << 16;
	made[MADE_1_EDX] = 1u << cpupolicy__places[CPUPOLICY__FIELD_ht].shift;
	if (!amd)
		return;
	made[MADE_80000001_ECX] =
		1u << cpupolicy__places[CPUPOLICY__FIELD_cmp_legacy].shift;
	made[MADE_80000008_ECX] = cpupolicy__at_most(package.shift, 15) << 12 |
				  cpupolicy__at_most(package.count - 1, 255);
}

/* Intel SDM 2A, CPUID, leaves 07H (EDX[15]) and 1AH. */
static void make_hybrid(struct cpupolicy_vcpu *vcpu, bool defined)
{
	uint32_t *made = vcpu->made;

	made[MADE_7_EDX] = 0;
	made[MADE_1A_EAX] = 0;
	if (defined && vcpu->hybrid)
		made[MADE_7_EDX] =
			1u
			<< cpupolicy__places[CPUPOLICY__FIELD_hybrid_cpu].shift;
	if (defined && vcpu->core_type)
		made[MADE_1A_EAX] = (uint32_t)vcpu->core_type << 24 |
				    (vcpu->native_model & 0xffffffu);
}

void cpupolicy__make_topology(struct cpupolicy_vcpu *vcpu,
			      const struct cpupolicy_policy *policy,
			      const struct cpupolicy__vendor *vendor)
{
	const struct levels levels = levels_of(&vcpu->topology);
	bool has_1f = cpupolicy__leaf_is_for(vendor, 0x1f);
	bool has_26 = cpupolicy__leaf_is_for(vendor, 0x80000026u);
	uint32_t *made = vcpu->made;

	make_counts(vcpu, levels.package, vendor);
	make_hybrid(vcpu, cpupolicy__leaf_is_for(vendor, 0x1a));
	make_caches(&made[MADE_4_EAX], policy, &levels);
	make_extended(made, &levels, has_1f);
	make_amd_extended(made, &levels, vcpu, has_26);
	make_amd_core(made, &levels, vcpu->apic_id,
		      cpupolicy__leaf_is_for(vendor, 0x8000001eu) &&
			      CPUPOLICY__GET(policy, topoext));
	made[MADE_B_EDX] = vcpu->apic_id;
	made[MADE_B_REST] = 0xff;
	made[MADE_1F_EDX] = has_1f ? vcpu->apic_id : 0;
	made[MADE_1F_REST] = has_1f ? 0xff : 0;
	made[MADE_26_EDX] = has_26 ? vcpu->apic_id : 0;
	made[MADE_26_REST] = has_26 ? 0xff : 0;
}
