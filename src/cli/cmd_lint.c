// SPDX-License-Identifier: MIT
/*
 * cmd_lint.c - what of this policy would a real guest trip over?
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"

struct lint_question {
	struct cpupolicy_hostset_options options;
	struct words allow;
	bool offer, accept, json;
};

/* What was found in one policy. */
struct linted {
	char *label; /* owned */
	struct findings findings;
	size_t count[CPUPOLICY_GRADE_BLOCK + 1];
	size_t allowed;
	bool breaks; /* a finding of grade block that is not allowed */
};

static const struct cpupolicy_lint_rule *
rule_of(const struct cpupolicy_finding *finding)
{
	return cpupolicy_lint_rule_at(finding->index);
}

/* One core, and what was found in those before it. */
struct linted_core {
	const struct cpupolicy_core *core;
	struct findings *findings;
};

static bool is_recorded(const struct cpupolicy_core *core,
			const struct cpupolicy_address *at)
{
	if (at->space == CPUPOLICY_SPACE_CPU)
		return cpupolicy_core_row(core, at->leaf, at->subleaf);
	if (at->space != CPUPOLICY_SPACE_MSR)
		return true;
	for (size_t i = 0; i < core->nr_msrs; i++)
		if (core->msrs[i].index == at->leaf)
			return true;
	return false;
}

static cpupolicy_feature first_bit(const struct cpupolicy_address *at)
{
	return CPUPOLICY_FEATURE(at->space, at->leaf, at->subleaf, at->reg,
				 at->low);
}

static bool is_same(const struct cpupolicy_finding *a,
		    const struct cpupolicy_finding *b)
{
	return a->index == b->index && a->cause == b->cause &&
	       a->mask == b->mask && a->guest == b->guest &&
	       a->host == b->host && first_bit(&a->at) == first_bit(&b->at);
}

/*
 * What was not recorded is not zero. The cores of one machine mostly say the
 * same: it is told once.
 */
static void keep_new(void *arg, const struct cpupolicy_finding *finding)
{
	const struct linted_core *linted = arg;

	if (!is_recorded(linted->core, &finding->at) ||
	    (finding->cause && !is_recorded(linted->core, &finding->cause->at)))
		return;
	for (size_t i = 0; i < linted->findings->nr; i++)
		if (is_same(&linted->findings->item[i], finding))
			return;
	findings_sink(linted->findings, finding);
}

/* What a VMM that passes CPUID through would show: the rows as they are. */
static void lint_core(struct findings *findings,
		      const struct cpupolicy_core *core)
{
	struct linted_core linted = { .core = core, .findings = findings };
	struct cpupolicy_policy policy;

	cpupolicy_policy_clear(&policy);
	/* rows without a place in a policy are not the guest's to see */
	for (size_t i = 0; i < core->nr_rows; i++)
		(void)cpupolicy_policy_set_row(&policy, &core->rows[i]);
	for (size_t i = 0; i < core->nr_msrs; i++)
		(void)cpupolicy_policy_set_msr(&policy, &core->msrs[i]);
	cpupolicy_lint(&policy, keep_new, &linted);
}

static void lint_record(struct linted *out, const struct input *input)
{
	const struct cpupolicy_record *record = input->document.record;

	for (size_t i = 0; i < record->nr_cores; i++)
		lint_core(&out->findings, &record->cores[i]);
	out->label = format_text("%s (record%s, as it is)", input->name,
				 cpupolicy_record_is_guest(record)
					 ? " of a virtual machine"
					 : "");
}

static int lint_set(struct linted *out, const struct input *input,
		    const struct lint_question *question)
{
	enum cpupolicy_set set =
		question->accept ? CPUPOLICY_SET_ACCEPT : CPUPOLICY_SET_OFFER;
	struct cpupolicy_policy policy;
	int status = input_policy(&policy, input, &question->options, set, NULL,
				  NULL);

	if (status)
		return status;
	cpupolicy_lint(&policy, findings_sink, &out->findings);
	out->label = input_label(input, &question->options, set);
	return 0;
}

static int lint_input(struct linted *out, const char *argument,
		      const struct lint_question *question)
{
	struct input input;
	int status = input_open_policy(&input, argument);

	if (status)
		return status;
	if (input.kind == INPUT_RECORD && !question->offer && !question->accept)
		lint_record(out, &input);
	else
		status = lint_set(out, &input, question);
	input_close(&input);
	for (size_t i = 0; i < out->findings.nr; i++) {
		const struct cpupolicy_finding *f = &out->findings.item[i];
		bool allowed = finding_allowed(f, &question->allow);

		out->count[f->grade]++;
		out->allowed += allowed;
		out->breaks |= f->grade == CPUPOLICY_GRADE_BLOCK && !allowed;
	}
	findings_sort(&out->findings);
	return status;
}

static const char *verdict_text(const struct linted *linted)
{
	if (linted->breaks)
		return "breaks guests";
	return linted->findings.nr ? "no guest is known to break"
				   : "nothing found";
}

static void put_row(struct table *table, const struct cpupolicy_finding *f,
		    bool allowed)
{
	char *grade = format_text("%s%s", cpupolicy_grade_name(f->grade),
				  allowed ? ", allowed" : "");
	char *code = format_text("F%03u", f->code);
	char *address = finding_address(f);
	char *where = format_text("%s %s", address, finding_field(f));
	char *is = value_text(f->field, &f->at, f->guest);
	char *fits = value_text(f->field, &f->at, f->host);

	table_row(table, grade, code, where, is, fits,
		  f->cause ? f->cause->name : "", rule_of(f)->name);
	free(grade);
	free(code);
	free(address);
	free(where);
	free(is);
	free(fits);
}

