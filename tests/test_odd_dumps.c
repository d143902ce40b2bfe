/* SPDX-License-Identifier: MIT */
/*
 * test_odd_dumps.c - what is done with ten dumps of real CPUs, each of which is
 * odd in its own way. Only the rows that matter are here.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

#define INTEL_80000000 "CPUID 80000000: 80000008-00000000-00000000-00000000\n"

static struct cpupolicy_document document;
static struct cpupolicy_policy policy;
static struct heard heard;

/* Read a dump, and make the host set of what no hypervisor runs on. */
static const struct cpupolicy_record *read_host(const char *text,
						enum cpupolicy_set set)
{
	const struct cpupolicy_hostset_options options = { .set = set };
	struct cpupolicy_error error;

	if (parse_copy(&document, text, strlen(text), &error) < 0)
		fail_msg("%s", error.text);
	heard.nr = 0;
	if (cpupolicy_record_hostset(&policy, document.record, &options, hear,
				     &heard, &error) < 0)
		fail_msg("%s", error.text);
	return document.record;
}

static int done(void **state)
{
	(void)state;
	cpupolicy_document_clear(&document);
	return 0;
}

static bool noted(const char *note)
{
	for (size_t i = 0; i < document.record->nr_notes; i++)
		if (strcmp(document.record->notes[i], note) == 0)
			return true;
	return false;
}

static void assert_noted(const char *note)
{
	if (noted(note))
		return;
	for (size_t i = 0; i < document.record->nr_notes; i++)
		print_error("note: %s\n", document.record->notes[i]);
	fail_msg("not noted: %s", note);
}

static void assert_row(uint32_t leaf, uint32_t subleaf, uint32_t eax,
		       uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	const struct cpupolicy_row *row =
		cpupolicy_core_row(&document.record->cores[0], leaf, subleaf);

	if (!row || row->eax != eax || row->ebx != ebx || row->ecx != ecx ||
	    row->edx != edx)
		fail_msg("leaf 0x%x sub-leaf 0x%x", (unsigned)leaf,
			 (unsigned)subleaf);
}

/* In the set are none, or all, of the features named. */
static void assert_features(bool there, const char *names)
{
	char name[32];
	int used;

	for (; sscanf(names, " %31s%n", name, &used) == 1; names += used)
		if (cpupolicy_policy_has(&policy, feature_called(name)) !=
		    there)
			fail_msg("%s is%s there", name, there ? " not" : "");
}

/* 1: WinChip C6-2: EBX and ECX of leaf 1 are left over */
static void leftovers_of_a_winchip_are_no_features(void **state)
{
	(void)state;
	read_host("CPUID 00000000: 00000001-746E6543-736C7561-48727561\n"
		  "CPUID 00000001: 00000541-04EFFF3C-04EFFF38-008001BF\n",
		  CPUPOLICY_SET_ACCEPT);
	assert_row(1, 0, 0x541, 0x04efff3c, 0x04efff38, 0x008001bf);
	assert_noted("This CPU leaves 0x1:ebx, 0x1:ecx undefined: what is "
		     "there is left over from other uses, and not used.");
	assert_features(false, "ssse3 fma cx16 pcid sse4_1 x2apic popcnt "
			       "xsave clflush");
	assert_features(true, "fpu tsc mmx");
	assert_int_equal(value_of(&policy, "clflush_size"), 0);
}

