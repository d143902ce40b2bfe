/* SPDX-License-Identifier: MIT */
/*
 * policy.h - what one guest is promised: CPUID and feature MSRs, less what
 * varies per virtual CPU or at run time.
 */
#ifndef CPUPOLICY_POLICY_H
#define CPUPOLICY_POLICY_H

#include <cpupolicy/env.h>

/**
 * enum cpupolicy_status - what can go wrong
 *
 * Numbers never change and are never reused. cpupolicy_strerror() has the text.
 */
enum cpupolicy_status {
	CPUPOLICY_OK = 0,
	/* misuse: an argument no caller should pass */
	CPUPOLICY_E_INVALID = -1,
	/* the row or address has no slot in a policy; see cpupolicy_leaf_fate()
	 */
	CPUPOLICY_E_NO_SLOT = -2,
	/* no feature, field, mode, model or hypervisor of that name */
	CPUPOLICY_E_UNKNOWN = -3,
	/* a number does not fit its field */
	CPUPOLICY_E_RANGE = -4,
	/* policies of different CPU vendors have nothing in common */
	CPUPOLICY_E_VENDOR = -5,
	/* both policies name hypervisors and share none */
	CPUPOLICY_E_HYPERVISOR = -6,
	/* a field that must be equal differs and has no feature to drop */
	CPUPOLICY_E_DIFFERS = -7,
	/* hiding a limitation would promise more, not less */
	CPUPOLICY_E_LIMITATION = -8,
	/* the mode exists, but not for this CPU vendor */
	CPUPOLICY_E_MODE_VENDOR = -9,
	/* the policy lacks what the mode asks of every host (NX) */
	CPUPOLICY_E_NOT_QUALIFIED = -10,
	/* a baseline of no hosts */
	CPUPOLICY_E_EMPTY = -11,
	/* the caller's buffer is too small */
	CPUPOLICY_E_SPACE = -12,
	/* encoded policy: not one, or damaged */
	CPUPOLICY_E_MAGIC = -13,
	CPUPOLICY_E_TRUNCATED = -14,
	CPUPOLICY_E_CHECKSUM = -15,
	/* encoded policy: written by a newer, incompatible library */
	CPUPOLICY_E_VERSION = -16,
	/* encoded policy: rows unsorted, duplicated, empty or out of place */
	CPUPOLICY_E_ORDER = -17,
	/* encoded policy: a required section this library does not know */
	CPUPOLICY_E_SECTION = -18,
	/* encoded policy: bytes after the end */
	CPUPOLICY_E_TRAILING = -19,
	/* the field is computed from others: change those */
	CPUPOLICY_E_DERIVED = -20,
	/* the policy promises what the CPU cannot honour */
	CPUPOLICY_E_EXCEEDS = -21,

	/* the hosted library's own */
	CPUPOLICY_E_IO = -32,
	CPUPOLICY_E_SYNTAX = -33,
	CPUPOLICY_E_MEANING = -34,
	CPUPOLICY_E_MEMORY = -35,
	CPUPOLICY_E_UNSUPPORTED = -36,
};

/**
 * cpupolicy_strerror - one sentence for a status
 *
 * Total: every int has a text. Constant memory.
 */
CPUPOLICY_API const char *cpupolicy_strerror(int status);

/** struct cpupolicy_row - what CPUID answers to one leaf and sub-leaf */
struct cpupolicy_row {
	uint32_t leaf;		     /* EAX in */
	uint32_t subleaf;	     /* ECX in; 0 where ECX does not matter */
	uint32_t eax, ebx, ecx, edx; /* out */
};

/** struct cpupolicy_msr - one feature MSR */
struct cpupolicy_msr {
	uint32_t index;
	uint32_t reserved; /* 0 */
	uint64_t value;
};

/** CPUPOLICY_POLICY_WORDS - registers and halves of MSRs that have a place */
#define CPUPOLICY_POLICY_WORDS 764

