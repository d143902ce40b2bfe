// SPDX-License-Identifier: MIT
/*
 * cmd_convert.c - a record or a policy in another format.
 */
#include <stdlib.h>
#include <string.h>

#include "convert.h"

static void remark(struct conversion *conversion, const char *what)
{
	char *safe = escape(what);
	char *line = format_text("%s: %s", conversion->name, safe);

	words_add(&conversion->remarks, line, strlen(line));
	free(line);
	free(safe);
}

static void hear_lost(void *arg, const char *what)
{
	remark(arg, what);
}

/* Once for each format, however many files are of it. */
static void remark_untested(struct conversion *conversion, const char *format)
{
	const struct cpupolicy_format_info *info =
		cpupolicy_format_find(format);
	char *line;

	if (!info || !info->untested)
		return;
	for (size_t i = 0; i < conversion->untested.nr; i++)
		if (strcmp(conversion->untested.item[i], format) == 0)
			return;
	words_add(&conversion->untested, format, strlen(format));
	line = format_text("%s: built from documentation, untested against the"
			   " tool",
			   info->title);
	remark(conversion, line);
	free(line);
}

/* Notes and names are ours: the formats of others have no place for them. */
static void remark_notes(struct conversion *conversion,
			 const struct cpupolicy_record *record)
{
	char *line;

	if (!record->nr_notes)
		return;
	line = format_text("%zu notes: the format has no place for them",
			   record->nr_notes);
	remark(conversion, line);
	free(line);
}

static char *write_foreign(struct conversion *conversion,
			   const struct cpupolicy_record *record)
{
	struct cpupolicy_error error = { 0 };
	char *text = NULL;

	if (!record)
		return NULL;
	if (cpupolicy_record_write(&text, record, conversion->to, hear_lost,
				   conversion, &error) < 0) {
		conversion->status = trouble_of(&error);
		return NULL;
	}
	if (strcmp(conversion->to, "json") != 0)
		remark_notes(conversion, record);
	return text;
}

static char *write_policy(struct conversion *conversion,
			  const struct cpupolicy_policy *policy,
			  const char *name)
{
	struct cpupolicy_record *record;
	char *text;

	if (conversion->lines)
		return cpupolicy_policy_to_json_line(policy, name);
	if (strcmp(conversion->to, "json") == 0)
		return cpupolicy_policy_to_json(policy, name);
	if (strcmp(conversion->to, C_SOURCE) == 0)
		return cpupolicy_policy_to_c(policy, name);
	record = cpupolicy_record_of_policy(policy, name);
	text = write_foreign(conversion, record);
	cpupolicy_record_free(record);
	return text;
}

static char *write_input(struct conversion *conversion,
			 const struct input *input)
{
	const struct cpupolicy_record *record = input->document.record;
	const char *name = input->document.policy_name;
	struct cpupolicy_policy *policy;
	char *text;

	if (input->kind == INPUT_RECORD)
		return conversion->lines ? cpupolicy_record_to_json_line(record)
					 : write_foreign(conversion, record);
	policy = more_room(NULL, &(size_t){ 0 }, 1, sizeof(*policy));
	if (input->kind == INPUT_MODEL)
		cpupolicy_model_policy(policy, input->model);
	else if (input->kind == INPUT_PROFILE)
		cpupolicy_profile_policy(policy, input->profile);
	else
		*policy = input->document.policy;
	text = write_policy(conversion, policy, name ? name : input->stem);
	free(policy);
	return text;
}

static int convert_one(struct conversion *conversion, const struct input *input)
{
	char *text;

	if (input->kind == INPUT_RECORD &&
	    strcmp(conversion->to, C_SOURCE) == 0)
		return trouble("%s: a record; C source holds a policy, which"
			       " `cpupolicy host` makes of it",
			       input->name);
	conversion->name = input->name;
	if (input->document.format)
		remark_untested(conversion, input->document.format);
	text = write_input(conversion, input);
	conversion->name = NULL;
	conversion->nr++;
	if (conversion->status)
		return conversion->status;
	return spool_add(&conversion->spool, text);
}