/* 2: Samuel: the same sets the hypervisor bit; the brand has junk */
static void leftovers_of_a_samuel_are_no_hypervisor(void **state)
{
	char brand[64];

	(void)state;
	read_host("CPUID 00000000: 00000001-746e6543-736c7561-48727561\n"
		  "CPUID 00000001: 00000660-c1704000-c1705f8c-008031b5\n"
		  "CPUID 80000000: 80000005-c1704000-c1705f8c-00000010\n"
		  "CPUID 80000001: 00000660-c1704000-c1705f8c-808031b5\n"
		  "CPUID 80000002: 20414956-756d6153-00006c65-0000004d\n"
		  "CPUID 80000003: 00000000-00000000-00000000-00000000\n"
		  "CPUID 80000004: 00000000-00000000-00000000-00000000\n"
		  "CPUID 80000005: 80000005-08800880-40040120-40040120",
		  CPUPOLICY_SET_ACCEPT);
	assert_false(cpupolicy_record_is_guest(document.record));
	assert_row(1, 0, 0x660, 0xc1704000, 0xc1705f8c, 0x008031b5);
	assert_noted("This CPU leaves 0x1:ebx, 0x1:ecx, 0x80000001:ebx, "
		     "0x80000001:ecx undefined: what is there is left over "
		     "from other uses, and not used.");
	assert_noted("There is something behind the end of the brand string: "
		     "it is kept, and not shown.");
	cpupolicy_core_brand(brand, &document.record->cores[0]);
	assert_string_equal(brand, "VIA Samuel");
	assert_features(false, "sse4_2 xop misalignsse");
	assert_features(true, "3dnow mmx");
	assert_int_equal(value_of(&policy, "clflush_size"), 0);
}

/* 3: a bit of the vendor fell over; XSAVE without leaf 0xD */
static void a_vendor_with_a_wrong_bit_is_another_vendor(void **state)
{
	(void)state;
	read_host("CPUID 00000000: 0000000D-756E6547-6C65746F-49656E69\n"
		  "CPUID 00000001: 000306C3-00100800-7FFAFBFF-BFEBFBFF\n"
		  "CPUID 0000000D: 00000000-00000000-00000000-00000000\n",
		  CPUPOLICY_SET_ACCEPT);
	assert_int_equal(cpupolicy_policy_vendor(&policy),
			 CPUPOLICY_VENDOR_UNKNOWN);
	assert_noted("The maker 'GenuineIotel' is not one with rules of its "
		     "own: this machine fits others of exactly this name.");
	assert_noted("Leaves up to the highest one that were not recorded: "
		     "0x2-0xc. Not recorded is not zero: nothing is known of "
		     "them.");
	/* a state component that nobody can save is none */
	assert_features(false, "avx fma f16c avx2");
	assert_features(true, "sse4_2 aes");
}

/* 4: QEMU: two vendors, and leaf 4 in every row above the highest */
static void two_vendors_and_echoes_above_the_highest_leaf(void **state)
{
#define LEAF_4 "00000121-01C0003F-0000003F-00000001\n"
	(void)state;
	read_host("CPUID 00000000: 00000004-756E6547-6C65746E-49656E69\n"
		  "CPUID 00000001: 000006D3-00000800-80002001-078BFBFD\n"
		  "CPUID 00000002: 00000001-00000000-00000000-002C307D\n"
		  "CPUID 00000003: 00000000-00000000-00000000-00000000\n"
		  "CPUID 00000004: " LEAF_4 "CPUID 00000005: " LEAF_4
		  "CPUID 00000007: " LEAF_4 "CPUID 0000000D: " LEAF_4
		  "CPUID 80000000: 80000008-68747541-444D4163-69746E65\n"
		  "CPUID 80000001: 000006D3-00000000-00000001-2191ABFD\n"
		  "CPUID 80000008: 0000302E-00000000-00000000-00000000\n"
		  "CPUID 8000000B: " LEAF_4,
		  CPUPOLICY_SET_ACCEPT);
	assert_int_equal(cpupolicy_policy_vendor(&policy),
			 CPUPOLICY_VENDOR_INTEL);
	assert_noted("Leaf 0 names the maker 'GenuineIntel', leaf 0x80000000 "
		     "'AuthenticAMD': leaf 0 counts.");
	assert_noted("Leaves above the highest one are not used: 0x5, 0x7.0, "
		     "0xd.0, 0x8000000b. They repeat the highest basic "
		     "leaf.");
	assert_noted("Recorded under a hypervisor (which does not say its "
		     "name): the rows are taken for a guest's, as they are.");
	assert_int_equal(value_of(&policy, "xsave_size_max"), 0);
	assert_int_equal(value_of(&policy, "phys_bits"), 46);
}

