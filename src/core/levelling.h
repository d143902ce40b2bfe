/* SPDX-License-Identifier: MIT */
/*
 * levelling.h - a levelling plan being made; shared by the files that make it.
 */
#ifndef CPUPOLICY_CORE_LEVELLING_H
#define CPUPOLICY_CORE_LEVELLING_H

#include "hostset.h"

struct planner {
	struct cpupolicy_levelling *plan;
	const struct cpupolicy_levelling_cpu *cpu;
	const struct cpupolicy_policy *policy;
	const struct hostset *set; /* the rows, as they are read */
	const struct cpupolicy__levelling *means; /* NULL: none can be used */
	cpupolicy_sink *sink;
	void *arg;
};

/* The row of a leaf that this CPU has; NULL: it has not, or nobody knows. */
const struct cpupolicy_row *
cpupolicy__levelling_row(const struct planner *planner, uint32_t leaf,
			 uint32_t subleaf);
/* Report every difference between the policy and what the plan shows. */
void cpupolicy__levelling_compare(struct planner *planner);

#endif
