/* SPDX-License-Identifier: MIT */
/*
 * probe.c - record this machine: the CPUID instruction on each of its CPUs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

struct probe {
	struct cpupolicy_record *record;
	struct cpupolicy_error *error;
	cpu_set_t *allowed;
	size_t size; /* of a cpu_set_t, in bytes */
	cpu_set_t *one;
	bool told_msrs;
};

/* The CPUs this thread may run on, however many the kernel was built for. */
static int find_cpus(struct probe *probe)
{
	for (size_t nr = 1024; nr <= CPUPOLICY__MAX_CPUS; nr *= 2) {
		probe->size = CPU_ALLOC_SIZE(nr);
		probe->allowed = calloc(1, probe->size);
		probe->one = calloc(1, probe->size);
		if (!probe->allowed || !probe->one)
			return cpupolicy__no_memory(probe->error,
						    "this machine");
		if (sched_getaffinity(0, probe->size, probe->allowed) == 0)
			return 0;
		if (errno != EINVAL)
			break;
		free(probe->allowed);
		free(probe->one);
		probe->allowed = probe->one = NULL;
	}
	return cpupolicy__fail(probe->error, CPUPOLICY_E_IO,
			       "this machine: cannot find out its CPUs: %s",
			       strerror(errno));
}

static int probe_here(struct probe *probe, unsigned cpu)
{
	struct cpupolicy__rows rows = { 0 };
	int status = cpupolicy__walk(&rows, cpupolicy__cpuid, NULL);
	char path[64];

	snprintf(path, sizeof(path), "/dev/cpu/%u/msr", cpu);
	return cpupolicy__probe_cpu(probe->record, cpu, &rows, status, path,
				    &probe->told_msrs);
}

static int probe_all(struct probe *probe)
{
	int status = 0;

	for (unsigned cpu = 0; cpu < probe->size * 8 && status == 0; cpu++) {
		if (!CPU_ISSET_S(cpu, probe->size, probe->allowed))
			continue;
		CPU_ZERO_S(probe->size, probe->one);
		CPU_SET_S(cpu, probe->size, probe->one);
		if (sched_setaffinity(0, probe->size, probe->one) == 0)
			status = probe_here(probe, cpu);
		else
			status = cpupolicy_record_note(
				probe->record, "CPU %u was not read: %s", cpu,
				strerror(errno));
	}
	/* where the affinity cannot be set at all, this CPU is better than none
	 */
	if (status == 0 && probe->record->nr_cores == 0) {
		int cpu = sched_getcpu();

		status = probe_here(probe, cpu < 0 ? 0 : (unsigned)cpu);
	}
	sched_setaffinity(0, probe->size, probe->allowed);
	if (status < 0)
		return cpupolicy__no_memory(probe->error, "this machine");
	return 0;
}

int cpupolicy_record_probe(struct cpupolicy_record **out,
			   struct cpupolicy_error *error)
{
	struct probe probe = { .error = error };
	int status;

	if (!cpupolicy__has_cpuid())
		return cpupolicy__fail(
			error, CPUPOLICY_E_UNSUPPORTED,
			"this machine: has no CPUID instruction");
	probe.record = cpupolicy_record_new();
	if (!probe.record ||
	    cpupolicy__describe_machine(probe.record, "CPUID instruction") < 0)
		status = cpupolicy__no_memory(error, "this machine");
	else
		status = find_cpus(&probe);
	if (status == 0)
		status = probe_all(&probe);
	free(probe.allowed);
	free(probe.one);
	if (status < 0)
		cpupolicy_record_free(probe.record);
	else
		*out = probe.record;
	return status;
}
