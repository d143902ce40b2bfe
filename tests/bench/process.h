/* SPDX-License-Identifier: MIT */
/*
 * process.h - time whole processes.
 */
#ifndef TESTS_BENCH_PROCESS_H
#define TESTS_BENCH_PROCESS_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "timing.h"

#define NR_RUNS 7

/** struct usage - a process that was run NR_RUNS times */
struct usage {
	double ms[NR_RUNS];
	long kib;
	int status;
};

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

static inline FILE *open_text(const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		die(path);
	return out;
}

static inline void close_text(FILE *out, const char *path)
{
	if (fclose(out) != 0)
		die(path);
}

static inline void run_once(struct usage *usage, size_t round,
			    char *const argv[])
{
	double start = now_ns();
	struct rusage used;
	pid_t child = fork();
	int fd;

	if (child < 0)
		die("fork");
	if (child == 0) {
		fd = open("/dev/null", O_WRONLY);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(child, &usage->status, 0, &used) < 0)
		die("wait4");
	usage->ms[round] = (now_ns() - start) / 1e6;
	if (used.ru_maxrss > usage->kib)
		usage->kib = used.ru_maxrss;
}

static inline bool ran(const struct usage *usage)
{
	return WIFEXITED(usage->status) && WEXITSTATUS(usage->status) < 2;
}

static inline double median(struct usage *usage)
{
	qsort(usage->ms, NR_RUNS, sizeof(usage->ms[0]), compare_times);
	return usage->ms[NR_RUNS / 2];
}

/* CPUPOLICY, else the one built with this. */
static inline void find_program(char out[4096], const char *self)
{
	const char *program = getenv("CPUPOLICY"), *slash = strrchr(self, '/');

	if (program)
		snprintf(out, 4096, "%s", program);
	else
		snprintf(out, 4096, "%.*s/../cpupolicy",
			 slash ? (int)(slash - self) : 1, slash ? self : ".");
}

#endif
