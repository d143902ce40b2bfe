/* SPDX-License-Identifier: MIT */
/*
 * json_mask.c - masks in the project's own format; docs/json.md.
 */
#include <stdlib.h>
#include <string.h>

#include "json_util.h"

static const char *const mask_keys[] = { "format", "version", "hide", "cap",
					 NULL };

/* What may be hidden is the core's to say: try it on a policy of nothing. */
static int try_hide(const struct cpupolicy__json *json,
		    const struct cpupolicy__node *node,
		    cpupolicy_feature feature)
{
	const char *text = json_string_value(node->value);
	struct cpupolicy_policy none;

	cpupolicy_policy_clear(&none);
	switch (cpupolicy_hide(&none, &feature, 1, NULL, NULL)) {
	case 0:
		return 0;
	case CPUPOLICY_E_DERIVED:
		return cpupolicy__json_fail(
			json, node->pointer,
			"'%.60s' is computed from other fields: hide those",
			text);
	case CPUPOLICY_E_LIMITATION:
		return cpupolicy__json_fail(
			json, node->pointer,
			"'%.60s' is a limitation: a guest that is not told of "
			"it would be promised more, not less",
			text);
	default:
		return cpupolicy__json_fail(json, node->pointer,
					    "'%.60s' is never part of a policy",
					    text);
	}
}

static int read_hide(struct cpupolicy_mask_spec *mask,
		     const struct cpupolicy__json *json,
		     const struct cpupolicy__node *root)
{
	struct cpupolicy__node hide, node;
	size_t nr;
	int status;

	status = cpupolicy__json_member(&hide, json, root, "hide", JSON_ARRAY,
					false);
	if (status < 0 || !hide.value)
		return status;
	nr = json_array_size(hide.value);
	mask->hide = calloc(nr + 1, sizeof(*mask->hide));
	if (!mask->hide)
		return cpupolicy__no_memory(json->error, json->name);
	for (size_t i = 0; i < nr && !status; i++) {
		status = cpupolicy__json_element(&node, json, &hide, i,
						 JSON_STRING);
		if (status == 0)
			status = cpupolicy__json_feature(
				&mask->hide[i], json, node.pointer,
				json_string_value(node.value));
		if (status == 0)
			status = try_hide(json, &node, mask->hide[i]);
		mask->nr_hide = i + 1;
	}
	return status;
}

static int read_cap(struct cpupolicy_mask_spec *mask,
		    const struct cpupolicy__json *json,
		    const struct cpupolicy__node *node, const char *key)
{
	struct cpupolicy_cap_item *cap = &mask->caps[mask->nr_caps];
	struct cpupolicy_policy none;
	int status;

	status = cpupolicy__json_field(&cap->field, json, node->pointer, key,
				       CPUPOLICY_VENDOR_UNKNOWN);
	if (status < 0)
		return status;
	status = cpupolicy__json_number(&cap->value, json, node,
					cpupolicy__largest(&cap->field->at));
	if (status < 0)
		return status;
	for (size_t i = 0; i < mask->nr_caps; i++)
		if (mask->caps[i].field == cap->field)
			return cpupolicy__json_fail(json, node->pointer,
						    "'%s' came before",
						    cap->field->name);
	cpupolicy_policy_clear(&none);
	if (cpupolicy_cap(&none, cap->field, cap->value, NULL, NULL) < 0)
		return cpupolicy__json_fail(
			json, node->pointer,
			"'%.60s' cannot be capped, expected a number that "
			"levels by minimum such as phys_bits",
			key);
	mask->nr_caps++;
	return 0;
}

static int read_caps(struct cpupolicy_mask_spec *mask,
		     const struct cpupolicy__json *json,
		     const struct cpupolicy__node *root)
{
	struct cpupolicy__node caps, node;
	const char *key;
	json_t *value;
	int status;

	status = cpupolicy__json_member(&caps, json, root, "cap", JSON_OBJECT,
					false);
	if (status < 0 || !caps.value)
		return status;
	mask->caps =
		calloc(json_object_size(caps.value) + 1, sizeof(*mask->caps));
	if (!mask->caps)
		return cpupolicy__no_memory(json->error, json->name);
	json_object_foreach(caps.value, key, value)
	{
		cpupolicy__json_child(&node, &caps, key, value);
		status = read_cap(mask, json, &node, key);
		if (status < 0)
			break;
	}
	return status;
}

int cpupolicy__read_mask(struct cpupolicy_document *out,
			 const struct cpupolicy__json *json,
			 const struct cpupolicy__node *root)
{
	int status;

	out->kind = CPUPOLICY_DOCUMENT_MASK;
	status = cpupolicy__json_keys(json, root, mask_keys);
	if (status == 0)
		status = cpupolicy__json_version(json, root);
	if (status == 0)
		status = read_hide(&out->mask, json, root);
	if (status == 0)
		status = read_caps(&out->mask, json, root);
	return status;
}
