/* SPDX-License-Identifier: MIT */
#include "lookup_table.h"
#include "steps.h"

/* The highest basic leaf is 7, its EBX is fsgsbase. */
#define INTEL "intel", X87 "lm fsgsbase"
#define AMD   "amd", X87 "lm fsgsbase"

static void leaves_out_of_range_answer_as_their_maker_does(void **state)
{
	static const struct expectation list[] = {
		{ "in range", INTEL, "", 7, 0, EBX, ALL, 1 },
		{ "Intel repeats the highest basic leaf", INTEL, "", 8, 0, EBX,
		  ALL, 1 },
		{ "however far above", INTEL, "", 0x3fffffff, 0, EBX, ALL, 1 },
		{ "without a hypervisor's leaves as well", INTEL, "",
		  0x40000000, 0, EBX, ALL, 1 },
		{ "between the ranges", INTEL, "", 0x7fffffff, 0, EBX, ALL, 1 },
		{ "above the extended leaves", INTEL, "", 0x80000009, 0, EBX,
		  ALL, 1 },
		{ "where others have leaves", INTEL, "", 0xc0000000, 0, EBX,
		  ALL, 1 },
		{ "at the very end", INTEL, "", 0xffffffff, 0, EBX, ALL, 1 },
		{ "with the sub-leaf that was asked", INTEL, "", 8, 1, EBX, ALL,
		  0 },
		{ "Centaur does as Intel", "CentaurHauls", X87 "lm fsgsbase",
		  "", 8, 0, EBX, ALL, 1 },
		{ "Zhaoxin too", "zhaoxin", X87 "lm fsgsbase", "", 8, 0, EBX,
		  ALL, 1 },
		{ "AMD answers zero", AMD, "", 8, 0, EBX, ALL, 0 },
		{ "far above", AMD, "", 0x12345678, 0, EBX, ALL, 0 },
		{ "above the extended leaves", AMD, "", 0x80000009, 0, EBX, ALL,
		  0 },
		{ "without extended leaves", "amd", "fpu", "", 0x80000000, 0,
		  EAX, ALL, 0 },
		{ "Hygon too", "hygon", X87 "lm fsgsbase", "", 8, 0, EBX, ALL,
		  0 },
		{ "and whoever is unknown", "NobodyKnows!", X87 "lm fsgsbase",
		  "", 8, 0, EBX, ALL, 0 },
		{ "a leaf in range that says nothing is zero", INTEL, "", 3, 0,
		  EBX, ALL, 0 },
		{ "Intel repeats patched: the sub-leaf in 0xB", "intel",
		  X87 "x2apic", "", 0xc, 0x105, ECX, ALL, 5 },
		{ "and the x2APIC id", "intel", X87 "x2apic", "apic_id=0x12345",
		  0x80000009, 5, EDX, ALL, 0x12345 },
	};

	(void)state;
	EXPECT(list);
}

static void a_limit_on_cpuid_hides_basic_leaves_above_2(void **state)
{
	static const struct expectation list[] = {
		{ "the highest leaf", INTEL, "limit_cpuid", 0, 0, EAX, ALL, 2 },
		{ "what is above it", INTEL, "limit_cpuid", 7, 0, EBX, ALL, 0 },
		{ "extended leaves stay", INTEL, "limit_cpuid", 0x80000000, 0,
		  EAX, ALL, 0x80000008 },
		{ "no limit", INTEL, "", 0, 0, EAX, ALL, 7 },
		{ "fewer than 2", "intel", "fpu", "limit_cpuid", 0, 0, EAX, ALL,
		  1 },
	};

	(void)state;
	EXPECT(list);
}

static void ecx_matters_only_where_a_leaf_has_sub_leaves(void **state)
{
	static const struct expectation list[] = {
		{ "leaf 1 has none", "intel", AVX "avx2 avx_vnni", "", 1, 77,
		  EDX, 1, 1 },
		{ "0x80000008 neither", INTEL, "", 0x80000008, 0xffffffff, EAX,
		  ALL, 0x3024 },
		{ "leaf 7 has", "intel", AVX "avx2 avx_vnni", "", 7, 1, EAX,
		  ALL, 0x10 },
		{ "above the highest they are zero", "intel",
		  AVX "avx2 avx_vnni", "", 7, 2, EAX, ALL, 0 },
		{ "however far", "intel", AVX "avx2 avx_vnni", "", 7,
		  0xffffffff, EBX, ALL, 0 },
		{ "a multiple of 64 is not sub-leaf 0", "intel",
		  AVX "avx2 avx_vnni", "", 7, 64, EBX, ALL, 0 },
		{ "0xD: a component that nobody has", "intel", AVX, "", 0xd, 40,
		  EAX, ALL, 0 },
		{ "0xD: one that the policy has", "intel", AVX, "", 0xd, 2, EAX,
		  ALL, 256 },
		{ "0xD: LWP, above a gap", "amd",
		  AVX "lwp xcr0_lwp xstate_lwp_size=128 "
		      "xstate_lwp_offset=832",
		  "", 0xd, 62, EBX, ALL, 832 },
		{ "resources are the host's", "intel", AVX "pqe", "", 0x10, 1,
		  EAX, ALL, 0 },
	};

	(void)state;
	EXPECT(list);
}

