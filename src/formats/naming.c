// SPDX-License-Identifier: MIT
/*
 * naming.c - a CPU in the names of a project.
 */
#include <ctype.h>
#include <stdlib.h>

#include "naming.h"

static void find_sections(struct cpupolicy__naming *naming)
{
	const struct cpupolicy_core *core = naming->core;

	for (size_t i = 0; i < core->nr_rows; i++) {
		const struct cpupolicy_row *row = &core->rows[i];
		const struct cpupolicy__section *section;

		if (row->leaf >> 16 != 0x4000 || row->leaf % 0x100)
			continue;
		section = cpupolicy__section_of_row(row);
		if (section && !naming->sections[section->space])
			naming->sections[section->space] = row->leaf;
	}
}

static void find_maker(struct cpupolicy__naming *naming)
{
	const struct cpupolicy_core *core = naming->core;
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 0, 0);
	struct cpupolicy_policy policy;

	if (!row || (core->known && ~core->known[row - core->rows].ebx) ||
	    !(row->ebx | row->ecx | row->edx))
		return;
	cpupolicy_policy_clear(&policy);
	cpupolicy_policy_set_row(&policy, row);
	naming->vendor = cpupolicy_policy_vendor(&policy);
	cpupolicy_policy_vendor_string(naming->maker, &policy);
	for (const char *c = naming->maker; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(" !._-", *c)) {
			cpupolicy__lose(naming->writing,
					"the maker's name is no text that an "
					"option could have");
			naming->maker[0] = '\0';
			return;
		}
}

/*
 * What a policy does not have is zero, and so is what lies beyond the last
 * leaf; in other records a row that is missing says nothing.
 */
static bool is_absent(const struct cpupolicy__naming *naming,
		      const struct cpupolicy_address *at)
{
	const struct cpupolicy_core *core = naming->core;
	const struct cpupolicy_row *first, *seven;

	if (naming->is_policy)
		return at->space <= CPUPOLICY_SPACE_MSR;
	if (at->space != CPUPOLICY_SPACE_CPU)
		return false;
	first = cpupolicy_core_row(core, at->leaf & 0x80000000, 0);
	if (!first || (core->known && ~core->known[first - core->rows].eax))
		return false;
	if (at->leaf > first->eax)
		return true;
	seven = cpupolicy_core_row(core, 7, 0);
	return at->leaf == 7 && seven &&
	       (!core->known || !~core->known[seven - core->rows].eax) &&
	       at->subleaf > seven->eax;
}

/* The bits of an MSR's half. */
static bool msr_value(uint32_t *value, const struct cpupolicy_core *core,
		      const struct cpupolicy_address *at)
{
	uint32_t half = at->reg == CPUPOLICY_MSR_HI ? 32 : 0;

	for (size_t i = 0; i < core->nr_msrs; i++)
		if (core->msrs[i].index == at->leaf) {
			*value = (uint32_t)(core->msrs[i].value >> half);
			return true;
		}
	return false;
}

/* The register that @at is in, and which of its bits were recorded. */
static bool find_register(uint32_t *value, uint32_t *known,
			  const struct cpupolicy__naming *naming,
			  const struct cpupolicy_address *at)
{
	const struct cpupolicy_core *core = naming->core;
	const struct cpupolicy_row *row;
	uint32_t leaf = at->leaf;

	*known = 0xffffffffu;
	*value = 0;
	if (at->space == CPUPOLICY_SPACE_MSR)
		return msr_value(value, core, at) || is_absent(naming, at);
	if (at->space != CPUPOLICY_SPACE_CPU) {
		if (!naming->sections[at->space])
			return false;
		leaf += naming->sections[at->space] - 0x40000000;
	}
	row = cpupolicy_core_row(core, leaf, at->subleaf);
	if (!row)
		return is_absent(naming, at);
	*value = cpupolicy__row_register(row, at->reg);
	if (core->known)
		*known = cpupolicy__row_register(&core->known[row - core->rows],
						 at->reg);
	return true;
}

static bool get(uint32_t *value, const struct cpupolicy__naming *naming,
		const struct cpupolicy_field *field)
{
	uint32_t mask = cpupolicy__bits(&field->at), known;

	if (!find_register(value, &known, naming, &field->at) || mask & ~known)
		return false;
	*value = (*value & mask) >> field->at.low;
	return true;
}

/* Is it a bit that a policy decides? */
static bool is_policy(const struct cpupolicy_field *field)
{
	return field->level != CPUPOLICY_LEVEL_ZERO &&
	       field->level != CPUPOLICY_LEVEL_DONOR;
}

static bool is_feature(const struct cpupolicy_field *field,
		       enum cpupolicy_vendor_id vendor)
{
	return field->at.high == field->at.low &&
	       cpupolicy_field_of(&field->at, vendor) == field;
}

