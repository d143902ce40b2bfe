/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "told.h"

#define LINE(key, value) key "\t: " value "\n"
#define CPU(nr, vendor, family, model, flags)                                  \
	LINE("processor", nr)                                                  \
	LINE("vendor_id", vendor)                                              \
	LINE("cpu family", family)                                             \
	LINE("model\t", model) LINE("stepping", "1") LINE("flags\t", flags)
#define INTEL(nr, flags)       CPU(nr, "GenuineIntel", "6", "85", flags)
#define AMD(nr, family, flags) CPU(nr, "AuthenticAMD", family, "1", flags)

static void parse(struct cpupolicy_document *out, const char *text)
{
	struct cpupolicy_error error;

	if (parse_copy(out, text, strlen(text), &error) < 0)
		fail_msg("%s", error.text);
	assert_string_equal(out->format, "proc-cpuinfo");
	for (size_t i = 0; i < out->record->nr_cores; i++)
		assert_true(unknown_is_zero(&out->record->cores[i]));
}

static void what_the_kernel_writes_is_read(void **state)
{
	static const char text[] =
		"processor\t: 0\n"
		"vendor_id\t: GenuineIntel\n"
		"cpu family\t: 6\n"
		"model\t\t: 85\n"
		"model name\t: Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz\n"
		"stepping\t: 4\n"
		"microcode\t: 0x2006a08\n"
		"cpu MHz\t\t: 2100.000\n"
		"cache size\t: 22528 KB\n"
		"physical id\t: 0\n"
		"siblings\t: 32\n"
		"core id\t\t: 0\n"
		"cpu cores\t: 16\n"
		"apicid\t\t: 0\n"
		"initial apicid\t: 0\n"
		"fpu\t\t: yes\n"
		"fpu_exception\t: yes\n"
		"cpuid level\t: 22\n"
		"wp\t\t: yes\n"
		"flags\t\t: fpu tsc clflush dts mmx sse2 ht syscall nx lm "
		"constant_tsc rep_good nonstop_tsc pni pclmulqdq sse4_1 xsave "
		"avx avx2 pti ssbd ibrs ibpb stibp tpr_shadow vnmi ept vpid "
		"avx512f xsaves cqm_llc md_clear warp_drive\n"
		"vmx flags\t: vnmi preemption_timer invvpid\n"
		"bugs\t\t: cpu_meltdown spectre_v1\n"
		"bogomips\t: 4200.00\n"
		"clflush size\t: 64\n"
		"cache_alignment\t: 64\n"
		"address sizes\t: 46 bits physical, 48 bits virtual\n"
		"power management:\n"
		"\n";
	static const struct {
		const char *field;
		int64_t value;
	} fields[] = {
		{ "max_basic", 22 },
		{ "vendor_0", 0x756e6547 },
		{ "family", 6 },
		{ "model", 5 },
		{ "ext_model", 5 },
		{ "stepping", 4 },
		{ "clflush_size", 8 },
		{ "phys_bits", 46 },
		{ "linear_bits", 48 },
		{ "sse3", 1 },
		{ "ds", 1 },
		{ "avx512f", 1 },
		{ "xsaves", 1 },
		{ "xcr0_hi16_zmm", 1 },
		{ "constant_tsc", 1 }, /* nonstop_tsc */
		{ "md_clear", 1 },
		/* what the kernel found out by itself */
		{ "spec_ctrl", NOT_TOLD },
		{ "spec_ctrl_ssbd", NOT_TOLD },
		{ "intel_stibp", NOT_TOLD },
		{ "amd_ibrs", NOT_TOLD },
		{ "amd_ibpb", NOT_TOLD },
		{ "vnmi", NOT_TOLD },
		/* what is not there */
		{ "ssse3", NOT_TOLD },
		{ "popcnt", NOT_TOLD },
		{ "lahf_lm", NOT_TOLD },
	};
	struct cpupolicy_document document;
	const struct cpupolicy_core *core;
	char brand[64];

	(void)state;
	parse(&document, text);
	assert_int_equal(document.record->nr_cores, 1);
	assert_string_equal(document.record->microcode, "0x2006a08");
	core = &document.record->cores[0];
	for (size_t i = 0; i < COUNT(fields); i++)
		if (told(core, fields[i].field) != fields[i].value)
			fail_msg("%s: %lld", fields[i].field,
				 (long long)told(core, fields[i].field));
	cpupolicy_core_brand(brand, core);
	assert_string_equal(brand, "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz");
	assert_true(noted(document.record, "left out: warp_drive"));
	assert_true(noted(document.record, "cpu_meltdown spectre_v1"));
	assert_true(noted(document.record, "a flag that is not there"));
	cpupolicy_document_clear(&document);
}

