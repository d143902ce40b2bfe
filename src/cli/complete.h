/* SPDX-License-Identifier: MIT */
/*
 * complete.h - what the completions of shells ask for.
 */
#ifndef CPUPOLICY_CLI_COMPLETE_H
#define CPUPOLICY_CLI_COMPLETE_H

#include "cli.h"

int complete(const struct command *const *commands, size_t nr_commands, int nr,
	     char **words);

#endif
