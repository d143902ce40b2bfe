/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

#include "core/internal.h"

static struct heard heard;

static struct cpupolicy__report listening(enum cpupolicy_vendor_id vendor)
{
	const struct cpupolicy__report report = {
		.sink = hear,
		.arg = &heard,
		.index = 3,
		.vendor = vendor,
	};

	heard.nr = 0;
	return report;
}

static void one_finding_for_each_field_and_one_for_the_rest(void **state)
{
	struct cpupolicy__report report = listening(CPUPOLICY_VENDOR_INTEL);
	const struct cpupolicy_finding *finding;

	(void)state;
	/* SSE3, AVX, and bit 16, which nobody names */
	cpupolicy__report(&report, CPUPOLICY_F_HIDDEN, CPUPOLICY__W_CPU_1_0_ECX,
			  0x10010001u, 0, CPUPOLICY__NONE);
	assert_int_equal(heard.nr, 3);
	finding = heard_of(&heard, CPUPOLICY_F_HIDDEN, "avx");
	assert_non_null(finding);
	assert_int_equal(finding->guest, 1);
	assert_int_equal(finding->host, 0);
	assert_int_equal(finding->index, 3);
	assert_int_equal(finding->grade, CPUPOLICY_GRADE_NOTE);
	assert_int_equal(finding->mask, 1u << 28);
	assert_null(finding->cause);
	finding = &heard.finding[2];
	assert_null(finding->field);
	assert_int_equal(finding->mask, 1u << 16);
	assert_int_equal(finding->at.leaf, 1);
	assert_int_equal(finding->at.reg, CPUPOLICY_ECX);
	assert_int_equal(finding->at.low, 16);
	assert_int_equal(finding->at.high, 16);
}

static void a_number_is_one_finding_with_both_values(void **state)
{
	struct cpupolicy__report report = listening(CPUPOLICY_VENDOR_INTEL);

	(void)state;
	cpupolicy__report(&report, CPUPOLICY_F_CAPPED, CPUPOLICY__W_CPU_1_0_EBX,
			  0x0000ff00u, 0x00000800u, CPUPOLICY__FIELD_clflush);
	assert_int_equal(heard.nr, 1);
	assert_string_equal(heard.finding[0].field->name, "clflush_size");
	assert_string_equal(heard.finding[0].cause->name, "clflush");
	assert_int_equal(heard.finding[0].guest, 255);
	assert_int_equal(heard.finding[0].host, 8);
	assert_int_equal(heard.finding[0].mask, 0xff00);
}

static void no_change_is_no_finding(void **state)
{
	struct cpupolicy__report report = listening(CPUPOLICY_VENDOR_INTEL);
	struct cpupolicy_policy policy;

	(void)state;
	cpupolicy__report(&report, CPUPOLICY_F_HIDDEN, CPUPOLICY__W_CPU_1_0_ECX,
			  5, 5, CPUPOLICY__NONE);
	make_policy(&policy, "intel", "avx");
	cpupolicy__clear(&policy, &report, CPUPOLICY_F_HIDDEN,
			 CPUPOLICY__W_CPU_1_0_ECX, ~(1u << 28),
			 CPUPOLICY__NONE);
	assert_int_equal(heard.nr, 0);
	assert_int_equal(value_of(&policy, "avx"), 1);
	cpupolicy__clear(&policy, &report, CPUPOLICY_F_HIDDEN,
			 CPUPOLICY__W_CPU_1_0_ECX, 1u << 28, CPUPOLICY__NONE);
	assert_int_equal(heard.nr, 1);
	assert_int_equal(value_of(&policy, "avx"), 0);
}

static void without_a_sink_bits_are_cleared_all_the_same(void **state)
{
	const struct cpupolicy__report silent = { .sink = NULL };
	struct cpupolicy_policy policy;

	(void)state;
	make_policy(&policy, "intel", "avx");
	cpupolicy__clear(&policy, &silent, CPUPOLICY_F_HIDDEN,
			 CPUPOLICY__W_CPU_1_0_ECX, 1u << 28, CPUPOLICY__NONE);
	assert_int_equal(value_of(&policy, "avx"), 0);
}

