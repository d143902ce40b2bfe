// SPDX-License-Identifier: MIT
/*
 * firecracker_template.c - the modifiers of a CPU template: which bits of which
 * rows and MSRs it gives.
 */
#include <string.h>

#include "firecracker.h"

static int get_bitmap(struct cpupolicy__bitmap *out,
		      const struct cpupolicy__json *json,
		      const struct cpupolicy__node *object, unsigned bits)
{
	struct cpupolicy__node node;
	int status = cpupolicy__json_member(&node, json, object, "bitmap",
					    JSON_STRING, true);

	if (status < 0)
		return status;
	if (!cpupolicy__bitmap_parse(out, json_string_value(node.value), bits))
		return cpupolicy__json_fail(
			json, node.pointer,
			"'%.80s' is not a bitmap, expected 0b and up to %u of "
			"0, 1 and x",
			json_string_value(node.value), bits);
	return 0;
}

/* "0x7" or "0b111": Firecracker takes no others. */
static int get_number(uint32_t *out, const struct cpupolicy__json *json,
		      const struct cpupolicy__node *object, const char *key)
{
	struct cpupolicy__bitmap bits;
	struct cpupolicy__node node;
	const char *text;
	uint64_t value;
	int status = cpupolicy__json_member(&node, json, object, key,
					    JSON_STRING, true);

	if (status < 0)
		return status;
	text = json_string_value(node.value);
	if (strncmp(text, "0x", 2) == 0 && cpupolicy__hex(&value, &text, 8) &&
	    *text == '\0') {
		*out = (uint32_t)value;
		return 0;
	}
	text = json_string_value(node.value);
	if (strncmp(text, "0b", 2) == 0 && text[2] && !strpbrk(text, "x_") &&
	    cpupolicy__bitmap_parse(&bits, text, 32)) {
		*out = (uint32_t)bits.value;
		return 0;
	}
	return cpupolicy__json_fail(json, node.pointer,
				    "'%.60s' is not a number of 32 bits, "
				    "expected hexadecimal such as \"0x7\" or "
				    "binary such as \"0b111\"",
				    text);
}

/* The row of this leaf and sub-leaf, new if it is; later modifiers change what
 * earlier ones gave. */
static int find_row(size_t *at, struct cpupolicy__template *template,
		    const struct cpupolicy_row *key, const char *pointer)
{
	int status;

	for (*at = 0; *at < template->rows.nr; ++*at)
		if (template->rows.row[*at].leaf == key->leaf &&
		    template->rows.row[*at].subleaf == key->subleaf)
			return 0;
	status = cpupolicy__rows_add(&template->rows, key);
	if (status == 0)
		status = cpupolicy__rows_add(&template->known, key);
	if (status == CPUPOLICY_E_RANGE)
		return cpupolicy__json_fail(template->json, pointer,
					    "more rows than any CPU has");
	if (status < 0)
		return cpupolicy__no_memory(template->json->error,
					    template->json->name);
	return 0;
}

static int read_register(struct cpupolicy__template *template, size_t at,
			 const struct cpupolicy__node *modifier)
{
	struct cpupolicy_row *row = &template->rows.row[at];
	struct cpupolicy_row *known = &template->known.row[at];
	const struct {
		const char *name;
		uint32_t *value, *known;
	} registers[] = {
		{ "eax", &row->eax, &known->eax },
		{ "ebx", &row->ebx, &known->ebx },
		{ "ecx", &row->ecx, &known->ecx },
		{ "edx", &row->edx, &known->edx },
	};
	struct cpupolicy__bitmap bitmap;
	struct cpupolicy__node node;
	int status;

	status = cpupolicy__json_member(&node, template->json, modifier,
					"register", JSON_STRING, true);
	if (status == 0)
		status = get_bitmap(&bitmap, template->json, modifier, 32);
	if (status < 0)
		return status;
	for (size_t i = 0; i < 4; i++)
		if (strcmp(json_string_value(node.value), registers[i].name) ==
		    0) {
			*registers[i].value &= ~(uint32_t)bitmap.given;
			*registers[i].value |= (uint32_t)bitmap.value;
			*registers[i].known |= (uint32_t)bitmap.given;
			return 0;
		}
	return cpupolicy__json_fail(template->json, node.pointer,
				    "'%.60s' is not a register, expected eax, "
				    "ebx, ecx or edx",
				    json_string_value(node.value));
}

