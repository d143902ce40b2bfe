/* SPDX-License-Identifier: MIT */
/*
 * cpupolicy.h - decide what CPU a virtual machine sees and where it can move.
 *
 * This header includes the whole freestanding core. The hosted library's
 * headers (record.h, formats.h, fleet.h, kvm.h) are included by those who link
 * it.
 *
 *	cpupolicy/policy.h	what one guest is promised: a value
 *	cpupolicy/feature.h	fields by name and by address, their rules
 *	cpupolicy/finding.h	what the operations report, and its registry
 *	cpupolicy/hostset.h	from the rows of a machine to what it can honour
 *	cpupolicy/mask.h	take features away
 *	cpupolicy/check.h	can this guest run there, or why not
 *	cpupolicy/baseline.h	the best that all these hosts can offer
 *	cpupolicy/featureset.h	the same check in nanoseconds, for fleets
 *	cpupolicy/vcpu.h	what one virtual CPU adds to its policy
 *	cpupolicy/lookup.h	answer one CPUID exit
 *	cpupolicy/lint.h	what real guests trip over
 *	cpupolicy/levelling.h	make the CPU itself show a policy
 *	cpupolicy/codec.h	the byte form that travels with a guest
 *	cpupolicy/model.h	named policies
 *	cpupolicy/profile.h	what kinds of guest require
 *	cpupolicy/blocking.h	what keeps a guest from using what is hidden
 *
 * Conventions, said once and meant everywhere:
 *
 * - Out-parameters come first; inputs are const. No pointer may be NULL unless
 *   the function says so. An output may be the same object as an input unless
 *   the function says otherwise.
 * - The caller owns all memory. No function allocates, does I/O, keeps global
 *   state, uses floating point or recursion; stack frames are 128 bytes or
 *   less. Every function may be called from any context, by any number of
 *   threads, on const objects.
 * - Functions that can fail return 0 or a count, or a negative
 *   enum cpupolicy_status; the comment lists each one that can occur. After a
 *   failure outputs are unchanged unless said otherwise.
 * - Numbers of CPUID are as CPUID has them: clflush_size counts 8-byte units.
 * - Structures are complete so that they can live anywhere; fields marked
 *   private are not for callers.
 */
#ifndef CPUPOLICY_H
#define CPUPOLICY_H

#include <cpupolicy/policy.h>
#include <cpupolicy/feature.h>
#include <cpupolicy/finding.h>
#include <cpupolicy/hostset.h>
#include <cpupolicy/mask.h>
#include <cpupolicy/check.h>
#include <cpupolicy/baseline.h>
#include <cpupolicy/featureset.h>
#include <cpupolicy/vcpu.h>
#include <cpupolicy/lookup.h>
#include <cpupolicy/lint.h>
#include <cpupolicy/levelling.h>
#include <cpupolicy/codec.h>
#include <cpupolicy/model.h>
#include <cpupolicy/profile.h>
#include <cpupolicy/blocking.h>

/** CPUPOLICY_VERSION_MAJOR - of these headers, as the two below */
#define CPUPOLICY_VERSION_MAJOR 0
/** CPUPOLICY_VERSION_MINOR - 1 of 0.1.2 */
#define CPUPOLICY_VERSION_MINOR 1
/** CPUPOLICY_VERSION_PATCH - 2 of 0.1.2 */
#define CPUPOLICY_VERSION_PATCH 0

/**
 * cpupolicy_version - the version of the library that was linked
 *
 * Returns MAJOR << 16 | MINOR << 8 | PATCH.
 */
CPUPOLICY_API uint32_t cpupolicy_version(void);

#endif
