// SPDX-License-Identifier: MIT
/*
 * load.c - all there is in the virtual machine that tries a kernel module: load
 * it with one parameter after the other, print what it said, power off.
 *
 * /parameters has one in each line, the module is /module.ko.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of <linux/syslog.h>, which is for the kernel alone. */
enum { READ_CLEAR = 4 };

static int load(const char *parameters)
{
	int fd = open("/module.ko", O_RDONLY | O_CLOEXEC);
	long status = syscall(SYS_finit_module, fd, parameters, 0);
	int error = status < 0 ? errno : 0;

	close(fd);
	if (error == 0)
		syscall(SYS_delete_module, "cpupolicy_fits", 0);
	return error;
}

static void print_log(void)
{
	static char log[1 << 20];
	int size = klogctl(READ_CLEAR, log, sizeof(log) - 1);

	log[size < 0 ? 0 : size] = '\0';
	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		const char *text = strstr(line, "cpupolicy");

		if (text)
			printf("%s\n", text);
	}
}

int main(void)
{
	FILE *file = fopen("/parameters", "r");
	char line[256];

	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		printf("== begin %s\n", line);
		int error = load(line);

		print_log();
		printf("== end %s\n", error ? strerror(error) : "loaded");
		fflush(stdout);
	}
	printf("== done\n");
	fflush(stdout);
	/* a serial line may still be talking */
	sleep(1);
	reboot(RB_POWER_OFF);
	return 1;
}
