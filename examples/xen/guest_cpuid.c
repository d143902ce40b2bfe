// SPDX-License-Identifier: MIT
/*
 * guest_cpuid.c - guest_cpuid() of a hypervisor of Xen's shape, for HVM
 * domains.
 *
 * The two switches that Xen has there, over ranges of leaves and then over what
 * the vCPU's state changes, are what cpupolicy_lookup() does. What differs from
 * them for a guest: leaves out of range are answered as the CPU's maker does,
 * and topology leaves say what the domain was configured to be.
 */
#include "guest_cpuid.h"

int guest_cpuid_init(struct vcpu *v)
{
	const struct domain *d = v->domain;
	int status;

	cpupolicy_vcpu_init(&v->cpuid);
	v->cpuid.hypervisor = true;
	v->cpuid.topology = d->topology;
	v->cpuid.tsc_khz = d->tsc_khz;
	/* the vlapic and the MADT take their ids from here: no vcpu_id * 2 */
	status = cpupolicy_topology_apic_id(&v->cpuid.apic_id, &d->topology,
					    v->vcpu_id);
	if (status)
		return status;
	v->cpuid.xcr0 = v->xcr0;
	v->cpuid.xss = v->xss;
	v->cpuid.apic_base = v->apic_base;
	return cpupolicy_vcpu_prepare(&v->cpuid, d->cpu_policy);
}

void guest_cpuid_update(struct vcpu *v)
{
	v->cpuid.xcr0 = v->xcr0;
	v->cpuid.xss = v->xss;
	v->cpuid.apic_base = v->apic_base;
	/* cannot fail: the topology is the one that init took */
	cpupolicy_vcpu_prepare(&v->cpuid, v->domain->cpu_policy);
}

void guest_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf,
		 struct cpuid_leaf *res)
{
	struct cpupolicy_registers out;

	/* two sections of 0x100 leaves: Viridian's, and Xen's behind it */
	if (leaf / 0x200u == 0x40000000 / 0x200u) {
		cpuid_hypervisor_leaves(v, leaf, subleaf, res);
		return;
	}
	v->cpuid.cr4 = v->cr4;
	/* one that does not run stays in the mode that it was last seen in */
	if (v == current)
		v->cpuid.mode64 = guest_mode_64bit(v);
	cpupolicy_lookup(&out, v->domain->cpu_policy, &v->cpuid, leaf, subleaf);
	*res = (struct cpuid_leaf){ out.eax, out.ebx, out.ecx, out.edx };
}
