/* SPDX-License-Identifier: MIT */
/*
 * args.c - options and operands in any order, the same for every command.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void words_add(struct words *words, const char *word, size_t length)
{
	words->item = more_room(words->item, &words->room, words->nr + 1,
				sizeof(*words->item));
	words->item[words->nr++] = format_text("%.*s", (int)length, word);
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->nr; i++)
		free(words->item[i]);
	free(words->item);
	*words = (struct words){ 0 };
}

void put_command_help(const struct command *command)
{
	printf("Usage: cpupolicy %s %s\n\n%s\n\n%s", command->name,
	       command->arguments, command->summary, command->help);
	if (command->more_help)
		command->more_help();
}

static int misused(const struct command *command, const char *what,
		   const char *which)
{
	return trouble("%s: %s '%s'; `cpupolicy %s --help` shows how",
		       command->name, what, which, command->name);
}

static const struct option *find_long(const struct option *options,
				      const char *name, size_t length)
{
	for (; options->name; options++)
		if (strlen(options->name) == length &&
		    memcmp(options->name, name, length) == 0)
			return options;
	return NULL;
}

static const struct option *find_letter(const struct option *options,
					char letter)
{
	for (; options->name; options++)
		if (letter && options->letter == letter)
			return options;
	return NULL;
}

static void add_list(struct words *list, const char *value)
{
	while (*value) {
		size_t length = strcspn(value, ",");

		if (length)
			words_add(list, value, length);
		value += length;
		value += *value == ',';
	}
}

/*
 * Returns how many arguments the option took, or 0 where it is misused and the
 * message is printed.
 */
static int take(const struct command *command, const struct option *option,
		const char *written, const char *value, const char *next)
{
	int took = 1;

	if (option->flag) {
		if (value)
			return misused(command, "no value goes with", written),
			       0;
		*option->flag = true;
		return took;
	}
	if (!value) {
		value = next;
		took = 2;
	}
	if (!value)
		return misused(command, "a value is missing after", written), 0;
	if (option->list)
		add_list(option->list, value);
	else
		*option->value = value;
	return took;
}

static int take_option(const struct command *command,
		       const struct option *options, char **argv,
		       const char *next)
{
	const char *text = argv[0], *value = NULL;
	const struct option *option;

	if (text[1] == '-') {
		size_t length = strcspn(text + 2, "=");

		option = find_long(options, text + 2, length);
		if (text[2 + length])
			value = text + 2 + length + 1;
	} else {
		option = find_letter(options, text[1]);
		if (text[2])
			value = text + 2;
	}
	if (!option)
		return misused(command, "no option", text), 0;
	return take(command, option, text, value, next);
}

int args_parse(struct words *operands, const struct command *command,
	       const struct option *options, int argc, char **argv)
{
	bool only_operands = false;

	for (int i = 0; i < argc;) {
		int took;

		if (only_operands || argv[i][0] != '-' || !argv[i][1]) {
			words_add(operands, argv[i], strlen(argv[i]));
			i++;
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			only_operands = true;
			i++;
			continue;
		}
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0) {
			put_command_help(command);
			return EXIT_YES;
		}
		took = take_option(command, options, argv + i,
				   i + 1 < argc ? argv[i + 1] : NULL);
		if (!took)
			return EXIT_TROUBLE;
		i += took;
	}
	return ARGS_GO_ON;
}

int args_expect(const struct command *command, const struct words *operands,
		size_t least, size_t most)
{
	if (operands->nr >= least && operands->nr <= most)
		return ARGS_GO_ON;
	return trouble("%s: %s; usage: cpupolicy %s %s", command->name,
		       operands->nr < least ? "something is missing"
					    : "too many arguments",
		       command->name, command->arguments);
}

int args_number(size_t *out, const char *option, const char *value)
{
	size_t length = strlen(value);

	if (!length || length > 6 || strspn(value, "0123456789") != length)
		return trouble("%s %s: expected a number from 0 to 999999",
			       option, value);
	*out = (size_t)strtoul(value, NULL, 10);
	return 0;
}
