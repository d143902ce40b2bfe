// SPDX-License-Identifier: MIT
/*
 * vmm.c - a virtual machine under KVM: memory, CPUs, and their policy.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "layout.h"
#include "vmm.h"

/* KVM's APIC timer, Linux arch/x86/kvm/lapic.h: one tick in a nanosecond. */
#define APIC_KHZ 1000000

int vmm_fail(struct cpupolicy_error *error, int status, const char *format, ...)
{
	va_list ap;

	*error = (struct cpupolicy_error){ .status = status };
	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	return status;
}

static int failed(struct cpupolicy_error *error, const char *what)
{
	return vmm_fail(error, CPUPOLICY_E_IO, "/dev/kvm: %s: %s", what,
			strerror(errno));
}

static void hear(void *arg, const struct cpupolicy_kvm_remark *remark)
{
	const struct vmm_cpu *cpu = arg;
	const struct vmm_ears *ears = &cpu->vmm->ears;

	if (ears->remark)
		ears->remark(ears->arg, cpu->number, remark);
}

/* Who it is among the others; what a policy has no place for. */
static int describe(struct vmm_cpu *cpu, struct cpupolicy_error *error)
{
	struct vmm *vmm = cpu->vmm;
	int status, khz = ioctl(cpu->fd, KVM_GET_TSC_KHZ, 0);

	cpupolicy_vcpu_init(&cpu->cpuid);
	cpu->cpuid.hypervisor = true;
	cpu->cpuid.topology = vmm->topology;
	cpu->cpuid.tsc_khz = khz > 0 ? (uint32_t)khz : 0;
	cpu->cpuid.apic_khz = APIC_KHZ;
	status = cpupolicy_topology_apic_id(&cpu->cpuid.apic_id, &vmm->topology,
					    cpu->number);
	if (!status)
		status = cpupolicy_vcpu_prepare(&cpu->cpuid, vmm->policy);
	if (status)
		return vmm_fail(error, status, "CPU %u: %s", cpu->number,
				cpupolicy_strerror(status));
	status = cpupolicy_kvm_set(cpu->fd, vmm->policy, &cpu->cpuid, hear, cpu,
				   error);
	return status < 0 ? status : 0;
}

static int add_cpu(struct vmm *vmm, uint32_t number,
		   struct cpupolicy_error *error)
{
	struct vmm_cpu *cpu = &vmm->cpus[number];
	uint32_t apic_id;
	int status;

	*cpu = (struct vmm_cpu){ .vmm = vmm, .number = number };
	cpu->memory = vmm->memory;
	if (vmm_has_long_mode(vmm->policy))
		cpu->memory += number * CPU_BYTES;
	status = cpupolicy_topology_apic_id(&apic_id, &vmm->topology, number);
	if (status)
		return vmm_fail(error, status, "CPU %u: %s", number,
				cpupolicy_strerror(status));
	/* KVM knows a CPU by its APIC id */
	cpu->fd = ioctl(vmm->fd, KVM_CREATE_VCPU, (unsigned long)apic_id);
	if (cpu->fd < 0)
		return failed(error, "KVM_CREATE_VCPU");
	vmm->nr_cpus++;
	cpu->run = mmap(NULL, vmm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			cpu->fd, 0);
	if (cpu->run == MAP_FAILED) {
		cpu->run = NULL;
		return failed(error, "mmap of a CPU");
	}
	return describe(cpu, error);
}

static int add_memory(struct vmm *vmm, uint32_t nr_cpus,
		      struct cpupolicy_error *error)
{
	struct kvm_userspace_memory_region region = { 0 };

	vmm->size = (size_t)nr_cpus * CPU_BYTES;
	vmm->memory = mmap(NULL, vmm->size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vmm->memory == MAP_FAILED) {
		vmm->memory = NULL;
		return failed(error, "memory");
	}
	region.memory_size = vmm->size;
	region.userspace_addr = (uintptr_t)vmm->memory;
	if (ioctl(vmm->fd, KVM_SET_USER_MEMORY_REGION, &region) < 0)
		return failed(error, "KVM_SET_USER_MEMORY_REGION");
	/* Intel's older CPUs need room for it; others do not mind. */
	ioctl(vmm->fd, KVM_SET_TSS_ADDR, 0xfffbd000ul);
	return 0;
}

