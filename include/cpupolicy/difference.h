/* SPDX-License-Identifier: MIT */
/*
 * difference.h - in what two policies, rows or MSRs differ, field by field.
 * Hosted library.
 *
 * Nothing is judged: whether a difference matters to a guest is what
 * cpupolicy_check() says.
 */
#ifndef CPUPOLICY_DIFFERENCE_H
#define CPUPOLICY_DIFFERENCE_H

#include <cpupolicy.h>

/** struct cpupolicy_difference - one field, or one bit without a name */
struct cpupolicy_difference {
	struct cpupolicy_address at;
	const struct cpupolicy_field *field; /* NULL: no name */
	uint32_t a, b;			     /* its values */
};

/** cpupolicy_difference_sink - hears of one; @difference is valid during the
 *call only */
typedef void
cpupolicy_difference_sink(void *arg,
			  const struct cpupolicy_difference *difference);

/**
 * cpupolicy_differences - every field and every bit without a name in which
 *	two policies differ
 * @each: hears them in the order of leaves, then MSRs, then paravirtual
 *	sections, which are compared wherever they begin
 */
CPUPOLICY_API void cpupolicy_differences(const struct cpupolicy_policy *a,
					 const struct cpupolicy_policy *b,
					 cpupolicy_difference_sink *each,
					 void *arg);

/** cpupolicy_policy_contents - every field and bit that is not zero: the
 *	difference from a policy that promises nothing */
CPUPOLICY_API void
cpupolicy_policy_contents(const struct cpupolicy_policy *policy,
			  cpupolicy_difference_sink *each, void *arg);

/** cpupolicy_gained - those of which @b has more than @a: bits that are set,
 *	numbers above */
CPUPOLICY_API void cpupolicy_gained(const struct cpupolicy_policy *a,
				    const struct cpupolicy_policy *b,
				    cpupolicy_difference_sink *each, void *arg);

/** cpupolicy_row_differences - the same of two rows of one leaf
 * @vendor: whose fields they are */
CPUPOLICY_API void cpupolicy_row_differences(const struct cpupolicy_row *a,
					     const struct cpupolicy_row *b,
					     enum cpupolicy_vendor_id vendor,
					     cpupolicy_difference_sink *each,
					     void *arg);

/** cpupolicy_msr_differences - the same of two MSRs of one index */
CPUPOLICY_API void cpupolicy_msr_differences(const struct cpupolicy_msr *a,
					     const struct cpupolicy_msr *b,
					     enum cpupolicy_vendor_id vendor,
					     cpupolicy_difference_sink *each,
					     void *arg);

#endif
