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

static bool is_on(const char *name)
{
	cpupolicy_feature feature = feature_called(name);
	struct cpupolicy_policy policy;
	const struct cpupolicy_core *core = &document.record->cores[0];
	static const struct cpupolicy_hostset_options guest = { .guest = true };

	cpupolicy_hostset(&policy, core->rows, core->nr_rows, core->msrs,
			  core->nr_msrs, &guest, NULL, NULL);
	return cpupolicy_policy_has(&policy, feature);
}

static void read_cpu(const char *why, const char *text)
{
	if (cpupolicy_document_parse(&document, "test", text, strlen(text),
				     &error) < 0)
		fail_msg("%s: %s", why, error.text);
	assert_string_equal(document.format, "qemu");
}

static void the_value_is_found_wherever_it_stands(void **state)
{
	static const struct {
		const char *why, *text;
	} cases[] = {
		{ "alone", "EPYC-Milan-v1,-avx2,phys-bits=46" },
		{ "a line", "EPYC-Milan-v1,-avx2,phys-bits=46\n" },
		{ "its option", "-cpu EPYC-Milan-v1,-avx2,phys-bits=46" },
		{ "quoted", "-cpu 'EPYC-Milan-v1,-avx2,phys-bits=46'\n" },
		{ "a command", "/usr/bin/qemu-system-x86_64 -m 8 \\\n -cpu "
			       "EPYC-Milan-v1,-avx2,phys-bits=46 -smp 4\n" },
		{ "switched off", "EPYC-Milan-v1,avx2=off,phys-bits=46" },
		{ "- wins", "EPYC-Milan-v1,-avx2,avx2=on,phys-bits=46" },
		{ "without a version", "EPYC-Milan,-avx2,phys-bits=46" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t bits;

		read_cpu(cases[i].why, cases[i].text);
		assert_true(is_on("avx"));
		assert_false(is_on("avx2"));
		assert_true(is_on("pcid"));
		bits = cpupolicy_core_row(&document.record->cores[0],
					  0x80000008, 0)
			       ->eax;
		assert_int_equal(bits & 0xff, 46);
		cpupolicy_document_clear(&document);
	}
}

static void what_the_accelerator_decides_was_not_recorded(void **state)
{
	const struct cpupolicy_core *core;
	const struct cpupolicy_row *row;

	(void)state;
	read_cpu("nothing said", "Haswell-v1,+x2apic");
	core = &document.record->cores[0];
	row = cpupolicy_core_row(core, 1, 0);
	/* x2apic is said, monitor is not */
	assert_true(core->known[row - core->rows].ecx >> 21 & 1);
	assert_false(core->known[row - core->rows].ecx >> 3 & 1);
	cpupolicy_document_clear(&document);
}

static void bad_values_are_refused(void **state)
{
	static const struct {
		const char *why, *text, *says;
	} cases[] = {
		{ "no such model", "-cpu EPYC-Naples",
		  "CPU model 'EPYC-Naples' is not among those of QEMU" },
		{ "the machine's", "-cpu host,-avx", "depends on the machine" },
		{ "nothing", "-cpu ,", "there is no CPU model" },
		{ "a width", "-cpu EPYC-v1,phys-bits=forty",
		  "'forty' is not a number" },
		{ "too wide", "-cpu EPYC-v1,phys-bits=256",
		  "more than a CPU can have" },
		{ "a maker", "-cpu EPYC-v1,vendor=AMD",
		  "has not 12 characters" },
		{ "both", "-cpu EPYC-v1,+avx,-avx", "both on and off" },
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

static void names_that_qemu_has_not_are_noted(void **state)
{
	bool noted = false;

	(void)state;
	read_cpu("a misspelt name", "EPYC-v1,+avx22,hv-time=on");
	for (size_t i = 0; i < document.record->nr_notes; i++)
		noted |= strstr(document.record->notes[i], "avx22") != NULL;
	assert_true(noted);
	cpupolicy_document_clear(&document);
}

static void the_closest_model_has_every_difference_named(void **state)
{
	struct named_trip trip;

	(void)state;
	named_write_text(&trip, "Haswell-v2,-avx2,+x2apic,stepping=3", "qemu");
	assert_memory_equal(trip.text, "Haswell-v2,", 11);
	assert_true(has_word(trip.text, "-avx2"));
	assert_true(has_word(trip.text, "+x2apic"));
	assert_true(has_word(trip.text, "stepping=3"));
	assert_true(has_word(trip.text, "enforce=on"));
	assert_false(has_word(trip.text, "+avx"));
	named_trip_clear(&trip);
}

/* What a QEMU does not know keeps it from starting. */
static void names_are_those_of_the_version(void **state)
{
	static const char text[] = "SapphireRapids-v2,+fbsdp-no,-vmx";
	struct named_trip trip;

	(void)state;
	named_write_text(&trip, text, "qemu:10.0");
	assert_memory_equal(trip.text, "SapphireRapids-v2,", 18);
	named_trip_clear(&trip);
	named_write_text(&trip, text, "qemu");
	assert_null(strstr(trip.text, "SapphireRapids"));
	assert_true(has_word(trip.text, "+amx-tile"));
	assert_false(has_word(trip.text, "+fsrs"));
	assert_true(has_word(trip.lost, "fsrs"));
	named_trip_clear(&trip);
}

static void what_qemu_cannot_say_is_said(void **state)
{
	static const char policy[] =
		"{\"format\": \"cpupolicy-policy\", \"version\": 1, "
		"\"vendor\": \"GenuineIntel\", \"features\": [\"fpu\", "
		"\"clflush\", \"lm\", \"monitor\", \"sdbg\"], \"numbers\": "
		"{\"clflush_size\": 4, \"phys_bits\": 46, \"max_basic\": 13, "
		"\"mwait_c1_substates\": 2}}";
	struct named_trip trip;

	(void)state;
	named_write_text(&trip, policy, "qemu");
	assert_true(has_word(trip.lost, "sdbg"));
	assert_true(has_word(trip.lost, "mwait_c1_substates=2"));
	assert_non_null(strstr(trip.lost, "64 bytes, not on 32"));
	assert_false(has_word(trip.lost, "monitor"));
	named_trip_clear(&trip);
}

static void every_recorded_cpu_comes_back(void **state)
{
	(void)state;
	named_trip_corpus("qemu", CPUPOLICY__QEMU);
	named_trip_corpus("qemu:10.0", CPUPOLICY__QEMU);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_value_is_found_wherever_it_stands),
		cmocka_unit_test(what_the_accelerator_decides_was_not_recorded),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(names_that_qemu_has_not_are_noted),
		cmocka_unit_test(the_closest_model_has_every_difference_named),
		cmocka_unit_test(names_are_those_of_the_version),
		cmocka_unit_test(what_qemu_cannot_say_is_said),
		cmocka_unit_test(every_recorded_cpu_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
