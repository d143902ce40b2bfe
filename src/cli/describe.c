/* SPDX-License-Identifier: MIT */
/*
 * describe.c - what a policy or a record says about its machine.
 */
#include <stdlib.h>

#include "cli.h"

/* A policy keeps the rows of the brand string as a core does. */
static size_t policy_rows(struct cpupolicy_row rows[4],
			  const struct cpupolicy_policy *policy)
{
	static const uint32_t leaves[] = { 1, 0x80000002, 0x80000003,
					   0x80000004 };

	for (size_t i = 0; i < 4; i++) {
		rows[i] = (struct cpupolicy_row){ .leaf = leaves[i] };
		cpupolicy_policy_get_row(&rows[i], policy);
	}
	return 4;
}

static void identify(struct description *out, const struct cpupolicy_core *core)
{
	char name[64] = "", note[256] = "";

	if (cpupolicy_core_identify(name, note, core) == 0 && name[0])
		out->known_as = escape(name);
	if (note[0])
		out->identify_note = escape(note);
}

static void add_part(struct text *text, const char *what, const char *value)
{
	char *safe;

	if (!value || !value[0])
		return;
	safe = escape(value);
	text_add(text, "%s%s%s", text->length ? ", " : "", what, safe);
	free(safe);
}

static char *provenance(const struct cpupolicy_record *record)
{
	struct text text = { 0 };
	uint32_t cpus = 0;

	for (size_t i = 0; i < record->nr_cores; i++)
		cpus += record->cores[i].nr_cpus;
	add_part(&text, "", record->how);
	add_part(&text, "by ", record->tool);
	add_part(&text, "on ", record->kernel);
	add_part(&text, "microcode ", record->microcode);
	add_part(&text, "", record->date);
	text_add(&text, "%s%u CPU%s of %zu kind%s", text.length ? ", " : "",
		 cpus, cpus == 1 ? "" : "s", record->nr_cores,
		 record->nr_cores == 1 ? "" : "s");
	return text.s;
}

void describe(struct description *out, const struct cpupolicy_policy *policy,
	      const struct input *input)
{
	struct cpupolicy_row rows[4];
	struct cpupolicy_core core = { .rows = rows };
	const struct cpupolicy_record *record = input->document.record;
	char brand[64];

	*out = (struct description){ 0 };
	core.nr_rows = policy_rows(rows, policy);
	vendor_text(out->vendor, policy);
	out->abi_level = cpupolicy_abi_level(policy);
	if (input->kind == INPUT_RECORD && record->nr_cores) {
		core = record->cores[0];
		/* libcpuid goes by rows: from some of their bits it guesses */
		if (!core.known)
			identify(out, &core);
		out->recorded = provenance(record);
	}
	out->signature = cpupolicy_core_signature(&core);
	cpupolicy_core_brand(brand, &core);
	out->brand = escape(brand);
}

void description_free(struct description *description)
{
	free(description->brand);
	free(description->known_as);
	free(description->identify_note);
	free(description->recorded);
}

void abi_text(char out[32], int level)
{
	if (level > 0)
		snprintf(out, 32, "x86-64-v%d", level);
	else
		snprintf(out, 32, "below x86-64-v1");
}