/* 5: Quark: leaf 7 twice, above the highest leaf, and with SMEP */
static void a_leaf_above_the_highest_is_not_used(void **state)
{
	(void)state;
	read_host("CPUID 00000000: 00000002-756E6547-6C65746E-49656E69\n"
		  "CPUID 00000001: 00000590-00010200-00000000-0000237B\n"
		  "CPUID 00000002: 00000001-00000000-00000000-00000000\n"
		  "CPUID 00000007: 00000001-00000080-00000000-00000000\t"
		  "[SMEP]\n"
		  "CPUID 00000007: "
		  "00000000-00000000-00000000-00000000\n" INTEL_80000000
		  "CPUID 80000001: 00000000-00000000-00000000-00100000     "
		  "[NX]\n"
		  "CPUID 80000008: 00002020-00000000-00000000-00000000\n",
		  CPUPOLICY_SET_ACCEPT);
	/* both rows are there, the second as sub-leaf 1 */
	assert_row(7, 0, 1, 0x80, 0, 0);
	assert_row(7, 1, 0, 0, 0, 0);
	assert_noted("Leaf 0x7 (line 4, 1 CPU): its sub-leaves are not "
		     "printed: they are numbered in the order of the rows.");
	assert_noted("Leaves above the highest one are not used: 0x7.0. They "
		     "hold data of their own.");
	assert_features(false, "smep clflush");
	assert_features(true, "nx pae");
	/* a size, but no instruction */
	assert_int_equal(value_of(&policy, "clflush_size"), 0);
}

/* 6: a dump that names no sub-leaves, with echoes of other ranges */
static void a_dump_without_sub_leaves_is_numbered(void **state)
{
#define XEON                                                                   \
	"CPUID 00000000: 00000016-756e6547-6c65746e-49656e69\n"                \
	"CPUID 00000001: 00050654-00400800-7ffefbf7-bfebfbff\n"                \
	"CPUID 0000000d: 000002ff-00000a88-00000a88-00000000\n"                \
	"CPUID 0000000d: 0000000f-00000a08-00000100-00000000\n"                \
	"CPUID 0000000d: 00000100-00000240-00000000-00000000\n"                \
	"CPUID 0000000d: 00000040-000003c0-00000000-00000000\n"                \
	"CPUID 0000000d: 00000040-00000400-00000000-00000000\n"                \
	"CPUID 0000000d: 00000040-00000440-00000000-00000000\n"                \
	"CPUID 0000000d: 00000200-00000480-00000000-00000000\n"                \
	"CPUID 0000000d: 00000400-00000680-00000000-00000000\n"                \
	"CPUID 0000000d: 00000080-00000000-00000001-00000000\n"                \
	"CPUID 0000000d: 00000008-00000a80-00000000-00000000\n"                \
	"CPUID 00000010: 00000000-0000000a-00000000-00000000\n"                \
	"CPUID 00000010: 0000000a-00000600-00000004-0000000f\n"                \
	"CPUID 00000010: 00000059-00000000-00000004-00000007\n"                \
	"CPUID 00000016: 00000c80-00001068-00000064-00000000\n"                \
	"CPUID 80860000: 00000c80-00001068-00000064-00000000\n"                \
	"CPUID c0000000: 00000c80-00001068-00000064-00000000\n"
	(void)state;
	read_host("CPU 0:\n" XEON "CPU 1:\n" XEON, CPUPOLICY_SET_ACCEPT);
	assert_string_equal(document.format, "aida");
	assert_int_equal(document.record->nr_cores, 1);
	assert_string_equal(document.record->cores[0].cpus, "0-1");
	/* XCR0 has no bit 8, XSS has */
	assert_row(0xd, 8, 0x80, 0, 1, 0);
	assert_row(0xd, 9, 8, 0xa80, 0, 0);
	assert_row(0x10, 1, 0xa, 0x600, 4, 0xf);
	assert_row(0x10, 3, 0x59, 0, 4, 7);
	assert_null(cpupolicy_core_row(&document.record->cores[0], 0x10, 2));
	assert_noted("Leaves above the highest one are not used: 0x80860000, "
		     "0xc0000000. They repeat the highest basic leaf.");
	assert_features(true, "avx");
}

