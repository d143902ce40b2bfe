/* SPDX-License-Identifier: MIT */
/*
 * hostset.c - the host set of a machine whose CPUs need not be equal.
 */
#include "host.h"

/* Whom to tell, and of which core. */
struct differ {
	cpupolicy_sink *sink;
	void *arg;
	uint32_t core;
	bool quiet;
};

/* What a core has and the machine has not is a difference between its cores. */
static void tell(void *arg, const struct cpupolicy_finding *finding)
{
	const struct differ *differ = arg;
	struct cpupolicy_finding told = *finding;

	if (differ->quiet)
		return;
	told.code = CPUPOLICY_F_CORES_DIFFER;
	told.grade = CPUPOLICY_GRADE_NOTE;
	told.index = differ->core;
	differ->sink(differ->arg, &told);
}

static int core_hostset(struct cpupolicy_policy *out,
			const struct cpupolicy_record *record, size_t i,
			const struct cpupolicy_hostset_options *options,
			cpupolicy_sink *sink, void *arg)
{
	const struct cpupolicy_core *core = &record->cores[i];
	struct cpupolicy_hostset_options these = *options;

	these.known = core->known;
	return cpupolicy_hostset(out, core->rows, core->nr_rows, core->msrs,
				 core->nr_msrs, &these, sink, arg);
}

static int fail(const struct cpupolicy_record *record, size_t i, int status,
		struct cpupolicy_error *error)
{
	const char *name = record->name ? record->name : "record";

	if (status == CPUPOLICY_E_INVALID)
		return cpupolicy__fail(
			error, status,
			"%.200s: CPU %.100s: there is no row for leaf 0", name,
			record->cores[i].cpus);
	return cpupolicy__fail(error, status,
			       "%.200s: CPU %.100s has nothing in common with "
			       "the CPUs before it: %s",
			       name, record->cores[i].cpus,
			       cpupolicy_strerror(status));
}

/* Tell, core by core, what it has and @common has not, or the other way. */
static void tell_differences(const struct cpupolicy_policy *common,
			     const struct cpupolicy_record *record,
			     const struct cpupolicy_hostset_options *options,
			     cpupolicy_sink *sink, void *arg)
{
	for (size_t i = 0; i < record->nr_cores; i++) {
		struct differ differ = { sink, arg, (uint32_t)i, true };
		struct cpupolicy_baseline baseline;
		struct cpupolicy_policy host;

		if (core_hostset(&host, record, i, options, NULL, NULL) < 0)
			continue;
		cpupolicy_baseline_begin(&baseline, tell, &differ);
		cpupolicy_baseline_add(&baseline, &host);
		differ.quiet = false;
		cpupolicy_baseline_add(&baseline, common);
	}
}

int cpupolicy_record_hostset(struct cpupolicy_policy *out,
			     const struct cpupolicy_record *record,
			     const struct cpupolicy_hostset_options *options,
			     cpupolicy_sink *sink, void *arg,
			     struct cpupolicy_error *error)
{
	struct cpupolicy_hostset_options how = { 0 };
	struct cpupolicy_policy common, host;

	if (options)
		how = *options;
	how.guest = how.guest || cpupolicy_record_is_guest(record);
	if (record->nr_cores == 0)
		return cpupolicy__fail(error, CPUPOLICY_E_INVALID,
				       "%.200s: the record holds no CPU",
				       record->name ? record->name : "record");

	for (size_t i = 0; i < record->nr_cores; i++) {
		/* the first core speaks for all; what others add is below */
		int status = core_hostset(&host, record, i, &how,
					  i ? NULL : sink, arg);

		if (status == 0 && i)
			status = cpupolicy_intersect(&common, &common, &host);
		if (status < 0)
			return fail(record, i, status, error);
		if (i == 0)
			common = host;
	}
	if (record->nr_cores > 1 && sink)
		tell_differences(&common, record, &how, sink, arg);
	*out = common;
	return 0;
}
