/* SPDX-License-Identifier: MIT */
/*
 * fit.h - what `cpupolicy fit` found, and the telling of it.
 */
#ifndef CPUPOLICY_CLI_FIT_H
#define CPUPOLICY_CLI_FIT_H

#include "models.h"

struct fitting {
	struct cpupolicy_models *models;
	struct cpupolicy_hostset_options options;
	struct cpupolicy_fit *list; /* room for all models */
	size_t near;		    /* how many near misses to tell */
	struct table table;	    /* of several, a line each */
	json_t *json;		    /* NULL: for people */
	bool several, nothing;	    /* nothing: for one of them no model fits */
};

struct fitted {
	struct input input;
	struct cpupolicy_policy policy;
	char *label; /* owned */
	const struct cpupolicy_fit *list;
	uint32_t nr, nr_fit; /* those that fit come first */
};

void put_fitted(const struct fitting *how, const struct fitted *fitted);
/* A line of the table. */
void add_fitted(struct fitting *how, const struct fitted *fitted);
json_t *fitted_json(const struct fitting *how, const struct fitted *fitted);

#endif
