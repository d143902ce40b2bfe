/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy;

static void derived_fields_are_functions_of_the_rest(void **state)
{
	static const struct {
		const char *why, *vendor, *fields, *name;
		uint32_t value;
	} cases[] = {
		{ "nothing but leaf 1", "intel", "fpu", "max_basic", 1 },
		{ "X2APIC needs topology", "intel", X87 "x2apic", "max_basic",
		  0xb },
		{ "XSAVE needs its sizes", "intel", X87 "xsave", "max_basic",
		  0xd },
		{ "a leaf with content", "intel", X87 "fsrm", "max_basic", 7 },
		{ "no long mode, nothing above", "intel", "fpu", "max_ext", 0 },
		{ "long mode has widths", "intel", X87 "lm", "max_ext",
		  0x80000008u },
		{ "a width nobody would guess", "intel", "fpu phys_bits=40",
		  "max_ext", 0x80000008u },
		{ "a width everybody would guess", "intel", "fpu phys_bits=32",
		  "max_ext", 0 },
		{ "SVM has a leaf", "amd", X87 "lm svm", "max_ext",
		  0x8000000au },
		{ "so has topology", "amd", X87 "lm topoext", "max_ext",
		  0x8000001eu },
		{ "no address bits, no PAE", "intel", "fpu", "phys_bits", 32 },
		{ "no address bits, but PAE", "intel", "fpu pae", "phys_bits",
		  36 },
		{ "no address bits, but long mode", "intel", "lm", "phys_bits",
		  36 },
		{ "address bits of its own", "intel", "lm phys_bits=46",
		  "phys_bits", 46 },
		{ "linear addresses in long mode", "intel", X87 "lm",
		  "linear_bits", 48 },
		{ "five levels of paging", "intel", X87 "lm la57",
		  "linear_bits", 57 },
		{ "32-bit with a width leaf", "intel", "fpu phys_bits=40",
		  "linear_bits", 32 },
		{ "32-bit without", "intel", "fpu", "linear_bits", 0 },
		{ "a nested width is not promised", "amd",
		  X87 "lm guest_phys_bits=48", "guest_phys_bits", 0 },
		{ "no XSAVE, no size", "intel", X87, "xsave_size_max", 0 },
		{ "the legacy area and its header", "intel",
		  X87 "xsave xcr0_x87 xcr0_sse", "xsave_size_max", 576 },
		{ "and the AVX state", "intel", AVX, "xsave_size_max", 832 },
		{ "the highest end counts, not the highest number", "intel",
		  AVX "xcr0_pkru xstate_pkru_size=8 xstate_pkru_offset=600",
		  "xsave_size_max", 832 },
		{ "a size that was wrong", "intel", AVX "xsave_size_max=77",
		  "xsave_size_max", 832 },
		{ "LWP lies in the high half", "amd",
		  AVX "xcr0_lwp xstate_lwp_size=128 xstate_lwp_offset=832",
		  "xsave_size_max", 960 },
		{ "no sub-leaf of 7", "intel", "fsrm", "max_subleaf_7", 0 },
		{ "one", "intel", "avx_vnni", "max_subleaf_7", 1 },
		{ "two", "intel", "mcdt_no", "max_subleaf_7", 2 },
		{ "a maximum is no content", "intel", "max_subleaf_7=2",
		  "max_subleaf_7", 0 },
		{ "Centaur's range", "zhaoxin", "xstore", "max_centaur",
		  0xc0000001u },
		{ "nobody else's", "intel", X87, "max_centaur", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_policy(&policy, cases[i].vendor, cases[i].fields);
		cpupolicy_derive(&policy);
		if (value_of(&policy, cases[i].name) != cases[i].value)
			fail_msg("%s: %s is 0x%x", cases[i].why, cases[i].name,
				 value_of(&policy, cases[i].name));
	}
}

static void what_is_not_derived_stays(void **state)
{
	struct cpupolicy_policy before;

	(void)state;
	/* inconsistent on purpose: derive does not close */
	make_policy(&policy, "amd",
		    "avx2 clflush_size=8 lm stepping=3 phys_bits=48 "
		    "zero_fcs_fds rdctl_no");
	before = policy;
	cpupolicy_derive(&policy);
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		if (field->level == CPUPOLICY_LEVEL_DERIVE)
			continue;
		/* SYSCALL is derived for Intel alone, and has two rows */
		assert_int_equal(cpupolicy_field_get(&policy, field),
				 cpupolicy_field_get(&before, field));
	}
}

static void deriving_twice_changes_nothing(void **state)
{
	static const char *const vendors[] = { "intel", "amd", "hygon",
					       "zhaoxin", "GenuineTMx86" };
	struct cpupolicy_policy once;

	(void)state;
	for (size_t i = 0; i < COUNT(vendors); i++) {
		make_policy(&policy, vendors[i], AVX "avx_vnni la57 x2apic");
		cpupolicy_derive(&policy);
		once = policy;
		cpupolicy_derive(&policy);
		assert_true(cpupolicy_policy_equal(&once, &policy));
	}
}

/* Every shared bit of leaf 1 EDX (AMD APM 3, E.3.6 and E.4.2). */
static void a_mirror_shows_what_leaf_1_shows(void **state)
{
	const uint32_t mirrored = 0x0183f3ff;
	struct cpupolicy_row one = { .leaf = 1 };
	struct cpupolicy_row ext = { .leaf = 0x80000001u };

	(void)state;
	for (uint32_t bit = 0; bit < 32; bit++) {
		make_policy(&policy, "amd", "lm");
		one.edx = 1u << bit;
		assert_int_equal(cpupolicy_policy_set_row(&policy, &one), 0);
		cpupolicy_derive(&policy);
		assert_int_equal(cpupolicy_policy_get_row(&ext, &policy), 0);
		/* LM is bit 29 */
		if (ext.edx != ((1u << bit & mirrored) | 1u << 29))
			fail_msg("bit %u: %08x", bit, ext.edx);
	}
}

static void a_section_says_where_it_ends(void **state)
{
	const struct cpupolicy_row kvm = { .leaf = 0x40000100u,
					   .eax = 0x40000177u,
					   .ebx = 0x4b4d564b,
					   .ecx = 0x564b4d56,
					   .edx = 0x4d };
	struct cpupolicy_row row = { .leaf = 0x40000101u, .eax = 1 };

	(void)state;
	make_policy(&policy, "intel", X87);
	assert_int_equal(cpupolicy_policy_set_row(&policy, &kvm), 0);
	cpupolicy_derive(&policy);
	assert_int_equal(value_of(&policy, "kvm_max"), 0x40000100u);
	assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
	cpupolicy_derive(&policy);
	assert_int_equal(value_of(&policy, "kvm_max"), 0x40000101u);
	assert_int_equal(value_of(&policy, "hv_max"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derived_fields_are_functions_of_the_rest),
		cmocka_unit_test(what_is_not_derived_stays),
		cmocka_unit_test(deriving_twice_changes_nothing),
		cmocka_unit_test(a_mirror_shows_what_leaf_1_shows),
		cmocka_unit_test(a_section_says_where_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
