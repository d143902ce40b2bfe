/* SPDX-License-Identifier: MIT */
/*
 * lint.h - what real guests trip over, before one of them does.
 */
#ifndef CPUPOLICY_LINT_H
#define CPUPOLICY_LINT_H

#include <cpupolicy/finding.h>

/**
 * struct cpupolicy_lint_rule - one row of tables/lint.csv; constant
 *
 * What grades mean here: block - a guest is known to crash or not to boot;
 * security - it relies on a protection that it has not; hint - it loses
 * something (AVX, speed, a nested hypervisor); note - checkers and people
 * stumble, guests do not.
 */
struct cpupolicy_lint_rule {
	const char *name;
	const char *breaks; /* which guest, and how */
	const char *source; /* where that was read */
	uint16_t code;	    /* enum cpupolicy_finding_code */
	uint8_t grade;	    /* enum cpupolicy_grade */
};

/** cpupolicy_lint_rule_at - walk the rules; NULL past the last */
CPUPOLICY_API const struct cpupolicy_lint_rule *
cpupolicy_lint_rule_at(uint32_t index);

/**
 * cpupolicy_lint - find the inconsistencies that break real guests
 * @policy: any policy, normalised or not; nothing is changed
 * @sink: hears every finding, rule by rule; may be NULL
 *
 * In a finding @index is the rule (cpupolicy_lint_rule_at()), @guest the value
 * of the bits @at, @host a value that the rest of the policy would allow,
 * @cause the other field that it goes by or NULL. Never fails.
 *
 * A policy without a maker's name (a model of an ABI level) promises no whole
 * CPU: rules about one are not tried.
 *
 * Returns the number of findings; 0: nothing to complain of.
 */
CPUPOLICY_API uint32_t cpupolicy_lint(const struct cpupolicy_policy *policy,
				      cpupolicy_sink *sink, void *arg);

#endif
