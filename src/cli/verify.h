/* SPDX-License-Identifier: MIT */
/*
 * verify.h - what a guest saw, and what it should have seen.
 */
#ifndef CPUPOLICY_CLI_VERIFY_H
#define CPUPOLICY_CLI_VERIFY_H

#include <cpupolicy/kvm.h>

#include "cli.h"

/* The modes in which guests look, as they call them. */
struct verify_mode {
	const char *name;
	const char *title;
};

extern const struct verify_mode verify_modes[];
enum { VERIFY_MODES = 4 };

/* One answer of CPUID to a guest. */
struct verify_row {
	struct cpupolicy_row row;
	unsigned mode;
};

struct verify_cpu {
	struct cpupolicy_vcpu vcpu; /* as it was given to the hypervisor */
	struct verify_row *rows;    /* owned */
	size_t nr, room;
	unsigned mode; /* it is in now; VERIFY_MODES: one that says nothing */
	bool done;
};

struct verify_remark {
	uint32_t cpu;
	struct cpupolicy_kvm_remark remark;
};

/* verify.c: all that was seen and heard */
struct testimony {
	struct verify_cpu *cpus; /* owned */
	uint32_t nr_cpus;
	struct verify_remark *remarks; /* owned */
	size_t nr_remarks, room_remarks;
};

/* Boot a guest under this policy. Returns 0, or EXIT_TROUBLE with the message
 * printed. testimony_free() in any case. */
int testify(struct testimony *out, const struct cpupolicy_policy *policy,
	    const struct cpupolicy_topology *topology);
void testimony_free(struct testimony *testimony);
/* What the guest says, line by line. */
bool testimony_line(struct verify_cpu *cpu, const char *text);
/* A cpupolicy row answered by this machine's CPU itself; false: it has no
 * CPUID. */
bool verify_host(struct cpupolicy_row *row);

/* verify_judge.c: one thing that is not as promised, wherever it was seen */
struct sighting {
	struct cpupolicy_difference difference; /* a: promised, b: seen */
	uint32_t subleaf;			/* all of it */
	unsigned modes;				/* bits */
	uint64_t cpus;				/* bits */
	bool of_host; /* seen is what this machine's CPU says */
};

struct judgement {
	struct sighting *item; /* owned; by leaf, sub-leaf, register, bit */
	size_t nr, room;
	struct {
		size_t rows, differ;
		/* rows in which this machine's CPU and the policy are not the
		 * same, and of those: the guest sees the CPU's */
		size_t telling, of_host;
	} mode[VERIFY_MODES];
	size_t changed; /* remarks but CPUPOLICY_KVM_RUNTIME */
};

/* @host: verify_host(), or another machine's */
void judge(struct judgement *out, const struct testimony *testimony,
	   const struct cpupolicy_policy *policy,
	   bool (*host)(struct cpupolicy_row *row));
void judgement_free(struct judgement *judgement);
/* In this mode every answer that could tell is the CPU's own. */
bool not_intercepted(const struct judgement *judgement, unsigned mode);

/* verify_out.c */
struct verdict_of {
	const char *label;
	const struct testimony *testimony;
	const struct judgement *judgement;
};

/* @first: print at most so many sightings; 0: all */
void put_judgement(const struct verdict_of *verdict, size_t first);
int put_judgement_json(const struct verdict_of *verdict);

#endif
