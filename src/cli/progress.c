// SPDX-License-Identifier: MIT
/*
 * progress.c - a line for somebody who waits at a terminal, gone when all is
 * done.
 */
#define _POSIX_C_SOURCE 200809L

#include <time.h>
#include <unistd.h>

#include "cli.h"

/* What takes no longer than a second needs no such line. */
#define PATIENCE_MS 1000
#define AGAIN_MS    100
#define WIDTH	    60

static struct {
	bool begun, shown;
	int64_t next; /* when the line is due */
} line;

static int64_t now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* 12,000 */
static void group(char out[32], size_t nr)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%zu", nr), at = 0;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
}

void progress(const char *doing, size_t nr, size_t of)
{
	char done[32], all[32], text[100];
	int64_t now = now_ms();

	if (of && nr >= of) {
		progress_end();
		return;
	}
	if (!line.begun) {
		line.begun = true;
		line.next = now + PATIENCE_MS;
	}
	if (now < line.next || !isatty(STDERR_FILENO))
		return;
	line.next = now + AGAIN_MS;
	line.shown = true;
	group(done, nr);
	group(all, of);
	snprintf(text, sizeof(text), "%.20s: %s%s%s", doing, done,
		 of ? " of " : "", of ? all : "");
	fprintf(stderr, "\r%-*s", WIDTH, text);
}

void progress_end(void)
{
	if (line.shown)
		fprintf(stderr, "\r%*s\r", WIDTH, "");
	line.begun = line.shown = false;
}
