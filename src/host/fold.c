/* SPDX-License-Identifier: MIT */
/*
 * fold.c - find out which CPUs of a machine say the same, but for what varies
 * from CPU to CPU by its nature: topology, run-time state, serial numbers.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static bool varies(const struct cpupolicy_field *field)
{
	return field->at.space == CPUPOLICY_SPACE_CPU &&
	       (field->expose == CPUPOLICY_EXPOSE_VCPU ||
		field->expose == CPUPOLICY_EXPOSE_RUNTIME);
}

/* Keep the few fields that vary at hand: every row is compared with them. */
static int find_varying(struct cpupolicy__record *whole)
{
	uint32_t count = cpupolicy_field_count();

	if (whole->varying)
		return 0;
	whole->varying = calloc(count + 1, sizeof(whole->varying[0]));
	if (!whole->varying)
		return CPUPOLICY_E_MEMORY;
	for (uint32_t i = 0; i < count; i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		if (varies(field))
			whole->varying[whole->nr_varying++] = field;
	}
	return 0;
}

static bool leaf_varies(const struct cpupolicy_row *row)
{
	static const char *const fates[] = { "vcpu", "runtime", "private" };
	const char *fate = cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, row->leaf,
					       row->subleaf);

	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++)
		if (strcmp(fate, fates[i]) == 0)
			return true;
	return false;
}

struct cpupolicy_row
cpupolicy__row_steady(const struct cpupolicy_record *record,
		      const struct cpupolicy_row *row)
{
	const struct cpupolicy__record *whole =
		(const struct cpupolicy__record *)record;
	uint32_t reg[4] = { row->eax, row->ebx, row->ecx, row->edx };
	struct cpupolicy_row out = { row->leaf, row->subleaf, 0, 0, 0, 0 };

	if (leaf_varies(row))
		return out;
	for (size_t i = 0; i < whole->nr_varying; i++) {
		const struct cpupolicy_address *at = &whole->varying[i]->at;

		if (at->leaf == row->leaf && at->subleaf == row->subleaf)
			reg[at->reg % 4u] &= ~cpupolicy__bits(at);
	}
	out.eax = reg[CPUPOLICY_EAX];
	out.ebx = reg[CPUPOLICY_EBX];
	out.ecx = reg[CPUPOLICY_ECX];
	out.edx = reg[CPUPOLICY_EDX];
	return out;
}

/* FNV-1a, by words. Never 0. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	return (hash ^ word) * 0x100000001b3u;
}

static uint64_t hash_of(const struct cpupolicy__record *whole,
			const struct cpupolicy_core *core)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < core->nr_rows; i++) {
		struct cpupolicy_row row =
			cpupolicy__row_steady(&whole->record, &core->rows[i]);

		hash = mix(hash, (uint64_t)row.leaf << 32 | row.subleaf);
		hash = mix(hash, (uint64_t)row.eax << 32 | row.ebx);
		hash = mix(hash, (uint64_t)row.ecx << 32 | row.edx);
		hash ^= hash >> 29;
	}
	return hash | 1;
}

static bool same_row(const struct cpupolicy_row *a,
		     const struct cpupolicy_row *b)
{
	return a->leaf == b->leaf && a->subleaf == b->subleaf &&
	       a->eax == b->eax && a->ebx == b->ebx && a->ecx == b->ecx &&
	       a->edx == b->edx;
}

static bool same_core(const struct cpupolicy__record *whole,
		      const struct cpupolicy_core *a,
		      const struct cpupolicy_core *b)
{
	if (a->nr_rows != b->nr_rows || a->nr_msrs != b->nr_msrs ||
	    !a->known != !b->known)
		return false;
	for (size_t i = 0; a->known && i < a->nr_rows; i++)
		if (!same_row(&a->known[i], &b->known[i]))
			return false;
	for (size_t i = 0; i < a->nr_rows; i++) {
		struct cpupolicy_row x, y;

		if (same_row(&a->rows[i], &b->rows[i]))
			continue;
		x = cpupolicy__row_steady(&whole->record, &a->rows[i]);
		y = cpupolicy__row_steady(&whole->record, &b->rows[i]);
		if (!same_row(&x, &y))
			return false;
	}
	for (size_t i = 0; i < a->nr_msrs; i++)
		if (a->msrs[i].index != b->msrs[i].index ||
		    a->msrs[i].value != b->msrs[i].value)
			return false;
	return true;
}

/* Put @cpu behind the list: "0-6" and 7 give "0-7", "0-6" and 9 "0-6,9". */
static int join(struct cpupolicy_core *core, size_t *length, uint32_t cpu)
{
	size_t used = *length ? *length : strlen(core->cpus);
	size_t room = used + 16, item = used;
	unsigned long first, end;
	char *grown, *rest;

	grown = realloc(core->cpus, room);
	if (!grown)
		return CPUPOLICY_E_MEMORY;
	core->cpus = grown;
	while (item && grown[item - 1] != ',')
		item--;
	first = end = strtoul(grown + item, &rest, 10);
	if (*rest == '-')
		end = strtoul(rest + 1, NULL, 10);

	if (cpu == end + 1)
		snprintf(grown + item, room - item, "%lu-%" PRIu32, first, cpu);
	else
		snprintf(grown + used, room - used, ",%" PRIu32, cpu);
	*length = item + strlen(grown + item);
	core->nr_cpus++;
	return 0;
}

