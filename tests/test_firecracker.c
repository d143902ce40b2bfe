/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "formats/firecracker.h"
#include "round_trip.h"
#include "support.h"

#define ZEROS "00000000000000000000000000000000"
#define LEAF0                                                                  \
	"{\"leaf\": \"0x0\", \"subleaf\": \"0x0\", \"flags\": 0, "             \
	"\"modifiers\": ["                                                     \
	"{\"register\": \"eax\", \"bitmap\": "                                 \
	"\"0b00000000000000000000000000010000\"}, "                            \
	"{\"register\": \"ebx\", \"bitmap\": "                                 \
	"\"0b01101000011101000111010101000001\"}, "                            \
	"{\"register\": \"ecx\", \"bitmap\": "                                 \
	"\"0b01000100010011010100000101100011\"}, "                            \
	"{\"register\": \"edx\", \"bitmap\": "                                 \
	"\"0b01101001011101000110111001100101\"}]}"

static int parse(struct cpupolicy_document *out, const char *text,
		 struct cpupolicy_error *error)
{
	return parse_copy(out, text, strlen(text), error);
}

/* A template of leaf 0 and these further parts. */
static void read_template(struct cpupolicy_document *out, const char *leaves,
			  const char *rest)
{
	struct cpupolicy_error error;
	char text[4096];

	snprintf(text, sizeof(text), "{\"cpuid_modifiers\": [" LEAF0 "%s%s]%s}",
		 *leaves ? ", " : "", leaves, rest);
	if (parse(out, text, &error))
		fail_msg("%s", error.text);
	assert_string_equal(out->format, "firecracker");
	assert_int_equal(out->record->nr_cores, 1);
}

static void bitmaps_are_read_as_firecracker_does(void **state)
{
	static const struct {
		const char *why, *text;
		unsigned bits;
		bool good;
		uint64_t value, given;
	} cases[] = {
		{ "all bits", "0b11110000000000001111000000000001", 32, true,
		  0xf000f001, 0xffffffff },
		{ "x is left as it was", "0b1x0", 32, true, 4, 5 },
		{ "missing ones are x", "0b101", 32, true, 5, 7 },
		{ "blanks of a kind", "0b_1_0__1_", 32, true, 5, 7 },
		{ "without 0b", "01x", 32, true, 2, 6 },
		{ "none", "0b", 32, true, 0, 0 },
		{ "64 bits",
		  "0b1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1",
		  64, true, 0x8000000000000001, 0x8000000000000001 },
		{ "a bit too many", "0b0" ZEROS, 32, false, 0, 0 },
		{ "another character", "0b102", 32, false, 0, 0 },
		{ "hexadecimal", "0x12", 32, false, 0, 0 },
		{ "capitals", "0B1", 32, false, 0, 0 },
		{ "negative", "-0b1", 32, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy__bitmap got;
		bool good = cpupolicy__bitmap_parse(&got, cases[i].text,
						    cases[i].bits);

		if (good != cases[i].good ||
		    (good && (got.value != cases[i].value ||
			      got.given != cases[i].given)))
			fail_msg("%s: %d %llx %llx", cases[i].why, good,
				 (unsigned long long)got.value,
				 (unsigned long long)got.given);
	}
}

static void a_fingerprint_says_on_what_it_was_taken(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	const struct cpupolicy_record *record;
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/formats/%s", corpus_root(),
		 "firecracker-fingerprint.json");
	if (cpupolicy_document_read(&document, path, &error))
		fail_msg("%s", error.text);
	record = document.record;
	assert_string_equal(document.format, "firecracker");
	assert_string_equal(record->how, "Firecracker fingerprint");
	assert_string_equal(record->tool, "Firecracker 1.12.0");
	assert_string_equal(record->kernel, "6.1.129");
	assert_string_equal(record->microcode, "0xa0011db");
	assert_string_equal(record->notes[0], "firmware 1.0, revision 0.90");
	assert_true(cpupolicy_record_is_guest(record));
	assert_int_equal(record->cores[0].nr_rows, 8);
	assert_int_equal(record->cores[0].rows[0].ebx, 0x68747541);
	assert_int_equal(cpupolicy_core_row(&record->cores[0], 0xd, 1)->eax,
			 0xf);
	assert_null(record->cores[0].known);
	assert_int_equal(record->cores[0].nr_msrs, 2);
	assert_int_equal(record->cores[0].msrs[1].index, 0x8b);
	assert_int_equal(record->cores[0].msrs[1].value, 0x1000065);
	cpupolicy_document_clear(&document);
}

