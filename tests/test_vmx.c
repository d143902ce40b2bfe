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

#define MASK  "cpuid.1.ecx = \"----:----:----:---1:----:----:--0-:T--x\"\n"
#define HOST  "hostCPUID.1 = \"000306a90010080000000002bfebfbff\"\n"
#define GUEST "guestCPUID.1 = \"000306a900100800fa98220b0fabfbff\"\n"

/* ECX of leaf 1 and which of its bits were recorded. */
static const struct cpupolicy_row *read_leaf1(const char *text, uint32_t *known)
{
	const struct cpupolicy_core *core;
	const struct cpupolicy_row *row;

	if (cpupolicy_document_parse(&document, "test", text, strlen(text),
				     &error) < 0)
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(document.format, "vmx");
	core = &document.record->cores[0];
	row = cpupolicy_core_row(core, 1, 0);
	assert_non_null(row);
	*known = core->known ? core->known[row - core->rows].ecx : ~0u;
	return row;
}

static void masks_say_some_bits(void **state)
{
	uint32_t known;

	(void)state;
	assert_int_equal(read_leaf1(MASK, &known)->ecx, 0x00010008);
	assert_int_equal(known, 0x00010028);
	cpupolicy_document_clear(&document);
}

static void masks_change_the_host(void **state)
{
	uint32_t known;

	(void)state;
	assert_int_equal(read_leaf1(HOST MASK, &known)->ecx, 0x0001000a);
	assert_int_equal(known, ~0u);
	cpupolicy_document_clear(&document);
}

static void what_the_guest_saw_counts_as_it_is(void **state)
{
	uint32_t known;

	(void)state;
	assert_true(
		read_leaf1(".encoding = \"UTF-8\"\n" HOST MASK GUEST, &known)
			->ecx == 0xfa98220bu);
	cpupolicy_document_clear(&document);
}

static void bad_masks_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *why, *text, *says;
	} cases[] = {
		{ "short", "\ncpuid.1.ecx = \"----\"\n",
		  "test:2:1: '----' is not a mask: it has not 32 bits" },
		{ "a letter",
		  "cpuid.1.ecx = \"----:----:----:----:----:----:----:---q\"\n",
		  "test:1:1: " },
		{ "a row", "guestCPUID.1 = \"000306a9\"\n",
		  "expected 32 hexadecimal digits" },
		{ "nothing", "usercpuid.1 = \"1\"\n", "no mask of CPUID" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (cpupolicy_document_parse(&document, "test", cases[i].text,
					     strlen(cases[i].text),
					     &error) >= 0 ||
		    !strstr(error.text, cases[i].says))
			fail_msg("%s: %s", cases[i].why, error.text);
}

static void masks_require_and_clear(void **state)
{
	struct named_trip trip;

	(void)state;
	named_write_text(&trip, "Haswell-v1,-avx2,+x2apic,-svm", "vmx");
	/* AVX2 is bit 5 of EBX, between SMEP and BMI1 */
	assert_non_null(strstr(trip.text, ":T00T:T00T\"\ncpuid.7.ecx"));
	assert_true(has_word(trip.lost, "xsaveopt"));
	assert_false(has_word(trip.lost, "avx"));
	named_trip_clear(&trip);
}

static void every_recorded_cpu_comes_back(void **state)
{
	(void)state;
	named_trip_corpus("vmx", CPUPOLICY__LINUX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_say_some_bits),
		cmocka_unit_test(masks_change_the_host),
		cmocka_unit_test(what_the_guest_saw_counts_as_it_is),
		cmocka_unit_test(bad_masks_are_refused_with_their_line),
		cmocka_unit_test(masks_require_and_clear),
		cmocka_unit_test(every_recorded_cpu_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
