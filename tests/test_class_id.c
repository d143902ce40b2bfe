// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "corpus.h"
#include "support.h"

static struct cpupolicy_policy policy, other;

#define INTEL(max) 0, 0, (max), 0x756e6547, 0x6c65746e, 0x49656e69
#define KVM(leaf)  (leaf), 0, 0, 0x4b4d564b, 0x564b4d56, 0x0000004d

struct content {
	struct cpupolicy_row rows[3];
	struct cpupolicy_msr msr;
};

static void fill(struct cpupolicy_policy *out, const struct content *content)
{
	cpupolicy_policy_clear(out);
	for (size_t i = 0; i < COUNT(content->rows); i++)
		if (content->rows[i].leaf || content->rows[i].ebx)
			assert_int_equal(cpupolicy_policy_set_row(
						 out, &content->rows[i]),
					 0);
	if (content->msr.index)
		assert_int_equal(cpupolicy_policy_set_msr(out, &content->msr),
				 0);
}

/*
 * These numbers are in people's files. Where one of them differs, the code is
 * wrong and not this list.
 */
static void ids_are_what_they_always_were(void **state)
{
	static const struct {
		const char *why;
		struct content with;
		uint64_t id;
	} cases[] = {
		{ .why = "nothing", .id = 0 },
		{ .why = "a vendor",
		  .with.rows = { { INTEL(0) } },
		  .id = 0xa6f62ad6ed9db15c },
		{ .why = "features",
		  .with.rows = { { INTEL(0) }, { 1, 0, 0, 0, 1, 0x0383fbff } },
		  .id = 0x17e83cce0198fdde },
		{ .why = "the same bits of the next register",
		  .with.rows = { { INTEL(0) }, { 1, 0, 0, 0, 0x0383fbff, 1 } },
		  .id = 0x8930fc69ada9709b },
		{ .why = "the first sub-leaf",
		  .with.rows = { { INTEL(0) }, { 7, 0, 0, 0x20, 0, 0 } },
		  .id = 0x591d6a1145c39f36 },
		{ .why = "the second",
		  .with.rows = { { INTEL(0) }, { 7, 1, 0x20, 0, 0, 0 } },
		  .id = 0xfdadd0a5a552396b },
		{ .why = "an extended leaf, with the width of an address",
		  .with.rows = { { INTEL(0) },
				 { 0x80000001, 0, 0, 0, 0x21, 0x20100000 },
				 { 0x80000008, 0, 0x2e, 0, 0, 0 } },
		  .id = 0x0c13e6373cc3e575 },
		{ .why = "both halves of an MSR",
		  .with.rows = { { INTEL(0) } },
		  .with.msr = { 0x10a, 0, 0x40000000000000ab },
		  .id = 0xa1a608391c89ef62 },
		{ .why = "a hypervisor's leaves",
		  .with.rows = { { KVM(0x40000000) },
				 { 0x40000001, 0, 0x01007afb, 0, 0, 0 } },
		  .id = 0xba6d62866e2a06cd },
		{ .why = "elsewhere",
		  .with.rows = { { KVM(0x40000100) },
				 { 0x40000101, 0, 0x01007afb, 0, 0, 0 } },
		  .id = 0xf5d5b11092d30160 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t id;

		fill(&policy, &cases[i].with);
		id = cpupolicy_policy_class_id(&policy);
		if (id != cases[i].id)
			fail_msg("%s: 0x%016" PRIx64, cases[i].why, id);
	}
}

/* What a hypervisor supplies has no place of its own yet. */
static void a_place_yet_to_be_chosen_is_one_more_place(void **state)
{
	static const struct content with = {
		.rows = { { KVM(0x40000000) } },
	};

	(void)state;
	fill(&policy, &with);
	policy.bases |= 0xff;
	assert_true(cpupolicy_policy_class_id(&policy) == 0xa7bc6ce4d300700a);
}

static void what_describes_a_cpu_or_is_derived_does_not_count(void **state)
{
	static const struct {
		const char *why;
		struct cpupolicy_row row;
	} cases[] = {
		{ "signature", { 1, 0, 0x000306c3, 0, 0, 0 } },
		{ "cache descriptors", { 2, 0, 0x76036301, 0, 0, 0 } },
		{ "caches", { 4, 1, 0x122, 0x1c0003f, 0x3f, 1 } },
		{ "brand", { 0x80000002, 0, 0x65746e49, 0x2952286c, 1, 1 } },
		{ "highest leaf", { INTEL(0xd) } },
		{ "highest extended leaf",
		  { 0x80000000, 0, 0x8000001f, 0, 0, 0 } },
		{ "linear address width", { 0x80000008, 0, 0x3000, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_policy(&policy, "intel", "");
		other = policy;
		assert_int_equal(
			cpupolicy_policy_set_row(&other, &cases[i].row), 0);
		assert_false(cpupolicy_policy_equal(&policy, &other));
		if (cpupolicy_policy_class_id(&policy) !=
			    cpupolicy_policy_class_id(&other) ||
		    !cpupolicy_policy_same_class(&policy, &other))
			fail_msg("%s", cases[i].why);
	}
}

static void heard_of_more(void *arg, const struct cpupolicy_finding *finding)
{
	if (finding->code != CPUPOLICY_F_IDENTITY_DIFFERS)
		*(bool *)arg = true;
}

static bool check_tells_apart(void)
{
	bool heard = false;

	cpupolicy_check(&policy, &other, heard_of_more, &heard);
	cpupolicy_check(&other, &policy, heard_of_more, &heard);
	return heard;
}

static void flip(struct cpupolicy_policy *in, const struct cpupolicy_row *row,
		 uint32_t bit)
{
	struct cpupolicy_row flipped = *row;
	uint32_t *regs[] = { &flipped.eax, &flipped.ebx, &flipped.ecx,
			     &flipped.edx };

	*regs[bit / 32] ^= 1u << bit % 32;
	assert_int_equal(cpupolicy_policy_set_row(in, &flipped), 0);
}

/* Every bit of every row, on a policy that has every feature. */
static void one_bit_more_is_another_class_if_a_check_sees_it(void **state)
{
	static uint64_t seen[CPUPOLICY_POLICY_WORDS * 32];
	struct cpupolicy_row row;
	size_t nr = 0, apart = 0;

	(void)state;
	make_policy(&policy, "intel", "");
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++)
		if (cpupolicy_field_at(i)->rule == CPUPOLICY_RULE_SUBSET)
			cpupolicy_field_set(&policy, cpupolicy_field_at(i), 1);
	seen[nr++] = cpupolicy_policy_class_id(&policy);
	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, &policy, i); i++)
		for (uint32_t bit = 0; bit < 128 && row.leaf >> 28 != 4;
		     bit++) {
			other = policy;
			flip(&other, &row, bit);
			if (cpupolicy_policy_same_class(&policy, &other)) {
				assert_false(check_tells_apart());
				assert_true(cpupolicy_policy_class_id(&other) ==
					    seen[0]);
				continue;
			}
			seen[nr++] = cpupolicy_policy_class_id(&other);
			apart += check_tells_apart();
		}
	/* a few make no difference: a number is no gate here that opens them */
	assert_true(apart > 1000 && nr - apart < 100);
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(seen[i] != seen[j]);
}

static void another_table_is_another_class_of_the_same_number(void **state)
{
	(void)state;
	make_normal(&policy, "amd", AVX);
	other = policy;
	other.table++;
	assert_true(cpupolicy_policy_class_id(&policy) ==
		    cpupolicy_policy_class_id(&other));
	assert_false(cpupolicy_policy_same_class(&policy, &other));
}

static void a_place_elsewhere_is_another_class(void **state)
{
	(void)state;
	make_normal(&policy, "amd", AVX);
	other = policy;
	other.bases = 1;
	assert_false(cpupolicy_policy_same_class(&policy, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_what_they_always_were),
		cmocka_unit_test(a_place_yet_to_be_chosen_is_one_more_place),
		cmocka_unit_test(
			what_describes_a_cpu_or_is_derived_does_not_count),
		cmocka_unit_test(
			one_bit_more_is_another_class_if_a_check_sees_it),
		cmocka_unit_test(
			another_table_is_another_class_of_the_same_number),
		cmocka_unit_test(a_place_elsewhere_is_another_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