static void bits_left_to_the_host_are_not_recorded(void **state)
{
	struct cpupolicy_document document;
	const struct cpupolicy_core *core;

	(void)state;
	read_template(&document,
		      "{\"leaf\": \"0x7\", \"subleaf\": \"0b1\", \"flags\": 1, "
		      "\"modifiers\": [{\"register\": \"eax\", \"bitmap\": "
		      "\"0b1x0\"}]}",
		      "");
	core = &document.record->cores[0];
	assert_int_equal(core->nr_rows, 2);
	assert_int_equal(core->rows[1].leaf, 7);
	assert_int_equal(core->rows[1].subleaf, 1);
	assert_int_equal(core->rows[1].eax, 4);
	assert_int_equal(core->known[1].eax, 5);
	assert_int_equal(core->known[1].ebx, 0);
	assert_int_equal(core->known[0].eax, 0xffffffffu);
	cpupolicy_document_clear(&document);
}

static void a_later_modifier_changes_what_an_earlier_gave(void **state)
{
	struct cpupolicy_document document;
	const struct cpupolicy_core *core;

	(void)state;
	read_template(&document,
		      "{\"leaf\": \"0x6\", \"subleaf\": \"0x0\", \"flags\": 0, "
		      "\"modifiers\": [{\"register\": \"eax\", \"bitmap\": "
		      "\"0b1111\"}, {\"register\": \"eax\", \"bitmap\": "
		      "\"0bx00x\"}]}, "
		      "{\"leaf\": \"0x6\", \"subleaf\": \"0x0\", \"flags\": 0, "
		      "\"modifiers\": [{\"register\": \"eax\", \"bitmap\": "
		      "\"0b10xxx\"}]}",
		      ", \"msr_modifiers\": [{\"addr\": \"0x10a\", \"bitmap\": "
		      "\"0b" ZEROS ZEROS
		      "\"}, {\"addr\": \"0x10a\", \"bitmap\": "
		      "\"0b11\"}]");
	core = &document.record->cores[0];
	assert_int_equal(core->nr_rows, 2);
	assert_int_equal(core->rows[1].eax, 0x11);
	assert_int_equal(core->known[1].eax, 0x1f);
	assert_int_equal(core->nr_msrs, 1);
	assert_int_equal(core->msrs[0].value, 3);
	cpupolicy_document_clear(&document);
}

static void an_msr_given_in_part_is_not_recorded(void **state)
{
	struct cpupolicy_document document;

	(void)state;
	read_template(&document, "",
		      ", \"msr_modifiers\": [{\"addr\": \"0x10a\", "
		      "\"bitmap\": \"0b1\"}, {\"addr\": \"0x11\", \"bitmap\": "
		      "\"0b" ZEROS ZEROS "\"}]");
	assert_int_equal(document.record->cores[0].nr_msrs, 1);
	assert_int_equal(document.record->cores[0].msrs[0].index, 0x11);
	assert_string_equal(document.record->notes[0],
			    "1 MSRs of which only some bits are given count "
			    "as not recorded, the first is 0x10a");
	cpupolicy_document_clear(&document);
}

static void what_is_asked_of_kvm_is_a_note(void **state)
{
	struct cpupolicy_document document;

	(void)state;
	read_template(&document, "",
		      ", \"kvm_capabilities\": [\"171\", \"!56\"]");
	assert_string_equal(
		document.record->notes[0],
		"Firecracker's list of KVM capabilities is changed: 171, !56");
	cpupolicy_document_clear(&document);
}

#define LEAF(text) "{\"cpuid_modifiers\": [" LEAF0 ", {\"leaf\": " text "}]}"
#define DELTA	   "is not a whole CPU: it does not give all of leaf 0"

