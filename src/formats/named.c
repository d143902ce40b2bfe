// SPDX-License-Identifier: MIT
/*
 * named.c - rows of a CPU of which somebody told bits by name.
 */
#include <stdlib.h>

#include "../host/cpu_models.h"
#include "named.h"

/* Names in the note of what nobody knows. */
#define MAX_STRANGE 400

static uint32_t *register_of(struct cpupolicy_row *row, uint32_t reg)
{
	uint32_t *const all[4] = { &row->eax, &row->ebx, &row->ecx, &row->edx };

	return all[reg % 4u];
}

/* Where the row is, or belongs. */
static size_t place_of(const struct cpupolicy__named *named, uint32_t leaf,
		       uint32_t subleaf)
{
	size_t i = 0;

	while (i < named->rows.nr && (named->rows.row[i].leaf < leaf ||
				      (named->rows.row[i].leaf == leaf &&
				       named->rows.row[i].subleaf < subleaf)))
		i++;
	return i;
}

static bool is_there(const struct cpupolicy__named *named, size_t i,
		     uint32_t leaf, uint32_t subleaf)
{
	return i < named->rows.nr && named->rows.row[i].leaf == leaf &&
	       named->rows.row[i].subleaf == subleaf;
}

struct cpupolicy_row *cpupolicy__named_find(struct cpupolicy__named *named,
					    uint32_t leaf, uint32_t subleaf)
{
	size_t i = place_of(named, leaf, subleaf);

	return is_there(named, i, leaf, subleaf) ? &named->rows.row[i] : NULL;
}

static void cut(struct cpupolicy__rows *rows, size_t i)
{
	rows->nr--;
	memmove(&rows->row[i], &rows->row[i + 1],
		(rows->nr - i) * sizeof(*rows->row));
}

void cpupolicy__named_drop(struct cpupolicy__named *named,
			   const struct cpupolicy_row *row)
{
	size_t i = (size_t)(row - named->rows.row);

	cut(&named->rows, i);
	cut(&named->known, i);
}

static void insert(struct cpupolicy__rows *rows, size_t i,
		   const struct cpupolicy_row *row)
{
	memmove(&rows->row[i + 1], &rows->row[i],
		(rows->nr - 1 - i) * sizeof(*rows->row));
	rows->row[i] = *row;
}

/* Find the row, or add an empty one. */
static int open_row(size_t *index, struct cpupolicy__named *named,
		    uint32_t leaf, uint32_t subleaf)
{
	const struct cpupolicy_row row = { .leaf = leaf, .subleaf = subleaf };
	size_t i = place_of(named, leaf, subleaf);

	*index = i;
	if (is_there(named, i, leaf, subleaf))
		return 0;
	if (cpupolicy__rows_add(&named->rows, &row) < 0)
		return CPUPOLICY_E_MEMORY;
	if (cpupolicy__rows_add(&named->known, &row) < 0) {
		named->rows.nr--;
		return CPUPOLICY_E_MEMORY;
	}
	insert(&named->rows, i, &row);
	insert(&named->known, i, &row);
	return 0;
}

int cpupolicy__named_row(struct cpupolicy__named *named,
			 const struct cpupolicy_row *row,
			 const struct cpupolicy_row *known)
{
	size_t i;
	int status = open_row(&i, named, row->leaf, row->subleaf);

	for (uint32_t reg = 0; status == 0 && reg < 4; reg++) {
		uint32_t mask = cpupolicy__row_register(known, reg);
		uint32_t *to = register_of(&named->rows.row[i], reg);

		*to = (*to & ~mask) |
		      (cpupolicy__row_register(row, reg) & mask);
		*register_of(&named->known.row[i], reg) |= mask;
	}
	return status;
}

/* An MSR whose bits have names; false: it is another. */
static bool msr_words(uint64_t **value, uint64_t **known,
		      struct cpupolicy__named *named, uint32_t index)
{
	size_t i = 0;

	if (index != 0x10a && index != 0xcf)
		return false;
	while (i < named->nr_msrs && named->msrs[i].index != index)
		i++;
	if (i == named->nr_msrs) {
		named->nr_msrs++;
		named->msrs[i] = named->known_msrs[i] =
			(struct cpupolicy_msr){ .index = index };
	}
	*value = &named->msrs[i].value;
	*known = &named->known_msrs[i].value;
	return true;
}

