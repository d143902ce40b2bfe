// SPDX-License-Identifier: MIT
/*
 * lookup_prepare.c - what a look-up needs of a vCPU's state, computed when that
 * state changes and not when CPUID exits.
 */
#include "lookup.h"

#define APIC_BASE_ENABLE  11u
#define MISC_MONITOR	  18u
#define MISC_LIMIT_CPUID  22u
#define XSAVE_LEGACY_SIZE 576u /* with the header; Intel SDM 1, 13.4 */

/* A bit at its place in its register, if the policy has the feature. */
#define BIT_IF(policy, feature, bit)                                           \
	(CPUPOLICY__GET((policy), feature)                                     \
		 ? 1u << cpupolicy__places[CPUPOLICY__FIELD_##bit].shift       \
		 : 0)

void cpupolicy_vcpu_init(struct cpupolicy_vcpu *vcpu)
{
	memset(vcpu, 0, sizeof(*vcpu));
	vcpu->xcr0 = 1;
	vcpu->apic_base = 0xfee00000u | 1u << APIC_BASE_ENABLE;
	vcpu->misc_enable = 1u << MISC_MONITOR;
}

bool cpupolicy__leaf_is_for(const struct cpupolicy__vendor *vendor,
			    uint32_t leaf)
{
	const struct cpupolicy__leaf *row =
		cpupolicy__leaf_find(CPUPOLICY_SPACE_CPU, leaf, 0);

	return row && cpupolicy__for_vendor(row->vendors, vendor->id);
}

/* Which leaves are in range, and what answers to the others. */
static void make_limits(struct cpupolicy_vcpu *vcpu,
			const struct cpupolicy_policy *policy,
			const struct cpupolicy__vendor *vendor)
{
	uint32_t basic = CPUPOLICY__GET(policy, max_basic);

	/* "leaves above 2 and below 80000000H are visible only when
	 * IA32_MISC_ENABLE[22] has its default value of 0" (Intel SDM 2A,
	 * CPUID): Windows NT 4 could not bear more */
	if (vcpu->misc_enable >> MISC_LIMIT_CPUID & 1 && basic > 2)
		basic = 2;
	vcpu->made[MADE_0_EAX] = basic ^ CPUPOLICY__GET(policy, max_basic);
	vcpu->limit[0] = basic;
	vcpu->limit[1] = 0;
	vcpu->limit[2] = CPUPOLICY__GET(policy, max_ext);
	vcpu->limit[3] = CPUPOLICY__GET(policy, max_centaur);
	vcpu->beyond = vendor->repeats && basic < CPUPOLICY__WINDOW
			       ? cpupolicy__spans[basic]
			       : CPUPOLICY__NO_SPAN;
}

/* Has any of four sections, one byte each, this place? */
static bool is_taken(uint32_t sections, uint32_t place)
{
	for (uint32_t s = 0; s < 4; s++)
		if ((sections >> 8 * s & 0xff) == place)
			return true;
	return false;
}

/*
 * Where the sections are. One that a hypervisor supplies without saying where
 * comes lowest, Hyper-V's first: Windows looks nowhere else (TLFS, feature
 * discovery).
 */
static uint32_t place_sections(const struct cpupolicy_policy *policy)
{
	static const uint8_t order[4] = {
		CPUPOLICY_SPACE_HYPERV,
		CPUPOLICY_SPACE_KVM,
		CPUPOLICY_SPACE_XEN,
		CPUPOLICY_SPACE_VMWARE,
	};
	uint32_t sections = 0;

	for (uint32_t s = 0; s < 4; s++) {
		uint32_t place =
			cpupolicy__section(policy, CPUPOLICY_SPACE_KVM + s);

		if (place != CPUPOLICY__ANYWHERE)
			sections |= place << 8 * s;
	}
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t place = 1;

		if (cpupolicy__section(policy, order[i]) != CPUPOLICY__ANYWHERE)
			continue;
		while (is_taken(sections, place))
			place++;
		sections |= place << 8 * (order[i] - CPUPOLICY_SPACE_KVM);
	}
	return sections;
}

