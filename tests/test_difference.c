/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/difference.h>

#include "support.h"

struct told {
	size_t nr;
	char text[8][64];
};

static void tell(void *arg, const struct cpupolicy_difference *d)
{
	struct told *told = arg;
	char at[CPUPOLICY_ADDRESS_TEXT];

	assert_true(told->nr < COUNT(told->text));
	snprintf(told->text[told->nr++], sizeof(told->text[0]), "%s %u->%u",
		 d->field ? d->field->name : cpupolicy_address_text(at, &d->at),
		 d->a, d->b);
}

static void every_field_is_told_once_with_both_values(void **state)
{
	static struct cpupolicy_policy a, b;
	struct told told = { 0 };

	(void)state;
	make_policy(&a, "intel", "avx2 phys_bits=46 rdctl_no");
	make_policy(&b, "intel", "avx2 phys_bits=39 bmi2");
	assert_int_equal(
		cpupolicy_policy_set(&b, feature_called("7.0:edx[7]"), true),
		0);
	cpupolicy_differences(&a, &b, tell, &told);
	assert_int_equal(told.nr, 4);
	assert_string_equal(told.text[0], "bmi2 0->1");
	assert_string_equal(told.text[1], "7.0:edx[7] 0->1");
	assert_string_equal(told.text[2], "phys_bits 46->39");
	assert_string_equal(told.text[3], "rdctl_no 1->0");
	cpupolicy_differences(&a, &a, tell, &told);
	assert_int_equal(told.nr, 4);

	told.nr = 0;
	cpupolicy_gained(&a, &b, tell, &told);
	assert_int_equal(told.nr, 2);
	assert_string_equal(told.text[0], "bmi2 0->1");
}

static void contents_are_the_difference_from_nothing(void **state)
{
	static struct cpupolicy_policy policy;
	struct told told = { 0 };

	(void)state;
	cpupolicy_policy_clear(&policy);
	set_fields(&policy, "avx2 phys_bits=46");
	cpupolicy_policy_contents(&policy, tell, &told);
	assert_int_equal(told.nr, 2);
	assert_string_equal(told.text[0], "avx2 0->1");
	assert_string_equal(told.text[1], "phys_bits 0->46");
}

static void rows_and_msrs_are_told_by_field(void **state)
{
	const struct cpupolicy_row a = { .leaf = 7, .ebx = 1u << 5 };
	const struct cpupolicy_row b = { .leaf = 7, .ebx = 1u << 8 };
	const struct cpupolicy_msr low = { .index = 0x10a, .value = 1 };
	const struct cpupolicy_msr none = { .index = 0x10a };
	struct told told = { 0 };

	(void)state;
	cpupolicy_row_differences(&a, &b, CPUPOLICY_VENDOR_INTEL, tell, &told);
	cpupolicy_msr_differences(&low, &none, CPUPOLICY_VENDOR_INTEL, tell,
				  &told);
	assert_int_equal(told.nr, 3);
	assert_string_equal(told.text[0], "avx2 1->0");
	assert_string_equal(told.text[1], "bmi2 0->1");
	assert_string_equal(told.text[2], "rdctl_no 1->0");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_told_once_with_both_values),
		cmocka_unit_test(contents_are_the_difference_from_nothing),
		cmocka_unit_test(rows_and_msrs_are_told_by_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
