/* SPDX-License-Identifier: MIT */
/*
 * cmd_show.c - features and fields by name, notes, ABI level.
 */
#include <stdlib.h>
#include <string.h>

#include "show.h"

static void show_whole(const struct shown *shown, bool dropped)
{
	put_header(shown);
	put_contents(&shown->policy);
	put_notes(shown);
	if (dropped)
		put_dropped(&shown->findings);
}

static void add_brief(struct table *table, const struct shown *shown)
{
	const struct description *d = &shown->description;
	char *abi = d->abi_level ? format_text("v%d", d->abi_level)
				 : format_text("-");
	char *model = format_text("%u/%x/%x", d->signature.family,
				  d->signature.model, d->signature.stepping);
	char *features = format_text("%u", count_features(&shown->policy));

	if (!table->nr)
		table_row(table, "NAME", "VENDOR", "MODEL", "ABI", "FEATURES",
			  "BRAND");
	table_row(table, shown->input.stem, d->vendor, model, abi, features,
		  d->brand);
	free(abi);
	free(model);
	free(features);
}

static int show_one(struct showing *how, const char *argument)
{
	struct shown *shown =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*shown));
	int status;

	*shown = (struct shown){ .set = how->set };
	status = input_open_policy(&shown->input, argument);
	if (status) {
		free(shown);
		return status;
	}
	status = input_policy(&shown->policy, &shown->input, &how->options,
			      how->set, findings_sink, &shown->findings);
	if (!status) {
		shown->label =
			input_label(&shown->input, &how->options, how->set);
		describe(&shown->description, &shown->policy, &shown->input);
		if (how->json)
			json_array_append_new(how->list,
					      shown_json(shown, how->dropped));
		else if (how->brief)
			add_brief(&how->table, shown);
		else
			show_whole(shown, how->dropped);
		description_free(&shown->description);
	}
	free(shown->label);
	findings_free(&shown->findings);
	input_close(&shown->input);
	free(shown);
	return status;
}

static int show_json(json_t *list, bool one)
{
	json_t *first = one ? json_incref(json_array_get(list, 0)) : NULL;

	if (!first)
		return json_put(list);
	json_decref(list);
	return json_put(first);
}

static int show_all(struct showing *how, const struct words *files)
{
	int status = 0;

	if (files->nr > 1 && !how->json && !how->dropped)
		how->brief = true;
	how->table.columns = 6;
	how->table.long_lines = true;
	how->list = json_array();
	for (size_t i = 0; i < files->nr && !status; i++) {
		progress("reading", i, files->nr);
		status = show_one(how, files->item[i]);
	}
	progress("reading", files->nr, files->nr);
	if (!status && how->json)
		return show_json(how->list, files->nr == 1);
	if (!status)
		table_print(&how->table, 0);
	json_decref(how->list);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 }, files = { 0 };
	struct showing how = { .set = CPUPOLICY_SET_OFFER };
	const char *hypervisor = NULL;
	bool offer = false, accept = false;
	const struct option options[] = {
		{ .name = "dropped", .flag = &how.dropped },
		{ .name = "brief", .flag = &how.brief },
		{ .name = "offer", .flag = &offer },
		{ .name = "accept", .flag = &accept },
		{ .name = "json", .flag = &how.json },
		{ .name = "hypervisor", .value = &hypervisor },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 1, SIZE_MAX);
	if (status == ARGS_GO_ON && offer && accept)
		status = trouble(
			"show: --offer and --accept exclude each other");
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&how.options, hypervisor);
	if (!status)
		status = input_expand(&files, &operands);
	if (accept)
		how.set = CPUPOLICY_SET_ACCEPT;
	if (!status && files.nr)
		status = show_all(&how, &files);
	words_free(&operands);
	words_free(&files);
	return status;
}

const struct command command_show = {
	.name = "show",
	.arguments = "POLICY... [--dropped] [--brief] [--accept]",
	.summary = "features and fields by name, notes, ABI level",
	.help = "Several files, or a folder, become one line each.\n\n"
		"  --dropped          also every bit of the record that is not "
		"in the set, and\n"
		"                     the rule that dropped it\n"
		"  --brief            one line each\n"
		"  --offer, --accept  which set of a record (offer, if not "
		"said)\n"
		"  --hypervisor NAME  kvm (assumed), xen, hyperv, vmware or "
		"none, for records\n"
		"  --json             for programs\n\n"
		"Example:\n"
		"  cpupolicy show @host --dropped\n",
	.run = run,
};
