/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/xen.h>

#include "support.h"

#define NONE	    CPUPOLICY_XEN_NO_SUBLEAF
#define ROOM_LEAVES 120 /* what Xen 4.17 has room for */

static struct cpupolicy_error error;
static char lost_text[4096];
static struct heard heard;

static void keep_lost(void *arg, const char *what)
{
	size_t length = strlen(lost_text);

	(void)arg;
	snprintf(lost_text + length, sizeof(lost_text) - length, "%s\n", what);
}

static struct cpupolicy_xen_leaf leaves[ROOM_LEAVES];
static struct cpupolicy_xen_msr msrs[2];

static struct cpupolicy_xen_arrays no_arrays(void)
{
	lost_text[0] = '\0';
	return (struct cpupolicy_xen_arrays){
		.leaves = leaves,
		.room_leaves = COUNT(leaves),
		.msrs = msrs,
		.room_msrs = COUNT(msrs),
	};
}

static const struct cpupolicy_xen_leaf *
entry(const struct cpupolicy_xen_arrays *arrays, uint32_t leaf,
      uint32_t subleaf)
{
	for (size_t i = 0; i < arrays->nr_leaves; i++)
		if (arrays->leaves[i].leaf == leaf &&
		    arrays->leaves[i].subleaf == subleaf)
			return &arrays->leaves[i];
	return NULL;
}

static void offer_of(struct cpupolicy_policy *out, const char *path)
{
	const struct cpupolicy_hostset_options options = {
		.hypervisor = CPUPOLICY_HYPERVISOR_XEN,
	};
	struct cpupolicy_record *record = read_record(path);

	assert_int_equal(cpupolicy_record_hostset(out, record, &options, NULL,
						  NULL, NULL),
			 0);
	cpupolicy_record_free(record);
}

static const char *const recorded[] = {
	"qemu/EPYC-v2.json",
	"bochs/corei7-skylake-x.json",
};

static void what_was_put_is_read_as_the_same_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(recorded); i++) {
		struct cpupolicy_xen_arrays arrays = no_arrays();
		struct cpupolicy_policy policy, again;
		uint32_t code;

		offer_of(&policy, recorded[i]);
		if (cpupolicy_xen_put(&arrays, &policy, keep_lost, NULL,
				      &error))
			fail_msg("%s: %s", recorded[i], error.text);
		assert_int_equal(cpupolicy_xen_policy(
					 &again, leaves, arrays.nr_leaves, msrs,
					 arrays.nr_msrs, NULL, NULL, &error),
				 0);
		heard.nr = 0;
		code = (uint32_t)cpupolicy_check(&policy, &again, hear, &heard);
		if (code != CPUPOLICY_FITS)
			fail_msg("%s: lost %s, lost: %s", recorded[i],
				 heard.finding[0].field
					 ? heard.finding[0].field->name
					 : "bits",
				 lost_text);
		assert_int_equal(cpupolicy_check(&again, &policy, NULL, NULL),
				 CPUPOLICY_FITS);
	}
}

static void entries_come_sorted_and_numbered_as_xen_wants_them(void **state)
{
	struct cpupolicy_xen_arrays arrays = no_arrays();
	struct cpupolicy_policy policy;

	(void)state;
	offer_of(&policy, recorded[1]);
	assert_int_equal(
		cpupolicy_xen_put(&arrays, &policy, NULL, NULL, &error), 0);
	assert_non_null(entry(&arrays, 0, NONE));
	assert_non_null(entry(&arrays, 7, 0));
	assert_null(entry(&arrays, 7, NONE));
	assert_non_null(entry(&arrays, 0xd, 2));
	assert_non_null(entry(&arrays, 0x80000008, NONE));
	assert_int_equal(sizeof(struct cpupolicy_xen_leaf), 24);
	assert_int_equal(sizeof(struct cpupolicy_xen_msr), 16);
	for (size_t i = 1; i < arrays.nr_leaves; i++)
		assert_true(leaves[i - 1].leaf < leaves[i].leaf ||
			    (leaves[i - 1].leaf == leaves[i].leaf &&
			     leaves[i - 1].subleaf < leaves[i].subleaf));
}

