/* SPDX-License-Identifier: MIT */
/*
 * identify.c - what libcpuid calls a CPU. The only file that knows libcpuid.
 *
 * It holds part of the leaves only and misnames CPUs newer than itself, so it
 * names and does nothing else; where it contradicts the record, that is said.
 */
#include <stdio.h>
#include <string.h>

#include "host.h"

#if defined(CPUPOLICY_HAVE_LIBCPUID)
#include <libcpuid/libcpuid.h>

static void put(uint32_t out[4], const struct cpupolicy_row *row)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = cpupolicy__row_register(row, i);
}

/* Leaves whose sub-leaves have an array of their own. */
static void put_subleaf(struct cpu_raw_data_t *raw,
			const struct cpupolicy_row *row)
{
	const struct {
		uint32_t leaf;
		uint32_t (*rows)[4];
		uint32_t nr;
	} arrays[] = {
		{ 0x4, raw->intel_fn4, MAX_INTELFN4_LEVEL },
		{ 0xb, raw->intel_fn11, MAX_INTELFN11_LEVEL },
		{ 0x12, raw->intel_fn12h, MAX_INTELFN12H_LEVEL },
		{ 0x14, raw->intel_fn14h, MAX_INTELFN14H_LEVEL },
		{ 0x8000001d, raw->amd_fn8000001dh, MAX_AMDFN8000001DH_LEVEL },
	};

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		if (row->leaf == arrays[i].leaf && row->subleaf < arrays[i].nr)
			put(arrays[i].rows[row->subleaf], row);
}

static void put_row(struct cpu_raw_data_t *raw, const struct cpupolicy_row *row)
{
	uint32_t extended = row->leaf - 0x80000000;

	put_subleaf(raw, row);
	if (row->subleaf)
		return;
	if (row->leaf < MAX_CPUID_LEVEL)
		put(raw->basic_cpuid[row->leaf], row);
	else if (row->leaf >= 0x80000000 && extended < MAX_EXT_CPUID_LEVEL)
		put(raw->ext_cpuid[extended], row);
}

/* The field that libcpuid means by this name; its own meaning goes first. */
static const struct cpupolicy_field *field_of(const char *name)
{
	const struct cpupolicy_field *field;
	char own[80];
	int length = snprintf(own, sizeof(own), "libcpuid:%s", name);

	field = cpupolicy_field_find(own, (size_t)length);
	if (!field)
		field = cpupolicy_field_find(name, strlen(name));
	if (!field || field->at.space != CPUPOLICY_SPACE_CPU ||
	    field->at.high != field->at.low)
		return NULL;
	return field;
}

/* libcpuid has two names for some fields, one for each maker: nx and xd. */
static bool sees(const struct cpupolicy_field *const *fields,
		 const struct cpu_id_t *id, int first)
{
	for (int i = first; i < NUM_CPU_FEATURES; i++)
		if (fields[i] == fields[first] && id->flags[i])
			return true;
	return false;
}

static bool came_before(const struct cpupolicy_field *const *fields, int at)
{
	for (int i = 0; i < at; i++)
		if (fields[i] == fields[at])
			return true;
	return false;
}

/* Say how many features libcpuid sees otherwise, and the first of them. */
static void compare(char note[256], const struct cpu_id_t *id,
		    const struct cpupolicy_core *core)
{
	const struct cpupolicy_field *fields[NUM_CPU_FEATURES];
	unsigned nr = 0;
	int used = 0;

	for (int i = 0; i < NUM_CPU_FEATURES; i++)
		fields[i] = field_of(cpu_feature_str((cpu_feature_t)i));
	for (int i = 0; i < NUM_CPU_FEATURES; i++) {
		const struct cpupolicy_field *field = fields[i];
		bool has;

		/* extended leaves it reads by maker: absent is not "no" */
		if (!field || field->at.leaf >= 0x80000000 ||
		    came_before(fields, i) ||
		    !cpupolicy_core_row(core, field->at.leaf,
					field->at.subleaf))
			continue;
		has = cpupolicy__core_has(core, field->name);
		if (has == sees(fields, id, i))
			continue;
		if (nr++ == 0)
			used = snprintf(note, 256,
					"libcpuid %s says %s %s, the record %s",
					cpuid_lib_version(),
					has ? "no" : "there is", field->name,
					has ? "has it" : "has it not");
	}
	if (nr > 1 && used > 0 && used < 200)
		snprintf(note + used, 256 - (size_t)used,
			 "; %u more features differ", nr - 1);
}

/* Of a CPU it cannot read all of, libcpuid finds the nearest it has heard of.
 */
static void doubt(char note[256], const struct cpupolicy_core *core)
{
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 7, 1);

	if (!note[0] && row && (row->eax | row->ebx | row->ecx | row->edx))
		snprintf(note, 256,
			 "libcpuid %s does not read leaf 7 sub-leaf 1, which "
			 "this CPU has: the name may be that of an older one",
			 cpuid_lib_version());
}

static void be_quiet(const char *message)
{
	(void)message;
}

static bool same_vendor(const struct cpu_id_t *id,
			const struct cpupolicy_core *core)
{
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 0, 0);

	return row && memcmp(id->vendor_str, &row->ebx, 4) == 0 &&
	       memcmp(id->vendor_str + 4, &row->edx, 4) == 0 &&
	       memcmp(id->vendor_str + 8, &row->ecx, 4) == 0;
}

int cpupolicy_core_identify(char name[64], char note[256],
			    const struct cpupolicy_core *core)
{
	libcpuid_warn_fn_t before = cpuid_set_warn_function(be_quiet);
	struct cpu_raw_data_t raw;
	struct cpu_id_t id;
	int status;

	name[0] = note[0] = '\0';
	memset(&raw, 0, sizeof(raw));
	memset(&id, 0, sizeof(id));
	/* of rows for one leaf the first counts */
	for (size_t i = core->nr_rows; i-- > 0;)
		put_row(&raw, &core->rows[i]);
	status = cpu_identify(&raw, &id);
	cpuid_set_warn_function(before);
	if (status < 0 || id.cpu_codename[0] == '\0' ||
	    strncmp(id.cpu_codename, "Unknown", 7) == 0)
		return CPUPOLICY_E_UNSUPPORTED;
	snprintf(name, 64, "%.63s", id.cpu_codename);
	cpupolicy__clean(name);
	if (same_vendor(&id, core))
		compare(note, &id, core);
	else
		snprintf(note, 256,
			 "libcpuid %s reads another vendor than the record has",
			 cpuid_lib_version());
	doubt(note, core);
	return 0;
}
#else
int cpupolicy_core_identify(char name[64], char note[256],
			    const struct cpupolicy_core *core)
{
	(void)core;
	name[0] = note[0] = '\0';
	return CPUPOLICY_E_UNSUPPORTED;
}
#endif
