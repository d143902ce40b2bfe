// SPDX-License-Identifier: MIT
/*
 * exit_cpuid.c - the guest executed CPUID: #VMEXIT 0x72 of AMD's SVM.
 *
 * This file is meant to be lifted. It needs the VMCB, the saved registers, a
 * way to read the guest's code on CPUs without NRIPS, and cpupolicy_lookup().
 * Section numbers are those of the AMD64 Architecture Programmer's Manual,
 * volume 2.
 */
#include "svm.h"
#include "../boot/x86.h"

#define LONGEST_INSTRUCTION 15

static bool in_64_bit_mode(const struct vmcb *vmcb)
{
	return (vmcb->efer & EFER_LMA) != 0 &&
	       (vmcb->cs.attributes & VMCB_SEGMENT_LONG) != 0;
}

/*
 * For CPUs without NRIPS: prefixes, then the opcode. No prefix is 0F, and the
 * CPU has decoded the instruction, so the first 0F begins the opcode. Another
 * virtual CPU may have changed the code since then: the loop is bounded.
 * Returns 0 where the code cannot be read any more.
 */
static uint32_t decoded_length(const struct svm_vcpu *vcpu,
			       uint32_t opcode_bytes)
{
	const struct vmcb *vmcb = vcpu->vmcb;
	uint32_t prefixes = 0;

	for (; prefixes < LONGEST_INSTRUCTION - opcode_bytes; prefixes++) {
		uint64_t at = vmcb->rip + prefixes;
		uint8_t byte;

		/* In 64-bit mode the base of CS counts as 0: 4.8.1. */
		if (!in_64_bit_mode(vmcb))
			at = (uint32_t)(at + vmcb->cs.base);
		if (!svm_read_guest(vcpu, &byte, at, 1))
			return 0;
		if (byte == 0x0f)
			break;
	}
	return prefixes + opcode_bytes;
}

/* NRIPS is EDX[3] of leaf 0x8000000A: 15.7.1. A length is less than 16,
 * wherever the next RIP may have wrapped. */
uint32_t svm_instruction_length(const struct svm_vcpu *vcpu,
				uint32_t opcode_bytes)
{
	if (vcpu->has_next_rip)
		return (vcpu->vmcb->next_rip - vcpu->vmcb->rip) % 16u;
	return decoded_length(vcpu, opcode_bytes);
}

/* The MSR is the guest's, unless LBR virtualization switches it: 15.23. */
static uint64_t guest_debugctl(const struct vmcb *vmcb)
{
	if (vmcb->lbr_virtualization & 1)
		return vmcb->debugctl;
	return rdmsr(MSR_DEBUGCTL);
}

/* What the end of an instruction does beside its results. */
void svm_retire(struct vmcb *vmcb, uint32_t length)
{
	uint64_t next = vmcb->rip + length;

	/* EIP wraps at 4 GiB. IP does not wrap at 64 KiB: the fetch from there
	 * is beyond the limit of CS and raises #GP, in real mode too. */
	vmcb->rip = in_64_bit_mode(vmcb) ? next : (uint32_t)next;

	/* The shadow of STI and MOV SS covers one instruction: 15.21.5. RF
	 * hides one instruction from breakpoints: 3.1.6. */
	vmcb->interrupt_shadow &= ~(uint64_t)VMCB_INTERRUPT_SHADOW;
	vmcb->rflags &= ~(uint64_t)RFLAGS_RF;

	/* A single step ends here, unless it is branches that end it: 13.1.1.
	 * An injected #DB leaves the debug registers to us: 15.20. */
	if ((vmcb->rflags & RFLAGS_TF) == 0 ||
	    (guest_debugctl(vmcb) & DEBUGCTL_BTF) != 0)
		return;
	vmcb->dr6 |= DR6_BS;
	vmcb->dr7 &= ~(uint64_t)DR7_GD;
	vmcb->clean &= ~(uint64_t)VMCB_CLEAN_DR;
	vmcb->event_injection =
		VMCB_EVENT_VALID | VMCB_EVENT_EXCEPTION | VECTOR_DB;
}

void svm_exit_cpuid(struct svm_vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->vmcb;
	uint32_t length = svm_instruction_length(vcpu, 2);
	struct cpupolicy_registers out;

	/* Its code is gone: the guest fetches it again, and faults. */
	if (length == 0)
		return;

	/* In all modes EAX and ECX are the input, whatever is above them in
	 * RAX and RCX, and the results clear what is above. */
	vcpu->cpuid.cr4 = vmcb->cr4;
	vcpu->cpuid.mode64 = in_64_bit_mode(vmcb);
	cpupolicy_lookup(&out, vcpu->policy, &vcpu->cpuid, (uint32_t)vmcb->rax,
			 (uint32_t)vcpu->gprs.rcx);
	vmcb->rax = out.eax;
	vcpu->gprs.rbx = out.ebx;
	vcpu->gprs.rcx = out.ecx;
	vcpu->gprs.rdx = out.edx;

	svm_retire(vmcb, length);
}
