// SPDX-License-Identifier: MIT
/*
 * cmd_drift.c - what an update changed, and which guests feel it.
 */
#include <stdlib.h>
#include <string.h>

#include "drift.h"

#define FEW_GUESTS 20

char *drift_because(const struct findings *findings)
{
	struct text text = { 0 };

	for (size_t i = 0; i < findings->nr; i++) {
		const struct cpupolicy_finding *f = &findings->item[i];
		char *name;

		if (f->grade < CPUPOLICY_GRADE_SECURITY)
			continue;
		name = f->field ? format_text("%s", f->field->name)
				: finding_address(f);
		if (!text.s || !word_listed(text.s, name))
			text_word(&text, " ", name);
		free(name);
	}
	return text.s;
}

const char *drift_fate_name(enum cpupolicy_drift_fate fate)
{
	static const char *const names[] = {
		[CPUPOLICY_DRIFT_STILL] = "still",
		[CPUPOLICY_DRIFT_NO_LONGER] = "no-longer",
		[CPUPOLICY_DRIFT_NOW] = "now",
		[CPUPOLICY_DRIFT_NEVER] = "never",
		[CPUPOLICY_DRIFT_INSECURE] = "insecure",
		[CPUPOLICY_DRIFT_MORE_SECURE] = "more-secure",
	};

	return names[fate];
}

/* What is in the way, then or now, of a guest whose fate changed. */
static char *guest_because(const struct cpupolicy_drift *drift,
			   const struct cpupolicy_policy *guest,
			   enum cpupolicy_drift_fate fate)
{
	bool was = fate == CPUPOLICY_DRIFT_NOW ||
		   fate == CPUPOLICY_DRIFT_MORE_SECURE;
	struct findings findings = { 0 };
	char *because;

	if (fate == CPUPOLICY_DRIFT_STILL)
		return NULL;
	cpupolicy_check(guest,
			was ? &drift->before.accept : &drift->after.accept,
			findings_sink, &findings);
	because = drift_because(&findings);
	findings_free(&findings);
	return because;
}

static int add_guest(struct drifting *drifting, const struct input *input)
{
	struct cpupolicy_policy *policy =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*policy));
	struct drift_guest guest = { 0 };
	int status = input_policy(policy, input, &drifting->options,
				  CPUPOLICY_SET_OFFER, NULL, NULL);

	if (!status) {
		cpupolicy_policy_adopt_vendor(policy,
					      &drifting->drift->after.accept);
		guest.fate = cpupolicy_drift_guest(&guest.before, &guest.after,
						   drifting->drift, policy);
		guest.because =
			guest_because(drifting->drift, policy, guest.fate);
		guest.name = format_text("%s", input->stem);
		drifting->count[guest.fate]++;
		drifting->guest =
			more_room(drifting->guest, &drifting->room,
				  drifting->nr + 1, sizeof(*drifting->guest));
		drifting->guest[drifting->nr++] = guest;
	}
	free(policy);
	return status;
}

static int add_guests(struct drifting *drifting, const struct words *operands)
{
	const struct words guests = { .item = operands->item + 2,
				      .nr = operands->nr - 2 };
	struct inputs inputs;
	struct input input;

	if (!guests.nr)
		return 0;
	inputs_begin(&inputs, &guests);
	while (inputs_next(&input, &inputs)) {
		if (!inputs_parse(&input, &inputs))
			inputs.status = add_guest(drifting, &input);
		input_close(&input);
	}
	return inputs_end(&inputs);
}

static char *cpu_text(const struct description *d)
{
	return format_text("%s, family %u model 0x%x stepping 0x%x", d->vendor,
			   d->signature.family, d->signature.model,
			   d->signature.stepping);
}

static int refuse_other_cpu(const struct drifting *drifting)
{
	char *before = cpu_text(&drifting->description[0]);
	char *after = cpu_text(&drifting->description[1]);

	trouble("drift: %s is of one CPU (%s), %s of another (%s): nothing"
		" drifted; --any-cpu compares them all the same",
		drifting->input[0].name, before, drifting->input[1].name,
		after);
	free(before);
	free(after);
	return EXIT_TROUBLE;
}

