// SPDX-License-Identifier: MIT
/*
 * test_hypervisor.c - hypervisors by name and version, and what a version
 * changes in a host set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "support.h"

static void hypervisors_are_found_by_name(void **state)
{
	(void)state;
	for (int i = 0; i < CPUPOLICY_NR_HYPERVISORS; i++) {
		const char *name =
			cpupolicy_hypervisor_name((enum cpupolicy_hypervisor)i);

		assert_int_equal(cpupolicy_hypervisor_find(name), i);
	}
	assert_int_equal(cpupolicy_hypervisor_find("xen"),
			 CPUPOLICY_HYPERVISOR_XEN);
	assert_int_equal(cpupolicy_hypervisor_find("kv"), CPUPOLICY_E_UNKNOWN);
	assert_int_equal(cpupolicy_hypervisor_find("kvm2"),
			 CPUPOLICY_E_UNKNOWN);
	assert_int_equal(cpupolicy_hypervisor_find(""), CPUPOLICY_E_UNKNOWN);
}

static void versions_are_read(void **state)
{
	static const struct {
		const char *text;
		int status;
		enum cpupolicy_hypervisor hypervisor;
		uint32_t version;
	} cases[] = {
		{ "none", 0, CPUPOLICY_HYPERVISOR_NONE, 0 },
		{ "kvm", 0, CPUPOLICY_HYPERVISOR_KVM, 0 },
		{ "kvm-6.1", 0, CPUPOLICY_HYPERVISOR_KVM, 0x60001 },
		{ "kvm-6.1.192", 0, CPUPOLICY_HYPERVISOR_KVM, 0x60001 },
		{ "kvm-4.19", 0, CPUPOLICY_HYPERVISOR_KVM, 0x40013 },
		{ "kvm-7", 0, CPUPOLICY_HYPERVISOR_KVM, 0x70000 },
		{ "kvm-4.18", CPUPOLICY_E_RANGE, CPUPOLICY_HYPERVISOR_KVM,
		  0x40012 },
		{ "none-1", CPUPOLICY_E_RANGE, CPUPOLICY_HYPERVISOR_NONE,
		  0x10000 },
		{ .text = "kvm-", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kvm-.1", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kvm-6.", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kvm-6.1.2.3", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kvm-6.1-rc1", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kvm-66666", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kvm-99999999999999999999",
		  .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kvm 6.1", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "kv-6.1", .status = CPUPOLICY_E_UNKNOWN },
		{ .text = "", .status = CPUPOLICY_E_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_hostset_options options = { .named = true };
		int status =
			cpupolicy_hypervisor_parse(&options, cases[i].text);

		if (status != cases[i].status ||
		    options.hypervisor != cases[i].hypervisor ||
		    options.version != cases[i].version || !options.named)
			fail_msg("%s: %d, %d %x", cases[i].text, status,
				 (int)options.hypervisor,
				 (unsigned)options.version);
	}
}

static void the_oldest_version_is_known_or_none_is(void **state)
{
	(void)state;
	assert_int_equal(cpupolicy_hypervisor_oldest(CPUPOLICY_HYPERVISOR_KVM),
			 CPUPOLICY_HYPERVISOR_VERSION(4, 19));
	assert_int_equal(cpupolicy_hypervisor_oldest(CPUPOLICY_HYPERVISOR_NONE),
			 0);
	assert_int_equal(
		cpupolicy_hypervisor_oldest((enum cpupolicy_hypervisor)99), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hypervisors_are_found_by_name),
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(the_oldest_version_is_known_or_none_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
