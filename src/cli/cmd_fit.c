// SPDX-License-Identifier: MIT
/*
 * cmd_fit.c - which model is closest to what a machine offers.
 */
#include <stdlib.h>

#include "fit.h"

static int fit_one(struct fitting *how, struct fitted *fitted)
{
	int status =
		input_policy(&fitted->policy, &fitted->input, &how->options,
			     CPUPOLICY_SET_OFFER, NULL, NULL);

	if (status)
		return status;
	fitted->label =
		input_label(&fitted->input, &how->options, CPUPOLICY_SET_OFFER);
	fitted->list = how->list;
	fitted->nr =
		cpupolicy_models_fit(how->list, how->models, &fitted->policy);
	fitted->nr_fit = 0;
	while (fitted->nr_fit < fitted->nr && !how->list[fitted->nr_fit].blocks)
		fitted->nr_fit++;
	how->nothing |= fitted->nr_fit == 0;
	if (how->json)
		json_array_append_new(how->json, fitted_json(how, fitted));
	else if (how->several)
		add_fitted(how, fitted);
	else
		put_fitted(how, fitted);
	free(fitted->label);
	return 0;
}

static int fit_all(struct fitting *how, const struct words *operands)
{
	struct fitted *fitted =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*fitted));
	struct inputs inputs;
	int status;

	how->models = models_open();
	how->list = more_room(NULL, &(size_t){ 0 },
			      cpupolicy_models_count(how->models),
			      sizeof(*how->list));
	how->table = (struct table){ .columns = 3, .long_lines = true };
	inputs_begin(&inputs, operands);
	while (inputs_next(&fitted->input, &inputs)) {
		how->several = inputs.several;
		if (!inputs_parse(&fitted->input, &inputs))
			inputs.status = fit_one(how, fitted);
		input_close(&fitted->input);
	}
	status = inputs_end(&inputs);
	if (!status && how->json)
		status = json_put(json_pack("{s:O}", "fits", how->json));
	if (!status)
		table_print(&how->table, 0);
	table_free(&how->table);
	cpupolicy_models_free(how->models);
	free(how->list);
	free(fitted);
	return status ? status : how->nothing ? EXIT_NO : EXIT_YES;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct fitting how = { .near = 3 };
	const char *hypervisor = NULL, *near = NULL;
	bool json = false;
	const struct option options[] = {
		{ .name = "near", .value = &near },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "json", .flag = &json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 1, SIZE_MAX);
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&how.options, hypervisor);
	if (!status && near)
		status = args_number(&how.near, "--near", near);
	if (!status && operands.nr) {
		how.json = json ? json_array() : NULL;
		status = fit_all(&how, &operands);
		json_decref(how.json);
	}
	words_free(&operands);
	return status;
}

const struct command command_fit = {
	.name = "fit",
	.arguments = "POLICY... [--near NUMBER] [--hypervisor NAME]",
	.summary = "which model is closest to what a machine offers",
	.help = "The greatest model that fits, what the machine offers beyond "
		"it, and which models\nmiss by how little. A record means its "
		"offer set. Of several, a line each.\n\n"
		"  --near NUMBER      how many near misses to tell (3)\n"
		"  --hypervisor NAME  kvm (assumed), xen, hyperv, vmware or "
		"none, for records\n"
		"  --json             for programs\n\n"
		"Exit status: 0 a model fits, 1 for one of them none does, 2 "
		"trouble.\n\n"
		"Example:\n"
		"  cpupolicy fit @host\n",
	.run = run,
};
