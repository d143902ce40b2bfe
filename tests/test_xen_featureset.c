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

/* an EPYC and a Sandy Bridge */
#define AMD   "178bfbff-f6d8320b-2fd3fbff-00000075-00000005-009801a9"
#define INTEL "1fcbfbff-93ba2223-2c100800-00000001-00000001-00000000"

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static const struct cpupolicy_core *read_core(const char *text)
{
	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(document.format, "xen-featureset");
	assert_int_equal(document.record->nr_cores, 1);
	return &document.record->cores[0];
}

static bool noted(const char *part)
{
	for (size_t i = 0; i < document.record->nr_notes; i++)
		if (strstr(document.record->notes[i], part))
			return true;
	return false;
}

static void the_words_given_are_known_and_no_others(void **state)
{
	const struct cpupolicy_core *core = read_core(AMD "\n");
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 7, 0);

	(void)state;
	assert_int_equal(cpupolicy_core_row(core, 1, 0)->edx, 0x178bfbff);
	assert_int_equal(row->ebx, 0x009801a9);
	assert_int_equal(core->known[row - core->rows].ebx, 0xffffffff);
	assert_int_equal(core->known[row - core->rows].ecx, 0);
	assert_int_equal(core->known[row - core->rows].edx, 0);
	cpupolicy_document_clear(&document);
}

static void the_maker_is_told_or_inferred_with_a_note(void **state)
{
	static const struct {
		const char *text, *brand;
		bool inferred;
	} rows[] = {
		{ AMD, "cAMD", true },
		{ INTEL, "ntel", true },
		{ "cpu_info (MRO): vendor: HygonGenuine; features_hvm: " AMD
		  "; flags: x",
		  "uine", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct cpupolicy_core *core = read_core(rows[i].text);

		assert_memory_equal(&cpupolicy_core_row(core, 0, 0)->ecx,
				    rows[i].brand, 4);
		assert_int_equal(noted("is inferred from whether"),
				 rows[i].inferred);
		cpupolicy_document_clear(&document);
	}
}

static void of_several_the_hosts_is_the_record(void **state)
{
	static const char *const texts[] = {
		"Raw   00000000:00000000\nHost  " AMD
		"\nHVM Max 00000000:00000001",
		"xen_major : 4\nhw_caps                : " AMD "\n",
		"vendor: AuthenticAMD; features_pv: 00000000-00000000;"
		" features_hvm_host: " AMD "; features_hvm: 00000000-00000000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct cpupolicy_core *core = read_core(texts[i]);

		assert_int_equal(cpupolicy_core_row(core, 1, 0)->edx,
				 0x178bfbff);
		assert_true(noted("The record is the featureset '"));
		cpupolicy_document_clear(&document);
	}
}

static void family_model_and_stepping_of_xapi_are_kept(void **state)
{
	const struct cpupolicy_core *core =
		read_core("vendor: GenuineIntel; family: 6; model: 45; "
			  "stepping: 7; features: " INTEL);
	struct cpupolicy_signature signature = cpupolicy_core_signature(core);

	(void)state;
	assert_int_equal(signature.family, 6);
	assert_int_equal(signature.model, 45);
	assert_int_equal(signature.stepping, 7);
	cpupolicy_document_clear(&document);
}

static void words_that_no_xen_has_are_noted(void **state)
{
	char text[9 * 21];

	(void)state;
	text[0] = '\0';
	for (size_t i = 0; i < 20; i++)
		strcat(text, i == 0   ? "178bfbff"
			     : i < 19 ? "-00000000"
				      : "-00000001");
	read_core(text);
	assert_true(noted("word 19 of the featureset is left out"));
	cpupolicy_document_clear(&document);
}

static void a_record_is_written_and_read_again(void **state)
{
	struct cpupolicy_record *record =
		read_record("bochs/corei7-skylake-x.json");
	const struct cpupolicy_core *core;
	char *text;

	(void)state;
	assert_int_equal(cpupolicy_record_write(&text, record, "xen-featureset",
						NULL, NULL, &error),
			 0);
	core = read_core(text);
	assert_int_equal(cpupolicy_core_row(core, 7, 0)->ebx,
			 cpupolicy_core_row(&record->cores[0], 7, 0)->ebx);
	assert_int_equal(cpupolicy_core_row(core, 0xd, 1)->eax,
			 cpupolicy_core_row(&record->cores[0], 0xd, 1)->eax);
	cpupolicy_document_clear(&document);
	cpupolicy_record_free(record);
	free(text);
}

static void what_is_no_featureset_is_refused(void **state)
{
#define BAD(text) text, sizeof(text) - 1
	static const struct bad_text bad[] = {
		{ "a word too short", BAD("178bfbff-f6d8320b-123\n"),
		  CPUPOLICY_E_SYNTAX, 1, "expected up to 32 words" },
		{ "a letter that is no digit",
		  BAD("\nHost 178bfbff:f6d8320b:0000000g\n"),
		  CPUPOLICY_E_SYNTAX, 2, "expected up to 32 words" },
	};

	(void)state;
	must_be_refused(bad, COUNT(bad));
	must_survive_damage(AMD "\n", sizeof(AMD));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_given_are_known_and_no_others),
		cmocka_unit_test(the_maker_is_told_or_inferred_with_a_note),
		cmocka_unit_test(of_several_the_hosts_is_the_record),
		cmocka_unit_test(family_model_and_stepping_of_xapi_are_kept),
		cmocka_unit_test(words_that_no_xen_has_are_noted),
		cmocka_unit_test(a_record_is_written_and_read_again),
		cmocka_unit_test(what_is_no_featureset_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