static void make_sections(struct cpupolicy_vcpu *vcpu,
			  const struct cpupolicy_policy *policy)
{
	static const uint16_t max[] = {
		CPUPOLICY__FIELD_kvm_max,
		CPUPOLICY__FIELD_hv_max,
		CPUPOLICY__FIELD_xen_max,
		CPUPOLICY__FIELD_vmware_max,
	};

	vcpu->sections = place_sections(policy);
	for (uint32_t s = 0; s < 4; s++) {
		/* an absent one ends where this quarter begins */
		uint32_t place = vcpu->sections >> 8 * s & 0xff;
		uint32_t base = 0x40000000u + (place - 1) * 0x100u;
		uint32_t stored =
			cpupolicy__section(policy, CPUPOLICY_SPACE_KVM + s);
		uint32_t last = cpupolicy__get(policy, max[s]);

		/* what has no place counts its leaves from 0x40000000 */
		vcpu->made[MADE_SECTION_EAX + s] =
			stored == CPUPOLICY__ANYWHERE ? base - 0x40000000u : 0;
		last |= vcpu->made[MADE_SECTION_EAX + s];
		vcpu->section_base[s] = base;
		vcpu->section_last[s] =
			last > base ? cpupolicy__at_most(last - base, 0xff) : 0;
	}
}

/* What CR4, IA32_APIC_BASE, IA32_MISC_ENABLE and the mode decide. */
static void make_features(struct cpupolicy_vcpu *vcpu,
			  const struct cpupolicy_policy *policy,
			  const struct cpupolicy__vendor *vendor)
{
	bool monitor = vcpu->misc_enable >> MISC_MONITOR & 1;
	bool apic = vcpu->apic_base >> APIC_BASE_ENABLE & 1;
	uint32_t *made = vcpu->made, mirror = 0, syscall = 0;

	made[MADE_1_ECX] = monitor ? 0 : BIT_IF(policy, monitor, monitor);
	if (vcpu->hypervisor)
		made[MADE_1_ECX] |=
			1u
			<< cpupolicy__places[CPUPOLICY__FIELD_hypervisor].shift;
	made[MADE_1_ECX + 1] =
		made[MADE_1_ECX] | BIT_IF(policy, xsave, osxsave);
	made[MADE_7_ECX] = 0;
	made[MADE_7_ECX + 1] = BIT_IF(policy, pku, ospke);
	made[MADE_19_EBX] = 0;
	made[MADE_19_EBX + 1] = BIT_IF(policy, key_locker, aes_keylocker);
	if (!apic) { /* beside the HTT that the topology made */
		made[MADE_1_EDX] |= BIT_IF(policy, apic, apic);
		mirror = BIT_IF(policy, e_apic, e_apic);
	}
	if (vendor->syscall_is_lm)
		syscall = BIT_IF(policy, syscall, syscall);
	made[MADE_80000001_EDX] = mirror | syscall;
	made[MADE_80000001_EDX + 1] = mirror;
}

/* Where an enabled state component is, or would be, in the save area. */
static const uint32_t *component(const struct cpupolicy_policy *policy,
				 uint64_t enabled, uint32_t n)
{
	uint32_t slot;

	if (!(enabled >> n & 1))
		return NULL;
	slot = cpupolicy__slot(0xd, n);
	return slot == CPUPOLICY__NONE ? NULL : &policy->word[slot * 4];
}

/* XSAVE: every component at its offset (Intel SDM 1, 13.4.3, first part). */
static uint32_t standard_size(const struct cpupolicy_policy *policy,
			      uint64_t enabled)
{
	uint32_t size = XSAVE_LEGACY_SIZE;

	for (uint32_t n = 2; n < 63; n++) {
		const uint32_t *row = component(policy, enabled, n);

		if (row && row[0] + row[1] > size)
			size = row[0] + row[1];
	}
	return size;
}