static struct subject subject;

/* Signatures of sections, and a first leaf of each. */
static void add_section(uint32_t leaf, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	const struct cpupolicy_row row = { leaf, 0, 0, ebx, ecx, edx };

	assert_int_equal(cpupolicy_policy_set_row(&subject.policy, &row), 0);
}

static void paravirtual_leaves_are_where_the_policy_has_them(void **state)
{
	struct cpupolicy_row kvm = { .leaf = 0x40000101, .eax = 0x1000003 };

	(void)state;
	make_normal(&subject.policy, "intel", X87 "lm fsgsbase");
	add_section(0x40000000, 0x7263694d, 0x666f736f, 0x76482074);
	add_section(0x40000100, 0x4b4d564b, 0x564b4d56, 0x4d);
	assert_int_equal(cpupolicy_policy_set_row(&subject.policy, &kvm), 0);
	cpupolicy_derive(&subject.policy);
	cpupolicy_vcpu_init(&subject.vcpu);
	prepare(&subject);
	assert_int_equal(ask(&subject, 0x40000000, 0, EBX), 0x7263694d);
	assert_int_equal(ask(&subject, 0x40000100, 5, EBX), 0x4b4d564b);
	assert_int_equal(ask(&subject, 0x40000100, 0, EAX), 0x40000101);
	assert_int_equal(ask(&subject, 0x40000101, 9, EAX), 0x1000003);
	/* beyond them, and where there is none: the highest basic leaf */
	assert_int_equal(ask(&subject, 0x40000102, 0, EBX), 1);
	assert_int_equal(ask(&subject, 0x40000200, 0, EBX), 1);
	assert_int_equal(ask(&subject, 0x40010000, 0, EBX), 1);
	assert_int_equal(ask(&subject, 0x50000100, 0, EBX), 1);
	/* a leaf between that says nothing is in range */
	assert_int_equal(cpupolicy_field_set(&subject.policy,
					     field_called("kvm_max"),
					     0x40000280),
			 0);
	subject.vcpu.tsc_khz = 2100000;
	subject.vcpu.apic_khz = 25000;
	prepare(&subject);
	assert_int_equal(ask(&subject, 0x40000102, 0, EBX), 0);
	assert_int_equal(ask(&subject, 0x40000150, 0, EBX), 0);
	assert_int_equal(ask(&subject, 0x400001ff, 0, EBX), 0);
	/* but a section has 0x100 leaves */
	assert_int_equal(ask(&subject, 0x40000200, 0, EBX), 1);
	assert_int_equal(ask(&subject, 0x40000280, 0, EBX), 1);
	/* and so is the one of frequencies */
	assert_int_equal(ask(&subject, 0x40000110, 0, EAX), 2100000);
	assert_int_equal(ask(&subject, 0x40000110, 0, EBX), 25000);
}

static void what_a_hypervisor_supplies_comes_lowest(void **state)
{
	const struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.named = true,
	};
	const struct cpupolicy_row rows[] = {
		{ 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69 },
	};

	(void)state;
	/* KVM's own leaves and Hyper-V's, neither of them anywhere */
	assert_int_equal(cpupolicy_hostset(&subject.policy, rows, 1, NULL, 0,
					   &options, NULL, NULL),
			 0);
	cpupolicy_vcpu_init(&subject.vcpu);
	prepare(&subject);
	assert_int_equal(ask(&subject, 0x40000000, 0, EBX), 0x7263694d);
	assert_int_equal(ask(&subject, 0x40000100, 0, EBX), 0x4b4d564b);
	assert_int_equal(ask(&subject, 0x40000100, 0, EAX), 0x40000101);
	assert_true(ask(&subject, 0x40000101, 0, EAX) & 1);
	assert_true(ask(&subject, 0x40000003, 0, EAX) != 0);
}

static void vmware_tells_frequencies_too(void **state)
{
	(void)state;
	make_normal(&subject.policy, "amd", X87);
	add_section(0x40000000, 0x61774d56, 0x4d566572, 0x65726177);
	set_fields(&subject.policy, "vmware_max=0x40000010");
	cpupolicy_vcpu_init(&subject.vcpu);
	subject.vcpu.tsc_khz = 2100000;
	subject.vcpu.apic_khz = 66000;
	prepare(&subject);
	assert_int_equal(ask(&subject, 0x40000010, 0, EAX), 2100000);
	assert_int_equal(ask(&subject, 0x40000010, 0, EBX), 66000);
	assert_int_equal(ask(&subject, 0x40000011, 0, EAX), 0);
}

