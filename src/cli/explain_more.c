/* SPDX-License-Identifier: MIT */
/*
 * explain_more.c - findings, modes and models in words.
 */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "models.h"

void explain_finding(const struct cpupolicy_finding_info *info, json_t *json)
{
	struct table table = { .columns = 2 };
	char code[8];

	snprintf(code, sizeof(code), "F%03u", info->code % 10000u);
	if (json) {
		json_object_set_new(json, "kind", json_text("finding"));
		explain_line(&table, json, "code", code);
		explain_line(&table, json, "name", info->name);
	} else {
		printf("%s  %s\n", code, info->name);
	}
	explain_line(&table, json, "meaning", info->summary);
	explain_line(&table, json, "grade",
		     info->grade
			     ? cpupolicy_grade_name(
				       (enum cpupolicy_grade)info->grade)
			     : "that of the field or lint rule it is about");
	explain_line(&table, json, "remedy", info->remedy);
	table_print(&table, 2);
}

const char *vendor_word(enum cpupolicy_vendor_id vendor)
{
	static const char *const words[] = {
		[CPUPOLICY_VENDOR_UNKNOWN] = "any",
		[CPUPOLICY_VENDOR_INTEL] = "intel",
		[CPUPOLICY_VENDOR_AMD] = "amd",
		[CPUPOLICY_VENDOR_HYGON] = "hygon",
		[CPUPOLICY_VENDOR_ZHAOXIN] = "zhaoxin",
	};

	return words[vendor];
}

static void explain_mode_of(const struct cpupolicy_mode *mode, json_t *json)
{
	struct table table = { .columns = 2 };
	struct text hide = { 0 };
	char cap[16];

	for (const char *const *name = mode->hide; *name; name++)
		text_word(&hide, " ", *name);
	snprintf(cap, sizeof(cap), "%u", mode->clflush_cap);
	if (!json)
		printf("%s on %s  %s\n", mode->name, vendor_word(mode->vendor),
		       mode->summary);
	else
		explain_line(&table, json, "summary", mode->summary);
	/* the literal list; what depends on it goes too when it is applied */
	explain_line(&table, json, "hides", hide.s ? hide.s : "nothing");
	explain_line(&table, json, "clflush_size at most", cap);
	explain_line(&table, json, "source", mode->source);
	table_print(&table, 2);
	free(hide.s);
}

void explain_mode(const char *name, json_t *json)
{
	json_t *vendors = json ? json_object() : NULL;

	for (uint32_t i = 0; cpupolicy_mode_at(i); i++) {
		const struct cpupolicy_mode *mode = cpupolicy_mode_at(i);
		json_t *one = json ? json_object() : NULL;

		if (strcmp(mode->name, name) == 0)
			explain_mode_of(mode, one);
		if (one && json_object_size(one))
			json_object_set_new(vendors, vendor_word(mode->vendor),
					    one);
		else
			json_decref(one);
	}
	if (!json) {
		puts("What depends on a hidden feature goes with it.");
		return;
	}
	json_object_set_new(json, "kind", json_text("mode"));
	json_object_set_new(json, "name", json_text(name));
	json_object_set_new(json, "vendors", vendors);
}

static void add_feature(void *arg,
			const struct cpupolicy_difference *difference)
{
	char *name;

	if (!is_feature(difference))
		return;
	name = difference_name(difference);
	text_word(arg, " ", name);
	free(name);
}

/* The difference from its base, as the file has it. */
static void explain_base(const struct cpupolicy_model *model, json_t *json,
			 struct table *table)
{
	const struct cpupolicy_model *base = cpupolicy_model_base(model);
	struct cpupolicy_policy *policies;
	struct text plus = { 0 }, minus = { 0 };

	if (!base)
		return;
	policies = more_room(NULL, &(size_t){ 0 }, 2, sizeof(*policies));
	cpupolicy_model_policy(&policies[0], base);
	cpupolicy_model_policy(&policies[1], model);
	cpupolicy_gained(&policies[0], &policies[1], add_feature, &plus);
	cpupolicy_gained(&policies[1], &policies[0], add_feature, &minus);
	explain_line(table, json, "base", base->name);
	explain_line(table, json, "plus", plus.s ? plus.s : "");
	explain_line(table, json, "minus", minus.s ? minus.s : "");
	free(plus.s);
	free(minus.s);
	free(policies);
}

void explain_profile(const struct cpupolicy_profile *profile, json_t *json)
{
	struct table table = { .columns = 2 };
	struct cpupolicy_policy *policy =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*policy));
	struct text features = { 0 };

	cpupolicy_profile_policy(policy, profile);
	cpupolicy_policy_contents(policy, add_feature, &features);
	if (json) {
		json_object_set_new(json, "kind", json_text("profile"));
		explain_line(&table, json, "name", profile->name);
		explain_line(&table, json, "title", profile->title);
	} else {
		printf("@%s  %s\n", profile->name, profile->title);
	}
	explain_line(&table, json, "features", features.s ? features.s : "");
	explain_line(&table, json, "source", profile->source);
	table_print(&table, 2);
	free(features.s);
	free(policy);
}

void explain_model(const struct cpupolicy_model *model, json_t *json)
{
	struct table table = { .columns = 2 };
	struct cpupolicy_policy *policy =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*policy));
	struct text features = { 0 };
	char year[16] = "", abi[32];

	cpupolicy_model_policy(policy, model);
	cpupolicy_policy_contents(policy, add_feature, &features);
	abi_text(abi, cpupolicy_abi_level(policy));
	if (model->year)
		snprintf(year, sizeof(year), "%u", model->year);
	if (json) {
		json_object_set_new(json, "kind", json_text("model"));
		explain_line(&table, json, "name", model->name);
		explain_line(&table, json, "summary", model->summary);
	} else {
		printf("@%s  %s\n", model->name, model->summary);
	}
	explain_line(&table, json, "title", model->title);
	explain_line(&table, json, "version", model->version);
	explain_line(&table, json, "vendor", vendor_word(model->vendor));
	explain_line(&table, json, "year", year);
	explain_line(&table, json, "ABI level", abi);
	explain_line(&table, json, "also called", model->aliases);
	explain_base(model, json, &table);
	explain_line(&table, json, "features", features.s ? features.s : "");
	explain_line(&table, json, "source", model->source);
	table_print(&table, 2);
	free(features.s);
	free(policy);
}
