// SPDX-License-Identifier: MIT
/*
 * fit_out.c - the closest model of one machine, for people and for programs.
 */
#include <stdlib.h>

#include "fit.h"

static bool is_computed(const struct cpupolicy_difference *difference)
{
	return is_description(difference) ||
	       (difference->field &&
		difference->field->level == CPUPOLICY_LEVEL_DERIVE);
}

static const char *name_at(const struct fitted *fitted, uint32_t i)
{
	return cpupolicy_model_at(fitted->list[i].model)->name;
}

/* "avx2", or "phys_bits 46 (39)" */
static void add_gained(void *arg, const struct cpupolicy_difference *difference)
{
	char *name, *a, *b, *both;

	if (is_computed(difference))
		return;
	name = difference_name(difference);
	a = value_text(difference->field, &difference->at, difference->a);
	b = value_text(difference->field, &difference->at, difference->b);
	both = format_text("%s %s (%s)", name, b, a);
	text_word(arg, ", ", is_feature(difference) ? name : both);
	free(name);
	free(a);
	free(b);
	free(both);
}

static void add_block(void *arg, const struct cpupolicy_finding *finding)
{
	if (finding->grade == CPUPOLICY_GRADE_BLOCK)
		text_word(arg, ", ", finding_field(finding));
}

/* The model as it is compared: one without a vendor has this policy's. */
static void model_of(struct cpupolicy_policy *out, const struct fitting *how,
		     const struct fitted *fitted, uint32_t i)
{
	*out = *cpupolicy_models_policy(how->models, fitted->list[i].model);
	cpupolicy_policy_adopt_vendor(out, &fitted->policy);
}

static char *beyond_text(const struct fitting *how, const struct fitted *fitted)
{
	struct cpupolicy_policy model;
	struct text text = { 0 };

	model_of(&model, how, fitted, 0);
	cpupolicy_gained(&model, &fitted->policy, add_gained, &text);
	return text.s ? text.s : format_text("nothing");
}

static char *missing_text(const struct fitting *how,
			  const struct fitted *fitted, uint32_t i)
{
	struct cpupolicy_policy model;
	struct text text = { 0 };

	model_of(&model, how, fitted, i);
	cpupolicy_check(&model, &fitted->policy, add_block, &text);
	return text.s;
}

static uint32_t near_end(const struct fitting *how, const struct fitted *fitted)
{
	size_t end = fitted->nr_fit + how->near;

	return end < fitted->nr ? (uint32_t)end : fitted->nr;
}

static void add_names(struct table *table, const char *what,
		      const struct fitting *how, const struct fitted *fitted)
{
	struct text equal = { 0 }, others = { 0 };

	for (uint32_t i = 0; i < cpupolicy_models_count(how->models); i++)
		if (is_neighbour(how->models, fitted->list[0].model, i,
				 NEIGHBOUR_EQUAL))
			text_word(&equal, " ", cpupolicy_model_at(i)->name);
	for (uint32_t i = 1; i < fitted->nr_fit; i++)
		text_word(&others, " ", name_at(fitted, i));
	if (equal.s)
		table_row(table, "the same as", equal.s);
	if (others.s)
		table_row(table, what, others.s);
	free(equal.s);
	free(others.s);
}

void put_fitted(const struct fitting *how, const struct fitted *fitted)
{
	const struct cpupolicy_model *model;
	struct table table = { .columns = 2 };
	char *line, *beyond;

	put_wrapped(stdout, fitted->label, 0, 2);
	if (fitted->nr_fit) {
		model = cpupolicy_model_at(fitted->list[0].model);
		line = format_text("@%s, %s", model->name, model->summary);
		beyond = beyond_text(how, fitted);
		table_row(&table, "closest", line);
		add_names(&table, "fits as well", how, fitted);
		table_row(&table, "beyond it", beyond);
		free(line);
		free(beyond);
	} else {
		table_row(&table, "closest", "no model fits");
	}
	for (uint32_t i = fitted->nr_fit; i < near_end(how, fitted); i++) {
		char *missing = missing_text(how, fitted, i);

		line = format_text("@%s but for %s", name_at(fitted, i),
				   missing);
		table_row(&table, i == fitted->nr_fit ? "near misses" : "",
			  line);
		free(missing);
		free(line);
	}
	table_print(&table, 2);
}

void add_fitted(struct fitting *how, const struct fitted *fitted)
{
	char *miss = NULL, *line = NULL;

	if (!how->table.nr)
		table_row(&how->table, "NAME", "MODEL", "NEAREST MISS");
	if (fitted->nr > fitted->nr_fit && how->near) {
		miss = missing_text(how, fitted, fitted->nr_fit);
		line = format_text("%s but for %s",
				   name_at(fitted, fitted->nr_fit), miss);
	}
	table_row(&how->table, fitted->input.stem,
		  fitted->nr_fit ? name_at(fitted, 0) : "-", line ? line : "");
	free(miss);
	free(line);
}

static void gained_json(void *arg,
			const struct cpupolicy_difference *difference)
{
	json_t *list = arg;
	char *name;

	if (is_computed(difference))
		return;
	name = difference_name(difference);
	json_array_append_new(list,
			      json_pack("{s:s, s:I, s:I}", "field", name,
					"model", (json_int_t)difference->a,
					"offered", (json_int_t)difference->b));
	free(name);
}

static void block_json(void *arg, const struct cpupolicy_finding *finding)
{
	if (finding->grade == CPUPOLICY_GRADE_BLOCK)
		json_array_append_new(arg, finding_json(finding));
}

static json_t *near_json(const struct fitting *how, const struct fitted *fitted)
{
	json_t *list = json_array();
	struct cpupolicy_policy model;

	for (uint32_t i = fitted->nr_fit; i < near_end(how, fitted); i++) {
		json_t *missing = json_array();

		model_of(&model, how, fitted, i);
		cpupolicy_check(&model, &fitted->policy, block_json, missing);
		json_array_append_new(list, json_pack("{s:s, s:o}", "model",
						      name_at(fitted, i),
						      "missing", missing));
	}
	return list;
}

json_t *fitted_json(const struct fitting *how, const struct fitted *fitted)
{
	json_t *beyond = json_array(), *others = json_array();
	struct cpupolicy_policy model;
	json_t *equal = NULL;

	if (fitted->nr_fit) {
		model_of(&model, how, fitted, 0);
		cpupolicy_gained(&model, &fitted->policy, gained_json, beyond);
		equal = neighbours_json(how->models, fitted->list[0].model,
					NEIGHBOUR_EQUAL);
	}
	for (uint32_t i = 1; i < fitted->nr_fit; i++)
		json_array_append_new(others, json_text(name_at(fitted, i)));
	return json_pack(
		"{s:s, s:s?, s:o, s:o, s:o, s:o}", "label", fitted->label,
		"model", fitted->nr_fit ? name_at(fitted, 0) : NULL, "equal",
		equal ? equal : json_array(), "others", others, "beyond",
		beyond, "near_misses", near_json(how, fitted));
}