static void sections_without_a_place_have_one_after_the_other(void **state)
{
	(void)state;
	make_normal(&subject.policy, "amd", X87);
	subject.policy.bases = 0xffffff00u | 2; /* KVM's is at 0x40000100 */
	cpupolicy_derive(&subject.policy);
	cpupolicy_vcpu_init(&subject.vcpu);
	prepare(&subject);
	/* Hyper-V's, KVM's, Xen's, VMware's */
	assert_int_equal(ask(&subject, 0x40000000, 0, EAX), 0x40000000);
	assert_int_equal(ask(&subject, 0x40000100, 0, EAX), 0x40000100);
	assert_int_equal(ask(&subject, 0x40000200, 0, EAX), 0x40000200);
	assert_int_equal(ask(&subject, 0x40000300, 0, EAX), 0x40000300);
	assert_int_equal(ask(&subject, 0x40000400, 0, EAX), 0);
}

static void leaves_that_no_table_knows_are_zero_up_to_the_highest(void **state)
{
	(void)state;
	make_normal(&subject.policy, "intel", X87 "lm fsgsbase");
	set_fields(&subject.policy, "max_basic=0x50 max_ext=0x80000050");
	cpupolicy_vcpu_init(&subject.vcpu);
	prepare(&subject);
	assert_int_equal(ask(&subject, 7, 0, EBX), 1);
	assert_int_equal(ask(&subject, 0x40, 0, EBX), 0);
	assert_int_equal(ask(&subject, 0x47, 0, EBX), 0);
	assert_int_equal(ask(&subject, 0x51, 0, EBX), 0);
	/* nor is the highest leaf looked for where no table is */
	set_fields(&subject.policy, "max_basic=0x110");
	subject.vcpu.tsc_khz = 2100000;
	prepare(&subject);
	assert_int_equal(ask(&subject, 0x111, 0, EAX), 0);
	assert_int_equal(ask(&subject, 0x80000040, 0, EAX), 0);
	assert_int_equal(ask(&subject, 0x80000041, 0, EDX), 0);
}

static void bits_that_no_policy_may_have_are_not_shown(void **state)
{
	struct cpupolicy_row row = { .leaf = 1,
				     .ebx = 0xff00ff00,
				     .ecx = 0x88000000 };

	(void)state;
	/* somebody built it by hand, and did not normalise */
	make_normal(&subject.policy, "intel", X87);
	assert_int_equal(cpupolicy_policy_set_row(&subject.policy, &row), 0);
	cpupolicy_vcpu_init(&subject.vcpu);
	prepare(&subject);
	assert_int_equal(ask(&subject, 1, 0, EBX), 0xff00);
	assert_int_equal(ask(&subject, 1, 0, ECX), 0);
}

/* Of every leaf that there is, and some that there are not. */
static void ask_everything(void *arg)
{
	static const uint32_t bases[] = { 0, 0x40000000, 0x40000100, 0x80000000,
					  0xc0000000 };

	(void)arg;
	for (size_t b = 0; b < COUNT(bases); b++)
		for (uint32_t i = 0; i < 0x2a; i++) {
			ask(&subject, bases[b] + i, 0, EAX);
			ask(&subject, bases[b] + i, i * 7, EAX);
		}
	ask(&subject, 0xffffffff, 0xffffffff, EAX);
}

static void a_look_up_takes_as_long_for_a_full_policy_as_for_none(void **state)
{
	static uint32_t full[1000], empty[1000];
	struct cpupolicy_record *record;
	const char *why;
	long nr, nr_empty;

	(void)state;
	record = read_record("libvirt/Ice-Lake-Server.json");
	assert_int_equal(cpupolicy_record_hostset(&subject.policy, record, NULL,
						  NULL, NULL, NULL),
			 0);
	cpupolicy_record_free(record);
	cpupolicy_vcpu_init(&subject.vcpu);
	cpupolicy_vcpu_prepare(&subject.vcpu, &subject.policy);
	nr = count_steps(full, COUNT(full), (uintptr_t)cpupolicy_lookup,
			 ask_everything, NULL, &why);
	if (nr <= 0) {
		print_message("skipped: %s\n", why);
		skip();
	}
	cpupolicy_policy_clear(&subject.policy);
	nr_empty = count_steps(empty, COUNT(empty), (uintptr_t)cpupolicy_lookup,
			       ask_everything, NULL, &why);
	assert_int_equal(nr, 421);
	assert_int_equal(nr_empty, nr);
	for (long i = 0; i < nr; i++)
		assert_int_equal(full[i], empty[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			leaves_out_of_range_answer_as_their_maker_does),
		cmocka_unit_test(a_limit_on_cpuid_hides_basic_leaves_above_2),
		cmocka_unit_test(ecx_matters_only_where_a_leaf_has_sub_leaves),
		cmocka_unit_test(
			paravirtual_leaves_are_where_the_policy_has_them),
		cmocka_unit_test(what_a_hypervisor_supplies_comes_lowest),
		cmocka_unit_test(vmware_tells_frequencies_too),
		cmocka_unit_test(
			sections_without_a_place_have_one_after_the_other),
		cmocka_unit_test(
			leaves_that_no_table_knows_are_zero_up_to_the_highest),
		cmocka_unit_test(bits_that_no_policy_may_have_are_not_shown),
		cmocka_unit_test(
			a_look_up_takes_as_long_for_a_full_policy_as_for_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
