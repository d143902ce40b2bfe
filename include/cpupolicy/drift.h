/* SPDX-License-Identifier: MIT */
/*
 * drift.h - what an update changed between two records of one machine, and
 * which guests feel it. Hosted library.
 */
#ifndef CPUPOLICY_DRIFT_H
#define CPUPOLICY_DRIFT_H

#include <cpupolicy/difference.h>
#include <cpupolicy/record.h>

/** enum cpupolicy_drift_direction - what a change means to guests */
enum cpupolicy_drift_direction {
	CPUPOLICY_DRIFT_LOST,	 /* guests may be promised less now */
	CPUPOLICY_DRIFT_GAINED,	 /* more */
	CPUPOLICY_DRIFT_CHANGED, /* neither: identity, layouts, descriptions */
	CPUPOLICY_NR_DRIFT_DIRECTIONS,
};

/** enum cpupolicy_drift_agent - who can have changed something; also the
 *	numbers of bits in cpupolicy_drift_cause.by */
enum cpupolicy_drift_agent {
	CPUPOLICY_DRIFT_MICROCODE,
	CPUPOLICY_DRIFT_KERNEL,
	CPUPOLICY_DRIFT_TOOL,	  /* the program that recorded, and how */
	CPUPOLICY_DRIFT_FIRMWARE, /* no record says */
	CPUPOLICY_DRIFT_HYPERVISOR,
	CPUPOLICY_NR_DRIFT_AGENTS,
};

/** struct cpupolicy_drift_values - a field of one set, before and after */
struct cpupolicy_drift_values {
	bool differ; /* if not, both are 0 here, whatever they are */
	uint32_t before, after;
};

/**
 * struct cpupolicy_drift_change - one field, or one bit without a name
 *
 * The two sets can differ: what is honoured but given to nobody any more
 * changes in @offer alone.
 */
struct cpupolicy_drift_change {
	struct cpupolicy_address at;
	const struct cpupolicy_field *field; /* NULL: no name */
	struct cpupolicy_drift_values offer, accept;
	enum cpupolicy_drift_direction direction;
	/* only one of the two records holds it, or what it needs: nobody knows
	 * whether it changed */
	bool unrecorded;
};

/** struct cpupolicy_drift_cause - one row of tables/drift.csv; constant */
struct cpupolicy_drift_cause {
	const char *name;
	const char *summary; /* what happened */
	const char *source;
	const char *lost, *gained; /* names of features; empty: none */
	uint8_t by;		   /* 1 << enum cpupolicy_drift_agent */
};

/** struct cpupolicy_drift_input - a machine as it was, or is: one of the two */
struct cpupolicy_drift_input {
	const struct cpupolicy_record *record;
	const struct cpupolicy_policy *policy; /* both sets, literally */
};

/** struct cpupolicy_drift_side - what it makes of it; filled by the library */
struct cpupolicy_drift_side {
	struct cpupolicy_drift_input input; /* must outlive the drift */
	struct cpupolicy_policy offer, accept;
};

/** struct cpupolicy_drift - the comparison; allocated */
struct cpupolicy_drift {
	struct cpupolicy_drift_side before, after;
	/* vendor, family, model and stepping agree */
	bool same_cpu;
	/* lost, gained, changed; within each in the order of leaves. Those that
	 * are unrecorded come last */
	struct cpupolicy_drift_change *change;
	size_t nr_changes, nr_unrecorded; /* @nr_changes without those */
	/* likely causes of the changes, as far as evidence goes */
	const struct cpupolicy_drift_cause **cause;
	size_t nr_causes;
};

/**
 * cpupolicy_drift_new - compare a machine with itself
 * @options: how to read records; @set of it does not matter. May be NULL
 *
 * Whether the two are of one CPU is reported, not judged.
 *
 * Returns 0, CPUPOLICY_E_MEMORY, CPUPOLICY_E_INVALID (an input has neither or
 * both; or as cpupolicy_record_hostset()), or what else that returns.
 */
CPUPOLICY_API int
cpupolicy_drift_new(struct cpupolicy_drift **out,
		    const struct cpupolicy_drift_input *before,
		    const struct cpupolicy_drift_input *after,
		    const struct cpupolicy_hostset_options *options,
		    struct cpupolicy_error *error);

/** cpupolicy_drift_free - NULL is allowed */
CPUPOLICY_API void cpupolicy_drift_free(struct cpupolicy_drift *drift);

/** enum cpupolicy_drift_evidence - what two records say of an agent */
enum cpupolicy_drift_evidence {
	CPUPOLICY_DRIFT_UNKNOWN, /* one of them or both say nothing */
	CPUPOLICY_DRIFT_SAME,
	CPUPOLICY_DRIFT_DIFFERS,
};

/**
 * cpupolicy_drift_evidence - did this agent change?
 * @before, @after: what the records say; NULL where nothing. Each may be NULL
 */
CPUPOLICY_API enum cpupolicy_drift_evidence
cpupolicy_drift_evidence(const char **before, const char **after,
			 const struct cpupolicy_drift *drift,
			 enum cpupolicy_drift_agent agent);

/** enum cpupolicy_drift_fate - what the change is to one guest */
enum cpupolicy_drift_fate {
	CPUPOLICY_DRIFT_STILL,	   /* it could come and can */
	CPUPOLICY_DRIFT_NO_LONGER, /* it could come and cannot any more */
	CPUPOLICY_DRIFT_NOW,	   /* it could not and can; it cannot go
				    * back to hosts that are as this one was */
	CPUPOLICY_DRIFT_NEVER,	   /* it could not and cannot */
	CPUPOLICY_DRIFT_INSECURE,  /* it can as before, but loses mitigations */
	CPUPOLICY_DRIFT_MORE_SECURE, /* it lost some and does not any more */
	CPUPOLICY_NR_DRIFT_FATES,
};

/**
 * cpupolicy_drift_guest - what does the change mean to a guest that was
 *	promised this?
 * @before, @after: the verdicts against the two accept sets; may be NULL
 *
 * A guest without a vendor (a model, the requirements of a kind of guest) is
 * of no CPU: cpupolicy_policy_adopt_vendor() first.
 */
CPUPOLICY_API enum cpupolicy_drift_fate
cpupolicy_drift_guest(enum cpupolicy_verdict *before,
		      enum cpupolicy_verdict *after,
		      const struct cpupolicy_drift *drift,
		      const struct cpupolicy_policy *guest);

/**
 * cpupolicy_drift_leave - can guests that are started now go to hosts that are
 *	as this one was?
 * @sink: hears why not; may be NULL
 */
CPUPOLICY_API enum cpupolicy_verdict
cpupolicy_drift_leave(const struct cpupolicy_drift *drift, cpupolicy_sink *sink,
		      void *arg);

/** cpupolicy_drift_come - can guests that were started before, here or on hosts
 *	that are as this one was, come here now? */
CPUPOLICY_API enum cpupolicy_verdict
cpupolicy_drift_come(const struct cpupolicy_drift *drift, cpupolicy_sink *sink,
		     void *arg);

/** cpupolicy_drift_agent_name - "microcode"...; total */
CPUPOLICY_API const char *
cpupolicy_drift_agent_name(enum cpupolicy_drift_agent agent);

#endif
