/* SPDX-License-Identifier: MIT */
/*
 * xen.h - Xen's toolstack: the arrays in which its policies travel, its
 * featuresets, and the cpuid= lines of xl. Hosted library; needs no library of
 * Xen's.
 */
#ifndef CPUPOLICY_XEN_H
#define CPUPOLICY_XEN_H

#include <cpupolicy/formats.h>

/** CPUPOLICY_XEN_NO_SUBLEAF - so entries say where ECX does not matter */
#define CPUPOLICY_XEN_NO_SUBLEAF 0xffffffffu

/** struct cpupolicy_xen_leaf - xen_cpuid_leaf_t, of the same layout */
struct cpupolicy_xen_leaf {
	uint32_t leaf, subleaf;
	uint32_t a, b, c, d;
};

/** struct cpupolicy_xen_msr - xen_msr_entry_t, of the same layout */
struct cpupolicy_xen_msr {
	uint32_t idx;
	uint32_t flags; /* 0 */
	uint64_t val;
};

/**
 * cpupolicy_xen_record - a system policy of Xen (raw, host), as a record
 * @out: one CPU; to be freed
 * @msrs: may be NULL where @nr_msrs is 0
 *
 * Arrays as xc_cpu_policy_serialise() and the hypercalls give them. The limits
 * of the hypervisor's own leaves, which are no CPUID, are left out.
 *
 * Returns 0, CPUPOLICY_E_MEMORY, or CPUPOLICY_E_MEANING: an entry comes twice,
 * has a sub-leaf where none belongs or none where one does, or its flags are
 * not 0. Its number, from 1, is the line of @error.
 */
CPUPOLICY_API int cpupolicy_xen_record(struct cpupolicy_record **out,
				       const struct cpupolicy_xen_leaf *leaves,
				       size_t nr_leaves,
				       const struct cpupolicy_xen_msr *msrs,
				       size_t nr_msrs,
				       struct cpupolicy_error *error);

/**
 * cpupolicy_xen_policy - the policy of a domain, as a policy
 * @sink: hears of every bit that is no part of a policy: topology and the like;
 *	may be NULL
 *
 * Arrays and statuses as cpupolicy_xen_record(), and CPUPOLICY_E_INVALID where
 * there is no leaf 0.
 */
CPUPOLICY_API int cpupolicy_xen_policy(
	struct cpupolicy_policy *out, const struct cpupolicy_xen_leaf *leaves,
	size_t nr_leaves, const struct cpupolicy_xen_msr *msrs, size_t nr_msrs,
	cpupolicy_sink *sink, void *arg, struct cpupolicy_error *error);

/**
 * struct cpupolicy_xen_arrays - a policy of Xen's, to be written
 *
 * @leaves and @msrs are the caller's, with room for so many; Xen takes at most
 * what xc_cpu_policy_get_size() says. They may hold the policy that the domain
 * has, sorted as Xen gave it: then what is no part of a policy (topology, the
 * limits of the hypervisor's leaves) stays as it is there. Where they are empty
 * it is zero, and the toolstack's to fill in.
 */
struct cpupolicy_xen_arrays {
	struct cpupolicy_xen_leaf *leaves;
	size_t nr_leaves, room_leaves;
	struct cpupolicy_xen_msr *msrs;
	size_t nr_msrs, room_msrs;
};

/**
 * cpupolicy_xen_put - a policy, as xc_cpu_policy_update_cpuid() and the
 *	hypercalls take it
 * @arrays: sorted, each entry once; their numbers are updated
 * @lost: hears of what Xen's policies have no place for; may be NULL
 *
 * Leaves that the policy does not have and the arrays do become zero. Xen still
 * takes away what its own highest policy for such a domain lacks, without an
 * error: read back what the domain got.
 *
 * Returns 0, CPUPOLICY_E_MEMORY, or (and @arrays are unchanged)
 * CPUPOLICY_E_SPACE - there is no room for all entries, or (hosted library)
 * CPUPOLICY_E_MEANING - the arrays are not sorted, or as in
 *	cpupolicy_xen_record().
 */
CPUPOLICY_API int cpupolicy_xen_put(struct cpupolicy_xen_arrays *arrays,
				    const struct cpupolicy_policy *policy,
				    cpupolicy_lost *lost, void *arg,
				    struct cpupolicy_error *error);

/** CPUPOLICY_XEN_WORDS - of the featuresets of the newest Xen that is known */
#define CPUPOLICY_XEN_WORDS 19
/** CPUPOLICY_XEN_WORDS_ROOM - for newer ones */
#define CPUPOLICY_XEN_WORDS_ROOM 32

