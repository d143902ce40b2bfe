// SPDX-License-Identifier: MIT
/*
 * models.c - all models and their order.
 */
#include <stdlib.h>

#include "models.h"

struct cpupolicy_models *models_open(void)
{
	struct cpupolicy_models *models = cpupolicy_models_new();

	if (!models)
		exit(trouble("out of memory"));
	return models;
}

uint32_t model_index(const struct cpupolicy_model *model)
{
	uint32_t index = 0;

	while (cpupolicy_model_at(index) != model)
		index++;
	return index;
}

bool is_neighbour(const struct cpupolicy_models *models, uint32_t of,
		  uint32_t other, enum neighbour how)
{
	switch (how) {
	case NEIGHBOUR_UNDER:
		return cpupolicy_models_next(models, other, of);
	case NEIGHBOUR_OVER:
		return cpupolicy_models_next(models, of, other);
	case NEIGHBOUR_EQUAL:
		break;
	}
	return of != other && cpupolicy_models_relation(models, of, other) ==
				      CPUPOLICY_RELATION_EQUAL;
}

json_t *neighbours_json(const struct cpupolicy_models *models, uint32_t of,
			enum neighbour how)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < cpupolicy_models_count(models); i++)
		if (is_neighbour(models, of, i, how))
			json_array_append_new(
				list, json_text(cpupolicy_model_at(i)->name));
	return list;
}
