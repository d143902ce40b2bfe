/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/fit.h>

#include "model_derive.h"
#include "support.h"

#define MOST 256

static struct cpupolicy_models *models;
static struct cpupolicy_fit list[MOST];
static struct cpupolicy_policy policy;
static struct corpus corpus;
static struct derivation derivation;

static uint32_t index_of(const char *name, int line)
{
	const struct cpupolicy_model *model = cpupolicy_model_find(name);

	if (!model)
		fail_msg("docs/models.md:%d: no model %s", line, name);
	return (uint32_t)(model - cpupolicy_model_at(0));
}

/* How many of the first entries fit. */
static uint32_t fitting(uint32_t nr)
{
	uint32_t fit = 0;

	while (fit < nr && !list[fit].blocks)
		fit++;
	return fit;
}

/* "a < b < c", "a = b", "a | b" */
static void check_line(char *text, int line, bool *told)
{
	static const char *const signs[] = {
		[CPUPOLICY_RELATION_NONE] = "|",
		[CPUPOLICY_RELATION_EQUAL] = "=",
		[CPUPOLICY_RELATION_BELOW] = "<",
		[CPUPOLICY_RELATION_ABOVE] = ">",
	};
	char *left = strtok(text, " \n"), *sign, *right;

	told[index_of(left, line)] = true;
	while ((sign = strtok(NULL, " \n")) != NULL) {
		enum cpupolicy_relation is;

		right = strtok(NULL, " \n");
		assert_non_null(right);
		is = cpupolicy_models_relation(models, index_of(left, line),
					       index_of(right, line));
		if (strcmp(sign, signs[is]) != 0)
			fail_msg("docs/models.md:%d: %s %s %s, but it is %s",
				 line, left, sign, right, signs[is]);
		told[index_of(right, line)] = true;
		left = right;
	}
}

static void the_order_that_is_told_is_the_order_that_is(void **state)
{
	char path[CORPUS_PATH], text[512];
	bool told[MOST] = { false }, inside = false;
	int line = 0;
	FILE *in;

	(void)state;
	snprintf(path, sizeof(path), "%s/docs/models.md", corpus_root());
	in = fopen(path, "r");
	assert_non_null(in);
	while (fgets(text, sizeof(text), in)) {
		line++;
		if (strncmp(text, "```", 3) == 0)
			inside = strncmp(text, "```order", 8) == 0;
		else if (inside)
			check_line(text, line, told);
	}
	fclose(in);
	for (uint32_t i = 0; i < cpupolicy_models_count(models); i++)
		if (!told[i])
			fail_msg("docs/models.md does not place %s",
				 cpupolicy_model_at(i)->name);
}

static void the_order_is_one(void **state)
{
	uint32_t nr = cpupolicy_models_count(models);

	(void)state;
	for (uint32_t a = 0; a < nr; a++) {
		assert_int_equal(cpupolicy_models_relation(models, a, a),
				 CPUPOLICY_RELATION_EQUAL);
		for (uint32_t b = 0; b < nr; b++) {
			enum cpupolicy_relation up =
				cpupolicy_models_relation(models, a, b);

			assert_int_equal(
				up == CPUPOLICY_RELATION_BELOW,
				cpupolicy_models_relation(models, b, a) ==
					CPUPOLICY_RELATION_ABOVE);
			if (up != CPUPOLICY_RELATION_BELOW)
				continue;
			for (uint32_t c = 0; c < nr; c++)
				if (cpupolicy_models_relation(models, b, c) ==
				    CPUPOLICY_RELATION_BELOW)
					assert_int_equal(
						cpupolicy_models_relation(
							models, a, c),
						CPUPOLICY_RELATION_BELOW);
		}
	}
}

/* Can one come from @a to @b by steps? Marks what is reached. */
static bool reaches(uint32_t a, uint32_t b, bool *seen)
{
	uint32_t nr = cpupolicy_models_count(models), queue[MOST], end = 1;

	memset(seen, 0, MOST);
	queue[0] = a;
	for (uint32_t at = 0; at < end; at++)
		for (uint32_t i = 0; i < nr; i++)
			if (!seen[i] &&
			    cpupolicy_models_next(models, queue[at], i)) {
				seen[i] = true;
				queue[end++] = i;
			}
	return seen[b];
}

static void steps_lead_to_all_that_is_above(void **state)
{
	uint32_t nr = cpupolicy_models_count(models);
	bool seen[MOST];

	(void)state;
	for (uint32_t a = 0; a < nr; a++)
		for (uint32_t b = 0; b < nr; b++)
			assert_int_equal(
				reaches(a, b, seen),
				cpupolicy_models_relation(models, a, b) ==
					CPUPOLICY_RELATION_BELOW);
}

static void nothing_is_between_one_step_and_the_next(void **state)
{
	uint32_t nr = cpupolicy_models_count(models), steps = 0;

	(void)state;
	for (uint32_t a = 0; a < nr; a++)
		for (uint32_t b = 0; b < nr; b++) {
			if (!cpupolicy_models_next(models, a, b))
				continue;
			steps++;
			for (uint32_t i = 0; i < nr; i++)
				assert_false(cpupolicy_models_relation(models,
								       a, i) ==
						     CPUPOLICY_RELATION_BELOW &&
					     cpupolicy_models_relation(models,
								       i, b) ==
						     CPUPOLICY_RELATION_BELOW);
		}
	assert_true(steps > nr / 2);
}

