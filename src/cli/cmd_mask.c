/* SPDX-License-Identifier: MIT */
/*
 * cmd_mask.c - take features away, and say what went and why.
 */
#include <stdlib.h>
#include <string.h>

#include "masking.h"

static int apply_file(struct masking *masking, const char *argument)
{
	struct input input;
	int status = input_open(&input, argument);

	if (status)
		return status;
	if (input.kind == INPUT_MASK) {
		for (size_t i = 0; i < input.document.mask.nr_notes; i++)
			fprintf(stderr, "note: %s: %s\n", input.name,
				input.document.mask.notes[i]);
		status =
			hide_and_cap(masking, &input.document.mask, input.name);
	} else {
		struct cpupolicy_policy *mask =
			more_room(NULL, &(size_t){ 0 }, 1, sizeof(*mask));

		status = input_policy(mask, &input, &masking->options,
				      CPUPOLICY_SET_OFFER, NULL, NULL);
		if (!status)
			cpupolicy_mask(&masking->policy, mask, findings_sink,
				       &masking->findings);
		free(mask);
	}
	input_close(&input);
	return status;
}

static int apply_all(struct masking *masking, const struct input *input,
		     const struct mask_request *request)
{
	struct cpupolicy_mask_spec spec = { 0 };
	int status = 0;

	if (request->mode)
		status =
			input_apply_mode(&masking->policy, input, request->mode,
					 findings_sink, &masking->findings);
	if (!status && request->with)
		status = apply_file(masking, request->with);
	if (!status)
		status = spec_from_words(&spec, &request->hide, &request->cap);
	if (!status)
		status = hide_and_cap(masking, &spec, "mask");
	free(spec.hide);
	free(spec.caps);
	return status;
}

static int write_masked(const struct masking *masking,
			const struct input *input,
			const struct mask_request *request)
{
	const char *name = request->name;
	int status = 0;

	if (!name)
		name = input->document.policy_name;
	if (!name)
		name = input->stem;
	if (request->output || !request->json)
		status = write_owned(
			request->output ? request->output : "-",
			cpupolicy_policy_to_json(&masking->policy, name));
	if (status)
		return status;
	if (request->json)
		return put_masking_json(masking, name);
	put_masking(masking);
	return 0;
}

static int mask(const char *argument, const struct mask_request *request)
{
	struct masking *masking =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*masking));
	struct input input;
	int status;

	*masking = (struct masking){ 0 };
	status = input_hypervisor(&masking->options, request->hypervisor);
	if (!status)
		status = input_open_policy(&input, argument);
	if (status) {
		free(masking);
		return status;
	}
	status = input_policy(&masking->policy, &input, &masking->options,
			      CPUPOLICY_SET_OFFER, NULL, NULL);
	masking->before = masking->policy;
	masking->label =
		input_label(&input, &masking->options, CPUPOLICY_SET_OFFER);
	if (!status)
		status = apply_all(masking, &input, request);
	if (!status)
		status = write_masked(masking, &input, request);
	free(masking->label);
	findings_free(&masking->findings);
	free(masking);
	input_close(&input);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct mask_request request = { 0 };
	const struct option options[] = {
		{ .name = "mode", .value = &request.mode },
		{ .name = "hide", .list = &request.hide },
		{ .name = "cap", .list = &request.cap },
		{ .name = "with", .value = &request.with },
		{ .name = "name", .value = &request.name },
		{ .name = "output", .letter = 'o', .value = &request.output },
		{ .name = "hypervisor", .value = &request.hypervisor },
		{ .name = "json", .flag = &request.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 1, 1);
	if (status == ARGS_GO_ON)
		status = mask(operands.item[0], &request);
	words_free(&operands);
	words_free(&request.hide);
	words_free(&request.cap);
	return status;
}

const struct command command_mask = {
	.name = "mask",
	.arguments = "POLICY [--mode M] [--hide F,...] [--with MASK] [-o FILE]",
	.summary = "take features away, and what depends on them",
	.help = "The policy goes to standard output or FILE, what went to "
		"standard error.\n\n"
		"  --mode M           hyperv-r2 or hyperv-tlfs2\n"
		"  --hide F,...       features, by name or address\n"
		"  --cap F=N,...      lower numbers\n"
		"  --with MASK        a mask file; or a policy, and only what "
		"it "
		"has too is kept\n"
		"  --name NAME        call the result so\n"
		"  -o FILE            write there instead of to standard "
		"output\n" HYPERVISOR_HELP
		"  --json             policy and changes, for programs\n\n"
		"Example:\n"
		"  cpupolicy mask node7.json --mode hyperv-r2 --hide avx2 -o "
		"vm.json\n",
	.run = run,
};
