/* SPDX-License-Identifier: MIT */
/*
 * answer.h - the answer to one check, and how it is told.
 */
#ifndef CPUPOLICY_CLI_ANSWER_H
#define CPUPOLICY_CLI_ANSWER_H

#include "cli.h"

struct check_side {
	struct cpupolicy_policy policy;
	struct findings findings; /* of the way from record to set */
	char *label;		  /* owned */
};

struct check_answer {
	struct check_side guest, host;
	struct findings findings;	/* worst first */
	enum cpupolicy_verdict verdict; /* of what is not allowed */
	size_t count[CPUPOLICY_GRADE_BLOCK + 1];
	size_t allowed, unrecorded;
	bool refused; /* --strict, and something was not recorded */
};

/* Is every word of --allow a grade that can be allowed, or a code? */
int allow_valid(const struct words *allow);
bool finding_allowed(const struct cpupolicy_finding *finding,
		     const struct words *allow);
/* @first: print at most that many findings; 0: all */
void put_answer(const struct check_answer *answer, const struct words *allow,
		size_t first);
int put_answer_json(const struct check_answer *answer,
		    const struct words *allow, bool fits);

#endif
