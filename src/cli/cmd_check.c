/* SPDX-License-Identifier: MIT */
/*
 * cmd_check.c - can this guest run there, and if not, exactly why?
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"

static int prepare_side(struct check_side *side, struct check_operand *operand,
			const struct cpupolicy_hostset_options *options,
			enum cpupolicy_set set)
{
	int status = inputs_parse(&operand->input, &operand->inputs);

	if (!status)
		status = input_policy(&side->policy, &operand->input, options,
				      set, findings_sink, &side->findings);
	if (!status)
		side->label = input_label(&operand->input, options, set);
	return status;
}

/* An ABI level has no vendor: it goes with any. */
static void side_adopt_vendor(struct check_side *to,
			      const struct check_side *from, const char *whose)
{
	char *label;

	if (!cpupolicy_policy_adopt_vendor(&to->policy, &from->policy))
		return;
	label = format_text("%.*s, vendor taken from the %s)",
			    (int)strlen(to->label) - 1, to->label, whose);
	free(to->label);
	to->label = label;
}

static void keep(struct findings *out, const struct findings *from,
		 uint16_t code)
{
	for (size_t i = 0; i < from->nr; i++)
		if (from->item[i].code == code)
			findings_sink(out, &from->item[i]);
}

/*
 * What a guest's record does not hold counts as absent: the answer must say so,
 * for the guest may have been promised more than was compared. And the host may
 * have the AMX that the guest asks for.
 */
static void keep_unrecorded(struct check_answer *answer)
{
	struct findings *out = &answer->findings;
	const struct cpupolicy_field *amx =
		cpupolicy_field_find("amx_tile", strlen("amx_tile"));

	keep(out, &answer->guest.findings, CPUPOLICY_F_NOT_RECORDED);
	keep(out, &answer->guest.findings, CPUPOLICY_F_AMX_PERMISSION);
	if (cpupolicy_field_get(&answer->guest.policy, amx))
		keep(out, &answer->host.findings, CPUPOLICY_F_AMX_PERMISSION);
}

static enum cpupolicy_verdict judge(struct check_answer *answer,
				    const struct words *allow)
{
	enum cpupolicy_verdict verdict = CPUPOLICY_FITS;

	for (size_t i = 0; i < answer->findings.nr; i++) {
		const struct cpupolicy_finding *f = &answer->findings.item[i];
		enum cpupolicy_verdict one = finding_verdict(f, allow);

		answer->count[f->grade]++;
		answer->unrecorded += f->code == CPUPOLICY_F_NOT_RECORDED;
		answer->allowed += finding_allowed(f, allow);
		if (one > verdict)
			verdict = one;
	}
	return verdict;
}

static int answer_check(struct check_answer *answer,
			struct check_operand *guest, struct check_operand *host,
			const struct question *question)
{
	int status = prepare_side(&answer->guest, guest, &question->options,
				  CPUPOLICY_SET_OFFER);

	if (!status)
		status = prepare_side(&answer->host, host, &question->options,
				      CPUPOLICY_SET_ACCEPT);
	if (status)
		return status;
	side_adopt_vendor(&answer->guest, &answer->host, "host");
	side_adopt_vendor(&answer->host, &answer->guest, "guest");
	cpupolicy_check(&answer->guest.policy, &answer->host.policy,
			findings_sink, &answer->findings);
	keep_unrecorded(answer);
	clock_check(&answer->findings, question, guest, host);
	findings_sort(&answer->findings);
	answer->verdict = judge(answer, &question->allow);
	answer->refused = question->strict && answer->unrecorded;
	return 0;
}

static void answer_free(struct check_answer *answer)
{
	free(answer->guest.label);
	free(answer->host.label);
	findings_free(&answer->guest.findings);
	findings_free(&answer->host.findings);
	findings_free(&answer->findings);
}

static int check_pair(struct check_operand *guest, struct check_operand *host,
		      const struct question *question)
{
	struct check_answer *answer =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*answer));
	int status;

	*answer = (struct check_answer){ 0 };
	status = answer_check(answer, guest, host, question);
	if (!status) {
		bool fits = answer->verdict <= CPUPOLICY_FITS_WITH_NOTES &&
			    !answer->refused;

		if (question->json)
			status =
				put_answer_json(answer, &question->allow, fits);
		else
			put_answer(answer, &question->allow, question->first);
		if (!status)
			status = fits ? EXIT_YES : EXIT_NO;
	}
	answer_free(answer);
	free(answer);
	return status;
}

/* Only then it shows whether there is one document or more. */
static int open_operand(struct check_operand *operand, char *word)
{
	const struct words one = { .item = &word, .nr = 1 };

	inputs_begin(&operand->inputs, &one);
	inputs_next(&operand->input, &operand->inputs);
	return operand->inputs.status;
}

static void close_operand(struct check_operand *operand)
{
	input_close(&operand->input);
	inputs_end(&operand->inputs);
}

static int ask(const struct words *operands, const struct question *question)
{
	struct check_operand *side =
		more_room(NULL, &(size_t){ 0 }, 2, sizeof(*side));
	int status;

	memset(side, 0, 2 * sizeof(*side));
	status = open_operand(&side[0], operands->item[0]);
	if (!status)
		status = open_operand(&side[1], operands->item[1]);
	if (!status && (side[0].inputs.several || side[1].inputs.several) &&
	    question->guest_clock.tsc_khz)
		status = trouble("--tsc is of one guest and one host");
	else if (!status && (side[0].inputs.several || side[1].inputs.several))
		status = check_many(&side[0], &side[1], question);
	else if (!status)
		status = check_pair(&side[0], &side[1], question);
	close_operand(&side[0]);
	close_operand(&side[1]);
	free(side);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct question question = { 0 };
	const char *hypervisor = NULL, *first = NULL, *tsc = NULL;
	const struct option options[] = {
		{ .name = "allow", .list = &question.allow },
		{ .name = "strict", .flag = &question.strict },
		{ .name = "json", .flag = &question.json },
		{ .name = "first", .value = &first },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "tsc", .value = &tsc },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 2, 2);
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&question.options, hypervisor);
	if (!status && first)
		status = args_number(&question.first, "--first", first);
	if (!status && tsc)
		status = clock_parse(&question, tsc);
	if (!status)
		status = allow_valid(&question.allow);
	if (!status && operands.nr == 2)
		status = ask(&operands, &question);
	words_free(&operands);
	words_free(&question.allow);
	return status;
}

const struct command command_check = {
	.name = "check",
	.arguments = "GUEST HOST [--allow GRADE|CODE,...] [--strict]",
	.summary = "can this guest run on that host, and if not, exactly why",
	.help = "A record given as GUEST means its offer set, as HOST its "
		"accept set; a policy is\ntaken literally. Of folders and of "
		"files with a document in each line every guest\nis checked "
		"against every host, and the answer is a summary.\n\n"
		"  --allow WHAT,...   let findings of a grade (hint, note, "
		"security), of a\n"
		"                     code (F017) or of one field (F017:erms) "
		"pass\n"
		"  --strict           refuse where the guest's record does not "
		"hold everything\n"
		"  --first N          print only the N worst "
		"findings\n" HYPERVISOR_HELP
		"  --tsc GUEST:HOST   their time-stamp counters in kHz; "
		":scales "
		"behind them\n"
		"                     where the host scales the guest's\n"
		"  --json             the answer for programs\n\n"
		"Exit status: 0 fits, with or without notes; 1 does not fit, "
		"or "
		"fits but insecure;\n2 trouble.\n\n"
		"Example:\n"
		"  cpupolicy check vm12.json node7.json --allow F018\n",
	.run = run,
};
