// SPDX-License-Identifier: MIT
/*
 * cases_machine.c - the lines of a case that make machines: CPUs as a recorder
 * would find them.
 */
#include "cases.h"
#include "corpus.h"
#include "maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct machine *find_machine(struct state *state, const char *name)
{
	for (size_t i = 0; i < state->nr_machines; i++)
		if (!strcmp(state->machines[i].name, name))
			return &state->machines[i];
	complain(state, "there is no machine '%s' yet", name);
	return NULL;
}

struct cpupolicy_row *cpu_row(struct state *state, struct cpu *cpu,
			      uint32_t leaf, uint32_t subleaf)
{
	struct cpupolicy_row *row;

	for (size_t i = 0; i < cpu->nr_rows; i++)
		if (cpu->rows[i].leaf == leaf &&
		    cpu->rows[i].subleaf == subleaf)
			return &cpu->rows[i];
	if (cpu->nr_rows == MAX_ROWS) {
		complain(state, "too many rows");
		return NULL;
	}
	row = &cpu->rows[cpu->nr_rows++];
	memset(row, 0, sizeof(*row));
	row->leaf = leaf;
	row->subleaf = subleaf;
	return row;
}

struct cpupolicy_msr *cpu_msr(struct state *state, struct cpu *cpu,
			      uint32_t index)
{
	for (size_t i = 0; i < cpu->nr_msrs; i++)
		if (cpu->msrs[i].index == index)
			return &cpu->msrs[i];
	if (cpu->nr_msrs == MAX_MSRS) {
		complain(state, "too many MSRs");
		return NULL;
	}
	cpu->msrs[cpu->nr_msrs] = (struct cpupolicy_msr){ .index = index };
	return &cpu->msrs[cpu->nr_msrs++];
}

struct cpu *last_cpu(struct state *state)
{
	return &state->machine->cpus[state->machine->nr_cpus - 1];
}

int set_on_cpu(struct state *state, const struct cpupolicy_address *at,
	       uint32_t value)
{
	uint32_t mask = (uint32_t)((UINT64_C(2) << (at->high - at->low)) - 1);
	struct cpupolicy_row *row;
	struct cpupolicy_msr *msr;
	unsigned int shift = at->low;

	if (value > mask)
		return CPUPOLICY_E_RANGE;
	if (at->space == CPUPOLICY_SPACE_MSR) {
		msr = cpu_msr(state, last_cpu(state), at->leaf);
		if (!msr)
			return BROKEN;
		shift += at->reg == CPUPOLICY_MSR_HI ? 32 : 0;
		msr->value &= ~((uint64_t)mask << shift);
		msr->value |= (uint64_t)value << shift;
		return 0;
	}
	if (at->space != CPUPOLICY_SPACE_CPU)
		return complain(state, "use 'row' for paravirtual leaves");
	row = cpu_row(state, last_cpu(state), at->leaf, at->subleaf);
	if (!row)
		return BROKEN;
	uint32_t *const out[] = { &row->eax, &row->ebx, &row->ecx, &row->edx };

	*out[at->reg] = (*out[at->reg] & ~(mask << shift)) | value << shift;
	return 0;
}

/* drop LEAF[.SUBLEAF]: as if the recorder had not asked */
static int run_drop(struct state *state, const struct words *words)
{
	uint32_t leaf, subleaf;
	struct cpu *cpu;
	size_t kept = 0;
	bool all = !strchr(words->word[1], '.');

	if (!state->machine)
		return complain(state, "rows are dropped from machines");
	if (!read_leaf(state, words->word[1], &leaf, &subleaf))
		return BROKEN;
	cpu = last_cpu(state);
	for (size_t i = 0; i < cpu->nr_rows; i++)
		if (cpu->rows[i].leaf != leaf ||
		    (!all && cpu->rows[i].subleaf != subleaf))
			cpu->rows[kept++] = cpu->rows[i];
	if (kept == cpu->nr_rows)
		return complain(state, "there is no such row");
	cpu->nr_rows = kept;
	return 0;
}

static int run_cpu(struct state *state, const struct words *words)
{
	struct machine *machine = state->machine;

	(void)words;
	if (!machine || machine->nr_cpus == MAX_CPUS)
		return complain(state, "no machine, or too many CPUs");
	machine->cpus[machine->nr_cpus] = machine->cpus[machine->nr_cpus - 1];
	machine->nr_cpus++;
	return 0;
}

