// SPDX-License-Identifier: MIT
/*
 * cmd_levelling.c - how a CPU itself can be made to show a policy.
 */
#include <stdlib.h>
#include <string.h>

#include "levelling.h"

struct levelling_question {
	struct cpupolicy_hostset_options options;
	enum cpupolicy_faulting faulting;
	bool json, wrmsr, xen;
};

static void count_unrecorded(void *arg, const struct cpupolicy_finding *finding)
{
	size_t *nr = arg;

	*nr += finding->code == CPUPOLICY_F_NOT_RECORDED &&
	       finding->at.space == CPUPOLICY_SPACE_CPU;
}

static int plan_core(struct core_plan *out, const struct input *machine,
		     const struct cpupolicy_core *core,
		     const struct cpupolicy_policy *policy,
		     const struct levelling_question *question)
{
	struct cpupolicy_hostset_options options = question->options;
	struct cpupolicy_policy host, wanted = *policy;
	struct cpupolicy_levelling_cpu cpu = {
		.rows = core->rows,
		.nr_rows = core->nr_rows,
		.msrs = core->msrs,
		.nr_msrs = core->nr_msrs,
		.host = &host,
		.guest = cpupolicy_record_is_guest(machine->document.record),
		.faulting = question->faulting,
	};
	int status;

	out->core = core;
	options.set = CPUPOLICY_SET_ACCEPT;
	options.guest = cpu.guest;
	options.known = core->known;
	status = cpupolicy_hostset(&host, core->rows, core->nr_rows, core->msrs,
				   core->nr_msrs, &options, count_unrecorded,
				   &out->unrecorded);
	if (!status) {
		if (cpupolicy_policy_adopt_vendor(&wanted, &host))
			cpupolicy_normalize(&wanted, NULL, NULL);
		status =
			cpupolicy_levelling_plan(&out->plan, &cpu, &wanted,
						 findings_sink, &out->findings);
	}
	findings_sort(&out->findings);
	out->refused = status == CPUPOLICY_E_EXCEEDS;
	if (status && !out->refused)
		return trouble("%s: %s", machine->name,
			       cpupolicy_strerror(status));
	return 0;
}

static int plan_machine(struct levelling_answer *answer,
			const struct input *machine, const struct input *policy,
			const struct levelling_question *question)
{
	const struct cpupolicy_record *record = machine->document.record;
	struct cpupolicy_policy wanted;
	int status;

	if (machine->kind != INPUT_RECORD)
		return trouble("%s: this is a policy; expected a record of a"
			       " machine: a plan is for a CPU",
			       machine->name);
	status = input_policy(&wanted, policy, &question->options,
			      CPUPOLICY_SET_OFFER, NULL, NULL);
	if (status)
		return status;
	input_normalize(&wanted, policy);
	answer->machine =
		input_label(machine, &question->options, CPUPOLICY_SET_ACCEPT);
	answer->policy =
		input_label(policy, &question->options, CPUPOLICY_SET_OFFER);
	answer->cores = more_room(NULL, &(size_t){ 0 }, record->nr_cores + 1,
				  sizeof(*answer->cores));
	for (; answer->nr < record->nr_cores && !status; answer->nr++) {
		answer->cores[answer->nr] = (struct core_plan){ 0 };
		status = plan_core(&answer->cores[answer->nr], machine,
				   &record->cores[answer->nr], &wanted,
				   question);
	}
	return status;
}

static int put(const struct levelling_answer *answer,
	       const struct levelling_question *question)
{
	int status = 0;

	if (question->json)
		status = put_levelling_json(answer);
	else if (question->wrmsr)
		status = put_levelling_wrmsr(answer);
	else if (question->xen)
		status = put_levelling_xen(answer);
	else
		put_levelling(answer);
	if (!status && !levelling_complete(answer))
		status = EXIT_NO;
	return status;
}

static void answer_free(struct levelling_answer *answer)
{
	for (size_t i = 0; i < answer->nr; i++)
		findings_free(&answer->cores[i].findings);
	free(answer->cores);
	free(answer->machine);
	free(answer->policy);
}

static int ask(const struct words *operands,
	       const struct levelling_question *question)
{
	struct levelling_answer answer = { 0 };
	struct input machine, policy;
	int status = input_open_policy(&machine, operands->item[0]);

	if (status)
		return status;
	status = input_open_policy(&policy, operands->item[1]);
	if (!status) {
		status = plan_machine(&answer, &machine, &policy, question);
		if (!status)
			status = put(&answer, question);
		answer_free(&answer);
		input_close(&policy);
	}
	input_close(&machine);
	return status;
}

static int read_faulting(struct levelling_question *question, const char *word)
{
	if (!word)
		question->faulting = CPUPOLICY_FAULTING_AS_RECORDED;
	else if (strcmp(word, "yes") == 0)
		question->faulting = CPUPOLICY_FAULTING_YES;
	else if (strcmp(word, "no") == 0)
		question->faulting = CPUPOLICY_FAULTING_NO;
	else
		return trouble("--faulting: expected yes or no, not '%s'",
			       word);
	if (question->json + question->wrmsr + question->xen > 1)
		return trouble("levelling: one of --json, --wrmsr and --xen");
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct levelling_question question = { 0 };
	const char *hypervisor = NULL, *faulting = NULL;
	const struct option options[] = {
		{ .name = "faulting", .value = &faulting },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "wrmsr", .flag = &question.wrmsr },
		{ .name = "xen", .flag = &question.xen },
		{ .name = "json", .flag = &question.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 2, 2);
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&question.options, hypervisor);
	if (!status && operands.nr == 2)
		status = read_faulting(&question, faulting);
	if (!status && operands.nr == 2)
		status = ask(&operands, &question);
	words_free(&operands);
	return status;
}

const struct command command_levelling = {
	.name = "levelling",
	.arguments = "RECORD POLICY [--faulting yes|no] [--wrmsr|--xen]",
	.summary = "the MSR writes by which a CPU itself shows a policy",
	.help = "For code whose CPUID no hypervisor intercepts: paravirtual "
		"guests, containers.\nA record given as POLICY means its offer "
		"set.\n\n"
		"  --faulting yes     the CPU has CPUID faulting, whatever was "
		"recorded\n"
		"  --faulting no      plan without it\n"
		"  --hypervisor NAME  kvm (assumed), xen, hyperv, vmware or "
		"none: what it supplies\n"
		"                     is honoured although the CPU does not "
		"show it\n"
		"  --wrmsr            the plan as commands for wrmsr(1)\n"
		"  --xen              the plan as options for Xen's command "
		"line\n"
		"  --json             the answer for programs\n\n"
		"Exit status: 0 the CPU shows the policy and nothing else; 1 "
		"something stays visible,\nor the policy has more than the "
		"CPU; 2 trouble.\n\n"
		"Example:\n"
		"  cpupolicy levelling node7.json pool.json\n",
	.run = run,
};
