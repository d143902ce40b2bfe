// SPDX-License-Identifier: MIT
/*
 * blocking.c - what can keep a guest from using what CPUID hides.
 */
#include "internal.h"

struct rule {
	struct cpupolicy_blocking told;
	uint8_t vendors;
	/* blocked only with it: one switch is for both; or NONE */
	uint16_t shared;
};

static const struct rule rules[] = {
#define BLOCKING(by, vendors, done, shared, detail, source)                    \
	{ { detail, source, by, done }, vendors, shared },
#include "gen/blocking.inc"
#undef BLOCKING
};

/* @field cannot be used where @via is off and its rule applies. */
static const struct {
	uint16_t field, via, rule;
} blocked[] = {
#define BLOCKED(field, via, rule) { field, via, rule },
#include "gen/blocked.inc"
#undef BLOCKED
};
#define NR_BLOCKED (sizeof(blocked) / sizeof(blocked[0]))

static const struct cpupolicy_blocking needs_are_on = {
	.detail = "the guest has all that it needs",
	.source = "fields.csv: needs",
};

/* Is the switch off for a guest under the policy? */
static bool switched_off(const struct cpupolicy_policy *policy, uint32_t via,
			 const struct rule *rule)
{
	return rule->told.by != CPUPOLICY_BLOCKED_BY_NOTHING &&
	       !cpupolicy__get(policy, via) &&
	       (rule->shared == CPUPOLICY__NONE ||
		!cpupolicy__get(policy, rule->shared));
}

const struct cpupolicy_blocking *
cpupolicy_blocking(const struct cpupolicy_field **via,
		   const struct cpupolicy_policy *policy,
		   const struct cpupolicy_field *field)
{
	uint32_t index = (uint32_t)(field - cpupolicy__fields);
	enum cpupolicy_vendor_id vendor = cpupolicy_policy_vendor(policy);
	const struct cpupolicy_blocking *result = NULL;

	if (via)
		*via = field;
	for (uint32_t i = 0; i < NR_BLOCKED; i++) {
		const struct rule *rule = &rules[blocked[i].rule];

		if (blocked[i].field != index ||
		    !cpupolicy__for_vendor(rule->vendors, vendor))
			continue;
		if (switched_off(policy, blocked[i].via, rule)) {
			if (via)
				*via = &cpupolicy__fields[blocked[i].via];
			return &rule->told;
		}
		if (rule->told.by == CPUPOLICY_BLOCKED_BY_NOTHING)
			result = &rule->told;
		else if (!result)
			result = &needs_are_on;
	}
	return result;
}

const char *cpupolicy_blocked_by_name(enum cpupolicy_blocked_by by)
{
	static const char *const names[] = {
		[CPUPOLICY_BLOCKED_BY_NOTHING] = "nothing",
		[CPUPOLICY_BLOCKED_BY_CR0] = "CR0",
		[CPUPOLICY_BLOCKED_BY_CR4] = "CR4",
		[CPUPOLICY_BLOCKED_BY_XCR0] = "XCR0",
		[CPUPOLICY_BLOCKED_BY_MSR] = "MSR",
		[CPUPOLICY_BLOCKED_BY_CONTROL] = "control",
	};

	return (unsigned int)by < CPUPOLICY_NR_BLOCKED_BY ? names[by]
							  : "unknown";
}
