// SPDX-License-Identifier: MIT
/*
 * strict.c - what CPUs do and Bochs 2.7 does not, so that a handler's bug has
 * the consequence that it has on a CPU. The linker puts these functions in
 * front of the hypervisor's own (--wrap).
 */
#include "../../examples/boot/console.h"
#include "../../examples/boot/x86.h"
#include "../../examples/svm/svm.h"
#include "../../examples/vmx/vmx.h"

void __wrap_svm_enter(struct vmcb *vmcb, struct gprs *gprs, struct vmcb *host);
void __real_svm_enter(struct vmcb *vmcb, struct gprs *gprs, struct vmcb *host);
void __wrap_svm_exit_cpuid(struct svm_vcpu *vcpu);
void __real_svm_exit_cpuid(struct svm_vcpu *vcpu);
void __wrap_vmx_exit_cpuid(struct vmx_vcpu *vcpu);
void __real_vmx_exit_cpuid(struct vmx_vcpu *vcpu);

/* VMRUN takes any RIP there; outside 64-bit mode its upper half has to be 0. */
void __wrap_svm_enter(struct vmcb *vmcb, struct gprs *gprs, struct vmcb *host)
{
	bool mode64 = (vmcb->efer & EFER_LMA) != 0 &&
		      (vmcb->cs.attributes & VMCB_SEGMENT_LONG) != 0;

	if (!mode64 && vmcb->rip >> 32)
		put_string("@ fail guest: RIP has more than 32 bits\n");
	__real_svm_enter(vmcb, gprs, host);
}

/*
 * RF is saved as it was before the instruction, so it can be set at any exit:
 * here it always is, as if a debugger had resumed the guest there.
 */
void __wrap_svm_exit_cpuid(struct svm_vcpu *vcpu)
{
	vcpu->vmcb->rflags |= RFLAGS_RF;
	__real_svm_exit_cpuid(vcpu);
}

/* The same. And VM exit leaves no single step pending, unless MOV SS blocks it
 * (Intel SDM 3C, "Saving Non-Register State"). */
void __wrap_vmx_exit_cpuid(struct vmx_vcpu *vcpu)
{
	vmwrite(VMCS_GUEST_RFLAGS, vmread(VMCS_GUEST_RFLAGS) | RFLAGS_RF);
	if ((vmread(VMCS_GUEST_INTERRUPTIBILITY) & BLOCKING_BY_MOV_SS) == 0)
		vmwrite(VMCS_GUEST_PENDING_DEBUG, 0);
	__real_vmx_exit_cpuid(vcpu);
}
