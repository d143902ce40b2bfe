/* SPDX-License-Identifier: MIT */
/*
 * json_policy_write.c - policies in the project's own format, written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json_policy.h"

/* What the writer fills while it walks the registers. */
struct writing {
	const struct cpupolicy_policy *policy;
	struct cpupolicy_policy derived; /* as a reader would derive */
	struct cpupolicy_policy donor;	 /* what no mask counts */
	enum cpupolicy_vendor_id vendor;
	bool vendor_is_text;
	struct cpupolicy_row row; /* of donor bits, being collected */
	json_t *features, *numbers, *rows;
	bool ok;
};

static void flush_row(struct writing *writing)
{
	const struct cpupolicy_row *row = &writing->row;
	char text[CPUPOLICY__ROW_TEXT];

	if (row->eax | row->ebx | row->ecx | row->edx) {
		cpupolicy__row_text(text, row);
		cpupolicy__json_append(writing->rows, text, &writing->ok);
	}
}

static void put_donor(struct writing *writing,
		      const struct cpupolicy__register *reg, uint32_t bits)
{
	struct cpupolicy_row *row = &writing->row;
	uint32_t *const regs[4] = { &row->eax, &row->ebx, &row->ecx,
				    &row->edx };

	if (row->leaf != reg->leaf || row->subleaf != reg->at.subleaf) {
		flush_row(writing);
		*row = (struct cpupolicy_row){
			.leaf = reg->leaf,
			.subleaf = reg->at.subleaf,
		};
	}
	*regs[reg->at.reg] |= bits;
}

/* A bit without a name: of a donor register, or a feature by address. */
static void put_unnamed(struct writing *writing,
			const struct cpupolicy__register *reg, uint8_t bit)
{
	struct cpupolicy_address at = reg->at;
	struct cpupolicy_row row = {
		.leaf = reg->leaf,
		.subleaf = at.subleaf,
	};
	char text[CPUPOLICY_ADDRESS_TEXT];

	if (at.space != CPUPOLICY_SPACE_MSR) {
		cpupolicy_policy_get_row(&row, &writing->donor);
		if (cpupolicy__row_register(&row, at.reg) >> bit & 1) {
			put_donor(writing, reg, 1u << bit);
			return;
		}
	}
	at.high = at.low = bit;
	cpupolicy__json_append(writing->features,
			       cpupolicy_address_text(text, &at), &writing->ok);
}

static void put_field(struct writing *writing,
		      const struct cpupolicy__register *reg,
		      const struct cpupolicy_field *field)
{
	uint32_t value = cpupolicy_field_get(writing->policy, field);
	uint32_t usual = 0;

	switch (field->level) {
	case CPUPOLICY_LEVEL_ZERO:
		return;
	case CPUPOLICY_LEVEL_DONOR:
		put_donor(writing, reg, value << field->at.low);
		return;
	case CPUPOLICY_LEVEL_DERIVE:
		usual = cpupolicy_field_get(&writing->derived, field);
		break;
	default:
		if (field->at.high == field->at.low) {
			if (value)
				cpupolicy__json_append(writing->features,
						       field->name,
						       &writing->ok);
			return;
		}
		break;
	}
	if (value != usual)
		cpupolicy__json_put(writing->numbers, field->name,
				    json_integer((json_int_t)value),
				    &writing->ok);
}

/* The register as a reader would derive it. */
static uint32_t usual_value(const struct writing *writing,
			    const struct cpupolicy__register *reg)
{
	struct cpupolicy_row row = {
		.leaf = reg->leaf,
		.subleaf = reg->at.subleaf,
	};

	if (reg->at.space == CPUPOLICY_SPACE_MSR)
		return 0; /* nothing of an MSR is derived */
	cpupolicy_policy_get_row(&row, &writing->derived);
	return cpupolicy__row_register(&row, reg->at.reg);
}

static void put_register(void *arg, const struct cpupolicy__register *reg)
{
	struct writing *writing = arg;
	struct cpupolicy_address at = reg->at;
	uint32_t left = reg->value | usual_value(writing, reg);

	if (cpupolicy__is_signature(&at))
		return;
	if (cpupolicy__is_vendor(&at)) {
		if (!writing->vendor_is_text)
			put_donor(writing, reg, reg->value);
		return;
	}
	for (uint8_t bit = 0; bit < 32; bit++) {
		const struct cpupolicy_field *field;

		if (!(left >> bit & 1))
			continue;
		at.high = at.low = bit;
		field = cpupolicy_field_of(&at, writing->vendor);
		if (!field) {
			if (reg->value >> bit & 1)
				put_unnamed(writing, reg, bit);
			continue;
		}
		put_field(writing, reg, field);
		left &= ~cpupolicy__bits(&field->at);
	}
}

