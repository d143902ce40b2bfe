/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

#define CPU(n)                                                                 \
	"------[ CPUID Registers / Logical CPU #" #n " ]------\n"              \
	"CPUID 00000000: 00000000-756E6547-6C65746E-49656E69\n"

static struct cpupolicy_document document;

static void read_text(const char *text)
{
	struct cpupolicy_error error;

	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s", error.text);
}

static uint64_t msr(size_t core, uint32_t index)
{
	const struct cpupolicy_core *c = &document.record->cores[core];

	for (size_t i = 0; i < c->nr_msrs; i++)
		if (c->msrs[i].index == index)
			return c->msrs[i].value;
	return 0;
}

#define MSR(index, value) "MSR " index ": " value "\n"

static void feature_msrs_belong_to_their_cpus(void **state)
{
	static const char text[] = CPU(0) CPU(1)
		CPU(2) "------[ MSR Registers / Logical CPU #0 "
		       "]------\n" MSR("0000008B", "0000-00F0-0000-"
						   "0000")
			       MSR("0000010A", "0000-0001-0000-006B") MSR(
				       "00000198", "0000-20FB-"
						   "0000-2300 "
						   "[S200]")
				       MSR("00000480", "00da-0400-0000-0013") "------[ MSR Registers / Logical CPU #1 ]------\n" MSR(
					       "0000010A", "0000-0001-0000-"
							   "006B") MSR("0000"
								       "048"
								       "0",
								       "00DA"
								       "-040"
								       "0-"
								       "0000"
								       "-001"
								       "3")
					       MSR("00000480",
						   "00DA-0400-"
						   "0000-0014") "------[ MSR "
								"Registers / "
								"Logical CPU "
								"#2 Virtual "
								"]------"
								"\n" MSR(
									"000"
									"001"
									"0A",
									"< "
									"FAI"
									"LED"
									" >") "------"
									      "[ OC "
									      "MailBo"
									      "x "
									      "]-----"
									      "-"
									      "\n" MSR(
										      "0000010A",
										      "1111-1111-1111-1111");

	(void)state;
	read_text(text);
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(document.record->cores[0].cpus, "0-1");
	assert_int_equal(document.record->cores[0].nr_msrs, 2);
	assert_true(msr(0, 0x10a) == 0x10000006b);
	assert_true(msr(0, 0x480) == 0xda040000000013);
	assert_string_equal(document.record->cores[1].cpus, "2");
	assert_int_equal(document.record->cores[1].nr_msrs, 0);
	assert_string_equal(document.record->microcode, "0xf0");
	cpupolicy_document_clear(&document);
}

static void a_single_section_of_msrs_is_that_of_all_cpus(void **state)
{
	static const char *const headers[] = {
		"------[ MSR Registers ]------",
		"------[ MSR Registers / Logical CPU #1 ]------",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		char text[2000];

		snprintf(text, sizeof(text), "%s%s%s\n%s", CPU(0), CPU(1),
			 headers[i],
			 MSR("0000008B", "0000-0000-0830-104D") MSR(
				 "000000CE", "0008-0838-F301-2200 [eD = 0]")
				 MSR("00000480", "00DA-0400-0000-001") MSR(
					 "00000481", "00DA-0400-0000-00123")
					 MSR("00000482", "00DA-0400-0000"));
		read_text(text);
		assert_string_equal(document.record->cores[0].cpus, "0-1");
		assert_int_equal(document.record->cores[0].nr_msrs, 1);
		assert_true(msr(0, 0xce) == 0x80838f3012200);
		assert_string_equal(document.record->microcode, "0x830104d");
		assert_int_equal(document.record->nr_notes, 1);
		assert_string_equal(document.record->notes[0],
				    "Feature MSRs are printed once; they are "
				    "taken for those of all CPUs.");
		cpupolicy_document_clear(&document);
	}
}

static void msrs_of_no_cpu_are_those_of_cpus_without_any(void **state)
{
	(void)state;
	read_text(CPU(0) CPU(1) CPU(2) "------[ MSR Registers ]------\n" MSR(
		"00000480", "0000-0000-0000-0013") "------[ MSR Registers "
						   "/ Logical CPU #1 "
						   "]------\n" MSR("0000048"
								   "0",
								   "0000-"
								   "0000-"
								   "0000-"
								   "0014"));
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(document.record->cores[0].cpus, "0,2");
	assert_true(msr(0, 0x480) == 0x13);
	assert_true(msr(1, 0x480) == 0x14);
	cpupolicy_document_clear(&document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feature_msrs_belong_to_their_cpus),
		cmocka_unit_test(a_single_section_of_msrs_is_that_of_all_cpus),
		cmocka_unit_test(msrs_of_no_cpu_are_those_of_cpus_without_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
