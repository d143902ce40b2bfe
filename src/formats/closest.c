// SPDX-License-Identifier: MIT
/*
 * closest.c - which of a project's CPU models takes the fewest words to become
 * a given CPU.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "naming.h"

static void tell_list(uint8_t *has, const struct cpupolicy__naming *naming,
		      enum cpupolicy__project project, const char *list,
		      enum cpupolicy__told told)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	const char *word;
	size_t length;

	while (cpupolicy__next_word(&word, &length, &list)) {
		int nr = cpupolicy__name_fields(fields, project, word, length,
						naming->vendor);

		for (int i = 0; i < nr; i++)
			has[fields[i] - cpupolicy_field_at(0)] = (uint8_t)told;
	}
}

static void tell_one(uint8_t *has, const struct cpupolicy__naming *naming,
		     enum cpupolicy__project project,
		     const struct cpupolicy__cpu_models *models,
		     const struct cpupolicy__cpu_model *model)
{
	memset(has, CPUPOLICY__OFF, cpupolicy_field_count());
	tell_list(has, naming, project, model->features, CPUPOLICY__ON);
	tell_list(has, naming, project, model->unsure, CPUPOLICY__UNTOLD);
	tell_list(has, naming, project, models->open, CPUPOLICY__UNTOLD);
}

/* What two projects have under one name is sure where they agree. */
static void tell_model(struct cpupolicy__choice *choice,
		       const struct cpupolicy__naming *naming,
		       const struct cpupolicy__wish *wish, uint8_t *other)
{
	const struct cpupolicy__cpu_model *same;

	tell_one(choice->has, naming, naming->project, naming->models,
		 choice->model);
	same = wish->other
		       ? cpupolicy__cpu_model(wish->other, choice->model->name)
		       : NULL;
	if (!same)
		return;
	tell_one(other, naming, wish->other_project, wish->other, same);
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++)
		if (choice->has[i] != other[i])
			choice->has[i] = CPUPOLICY__UNTOLD;
}

static bool is_subset(const struct cpupolicy__choice *choice,
		      const struct cpupolicy__naming *naming)
{
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++)
		if (naming->told[i] == CPUPOLICY__OFF &&
		    choice->has[i] != CPUPOLICY__OFF)
			return false;
	return true;
}

bool cpupolicy__differs(const struct cpupolicy__choice *choice,
			const struct cpupolicy__naming *naming, uint32_t field)
{
	return naming->told[field] != CPUPOLICY__UNTOLD &&
	       naming->told[field] != choice->has[field];
}

/* Words it takes; of models that take as many, that of the same CPU wins. */
static unsigned cost_of(const struct cpupolicy__choice *choice,
			const struct cpupolicy__naming *naming,
			const uint8_t *is_named)
{
	struct cpupolicy_signature mine;
	unsigned cost = 0;

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++)
		cost += is_named[i] && cpupolicy__differs(choice, naming, i);
	cost *= 2;
	if (cpupolicy__naming_signature(&mine, naming) &&
	    (mine.family != choice->model->signature.family ||
	     mine.model != choice->model->signature.model))
		cost++;
	return cost;
}

/* Of the CPU's maker; or, where the release has none of his, of anybody. */
static bool is_of_maker(const struct cpupolicy__naming *naming,
			const struct cpupolicy__cpu_model *model)
{
	const char *maker =
		cpupolicy__maker_string(naming->models, model->maker);

	return !naming->maker[0] || !maker || strcmp(maker, naming->maker) == 0;
}

/** struct search - for a model */
struct search {
	const struct cpupolicy__naming *naming;
	const struct cpupolicy__wish *wish;
	uint8_t *scratch;  /* the same */
	uint8_t *is_named; /* by index of the field */
	bool of_maker;
};

static void look_at(struct cpupolicy__choice *best, unsigned *least,
		    struct cpupolicy__choice *other,
		    const struct search *search,
		    const struct cpupolicy__cpu_model *model)
{
	const struct cpupolicy__naming *naming = search->naming;
	uint8_t *has = best->has;
	unsigned cost;

	if (*model->alias || model->since > naming->release ||
	    (search->wish->may && !search->wish->may(model)) ||
	    is_of_maker(naming, model) != search->of_maker)
		return;
	other->model = model;
	tell_model(other, naming, search->wish, search->scratch);
	if (search->wish->subset && !is_subset(other, naming))
		return;
	cost = cost_of(other, naming, search->is_named);
	if (best->model && cost > *least)
		return;
	*least = cost;
	*best = *other;
	other->has = has;
}

static void find_named(uint8_t *is_named,
		       const struct cpupolicy__naming *naming)
{
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++)
		is_named[i] =
			naming->told[i] != CPUPOLICY__UNTOLD &&
			cpupolicy__naming_name(naming, cpupolicy_field_at(i));
}

void cpupolicy__choose(struct cpupolicy__choice *out,
		       const struct cpupolicy__naming *naming,
		       const struct cpupolicy__wish *wish)
{
	size_t nr = cpupolicy_field_count();
	struct search search = { naming, wish, calloc(nr, 1), calloc(nr, 1),
				 true };
	struct cpupolicy__choice other = { .has = calloc(nr, 1) };
	unsigned least = 0;

	*out = (struct cpupolicy__choice){ .has = calloc(nr, 1) };
	if (out->has && other.has && search.is_named && search.scratch) {
		find_named(search.is_named, naming);
		for (int pass = 0; pass < 2 && !out->model; pass++) {
			for (size_t i = 0; i < naming->models->nr; i++)
				look_at(out, &least, &other, &search,
					&naming->models->model[i]);
			search.of_maker = false;
		}
	} else {
		naming->writing->out->failed = true;
	}
	free(other.has);
	free(search.is_named);
	free(search.scratch);
}

void cpupolicy__lose_untold(const struct cpupolicy__choice *choice,
			    const struct cpupolicy__naming *naming)
{
	const struct cpupolicy__cpu_model *model = choice->model;
	uint32_t nr = 0;

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		nr += naming->told[i] == CPUPOLICY__UNTOLD &&
		      choice->has[i] == CPUPOLICY__ON &&
		      field->level != CPUPOLICY_LEVEL_ZERO &&
		      cpupolicy_field_of(&field->at, naming->vendor) == field;
	}
	if (nr)
		cpupolicy__lose(naming->writing,
				"%" PRIu32 " features that the model '%s' has "
				"were not recorded, and stay as they are",
				nr, model->name);
}

void cpupolicy__choice_clear(struct cpupolicy__choice *choice)
{
	free(choice->has);
	choice->has = NULL;
}
