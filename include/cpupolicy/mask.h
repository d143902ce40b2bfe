/* SPDX-License-Identifier: MIT */
/*
 * mask.h - take features away from a policy; make a policy consistent.
 *
 * Every operation closes over dependencies both ways (hide AVX, and AVX2, FMA,
 * VAES, AVX-512 and their XSAVE state go too) and derives what depends on the
 * rest. The result is a lower policy: mask(p) <= p.
 */
#ifndef CPUPOLICY_MASK_H
#define CPUPOLICY_MASK_H

#include <cpupolicy/finding.h>

/**
 * cpupolicy_normalize - make a policy consistent
 * @sink: hears of every change; may be NULL
 *
 * Zeroes what is never in a policy and fields whose gate is off, drops features
 * whose needs are missing and groups that are not whole, then derives maximum
 * leaves, XSAVE sizes, mirrors and address widths. Idempotent.
 */
CPUPOLICY_API void cpupolicy_normalize(struct cpupolicy_policy *policy,
				       cpupolicy_sink *sink, void *arg);

/**
 * cpupolicy_derive - compute the derived fields of a policy
 *
 * Also gives a policy without physical address bits those that software assumes
 * where leaf 0x80000008 is missing. Changes nothing else.
 */
CPUPOLICY_API void cpupolicy_derive(struct cpupolicy_policy *policy);

/**
 * cpupolicy_hide - take features away, and what depends on them
 * @features: bits with or without a name; @nr of them
 * @sink: hears of every change; may be NULL
 *
 * Hiding what is not there is no error.
 *
 * Returns 0, or
 * CPUPOLICY_E_NO_SLOT - a feature is never part of a policy,
 * CPUPOLICY_E_DERIVED - a feature follows others on this vendor's CPUs (SYSCALL
 *	follows LM on Intel's): hide those,
 * CPUPOLICY_E_LIMITATION - a feature is a limitation: a guest that is not told
 *	of it would be promised more; @policy is unchanged.
 */
CPUPOLICY_API int cpupolicy_hide(struct cpupolicy_policy *policy,
				 const cpupolicy_feature *features, size_t nr,
				 cpupolicy_sink *sink, void *arg);

/**
 * cpupolicy_cap - lower a number
 * @field: a field of level min
 *
 * Where the number is already lower, or 0, nothing changes.
 *
 * Returns 0, or
 * CPUPOLICY_E_INVALID - the field is not a number that levels by minimum,
 * CPUPOLICY_E_RANGE - @value has more bits than the field.
 */
CPUPOLICY_API int cpupolicy_cap(struct cpupolicy_policy *policy,
				const struct cpupolicy_field *field,
				uint32_t value, cpupolicy_sink *sink,
				void *arg);

/**
 * cpupolicy_mask - keep of @policy only what @mask has too
 * @mask: a policy; its vendor, donor fields and numbers that are zero do not
 *	count. A mask without any number or vendor is a set of features.
 *
 * The result is the greatest policy below @policy whose features are all in
 * @mask and whose numbers are at most the mask's.
 */
CPUPOLICY_API void cpupolicy_mask(struct cpupolicy_policy *policy,
				  const struct cpupolicy_policy *mask,
				  cpupolicy_sink *sink, void *arg);

/**
 * struct cpupolicy_mode - a historical way of masking, by vendor
 *
 * Constant. @hide is the literal list of names as the original has it, before
 * it is closed over dependencies.
 */
struct cpupolicy_mode {
	const char *name; /* hyperv-r2, hyperv-tlfs2 */
	const char *summary;
	const char *source;
	const char *const *hide; /* field names; ends in NULL */
	uint32_t clflush_cap; /* CLFLUSH size at most this, in 8-byte units */
	enum cpupolicy_vendor_id vendor;
};

/** cpupolicy_mode_at - walk all modes of all vendors; NULL past the last */
CPUPOLICY_API const struct cpupolicy_mode *cpupolicy_mode_at(uint32_t index);

/**
 * cpupolicy_apply_mode - mask by a named mode
 * @name: hyperv-r2 or hyperv-tlfs2
 *
 * Returns 0, or (and @policy is unchanged)
 * CPUPOLICY_E_UNKNOWN - no such mode,
 * CPUPOLICY_E_MODE_VENDOR - not for this CPU vendor,
 * CPUPOLICY_E_NOT_QUALIFIED - the policy lacks NX, which the mode asks of
 *	every host. (Hardware virtualisation is not visible in a policy: whoever
 *	has the record checks it.)
 */
CPUPOLICY_API int cpupolicy_apply_mode(struct cpupolicy_policy *policy,
				       const char *name, cpupolicy_sink *sink,
				       void *arg);

#endif
