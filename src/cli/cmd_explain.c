/* SPDX-License-Identifier: MIT */
/*
 * cmd_explain.c - what a feature, a finding, a mode, a model or a profile is.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "explain.h"

static bool is_mode(const char *name)
{
	for (uint32_t i = 0; cpupolicy_mode_at(i); i++)
		if (strcmp(cpupolicy_mode_at(i)->name, name) == 0)
			return true;
	return false;
}

static bool explain_address(const char *name, json_t *json)
{
	const struct cpupolicy_field *field;
	struct cpupolicy_address at;
	cpupolicy_feature feature;

	if (cpupolicy_feature_parse(&feature, name, strlen(name)) < 0)
		return false;
	at = cpupolicy_feature_address(feature);
	field = cpupolicy_field_of(&at, CPUPOLICY_VENDOR_UNKNOWN);
	for (int vendor = CPUPOLICY_VENDOR_INTEL;
	     !field && vendor <= CPUPOLICY_VENDOR_ZHAOXIN; vendor++)
		field = cpupolicy_field_of(&at,
					   (enum cpupolicy_vendor_id)vendor);
	if (field)
		explain_field(field, json);
	else
		explain_bit(&at, json);
	return true;
}

static bool explain_any(const char *name, json_t *json)
{
	const char *model = name[0] == '@' ? name + 1 : name;
	const struct cpupolicy_field *field =
		cpupolicy_field_find(name, strlen(name));

	if (find_finding(name))
		explain_finding(find_finding(name), json);
	else if (is_mode(name))
		explain_mode(name, json);
	else if (cpupolicy_model_find(model))
		explain_model(cpupolicy_model_find(model), json);
	else if (cpupolicy_profile_find(model))
		explain_profile(cpupolicy_profile_find(model), json);
	else if (field)
		explain_field(field, json);
	else
		return explain_address(name, json);
	return true;
}

/* Names of modes, profiles and findings are few: the same start is near
 * enough */
static const char *nearest_other(const char *name)
{
	size_t length = strlen(name) < 4 ? strlen(name) : 4;

	for (uint32_t i = 0; cpupolicy_mode_at(i); i++)
		if (strncasecmp(cpupolicy_mode_at(i)->name, name, length) == 0)
			return cpupolicy_mode_at(i)->name;
	if (cpupolicy_model_nearest(name))
		return cpupolicy_model_nearest(name);
	for (uint32_t i = 0; cpupolicy_profile_at(i); i++)
		if (strncasecmp(cpupolicy_profile_at(i)->name, name, length) ==
		    0)
			return cpupolicy_profile_at(i)->name;
	for (uint32_t i = 0; cpupolicy_finding_info_at(i); i++)
		if (strncasecmp(cpupolicy_finding_info_at(i)->name, name,
				length) == 0)
			return cpupolicy_finding_info_at(i)->name;
	return NULL;
}

static int refuse(const char *name)
{
	const char *near = cpupolicy_field_nearest(name);
	cpupolicy_feature feature;

	if (name[0] == '@')
		return refuse_model(name + 1);
	if (!near && name[0])
		near = nearest_other(name);
	if (cpupolicy_feature_parse(&feature, name, strlen(name)) ==
	    CPUPOLICY_E_RANGE)
		return trouble("explain: '%s': no register has a bit of that"
			       " number",
			       name);
	if (near)
		return trouble("explain: nothing is called '%s', did you mean"
			       " '%s'?",
			       name, near);
	return trouble("explain: nothing is called '%s'; expected a feature"
		       " (avx2, 7.0:ebx[5]), a finding (F001), a mode"
		       " (hyperv-r2), a model (x86-64-v3) or the requirements"
		       " of a guest (el10)",
		       name);
}

static void list_names(void)
{
	puts("modes");
	for (uint32_t i = 0; cpupolicy_mode_at(i); i++)
		if (!mode_seen(i))
			printf("  %s\n", cpupolicy_mode_at(i)->name);
	puts("models");
	for (uint32_t i = 0; cpupolicy_model_at(i); i++)
		printf("  @%-22s %s\n", cpupolicy_model_at(i)->name,
		       cpupolicy_model_at(i)->summary);
	puts("requirements of guests");
	for (uint32_t i = 0; cpupolicy_profile_at(i); i++)
		printf("  @%-22s %s\n", cpupolicy_profile_at(i)->name,
		       cpupolicy_profile_at(i)->title);
	puts("findings");
	for (uint32_t i = 0; cpupolicy_finding_info_at(i); i++)
		printf("  F%03u %s\n", cpupolicy_finding_info_at(i)->code,
		       cpupolicy_finding_info_at(i)->name);
	puts("fields");
	for (uint32_t i = 0; cpupolicy_field_at(i); i++) {
		char at[CPUPOLICY_ADDRESS_TEXT];

		printf("  %-22s %-24s %s\n", cpupolicy_field_at(i)->name,
		       cpupolicy_address_text(at, &cpupolicy_field_at(i)->at),
		       cpupolicy_field_at(i)->summary);
	}
}

static int explain(const struct words *names, bool json)
{
	for (size_t i = 0; i < names->nr; i++) {
		json_t *object = json ? json_object() : NULL;

		if (!explain_any(names->item[i], object)) {
			json_decref(object);
			return refuse(names->item[i]);
		}
		if (object && json_put(object))
			return EXIT_TROUBLE;
		if (!object && i + 1 < names->nr)
			puts("");
	}
	return EXIT_YES;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	bool json = false, list = false;
	const struct option options[] = {
		{ .name = "list", .flag = &list },
		{ .name = "json", .flag = &json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, list ? 0 : 1,
				     list ? 0 : SIZE_MAX);
	if (status == ARGS_GO_ON && list) {
		list_names();
		status = EXIT_YES;
	} else if (status == ARGS_GO_ON) {
		status = explain(&operands, json);
	}
	words_free(&operands);
	return status;
}

const struct command command_explain = {
	.name = "explain",
	.arguments = "FEATURE|FINDING|MODE|MODEL|PROFILE... | --list",
	.summary = "what a name means, its rule and its source",
	.help = "  --list  all names\n"
		"  --json  for programs, one object for each name\n\n"
		"Example:\n"
		"  cpupolicy explain avx2 7.0:ebx[9] F018 hyperv-r2 "
		"@x86-64-v3\n",
	.run = run,
};