/* XSAVEC, XSAVES: one behind the other; ECX[1] says at multiples of 64. */
static uint32_t compact_size(const struct cpupolicy_policy *policy,
			     uint64_t enabled)
{
	uint32_t size = XSAVE_LEGACY_SIZE;

	for (uint32_t n = 2; n < 63; n++) {
		const uint32_t *row = component(policy, enabled, n);

		if (!row)
			continue;
		if (row[2] & 2)
			size = (size + 63) & ~63u;
		size += row[0];
	}
	return size;
}

static void make_xsave(struct cpupolicy_vcpu *vcpu,
		       const struct cpupolicy_policy *policy)
{
	uint64_t user =
		vcpu->xcr0 &
		(policy->word[CPUPOLICY__W_CPU_D_0_EAX] |
		 (uint64_t)policy->word[CPUPOLICY__W_CPU_D_0_EDX] << 32);
	uint64_t supervisor =
		vcpu->xss &
		(policy->word[CPUPOLICY__W_CPU_D_1_ECX] |
		 (uint64_t)policy->word[CPUPOLICY__W_CPU_D_1_EDX] << 32);

	vcpu->made[MADE_D0_EBX] = 0;
	vcpu->made[MADE_D1_EBX] = 0;
	if (!CPUPOLICY__GET(policy, xsave))
		return;
	vcpu->made[MADE_D0_EBX] = standard_size(policy, user);
	/* Intel SDM 2A, CPUID, leaf 0DH sub-leaf 1: XCR0 | IA32_XSS with
	 * XSAVES, XCR0 with XSAVEC alone, else zero */
	if (CPUPOLICY__GET(policy, xsaves))
		vcpu->made[MADE_D1_EBX] =
			compact_size(policy, user | supervisor);
	else if (CPUPOLICY__GET(policy, xsavec))
		vcpu->made[MADE_D1_EBX] = compact_size(policy, user);
}

/*
 * Linux computes crystal kHz * numerator / denominator in 32 bits, and takes
 * the crystal for the clock of the APIC timer (native_calibrate_tsc). A ratio
 * that would overflow there is not told, and neither is an inexact one.
 */
static void make_clocks(struct cpupolicy_vcpu *vcpu,
			const struct cpupolicy__vendor *vendor)
{
	uint32_t a = vcpu->tsc_khz, b = vcpu->apic_khz, *made = vcpu->made;

	made[MADE_TSC_KHZ] = a;
	made[MADE_APIC_KHZ] = b;
	made[MADE_15_EAX] = made[MADE_15_EBX] = made[MADE_15_ECX] = 0;
	made[MADE_16_EAX] = 0;
	if (cpupolicy__leaf_is_for(vendor, 0x16))
		made[MADE_16_EAX] = cpupolicy__at_most(
			a / 1000u + (a % 1000u >= 500), 0xffffu);
	if (!a || !b || b > 0xffffffffu / 1000u ||
	    !cpupolicy__leaf_is_for(vendor, 0x15))
		return;
	while (b) { /* the greatest common divisor */
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	if (vcpu->tsc_khz / a > 0xffffffffu / vcpu->apic_khz)
		return;
	made[MADE_15_EAX] = vcpu->apic_khz / a;
	made[MADE_15_EBX] = vcpu->tsc_khz / a;
	made[MADE_15_ECX] = vcpu->apic_khz * 1000u;
}

int cpupolicy_vcpu_prepare(struct cpupolicy_vcpu *vcpu,
			   const struct cpupolicy_policy *policy)
{
	const struct cpupolicy__vendor *vendor = cpupolicy__vendor_of(policy);

	if (!cpupolicy__topology_fits(&vcpu->topology))
		return CPUPOLICY_E_RANGE;
	vcpu->made[MADE_ZERO] = 0;
	make_limits(vcpu, policy, vendor);
	make_sections(vcpu, policy);
	make_xsave(vcpu, policy);
	make_clocks(vcpu, vendor);
	cpupolicy__make_topology(vcpu, policy, vendor);
	make_features(vcpu, policy, vendor);
	return CPUPOLICY_OK;
}
