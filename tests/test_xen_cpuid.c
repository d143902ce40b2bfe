/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

#define LIMITS "Xen reports there are maximum 120 leaves and 2 MSRs\n"
#define POLICY(name, msrs)                                                     \
	name " policy: 14 leaves, " #msrs " MSRs\n CPUID:\n" TABLE
#define TABLE	   "  leaf     subleaf  -> eax      ebx      ecx      edx     \n"
#define MSRS	   " MSRs:\n  index    -> value           \n"
#define LEAF0	   "  00000000:ffffffff -> 0000000d:756e6547:6c65746e:49656e69\n"
#define LEAF1	   "  00000001:ffffffff -> 00050654:00000800:c6d82203:078bfbfd\n"
#define LEAF7	   "  00000007:00000000 -> 00000002:00880389:00000008:00000000\n"
#define LEAFD1	   "  0000000d:00000001 -> 00000005:00000000:00000000:00000000\n"
#define ARCH_CAPS  "  0000010a -> 0000000000000004\n"
#define RAW	   POLICY("Raw", 1) LEAF0 LEAF1 LEAF7 LEAFD1 MSRS ARCH_CAPS
#define HOST	   POLICY("Host", 1) LEAF0 LEAF1 LEAF7 MSRS ARCH_CAPS
#define PV	   POLICY("PV Max", 1) LEAF0 LEAF1 MSRS ARCH_CAPS
#define TEXT(text) text, sizeof(text) - 1

static struct cpupolicy_document document;
static struct cpupolicy_error error;

