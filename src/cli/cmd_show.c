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
	put_cores(shown);
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

/* Of many, an element of an array; @nr: how many there were before. */
static int add_json(struct showing *how, const struct shown *shown, size_t nr)
{
	json_t *object = shown_json(shown, how->dropped);
	char *text = json_dumps(object, JSON_SORT_KEYS | JSON_INDENT(2));
	char *whole = text && how->several
			      ? format_text("%s%s", nr ? ",\n" : "[\n", text)
			      : text;

	json_decref(object);
	if (whole != text)
		free(text);
	return spool_add(&how->spool, whole);
}

static int end_json(struct showing *how)
{
	int status = spool_add(&how->spool,
			       format_text(how->several ? "\n]\n" : "\n"));

	return status ? status : spool_write(&how->spool, "-");
}

static int add_shown(struct showing *how, struct shown *shown, size_t nr)
{
	int status = 0;

	shown->label = input_label(&shown->input, &how->options, how->set);
	describe(&shown->description, &shown->policy, &shown->input);
	if (how->json) {
		status = add_json(how, shown, nr);
	} else if (how->brief) {
		add_brief(&how->table, shown);
	} else {
		progress_end();
		show_whole(shown, how->dropped);
	}
	description_free(&shown->description);
	free(shown->label);
	return status;
}

static int show_one(struct showing *how, struct shown *shown, size_t nr)
{
	int status = input_policy(&shown->policy, &shown->input, &how->options,
				  how->set, findings_sink, &shown->findings);

	if (!status)
		status = add_shown(how, shown, nr);
	findings_free(&shown->findings);
	return status;
}

static int show_all(struct showing *how, const struct words *operands)
{
	struct shown *shown =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*shown));
	struct inputs inputs;
	int status;

	how->table.columns = 6;
	how->table.long_lines = true;
	*shown = (struct shown){ .set = how->set };
	inputs_begin(&inputs, operands);
	while (inputs_next(&shown->input, &inputs)) {
		how->several = inputs.several;
		how->brief |= how->several && !how->json && !how->dropped;
		if (!inputs_parse(&shown->input, &inputs))
			inputs.status = show_one(how, shown, inputs.nr - 1);
		input_close(&shown->input);
	}
	status = inputs_end(&inputs);
	free(shown);
	if (!status && how->json)
		status = end_json(how);
	if (!status)
		table_print(&how->table, 0);
	table_free(&how->table);
	spool_free(&how->spool);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
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
	if (accept)
		how.set = CPUPOLICY_SET_ACCEPT;
	if (!status && operands.nr)
		status = show_all(&how, &operands);
	words_free(&operands);
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
		"said)\n" HYPERVISOR_HELP
		"  --json             for programs\n\n"
		"Example:\n"
		"  cpupolicy show @host --dropped\n",
	.run = run,
};