static int open_kvm(struct vmm *vmm, struct cpupolicy_error *error)
{
	int size, status;

	vmm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vmm->kvm < 0)
		return failed(error, "cannot open it");
	if (ioctl(vmm->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return vmm_fail(error, CPUPOLICY_E_UNSUPPORTED,
				"/dev/kvm: is not of API version %d",
				KVM_API_VERSION);
	status = cpupolicy_kvm_request_xstate(cpupolicy_kvm_xstate(vmm->policy),
					      error);
	if (status)
		return status;
	size = ioctl(vmm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size <= 0)
		return failed(error, "KVM_GET_VCPU_MMAP_SIZE");
	vmm->run_size = (size_t)size;
	vmm->fd = ioctl(vmm->kvm, KVM_CREATE_VM, 0);
	return vmm->fd < 0 ? failed(error, "KVM_CREATE_VM") : 0;
}

/* 0 counts as 1. */
static uint32_t count_cpus(const struct cpupolicy_topology *topology)
{
	const uint32_t levels[] = { topology->threads, topology->cores,
				    topology->modules, topology->dies,
				    topology->packages };
	uint32_t nr = 1;

	for (size_t i = 0; i < 5; i++) {
		uint32_t level = levels[i] ? levels[i] : 1;

		if (level > VMM_CPUS || nr * level > VMM_CPUS)
			return VMM_CPUS + 1;
		nr *= level;
	}
	return nr;
}

int vmm_open(struct vmm *vmm, struct cpupolicy_error *error)
{
	uint32_t nr = count_cpus(&vmm->topology);
	int status;

	vmm->kvm = vmm->fd = -1;
	if (nr > VMM_CPUS)
		return vmm_fail(error, CPUPOLICY_E_RANGE,
				"more than %d virtual CPUs", VMM_CPUS);
	status = open_kvm(vmm, error);
	if (!status)
		status = add_memory(vmm, nr, error);
	for (uint32_t i = 0; i < nr && !status; i++)
		status = add_cpu(vmm, i, error);
	return status;
}

static void *run_cpu(void *arg)
{
	struct vmm_cpu *cpu = arg;

	vmm_cpu_run(cpu, &cpu->error);
	return NULL;
}

static int start(struct vmm_cpu *cpu, struct cpupolicy_error *error)
{
	errno = pthread_create(&cpu->thread, NULL, run_cpu, cpu);
	if (errno)
		return failed(error, "a thread");
	cpu->running = true;
	return 0;
}

static int wait_for(struct vmm_cpu *cpu, struct cpupolicy_error *error)
{
	if (!cpu->running)
		return 0;
	pthread_join(cpu->thread, NULL);
	cpu->running = false;
	if (cpu->error.status)
		*error = cpu->error;
	return cpu->error.status;
}

int vmm_run(struct vmm *vmm, struct cpupolicy_error *error)
{
	bool together = vmm_has_long_mode(vmm->policy);
	int status = 0;

	for (uint32_t i = 0; i < vmm->nr_cpus && !status; i++) {
		status = start(&vmm->cpus[i], error);
		if (!status && !together)
			status = wait_for(&vmm->cpus[i], error);
	}
	for (uint32_t i = 0; i < vmm->nr_cpus; i++) {
		struct cpupolicy_error other;
		int ended = wait_for(&vmm->cpus[i], &other);

		if (ended && !status)
			*error = other;
		status = status ? status : ended;
	}
	return status;
}

void vmm_close(struct vmm *vmm)
{
	for (uint32_t i = 0; i < vmm->nr_cpus; i++) {
		if (vmm->cpus[i].run)
			munmap(vmm->cpus[i].run, vmm->run_size);
		close(vmm->cpus[i].fd);
	}
	if (vmm->fd >= 0)
		close(vmm->fd);
	if (vmm->kvm >= 0)
		close(vmm->kvm);
	if (vmm->memory)
		munmap(vmm->memory, vmm->size);
}
