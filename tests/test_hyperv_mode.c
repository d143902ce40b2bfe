// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "named_trip.h"
#include "support.h"

#define COMMAND                                                                \
	"Set-VMProcessor -VMName NAME -CompatibilityForMigrationEnabled "      \
	"$true "                                                               \
	"-CompatibilityForMigrationMode "

static struct cpupolicy_error error;
static struct cpupolicy_policy policy;

/* A model, as a mode leaves it, as a record of its guest. */
static struct cpupolicy_record *record_of(const char *model, const char *mode)
{
	struct cpupolicy_record *record;

	cpupolicy_model_policy(&policy, cpupolicy_model_find(model));
	if (mode)
		assert_int_equal(
			cpupolicy_apply_mode(&policy, mode, NULL, NULL), 0);
	record = cpupolicy_record_of_policy(&policy, model);
	assert_non_null(record);
	return record;
}

static void a_policy_is_a_mode_of_hyperv(void **state)
{
	static const struct {
		const char *why, *model, *mode, *line, *lost;
	} cases[] = {
		{ "what the mode leaves", "nehalem", "hyperv-r2",
		  COMMAND "MinimumFeatureSet\n", "not published" },
		{ "what the other description leaves", "zen3", "hyperv-tlfs2",
		  COMMAND "MinimumFeatureSet\n", "not published" },
		{ "below it", "hyperv-r2-amd", NULL,
		  COMMAND "MinimumFeatureSet\n", "not published" },
		{ "a feature that the mode hides", "merom", NULL,
		  COMMAND "CommonClusterFeatureSet\n", "at least: ssse3\n" },
		{ "all that follows from it", "haswell", NULL,
		  COMMAND "CommonClusterFeatureSet\n", " avx2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_record *record =
			record_of(cases[i].model, cases[i].mode);
		struct named_trip trip;

		named_write(&trip, record, "hyperv");
		if (strcmp(trip.text, cases[i].line) != 0 ||
		    !strstr(trip.lost, cases[i].lost))
			fail_msg("%s: %s%s", cases[i].why, trip.text,
				 trip.lost);
		assert_non_null(strstr(trip.lost, "takes no single features"));
		named_trip_clear(&trip);
		cpupolicy_record_free(record);
	}
}

static void what_no_mode_is_for_is_refused(void **state)
{
	static const struct {
		const char *why, *model, *says;
	} cases[] = {
		{ "nobody's", "x86-64-v2", "not of a maker" },
		{ "without NX", "nocona", "lacks NX" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_record *record;
		char *text = NULL;
		int status;

		cpupolicy_model_policy(&policy,
				       cpupolicy_model_find(cases[i].model));
		if (i == 1) {
			const cpupolicy_feature nx = CPUPOLICY_FEATURE(
				CPUPOLICY_SPACE_CPU, 0x80000001, 0,
				CPUPOLICY_EDX, 20);

			cpupolicy_hide(&policy, &nx, 1, NULL, NULL);
		}
		record = cpupolicy_record_of_policy(&policy, cases[i].model);
		status = cpupolicy_record_write(&text, record, "hyperv", NULL,
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
		cmocka_unit_test(a_policy_is_a_mode_of_hyperv),
		cmocka_unit_test(what_no_mode_is_for_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
