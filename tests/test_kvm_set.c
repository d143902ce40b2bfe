// SPDX-License-Identifier: MIT
/*
 * test_kvm_set.c - the ioctls, answered by a kernel that is made up: how many
 * entries it has, which MSRs it refuses, what it makes of what it is told.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "remarks.h"
#include "support.h"

#if CPUPOLICY__HAVE_KVM
int __wrap_ioctl(int fd, unsigned long request, ...);

/* The kernel of the current test. */
static struct kernel {
	uint32_t nr_entries; /* what it supports; of a vCPU: what was set */
	struct kvm_cpuid_entry2 entries[600];
	uint32_t most; /* entries that it takes and gives, 0: any number */
	int set_errno, get_errno;
	bool drops_avx;
	uint32_t refused_msr, changed_msr, gone_msr;
	struct kvm_msr_entry msrs[64];
	size_t nr_msrs;
	unsigned asked;
} kernel;

static int fails(int number)
{
	errno = number;
	return -1;
}

static int give(struct kvm_cpuid2 *table)
{
	kernel.asked++;
	if (kernel.get_errno)
		return fails(kernel.get_errno);
	if (table->nent < kernel.nr_entries)
		return fails(E2BIG);
	if (kernel.most && table->nent > kernel.most)
		return fails(ENOMEM);
	memcpy(table->entries, kernel.entries,
	       kernel.nr_entries * sizeof(kernel.entries[0]));
	table->nent = kernel.nr_entries;
	return 0;
}

static int take(const struct kvm_cpuid2 *table)
{
	if (kernel.set_errno)
		return fails(kernel.set_errno);
	memcpy(kernel.entries, table->entries,
	       table->nent * sizeof(table->entries[0]));
	kernel.nr_entries = table->nent;
	for (uint32_t i = 0; i < table->nent; i++)
		if (kernel.drops_avx && kernel.entries[i].function == 1)
			kernel.entries[i].ecx &= ~(1u << 28);
	return 0;
}

static struct kvm_msr_entry *msr_of(uint32_t index)
{
	for (size_t i = 0; i < kernel.nr_msrs; i++)
		if (kernel.msrs[i].index == index)
			return &kernel.msrs[i];
	kernel.msrs[kernel.nr_msrs].index = index;
	return &kernel.msrs[kernel.nr_msrs++];
}

static int set_msrs(const struct kvm_msrs *list)
{
	for (uint32_t i = 0; i < list->nmsrs; i++) {
		if (list->entries[i].index == kernel.refused_msr)
			return (int)i;
		msr_of(list->entries[i].index)->data = list->entries[i].data;
		if (list->entries[i].index == kernel.changed_msr)
			msr_of(list->entries[i].index)->data ^= 2;
	}
	return (int)list->nmsrs;
}

static int get_msrs(struct kvm_msrs *list)
{
	for (uint32_t i = 0; i < list->nmsrs; i++) {
		if (list->entries[i].index == kernel.gone_msr)
			return (int)i;
		list->entries[i].data = msr_of(list->entries[i].index)->data;
	}
	return (int)list->nmsrs;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	(void)fd;
	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	switch (request) {
	case KVM_GET_SUPPORTED_CPUID:
	case KVM_GET_EMULATED_CPUID:
	case KVM_GET_CPUID2:
		return give(arg);
	case KVM_SET_CPUID2:
		return take(arg);
	case KVM_SET_MSRS:
		return set_msrs(arg);
	case KVM_GET_MSRS:
		return get_msrs(arg);
	case KVM_GET_API_VERSION:
		return KVM_API_VERSION;
	}
	return fails(ENOTTY);
}

static void fill(uint32_t nr)
{
	kernel = (struct kernel){ .nr_entries = nr };
	for (uint32_t i = 0; i < nr; i++) {
		kernel.entries[i].function = i;
		kernel.entries[i].eax = i + 1;
	}
}

static void any_number_of_entries_is_read(void **state)
{
	static const struct {
		const char *why;
		uint32_t nr, most;
	} sizes[] = {
		{ "none", 0, 0 },
		{ "few, of a kernel that has no room for many", 60, 80 },
		{ "exactly what was asked for", 64, 0 },
		{ "one more", 65, 0 },
		{ "more than any kernel had when this was written", 600, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct kvm_cpuid2 *table = NULL;
		struct cpupolicy_error error = { 0 };

		fill(sizes[i].nr);
		kernel.most = sizes[i].most;
		if (cpupolicy_kvm_get_supported(&table, 3, &error) ||
		    table->nent != sizes[i].nr ||
		    memcmp(table->entries, kernel.entries,
			   sizes[i].nr * sizeof(kernel.entries[0])) != 0)
			fail_msg("%s: %s", sizes[i].why, error.text);
		free(table);
	}
}

static void a_kernel_that_never_has_enough_room_is_given_up(void **state)
{
	static const int errors[] = { E2BIG, ENOMEM, EFAULT };

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		struct kvm_cpuid2 *table = NULL;
		struct cpupolicy_error error = { 0 };

		fill(1);
		kernel.get_errno = errors[i];
		assert_int_equal(cpupolicy_kvm_get_cpuid(&table, 3, &error),
				 CPUPOLICY_E_IO);
		assert_null(table);
		assert_non_null(strstr(error.text, "KVM_GET_CPUID2"));
		assert_true(kernel.asked <= 8);
	}
}

