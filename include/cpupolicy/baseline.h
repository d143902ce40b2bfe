/* SPDX-License-Identifier: MIT */
/*
 * baseline.h - the best that two hosts, or all these hosts, can offer.
 */
#ifndef CPUPOLICY_BASELINE_H
#define CPUPOLICY_BASELINE_H

#include <cpupolicy/finding.h>

/**
 * cpupolicy_intersect - the greatest policy that both can honour
 * @out: may be @a or @b
 * @a, @b: normalised
 *
 * Commutative, associative, idempotent; a guest that fits both fits @out.
 *
 * Returns 0, or (and @out is unchanged)
 * CPUPOLICY_E_VENDOR - different CPU vendors,
 * CPUPOLICY_E_HYPERVISOR - both name hypervisors, and no section is the same in
 *	kind and place,
 * CPUPOLICY_E_DIFFERS - another ungated field that must be equal differs.
 */
CPUPOLICY_API int cpupolicy_intersect(struct cpupolicy_policy *out,
				      const struct cpupolicy_policy *a,
				      const struct cpupolicy_policy *b);

/**
 * struct cpupolicy_baseline - a baseline being made, in constant memory
 *
 * Fields are private but for @nr and @policy, which may be read: @policy is the
 * baseline of the @nr hosts added so far.
 */
struct cpupolicy_baseline {
	struct cpupolicy_policy policy;
	struct cpupolicy_policy before; /* the last host */
	uint32_t nr;
	uint32_t weak; /* which weaknesses were seen, and who cannot tell */
	cpupolicy_sink *sink;
	void *arg;
};

/**
 * cpupolicy_baseline_begin - start with no hosts
 * @sink: hears what each host cost when it was added (index says which host,
 *	guest the bits before, host the bits after), and security findings that
 *	remain for a host of the pool; may be NULL
 */
CPUPOLICY_API void cpupolicy_baseline_begin(struct cpupolicy_baseline *baseline,
					    cpupolicy_sink *sink, void *arg);

/**
 * cpupolicy_baseline_add - level down to one more host
 * @host: its offer set, normalised
 *
 * Returns 0, or what cpupolicy_intersect() returns; then the host was not
 * added and the baseline is as before.
 */
CPUPOLICY_API int cpupolicy_baseline_add(struct cpupolicy_baseline *baseline,
					 const struct cpupolicy_policy *host);

/**
 * cpupolicy_baseline_finish - take the result
 *
 * Returns 0, or CPUPOLICY_E_EMPTY - no host was added.
 */
CPUPOLICY_API int
cpupolicy_baseline_finish(struct cpupolicy_policy *out,
			  const struct cpupolicy_baseline *baseline);

#endif