/* VMX's MSRs are more than their names say: what must be 1, revisions. */
static int msr_field(struct cpupolicy__named *named,
		     const struct cpupolicy_field *field, uint32_t value)
{
	uint64_t mask = cpupolicy__bits(&field->at), bits, *word, *known;
	uint32_t half = field->at.reg == CPUPOLICY_MSR_HI ? 32 : 0;

	if (!msr_words(&word, &known, named, field->at.leaf)) {
		named->skipped_msrs |= value != 0;
		return 0;
	}
	mask <<= half;
	bits = (uint64_t)value << field->at.low << half;
	if ((*word ^ bits) & mask & *known)
		return CPUPOLICY_E_DIFFERS;
	*word |= bits;
	*known |= mask;
	return 0;
}

int cpupolicy__named_field(struct cpupolicy__named *named,
			   const struct cpupolicy_field *field, uint32_t value)
{
	uint32_t mask = cpupolicy__bits(&field->at), bits, *word, *known;
	size_t i;

	if (value > cpupolicy__largest(&field->at))
		return CPUPOLICY_E_RANGE;
	if (field->at.space == CPUPOLICY_SPACE_MSR)
		return msr_field(named, field, value);
	if (open_row(&i, named, field->at.leaf, field->at.subleaf) < 0)
		return CPUPOLICY_E_MEMORY;
	word = register_of(&named->rows.row[i], field->at.reg);
	known = register_of(&named->known.row[i], field->at.reg);
	bits = value << field->at.low;
	if ((*word ^ bits) & mask & *known)
		return CPUPOLICY_E_DIFFERS;
	*word |= bits;
	*known |= mask;
	return 0;
}

int cpupolicy__named_number(struct cpupolicy__named *named, const char *name,
			    uint32_t value)
{
	return cpupolicy__named_field(named, cpupolicy__field(name), value);
}

/* The bits of a field as told; false: not all of them were. */
static bool told(uint32_t *value, const struct cpupolicy__named *named,
		 const struct cpupolicy_field *field)
{
	const struct cpupolicy_address *at = &field->at;
	uint32_t mask = cpupolicy__bits(at);
	size_t i;

	*value = 0;
	if (at->space == CPUPOLICY_SPACE_MSR) {
		uint32_t half = at->reg == CPUPOLICY_MSR_HI ? 32 : 0;

		for (i = 0; i < named->nr_msrs; i++)
			if (named->msrs[i].index == at->leaf)
				return ((uint32_t)(named->known_msrs[i].value >>
						   half) &
					mask) == mask;
		return false;
	}
	i = place_of(named, at->leaf, at->subleaf);
	if (!is_there(named, i, at->leaf, at->subleaf) ||
	    mask & ~cpupolicy__row_register(&named->known.row[i], at->reg))
		return false;
	*value = (cpupolicy__row_register(&named->rows.row[i], at->reg) &
		  mask) >>
		 at->low;
	return true;
}

bool cpupolicy__named_told(const struct cpupolicy__named *named,
			   const struct cpupolicy_field *field)
{
	uint32_t value;

	return told(&value, named, field);
}

bool cpupolicy__named_has(const struct cpupolicy__named *named,
			  const char *name)
{
	uint32_t value;

	return told(&value, named, cpupolicy__field(name)) && value;
}

void cpupolicy__named_strange(struct cpupolicy__named *named, const char *name,
			      size_t length)
{
	struct cpupolicy__text *strange = &named->strange;

	if (strange->length > MAX_STRANGE || length == 0 ||
	    cpupolicy__in_list(strange->s, name, length))
		return;
	cpupolicy__text_add(strange, "%s%.*s", strange->length ? " " : "",
			    (int)(length < 48 ? length : 48), name);
	if (strange->length > MAX_STRANGE)
		cpupolicy__text_add(strange, " ...");
}

int cpupolicy__named_name(struct cpupolicy__named *named, const char *name,
			  size_t length, bool on)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	int nr = cpupolicy__name_fields(fields, named->project, name, length,
					named->vendor);
	int status = 0;

	if (nr < 0)
		cpupolicy__named_strange(named, name, length);
	for (int i = 0; i < nr && status == 0; i++)
		status = cpupolicy__named_field(named, fields[i], on);
	return status;
}