static void a_model_fits_itself_best(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < cpupolicy_models_count(models); i++) {
		uint32_t nr = cpupolicy_models_fit(
			list, models, cpupolicy_models_policy(models, i));

		assert_int_equal(fitting(nr), 1);
		assert_int_equal(
			cpupolicy_models_relation(models, i, list[0].model),
			CPUPOLICY_RELATION_EQUAL);
		assert_true(list[0].model <= i);
	}
}

static void count_block(void *arg, const struct cpupolicy_finding *finding)
{
	*(uint32_t *)arg += finding->grade == CPUPOLICY_GRADE_BLOCK;
}

static void misses_are_counted_and_the_nearest_is_first(void **state)
{
	uint32_t nr, blocks, fit;

	(void)state;
	policy = *cpupolicy_models_policy(models, index_of("excavator", 0));
	nr = cpupolicy_models_fit(list, models, &policy);
	fit = fitting(nr);
	assert_true(fit < nr);
	for (uint32_t i = fit; i < nr; i++) {
		struct cpupolicy_policy guest =
			*cpupolicy_models_policy(models, list[i].model);

		blocks = 0;
		cpupolicy_policy_adopt_vendor(&guest, &policy);
		cpupolicy_check(&guest, &policy, count_block, &blocks);
		assert_int_equal(blocks, list[i].blocks);
		assert_true(i == fit || blocks >= list[i - 1].blocks);
		assert_true(cpupolicy_model_at(list[i].model)->vendor ==
				    CPUPOLICY_VENDOR_AMD ||
			    cpupolicy_model_at(list[i].model)->vendor ==
				    CPUPOLICY_VENDOR_UNKNOWN);
	}
}

static void nobodys_cpu_fits_levels_only(void **state)
{
	uint32_t nr;

	(void)state;
	make_normal(&policy, "GenuineTMx86", AVX "lahf_lm");
	nr = cpupolicy_models_fit(list, models, &policy);
	assert_int_equal(fitting(nr), 1);
	assert_string_equal(cpupolicy_model_at(list[0].model)->name,
			    "x86-64-v2");
	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(cpupolicy_model_at(list[i].model)->vendor,
				 CPUPOLICY_VENDOR_UNKNOWN);
	cpupolicy_policy_clear(&policy);
	assert_int_equal(fitting(cpupolicy_models_fit(list, models, &policy)),
			 0);
}

/* What lies between two models is told by both, whichever is first. */
static void of_two_the_one_with_more_features_is_first(void **state)
{
	uint32_t nr, k10 = index_of("k10", 0), bobcat = index_of("bobcat", 0);

	(void)state;
	policy = *cpupolicy_models_policy(models, k10);
	set_fields(&policy, "ssse3");
	nr = cpupolicy_models_fit(list, models, &policy);
	assert_int_equal(fitting(nr), 2);
	assert_int_equal(list[0].model, k10);
	assert_int_equal(list[1].model, bobcat);
}

/* Its own generation, or one above it, or the same: never something else. */
static void every_recording_is_closest_to_its_generation(void **state)
{
	uint32_t own = 0, better = 0;

	(void)state;
	for (size_t i = 0; i < derivation.nr; i++) {
		const struct derive_row *row = &derivation.rows[i];
		const struct corpus_cpu *cpu = derive_cpu(&corpus, row->name);
		struct cpupolicy_hostset_options options = {
			.set = CPUPOLICY_SET_OFFER,
			.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		};
		enum cpupolicy_relation is;

		if (row->take != TAKE_RECORD || !cpu)
			continue;
		options.guest =
			cpupolicy_rows_are_guest(cpu->rows, cpu->nr_rows);
		assert_int_equal(cpupolicy_hostset(&policy, cpu->rows,
						   cpu->nr_rows, cpu->msrs,
						   cpu->nr_msrs, &options, NULL,
						   NULL),
				 0);
		cpupolicy_models_fit(list, models, &policy);
		is = cpupolicy_models_relation(
			models, index_of(row->model, row->line), list[0].model);
		if (is != CPUPOLICY_RELATION_EQUAL &&
		    is != CPUPOLICY_RELATION_BELOW)
			fail_msg("%s is a %s and fits %s", row->name,
				 row->model,
				 cpupolicy_model_at(list[0].model)->name);
		own += is == CPUPOLICY_RELATION_EQUAL;
		better += is == CPUPOLICY_RELATION_BELOW;
	}
	printf("# %u recordings are closest to their model, %u to one above"
	       " it\n",
	       own, better);
	assert_true(own > better);
}

static int load(void **state)
{
	(void)state;
	models = cpupolicy_models_new();
	if (!models || cpupolicy_models_count(models) > MOST)
		return -1;
	if (corpus_load(&corpus, NULL) || derivation_load(&derivation))
		return -1;
	return 0;
}

static int unload(void **state)
{
	(void)state;
	cpupolicy_models_free(models);
	corpus_free(&corpus);
	derivation_free(&derivation);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_that_is_told_is_the_order_that_is),
		cmocka_unit_test(the_order_is_one),
		cmocka_unit_test(steps_lead_to_all_that_is_above),
		cmocka_unit_test(nothing_is_between_one_step_and_the_next),
		cmocka_unit_test(a_model_fits_itself_best),
		cmocka_unit_test(misses_are_counted_and_the_nearest_is_first),
		cmocka_unit_test(nobodys_cpu_fits_levels_only),
		cmocka_unit_test(of_two_the_one_with_more_features_is_first),
		cmocka_unit_test(every_recording_is_closest_to_its_generation),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
