/* SPDX-License-Identifier: MIT */
/*
 * kvm.h - policies to and from KVM of x86. Hosted library.
 *
 * A VMM that makes its own ioctls uses the functions that work on entries:
 * cpupolicy_kvm_rows(), cpupolicy_kvm_entries(), cpupolicy_kvm_msrs(),
 * cpupolicy_kvm_compare(). They know <linux/kvm.h> as an ABI only and work on
 * every machine. Those that take a file descriptor make the ioctls.
 *
 * The order of calls of a VMM:
 *
 *	open /dev/kvm		cpupolicy_kvm_request_xstate() with
 *				cpupolicy_kvm_xstate() of the policy: before
 *				the first vCPU is created
 *	KVM_CREATE_VCPU		cpupolicy_vcpu_init(), the vCPU's place in the
 *				machine, cpupolicy_vcpu_prepare(),
 *				cpupolicy_kvm_set()
 *	KVM_RUN			CPUID can no longer be changed (Linux 5.16);
 *				cpupolicy_kvm_read_back() at any time
 */
#ifndef CPUPOLICY_KVM_H
#define CPUPOLICY_KVM_H

#include <cpupolicy/record.h>

/* Of <linux/kvm.h>, which users include themselves. */
struct kvm_cpuid2;
struct kvm_cpuid_entry2;
struct kvm_msr_entry;

/** CPUPOLICY_KVM_ENTRIES - KVM takes no more for a vCPU */
#define CPUPOLICY_KVM_ENTRIES 256
/** CPUPOLICY_KVM_ENTRIES_ONCE - before Linux 5.9 no more than these */
#define CPUPOLICY_KVM_ENTRIES_ONCE 80

/** enum cpupolicy_kvm_what - what a remark is about; numbers never change */
enum cpupolicy_kvm_what {
	/* about a table of entries */
	CPUPOLICY_KVM_REPEATED = 1, /* a second entry says the same */
	CPUPOLICY_KVM_CONTRADICTED, /* it says something else: the first counts
				     */
	CPUPOLICY_KVM_STATEFUL,	 /* a second leaf 2, as KVM once wrote them: the
				  * first counts */
	CPUPOLICY_KVM_NO_FLAG,	 /* a leaf with sub-leaves, without
				  * SIGNIFICANT_INDEX: KVM answers every
				  * sub-leaf with it */
	CPUPOLICY_KVM_INDEX,	 /* and with an index: taken as one where the
				  * leaf has sub-leaves, else ignored */
	CPUPOLICY_KVM_FLAG,	 /* SIGNIFICANT_INDEX at a leaf without
				  * sub-leaves: KVM answers for that ECX alone
				  */
	CPUPOLICY_KVM_BOTH,	 /* an entry with the flag in a leaf that also
				  * has one without: KVM finds the first */
	CPUPOLICY_KVM_BAD_FLAGS, /* flags that no kernel has */
	CPUPOLICY_KVM_PADDING,	 /* not zero; @entry is UINT32_MAX for the
				  * table's own */
	CPUPOLICY_KVM_MANY,	 /* more than CPUPOLICY_KVM_ENTRIES_ONCE */
	CPUPOLICY_KVM_TOO_MANY,	 /* more than CPUPOLICY_KVM_ENTRIES */

	/* about what the kernel made of what it was asked for */
	CPUPOLICY_KVM_RUNTIME = 32, /* changed, but follows the vCPU's state:
				     * no loss */
	CPUPOLICY_KVM_CHANGED,
	CPUPOLICY_KVM_DROPPED, /* the row is not there, and so all zero */
	CPUPOLICY_KVM_ADDED,   /* a row that nobody asked for */
	CPUPOLICY_KVM_MSR_CHANGED,
	CPUPOLICY_KVM_MSR_REFUSED, /* it could not be written */
	CPUPOLICY_KVM_MSR_GONE,	   /* it could not be read back */
};

/** struct cpupolicy_kvm_remark - one thing that is odd about a table, or one
 *	register that the kernel changed */
struct cpupolicy_kvm_remark {
	enum cpupolicy_kvm_what what;
	uint32_t entry; /* its number in the table; of what was asked for */
	uint32_t leaf, subleaf;	     /* leaf is the index of an MSR */
	enum cpupolicy_register reg; /* of changes of CPUID */
	uint64_t asked, got;	     /* of changes */
};

/** cpupolicy_kvm_sink - receives remarks, one call each */
typedef void cpupolicy_kvm_sink(void *arg,
				const struct cpupolicy_kvm_remark *remark);

