/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_derive.h"

static struct corpus corpus;
static struct derivation derivation;
static struct cpupolicy_policy model_policy, policy;

/* Rows of one model stand together. */
static bool first_of_model(size_t row)
{
	return row == 0 || strcmp(derivation.rows[row].model,
				  derivation.rows[row - 1].model) != 0;
}

static const struct cpupolicy_model *model_of(const struct derive_row *row)
{
	const struct cpupolicy_model *model = cpupolicy_model_find(row->model);

	if (!model || strcmp(model->name, row->model) != 0)
		fail_msg("line %d: there is no model %s", row->line,
			 row->model);
	return model;
}

/* A model has a brand of its own; a baseline has its donor's. */
static void take_brand(struct cpupolicy_policy *to,
		       const struct cpupolicy_policy *from)
{
	for (uint32_t leaf = 0x80000002; leaf <= 0x80000004; leaf++) {
		struct cpupolicy_row row = { .leaf = leaf };

		assert_int_equal(cpupolicy_policy_get_row(&row, from), 0);
		assert_int_equal(cpupolicy_policy_set_row(to, &row), 0);
	}
}

/* Made of some recordings only, a model must not have more than they share. */
static void check_part(const char *model, int made)
{
	if (made && cpupolicy_check(&model_policy, &policy, NULL, NULL) ==
			    CPUPOLICY_DOES_NOT_FIT)
		fail_msg("%s has more than its recordings", model);
}

static void check_whole(const char *model)
{
	take_brand(&policy, &model_policy);
	cpupolicy_normalize(&policy, NULL, NULL);
	if (!cpupolicy_policy_equal(&policy, &model_policy))
		fail_msg("%s: run derive_models and gen.py, and look what has"
			 " changed",
			 model);
}

static void every_model_is_what_its_recordings_share(void **state)
{
	enum { WHOLE, PART, NONE, HOW };
	static const char *const words[HOW] = {
		[WHOLE] = "made again from all of their recordings",
		[PART] = "checked against those recordings that are here",
		[NONE] = "not checked, no recording is here",
	};
	char names[HOW][4096] = { "", "", "" };

	(void)state;
	for (size_t i = 0; i < derivation.nr; i++) {
		const char *model = derivation.rows[i].model;
		size_t missing;
		int made, how;

		if (!first_of_model(i))
			continue;
		cpupolicy_model_policy(&model_policy,
				       model_of(&derivation.rows[i]));
		made = derive_model(&policy, &missing, &derivation, &corpus,
				    model);
		assert_true(made >= 0);
		if (missing)
			check_part(model, made);
		else
			check_whole(model);
		how = !missing ? WHOLE : made ? PART : NONE;
		strcat(strcat(names[how], " "), model);
	}
	for (int how = 0; how < HOW; how++)
		if (names[how][0])
			printf("# %s:%s\n", words[how], names[how]);
	assert_true(names[WHOLE][0]);
}

static void every_recording_is_the_one_that_was_used(void **state)
{
	size_t here = 0, absent = 0;

	(void)state;
	for (size_t i = 0; i < derivation.nr; i++) {
		const struct derive_row *row = &derivation.rows[i];
		const struct corpus_cpu *cpu = derive_cpu(&corpus, row->name);
		char hash[17];

		if (row->take != TAKE_RECORD && row->take != TAKE_LEAVE)
			continue;
		if (!cpu) {
			/* what is committed is always here */
			assert_string_equal(row->where, "corpus");
			absent++;
			continue;
		}
		derive_hash(hash, &corpus, cpu);
		if (strcmp(hash, row->hash) != 0)
			fail_msg("line %d: %s is another recording: %s",
				 row->line, row->name, hash);
		here++;
	}
	printf("# %zu recordings are here, %zu are not\n", here, absent);
}

/* Its set as a machine that is checked as the host of a guest */
static int accept_set(struct cpupolicy_policy *out,
		      const struct corpus_cpu *cpu)
{
	const struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.guest = cpupolicy_rows_are_guest(cpu->rows, cpu->nr_rows),
	};

	return cpupolicy_hostset(out, cpu->rows, cpu->nr_rows, cpu->msrs,
				 cpu->nr_msrs, &options, NULL, NULL);
}

static void a_guest_of_a_model_runs_on_every_recording_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < derivation.nr; i++) {
		const struct derive_row *row = &derivation.rows[i];
		const struct corpus_cpu *cpu = derive_cpu(&corpus, row->name);

		if (row->take != TAKE_RECORD || !cpu)
			continue;
		cpupolicy_model_policy(&model_policy, model_of(row));
		assert_int_equal(accept_set(&policy, cpu), 0);
		if (cpupolicy_check(&model_policy, &policy, NULL, NULL) ==
		    CPUPOLICY_DOES_NOT_FIT)
			fail_msg("%s does not fit %s", row->model, row->name);
	}
}

static void what_was_left_out_says_why_and_would_cost_something(void **state)
{
	(void)state;
	for (size_t i = 0; i < derivation.nr; i++) {
		const struct derive_row *row = &derivation.rows[i];
		const struct corpus_cpu *cpu = derive_cpu(&corpus, row->name);

		if (row->take != TAKE_LEAVE)
			continue;
		assert_true(strlen(row->note) > 0);
		if (!cpu)
			continue;
		cpupolicy_model_policy(&model_policy, model_of(row));
		assert_int_equal(derive_offer(&policy, &corpus, cpu), 0);
		assert_int_equal(
			cpupolicy_intersect(&policy, &model_policy, &policy),
			0);
		if (cpupolicy_policy_same_class(&policy, &model_policy))
			fail_msg("line %d: leaving %s out of %s changes"
				 " nothing",
				 row->line, row->name, row->model);
	}
}

static void every_model_of_a_maker_has_a_derivation(void **state)
{
	const struct cpupolicy_model *model;

	(void)state;
	for (uint32_t m = 0; (model = cpupolicy_model_at(m)); m++) {
		size_t rows = 0;

		for (size_t i = 0; i < derivation.nr; i++)
			rows += first_of_model(i) &&
				model_of(&derivation.rows[i]) == model;
		if (rows != (model->vendor != CPUPOLICY_VENDOR_UNKNOWN))
			fail_msg("%s: %zu places in derivation.csv",
				 model->name, rows);
	}
}

static int load(void **state)
{
	(void)state;
	if (corpus_load(&corpus, NULL) || derivation_load(&derivation))
		return -1;
	corpus_announce(stdout, &corpus);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	corpus_free(&corpus);
	derivation_free(&derivation);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_model_of_a_maker_has_a_derivation),
		cmocka_unit_test(every_recording_is_the_one_that_was_used),
		cmocka_unit_test(every_model_is_what_its_recordings_share),
		cmocka_unit_test(
			a_guest_of_a_model_runs_on_every_recording_of_it),
		cmocka_unit_test(
			what_was_left_out_says_why_and_would_cost_something),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
