/* SPDX-License-Identifier: MIT */
/*
 * random_vcpu.h - virtual CPUs of any machine in any state, and what guests
 * might ask for. Numbers come from a seed, so that a failure can be repeated.
 */
#ifndef TESTS_RANDOM_VCPU_H
#define TESTS_RANDOM_VCPU_H

#include <cpupolicy.h>

/** draw - the next number of a seed that is not 0 (xorshift64*) */
uint64_t draw(uint64_t *seed);

/** random_topology - of at most @most logical processors; returns how many */
uint32_t random_topology(struct cpupolicy_topology *out, uint32_t most,
			 uint64_t *seed);

/** random_vcpu - not yet prepared */
void random_vcpu(struct cpupolicy_vcpu *out, uint64_t *seed);

/** random_leaf, random_subleaf - mostly numbers that mean something */
uint32_t random_leaf(uint64_t *seed);
uint32_t random_subleaf(uint64_t *seed);

#endif
