/* SPDX-License-Identifier: MIT */
/*
 * tool.h - tools of others, where they are installed.
 */
#ifndef TESTS_TOOL_H
#define TESTS_TOOL_H

#include <stdbool.h>

/** tool_missing - is it not installed? Then it says so, for who skips a test */
bool tool_missing(const char *name);

/**
 * tool_output - what a shell command prints on standard output, to be freed
 *
 * NULL: it failed.
 */
char *tool_output(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** tool_file - write a file that the tool can read; remove it afterwards */
void tool_file(char path[64], const char *text);

#endif