/** struct cpupolicy_xen_featureset - words in Xen's order */
struct cpupolicy_xen_featureset {
	uint32_t nr; /* older versions of Xen have fewer */
	uint32_t word[CPUPOLICY_XEN_WORDS_ROOM];
};

/** CPUPOLICY_XEN_FEATURESET_TEXT - bytes that hold any featureset as text */
#define CPUPOLICY_XEN_FEATURESET_TEXT (9 * CPUPOLICY_XEN_WORDS_ROOM)

/**
 * cpupolicy_xen_featureset_parse - "178bfbff-f6f83203-2e500800-..."
 * @text: words of eight hexadecimal digits with '-' or ':' between them
 * @name: how to call it in messages
 *
 * Returns 0, CPUPOLICY_E_SYNTAX with the column in @error, or
 * CPUPOLICY_E_RANGE: more words than there is room for.
 */
CPUPOLICY_API int
cpupolicy_xen_featureset_parse(struct cpupolicy_xen_featureset *out,
			       const char *name, const char *text,
			       struct cpupolicy_error *error);

/** cpupolicy_xen_featureset_text - with '-' between the words. Returns @out */
CPUPOLICY_API char *cpupolicy_xen_featureset_text(
	char out[CPUPOLICY_XEN_FEATURESET_TEXT],
	const struct cpupolicy_xen_featureset *featureset);

/**
 * cpupolicy_xen_featureset_of - the words of a policy
 *
 * As xc_cpuid_apply_policy() takes them: CPUPOLICY_XEN_WORDS of them, the
 * hypervisor bit set as every guest has it. What guests get by topology or at
 * run time (HTT, OSXSAVE) is not in a policy and is 0.
 */
CPUPOLICY_API void
cpupolicy_xen_featureset_of(struct cpupolicy_xen_featureset *out,
			    const struct cpupolicy_policy *policy);

/**
 * struct cpupolicy_xl_register - what a cpuid= line says of one register
 *
 * @bits has a character for each bit, bit 31 first: '0' and '1' are set so, 'k'
 * is as the host has it ('s', its old name, is read as 'k'), 'x' is as Xen has
 * it for such domains.
 */
struct cpupolicy_xl_register {
	uint32_t leaf;	  /* or MSR index */
	uint32_t subleaf; /* CPUPOLICY_XEN_NO_SUBLEAF: none was written */
	uint8_t space;	  /* CPUPOLICY_SPACE_CPU or CPUPOLICY_SPACE_MSR */
	uint8_t reg;	  /* enum cpupolicy_register */
	char bits[33];
};

/** struct cpupolicy_xl - what a cpuid= line says; each register once */
struct cpupolicy_xl {
	struct cpupolicy_xl_register *registers; /* owned */
	size_t nr;
};

/**
 * cpupolicy_xl_parse - read the cpuid= of a domain's configuration
 * @text: a configuration file, of which all else is skipped, or the value
 *	alone: host,avx=0,...; need not end in NUL
 * @name: how to call it in messages
 *
 * Both forms are read: "host,NAME=VALUE,..." with libxl's names, and the list
 *of registers, ["LEAF,SUBLEAF:eax=BITS,...", ...]. Names are those of
 *tables/xl.csv, then of Xen's features. What libxl would only warn of is
 *refused.
 *
 * Returns 0, CPUPOLICY_E_SYNTAX or CPUPOLICY_E_MEANING with line and column, or
 * CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_xl_parse(struct cpupolicy_xl *out, const char *name,
				     const char *text, size_t size,
				     struct cpupolicy_error *error);

/** cpupolicy_xl_clear - free what it owns */
CPUPOLICY_API void cpupolicy_xl_clear(struct cpupolicy_xl *xl);

/**
 * cpupolicy_xl_apply - what a domain gets that is started with such a line
 * @policy: what Xen gives domains without one; becomes what it gives this one
 * @host: the most that Xen gives (the host set to accept): 'k' is from there,
 *	and what it lacks cannot be given
 * @lost: hears of what is no part of a policy; may be NULL
 *
 * Returns 0, what cpupolicy_intersect() returns, or (and @policy is unchanged)
 * CPUPOLICY_E_NO_SLOT - a register is of a leaf that @policy does not have: xl
 *	refuses to make the domain; @lost hears which.
 */
CPUPOLICY_API int cpupolicy_xl_apply(struct cpupolicy_policy *policy,
				     const struct cpupolicy_xl *xl,
				     const struct cpupolicy_policy *host,
				     cpupolicy_lost *lost, void *arg);

#endif
