/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/drift.h>

#include "support.h"

static struct cpupolicy_drift *drift;

/* A recorded Skylake-SP (it has TSX and AVX-512) and the same again. */
struct twice {
	struct cpupolicy_record *before, *after;
};

static int read_twice(void **state)
{
	struct twice *twice = calloc(1, sizeof(*twice));

	twice->before = read_record("libvirt/Xeon-Gold-6130.json");
	twice->after = read_record("libvirt/Xeon-Gold-6130.json");
	*state = twice;
	return 0;
}

static int free_twice(void **state)
{
	struct twice *twice = *state;

	cpupolicy_drift_free(drift);
	drift = NULL;
	cpupolicy_record_free(twice->before);
	cpupolicy_record_free(twice->after);
	free(twice);
	return 0;
}

static uint32_t *register_of(struct cpupolicy_record *record, uint32_t leaf,
			     uint32_t subleaf, unsigned int reg)
{
	struct cpupolicy_core *core = &record->cores[0];

	for (size_t i = 0; i < core->nr_rows; i++) {
		struct cpupolicy_row *row = &core->rows[i];
		uint32_t *regs[] = { &row->eax, &row->ebx, &row->ecx,
				     &row->edx };

		if (row->leaf == leaf && row->subleaf == subleaf)
			return regs[reg];
	}
	fail_msg("no row %x.%u", leaf, subleaf);
	return NULL;
}

static void put_feature(struct cpupolicy_record *record, const char *name,
			bool on)
{
	const struct cpupolicy_field *field = field_called(name);
	uint32_t *reg = register_of(record, field->at.leaf, field->at.subleaf,
				    field->at.reg);

	*reg = on ? *reg | 1u << field->at.low : *reg & ~(1u << field->at.low);
}

static void say(char **string, const char *text)
{
	free(*string);
	*string = text ? strdup(text) : NULL;
}

static void compare(const struct twice *twice)
{
	const struct cpupolicy_drift_input before = { .record = twice->before };
	const struct cpupolicy_drift_input after = { .record = twice->after };
	const struct cpupolicy_hostset_options options = {
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};

	cpupolicy_drift_free(drift);
	drift = NULL;
	assert_int_equal(
		cpupolicy_drift_new(&drift, &before, &after, &options, NULL),
		0);
}

static const struct cpupolicy_drift_change *change_of(const char *name)
{
	for (size_t i = 0; i < drift->nr_changes + drift->nr_unrecorded; i++)
		if (drift->change[i].field &&
		    strcmp(drift->change[i].field->name, name) == 0)
			return &drift->change[i];
	return NULL;
}

static void a_machine_has_not_changed_against_itself(void **state)
{
	compare(*state);
	assert_true(drift->same_cpu);
	assert_int_equal(drift->nr_changes, 0);
	assert_int_equal(drift->nr_unrecorded, 0);
	assert_int_equal(drift->nr_causes, 0);
	assert_true(cpupolicy_drift_leave(drift, NULL, NULL) <
		    CPUPOLICY_DOES_NOT_FIT);
	assert_true(cpupolicy_drift_come(drift, NULL, NULL) <
		    CPUPOLICY_DOES_NOT_FIT);
}

static void changes_go_by_what_they_are_to_guests(void **state)
{
	static const struct {
		const char *why, *feature;
		bool after;
		enum cpupolicy_drift_direction direction;
		bool offer, accept;
	} cases[] = {
		{ .why = "a feature that is gone",
		  .feature = "avx2",
		  .after = false,
		  .direction = CPUPOLICY_DRIFT_LOST,
		  .offer = true,
		  .accept = true },
		{ .why = "a feature that came",
		  .feature = "sha_ni",
		  .after = true,
		  .direction = CPUPOLICY_DRIFT_GAINED,
		  .offer = true,
		  .accept = true },
		{ .why = "a limitation that came is a loss",
		  .feature = "fdp_excptn_only",
		  .after = true,
		  .direction = CPUPOLICY_DRIFT_LOST,
		  .offer = true,
		  .accept = true },
		{ .why = "MPX is honoured and given to nobody any more",
		  .feature = "mpx",
		  .after = false,
		  .direction = CPUPOLICY_DRIFT_LOST,
		  .offer = false,
		  .accept = true },
	};
	struct twice *twice = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_drift_change *change;

		put_feature(twice->before, cases[i].feature, !cases[i].after);
		put_feature(twice->after, cases[i].feature, cases[i].after);
		compare(twice);
		change = change_of(cases[i].feature);
		if (!change || change->direction != cases[i].direction ||
		    change->offer.differ != cases[i].offer ||
		    change->accept.differ != cases[i].accept ||
		    change->accept.after != cases[i].after)
			fail_msg("%s", cases[i].why);
		put_feature(twice->after, cases[i].feature, !cases[i].after);
	}
}

