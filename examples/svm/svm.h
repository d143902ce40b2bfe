/* SPDX-License-Identifier: MIT */
/*
 * svm.h - one virtual CPU under AMD's SVM.
 */
#ifndef SVM_SVM_H
#define SVM_SVM_H

#include "../boot/hypervisor.h"
#include "vmcb.h"

struct svm_vcpu {
	struct vmcb *vmcb;
	struct gprs gprs; /* RAX and RSP are in the VMCB */
	bool has_next_rip;
	const struct cpupolicy_policy *policy;
	struct cpupolicy_vcpu cpuid; /* APIC id, topology and the like */
};

/* #VMEXIT(CPUID) */
void svm_exit_cpuid(struct svm_vcpu *vcpu);

/*
 * The length of the guest's instruction at CS:RIP, prefixes and all. Its opcode
 * has so many bytes, of which the first is 0F. 0: it cannot be read.
 */
uint32_t svm_instruction_length(const struct svm_vcpu *vcpu,
				uint32_t opcode_bytes);

/* The guest's instruction at CS:RIP is done. */
void svm_retire(struct vmcb *vmcb, uint32_t length);

/* Copy bytes from where the guest's paging has them, if it has. */
bool svm_read_guest(const struct svm_vcpu *vcpu, void *to, uint64_t linear,
		    size_t size);

#endif
