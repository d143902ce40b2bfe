// SPDX-License-Identifier: MIT
/*
 * profile.c - the requirements of guests, by name.
 */
#include "internal.h"

static const struct cpupolicy_profile profiles[] = {
#define PROFILE(name, title, source, first, nr)                                \
	{ name, title, source, first, nr },
#include "gen/profiles.inc"
#undef PROFILE
};
#define NR_PROFILES (sizeof(profiles) / sizeof(profiles[0]))

static const uint16_t needs[] = {
#define NEED(field) field,
#include "gen/profile_needs.inc"
#undef NEED
};

const struct cpupolicy_profile *cpupolicy_profile_at(uint32_t index)
{
	return index < NR_PROFILES ? &profiles[index] : NULL;
}

const struct cpupolicy_profile *cpupolicy_profile_find(const char *name)
{
	for (uint32_t i = 0; i < NR_PROFILES; i++)
		if (cpupolicy__same_text(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

const struct cpupolicy_field *
cpupolicy_profile_lacks(const struct cpupolicy_policy *policy,
			const struct cpupolicy_profile *profile, uint32_t *at)
{
	while (*at < profile->nr) {
		uint32_t need = needs[profile->first + (*at)++];

		if (!cpupolicy__get(policy, need))
			return &cpupolicy__fields[need];
	}
	return NULL;
}

int cpupolicy_profile_policy(struct cpupolicy_policy *out,
			     const struct cpupolicy_profile *profile)
{
	cpupolicy_policy_clear(out);
	for (uint32_t i = 0; i < profile->nr; i++)
		cpupolicy__put(out, needs[profile->first + i], 1);
	return profile->nr;
}
