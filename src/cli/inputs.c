// SPDX-License-Identifier: MIT
/*
 * inputs.c - the documents of all operands, one after another: folders become
 * their files, files with a document in each line these documents.
 */
#define _DEFAULT_SOURCE /* d_type */

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int expand_folder(struct words *out, const char *path, DIR *folder)
{
	size_t length = strlen(path), first = out->nr;
	const struct dirent *entry;

	while (length > 1 && path[length - 1] == '/')
		length--;
	while ((entry = readdir(folder))) {
		struct stat about;
		char *file;

		if (entry->d_name[0] == '.')
			continue;
		file = format_text("%.*s/%s", (int)length, path, entry->d_name);
		/* what vanished meanwhile is reported when it is opened */
		if (entry->d_type == DT_REG || stat(file, &about) != 0 ||
		    !S_ISDIR(about.st_mode))
			words_add(out, file, strlen(file));
		free(file);
	}
	if (out->nr == first)
		return trouble("%s: no files in this folder", path);
	qsort(out->item + first, out->nr - first, sizeof(*out->item),
	      compare_names);
	return 0;
}

/* /dev/cpu is one machine, whatever files are in it. */
static bool is_machine(const char *path)
{
	static const char folder[] = "/dev/cpu";
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 &&
	       strspn(path + length, "/") == strlen(path + length);
}

int input_expand(struct words *out, const struct words *operands)
{
	for (size_t i = 0; i < operands->nr; i++) {
		const char *word = operands->item[i];
		struct stat about;
		DIR *folder;
		int status;

		if (word[0] == '@' || is_machine(word) ||
		    stat(word, &about) != 0 || !S_ISDIR(about.st_mode)) {
			words_add(out, word, strlen(word));
			continue;
		}
		folder = opendir(word);
		if (!folder)
			return trouble("%s: %s", word, strerror(errno));
		status = expand_folder(out, word, folder);
		closedir(folder);
		if (status)
			return status;
	}
	return 0;
}

int inputs_begin(struct inputs *inputs, const struct words *operands)
{
	*inputs = (struct inputs){ 0 };
	inputs->status = input_expand(&inputs->files, operands);
	inputs->several = inputs->files.nr > 1;
	return inputs->status;
}

static int open_next(struct inputs *inputs)
{
	struct cpupolicy_error error = { 0 };
	int status;

	inputs->argument = inputs->files.item[inputs->next++];
	status = input_take_standard(inputs->argument);
	if (status || inputs->argument[0] == '@')
		return status;
	if (cpupolicy_stream_open(&inputs->stream, inputs->argument, &error) <
	    0)
		return trouble_of(&error);
	inputs->plain = strlen(cpupolicy_stream_name(inputs->stream));
	return 0;
}

static void close_file(struct inputs *inputs)
{
	cpupolicy_stream_close(inputs->stream);
	inputs->stream = NULL;
}

/* The next document of the file that is open; false: there is none. */
static bool next_of_file(struct input *input, struct inputs *inputs)
{
	struct cpupolicy_error error = { 0 };
	const char *place;
	int got = cpupolicy_stream_next(&input->text, &input->size,
					inputs->stream, &error);

	if (got < 0)
		inputs->status = trouble_of(&error);
	if (got <= 0) {
		close_file(inputs);
		return false;
	}
	place = cpupolicy_stream_name(inputs->stream) + inputs->plain;
	inputs->lines = *place != '\0';
	input_name(input, inputs->argument, place);
	return true;
}

static bool next(struct input *input, struct inputs *inputs)
{
	while (!inputs->status) {
		if (inputs->stream && next_of_file(input, inputs))
			return true;
		if (inputs->status || inputs->next == inputs->files.nr)
			return false;
		inputs->status = open_next(inputs);
		if (!inputs->status && !inputs->stream) {
			input_name(input, inputs->argument, "");
			return true;
		}
	}
	return false;
}

bool inputs_next(struct input *input, struct inputs *inputs)
{
	*input = (struct input){ 0 };
	inputs->lines = false;
	if (!next(input, inputs))
		return false;
	inputs->several |= inputs->lines;
	inputs->unknown |= inputs->lines;
	progress("records read", inputs->nr,
		 inputs->unknown ? 0 : inputs->files.nr);
	inputs->nr++;
	return true;
}

void inputs_own_name(struct input *input, const struct inputs *inputs,
		     const char *name, size_t length)
{
	const char *place =
		inputs->lines ? cpupolicy_stream_name(inputs->stream) : "";
	char *text;

	if (!inputs->lines || !length ||
	    (strlen(place) == length && memcmp(place, name, length) == 0))
		return;
	text = format_text("%.*s", (int)length, name);
	free(input->stem);
	input->stem = escape(text);
	free(text);
}

static void take_own_name(struct input *input, const struct inputs *inputs)
{
	const struct cpupolicy_document *document = &input->document;
	const char *name = document->record ? document->record->name
					    : document->policy_name;

	if (name)
		inputs_own_name(input, inputs, name, strlen(name));
}

int inputs_parse(struct input *input, struct inputs *inputs)
{
	if (!inputs->stream)
		inputs->status = input_open_builtin(input, inputs->argument);
	else
		inputs->status = input_parse(input, inputs->stream);
	if (!inputs->status)
		inputs->status = input_refuse_mask(input);
	if (!inputs->status)
		take_own_name(input, inputs);
	return inputs->status;
}

int inputs_end(struct inputs *inputs)
{
	close_file(inputs);
	words_free(&inputs->files);
	progress_end();
	return inputs->status;
}
