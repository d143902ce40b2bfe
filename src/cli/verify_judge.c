// SPDX-License-Identifier: MIT
/*
 * verify_judge.c - compare what a guest saw with what cpupolicy_lookup() says
 * that it sees, and find out where the rest came from.
 */
#include <stdlib.h>
#include <string.h>

#include "verify.h"

const struct verify_mode verify_modes[] = {
	{ "64-bit", "kernel mode, 64 bits" },
	{ "compatibility", "kernel mode, compatibility" },
	{ "user", "user mode, 64 bits" },
	{ "32-bit", "kernel mode, 32 bits" },
};

bool testimony_line(struct verify_cpu *cpu, const char *text)
{
	struct verify_row seen = { .mode = cpu->mode };
	struct cpupolicy_row *row = &seen.row;

	if (strncmp(text, "mode ", 5) == 0) {
		for (cpu->mode = 0; cpu->mode < VERIFY_MODES; cpu->mode++)
			if (strcmp(text + 5, verify_modes[cpu->mode].name) == 0)
				return true;
		return false;
	}
	if (strcmp(text, "done") == 0)
		return cpu->done = true;
	if (cpu->mode == VERIFY_MODES ||
	    sscanf(text, "%x %x %x %x %x %x", &row->leaf, &row->subleaf,
		   &row->eax, &row->ebx, &row->ecx, &row->edx) != 6)
		return false;
	cpu->rows = more_room(cpu->rows, &cpu->room, cpu->nr + 1,
			      sizeof(*cpu->rows));
	cpu->rows[cpu->nr++] = seen;
	return true;
}

void testimony_free(struct testimony *testimony)
{
	for (uint32_t i = 0; i < testimony->nr_cpus; i++)
		free(testimony->cpus[i].rows);
	free(testimony->cpus);
	free(testimony->remarks);
}

/* One row of one CPU in one mode. */
struct scene {
	struct judgement *judgement;
	struct cpupolicy_row promised, seen, host;
	bool has_host;
	uint32_t cpu;
	unsigned mode;
	bool differ; /* beside what follows state or place */
};

static uint32_t register_of(const struct cpupolicy_row *row, unsigned reg)
{
	const uint32_t regs[4] = { row->eax, row->ebx, row->ecx, row->edx };

	return regs[reg % 4u];
}

/* The value of the bits that a difference is about, in another row. */
static uint32_t value_in(const struct cpupolicy_row *row,
			 const struct cpupolicy_address *at)
{
	return register_of(row, at->reg) >> at->low &
	       0xffffffffu >> (31 - (at->high - at->low));
}

static bool same_place(const struct sighting *a, const struct sighting *b)
{
	const struct cpupolicy_address *x = &a->difference.at;
	const struct cpupolicy_address *y = &b->difference.at;

	return x->leaf == y->leaf && a->subleaf == b->subleaf &&
	       x->reg == y->reg && x->low == y->low && x->high == y->high &&
	       a->of_host == b->of_host;
}

/* The same of another CPU or in another mode is one sighting; values that
 * differ from CPU to CPU are the first one's. */
static void add_sighting(struct judgement *judgement,
			 const struct sighting *sighting)
{
	for (size_t i = judgement->nr; i--;) {
		struct sighting *there = &judgement->item[i];

		if (!same_place(there, sighting))
			continue;
		there->modes |= sighting->modes;
		there->cpus |= sighting->cpus;
		return;
	}
	judgement->item = more_room(judgement->item, &judgement->room,
				    judgement->nr + 1, sizeof(*sighting));
	judgement->item[judgement->nr++] = *sighting;
}

/* Bits that nobody knows are one sighting for a register, with all of it. */
static void see(void *arg, const struct cpupolicy_difference *difference)
{
	struct scene *scene = arg;
	struct sighting sighting = {
		.difference = *difference,
		.subleaf = scene->seen.subleaf,
		.modes = 1u << scene->mode,
		.cpus = (uint64_t)1 << scene->cpu,
	};
	struct cpupolicy_address *at = &sighting.difference.at;

	if (!difference->field) {
		at->low = 0;
		at->high = 31;
		sighting.difference.a = value_in(&scene->promised, at);
		sighting.difference.b = value_in(&scene->seen, at);
	}
	sighting.of_host = scene->has_host &&
			   value_in(&scene->host, at) == sighting.difference.b;
	add_sighting(scene->judgement, &sighting);
}

static void look_beyond_state(void *arg,
			      const struct cpupolicy_difference *difference)
{
	const struct cpupolicy_field *field = difference->field;

	if (!field || (field->expose != CPUPOLICY_EXPOSE_VCPU &&
		       field->expose != CPUPOLICY_EXPOSE_RUNTIME))
		*(bool *)arg = true;
}

/* Rows of leaves that no CPU's place or clock is in. */
static bool same_machine(const struct cpupolicy_row *a,
			 const struct cpupolicy_row *b,
			 enum cpupolicy_vendor_id vendor)
{
	bool differ = false;

	cpupolicy_row_differences(a, b, vendor, look_beyond_state, &differ);
	return !differ;
}

static bool same_registers(const struct cpupolicy_row *a,
			   const struct cpupolicy_row *b)
{
	return a->eax == b->eax && a->ebx == b->ebx && a->ecx == b->ecx &&
	       a->edx == b->edx;
}