static void losses_come_first_and_each_once(void **state)
{
	struct twice *twice = *state;

	put_feature(twice->before, "sha_ni", false);
	put_feature(twice->after, "sha_ni", true);
	put_feature(twice->after, "avx2", false);
	put_feature(twice->after, "rdseed", false);
	compare(twice);
	for (size_t i = 1; i < drift->nr_changes; i++) {
		assert_true(drift->change[i - 1].direction <=
			    drift->change[i].direction);
		for (size_t j = 0; j < i; j++)
			assert_false(drift->change[i].field &&
				     drift->change[j].field ==
					     drift->change[i].field);
	}
	assert_int_equal(drift->change[0].direction, CPUPOLICY_DRIFT_LOST);
}

/* Transactions that always abort: what microcode did to Skylake in 2021. */
static void tsx_that_aborts_came_with_microcode(void **state)
{
	struct twice *twice = *state;

	put_feature(twice->after, "rtm", false);
	put_feature(twice->after, "hle", false);
	put_feature(twice->after, "rtm_always_abort", true);
	say(&twice->before->microcode, "0x2006a0a");
	say(&twice->after->microcode, "0x2006b06");
	compare(twice);
	assert_int_equal(drift->nr_causes, 1);
	assert_string_equal(drift->cause[0]->name, "tsx_aborts");

	/* the same microcode cannot have done it */
	say(&twice->after->microcode, "0x2006a0a");
	compare(twice);
	assert_int_equal(drift->nr_causes, 1);
	assert_string_equal(drift->cause[0]->name, "tsx_off");

	/* nor the same kernel; a firmware setting is in no record */
	say(&twice->before->kernel, "Linux 5.10");
	say(&twice->after->kernel, "Linux 5.10");
	compare(twice);
	assert_string_equal(drift->cause[0]->name, "tsx_off");
	assert_true(drift->cause[0]->by >> CPUPOLICY_DRIFT_FIRMWARE & 1);
}

static void records_give_evidence(void **state)
{
	struct twice *twice = *state;
	const char *before, *after;

	say(&twice->before->microcode, "0x1");
	say(&twice->after->microcode, "0x2");
	say(&twice->before->kernel, "Linux 6.1");
	say(&twice->after->kernel, "Linux 6.1");
	say(&twice->before->tool, NULL);
	compare(twice);
	assert_int_equal(cpupolicy_drift_evidence(&before, &after, drift,
						  CPUPOLICY_DRIFT_MICROCODE),
			 CPUPOLICY_DRIFT_DIFFERS);
	assert_string_equal(before, "0x1");
	assert_string_equal(after, "0x2");
	assert_int_equal(cpupolicy_drift_evidence(NULL, NULL, drift,
						  CPUPOLICY_DRIFT_KERNEL),
			 CPUPOLICY_DRIFT_SAME);
	assert_int_equal(cpupolicy_drift_evidence(NULL, NULL, drift,
						  CPUPOLICY_DRIFT_TOOL),
			 CPUPOLICY_DRIFT_UNKNOWN);
	assert_int_equal(cpupolicy_drift_evidence(NULL, NULL, drift,
						  CPUPOLICY_DRIFT_FIRMWARE),
			 CPUPOLICY_DRIFT_UNKNOWN);

	/* the same program that reads another way is no longer the same */
	say(&twice->before->tool, "cpupolicy");
	say(&twice->after->tool, "cpupolicy");
	say(&twice->before->how, "CPUID instruction");
	say(&twice->after->how, "KVM_GET_SUPPORTED_CPUID");
	compare(twice);
	assert_int_equal(cpupolicy_drift_evidence(NULL, NULL, drift,
						  CPUPOLICY_DRIFT_TOOL),
			 CPUPOLICY_DRIFT_DIFFERS);
}

static void what_one_record_leaves_out_has_not_changed(void **state)
{
	struct twice *twice = *state;

	/* the tool had not read leaf 7 yet */
	register_of(twice->before, 7, 0, 0);
	for (size_t i = 0; i < twice->before->cores[0].nr_rows; i++)
		if (twice->before->cores[0].rows[i].leaf == 7)
			twice->before->cores[0].rows[i].leaf = 0x5fff;
	compare(twice);
	assert_true(drift->nr_unrecorded > 0);
	assert_true(change_of("bmi1")->unrecorded);
	assert_true(change_of("xcr0_opmask")->unrecorded);
	assert_int_equal(drift->nr_changes, 0);
	for (size_t i = 0; i < drift->nr_causes; i++)
		assert_string_not_equal(drift->cause[i]->name, "mitigations");
}

static void another_cpu_is_noticed(void **state)
{
	struct twice *twice = *state;

	*register_of(twice->after, 1, 0, 0) += 1; /* its stepping */
	compare(twice);
	assert_false(drift->same_cpu);
}

