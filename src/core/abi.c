// SPDX-License-Identifier: MIT
/*
 * abi.c - the x86-64 ABI levels.
 *
 * A file of its own: whoever asks for a level does not link all models.
 */
#include "internal.h"

static const struct {
	uint16_t level, field;
} needs[] = {
#define ABI(level, field) { level, field },
#include "gen/abi.inc"
#undef ABI
};

int cpupolicy_abi_level(const struct cpupolicy_policy *policy)
{
	/* sorted by level: the first that is missing decides */
	for (uint32_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (!cpupolicy__get(policy, needs[i].field))
			return needs[i].level - 1;
	return 4;
}