/* By the name it is signed with, or the first that is good for its kind. */
static const struct cpupolicy__section *
section_name(bool *is_signed, const struct cpupolicy_policy *policy, int space)
{
	const struct cpupolicy__section *section;
	struct cpupolicy_row row;

	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, policy, i) > 0;
	     i++) {
		section = cpupolicy__section_of_row(&row);
		*is_signed = row.leaf % 0x100 == 0 && section &&
			     section->space == space;
		if (*is_signed)
			return section;
	}
	for (size_t i = 0; (section = cpupolicy__section_at(i)); i++)
		if (section->space == space)
			return section;
	return NULL;
}

static json_t *hypervisors(const struct cpupolicy_policy *policy, bool *ok)
{
	json_t *object = json_object();

	for (int space = CPUPOLICY_SPACE_KVM; space <= CPUPOLICY_SPACE_VMWARE;
	     space++) {
		uint32_t base = cpupolicy_policy_section(policy, space);
		const struct cpupolicy__section *section;
		char text[24];
		bool is_signed;

		section = section_name(&is_signed, policy, space);
		if (!base || !section)
			continue;
		if (base == CPUPOLICY_SECTION_ANYWHERE)
			snprintf(text, sizeof(text), "anywhere%s",
				 is_signed ? ", signed" : "");
		else
			snprintf(text, sizeof(text), "0x%08" PRIx32, base);
		cpupolicy__json_put(object, section->name, json_string(text),
				    ok);
	}
	return object;
}

static void put_unless_empty(json_t *root, const char *key, json_t *value,
			     bool *ok)
{
	if (value && json_array_size(value) == 0 &&
	    json_object_size(value) == 0)
		json_decref(value);
	else
		cpupolicy__json_put(root, key, value, ok);
}

static char *to_text(const struct cpupolicy_policy *policy, const char *name,
		     enum cpupolicy__layout layout)
{
	struct writing writing = {
		.policy = policy,
		.derived = *policy,
		.donor = *policy,
		.vendor = cpupolicy_policy_vendor(policy),
		.features = json_array(),
		.numbers = json_object(),
		.rows = json_array(),
		.ok = true,
	};
	struct cpupolicy_policy nothing;
	json_t *root = json_object();
	char vendor[13];
	bool *ok = &writing.ok;

	cpupolicy_policy_clear(&nothing);
	cpupolicy__derive_again(&writing.derived);
	cpupolicy_mask(&writing.donor, &nothing, NULL, NULL);
	writing.vendor_is_text = cpupolicy__vendor_text(vendor, policy);
	cpupolicy__each_register(policy, put_register, &writing);
	flush_row(&writing);

	cpupolicy__json_put(root, "format", json_string("cpupolicy-policy"),
			    ok);
	cpupolicy__json_put(root, "version", json_integer(1), ok);
	cpupolicy__json_put(root, "table", json_integer(policy->table), ok);
	if (name)
		cpupolicy__json_put(root, "name", cpupolicy__json_clean(name),
				    ok);
	if (writing.vendor_is_text)
		cpupolicy__json_put(root, "vendor", json_string(vendor), ok);
	cpupolicy__json_put(root, "features", writing.features, ok);
	put_unless_empty(root, "numbers", writing.numbers, ok);
	put_unless_empty(root, "rows", writing.rows, ok);
	put_unless_empty(root, "hypervisors", hypervisors(policy, ok), ok);
	return cpupolicy__json_text(root, *ok, layout);
}

char *cpupolicy_policy_to_json(const struct cpupolicy_policy *policy,
			       const char *name)
{
	return to_text(policy, name, CPUPOLICY__PAGE_LAYOUT);
}

char *cpupolicy_policy_to_json_line(const struct cpupolicy_policy *policy,
				    const char *name)
{
	return to_text(policy, name, CPUPOLICY__LINE_LAYOUT);
}