static const struct {
	const char *why, *text, *says;
} bad[] = {
	{ "a template that changes nothing a mask can",
	  "{\"cpuid_modifiers\": [{\"leaf\": \"0x1\", \"subleaf\": \"0x0\", "
	  "\"flags\": 0, \"modifiers\": [{\"register\": \"eax\", \"bitmap\": "
	  "\"0bxxxx000000000011xx00011011110010\"}]}]}",
	  "dump.txt: " DELTA },
	{ "one that changes leaf 0, but not whose CPU it is",
	  "{\"cpuid_modifiers\": [{\"leaf\": \"0x0\", \"subleaf\": \"0x0\", "
	  "\"flags\": 0, \"modifiers\": [{\"register\": \"eax\", \"bitmap\": "
	  "\"0b" ZEROS "\"}]}]}",
	  "dump.txt: " DELTA },
	{ "only MSRs",
	  "{\"msr_modifiers\": [{\"addr\": \"0x10a\", \"bitmap\": \"0b1\"}]}",
	  "dump.txt: " DELTA },
	{ "a fingerprint without leaf 0",
	  "{\"guest_cpu_config\": {\"cpuid_modifiers\": []}}",
	  "dump.txt: /guest_cpu_config: " DELTA },
	{ "nothing but capabilities", "{\"kvm_capabilities\": [\"!56\"]}",
	  "dump.txt: " DELTA },
	{ "an ARM template",
	  "{\"reg_modifiers\": [{\"addr\": \"0x603000000013c020\", "
	  "\"bitmap\": \"0b0000\"}]}",
	  "dump.txt: /reg_modifiers: is of an ARM CPU, which has no CPUID" },
	{ "an ARM fingerprint",
	  "{\"kernel_version\": \"6.1\", \"guest_cpu_config\": "
	  "{\"vcpu_features\": [{\"index\": 0, \"bitmap\": \"0b11\"}]}}",
	  "dump.txt: /guest_cpu_config/vcpu_features: is of an ARM CPU" },
	{ "a misspelt key", "{\"cpuid_modifiers\": [], \"msrs\": []}",
	  "dump.txt: /msrs: " },
	{ "no object", "{\"guest_cpu_config\": []}",
	  "dump.txt: /guest_cpu_config: " },
	{ "no array", "{\"cpuid_modifiers\": {}}",
	  "dump.txt: /cpuid_modifiers: " },
	{ "no sub-leaf", LEAF("\"0x1\", \"flags\": 0, \"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/subleaf: " },
	{ "no flags", LEAF("\"0x1\", \"subleaf\": \"0x0\", \"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/flags: " },
	{ "negative flags",
	  LEAF("\"0x1\", \"subleaf\": \"0x0\", \"flags\": -1, "
	       "\"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/flags: " },
	{ "no modifiers", LEAF("\"0x1\", \"subleaf\": \"0x0\", \"flags\": 0"),
	  "dump.txt: /cpuid_modifiers/1/modifiers: " },
	{ "a number without prefix, as Firecracker refuses too",
	  LEAF("\"10\", \"subleaf\": \"0x0\", \"flags\": 0, \"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/leaf: '10' is not a number of 32 bits, "
	  "expected hexadecimal such as \"0x7\" or binary" },
	{ "a number that is no string",
	  LEAF("1, \"subleaf\": \"0x0\", \"flags\": 0, \"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/leaf: " },
	{ "nine digits",
	  LEAF("\"0x123456789\", \"subleaf\": \"0x0\", \"flags\": 0, "
	       "\"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/leaf: '0x123456789'" },
	{ "33 bits",
	  LEAF("\"0b1" ZEROS "\", \"subleaf\": \"0x0\", \"flags\": 0, "
	       "\"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/leaf: '0b1" },
	{ "a leaf of x",
	  LEAF("\"0bx\", \"subleaf\": \"0x0\", \"flags\": 0, \"modifiers\": "
	       "[]"),
	  "dump.txt: /cpuid_modifiers/1/leaf: '0bx'" },
	{ "only a prefix",
	  LEAF("\"0b\", \"subleaf\": \"0x\", \"flags\": 0, \"modifiers\": []"),
	  "dump.txt: /cpuid_modifiers/1/leaf: '0b'" },
	{ "a register that is none",
	  LEAF("\"0x1\", \"subleaf\": \"0x0\", \"flags\": 0, \"modifiers\": "
	       "[{\"register\": \"EAX\", \"bitmap\": \"0b1\"}]"),
	  "dump.txt: /cpuid_modifiers/1/modifiers/0/register: 'EAX' is not a "
	  "register" },
	{ "a bitmap that is none",
	  LEAF("\"0x1\", \"subleaf\": \"0x0\", \"flags\": 0, \"modifiers\": "
	       "[{\"register\": \"eax\", \"bitmap\": \"0b12\"}]"),
	  "dump.txt: /cpuid_modifiers/1/modifiers/0/bitmap: '0b12' is not a "
	  "bitmap, expected 0b and up to 32" },
	{ "a bitmap of an MSR that is too long",
	  "{\"cpuid_modifiers\": [" LEAF0 "], \"msr_modifiers\": [{\"addr\": "
	  "\"0x10a\", \"bitmap\": \"0b1" ZEROS ZEROS "\"}]}",
	  "dump.txt: /msr_modifiers/0/bitmap: " },
	{ "an MSR without address",
	  "{\"cpuid_modifiers\": [" LEAF0 "], \"msr_modifiers\": "
	  "[{\"bitmap\": \"0b1\"}]}",
	  "dump.txt: /msr_modifiers/0/addr: " },
	{ "a capability that is none",
	  "{\"kvm_capabilities\": [\"171\", \"KVM_CAP_XCRS\"], "
	  "\"cpuid_modifiers\": [" LEAF0 "]}",
	  "dump.txt: /kvm_capabilities/1: 'KVM_CAP_XCRS' is not a KVM "
	  "capability" },
	{ "provenance that is no text",
	  "{\"kernel_version\": 6, \"guest_cpu_config\": "
	  "{\"cpuid_modifiers\": [" LEAF0 "]}}",
	  "dump.txt: /kernel_version: " },
	{ "an escape sequence is not repeated",
	  "{\"cpuid_modifiers\": [{\"leaf\": \"\\u001b[2J\", \"subleaf\": "
	  "\"0x0\", \"flags\": 0, \"modifiers\": []}]}",
	  "/leaf: '?[2J'" },
};

static void bad_templates_are_refused_with_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status = parse(&document, bad[i].text, &error);

		if (status != CPUPOLICY_E_MEANING || error.status != status ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%s: %d: %s", bad[i].why, status, error.text);
		assert_null(document.record);
	}
}

static void rows_and_msrs_have_a_bound(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	size_t room = 1 << 20, used;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	used = (size_t)snprintf(text, room, "{\"cpuid_modifiers\": [" LEAF0);
	for (unsigned i = 1; i < 5000; i++)
		used += (size_t)snprintf(text + used, room - used,
					 ",{\"leaf\": \"0x%x\", \"subleaf\": "
					 "\"0x0\", \"flags\": 0, "
					 "\"modifiers\": []}",
					 i);
	snprintf(text + used, room - used, "]}");
	assert_int_equal(parse(&document, text, &error), CPUPOLICY_E_MEANING);
	assert_string_equal(error.text, "dump.txt: /cpuid_modifiers/4096: more "
					"rows than any CPU has");

	used = (size_t)snprintf(text, room,
				"{\"cpuid_modifiers\": [" LEAF0
				"], \"msr_modifiers\": [");
	for (unsigned i = 0; i < 513; i++)
		used += (size_t)snprintf(
			text + used, room - used,
			"%s{\"addr\": \"0x%x\", \"bitmap\": \"0b1\"}",
			i ? ", " : "", i);
	snprintf(text + used, room - used, "]}");
	assert_int_equal(parse(&document, text, &error), CPUPOLICY_E_MEANING);
	assert_string_equal(error.text,
			    "dump.txt: /msr_modifiers/512: more MSRs "
			    "than any CPU has");
	free(text);
}

static void a_whole_template_is_written(void **state)
{
	static const struct cpupolicy_row rows[] = {
		{ 0, 0, 0x10, 0x68747541, 0x444d4163, 0x69746e65 },
		{ 7, 0, 0, 0x80000001, 0, 0 },
		{ 0x40000001, 0, 0x01007efb, 0, 0, 0 },
		{ 7, 0, 1, 2, 3, 4 }, /* of two the first counts */
	};
	static const struct cpupolicy_msr msrs[] = {
		{ .index = 0x10a, .value = 0x8000000000000069 },
	};
	static const char *const parts[] = {
		"{\n  \"cpuid_modifiers\": [\n    {\n      \"leaf\": \"0x0\"",
		"\"leaf\": \"0x7\",\n      \"subleaf\": \"0x0\",\n      "
		"\"flags\": 1,\n      \"modifiers\": [\n        { "
		"\"register\": \"eax\", \"bitmap\": \"0b" ZEROS "\" },\n"
		"        { \"register\": \"ebx\", \"bitmap\": "
		"\"0b10000000000000000000000000000001\" },\n",
		"\"leaf\": \"0x40000001\",\n      \"subleaf\": \"0x0\",\n"
		"      \"flags\": 0,\n",
		"{ \"addr\": \"0x10a\", \"bitmap\": "
		"\"0b10000000000000000000000000000000"
		"00000000000000000000000001101001\" }\n  ]\n}\n",
	};
	struct cpupolicy_record *record = cpupolicy_record_new();
	struct round_trip trip;

	(void)state;
	cpupolicy_record_add_cpu(record, 0, rows, 4, msrs, 1);
	round_trip(&trip, record, "firecracker");
	for (size_t i = 0; i < COUNT(parts); i++)
		if (!strstr(trip.text, parts[i]))
			fail_msg("%s\nis not in\n%s", parts[i], trip.text);
	assert_true(
		same_rows(&record->cores[0], &trip.document.record->cores[0]));
	assert_string_equal(trip.lost, "1 rows for a leaf and sub-leaf that "
				       "came before are left out\n");
	round_trip_clear(&trip);
	cpupolicy_record_free(record);
}

/* Whatever is left open stays open, to the bit. */
static void what_was_not_recorded_is_left_to_the_host(void **state)
{
	struct cpupolicy_document document;
	struct round_trip trip;

	(void)state;
	read_template(&document,
		      "{\"leaf\": \"0x7\", \"subleaf\": \"0x0\", \"flags\": 1, "
		      "\"modifiers\": [{\"register\": \"ecx\", \"bitmap\": "
		      "\"0b1x0\"}]}, {\"leaf\": \"0x8\", \"subleaf\": \"0x0\", "
		      "\"flags\": 0, \"modifiers\": []}",
		      "");
	round_trip(&trip, document.record, "firecracker");
	assert_non_null(strstr(trip.text,
			       "\"modifiers\": [\n        { \"register\": "
			       "\"ecx\", \"bitmap\": "
			       "\"0bxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1x0\" }\n"
			       "      ]"));
	assert_true(same_rows(&document.record->cores[0],
			      &trip.document.record->cores[0]));
	assert_string_equal(trip.lost, "");
	round_trip_clear(&trip);
	cpupolicy_document_clear(&document);
}

/* A template that leaves leaf 0 open would not be read as a record. */
static void leaf_0_is_always_given(void **state)
{
	static const char text[] =
		"{\"format\": \"cpupolicy-record\", \"version\": 1, "
		"\"cores\": [{\"cpus\": \"0\", \"rows\": [\"0.0 1 2 3 4\"], "
		"\"known\": [\"0.0 ff ffffffff ffffffff ffffffff\"]}]}";
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	struct round_trip trip;

	(void)state;
	assert_int_equal(parse(&document, text, &error), 0);
	round_trip(&trip, document.record, "firecracker");
	assert_string_equal(trip.lost,
			    "leaf 0 was recorded in part: what was not "
			    "recorded is written as zero\n");
	round_trip_clear(&trip);
	cpupolicy_document_clear(&document);
}

/* What a VMM gets for a policy: bits of virtual CPUs are its own business. */
static void a_policy_becomes_a_template(void **state)
{
	struct cpupolicy_policy policy;
	struct cpupolicy_record *record;
	struct round_trip trip;

	(void)state;
	make_normal(&policy, "amd", AVX);
	record = cpupolicy_record_of_policy(&policy, "pool-a");
	assert_non_null(record);
	round_trip(&trip, record, "firecracker");
	/* 1.EBX: APIC id and number of CPUs, then the size of a cache line */
	assert_non_null(strstr(trip.text, "\"bitmap\": \"0bxxxxxxxxxxxxxxxx"
					  "0000100000000000\""));
	assert_true(
		same_rows(&record->cores[0], &trip.document.record->cores[0]));
	assert_string_equal(trip.lost, "");
	round_trip_clear(&trip);
	cpupolicy_record_free(record);
}

static void every_recorded_cpu_comes_back(void **state)
{
	(void)state;
	round_trip_corpus("firecracker");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bitmaps_are_read_as_firecracker_does),
		cmocka_unit_test(a_fingerprint_says_on_what_it_was_taken),
		cmocka_unit_test(bits_left_to_the_host_are_not_recorded),
		cmocka_unit_test(a_later_modifier_changes_what_an_earlier_gave),
		cmocka_unit_test(an_msr_given_in_part_is_not_recorded),
		cmocka_unit_test(what_is_asked_of_kvm_is_a_note),
		cmocka_unit_test(bad_templates_are_refused_with_their_place),
		cmocka_unit_test(rows_and_msrs_have_a_bound),
		cmocka_unit_test(a_whole_template_is_written),
		cmocka_unit_test(what_was_not_recorded_is_left_to_the_host),
		cmocka_unit_test(leaf_0_is_always_given),
		cmocka_unit_test(a_policy_becomes_a_template),
		cmocka_unit_test(every_recorded_cpu_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
