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

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static void a_section_is_qemus_model_with_flags(void **state)
{
	static const char text[] = "# a comment\n\ncpu-model: pool-a\n"
				   "\tflags +x2apic;-avx2\n"
				   "\tphys-bits 46\n"
				   "\treported-model EPYC-Milan\n";
	const struct cpupolicy_core *core;

	(void)state;
	assert_int_equal(cpupolicy_document_parse(&document, "test", text,
						  strlen(text), &error),
			 0);
	assert_string_equal(document.format, "proxmox");
	core = &document.record->cores[0];
	assert_true(cpupolicy_core_row(core, 1, 0)->ecx >> 21 & 1);
	assert_false(cpupolicy_core_row(core, 7, 0)->ebx >> 5 & 1);
	assert_true(cpupolicy_core_row(core, 7, 0)->ebx >> 8 & 1);
	assert_int_equal(cpupolicy_core_row(core, 0x80000008, 0)->eax & 0xff,
			 46);
	cpupolicy_document_clear(&document);
}

static void bad_sections_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *why, *text, *says;
	} cases[] = {
		{ "two models", "cpu-model: a\n\tflags +avx\ncpu-model: b\n",
		  "test:3: a second CPU model" },
		{ "an option", "cpu-model: a\n\tflag +avx\n",
		  "test:2: 'flag' is no option" },
		{ "a model", "cpu-model: a\n\treported-model EPYC-Naples\n",
		  "'EPYC-Naples' is not among those of QEMU" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = cpupolicy_document_parse(
			&document, "test", cases[i].text, strlen(cases[i].text),
			&error);

		if (status != CPUPOLICY_E_MEANING ||
		    !strstr(error.text, cases[i].says))
			fail_msg("%s: %d %s", cases[i].why, status, error.text);
	}
}

static void models_have_names_without_a_version(void **state)
{
	struct named_trip trip;

	(void)state;
	named_write_text(&trip, "Haswell-v4,-avx2,+x2apic,phys-bits=46",
			 "proxmox");
	assert_non_null(strstr(trip.text, "\treported-model Haswell-noTSX-IBRS"
					  "\n"));
	assert_non_null(strstr(trip.text, "\tflags +x2apic;-avx2\n"));
	assert_non_null(strstr(trip.text, "\tphys-bits 46\n"));
	named_trip_clear(&trip);
}

static void every_recorded_cpu_comes_back(void **state)
{
	(void)state;
	named_trip_corpus("proxmox", CPUPOLICY__QEMU);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_is_qemus_model_with_flags),
		cmocka_unit_test(bad_sections_are_refused_with_their_line),
		cmocka_unit_test(models_have_names_without_a_version),
		cmocka_unit_test(every_recorded_cpu_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
