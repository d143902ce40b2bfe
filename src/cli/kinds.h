/* SPDX-License-Identifier: MIT */
/*
 * kinds.h - who can move to whom, by the kinds of hosts in a pool.
 */
#ifndef CPUPOLICY_CLI_KINDS_H
#define CPUPOLICY_CLI_KINDS_H

#include "pool.h"

/* Of hosts, from one to another. */
struct moves {
	size_t fit, insecure, all;
};

struct kinds {
	const struct pool *pool;
	uint8_t *verdict; /* owned: of guests of a class of offers, or of all,
			   * on hosts of a class of accepts */
	size_t columns;
	bool common;		 /* all guests are promised the same */
	struct moves *from, *to; /* of each kind; owned */
	struct moves all;
};

/* Zero-initialise it. @common: what all guests are promised, or NULL */
void kinds_compare(struct kinds *kinds, const struct pool *pool,
		   const struct cpupolicy_policy *common);
void kinds_free(struct kinds *kinds);
/* "12 of 20 moves fit, 3 of them insecurely" */
void put_moves(const struct moves *moves, const char *insecure);
/* A line for each kind, and the sum. */
void put_kinds(const struct kinds *kinds);
json_t *kinds_json(const struct kinds *kinds);

#endif