static int read_cpuid(struct cpupolicy__template *template,
		      const struct cpupolicy__node *leaf)
{
	const struct cpupolicy__json *json = template->json;
	struct cpupolicy__node modifiers, flags, modifier;
	struct cpupolicy_row key = { 0 };
	uint32_t ignored;
	size_t at = 0;
	int status;

	status = get_number(&key.leaf, json, leaf, "leaf");
	if (status == 0)
		status = get_number(&key.subleaf, json, leaf, "subleaf");
	if (status == 0)
		status = cpupolicy__json_member(&flags, json, leaf, "flags",
						JSON_INTEGER, true);
	if (status == 0)
		status = cpupolicy__json_number(&ignored, json, &flags,
						UINT32_MAX);
	if (status == 0)
		status = cpupolicy__json_member(&modifiers, json, leaf,
						"modifiers", JSON_ARRAY, true);
	if (status == 0)
		status = find_row(&at, template, &key, leaf->pointer);
	for (size_t i = 0; status == 0 && i < json_array_size(modifiers.value);
	     i++) {
		status = cpupolicy__json_element(&modifier, json, &modifiers, i,
						 JSON_OBJECT);
		if (status == 0)
			status = read_register(template, at, &modifier);
	}
	return status;
}

static int read_msr(struct cpupolicy__template *template,
		    const struct cpupolicy__node *modifier)
{
	struct cpupolicy__bitmap bitmap, *bits;
	uint32_t index = 0;
	size_t at = 0;
	int status;

	status = get_number(&index, template->json, modifier, "addr");
	if (status == 0)
		status = get_bitmap(&bitmap, template->json, modifier, 64);
	if (status < 0)
		return status;
	while (at < template->nr_msrs && template->msrs[at].index != index)
		at++;
	if (at == CPUPOLICY__MAX_MSRS)
		return cpupolicy__json_fail(template->json, modifier->pointer,
					    "more MSRs than any CPU has");
	if (at == template->nr_msrs)
		template->nr_msrs++;
	template->msrs[at].index = index;
	bits = &template->msrs[at].bits;
	bits->value = (bits->value & ~bitmap.given) | bitmap.value;
	bits->given |= bitmap.given;
	return 0;
}

/* Each object of an array, which may be absent. */
static int read_each(struct cpupolicy__template *template,
		     const struct cpupolicy__node *object, const char *key,
		     int (*read)(struct cpupolicy__template *template,
				 const struct cpupolicy__node *element))
{
	struct cpupolicy__node array, element;
	int status = cpupolicy__json_member(&array, template->json, object, key,
					    JSON_ARRAY, false);

	for (size_t i = 0; !status && i < json_array_size(array.value); i++) {
		status = cpupolicy__json_element(&element, template->json,
						 &array, i, JSON_OBJECT);
		if (status == 0)
			status = read(template, &element);
	}
	return status;
}

static int refuse_arm(const struct cpupolicy__json *json,
		      const struct cpupolicy__node *object)
{
	static const char *const keys[] = { "reg_modifiers", "vcpu_features" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct cpupolicy__node node;
		int status = cpupolicy__json_member(&node, json, object,
						    keys[i], JSON_ARRAY, false);

		if (status < 0)
			return status;
		if (json_array_size(node.value))
			return cpupolicy__json_fail(
				json, node.pointer,
				"is of an ARM CPU, which has no CPUID");
	}
	return 0;
}

int cpupolicy__template_read(struct cpupolicy__template *template,
			     const struct cpupolicy__node *object)
{
	/* Firecracker refuses others too */
	static const char *const keys[] = {
		"kvm_capabilities", "cpuid_modifiers", "msr_modifiers",
		"reg_modifiers",    "vcpu_features",   NULL,
	};
	int status;

	status = cpupolicy__json_keys(template->json, object, keys);
	if (status == 0)
		status = refuse_arm(template->json, object);
	if (status == 0)
		status = read_each(template, object, "cpuid_modifiers",
				   read_cpuid);
	if (status == 0)
		status = read_each(template, object, "msr_modifiers", read_msr);
	return status;
}

void cpupolicy__template_clear(struct cpupolicy__template *template)
{
	cpupolicy__rows_clear(&template->rows);
	cpupolicy__rows_clear(&template->known);
}
