/* SPDX-License-Identifier: MIT */
/*
 * json_util.c - see json_util.h
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_util.h"

int cpupolicy__json_fail(const struct cpupolicy__json *json,
			 const char *pointer, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return cpupolicy__fail_at(json->error, CPUPOLICY_E_MEANING, json->name,
				  json->line, 0, "%s%s%s", pointer,
				  *pointer ? ": " : "", text);
}

static const char *type_name(json_type type)
{
	switch (type) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a whole number";
	case JSON_REAL:
		return "a number with a fraction";
	case JSON_NULL:
		return "null";
	default:
		return "true or false";
	}
}

static int check_type(const struct cpupolicy__json *json,
		      const struct cpupolicy__node *node, json_type type)
{
	if (json_typeof(node->value) == type)
		return 0;
	return cpupolicy__json_fail(json, node->pointer,
				    "expected %s, found %s", type_name(type),
				    type_name(json_typeof(node->value)));
}

void cpupolicy__json_child(struct cpupolicy__node *out,
			   const struct cpupolicy__node *object,
			   const char *key, json_t *value)
{
	size_t used = strlen(object->pointer);

	out->value = value;
	memcpy(out->pointer, object->pointer, used + 1);
	if (used + 4 < sizeof(out->pointer))
		out->pointer[used++] = '/';
	for (; *key && used + 4 < sizeof(out->pointer); key++) {
		if (*key != '~' && *key != '/') {
			out->pointer[used++] = *key;
			continue;
		}
		out->pointer[used++] = '~';
		out->pointer[used++] = *key == '~' ? '0' : '1';
	}
	out->pointer[used] = '\0';
}

static void list_keys(char *out, size_t size, const char *const *known)
{
	size_t used = 0;

	*out = '\0';
	for (; *known && used < size; known++) {
		const char *between = known[1] ? ", " : "";

		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 *known, between);
	}
}

int cpupolicy__json_keys(const struct cpupolicy__json *json,
			 const struct cpupolicy__node *object,
			 const char *const *known)
{
	struct cpupolicy__node child;
	const char *key;
	json_t *value;

	json_object_foreach(object->value, key, value)
	{
		const char *const *one = known;
		char expected[200];

		while (*one && strcmp(*one, key) != 0)
			one++;
		if (*one)
			continue;
		list_keys(expected, sizeof(expected), known);
		cpupolicy__json_child(&child, object, key, value);
		return cpupolicy__json_fail(
			json, child.pointer,
			"unknown key '%.60s', expected one of %s", key,
			expected);
	}
	return 0;
}

int cpupolicy__json_member(struct cpupolicy__node *out,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *object,
			   const char *key, json_type type, bool required)
{
	cpupolicy__json_child(out, object, key,
			      json_object_get(object->value, key));
	if (out->value)
		return check_type(json, out, type);
	if (required)
		return cpupolicy__json_fail(json, out->pointer,
					    "is missing, expected %s",
					    type_name(type));
	return 0;
}

int cpupolicy__json_element(struct cpupolicy__node *out,
			    const struct cpupolicy__json *json,
			    const struct cpupolicy__node *array, size_t index,
			    json_type type)
{
	char key[24];

	snprintf(key, sizeof(key), "%zu", index);
	cpupolicy__json_child(out, array, key,
			      json_array_get(array->value, index));
	return check_type(json, out, type);
}

int cpupolicy__json_number(uint32_t *out, const struct cpupolicy__json *json,
			   const struct cpupolicy__node *node, uint32_t max)
{
	json_int_t value;
	int status = check_type(json, node, JSON_INTEGER);

	if (status < 0)
		return status;
	value = json_integer_value(node->value);
	if (value < 0 || value > (json_int_t)max)
		return cpupolicy__json_fail(
			json, node->pointer,
			"%" JSON_INTEGER_FORMAT
			" is out of range, expected 0 to %" PRIu32,
			value, max);
	*out = (uint32_t)value;
	return 0;
}

int cpupolicy__json_copy(char **string, const struct cpupolicy__json *json,
			 const struct cpupolicy__node *object, const char *key)
{
	struct cpupolicy__node node;
	int status;

	status = cpupolicy__json_member(&node, json, object, key, JSON_STRING,
					false);
	if (status < 0 || !node.value)
		return status;
	if (cpupolicy__set_string(string, json_string_value(node.value)) < 0)
		return cpupolicy__no_memory(json->error, json->name);
	return 0;
}

int cpupolicy__json_version(const struct cpupolicy__json *json,
			    const struct cpupolicy__node *object)
{
	struct cpupolicy__node node;
	int status;

	status = cpupolicy__json_member(&node, json, object, "version",
					JSON_INTEGER, true);
	if (status == 0 && json_integer_value(node.value) != 1)
		return cpupolicy__json_fail(
			json, node.pointer,
			"%" JSON_INTEGER_FORMAT
			" is not known to this library, expected 1",
			json_integer_value(node.value));
	return status;
}

static int unknown_name(const struct cpupolicy__json *json, const char *pointer,
			const char *text)
{
	const char *nearest = cpupolicy_field_nearest(text);

	if (nearest)
		return cpupolicy__json_fail(
			json, pointer,
			"unknown feature '%.60s', did you mean '%s'?", text,
			nearest);
	return cpupolicy__json_fail(json, pointer,
				    "unknown feature '%.60s', expected a name "
				    "or an address such as 7.0:ebx[5]",
				    text);
}

/* Why the place of this field is in no policy. */
static const char *reason(const struct cpupolicy_address *at, bool zero)
{
	static const struct {
		const char *fate, *why;
	} reasons[] = {
		{ "vcpu", "topology is made for each virtual CPU" },
		{ "runtime", "it is state of the running system" },
		{ "clock", "clocks are made for each virtual machine" },
		{ "private", "it is private to one CPU" },
		{ "host", "it describes the host, never a guest" },
		{ "limit", "it is only a highest leaf number" },
		{ "unknown", "the leaf is not in this table" },
	};
	const char *fate = cpupolicy_leaf_fate((enum cpupolicy_space)at->space,
					       at->leaf, at->subleaf);

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(fate, reasons[i].fate) == 0)
			return reasons[i].why;
	return zero ? "the table gives it level zero" : NULL;
}

