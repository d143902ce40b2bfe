// SPDX-License-Identifier: MIT
/*
 * probe_kvm.c - what this machine's KVM says it can give a guest.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kvm_fd.h"

#if CPUPOLICY__HAVE_KVM
#include <sys/ioctl.h>

static const char device[] = "/dev/kvm";

#define TILE_DATA  ((uint64_t)1 << 18)
#define AMX_STATES ((uint64_t)3 << 17)

static void note(void *arg, const struct cpupolicy_kvm_remark *remark)
{
	char text[256];

	cpupolicy_record_note(
		arg, "KVM_GET_SUPPORTED_CPUID: %s",
		cpupolicy_kvm_remark_text(text, sizeof(text), remark));
}

static int out_of(struct cpupolicy_error *error, const char *what, int status)
{
	if (status == CPUPOLICY_E_MEMORY)
		return cpupolicy__no_memory(error, "KVM");
	return cpupolicy__fail(error, CPUPOLICY_E_IO, "KVM: %s: %s", what,
			       status == CPUPOLICY_E_EMPTY
				       ? "all that it says is zero"
				       : cpupolicy_strerror(status));
}

/* Rows of one of KVM's tables; how many, or a status. The caller frees them. */
static int rows_of(struct cpupolicy_row **rows, const struct kvm_cpuid2 *table,
		   cpupolicy_kvm_sink *sink, void *arg)
{
	int nr = CPUPOLICY_E_MEMORY;

	*rows = calloc(table->nent + 1u, sizeof(**rows));
	if (*rows)
		nr = cpupolicy_kvm_rows(*rows, table->nent, table->entries,
					table->nent, sink, arg);
	return nr;
}

static void add_names(char *list, size_t size, const struct cpupolicy_row *row,
		      unsigned reg, uint32_t bits)
{
	struct cpupolicy_address at = {
		.leaf = row->leaf,
		.subleaf = (uint16_t)row->subleaf,
		.reg = (uint8_t)reg,
	};

	for (uint8_t bit = 0; bit < 32; bit++) {
		const struct cpupolicy_field *field;
		char text[CPUPOLICY_ADDRESS_TEXT];
		size_t length = strlen(list);

		if (!(bits >> bit & 1))
			continue;
		at.high = at.low = bit;
		field = cpupolicy_field_of(&at, CPUPOLICY_VENDOR_UNKNOWN);
		snprintf(list + length, size - length, "%s%s",
			 length ? ", " : "",
			 field ? field->name
			       : cpupolicy_address_text(text, &at));
	}
}

/*
 * Features of leaves that KVM supports, too. Leaf 0 of that table only says
 * how far it goes.
 */
static void add_emulated(struct cpupolicy_record *record,
			 struct cpupolicy_row *to,
			 const struct cpupolicy_row *row, bool take)
{
	uint32_t *const regs[] = { &to->eax, &to->ebx, &to->ecx, &to->edx };
	char list[256] = "";

	for (unsigned reg = CPUPOLICY_EAX; reg <= CPUPOLICY_EDX; reg++) {
		uint32_t more = cpupolicy__row_register(row, reg) & ~*regs[reg];

		add_names(list, sizeof(list), row, reg, more);
		if (take)
			*regs[reg] |= more;
	}
	if (*list)
		cpupolicy_record_note(record, "KVM emulates%s: %s",
				      take ? "" : ", and does not recommend",
				      list);
}

static void read_emulated(struct cpupolicy_record *record, int kvm,
			  struct cpupolicy_row *rows, int nr, bool take)
{
	struct cpupolicy_row *emulated = NULL;
	struct kvm_cpuid2 *table = NULL;
	int nr_emulated = 0;

	/* older than Linux 3.16, or not this build's */
	if (cpupolicy_kvm_get_emulated(&table, kvm, NULL) == 0)
		nr_emulated = rows_of(&emulated, table, NULL, NULL);
	for (int i = 0; i < nr_emulated; i++)
		for (int j = 0; j < nr && emulated[i].leaf; j++)
			if (rows[j].leaf == emulated[i].leaf &&
			    rows[j].subleaf == emulated[i].subleaf)
				add_emulated(record, &rows[j], &emulated[i],
					     take);
	free(emulated);
	free(table);
}

