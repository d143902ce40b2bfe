/* SPDX-License-Identifier: MIT */
/*
 * hypervisor.h - what the two hypervisors share: guests and their state.
 */
#ifndef BOOT_HYPERVISOR_H
#define BOOT_HYPERVISOR_H

#include <cpupolicy.h>

/* The registers that neither VMCB nor VMCS holds; for assembly, too. */
struct gprs {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

/* @access is bits 55:40 of a descriptor, as in a VMCS; 51:48 are not used. */
struct segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector, access;
};

/* What a guest finds when it starts. Its code begins at RIP. */
struct guest {
	const char *name;
	const unsigned char *image;
	size_t size;
	uint64_t cr0, cr3, cr4, efer;
	uint64_t rip, rsp;
	struct segment code, data;
};

struct hypervisor {
	const char *name;
	/* Switch it on. Returns NULL, or why this CPU cannot. */
	const char *(*start)(void);
	/* Returns NULL, or why this CPU cannot run such a guest. */
	const char *(*cannot_run)(const struct guest *guest);
	/* Run a guest until it says that it is done. Returns NULL, or what
	 * stopped it. */
	const char *(*run)(const struct guest *guest,
			   const struct cpupolicy_policy *policy);
};
extern const struct hypervisor svm_hypervisor, vmx_hypervisor;

void set_up_exceptions(void);

/* A guest has a few thousand exits; one with more is in an endless loop. */
#define MAX_EXITS 50000u

#endif
