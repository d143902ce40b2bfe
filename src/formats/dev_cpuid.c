// SPDX-License-Identifier: MIT
/*
 * dev_cpuid.c - Linux' CPUID devices. Reading 16 bytes at leaf | sub-leaf << 32
 * of /dev/cpu/N/cpuid runs the instruction on CPU N.
 */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dev_cpuid.h"
#include "lines.h"

enum { CPUID_MAJOR = 203 }; /* Linux, admin-guide/devices.txt */

#define PATH_BYTES 4096

static void ask(void *arg, struct cpupolicy_row *row)
{
	struct cpupolicy__device *device = arg;
	off_t at = (off_t)((uint64_t)row->subleaf << 32 | row->leaf);
	uint32_t regs[4] = { 0 };

	errno = 0;
	if (!device->error && device->read(device->fd, regs, sizeof(regs),
					   at) != (ssize_t)sizeof(regs))
		device->error = errno ? errno : EIO;
	/* the walk ends soon where everything is zero */
	if (device->error)
		memset(regs, 0, sizeof(regs));
	row->eax = regs[0];
	row->ebx = regs[1];
	row->ecx = regs[2];
	row->edx = regs[3];
}

int cpupolicy__device_cpu(struct cpupolicy_record *record, uint32_t cpu,
			  struct cpupolicy__device *device,
			  const char *msrs_path, bool *told_msrs)
{
	struct cpupolicy__rows rows = { 0 };
	int status = cpupolicy__walk(&rows, ask, device);

	if (device->error) {
		cpupolicy__rows_clear(&rows);
		return CPUPOLICY_E_IO;
	}
	return cpupolicy__probe_cpu(record, cpu, &rows, status, msrs_path,
				    told_msrs);
}

/* The CPU that a device is of; false: it is no such device. */
static bool cpu_of_device(uint32_t *cpu, const char *path)
{
	struct stat about;

	if (stat(path, &about) < 0 || !S_ISCHR(about.st_mode) ||
	    major(about.st_rdev) != CPUID_MAJOR)
		return false;
	*cpu = minor(about.st_rdev);
	return *cpu < CPUPOLICY__MAX_CPUS;
}

static bool device_path(char out[PATH_BYTES], const char *folder, uint32_t cpu)
{
	size_t length = strlen(folder);

	while (length && folder[length - 1] == '/')
		length--;
	return length < PATH_BYTES &&
	       snprintf(out, PATH_BYTES, "%.*s/%" PRIu32 "/cpuid", (int)length,
			folder, cpu) < PATH_BYTES;
}

/* Is this entry of a folder one of a CPU that has a device? */
static bool is_cpu_entry(uint32_t *cpu, const char *folder, const char *name)
{
	char path[PATH_BYTES];
	uint32_t number;

	return cpupolicy__take_decimal(cpu, &name, CPUPOLICY__MAX_CPUS) &&
	       *name == '\0' && device_path(path, folder, *cpu) &&
	       cpu_of_device(&number, path);
}

bool cpupolicy__is_device(const char *path)
{
	struct dirent *entry;
	bool found = false;
	uint32_t cpu;
	DIR *folder;

	if (cpu_of_device(&cpu, path))
		return true;
	folder = opendir(path);
	while (folder && !found && (entry = readdir(folder)))
		found = is_cpu_entry(&cpu, path, entry->d_name);
	if (folder)
		closedir(folder);
	return found;
}

/* "msr" beside the device */
static void msrs_path(char out[PATH_BYTES], const char *device)
{
	const char *slash = strrchr(device, '/');
	int length = slash ? (int)(slash - device) + 1 : 0;

	snprintf(out, PATH_BYTES, "%.*smsr", length, device);
}

static int read_cpu(struct cpupolicy_record *record, uint32_t cpu,
		    const char *path, bool *told_msrs,
		    struct cpupolicy_error *error)
{
	struct cpupolicy__device device = { .read = pread };
	char msrs[PATH_BYTES];
	int status;

