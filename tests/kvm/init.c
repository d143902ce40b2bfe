// SPDX-License-Identifier: MIT
/*
 * init.c - all there is in the virtual machine that has KVM: load modules, run
 * `cpupolicy verify` on every policy, power off.
 *
 * /modules and /policies hold files named so that they sort in order.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOOL "/cpupolicy"

static void say(const char *what, const char *name, const char *how)
{
	printf("== %s %s %s\n", what, name, how);
	fflush(stdout);
}

static void load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
		say("module", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void verify(const char *path)
{
	int status = 0;
	char text[32];
	pid_t child;

	say("begin", path, "");
	child = fork();
	if (child == 0) {
		execl(TOOL, TOOL, "verify", "--json", path, (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	snprintf(text, sizeof(text), "%d",
		 WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	say("end", path, text);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void each(const char *directory, void (*function)(const char *path))
{
	struct dirent **list;
	int nr = scandir(directory, &list, visible, alphasort);

	for (int i = 0; i < nr; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", directory,
			 list[i]->d_name);
		function(path);
	}
}

int main(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	each("/modules", load);
	each("/policies", verify);
	say("done", "", "");
	/* a serial line may still be talking */
	sleep(1);
	reboot(RB_POWER_OFF);
	return 1;
}
