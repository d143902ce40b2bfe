/* SPDX-License-Identifier: MIT */
/*
 * lint.h - one lint under way; shared by the files that do it.
 */
#ifndef CPUPOLICY_CORE_LINT_H
#define CPUPOLICY_CORE_LINT_H

#include "internal.h"

/* The rules that are written in C; each is its index in lint.csv. */
enum cpupolicy__lint_name {
#define LINT_NAME(name, index) CPUPOLICY__LINT_##name = (index),
#include "gen/lint_names.inc"
#undef LINT_NAME
};

struct lint {
	const struct cpupolicy_policy *policy;
	cpupolicy_sink *sink;
	void *arg;
	const struct cpupolicy__vendor *vendor;
	uint32_t nr; /* findings so far */
};

/* Is the rule about a policy of this maker, with these features? */
bool cpupolicy__lint_applies(const struct lint *lint, uint32_t rule);
/* @field should be @wanted, because of @cause (a field index or NONE). */
void cpupolicy__lint_field(struct lint *lint, uint32_t rule, uint32_t field,
			   uint32_t wanted, uint32_t cause);
/* The bits @mask of a word should be @wanted. */
void cpupolicy__lint_bits(struct lint *lint, uint32_t rule, uint32_t word,
			  uint32_t mask, uint32_t wanted, uint32_t cause);

/* lint_checks.c: all rules of lint.csv whose check is `code` */
void cpupolicy__lint_checks(struct lint *lint);

#endif
