// SPDX-License-Identifier: MIT
/*
 * verify_none.c - where no virtual machine could be built in: another system,
 * another CPU, or a compiler without 32-bit code.
 */
#include "verify.h"

int testify(struct testimony *out, const struct cpupolicy_policy *policy,
	    const struct cpupolicy_topology *topology)
{
	(void)out;
	(void)policy;
	(void)topology;
	return trouble("verify: this build has no virtual machine in it; it "
		       "needs Linux on x86-64, and a compiler for 32 bits too");
}

bool verify_host(struct cpupolicy_row *row)
{
	(void)row;
	return false;
}
