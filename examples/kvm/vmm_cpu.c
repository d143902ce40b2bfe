// SPDX-License-Identifier: MIT
/*
 * vmm_cpu.c - one virtual CPU: in which state it starts, and what its exits do.
 *
 * It starts where a boot loader would leave it: in 64-bit mode, with paging, so
 * that every CPU sees its own memory at address 0; or in flat 32-bit mode where
 * the policy has no long mode, one CPU after another in the same memory. There
 * is no interrupt controller in the kernel: HLT is an exit, and no CPU waits
 * to be started.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/kvm.h>

#include "../boot/layout.h"
#include "../boot/x86.h"
#include "layout.h"
#include "vmm.h"

extern const unsigned char kvm_guest64[], kvm_guest32[];
extern const size_t kvm_guest64_size, kvm_guest32_size;

#define PAGE	  0x1000u
#define PAGE_USER 0x7u /* present, writable, of user mode */

/* More lines than it has to say: it is in an endless loop. */
#define MOST_LINES 100000u

bool vmm_has_long_mode(const struct cpupolicy_policy *policy)
{
	return cpupolicy_policy_has(
		policy, CPUPOLICY_FEATURE(CPUPOLICY_SPACE_CPU, 0x80000001, 0,
					  CPUPOLICY_EDX, 29));
}

/* Its own memory, at linear address 0; Intel SDM 3A, 4.5. */
static uint64_t map_memory(struct vmm_cpu *cpu)
{
	const uint64_t base = (uint64_t)(cpu->memory - cpu->vmm->memory);
	uint64_t *tables = (uint64_t *)(void *)(cpu->memory + PAGE_TABLES);

	for (uint32_t level = 0; level < 3; level++)
		tables[512 * level] =
			(base + PAGE_TABLES + PAGE * (level + 1)) | PAGE_USER;
	for (uint32_t i = 0; i < CPU_BYTES / PAGE; i++)
		tables[512 * 3 + i] = (base + PAGE * i) | PAGE_USER;
	return base + PAGE_TABLES;
}

static void set_segments(struct kvm_sregs *sregs, bool wide)
{
	const struct kvm_segment code = {
		.limit = 0xffffffff,
		.selector = wide ? CODE64 : CODE32,
		.type = 0xb,
		.present = 1,
		.s = 1,
		.l = wide,
		.db = !wide,
		.g = 1,
	};
	struct kvm_segment data = code;

	data.selector = DATA;
	data.type = 0x3;
	data.l = 0;
	data.db = 1;
	sregs->cs = code;
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
}

static int start(struct vmm_cpu *cpu, struct cpupolicy_error *error)
{
	bool wide = vmm_has_long_mode(cpu->vmm->policy);
	struct kvm_regs regs = {
		.rip = GUEST_BASE,
		.rsp = GUEST_STACK,
		.rflags = RFLAGS_1,
	};
	struct kvm_sregs sregs;

	/* there may be what another CPU left */
	memset(cpu->memory, 0, CPU_BYTES);
	memcpy(cpu->memory + GUEST_BASE, wide ? kvm_guest64 : kvm_guest32,
	       wide ? kvm_guest64_size : kvm_guest32_size);
	if (ioctl(cpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return vmm_fail(error, CPUPOLICY_E_IO, "KVM_GET_SREGS: %s",
				strerror(errno));
	sregs.cr3 = wide ? map_memory(cpu) : 0;
	sregs.cr0 = CR0_PE | CR0_ET | CR0_NE | (wide ? CR0_PG : 0);
	sregs.cr4 = wide ? CR4_PAE : 0;
	sregs.efer = wide ? EFER_LME | EFER_LMA : 0;
	sregs.apic_base = cpu->cpuid.apic_base;
	set_segments(&sregs, wide);
	if (ioctl(cpu->fd, KVM_SET_SREGS, &sregs) < 0)
		return vmm_fail(error, CPUPOLICY_E_IO,
				"CPU %u cannot start in %s mode: "
				"KVM_SET_SREGS: %s",
				cpu->number, wide ? "64-bit" : "32-bit",
				strerror(errno));
	if (ioctl(cpu->fd, KVM_SET_REGS, &regs) < 0)
		return vmm_fail(error, CPUPOLICY_E_IO, "KVM_SET_REGS: %s",
				strerror(errno));
	return 0;
}

/* A line, from wherever the guest says that it is. One about an exception that
 * it did not ask for is its last. */
static int hear_line(const struct vmm_cpu *cpu, uint32_t at,
		     struct cpupolicy_error *error)
{
	const struct vmm_ears *ears = &cpu->vmm->ears;
	char text[LINE_BYTES + 1];
	const char *begin = text;

	if (at > CPU_BYTES - LINE_BYTES)
		return vmm_fail(error, CPUPOLICY_E_IO,
				"CPU %u: a line of the guest's outside of its "
				"memory",
				cpu->number);
	memcpy(text, cpu->memory + at, LINE_BYTES);
	text[LINE_BYTES] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, "@ ", 2) == 0)
		begin += 2;
	if (strncmp(begin, "stray ", 6) == 0)
		return vmm_fail(error, CPUPOLICY_E_IO,
				"CPU %u: an exception in the guest: %s",
				cpu->number, begin);
	if (ears->line)
		ears->line(ears->arg, cpu->number, begin);
	return 0;
}

static int stopped(const struct vmm_cpu *cpu, struct cpupolicy_error *error)
{
	struct kvm_regs regs = { 0 };

	ioctl(cpu->fd, KVM_GET_REGS, &regs);
	return vmm_fail(error, CPUPOLICY_E_IO,
			"CPU %u: the guest was stopped by exit %u of KVM at "
			"RIP 0x%llx",
			cpu->number, cpu->run->exit_reason, regs.rip);
}

static int exit_io(const struct vmm_cpu *cpu, struct cpupolicy_error *error)
{
	const struct kvm_run *run = cpu->run;
	uint32_t at;

	if (run->io.direction != KVM_EXIT_IO_OUT || run->io.port != LINE_PORT ||
	    run->io.size != sizeof(at) || run->io.count != 1)
		return stopped(cpu, error);
	memcpy(&at, (const char *)run + run->io.data_offset, sizeof(at));
	return hear_line(cpu, at, error);
}

int vmm_cpu_run(struct vmm_cpu *cpu, struct cpupolicy_error *error)
{
	int status = start(cpu, error);

	for (uint32_t lines = 0; lines < MOST_LINES && !status;) {
		if (ioctl(cpu->fd, KVM_RUN, 0) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return vmm_fail(error, CPUPOLICY_E_IO,
					"CPU %u: KVM_RUN: %s", cpu->number,
					strerror(errno));
		}
		switch (cpu->run->exit_reason) {
		case KVM_EXIT_HLT:
			return 0;
		case KVM_EXIT_INTR:
			continue;
		case KVM_EXIT_IO:
			lines++;
			status = exit_io(cpu, error);
			continue;
		}
		return stopped(cpu, error);
	}
	return status ? status
		      : vmm_fail(error, CPUPOLICY_E_IO,
				 "CPU %u: the guest has no end", cpu->number);
}
