/* SPDX-License-Identifier: MIT */
/*
 * identity.c - who is this CPU, for people.
 */
#include <string.h>

#include "host.h"

const struct cpupolicy_row *
cpupolicy_core_row(const struct cpupolicy_core *core, uint32_t leaf,
		   uint32_t subleaf)
{
	for (size_t i = 0; i < core->nr_rows; i++)
		if (core->rows[i].leaf == leaf &&
		    core->rows[i].subleaf == subleaf)
			return &core->rows[i];
	return NULL;
}

static bool raw_bit(const struct cpupolicy_core *core, const char *name)
{
	const struct cpupolicy_field *field;
	const struct cpupolicy_row *row;

	field = cpupolicy_field_find(name, strlen(name));
	if (!field || field->at.space != CPUPOLICY_SPACE_CPU)
		return false;
	row = cpupolicy_core_row(core, field->at.leaf, field->at.subleaf);
	return row &&
	       cpupolicy__row_register(row, field->at.reg) >> field->at.low & 1;
}

/*
 * IDT's and VIA's CPUs before long mode leave in ECX of leaf 1 what was there
 * before: a WinChip seems to have AVX, a Samuel a hypervisor.
 */
static bool leftovers(const struct cpupolicy_core *core,
		      const struct cpupolicy_field *field)
{
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 0, 0);

	return field->at.leaf == 1 && field->at.reg == CPUPOLICY_ECX && row &&
	       row->ebx == 0x746e6543u /* "Cent" */ && !raw_bit(core, "lm");
}

bool cpupolicy__core_has(const struct cpupolicy_core *core, const char *name)
{
	const struct cpupolicy_field *field;

	field = cpupolicy_field_find(name, strlen(name));
	return field && !leftovers(core, field) && raw_bit(core, name);
}

bool cpupolicy_record_is_guest(const struct cpupolicy_record *record)
{
	for (size_t i = 0; i < record->nr_cores; i++)
		if (cpupolicy_rows_are_guest(record->cores[i].rows,
					     record->cores[i].nr_rows))
			return true;
	return false;
}

static bool is_root(const struct cpupolicy_core *core)
{
	const struct cpupolicy_row *name, *rights;

	name = cpupolicy_core_row(core, 0x40000000u, 0);
	rights = cpupolicy_core_row(core, 0x40000003u, 0);
	/* "Microsoft Hv", and the right to create partitions */
	return name && name->ebx == 0x7263694du && name->ecx == 0x666f736fu &&
	       name->edx == 0x76482074u && rights && (rights->ebx & 1) != 0;
}

bool cpupolicy_record_is_root_partition(const struct cpupolicy_record *record)
{
	return record->nr_cores != 0 && is_root(&record->cores[0]);
}

bool cpupolicy_record_virtualization(const struct cpupolicy_record *record)
{
	for (size_t i = 0; i < record->nr_cores; i++)
		if (cpupolicy__core_has(&record->cores[i], "vmx") ||
		    cpupolicy__core_has(&record->cores[i], "svm"))
			return true;
	return false;
}

void cpupolicy_core_brand(char out[64], const struct cpupolicy_core *core)
{
	char text[49] = "";
	size_t used = 0, lead;

	memset(out, 0, 64);
	for (uint32_t leaf = 0x80000002; leaf <= 0x80000004; leaf++) {
		const struct cpupolicy_row *row;

		row = cpupolicy_core_row(core, leaf, 0);
		if (!row)
			break;
		for (unsigned i = 0; i < 16; i++)
			text[used++] =
				(char)(cpupolicy__row_register(row, i / 4) >>
				       8 * (i % 4));
	}
	/* behind the first NUL some CPUs keep junk */
	used = strlen(text);
	while (used && text[used - 1] == ' ')
		used--;
	lead = strspn(text, " ");
	for (size_t i = lead; i < used; i++)
		out[i - lead] =
			text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
}

struct cpupolicy_signature
cpupolicy_core_signature(const struct cpupolicy_core *core)
{
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 1, 0);

	return cpupolicy_signature_decode(row ? row->eax : 0);
}
