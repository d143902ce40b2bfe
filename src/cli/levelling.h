/* SPDX-License-Identifier: MIT */
/*
 * levelling.h - the plans for one machine, and how they are told.
 */
#ifndef CPUPOLICY_CLI_LEVELLING_H
#define CPUPOLICY_CLI_LEVELLING_H

#include "cli.h"

/* One kind of core. */
struct core_plan {
	const struct cpupolicy_core *core;
	struct cpupolicy_levelling plan;
	bool refused; /* the policy has more; nothing is planned */
	struct findings findings;
	size_t unrecorded; /* leaves of which nobody knows what they show */
};

struct levelling_answer {
	char *machine, *policy; /* labels, owned */
	struct core_plan *cores;
	size_t nr;
};

/* Every core shows the policy and nothing else. */
bool levelling_complete(const struct levelling_answer *answer);
void put_levelling(const struct levelling_answer *answer);
int put_levelling_json(const struct levelling_answer *answer);
/* Commands for wrmsr(1); a line for Xen's command line. */
int put_levelling_wrmsr(const struct levelling_answer *answer);
int put_levelling_xen(const struct levelling_answer *answer);

#endif
