/* SPDX-License-Identifier: MIT */
/*
 * values.c - what a bit, a number and a vendor are called.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

bool is_feature(const struct cpupolicy_difference *difference)
{
	return difference->at.high == difference->at.low &&
	       !is_description(difference);
}

bool is_description(const struct cpupolicy_difference *difference)
{
	const struct cpupolicy_field *field = difference->field;
	bool one_bit = difference->at.high == difference->at.low;

	if (!field)
		return !one_bit;
	/* a mirror of a feature says nothing that the feature does not */
	return field->level == CPUPOLICY_LEVEL_DONOR ||
	       (field->level == CPUPOLICY_LEVEL_DERIVE && one_bit);
}

char *difference_name(const struct cpupolicy_difference *difference)
{
	char text[CPUPOLICY_ADDRESS_TEXT];

	if (difference->field)
		return format_text("%s", difference->field->name);
	return format_text("%s", cpupolicy_address_text(text, &difference->at));
}

/* Parts of a text, such as a vendor, are more telling as they are read. */
static bool is_letters(char out[5], uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++) {
		out[i] = (char)(value >> 8 * i & 0x7f);
		if (value >> 8 * i == 0)
			break;
		if (value >> 8 * i & 0x80 || out[i] < 0x20 || out[i] == 0x7f ||
		    out[i] == '\'')
			return false;
	}
	out[4] = '\0';
	return strlen(out) > 2 || (out[0] >= 'A' && !out[1]);
}

char *value_text(const struct cpupolicy_field *field,
		 const struct cpupolicy_address *at, uint32_t value)
{
	unsigned int width = at->high - at->low + 1u;
	char letters[5];

	if (width == 1)
		return format_text("%u", value);
	if (width == 32 && at->reg != CPUPOLICY_EAX &&
	    at->space != CPUPOLICY_SPACE_MSR && is_letters(letters, value))
		return format_text("'%s'", letters);
	if (!field || value > 0xffff)
		return format_text("0x%x", value);
	return format_text("%u", value);
}

const char *fate_text(const struct cpupolicy_address *at)
{
	static const char *const words[][2] = {
		{ "vcpu", "topology, made for each virtual CPU" },
		{ "runtime", "state of the running guest" },
		{ "clock", "made from the guest's clock frequency" },
		{ "private", "serial numbers and the like" },
		{ "host", "it describes the host, not a guest" },
		{ "limit", "a highest leaf number, computed" },
		{ "slot", "the virtual machine sets it" },
	};
	const char *fate = cpupolicy_leaf_fate((enum cpupolicy_space)at->space,
					       at->leaf, at->subleaf);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(fate, words[i][0]) == 0)
			return words[i][1];
	return "this leaf is not known";
}

void vendor_text(char out[64], const struct cpupolicy_policy *policy)
{
	char vendor[13];
	char *text;

	cpupolicy_policy_vendor_string(vendor, policy);
	text = escape(vendor);
	strcpy(out, text[0] ? text : "any vendor");
	free(text);
}

static void count_feature(void *arg,
			  const struct cpupolicy_difference *difference)
{
	uint32_t *nr = arg;

	*nr += is_feature(difference);
}

uint32_t count_features(const struct cpupolicy_policy *policy)
{
	uint32_t nr = 0;

	cpupolicy_policy_contents(policy, count_feature, &nr);
	return nr;
}
