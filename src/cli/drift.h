/* SPDX-License-Identifier: MIT */
/*
 * drift.h - a machine before and after an update, and the guests that were
 * asked about, as `drift` tells of them.
 */
#ifndef CPUPOLICY_CLI_DRIFT_H
#define CPUPOLICY_CLI_DRIFT_H

#include <cpupolicy/drift.h>

#include "cli.h"

/* A guest whose fate changed, or any in JSON. */
struct drift_guest {
	char *name;    /* text, owned */
	char *because; /* words: fields in the way, owned; NULL: none */
	enum cpupolicy_drift_fate fate;
	enum cpupolicy_verdict before, after;
};

struct drift_move {
	enum cpupolicy_verdict verdict;
	struct findings findings;
};

struct drifting {
	struct cpupolicy_hostset_options options;
	bool any_cpu, json;
	size_t first; /* guests to print; 0: all */

	struct input input[2]; /* before, after */
	struct description description[2];
	struct cpupolicy_drift *drift;
	struct drift_move leave, come;
	struct drift_guest *guest;
	size_t nr, room, count[CPUPOLICY_NR_DRIFT_FATES];
};

/* Fields of findings of grade block and security, once each; NULL: none */
char *drift_because(const struct findings *findings);
/* "a guest can no longer come here", in a word; for JSON */
const char *drift_fate_name(enum cpupolicy_drift_fate fate);

/* drift_text.c */
void put_drift(const struct drifting *drifting);
/* drift_json.c */
int put_drift_json(const struct drifting *drifting);

#endif