/**
 * struct cpupolicy_policy - what one guest is promised
 *
 * A value: no pointers, nothing owned, copied with `=`, equal when its bytes
 * are equal (cpupolicy_policy_equal()). All-zero is the policy that promises
 * nothing. Every leaf and sub-leaf that can matter has a fixed place, the same
 * in every policy. The memory image is private to one build of the library and
 * differs between versions: store and send the encoded form (codec.h).
 */
struct cpupolicy_policy {
	uint32_t table; /* private: version of the table it was made with */
	uint32_t bases; /* private: where paravirtual sections are, 8 bits each
			 */
	uint32_t reserved[2];		       /* private: zero */
	uint32_t word[CPUPOLICY_POLICY_WORDS]; /* private */
};

/**
 * cpupolicy_policy_bytes - sizeof(struct cpupolicy_policy) in the library
 *
 * For languages that do not read this header, and to see that a program was
 * compiled with the header of the library it runs with.
 */
CPUPOLICY_API size_t cpupolicy_policy_bytes(void);

/** cpupolicy_policy_clear - make the policy that promises nothing */
CPUPOLICY_API void cpupolicy_policy_clear(struct cpupolicy_policy *policy);

/** cpupolicy_policy_equal - are two policies the same, byte for byte? */
CPUPOLICY_API bool cpupolicy_policy_equal(const struct cpupolicy_policy *a,
					  const struct cpupolicy_policy *b);

/**
 * cpupolicy_policy_class_id - one number for what a policy promises
 *
 * Made of everything that a check compares: each register or MSR half of which
 * some compared bit is set, with its address, and where paravirtual sections
 * are. What only describes a CPU (cpupolicy_address_describes()) and what is
 * derived from the rest is left out; topology and clocks are in no policy.
 *
 * The same policy has the same number for ever: on every machine, and with
 * every later table. 0 where nothing is compared.
 *
 * Policies of different numbers differ. Those of one number nearly always are
 * of one class; cpupolicy_policy_same_class() says so for certain.
 */
CPUPOLICY_API uint64_t
cpupolicy_policy_class_id(const struct cpupolicy_policy *policy);

/**
 * cpupolicy_policy_same_class - are two policies the same to every check?
 *
 * If so, either stands for the other as guest and as host, and
 * cpupolicy_check() finds the same but for CPUPOLICY_F_IDENTITY_DIFFERS.
 * Policies that were made with different versions of the table are not: what is
 * newer than a guest's table is no promise to it.
 */
CPUPOLICY_API bool
cpupolicy_policy_same_class(const struct cpupolicy_policy *a,
			    const struct cpupolicy_policy *b);

/**
 * cpupolicy_policy_set_row - store one row as it is
 *
 * For whoever builds a policy from parts. Nothing is derived or closed:
 * cpupolicy_normalize() does that. Paravirtual leaves (0x400000xx and up) go by
 * their signature row: store 0x40000x00 before the rows of its section.
 *
 * Returns 0, or
 * CPUPOLICY_E_NO_SLOT - the leaf or sub-leaf has no place in a policy.
 */
CPUPOLICY_API int cpupolicy_policy_set_row(struct cpupolicy_policy *policy,
					   const struct cpupolicy_row *row);

/**
 * cpupolicy_policy_get_row - read one row
 * @row: leaf and subleaf are inputs, the four registers are outputs
 *
 * This is what the policy holds, not what a CPUID exit answers: topology,
 * run-time bits and out-of-range leaves are left to the look-up.
 *
 * Returns 0, or CPUPOLICY_E_NO_SLOT (and the registers are zero).
 */
CPUPOLICY_API int
cpupolicy_policy_get_row(struct cpupolicy_row *row,
			 const struct cpupolicy_policy *policy);

/**
 * cpupolicy_policy_set_msr, cpupolicy_policy_get_msr - feature MSRs
 *
 * Return 0, or CPUPOLICY_E_NO_SLOT (get: and the value is zero).
 */
CPUPOLICY_API int cpupolicy_policy_set_msr(struct cpupolicy_policy *policy,
					   const struct cpupolicy_msr *msr);
CPUPOLICY_API int
cpupolicy_policy_get_msr(struct cpupolicy_msr *msr,
			 const struct cpupolicy_policy *policy);