static uint32_t word_of(const char *text)
{
	uint32_t word = 0;

	for (unsigned i = 0; i < 4; i++)
		word |= (uint32_t)(unsigned char)text[i] << 8 * i;
	return word;
}

int cpupolicy__named_vendor(struct cpupolicy__named *named, const char *text)
{
	static const struct cpupolicy_row known = {
		.ebx = 0xffffffffu,
		.ecx = 0xffffffffu,
		.edx = 0xffffffffu,
	};
	struct cpupolicy_policy policy;
	struct cpupolicy_row row = { .leaf = 0 };

	if (strlen(text) != 12)
		return CPUPOLICY_E_RANGE;
	row.ebx = word_of(text);
	row.edx = word_of(text + 4);
	row.ecx = word_of(text + 8);
	cpupolicy_policy_clear(&policy);
	cpupolicy_policy_set_row(&policy, &row);
	named->vendor = cpupolicy_policy_vendor(&policy);
	return cpupolicy__named_row(named, &row, &known);
}

/* Families above 15 and models above 15 go on in fields of their own. */
int cpupolicy__named_signature(struct cpupolicy__named *named,
			       const struct cpupolicy_signature *signature)
{
	uint32_t family = signature->family < 15 ? signature->family : 15;
	const struct cpupolicy_row known = { .leaf = 1, .eax = 0x0fff0fff };
	struct cpupolicy_row row = { .leaf = 1 };

	if (signature->family > 15 + 0xff || signature->model > 0xff ||
	    signature->stepping > 15)
		return CPUPOLICY_E_RANGE;
	row.eax = (signature->family - family) << 20 |
		  signature->model >> 4 << 16 | family << 8 |
		  (signature->model & 15) << 4 | signature->stepping;
	return cpupolicy__named_row(named, &row, &known);
}

int cpupolicy__named_brand(struct cpupolicy__named *named, const char *text)
{
	char brand[48] = "";
	size_t length = strlen(text);
	int status = 0;

	memcpy(brand, text, length < sizeof(brand) ? length : sizeof(brand));
	for (uint32_t i = 0; i < 3 && status == 0; i++) {
		const char *part = brand + i * 16;
		struct cpupolicy_row row = {
			.leaf = 0x80000002 + i,
			.eax = word_of(part),
			.ebx = word_of(part + 4),
			.ecx = word_of(part + 8),
			.edx = word_of(part + 12),
		};
		struct cpupolicy_row known = { 0, 0, ~0u, ~0u, ~0u, ~0u };

		status = cpupolicy__named_row(named, &row, &known);
	}
	return status;
}

/* An MSR exists where its feature does. */
static int put_msr(struct cpupolicy__named *named, struct cpupolicy__dump *dump,
		   int line, size_t i)
{
	const struct cpupolicy_msr *msr = &named->msrs[i];
	const char *gate =
		msr->index == 0x10a ? "arch_capabilities" : "core_capabilities";

	if (!msr->value && !cpupolicy__named_has(named, gate))
		return 0;
	named->partial_msrs = true;
	return cpupolicy__dump_msr(dump, line, msr);
}

int cpupolicy__named_put(struct cpupolicy__named *named,
			 struct cpupolicy__dump *dump, int line)
{
	int status = 0;

	for (size_t i = 0; i < named->rows.nr && status == 0; i++)
		status = cpupolicy__dump_row(dump, line, &named->rows.row[i],
					     &named->known.row[i]);
	for (size_t i = 0; i < named->nr_msrs && status == 0; i++)
		status = put_msr(named, dump, line, i);
	return status;
}

void cpupolicy__named_next(struct cpupolicy__named *named)
{
	named->rows.nr = named->known.nr = named->nr_msrs = 0;
	named->vendor = CPUPOLICY_VENDOR_UNKNOWN;
}

void cpupolicy__named_clear(struct cpupolicy__named *named)
{
	cpupolicy__rows_clear(&named->rows);
	cpupolicy__rows_clear(&named->known);
	free(cpupolicy__text_take(&named->strange));
}
