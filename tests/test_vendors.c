/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy;

static void a_maker_is_known_by_its_string(void **state)
{
	static const struct {
		const char *string;
		enum cpupolicy_vendor_id id;
	} cases[] = {
		{ "GenuineIntel", CPUPOLICY_VENDOR_INTEL },
		{ "AuthenticAMD", CPUPOLICY_VENDOR_AMD },
		{ "HygonGenuine", CPUPOLICY_VENDOR_HYGON },
		{ "  Shanghai  ", CPUPOLICY_VENDOR_ZHAOXIN },
		{ "CentaurHauls", CPUPOLICY_VENDOR_ZHAOXIN },
		{ "GenuineIotel", CPUPOLICY_VENDOR_UNKNOWN },
		{ "GenuineTMx86", CPUPOLICY_VENDOR_UNKNOWN },
		{ "genuineintel", CPUPOLICY_VENDOR_UNKNOWN },
	};
	char string[13];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_policy(&policy, cases[i].string, "");
		assert_int_equal(cpupolicy_policy_vendor(&policy), cases[i].id);
		cpupolicy_policy_vendor_string(string, &policy);
		assert_string_equal(string, cases[i].string);
	}
	cpupolicy_policy_clear(&policy);
	assert_int_equal(cpupolicy_policy_vendor(&policy),
			 CPUPOLICY_VENDOR_UNKNOWN);
}

static void only_amd_and_its_heirs_mirror_leaf_1(void **state)
{
	static const struct {
		const char *vendor;
		bool mirrors;
	} cases[] = {
		{ "amd", true },	   { "hygon", true },
		{ "intel", false },	   { "zhaoxin", false },
		{ "GenuineTMx86", false },
	};
	const uint32_t fpu_to_apic = 0x3ff;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_row ext = { .leaf = 0x80000001u };
		struct cpupolicy_row first = { .leaf = 0x80000000u };
		struct cpupolicy_row basic = { .leaf = 0 };

		make_normal(&policy, cases[i].vendor, AVX);
		assert_int_equal(cpupolicy_policy_get_row(&ext, &policy), 0);
		assert_int_equal(cpupolicy_policy_get_row(&first, &policy), 0);
		assert_int_equal(cpupolicy_policy_get_row(&basic, &policy), 0);
		assert_int_equal((ext.edx & fpu_to_apic) != 0,
				 cases[i].mirrors);
		assert_int_equal(first.ebx, cases[i].mirrors ? basic.ebx : 0);
		assert_int_equal(first.edx, cases[i].mirrors ? basic.edx : 0);
	}
}

