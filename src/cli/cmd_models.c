// SPDX-License-Identifier: MIT
/*
 * cmd_models.c - which models there are, and which is below which.
 */
#include <stdlib.h>
#include <string.h>

#include "models.h"

struct listing {
	const struct cpupolicy_models *models;
	struct table table;
	json_t *list; /* NULL: for people */
	bool order;
};

/* NULL: none */
static char *neighbours_text(const struct cpupolicy_models *models, uint32_t of,
			     enum neighbour how)
{
	struct text text = { 0 };

	for (uint32_t i = 0; i < cpupolicy_models_count(models); i++)
		if (is_neighbour(models, of, i, how))
			text_word(&text, " ", cpupolicy_model_at(i)->name);
	return text.s;
}

/* A line for each way in which it has neighbours. */
static void add_order(struct listing *listing, uint32_t index)
{
	static const char *const words[] = {
		[NEIGHBOUR_UNDER] = "directly above",
		[NEIGHBOUR_OVER] = "directly below",
		[NEIGHBOUR_EQUAL] = "equal to",
	};
	const char *name = cpupolicy_model_at(index)->name;

	if (!listing->table.nr)
		table_row(&listing->table, "MODEL", "IS", "WHAT");
	for (int how = 0; how <= NEIGHBOUR_EQUAL; how++) {
		char *others = neighbours_text(listing->models, index,
					       (enum neighbour)how);

		if (others)
			table_row(&listing->table, name, words[how], others);
		if (others)
			name = "";
		free(others);
	}
}

static void add_plain(struct listing *listing, uint32_t index)
{
	const struct cpupolicy_model *model = cpupolicy_model_at(index);
	int level = cpupolicy_abi_level(
		cpupolicy_models_policy(listing->models, index));
	char *abi = level ? format_text("v%d", level) : format_text("-");
	char *year =
		model->year ? format_text("%u", model->year) : format_text("-");

	if (!listing->table.nr)
		table_row(&listing->table, "MODEL", "VENDOR", "YEAR", "VERSION",
			  "ABI", "WHAT IT IS");
	table_row(&listing->table, model->name, vendor_word(model->vendor),
		  year, model->version, abi, model->summary);
	free(abi);
	free(year);
}

static json_t *words_json(const char *list)
{
	json_t *array = json_array();

	while (*list) {
		size_t length = strcspn(list, " ");

		json_array_append_new(array, json_stringn(list, length));
		list += length;
		list += *list == ' ';
	}
	return array;
}

static json_t *model_json(const struct cpupolicy_models *models, uint32_t index)
{
	const struct cpupolicy_model *model = cpupolicy_model_at(index);
	const struct cpupolicy_model *base = cpupolicy_model_base(model);
	json_t *object = json_object();

	json_object_set_new(object, "name", json_text(model->name));
	json_object_set_new(object, "version", json_text(model->version));
	json_object_set_new(object, "title", json_text(model->title));
	json_object_set_new(object, "summary", json_text(model->summary));
	json_object_set_new(object, "source", json_text(model->source));
	json_object_set_new(object, "vendor",
			    json_text(vendor_word(model->vendor)));
	json_object_set_new(object, "year",
			    model->year ? json_integer(model->year)
					: json_null());
	json_object_set_new(object, "aliases", words_json(model->aliases));
	json_object_set_new(object, "base",
			    json_text(base ? base->name : NULL));
	json_object_set_new(object, "abi_level",
			    json_integer(cpupolicy_abi_level(
				    cpupolicy_models_policy(models, index))));
	json_object_set_new(object, "equal",
			    neighbours_json(models, index, NEIGHBOUR_EQUAL));
	json_object_set_new(object, "directly_below",
			    neighbours_json(models, index, NEIGHBOUR_UNDER));
	json_object_set_new(object, "directly_above",
			    neighbours_json(models, index, NEIGHBOUR_OVER));
	return object;
}

static void add(struct listing *listing, uint32_t index)
{
	if (listing->list)
		json_array_append_new(listing->list,
				      model_json(listing->models, index));
	else if (listing->order)
		add_order(listing, index);
	else
		add_plain(listing, index);
}

/* With or without the @ that they have elsewhere. */
static const struct cpupolicy_model *model_named(const char *name)
{
	return cpupolicy_model_find(name[0] == '@' ? name + 1 : name);
}

static int list_models(const struct words *names, bool order, bool json)
{
	struct cpupolicy_models *models;
	struct listing listing = { .order = order };
	int status = 0;

	for (size_t i = 0; i < names->nr; i++)
		if (!model_named(names->item[i]))
			return refuse_model(names->item[i] +
					    (names->item[i][0] == '@'));
	models = models_open();
	listing.models = models;
	listing.table.columns = order ? 3 : 6;
	listing.list = json ? json_array() : NULL;
	for (size_t i = 0; i < names->nr; i++)
		add(&listing, model_index(model_named(names->item[i])));
	for (uint32_t i = 0; !names->nr && i < cpupolicy_models_count(models);
	     i++)
		add(&listing, i);
	if (json)
		status = json_put(json_pack("{s:o}", "models", listing.list));
	table_print(&listing.table, 0);
	cpupolicy_models_free(models);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	bool order = false, json = false;
	const struct option options[] = {
		{ .name = "order", .flag = &order },
		{ .name = "json", .flag = &json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = list_models(&operands, order, json);
	words_free(&operands);
	return status;
}

const struct command command_models = {
	.name = "models",
	.arguments = "[MODEL...] [--order]",
	.summary = "which models there are, and which is below which",
	.help = "A model is a named policy: @NAME stands for it wherever a "
		"policy does. Names that\nQEMU, libvirt and VMware's EVC use "
		"will do.\n\n"
		"  --order  instead, which models are directly below and above "
		"each: a guest of\n"
		"           one runs wherever a model above it is offered\n"
		"  --json   for programs, with both\n\n"
		"Example:\n"
		"  cpupolicy models --order\n",
	.run = run,
};
