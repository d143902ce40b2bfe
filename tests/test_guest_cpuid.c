/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../examples/xen/guest_cpuid.h"
#include "support.h"

#define OSXSAVE (1u << 18) /* of CR4 */

struct vcpu *current;
static bool mode64;
static struct cpupolicy_policy policy;
static struct domain domain;

bool guest_mode_64bit(const struct vcpu *v)
{
	(void)v;
	return mode64;
}

void cpuid_hypervisor_leaves(const struct vcpu *v, uint32_t leaf,
			     uint32_t subleaf, struct cpuid_leaf *res)
{
	*res = (struct cpuid_leaf){ 0xf00d, leaf, subleaf, v->vcpu_id };
}

static struct vcpu make_vcpu(uint32_t id, const char *vendor)
{
	struct vcpu v = {
		.domain = &domain,
		.vcpu_id = id,
		.xcr0 = 1,
		.apic_base = 0xfee00800,
	};

	make_normal(&policy, vendor, AVX "x2apic");
	domain = (struct domain){
		.cpu_policy = &policy,
		.topology = { .threads = 2, .cores = 3 },
	};
	assert_int_equal(guest_cpuid_init(&v), 0);
	return v;
}

static struct cpuid_leaf ask(struct vcpu *v, uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_leaf res;

	guest_cpuid(v, leaf, subleaf, &res);
	return res;
}

static void a_guest_sees_its_policy_and_its_place(void **state)
{
	struct vcpu v = make_vcpu(3, "intel");

	(void)state;
	current = &v;
	assert_int_equal(ask(&v, 1, 0).c >> 28 & 1, 1);
	assert_int_equal(ask(&v, 1, 0).c >> 31, 1);
	/* thread 1 of core 1 */
	assert_int_equal(ask(&v, 1, 0).b >> 24, 3);
	assert_int_equal(ask(&v, 0xb, 0).d, 3);
	assert_int_equal(ask(&v, 0xb, 1).b, 6);
}

static void state_counts_when_it_was_stored(void **state)
{
	struct vcpu v = make_vcpu(0, "intel");

	(void)state;
	current = &v;
	assert_int_equal(ask(&v, 1, 0).c >> 27 & 1, 0);
	v.cr4 = OSXSAVE;
	assert_int_equal(ask(&v, 1, 0).c >> 27 & 1, 1);
	assert_int_equal(ask(&v, 0xd, 0).b, 576);
	v.xcr0 = 7;
	guest_cpuid_update(&v);
	assert_int_equal(ask(&v, 0xd, 0).b, 832);
	assert_int_equal(ask(&v, 1, 0).d >> 9 & 1, 1);
	v.apic_base = 0xfee00000;
	guest_cpuid_update(&v);
	assert_int_equal(ask(&v, 1, 0).d >> 9 & 1, 0);
}

static void a_vcpu_that_does_not_run_is_not_asked_for_its_mode(void **state)
{
	struct vcpu v = make_vcpu(0, "intel"), other = v;

	(void)state;
	current = &v;
	mode64 = true;
	assert_int_equal(ask(&v, 0x80000001, 0).d >> 11 & 1, 1);
	assert_int_equal(ask(&other, 0x80000001, 0).d >> 11 & 1, 0);
	current = &other;
	mode64 = false;
	assert_int_equal(ask(&v, 0x80000001, 0).d >> 11 & 1, 1);
}

static void leaves_of_the_hypervisor_stay_its_own(void **state)
{
	struct vcpu v = make_vcpu(5, "amd");

	(void)state;
	current = &v;
	assert_int_equal(ask(&v, 0x40000000, 0).a, 0xf00d);
	assert_int_equal(ask(&v, 0x400001ff, 7).c, 7);
	assert_int_equal(ask(&v, 0x40000200, 0).a, 0);
	assert_int_equal(ask(&v, 0x3fffffff, 0).a, 0);
}

static void leaves_out_of_range_are_answered_as_the_maker_does(void **state)
{
	struct vcpu v = make_vcpu(0, "intel");
	struct cpuid_leaf last, beyond;

	(void)state;
	current = &v;
	last = ask(&v, 0xd, 2);
	beyond = ask(&v, 0x1000, 2);
	assert_memory_equal(&last, &beyond, sizeof(last));
	assert_int_equal(last.a, 256);
	v = make_vcpu(0, "amd");
	assert_int_equal(ask(&v, 0x1000, 2).a, 0);
}

static void a_topology_without_room_for_its_ids_is_refused(void **state)
{
	struct vcpu v = make_vcpu(0, "intel");

	(void)state;
	domain.topology.cores = domain.topology.packages = 0x10000;
	assert_int_equal(guest_cpuid_init(&v), CPUPOLICY_E_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_sees_its_policy_and_its_place),
		cmocka_unit_test(state_counts_when_it_was_stored),
		cmocka_unit_test(
			a_vcpu_that_does_not_run_is_not_asked_for_its_mode),
		cmocka_unit_test(leaves_of_the_hypervisor_stay_its_own),
		cmocka_unit_test(
			leaves_out_of_range_are_answered_as_the_maker_does),
		cmocka_unit_test(
			a_topology_without_room_for_its_ids_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
