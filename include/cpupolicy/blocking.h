/* SPDX-License-Identifier: MIT */
/*
 * blocking.h - what can keep a guest from using a feature that CPUID hides.
 *
 * Hiding is no fence: most instructions execute whether CPUID shows them or
 * not. What can be blocked is what needs state that is off in XCR0, a control
 * bit that the hypervisor refuses, or what it can intercept.
 */
#ifndef CPUPOLICY_BLOCKING_H
#define CPUPOLICY_BLOCKING_H

#include <cpupolicy/hostset.h>

/** enum cpupolicy_blocked_by - the kind of fence; the numbers never change */
enum cpupolicy_blocked_by {
	CPUPOLICY_BLOCKED_BY_NOTHING = 0, /* it executes */
	CPUPOLICY_BLOCKED_BY_CR0,
	CPUPOLICY_BLOCKED_BY_CR4,
	CPUPOLICY_BLOCKED_BY_XCR0,
	CPUPOLICY_BLOCKED_BY_MSR,     /* EFER and other gates */
	CPUPOLICY_BLOCKED_BY_CONTROL, /* VMX control or SVM intercept */
	CPUPOLICY_NR_BLOCKED_BY,
};

/** struct cpupolicy_blocking - one row of tables/blocking.csv; constant */
struct cpupolicy_blocking {
	const char *detail; /* which bit or control, and what it does */
	const char *source;
	uint8_t by; /* enum cpupolicy_blocked_by */
	/* hypervisors known to do so wherever they hide the feature: bit 1 <<
	 * enum cpupolicy_hypervisor. Others may */
	uint8_t done;
};

/**
 * cpupolicy_blocking - can a guest under this policy be kept from using a
 *	feature that the policy hides?
 * @via: the feature by whose absence it is blocked, @field itself or one that
 *	it needs; @field where nothing blocks it. May be NULL
 * @policy: the guest's; what it still has cannot be switched off. Its vendor
 *	decides between VMX and SVM; a policy of an unknown maker gets what
 *	holds on all CPUs
 * @field: a feature that @policy does not have
 *
 * Returns a constant row, whose @by may be CPUPOLICY_BLOCKED_BY_NOTHING; NULL
 * where nothing is known of @field: it adds no instruction, or not on CPUs of
 * this maker.
 */
CPUPOLICY_API const struct cpupolicy_blocking *
cpupolicy_blocking(const struct cpupolicy_field **via,
		   const struct cpupolicy_policy *policy,
		   const struct cpupolicy_field *field);

/** cpupolicy_blocked_by_name - "XCR0", "control"...; total */
CPUPOLICY_API const char *
cpupolicy_blocked_by_name(enum cpupolicy_blocked_by by);

#endif
