/* SPDX-License-Identifier: MIT */
/*
 * slow_lookup.h - what CPUID answers, told straightforwardly: the policy's rows
 * are searched one by one, everything else is computed on the spot.
 */
#ifndef TESTS_SLOW_LOOKUP_H
#define TESTS_SLOW_LOOKUP_H

#include <cpupolicy.h>

void slow_lookup(struct cpupolicy_registers *out,
		 const struct cpupolicy_policy *policy,
		 const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		 uint32_t subleaf);

#endif
