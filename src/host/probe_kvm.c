/* SPDX-License-Identifier: MIT */
/*
 * probe_kvm.c - what this machine's KVM says it can give a guest.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__i386__))
#include <linux/kvm.h>
#include <sys/ioctl.h>

static const char device[] = "/dev/kvm";

static int fail(struct cpupolicy_error *error, const char *what)
{
	return cpupolicy__fail_at(error, CPUPOLICY_E_IO, device, 0, 0, "%s: %s",
				  what, strerror(errno));
}

/* KVM says E2BIG and not how many rows it has: ask with more room. */
static int get_cpuid(struct kvm_cpuid2 **out, int kvm,
		     struct cpupolicy_error *error)
{
	for (uint32_t room = 128; room <= CPUPOLICY__MAX_ROWS; room *= 2) {
		struct kvm_cpuid2 *cpuid;

		cpuid = calloc(1, sizeof(*cpuid) +
					  room * sizeof(cpuid->entries[0]));
		if (!cpuid)
			return cpupolicy__no_memory(error, device);
		cpuid->nent = room;
		if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid) == 0 &&
		    cpuid->nent <= room) {
			*out = cpuid;
			return 0;
		}
		free(cpuid);
		if (errno != E2BIG)
			break;
	}
	return fail(error, "KVM_GET_SUPPORTED_CPUID");
}

static int read_rows(struct cpupolicy__rows *rows, int kvm,
		     struct cpupolicy_error *error)
{
	struct kvm_cpuid2 *cpuid = NULL;
	int status = get_cpuid(&cpuid, kvm, error);

	if (status < 0)
		return status;
	for (uint32_t i = 0; i < cpuid->nent && status == 0; i++) {
		const struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
		struct cpupolicy_row row = {
			.leaf = entry->function,
			.eax = entry->eax,
			.ebx = entry->ebx,
			.ecx = entry->ecx,
			.edx = entry->edx,
		};

		if (entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX)
			row.subleaf = entry->index;
		cpupolicy__row_redact(&row);
		status = cpupolicy__rows_add(rows, &row);
	}
	free(cpuid);
	return status < 0 ? cpupolicy__no_memory(error, device) : 0;
}

static struct kvm_msr_list *get_msr_list(int kvm)
{
	struct kvm_msr_list probe = { 0 }, *list;

	/* it fails, and says how many there are */
	if (ioctl(kvm, KVM_GET_MSR_FEATURE_INDEX_LIST, &probe) == 0 ||
	    errno != E2BIG || probe.nmsrs > CPUPOLICY__MAX_MSRS)
		return NULL;
	list = calloc(1, sizeof(*list) + probe.nmsrs * sizeof(uint32_t));
	if (!list)
		return NULL;
	list->nmsrs = probe.nmsrs;
	if (ioctl(kvm, KVM_GET_MSR_FEATURE_INDEX_LIST, list) == 0 &&
	    list->nmsrs <= probe.nmsrs)
		return list;
	free(list);
	return NULL;
}

/* One at a time: of several KVM stops at the first it cannot read. */
static bool get_msr(struct cpupolicy_msr *msr, int kvm, uint32_t index)
{
	struct kvm_msrs *one;
	bool got;

	one = calloc(1, sizeof(*one) + sizeof(one->entries[0]));
	if (!one)
		return false;
	one->nmsrs = 1;
	one->entries[0].index = index;
	got = ioctl(kvm, KVM_GET_MSRS, one) == 1;
	*msr = (struct cpupolicy_msr){
		.index = index,
		.value = one->entries[0].data,
	};
	free(one);
	return got;
}

/* Kernels before 4.17 have no feature MSRs: a note, and none. */
static struct cpupolicy_msr *read_msrs(size_t *nr, int kvm,
				       struct cpupolicy_record *record)
{
	struct kvm_msr_list *list = get_msr_list(kvm);
	struct cpupolicy_msr *msrs;

	*nr = 0;
	if (!list) {
		cpupolicy_record_note(record, "feature MSRs were not read: %s",
				      "KVM_GET_MSR_FEATURE_INDEX_LIST");
		return NULL;
	}
	msrs = calloc(list->nmsrs + 1, sizeof(*msrs));
	for (uint32_t i = 0; msrs && i < list->nmsrs; i++)
		if (get_msr(&msrs[*nr], kvm, list->indices[i]))
			++*nr;
	free(list);
	return msrs;
}

static int read_kvm(struct cpupolicy_record *record, int kvm,
		    struct cpupolicy_error *error)
{
	struct cpupolicy__rows rows = { 0 };
	struct cpupolicy_msr *msrs;
	size_t nr_msrs;
	int status;

	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return cpupolicy__fail_at(
			error, CPUPOLICY_E_UNSUPPORTED, device, 0, 0,
			"is not KVM of API version %d", KVM_API_VERSION);
	status = read_rows(&rows, kvm, error);
	if (status < 0)
		goto out;
	if (cpupolicy__describe_machine(record, "KVM_GET_SUPPORTED_CPUID") < 0)
		status = CPUPOLICY_E_MEMORY;
	msrs = read_msrs(&nr_msrs, kvm, record);
	if (status == 0)
		status = cpupolicy_record_add_cpu(record, 0, rows.row, rows.nr,
						  msrs, nr_msrs);
	free(msrs);
	if (status < 0)
		cpupolicy__no_memory(error, device);
out:
	cpupolicy__rows_clear(&rows);
	return status;
}

int cpupolicy_record_probe_kvm(struct cpupolicy_record **out,
			       struct cpupolicy_error *error)
{
	struct cpupolicy_record *record;
	int kvm = open(device, O_RDWR | O_CLOEXEC), status;

	if (kvm < 0)
		return fail(error, "cannot open it");
	record = cpupolicy_record_new();
	status = record ? read_kvm(record, kvm, error)
			: cpupolicy__no_memory(error, device);
	close(kvm);
	if (status < 0)
		cpupolicy_record_free(record);
	else
		*out = record;
	return status;
}
#else
int cpupolicy_record_probe_kvm(struct cpupolicy_record **out,
			       struct cpupolicy_error *error)
{
	(void)out;
	return cpupolicy__fail(error, CPUPOLICY_E_UNSUPPORTED,
			       "this machine: KVM of x86 runs on x86 only");
}
#endif
