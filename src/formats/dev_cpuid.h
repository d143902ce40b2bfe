/* SPDX-License-Identifier: MIT */
/*
 * dev_cpuid.h - Linux' CPUID devices: /dev/cpu/N/cpuid, one for each CPU.
 */
#ifndef CPUPOLICY_SRC_FORMATS_DEV_CPUID_H
#define CPUPOLICY_SRC_FORMATS_DEV_CPUID_H

#include <sys/types.h>

#include "format.h"

/** struct cpupolicy__device - the open device of one CPU */
struct cpupolicy__device {
	/* as pread(), at leaf | sub-leaf << 32 */
	ssize_t (*read)(int fd, void *out, size_t size, off_t at);
	int fd;
	int error; /* errno of the first read that failed; 0: none did */
};

/*
 * Add the CPU that a device is of. Returns 0, CPUPOLICY_E_MEMORY, or
 * CPUPOLICY_E_IO (and @device->error says why; nothing was added).
 */
int cpupolicy__device_cpu(struct cpupolicy_record *record, uint32_t cpu,
			  struct cpupolicy__device *device,
			  const char *msrs_path, bool *told_msrs);

/* Is this the device of a CPU, or a folder of them? */
bool cpupolicy__is_device(const char *path);

/* Read it. Returns what cpupolicy_document_read() does. */
int cpupolicy__device_read(struct cpupolicy_document *out, const char *path,
			   struct cpupolicy_error *error);

#endif
