// SPDX-License-Identifier: MIT
/*
 * main.c - start a guest under a policy; it prints what it sees.
 *
 * usage: kvm-vmm POLICY [THREADS [CORES [PACKAGES]]]
 *
 * Prints what the kernel made of the policy, then for every CPU and mode what
 * CPUID answered: leaf, sub-leaf, EAX, EBX, ECX, EDX.
 */
#include <stdio.h>
#include <stdlib.h>

#include <cpupolicy/formats.h>

#include "vmm.h"

static void print_remark(void *arg, uint32_t cpu,
			 const struct cpupolicy_kvm_remark *remark)
{
	char text[256];

	(void)arg;
	printf("cpu %u: %s\n", (unsigned)cpu,
	       cpupolicy_kvm_remark_text(text, sizeof(text), remark));
}

static void print_line(void *arg, uint32_t cpu, const char *text)
{
	(void)arg;
	printf("cpu %u: %s\n", (unsigned)cpu, text);
}

static int run(const struct cpupolicy_policy *policy, char **argv)
{
	struct vmm *vmm = calloc(1, sizeof(*vmm));
	uint32_t *const levels[] = { &vmm->topology.threads,
				     &vmm->topology.cores,
				     &vmm->topology.packages };
	struct cpupolicy_error error;
	int status;

	if (!vmm)
		return 2;
	for (size_t i = 0; i < 3 && argv[i]; i++)
		*levels[i] = (uint32_t)strtoul(argv[i], NULL, 10);
	vmm->policy = policy;
	vmm->ears = (struct vmm_ears){ print_remark, print_line, NULL };
	status = vmm_open(vmm, &error);
	if (!status)
		status = vmm_run(vmm, &error);
	vmm_close(vmm);
	free(vmm);
	if (status)
		fprintf(stderr, "%s\n", error.text);
	return status ? 2 : 0;
}

int main(int argc, char **argv)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	int status;

	if (argc < 2 || argc > 5) {
		fputs("usage: kvm-vmm POLICY [THREADS [CORES [PACKAGES]]]\n",
		      stderr);
		return 2;
	}
	if (cpupolicy_document_read(&document, argv[1], &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 2;
	}
	if (document.kind != CPUPOLICY_DOCUMENT_POLICY) {
		fprintf(stderr, "%s: expected a policy\n", argv[1]);
		status = 2;
	} else {
		status = run(&document.policy, argv + 2);
	}
	cpupolicy_document_clear(&document);
	return status;
}
