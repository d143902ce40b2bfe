// SPDX-License-Identifier: MIT
/*
 * kvm_set.c - give a vCPU its policy, and read back what became of it.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_fd.h"

#if CPUPOLICY__HAVE_KVM
#include <sys/ioctl.h>

/* What a vCPU is asked to be. */
struct asked {
	int fd;
	struct kvm_cpuid2 *table; /* owned */
	struct kvm_msr_entry msrs[CPUPOLICY__KVM_MSRS];
	size_t nr_msrs;
	cpupolicy_kvm_sink *sink;
	void *arg;
	int remarks; /* that are no run-time bits */
};

static int describe(struct asked *asked, const struct cpupolicy_policy *policy,
		    const struct cpupolicy_vcpu *vcpu,
		    struct cpupolicy_error *error)
{
	int nr;

	asked->table =
		calloc(1, sizeof(*asked->table) +
				  CPUPOLICY_KVM_ENTRIES *
					  sizeof(struct kvm_cpuid_entry2));
	if (!asked->table)
		return cpupolicy__no_memory(error, "KVM");
	nr = cpupolicy_kvm_entries(asked->table->entries, CPUPOLICY_KVM_ENTRIES,
				   policy, vcpu);
	if (nr >= 0) {
		asked->table->nent = (uint32_t)nr;
		nr = cpupolicy_kvm_msrs(asked->msrs, CPUPOLICY__KVM_MSRS,
					policy);
		asked->nr_msrs = nr < 0 ? 0 : (size_t)nr;
	}
	if (nr == CPUPOLICY_E_EMPTY)
		return cpupolicy__fail(error, nr,
				       "KVM: the policy shows nothing, not "
				       "even the maker of a CPU");
	if (nr < 0)
		return cpupolicy__fail(error, nr, "KVM: the policy: %s",
				       cpupolicy_strerror(nr));
	return 0;
}

/* KVM gives a number, and in some cases the kernel log a hint. */
static int refused(struct cpupolicy_error *error, int nr)
{
	static const struct {
		int number;
		const char *why;
	} reasons[] = {
		{ EPERM, "leaf 0xD has a component that needs a permission: "
			 "ARCH_REQ_XCOMP_GUEST_PERM before the first vCPU" },
		{ ENXIO, "leaf 0xD has a component that needs a permission" },
		{ EINVAL, "the vCPU has run already, or the policy has linear "
			  "addresses of neither 48 nor 57 bits" },
		{ E2BIG, "more entries than this kernel takes" },
		{ ENOMEM, "no memory, or more entries than this kernel takes" },
	};
	const char *why = "";

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].number == errno)
			why = reasons[i].why;
	return cpupolicy__fail(error, CPUPOLICY_E_IO,
			       "KVM: KVM_SET_CPUID2 with %d entries: %s%s%s",
			       nr, strerror(errno), *why ? ": " : "", why);
}

static void tell_msr(struct asked *asked, enum cpupolicy_kvm_what what,
		     const struct kvm_msr_entry *msr, uint64_t got)
{
	struct cpupolicy_kvm_remark remark = {
		.what = what,
		.entry = (uint32_t)(msr - asked->msrs),
		.leaf = msr->index,
		.asked = msr->data,
		.got = got,
	};

	asked->remarks++;
	cpupolicy__kvm_tell(asked->sink, asked->arg, &remark);
}