/* Before KVM is asked what it supports: without, it says nothing of AMX. */
static void ask_for_amx(struct cpupolicy_record *record)
{
	struct cpupolicy_error error;

	if (!(cpupolicy__xstate_supported() & TILE_DATA))
		return;
	if (cpupolicy_kvm_request_xstate(TILE_DATA, &error) < 0)
		cpupolicy_record_note(record, "%s", error.text);
	else
		cpupolicy_record_note(record, "asked with the permission for "
					      "guests to use AMX");
}

static void look_for_amx(struct cpupolicy_record *record,
			 const struct cpupolicy_row *rows, int nr)
{
	uint64_t components = 0;
	bool tiles = false;

	for (int i = 0; i < nr; i++) {
		if (rows[i].leaf == 7 && rows[i].subleaf == 0)
			tiles = rows[i].edx >> 24 & 1;
		if (rows[i].leaf == 0xd && rows[i].subleaf == 0)
			components = rows[i].eax;
	}
	if (tiles && (components & AMX_STATES) != AMX_STATES)
		cpupolicy_record_note(record,
				      "KVM has AMX (7.0:edx[24]) without its "
				      "state components: guests cannot use it");
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
	msrs = calloc(list->nmsrs + 1u, sizeof(*msrs));
	for (uint32_t i = 0; msrs && i < list->nmsrs; i++) {
		msrs[*nr].index = list->indices[i];
		if (cpupolicy__kvm_get_msr(&msrs[*nr].value, kvm,
					   list->indices[i]))
			++*nr;
		else
			cpupolicy_record_note(record,
					      "feature MSR 0x%x was not read",
					      (unsigned)list->indices[i]);
	}
	free(list);
	return msrs;
}

static int fill(struct cpupolicy_record *record, int kvm,
		const struct kvm_cpuid2 *table, bool emulated)
{
	struct cpupolicy_row *rows = NULL;
	struct cpupolicy_msr *msrs;
	size_t nr_msrs;
	int nr = rows_of(&rows, table, note, record), status = nr;

	if (nr >= 0)
		status = cpupolicy__describe_machine(record,
						     "KVM_GET_SUPPORTED_CPUID");
	if (status == 0) {
		look_for_amx(record, rows, nr);
		read_emulated(record, kvm, rows, nr, emulated);
		msrs = read_msrs(&nr_msrs, kvm, record);
		status = cpupolicy_record_add_cpu(record, 0, rows, (size_t)nr,
						  msrs, nr_msrs);
		free(msrs);
	}
	free(rows);
	return status;
}

int cpupolicy_kvm_record(struct cpupolicy_record **out, int kvm, bool emulated,
			 struct cpupolicy_error *error)
{
	struct cpupolicy_record *record;
	struct kvm_cpuid2 *table = NULL;
	int status;

	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return cpupolicy__fail(error, CPUPOLICY_E_UNSUPPORTED,
				       "KVM: is not of API version %d",
				       KVM_API_VERSION);
	record = cpupolicy_record_new();
	if (!record)
		return cpupolicy__no_memory(error, "KVM");
	ask_for_amx(record);
	status = cpupolicy_kvm_get_supported(&table, kvm, error);
	if (status == 0) {
		status = fill(record, kvm, table, emulated);
		if (status < 0)
			status = out_of(error, "KVM_GET_SUPPORTED_CPUID",
					status);
	}
	free(table);
	if (status < 0)
		cpupolicy_record_free(record);
	else
		*out = record;
	return status;
}

int cpupolicy_record_probe_kvm(struct cpupolicy_record **out,
			       struct cpupolicy_error *error)
{
	int kvm = open(device, O_RDWR | O_CLOEXEC), status;

	if (kvm < 0)
		return cpupolicy__fail_at(error, CPUPOLICY_E_IO, device, 0, 0,
					  "cannot open it: %s",
					  strerror(errno));
	status = cpupolicy_kvm_record(out, kvm, false, error);
	close(kvm);
	return status;
}
#else
int cpupolicy_kvm_record(struct cpupolicy_record **out, int kvm, bool emulated,
			 struct cpupolicy_error *error)
{
	struct kvm_cpuid2 *none;

	(void)out, (void)emulated;
	return cpupolicy_kvm_get_supported(&none, kvm, error);
}

int cpupolicy_record_probe_kvm(struct cpupolicy_record **out,
			       struct cpupolicy_error *error)
{
	return cpupolicy_kvm_record(out, -1, false, error);
}
#endif