static void every_guest_has_a_fate(void **state)
{
	static const struct {
		const char *why, *guest, *lost, *gained;
		enum cpupolicy_drift_fate fate;
	} cases[] = {
		{ .why = "it does not use what went",
		  .guest = LONG,
		  .lost = "bmi2",
		  .fate = CPUPOLICY_DRIFT_STILL },
		{ .why = "it was promised what went",
		  .guest = LONG "bmi2",
		  .lost = "bmi2",
		  .fate = CPUPOLICY_DRIFT_NO_LONGER },
		{ .why = "it was promised what came",
		  .guest = LONG "sha_ni",
		  .gained = "sha_ni",
		  .fate = CPUPOLICY_DRIFT_NOW },
		{ .why = "it was promised what never was",
		  .guest = LONG "sha_ni",
		  .lost = "bmi2",
		  .fate = CPUPOLICY_DRIFT_NEVER },
		{ .why = "a hint is no reason",
		  .guest = LONG "erms",
		  .lost = "erms",
		  .fate = CPUPOLICY_DRIFT_STILL },
		{ .why = "it counts on clean buffers",
		  .guest = LONG "md_clear",
		  .lost = "md_clear",
		  .fate = CPUPOLICY_DRIFT_INSECURE },
		{ .why = "and gets them again",
		  .guest = LONG "md_clear",
		  .gained = "md_clear",
		  .fate = CPUPOLICY_DRIFT_MORE_SECURE },
	};
	static struct cpupolicy_policy guest;
	struct twice *twice = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name =
			cases[i].lost ? cases[i].lost : cases[i].gained;
		enum cpupolicy_verdict before, after;

		put_feature(twice->before, "sha_ni", false);
		put_feature(twice->after, "sha_ni", false);
		put_feature(twice->before, name, cases[i].lost != NULL);
		put_feature(twice->after, name, cases[i].lost == NULL);
		compare(twice);
		make_policy(&guest, "intel", cases[i].guest);
		if (cpupolicy_drift_guest(&before, &after, drift, &guest) !=
		    cases[i].fate)
			fail_msg("%s: %s, then %s", cases[i].why,
				 cpupolicy_verdict_text(before),
				 cpupolicy_verdict_text(after));
		put_feature(twice->before, name, true);
		put_feature(twice->after, name, true);
	}
}

static void what_came_keeps_new_guests_from_leaving(void **state)
{
	struct twice *twice = *state;
	struct heard heard = { 0 };

	put_feature(twice->before, "sha_ni", false);
	put_feature(twice->after, "sha_ni", true);
	compare(twice);
	assert_int_equal(cpupolicy_drift_leave(drift, hear, &heard),
			 CPUPOLICY_DOES_NOT_FIT);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_FEATURE_MISSING, "sha_ni"));
	assert_true(cpupolicy_drift_come(drift, NULL, NULL) <
		    CPUPOLICY_DOES_NOT_FIT);
}

static void policies_are_taken_literally(void **state)
{
	static struct cpupolicy_policy a, b;
	const struct cpupolicy_drift_input before = { .policy = &a };
	const struct cpupolicy_drift_input after = { .policy = &b };
	const struct cpupolicy_drift_input none = { 0 };
	struct cpupolicy_error error = { 0 };
	const struct cpupolicy_drift_change *change;

	(void)state;
	make_policy(&a, "intel", "avx2 phys_bits=46");
	make_policy(&b, "intel", "avx2 phys_bits=39");
	assert_int_equal(
		cpupolicy_drift_new(&drift, &before, &after, NULL, NULL), 0);
	assert_int_equal(drift->nr_changes, 1);
	change = change_of("phys_bits");
	assert_int_equal(change->direction, CPUPOLICY_DRIFT_LOST);
	assert_int_equal(change->offer.after, 39);
	assert_int_equal(change->accept.before, 46);
	cpupolicy_drift_free(drift);
	drift = NULL;
	assert_int_equal(
		cpupolicy_drift_new(&drift, &none, &after, NULL, &error),
		CPUPOLICY_E_INVALID);
	assert_null(drift);
	assert_true(strlen(error.text) > 0);
}

static void names_of_agents_are_total(void **state)
{
	(void)state;
	assert_string_equal(
		cpupolicy_drift_agent_name(CPUPOLICY_DRIFT_MICROCODE),
		"microcode");
	assert_string_equal(
		cpupolicy_drift_agent_name(CPUPOLICY_NR_DRIFT_AGENTS),
		"unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, read_twice, free_twice)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_machine_has_not_changed_against_itself),
		TEST(changes_go_by_what_they_are_to_guests),
		TEST(losses_come_first_and_each_once),
		TEST(tsx_that_aborts_came_with_microcode),
		TEST(records_give_evidence),
		TEST(what_one_record_leaves_out_has_not_changed),
		TEST(another_cpu_is_noticed),
		TEST(every_guest_has_a_fate),
		TEST(what_came_keeps_new_guests_from_leaving),
		TEST(policies_are_taken_literally),
		cmocka_unit_test(names_of_agents_are_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
