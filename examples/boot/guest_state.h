/* SPDX-License-Identifier: MIT */
/*
 * guest_state.h - the guest writes what CPUID shows: XCR0 and some MSRs.
 */
#ifndef BOOT_GUEST_STATE_H
#define BOOT_GUEST_STATE_H

#include <cpupolicy.h>

/* After a reset. */
void guest_starts(struct cpupolicy_vcpu *vcpu,
		  const struct cpupolicy_policy *policy);

/* Each returns false where the instruction has to raise #GP. */
bool guest_writes_xcr0(struct cpupolicy_vcpu *vcpu,
		       const struct cpupolicy_policy *policy, uint64_t value);
bool guest_writes_msr(struct cpupolicy_vcpu *vcpu,
		      const struct cpupolicy_policy *policy, uint32_t msr,
		      uint64_t value);
bool guest_reads_msr(uint64_t *value, const struct cpupolicy_vcpu *vcpu,
		     uint32_t msr);

#endif
