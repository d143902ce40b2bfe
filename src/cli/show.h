/* SPDX-License-Identifier: MIT */
/*
 * show.h - one policy as `show` has it, and how it is told.
 */
#ifndef CPUPOLICY_CLI_SHOW_H
#define CPUPOLICY_CLI_SHOW_H

#include "spool.h"

struct showing {
	struct cpupolicy_hostset_options options;
	enum cpupolicy_set set;
	bool dropped, brief, json;
	bool several; /* documents: an array of them */
	struct table table;
	struct spool spool; /* JSON */
};

struct shown {
	struct input input;
	struct cpupolicy_policy policy;
	struct description description;
	struct findings findings; /* of the way from record to set */
	enum cpupolicy_set set;
	char *label; /* owned */
};

void put_header(const struct shown *shown);
void put_contents(const struct cpupolicy_policy *policy);
/* show_cores.c: nothing where all CPUs are alike */
void put_cores(const struct shown *shown);
json_t *cores_json(const struct shown *shown);
void put_notes(const struct shown *shown);
void put_dropped(const struct findings *findings);
json_t *shown_json(const struct shown *shown, bool dropped);

#endif
