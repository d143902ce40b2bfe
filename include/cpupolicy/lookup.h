/* SPDX-License-Identifier: MIT */
/*
 * lookup.h - answer one CPUID exit.
 */
#ifndef CPUPOLICY_LOOKUP_H
#define CPUPOLICY_LOOKUP_H

#include <cpupolicy/vcpu.h>

/** struct cpupolicy_registers - what CPUID answers */
struct cpupolicy_registers {
	uint32_t eax, ebx, ecx, edx;
};

/**
 * cpupolicy_lookup - what this virtual CPU sees
 * @vcpu: prepared with the same policy; see vcpu.h
 * @leaf: the guest's EAX
 * @subleaf: the guest's ECX
 *
 * Total, pure, and as long for a full policy as for an empty one. Memory is
 * read within @policy and @vcpu only, for any @leaf and @subleaf, and also
 * where a CPU speculates past a comparison.
 *
 * - Leaves above the highest that the policy holds: Intel, Centaur and Zhaoxin
 *   answer with the highest basic leaf, for the sub-leaf that was asked (Intel
 *   SDM 2A, CPUID); all others with zeros. The highest leaf is as stored.
 * - ECX counts only where a leaf has sub-leaves (tables/leaves.csv). Sub-leaves
 *   that are not defined are zero; in the topology leaves 0xB, 0x1F and
 *   0x80000026 they still tell ECX[7:0] = sub-leaf and EDX = x2APIC id.
 * - Paravirtual leaves are where the policy has them; what a host set has from
 *   its hypervisor, and so nowhere in particular, from 0x40000000 on, Hyper-V's
 *   first.
 * - State: OSXSAVE, OSPKE and AESKLE follow CR4; APIC (and AMD's mirror of it)
 *   IA32_APIC_BASE, MONITOR IA32_MISC_ENABLE, SYSCALL of Intel's CPUs the mode,
 *   the sizes in 0xD XCR0 and IA32_XSS. With IA32_MISC_ENABLE[22] basic leaves
 *   above 2 are out of range. The bits by which an OS enables LWP (0x8000001C)
 *   are always 0.
 * - Topology: 1.EBX, HTT, CMP_LEGACY, 4.EAX[31:14], 7.EDX[15], 0xB, 0x1F, 0x1A,
 *   0x80000008.ECX, 0x8000001D.EAX[25:14], 0x8000001E and 0x80000026 tell what
 *   @vcpu says. Clocks: 0x15, 0x16 and 0x40000010, if the policy's highest
 *   leaf reaches them.
 */
CPUPOLICY_API void cpupolicy_lookup(struct cpupolicy_registers *out,
				    const struct cpupolicy_policy *policy,
				    const struct cpupolicy_vcpu *vcpu,
				    uint32_t leaf, uint32_t subleaf);

#endif