static void what_no_policy_says_stays_as_the_domain_has_it(void **state)
{
	static const struct cpupolicy_xen_leaf domain[] = {
		{ 0, NONE, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 1, NONE, 0x50654, 0x04100800, 0xffffffff, 0xffffffff },
		{ 2, NONE, 0xff, 0, 0, 0 },
		{ 0xb, 0, 1, 2, 0x100, 4 },
		{ 0xb, 1, 5, 8, 0x201, 4 },
		{ 0x40000000, NONE, 0x40000005, 0, 0, 0 },
		{ 0x80000000, NONE, 0x80000008, 0, 0, 0 },
		{ 0x8000000a, NONE, 1, 0, 0, 0xff },
	};
	struct cpupolicy_xen_arrays arrays = no_arrays();
	struct cpupolicy_policy policy;

	(void)state;
	memcpy(leaves, domain, sizeof(domain));
	arrays.nr_leaves = COUNT(domain);
	make_normal(&policy, "intel", AVX);
	assert_int_equal(
		cpupolicy_xen_put(&arrays, &policy, NULL, NULL, &error), 0);
	assert_int_equal(entry(&arrays, 0xb, 1)->b, 8);
	assert_int_equal(entry(&arrays, 0xb, 0)->d, 4);
	assert_int_equal(entry(&arrays, 0x40000000, NONE)->a, 0x40000005);
	/* how many processors the package has; HTT; OSXSAVE is the guest's */
	assert_int_equal(entry(&arrays, 1, NONE)->b >> 16, 0x0410);
	assert_int_equal(entry(&arrays, 1, NONE)->d >> 28 & 1, 1);
	/* but what the policy could say and does not is gone */
	assert_int_equal(entry(&arrays, 1, NONE)->c >> 5 & 1, 0);
	assert_int_equal(entry(&arrays, 0x8000000a, NONE)->d, 0);
}

static void what_xen_has_no_place_for_is_said(void **state)
{
	struct cpupolicy_xen_arrays arrays = no_arrays();
	struct cpupolicy_policy policy;

	(void)state;
	make_policy(&policy, "intel", AVX "amx_tile max_subleaf_7=1");
	assert_int_equal(cpupolicy_policy_set_row(
				 &policy, &(struct cpupolicy_row){ 0x1d, 1, 1,
								   2, 3, 4 }),
			 0);
	assert_int_equal(
		cpupolicy_policy_set_msr(
			&policy, &(struct cpupolicy_msr){ 0xcf, 0, 0x20 }),
		0);
	set_fields(&policy, "max_basic=0x1d");
	assert_int_equal(
		cpupolicy_xen_put(&arrays, &policy, keep_lost, NULL, &error),
		0);
	assert_non_null(strstr(lost_text, "leaf 1d.1: Xen's policies have no"));
	assert_non_null(strstr(lost_text, "leaf 0 says 1d as the highest"));
	assert_non_null(strstr(lost_text, "MSR cf: Xen's policies have no"));
	assert_int_equal(entry(&arrays, 0, NONE)->a, 0xd);
}

static void arrays_without_room_are_left_alone(void **state)
{
	struct cpupolicy_xen_arrays arrays = no_arrays();
	struct cpupolicy_policy policy;

	(void)state;
	offer_of(&policy, recorded[0]);
	arrays.room_leaves = 5;
	memset(leaves, 0x5a, sizeof(leaves));
	assert_int_equal(
		cpupolicy_xen_put(&arrays, &policy, NULL, NULL, &error),
		CPUPOLICY_E_SPACE);
	assert_int_equal(arrays.nr_leaves, 0);
	assert_int_equal(leaves[0].leaf, 0x5a5a5a5a);
	assert_non_null(strstr(error.text, "no room for more than 5 leaves"));
}

