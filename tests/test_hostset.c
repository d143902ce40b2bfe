/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "corpus.h"
#include "support.h"

static struct cpupolicy_policy policy;
static struct heard heard;

/* A small Intel CPU; tests change it. */
static const struct cpupolicy_row small[] = {
	{ 0, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 1, 0, 0x000306a9, 0x01100800, 0x1fbae3bf, 0xbfebfbff },
	{ 7, 0, 0, 0x00000281, 0, 0 },
	{ 0xd, 0, 7, 0x340, 0x340, 0 },
	{ 0xd, 1, 1, 0, 0, 0 },
	{ 0xd, 2, 256, 576, 0, 0 },
	{ 0x80000000u, 0, 0x80000008u, 0, 0, 0 },
	{ 0x80000001u, 0, 0, 0, 1, 0x28100800 },
	{ 0x80000008u, 0, 0x3024, 0, 0, 0 },
};

/* The host set of @rows, and then of one more row (or none). */
static int host_of(const struct cpupolicy_row *more,
		   const struct cpupolicy_msr *msr,
		   const struct cpupolicy_hostset_options *options)
{
	struct cpupolicy_row rows[COUNT(small) + 1];

	heard.nr = 0;
	memcpy(rows, small, sizeof(small));
	if (more)
		rows[COUNT(small)] = *more;
	return cpupolicy_hostset(&policy, rows, COUNT(small) + (more != NULL),
				 msr, msr != NULL, options, hear, &heard);
}

static void a_machine_without_leaf_0_is_refused(void **state)
{
	(void)state;
	assert_int_equal(
		cpupolicy_hostset(&policy, small, 0, NULL, 0, NULL, NULL, NULL),
		CPUPOLICY_E_INVALID);
	assert_int_equal(cpupolicy_hostset(&policy, small + 1, COUNT(small) - 1,
					   NULL, 0, NULL, NULL, NULL),
			 CPUPOLICY_E_INVALID);
	assert_int_equal(
		cpupolicy_hostset(&policy, small, 1, NULL, 0, NULL, NULL, NULL),
		0);
}

static void offer_is_for_new_guests_and_accept_for_running_ones(void **state)
{
	static const struct {
		const char *why, *name;
		bool offer, accept;
	} cases[] = {
		{ "a feature", "avx", true, true },
		{ "nested virtualisation", "vmx", false, true },
		{ "idling", "monitor", false, true },
		{ "the host's own business", "smx", false, false },
		{ "SYSCALL, derived from LM", "syscall", true, true },
		{ "state of the running system", "osxsave", false, false },
	};
	struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_OFFER
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		cpupolicy_feature feature = feature_called(cases[i].name);

		options.set = CPUPOLICY_SET_OFFER;
		assert_int_equal(host_of(NULL, NULL, &options), 0);
		if (cpupolicy_policy_has(&policy, feature) != cases[i].offer)
			fail_msg("offer: %s", cases[i].why);
		options.set = CPUPOLICY_SET_ACCEPT;
		assert_int_equal(host_of(NULL, NULL, &options), 0);
		if (cpupolicy_policy_has(&policy, feature) != cases[i].accept)
			fail_msg("accept: %s", cases[i].why);
	}
}

static void a_bit_without_a_name_is_honoured_but_not_offered(void **state)
{
	const struct cpupolicy_row more = { .leaf = 7,
					    .subleaf = 1,
					    .ecx = 0x80000000u };
	const cpupolicy_feature bit = feature_called("7.1:ecx[31]");
	struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_OFFER
	};
	const struct cpupolicy_finding *found;

	(void)state;
	assert_int_equal(host_of(&more, NULL, &options), 0);
	assert_false(cpupolicy_policy_has(&policy, bit));
	found = heard_of(&heard, CPUPOLICY_F_DROPPED_UNNAMED, NULL);
	assert_non_null(found);
	assert_int_equal(found->mask, 0x80000000u);
	options.set = CPUPOLICY_SET_ACCEPT;
	assert_int_equal(host_of(&more, NULL, &options), 0);
	assert_true(cpupolicy_policy_has(&policy, bit));
	assert_int_equal(heard_count(&heard, CPUPOLICY_F_DROPPED_UNNAMED), 0);
}