/** cpupolicy_kvm_what_text - a clause that says what is odd; total */
CPUPOLICY_API const char *cpupolicy_kvm_what_text(enum cpupolicy_kvm_what what);

/** cpupolicy_kvm_remark_text - a remark as one line of text
 *
 * Writes at most @size bytes, NUL included, as snprintf. Returns @out.
 */
CPUPOLICY_API char *
cpupolicy_kvm_remark_text(char *out, size_t size,
			  const struct cpupolicy_kvm_remark *remark);

/**
 * cpupolicy_kvm_rows - what a table of entries says, sorted, each row once
 * @rows: @nr of them are always enough
 * @sink: hears of every flaw; may be NULL. Without a remark the table is one
 *	that KVM takes and answers from as it reads
 *
 * Zero rows are kept, as everything but what REPEATED, CONTRADICTED and
 * STATEFUL tell of. Serial numbers (leaf 3) are zeroed.
 *
 * Returns how many rows, or (and @rows is undefined)
 * CPUPOLICY_E_EMPTY - no entries, or all of them zero: what KVM writes where a
 *	VMM took room for an answer,
 * CPUPOLICY_E_RANGE - more than 4096,
 * CPUPOLICY_E_SPACE - @room is too small.
 */
CPUPOLICY_API int cpupolicy_kvm_rows(struct cpupolicy_row *rows, size_t room,
				     const struct kvm_cpuid_entry2 *entries,
				     size_t nr, cpupolicy_kvm_sink *sink,
				     void *arg);

/**
 * cpupolicy_kvm_table_rows - the same of a struct kvm_cpuid2 in memory that may
 *	come from anywhere, a snapshot for one
 * @table: need not be aligned
 * @size: its bytes, all of them
 *
 * Also returns CPUPOLICY_E_TRUNCATED or CPUPOLICY_E_TRAILING where @size is not
 * what its nent asks for, and CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_kvm_table_rows(struct cpupolicy_row *rows,
					   size_t room, const void *table,
					   size_t size,
					   cpupolicy_kvm_sink *sink, void *arg);

/**
 * cpupolicy_kvm_entries - the table of one vCPU, for KVM_SET_CPUID2
 * @entries: CPUPOLICY_KVM_ENTRIES of them are always enough
 * @vcpu: prepared with @policy, in the state in which the vCPU starts. KVM
 *	keeps OSXSAVE, OSPKE, APIC and the sizes in leaf 0xD itself from then on
 *
 * Everything cpupolicy_lookup() answers, topology and clocks as well, but for
 * rows that are zero: KVM answers those with zeros too. Sorted, with the flags
 * and padding that KVM expects. SYSCALL of Intel's CPUs, which follows the mode
 * there, is as 64-bit code sees it: KVM's tables know no modes.
 *
 * Returns how many, or
 * CPUPOLICY_E_EMPTY - the policy shows nothing, not even a maker,
 * CPUPOLICY_E_SPACE - @room is too small,
 * CPUPOLICY_E_RANGE - more than CPUPOLICY_KVM_ENTRIES,
 * CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_kvm_entries(struct kvm_cpuid_entry2 *entries,
					size_t room,
					const struct cpupolicy_policy *policy,
					const struct cpupolicy_vcpu *vcpu);

/**
 * cpupolicy_kvm_msrs - the feature MSRs of a vCPU, for KVM_SET_MSRS
 * @msrs: 64 are always enough
 *
 * Those that the policy's features say exist, zero ones too: of what is not
 * written KVM shows the host's.
 *
 * Returns how many, or CPUPOLICY_E_SPACE.
 */
CPUPOLICY_API int cpupolicy_kvm_msrs(struct kvm_msr_entry *msrs, size_t room,
				     const struct cpupolicy_policy *policy);

/**
 * cpupolicy_kvm_compare - two tables: what was asked for, and what KVM says
 *	now (KVM_GET_CPUID2)
 * @sink: hears of every register that differs; may be NULL
 *
 * Of tables with flaws the rows of cpupolicy_kvm_rows() are compared. Rows that
 * are zero and rows that are not there are the same.
 *
 * Returns how many registers differ, CPUPOLICY_KVM_RUNTIME not counted, or what
 * cpupolicy_kvm_rows() returns, or CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_kvm_compare(const struct kvm_cpuid_entry2 *asked,
					size_t nr_asked,
					const struct kvm_cpuid_entry2 *got,
					size_t nr_got, cpupolicy_kvm_sink *sink,
					void *arg);

/**
 * cpupolicy_kvm_xstate - state components that need a permission
 *
 * Returns a mask of XCR0's bits: 18 (AMX tile data) or none.
 */
