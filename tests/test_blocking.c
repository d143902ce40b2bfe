/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy;

#define NEW AVX "avx2 fma rdrand rdtscp rdpid invpcid smep xsaves xsaveopt "

static void what_blocks_a_hidden_feature_depends_on_the_guest(void **state)
{
	static const struct {
		const char *why, *vendor, *left, *field;
		enum cpupolicy_blocked_by by;
		const char *via;
	} cases[] = {
		{ .why = "AVX off takes its state from XCR0",
		  .vendor = "intel",
		  .left = LONG "xsave xcr0_x87 xcr0_sse",
		  .field = "avx",
		  .by = CPUPOLICY_BLOCKED_BY_XCR0,
		  .via = "xcr0_avx" },
		{ .why = "and AVX2 with it",
		  .vendor = "intel",
		  .left = LONG "xsave xcr0_x87 xcr0_sse",
		  .field = "avx2",
		  .by = CPUPOLICY_BLOCKED_BY_XCR0,
		  .via = "xcr0_avx" },
		{ .why = "AVX2 alone executes: the state is AVX's",
		  .vendor = "intel",
		  .left = AVX,
		  .field = "avx2",
		  .by = CPUPOLICY_BLOCKED_BY_NOTHING,
		  .via = "avx2" },
		{ .why = "without XSAVE nobody can set CR4.OSXSAVE",
		  .vendor = "amd",
		  .left = LONG,
		  .field = "xsaveopt",
		  .by = CPUPOLICY_BLOCKED_BY_CR4,
		  .via = "xsave" },
		{ .why = "XSAVEOPT alone has no control",
		  .vendor = "intel",
		  .left = AVX,
		  .field = "xsaveopt",
		  .by = CPUPOLICY_BLOCKED_BY_NOTHING,
		  .via = "xsaveopt" },
		{ .why = "SSE4.2 executes whatever CPUID says",
		  .vendor = "intel",
		  .left = X87 "lm",
		  .field = "sse4_2",
		  .by = CPUPOLICY_BLOCKED_BY_NOTHING,
		  .via = "sse4_2" },
		{ .why = "VMX can make RDRAND exit",
		  .vendor = "intel",
		  .left = AVX,
		  .field = "rdrand",
		  .by = CPUPOLICY_BLOCKED_BY_CONTROL,
		  .via = "rdrand" },
		{ .why = "SVM cannot",
		  .vendor = "amd",
		  .left = AVX,
		  .field = "rdrand",
		  .by = CPUPOLICY_BLOCKED_BY_NOTHING,
		  .via = "rdrand" },
		{ .why = "VMX has a control for XSAVES",
		  .vendor = "intel",
		  .left = AVX,
		  .field = "xsaves",
		  .by = CPUPOLICY_BLOCKED_BY_CONTROL,
		  .via = "xsaves" },
		{ .why = "SVM has no intercept for it",
		  .vendor = "amd",
		  .left = AVX,
		  .field = "xsaves",
		  .by = CPUPOLICY_BLOCKED_BY_NOTHING,
		  .via = "xsaves" },
		{ .why = "RDPID off while RDTSCP is on: one VMX control is for "
			 "both",
		  .vendor = "intel",
		  .left = AVX "rdtscp",
		  .field = "rdpid",
		  .by = CPUPOLICY_BLOCKED_BY_NOTHING,
		  .via = "rdpid" },
		{ .why = "both off: the control is 0",
		  .vendor = "intel",
		  .left = AVX,
		  .field = "rdpid",
		  .by = CPUPOLICY_BLOCKED_BY_CONTROL,
		  .via = "rdpid" },
		{ .why = "INVPCID has a control on VMX and an intercept on SVM",
		  .vendor = "hygon",
		  .left = AVX,
		  .field = "invpcid",
		  .by = CPUPOLICY_BLOCKED_BY_CONTROL,
		  .via = "invpcid" },
		{ .why = "FSGSBASE has a bit in CR4",
		  .vendor = "zhaoxin",
		  .left = AVX,
		  .field = "fsgsbase",
		  .by = CPUPOLICY_BLOCKED_BY_CR4,
		  .via = "fsgsbase" },
		{ .why = "page tables are not read by way of CPUID",
		  .vendor = "amd",
		  .left = AVX,
		  .field = "pdpe1gb",
		  .by = CPUPOLICY_BLOCKED_BY_NOTHING,
		  .via = "pdpe1gb" },
		{ .why = "a 32-bit guest cannot enter long mode",
		  .vendor = "intel",
		  .left = X87,
		  .field = "cx16",
		  .by = CPUPOLICY_BLOCKED_BY_MSR,
		  .via = "lm" },
		{ .why = "nobody's CPU: what holds on all",
		  .vendor = "NobodysCPU!!",
		  .left = LONG,
		  .field = "smep",
		  .by = CPUPOLICY_BLOCKED_BY_CR4,
		  .via = "smep" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_field *via;
		const struct cpupolicy_blocking *found;

		make_policy(&policy, cases[i].vendor, cases[i].left);
		found = cpupolicy_blocking(&via, &policy,
					   field_called(cases[i].field));
		if (!found || found->by != cases[i].by ||
		    strcmp(via->name, cases[i].via) != 0)
			fail_msg("%s: by %s via %s", cases[i].why,
				 found ? found->detail : "?", via->name);
	}
}

static void nothing_is_known_of_what_is_no_instruction(void **state)
{
	(void)state;
	make_policy(&policy, "intel", LONG);
	assert_null(cpupolicy_blocking(NULL, &policy, field_called("erms")));
	assert_null(
		cpupolicy_blocking(NULL, &policy, field_called("phys_bits")));
	assert_null(
		cpupolicy_blocking(NULL, &policy, field_called("md_clear")));
}

/* Whoever adds an instruction must say what blocks it; gen.py refuses. */
static void every_instruction_of_every_maker_is_known(void **state)
{
	static const char *const makers[] = { "intel", "amd", "hygon",
					      "zhaoxin" };
	uint32_t instructions = 0;

	(void)state;
	for (size_t m = 0; m < COUNT(makers); m++) {
		make_policy(&policy, makers[m], "");
		for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
			const struct cpupolicy_field *f = cpupolicy_field_at(i);
			const struct cpupolicy_blocking *found;

			if (strcmp(f->effect, "ud") != 0 ||
			    f->at.high != f->at.low ||
			    f->expose > CPUPOLICY_EXPOSE_ACCEPT ||
			    (f->vendors[0] && !strstr(f->vendors, makers[m])))
				continue;
			found = cpupolicy_blocking(NULL, &policy, f);
			if (!found)
				fail_msg("%s on %s", f->name, makers[m]);
			assert_true(strlen(found->detail) > 0);
			assert_true(strlen(found->source) > 0);
			instructions++;
		}
	}
	assert_true(instructions > 400);
}

static void names_of_fences_are_total(void **state)
{
	(void)state;
	assert_string_equal(
		cpupolicy_blocked_by_name(CPUPOLICY_BLOCKED_BY_NOTHING),
		"nothing");
	assert_string_equal(
		cpupolicy_blocked_by_name(CPUPOLICY_BLOCKED_BY_CONTROL),
		"control");
	assert_string_equal(cpupolicy_blocked_by_name(CPUPOLICY_NR_BLOCKED_BY),
			    "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_blocks_a_hidden_feature_depends_on_the_guest),
		cmocka_unit_test(nothing_is_known_of_what_is_no_instruction),
		cmocka_unit_test(every_instruction_of_every_maker_is_known),
		cmocka_unit_test(names_of_fences_are_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
