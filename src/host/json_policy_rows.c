/* SPDX-License-Identifier: MIT */
/*
 * json_policy_rows.c - the parts of a policy file that are whole registers: the
 * vendor, the signatures of hypervisors, rows that identify the CPU.
 */
#include <string.h>

#include "json_policy.h"

int cpupolicy__read_vendor(struct cpupolicy_policy *policy,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *root)
{
	struct cpupolicy__node node;
	struct cpupolicy_row row;
	const char *text;
	int status;

	status = cpupolicy__json_member(&node, json, root, "vendor",
					JSON_STRING, false);
	if (status < 0 || !node.value)
		return status;
	text = json_string_value(node.value);
	for (const char *s = text; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			status = -1;
	if (status < 0 || strlen(text) != 12)
		return cpupolicy__json_fail(
			json, node.pointer,
			"'%.60s' is not a vendor, expected 12 characters such "
			"as GenuineIntel",
			text);
	row = cpupolicy__vendor_row(text);
	cpupolicy_policy_set_row(policy, &row);
	return 0;
}

static const struct cpupolicy__section *
find_section(const struct cpupolicy__json *json,
	     const struct cpupolicy__node *node, const char *key)
{
	const struct cpupolicy__section *section;

	for (size_t i = 0; (section = cpupolicy__section_at(i)); i++)
		if (strcmp(section->name, key) == 0)
			return section;
	cpupolicy__json_fail(json, node->pointer,
			     "unknown hypervisor '%.60s', expected kvm, "
			     "hyperv, linux-hv, xen or vmware",
			     key);
	return NULL;
}

/*
 * A host has sections wherever a VMM wants them, and mostly under any name that
 * is good for their kind: then nothing is signed.
 */
static int read_anywhere(struct cpupolicy_policy *policy,
			 const struct cpupolicy__json *json,
			 const struct cpupolicy__node *node,
			 const struct cpupolicy__section *section)
{
	const struct cpupolicy_row row =
		cpupolicy__section_row(section, CPUPOLICY__LAST_SECTION);
	bool is_signed = strcmp(json_string_value(node->value), "anywhere");

	if (cpupolicy_policy_section(policy, section->space) ||
	    (is_signed && cpupolicy_policy_set_row(policy, &row) < 0))
		return cpupolicy__json_fail(json, node->pointer,
					    "came before under another name");
	cpupolicy_policy_move_section(policy, section->space,
				      CPUPOLICY_SECTION_ANYWHERE);
	return 0;
}

static int read_hypervisor(struct cpupolicy_policy *policy,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *node, const char *key)
{
	const struct cpupolicy__section *section;
	struct cpupolicy_row row;
	const char *text;
	uint64_t base;

	section = find_section(json, node, key);
	if (!section)
		return CPUPOLICY_E_MEANING;
	if (json_typeof(node->value) != JSON_STRING)
		return cpupolicy__json_fail(
			json, node->pointer,
			"expected a base such as \"0x40000000\"");
	text = json_string_value(node->value);
	if (strncmp(text, "anywhere", 8) == 0 &&
	    (!text[8] || strcmp(text + 8, ", signed") == 0))
		return read_anywhere(policy, json, node, section);
	if (!cpupolicy__hex(&base, &text, 8) || *text || base < 0x40000000 ||
	    base > 0x4000fd00 || base % 0x100)
		return cpupolicy__json_fail(
			json, node->pointer,
			"'%.60s' is not a base, expected 0x40000000 to "
			"0x4000fd00 in steps of 0x100, or anywhere",
			json_string_value(node->value));
	row = (struct cpupolicy_row){ .leaf = (uint32_t)base };
	cpupolicy_policy_get_row(&row, policy);
	if (row.ebx)
		return cpupolicy__json_fail(
			json, node->pointer,
			"another hypervisor has the base 0x%x", (unsigned)base);
	row = cpupolicy__section_row(section, (uint32_t)base);
	if (cpupolicy_policy_set_row(policy, &row) < 0)
		return cpupolicy__json_fail(json, node->pointer,
					    "came before under another name");
	return 0;
}

int cpupolicy__read_hypervisors(struct cpupolicy_policy *policy,
				const struct cpupolicy__json *json,
				const struct cpupolicy__node *root)
{
	struct cpupolicy__node object, node;
	const char *key;
	json_t *value;
	int status;

	status = cpupolicy__json_member(&object, json, root, "hypervisors",
					JSON_OBJECT, false);
	if (status < 0 || !object.value)
		return status;
	json_object_foreach(object.value, key, value)
	{
		cpupolicy__json_child(&node, &object, key, value);
		status = read_hypervisor(policy, json, &node, key);
		if (status < 0)
			break;
	}
	return status;
}

/* Rows hold what identifies a CPU; features and numbers have keys of their own.
 */
static int check_row(const struct cpupolicy__json *json, const char *pointer,
		     const struct cpupolicy_row *row)
{
	struct cpupolicy_policy donor, nothing;
	struct cpupolicy_row left = *row;

	cpupolicy_policy_clear(&nothing);
	cpupolicy_policy_clear(&donor);
	if (cpupolicy_policy_set_row(&donor, row) < 0)
		return cpupolicy__json_fail(
			json, pointer,
			"leaf 0x%x sub-leaf %u has no place in a policy (%s)",
			(unsigned)row->leaf, (unsigned)row->subleaf,
			cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, row->leaf,
					    row->subleaf));
	if (row->leaf == 0 && row->eax == 0)
		return 0; /* a vendor that is no text */
	/* of a policy, a mask of nothing leaves what no mask counts */
	cpupolicy_mask(&donor, &nothing, NULL, NULL);
	cpupolicy_policy_get_row(&left, &donor);
	if ((row->eax & ~left.eax) | (row->ebx & ~left.ebx) |
	    (row->ecx & ~left.ecx) | (row->edx & ~left.edx))
		return cpupolicy__json_fail(
			json, pointer,
			"sets bits of leaf 0x%x that are features or numbers: "
			"they belong in /features or /numbers",
			(unsigned)row->leaf);
	return 0;
}

