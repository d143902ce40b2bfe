/* SPDX-License-Identifier: MIT */
/*
 * models.h - all models and their order, for the commands that ask.
 */
#ifndef CPUPOLICY_CLI_MODELS_H
#define CPUPOLICY_CLI_MODELS_H

#include <cpupolicy/fit.h>

#include "cli.h"

/* How two models can stand to each other, as the list tells it. */
enum neighbour {
	NEIGHBOUR_UNDER, /* directly below */
	NEIGHBOUR_OVER,	 /* directly above */
	NEIGHBOUR_EQUAL,
};

/* Never NULL. */
struct cpupolicy_models *models_open(void);
uint32_t model_index(const struct cpupolicy_model *model);
bool is_neighbour(const struct cpupolicy_models *models, uint32_t of,
		  uint32_t other, enum neighbour how);
json_t *neighbours_json(const struct cpupolicy_models *models, uint32_t of,
			enum neighbour how);

/* explain_more.c */
const char *vendor_word(enum cpupolicy_vendor_id vendor);

#endif
