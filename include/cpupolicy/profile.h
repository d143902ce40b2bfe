/* SPDX-License-Identifier: MIT */
/*
 * profile.h - what kinds of guest require of their CPU: an ABI level, a
 * distribution, Windows, a database.
 */
#ifndef CPUPOLICY_PROFILE_H
#define CPUPOLICY_PROFILE_H

#include <cpupolicy/feature.h>
#include <cpupolicy/policy.h>

/** struct cpupolicy_profile - one row of tables/profiles.csv; constant */
struct cpupolicy_profile {
	const char *name;  /* el10 */
	const char *title; /* which guests */
	const char *source;
	uint16_t first, nr; /* private: the features it needs */
};

/** cpupolicy_profile_at - walk the profiles; NULL past the last */
CPUPOLICY_API const struct cpupolicy_profile *
cpupolicy_profile_at(uint32_t index);

/** cpupolicy_profile_find - by name; NULL where there is none */
CPUPOLICY_API const struct cpupolicy_profile *
cpupolicy_profile_find(const char *name);

/**
 * cpupolicy_profile_lacks - what does a guest of this kind miss?
 * @at: where to go on; 0 before the first call, then as it was left
 *
 *	for (uint32_t at = 0;
 *	     (field = cpupolicy_profile_lacks(policy, profile, &at));)
 *
 * Returns the next feature that the profile needs and the policy has not, in
 * the order of the table; NULL: no more. A policy meets the profile where there
 * is none.
 */
CPUPOLICY_API const struct cpupolicy_field *
cpupolicy_profile_lacks(const struct cpupolicy_policy *policy,
			const struct cpupolicy_profile *profile, uint32_t *at);

/**
 * cpupolicy_profile_policy - all that the profile needs, as a policy
 *
 * Like an ABI level it has no vendor and is not closed over needs: it serves to
 * ask with, not to start a guest.
 *
 * Returns the number of features set.
 */
CPUPOLICY_API int
cpupolicy_profile_policy(struct cpupolicy_policy *out,
			 const struct cpupolicy_profile *profile);

#endif
