// SPDX-License-Identifier: MIT
/*
 * test_kvm_entries.c - a policy as what KVM is told.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "remarks.h"
#include "support.h"

static void prepare(struct cpupolicy_vcpu *vcpu,
		    const struct cpupolicy_policy *policy, uint32_t cpu)
{
	cpupolicy_vcpu_init(vcpu);
	vcpu->hypervisor = true;
	vcpu->topology.cores = 6;
	assert_int_equal(cpupolicy_topology_apic_id(&vcpu->apic_id,
						    &vcpu->topology, cpu),
			 0);
	assert_int_equal(cpupolicy_vcpu_prepare(vcpu, policy), 0);
	vcpu->mode64 = true;
}

/* As KVM does: Linux arch/x86/kvm/cpuid.c, kvm_cpuid(). */
static const struct kvm_cpuid_entry2 *
find_exact(const struct kvm_cpuid_entry2 *entries, int nr, uint32_t leaf,
	   uint32_t subleaf)
{
	for (int i = 0; i < nr; i++)
		if (entries[i].function == leaf &&
		    (!(entries[i].flags & FLAG) || entries[i].index == subleaf))
			return &entries[i];
	return NULL;
}

static bool in_range(const struct kvm_cpuid_entry2 *entries, int nr,
		     uint32_t leaf)
{
	const struct kvm_cpuid_entry2 *first = find_exact(
		entries, nr,
		leaf >> 28 == 4 ? leaf & 0xffffff00 : leaf & 0x80000000, 0);

	return first && leaf <= first->eax;
}

static struct kvm_cpuid_entry2 as_kvm(const struct kvm_cpuid_entry2 *entries,
				      int nr, bool intel, uint32_t leaf,
				      uint32_t subleaf)
{
	static const struct kvm_cpuid_entry2 zero;
	const struct kvm_cpuid_entry2 *entry =
		find_exact(entries, nr, leaf, subleaf);
	struct kvm_cpuid_entry2 out;

	if (!entry && intel && !in_range(entries, nr, leaf)) {
		leaf = find_exact(entries, nr, 0, 0)->eax;
		entry = find_exact(entries, nr, leaf, subleaf);
	}
	out = entry ? *entry : zero;
	if (!entry && (leaf == 0xb || leaf == 0x1f) &&
	    find_exact(entries, nr, leaf, 1)) {
		out.ecx = subleaf & 0xff;
		out.edx = find_exact(entries, nr, leaf, 1)->edx;
	}
	return out;
}

static void must_answer_alike(const char *name,
			      const struct cpupolicy_policy *policy)
{
	static const uint32_t ranges[][2] = { { 0, 0x30 },
					      { 0x40000000, 0x40000010 },
					      { 0x80000000, 0x80000030 } };
	struct kvm_cpuid_entry2 entries[CPUPOLICY_KVM_ENTRIES];
	bool intel = cpupolicy_policy_vendor(policy) == CPUPOLICY_VENDOR_INTEL;
	struct cpupolicy_vcpu vcpu;
	int nr;

	prepare(&vcpu, policy, 5);
	nr = cpupolicy_kvm_entries(entries, COUNT(entries), policy, &vcpu);
	if (nr <= 0)
		fail_msg("%s: %d", name, nr);
	for (size_t r = 0; r < COUNT(ranges); r++)
		for (uint32_t leaf = ranges[r][0]; leaf <= ranges[r][1]; leaf++)
			for (uint32_t sub = 0; sub < 70; sub++) {
				struct kvm_cpuid_entry2 kvm =
					as_kvm(entries, nr, intel, leaf, sub);
				struct cpupolicy_registers want;

				cpupolicy_lookup(&want, policy, &vcpu, leaf,
						 sub);
				if (memcmp(&want, &kvm.eax, sizeof(want)) != 0)
					fail_msg("%s: %x.%x: %x %x %x %x, not "
						 "%x %x %x %x",
						 name, leaf, sub, kvm.eax,
						 kvm.ebx, kvm.ecx, kvm.edx,
						 want.eax, want.ebx, want.ecx,
						 want.edx);
			}
}

