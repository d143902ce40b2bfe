/* SPDX-License-Identifier: MIT */
/*
 * input.c - what POLICY, GUEST and HOST can be, and what each then means.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void input_name(struct input *input, const char *argument, const char *place)
{
	bool standard = strcmp(argument, "-") == 0;
	const char *slash = strrchr(argument, '/');
	const char *base = slash && slash[1] ? slash + 1 : argument;
	const char *dot = strrchr(base, '.');
	int length =
		(int)(dot && dot != base ? (size_t)(dot - base) : strlen(base));
	char *stem = format_text("%.*s%s", length, base, place);
	char *name = format_text("%s%s", standard ? "standard input" : argument,
				 place);

	input->name = escape(name);
	input->stem = escape(stem);
	free(name);
	free(stem);
}

static int open_this_host(struct input *input)
{
	struct cpupolicy_error error = { 0 };

	input->kind = INPUT_RECORD;
	input->document.kind = CPUPOLICY_DOCUMENT_RECORD;
	if (cpupolicy_record_probe(&input->document.record, &error) < 0)
		return trouble_of(&error);
	return 0;
}

int refuse_model(const char *name)
{
	const char *near = cpupolicy_model_nearest(name);

	if (near)
		return trouble("@%s: no such model, did you mean '@%s'?"
			       " `cpupolicy models` lists them",
			       name, near);
	return trouble("@%s: no such model; expected @host (this machine) or a"
		       " name that `cpupolicy models` lists or `cpupolicy"
		       " explain --list`",
		       name);
}

static int open_model(struct input *input, const char *name)
{
	input->kind = INPUT_MODEL;
	input->model = cpupolicy_model_find(name);
	if (input->model)
		return 0;
	input->kind = INPUT_PROFILE;
	input->profile = cpupolicy_profile_find(name);
	return input->profile ? 0 : refuse_model(name);
}

int input_open_builtin(struct input *input, const char *argument)
{
	return strcmp(argument, "@host") == 0 ? open_this_host(input)
					      : open_model(input, argument + 1);
}

int input_parse(struct input *input, struct cpupolicy_stream *stream)
{
	struct cpupolicy_error error = { 0 };

	if (cpupolicy_stream_parse(&input->document, stream, &error) < 0)
		return trouble_of(&error);
	switch (input->document.kind) {
	case CPUPOLICY_DOCUMENT_RECORD:
		input->kind = INPUT_RECORD;
		return 0;
	case CPUPOLICY_DOCUMENT_POLICY:
		input->kind = INPUT_POLICY;
		return 0;
	case CPUPOLICY_DOCUMENT_MASK:
		input->kind = INPUT_MASK;
		return 0;
	case CPUPOLICY_DOCUMENT_NONE:
		break;
	}
	return trouble("%s: neither a record nor a policy nor a mask",
		       input->name);
}

/* Where one document is expected, a file with many is no answer. */
static int read_single(struct input *input, struct cpupolicy_stream *stream)
{
	struct cpupolicy_error error = { 0 };
	int got = cpupolicy_stream_next(NULL, NULL, stream, &error);
	int status = got > 0 ? input_parse(input, stream) : 0;

	if (status)
		return status;
	if (got > 0)
		got = cpupolicy_stream_next(NULL, NULL, stream, &error);
	if (got < 0)
		return trouble_of(&error);
	if (got > 0)
		return trouble("%s: there are more documents than one in this"
			       " file; expected a single one",
			       cpupolicy_stream_name(stream));
	return 0;
}

static int open_file(struct input *input, const char *path)
{
	struct cpupolicy_error error = { 0 };
	struct cpupolicy_stream *stream;
	int status;

	if (cpupolicy_stream_open(&stream, path, &error) < 0)
		return trouble_of(&error);
	status = read_single(input, stream);
	cpupolicy_stream_close(stream);
	return status;
}

int input_take_standard(const char *argument)
{
	static bool taken;

	if (strcmp(argument, "-") != 0)
		return 0;
	if (taken)
		return trouble("standard input can be read only once");
	taken = true;
	return 0;
}

int input_open(struct input *input, const char *argument)
{
	int status = input_take_standard(argument);

	*input = (struct input){ 0 };
	if (status)
		return status;
	input_name(input, argument, "");
	if (argument[0] == '@')
		status = input_open_builtin(input, argument);
	else
		status = open_file(input, argument);
	if (status)
		input_close(input);
	return status;
}

