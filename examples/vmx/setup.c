// SPDX-License-Identifier: MIT
/*
 * setup.c - a VMCS, as a guest begins.
 *
 * What each field has to hold: Intel SDM 3C, chapters on the VMCS and on VM
 * entries.
 */
#include "vmx.h"
#include "../boot/layout.h"
#include "../boot/x86.h"

#define VMX_BASIC_TRUE	       (1ull << 55) /* 0x48d to 0x490 exist */
#define MSR_VMX_BASIC	       0x480u
#define MSR_VMX_PIN_CONTROLS   0x481u
#define MSR_VMX_CPU_CONTROLS   0x482u
#define MSR_VMX_EXIT_CONTROLS  0x483u
#define MSR_VMX_ENTRY_CONTROLS 0x484u
#define MSR_VMX_CPU_CONTROLS_2 0x48bu
#define VMX_TRUE_MSRS	       (0x48du - 0x481u)

static uint32_t vmcs_region[1024] __attribute__((aligned(4096)));
extern uint64_t long_gdt[];

static unsigned char msr_bitmap[4096] __attribute__((aligned(4096)));
static uint64_t ept[3][512] __attribute__((aligned(4096)));
static uint32_t host_tss[26];

/* Controls that are wished for, with the CPU's must and may: A.3 to A.5. */
static uint32_t allowed(uint32_t msr, uint32_t wish)
{
	uint64_t caps;

	if (msr != MSR_VMX_CPU_CONTROLS_2 &&
	    (rdmsr(MSR_VMX_BASIC) & VMX_BASIC_TRUE) != 0)
		msr += VMX_TRUE_MSRS;
	caps = rdmsr(msr);
	return (wish | (uint32_t)caps) & (uint32_t)(caps >> 32);
}

bool vmx_is_unrestricted(void)
{
	const uint32_t both = CPU_2_EPT | CPU_2_UNRESTRICTED;

	return (allowed(MSR_VMX_CPU_CONTROLS, CPU_CONTROLS_2) &
		CPU_CONTROLS_2) != 0 &&
	       (allowed(MSR_VMX_CPU_CONTROLS_2, both) & both) == both;
}

uint32_t vmx_revision(void)
{
	return (uint32_t)rdmsr(MSR_VMX_BASIC) & 0x7fffffffu;
}

static bool make_current(const void *region)
{
	uint64_t address = (uintptr_t)region;
	bool failed;

	__asm__ volatile("vmclear %1; vmptrld %1"
			 : "=@ccna"(failed)
			 : "m"(address)
			 : "cc", "memory");
	return !failed;
}

/* VM exit loads TR, which must not be 0. */
static void load_host_tr(void)
{
	long_gdt[TSS / 8] = GDT_TSS | GDT_BASE((uintptr_t)host_tss) |
			    (sizeof(host_tss) - 1);
	__asm__ volatile("ltr %0" : : "r"((uint16_t)TSS));
}

/* Reads and writes have a bit each for MSRs below 0x2000. */
static void intercept_msr(uint32_t msr)
{
	msr_bitmap[msr / 8] |= (unsigned char)(1u << msr % 8);
	msr_bitmap[0x800 + msr / 8] |= (unsigned char)(1u << msr % 8);
}

/* The first 2 MiB, where they are. */
static void set_up_ept(void)
{
	ept[0][0] = (uintptr_t)ept[1] | 7;
	ept[1][0] = (uintptr_t)ept[2] | 7;
	ept[2][0] = 0xb7; /* readable, writable, executable; WB; 2 MiB */
}

/* VMCLEAR initialises no field. */
static void clear_fields(void)
{
	static const uint16_t fields[] = {
		VMCS_GUEST_LDTR_SELECTOR, VMCS_GUEST_TR_SELECTOR,
		VMCS_GUEST_DEBUGCTL,	  VMCS_EXCEPTIONS,
		VMCS_CR3_TARGETS,	  VMCS_EXIT_MSR_STORES,
		VMCS_EXIT_MSR_LOADS,	  VMCS_ENTRY_MSR_LOADS,
		VMCS_ENTRY_EVENT,	  VMCS_GUEST_INTERRUPTIBILITY,
		VMCS_GUEST_ACTIVITY,	  VMCS_CR0_MASK,
		VMCS_GUEST_TR_BASE,	  VMCS_GUEST_GDTR_BASE,
		VMCS_GUEST_IDTR_BASE,	  VMCS_GUEST_PENDING_DEBUG,
		VMCS_GUEST_SYSENTER_CS,	  VMCS_GUEST_SYSENTER_ESP,
		VMCS_GUEST_SYSENTER_EIP,  VMCS_HOST_SYSENTER_CS,
		VMCS_HOST_SYSENTER_ESP,	  VMCS_HOST_SYSENTER_EIP,
		VMCS_HOST_FS_BASE,	  VMCS_HOST_GS_BASE,
		VMCS_XSS_EXITING, /* where the CPU has it */
	};

	for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		vmwrite(fields[i], 0);
}

