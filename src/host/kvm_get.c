// SPDX-License-Identifier: MIT
/*
 * kvm_get.c - tables that KVM gives away, however long they are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_fd.h"

#if CPUPOLICY__HAVE_KVM
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux arch/x86/include/uapi/asm/prctl.h: younger than some libc headers. */
#define GET_XCOMP_SUPP	     0x1021
#define REQ_XCOMP_GUEST_PERM 0x1025

int cpupolicy__kvm_fail(struct cpupolicy_error *error, const char *what)
{
	return cpupolicy__fail_at(error, CPUPOLICY_E_IO, "KVM", 0, 0, "%s: %s",
				  what, strerror(errno));
}

/* KVM says E2BIG and not always how many it has: ask with more room. It takes
 * no less than it has, and from 4.10 to 5.8 no more than 80 counted. */
static int get_table(struct kvm_cpuid2 **out, int fd, unsigned long request,
		     const char *name, struct cpupolicy_error *error)
{
	for (uint32_t room = 64; room <= CPUPOLICY__MAX_ROWS; room *= 2) {
		struct kvm_cpuid2 *table;

		table = calloc(1, sizeof(*table) +
					  room * sizeof(table->entries[0]));
		if (!table)
			return cpupolicy__no_memory(error, "KVM");
		table->nent = room;
		if (ioctl(fd, request, table) == 0 && table->nent <= room) {
			*out = table;
			return 0;
		}
		free(table);
		if (errno != E2BIG)
			break;
	}
	return cpupolicy__kvm_fail(error, name);
}

int cpupolicy_kvm_get_supported(struct kvm_cpuid2 **out, int kvm,
				struct cpupolicy_error *error)
{
	return get_table(out, kvm, KVM_GET_SUPPORTED_CPUID,
			 "KVM_GET_SUPPORTED_CPUID", error);
}

int cpupolicy_kvm_get_emulated(struct kvm_cpuid2 **out, int kvm,
			       struct cpupolicy_error *error)
{
	return get_table(out, kvm, KVM_GET_EMULATED_CPUID,
			 "KVM_GET_EMULATED_CPUID", error);
}

int cpupolicy_kvm_get_cpuid(struct kvm_cpuid2 **out, int vcpu,
			    struct cpupolicy_error *error)
{
	return get_table(out, vcpu, KVM_GET_CPUID2, "KVM_GET_CPUID2", error);
}

bool cpupolicy__kvm_get_msr(uint64_t *value, int fd, uint32_t index)
{
	uint64_t memory[(sizeof(struct kvm_msrs) +
			 sizeof(struct kvm_msr_entry)) /
			sizeof(uint64_t)] = { 0 };
	struct kvm_msrs *one = (struct kvm_msrs *)memory;

	one->nmsrs = 1;
	one->entries[0].index = index;
	if (ioctl(fd, KVM_GET_MSRS, one) != 1)
		return false;
	*value = one->entries[0].data;
	return true;
}

uint64_t cpupolicy__xstate_supported(void)
{
	uint64_t components = 0;

#ifdef SYS_arch_prctl
	if (syscall(SYS_arch_prctl, GET_XCOMP_SUPP, &components) < 0)
		components = 0;
#endif
	return components;
}

int cpupolicy_kvm_request_xstate(uint64_t components,
				 struct cpupolicy_error *error)
{
	for (unsigned long i = 0; i < 64; i++) {
		if (!(components >> i & 1))
			continue;
		errno = ENOSYS;
#ifdef SYS_arch_prctl
		if (syscall(SYS_arch_prctl, REQ_XCOMP_GUEST_PERM, i) == 0)
			continue;
#endif
		return cpupolicy__fail(
			error, CPUPOLICY_E_UNSUPPORTED,
			"KVM: no permission for guests to use state component "
			"%lu: ARCH_REQ_XCOMP_GUEST_PERM: %s",
			i, strerror(errno));
	}
	return 0;
}
#else
static int unsupported(struct cpupolicy_error *error)
{
	return cpupolicy__fail(error, CPUPOLICY_E_UNSUPPORTED,
			       "this machine: KVM of x86 runs on x86 only");
}

int cpupolicy_kvm_get_supported(struct kvm_cpuid2 **out, int kvm,
				struct cpupolicy_error *error)
{
	(void)out, (void)kvm;
	return unsupported(error);
}

int cpupolicy_kvm_get_emulated(struct kvm_cpuid2 **out, int kvm,
			       struct cpupolicy_error *error)
{
	(void)out, (void)kvm;
	return unsupported(error);
}

int cpupolicy_kvm_get_cpuid(struct kvm_cpuid2 **out, int vcpu,
			    struct cpupolicy_error *error)
{
	(void)out, (void)vcpu;
	return unsupported(error);
}

int cpupolicy_kvm_request_xstate(uint64_t components,
				 struct cpupolicy_error *error)
{
	return components ? unsupported(error) : 0;
}
#endif
