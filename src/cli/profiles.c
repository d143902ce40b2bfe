// SPDX-License-Identifier: MIT
/*
 * profiles.c - which kinds of guest a policy serves, and what the others lack.
 */
#include <stdlib.h>

#include "taken.h"

/* Names of a list, for people. */
#define FEW_FEATURES 6

/* What the policy lacks of the profile, as words; NULL: nothing. */
static char *lacked(const struct cpupolicy_policy *policy,
		    const struct cpupolicy_profile *profile)
{
	const struct cpupolicy_field *field;
	struct text text = { 0 };

	for (uint32_t at = 0;
	     (field = cpupolicy_profile_lacks(policy, profile, &at));)
		text_word(&text, " ", field->name);
	return text.s;
}

static bool met_by(const struct cpupolicy_policy *policy,
		   const struct cpupolicy_profile *profile)
{
	uint32_t at = 0;

	return !cpupolicy_profile_lacks(policy, profile, &at);
}

char *profiles_met(const struct cpupolicy_policy *policy)
{
	const struct cpupolicy_profile *profile;
	struct text text = { 0 };

	for (uint32_t i = 0; (profile = cpupolicy_profile_at(i)); i++)
		if (met_by(policy, profile))
			text_word(&text, ", ", profile->name);
	return text.s;
}

struct sorts {
	struct text met, lost, unmet;
};

static void sort(struct sorts *sorts, const struct cpupolicy_policy *before,
		 const struct cpupolicy_policy *after,
		 const struct cpupolicy_profile *profile)
{
	char *words = lacked(after, profile);
	char *few = words ? some_words(words, FEW_FEATURES) : NULL;
	char *line = words ? format_text("%s (%s)", profile->name, few) : NULL;

	if (!words)
		text_word(&sorts->met, ", ", profile->name);
	else if (before && met_by(before, profile))
		text_word(&sorts->lost, ", ", line);
	else
		text_word(&sorts->unmet, ", ", line);
	free(words);
	free(few);
	free(line);
}

void put_profiles(FILE *to, const struct cpupolicy_policy *before,
		  const struct cpupolicy_policy *after)
{
	const struct cpupolicy_profile *profile;
	struct table table = { .columns = 2 };
	struct sorts sorts = { 0 };

	for (uint32_t i = 0; (profile = cpupolicy_profile_at(i)); i++)
		sort(&sorts, before, after, profile);
	if (sorts.met.s)
		table_row(&table, before ? "still met" : "met", sorts.met.s);
	if (sorts.lost.s)
		table_row(&table, "no longer met", sorts.lost.s);
	if (sorts.unmet.s)
		table_row(&table, before ? "not met before" : "not met",
			  sorts.unmet.s);
	fputs("requirements of guests, and what is missing\n", to);
	table_print_to(to, &table, 2);
	free(sorts.met.s);
	free(sorts.lost.s);
	free(sorts.unmet.s);
}

json_t *profiles_json(const struct cpupolicy_policy *before,
		      const struct cpupolicy_policy *after)
{
	const struct cpupolicy_profile *profile;
	json_t *list = json_array();

	for (uint32_t i = 0; (profile = cpupolicy_profile_at(i)); i++) {
		char *words = lacked(after, profile);
		json_t *one =
			json_pack("{s:s, s:s, s:b, s:o}", "name", profile->name,
				  "title", profile->title, "met", !words,
				  "missing", json_words(words));

		if (before)
			json_object_set_new(
				one, "met_before",
				json_boolean(met_by(before, profile)));
		json_array_append_new(list, one);
		free(words);
	}
	return list;
}