/* 7: Opterons of which every second CPU has LWP */
static void cpus_of_one_machine_that_differ_share_less(void **state)
{
#define OPTERON(number, lwp)                                                   \
	"------[ Logical CPU #" #number " ]------\n"                           \
	"CPUID 00000000: 0000000D-68747541-444D4163-69746E65\n"                \
	"CPUID 00000001: 00600F20-0" #number "100800-3E98320B-178BFBFF\n"      \
	"CPUID 0000000D: 00000007-00000340-000003C0-40000000 [SL 00]\n"        \
	"CPUID 0000000D: 00000000-00000000-00000000-00000000 [SL 01]\n"        \
	"CPUID 0000000D: 00000100-00000240-00000000-00000000 [SL 02]\n"        \
	"CPUID 0000000D: 00000080-00000340-00000000-00000000 [SL 3E]\n"        \
	"CPUID 80000000: 80000001-68747541-444D4163-69746E65\n"                \
	"CPUID 80000001: 00600F20-30000000-01EB" lwp "FFF-2FD3FBFF\n"
	const struct cpupolicy_finding *finding;

	(void)state;
	read_host(OPTERON(0, "3") OPTERON(1, "B") OPTERON(2, "3")
			  OPTERON(3, "B"),
		  CPUPOLICY_SET_ACCEPT);
	assert_int_equal(document.record->nr_cores, 2);
	assert_string_equal(document.record->cores[0].cpus, "0,2");
	assert_string_equal(document.record->cores[1].cpus, "1,3");
	assert_noted("CPUs 0,2 and CPUs 1,3 differ in leaf 0x80000001. The "
		     "host set is what all CPUs offer.");
	assert_features(false, "lwp");
	assert_features(true, "fma4 xop lm");
	finding = heard_of(&heard, CPUPOLICY_F_CORES_DIFFER, "lwp");
	assert_non_null(finding);
	assert_int_equal(finding->index, 1);
}

/* 8: AMD 4700S: features without those that documents say they need */
static void what_real_silicon_has_is_not_repaired(void **state)
{
	(void)state;
	read_host("CPUID 00000000: 00000010-68747541-444D4163-69746E65\n"
		  "CPUID 00000001: 00840F70-00100800-7ED8320B-178BFBFF\n"
		  "CPUID 0000000D: 00000207-00000340-00000400-40000000 "
		  "[SL 00] [x87]\n"
		  "CPUID 0000000D: 0000000F-00000340-00000000-00000000 "
		  "[SL 01] [SSE]\n"
		  "CPUID 0000000D: 00000100-00000240-00000000-00000000 "
		  "[SL 02] [AVX]\n"
		  "CPUID 0000000D: 00000040-00000340-00000000-00000000 "
		  "[SL 09] [PKRU]\n"
		  "CPUID 0000000D: 00000080-00000380-00000000-00000000 "
		  "[SL 3E]\n"
		  "CPUID 80000000: 80000020-68747541-444D4163-69746E65\n"
		  "CPUID 80000001: 00840F70-00000000-F5C2B7FF-2FD3FBFF\n"
		  "CPUID 80000008: 00003030-01023EFF-0000700F-000100FF\n",
		  CPUPOLICY_SET_ACCEPT);
	assert_row(0xd, 0x3e, 0x80, 0x380, 0, 0);
	/* LWP without XOP, STIBP_ALWAYS without STIBP: no rule of ours */
	assert_features(true, "lwp xcr0_lwp amd_stibp_always_on");
	assert_features(false, "xop amd_stibp");
	/* a component of Zen 2 without its feature; no guest has INVLPGB */
	assert_features(false, "pku xcr0_pkru invlpgb");
	assert_int_equal(heard_count(&heard, CPUPOLICY_F_FILLED), 0);
}

/* 9: a header that goes on behind the number */
static void threads_called_virtual_are_cpus_of_their_own(void **state)
{
#define RYZEN(header, apic)                                                    \
	"------[ CPUID Registers / Logical CPU #" header " ]------\n"          \
	"CPUID 00000000: 00000010-68747541-444D4163-69746E65\n"                \
	"CPUID 00000001: 008A0F00-0" apic "080800-7EF8320B-178BFBFF\n"         \
	"CPUID 0000000B: 00000001-00000002-00000100-0000000" apic " [SL 00]\n" \
	"CPUID 0000000B: 00000007-00000008-00000201-0000000" apic " [SL 01]\n"
	(void)state;
	read_host(RYZEN("0", "0") RYZEN("1 Virtual", "1"),
		  CPUPOLICY_SET_ACCEPT);
	assert_int_equal(document.record->nr_cores, 1);
	assert_string_equal(document.record->cores[0].cpus, "0-1");
	assert_int_equal(document.record->cores[0].nr_rows, 4);
	assert_row(0xb, 1, 7, 8, 0x201, 0);
	/* the one note is on what these few rows leave out */
	assert_int_equal(document.record->nr_notes, 1);
}