static void kvm_answers_from_the_table_as_look_up_does(void **state)
{
	static const char *const machines[] = {
		"bochs/corei7-skylake-x.json",
		"bochs/tigerlake.json",
		"bochs/p3-katmai.json",
		"bochs/zambezi.json",
		"bochs/ryzen.json",
		"libvirt/Cooperlake.json",
		"libvirt/A10-5800K.json",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(machines); i++) {
		struct cpupolicy_record *record = read_record(machines[i]);
		struct cpupolicy_hostset_options options = {
			.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		};
		struct cpupolicy_policy policy;

		assert_int_equal(cpupolicy_record_hostset(&policy, record,
							  &options, NULL, NULL,
							  NULL),
				 0);
		must_answer_alike(machines[i], &policy);
		cpupolicy_record_free(record);
	}
}

static void a_table_that_is_written_has_no_flaw(void **state)
{
	struct kvm_cpuid_entry2 entries[CPUPOLICY_KVM_ENTRIES];
	struct cpupolicy_row rows[CPUPOLICY_KVM_ENTRIES];
	struct cpupolicy_policy policy;
	struct remarks remarks = { 0 };
	struct cpupolicy_vcpu vcpu;
	int nr, again;

	(void)state;
	/* an Intel CPU has topology leaves, and sub-leaves that only echo */
	make_normal(&policy, "intel", AVX "x2apic");
	prepare(&vcpu, &policy, 3);
	memset(entries, 0xa5, sizeof(entries));
	nr = cpupolicy_kvm_entries(entries, COUNT(entries), &policy, &vcpu);
	assert_true(nr > 0);
	again = cpupolicy_kvm_rows(rows, COUNT(rows), entries, (size_t)nr,
				   hear_remark, &remarks);
	assert_int_equal(again, nr);
	assert_int_equal(remarks.nr, 0);
	for (int i = 0; i < nr; i++)
		assert_int_equal(entries[i].function, rows[i].leaf);
	assert_int_equal(
		cpupolicy_kvm_entries(entries, (size_t)nr - 1, &policy, &vcpu),
		CPUPOLICY_E_SPACE);
	assert_int_equal(cpupolicy_kvm_entries(entries, 0, &policy, &vcpu),
			 CPUPOLICY_E_SPACE);
}

static void a_policy_that_shows_nothing_has_no_table(void **state)
{
	struct kvm_cpuid_entry2 entries[CPUPOLICY_KVM_ENTRIES];
	struct cpupolicy_policy policy;
	struct cpupolicy_vcpu vcpu;

	(void)state;
	cpupolicy_policy_clear(&policy);
	cpupolicy_vcpu_init(&vcpu);
	cpupolicy_vcpu_prepare(&vcpu, &policy);
	assert_int_equal(
		cpupolicy_kvm_entries(entries, COUNT(entries), &policy, &vcpu),
		CPUPOLICY_E_EMPTY);
}

static void syscall_is_there_whatever_the_mode_is_now(void **state)
{
	struct kvm_cpuid_entry2 entries[CPUPOLICY_KVM_ENTRIES];
	struct cpupolicy_policy policy;
	struct cpupolicy_vcpu vcpu;
	int nr, found = 0;

	(void)state;
	make_normal(&policy, "intel", LONG);
	prepare(&vcpu, &policy, 0);
	vcpu.mode64 = false;
	nr = cpupolicy_kvm_entries(entries, COUNT(entries), &policy, &vcpu);
	for (int i = 0; i < nr; i++)
		if (entries[i].function == 0x80000001)
			found += (entries[i].edx & 0x800) != 0;
	assert_int_equal(found, 1);
	assert_false(vcpu.mode64);
}

static void vcpus_differ_in_who_they_are_and_in_nothing_else(void **state)
{
	struct kvm_cpuid_entry2 one[CPUPOLICY_KVM_ENTRIES],
		other[CPUPOLICY_KVM_ENTRIES];
	struct cpupolicy_policy policy;
	struct cpupolicy_vcpu vcpu;
	int nr, differ = 0;

	(void)state;
	make_normal(&policy, "intel", AVX "x2apic");
	prepare(&vcpu, &policy, 0);
	nr = cpupolicy_kvm_entries(one, COUNT(one), &policy, &vcpu);
	prepare(&vcpu, &policy, 4);
	assert_int_equal(
		cpupolicy_kvm_entries(other, COUNT(other), &policy, &vcpu), nr);
	for (int i = 0; i < nr; i++) {
		if (memcmp(&one[i], &other[i], sizeof(one[i])) == 0)
			continue;
		differ++;
		if (one[i].function == 1)
			assert_int_equal(other[i].ebx >> 24, 4);
		else
			assert_int_equal(other[i].edx, 4);
		assert_true(one[i].function == 1 || one[i].function == 0xb);
	}
	assert_true(differ >= 3);
}