static void set_up_controls(const struct guest *guest)
{
	uint32_t cpu = CPU_HLT_EXITING | CPU_MSR_BITMAPS | CPU_CONTROLS_2;
	uint32_t cpu_2 = CPU_2_RDTSCP | CPU_2_INVPCID | CPU_2_XSAVES;
	uint32_t entry = ENTRY_LOAD_DEBUG | ENTRY_LOAD_EFER;

	if (vmx_is_unrestricted())
		cpu_2 |= CPU_2_EPT | CPU_2_UNRESTRICTED;
	if (guest->efer & EFER_LMA)
		entry |= ENTRY_IA32E_MODE;
	cpu = allowed(MSR_VMX_CPU_CONTROLS, cpu);
	if (cpu & CPU_CONTROLS_2)
		cpu_2 = allowed(MSR_VMX_CPU_CONTROLS_2, cpu_2);
	vmwrite(VMCS_PIN_CONTROLS, allowed(MSR_VMX_PIN_CONTROLS, 0));
	vmwrite(VMCS_CPU_CONTROLS, cpu);
	if (cpu & CPU_CONTROLS_2)
		vmwrite(VMCS_CPU_CONTROLS_2, cpu_2);
	vmwrite(VMCS_EXIT_CONTROLS,
		allowed(MSR_VMX_EXIT_CONTROLS, EXIT_HOST_64 | EXIT_SAVE_DEBUG |
						       EXIT_SAVE_EFER |
						       EXIT_LOAD_EFER));
	vmwrite(VMCS_ENTRY_CONTROLS, allowed(MSR_VMX_ENTRY_CONTROLS, entry));
	vmwrite(VMCS_MSR_BITMAP, (uintptr_t)msr_bitmap);
	/* Older CPUs refuse to write fields of controls that they lack. */
	vmwrite(VMCS_EPT_POINTER, (uintptr_t)ept[0] | 0x1e);
}

static void set_up_host(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} gdtr, idtr;

	load_host_tr();
	__asm__ volatile("sgdt %0; sidt %1" : "=m"(gdtr), "=m"(idtr));
	for (uint32_t i = 0; i < 12; i += 2)
		vmwrite(VMCS_HOST_ES_SELECTOR + i, DATA);
	vmwrite(VMCS_HOST_CS_SELECTOR, CODE64);
	vmwrite(VMCS_HOST_TR_SELECTOR, TSS);
	vmwrite(VMCS_HOST_TR_BASE, (uintptr_t)host_tss);
	vmwrite(VMCS_HOST_GDTR_BASE, gdtr.base);
	vmwrite(VMCS_HOST_IDTR_BASE, idtr.base);
	vmwrite(VMCS_HOST_CR0, read_cr0());
	vmwrite(VMCS_HOST_CR3, read_cr3());
	vmwrite(VMCS_HOST_CR4, read_cr4());
	vmwrite(VMCS_HOST_EFER, rdmsr(MSR_EFER));
	vmwrite(VMCS_HOST_RIP, (uintptr_t)vmx_exit);
}

/* ES, CS, SS, DS, FS, GS are numbers 0 to 5. */
static void set_segment(uint32_t number, const struct segment *segment)
{
	vmwrite(VMCS_GUEST_ES_SELECTOR + 2 * number, segment->selector);
	vmwrite(VMCS_GUEST_ES_LIMIT + 2 * number, segment->limit);
	vmwrite(VMCS_GUEST_ES_ACCESS + 2 * number, segment->access);
	vmwrite(VMCS_GUEST_ES_BASE + 2 * number, segment->base);
}

static void set_up_guest(const struct guest *guest)
{
	for (uint32_t i = 0; i < 6; i++)
		set_segment(i, i == 1 ? &guest->code : &guest->data);
	vmwrite(VMCS_GUEST_LDTR_ACCESS, SEGMENT_UNUSABLE);
	vmwrite(VMCS_GUEST_TR_ACCESS, 0x8b); /* busy */
	vmwrite(VMCS_GUEST_TR_LIMIT, 0x67);
	vmwrite(VMCS_GUEST_GDTR_LIMIT, 0xffff);
	vmwrite(VMCS_GUEST_IDTR_LIMIT, 0x3ff);
	vmwrite(VMCS_GUEST_CR0, guest->cr0);
	vmwrite(VMCS_GUEST_CR3, guest->cr3);
	/* The guest needs VMXE in CR4 and does not know. */
	vmwrite(VMCS_GUEST_CR4, guest->cr4 | CR4_VMXE);
	vmwrite(VMCS_CR4_MASK, CR4_VMXE);
	vmwrite(VMCS_CR4_SHADOW, guest->cr4);
	vmwrite(VMCS_GUEST_EFER, guest->efer);
	vmwrite(VMCS_GUEST_DR7, DR7_AFTER_RESET);
	vmwrite(VMCS_GUEST_RFLAGS, RFLAGS_1);
	vmwrite(VMCS_GUEST_RIP, guest->rip);
	vmwrite(VMCS_GUEST_RSP, guest->rsp);
	vmwrite(VMCS_LINK_POINTER, ~0ull);
}

bool vmx_set_up(const struct guest *guest)
{
	vmcs_region[0] = vmx_revision();
	if (!make_current(vmcs_region))
		return false;
	clear_fields();
	set_up_ept();
	intercept_msr(MSR_APIC_BASE);
	intercept_msr(MSR_MISC_ENABLE);
	intercept_msr(MSR_XSS);
	set_up_controls(guest);
	set_up_host();
	set_up_guest(guest);
	return true;
}
