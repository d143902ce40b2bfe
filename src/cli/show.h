/* SPDX-License-Identifier: MIT */
/*
 * show.h - one policy as `show` has it, and how it is told.
 */
#ifndef CPUPOLICY_CLI_SHOW_H
#define CPUPOLICY_CLI_SHOW_H

#include "cli.h"

struct showing {
	struct cpupolicy_hostset_options options;
	enum cpupolicy_set set;
	bool dropped, brief, json;
	struct table table;
	json_t *list;
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
void put_notes(const struct shown *shown);
void put_dropped(const struct findings *findings);
json_t *shown_json(const struct shown *shown, bool dropped);

#endif
