/* SPDX-License-Identifier: MIT */
/*
 * cost.h - what each host of a pool costs the baseline.
 */
#ifndef CPUPOLICY_CLI_COST_H
#define CPUPOLICY_CLI_COST_H

#include "pool.h"

struct kind_cost {
	size_t kind;
	/* words, owned; NULL: none */
	char *lacks;   /* what other hosts offer and this does not */
	char *lowers;  /* "phys_bits 46->39" */
	char *gains;   /* what the pool would have without it */
	char *raises;  /* "phys_bits 39->46" */
	char *exposes; /* fields of security findings that remain */
	size_t nr_gains, nr_lacks;
	size_t nr_block; /* only a policy that contradicts itself has some */
	int abi_without; /* ABI level of the pool without it */
};

struct cost {
	struct cpupolicy_policy baseline;
	struct kind_cost *kind; /* by what the pool would gain, most first */
	size_t nr;
	struct findings findings; /* of the pool as a whole */
};

int cost_of(struct cost *out, const struct pool *pool);
void cost_free(struct cost *cost);

#endif
