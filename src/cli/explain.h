/* SPDX-License-Identifier: MIT */
/*
 * explain.h - what a name means; each function prints or adds to @json.
 */
#ifndef CPUPOLICY_CLI_EXPLAIN_H
#define CPUPOLICY_CLI_EXPLAIN_H

#include "cli.h"

/* @json: NULL to print */
void explain_field(const struct cpupolicy_field *field, json_t *json);
void explain_bit(const struct cpupolicy_address *at, json_t *json);
void explain_finding(const struct cpupolicy_finding_info *info, json_t *json);
void explain_mode(const char *name, json_t *json);
void explain_model(const struct cpupolicy_model *model, json_t *json);
void explain_profile(const struct cpupolicy_profile *profile, json_t *json);

/* A line of the explanation: what, and in words; nothing where @words is "" */
void explain_line(struct table *table, json_t *json, const char *what,
		  const char *words);

#endif
