// SPDX-License-Identifier: MIT
/*
 * record_of_policy.c - a policy as the rows that a guest would see, for formats
 * that know only rows.
 */
#include <stdlib.h>
#include <string.h>

#include "host.h"

/** struct making - a record being made */
struct making {
	const struct cpupolicy_policy *policy;
	const struct cpupolicy_field *hypervisor; /* the bit */
	struct cpupolicy__rows all;		  /* that have a place */
	struct cpupolicy__rows asked; /* by one who walks all leaves */
	struct cpupolicy__rows rows, known;
	struct cpupolicy_msr msrs[CPUPOLICY__MAX_MSRS];
	size_t nr_msrs;
};

static struct cpupolicy_row *find(const struct cpupolicy__rows *rows,
				  uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].leaf == leaf &&
		    rows->row[i].subleaf == subleaf)
			return &rows->row[i];
	return NULL;
}

/*
 * How far a section must move. Those that a hypervisor supplies have no place
 * of their own, and look as if they were all at the first.
 */
static uint32_t room_for(const struct making *making, uint32_t base)
{
	uint32_t shift = 0;

	while (find(&making->all, base + shift, 0))
		shift += 0x100;
	return shift;
}

/* Absent sections are left out: their rows follow a row without signature. */
static int collect_rows(struct making *making)
{
	struct cpupolicy_row row;
	bool present = false;
	uint32_t shift = 0;
	int status = 0;

	for (uint32_t i = 0;
	     cpupolicy_policy_row_at(&row, making->policy, i) && status == 0;
	     i++) {
		if (row.leaf >> 16 != 0x4000) {
			status = cpupolicy__rows_add(&making->all, &row);
			continue;
		}
		if (row.leaf % 0x100 == 0) {
			present = cpupolicy__section_of_row(&row) != NULL;
			shift = room_for(making, row.leaf);
			if (row.eax)
				row.eax += shift;
		}
		row.leaf += shift;
		if (present)
			status = cpupolicy__rows_add(&making->all, &row);
	}
	return status;
}

/* Every virtual machine has it: it tells a guest's rows from a host's. */
static void set_hypervisor(struct making *making)
{
	struct cpupolicy_row *row;

	making->hypervisor =
		cpupolicy_field_find("hypervisor", strlen("hypervisor"));
	row = find(&making->all, making->hypervisor->at.leaf, 0);
	/* some CPUs have leaf 0 alone */
	if (find(&making->all, 0, 0)->eax < row->leaf &&
	    !(row->eax | row->ebx | row->ecx | row->edx))
		return;
	row->ecx |= cpupolicy__bits(&making->hypervisor->at);
}

static void answer(void *arg, struct cpupolicy_row *row)
{
	const struct making *making = arg;
	const struct cpupolicy_row *found =
		find(&making->all, row->leaf, row->subleaf);

	if (found)
		*row = *found;
}

/* What a guest's virtual CPU or its operating system decides. */
static bool is_open(const struct cpupolicy_field *field,
		    enum cpupolicy_vendor_id vendor)
{
	return field->at.space == CPUPOLICY_SPACE_CPU &&
	       field->level == CPUPOLICY_LEVEL_ZERO &&
	       (field->expose == CPUPOLICY_EXPOSE_VCPU ||
		field->expose == CPUPOLICY_EXPOSE_RUNTIME) &&
	       cpupolicy_field_of(&field->at, vendor) == field;
}

static void forget(struct cpupolicy__rows *known,
		   const struct cpupolicy_field *field)
{
	struct cpupolicy_row *row =
		find(known, field->at.leaf, field->at.subleaf);
	uint32_t *const regs[4] = {
		row ? &row->eax : NULL,
		row ? &row->ebx : NULL,
		row ? &row->ecx : NULL,
		row ? &row->edx : NULL,
	};

	if (row)
		*regs[field->at.reg % 4u] &= ~cpupolicy__bits(&field->at);
}