static void what_is_never_in_a_policy_says_why(void **state)
{
	static const struct {
		const char *name;
		uint32_t word, bit, code;
	} cases[] = {
		{ "osxsave", CPUPOLICY__W_CPU_1_0_ECX, 27,
		  CPUPOLICY_F_DROPPED_RUNTIME },
		{ "ht", CPUPOLICY__W_CPU_1_0_EDX, 28,
		  CPUPOLICY_F_DROPPED_VCPU },
		{ "pn", CPUPOLICY__W_CPU_1_0_EDX, 18,
		  CPUPOLICY_F_DROPPED_NEVER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy__report report =
			listening(CPUPOLICY_VENDOR_INTEL);

		cpupolicy__report(&report, CPUPOLICY_F_DROPPED_ZERO,
				  cases[i].word, 1u << cases[i].bit, 0,
				  CPUPOLICY__NONE);
		assert_int_equal(heard.nr, 1);
		assert_non_null(heard_of(&heard, cases[i].code, cases[i].name));
		/* other reasons stay as they are */
		heard.nr = 0;
		cpupolicy__report(&report, CPUPOLICY_F_HIDDEN, cases[i].word,
				  1u << cases[i].bit, 0, CPUPOLICY__NONE);
		assert_int_equal(heard.finding[0].code, CPUPOLICY_F_HIDDEN);
	}
}

static void the_maker_decides_what_a_bit_is_called(void **state)
{
	static const enum cpupolicy_vendor_id vendors[] = {
		CPUPOLICY_VENDOR_INTEL,
		CPUPOLICY_VENDOR_AMD,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(vendors); i++) {
		uint32_t index = cpupolicy__field_of_bit(
			CPUPOLICY__W_CPU_80000001_0_EDX, 11, vendors[i]);

		assert_string_equal(cpupolicy_field_at(index)->name, "syscall");
		assert_int_equal(cpupolicy_field_at(index)->level,
				 i ? CPUPOLICY_LEVEL_AND
				   : CPUPOLICY_LEVEL_DERIVE);
	}
	assert_int_equal(cpupolicy__field_of_bit(CPUPOLICY__W_CPU_1_0_ECX, 16,
						 CPUPOLICY_VENDOR_INTEL),
			 CPUPOLICY__NONE);
}

static void every_word_knows_its_address(void **state)
{
	char text[CPUPOLICY_ADDRESS_TEXT], want[CPUPOLICY_ADDRESS_TEXT];
	struct cpupolicy_address at;

	(void)state;
	for (uint32_t i = 0; i < CPUPOLICY__NR_FIELDS; i++) {
		const struct cpupolicy__place *place = &cpupolicy__places[i];

		if (place->word == CPUPOLICY__NONE)
			continue;
		at = cpupolicy__address(place->word,
					place->mask << place->shift);
		assert_string_equal(
			cpupolicy_address_text(text, &at),
			cpupolicy_address_text(want, &cpupolicy__fields[i].at));
	}
	at = cpupolicy__address(CPUPOLICY__W_MSR_10A_0_HI, 0x00011000u);
	assert_int_equal(at.reg, CPUPOLICY_MSR_HI);
	assert_int_equal(at.low, 12);
	assert_int_equal(at.high, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_finding_for_each_field_and_one_for_the_rest),
		cmocka_unit_test(a_number_is_one_finding_with_both_values),
		cmocka_unit_test(no_change_is_no_finding),
		cmocka_unit_test(without_a_sink_bits_are_cleared_all_the_same),
		cmocka_unit_test(what_is_never_in_a_policy_says_why),
		cmocka_unit_test(the_maker_decides_what_a_bit_is_called),
		cmocka_unit_test(every_word_knows_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
