// SPDX-License-Identifier: MIT
/*
 * tool.c - run tools of others.
 */
#define _POSIX_C_SOURCE 200809L

#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void give_up(const char *what)
{
	perror(what);
	abort();
}

char *tool_output(const char *format, ...)
{
	char command[512], *text;
	size_t size = 0, room = 1 << 16;
	va_list ap;
	FILE *in;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	in = popen(command, "r");
	text = malloc(room);
	if (!in || !text)
		give_up(command);
	for (size_t nr; (nr = fread(text + size, 1, room - size - 1, in));) {
		size += nr;
		if (size + 1 == room)
			text = realloc(text, room *= 2);
		if (!text)
			give_up(command);
	}
	text[size] = '\0';
	if (pclose(in) == 0)
		return text;
	free(text);
	return NULL;
}

bool tool_missing(const char *name)
{
	char *path = tool_output("command -v %s", name);

	if (!path)
		printf("# %s is not installed\n", name);
	free(path);
	return !path;
}

void tool_file(char path[64], const char *text)
{
	FILE *out;
	int fd;

	strcpy(path, "/tmp/cpupolicy-tool-XXXXXX");
	fd = mkstemp(path);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out || fputs(text, out) < 0 || fclose(out))
		give_up(path);
}
