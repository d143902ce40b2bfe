// SPDX-License-Identifier: MIT
/*
 * svm.c - AMD's SVM: switch it on, set a guest up, run it.
 */
#include "svm.h"
#include "../boot/console.h"
#include "../boot/guest_state.h"
#include "../boot/mem.h"
#include "../boot/x86.h"

#define MSR_VM_CR	0xc0010114u
#define VM_CR_SVMDIS	0x10u
#define MSR_VM_HSAVE_PA 0xc0010117u
#define PAT_AFTER_RESET 0x0007040600070406u

void svm_enter(struct vmcb *vmcb, struct gprs *gprs, struct vmcb *host);

static struct vmcb guest_vmcb __attribute__((aligned(4096)));
static struct vmcb host_vmcb __attribute__((aligned(4096)));
static unsigned char host_save_area[4096] __attribute__((aligned(4096)));
static unsigned char msr_permissions[8192] __attribute__((aligned(4096)));
static bool has_next_rip;

/* Two bits for each MSR below 0x2000: APM 2, 15.11. */
static void intercept_msr(uint32_t msr)
{
	msr_permissions[msr / 4] |= (unsigned char)(3u << msr % 4 * 2);
}

static const char *start(void)
{
	if (cpuid(0x80000000, 0).eax < 0x8000000a ||
	    (cpuid(0x80000001, 0).ecx & 0x4) == 0)
		return "this CPU does not have it";
	if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS)
		return "the firmware has disabled it";
	has_next_rip = (cpuid(0x8000000a, 0).edx & 0x8) != 0;
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, (uintptr_t)host_save_area);
	intercept_msr(MSR_APIC_BASE);
	intercept_msr(MSR_MISC_ENABLE);
	intercept_msr(MSR_XSS);
	return NULL;
}

static const char *cannot_run(const struct guest *guest)
{
	(void)guest;
	return NULL;
}

bool svm_read_guest(const struct svm_vcpu *vcpu, void *to, uint64_t linear,
		    size_t size)
{
	/* Guests see memory where the hypervisor does. Others have to walk
	 * the guest's page tables, as user or supervisor by the CPL. */
	(void)vcpu;
	memcpy(to, (const void *)linear, size);
	return true;
}

static void inject_gp(struct vmcb *vmcb)
{
	vmcb->event_injection =
		VMCB_EVENT_VALID | VMCB_EVENT_EXCEPTION | VECTOR_GP;
	/* Exceptions have no error code in real mode. */
	if (vmcb->cr0 & CR0_PE)
		vmcb->event_injection |= VMCB_EVENT_ERROR;
}

static struct vmcb_segment segment(const struct segment *in)
{
	return (struct vmcb_segment){
		.selector = in->selector,
		.attributes = (uint16_t)((in->access & 0xffu) |
					 (in->access >> 4 & 0xf00u)),
		.limit = in->limit,
		.base = in->base,
	};
}

static void set_up(struct vmcb *vmcb, const struct guest *guest)
{
	struct vmcb_segment data = segment(&guest->data);

	memset(vmcb, 0, sizeof(*vmcb));
	vmcb->intercept_1 = VMCB_INTERCEPT_CPUID | VMCB_INTERCEPT_HLT |
			    VMCB_INTERCEPT_MSR | VMCB_INTERCEPT_SHUTDOWN;
	/* VMRUN has to be intercepted: 15.5.1. */
	vmcb->intercept_2 = VMCB_INTERCEPT_VMRUN | VMCB_INTERCEPT_XSETBV;
	vmcb->msr_permissions = (uintptr_t)msr_permissions;
	vmcb->asid = 1; /* 0 is the host's */

	vmcb->cs = segment(&guest->code);
	vmcb->es = vmcb->ss = vmcb->ds = vmcb->fs = vmcb->gs = data;
	vmcb->tr.attributes = 0x8b;
	vmcb->tr.limit = 0x67;
	vmcb->idtr.limit = 0x3ff;
	vmcb->efer = guest->efer | EFER_SVME; /* it has to be set: 15.5.1 */
	vmcb->cr0 = guest->cr0;
	vmcb->cr3 = guest->cr3;
	vmcb->cr4 = guest->cr4;
	vmcb->dr6 = DR6_AFTER_RESET;
	vmcb->dr7 = DR7_AFTER_RESET;
	vmcb->rflags = RFLAGS_1;
	vmcb->rip = guest->rip;
	vmcb->rsp = guest->rsp;
	vmcb->g_pat = PAT_AFTER_RESET;
}

/* The instruction is done, or raises #GP. */
static void end(struct svm_vcpu *vcpu, bool done, uint32_t opcode_bytes)
{
	if (done)
		svm_retire(vcpu->vmcb,
			   svm_instruction_length(vcpu, opcode_bytes));
	else
		inject_gp(vcpu->vmcb);
}

static void exit_xsetbv(struct svm_vcpu *vcpu)
{
	uint64_t value = (uint32_t)vcpu->vmcb->rax | vcpu->gprs.rdx << 32;

	end(vcpu,
	    (uint32_t)vcpu->gprs.rcx == 0 && vcpu->vmcb->cpl == 0 &&
		    guest_writes_xcr0(&vcpu->cpuid, vcpu->policy, value),
	    3);
}

/* EXITINFO1 tells WRMSR from RDMSR: 15.11. */
static void exit_msr(struct svm_vcpu *vcpu)
{
	uint32_t msr = (uint32_t)vcpu->gprs.rcx;
	uint64_t value = (uint32_t)vcpu->vmcb->rax | vcpu->gprs.rdx << 32;
	bool done;

	if (vcpu->vmcb->exit_info_1 & 1) {
		done = guest_writes_msr(&vcpu->cpuid, vcpu->policy, msr, value);
	} else {
		done = guest_reads_msr(&value, &vcpu->cpuid, msr);
		if (done) {
			vcpu->vmcb->rax = (uint32_t)value;
			vcpu->gprs.rdx = value >> 32;
		}
	}
	end(vcpu, done, 2);
}

static const char *run(const struct guest *guest,
		       const struct cpupolicy_policy *policy)
{
	struct svm_vcpu vcpu = {
		.vmcb = &guest_vmcb,
		.has_next_rip = has_next_rip,
		.policy = policy,
	};

	guest_starts(&vcpu.cpuid, policy);
	set_up(vcpu.vmcb, guest);
	for (uint32_t exits = 0; exits < MAX_EXITS; exits++) {
		svm_enter(vcpu.vmcb, &vcpu.gprs, &host_vmcb);
		vcpu.vmcb->event_injection = 0;
		switch ((uint32_t)vcpu.vmcb->exit_code) {
		case VMEXIT_CPUID:
			svm_exit_cpuid(&vcpu);
			break;
		case VMEXIT_XSETBV:
			exit_xsetbv(&vcpu);
			break;
		case VMEXIT_MSR:
			exit_msr(&vcpu);
			break;
		case VMEXIT_HLT:
			return NULL;
		case VMEXIT_SHUTDOWN:
			return "it shut down";
		case VMEXIT_INVALID:
			return "VMRUN refuses its state";
		default:
			put_string("@ exit ");
			put_hex(vcpu.vmcb->exit_code);
			put_string("\n");
			return "an exit that nobody asked for";
		}
	}
	return "it does not come to an end";
}

const struct hypervisor svm_hypervisor = {
	.name = "SVM",
	.start = start,
	.cannot_run = cannot_run,
	.run = run,
};
