/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/xen.h>

#include "support.h"

#define NONE  CPUPOLICY_XEN_NO_SUBLEAF
#define BLANK "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static struct cpupolicy_error error;
static struct cpupolicy_xl xl;
static struct cpupolicy_document document;
static char lost_text[1024];

static void keep_lost(void *arg, const char *what)
{
	size_t length = strlen(lost_text);

	(void)arg;
	snprintf(lost_text + length, sizeof(lost_text) - length, "%s\n", what);
}

static void parse(const char *text)
{
	if (cpupolicy_xl_parse(&xl, "web1.cfg", text, strlen(text), &error))
		fail_msg("%s: %s", text, error.text);
}

static const char *bits_of(uint32_t leaf, uint32_t subleaf, uint8_t reg)
{
	for (size_t i = 0; i < xl.nr; i++)
		if (xl.registers[i].leaf == leaf &&
		    xl.registers[i].subleaf == subleaf &&
		    xl.registers[i].reg == reg)
			return xl.registers[i].bits;
	return "none";
}

static void names_become_the_bits_that_libxl_sets(void **state)
{
	static const struct {
		const char *why, *text;
		uint32_t leaf, subleaf;
		uint8_t reg;
		const char *bits;
	} rows[] = {
		{ "libxl's own name", "host,cmpxchg16=0", 1, NONE,
		  CPUPOLICY_ECX, "xxxxxxxxxxxxxxxxxx0xxxxxxxxxxxxx" },
		{ "Xen's name", "host,avx2=0", 7, 0, CPUPOLICY_EBX,
		  "xxxxxxxxxxxxxxxxxxxxxxxxxx0xxxxx" },
		{ "clflush is the size of a line", "host,clflush=8", 1, NONE,
		  CPUPOLICY_EBX, "xxxxxxxxxxxxxxxx00001000xxxxxxxx" },
		{ "clfsh is the feature", "host,clfsh=1", 1, NONE,
		  CPUPOLICY_EDX, "xxxxxxxxxxxx1xxxxxxxxxxxxxxxxxxx" },
		{ "several of one register, s is k",
		  "host,nx=k,lm=s,page1gb=x,rdtscp=1", 0x80000001, NONE,
		  CPUPOLICY_EDX, "xxkx1xxxxxxkxxxxxxxxxxxxxxxxxxxx" },
		{ "the last one counts", "host,avx=0,avx=1", 1, NONE,
		  CPUPOLICY_ECX, "xxx1xxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
		{ "empty ones are skipped", "host,,avx=0,", 1, NONE,
		  CPUPOLICY_ECX, "xxx0xxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
		{ "a small family", "host,family=6", 1, NONE, CPUPOLICY_EAX,
		  "xxxx00000000xxxxxxxx0110xxxxxxxx" },
		{ "a large family", "host,family=0x19", 1, NONE, CPUPOLICY_EAX,
		  "xxxx00001010xxxxxxxx1111xxxxxxxx" },
		{ "a model", "host,model=0x85,stepping=7", 1, NONE,
		  CPUPOLICY_EAX, "xxxxxxxxxxxx1000xxxxxxxx01010111" },
		{ "a bit of an MSR", "host,rdcl-no=1", 0x10a, NONE,
		  CPUPOLICY_MSR_LO, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1" },
		{ "its upper half", "host,its-no=k", 0x10a, NONE,
		  CPUPOLICY_MSR_HI, "xkxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
		{ "two spellings", "host,sse4.2=0,sse4_1=0", 1, NONE,
		  CPUPOLICY_ECX, "xxxxxxxxxxx00xxxxxxxxxxxxxxxxxxx" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *bits;

		parse(rows[i].text);
		bits = bits_of(rows[i].leaf, rows[i].subleaf, rows[i].reg);
		if (strcmp(bits, rows[i].bits) != 0)
			fail_msg("%s: %s", rows[i].why, bits);
		cpupolicy_xl_clear(&xl);
	}
}

static void a_configuration_is_searched_for_the_line(void **state)
{
	static const char *const texts[] = {
		"cpuid=\"host,avx=0\"",
		"name = \"a;b\"; cpuid = 'host,avx=0' # no AVX",
		"vcpus = 4\nboot=\"c\\\"d\"\ndisk = [ 'a,b', \"c\",\n  [ 'd' ],"
		" # more\n 5, ]\ncpuid\t= 'host,avx=0'\nmemory = 0x100\n",
		"cpuid='host,sse=0'\r\ncpuid='host,avx=0'\r\n",
		"cpuid=[]\ncpuid += [\n'1:ecx=xxx0xxxxxxxxxxxxxxxxxxxxxxxxxxxx'"
		"\n]\n",
		"cpuid_x = 1\nacpuid = 2\ncpuid = 'host,avx=0'",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		parse(texts[i]);
		if (xl.nr != 1 || strcmp(bits_of(1, NONE, CPUPOLICY_ECX),
					 "xxx0xxxxxxxxxxxxxxxxxxxxxxxxxxxx"))
			fail_msg("%s: %zu registers", texts[i], xl.nr);
		cpupolicy_xl_clear(&xl);
	}
}

static void registers_are_read_with_and_without_sub_leaf(void **state)
{
	(void)state;
	parse("cpuid = [ '0xd,1:eax=" BLANK
	      ", ebx=01010101010101010101010101010101', \"0x80000008:"
	      "ecx=ksksksksksksksksksksksksksksksks\", '6:' ]");
	assert_int_equal(xl.nr, 3);
	assert_string_equal(bits_of(0xd, 1, CPUPOLICY_EAX), BLANK);
	assert_string_equal(bits_of(0xd, 1, CPUPOLICY_EBX),
			    "01010101010101010101010101010101");
	assert_string_equal(bits_of(0x80000008, NONE, CPUPOLICY_ECX),
			    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk");
	cpupolicy_xl_clear(&xl);
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		int status, line, column;
		const char *says;
	} bad[] = {
		{ "memory = 5\n", CPUPOLICY_E_MEANING, 0, 0,
		  "no line sets cpuid" },
		{ "cpuid = 5", CPUPOLICY_E_SYNTAX, 1, 9, "a string in quotes" },
		{ "\ncpuid = 'host", CPUPOLICY_E_SYNTAX, 2, 14,
		  "before the end of the line" },
		{ "cpuid = ['a' 'b']", CPUPOLICY_E_SYNTAX, 1, 14,
		  "',' or ']'" },
		{ "cpuid = [['a']]", CPUPOLICY_E_SYNTAX, 1, 10,
		  "a number, a string" },
		{ "a = 1 b = 2", CPUPOLICY_E_SYNTAX, 1, 7,
		  "the end of the line" },
		{ "cpuid 'host'", CPUPOLICY_E_SYNTAX, 1, 7, "expected '='" },
		{ "cpuid = 'avx=0'", CPUPOLICY_E_MEANING, 1, 10,
		  "'avx=0': expected host first" },
		{ "host,avx", CPUPOLICY_E_MEANING, 1, 6,
		  "'avx': expected NAME=VALUE" },
		{ "host,sse=1,avx22=0", CPUPOLICY_E_MEANING, 1, 12,
		  "'avx22': libxl has no such name" },
		{ "host,avx512_ifma=0", CPUPOLICY_E_MEANING, 1, 6,
		  "no such name" },
		{ "host, avx=0", CPUPOLICY_E_MEANING, 1, 6, "no such name" },
		{ "host,avx=2", CPUPOLICY_E_MEANING, 1, 10, "is too large" },
		{ "host,avx=y", CPUPOLICY_E_MEANING, 1, 10,
		  "expected a number" },
		{ "host,avx=", CPUPOLICY_E_MEANING, 1, 10,
		  "expected a number" },
		{ "host,family=271", CPUPOLICY_E_MEANING, 1, 13,
		  "is too large" },
		{ "cpuid = ['1']", CPUPOLICY_E_MEANING, 1, 11,
		  "expected LEAF: or" },
		{ "cpuid = ['x:']", CPUPOLICY_E_MEANING, 1, 11,
		  "is no leaf's number" },
		{ "cpuid = ['7,a:']", CPUPOLICY_E_MEANING, 1, 13,
		  "is no sub-leaf's number" },
		{ "cpuid = ['1:efx=" BLANK "']", CPUPOLICY_E_MEANING, 1, 13,
		  "expected eax, ebx, ecx or edx" },
		{ "cpuid = ['1:ecx=x" BLANK "']", CPUPOLICY_E_MEANING, 1, 17,
		  "expected 32 characters" },
		{ "cpuid = [\n '1:ecx=" BLANK ",edx=2']", CPUPOLICY_E_MEANING,
		  2, 46, "expected 0, 1, x and k" },
		{ "cpuid = 'host'\ncpuid += ',avx=0'", CPUPOLICY_E_SYNTAX, 2, 9,
		  "text is not added to text" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		int status = cpupolicy_xl_parse(&xl, "web1.cfg", bad[i].text,
						strlen(bad[i].text), &error);

		if (status != bad[i].status || error.line != bad[i].line ||
		    error.column != bad[i].column ||
		    !strstr(error.text, bad[i].says) || xl.registers)
			fail_msg("%s: %d, %d:%d: %s", bad[i].text, status,
				 error.line, error.column, error.text);
	}
}

static void a_domain_gets_what_the_line_and_xen_both_allow(void **state)
{
	struct cpupolicy_policy policy, host;

	(void)state;
	make_normal(&policy, "intel", AVX "rdtscp");
	make_normal(&host, "intel", AVX "rdtscp invtsc monitor vmx");
	lost_text[0] = '\0';
	parse("host,avx=0,rdtscp=x,monitor=1,popcnt=0,vmx=k,3dnow=1,"
	      "hypervisor=0");
	assert_int_equal(
		cpupolicy_xl_apply(&policy, &xl, &host, keep_lost, NULL), 0);
	assert_int_equal(value_of(&policy, "avx"), 0);
	assert_int_equal(value_of(&policy, "xcr0_avx"), 0);
	assert_int_equal(value_of(&policy, "rdtscp"), 1);
	assert_int_equal(value_of(&policy, "popcnt"), 0);
	assert_int_equal(value_of(&policy, "monitor"), 1);
	assert_int_equal(value_of(&policy, "vmx"), 1);
	assert_int_equal(value_of(&policy, "3dnow"), 0);
	assert_string_equal(lost_text, "hypervisor is no part of a policy\n");
	cpupolicy_xl_clear(&xl);
}

static void a_line_for_leaves_that_are_not_there_makes_no_domain(void **state)
{
	struct cpupolicy_policy policy, before;

	(void)state;
	make_normal(&policy, "intel", AVX);
	before = policy;
	lost_text[0] = '\0';
	parse("host,avx=0,lfence+=1");
	assert_int_equal(
		cpupolicy_xl_apply(&policy, &xl, &policy, keep_lost, NULL),
		CPUPOLICY_E_NO_SLOT);
	assert_memory_equal(&policy, &before, sizeof(policy));
	assert_non_null(strstr(lost_text, "leaf 80000021: such domains"));
	cpupolicy_xl_clear(&xl);
}

static bool hides(const char *name)
{
	for (size_t i = 0; i < document.mask.nr_hide; i++)
		if (document.mask.hide[i] == feature_called(name))
			return true;
	return false;
}

static void a_line_is_a_mask_and_says_what_a_mask_cannot_do(void **state)
{
	const char *text =
		"memory = 4\ncpuid = \"host,avx=0,svm=1,hypervisor=0,"
		"rsba=0,family=6\"\n";

	(void)state;
	if (parse_copy(&document, text, strlen(text), &error))
		fail_msg("%s", error.text);
	assert_string_equal(document.format, "xl");
	assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_MASK);
	assert_int_equal(document.mask.nr_hide, 1);
	assert_true(hides("avx"));
	assert_int_equal(document.mask.nr_notes, 3);
	assert_string_equal(document.mask.notes[0],
			    "asked for, but a mask only takes away: svm");
	assert_string_equal(document.mask.notes[1],
			    "set, but no part of a policy: hypervisor");
	assert_string_equal(document.mask.notes[2],
			    "set, but not what a mask can take away: rsba "
			    "family ext_family");
	cpupolicy_document_clear(&document);
}

static void numbers_in_registers_are_caps(void **state)
{
	const char *text = "cpuid = ['0x80000008:eax="
			   "xxxxxxxxxxxxxxxxxxxxxxxx00101000']";

	(void)state;
	assert_int_equal(parse_copy(&document, text, strlen(text), &error), 0);
	assert_int_equal(document.mask.nr_hide, 0);
	assert_int_equal(document.mask.nr_caps, 1);
	assert_string_equal(document.mask.caps[0].field->name, "phys_bits");
	assert_int_equal(document.mask.caps[0].value, 40);
	cpupolicy_document_clear(&document);
}

static void damaged_lines_are_a_mask_or_an_error(void **state)
{
	const char *text = "a = ['x', [1]]; cpuid = \"host,avx=0,family=21,"
			   "its-no=k,nc=5\" # end\n";

	(void)state;
	must_survive_damage(text, strlen(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_the_bits_that_libxl_sets),
		cmocka_unit_test(a_configuration_is_searched_for_the_line),
		cmocka_unit_test(registers_are_read_with_and_without_sub_leaf),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(
			a_domain_gets_what_the_line_and_xen_both_allow),
		cmocka_unit_test(
			a_line_for_leaves_that_are_not_there_makes_no_domain),
		cmocka_unit_test(
			a_line_is_a_mask_and_says_what_a_mask_cannot_do),
		cmocka_unit_test(numbers_in_registers_are_caps),
		cmocka_unit_test(damaged_lines_are_a_mask_or_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