static void entries_that_xen_would_refuse_are_refused(void **state)
{
	static const struct {
		const char *why;
		struct cpupolicy_xen_leaf leaf[2];
		struct cpupolicy_xen_msr msr[2];
		int line;
		const char *says;
	} bad[] = {
		{ .why = "a leaf with sub-leaves has no number",
		  .leaf = { { 0, NONE, 0, 0, 0, 0 }, { 7, NONE, 0, 0, 0, 0 } },
		  .line = 2,
		  .says = "Xen's leaves:2: leaf 7, sub-leaf ffffffff: expected "
			  "a sub-leaf's number" },
		{ .why = "a number where none belongs",
		  .leaf = { { 1, 0, 0, 0, 0, 0 }, { 7, 0, 0, 0, 0, 0 } },
		  .line = 1,
		  .says = "has no sub-leaves in Xen" },
		{ .why = "twice",
		  .leaf = { { 7, 1, 0, 0, 0, 0 }, { 7, 1, 1, 0, 0, 0 } },
		  .line = 2,
		  .says = "came before" },
		{ .why = "flags",
		  .leaf = { { 0, NONE, 0, 0, 0, 0 }, { 7, 1, 1, 0, 0, 0 } },
		  .msr = { { 0xce, 0, 0 }, { 0x10a, 1, 0 } },
		  .line = 2,
		  .says = "Xen's MSRs:2: MSR 10a: flags that are not 0" },
		{ .why = "an MSR twice",
		  .leaf = { { 0, NONE, 0, 0, 0, 0 }, { 7, 1, 1, 0, 0, 0 } },
		  .msr = { { 0x10a, 0, 0 }, { 0x10a, 0, 1 } },
		  .line = 2,
		  .says = "came before" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct cpupolicy_policy policy;
		int status = cpupolicy_xen_policy(
			&policy, bad[i].leaf, 2, bad[i].msr,
			bad[i].msr[0].idx ? 2 : 0, NULL, NULL, &error);

		if (status != CPUPOLICY_E_MEANING ||
		    error.line != bad[i].line ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%s: %d, %s", bad[i].why, status, error.text);
	}
}

static void entries_that_are_not_sorted_cannot_be_put_over(void **state)
{
	struct cpupolicy_xen_arrays arrays = no_arrays();
	struct cpupolicy_policy policy;

	(void)state;
	leaves[0] = (struct cpupolicy_xen_leaf){ 1, NONE, 0, 0, 0, 0 };
	leaves[1] = (struct cpupolicy_xen_leaf){ 0, NONE, 0, 0, 0, 0 };
	arrays.nr_leaves = 2;
	make_normal(&policy, "intel", X87);
	assert_int_equal(
		cpupolicy_xen_put(&arrays, &policy, NULL, NULL, &error),
		CPUPOLICY_E_MEANING);
	assert_int_equal(error.line, 2);
}

static void a_record_keeps_what_the_host_policy_has(void **state)
{
	static const struct cpupolicy_xen_leaf host[] = {
		{ 0, NONE, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 7, 0, 2, 0x00880389, 8, 0 },
		{ 0x40000000, NONE, 5, 0, 0, 0 },
	};
	static const struct cpupolicy_xen_msr caps = { 0x10a, 0, 0x69 };
	struct cpupolicy_record *record;

	(void)state;
	assert_int_equal(
		cpupolicy_xen_record(&record, host, 3, &caps, 1, &error), 0);
	assert_int_equal(record->nr_cores, 1);
	assert_int_equal(record->cores[0].nr_rows, 2);
	assert_int_equal(record->cores[0].rows[1].ebx, 0x00880389);
	assert_int_equal(record->cores[0].msrs[0].value, 0x69);
	cpupolicy_record_free(record);
}

static void a_featureset_has_the_words_of_the_policy_in_xens_order(void **state)
{
	struct cpupolicy_xen_featureset words;
	char text[CPUPOLICY_XEN_FEATURESET_TEXT];
	struct cpupolicy_policy policy;

	(void)state;
	make_policy(&policy, "intel",
		    "fpu sse3 nx lahf_lm xsaveopt fsgsbase prefetchwt1 invtsc "
		    "clzero md_clear avx_vnni lfence_rdtsc intel_ppin "
		    "intel_psfd rdctl_no its_no");
	cpupolicy_xen_featureset_of(&words, &policy);
	assert_string_equal(
		cpupolicy_xen_featureset_text(text, &words),
		"00000001-80000001-00100000-00000001-00000001-00000001-"
		"00000001-00000100-00000001-00000400-00000010-00000004-"
		"00000001-00000001-00000000-00000000-00000001-40000000-"
		"00000000");
}

static void a_featureset_is_read_with_either_separator(void **state)
{
	struct cpupolicy_xen_featureset words;
	char text[CPUPOLICY_XEN_FEATURESET_TEXT];

	(void)state;
	assert_int_equal(
		cpupolicy_xen_featureset_parse(
			&words, "words", "178bfbff:f6F83203-00000000", &error),
		0);
	assert_int_equal(words.nr, 3);
	assert_int_equal(words.word[1], 0xf6f83203);
	assert_string_equal(cpupolicy_xen_featureset_text(text, &words),
			    "178bfbff-f6f83203-00000000");
}

static void what_is_no_featureset_is_refused_with_its_column(void **state)
{
	char many[9 * 33 + 1];
	const struct {
		const char *text;
		int column, status;
	} bad[] = {
		{ "", 1, CPUPOLICY_E_SYNTAX },
		{ "178bfbf", 8, CPUPOLICY_E_SYNTAX },
		{ "178bfbff-", 10, CPUPOLICY_E_SYNTAX },
		{ "178bfbff0", 9, CPUPOLICY_E_SYNTAX },
		{ "178bfbff:0000x000", 14, CPUPOLICY_E_SYNTAX },
		{ many, 9 * 32 + 1, CPUPOLICY_E_RANGE },
	};

	(void)state;
	for (size_t i = 0; i < 33; i++)
		memcpy(many + 9 * i, "00000000-", 10);
	many[9 * 33 - 1] = '\0';
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct cpupolicy_xen_featureset words = { .nr = 77 };

		assert_int_equal(cpupolicy_xen_featureset_parse(
					 &words, "words", bad[i].text, &error),
				 bad[i].status);
		assert_int_equal(error.column, bad[i].column);
		assert_int_equal(words.nr, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_read_as_the_same_policy),
		cmocka_unit_test(
			entries_come_sorted_and_numbered_as_xen_wants_them),
		cmocka_unit_test(
			what_no_policy_says_stays_as_the_domain_has_it),
		cmocka_unit_test(what_xen_has_no_place_for_is_said),
		cmocka_unit_test(arrays_without_room_are_left_alone),
		cmocka_unit_test(entries_that_xen_would_refuse_are_refused),
		cmocka_unit_test(
			entries_that_are_not_sorted_cannot_be_put_over),
		cmocka_unit_test(a_record_keeps_what_the_host_policy_has),
		cmocka_unit_test(
			a_featureset_has_the_words_of_the_policy_in_xens_order),
		cmocka_unit_test(a_featureset_is_read_with_either_separator),
		cmocka_unit_test(
			what_is_no_featureset_is_refused_with_its_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