#define PICASSO                                                                \
	"CPUID 00000000: 0000000D-68747541-444D4163-69746E65\n"                \
	"CPUID 00000001: 00810F81-00080800-7ED8320B-178BFBFF\n"                \
	"CPUID 0000000D: 00000007-00000340-00000340-00000000 [SL 00]\n"        \
	"CPUID 0000000D: 0000000F-00000340-00000000-00000000 [SL 01]\n"        \
	"CPUID 0000000D: 00000000-00000000-00000000-00000000 [SL 02]\n"

/* 10: the highest component is printed as zero */
static void a_component_without_a_size_is_completed(void **state)
{
	const struct cpupolicy_row *row;

	(void)state;
	read_host(PICASSO, CPUPOLICY_SET_ACCEPT);
	row = cpupolicy_core_row(&document.record->cores[0], 0xd, 2);
	assert_non_null(row);
	assert_int_equal(row->eax, 0);
	assert_noted("State components without a size, as some tools print "
		     "the highest one: 0xd.2. The only layout that this maker "
		     "is known to have is taken.");
	assert_features(true, "xcr0_avx avx");
	assert_int_equal(value_of(&policy, "xstate_avx_size"), 256);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_FILLED, "xstate_avx_size"));
}

/* 10, too: real CPUs that were recorded in the root of Hyper-V */
static void the_root_of_hyper_v_is_a_guest(void **state)
{
	(void)state;
	read_host("CPUID 00000000: 00000001-756E6547-6C65746E-49656E69\n"
		  "CPUID 00000001: 000A0671-00100800-FEDAF387-BFEBFBFF\n"
		  "CPUID 40000000: 40000003-7263694D-666F736F-76482074\n"
		  "CPUID 40000001: 31237648-00000000-00000000-00000000\n"
		  "CPUID 40000002: 000047BA-000A0000-00000001-000004E8\n"
		  "CPUID 40000003: "
		  "00003FFF-002BB9FF-00000002-10FFFBF6\n" INTEL_80000000
		  "CPUID 80000001: 00000000-00000000-00000121-2C100800\n",
		  CPUPOLICY_SET_ACCEPT);
	assert_true(cpupolicy_record_is_guest(document.record));
	assert_noted("Recorded in the root partition of Hyper-V, which hides "
		     "VMX or SVM and more of the machine. The rows are taken "
		     "for a guest's: the machine has more. As a host, record "
		     "it without Hyper-V.");
	assert_features(false, "vmx");
	/* its section stands, as a guest's does */
	assert_row(0x40000003, 0, 0x3fff, 0x2bb9ff, 2, 0x10fffbf6);
	assert_true(cpupolicy_policy_vendor(&policy) == CPUPOLICY_VENDOR_INTEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			leftovers_of_a_winchip_are_no_features, done),
		cmocka_unit_test_teardown(
			leftovers_of_a_samuel_are_no_hypervisor, done),
		cmocka_unit_test_teardown(
			a_vendor_with_a_wrong_bit_is_another_vendor, done),
		cmocka_unit_test_teardown(
			two_vendors_and_echoes_above_the_highest_leaf, done),
		cmocka_unit_test_teardown(a_leaf_above_the_highest_is_not_used,
					  done),
		cmocka_unit_test_teardown(a_dump_without_sub_leaves_is_numbered,
					  done),
		cmocka_unit_test_teardown(
			cpus_of_one_machine_that_differ_share_less, done),
		cmocka_unit_test_teardown(what_real_silicon_has_is_not_repaired,
					  done),
		cmocka_unit_test_teardown(
			threads_called_virtual_are_cpus_of_their_own, done),
		cmocka_unit_test_teardown(
			a_component_without_a_size_is_completed, done),
		cmocka_unit_test_teardown(the_root_of_hyper_v_is_a_guest, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
