// SPDX-License-Identifier: MIT
/*
 * guest_state.c - the guest writes what CPUID shows: XCR0 and some MSRs.
 *
 * None of it may go beyond the policy: state that a guest enabled would be lost
 * when it moves to a host that has only what the policy promises.
 */
#include "guest_state.h"
#include "x86.h"

static bool has_xsave(void)
{
	return (cpuid(1, 0).ecx & 0x04000000) != 0;
}

static bool has_xss(void)
{
	return cpuid(0, 0).eax >= 0xd && (cpuid(0xd, 1).eax & 0x8) != 0;
}

void guest_starts(struct cpupolicy_vcpu *vcpu,
		  const struct cpupolicy_policy *policy)
{
	cpupolicy_vcpu_init(vcpu);
	cpupolicy_vcpu_prepare(vcpu, policy);
	/* XCR0 is the guest's even while we run. */
	if (has_xsave()) {
		write_cr4(read_cr4() | CR4_OSXSAVE);
		xsetbv(0, vcpu->xcr0);
	}
	if (has_xss())
		wrmsr(MSR_XSS, vcpu->xss);
}

/* The components in EDX:EAX of 0xD.0, EDX:ECX of 0xD.1. */
static uint64_t components(const struct cpupolicy_policy *policy,
			   uint32_t subleaf)
{
	struct cpupolicy_row row = { .leaf = 0xd, .subleaf = subleaf };

	cpupolicy_policy_get_row(&row, policy);
	return (uint64_t)row.edx << 32 | (subleaf ? row.ecx : row.eax);
}

/* Our own XSETBV would raise #GP: Intel SDM 2, XSETBV. */
static bool is_consistent(uint64_t xcr0)
{
	static const struct {
		uint64_t group; /* all or none */
		uint64_t needs; /* if any */
	} rules[] = {
		{ 0x4, 0x2 },	/* AVX: SSE */
		{ 0x18, 0 },	/* MPX */
		{ 0xe0, 0x6 },	/* AVX-512: AVX, SSE */
		{ 0x60000, 0 }, /* AMX */
	};

	for (uint32_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		uint64_t set = xcr0 & rules[i].group;

		if (set && (set != rules[i].group ||
			    (xcr0 & rules[i].needs) != rules[i].needs))
			return false;
	}
	return (xcr0 & 1) != 0; /* x87 is always on */
}

bool guest_writes_xcr0(struct cpupolicy_vcpu *vcpu,
		       const struct cpupolicy_policy *policy, uint64_t value)
{
	if (!is_consistent(value) || (value & ~components(policy, 0)) != 0)
		return false;
	xsetbv(0, value);
	vcpu->xcr0 = value;
	return cpupolicy_vcpu_prepare(vcpu, policy) == 0;
}

bool guest_writes_msr(struct cpupolicy_vcpu *vcpu,
		      const struct cpupolicy_policy *policy, uint32_t msr,
		      uint64_t value)
{
	switch (msr) {
	case MSR_APIC_BASE:
		vcpu->apic_base = value;
		break;
	case MSR_MISC_ENABLE:
		vcpu->misc_enable = value;
		break;
	case MSR_XSS:
		if ((value & ~components(policy, 1)) != 0)
			return false;
		wrmsr(MSR_XSS, value);
		vcpu->xss = value;
		break;
	default:
		return false;
	}
	return cpupolicy_vcpu_prepare(vcpu, policy) == 0;
}

bool guest_reads_msr(uint64_t *value, const struct cpupolicy_vcpu *vcpu,
		     uint32_t msr)
{
	switch (msr) {
	case MSR_APIC_BASE:
		*value = vcpu->apic_base;
		return true;
	case MSR_MISC_ENABLE:
		*value = vcpu->misc_enable;
		return true;
	case MSR_XSS:
		*value = vcpu->xss;
		return true;
	}
	return false;
}
