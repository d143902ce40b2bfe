/* SPDX-License-Identifier: MIT */
/*
 * vmx.h - one virtual CPU under Intel's VMX.
 */
#ifndef VMX_VMX_H
#define VMX_VMX_H

#include "../boot/hypervisor.h"
#include "vmcs.h"

/* Its VMCS is the current one. */
struct vmx_vcpu {
	struct gprs gprs; /* RSP is in the VMCS */
	const struct cpupolicy_policy *policy;
	struct cpupolicy_vcpu cpuid; /* APIC id, topology and the like */
};

/* VM exit 10: CPUID. */
void vmx_exit_cpuid(struct vmx_vcpu *vcpu);

/* The instruction that caused this exit is done. */
void vmx_retire(void);

/* The rest of this directory's own. */
uint32_t vmx_revision(void);	/* of the VMCS */
bool vmx_is_unrestricted(void); /* can guests run in real mode? */
bool vmx_set_up(const struct guest *guest);
void vmx_exit(void);

#endif
