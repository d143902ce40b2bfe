/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static void every_status_has_a_sentence_of_its_own(void **state)
{
	static const int statuses[] = {
		CPUPOLICY_OK,
		CPUPOLICY_E_INVALID,
		CPUPOLICY_E_NO_SLOT,
		CPUPOLICY_E_UNKNOWN,
		CPUPOLICY_E_RANGE,
		CPUPOLICY_E_VENDOR,
		CPUPOLICY_E_HYPERVISOR,
		CPUPOLICY_E_DIFFERS,
		CPUPOLICY_E_LIMITATION,
		CPUPOLICY_E_MODE_VENDOR,
		CPUPOLICY_E_NOT_QUALIFIED,
		CPUPOLICY_E_EMPTY,
		CPUPOLICY_E_SPACE,
		CPUPOLICY_E_MAGIC,
		CPUPOLICY_E_TRUNCATED,
		CPUPOLICY_E_CHECKSUM,
		CPUPOLICY_E_VERSION,
		CPUPOLICY_E_ORDER,
		CPUPOLICY_E_SECTION,
		CPUPOLICY_E_TRAILING,
		CPUPOLICY_E_DERIVED,
		CPUPOLICY_E_EXCEEDS,
		CPUPOLICY_E_IO,
		CPUPOLICY_E_SYNTAX,
		CPUPOLICY_E_MEANING,
		CPUPOLICY_E_MEMORY,
		CPUPOLICY_E_UNSUPPORTED,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const char *text = cpupolicy_strerror(statuses[i]);

		assert_string_not_equal(text, "unknown status");
		assert_true(text[0] != '\0');
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
				text, cpupolicy_strerror(statuses[j]));
	}
}

static void every_number_is_some_status(void **state)
{
	static const int statuses[] = {
		1, 77, INT32_MAX, INT32_MIN, INT32_MIN + 1, -22, -31, -37, -1000
	};

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++)
		assert_string_equal(cpupolicy_strerror(statuses[i]),
				    "unknown status");
}

static void words_are_those_of_the_tables(void **state)
{
	(void)state;
	assert_string_equal(cpupolicy_grade_name(CPUPOLICY_GRADE_BLOCK),
			    "block");
	assert_string_equal(cpupolicy_grade_name(CPUPOLICY_GRADE_SECURITY),
			    "security");
	assert_string_equal(cpupolicy_grade_name(CPUPOLICY_GRADE_HINT), "hint");
	assert_string_equal(cpupolicy_grade_name(CPUPOLICY_GRADE_NOTE), "note");
	assert_string_equal(cpupolicy_grade_name(CPUPOLICY_GRADE_NONE), "none");
	assert_string_equal(cpupolicy_level_name(CPUPOLICY_LEVEL_ZERO), "zero");
	assert_string_equal(cpupolicy_level_name(CPUPOLICY_LEVEL_AND), "and");
	assert_string_equal(cpupolicy_level_name(CPUPOLICY_LEVEL_OR), "or");
	assert_string_equal(cpupolicy_level_name(CPUPOLICY_LEVEL_MIN), "min");
	assert_string_equal(cpupolicy_level_name(CPUPOLICY_LEVEL_DONOR),
			    "donor");
	assert_string_equal(cpupolicy_level_name(CPUPOLICY_LEVEL_DERIVE),
			    "derive");
	assert_string_equal(cpupolicy_level_name(CPUPOLICY_LEVEL_SAME), "same");
	assert_string_equal(cpupolicy_rule_name(CPUPOLICY_RULE_NONE), "none");
	assert_string_equal(cpupolicy_rule_name(CPUPOLICY_RULE_SUBSET),
			    "subset");
	assert_string_equal(cpupolicy_rule_name(CPUPOLICY_RULE_SUPERSET),
			    "superset");
	assert_string_equal(cpupolicy_rule_name(CPUPOLICY_RULE_ATMOST),
			    "atmost");
	assert_string_equal(cpupolicy_rule_name(CPUPOLICY_RULE_EQUAL), "equal");
	assert_string_equal(cpupolicy_expose_name(CPUPOLICY_EXPOSE_OFFER),
			    "offer");
	assert_string_equal(cpupolicy_expose_name(CPUPOLICY_EXPOSE_ACCEPT),
			    "accept");
	assert_string_equal(cpupolicy_expose_name(CPUPOLICY_EXPOSE_NEVER),
			    "never");
	assert_string_equal(cpupolicy_expose_name(CPUPOLICY_EXPOSE_VCPU),
			    "vcpu");
	assert_string_equal(cpupolicy_expose_name(CPUPOLICY_EXPOSE_RUNTIME),
			    "runtime");
}

static void words_exist_for_numbers_out_of_range(void **state)
{
	(void)state;
	assert_string_equal(cpupolicy_grade_name((enum cpupolicy_grade)5), "?");
	assert_string_equal(cpupolicy_level_name((enum cpupolicy_level)7), "?");
	assert_string_equal(cpupolicy_rule_name((enum cpupolicy_rule)5), "?");
	assert_string_equal(cpupolicy_expose_name((enum cpupolicy_expose)5),
			    "?");
	assert_string_equal(cpupolicy_verdict_text((enum cpupolicy_verdict)4),
			    "?");
	assert_string_equal(
		cpupolicy_hypervisor_name((enum cpupolicy_hypervisor)5),
		"none");
}