static void what_a_flag_means_depends_on_the_cpu(void **state)
{
	static const struct {
		const char *why, *text, *field;
		int64_t value;
	} cases[] = {
		{ "errata and families make it true", AMD("0", "23", "arat"),
		  "arat", NOT_TOLD },
		{ "before that it is CPUID's", AMD("0", "17", "arat"), "arat",
		  1 },
		{ "as with Intel", INTEL("0", "arat"), "arat", 1 },
		{ "Hygon too", CPU("0", "HygonGenuine", "24", "0", "arat"),
		  "arat", NOT_TOLD },
		{ "a K8 has PREFETCHW, but no bit",
		  AMD("0", "15", "lm 3dnowprefetch"), "3dnowprefetch",
		  NOT_TOLD },
		{ "later ones have the bit", AMD("0", "16", "3dnowprefetch"),
		  "3dnowprefetch", 1 },
		{ "erratum 1076", AMD("0", "23", "cpb"), "cpb", NOT_TOLD },
		{ "older ones have none", AMD("0", "21", "cpb"), "cpb", 1 },
		{ "a K6", AMD("0", "5", "pge"), "pge", NOT_TOLD },
		{ "a K7", AMD("0", "6", "pge"), "pge", 1 },
		{ "virtual NMIs of SVM", AMD("0", "25", "vnmi"), "vnmi", 1 },
		{ "and of VMX", INTEL("0", "vnmi"), "vnmi", NOT_TOLD },
		{ "AMD's bandwidth allocation", AMD("0", "23", "mba"),
		  "amd_mba", 1 },
		{ "is in another leaf", AMD("0", "23", "mba"), "rdt_mba",
		  NOT_TOLD },
		{ "than Intel's", INTEL("0", "mba"), "rdt_mba", 1 },
		{ "speculation control of either maker",
		  AMD("0", "23", "ibrs ibpb stibp ssbd"), "amd_ibpb",
		  NOT_TOLD },
		{ "blanks belong to a maker",
		  CPU("0", "  Shanghai  ", "7", "59", "fpu"), "vendor_0",
		  0x68532020 },
		{ "even where they end a line",
		  CPU("0", "  Shanghai", "7", "59", "fpu"), "vendor_2",
		  0x20206961 },
		{ "a family above 15", AMD("0", "26", "fpu"), "ext_family",
		  11 },
		{ "no CLFLUSH, no size",
		  INTEL("0", "fpu") LINE("clflush size", "64"), "clflush_size",
		  NOT_TOLD },
		{ "no flags at all", INTEL("0", ""), "fpu", NOT_TOLD },
		{ "many blanks", INTEL("0", "  fpu   vme  "), "vme", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_document document;
		int64_t value;

		parse(&document, cases[i].text);
		value = told(&document.record->cores[0], cases[i].field);
		if (value != cases[i].value)
			fail_msg("%s: %s is %lld", cases[i].why, cases[i].field,
				 (long long)value);
		cpupolicy_document_clear(&document);
	}
}

static void every_processor_is_read(void **state)
{
	struct cpupolicy_document document;
	const struct cpupolicy_record *record;

	(void)state;
	parse(&document,
	      INTEL("0", "fpu avx") "\n" INTEL("1", "fpu avx") "\n" INTEL(
		      "2", "fpu") "\n" INTEL("5", "fpu avx"));
	record = document.record;
	assert_int_equal(record->nr_cores, 2);
	assert_string_equal(record->cores[0].cpus, "0-1,5");
	assert_string_equal(record->cores[1].cpus, "2");
	assert_int_equal(told(&record->cores[1], "avx"), NOT_TOLD);
	assert_int_equal(record->cores[0].nr_rows, record->cores[1].nr_rows);
	cpupolicy_document_clear(&document);
}

static void microcode_that_differs_is_noted(void **state)
{
	struct cpupolicy_document document;

	(void)state;
	parse(&document, INTEL("0", "fpu") LINE("microcode", "0x1")
				 INTEL("1", "fpu") LINE("microcode", "0x2"));
	assert_int_equal(document.record->nr_cores, 1);
	assert_true(noted(document.record, "microcode differs"));
	cpupolicy_document_clear(&document);

	parse(&document, INTEL("0", "fpu") LINE("microcode", "0x1")
				 INTEL("1", "fpu") LINE("microcode", "0x1"));
	assert_false(noted(document.record, "microcode differs"));
	cpupolicy_document_clear(&document);
}

static void flags_may_go_on_for_long(void **state)
{
	struct cpupolicy_document document;
	size_t size = 1 << 20, used;
	char *text = malloc(size + 64);

	(void)state;
	assert_non_null(text);
	used = (size_t)snprintf(text, size, "%s", INTEL("0", "fpu"));
	used--; /* its newline */
	while (used < size)
		used += (size_t)snprintf(text + used, size + 64 - used, " vme");
	strcpy(text + used, " avx2\n\n");
	parse(&document, text);
	assert_int_equal(told(&document.record->cores[0], "avx2"), 1);
	cpupolicy_document_clear(&document);
	free(text);
}

#define GOOD INTEL("0", "fpu")

static const struct {
	const char *why, *text;
	int line;
	const char *says;
} bad[] = {
	{ "64-bit ARM",
	  "processor\t: 0\nBogoMIPS\t: 48.00\nFeatures\t: fp asimd\n"
	  "CPU implementer\t: 0x41\n",
	  3, "'Features' is of another architecture; only x86" },
	{ "32-bit ARM", "Processor\t: ARMv7 Processor rev 10 (v7l)\n", 1,
	  "another architecture" },
	{ "POWER", "processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", 2,
	  "another architecture" },
	{ "s390", "vendor_id       : IBM/S390\n# processors    : 4\n", 1,
	  "expected 'processor : 0' before 'vendor_id'" },
	{ "RISC-V", "processor\t: 0\nhart\t\t: 2\nisa\t\t: rv64imafdc\n", 2,
	  "another architecture" },
	{ "MIPS", "system type\t\t: MIPS Malta\nprocessor\t\t: 0\n", 1,
	  "another architecture" },
	{ "cut before the flags",
	  "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n", 1,
	  "no line 'flags'" },
	{ "the second is cut", GOOD "processor\t: 1\n", 7,
	  "no line 'vendor_id'" },
	{ "no key", "processor\t: 0\nwhat\n", 2, "expected 'key : value'" },
	{ "an escape sequence is not repeated", GOOD "\033[2J\n", 7,
	  "found ?[2J" },
	{ "a line twice", GOOD "flags\t: fpu\n", 7, "is there twice" },
	{ "no number", "processor\t: one\n", 1, "'processor' is 'one'" },
	{ "a number too many", "processor\t: 0 1\n", 1, "expected a number" },
	{ "a number that overflows", INTEL("18446744073709551616", "fpu"), 1,
	  "out of range" },
	{ "processors descend", INTEL("1", "fpu") INTEL("0", "fpu"), 7,
	  "ascend" },
	{ "a processor twice", GOOD GOOD, 7, "ascend" },
	{ "a maker too short", CPU("0", "", "6", "85", "fpu"), 2,
	  "expected 12 characters" },
	{ "a maker too long", CPU("0", "GenuineIntel2", "6", "85", "fpu"), 2,
	  "expected 12 characters" },
	{ "a family that no CPU has", CPU("0", "GenuineIntel", "271", "1", ""),
	  3, "that a CPU can have" },
	{ "a family that is no number", CPU("0", "GenuineIntel", "P6", "1", ""),
	  3, "'cpu family' is 'P6'" },
	{ "no CPUID",
	  "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 4\n"
	  "stepping\t: unknown\nflags\t: fpu\n",
	  4, "has no CPUID" },
	{ "a level that no CPU has", GOOD LINE("cpuid level", "-1"), 7,
	  "'cpuid level' is '-1'" },
	{ "half a line", INTEL("0", "clflush") LINE("clflush size", "63"), 7,
	  "a multiple of 8" },
	{ "a line too long", INTEL("0", "clflush") LINE("clflush size", "2048"),
	  7, "'clflush size' is '2048'" },
	{ "other words", GOOD LINE("address sizes", "46 bits"), 7,
	  "48 bits physical" },
	{ "sizes that no CPU has",
	  GOOD LINE("address sizes", "300 bits physical, 48 bits virtual"), 7,
	  "48 bits physical" },
};

static void what_is_wrong_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status = parse_copy(&document, bad[i].text,
					strlen(bad[i].text), &error);

		if (status != CPUPOLICY_E_SYNTAX || error.line != bad[i].line ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%s: %d, line %d: %s", bad[i].why, status,
				 error.line, error.text);
		assert_null(document.record);
	}
}

