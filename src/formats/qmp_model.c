// SPDX-License-Identifier: MIT
/*
 * qmp_model.c - from properties of a CPU model of QEMU to rows. QEMU says of
 * every feature that it has a name for whether the guest sees it.
 */
#include <inttypes.h>
#include <string.h>

#include "qmp.h"

/** struct teller - what the functions below work on */
struct teller {
	struct cpupolicy__named *named;
	struct cpupolicy__text *enlightenments;
	const struct cpupolicy__json *json;
};

static int named_status(const struct teller *teller, const char *pointer,
			int status)
{
	if (status == CPUPOLICY_E_DIFFERS)
		return cpupolicy__json_fail(teller->json, pointer,
					    "says the opposite of another name "
					    "of the same bit");
	if (status == CPUPOLICY_E_MEMORY)
		return cpupolicy__no_memory(teller->json->error,
					    teller->json->name);
	return status;
}

/* A whole number up to @max; absent: false. All are read as reals, for QEMU
 * has some that are larger than any signed number. */
static int number(bool *there, uint32_t *out, const struct teller *teller,
		  const struct cpupolicy__node *props, const char *key,
		  uint32_t max)
{
	struct cpupolicy__node node;
	double value;

	cpupolicy__json_child(&node, props, key,
			      json_object_get(props->value, key));
	*there = node.value != NULL;
	*out = 0;
	if (!node.value)
		return 0;
	value = json_number_value(node.value);
	if (!json_is_number(node.value) || !(value >= 0 && value <= max) ||
	    value != (double)(uint32_t)value)
		return cpupolicy__json_fail(teller->json, node.pointer,
					    "expected a whole number from 0 to "
					    "%" PRIu32,
					    max);
	*out = (uint32_t)value;
	return 0;
}

static int string(const char **out, struct cpupolicy__node *node,
		  const struct teller *teller,
		  const struct cpupolicy__node *props, const char *key)
{
	int status = cpupolicy__json_member(node, teller->json, props, key,
					    JSON_STRING, false);

	*out = node->value ? json_string_value(node->value) : NULL;
	return status;
}

static int tell_identity(const struct teller *teller,
			 const struct cpupolicy__node *props)
{
	struct cpupolicy_signature signature;
	struct cpupolicy__node node;
	const char *vendor, *brand;
	bool family, model, stepping;
	int status = string(&vendor, &node, teller, props, "vendor");

	if (status == 0 && vendor)
		status = cpupolicy__named_vendor(teller->named, vendor);
	if (status == CPUPOLICY_E_RANGE)
		return cpupolicy__json_fail(teller->json, node.pointer,
					    "'%.60s' has not 12 characters",
					    vendor);
	if (status == 0)
		status = string(&brand, &node, teller, props, "model-id");
	if (status == 0 && brand)
		status = cpupolicy__named_brand(teller->named, brand);
	if (status == 0)
		status = number(&family, &signature.family, teller, props,
				"family", 15 + 0xff);
	if (status == 0)
		status = number(&model, &signature.model, teller, props,
				"model", 0xff);
	if (status == 0)
		status = number(&stepping, &signature.stepping, teller, props,
				"stepping", 15);
	if (status == 0 && family && model && stepping)
		status = cpupolicy__named_signature(teller->named, &signature);
	return named_status(teller, "", status);
}

/* The highest leaf: what was asked for, or else what features need. */
static int tell_level(const struct teller *teller,
		      const struct cpupolicy__node *props, const char *key,
		      const char *least, const char *field)
{
	uint32_t level, minimum;
	bool there, there_least;
	int status = number(&there, &level, teller, props, key, 0xffffffffu);

	if (status == 0)
		status = number(&there_least, &minimum, teller, props, least,
				0xffffffffu);
	if (status < 0 || (!there && !there_least))
		return status;
	return named_status(teller, "",
			    cpupolicy__named_number(teller->named, field,
						    there ? level : minimum));
}

static int tell_numbers(const struct teller *teller,
			const struct cpupolicy__node *props)
{
	uint32_t bits;
	bool there;
	int status =
		tell_level(teller, props, "level", "min-level", "max_basic");

	if (status == 0)
		status = tell_level(teller, props, "xlevel", "min-xlevel",
				    "max_ext");
	if (status == 0)
		status =
			number(&there, &bits, teller, props, "phys-bits", 0xff);
	/* 0: whatever the accelerator takes */
	if (status == 0 && bits)
		status =
			named_status(teller, "",
				     cpupolicy__named_number(
					     teller->named, "phys_bits", bits));
	return status;
}

static bool is_enlightenment(const char *key)
{
	return strncmp(key, "hv-", 3) == 0 || strncmp(key, "hv_", 3) == 0;
}

static int tell_feature(const struct teller *teller,
			const struct cpupolicy__node *node, const char *key)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	struct cpupolicy__text *hv = teller->enlightenments;
	bool on = json_is_true(node->value);
	int nr = cpupolicy__name_fields(fields, CPUPOLICY__QEMU, key,
					strlen(key), teller->named->vendor);

	if (!json_is_boolean(node->value))
		return nr <= 0 ? 0
			       : cpupolicy__json_fail(teller->json,
						      node->pointer,
						      "expected true or false");
	/* a name that nobody knows tells nothing where it is off */
	if (nr <= 0 && !on)
		return 0;
	if (nr < 0 && is_enlightenment(key)) {
		if (hv->length < 400)
			cpupolicy__text_add(hv, " %.48s", key);
		return 0;
	}
	return named_status(
		teller, node->pointer,
		cpupolicy__named_name(teller->named, key, strlen(key), on));
}

static int tell_features(const struct teller *teller,
			 const struct cpupolicy__node *props)
{
	int status = 0;
	const char *key;
	json_t *value;

	json_object_foreach(props->value, key, value)
	{
		struct cpupolicy__node node;

		cpupolicy__json_child(&node, props, key, value);
		status = tell_feature(teller, &node, key);
		if (status < 0)
			return status;
	}
	/* QEMU's leaf 1 has 8 there, whatever the host has */
	if (cpupolicy__named_has(teller->named, "clflush"))
		status = cpupolicy__named_number(teller->named, "clflush_size",
						 8);
	return named_status(teller, "", status);
}

int cpupolicy__qmp_tell(struct cpupolicy__named *named,
			struct cpupolicy__text *enlightenments,
			const struct cpupolicy__json *json,
			const struct cpupolicy__node *props)
{
	const struct teller teller = { named, enlightenments, json };
	/* the maker first: some names mean different bits on others */
	int status = tell_identity(&teller, props);

	if (status == 0)
		status = tell_numbers(&teller, props);
	return status == 0 ? tell_features(&teller, props) : status;
}
