/* SPDX-License-Identifier: MIT */
/*
 * codec.h - the byte form of a policy, that travels with a guest.
 *
 * One policy has exactly one form, the same on every machine, so equal bytes
 * (or equal hashes) mean equal policies. All numbers are little-endian:
 *
 *	8	magic "cpupolcy"
 *	2	format version (1)
 *	2	table version
 *	4	number of sections
 *	sections, by ascending type, each:
 *	2	type: 1 CPUID rows, 2 MSRs, 3 paravirtual sections
 *	2	flags: bit 0 the reader must know this type
 *	4	number of items
 *	...	items
 *	4	CRC-32C of everything before
 *
 * A CPUID row is leaf, subleaf, EAX, EBX, ECX, EDX (4 bytes each); an MSR is
 * index (4 bytes) and value (8); a paravirtual section is kind (1 byte: enum
 * cpupolicy_space), index of its base (1; the base is 0x40000000 + 0x100 *
 * index) and its number of rows (2), then the rows (leaf as if the base were
 * 0x40000000). Rows and MSRs that are all zero are left out; the rest are
 * sorted and unique.
 */
#ifndef CPUPOLICY_CODEC_H
#define CPUPOLICY_CODEC_H

#include <cpupolicy/policy.h>

/** No encoded policy is larger than this many bytes. */
#define CPUPOLICY_ENCODED_MAX 8192

/**
 * cpupolicy_encode - write the byte form
 * @out: @size bytes; may be NULL if @size is 0
 *
 * Returns the number of bytes of the whole form, whether or not it fitted.
 * When the return value is more than @size, nothing useful was written.
 */
CPUPOLICY_API size_t cpupolicy_encode(void *out, size_t size,
				      const struct cpupolicy_policy *policy);

/**
 * cpupolicy_decode - read the byte form; all or nothing
 *
 * What was stored stays as it was: nothing is derived again.
 *
 * Returns 0, or (and @out is unchanged)
 * CPUPOLICY_E_MAGIC, CPUPOLICY_E_TRUNCATED, CPUPOLICY_E_CHECKSUM,
 * CPUPOLICY_E_VERSION, CPUPOLICY_E_ORDER, CPUPOLICY_E_SECTION,
 * CPUPOLICY_E_TRAILING, or
 * CPUPOLICY_E_NO_SLOT - a row that is not zero has no place in a policy.
 */
CPUPOLICY_API int cpupolicy_decode(struct cpupolicy_policy *out, const void *in,
				   size_t size);

#endif
