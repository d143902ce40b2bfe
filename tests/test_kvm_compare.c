// SPDX-License-Identifier: MIT
/*
 * test_kvm_compare.c - what KVM made of what it was told.
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

/* What was asked for, what came back, and the one remark about it. */
static const struct {
	const char *why;
	struct kvm_cpuid_entry2 asked[2], got[2];
	size_t nr_asked, nr_got;
	int what, differ;
} answers[] = {
	{
		.why = "in another order",
		.asked = { { .function = 0, .eax = 1 },
			   { .function = 1, .ecx = 1 } },
		.got = { { .function = 1, .ecx = 1 },
			 { .function = 0, .eax = 1 } },
		.nr_asked = 2,
		.nr_got = 2,
	},
	{
		.why = "OSXSAVE follows CR4",
		.asked = { { .function = 0, .eax = 1 },
			   { .function = 1, .ecx = 0x04000000 } },
		.got = { { .function = 0, .eax = 1 },
			 { .function = 1, .ecx = 0x0c000000 } },
		.nr_asked = 2,
		.nr_got = 2,
		.what = CPUPOLICY_KVM_RUNTIME,
	},
	{
		.why = "x2APIC does not",
		.asked = { { .function = 0, .eax = 1 },
			   { .function = 1, .ecx = 0x04000000 } },
		.got = { { .function = 0, .eax = 1 },
			 { .function = 1, .ecx = 0x0c200000 } },
		.nr_asked = 2,
		.nr_got = 2,
		.what = CPUPOLICY_KVM_CHANGED,
		.differ = 1,
	},
	{
		.why = "the hypervisor bit is not the kernel's",
		.asked = { { .function = 1, .ecx = 0x80000001 } },
		.got = { { .function = 1, .ecx = 1 } },
		.nr_asked = 1,
		.nr_got = 1,
		.what = CPUPOLICY_KVM_CHANGED,
		.differ = 1,
	},
	{
		.why = "the clock is not the vCPU's state",
		.asked = { { .function = 0x15, .eax = 2 } },
		.got = { { .function = 0x15, .eax = 3 } },
		.nr_asked = 1,
		.nr_got = 1,
		.what = CPUPOLICY_KVM_CHANGED,
		.differ = 1,
	},
	{
		.why = "a sub-leaf that a newer kernel drops",
		.asked = { { .function = 0xb, .flags = FLAG, .eax = 1 },
			   { .function = 0xb,
			     .flags = FLAG,
			     .index = 1,
			     .eax = 4 } },
		.got = { { .function = 0xb, .flags = FLAG, .eax = 1 } },
		.nr_asked = 2,
		.nr_got = 1,
		.what = CPUPOLICY_KVM_DROPPED,
		.differ = 1,
	},
	{
		.why = "a sub-leaf that nobody expected",
		.asked = { { .function = 0xb, .flags = FLAG, .eax = 1 } },
		.got = { { .function = 0xb, .flags = FLAG, .eax = 1 },
			 { .function = 0xb,
			   .flags = FLAG,
			   .index = 2,
			   .ecx = 2 } },
		.nr_asked = 1,
		.nr_got = 2,
		.what = CPUPOLICY_KVM_ADDED,
		.differ = 1,
	},
	{
		.why = "zero rows that are dropped or added",
		.asked = { { .function = 1, .eax = 1 }, { .function = 5 } },
		.got = { { .function = 1, .eax = 1 }, { .function = 9 } },
		.nr_asked = 2,
		.nr_got = 2,
	},
	{
		.why = "a kernel that forgot everything",
		.asked = { { .function = 1, .eax = 1 } },
		.nr_asked = 1,
		.what = CPUPOLICY_KVM_DROPPED,
		.differ = 1,
	},
	{
		.why = "nothing was asked for",
		.got = { { .function = 1, .eax = 1 } },
		.nr_got = 1,
		.differ = CPUPOLICY_E_EMPTY,
	},
};

static void what_the_kernel_changed_is_told_register_by_register(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct remarks remarks = { 0 };
		int differ = cpupolicy_kvm_compare(
			answers[i].asked, answers[i].nr_asked, answers[i].got,
			answers[i].nr_got, hear_remark, &remarks);

		if (differ != answers[i].differ ||
		    remarks.nr != (answers[i].what ? 1 : 0))
			fail_msg("%s: %d differ, %zu remarks", answers[i].why,
				 differ, remarks.nr);
		if (remarks.nr && (int)remarks.item[0].what != answers[i].what)
			fail_msg("%s: %s", answers[i].why,
				 cpupolicy_kvm_what_text(remarks.item[0].what));
	}
}

static void remarks_are_sentences(void **state)
{
	static const struct {
		struct cpupolicy_kvm_remark remark;
		const char *text;
	} cases[] = {
		{ { .what = CPUPOLICY_KVM_PADDING,
		    .entry = 3,
		    .leaf = 0xd,
		    .subleaf = 2 },
		  "entry 3, leaf 0xd.2: has padding that is not zero" },
		{ { .what = CPUPOLICY_KVM_PADDING, .entry = UINT32_MAX },
		  "the table: has padding that is not zero" },
		{ { .what = CPUPOLICY_KVM_CHANGED,
		    .leaf = 7,
		    .reg = CPUPOLICY_EBX,
		    .asked = 0x20,
		    .got = 0 },
		  "leaf 0x7.0 ebx: was changed by the kernel: asked for 0x20, "
		  "got 0x0" },
		{ { .what = CPUPOLICY_KVM_MSR_REFUSED,
		    .leaf = 0x48e,
		    .asked = 0xfff9fffe04006172,
		    .got = 1 },
		  "MSR 0x48e: was refused by the kernel: asked for "
		  "0xfff9fffe04006172, got 0x1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[256];

		assert_string_equal(cpupolicy_kvm_remark_text(text,
							      sizeof(text),
							      &cases[i].remark),
				    cases[i].text);
		cpupolicy_kvm_remark_text(text, 8, &cases[i].remark);
		assert_int_equal(strlen(text), 7);
	}
	for (int what = -1; what < 64; what++)
		assert_true(strlen(cpupolicy_kvm_what_text(
				    (enum cpupolicy_kvm_what)what)) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_the_kernel_changed_is_told_register_by_register),
		cmocka_unit_test(remarks_are_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
