/* SPDX-License-Identifier: MIT */
/*
 * machine.c - where and when a record was taken.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

/* The first bytes of a small file; empty where it cannot be read. */
static void head_of(char *out, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t nr = -1;

	if (fd >= 0) {
		nr = read(fd, out, size - 1);
		close(fd);
	}
	out[nr > 0 ? nr : 0] = '\0';
}

/* "microcode\t: 0x..." of /proc/cpuinfo, or what sysfs says. */
static int find_microcode(struct cpupolicy_record *record)
{
	char text[4096], *at;

	head_of(text, sizeof(text), "/proc/cpuinfo");
	at = strstr(text, "\nmicrocode");
	at = at ? strstr(at, "0x") : NULL;
	if (!at) {
		head_of(text, sizeof(text),
			"/sys/devices/system/cpu/cpu0/microcode/version");
		at = strncmp(text, "0x", 2) == 0 ? text : NULL;
	}
	if (!at)
		return 0;
	at[2 + strspn(at + 2, "0123456789abcdefABCDEF")] = '\0';
	return cpupolicy__set_string(&record->microcode, at);
}

static int find_kernel(struct cpupolicy_record *record)
{
	struct utsname name;
	char text[sizeof(name.sysname) + sizeof(name.release) +
		  sizeof(name.machine) + 3];

	if (uname(&name) < 0)
		return 0;
	snprintf(text, sizeof(text), "%s %s %s", name.sysname, name.release,
		 name.machine);
	if (cpupolicy__set_string(&record->kernel, text) < 0)
		return CPUPOLICY_E_MEMORY;
	return cpupolicy__set_string(&record->name, name.nodename);
}

static int set_tool(struct cpupolicy_record *record)
{
	uint32_t version = cpupolicy_version();
	char text[64];

	snprintf(text, sizeof(text), "cpupolicy %u.%u.%u",
		 (unsigned)(version >> 16), (unsigned)(version >> 8 & 0xff),
		 (unsigned)(version & 0xff));
	return cpupolicy__set_string(&record->tool, text);
}

static int set_date(struct cpupolicy_record *record)
{
	time_t now = time(NULL);
	char text[32];
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(text, sizeof(text), "%F", &tm))
		return 0;
	return cpupolicy__set_string(&record->date, text);
}

int cpupolicy__describe_machine(struct cpupolicy_record *record,
				const char *how)
{
	if (cpupolicy__set_string(&record->how, how) < 0 ||
	    set_tool(record) < 0 || set_date(record) < 0 ||
	    find_kernel(record) < 0 || find_microcode(record) < 0)
		return CPUPOLICY_E_MEMORY;
	return 0;
}