/* KVM_SET_MSRS stops at the first that it refuses, and says how far it came. */
static void set_msrs(struct asked *asked)
{
	uint64_t memory[1 + 2 * CPUPOLICY__KVM_MSRS] = { 0 };
	struct kvm_msrs *list = (struct kvm_msrs *)memory;

	for (size_t i = 0; i < asked->nr_msrs;) {
		size_t nr = asked->nr_msrs - i;
		int done;

		list->nmsrs = (uint32_t)nr;
		memcpy(list->entries, &asked->msrs[i],
		       nr * sizeof(asked->msrs[0]));
		done = ioctl(asked->fd, KVM_SET_MSRS, list);
		i += done > 0 ? (size_t)done : 0;
		if (i < asked->nr_msrs) {
			uint64_t got = 0;

			/* what it does not know it does not show, either */
			if (cpupolicy__kvm_get_msr(&got, asked->fd,
						   asked->msrs[i].index) ||
			    asked->msrs[i].data)
				tell_msr(asked, CPUPOLICY_KVM_MSR_REFUSED,
					 &asked->msrs[i], got);
			/* once is enough */
			memmove(&asked->msrs[i], &asked->msrs[i + 1],
				(--asked->nr_msrs - i) *
					sizeof(asked->msrs[0]));
		}
	}
}

static int compare(struct asked *asked, struct cpupolicy_error *error)
{
	struct kvm_cpuid2 *got = NULL;
	int status = cpupolicy_kvm_get_cpuid(&got, asked->fd, error);

	if (status < 0)
		return status;
	status = cpupolicy_kvm_compare(asked->table->entries,
				       asked->table->nent, got->entries,
				       got->nent, asked->sink, asked->arg);
	free(got);
	if (status < 0)
		return cpupolicy__fail(error, status, "KVM: KVM_GET_CPUID2: %s",
				       cpupolicy_strerror(status));
	asked->remarks += status;
	for (size_t i = 0; i < asked->nr_msrs; i++) {
		const struct kvm_msr_entry *msr = &asked->msrs[i];
		uint64_t value = 0;

		if (!cpupolicy__kvm_get_msr(&value, asked->fd, msr->index))
			tell_msr(asked, CPUPOLICY_KVM_MSR_GONE, msr, 0);
		else if (value != msr->data)
			tell_msr(asked, CPUPOLICY_KVM_MSR_CHANGED, msr, value);
	}
	return asked->remarks;
}

int cpupolicy_kvm_set(int fd, const struct cpupolicy_policy *policy,
		      const struct cpupolicy_vcpu *vcpu,
		      cpupolicy_kvm_sink *sink, void *arg,
		      struct cpupolicy_error *error)
{
	struct asked asked = { .fd = fd, .sink = sink, .arg = arg };
	int status = describe(&asked, policy, vcpu, error);

	if (status == 0 && ioctl(fd, KVM_SET_CPUID2, asked.table) < 0)
		status = refused(error, (int)asked.table->nent);
	if (status == 0) {
		set_msrs(&asked);
		status = compare(&asked, error);
	}
	free(asked.table);
	return status;
}

int cpupolicy_kvm_read_back(int fd, const struct cpupolicy_policy *policy,
			    const struct cpupolicy_vcpu *vcpu,
			    cpupolicy_kvm_sink *sink, void *arg,
			    struct cpupolicy_error *error)
{
	struct asked asked = { .fd = fd, .sink = sink, .arg = arg };
	int status = describe(&asked, policy, vcpu, error);

	if (status == 0)
		status = compare(&asked, error);
	free(asked.table);
	return status;
}
#else
int cpupolicy_kvm_set(int fd, const struct cpupolicy_policy *policy,
		      const struct cpupolicy_vcpu *vcpu,
		      cpupolicy_kvm_sink *sink, void *arg,
		      struct cpupolicy_error *error)
{
	return cpupolicy_kvm_read_back(fd, policy, vcpu, sink, arg, error);
}

int cpupolicy_kvm_read_back(int fd, const struct cpupolicy_policy *policy,
			    const struct cpupolicy_vcpu *vcpu,
			    cpupolicy_kvm_sink *sink, void *arg,
			    struct cpupolicy_error *error)
{
	struct kvm_cpuid2 *none;

	(void)policy, (void)vcpu, (void)sink, (void)arg;
	return cpupolicy_kvm_get_cpuid(&none, fd, error);
}
#endif