int input_refuse_mask(const struct input *input)
{
	if (input->kind != INPUT_MASK)
		return 0;
	return trouble("%s: this is a mask; expected a policy or a record",
		       input->name);
}

int input_open_policy(struct input *input, const char *argument)
{
	int status = input_open(input, argument);

	if (status)
		return status;
	status = input_refuse_mask(input);
	if (status)
		input_close(input);
	return status;
}

void input_close(struct input *input)
{
	cpupolicy_document_clear(&input->document);
	free(input->name);
	free(input->stem);
	*input = (struct input){ 0 };
}

int input_policy(struct cpupolicy_policy *out, const struct input *input,
		 const struct cpupolicy_hostset_options *options,
		 enum cpupolicy_set set, cpupolicy_sink *sink, void *arg)
{
	struct cpupolicy_hostset_options these = *options;
	struct cpupolicy_error error = { 0 };

	switch (input->kind) {
	case INPUT_MODEL:
		cpupolicy_model_policy(out, input->model);
		return 0;
	case INPUT_PROFILE:
		cpupolicy_profile_policy(out, input->profile);
		return 0;
	case INPUT_POLICY:
		*out = input->document.policy;
		return 0;
	case INPUT_MASK:
		return trouble("%s: this is a mask", input->name);
	case INPUT_RECORD:
		break;
	}
	these.set = set;
	if (cpupolicy_record_hostset(out, input->document.record, &these, sink,
				     arg, &error) < 0)
		return trouble("%s: %s", input->name,
			       error.text[0]
				       ? error.text
				       : cpupolicy_strerror(error.status));
	return 0;
}

char *input_label(const struct input *input,
		  const struct cpupolicy_hostset_options *options,
		  enum cpupolicy_set set)
{
	const char *which = set == CPUPOLICY_SET_OFFER ? "offer" : "accept";
	char *hypervisor, *label;

	if (input->kind == INPUT_MODEL)
		return format_text("%s (model)", input->name);
	if (input->kind == INPUT_PROFILE)
		return format_text("%s (requirements)", input->name);
	if (input->kind == INPUT_POLICY)
		return format_text("%s (policy)", input->name);
	if (cpupolicy_record_is_root_partition(input->document.record))
		return format_text("%s (record of a Hyper-V root partition: "
				   "the machine has more; %s set)",
				   input->name, which);
	if (cpupolicy_record_is_guest(input->document.record))
		return format_text("%s (record of a virtual machine, %s set)",
				   input->name, which);
	hypervisor = hypervisor_text(options);
	label = format_text("%s (record, %s set, hypervisor %s%s)", input->name,
			    which, hypervisor,
			    options->named ? "" : " assumed");
	free(hypervisor);
	return label;
}

bool mode_seen(uint32_t index)
{
	const char *name = cpupolicy_mode_at(index)->name;

	for (uint32_t i = 0; i < index; i++)
		if (strcmp(cpupolicy_mode_at(i)->name, name) == 0)
			return true;
	return false;
}

int input_apply_mode(struct cpupolicy_policy *policy, const struct input *input,
		     const char *mode, cpupolicy_sink *sink, void *arg)
{
	struct text text = { 0 };
	int status;

	if (input->kind == INPUT_RECORD &&
	    !cpupolicy_record_virtualization(input->document.record))
		return trouble("%s: no hardware virtualisation (VMX or SVM) in"
			       " this record; mode %s asks it of every host",
			       input->name, mode);
	status = cpupolicy_apply_mode(policy, mode, sink, arg);
	if (status == 0)
		return 0;
	if (status != CPUPOLICY_E_UNKNOWN)
		return trouble("%s: mode %s: %s", input->name, mode,
			       cpupolicy_strerror(status));
	for (uint32_t i = 0; cpupolicy_mode_at(i); i++)
		if (!mode_seen(i))
			text_word(&text, ", ", cpupolicy_mode_at(i)->name);
	trouble("no mode '%s'; there are %s", mode, text.s ? text.s : "none");
	free(text.s);
	return EXIT_TROUBLE;
}

void input_normalize(struct cpupolicy_policy *policy, const struct input *input)
{
	if (input->kind != INPUT_RECORD)
		cpupolicy_normalize(policy, NULL, NULL);
}