static int compare(struct drifting *drifting)
{
	struct cpupolicy_drift_input side[2] = { 0 };
	struct cpupolicy_policy *policy =
		more_room(NULL, &(size_t){ 0 }, 2, sizeof(*policy));
	struct cpupolicy_error error = { 0 };
	int status = 0;

	for (int i = 0; i < 2 && !status; i++) {
		side[i].record = drifting->input[i].document.record;
		if (side[i].record)
			continue;
		status = input_policy(&policy[i], &drifting->input[i],
				      &drifting->options, CPUPOLICY_SET_OFFER,
				      NULL, NULL);
		side[i].policy = &policy[i];
	}
	if (!status && cpupolicy_drift_new(&drifting->drift, &side[0], &side[1],
					   &drifting->options, &error) < 0)
		status = trouble_of(&error);
	if (!status) {
		describe(&drifting->description[0],
			 &drifting->drift->before.accept, &drifting->input[0]);
		describe(&drifting->description[1],
			 &drifting->drift->after.accept, &drifting->input[1]);
		drifting->drift->before.input.policy = NULL;
		drifting->drift->after.input.policy = NULL;
	}
	free(policy);
	return status;
}

static int tell(struct drifting *drifting)
{
	const struct cpupolicy_drift *drift = drifting->drift;
	int status = 0;

	drifting->leave.verdict = cpupolicy_drift_leave(
		drift, findings_sink, &drifting->leave.findings);
	drifting->come.verdict = cpupolicy_drift_come(drift, findings_sink,
						      &drifting->come.findings);
	if (drifting->json)
		status = put_drift_json(drifting);
	else
		put_drift(drifting);
	if (status)
		return status;
	return drift->nr_changes ? EXIT_NO : EXIT_YES;
}

static int drift(struct drifting *drifting, const struct words *operands)
{
	int status = input_open_policy(&drifting->input[0], operands->item[0]);

	if (!status)
		status = input_open_policy(&drifting->input[1],
					   operands->item[1]);
	if (!status)
		status = compare(drifting);
	if (!status && !drifting->drift->same_cpu && !drifting->any_cpu)
		status = refuse_other_cpu(drifting);
	if (!status)
		status = add_guests(drifting, operands);
	return status ? status : tell(drifting);
}

static void drifting_free(struct drifting *drifting)
{
	for (size_t i = 0; i < drifting->nr; i++) {
		free(drifting->guest[i].name);
		free(drifting->guest[i].because);
	}
	free(drifting->guest);
	findings_free(&drifting->leave.findings);
	findings_free(&drifting->come.findings);
	cpupolicy_drift_free(drifting->drift);
	for (int i = 0; i < 2; i++) {
		description_free(&drifting->description[i]);
		input_close(&drifting->input[i]);
	}
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct drifting drifting = { .first = FEW_GUESTS };
	const char *hypervisor = NULL, *first = NULL;
	const struct option options[] = {
		{ .name = "any-cpu", .flag = &drifting.any_cpu },
		{ .name = "first", .value = &first },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "json", .flag = &drifting.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 2, SIZE_MAX);
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&drifting.options, hypervisor);
	if (!status && first)
		status = args_number(&drifting.first, "--first", first);
	if (!status && operands.nr >= 2)
		status = drift(&drifting, &operands);
	drifting_free(&drifting);
	words_free(&operands);
	return status;
}

const struct command command_drift = {
	.name = "drift",
	.arguments = "OLD NEW [POLICY...] [--any-cpu] [--first N]",
	.summary = "what an update changed, and which guests feel it",
	.help = "OLD and NEW are records of one machine, before and after an "
		"update of microcode,\nfirmware, kernel or VMM; or what two "
		"versions of a VMM show to a guest. POLICYs are\nguests: which "
		"of them can no longer come here, and which now can?\n\n"
		"  --any-cpu          go on where OLD and NEW are of two CPUs\n"
		"  --first N          print at most N guests (20, if not said)"
		"\n"
		"  --hypervisor NAME  kvm (assumed), xen, hyperv, vmware or "
		"none, for records\n"
		"  --json             the answer for programs\n\n"
		"Exit status: 0 nothing changed for guests; 1 something did; 2 "
		"trouble.\n\n"
		"Example:\n"
		"  cpupolicy drift node3-old.json node3.json vms/\n",
	.run = run,
};
