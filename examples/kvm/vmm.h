/* SPDX-License-Identifier: MIT */
/*
 * vmm.h - a virtual machine under KVM whose CPUs are as a policy says.
 */
#ifndef KVM_VMM_H
#define KVM_VMM_H

#include <pthread.h>

#include <cpupolicy/kvm.h>

#define VMM_CPUS 64 /* at the very most */

/** struct vmm_ears - who hears of what; functions may be called by several
 *	threads, each for another CPU */
struct vmm_ears {
	/* what the kernel changed or refused; before the guest runs */
	void (*remark)(void *arg, uint32_t cpu,
		       const struct cpupolicy_kvm_remark *remark);
	/* a line of the guest's, without "@ " and newline */
	void (*line)(void *arg, uint32_t cpu, const char *text);
	void *arg;
};

/** struct vmm_cpu - one virtual CPU */
struct vmm_cpu {
	struct vmm *vmm;
	uint32_t number;
	struct cpupolicy_vcpu cpuid; /* as it starts */

	/* private */
	int fd;
	struct kvm_run *run;
	unsigned char *memory; /* its own; see vmm_cpu.c */
	pthread_t thread;
	bool running;
	struct cpupolicy_error error; /* .status is 0: it came to its end */
};

struct vmm {
	const struct cpupolicy_policy *policy;
	struct cpupolicy_topology topology;
	struct vmm_ears ears;
	struct vmm_cpu cpus[VMM_CPUS];
	uint32_t nr_cpus;

	/* private */
	int kvm, fd;
	unsigned char *memory;
	size_t size, run_size;
};

/**
 * vmm_open - make the machine, and tell KVM what its CPUs are
 * @vmm: policy, topology and ears are set, everything else is 0; the number of
 *	CPUs is the topology's
 *
 * Returns 0, or a status with @error filled. vmm_close() in any case.
 */
int vmm_open(struct vmm *vmm, struct cpupolicy_error *error);

/** vmm_run - run all CPUs, each in a thread, until the guest is done with each
 *	(one after another where the policy has no long mode)
 *
 * Returns 0, or a status with @error filled: what stopped a CPU.
 */
int vmm_run(struct vmm *vmm, struct cpupolicy_error *error);

void vmm_close(struct vmm *vmm);

/* vmm_cpu.c: a CPU's life, from its first state to its end; as above. */
int vmm_cpu_run(struct vmm_cpu *cpu, struct cpupolicy_error *error);
bool vmm_has_long_mode(const struct cpupolicy_policy *policy);
/* vmm.c */
int vmm_fail(struct cpupolicy_error *error, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