int read_record(struct state *state, struct cpupolicy_document *out,
		const char *name)
{
	struct cpupolicy_error error;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", corpus_root(), name);
	if (cpupolicy_document_read(out, path, &error))
		return complain(state, "%s", error.text);
	if (out->kind == CPUPOLICY_DOCUMENT_RECORD)
		return 0;
	cpupolicy_document_clear(out);
	return complain(state, "%s: not a record", name);
}

static int take_record(struct state *state, struct machine *machine,
		       const struct cpupolicy_record *record)
{
	if (record->nr_cores > MAX_CPUS)
		return complain(state, "too many CPUs");
	machine->nr_cpus = record->nr_cores;
	for (size_t i = 0; i < record->nr_cores; i++) {
		const struct cpupolicy_core *core = &record->cores[i];
		struct cpu *cpu = &machine->cpus[i];

		if (core->nr_rows > MAX_ROWS || core->nr_msrs > MAX_MSRS)
			return complain(state, "too many rows");
		cpu->nr_rows = core->nr_rows;
		cpu->nr_msrs = core->nr_msrs;
		if (cpu->nr_rows)
			memcpy(cpu->rows, core->rows,
			       cpu->nr_rows * sizeof(cpu->rows[0]));
		if (cpu->nr_msrs)
			memcpy(cpu->msrs, core->msrs,
			       cpu->nr_msrs * sizeof(cpu->msrs[0]));
	}
	return 0;
}

int set_vendor(struct state *state, struct cpupolicy_row *row,
	       const char *vendor)
{
	if (strlen(vendor) != 12)
		return complain(state, "a vendor has 12 characters");
	spell_maker(row, vendor);
	return 0;
}

/* A machine of no model: both ranges are as long as any CPU's today. */
static int take_vendor(struct state *state, struct machine *machine,
		       const char *vendor)
{
	struct cpu *cpu = &machine->cpus[0];
	struct cpupolicy_row *row = cpu->rows;

	machine->nr_cpus = 1;
	cpu->nr_rows = 3;
	row[0] = (struct cpupolicy_row){ .leaf = 0, .eax = 0x28 };
	row[1] = (struct cpupolicy_row){ .leaf = 1 };
	row[2] =
		(struct cpupolicy_row){ .leaf = 0x80000000, .eax = 0x80000028 };
	return set_vendor(state, &row[0], vendor);
}

static int take_machine(struct state *state, struct machine *machine,
			const struct words *words)
{
	const char *how = words->word[2], *what = words->word[3];
	struct cpupolicy_document document;
	const struct machine *other;
	int status;

	if (!strcmp(how, "vendor"))
		return take_vendor(state, machine, what);
	if (!strcmp(how, "copy")) {
		other = find_machine(state, what);
		if (!other)
			return BROKEN;
		machine->nr_cpus = other->nr_cpus;
		memcpy(machine->cpus, other->cpus, sizeof(other->cpus));
		return 0;
	}
	if (strcmp(how, "record"))
		return complain(state, "expected vendor, record or copy");
	if (read_record(state, &document, what))
		return BROKEN;
	status = take_record(state, machine, document.record);
	cpupolicy_document_clear(&document);
	return status;
}

/* machine NAME vendor VENDOR | record FILE | copy OTHER */
static int run_machine(struct state *state, const struct words *words)
{
	struct machine *machine = &state->machines[state->nr_machines];

	if (state->nr_machines == MAX_MACHINES ||
	    strlen(words->word[1]) >= NAME_BYTES)
		return complain(state, "too many machines, or too long a name");
	if (take_machine(state, machine, words))
		return BROKEN;
	strcpy(machine->name, words->word[1]);
	state->nr_machines++;
	state->machine = machine;
	state->host = NULL;
	return 0;
}

struct cpupolicy_record *machine_record(const struct machine *machine)
{
	struct cpupolicy_record *record = cpupolicy_record_new();

	if (!record)
		abort();
	for (uint32_t i = 0; i < machine->nr_cpus; i++) {
		const struct cpu *cpu = &machine->cpus[i];

		if (cpupolicy_record_add_cpu(record, i, cpu->rows, cpu->nr_rows,
					     cpu->msrs, cpu->nr_msrs))
			abort();
	}
	return record;
}

const struct command machine_commands[] = {
	{ "machine", 3, 3, run_machine },
	{ "cpu", 0, 0, run_cpu },
	{ "drop", 1, 1, run_drop },
	{ NULL, 0, 0, NULL },
};
