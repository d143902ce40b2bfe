// SPDX-License-Identifier: MIT
/*
 * answer-cpuid.c - a hypervisor's handlers around cpupolicy_lookup(), without
 * the hypervisor: docs/embedding.md takes its code from here.
 *
 * Usage: answer-cpuid POLICY CPU LEAF [SUBLEAF]
 *
 * Prints what virtual CPU number CPU of a machine of six cores with two threads
 * each sees. Only main() needs the hosted library.
 */
#include <stdio.h>
#include <stdlib.h>

#include <cpupolicy/formats.h>

/* One for all virtual machines that were promised the same. */
struct vm {
	struct cpupolicy_policy policy;
	struct cpupolicy_topology topology;
};

/* What a hypervisor keeps of a virtual CPU, as far as it matters here. */
struct vcpu {
	const struct vm *vm;
	struct cpupolicy_vcpu cpuid;
	uint64_t rax, rbx, rcx, rdx;
	uint64_t cr4, efer;
	bool cs_l;
};

#define EFER_LMA (1u << 10)

static int vm_create(struct vm *vm, const void *encoded, size_t size)
{
	vm->topology = (struct cpupolicy_topology){ .threads = 2, .cores = 6 };
	return cpupolicy_decode(&vm->policy, encoded, size);
}

static int vcpu_create(struct vcpu *vcpu, const struct vm *vm, uint32_t number)
{
	int status;

	*vcpu = (struct vcpu){ .vm = vm };
	cpupolicy_vcpu_init(&vcpu->cpuid);
	vcpu->cpuid.hypervisor = true;
	vcpu->cpuid.topology = vm->topology;
	vcpu->cpuid.tsc_khz = 2500000;
	vcpu->cpuid.apic_khz = 1000000;
	/* the same number goes to the APIC and to the MADT */
	status = cpupolicy_topology_apic_id(&vcpu->cpuid.apic_id, &vm->topology,
					    number);
	if (status)
		return status;
	return cpupolicy_vcpu_prepare(&vcpu->cpuid, &vm->policy);
}

/* Exits that change what CPUID says; the others are IA32_XSS and so on. */
static void exit_xsetbv(struct vcpu *vcpu, uint64_t xcr0)
{
	vcpu->cpuid.xcr0 = xcr0;
	cpupolicy_vcpu_prepare(&vcpu->cpuid, &vcpu->vm->policy);
}

static void exit_wrmsr_apic_base(struct vcpu *vcpu, uint64_t value)
{
	vcpu->cpuid.apic_base = value;
	cpupolicy_vcpu_prepare(&vcpu->cpuid, &vcpu->vm->policy);
}

static void exit_cpuid(struct vcpu *vcpu)
{
	struct cpupolicy_registers out;

	vcpu->cpuid.cr4 = vcpu->cr4;
	vcpu->cpuid.mode64 = vcpu->cs_l && (vcpu->efer & EFER_LMA);
	cpupolicy_lookup(&out, &vcpu->vm->policy, &vcpu->cpuid,
			 (uint32_t)vcpu->rax, (uint32_t)vcpu->rcx);
	vcpu->rax = out.eax;
	vcpu->rbx = out.ebx;
	vcpu->rcx = out.ecx;
	vcpu->rdx = out.edx;
	/* and now past the instruction: examples/svm, examples/vmx */
}

static int answer(const struct cpupolicy_policy *policy, char **argv)
{
	static unsigned char encoded[CPUPOLICY_ENCODED_MAX];
	static struct vm vm;
	static struct vcpu vcpu;
	size_t size = cpupolicy_encode(encoded, sizeof(encoded), policy);
	int status = vm_create(&vm, encoded, size);

	if (!status)
		status = vcpu_create(&vcpu, &vm,
				     (uint32_t)strtoul(argv[2], NULL, 0));
	if (status) {
		fprintf(stderr, "%s\n", cpupolicy_strerror(status));
		return 2;
	}
	/* the guest is in 64-bit mode and has enabled AVX */
	vcpu.cr4 = 1u << 18;
	vcpu.efer = EFER_LMA;
	vcpu.cs_l = true;
	exit_xsetbv(&vcpu, 7);
	exit_wrmsr_apic_base(&vcpu, 0xfee00900);
	vcpu.rax = strtoul(argv[3], NULL, 0);
	vcpu.rcx = argv[4] ? strtoul(argv[4], NULL, 0) : 0;
	exit_cpuid(&vcpu);
	printf("%08x %08x %08x %08x\n", (unsigned)vcpu.rax, (unsigned)vcpu.rbx,
	       (unsigned)vcpu.rcx, (unsigned)vcpu.rdx);
	return 0;
}

/* A record means what its machine offers new guests. */
static int read_policy(struct cpupolicy_policy *out, const char *path)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	int status = cpupolicy_document_read(&document, path, &error);

	if (!status && document.kind == CPUPOLICY_DOCUMENT_RECORD)
		status = cpupolicy_record_hostset(out, document.record, NULL,
						  NULL, NULL, &error);
	else if (!status && document.kind == CPUPOLICY_DOCUMENT_POLICY)
		*out = document.policy;
	else if (!status)
		status = CPUPOLICY_E_MEANING;
	if (status)
		fprintf(stderr, "%s: %s\n", path, cpupolicy_strerror(status));
	cpupolicy_document_clear(&document);
	return status;
}

int main(int argc, char **argv)
{
	struct cpupolicy_policy policy;

	if (argc < 4 || argc > 5) {
		fputs("Usage: answer-cpuid POLICY CPU LEAF [SUBLEAF]\n",
		      stderr);
		return 2;
	}
	if (read_policy(&policy, argv[1]))
		return 2;
	return answer(&policy, argv);
}
