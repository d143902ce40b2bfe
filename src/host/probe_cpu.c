/* SPDX-License-Identifier: MIT */
/*
 * probe_cpu.c - record one logical CPU of this machine.
 */
#define _POSIX_C_SOURCE	  200809L
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

enum { MAX_FEATURE_MSRS = 64 };

/*
 * The feature MSRs that have a place in a policy, as far as the kernel lets
 * them be read; those that this CPU does not have give an error.
 */
static size_t read_msrs(struct cpupolicy_msr msrs[MAX_FEATURE_MSRS],
			struct cpupolicy_record *record, const char *path,
			bool *told)
{
	struct cpupolicy_policy none;
	struct cpupolicy_msr msr;
	size_t nr = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (!*told)
			cpupolicy_record_note(
				record, "feature MSRs were not read: %s: %s",
				path, strerror(errno));
		*told = true;
		return 0;
	}
	cpupolicy_policy_clear(&none);
	for (uint32_t i = 0; nr < MAX_FEATURE_MSRS &&
			     cpupolicy_policy_msr_at(&msr, &none, i) > 0;
	     i++) {
		msr.reserved = 0;
		if (pread(fd, &msr.value, sizeof(msr.value), msr.index) ==
		    sizeof(msr.value))
			msrs[nr++] = msr;
	}
	close(fd);
	return nr;
}

int cpupolicy__probe_cpu(struct cpupolicy_record *record, uint32_t cpu,
			 struct cpupolicy__rows *rows, int walked,
			 const char *msrs_path, bool *told_msrs)
{
	struct cpupolicy_msr msrs[MAX_FEATURE_MSRS];
	int status = walked;
	size_t nr_msrs;

	if (walked == CPUPOLICY_E_RANGE)
		status = cpupolicy_record_note(
			record, "CPU %u: only the first %d rows", (unsigned)cpu,
			CPUPOLICY__MAX_ROWS);
	nr_msrs = read_msrs(msrs, record, msrs_path, told_msrs);
	if (status == 0)
		status = cpupolicy_record_add_cpu(record, cpu, rows->row,
						  rows->nr, msrs, nr_msrs);
	cpupolicy__rows_clear(rows);
	return status;
}
