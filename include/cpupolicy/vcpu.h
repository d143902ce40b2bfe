/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - what one virtual CPU adds to its policy: who it is among the others,
 * and the state that CPUID shows.
 *
 * Who does what when:
 *
 *	the vCPU is created	cpupolicy_vcpu_init(), fill in the fields that
 *				describe the virtual machine,
 *				cpupolicy_vcpu_prepare()
 *	it is reset		the same, or put back what a reset changes
 *	it writes XCR0, IA32_XSS, IA32_APIC_BASE or IA32_MISC_ENABLE, or gets
 *	another policy		store, cpupolicy_vcpu_prepare()
 *	it executes CPUID	store cr4 and mode64, cpupolicy_lookup()
 *
 * So the handler of the CPUID exit computes nothing: what takes time was
 * computed when the guest did something that takes an exit anyhow.
 */
#ifndef CPUPOLICY_VCPU_H
#define CPUPOLICY_VCPU_H

#include <cpupolicy/policy.h>

/**
 * struct cpupolicy_topology - how many of each the virtual machine has
 *
 * Any count, no power of two needed; 0 counts as 1. A module is what Intel
 * calls so and what AMD calls a core complex: the cores that share the next
 * level of cache. Leave it 1 and the cores of a die share everything.
 */
struct cpupolicy_topology {
	uint32_t threads;  /* logical processors of a core */
	uint32_t cores;	   /* of a module */
	uint32_t modules;  /* of a die */
	uint32_t dies;	   /* of a package */
	uint32_t packages; /* of the virtual machine */
};

/**
 * cpupolicy_topology_apic_id - the APIC id of one logical processor
 * @index: 0 and up; threads of a core follow each other, then its cores, ...
 *
 * Each level has as many bits as its count needs (Intel SDM 3A, "Hierarchical
 * Mapping of Shared Resources"), so ids have gaps where counts are no powers of
 * two. This is the numbering that CPUID describes: use it for the APIC, MADT
 * and the MP table as well.
 *
 * Returns 0, or (and @out is unchanged)
 * CPUPOLICY_E_RANGE - there are not so many processors, or an id would have
 *	more than 31 bits.
 */
CPUPOLICY_API int
cpupolicy_topology_apic_id(uint32_t *out,
			   const struct cpupolicy_topology *topology,
			   uint32_t index);

/** CPUPOLICY_VCPU_WORDS - that cpupolicy_vcpu_prepare() has room for */
#define CPUPOLICY_VCPU_WORDS 80

/**
 * struct cpupolicy_vcpu - one virtual CPU
 *
 * A value without pointers, for one CPU alone: cpupolicy_lookup() reads it and
 * takes no lock. Fields hold registers as the guest has written them. What is
 * private lies where it is because most look-ups read the first line only.
 */
struct cpupolicy_vcpu {
	/* Read by every look-up: store them in the handler. */
	uint64_t cr4;
	bool mode64; /* it executes 64-bit code: EFER.LMA and CS.L */

	/* private: made by cpupolicy_vcpu_prepare() */
	uint32_t beyond;
	uint32_t limit[4];
	uint32_t made[CPUPOLICY_VCPU_WORDS];
	uint32_t sections, section_base[4], section_last[4];

	/* Taken in by cpupolicy_vcpu_prepare(). */
	bool hypervisor;       /* tell the guest that it is one: 1.ECX[31] */
	bool hybrid;	       /* the machine has cores of several types */
	uint8_t core_type;     /* of this one: Intel's 0x20 is an Atom, 0x40 a
				* Core; AMD's 0 is for performance, 1 for
				* efficiency. 0 on Intel's: not told */
	uint32_t native_model; /* of that type: 24 bits on Intel's CPUs, 4 on
				* AMD's */
	uint32_t apic_id;      /* x2APIC id, all bits of it */
	struct cpupolicy_topology topology;
	uint64_t xcr0;
	uint64_t xss;	      /* IA32_XSS, MSR 0xDA0 */
	uint64_t apic_base;   /* IA32_APIC_BASE, MSR 0x1B: bit 11 counts */
	uint64_t misc_enable; /* IA32_MISC_ENABLE, MSR 0x1A0: bits 18 (MONITOR)
			       * and 22 (limit CPUID) count; where the guest
			       * has no such MSR, what init stored is right */
	uint32_t tsc_khz;     /* of the guest's TSC; 0: not told */
	uint32_t apic_khz;    /* of the guest's APIC timer; 0: not told */
};

/**
 * cpupolicy_vcpu_init - as a CPU alone in its machine is after a reset
 *
 * CR4 and IA32_XSS 0, XCR0 1, no 64-bit code, the APIC on, MONITOR not turned
 * off (Intel SDM 3A, "Processor State After Reset"); one processor, no
 * frequency told, the hypervisor bit off. It still has to be prepared.
 */
CPUPOLICY_API void cpupolicy_vcpu_init(struct cpupolicy_vcpu *vcpu);

/**
 * cpupolicy_vcpu_prepare - compute what depends on the policy and the state
 * @policy: the one that look-ups will use
 *
 * Any time, any number of times; takes about as long as forty look-ups. XCR0
 * and XSS count as far as the policy has their components.
 *
 * Frequencies: leaf 0x15 says crystal clock = apic_khz (Linux takes the one for
 * the other) and the exact ratio to tsc_khz; where the ratio has no terms that
 * 32-bit arithmetic of guests can multiply, the leaf is zero, and guests
 * measure. Leaf 0x16 says tsc_khz in MHz, rounded.
 *
 * Returns 0, or (and @vcpu is unchanged)
 * CPUPOLICY_E_RANGE - APIC ids of this topology would have more than 31 bits.
 */
CPUPOLICY_API int cpupolicy_vcpu_prepare(struct cpupolicy_vcpu *vcpu,
					 const struct cpupolicy_policy *policy);

#endif