/**
 * cpupolicy_policy_row_at - walk the rows that have a place
 * @index: 0 and up
 *
 * Rows come sorted by leaf and sub-leaf; rows of absent paravirtual sections
 * come with leaf 0x40000000 and up as if their base were 0x40000000, all zero.
 *
 * Returns 1, or 0 when @index is past the last row.
 */
CPUPOLICY_API int cpupolicy_policy_row_at(struct cpupolicy_row *row,
					  const struct cpupolicy_policy *policy,
					  uint32_t index);

/** cpupolicy_policy_msr_at - walk the feature MSRs; as
 * cpupolicy_policy_row_at() */
CPUPOLICY_API int cpupolicy_policy_msr_at(struct cpupolicy_msr *msr,
					  const struct cpupolicy_policy *policy,
					  uint32_t index);

/** CPUPOLICY_SECTION_ANYWHERE - a paravirtual section that a host has wherever
 *	a VMM wants it */
#define CPUPOLICY_SECTION_ANYWHERE 0xffffffffu

/**
 * cpupolicy_policy_section - where a paravirtual section is
 * @space: CPUPOLICY_SPACE_KVM, _HYPERV, _XEN or _VMWARE
 *
 * Returns its first leaf, 0x40000000 to 0x4000fd00 in steps of 0x100,
 * CPUPOLICY_SECTION_ANYWHERE, or 0: the policy has no such section.
 */
CPUPOLICY_API uint32_t
cpupolicy_policy_section(const struct cpupolicy_policy *policy, int space);

/**
 * cpupolicy_policy_move_section - put a section elsewhere
 * @base: as cpupolicy_policy_section() gives it, but not 0. A section that the
 *	policy does not have can only be anywhere; it is then under any name
 *
 * Returns 0, or CPUPOLICY_E_NO_SLOT: the policy has no such section, or
 * CPUPOLICY_E_RANGE: no section can be there.
 */
CPUPOLICY_API int cpupolicy_policy_move_section(struct cpupolicy_policy *policy,
						int space, uint32_t base);

/** enum cpupolicy_vendor_id - CPU makers with rules of their own */
enum cpupolicy_vendor_id {
	CPUPOLICY_VENDOR_UNKNOWN = 0,
	CPUPOLICY_VENDOR_INTEL = 1,
	CPUPOLICY_VENDOR_AMD = 2,
	CPUPOLICY_VENDOR_HYGON = 3,
	CPUPOLICY_VENDOR_ZHAOXIN = 4, /* "  Shanghai  " and "CentaurHauls" */
};

/** cpupolicy_policy_vendor - whose CPU is it, by its string in leaf 0 */
CPUPOLICY_API enum cpupolicy_vendor_id
cpupolicy_policy_vendor(const struct cpupolicy_policy *policy);

/** cpupolicy_policy_vendor_string - the 12 characters of leaf 0, and a NUL */
CPUPOLICY_API void
cpupolicy_policy_vendor_string(char out[13],
			       const struct cpupolicy_policy *policy);

/**
 * cpupolicy_policy_adopt_vendor - a policy of nobody's CPU takes the other's
 *
 * The vendor string of leaf 0 only; ABI levels and hand-made policies have
 * none, and would fit nobody.
 *
 * Returns whether it did: @to had none, and @from has one.
 */
CPUPOLICY_API bool
cpupolicy_policy_adopt_vendor(struct cpupolicy_policy *to,
			      const struct cpupolicy_policy *from);

/** struct cpupolicy_signature - family, model, stepping as people count them */
struct cpupolicy_signature {
	uint32_t family, model, stepping;
};

/**
 * cpupolicy_signature_decode - from the EAX of leaf 1
 *
 * Family adds the extended family when the base is 15; model adds the extended
 * model when the base family is 6 or 15 (Intel SDM 2A, CPUID; AMD APM 3,
 * E.3.2).
 */
CPUPOLICY_API struct cpupolicy_signature
cpupolicy_signature_decode(uint32_t leaf1_eax);

#endif