static void a_row_that_does_not_count_says_why(void **state)
{
	static const struct {
		const char *why;
		struct cpupolicy_row row;
		uint32_t code;
	} cases[] = {
		{ "topology",
		  { .leaf = 0xb, .eax = 1 },
		  CPUPOLICY_F_DROPPED_VCPU },
		{ "a serial number",
		  { .leaf = 3, .ecx = 5 },
		  CPUPOLICY_F_DROPPED_NEVER },
		{ "a leaf that says nothing to guests",
		  { .leaf = 9, .eax = 1 },
		  CPUPOLICY_F_DROPPED_NEVER },
		{ "a leaf above the highest",
		  { .leaf = 0x14, .ebx = 1 },
		  CPUPOLICY_F_DROPPED_OUT_OF_RANGE },
		{ "an extended leaf above",
		  { .leaf = 0x8000001eu, .eax = 9 },
		  CPUPOLICY_F_DROPPED_OUT_OF_RANGE },
		{ "a range that is an echo",
		  { .leaf = 0xc0000000u, .eax = 7 },
		  CPUPOLICY_F_DROPPED_OUT_OF_RANGE },
		{ "a leaf nobody knows",
		  { .leaf = 8, .edx = 1 },
		  CPUPOLICY_F_DROPPED_NO_SLOT },
		{ "the same leaf again",
		  { .leaf = 7, .ebx = 0xffffffff },
		  CPUPOLICY_F_DROPPED_DUPLICATE },
		{ "a sub-leaf where ECX does not matter",
		  { .leaf = 1, .subleaf = 1, .ecx = 0xffffffff },
		  CPUPOLICY_F_DROPPED_DUPLICATE },
		{ "a hypervisor below this machine",
		  { .leaf = 0x40000000u,
		    .eax = 0x40000001u,
		    .ebx = 0x4b4d564b,
		    .ecx = 0x564b4d56,
		    .edx = 0x4d },
		  CPUPOLICY_F_DROPPED_NEVER },
	};
	struct cpupolicy_policy before;

	(void)state;
	assert_int_equal(host_of(NULL, NULL, NULL), 0);
	before = policy;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool said = false;

		assert_int_equal(host_of(&cases[i].row, NULL, NULL), 0);
		for (size_t f = 0; f < heard.nr; f++)
			said = said ||
			       (heard.finding[f].code == cases[i].code &&
				!heard.finding[f].field &&
				heard.finding[f].at.leaf == cases[i].row.leaf);
		if (!said || !cpupolicy_policy_equal(&policy, &before))
			fail_msg("%s", cases[i].why);
	}
}

static void a_hypervisor_supplies_what_silicon_lacks(void **state)
{
	static const struct {
		enum cpupolicy_hypervisor hypervisor;
		const char *name;
		bool has;
	} cases[] = {
		{ CPUPOLICY_HYPERVISOR_NONE, "tsc_adjust", false },
		{ CPUPOLICY_HYPERVISOR_KVM, "tsc_adjust", true },
		{ CPUPOLICY_HYPERVISOR_NONE, "arat", false },
		{ CPUPOLICY_HYPERVISOR_KVM, "arat", true },
	};
	const struct cpupolicy_finding *found;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_hostset_options options = {
			.hypervisor = cases[i].hypervisor,
		};

		assert_int_equal(host_of(NULL, NULL, &options), 0);
		assert_int_equal(value_of(&policy, cases[i].name),
				 cases[i].has);
		found = heard_of(&heard, CPUPOLICY_F_SUPPLIED, cases[i].name);
		assert_int_equal(found != NULL, cases[i].has);
		/* its leaves only if it was named */
		assert_int_equal(policy.bases, 0);
	}
}

static void an_unrecorded_layout_is_filled_where_only_one_is_known(void **state)
{
	struct cpupolicy_row rows[COUNT(small)];

	(void)state;
	memcpy(rows, small, sizeof(small));
	rows[5].eax = rows[5].ebx = 0;
	heard.nr = 0;
	assert_int_equal(cpupolicy_hostset(&policy, rows, COUNT(rows), NULL, 0,
					   NULL, hear, &heard),
			 0);
	assert_int_equal(value_of(&policy, "xstate_avx_size"), 256);
	assert_int_equal(value_of(&policy, "xstate_avx_offset"), 576);
	assert_int_equal(value_of(&policy, "avx"), 1);
	assert_int_equal(heard_count(&heard, CPUPOLICY_F_FILLED), 2);
}

static void a_leaf_that_should_be_there_is_missed(void **state)
{
	struct cpupolicy_row rows[COUNT(small)];
	const struct cpupolicy_finding *found;
	size_t nr = 0;

	(void)state;
	/* without leaf 7 */
	for (size_t i = 0; i < COUNT(small); i++)
		if (small[i].leaf != 7)
			rows[nr++] = small[i];
	heard.nr = 0;
	assert_int_equal(cpupolicy_hostset(&policy, rows, nr, NULL, 0, NULL,
					   hear, &heard),
			 0);
	found = NULL;
	for (size_t i = 0; i < heard.nr; i++)
		if (heard.finding[i].code == CPUPOLICY_F_NOT_RECORDED &&
		    heard.finding[i].at.leaf == 7)
			found = &heard.finding[i];
	assert_non_null(found);
	assert_int_equal(value_of(&policy, "erms"), 0);
	assert_int_equal(host_of(NULL, NULL, NULL), 0);
	assert_int_equal(value_of(&policy, "erms"), 1);
}