static void a_section_is_written_whether_or_not_the_guest_is_told(void **state)
{
	const struct cpupolicy_row signature = { .leaf = 0x40000000,
						 .eax = 0x40000001,
						 .ebx = 0x4b4d564b,
						 .ecx = 0x564b4d56,
						 .edx = 0x4d };
	struct kvm_cpuid_entry2 entries[CPUPOLICY_KVM_ENTRIES];
	struct cpupolicy_policy policy;
	struct cpupolicy_vcpu vcpu;

	(void)state;
	make_normal(&policy, "amd", LONG);
	assert_int_equal(cpupolicy_policy_set_row(&policy, &signature), 0);
	for (int told = 0; told < 2; told++) {
		int nr, found = 0;

		cpupolicy_vcpu_init(&vcpu);
		vcpu.hypervisor = told;
		cpupolicy_vcpu_prepare(&vcpu, &policy);
		nr = cpupolicy_kvm_entries(entries, COUNT(entries), &policy,
					   &vcpu);
		for (int i = 0; i < nr; i++) {
			if (entries[i].function == 1)
				assert_int_equal(entries[i].ecx >> 31, told);
			found += entries[i].function == 0x40000000;
		}
		assert_int_equal(found, 1);
	}
}

static bool has_msr(const struct kvm_msr_entry *msrs, int nr, uint32_t index)
{
	for (int i = 0; i < nr; i++)
		if (msrs[i].index == index)
			return true;
	return false;
}

static void msrs_exist_where_features_say_so(void **state)
{
	static const struct {
		const char *why, *fields;
		uint32_t index;
		bool there;
	} cases[] = {
		{ "told of, and has a value", "arch_capabilities rdctl_no",
		  0x10a, true },
		{ "told of, and zero: the host's must not show",
		  "arch_capabilities", 0x10a, true },
		{ "not told of", "", 0x10a, false },
		{ "shown to every guest", "", 0xce, true },
		{ "PDCM", "pdcm", 0x345, true },
		{ "no VMX", "", 0x480, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kvm_msr_entry msrs[64];
		struct cpupolicy_policy policy;
		int nr;

		make_policy(&policy, "intel", LONG);
		set_fields(&policy, cases[i].fields);
		nr = cpupolicy_kvm_msrs(msrs, 64, &policy);
		assert_true(nr >= 0);
		if (has_msr(msrs, nr, cases[i].index) != cases[i].there)
			fail_msg("%s", cases[i].why);
		if (nr > 0)
			assert_int_equal(cpupolicy_kvm_msrs(msrs, 0, &policy),
					 CPUPOLICY_E_SPACE);
	}
}

static void only_tile_data_needs_a_permission(void **state)
{
	struct cpupolicy_policy policy;

	(void)state;
	make_policy(&policy, "intel", AVX);
	assert_true(cpupolicy_kvm_xstate(&policy) == 0);
	set_fields(&policy, "xcr0_tilecfg xcr0_tiledata");
	assert_true(cpupolicy_kvm_xstate(&policy) == 1u << 18);
	assert_int_equal(cpupolicy_kvm_request_xstate(0, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kvm_answers_from_the_table_as_look_up_does),
		cmocka_unit_test(a_table_that_is_written_has_no_flaw),
		cmocka_unit_test(a_policy_that_shows_nothing_has_no_table),
		cmocka_unit_test(syscall_is_there_whatever_the_mode_is_now),
		cmocka_unit_test(
			vcpus_differ_in_who_they_are_and_in_nothing_else),
		cmocka_unit_test(
			a_section_is_written_whether_or_not_the_guest_is_told),
		cmocka_unit_test(msrs_exist_where_features_say_so),
		cmocka_unit_test(only_tile_data_needs_a_permission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