static int make_known(struct making *making)
{
	enum cpupolicy_vendor_id vendor =
		cpupolicy_policy_vendor(making->policy);
	const struct cpupolicy_field *field;
	int status = 0;

	for (size_t i = 0; i < making->rows.nr && status == 0; i++) {
		struct cpupolicy_row row = making->rows.row[i];

		row.eax = row.ebx = row.ecx = row.edx = 0xffffffffu;
		status = cpupolicy__rows_add(&making->known, &row);
	}
	for (uint32_t i = 0; (field = cpupolicy_field_at(i)); i++)
		if (is_open(field, vendor) && field != making->hypervisor)
			forget(&making->known, field);
	return status;
}

/* Rows that say something, and those that somebody would ask for. */
static int choose_rows(struct making *making)
{
	int status = cpupolicy__walk(&making->asked, answer, making);

	for (size_t i = 0; i < making->all.nr && status == 0; i++) {
		const struct cpupolicy_row *row = &making->all.row[i];

		if (row->eax | row->ebx | row->ecx | row->edx ||
		    find(&making->asked, row->leaf, row->subleaf))
			status = cpupolicy__rows_add(&making->rows, row);
	}
	return status;
}

static void add_missing(void *arg, const struct cpupolicy_finding *finding)
{
	struct making *making = arg;

	if (finding->code == CPUPOLICY_F_NOT_RECORDED &&
	    finding->at.space == CPUPOLICY_SPACE_MSR &&
	    making->nr_msrs < CPUPOLICY__MAX_MSRS)
		making->msrs[making->nr_msrs++].index = finding->at.leaf;
}

/* MSRs that say something, and those that a guest's rows are not complete
 * without. */
static void collect_msrs(struct making *making)
{
	static const struct cpupolicy_hostset_options guest = { .guest = true };
	struct cpupolicy_policy again;
	struct cpupolicy_msr msr;

	for (uint32_t i = 0; cpupolicy_policy_msr_at(&msr, making->policy, i) &&
			     making->nr_msrs < CPUPOLICY__MAX_MSRS;
	     i++)
		if (msr.value)
			making->msrs[making->nr_msrs++] = msr;
	cpupolicy_hostset(&again, making->rows.row, making->rows.nr,
			  making->msrs, making->nr_msrs, &guest, add_missing,
			  making);
}

static int fill_record(struct cpupolicy_record *record,
		       const struct making *making, const char *name)
{
	const struct cpupolicy_core core = {
		.rows = making->rows.row,
		.nr_rows = making->rows.nr,
		.known = making->known.row,
		.msrs = (struct cpupolicy_msr *)making->msrs,
		.nr_msrs = making->nr_msrs,
	};

	if (cpupolicy__set_string(&record->name, name) < 0 ||
	    cpupolicy__set_string(&record->how, "policy") < 0 ||
	    cpupolicy_record_note(
		    record,
		    "made of a policy, so what a virtual CPU or its operating "
		    "system adds is not recorded; the hypervisor bit is set, "
		    "as in every virtual machine") < 0)
		return CPUPOLICY_E_MEMORY;
	return cpupolicy__record_add_cpu(record, 0, &core);
}

struct cpupolicy_record *
cpupolicy_record_of_policy(const struct cpupolicy_policy *policy,
			   const char *name)
{
	struct making *making = calloc(1, sizeof(*making));
	struct cpupolicy_record *record = cpupolicy_record_new();
	int status = CPUPOLICY_E_MEMORY;

	if (making && record) {
		making->policy = policy;
		status = collect_rows(making);
	}
	if (status == 0) {
		set_hypervisor(making);
		status = choose_rows(making);
	}
	if (status == 0)
		status = make_known(making);
	if (status == 0)
		collect_msrs(making);
	if (status == 0)
		status = fill_record(record, making, name);
	if (making) {
		cpupolicy__rows_clear(&making->all);
		cpupolicy__rows_clear(&making->asked);
		cpupolicy__rows_clear(&making->rows);
		cpupolicy__rows_clear(&making->known);
	}
	free(making);
	if (status == 0)
		return record;
	cpupolicy_record_free(record);
	return NULL;
}