	device.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (device.fd < 0)
		return cpupolicy__fail_at(error, CPUPOLICY_E_IO, path, 0, 0,
					  "cannot open it: %s",
					  strerror(errno));
	msrs_path(msrs, path);
	status = cpupolicy__device_cpu(record, cpu, &device, msrs, told_msrs);
	close(device.fd);
	if (status == CPUPOLICY_E_IO)
		return cpupolicy__fail_at(error, status, path, 0, 0,
					  "cannot read it: %s",
					  strerror(device.error));
	return status < 0 ? cpupolicy__no_memory(error, path) : 0;
}

static int compare_numbers(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The CPUs of a folder, in order, to be freed. */
static uint32_t *find_cpus(size_t *nr, const char *path)
{
	uint32_t *cpus = calloc(CPUPOLICY__MAX_CPUS, sizeof(*cpus));
	struct dirent *entry;
	DIR *folder = opendir(path);

	*nr = 0;
	while (cpus && folder && *nr < CPUPOLICY__MAX_CPUS &&
	       (entry = readdir(folder)))
		*nr += is_cpu_entry(&cpus[*nr], path, entry->d_name);
	if (folder)
		closedir(folder);
	if (cpus)
		qsort(cpus, *nr, sizeof(*cpus), compare_numbers);
	return cpus;
}

/* CPUs that are off cannot be read: a note, unless it is all of them. */
static int read_folder(struct cpupolicy_record *record, const char *path,
		       struct cpupolicy_error *error)
{
	struct cpupolicy_error why = { .status = 0 };
	bool told_msrs = false;
	int status = 0;
	size_t nr;
	uint32_t *cpus = find_cpus(&nr, path);

	if (!cpus)
		return cpupolicy__no_memory(error, path);
	for (size_t i = 0; i < nr && status == 0; i++) {
		char device[PATH_BYTES];

		if (!device_path(device, path, cpus[i]))
			continue;
		status = read_cpu(record, cpus[i], device, &told_msrs, &why);
		if (status == CPUPOLICY_E_IO)
			status = cpupolicy_record_note(
				record, "CPU %" PRIu32 " was not read: %s",
				cpus[i], why.text);
	}
	free(cpus);
	if (status < 0)
		return cpupolicy__no_memory(error, path);
	if (record->nr_cores == 0)
		return cpupolicy__fail(error, CPUPOLICY_E_IO, "%s",
				       *why.text ? why.text : path);
	return 0;
}

int cpupolicy__device_read(struct cpupolicy_document *out, const char *path,
			   struct cpupolicy_error *error)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	bool told_msrs = false;
	uint32_t cpu;

	out->kind = CPUPOLICY_DOCUMENT_RECORD;
	out->format = cpupolicy__format_dev_cpuid.info.name;
	out->record = record;
	if (!record ||
	    cpupolicy__describe_machine(record, "/dev/cpu/N/cpuid") < 0)
		return cpupolicy__no_memory(error, path);
	if (cpu_of_device(&cpu, path))
		return read_cpu(record, cpu, path, &told_msrs, error);
	return read_folder(record, path, error);
}

/*
 * A copy of the device: leaf 0 and its maker's name first, in binary. A text
 * has no bytes of zero.
 */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	if (source->size < 16 || source->size % 16 != 0 ||
	    memcmp(source->text + 1, "\0\0\0", 3) != 0)
		return CPUPOLICY__NO;
	for (size_t i = 4; i < 16; i++)
		if (source->text[i] < ' ' || source->text[i] > '~')
			return CPUPOLICY__NO;
	return CPUPOLICY__YES;
}

static int refuse_copy(struct cpupolicy_document *out,
		       const struct cpupolicy__source *source,
		       struct cpupolicy_error *error)
{
	(void)out;
	return cpupolicy__fail_at(error, CPUPOLICY_E_MEANING, source->name, 0,
				  0,
				  "is a copy of /dev/cpu/N/cpuid, in which "
				  "nothing says which leaf is which; give the "
				  "device itself, or the output of cpuid -r");
}

const struct cpupolicy__format cpupolicy__format_dev_cpuid = {
	.info = { .name = "cpuid-device",
		  .title = "/dev/cpu/N/cpuid, or /dev/cpu for all CPUs",
		  .reads = true },
	.probe = probe,
	.read = refuse_copy,
};