static void syscall_follows_lm_where_it_depends_on_the_mode(void **state)
{
	static const struct {
		const char *why, *vendor, *fields;
		uint32_t syscall;
	} cases[] = {
		{ "recorded in 32-bit mode", "intel", X87 "lm", 1 },
		{ "as it should be", "intel", X87 "lm syscall", 1 },
		{ "no long mode, no SYSCALL", "intel", X87 "syscall", 0 },
		{ "the same at Zhaoxin", "zhaoxin", X87 "lm", 1 },
		{ "AMD says what it has", "amd", X87 "lm", 0 },
		{ "AMD had it in 32-bit mode", "amd", X87 "syscall", 1 },
		{ "and so has Hygon", "hygon", X87 "syscall", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_policy(&policy, cases[i].vendor, X87);
		for (const char *name = cases[i].fields; *name;) {
			size_t length = strcspn(name, " ");
			cpupolicy_feature feature;

			assert_int_equal(
				cpupolicy_feature_parse(&feature, name, length),
				0);
			assert_int_equal(
				cpupolicy_policy_set(&policy, feature, true),
				0);
			name += length + (name[length] == ' ');
		}
		cpupolicy_normalize(&policy, NULL, NULL);
		if (cpupolicy_policy_has(&policy, feature_called("syscall")) !=
		    cases[i].syscall)
			fail_msg("%s", cases[i].why);
	}
}

/* What the original documents say, letter by letter. */
static void the_modes_hide_what_their_documents_say(void **state)
{
	static const char intel_r2[] =
		"ssse3 sse4_1 sse4_2 popcnt misalignsse xsave avx";
	static const char intel_tlfs2[] =
		"ssse3 sse4_1 sse4_2 sse4a xop popcnt cr8_legacy abm "
		"misalignsse mmxext 3dnow 3dnowext xsave xsaveopt avx";
	static const char amd_r2[] = "ssse3 sse4_1 sse4a xop popcnt abm "
				     "misalignsse 3dnow 3dnowext";
	static const char amd_tlfs2[] =
		"ssse3 sse4_1 sse4_2 sse4a xop popcnt abm misalignsse 3dnow "
		"3dnowext xsave xsaveopt avx";
	static const struct {
		const char *name, *hide;
		enum cpupolicy_vendor_id vendor;
	} cases[] = {
		{ "hyperv-r2", intel_r2, CPUPOLICY_VENDOR_INTEL },
		{ "hyperv-tlfs2", intel_tlfs2, CPUPOLICY_VENDOR_INTEL },
		{ "hyperv-r2", amd_r2, CPUPOLICY_VENDOR_AMD },
		{ "hyperv-tlfs2", amd_tlfs2, CPUPOLICY_VENDOR_AMD },
		/* descendants of Zen */
		{ "hyperv-r2", amd_r2, CPUPOLICY_VENDOR_HYGON },
		{ "hyperv-tlfs2", amd_tlfs2, CPUPOLICY_VENDOR_HYGON },
		/* Intel's instruction set */
		{ "hyperv-r2", intel_r2, CPUPOLICY_VENDOR_ZHAOXIN },
		{ "hyperv-tlfs2", intel_tlfs2, CPUPOLICY_VENDOR_ZHAOXIN },
	};
	const struct cpupolicy_mode *mode;
	uint32_t nr = 0;

	(void)state;
	for (; (mode = cpupolicy_mode_at(nr)) != NULL; nr++) {
		char list[256] = "";
		size_t i = 0;

		while (i < COUNT(cases) && (strcmp(cases[i].name, mode->name) ||
					    cases[i].vendor != mode->vendor))
			i++;
		assert_true(i < COUNT(cases));
		for (const char *const *name = mode->hide; *name; name++) {
			strcat(list, list[0] ? " " : "");
			strcat(list, *name);
			assert_non_null(field_called(*name));
		}
		assert_string_equal(list, cases[i].hide);
		assert_int_equal(mode->clflush_cap, 8);
		assert_true(strlen(mode->source) > 10);
	}
	assert_int_equal(nr, COUNT(cases));
	assert_null(cpupolicy_mode_at(0xffffffffu));
}

static void leftovers_in_old_centaurs_are_not_believed(void **state)
{
	/* WinChip C6: EBX and ECX hold what was there before */
	struct cpupolicy_row rows[] = {
		{ 0, 0, 1, 0x746e6543, 0x736c7561, 0x48727561 },
		{ 1, 0, 0x00000541, 0x04efff3c, 0x04efff38, 0x008001bf },
	};
	struct heard heard = { .nr = 0 };

	(void)state;
	assert_int_equal(cpupolicy_hostset(&policy, rows, 2, NULL, 0, NULL,
					   hear, &heard),
			 0);
	assert_int_equal(value_of(&policy, "ssse3"), 0);
	assert_int_equal(value_of(&policy, "xsave"), 0);
	assert_int_equal(value_of(&policy, "mmx"), 1);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_DROPPED_UNDEFINED, "ssse3"));
	assert_non_null(heard_of(&heard, CPUPOLICY_F_DROPPED_UNDEFINED,
				 "clflush_size"));
	/* Nehemiah (6.9) means what it says */
	rows[1].eax = 0x00000691;
	assert_int_equal(
		cpupolicy_hostset(&policy, rows, 2, NULL, 0, NULL, NULL, NULL),
		0);
	assert_int_equal(value_of(&policy, "popcnt"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_maker_is_known_by_its_string),
		cmocka_unit_test(only_amd_and_its_heirs_mirror_leaf_1),
		cmocka_unit_test(
			syscall_follows_lm_where_it_depends_on_the_mode),
		cmocka_unit_test(the_modes_hide_what_their_documents_say),
		cmocka_unit_test(leftovers_in_old_centaurs_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
