// SPDX-License-Identifier: MIT
/*
 * kvm_entries.c - a policy as what KVM_SET_CPUID2 and KVM_SET_MSRS take.
 */
#include <string.h>

#include "kvm.h"

struct asked {
	const struct cpupolicy_policy *policy;
	struct cpupolicy_vcpu vcpu;
};

static void answer(const struct asked *asked, struct cpupolicy_row *row)
{
	struct cpupolicy_registers out;

	cpupolicy_lookup(&out, asked->policy, &asked->vcpu, row->leaf,
			 row->subleaf);
	row->eax = out.eax;
	row->ebx = out.ebx;
	row->ecx = out.ecx;
	row->edx = out.edx;
}

/*
 * As a guest walks CPUID that is told of a hypervisor, so that it looks for its
 * leaves. Intel's CPUs answer leaves that are not there with the highest basic
 * one: no section begins there, whatever it seems to say.
 */
static void ask(void *arg, struct cpupolicy_row *row)
{
	answer(arg, row);
	if (row->leaf == 1)
		row->ecx |= 0x80000000;
	if ((row->leaf & 0xf00000ff) == 0x40000000 &&
	    row->eax - row->leaf > 0xff && !cpupolicy__section_of_row(row))
		row->eax = row->ebx = row->ecx = row->edx = 0;
}

static struct kvm_cpuid_entry2 entry_of(const struct cpupolicy_row *row)
{
	struct kvm_cpuid_entry2 entry = {
		.function = row->leaf,
		.index = row->subleaf,
		.eax = row->eax,
		.ebx = row->ebx,
		.ecx = row->ecx,
		.edx = row->edx,
	};

	if (cpupolicy_leaf_has_subleaves(row->leaf) || row->subleaf)
		entry.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	return entry;
}

int cpupolicy_kvm_entries(struct kvm_cpuid_entry2 *entries, size_t room,
			  const struct cpupolicy_policy *policy,
			  const struct cpupolicy_vcpu *vcpu)
{
	struct asked asked = { policy, *vcpu };
	struct cpupolicy__rows rows = { 0 };
	size_t nr = 0;
	int status;

	/* KVM does not follow the mode, and 64-bit code looks at SYSCALL */
	asked.vcpu.mode64 = true;
	status = cpupolicy__walk(&rows, ask, &asked);
	for (size_t i = 0; i < rows.nr && status == 0; i++) {
		struct cpupolicy_row row = rows.row[i];

		answer(&asked, &row);
		cpupolicy__row_redact(&row);
		if (!(row.eax | row.ebx | row.ecx | row.edx))
			continue;
		if (nr == CPUPOLICY_KVM_ENTRIES)
			status = CPUPOLICY_E_RANGE;
		else if (nr == room)
			status = CPUPOLICY_E_SPACE;
		else
			entries[nr++] = entry_of(&row);
	}
	cpupolicy__rows_clear(&rows);
	if (status == 0 && nr == 0)
		status = CPUPOLICY_E_EMPTY;
	return status < 0 ? status : (int)nr;
}

/* Does some feature of the policy say that this MSR exists, or need none? KVM
 * shows every guest a PLATFORM_INFO, with CPUID faulting if it is not told. */
static bool exists(const struct cpupolicy_policy *policy, uint32_t index)
{
	const struct cpupolicy_field *field, *gate;

	for (uint32_t i = 0; (field = cpupolicy_field_at(i)); i++) {
		if (field->at.space != CPUPOLICY_SPACE_MSR ||
		    field->at.leaf != index)
			continue;
		if (!field->gate[0])
			return true;
		gate = cpupolicy_field_find(field->gate, strlen(field->gate));
		if (gate && cpupolicy_field_get(policy, gate))
			return true;
	}
	return false;
}

int cpupolicy_kvm_msrs(struct kvm_msr_entry *msrs, size_t room,
		       const struct cpupolicy_policy *policy)
{
	struct cpupolicy_msr msr;
	size_t nr = 0;

	for (uint32_t i = 0; cpupolicy_policy_msr_at(&msr, policy, i) > 0;
	     i++) {
		if (!msr.value && !exists(policy, msr.index))
			continue;
		if (nr == room)
			return CPUPOLICY_E_SPACE;
		msrs[nr++] = (struct kvm_msr_entry){
			.index = msr.index,
			.data = msr.value,
		};
	}
	return (int)nr;
}

uint64_t cpupolicy_kvm_xstate(const struct cpupolicy_policy *policy)
{
	/* Linux arch/x86/include/asm/fpu/types.h, XFEATURE_MASK_USER_DYNAMIC */
	const uint64_t dynamic = 1u << 18;
	struct cpupolicy_row row = { .leaf = 0xd };

	cpupolicy_policy_get_row(&row, policy);
	return row.eax & dynamic;
}
