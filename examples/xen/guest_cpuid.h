/* SPDX-License-Identifier: MIT */
/*
 * guest_cpuid.h - what guest_cpuid.c needs of a hypervisor of Xen's shape. In
 * Xen itself these are its own: struct vcpu and struct domain get the members
 * named here, the functions are there.
 */
#ifndef EXAMPLES_XEN_GUEST_CPUID_H
#define EXAMPLES_XEN_GUEST_CPUID_H

#include <cpupolicy.h>

struct cpuid_leaf {
	uint32_t a, b, c, d;
};

struct domain {
	/* domains that were promised the same may share one */
	const struct cpupolicy_policy *cpu_policy;
	struct cpupolicy_topology topology;
	uint32_t tsc_khz;
};

struct vcpu {
	struct domain *domain;
	uint32_t vcpu_id;
	/* what Xen keeps of a guest's registers */
	uint64_t cr4, xcr0, xss, apic_base;
	struct cpupolicy_vcpu cpuid;
};

/* The vCPU that runs here now. */
extern struct vcpu *current;
/* Does it execute 64-bit code? Of the current one only: it reads the VMCS. */
bool guest_mode_64bit(const struct vcpu *v);
/* Leaves 0x40000000 to 0x400001FF, which say who the domain is. */
void cpuid_hypervisor_leaves(const struct vcpu *v, uint32_t leaf,
			     uint32_t subleaf, struct cpuid_leaf *res);

/**
 * guest_cpuid_init - the vCPU was made or reset, or its domain's policy changed
 *
 * Returns 0, or CPUPOLICY_E_RANGE: APIC ids of that topology have no room.
 */
int guest_cpuid_init(struct vcpu *v);

/**
 * guest_cpuid_update - XCR0, IA32_XSS or IA32_APIC_BASE was stored
 *
 * At the end of handle_xsetbv(), of the two cases of guest_wrmsr(), and where
 * the state of a domain that moved here is loaded.
 */
void guest_cpuid_update(struct vcpu *v);

/**
 * guest_cpuid - what this vCPU sees; for exits, the emulator, and domctls that
 *	ask for a vCPU that does not run
 */
void guest_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf,
		 struct cpuid_leaf *res);

#endif
