/* SPDX-License-Identifier: MIT */
/*
 * json_policy.c - policies in the project's own format, read; docs/json.md.
 *
 * A policy file is taken literally: nothing is closed or normalised, and a
 * derived number that is given is stored as given.
 */
#include <string.h>

#include "json_policy.h"

static const char *const policy_keys[] = {
	"format",   "version", "table", "name",	       "vendor",
	"features", "numbers", "rows",	"hypervisors", NULL,
};

static int no_place(const struct cpupolicy__json *json, const char *pointer,
		    const char *text)
{
	return cpupolicy__json_fail(json, pointer,
				    "'%.60s' has no place in a policy", text);
}

static int read_table(struct cpupolicy_policy *policy,
		      const struct cpupolicy__json *json,
		      const struct cpupolicy__node *root)
{
	struct cpupolicy__node node;
	int status;

	status = cpupolicy__json_member(&node, json, root, "table",
					JSON_INTEGER, false);
	if (status < 0 || !node.value)
		return status;
	return cpupolicy__json_number(&policy->table, json, &node, 0xffff);
}

static int read_feature(struct cpupolicy_policy *policy,
			const struct cpupolicy__json *json,
			const struct cpupolicy__node *node)
{
	const char *text = json_string_value(node->value);
	const struct cpupolicy_field *field;
	cpupolicy_feature feature;
	int status;

	field = cpupolicy_field_find(text, strlen(text));
	if (field && field->at.high != field->at.low)
		return cpupolicy__json_fail(
			json, node->pointer,
			"'%.60s' is a number: it belongs in /numbers", text);
	status = cpupolicy__json_feature(&feature, json, node->pointer, text);
	if (status < 0)
		return status;
	if (cpupolicy_policy_has(policy, feature))
		return cpupolicy__json_fail(json, node->pointer,
					    "'%.60s' came before", text);
	if (cpupolicy_policy_set(policy, feature, true) < 0)
		return no_place(json, node->pointer, text);
	return 0;
}

static int read_features(struct cpupolicy_policy *policy,
			 const struct cpupolicy__json *json,
			 const struct cpupolicy__node *root)
{
	struct cpupolicy__node array, node;
	int status;

	status = cpupolicy__json_member(&array, json, root, "features",
					JSON_ARRAY, false);
	for (size_t i = 0; !status && i < json_array_size(array.value); i++) {
		status = cpupolicy__json_element(&node, json, &array, i,
						 JSON_STRING);
		if (status == 0)
			status = read_feature(policy, json, &node);
	}
	return status;
}

/* Which key a field belongs to, if it is not "numbers". */
static const char *elsewhere(const struct cpupolicy_field *field)
{
	if (cpupolicy__is_vendor(&field->at))
		return "is the vendor: it belongs in /vendor";
	if (cpupolicy__is_signature(&field->at))
		return "is a hypervisor's signature: it belongs in "
		       "/hypervisors";
	if (field->level == CPUPOLICY_LEVEL_DONOR)
		return "identifies the CPU: its register belongs in /rows";
	if (field->level != CPUPOLICY_LEVEL_DERIVE &&
	    field->at.high == field->at.low)
		return "is a feature: it belongs in /features";
	return NULL;
}

static int read_number(struct cpupolicy_policy *policy,
		       const struct cpupolicy__json *json,
		       const struct cpupolicy__node *node, const char *key,
		       bool derived)
{
	const struct cpupolicy_field *field;
	const char *other;
	uint32_t value;
	int status;

	status = cpupolicy__json_field(&field, json, node->pointer, key,
				       cpupolicy_policy_vendor(policy));
	if (status < 0)
		return status;
	other = elsewhere(field);
	if (other)
		return cpupolicy__json_fail(json, node->pointer, "'%.60s' %s",
					    key, other);
	if ((field->level == CPUPOLICY_LEVEL_DERIVE) != derived)
		return 0;
	status = cpupolicy__json_number(&value, json, node,
					cpupolicy__largest(&field->at));
	if (status < 0)
		return status;
	if (!derived && cpupolicy_field_get(policy, field))
		return cpupolicy__json_fail(json, node->pointer,
					    "'%.60s' came before", key);
	if (cpupolicy_field_set(policy, field, value) < 0)
		return no_place(json, node->pointer, key);
	return 0;
}

static int read_numbers(struct cpupolicy_policy *policy,
			const struct cpupolicy__json *json,
			const struct cpupolicy__node *root, bool derived)
{
	struct cpupolicy__node object, node;
	const char *key;
	json_t *value;
	int status;

	status = cpupolicy__json_member(&object, json, root, "numbers",
					JSON_OBJECT, false);
	if (status < 0 || !object.value)
		return status;
	json_object_foreach(object.value, key, value)
	{
		cpupolicy__json_child(&node, &object, key, value);
		status = read_number(policy, json, &node, key, derived);
		if (status < 0)
			break;
	}
	return status;
}

/* A derived feature that was listed is there, whatever it derives from. */
static void derive_rest(struct cpupolicy_policy *policy)
{
	enum cpupolicy_vendor_id vendor = cpupolicy_policy_vendor(policy);
	const struct cpupolicy_policy given = *policy;
	const struct cpupolicy_field *field;

	cpupolicy__derive_again(policy);
	for (uint32_t i = 0; (field = cpupolicy_field_at(i)); i++)
		if (field->at.high == field->at.low &&
		    cpupolicy_field_get(&given, field) &&
		    cpupolicy__is_derived(field, vendor))
			cpupolicy_field_set(policy, field, 1);
}

int cpupolicy__read_policy(struct cpupolicy_document *out,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *root)
{
	struct cpupolicy_policy *policy = &out->policy;
	int status;

	out->kind = CPUPOLICY_DOCUMENT_POLICY;
	cpupolicy_policy_clear(policy);
	status = cpupolicy__json_keys(json, root, policy_keys);
	if (status == 0)
		status = cpupolicy__json_version(json, root);
	if (status == 0)
		status = cpupolicy__json_copy(&out->policy_name, json, root,
					      "name");
	if (status == 0)
		status = read_table(policy, json, root);
	if (status == 0)
		status = cpupolicy__read_vendor(policy, json, root);
	if (status == 0)
		status = cpupolicy__read_hypervisors(policy, json, root);
	if (status == 0)
		status = read_features(policy, json, root);
	if (status == 0)
		status = read_numbers(policy, json, root, false);
	if (status == 0)
		status = cpupolicy__read_donor_rows(policy, json, root);
	if (status < 0)
		return status;
	derive_rest(policy);
	return read_numbers(policy, json, root, true);
}