static void judge_row(struct scene *scene, enum cpupolicy_vendor_id vendor)
{
	struct judgement *judgement = scene->judgement;
	const struct cpupolicy_row *seen = &scene->seen;

	judgement->mode[scene->mode].rows++;
	if (!same_registers(&scene->promised, seen)) {
		judgement->mode[scene->mode].differ++;
		cpupolicy_row_differences(&scene->promised, seen, vendor, see,
					  scene);
	}
	if (!scene->has_host ||
	    strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, seen->leaf,
				       seen->subleaf),
		   "slot") != 0 ||
	    same_machine(&scene->promised, &scene->host, vendor))
		return;
	judgement->mode[scene->mode].telling++;
	if (same_machine(&scene->host, seen, vendor))
		judgement->mode[scene->mode].of_host++;
}

static bool ignores_ecx(uint32_t leaf)
{
	return !cpupolicy_leaf_has_subleaves(leaf) && leaf >> 28 != 4 &&
	       strcmp(cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, leaf, 0),
		      "unknown") != 0;
}

static struct cpupolicy_row promise(const struct cpupolicy_policy *policy,
				    const struct verify_cpu *cpu, uint32_t leaf,
				    uint32_t subleaf)
{
	struct cpupolicy_row row = { .leaf = leaf, .subleaf = subleaf };
	struct cpupolicy_vcpu vcpu = cpu->vcpu;
	struct cpupolicy_registers out;

	/* KVM's tables know no modes: see cpupolicy_kvm_entries() */
	vcpu.mode64 = true;
	cpupolicy_lookup(&out, policy, &vcpu, leaf, subleaf);
	row.eax = out.eax;
	row.ebx = out.ebx;
	row.ecx = out.ecx;
	row.edx = out.edx;
	return row;
}

/*
 * Beyond its leaves Intel's CPUs answer with the highest basic one. If that is
 * what this policy promises and what the guest sees, a difference is the one of
 * that leaf, and not another.
 */
static bool is_echo(const struct cpupolicy_policy *policy,
		    const struct verify_cpu *cpu, const struct verify_row *seen)
{
	uint32_t leaf = seen->row.leaf, subleaf = seen->row.subleaf;
	uint32_t last = promise(policy, cpu, 0, 0).eax;
	struct cpupolicy_row here = promise(policy, cpu, leaf, subleaf);
	struct cpupolicy_row there = promise(policy, cpu, last, subleaf);

	if (leaf <= last || !same_registers(&here, &there))
		return false;
	if (ignores_ecx(last))
		subleaf = 0;
	for (size_t i = 0; i < cpu->nr; i++)
		if (cpu->rows[i].mode == seen->mode &&
		    cpu->rows[i].row.leaf == last &&
		    cpu->rows[i].row.subleaf == subleaf)
			return same_registers(&cpu->rows[i].row, &seen->row);
	return false;
}

static void judge_cpu(struct judgement *out, const struct verify_cpu *cpu,
		      uint32_t number, const struct cpupolicy_policy *policy,
		      bool (*host)(struct cpupolicy_row *row))
{
	enum cpupolicy_vendor_id vendor = cpupolicy_policy_vendor(policy);

	for (size_t i = 0; i < cpu->nr; i++) {
		const struct verify_row *seen = &cpu->rows[i];
		struct scene scene = {
			.judgement = out,
			.promised = promise(policy, cpu, seen->row.leaf,
					    seen->row.subleaf),
			.seen = seen->row,
			.host = { .leaf = seen->row.leaf,
				  .subleaf = seen->row.subleaf },
			.cpu = number,
			.mode = seen->mode,
		};

		if (!same_registers(&scene.promised, &seen->row) &&
		    is_echo(policy, cpu, seen)) {
			out->mode[seen->mode].rows++;
			continue;
		}
		scene.has_host = host(&scene.host);
		/* whatever was in ECX: it is the same row */
		if (ignores_ecx(seen->row.leaf))
			scene.promised.subleaf = scene.seen.subleaf =
				scene.host.subleaf = 0;
		judge_row(&scene, vendor);
	}
}

static int compare_sightings(const void *left, const void *right)
{
	const struct sighting *l = left, *r = right;
	const struct cpupolicy_address *a = &l->difference.at;
	const struct cpupolicy_address *b = &r->difference.at;

	if (a->leaf != b->leaf)
		return a->leaf < b->leaf ? -1 : 1;
	if (l->subleaf != r->subleaf)
		return l->subleaf < r->subleaf ? -1 : 1;
	if (a->reg != b->reg)
		return a->reg < b->reg ? -1 : 1;
	return (int)a->low - (int)b->low;
}

void judge(struct judgement *out, const struct testimony *testimony,
	   const struct cpupolicy_policy *policy,
	   bool (*host)(struct cpupolicy_row *row))
{
	*out = (struct judgement){ 0 };
	for (uint32_t i = 0; i < testimony->nr_cpus; i++)
		judge_cpu(out, &testimony->cpus[i], i, policy, host);
	if (out->nr)
		qsort(out->item, out->nr, sizeof(*out->item),
		      compare_sightings);
	for (size_t i = 0; i < testimony->nr_remarks; i++)
		out->changed += testimony->remarks[i].remark.what !=
				CPUPOLICY_KVM_RUNTIME;
}

void judgement_free(struct judgement *judgement)
{
	free(judgement->item);
}

bool not_intercepted(const struct judgement *judgement, unsigned mode)
{
	return judgement->mode[mode].telling &&
	       judgement->mode[mode].of_host == judgement->mode[mode].telling;
}
