/* SPDX-License-Identifier: MIT */
/*
 * record.h - what was read from one machine. Hosted library.
 *
 * A record keeps every row as it was found: what is policy is decided on the
 * way from record to host set. Objects of this header are allocated; each has a
 * function that frees it.
 */
#ifndef CPUPOLICY_RECORD_H
#define CPUPOLICY_RECORD_H

#include <cpupolicy.h>

/**
 * struct cpupolicy_error - where and why reading or writing failed
 *
 * Filled on every negative return of the hosted library. @line and @column
 * count from 1; 0 where they mean nothing. @text is one sentence that begins
 * with the place and ends without a newline.
 */
struct cpupolicy_error {
	int status; /* enum cpupolicy_status */
	int line, column;
	char text[512];
};

/** struct cpupolicy_core - CPUs of one machine that say the same */
struct cpupolicy_core {
	char *cpus; /* "0-7,16-23": logical CPUs; owned */
	uint32_t nr_cpus;
	struct cpupolicy_row *rows; /* owned, in the order read */
	size_t nr_rows;
	struct cpupolicy_msr *msrs; /* owned, sorted by index */
	size_t nr_msrs;
	/* which bits of @rows were recorded, row by row: a list of names says
	 * nothing of the bits it has no name for. Owned; NULL: all were */
	struct cpupolicy_row *known;
};

/** struct cpupolicy_record - one machine */
struct cpupolicy_record {
	/* provenance; owned strings, NULL where not known */
	char *name; /* host name or file */
	char *how;  /* cpuid instruction, cpuid -r, ... */
	char *tool; /* what wrote it, with version */
	char *kernel;
	char *microcode;
	char *date;   /* ISO 8601 */
	char **notes; /* what reading did and saw; owned */
	size_t nr_notes;
	struct cpupolicy_core *cores; /* distinct ones, in order of first CPU */
	size_t nr_cores;
};

/** cpupolicy_record_new - an empty record; NULL without memory */
CPUPOLICY_API struct cpupolicy_record *cpupolicy_record_new(void);
/** cpupolicy_record_free - NULL is allowed */
CPUPOLICY_API void cpupolicy_record_free(struct cpupolicy_record *record);

/**
 * cpupolicy_record_add_cpu - add one logical CPU
 * @cpu: its number
 * @rows, @msrs: copied
 *
 * A CPU that says the same as an earlier one, but for what varies per CPU
 * (APIC ids, topology, leaf 0xD's current sizes, OSXSAVE and the like), joins
 * that core.
 *
 * Returns 0, or CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int
cpupolicy_record_add_cpu(struct cpupolicy_record *record, uint32_t cpu,
			 const struct cpupolicy_row *rows, size_t nr_rows,
			 const struct cpupolicy_msr *msrs, size_t nr_msrs);

/**
 * cpupolicy_record_note - add a note, as printf
 *
 * Returns 0, or CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_record_note(struct cpupolicy_record *record,
					const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** cpupolicy_core_row - the row for a leaf of a core; NULL: not recorded */
CPUPOLICY_API const struct cpupolicy_row *
cpupolicy_core_row(const struct cpupolicy_core *core, uint32_t leaf,
		   uint32_t subleaf);

/** cpupolicy_record_is_guest - was it taken inside a virtual machine? */
CPUPOLICY_API bool
cpupolicy_record_is_guest(const struct cpupolicy_record *record);

/**
 * cpupolicy_record_is_root_partition - was it taken in Hyper-V's root
 *	partition, that is on a host, though not on bare metal?
 *
 * Hyper-V hides from it what it keeps for itself, so as a host it says less
 * than the machine can do. Only a root partition may create others (TLFS,
 * 4.2.2).
 */
CPUPOLICY_API bool
cpupolicy_record_is_root_partition(const struct cpupolicy_record *record);

/**
 * cpupolicy_record_virtualization - does the machine have VMX or SVM?
 */
CPUPOLICY_API bool
cpupolicy_record_virtualization(const struct cpupolicy_record *record);

/**
 * cpupolicy_record_clock - the frequency of the time-stamp counter
 *
 * From leaf 0x15 where it gives the crystal's, or from what a hypervisor told
 * its guest; and whether all CPUs can scale a guest's. For
 * cpupolicy_check_clock(); what was not recorded is 0 and false.
 */
CPUPOLICY_API void
cpupolicy_record_clock(struct cpupolicy_clock *out,
		       const struct cpupolicy_record *record);

/** cpupolicy_core_brand - the brand string, trimmed, non-printing characters
 *	as '?'; empty where not recorded */
CPUPOLICY_API void cpupolicy_core_brand(char out[64],
					const struct cpupolicy_core *core);

/** cpupolicy_core_signature - family, model, stepping from leaf 1 */
CPUPOLICY_API struct cpupolicy_signature
cpupolicy_core_signature(const struct cpupolicy_core *core);

/**
 * cpupolicy_record_hostset - the host set of the whole machine
 *
 * As cpupolicy_hostset() for every distinct core, then their intersection, with
 * one CORES_DIFFER finding per difference. Rows recorded inside a virtual
 * machine are taken as a guest's (options->guest) whatever @options says.
 *
 * Returns 0, or what cpupolicy_hostset() and cpupolicy_intersect() return, with
 * @error filled.
 */
CPUPOLICY_API int cpupolicy_record_hostset(
	struct cpupolicy_policy *out, const struct cpupolicy_record *record,
	const struct cpupolicy_hostset_options *options, cpupolicy_sink *sink,
	void *arg, struct cpupolicy_error *error);

/**
 * cpupolicy_record_probe - record this machine, all CPUs it may run on
 *
 * Uses the CPUID instruction on each CPU in turn (it needs neither /proc nor
 * root); feature MSRs where /dev/cpu/N/msr can be read. The caller's CPU
 * affinity is restored. Processor serial numbers are zeroed.
 *
 * Returns 0, CPUPOLICY_E_MEMORY, CPUPOLICY_E_IO, or CPUPOLICY_E_UNSUPPORTED on
 * a machine that is not x86.
 */
CPUPOLICY_API int cpupolicy_record_probe(struct cpupolicy_record **out,
					 struct cpupolicy_error *error);

/**
 * cpupolicy_record_probe_kvm - what this machine's KVM supports, as a record
 *
 * cpupolicy_kvm_record() of /dev/kvm, without what is only emulated: see kvm.h.
 *
 * Returns 0, CPUPOLICY_E_IO, CPUPOLICY_E_MEMORY or CPUPOLICY_E_UNSUPPORTED.
 */
CPUPOLICY_API int cpupolicy_record_probe_kvm(struct cpupolicy_record **out,
					     struct cpupolicy_error *error);

/**
 * cpupolicy_core_identify - what libcpuid calls this CPU, for people
 *
 * Where libcpuid contradicts the record, the record wins and a note says so.
 *
 * Returns 0, or CPUPOLICY_E_UNSUPPORTED: built without libcpuid, or it does not
 * know the CPU (and @name is empty).
 */
CPUPOLICY_API int cpupolicy_core_identify(char name[64], char note[256],
					  const struct cpupolicy_core *core);

#endif
