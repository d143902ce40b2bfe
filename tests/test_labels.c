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

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static void read_text(const char *text, const char *format)
{
	if (cpupolicy_document_parse(&document, "test", text, strlen(text),
				     &error) < 0)
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(document.format, format);
}

/* Of leaf 7: set, clear, or -1: not recorded. */
static int bit_of_leaf7(bool ebx, unsigned bit)
{
	const struct cpupolicy_core *core = &document.record->cores[0];
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 7, 0);
	const struct cpupolicy_row *known;

	if (!row)
		return -1;
	known = &core->known[row - core->rows];
	if (!((ebx ? known->ebx : known->edx) >> bit & 1))
		return -1;
	return (ebx ? row->ebx : row->edx) >> bit & 1;
}

static void labels_are_found_in_any_list(void **state)
{
	static const struct {
		const char *format, *text;
	} cases[] = {
		{ "openstack", "HW_CPU_X86_AVX2" },
		{ "openstack", "openstack flavor set x --property "
			       "trait:HW_CPU_X86_AVX2=required\n" },
		{ "openstack", "HW_CPU_X86_SSE,HW_CPU_X86_AVX2" },
		{ "kubevirt", "cpu-feature.node.kubevirt.io/avx2: \"true\"\n" },
		{ "kubevirt", "cpu-feature.node.kubevirt.io/avx2=true" },
		{ "nfd", "Labels:  a=b\n feature.node.kubernetes.io/"
			 "cpu-cpuid.AVX2=true\n" },
		{ "nfd", "labels:\n  feature.node.kubernetes.io/"
			 "cpu-cpuid.AVX2: \"true\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		read_text(cases[i].text, cases[i].format);
		assert_int_equal(bit_of_leaf7(true, 5), 1);
		assert_int_equal(bit_of_leaf7(true, 8), -1);
		cpupolicy_document_clear(&document);
	}
}

static void what_is_forbidden_or_false_is_off(void **state)
{
	(void)state;
	read_text("trait:HW_CPU_X86_AVX2=forbidden\n", "openstack");
	assert_int_equal(bit_of_leaf7(true, 5), 0);
	cpupolicy_document_clear(&document);
	read_text("cpu-feature.node.kubevirt.io/avx2: \"false\"\n", "kubevirt");
	assert_int_equal(bit_of_leaf7(true, 5), 0);
	cpupolicy_document_clear(&document);
}

/* IBPB of node-feature-discovery is whichever maker's bit there is. */
static void a_name_of_two_bits_is_that_of_the_maker(void **state)
{
	static const char label[] =
		"feature.node.kubernetes.io/cpu-cpuid.IBPB: \"true\"\n";
	static const char maker[] =
		"feature.node.kubernetes.io/cpu-model.vendor_id: Intel\n";
	char both[sizeof(label) + sizeof(maker)];
	bool noted = false;

	(void)state;
	read_text(label, "nfd");
	assert_int_equal(bit_of_leaf7(false, 26), -1);
	for (size_t i = 0; i < document.record->nr_notes; i++)
		noted |= strstr(document.record->notes[i], "IBPB") != NULL;
	assert_true(noted);
	cpupolicy_document_clear(&document);
	snprintf(both, sizeof(both), "%s%s", label, maker);
	read_text(both, "nfd");
	assert_int_equal(bit_of_leaf7(false, 26), 1);
	cpupolicy_document_clear(&document);
}

static void contradictions_are_refused(void **state)
{
	static const char text[] = "trait:HW_CPU_X86_AVX2=required\n"
				   "trait:HW_CPU_X86_AVX2=forbidden\n";

	(void)state;
	assert_true(cpupolicy_document_parse(&document, "test", text,
					     strlen(text), &error) < 0);
	assert_non_null(strstr(error.text, "test:2"));
}

static void what_is_not_published_is_said(void **state)
{
	struct named_trip trip;

	(void)state;
	named_write_text(&trip, "Haswell-v1", "nfd");
	assert_non_null(strstr(trip.text, "cpu-cpuid.SSE42: \"true\"\n"));
	assert_true(has_word(trip.lost, "SSE42"));
	assert_false(has_word(trip.lost, "AVX2"));
	named_trip_clear(&trip);
	named_write_text(&trip, "Haswell-v1", "openstack");
	assert_non_null(strstr(trip.text, "trait:HW_CPU_X86_AVX2=required\n"));
	assert_true(has_word(trip.lost, "movbe"));
	named_trip_clear(&trip);
}

static void every_recorded_cpu_comes_back(void **state)
{
	(void)state;
	named_trip_corpus("openstack", CPUPOLICY__TRAIT);
	named_trip_corpus("kubevirt", CPUPOLICY__LIBVIRT);
	named_trip_corpus("nfd", CPUPOLICY__NFD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_found_in_any_list),
		cmocka_unit_test(what_is_forbidden_or_false_is_off),
		cmocka_unit_test(a_name_of_two_bits_is_that_of_the_maker),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(what_is_not_published_is_said),
		cmocka_unit_test(every_recorded_cpu_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