static void a_nul_byte_is_refused(void **state)
{
	static const char text[] = GOOD "model name\t: a\0b\n";
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(parse_copy(&document, text, sizeof(text) - 1, &error),
			 CPUPOLICY_E_SYNTAX);
	assert_non_null(strstr(error.text, "NUL"));
	assert_int_equal(error.line, 7);
}

/* Whatever is cut off or flipped: a record or an error, never a crash. */
static void damaged_files_give_a_record_or_an_error(void **state)
{
	static const char good[] =
		INTEL("0", "fpu clflush avx mba") LINE("clflush size", "64")
			LINE("address sizes", "46 bits physical, 48 bits "
					      "virtual")
				LINE("microcode", "0x1") "\n" AMD(
					"1", "23", "fpu arat mba vnmi");

	(void)state;
	must_survive_damage(good, sizeof(good) - 1);
}

/* Numbers: a kernel may say less than CPUID, or this library assumed them. */
static bool is_number(const struct cpupolicy_row *row)
{
	return row->leaf >= 0x80000002 && row->leaf <= 0x80000004;
}

static void compare_flags(const struct cpupolicy_core *core,
			  const struct cpupolicy_core *cpu)
{
	for (size_t i = 0; i < core->nr_rows; i++) {
		const struct cpupolicy_row *row = &core->rows[i], *real;
		const struct cpupolicy_row none = { 0 };

		real = cpupolicy_core_row(cpu, row->leaf, row->subleaf);
		for (unsigned reg = 0; reg < 4 && !is_number(row); reg++) {
			uint32_t extra = cpupolicy__row_register(row, reg) &
					 ~cpupolicy__row_register(
						 real ? real : &none, reg);

			/* how far the leaves go was assumed */
			if (reg == CPUPOLICY_EAX &&
			    (row->leaf == 0x80000000 || row->leaf == 7 ||
			     row->leaf == 0x80000008))
				continue;
			if (extra)
				fail_msg("%08x.%x register %u: %08x", row->leaf,
					 row->subleaf, reg, extra);
		}
	}
}

