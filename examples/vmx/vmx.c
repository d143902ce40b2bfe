// SPDX-License-Identifier: MIT
/*
 * vmx.c - Intel's VMX: switch it on, run a guest.
 */
#include "vmx.h"
#include "../boot/console.h"
#include "../boot/guest_state.h"
#include "../boot/x86.h"

#define MSR_FEATURE_CONTROL    0x3au
#define FEATURE_CONTROL_LOCKED 0x1u
#define FEATURE_CONTROL_VMX    0x4u
#define MSR_VMX_CR0_FIXED0     0x486u
#define MSR_VMX_CR0_FIXED1     0x487u
#define MSR_VMX_CR4_FIXED0     0x488u
#define MSR_VMX_CR4_FIXED1     0x489u

bool vmx_enter(struct gprs *gprs, bool again);

static uint32_t vmxon_region[1024] __attribute__((aligned(4096)));

static bool vmxon(const void *region)
{
	uint64_t address = (uintptr_t)region;
	bool failed;

	__asm__ volatile("vmxon %1"
			 : "=@ccna"(failed)
			 : "m"(address)
			 : "cc", "memory");
	return !failed;
}

static const char *start(void)
{
	uint64_t control;

	if ((cpuid(1, 0).ecx & 0x20) == 0)
		return "this CPU does not have it";
	control = rdmsr(MSR_FEATURE_CONTROL);
	if ((control & FEATURE_CONTROL_LOCKED) == 0)
		wrmsr(MSR_FEATURE_CONTROL,
		      control | FEATURE_CONTROL_VMX | FEATURE_CONTROL_LOCKED);
	else if ((control & FEATURE_CONTROL_VMX) == 0)
		return "the firmware has disabled it";

	write_cr0((read_cr0() | rdmsr(MSR_VMX_CR0_FIXED0)) &
		  rdmsr(MSR_VMX_CR0_FIXED1));
	write_cr4((read_cr4() | CR4_VMXE | rdmsr(MSR_VMX_CR4_FIXED0)) &
		  rdmsr(MSR_VMX_CR4_FIXED1));
	vmxon_region[0] = vmx_revision();
	if (!vmxon(vmxon_region))
		return "VMXON fails";
	return NULL;
}

static const char *cannot_run(const struct guest *guest)
{
	if ((guest->cr0 & CR0_PG) == 0 && !vmx_is_unrestricted())
		return "this CPU has no unrestricted guests";
	return NULL;
}

static void inject_gp(void)
{
	uint32_t event = EVENT_VALID | EVENT_EXCEPTION | VECTOR_GP;

	/* Exceptions have no error code in real mode. */
	if (vmread(VMCS_GUEST_CR0) & CR0_PE)
		event |= EVENT_ERROR_CODE;
	vmwrite(VMCS_ENTRY_EVENT, event);
	vmwrite(VMCS_ENTRY_ERROR_CODE, 0);
}

/* The CPU has checked the CPL before it exits. */
static void exit_xsetbv(struct vmx_vcpu *vcpu)
{
	uint64_t value = (uint32_t)vcpu->gprs.rax | vcpu->gprs.rdx << 32;

	if ((uint32_t)vcpu->gprs.rcx == 0 &&
	    guest_writes_xcr0(&vcpu->cpuid, vcpu->policy, value))
		vmx_retire();
	else
		inject_gp();
}

static void exit_rdmsr(struct vmx_vcpu *vcpu)
{
	uint64_t value;

	if (!guest_reads_msr(&value, &vcpu->cpuid, (uint32_t)vcpu->gprs.rcx)) {
		inject_gp();
		return;
	}
	vcpu->gprs.rax = (uint32_t)value;
	vcpu->gprs.rdx = value >> 32;
	vmx_retire();
}

static void exit_wrmsr(struct vmx_vcpu *vcpu)
{
	uint64_t value = (uint32_t)vcpu->gprs.rax | vcpu->gprs.rdx << 32;

	if (guest_writes_msr(&vcpu->cpuid, vcpu->policy,
			     (uint32_t)vcpu->gprs.rcx, value))
		vmx_retire();
	else
		inject_gp();
}

static const char *report(const char *what, enum vmcs_field field)
{
	put_string("@ exit ");
	put_hex(vmread(field));
	put_string("\n");
	return what;
}

static const char *run(const struct guest *guest,
		       const struct cpupolicy_policy *policy)
{
	struct vmx_vcpu vcpu = { .policy = policy };

	guest_starts(&vcpu.cpuid, policy);
	if (!vmx_set_up(guest))
		return "VMPTRLD fails";
	for (uint32_t exits = 0; exits < MAX_EXITS; exits++) {
		if (!vmx_enter(&vcpu.gprs, exits != 0))
			return report("VM entry fails", VMCS_INSTRUCTION_ERROR);
		switch ((uint32_t)vmread(VMCS_EXIT_REASON)) {
		case EXIT_REASON_CPUID:
			vmx_exit_cpuid(&vcpu);
			break;
		case EXIT_REASON_XSETBV:
			exit_xsetbv(&vcpu);
			break;
		case EXIT_REASON_RDMSR:
			exit_rdmsr(&vcpu);
			break;
		case EXIT_REASON_WRMSR:
			exit_wrmsr(&vcpu);
			break;
		case EXIT_REASON_HLT:
			return NULL;
		case EXIT_REASON_TRIPLE_FAULT:
			return "it shut down";
		default:
			return report("an exit that nobody asked for",
				      VMCS_EXIT_REASON);
		}
	}
	return "it does not come to an end";
}

const struct hypervisor vmx_hypervisor = {
	.name = "VMX",
	.start = start,
	.cannot_run = cannot_run,
	.run = run,
};
