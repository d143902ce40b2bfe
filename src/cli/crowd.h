/* SPDX-License-Identifier: MIT */
/*
 * crowd.h - many guests or many hosts, by class.
 */
#ifndef CPUPOLICY_CLI_CROWD_H
#define CPUPOLICY_CLI_CROWD_H

#include "answer.h"
#include "pool.h"

/* What is known of the members of a class, beside their policy. */
struct crowd_class {
	uint64_t members;
	uint64_t partly; /* whose record does not hold all that counts */
};

/* Zero-initialise it. */
struct crowd {
	struct cpupolicy_fleet *fleet;
	struct crowd_class *class; /* by the index of the fleet */
	size_t nr, room;
	uint64_t members;
	bool literal; /* some policy file is not what normalising makes of it */
	struct pool_texts texts; /* of members: whose text is the same is one
				  * of the same class, and as fully recorded */
};

/* Read all documents of an operand; as other input functions. */
int crowd_read(struct crowd *crowd, struct check_operand *operand,
	       const struct cpupolicy_hostset_options *options,
	       enum cpupolicy_set set);
void crowd_free(struct crowd *crowd);

#endif
