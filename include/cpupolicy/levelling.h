/* SPDX-License-Identifier: MIT */
/*
 * levelling.h - make the CPU itself show a policy, where no intercept can.
 *
 * CPUID is answered by the CPU alone wherever a hypervisor does not intercept
 * it: paravirtual guests, programs under binary translation, containers, guests
 * of a hypervisor that leaves CPUID to the hardware. Some CPUs can be told to
 * answer otherwise:
 *
 *	AMD, Hygon	MSRs that override registers of leaves 1, 0x80000001,
 *			7 and 6: the CPU shows what was written, even features
 *			that it lacks
 *	Intel, 2008-12	MSRs that mask registers of leaves 1, 0x80000001 and
 *			0xD.1: the CPU shows what it has and the mask has
 *	newer CPUs	CPUID faulting: the instruction raises #GP outside
 *			CPL 0, and whoever handles that can answer anything
 *
 * A plan is the list of MSR writes. Masks and overrides change what every
 * program sees on that CPU, the kernel that wrote them too: read CPUID first,
 * and write a guest's values only while the guest runs.
 *
 * What these MSRs do not change: the instructions themselves go on working, and
 * family, model, caches and the brand string stay the CPU's own.
 */
#ifndef CPUPOLICY_LEVELLING_H
#define CPUPOLICY_LEVELLING_H

#include <cpupolicy/finding.h>

/** enum cpupolicy_levelling_kind - what a CPU does with a written value */
enum cpupolicy_levelling_kind {
	CPUPOLICY_LEVELLING_MASK = 1, /* shows register & value */
	CPUPOLICY_LEVELLING_OVERRIDE, /* shows value */
	CPUPOLICY_LEVELLING_FAULTING, /* #GP where CPL > 0 */
};

/** enum cpupolicy_faulting - may a plan rest on CPUID faulting? */
enum cpupolicy_faulting {
	CPUPOLICY_FAULTING_AS_RECORDED = 0, /* where the CPU says it has it:
					     * MSR 0xCE bit 31 on Intel's,
					     * 0x80000021.EAX[17] on AMD's */
	CPUPOLICY_FAULTING_YES, /* the CPU has it, recorded or not */
	CPUPOLICY_FAULTING_NO,	/* plan without it */
};

/** struct cpupolicy_levelling_cpu - the CPU that is to show the policy */
struct cpupolicy_levelling_cpu {
	/* one core's CPUID as it is without levelling, in any order, and what
	 * is known of its MSRs */
	const struct cpupolicy_row *rows;
	size_t nr_rows;
	const struct cpupolicy_msr *msrs;
	size_t nr_msrs;
	/* what it can honour: cpupolicy_hostset() of these rows and MSRs with
	 * CPUPOLICY_SET_ACCEPT */
	const struct cpupolicy_policy *host;
	/* the rows are those of a virtual machine: hypervisors pass on CPUID
	 * faulting, hardly ever the other MSRs */
	bool guest;
	enum cpupolicy_faulting faulting;
};

/** No register: that half of the MSR stays as it is. */
#define CPUPOLICY_LEVELLING_NO_REGISTER 0xffu

/**
 * struct cpupolicy_levelling_write - one MSR to be written
 *
 * Read the MSR, replace the bits of @mask by those of @value, write it.
 */
struct cpupolicy_levelling_write {
	uint64_t value; /* zero outside @mask */
	uint64_t mask;
	uint32_t msr;
	uint32_t edi; /* must be in EDI for RDMSR and WRMSR; 0: nothing must */
	/* what its halves stand for, where it masks or overrides */
	uint32_t leaf;
	uint16_t subleaf;
	uint8_t low, high; /* enum cpupolicy_register, or NO_REGISTER */
	uint8_t kind;	   /* enum cpupolicy_levelling_kind */
};

/** CPUPOLICY_LEVELLING_WRITES - of the longest plan */
#define CPUPOLICY_LEVELLING_WRITES 4

/** struct cpupolicy_levelling - a plan */
struct cpupolicy_levelling {
	uint32_t nr_writes; /* 0: this CPU has no means */
	struct cpupolicy_levelling_write write[CPUPOLICY_LEVELLING_WRITES];
	/* how many features and numbers code sees that the policy does not
	 * have; each is a finding. Under CPUID faulting none */
	uint32_t nr_visible;
};

/**
 * cpupolicy_levelling_plan - the MSR writes by which a CPU shows a policy
 * @policy: normalised; of the same vendor
 * @sink: hears what stays visible (LEVELLING_NO_REGISTER, _FORWARDED, _NO_MSR,
 *	_GUEST), what is promised and not shown by the CPU, since a hypervisor
 *	supplies it (LEVELLING_SUPPLIED), and that faulting was not recorded
 *	where it would help (NOT_RECORDED). @guest of the finding is what the
 *	policy has, @host what the CPU shows. May be NULL
 *
 * Faulting is preferred: it hides everything from code outside CPL 0. Otherwise
 * the CPU shows, in the registers that its MSRs cover, what the policy has;
 * topology bits stay the CPU's, since their leaves cannot be hidden.
 *
 * APIC and, with XSAVE, OSXSAVE are 1 in every value: the CPU then puts in the
 * state of the moment. A hypervisor whose guest has CR4.OSXSAVE clear clears
 * that bit while the guest runs.
 *
 * No value shows a feature that the CPU lacks. Limitations that the policy
 *tells of are shown by overrides even so.
 *
 * Returns 0, or (and @out is unchanged)
 * CPUPOLICY_E_INVALID - there is no row for leaf 0,
 * CPUPOLICY_E_EXCEEDS - the policy promises what the CPU cannot honour; @sink
 *	hears the findings of grade block.
 */
CPUPOLICY_API int
cpupolicy_levelling_plan(struct cpupolicy_levelling *out,
			 const struct cpupolicy_levelling_cpu *cpu,
			 const struct cpupolicy_policy *policy,
			 cpupolicy_sink *sink, void *arg);

#endif