/* What is off because its gate is, whatever was recorded of it. */
static void close_gates(struct cpupolicy__naming *naming)
{
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		uint32_t gate;

		if (naming->told[i] == CPUPOLICY__UNTOLD && field->gate[0] &&
		    is_feature(field, naming->vendor) && is_policy(field) &&
		    cpupolicy__naming_number(&gate, naming, field->gate) &&
		    !gate)
			naming->told[i] = CPUPOLICY__OFF;
	}
}

bool cpupolicy__naming_begin(struct cpupolicy__naming *naming,
			     const struct cpupolicy__writing *writing,
			     const struct cpupolicy_record *record,
			     enum cpupolicy__project project, bool host)
{
	uint32_t nr = cpupolicy_field_count(), value;

	*naming = (struct cpupolicy__naming){
		.writing = writing,
		.core = &record->cores[0],
		.is_policy = record->how && strcmp(record->how, "policy") == 0,
		.project = project,
		.release = writing->release,
		.told = calloc(nr, 1),
	};
	if (!naming->told) {
		writing->out->failed = true;
		return false;
	}
	if (project == CPUPOLICY__QEMU || project == CPUPOLICY__LIBVIRT)
		naming->models = cpupolicy__cpu_models(project);
	if (record->nr_cores > 1)
		cpupolicy__lose_cpus(writing, record);
	find_maker(naming);
	find_sections(naming);
	for (uint32_t i = 0; i < nr; i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		if (is_feature(field, naming->vendor) &&
		    (host || is_policy(field)) && get(&value, naming, field))
			naming->told[i] =
				value ? CPUPOLICY__ON : CPUPOLICY__OFF;
	}
	close_gates(naming);
	return true;
}

void cpupolicy__naming_end(struct cpupolicy__naming *naming)
{
	free(naming->told);
	naming->told = NULL;
}

const char *cpupolicy__naming_name(const struct cpupolicy__naming *naming,
				   const struct cpupolicy_field *field)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	const char *name = cpupolicy__field_name(naming->project, field);
	int nr;

	if (!name ||
	    (naming->models &&
	     !cpupolicy__version_has(naming->models, naming->release, name)))
		return NULL;
	nr = cpupolicy__name_fields(fields, naming->project, name, strlen(name),
				    naming->vendor);
	/* on such a CPU the name may mean another bit */
	for (int i = 0; i < nr; i++)
		if (fields[i] == field)
			return name;
	return NULL;
}

const char *cpupolicy__naming_word(const struct cpupolicy__naming *naming,
				   uint32_t field)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	const struct cpupolicy_field *one = cpupolicy_field_at(field);
	const char *name;
	int nr;

	if (naming->told[field] == CPUPOLICY__UNTOLD)
		return NULL;
	name = cpupolicy__naming_name(naming, one);
	if (!name)
		return NULL;
	nr = cpupolicy__name_fields(fields, naming->project, name, strlen(name),
				    naming->vendor);
	if (fields[0] != one)
		return NULL;
	for (int i = 1; i < nr; i++)
		if (naming->told[fields[i] - cpupolicy_field_at(0)] !=
		    naming->told[field])
			cpupolicy__lose(naming->writing,
					"'%s' stands for both %s and %s, of "
					"which only one is there",
					name, one->name, fields[i]->name);
	return name;
}

bool cpupolicy__naming_number(uint32_t *value,
			      const struct cpupolicy__naming *naming,
			      const char *name)
{
	return get(value, naming, cpupolicy_field_find(name, strlen(name)));
}

bool cpupolicy__naming_has(const struct cpupolicy__naming *naming,
			   const char *name)
{
	uint32_t value;

	return cpupolicy__naming_number(&value, naming, name) && value;
}

bool cpupolicy__naming_signature(struct cpupolicy_signature *out,
				 const struct cpupolicy__naming *naming)
{
	const struct cpupolicy_address at = { .leaf = 1 };
	uint32_t value, known;

	if (!find_register(&value, &known, naming, &at) ||
	    ~known & 0x0fff0fff || !value)
		return false;
	*out = cpupolicy_signature_decode(value);
	return true;
}

bool cpupolicy__naming_brand(char out[49],
			     const struct cpupolicy__naming *naming)
{
	uint32_t value, known;

	memset(out, 0, 49);
	for (uint32_t i = 0; i < 12; i++) {
		const struct cpupolicy_address at = {
			.leaf = 0x80000002 + i / 4,
			.reg = (uint8_t)(i % 4u),
		};

		if (!find_register(&value, &known, naming, &at) || ~known)
			return false;
		for (uint32_t byte = 0; byte < 4; byte++)
			out[i * 4 + byte] = (char)(value >> 8 * byte);
	}
	return out[0] != '\0';
}
