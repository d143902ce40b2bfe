/* SPDX-License-Identifier: MIT */
/*
 * taken.h - what a policy takes from its guest: kinds of guest that it no
 * longer serves, and how far what it hides is out of reach.
 */
#ifndef CPUPOLICY_CLI_TAKEN_H
#define CPUPOLICY_CLI_TAKEN_H

#include "cli.h"

/* profiles.c: @before NULL: there was none */
void put_profiles(FILE *to, const struct cpupolicy_policy *before,
		  const struct cpupolicy_policy *after);
json_t *profiles_json(const struct cpupolicy_policy *before,
		      const struct cpupolicy_policy *after);
/* "el9, mongodb5": what the policy meets; to be freed, NULL: nothing */
char *profiles_met(const struct cpupolicy_policy *policy);

/* hidden.c: of what @before shows and @after does not */
void put_hidden(FILE *to, const struct cpupolicy_policy *before,
		const struct cpupolicy_policy *after,
		enum cpupolicy_hypervisor hypervisor);
/* Adds "hidden" and "still_executable". */
void add_hidden_json(json_t *object, const struct cpupolicy_policy *before,
		     const struct cpupolicy_policy *after);

#endif
