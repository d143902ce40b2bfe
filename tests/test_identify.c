/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/record.h>

/* A Core 2 Duo (Conroe) as far as it matters for its name. */
static const struct cpupolicy_row conroe[] = {
	{ 0x0, 0, 0xa, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 0x1, 0, 0x000006f6, 0x00020800, 0x0000e3bd, 0xbfebfbff },
	{ 0x2, 0, 0x05b0b101, 0x005657f0, 0, 0x2cb43049 },
	{ 0x4, 0, 0x04000121, 0x01c0003f, 0x3f, 1 },
	{ 0x4, 1, 0x04000122, 0x01c0003f, 0x3f, 1 },
	{ 0x4, 2, 0x04004143, 0x03c0003f, 0xfff, 1 },
	{ 0x80000000, 0, 0x80000008, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0, 1, 0x20100000 },
	{ 0x80000002, 0, 0x65746e49, 0x2952286c, 0x726f4320, 0x4d542865 },
	{ 0x80000003, 0, 0x43203229, 0x20205550, 0x20202020, 0x20202020 },
	{ 0x80000004, 0, 0x30303636, 0x20402020, 0x30342e32, 0x007a4847 },
	{ 0x80000008, 0, 0x00003024, 0, 0, 0 },
};
enum { NR = sizeof(conroe) / sizeof(conroe[0]) };

static void a_known_cpu_has_a_name_and_no_note(void **state)
{
	struct cpupolicy_row rows[NR];
	const struct cpupolicy_core core = { .rows = rows, .nr_rows = NR };
	char name[64], note[256];

	(void)state;
	memcpy(rows, conroe, sizeof(rows));
	if (cpupolicy_core_identify(name, note, &core) ==
	    CPUPOLICY_E_UNSUPPORTED)
		skip();
	assert_non_null(strstr(name, "Conroe"));
	assert_string_equal(note, "");
}

static void a_cpu_newer_than_libcpuid_is_doubted(void **state)
{
	struct cpupolicy_row rows[NR + 2];
	const struct cpupolicy_core core = { .rows = rows, .nr_rows = NR + 2 };
	char name[64], note[256];

	(void)state;
	memcpy(rows, conroe, sizeof(conroe));
	rows[NR] = (struct cpupolicy_row){ 7, 0, 1, 0, 0, 0 };
	rows[NR + 1] = (struct cpupolicy_row){ 7, 1, 0x10, 0, 0, 0 };
	if (cpupolicy_core_identify(name, note, &core) ==
	    CPUPOLICY_E_UNSUPPORTED)
		skip();
	assert_non_null(strstr(note, "older"));
}

static void nothing_has_no_name(void **state)
{
	const struct cpupolicy_core core = { .nr_rows = 0 };
	char name[64] = "x", note[256] = "x";

	(void)state;
	assert_int_equal(cpupolicy_core_identify(name, note, &core),
			 CPUPOLICY_E_UNSUPPORTED);
	assert_string_equal(name, "");
	assert_string_equal(note, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_cpu_has_a_name_and_no_note),
		cmocka_unit_test(a_cpu_newer_than_libcpuid_is_doubted),
		cmocka_unit_test(nothing_has_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