int cpupolicy__record_add_cpu(struct cpupolicy_record *record, uint32_t cpu,
			      const struct cpupolicy_core *like)
{
	struct cpupolicy__record *whole = cpupolicy__record_whole(record);
	struct cpupolicy_core *core, alone = *like;
	char number[16];
	uint64_t hash;

	if (find_varying(whole) < 0)
		return CPUPOLICY_E_MEMORY;
	/* add it as a core of its own, which sorts and checks; maybe undo */
	snprintf(number, sizeof(number), "%" PRIu32, cpu);
	alone.cpus = number;
	alone.nr_cpus = 1;
	if (cpupolicy__record_add_core(record, &alone) < 0)
		return CPUPOLICY_E_MEMORY;
	core = &record->cores[record->nr_cores - 1];
	hash = hash_of(whole, core);
	whole->folded[record->nr_cores - 1].hash = hash;

	for (size_t i = 0; i + 1 < record->nr_cores; i++) {
		struct cpupolicy_core *other = &record->cores[i];
		int status;

		if (!whole->folded[i].hash)
			whole->folded[i].hash = hash_of(whole, other);
		if (whole->folded[i].hash != hash ||
		    !same_core(whole, core, other))
			continue;
		status = join(other, &whole->folded[i].length, cpu);
		cpupolicy__record_drop_core(record);
		return status;
	}
	return 0;
}

int cpupolicy_record_add_cpu(struct cpupolicy_record *record, uint32_t cpu,
			     const struct cpupolicy_row *rows, size_t nr_rows,
			     const struct cpupolicy_msr *msrs, size_t nr_msrs)
{
	/* only read, and copied there */
	const struct cpupolicy_core like = {
		.rows = (struct cpupolicy_row *)rows,
		.nr_rows = nr_rows,
		.msrs = (struct cpupolicy_msr *)msrs,
		.nr_msrs = nr_msrs,
	};

	return cpupolicy__record_add_cpu(record, cpu, &like);
}

/* One number of a list, or one past the largest: not a number. */
static uint32_t cpu_number(const char **text)
{
	uint32_t number = 0;

	if (**text < '0' || **text > '9')
		return CPUPOLICY__MAX_CPUS;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		if (number < CPUPOLICY__MAX_CPUS)
			number = 10 * number + (uint32_t)(**text - '0');
	return number < CPUPOLICY__MAX_CPUS ? number : CPUPOLICY__MAX_CPUS;
}

uint32_t cpupolicy__cpus_parse(const char *text)
{
	uint32_t next = 0, nr = 0;

	for (;; text++) {
		uint32_t first = cpu_number(&text), last = first;

		if (*text == '-') {
			text++;
			last = cpu_number(&text);
		}
		if (first < next || last < first || last == CPUPOLICY__MAX_CPUS)
			return 0;
		nr += last - first + 1;
		next = last + 1;
		if (*text != ',')
			return *text == '\0' ? nr : 0;
	}
}

/* The smallest number of a valid list that is @least or more; or the limit. */
static uint32_t next_cpu(const char *text, uint32_t least)
{
	for (;; text++) {
		uint32_t first = cpu_number(&text), last = first;

		if (*text == '-') {
			text++;
			last = cpu_number(&text);
		}
		if (least <= first)
			return first;
		if (least <= last)
			return least;
		if (*text != ',')
			return CPUPOLICY__MAX_CPUS;
	}
}

const struct cpupolicy_core *
cpupolicy__core_of_cpu(uint32_t *cpu, const struct cpupolicy_record *record)
{
	const struct cpupolicy_core *found = NULL;
	uint32_t best = CPUPOLICY__MAX_CPUS;

	for (size_t i = 0; i < record->nr_cores; i++) {
		uint32_t next = next_cpu(record->cores[i].cpus, *cpu);

		if (next >= best)
			continue;
		best = next;
		found = &record->cores[i];
	}
	*cpu = best;
	return found;
}
