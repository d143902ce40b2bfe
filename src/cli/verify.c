// SPDX-License-Identifier: MIT
/*
 * verify.c - boot a guest under KVM, and keep what it says. The virtual machine
 * is that of examples/kvm.
 */
#include <cpuid.h>
#include <stdlib.h>

#include "../../examples/kvm/vmm.h"
#include "verify.h"

static void hear_remark(void *arg, uint32_t cpu,
			const struct cpupolicy_kvm_remark *remark)
{
	struct testimony *testimony = arg;

	testimony->remarks = more_room(
		testimony->remarks, &testimony->room_remarks,
		testimony->nr_remarks + 1, sizeof(struct verify_remark));
	testimony->remarks[testimony->nr_remarks++] =
		(struct verify_remark){ cpu, *remark };
}

/* Threads tell of different CPUs: nothing is shared. */
static void hear_line(void *arg, uint32_t cpu, const char *text)
{
	const struct testimony *testimony = arg;

	testimony_line(&testimony->cpus[cpu], text);
}

static int check_done(const struct testimony *testimony)
{
	for (uint32_t i = 0; i < testimony->nr_cpus; i++)
		if (!testimony->cpus[i].done)
			return trouble("CPU %u of the guest did not come to "
				       "its end",
				       (unsigned)i);
	return 0;
}

static int run(struct vmm *vmm, struct testimony *testimony)
{
	struct cpupolicy_error error = { 0 };

	if (vmm_open(vmm, &error) < 0)
		return trouble_of(&error);
	testimony->nr_cpus = vmm->nr_cpus;
	testimony->cpus = more_room(NULL, &(size_t){ 0 }, vmm->nr_cpus,
				    sizeof(*testimony->cpus));
	for (uint32_t i = 0; i < vmm->nr_cpus; i++)
		testimony->cpus[i] = (struct verify_cpu){
			.vcpu = vmm->cpus[i].cpuid,
			.mode = VERIFY_MODES,
		};
	if (vmm_run(vmm, &error) < 0)
		return trouble_of(&error);
	return check_done(testimony);
}

int testify(struct testimony *out, const struct cpupolicy_policy *policy,
	    const struct cpupolicy_topology *topology)
{
	struct vmm *vmm = more_room(NULL, &(size_t){ 0 }, 1, sizeof(*vmm));
	int status;

	*vmm = (struct vmm){
		.policy = policy,
		.topology = *topology,
		.ears = { hear_remark, hear_line, out },
	};
	status = run(vmm, out);
	vmm_close(vmm);
	free(vmm);
	return status;
}

bool verify_host(struct cpupolicy_row *row)
{
	__cpuid_count(row->leaf, row->subleaf, row->eax, row->ebx, row->ecx,
		      row->edx);
	return true;
}