static void a_kernel_without_an_answer_is_an_error(void **state)
{
	struct cpupolicy_record *record = NULL;
	struct cpupolicy_error error = { 0 };

	(void)state;
	fill(76);
	for (uint32_t i = 0; i < kernel.nr_entries; i++)
		kernel.entries[i].eax = 0;
	assert_int_equal(cpupolicy_kvm_record(&record, 3, false, &error),
			 CPUPOLICY_E_IO);
	assert_null(record);
	assert_non_null(strstr(error.text, "zero"));
}

static int set(struct remarks *remarks, struct cpupolicy_error *error)
{
	struct cpupolicy_policy policy;
	struct cpupolicy_vcpu vcpu;

	make_normal(&policy, "intel",
		    AVX "arch_capabilities rdctl_no pdcm core_capabilities "
			"split_lock_detect");
	cpupolicy_vcpu_init(&vcpu);
	vcpu.hypervisor = true;
	cpupolicy_vcpu_prepare(&vcpu, &policy);
	return cpupolicy_kvm_set(3, &policy, &vcpu, hear_remark, remarks,
				 error);
}

static void a_kernel_that_obeys_gives_no_cause_for_remarks(void **state)
{
	struct remarks remarks = { 0 };

	(void)state;
	kernel = (struct kernel){ 0 };
	assert_int_equal(set(&remarks, NULL), 0);
	assert_int_equal(remarks.nr, 0);
	assert_true(kernel.nr_entries > 10);
	assert_true(kernel.nr_msrs >= 2);
	assert_true(msr_of(0x10a)->data == 1);
	assert_true(msr_of(0xcf)->data == 1u << 5);
}

static void a_refused_msr_does_not_stop_the_others(void **state)
{
	struct remarks remarks = { 0 };

	(void)state;
	kernel = (struct kernel){ .refused_msr = 0xcf };
	assert_int_equal(set(&remarks, NULL), 1);
	assert_int_equal(remarks.nr, 1);
	assert_int_equal(remarks.item[0].what, CPUPOLICY_KVM_MSR_REFUSED);
	assert_int_equal(remarks.item[0].leaf, 0xcf);
	assert_true(msr_of(0x10a)->data == 1);
}

static void what_the_kernel_made_of_it_is_read_back(void **state)
{
	static const struct {
		struct kernel kernel;
		enum cpupolicy_kvm_what what;
		uint32_t where;
	} cases[] = {
		{ { .drops_avx = true }, CPUPOLICY_KVM_CHANGED, 1 },
		{ { .changed_msr = 0x10a }, CPUPOLICY_KVM_MSR_CHANGED, 0x10a },
		{ { .gone_msr = 0x10a }, CPUPOLICY_KVM_MSR_GONE, 0x10a },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct remarks remarks = { 0 };

		kernel = cases[i].kernel;
		assert_int_equal(set(&remarks, NULL), 1);
		assert_int_equal(remarks.nr, 1);
		assert_int_equal(remarks.item[0].what, cases[i].what);
		assert_int_equal(remarks.item[0].leaf, cases[i].where);
	}
}

static void a_refused_table_is_explained(void **state)
{
	static const struct {
		int number;
		const char *says;
	} cases[] = {
		{ EPERM, "ARCH_REQ_XCOMP_GUEST_PERM" },
		{ EINVAL, "has run already" },
		{ E2BIG, "more entries" },
		{ EFAULT, "KVM_SET_CPUID2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct remarks remarks = { 0 };
		struct cpupolicy_error error = { 0 };

		kernel = (struct kernel){ .set_errno = cases[i].number };
		assert_int_equal(set(&remarks, &error), CPUPOLICY_E_IO);
		assert_int_equal(error.status, CPUPOLICY_E_IO);
		assert_non_null(strstr(error.text, cases[i].says));
		assert_non_null(strstr(error.text, strerror(cases[i].number)));
		assert_int_equal(kernel.nr_msrs, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_entries_is_read),
		cmocka_unit_test(
			a_kernel_that_never_has_enough_room_is_given_up),
		cmocka_unit_test(a_kernel_without_an_answer_is_an_error),
		cmocka_unit_test(
			a_kernel_that_obeys_gives_no_cause_for_remarks),
		cmocka_unit_test(a_refused_msr_does_not_stop_the_others),
		cmocka_unit_test(what_the_kernel_made_of_it_is_read_back),
		cmocka_unit_test(a_refused_table_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
	return 77; /* there is no KVM of x86 here */
}
#endif
