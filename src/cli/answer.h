/* SPDX-License-Identifier: MIT */
/*
 * answer.h - the answer to one check, and how it is told.
 */
#ifndef CPUPOLICY_CLI_ANSWER_H
#define CPUPOLICY_CLI_ANSWER_H

#include "cli.h"

struct question {
	struct cpupolicy_hostset_options options;
	struct words allow;
	bool strict, json;
	size_t first; /* findings to print; 0: all */
	struct cpupolicy_clock guest_clock, host_clock; /* 0: not told */
};

/* One operand: its first document, and perhaps more behind it. */
struct check_operand {
	struct inputs inputs;
	struct input input;
};

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

/* allow.c: is every word of --allow a grade that can be allowed, a code, or a
 * code and a field? Else EXIT_TROUBLE, with the message printed. */
int allow_valid(const struct words *allow);
bool finding_allowed(const struct cpupolicy_finding *finding,
		     const struct words *allow);
/* What one finding does to the verdict. */
enum cpupolicy_verdict finding_verdict(const struct cpupolicy_finding *finding,
				       const struct words *allow);
/* "4 block, 1 security; 1 allowed"; NULL: none; to be freed */
char *counts_text(const size_t count[CPUPOLICY_GRADE_BLOCK + 1],
		  size_t allowed);
json_t *counts_json(const size_t count[CPUPOLICY_GRADE_BLOCK + 1]);
/* @first: print at most that many findings; 0: all */
void put_answer(const struct check_answer *answer, const struct words *allow,
		size_t first);
int put_answer_json(const struct check_answer *answer,
		    const struct words *allow, bool fits);

/* consequence.c: is the host's side of the address in its record? */
bool host_recorded(const struct check_answer *answer,
		   const struct cpupolicy_address *at);
/* "gets #UD; recorded, but dropped-need xcr0_avx"; to be freed */
char *happens_text(const struct check_answer *answer,
		   const struct cpupolicy_finding *f);
/* Adds "component", "host_recorded" and "host_reason". */
void consequence_json(json_t *object, const struct check_answer *answer,
		      const struct cpupolicy_finding *f);

/* clock.c: "2500000:2600000:scales"; else EXIT_TROUBLE with the message. */
int clock_parse(struct question *question, const char *text);
/* What was said blocks; what only the records tell is a note. */
void clock_check(struct findings *out, const struct question *question,
		 const struct check_operand *guest,
		 const struct check_operand *host);

/* check_many.c: all guests of one operand against all hosts of the other */
int check_many(struct check_operand *guests, struct check_operand *hosts,
	       const struct question *question);

#endif
