/* SPDX-License-Identifier: MIT */
/*
 * masking.c - hide and cap, and refuse by name what cannot be hidden.
 */
#include <stdlib.h>
#include <string.h>

#include "masking.h"

int unknown_name(const char *option, const char *word)
{
	const char *near = cpupolicy_field_nearest(word);

	if (near)
		return trouble("%s: unknown feature '%s', did you mean '%s'?",
			       option, word, near);
	return trouble("%s: unknown feature '%s'", option, word);
}

static int add_hidden(struct cpupolicy_mask_spec *spec, size_t *room,
		      const char *word)
{
	cpupolicy_feature feature;
	int status = cpupolicy_feature_parse(&feature, word, strlen(word));

	if (status == CPUPOLICY_E_RANGE)
		return trouble("--hide: '%s' is not one bit; --cap lowers"
			       " numbers",
			       word);
	if (status < 0)
		return unknown_name("--hide", word);
	spec->hide = more_room(spec->hide, room, spec->nr_hide + 1,
			       sizeof(*spec->hide));
	spec->hide[spec->nr_hide++] = feature;
	return 0;
}

static int add_cap(struct cpupolicy_mask_spec *spec, size_t *room,
		   const char *word)
{
	size_t length = strcspn(word, "=");
	const struct cpupolicy_field *field =
		cpupolicy_field_find(word, length);
	const char *digits = word[length] ? word + length + 1 : "";
	size_t nr = strlen(digits);

	if (!field) {
		char *name = format_text("%.*s", (int)length, word);
		int status = unknown_name("--cap", name);

		free(name);
		return status;
	}
	if (!nr || nr > 9 || strspn(digits, "0123456789") != nr)
		return trouble("--cap: '%s': expected FIELD=NUMBER", word);
	spec->caps = more_room(spec->caps, room, spec->nr_caps + 1,
			       sizeof(*spec->caps));
	spec->caps[spec->nr_caps++] = (struct cpupolicy_cap_item){
		.field = field,
		.value = (uint32_t)strtoul(digits, NULL, 10),
	};
	return 0;
}

int spec_from_words(struct cpupolicy_mask_spec *spec, const struct words *hide,
		    const struct words *cap)
{
	size_t room_hide = 0, room_caps = 0;
	int status = 0;

	for (size_t i = 0; i < hide->nr && !status; i++)
		status = add_hidden(spec, &room_hide, hide->item[i]);
	for (size_t i = 0; i < cap->nr && !status; i++)
		status = add_cap(spec, &room_caps, cap->item[i]);
	return status;
}

static char *feature_name(cpupolicy_feature feature,
			  const struct cpupolicy_policy *policy)
{
	struct cpupolicy_difference one = { .at = cpupolicy_feature_address(
						    feature) };

	one.field =
		cpupolicy_field_of(&one.at, cpupolicy_policy_vendor(policy));
	return difference_name(&one);
}

/* The core refuses a whole list; which of them was it? */
static int refuse_hidden(const struct masking *masking,
			 const struct cpupolicy_mask_spec *spec,
			 const char *where)
{
	for (size_t i = 0; i < spec->nr_hide; i++) {
		struct cpupolicy_policy copy = masking->policy;
		struct cpupolicy_address at;
		char *name;
		int status =
			cpupolicy_hide(&copy, &spec->hide[i], 1, NULL, NULL);

		if (status == 0)
			continue;
		at = cpupolicy_feature_address(spec->hide[i]);
		name = feature_name(spec->hide[i], &masking->policy);
		if (status == CPUPOLICY_E_LIMITATION)
			trouble("%s: '%s' is a limitation: a guest that is not"
				" told of it is promised more, so it cannot"
				" be hidden",
				where, name);
		else if (status == CPUPOLICY_E_DERIVED)
			trouble("%s: '%s' is computed from other fields on"
				" this maker's CPUs: hide those",
				where, name);
		else
			trouble("%s: '%s' is never part of a policy: %s", where,
				name, fate_text(&at));
		free(name);
		return EXIT_TROUBLE;
	}
	return trouble("%s: %s", where,
		       cpupolicy_strerror(CPUPOLICY_E_INVALID));
}

static int refuse_cap(const struct cpupolicy_cap_item *cap, int status,
		      const char *where)
{
	unsigned int bits = cap->field->at.high - cap->field->at.low + 1u;

	if (status == CPUPOLICY_E_RANGE)
		return trouble("%s: %s: %u is out of range; expected 0 to %u",
			       where, cap->field->name, cap->value,
			       0xffffffffu >> (32 - bits));
	return trouble("%s: %s is not a number that levels by minimum", where,
		       cap->field->name);
}

int hide_and_cap(struct masking *masking,
		 const struct cpupolicy_mask_spec *spec, const char *where)
{
	if (spec->nr_hide &&
	    cpupolicy_hide(&masking->policy, spec->hide, spec->nr_hide,
			   findings_sink, &masking->findings) < 0)
		return refuse_hidden(masking, spec, where);
	for (size_t i = 0; i < spec->nr_caps; i++) {
		int status = cpupolicy_cap(
			&masking->policy, spec->caps[i].field,
			spec->caps[i].value, findings_sink, &masking->findings);

		if (status < 0)
			return refuse_cap(&spec->caps[i], status, where);
	}
	return 0;
}