CPUPOLICY_API uint64_t
cpupolicy_kvm_xstate(const struct cpupolicy_policy *policy);

/**
 * cpupolicy_kvm_request_xstate - ask the kernel for that permission
 *
 * arch_prctl(ARCH_REQ_XCOMP_GUEST_PERM), Linux 5.17. It holds for the process,
 * counts only before its first vCPU is created, and KVM_GET_SUPPORTED_CPUID
 * says nothing of AMX without it.
 *
 * Returns 0 (0 for @components: always), or CPUPOLICY_E_UNSUPPORTED with
 * @error filled.
 */
CPUPOLICY_API int cpupolicy_kvm_request_xstate(uint64_t components,
					       struct cpupolicy_error *error);

/**
 * cpupolicy_kvm_get_supported, cpupolicy_kvm_get_emulated,
 * cpupolicy_kvm_get_cpuid - KVM_GET_SUPPORTED_CPUID and KVM_GET_EMULATED_CPUID
 *	of /dev/kvm, KVM_GET_CPUID2 of a vCPU
 * @out: to be freed with free()
 *
 * The number of entries needs not be known.
 *
 * Return 0, CPUPOLICY_E_IO or CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_kvm_get_supported(struct kvm_cpuid2 **out, int kvm,
					      struct cpupolicy_error *error);
CPUPOLICY_API int cpupolicy_kvm_get_emulated(struct kvm_cpuid2 **out, int kvm,
					     struct cpupolicy_error *error);
CPUPOLICY_API int cpupolicy_kvm_get_cpuid(struct kvm_cpuid2 **out, int vcpu,
					  struct cpupolicy_error *error);

/**
 * cpupolicy_kvm_record - what KVM supports, as a record of one CPU
 * @kvm: a descriptor of /dev/kvm
 * @emulated: take in what KVM emulates, slower than a CPU would: right for an
 *	accept set, wrong for an offer. If not, a note names it
 *
 * Asks for AMX first, where the CPU has it. Flaws of KVM's tables, refused
 * permissions and MSRs that could not be read are notes.
 *
 * Returns 0, CPUPOLICY_E_IO, CPUPOLICY_E_MEMORY or CPUPOLICY_E_UNSUPPORTED.
 */
CPUPOLICY_API int cpupolicy_kvm_record(struct cpupolicy_record **out, int kvm,
				       bool emulated,
				       struct cpupolicy_error *error);

/**
 * cpupolicy_kvm_set - give a vCPU its policy, and see what became of it
 * @fd: of the vCPU, which has not run yet
 * @vcpu: as for cpupolicy_kvm_entries()
 * @sink: as of cpupolicy_kvm_read_back(); also hears of MSRs that KVM refused,
 *	which do not keep it from setting the others
 *
 * KVM_SET_CPUID2 and KVM_SET_MSRS, then cpupolicy_kvm_read_back().
 *
 * Returns how many remarks but CPUPOLICY_KVM_RUNTIME there were, or
 * CPUPOLICY_E_IO - the kernel refused the table; @error says why it may have,
 * what cpupolicy_kvm_entries() returns, or CPUPOLICY_E_UNSUPPORTED.
 */
CPUPOLICY_API int cpupolicy_kvm_set(int fd,
				    const struct cpupolicy_policy *policy,
				    const struct cpupolicy_vcpu *vcpu,
				    cpupolicy_kvm_sink *sink, void *arg,
				    struct cpupolicy_error *error);

/**
 * cpupolicy_kvm_read_back - what has the kernel made of a vCPU's policy?
 * @sink: hears of each register and MSR that is not as the policy has it; may
 *	be NULL
 *
 * KVM_GET_CPUID2 and KVM_GET_MSRS. This is what KVM says that the guest sees.
 * What it does see only a guest can tell: cpupolicy-verify(1).
 *
 * Returns how many remarks but CPUPOLICY_KVM_RUNTIME there were,
 *CPUPOLICY_E_IO, CPUPOLICY_E_MEMORY or CPUPOLICY_E_UNSUPPORTED.
 */
CPUPOLICY_API int cpupolicy_kvm_read_back(int fd,
					  const struct cpupolicy_policy *policy,
					  const struct cpupolicy_vcpu *vcpu,
					  cpupolicy_kvm_sink *sink, void *arg,
					  struct cpupolicy_error *error);

#endif