static void a_verdict_says_whether_it_fits(void **state)
{
	(void)state;
	assert_string_equal(cpupolicy_verdict_text(CPUPOLICY_FITS), "fits");
	assert_string_equal(cpupolicy_verdict_text(CPUPOLICY_FITS_WITH_NOTES),
			    "fits with notes");
	assert_string_equal(cpupolicy_verdict_text(CPUPOLICY_FITS_INSECURE),
			    "fits but insecure");
	assert_string_equal(cpupolicy_verdict_text(CPUPOLICY_DOES_NOT_FIT),
			    "does not fit");
}

static void every_finding_is_in_the_registry_once(void **state)
{
	static const uint32_t codes[] = {
#define CPUPOLICY_FINDING(code, name) CPUPOLICY_F_##name,
#include <cpupolicy/findings.inc>
#undef CPUPOLICY_FINDING
	};
	const struct cpupolicy_finding_info *info;
	uint32_t nr = 0;

	(void)state;
	for (; (info = cpupolicy_finding_info_at(nr)) != NULL; nr++) {
		assert_int_equal(info->code, codes[nr]);
		assert_ptr_equal(cpupolicy_finding_info(codes[nr]), info);
		assert_true(strlen(info->name) > 3);
		assert_true(strlen(info->summary) > 10);
		assert_null(strchr(info->name, '_'));
	}
	assert_int_equal(nr, COUNT(codes));
	assert_null(cpupolicy_finding_info(0));
	assert_null(cpupolicy_finding_info(999));
	/* a code never changes its meaning */
	assert_string_equal(cpupolicy_finding_info(1)->name, "feature-missing");
	assert_string_equal(cpupolicy_finding_info(7)->name, "layout-differs");
	assert_int_equal(cpupolicy_finding_info(26)->grade,
			 CPUPOLICY_GRADE_SECURITY);
}

static void every_loss_has_an_effect_in_words(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		bool said = cpupolicy_effect_text(field->effect)[0] != '\0';

		if (said != (field->rule != CPUPOLICY_RULE_NONE))
			fail_msg("%s: '%s'", field->name, field->effect);
	}
	assert_string_equal(cpupolicy_effect_text("bang"), "");
	assert_string_equal(cpupolicy_effect_text(""), "");
}

/* The codes that cpupolicy_check() and a record give, field or none. */
static void every_finding_of_a_check_has_an_effect_in_words(void **state)
{
	static const struct {
		uint16_t code;
		bool field;
		uint32_t guest;
		const char *part;
	} cases[] = {
		{ CPUPOLICY_F_FEATURE_MISSING, true, 1, "#UD" },
		{ CPUPOLICY_F_UNNAMED_MISSING, false, 1, "not known" },
		{ CPUPOLICY_F_VENDOR_DIFFERS, false, 1, "maker" },
		{ CPUPOLICY_F_HYPERVISOR_DIFFERS, false, 1, "elsewhere" },
		{ CPUPOLICY_F_PARAVIRT_NOT_COMPARED, false, 1, "nobody" },
		{ CPUPOLICY_F_IDENTITY_DIFFERS, false, 1, "model" },
		{ CPUPOLICY_F_NOT_RECORDED, false, 0, "absent" },
		{ CPUPOLICY_F_AMX_PERMISSION, true, 1, "permission" },
		{ CPUPOLICY_F_CLEARING_DIFFERS, true, 1, "#UD" },
		{ CPUPOLICY_F_CLEARING_DIFFERS, true, 0, "not apply" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_finding finding = {
			.code = cases[i].code,
			.field = cases[i].field ? field_called("avx2") : NULL,
			.guest = cases[i].guest,
		};
		const char *effect = cpupolicy_finding_effect(&finding);

		if (!strstr(effect, cases[i].part))
			fail_msg("F%03u: '%s'", cases[i].code, effect);
	}
}

static void the_version_is_the_headers(void **state)
{
	(void)state;
	assert_int_equal(cpupolicy_version(),
			 CPUPOLICY_VERSION_MAJOR << 16 |
				 CPUPOLICY_VERSION_MINOR << 8 |
				 CPUPOLICY_VERSION_PATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_a_sentence_of_its_own),
		cmocka_unit_test(every_number_is_some_status),
		cmocka_unit_test(words_are_those_of_the_tables),
		cmocka_unit_test(words_exist_for_numbers_out_of_range),
		cmocka_unit_test(a_verdict_says_whether_it_fits),
		cmocka_unit_test(every_finding_is_in_the_registry_once),
		cmocka_unit_test(every_loss_has_an_effect_in_words),
		cmocka_unit_test(
			every_finding_of_a_check_has_an_effect_in_words),
		cmocka_unit_test(the_version_is_the_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
