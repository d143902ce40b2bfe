/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "formats/dev_cpuid.h"
#include "support.h"

#define NO_MSRS "/nonexistent/msr"

static const struct cpupolicy_row cpu[] = {
	{ 0x0, 0, 0x7, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 0x1, 0, 0x000306a9, 0x00100800, 0x7fbae3ff, 0xbfebfbff },
	{ 0x4, 0, 0x1c004121, 0x01c0003f, 0x3f, 0 },
	{ 0x4, 1, 0x1c004122, 0x01c0003f, 0x3f, 0 },
	{ 0x7, 0, 0x2, 0x281, 0, 0 },
	{ 0x7, 2, 0, 0, 0, 0x3f },
	{ 0x80000000, 0, 0x80000001, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0, 1, 0x28100800 },
};

/* The file descriptor of the fake says what goes wrong, and where. */
enum { GOOD, OFF, TORN_OFF, SHORT };

static ssize_t fake_read(int fd, void *out, size_t size, off_t at)
{
	uint32_t leaf = (uint32_t)at;
	uint32_t subleaf = (uint32_t)((uint64_t)at >> 32);
	uint32_t regs[4] = { 0 };

	assert_int_equal(size, sizeof(regs));
	errno = 0;
	if (fd == OFF || (fd == TORN_OFF && leaf == 7)) {
		errno = ENXIO;
		return -1;
	}
	for (size_t i = 0; i < COUNT(cpu); i++)
		if (cpu[i].leaf == leaf && cpu[i].subleaf == subleaf)
			memcpy(regs, &cpu[i].eax, sizeof(regs));
	memcpy(out, regs, sizeof(regs));
	return fd == SHORT && leaf == 4 ? 8 : (ssize_t)sizeof(regs);
}

static void the_position_is_leaf_and_sub_leaf(void **state)
{
	struct cpupolicy__device device = { .read = fake_read, .fd = GOOD };
	struct cpupolicy_record *record = cpupolicy_record_new();
	const struct cpupolicy_core *core;
	bool told = false;

	(void)state;
	assert_non_null(record);
	assert_int_equal(
		cpupolicy__device_cpu(record, 3, &device, NO_MSRS, &told), 0);
	assert_int_equal(
		cpupolicy__device_cpu(record, 5, &device, NO_MSRS, &told), 0);
	assert_int_equal(record->nr_cores, 1);
	core = record->cores;
	assert_string_equal(core->cpus, "3,5");
	for (size_t i = 0; i < COUNT(cpu); i++)
		assert_memory_equal(
			cpupolicy_core_row(core, cpu[i].leaf, cpu[i].subleaf),
			&cpu[i], sizeof(cpu[i]));
	assert_null(cpupolicy_core_row(core, 8, 0));
	/* once for both */
	assert_int_equal(record->nr_notes, 1);
	assert_non_null(strstr(record->notes[0], NO_MSRS));
	cpupolicy_record_free(record);
}

static void a_cpu_that_cannot_be_read_adds_nothing(void **state)
{
	static const struct {
		const char *why;
		int fd, error;
	} cases[] = {
		{ "off", OFF, ENXIO },
		{ "switched off half way", TORN_OFF, ENXIO },
		{ "eight bytes of sixteen", SHORT, EIO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy__device device = { .read = fake_read,
						    .fd = cases[i].fd };
		struct cpupolicy_record *record = cpupolicy_record_new();
		bool told = false;
		int status;

		assert_non_null(record);
		status = cpupolicy__device_cpu(record, 0, &device, NO_MSRS,
					       &told);
		if (status != CPUPOLICY_E_IO ||
		    device.error != cases[i].error || record->nr_cores != 0)
			fail_msg("%s: %d", cases[i].why, status);
		cpupolicy_record_free(record);
	}
}

static void other_files_are_no_device(void **state)
{
	(void)state;
	assert_false(cpupolicy__is_device("/dev/null"));
	assert_false(cpupolicy__is_device("/dev"));
	assert_false(cpupolicy__is_device("/nonexistent"));
	assert_false(cpupolicy__is_device("."));
	assert_false(cpupolicy__is_device(""));
}

static void a_copy_of_the_device_is_refused(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	char copy[48];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		memcpy(copy + 16 * i, &cpu[i].eax, 16);
	for (size_t size = 16; size <= sizeof(copy); size += 16) {
		assert_int_equal(parse_copy(&document, copy, size, &error),
				 CPUPOLICY_E_MEANING);
		assert_non_null(
			strstr(error.text, "is a copy of /dev/cpu/N/cpuid"));
	}
	/* not a whole number of rows: any binary file */
	assert_int_equal(parse_copy(&document, copy, 40, &error),
			 CPUPOLICY_E_SYNTAX);
	assert_non_null(strstr(error.text, "is binary"));
}

static bool can_read(const char *path)
{
	if (access(path, R_OK) == 0)
		return true;
	printf("# %s: %s\n", path, strerror(errno));
	return false;
}

static void the_device_of_this_machine_is_read(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	if (!can_read("/dev/cpu/0/cpuid"))
		skip();
	if (cpupolicy_document_read(&document, "/dev/cpu/0/cpuid", &error) < 0)
		fail_msg("%s", error.text);
	assert_string_equal(document.format, "cpuid-device");
	assert_string_equal(document.record->how, "/dev/cpu/N/cpuid");
	assert_string_equal(document.record->cores[0].cpus, "0");
	assert_non_null(document.record->kernel);
	cpupolicy_document_clear(&document);
}

/* The devices and the instruction say the same of every CPU. */
static void the_folder_of_this_machine_is_all_cpus(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_record *record;
	struct cpupolicy_error error;

	(void)state;
	if (!can_read("/dev/cpu/0/cpuid"))
		skip();
	assert_int_equal(cpupolicy_record_probe(&record, &error), 0);
	if (cpupolicy_document_read(&document, "/dev/cpu/", &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(document.record->nr_cores, record->nr_cores);
	for (size_t i = 0; i < record->nr_cores; i++) {
		const struct cpupolicy_core *a = &record->cores[i];
		const struct cpupolicy_core *b = &document.record->cores[i];

		assert_string_equal(a->cpus, b->cpus);
		assert_int_equal(a->nr_rows, b->nr_rows);
		assert_int_equal(a->nr_msrs, b->nr_msrs);
		for (size_t j = 0; j < a->nr_rows; j++) {
			assert_int_equal(a->rows[j].leaf, b->rows[j].leaf);
			assert_int_equal(a->rows[j].subleaf,
					 b->rows[j].subleaf);
		}
		assert_memory_equal(cpupolicy_core_row(a, 7, 0),
				    cpupolicy_core_row(b, 7, 0),
				    sizeof(struct cpupolicy_row));
	}
	cpupolicy_document_clear(&document);
	cpupolicy_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_position_is_leaf_and_sub_leaf),
		cmocka_unit_test(a_cpu_that_cannot_be_read_adds_nothing),
		cmocka_unit_test(other_files_are_no_device),
		cmocka_unit_test(a_copy_of_the_device_is_refused),
		cmocka_unit_test(the_device_of_this_machine_is_read),
		cmocka_unit_test(the_folder_of_this_machine_is_all_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
