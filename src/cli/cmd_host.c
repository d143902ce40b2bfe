/* SPDX-License-Identifier: MIT */
/*
 * cmd_host.c - what a recorded machine can honour, as a policy.
 */
#include <stdlib.h>

#include "cli.h"

struct wanted {
	struct cpupolicy_hostset_options options;
	enum cpupolicy_set set;
	const char *name, *output;
	bool json;
};

static json_t *changes_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->nr; i++)
		json_array_append_new(list, finding_json(&findings->item[i]));
	return list;
}

static void tell(const char *label, const struct cpupolicy_policy *policy,
		 const struct findings *findings)
{
	size_t dropped = 0;
	char *line;

	for (size_t i = 0; i < findings->nr; i++)
		dropped += finding_is_drop(&findings->item[i]);
	line = format_text("%s: %u features; %zu fields of the record are not"
			   " part of it (`cpupolicy show --dropped` says why)",
			   label, count_features(policy), dropped);
	put_wrapped(stderr, line, 0, 2);
	free(line);
}

static int write_set(const struct input *input, const struct wanted *wanted)
{
	struct findings findings = { 0 };
	struct cpupolicy_policy policy;
	const char *name = wanted->name ? wanted->name : input->stem;
	char *label = NULL;
	int status = input_policy(&policy, input, &wanted->options, wanted->set,
				  findings_sink, &findings);

	if (status)
		goto out;
	label = input_label(input, &wanted->options, wanted->set);
	if (wanted->output || !wanted->json)
		status = write_owned(wanted->output ? wanted->output : "-",
				     cpupolicy_policy_to_json(&policy, name));
	if (status)
		goto out;
	tell(label, &policy, &findings);
	if (wanted->json)
		status = json_put(json_pack("{s:s, s:o, s:o}", "label", label,
					    "changes", changes_json(&findings),
					    "policy",
					    json_policy(&policy, name)));
out:
	free(label);
	findings_free(&findings);
	return status;
}

static int write_host(const char *argument, const struct wanted *wanted)
{
	struct input input;
	int status = input_open_policy(&input, argument);

	if (status)
		return status;
	if (input.kind != INPUT_RECORD)
		status = trouble("%s: this is a policy already; expected a"
				 " record of a machine",
				 input.name);
	else
		status = write_set(&input, wanted);
	input_close(&input);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct wanted wanted = { .set = CPUPOLICY_SET_OFFER };
	const char *hypervisor = NULL;
	bool offer = false, accept = false;
	const struct option options[] = {
		{ .name = "offer", .flag = &offer },
		{ .name = "accept", .flag = &accept },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "name", .value = &wanted.name },
		{ .name = "output", .letter = 'o', .value = &wanted.output },
		{ .name = "json", .flag = &wanted.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 1, 1);
	if (status == ARGS_GO_ON && offer == accept)
		status = trouble("host: say either --offer (for new guests) or"
				 " --accept (for guests that were promised"
				 " more)");
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&wanted.options, hypervisor);
	if (accept)
		wanted.set = CPUPOLICY_SET_ACCEPT;
	if (!status && operands.nr)
		status = write_host(operands.item[0], &wanted);
	words_free(&operands);
	return status;
}

const struct command command_host = {
	.name = "host",
	.arguments = "RECORD --offer|--accept [--hypervisor NAME] [-o FILE]",
	.summary = "what a recorded machine can honour, as a policy",
	.help = "  --offer            for new guests\n"
		"  --accept           for guests that may already have been "
		"promised more\n" HYPERVISOR_HELP
		"  --name NAME        call the policy so\n"
		"  -o FILE            write there instead of to standard "
		"output\n"
		"  --json             with what was dropped and added, for "
		"programs\n\n"
		"Example:\n"
		"  cpupolicy host node7.json --accept --hypervisor xen -o "
		"node7-xen.json\n",
	.run = run,
};
