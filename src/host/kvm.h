/* SPDX-License-Identifier: MIT */
/*
 * kvm.h - what the files about KVM share: its ABI, on machines that have no
 * KVM of x86 as well.
 */
#ifndef CPUPOLICY_SRC_KVM_H
#define CPUPOLICY_SRC_KVM_H

#include <cpupolicy/kvm.h>

#include "host.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__i386__))
#include <linux/kvm.h>
#define CPUPOLICY__HAVE_KVM 1
#else
/* Linux arch/x86/include/uapi/asm/kvm.h */
#define CPUPOLICY__HAVE_KVM 0

#define KVM_CPUID_FLAG_SIGNIFCANT_INDEX (1 << 0)
#define KVM_CPUID_FLAG_STATEFUL_FUNC	(1 << 1)
#define KVM_CPUID_FLAG_STATE_READ_NEXT	(1 << 2)

struct kvm_cpuid_entry2 {
	uint32_t function, index, flags;
	uint32_t eax, ebx, ecx, edx;
	uint32_t padding[3];
};

struct kvm_msr_entry {
	uint32_t index, reserved;
	uint64_t data;
};
#endif

/* What struct kvm_cpuid2 begins with; entries follow. */
struct cpupolicy__kvm_head {
	uint32_t nent, padding;
};

_Static_assert(sizeof(struct kvm_cpuid_entry2) == 40, "as the kernel has it");
_Static_assert(sizeof(struct kvm_msr_entry) == 16, "as the kernel has it");

enum { CPUPOLICY__KVM_MSRS = 64 };

/* A remark to a sink that may be NULL. */
static inline void
cpupolicy__kvm_tell(cpupolicy_kvm_sink *sink, void *arg,
		    const struct cpupolicy_kvm_remark *remark)
{
	if (sink)
		sink(arg, remark);
}

#endif