/* A list of names says nothing of the bits it has no name for. */
static void bits_that_were_not_recorded_are_missed(void **state)
{
	struct cpupolicy_row known[COUNT(small)];
	const struct cpupolicy_hostset_options options = { .known = known };
	uint32_t missed = 0, findings = 0;

	(void)state;
	memset(known, 0xff, sizeof(known));
	known[2].ebx = 0x281 | 1u << 29;
	host_of(NULL, NULL, &options);
	for (size_t i = 0; i < heard.nr; i++) {
		const struct cpupolicy_finding *f = &heard.finding[i];

		if (f->code != CPUPOLICY_F_NOT_RECORDED || f->at.leaf != 7 ||
		    f->at.subleaf != 0)
			continue;
		findings++;
		missed = f->mask;
		assert_int_equal(f->at.reg, CPUPOLICY_EBX);
	}
	/* all bits of this register are policy */
	assert_int_equal(findings, 1);
	assert_int_equal(missed, ~known[2].ebx);
	assert_int_equal(value_of(&policy, "erms"), 1);
}

/* "smx" or "b.0:eax[31:0]&1": what a finding of a list is about. */
static bool is_about(const struct cpupolicy_finding *finding, const char *text)
{
	char address[CPUPOLICY_ADDRESS_TEXT], own[CPUPOLICY_ADDRESS_TEXT + 12];

	if (finding->field)
		return !strcmp(finding->field->name, text);
	cpupolicy_address_text(address, &finding->at);
	snprintf(own, sizeof(own), "%s&%x", address, finding->mask);
	return !strcmp(own, text);
}

static void expect_dropped(const char *code, const char *text)
{
	for (size_t i = 0; i < heard.nr; i++)
		if (!strcmp(cpupolicy_finding_info(heard.finding[i].code)->name,
			    code) &&
		    is_about(&heard.finding[i], text)) {
			heard.finding[i].code = CPUPOLICY_F_COST; /* ticked */
			return;
		}
	fail_msg("not %s: %s", code, text);
}

static void all_that_is_dropped_is_on_the_hand_checked_list(void **state)
{
	static const char *const names[] = { "Opteron-1352", "Core-i7-2600",
					     "EPYC-7601-32-Core" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char path[4096], line[256], *word, *code;
		struct cpupolicy_record *record;
		FILE *list;

		snprintf(path, sizeof(path), "libvirt/%s.json", names[i]);
		record = read_record(path);
		heard.nr = 0;
		assert_int_equal(cpupolicy_hostset(&policy, record->cores->rows,
						   record->cores->nr_rows,
						   record->cores->msrs,
						   record->cores->nr_msrs, NULL,
						   hear, &heard),
				 0);
		cpupolicy_record_free(record);
		snprintf(path, sizeof(path), "%s/tests/data/dropped/%s.list",
			 corpus_root(), names[i]);
		list = fopen(path, "r");
		assert_non_null(list);
		while (fgets(line, sizeof(line), list)) {
			code = strtok(line, ": \n");
			if (!code || *code == '#')
				continue;
			while ((word = strtok(NULL, " \n")) != NULL)
				expect_dropped(code, word);
		}
		fclose(list);
		for (size_t f = 0; f < heard.nr; f++)
			if (heard.finding[f].code >=
				    CPUPOLICY_F_DROPPED_NEVER &&
			    heard.finding[f].code <= CPUPOLICY_F_DROPPED_LAYOUT)
				fail_msg("%s: F%03u %s", names[i],
					 heard.finding[f].code,
					 heard.finding[f].field
						 ? heard.finding[f].field->name
						 : "no name");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_without_leaf_0_is_refused),
		cmocka_unit_test(
			offer_is_for_new_guests_and_accept_for_running_ones),
		cmocka_unit_test(
			a_bit_without_a_name_is_honoured_but_not_offered),
		cmocka_unit_test(a_row_that_does_not_count_says_why),
		cmocka_unit_test(a_hypervisor_supplies_what_silicon_lacks),
		cmocka_unit_test(
			an_unrecorded_layout_is_filled_where_only_one_is_known),
		cmocka_unit_test(a_leaf_that_should_be_there_is_missed),
		cmocka_unit_test(bits_that_were_not_recorded_are_missed),
		cmocka_unit_test(
			all_that_is_dropped_is_on_the_hand_checked_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
