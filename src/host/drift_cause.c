// SPDX-License-Identifier: MIT
/*
 * drift_cause.c - who may have changed a machine: the causes of
 * tables/drift.csv that fit, less those that the records rule out.
 */
#include <stdlib.h>
#include <string.h>

#include "drift.h"

static const struct cpupolicy_drift_cause causes[] = {
#define CAUSE(name, lost, gained, by, summary, source)                         \
	{ name, summary, source, lost, gained, by },
#include "gen/drift.inc"
#undef CAUSE
};
#define NR_CAUSES (sizeof(causes) / sizeof(causes[0]))

static const char *const agents[] = {
	[CPUPOLICY_DRIFT_MICROCODE] = "microcode",
	[CPUPOLICY_DRIFT_KERNEL] = "kernel",
	[CPUPOLICY_DRIFT_TOOL] = "tool",
	[CPUPOLICY_DRIFT_FIRMWARE] = "firmware",
	[CPUPOLICY_DRIFT_HYPERVISOR] = "hypervisor",
};

const char *cpupolicy_drift_agent_name(enum cpupolicy_drift_agent agent)
{
	return (unsigned int)agent < CPUPOLICY_NR_DRIFT_AGENTS ? agents[agent]
							       : "unknown";
}

static const char *said(const struct cpupolicy_record *record,
			enum cpupolicy_drift_agent agent)
{
	if (!record)
		return NULL;
	if (agent == CPUPOLICY_DRIFT_MICROCODE)
		return record->microcode;
	if (agent == CPUPOLICY_DRIFT_KERNEL)
		return record->kernel;
	return agent == CPUPOLICY_DRIFT_TOOL ? record->tool : NULL;
}

/* Another way of reading is another tool, too. */
static bool read_alike(const struct cpupolicy_drift *drift)
{
	const char *a = drift->before.input.record->how;
	const char *b = drift->after.input.record->how;

	return !a || !b || strcmp(a, b) == 0;
}

enum cpupolicy_drift_evidence
cpupolicy_drift_evidence(const char **before, const char **after,
			 const struct cpupolicy_drift *drift,
			 enum cpupolicy_drift_agent agent)
{
	const char *a = said(drift->before.input.record, agent);
	const char *b = said(drift->after.input.record, agent);

	if (before)
		*before = a;
	if (after)
		*after = b;
	if (!a || !b)
		return CPUPOLICY_DRIFT_UNKNOWN;
	if (strcmp(a, b) != 0 ||
	    (agent == CPUPOLICY_DRIFT_TOOL && !read_alike(drift)))
		return CPUPOLICY_DRIFT_DIFFERS;
	return CPUPOLICY_DRIFT_SAME;
}

/* Is the bit set in the input as it was recorded? -1: nobody knows. */
static int raw(const struct cpupolicy_drift_input *input, const char *name)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_find(name, strlen(name));
	const struct cpupolicy_core *core;

	if (input->policy)
		return cpupolicy_field_get(input->policy, field) != 0;
	core = &input->record->cores[0];
	if (!cpupolicy_core_row(core, field->at.leaf, field->at.subleaf))
		return -1;
	return cpupolicy__core_has(core, name);
}

static bool went(const struct cpupolicy_drift *drift, const char *name, int to)
{
	return !name[0] || (raw(&drift->before.input, name) == !to &&
			    raw(&drift->after.input, name) == to);
}

/* Is there somebody left who can have done it? */
static bool anybody(const struct cpupolicy_drift *drift, uint32_t by)
{
	for (int i = 0; i < CPUPOLICY_NR_DRIFT_AGENTS; i++)
		if (by >> i & 1 &&
		    cpupolicy_drift_evidence(NULL, NULL, drift,
					     (enum cpupolicy_drift_agent)i) !=
			    CPUPOLICY_DRIFT_SAME)
			return true;
	return false;
}

/* Is there a better one about the same feature? */
static bool explained(const struct cpupolicy_drift *drift,
		      const struct cpupolicy_drift_cause *cause)
{
	for (size_t i = 0; i < drift->nr_causes; i++) {
		const struct cpupolicy_drift_cause *other = drift->cause[i];

		if (cause->lost[0] ? strcmp(other->lost, cause->lost) == 0
				   : strcmp(other->gained, cause->gained) == 0)
			return true;
	}
	return false;
}

int cpupolicy__drift_causes(struct cpupolicy_drift *drift)
{
	drift->cause = malloc(NR_CAUSES * sizeof(*drift->cause));
	if (!drift->cause)
		return CPUPOLICY_E_MEMORY;
	for (size_t i = 0; i < NR_CAUSES; i++)
		if (went(drift, causes[i].lost, 0) &&
		    went(drift, causes[i].gained, 1) &&
		    anybody(drift, causes[i].by) &&
		    !explained(drift, &causes[i]))
			drift->cause[drift->nr_causes++] = &causes[i];
	return 0;
}
