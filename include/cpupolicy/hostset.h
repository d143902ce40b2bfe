/* SPDX-License-Identifier: MIT */
/*
 * hostset.h - from the rows of a machine to what it can honour.
 */
#ifndef CPUPOLICY_HOSTSET_H
#define CPUPOLICY_HOSTSET_H

#include <cpupolicy/finding.h>

/** enum cpupolicy_hypervisor - whose supplies and withholdings count */
enum cpupolicy_hypervisor {
	CPUPOLICY_HYPERVISOR_NONE = 0, /* the silicon alone */
	CPUPOLICY_HYPERVISOR_KVM,
	CPUPOLICY_HYPERVISOR_XEN,
	CPUPOLICY_HYPERVISOR_HYPERV,
	CPUPOLICY_HYPERVISOR_VMWARE,
	CPUPOLICY_NR_HYPERVISORS,
};

/**
 * CPUPOLICY_HYPERVISOR_VERSION - Linux 6.1 is (6, 1), Xen 4.17 is (4, 17),
 *	Hyper-V of Windows Server 2019 is (2019, 0)
 */
#define CPUPOLICY_HYPERVISOR_VERSION(major, minor)                             \
	((uint32_t)(major) << 16 | (uint32_t)(minor))

/** enum cpupolicy_set - for whom the host set is made */
enum cpupolicy_set {
	CPUPOLICY_SET_OFFER,  /* new guests; also: what a recorded machine's
			       * own guests were promised */
	CPUPOLICY_SET_ACCEPT, /* guests that may already have been promised more
			       */
};

/**
 * struct cpupolicy_hostset_options - how to read a machine
 *
 * Zero-initialise it, then set what differs.
 */
struct cpupolicy_hostset_options {
	enum cpupolicy_set set;
	enum cpupolicy_hypervisor hypervisor;
	/* of the hypervisor, with all its stable updates; a version between two
	 * that tables/hypervisor_versions.csv names counts as the older one. 0:
	 * the newest */
	uint32_t version;
	/* the hypervisor was named by the user, not assumed: its paravirtual
	 * section is part of the host set and guests' sections are compared */
	bool named;
	/* the rows are those of a virtual machine: what the hypervisor gave is
	 * taken as it is, nothing is withheld */
	bool guest;
	/* which bits of the rows were recorded, row by row, in the order of the
	 * rows; NULL: all were. What is not recorded is zero in the rows */
	const struct cpupolicy_row *known;
};

/**
 * cpupolicy_hostset - (rows less what no guest may have) plus what the
 *	hypervisor supplies, as a normalised policy
 * @out: the host set
 * @rows: one core's CPUID in any order; of rows for one leaf and sub-leaf the
 *	first counts
 * @msrs: its feature MSRs; @nr_msrs may be 0
 * @options: NULL: offer, no hypervisor
 * @sink: hears of every set bit that is not in @out and why (law 7: nothing is
 *	dropped in silence), of every bit added, and of every leaf that should
 *	be there but was not recorded; may be NULL
 *
 * A leaf that was not recorded promises nothing.
 *
 * Returns 0, or
 * CPUPOLICY_E_INVALID - there is no row for leaf 0.
 */
CPUPOLICY_API int
cpupolicy_hostset(struct cpupolicy_policy *out,
		  const struct cpupolicy_row *rows, size_t nr_rows,
		  const struct cpupolicy_msr *msrs, size_t nr_msrs,
		  const struct cpupolicy_hostset_options *options,
		  cpupolicy_sink *sink, void *arg);

/**
 * cpupolicy_rows_are_guest - were these rows taken inside a virtual machine?
 * @rows: one core's CPUID in any order
 *
 * True where leaf 1 has the hypervisor bit (unless this CPU leaves that
 * register undefined) or leaf 0x40000000 holds a signature and a leaf number in
 * its range.
 */
CPUPOLICY_API bool cpupolicy_rows_are_guest(const struct cpupolicy_row *rows,
					    size_t nr_rows);

/**
 * cpupolicy_hypervisor_find - by name: kvm, xen, hyperv, vmware, none
 *
 * Returns an enum cpupolicy_hypervisor, or CPUPOLICY_E_UNKNOWN.
 */
CPUPOLICY_API int cpupolicy_hypervisor_find(const char *name);

/**
 * cpupolicy_hypervisor_parse - a hypervisor, perhaps with its version
 * @options: its hypervisor and version are set; the rest stays
 * @text: a name as above, or one with a version: kvm-6.1, kvm-6.1.192 (the
 *	last number does not count), xen-4.17, hyperv-2019
 *
 * Returns 0, or
 * CPUPOLICY_E_UNKNOWN - no hypervisor of that name, or no version; @options is
 *	unchanged;
 * CPUPOLICY_E_RANGE - the version is older than cpupolicy_hypervisor_oldest(),
 *	or nothing is known of this hypervisor's versions.
 */
CPUPOLICY_API int
cpupolicy_hypervisor_parse(struct cpupolicy_hostset_options *options,
			   const char *text);

/**
 * cpupolicy_hypervisor_oldest - the oldest version of which anything is known,
 *	as CPUPOLICY_HYPERVISOR_VERSION() makes it
 *
 * Returns 0 where nothing is known of versions.
 */
CPUPOLICY_API uint32_t
cpupolicy_hypervisor_oldest(enum cpupolicy_hypervisor hypervisor);

/** cpupolicy_hypervisor_name - total; "none" for what is not one */
CPUPOLICY_API const char *
cpupolicy_hypervisor_name(enum cpupolicy_hypervisor hypervisor);

#endif