static const struct cpupolicy_core *read_core(const char *why, const char *text)
{
	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", why, error.text);
	assert_string_equal(document.format, "xen-cpuid");
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

static void rows_and_msrs_are_those_of_the_policy(void **state)
{
	const struct cpupolicy_core *core = read_core("host", LIMITS HOST);

	(void)state;
	assert_int_equal(cpupolicy_core_row(core, 0, 0)->eax, 0xd);
	assert_int_equal(cpupolicy_core_row(core, 1, 0)->ecx, 0xc6d82203);
	assert_int_equal(cpupolicy_core_row(core, 7, 0)->ebx, 0x00880389);
	assert_int_equal(core->nr_msrs, 1);
	assert_int_equal(core->msrs[0].index, 0x10a);
	assert_int_equal(core->msrs[0].value, 4);
	assert_string_equal(document.record->how, "xen-cpuid -p, Host policy");
	cpupolicy_document_clear(&document);
}

static void the_record_is_the_hosts_policy(void **state)
{
	static const struct {
		const char *why, *text, *how, *note;
		bool raw;
	} cases[] = {
		{ "as Xen prints them", LIMITS RAW HOST PV,
		  "xen-cpuid -p, Host policy",
		  "the Host policy; also in the file: Raw, PV Max.", false },
		{ "in another order", PV HOST RAW, "xen-cpuid -p, Host policy",
		  "PV Max, Raw", false },
		{ "no host", LIMITS PV RAW, "xen-cpuid -p, Raw policy",
		  "There is no Host policy: the record is the Raw", true },
		{ "a domain", POLICY("Domain 5", 0) LEAF0 LEAF1 MSRS,
		  "xen-cpuid -p, Domain 5 policy", "which is for guests",
		  false },
		{ "what an old Xen does not have",
		  LIMITS RAW "Host policy not supported by Xen\n",
		  "xen-cpuid -p, Raw policy", "no Host policy", true },
		{ "behind a serial console",
		  "Raw policy: 1 leaves, 0 MSRs\r\r\n" LEAF0 "\r\r\n" MSRS,
		  "xen-cpuid -p, Raw policy", "no Host", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_core *core =
			read_core(cases[i].why, cases[i].text);
		const struct cpupolicy_row *d1 =
			cpupolicy_core_row(core, 0xd, 1);

		if (strcmp(document.record->how, cases[i].how) != 0 ||
		    !noted(cases[i].note) || (d1 && d1->eax) != cases[i].raw)
			fail_msg("%s: %s", cases[i].why, document.record->how);
		cpupolicy_document_clear(&document);
	}
}

/* Xen keeps leaves up to 0xD and prints none that is zero. */
static void rows_that_are_zero_are_added(void **state)
{
	const struct cpupolicy_core *core = read_core("zero", HOST);

	(void)state;
	assert_non_null(cpupolicy_core_row(core, 4, 0));
	assert_non_null(cpupolicy_core_row(core, 0xd, 0));
	assert_null(cpupolicy_core_row(core, 0x80000001, 0));
	assert_true(noted("xen-cpuid does not print rows that are zero"));
	cpupolicy_document_clear(&document);
}

static const struct bad_text bad_dumps[] = {
	{ "cut in a row",
	  TEXT(POLICY("Host", 1) LEAF0 "  00000001:ffffffff -> 0"),
	  CPUPOLICY_E_SYNTAX, 5, "expected '00000007:00000000 -> " },
	{ "cut before the MSRs", TEXT(POLICY("Host", 1) LEAF0 LEAF1),
	  CPUPOLICY_E_SYNTAX, 5, "the Host policy ends after 0 of 1 MSRs" },
	{ "cut in the host's, with another behind it",
	  TEXT(POLICY("Host", 1) LEAF0 PV), CPUPOLICY_E_SYNTAX, 5, "cut off" },
	{ "rows of no policy", TEXT(LIMITS LEAF0), CPUPOLICY_E_SYNTAX, 2,
	  "expected 'Host policy: " },
	{ "only limits", TEXT(LIMITS), CPUPOLICY_E_SYNTAX, 1, "no rows" },
	{ "an empty policy", TEXT(POLICY("Host", 0) MSRS), CPUPOLICY_E_MEANING,
	  1, "leaf 0" },
	{ "an MSR twice",
	  TEXT(POLICY("Host", 2) LEAF0 MSRS ARCH_CAPS ARCH_CAPS),
	  CPUPOLICY_E_MEANING, 8, "twice" },
	{ "an MSR of 65 bits",
	  TEXT(POLICY("Host", 1) LEAF0 MSRS
	       "  0000010a -> 10000000000000000\n"),
	  CPUPOLICY_E_SYNTAX, 7, "expected" },
	{ "a row of another policy that is none",
	  TEXT(HOST POLICY("PV Max", 0) "  00000001 -> 1:2\n"),
	  CPUPOLICY_E_SYNTAX, 13, "expected" },
	{ "the featuresets", TEXT(HOST "KEY 1d       1c\n"), CPUPOLICY_E_SYNTAX,
	  10, "KEY" },
	{ "a NUL byte", TEXT(HOST "\0\n"), CPUPOLICY_E_SYNTAX, 10, "NUL" },
};

static void a_bad_dump_is_refused_with_its_line(void **state)
{
	(void)state;
	must_be_refused(bad_dumps, COUNT(bad_dumps));
}

static void many_policies_are_named_briefly(void **state)
{
	static char text[200000];
	size_t used = 0;

	(void)state;
	used += (size_t)sprintf(text, "%s", HOST);
	for (unsigned i = 0; i < 1000; i++)
		used += (size_t)sprintf(
			text + used, "Domain %u policy: 0 leaves, 0 MSRs\n", i);
	read_core("domains", text);
	assert_true(noted("also in the file: Domain 0, Domain 1, "));
	for (size_t i = 0; i < document.record->nr_notes; i++)
		assert_in_range(strlen(document.record->notes[i]), 1, 400);
	cpupolicy_document_clear(&document);
}

/* What Xen 4.17's tool printed on an emulated EPYC. */
static void the_recorded_output_is_read(void **state)
{
	struct cpupolicy_record *record = read_record("formats/xen-cpuid.txt");
	const struct cpupolicy_core *core = record->cores;

	(void)state;
	assert_int_equal(record->nr_cores, 1);
	assert_string_equal(record->how, "xen-cpuid -p, Host policy");
	assert_int_equal(cpupolicy_core_row(core, 1, 0)->ecx, 0xf6d8320b);
	assert_int_equal(cpupolicy_core_row(core, 7, 0)->ebx, 0x008801a9);
	assert_int_equal(cpupolicy_core_row(core, 0x8000000a, 0)->edx, 0x31);
	assert_int_equal(core->nr_msrs, 2);
	cpupolicy_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_msrs_are_those_of_the_policy),
		cmocka_unit_test(the_record_is_the_hosts_policy),
		cmocka_unit_test(rows_that_are_zero_are_added),
		cmocka_unit_test(a_bad_dump_is_refused_with_its_line),
		cmocka_unit_test(many_policies_are_named_briefly),
		cmocka_unit_test(the_recorded_output_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