/* Add the bits of a row to those that its leaf already has. */
static int merge_row(struct cpupolicy_policy *policy,
		     const struct cpupolicy__json *json, const char *pointer,
		     const struct cpupolicy_row *row)
{
	struct cpupolicy_row all = *row;

	cpupolicy_policy_get_row(&all, policy);
	if (row->leaf == 0 && (all.ebx | all.ecx | all.edx))
		return cpupolicy__json_fail(json, pointer,
					    "the vendor came before");
	all.eax |= row->eax;
	all.ebx |= row->ebx;
	all.ecx |= row->ecx;
	all.edx |= row->edx;
	cpupolicy_policy_set_row(policy, &all);
	return 0;
}

static int read_row(struct cpupolicy_policy *policy,
		    struct cpupolicy__rows *before,
		    const struct cpupolicy__json *json,
		    const struct cpupolicy__node *node)
{
	const char *text = json_string_value(node->value);
	struct cpupolicy_row row;
	int status;

	if (!cpupolicy__row_parse(&row, text))
		return cpupolicy__json_fail(
			json, node->pointer,
			"'%.60s' is not a row, expected LEAF.SUBLEAF EAX EBX "
			"ECX EDX in hexadecimal",
			text);
	for (size_t i = 0; i < before->nr; i++)
		if (before->row[i].leaf == row.leaf &&
		    before->row[i].subleaf == row.subleaf)
			return cpupolicy__json_fail(json, node->pointer,
						    "the row came before");
	if (cpupolicy__rows_add(before, &row) < 0)
		return cpupolicy__no_memory(json->error, json->name);
	status = check_row(json, node->pointer, &row);
	if (status < 0)
		return status;
	return merge_row(policy, json, node->pointer, &row);
}

int cpupolicy__read_donor_rows(struct cpupolicy_policy *policy,
			       const struct cpupolicy__json *json,
			       const struct cpupolicy__node *root)
{
	struct cpupolicy__rows before = { 0 };
	struct cpupolicy__node array, node;
	int status;

	status = cpupolicy__json_member(&array, json, root, "rows", JSON_ARRAY,
					false);
	for (size_t i = 0; !status && i < json_array_size(array.value); i++) {
		status = cpupolicy__json_element(&node, json, &array, i,
						 JSON_STRING);
		if (status == 0)
			status = read_row(policy, &before, json, &node);
	}
	cpupolicy__rows_clear(&before);
	return status;
}
