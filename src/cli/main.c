/* SPDX-License-Identifier: MIT */
/*
 * main.c - the command table and nothing else.
 */
#include <string.h>

#include "cli.h"
#include "complete.h"

static const struct command *const commands[] = {
	&command_record,    &command_show,    &command_host,
	&command_diff,	    &command_mask,    &command_check,
	&command_lint,	    &command_matrix,  &command_baseline,
	&command_fit,	    &command_models,  &command_drift,
	&command_convert,   &command_explain, &command_verify,
	&command_levelling,
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	fputs("Usage: cpupolicy COMMAND [ARGUMENTS] [--json]\n\n"
	      "Decide what CPU a virtual machine sees and where it can "
	      "move.\n\n",
	      to);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(to, "  %-9s %s\n", commands[i]->name,
			commands[i]->summary);
	fputs("\nPOLICY, GUEST and HOST are a file in any format that can be "
	      "read,"
	      " a folder of such\nfiles, - for standard input, @host for this"
	      " machine, or @NAME for a model such as\n@x86-64-v3."
	      " `cpupolicy COMMAND --help` shows the options and an "
	      "example.\n\n"
	      "Exit status: 0 fits or done, 1 does not fit or differs,"
	      " 2 trouble.\n",
	      to);
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

/* A full disk shows only when the last bytes are written. */
static int finish(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return trouble("standard output: cannot write all of it");
	return status;
}

static int version(void)
{
	uint32_t v = cpupolicy_version();

	printf("cpupolicy %u.%u.%u\n", v >> 16, v >> 8 & 0xff, v & 0xff);
	return EXIT_YES;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		usage(stderr);
		return EXIT_TROUBLE;
	}
	if (strcmp(argv[1], "--complete") == 0)
		return finish(
			complete(commands, NR_COMMANDS, argc - 2, argv + 2));
	if (strcmp(argv[1], "--version") == 0)
		return finish(version());
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    (strcmp(argv[1], "help") == 0 && argc == 2)) {
		usage(stdout);
		return finish(EXIT_YES);
	}
	if (strcmp(argv[1], "help") == 0 && argc == 3) {
		command = command_find(argv[2]);
		if (command) {
			put_command_help(command);
			return finish(EXIT_YES);
		}
		argv++;
	}
	command = command_find(argv[1]);
	if (!command)
		return trouble("no command '%s'; `cpupolicy --help` lists them",
			       argv[1]);
	return finish(command->run(command, argc - 2, argv + 2));
}
