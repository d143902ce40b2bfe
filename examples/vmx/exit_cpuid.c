// SPDX-License-Identifier: MIT
/*
 * exit_cpuid.c - the guest executed CPUID: VM exit 10 of Intel's VMX.
 *
 * This file is meant to be lifted. It needs VMREAD and VMWRITE, the saved
 * registers, and cpupolicy_lookup(). In quotes: sections of the Intel 64 and
 * IA-32 Architectures Software Developer's Manual, volume 3.
 */
#include "vmx.h"
#include "../boot/x86.h"

/* The control is the guest's EFER.LMA: "VM-Entry Controls". */
static bool in_64_bit_mode(void)
{
	return (vmread(VMCS_ENTRY_CONTROLS) & ENTRY_IA32E_MODE) != 0 &&
	       (vmread(VMCS_GUEST_CS_ACCESS) & SEGMENT_LONG) != 0;
}

/* As the guest reads it: "Guest/Host Masks and Read Shadows for CR0 and CR4".
 */
static uint64_t guest_cr4(void)
{
	uint64_t mask = vmread(VMCS_CR4_MASK);

	return (vmread(VMCS_GUEST_CR4) & ~mask) |
	       (vmread(VMCS_CR4_SHADOW) & mask);
}

/* What the end of an instruction does beside its results. */
void vmx_retire(void)
{
	uint64_t next = vmread(VMCS_GUEST_RIP) + vmread(VMCS_EXIT_LENGTH);
	uint64_t blocking = vmread(VMCS_GUEST_INTERRUPTIBILITY);
	uint64_t rflags = vmread(VMCS_GUEST_RFLAGS);
	uint64_t pending = vmread(VMCS_GUEST_PENDING_DEBUG);

	/* EIP wraps at 4 GiB, and VM entry insists: "Checks on Guest RIP,
	 * RFLAGS, and SSP". IP does not wrap at 64 KiB: the fetch from there is
	 * beyond the limit of CS and raises #GP, in real mode too. */
	vmwrite(VMCS_GUEST_RIP, in_64_bit_mode() ? next : (uint32_t)next);

	/* STI and MOV SS block events for one instruction, and it is over. */
	vmwrite(VMCS_GUEST_INTERRUPTIBILITY,
		blocking & ~(uint64_t)(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));

	/* RF hides one instruction from breakpoints, and it is over. */
	vmwrite(VMCS_GUEST_RFLAGS, rflags & ~(uint64_t)RFLAGS_RF);

	/* A single step ends here, unless only branches end it. VM entry takes
	 * the exception and sets DR6: "Delivery of Pending Debug Exceptions
	 * after VM Entry". */
	if ((rflags & RFLAGS_TF) != 0 &&
	    (vmread(VMCS_GUEST_DEBUGCTL) & DEBUGCTL_BTF) == 0)
		vmwrite(VMCS_GUEST_PENDING_DEBUG, pending | PENDING_DEBUG_BS);
}

void vmx_exit_cpuid(struct vmx_vcpu *vcpu)
{
	struct cpupolicy_registers out;

	/* In all modes EAX and ECX are the input, whatever is above them in
	 * RAX and RCX, and the results clear what is above. */
	vcpu->cpuid.cr4 = guest_cr4();
	vcpu->cpuid.mode64 = in_64_bit_mode();
	cpupolicy_lookup(&out, vcpu->policy, &vcpu->cpuid,
			 (uint32_t)vcpu->gprs.rax, (uint32_t)vcpu->gprs.rcx);
	vcpu->gprs.rax = out.eax;
	vcpu->gprs.rbx = out.ebx;
	vcpu->gprs.rcx = out.ecx;
	vcpu->gprs.rdx = out.edx;
	vmx_retire();
}
