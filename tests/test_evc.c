// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "named_trip.h"
#include "support.h"

static struct cpupolicy_error error;
static struct cpupolicy_policy policy;

/* A model, less one feature, as a record of its guest. */
static struct cpupolicy_record *record_of(const char *model, const char *less)
{
	struct cpupolicy_record *record;

	cpupolicy_model_policy(&policy, cpupolicy_model_find(model));
	if (less) {
		const struct cpupolicy_address *at =
			&cpupolicy_field_find(less, strlen(less))->at;
		cpupolicy_feature feature = CPUPOLICY_FEATURE(
			at->space, at->leaf, at->subleaf, at->reg, at->low);

		assert_int_equal(
			cpupolicy_hide(&policy, &feature, 1, NULL, NULL), 0);
	}
	record = cpupolicy_record_of_policy(&policy, model);
	assert_non_null(record);
	return record;
}

static void the_highest_mode_below_a_policy_is_named(void **state)
{
	static const struct {
		const char *why, *model, *less, *key, *lost;
	} cases[] = {
		{ "a mode's own model", "skylake-server", NULL, "intel-skylake",
		  NULL },
		{ "newer than any mode", "zen5", NULL, "amd-zen4", "avx_vnni" },
		{ "one feature less", "skylake-server", "avx512f",
		  "intel-broadwell", "clwb" },
		{ "the old line of AMD", "k10", NULL, "amd-greyhound", NULL },
		{ "the new line of AMD", "k10", "3dnow",
		  "amd-greyhound-no3dnow", NULL },
		{ "above the point where they part", "bulldozer", NULL,
		  "amd-bulldozer", NULL },
		{ "the lowest", "merom", NULL, "intel-merom", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_record *record =
			record_of(cases[i].model, cases[i].less);
		struct named_trip trip;
		char line[64];

		named_write(&trip, record, "evc");
		snprintf(line, sizeof(line), "evcModeKey = \"%s\"\n",
			 cases[i].key);
		if (strcmp(trip.text, line) != 0)
			fail_msg("%s: %s%s", cases[i].why, trip.text,
				 trip.lost);
		if (cases[i].lost && !has_word(trip.lost, cases[i].lost))
			fail_msg("%s: not told: %s\n%s", cases[i].why,
				 cases[i].lost, trip.lost);
		if (!cases[i].lost && strstr(trip.lost, "the mode has not"))
			fail_msg("%s: %s", cases[i].why, trip.lost);
		assert_non_null(strstr(trip.lost, "VMware's own table"));
		named_trip_clear(&trip);
		cpupolicy_record_free(record);
	}
}

static void where_no_mode_fits_that_is_said(void **state)
{
	static const struct {
		const char *why, *model, *says;
	} cases[] = {
		{ "older than any", "k8", "no EVC mode" },
		{ "another maker's", "dhyana", "no EVC mode" },
		{ "nobody's", "x86-64-v2", "of no maker's CPU" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_record *record =
			record_of(cases[i].model, NULL);
		char *text = NULL;
		int status = cpupolicy_record_write(&text, record, "evc", NULL,
						    NULL, &error);

		if (status != CPUPOLICY_E_MEANING || text ||
		    !strstr(error.text, cases[i].says))
			fail_msg("%s: %d %s", cases[i].why, status, error.text);
		cpupolicy_record_free(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_mode_below_a_policy_is_named),
		cmocka_unit_test(where_no_mode_fits_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