static int check_place(const struct cpupolicy__json *json, const char *pointer,
		       const char *text, const struct cpupolicy_field *field,
		       const struct cpupolicy_address *at)
{
	const char *why =
		reason(at, field && field->level == CPUPOLICY_LEVEL_ZERO);

	if (!why)
		return 0;
	return cpupolicy__json_fail(json, pointer,
				    "'%.60s' is never part of a policy: %s",
				    text, why);
}

int cpupolicy__json_field(const struct cpupolicy_field **field,
			  const struct cpupolicy__json *json,
			  const char *pointer, const char *text,
			  enum cpupolicy_vendor_id vendor)
{
	const struct cpupolicy_field *theirs;

	*field = cpupolicy_field_find(text, strlen(text));
	if (!*field)
		return unknown_name(json, pointer, text);
	/* makers that give one name other rules have a row each */
	theirs = cpupolicy_field_of(&(*field)->at, vendor);
	if (theirs && strcmp(theirs->name, (*field)->name) == 0)
		*field = theirs;
	return check_place(json, pointer, text, *field, &(*field)->at);
}

int cpupolicy__json_feature(cpupolicy_feature *feature,
			    const struct cpupolicy__json *json,
			    const char *pointer, const char *text)
{
	struct cpupolicy_address at;
	int status = cpupolicy_feature_parse(feature, text, strlen(text));

	if (status == CPUPOLICY_E_UNKNOWN)
		return unknown_name(json, pointer, text);
	if (status < 0)
		return cpupolicy__json_fail(json, pointer,
					    "'%.60s' is not one bit: a number, "
					    "or past the end of its register",
					    text);
	at = cpupolicy_feature_address(*feature);
	return check_place(json, pointer, text,
			   cpupolicy_field_of(&at, CPUPOLICY_VENDOR_UNKNOWN),
			   &at);
}

void cpupolicy__json_put(json_t *object, const char *key, json_t *value,
			 bool *ok)
{
	if (json_object_set_new(object, key, value) < 0)
		*ok = false;
}

void cpupolicy__json_append(json_t *array, const char *text, bool *ok)
{
	if (json_array_append_new(array, cpupolicy__json_clean(text)) < 0)
		*ok = false;
}

json_t *cpupolicy__json_clean(const char *text)
{
	char *copy = NULL;
	json_t *string;

	if (cpupolicy__set_string(&copy, text) < 0)
		return NULL;
	string = json_string(copy);
	free(copy);
	return string;
}

char *cpupolicy__json_text(json_t *root, bool ok, enum cpupolicy__layout layout)
{
	char *text = NULL, *ended = NULL;
	size_t size;

	if (ok && root)
		text = json_dumps(root, layout == CPUPOLICY__LINE_LAYOUT
						? JSON_COMPACT
						: JSON_INDENT(2));
	json_decref(root);
	if (!text)
		return NULL;
	size = strlen(text);
	ended = realloc(text, size + 2);
	if (!ended) {
		free(text);
		return NULL;
	}
	memcpy(ended + size, "\n", 2);
	return ended;
}
