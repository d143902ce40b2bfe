/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy;

/* The numbers between the braces, as a compiler would read them. */
static size_t bytes_of(unsigned char *out, size_t most, const char *source)
{
	const char *at = strchr(source, '{') + 1;
	size_t nr = 0;

	for (;;) {
		char *end;
		unsigned long value = strtoul(at, &end, 0);

		if (end == at)
			return nr;
		assert_true(nr < most && value < 256 && *end == ',');
		out[nr++] = (unsigned char)value;
		at = end + 1;
	}
}

static void the_bytes_are_those_of_the_encoded_policy(void **state)
{
	unsigned char bytes[CPUPOLICY_ENCODED_MAX];
	struct cpupolicy_policy back;
	char *source;
	size_t size;

	(void)state;
	make_normal(&policy, "amd", AVX "topoext svm");
	source = cpupolicy_policy_to_c(&policy, "guest");
	assert_non_null(source);
	size = bytes_of(bytes, sizeof(bytes), source);
	assert_int_equal(size, cpupolicy_encode(NULL, 0, &policy));
	assert_int_equal(cpupolicy_decode(&back, bytes, size), 0);
	assert_true(cpupolicy_policy_equal(&back, &policy));
	free(source);
}

static void the_largest_policy_has_room(void **state)
{
	unsigned char bytes[CPUPOLICY_ENCODED_MAX];
	struct cpupolicy_row row;
	char *source;

	(void)state;
	cpupolicy_policy_clear(&policy);
	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, &policy, i); i++) {
		row.eax = row.ebx = row.ecx = row.edx = 0xffffffff;
		cpupolicy_policy_set_row(&policy, &row);
	}
	source = cpupolicy_policy_to_c(&policy, NULL);
	assert_non_null(source);
	assert_int_equal(bytes_of(bytes, sizeof(bytes), source),
			 cpupolicy_encode(NULL, 0, &policy));
	free(source);
}

static void names_become_identifiers(void **state)
{
	static const struct {
		const char *why, *name, *text;
	} cases[] = {
		{ "an identifier stays", "pool_2", " pool_2[] = {" },
		{ "other characters do not", "pool-2.json*/",
		  " pool_2_json__[] = {" },
		{ "nor does a digit begin one", "2nd", " _2nd[] = {" },
		{ "bytes above ASCII", "\xc3\xa9t\xc3\xa9", " __t__[] = {" },
		{ "an empty one", "", " policy[] = {" },
		{ "none", NULL, " policy[] = {" },
		{ "the size goes by the same name", "a b", "t a_b_size = " },
	};

	(void)state;
	cpupolicy_policy_clear(&policy);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *source = cpupolicy_policy_to_c(&policy, cases[i].name);

		assert_non_null(source);
		if (!strstr(source, cases[i].text))
			fail_msg("%s: no '%s' in\n%s", cases[i].why,
				 cases[i].text, source);
		free(source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_the_encoded_policy),
		cmocka_unit_test(the_largest_policy_has_room),
		cmocka_unit_test(names_become_identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
