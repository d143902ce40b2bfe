// SPDX-License-Identifier: MIT
/*
 * steps.c - count instructions by single-stepping a child with ptrace.
 */
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)

static _Noreturn void child(void (*body)(void *arg), void *arg)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(2);
	raise(SIGSTOP);
	body(arg);
	_exit(0);
}

/* One more instruction; false when the child has ended. */
static int step(pid_t pid, struct user_regs_struct *regs)
{
	int status;

	if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 ||
	    waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 0;
	return ptrace(PTRACE_GETREGS, pid, NULL, regs) == 0;
}

static long watch(pid_t pid, uint32_t *out, size_t most, uintptr_t function)
{
	struct user_regs_struct regs;
	uintptr_t back = 0;
	uint32_t steps = 0;
	size_t nr = 0;

	while (nr < most && step(pid, &regs)) {
		if (!back && regs.rip == function) {
			back = (uintptr_t)ptrace(PTRACE_PEEKDATA, pid,
						 (void *)regs.rsp, NULL);
			steps = 0;
			continue;
		}
		if (!back)
			continue;
		steps++;
		if (regs.rip == back) {
			out[nr++] = steps;
			back = 0;
		}
	}
	return (long)nr;
}

long count_steps(uint32_t *out, size_t most, uintptr_t function,
		 void (*body)(void *arg), void *arg, const char **why)
{
	pid_t pid = fork();
	int status;
	long nr;

	*why = "ptrace is not allowed here";
	if (pid < 0)
		return -1;
	if (pid == 0)
		child(body, arg);
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	nr = watch(pid, out, most, function);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return nr;
}

#else

long count_steps(uint32_t *out, size_t most, uintptr_t function,
		 void (*body)(void *arg), void *arg, const char **why)
{
	(void)out, (void)most, (void)function, (void)body, (void)arg;
	*why = "instructions are counted on x86-64 only";
	return -1;
}

#endif