static void this_machines_file_claims_nothing_that_its_cpu_lacks(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_record *machine;
	struct cpupolicy_error error;
	size_t bits = 0;
	int status =
		cpupolicy_document_read(&document, "/proc/cpuinfo", &error);

	(void)state;
	if (status < 0) {
		print_message("%s\n", error.text);
		skip();
	}
	if (cpupolicy_record_probe(&machine, &error) < 0) {
		cpupolicy_document_clear(&document);
		print_message("%s\n", error.text);
		skip();
	}
	for (size_t i = 0; i < document.record->nr_cores; i++)
		compare_flags(&document.record->cores[i], &machine->cores[0]);
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		if (field->at.space == CPUPOLICY_SPACE_CPU)
			bits += told(&document.record->cores[0], field->name) ==
				1;
	}
	assert_true(bits > 40);
	assert_true(told(&document.record->cores[0], "phys_bits") <=
		    told(&machine->cores[0], "phys_bits"));
	assert_int_equal(told(&document.record->cores[0], "clflush_size"),
			 told(&machine->cores[0], "clflush_size"));
	cpupolicy_record_free(machine);
	cpupolicy_document_clear(&document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_writes_is_read),
		cmocka_unit_test(what_a_flag_means_depends_on_the_cpu),
		cmocka_unit_test(every_processor_is_read),
		cmocka_unit_test(microcode_that_differs_is_noted),
		cmocka_unit_test(flags_may_go_on_for_long),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_line),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(damaged_files_give_a_record_or_an_error),
		cmocka_unit_test(
			this_machines_file_claims_nothing_that_its_cpu_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
