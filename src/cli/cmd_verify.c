// SPDX-License-Identifier: MIT
/*
 * cmd_verify.c - boot a guest and compare what it sees with its policy.
 */
#include <stdlib.h>

#include "verify.h"

struct wanted {
	struct cpupolicy_topology topology;
	size_t first;
	bool json;
};

static int tell(const char *label, const struct testimony *testimony,
		const struct cpupolicy_policy *policy,
		const struct wanted *wanted)
{
	struct judgement judgement;
	const struct verdict_of verdict = { label, testimony, &judgement };
	int status = 0;

	judge(&judgement, testimony, policy, verify_host);
	if (wanted->json)
		status = put_judgement_json(&verdict);
	else
		put_judgement(&verdict, wanted->first);
	if (!status)
		status = judgement.nr ? EXIT_NO : EXIT_YES;
	judgement_free(&judgement);
	return status;
}

static int verify(const char *argument, const struct wanted *wanted)
{
	struct cpupolicy_hostset_options options;
	struct testimony testimony = { 0 };
	struct cpupolicy_policy policy;
	struct input input;
	char *label;
	int status = input_open_policy(&input, argument);

	if (status)
		return status;
	input_hypervisor(&options, NULL);
	status = input_policy(&policy, &input, &options, CPUPOLICY_SET_OFFER,
			      NULL, NULL);
	if (!status)
		status = testify(&testimony, &policy, &wanted->topology);
	if (!status) {
		label = input_label(&input, &options, CPUPOLICY_SET_OFFER);
		status = tell(label, &testimony, &policy, wanted);
		free(label);
	}
	testimony_free(&testimony);
	input_close(&input);
	return status;
}

static int read_topology(struct cpupolicy_topology *out,
			 const struct words *levels)
{
	uint32_t *const to[] = { &out->threads, &out->cores, &out->packages };

	*out = (struct cpupolicy_topology){ .cores = 2 };
	if (levels->nr > 3)
		return trouble("--topology: %zu numbers; expected THREADS,"
			       "CORES,PACKAGES",
			       levels->nr);
	for (size_t i = 0; i < levels->nr; i++) {
		size_t number;
		int status =
			args_number(&number, "--topology", levels->item[i]);

		if (status)
			return status;
		if (number < 1 || number > 64)
			return trouble("--topology: %zu is not from 1 to 64",
				       number);
		*to[i] = (uint32_t)number;
	}
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 }, levels = { 0 };
	struct wanted wanted = { .first = 0 };
	const char *first = NULL;
	bool kvm = false;
	const struct option options[] = {
		{ .name = "kvm", .flag = &kvm },
		{ .name = "topology", .list = &levels },
		{ .name = "first", .value = &first },
		{ .name = "json", .flag = &wanted.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 1, 1);
	if (status == ARGS_GO_ON)
		status = read_topology(&wanted.topology, &levels);
	if (!status && first)
		status = args_number(&wanted.first, "--first", first);
	if (!status && operands.nr)
		status = verify(operands.item[0], &wanted);
	words_free(&operands);
	words_free(&levels);
	return status;
}

const struct command command_verify = {
	.name = "verify",
	.arguments = "POLICY [--kvm] [--topology T,C,P]",
	.summary = "does a guest see what its policy says?",
	.help = "Boots a small guest under this machine's KVM (it needs "
		"/dev/kvm) and compares every\nanswer of CPUID, in kernel and "
		"in user mode, with the policy. A record means its\noffer "
		"set.\n\n"
		"  --kvm                      with KVM: there is no other yet\n"
		"  --topology THREADS,CORES,PACKAGES\n"
		"                             of the guest (1,2,1); at most 64 "
		"CPUs\n"
		"  --first N                  print only the first N "
		"differences\n"
		"  --json                     the answer for programs\n\n"
		"Exit status: 0 it sees exactly that; 1 it does not; 2 "
		"trouble.\n\n"
		"Example:\n"
		"  cpupolicy verify pool.json --topology 2,4\n",
	.run = run,
};