static int refuse_several(const struct conversion *conversion)
{
	return trouble("convert: there are several documents, and format %s"
		       " holds one; --to " JSON_LINES " holds any number",
		       conversion->to);
}

static int convert(struct conversion *conversion, const struct words *operands)
{
	struct inputs inputs;
	struct input input;
	int status;

	inputs_begin(&inputs, operands);
	while (inputs_next(&input, &inputs)) {
		if (inputs.several && !conversion->lines)
			inputs.status = refuse_several(conversion);
		else if (!inputs_parse(&input, &inputs))
			inputs.status = convert_one(conversion, &input);
		input_close(&input);
	}
	status = inputs_end(&inputs);
	if (!status)
		status = spool_write(&conversion->spool,
				     conversion->output ? conversion->output
							: "-");
	if (!status)
		status = put_report(conversion);
	return status;
}

/* Is there such a format, and can it be written? */
static int find_target(struct conversion *conversion)
{
	const struct cpupolicy_format_info *info;
	struct text text = { 0 };

	if (!conversion->to)
		return trouble("convert: to which format? Say --to FORMAT;"
			       " `cpupolicy convert --list` lists them");
	conversion->lines = strcmp(conversion->to, JSON_LINES) == 0;
	info = cpupolicy_format_find(conversion->to);
	if (conversion->lines || strcmp(conversion->to, C_SOURCE) == 0 ||
	    (info && info->writes))
		return 0;
	for (uint32_t i = 0; cpupolicy_format_at(i); i++)
		if (cpupolicy_format_at(i)->writes)
			text_word(&text, ", ", cpupolicy_format_at(i)->name);
	trouble("--to %s: %s; expected %s, " C_SOURCE " or " JSON_LINES,
		conversion->to,
		info ? "this format is only read" : "there is no such format",
		text.s);
	free(text.s);
	return EXIT_TROUBLE;
}

static int run_conversion(struct conversion *conversion,
			  const struct command *command,
			  const struct words *operands)
{
	int status = args_expect(command, operands, 1, SIZE_MAX);

	if (status == ARGS_GO_ON)
		status = find_target(conversion);
	if (!status && operands->nr && conversion->json && !conversion->output)
		status = trouble("convert: --json goes with -o FILE, for"
				 " standard output has the result, or with"
				 " --list");
	if (!status && operands->nr)
		status = convert(conversion, operands);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct conversion conversion = { 0 };
	bool list = false;
	const struct option options[] = {
		{ .name = "to", .value = &conversion.to },
		{ .name = "output",
		  .letter = 'o',
		  .value = &conversion.output },
		{ .name = "list", .flag = &list },
		{ .name = "json", .flag = &conversion.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON && list)
		status = put_formats(conversion.json);
	else if (status == ARGS_GO_ON)
		status = run_conversion(&conversion, command, &operands);
	conversion_free(&conversion);
	words_free(&operands);
	return status;
}

const struct command command_convert = {
	.name = "convert",
	.arguments = "IN... --to FORMAT [-o FILE]",
	.summary = "a record or a policy in another format",
	.help = "What the format cannot hold is said on standard error. "
		"Several "
		"inputs, folders and\nfiles with a document in each line can "
		"only become json-lines.\n\n"
		"  --to FORMAT        one of those below that are written\n"
		"  -o FILE            write there instead of to standard "
		"output\n"
		"  --list             the formats\n"
		"  --json             with --list, or with -o: what was said, "
		"for programs\n\n"
		"Example:\n"
		"  cpupolicy convert dumps/ --to json-lines -o fleet.jsonl\n\n"
		"Formats:\n",
	.more_help = put_format_table,
	.run = run,
};
