/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/host.h"
#include "support.h"

#define INTEL(max)	  "CPUID 00000000: " max "-756E6547-6C65746E-49656E69\n"
#define IVY		  "CPUID 00000001: 000306A9-00100800-7FBAE3FF-BFEBFBFF\n"
#define AMD(max)	  "CPUID 00000000: " max "-68747541-444D4163-69746E65\n"
#define ZEN		  "CPUID 00000001: 00800F11-00100800-7ED8320B-178BFBFF\n"
#define ROW(leaf, values) "CPUID " leaf ": " values "\n"

static struct cpupolicy_document document;

static const struct cpupolicy_record *read_text(const char *why,
						const char *text)
{
	struct cpupolicy_error error;

	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", why, error.text);
	return document.record;
}

static void what_is_odd_is_noted(void **state)
{
	static const struct {
		const char *why, *text;
		const char *notes; /* all of them; NULL: there is none */
	} cases[] = {
		{ "nothing is odd", INTEL("00000001") IVY, NULL },
		{ "SYSCALL reads 0 in 32-bit mode",
		  INTEL("00000001") IVY ROW(
			  "80000000", "80000001-00000000-00000000-00000000")
			  ROW("80000001",
			      "00000000-00000000-00000001-28100000"),
		  "SYSCALL reads 0 beside LM: the CPU was asked outside 64-bit "
		  "mode. It is derived from LM." },
		{ "and 1 in 64-bit mode",
		  INTEL("00000001") IVY ROW(
			  "80000000", "80000001-00000000-00000000-00000000")
			  ROW("80000001",
			      "00000000-00000000-00000001-28100800"),
		  NULL },
		{ "AMD shows SYSCALL in any mode: it is just not there",
		  AMD("00000001") ZEN ROW("80000000",
					  "80000001-68747541-444D4163-69746E65")
			  ROW("80000001",
			      "00800F11-00000000-35C233FF-2FD3F3FF"),
		  NULL },
		{ "CPUs before extended leaves repeat the highest one",
		  INTEL("00000002") ROW("00000001", "00000617-00000000-"
						    "00000000-0000FBFF")
			  ROW("00000002", "03020101-00000000-00000000-06040A42")
				  ROW("80000000",
				      "03020101-00000000-00000000-06040A42")
					  ROW("80000001", "03020101-00000000-"
							  "00000000-06040A42"),
		  "EAX of leaf 0x80000000 is 0x3020101, which is no leaf of "
		  "its range: what is there of the range is not used." },
		{ "SYSCALL without LM is not there in 64-bit mode either",
		  INTEL("00000001") IVY ROW(
			  "80000000", "80000001-00000000-00000000-00000000")
			  ROW("80000001",
			      "00000000-00000000-00000000-00000800"),
		  NULL },
		{ "no extended leaves at all",
		  INTEL("00000001") IVY ROW(
			  "80000000", "00000000-00000000-00000000-00000000"),
		  NULL },
		{ "a highest leaf that is none", INTEL("00010000") IVY,
		  "EAX of leaf 0x0 is 0x10000, which is no leaf of its range: "
		  "what is there of the range is not used." },
		{ "zeros above the highest leaf say nothing",
		  INTEL("00000001") IVY ROW(
			  "00000007", "00000000-00000000-00000000-00000000"),
		  NULL },
		{ "echoes",
		  INTEL("00000002") IVY ROW(
			  "00000002", "76036301-00F0B6FF-00000000-00C30000")
			  ROW("00000006", "76036301-00F0B6FF-00000000-00C30000")
				  ROW("20000000",
				      "76036301-00F0B6FF-00000000-00C30000"),
		  "Leaves above the highest one are not used: 0x6, 0x20000000. "
		  "They repeat the highest basic leaf." },
		{ "one of them is no echo",
		  INTEL("00000002") IVY ROW(
			  "00000002", "76036301-00F0B6FF-00000000-00C30000")
			  ROW("00000006", "76036301-00F0B6FF-00000000-00C30000")
				  ROW("20000000",
				      "76036301-00F0B6FF-00000001-00C30000"),
		  "Leaves above the highest one are not used: 0x6, 0x20000000. "
		  "They hold data of their own." },
		{ "a component that the maker lays out in one way",
		  INTEL("0000000D") IVY ROW(
			  "00000002",
			  "00000000-00000000-"
			  "00000000-00000000") ROW("00000003",
						   "00000000-00000000-00000000-"
						   "00000000") ROW("00000004",
								   "00000000-"
								   "00000000-"
								   "00000000-"
								   "00000000")
			  ROW("00000005",
			      "00000000-00000000-00000000-"
			      "00000000") ROW("00000006",
					      "00000000-"
					      "00000000-"
					      "00000000-"
					      "00000000") ROW("00000007",
							      "00000000-"
							      "00000000-"
							      "00000000-"
							      "00000000")
				  ROW("00000008",
				      "00000000-00000000-00000000-"
				      "00000000") ROW("00000009",
						      "00000000-00000000-"
						      "00000000-"
						      "00000000")
					  ROW("0000000A",
					      "00000000-"
					      "00000000-"
					      "00000000-"
					      "00000000") ROW("0000000B",
							      "00000000-"
							      "00000000-"
							      "00000000-"
							      "00000000")
						  ROW("0000000C",
						      "00000000-00000000-"
						      "00000000-00000000")
							  ROW("0000000D",
							      "00000007-"
							      "00000340-"
							      "00000340-"
							      "00000000")
								  ROW("0000000"
								      "D",
								      "00000001"
								      "-0000000"
								      "0-"
								      "00000000"
								      "-0000000"
								      "0 "
								      "[SL "
								      "01]"),
		  "State components without a size, as some tools print the "
		  "highest one: 0xd.2. The only layout that this maker is "
		  "known to have is taken." },
		{ "junk behind the brand's end",
		  INTEL("00000001") IVY ROW(
			  "80000000", "80000004-00000000-00000000-00000000")
			  ROW("80000001", "00000000-00000000-00000000-00000000")
				  ROW("80000002", "00383237-007A484D-00000000-"
						  "00000000")
					  ROW("80000003", "00000000-00000000-"
							  "00000000-00000000")
						  ROW("80000004",
						      "00000000-00000000-"
						      "00000000-00000000"),
		  "There is something behind the end of the brand string: it "
		  "is kept, and not shown." },
		{ "a brand that disturbs a terminal",
		  INTEL("00000001") IVY ROW(
			  "80000000", "80000004-00000000-00000000-00000000")
			  ROW("80000001", "00000000-00000000-00000000-00000000")
				  ROW("80000002", "4A325B1B-00000000-00000000-"
						  "00000000")
					  ROW("80000003", "00000000-00000000-"
							  "00000000-00000000")
						  ROW("80000004",
						      "00000000-00000000-"
						      "00000000-00000000"),
		  "The brand string holds characters that cannot be printed: "
		  "they are shown as '?'." },
		{ "a brand that fills all its room is no junk",
		  INTEL("00000001") IVY ROW(
			  "80000000", "80000004-00000000-00000000-00000000")
			  ROW("80000001", "00000000-00000000-00000000-00000000")
				  ROW("80000002", "41414141-41414141-41414141-"
						  "41414141")
					  ROW("80000003", "41414141-41414141-"
							  "41414141-41414141")
						  ROW("80000004",
						      "41414141-41414141-"
						      "41414141-41414141"),
		  NULL },
		{ "a serial number",
		  INTEL("00000003") IVY ROW(
			  "00000002", "00000000-00000000-00000000-00000000")
			  ROW("00000003",
			      "00000000-00000000-12345678-9ABCDEF0"),
		  "Leaves that are private to the machine or change with every "
		  "reading (serial number, sensors): 0x3. They are in no "
		  "policy, and are written as zero." },
		{ "gaps",
		  INTEL("0000000D") IVY ROW(
			  "00000004", "00000000-00000000-00000000-00000000")
			  ROW("0000000A", "00000000-00000000-00000000-00000000")
				  ROW("80000000", "80000008-00000000-00000000-"
						  "00000000")
					  ROW("80000001", "00000000-00000000-"
							  "00000000-00000000")
						  ROW("80000006",
						      "00000000-00000000-"
						      "00000000-00000000"),
		  "Leaves up to the highest one that were not recorded: "
		  "0x2-0x3, 0x5-0x9, 0xb-0xd, 0x80000002-0x80000005, "
		  "0x80000007-0x80000008. Not recorded is not zero: nothing is "
		  "known of them." },
		{ "a row twice, with the same values",
		  INTEL("00000001") IVY ROW(
			  "00000007", "00000000-00000000-00000000-00000000 "
				      "[SL 00]")
			  ROW("00000007", "00000000-00000000-00000000-00000000 "
					  "[SL 00]"),
		  NULL },
		{ "a row twice, with two values",
		  INTEL("00000007") IVY ROW("00000002",
					    "00000000-00000000-00000000-"
					    "00000000") ROW("00000003",
							    "00000000-00000000-"
							    "00000000-00000000")
			  ROW("00000004", "00000000-00000000-00000000-00000000")
				  ROW("00000005",
				      "00000000-00000000-00000000-"
				      "00000000") ROW("00000006",
						      "00000000-00000000-"
						      "00000000-00000000")
					  ROW("00000007", "00000000-00000001-"
							  "00000000-00000000 "
							  "[SL 00]")
						  ROW("00000007",
						      "00000000-00000002-"
						      "00000000-00000000 "
						      "[SL 00]"),
		  "Leaves that are there twice with different values: 0x7.0. "
		  "The first row of each counts." },
		{ "a guest of KVM",
		  INTEL("00000001") ROW("00000001",
					"000306A9-00100800-FFBAE3FF-BFEBFBFF")
			  ROW("40000000", "40000001-4B4D564B-564B4D56-0000004D")
				  ROW("40000001",
				      "01007EFB-00000000-00000000-00000000"),
		  "Recorded under a hypervisor (KVMKVMKVM): the rows are taken "
		  "for a guest's, as they are." },
		{ "a guest of Hyper-V cannot make partitions",
		  INTEL("00000001") ROW("00000001",
					"000306A9-00100800-FFBAE3FF-BFEBFBFF")
			  ROW("40000000", "40000006-7263694D-666F736F-76482074")
				  ROW("40000003",
				      "00002E7F-003B8030-00000002-000ED7B2"),
		  "Recorded under a hypervisor (Microsoft Hv): the rows are "
		  "taken for a guest's, as they are." },
		{ "a maker without rules",
		  ROW("00000000", "00000001-69727943-64616574-736E4978") ROW(
			  "00000001", "00000600-00000000-00000000-00808131"),
		  "The maker 'CyrixInstead' is not one with rules of its own: "
		  "this machine fits others of exactly this name." },
		{ "two makers",
		  ROW("00000000", "00000001-756E6547-3638784D-54656E69") ROW(
			  "00000001", "00000543-00000000-00000000-0080893F")
			  ROW("80000000", "80000001-6E617254-55504361-74656D73")
				  ROW("80000001",
				      "00000543-00000000-00000000-0081813F"),
		  "The maker 'GenuineTMx86' is not one with rules of its own: "
		  "this machine fits others of exactly this name.\n"
		  "Leaf 0 names the maker 'GenuineTMx86', leaf 0x80000000 "
		  "'TransmetaCPU': leaf 0 counts." },
		{ "no second maker, but something",
		  INTEL("00000001") IVY ROW(
			  "80000000", "80000001-01020304-01020304-01020304")
			  ROW("80000001",
			      "00000000-00000000-00000000-00000000"),
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_record *record =
			read_text(cases[i].why, cases[i].text);
		char notes[2000] = "";

		for (size_t n = 0, used = 0; n < record->nr_notes; n++) {
			/* what the reader notes is tested with the reader */
			if (strstr(record->notes[n], "not printed"))
				continue;
			used += (size_t)snprintf(
				notes + used, sizeof(notes) - used, "%s%s",
				used ? "\n" : "", record->notes[n]);
			assert_true(used < sizeof(notes));
		}
		if (strcmp(notes, cases[i].notes ? cases[i].notes : "") != 0)
			fail_msg("%s: %s", cases[i].why, notes);
		cpupolicy_document_clear(&document);
	}
}

static void cores_are_compared_without_what_varies(void **state)
{
	static const struct {
		const char *why, *first, *second, *note;
	} cases[] = {
		{ "APIC ids",
		  ROW("0000000B", "00000001-00000002-00000100-00000000"),
		  ROW("0000000B", "00000001-00000002-00000100-00000001"),
		  NULL },
		{ "a value",
		  ROW("00000006", "00000077-00000002-00000009-00000000"),
		  ROW("00000006", "00000075-00000002-00000009-00000000"),
		  "CPU 0 and CPU 1 differ in leaf 0x6. The host set is what "
		  "all CPUs offer." },
		{ "a row",
		  ROW("00000004", "00000121-01C0003F-0000003F-00000000"),
		  ROW("00000004", "00000121-01C0003F-0000003F-00000000")
			  ROW("00000004", "00000122-01C0003F-0000003F-00000000 "
					  "[SL 01]"),
		  "CPU 0 and CPU 1 differ in leaf 0x4.1. The host set is what "
		  "all CPUs offer." },
		{ "another row",
		  ROW("00000004", "00000121-01C0003F-0000003F-00000000"),
		  ROW("00000005", "00000121-01C0003F-0000003F-00000000"),
		  "CPU 0 and CPU 1 differ in leaf 0x4.0, 0x5. The host set is "
		  "what all CPUs offer." },
		{ "the order",
		  ROW("00000004", "00000121-01C0003F-0000003F-00000000") ROW(
			  "00000005", "00000040-00000040-00000003-00000000"),
		  ROW("00000005", "00000040-00000040-00000003-00000000") ROW(
			  "00000004", "00000121-01C0003F-0000003F-00000000"),
		  "CPU 0 and CPU 1 differ in the order of rows. The host set "
		  "is what all CPUs offer." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_record *record;
		const char *last = NULL;
		char text[2000];

		snprintf(text, sizeof(text), "%s%s%s%s%s%s", INTEL("0000000B"),
			 IVY, cases[i].first, INTEL("0000000B"), IVY,
			 cases[i].second);
		record = read_text(cases[i].why, text);
		assert_int_equal(record->nr_cores, 1 + (cases[i].note != NULL));
		if (record->nr_notes)
			last = record->notes[record->nr_notes - 1];
		if (cases[i].note ? strcmp(last, cases[i].note) != 0
				  : strstr(last, "differ") != NULL)
			fail_msg("%s: %s", cases[i].why, last);
		cpupolicy_document_clear(&document);
	}
}

#define SECTION(n) "------[ Logical CPU #" #n " ]------\n" INTEL("00000001") IVY
#define MSRS(n)                                                                \
	"------[ MSR Registers / Logical CPU #" #n " ]------\n"                \
	"MSR 00000480: 00DA-0400-0000-0013\n"

static void msrs_of_cores_are_compared(void **state)
{
	(void)state;
	read_text(
		"MSRs",
		SECTION(0) SECTION(1) SECTION(2) SECTION(3)
			MSRS(0) "MSR 00000481: 0000-007F-0000-0016\n" MSRS(
				1) "MSR 00000481: 0000-007F-0000-0017\n" MSRS(2)
				MSRS(3) "MSR 00000481: 0000-007F-0000-0016\n"
					"MSR 0000010A: 0000-0000-0000-006B\n");
	assert_int_equal(document.record->nr_cores, 4);
	assert_int_equal(document.record->nr_notes, 3);
	assert_non_null(strstr(document.record->notes[0],
			       "CPU 0 and CPU 1 differ in MSR 0x481."));
	assert_non_null(strstr(document.record->notes[1],
			       "CPU 0 and CPU 2 differ in MSR 0x481."));
	assert_non_null(strstr(document.record->notes[2],
			       "CPU 0 and CPU 3 differ in MSR 0x10a."));
	cpupolicy_document_clear(&document);
}

/* Whatever a dump holds, its notes can be read in a minute. */
static void notes_are_bounded(void **state)
{
	size_t room = 4 << 20, used = 0, many = 0;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	for (unsigned cpu = 0; cpu < 40; cpu++) {
		used += (size_t)snprintf(
			text + used, room - used,
			"CPU#%03u AffMask: 0x1\n" INTEL("00004000"), cpu);
		for (unsigned i = 0; i < 600; i++)
			used += (size_t)snprintf(
				text + used, room - used,
				"CPUID %08X: %08X-00000001-00000002-%08X\n",
				(i % 2 ? 0x7000 : 0) + 3 * (i / 2), cpu, i);
	}
	read_text("many", text);
	free(text);
	assert_int_equal(document.record->nr_cores, 40);
	assert_in_range(document.record->nr_notes, 1, 60);
	for (size_t i = 0; i < document.record->nr_notes; i++) {
		assert_in_range(strlen(document.record->notes[i]), 20, 400);
		many += strstr(document.record->notes[i], " more. ") != NULL;
	}
	/* leaves above the highest, gaps, and differences of eight kinds */
	assert_int_equal(many, 10);
	assert_string_equal(
		document.record->notes[document.record->nr_notes - 1],
		"31 more kinds of CPU differ from the first.");
	cpupolicy_document_clear(&document);
}

/* A format that leaves things out by its nature says so itself. */
static void what_was_recorded_in_part_is_not_judged(void **state)
{
	struct cpupolicy_row rows[] = {
		{ 0, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 1, 0, 0x306a9, 0, 0, 0x078bfbff },
		{ 0x80000000u, 0, 0x80000001u, 0, 0, 0 },
		{ 0x80000001u, 0, 0, 0, 1, 0x20000000 },
	};
	struct cpupolicy_row known[COUNT(rows)] = {
		{ 0, 0, 0, ~0u, ~0u, ~0u },
		{ 0, 0, 0, 0, 0, 0x078bfbff },
		{ .leaf = 0 },
		{ 0, 0, 0, 0, 1, 0x20000000 },
	};
	const struct cpupolicy_core core = {
		.rows = rows,
		.nr_rows = COUNT(rows),
		.known = known,
	};
	struct cpupolicy_record *record = cpupolicy_record_new();

	(void)state;
	assert_non_null(record);
	assert_int_equal(cpupolicy__record_add_cpu(record, 0, &core), 0);
	assert_int_equal(cpupolicy__record_inspect(record), 0);
	assert_int_equal(record->nr_notes, 0);
	cpupolicy_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_odd_is_noted),
		cmocka_unit_test(cores_are_compared_without_what_varies),
		cmocka_unit_test(msrs_of_cores_are_compared),
		cmocka_unit_test(notes_are_bounded),
		cmocka_unit_test(what_was_recorded_in_part_is_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