static bool told_before(const struct findings *findings, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (findings->item[i].index == findings->item[nr].index)
			return true;
	return false;
}

/* Once per rule: who breaks, what to do, and where that was read. */
static void put_rules(const struct findings *findings)
{
	for (size_t i = 0; i < findings->nr; i++) {
		const struct cpupolicy_lint_rule *rule =
			rule_of(&findings->item[i]);
		const struct cpupolicy_finding_info *info =
			cpupolicy_finding_info(rule->code);
		char *line;

		if (told_before(findings, i))
			continue;
		line = format_text("%s. %s. -> %s. [%s]", info->summary,
				   rule->breaks, info->remedy, rule->source);
		printf("%s  ", rule->name);
		put_wrapped(stdout, line, (int)strlen(rule->name) + 2, 6);
		free(line);
	}
}

static void put_linted(const struct linted *linted, const struct words *allow)
{
	struct table table = { .columns = 7 };
	char *counts = counts_text(linted->count, linted->allowed);
	char *line =
		format_text("%s: %s%s%s", verdict_text(linted), linted->label,
			    counts ? ": " : "", counts ? counts : "");

	put_wrapped(stdout, line, 0, 2);
	free(line);
	free(counts);
	if (!linted->findings.nr)
		return;
	table_row(&table, "GRADE", "CODE", "FIELD", "IS", "FITS", "BECAUSE OF",
		  "RULE");
	for (size_t i = 0; i < linted->findings.nr; i++)
		put_row(&table, &linted->findings.item[i],
			finding_allowed(&linted->findings.item[i], allow));
	table_print(&table, 2);
	put_rules(&linted->findings);
}

static json_t *linted_json(const struct linted *linted,
			   const struct words *allow)
{
	json_t *object = json_object(), *list = json_array();

	for (size_t i = 0; i < linted->findings.nr; i++) {
		const struct cpupolicy_finding *f = &linted->findings.item[i];
		json_t *one = finding_json(f);

		json_object_set_new(one, "allowed",
				    json_boolean(finding_allowed(f, allow)));
		json_object_set_new(one, "rule", json_text(rule_of(f)->name));
		json_object_set_new(one, "breaks",
				    json_text(rule_of(f)->breaks));
		json_object_set_new(one, "source",
				    json_text(rule_of(f)->source));
		json_array_append_new(list, one);
	}
	json_object_set_new(object, "label", json_text(linted->label));
	json_object_set_new(object, "verdict", json_text(verdict_text(linted)));
	json_object_set_new(object, "breaks", json_boolean(linted->breaks));
	json_object_set_new(object, "counts", counts_json(linted->count));
	json_count(object, "allowed", linted->allowed);
	json_object_set_new(object, "findings", list);
	return object;
}

static int lint_all(const struct words *operands,
		    const struct lint_question *question)
{
	json_t *list = json_array();
	bool breaks = false;
	int status = 0;

	for (size_t i = 0; i < operands->nr && !status; i++) {
		struct linted linted = { 0 };

		status = lint_input(&linted, operands->item[i], question);
		if (!status && question->json)
			json_array_append_new(
				list, linted_json(&linted, &question->allow));
		else if (!status)
			put_linted(&linted, &question->allow);
		breaks |= linted.breaks;
		free(linted.label);
		findings_free(&linted.findings);
	}
	if (!status && question->json)
		status = json_put(json_pack("{s:b, s:O}", "breaks", breaks,
					    "policies", list));
	json_decref(list);
	return status ? status : breaks ? EXIT_NO : EXIT_YES;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 }, inputs = { 0 };
	struct lint_question question = { 0 };
	const char *hypervisor = NULL;
	const struct option options[] = {
		{ .name = "allow", .list = &question.allow },
		{ .name = "offer", .flag = &question.offer },
		{ .name = "accept", .flag = &question.accept },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "json", .flag = &question.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 1, SIZE_MAX);
	if (status == ARGS_GO_ON && question.offer && question.accept)
		status = trouble("lint: either --offer or --accept");
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&question.options, hypervisor);
	if (!status)
		status = allow_valid(&question.allow);
	if (!status && operands.nr)
		status = input_expand(&inputs, &operands);
	if (!status && inputs.nr)
		status = lint_all(&inputs, &question);
	words_free(&operands);
	words_free(&inputs);
	words_free(&question.allow);
	return status;
}

const struct command command_lint = {
	.name = "lint",
	.arguments = "POLICY... [--offer|--accept] [--allow GRADE|CODE,...]",
	.summary = "what of this policy would a real guest trip over",
	.help = "A policy is taken literally. A record is taken as it is, as a "
		"VMM that passes CPUID\nthrough would show it, unless a host "
		"set is asked for.\n\n"
		"  --offer, --accept  lint this host set of a "
		"record\n" HYPERVISOR_HELP
		"  --allow WHAT,...   let findings of a code (F096), of one "
		"field (F080:avx2)\n"
		"                     or of a grade (hint, note, security) "
		"pass\n"
		"  --json             the answer for programs\n\n"
		"Exit status: 0 no guest is known to break; 1 one is; 2 "
		"trouble.\n\n"
		"Example:\n"
		"  cpupolicy lint pool.json\n",
	.run = run,
};
