/* SPDX-License-Identifier: MIT */
#include "lookup_table.h"
#include "random_vcpu.h"

#include <inttypes.h>
#include <time.h>

#define INTEL "intel", X87 "lm fsgsbase"
#define FULL                                                                   \
	"intel", AVX "monitor pku xcr0_pkru xstate_pkru_size=8 key_locker "    \
		     "aes_keylocker_wide"
#define FULLA  "amd", AVX "monitor pku xcr0_pkru xstate_pkru_size=8"
#define CLOCKS "intel", X87 "arch_lbr lbr_depth_8"
#define XS                                                                     \
	AVX "xsavec xsaves xss_cet_u xss_cet_s shstk pku xcr0_pkru "           \
	    "xstate_pkru_size=8 xstate_pkru_offset=2688 "                      \
	    "xstate_cet_u_size=16 xstate_cet_s_size=24 "                       \
	    "xstate_cet_u_flags=1 xstate_cet_s_flags=1"
#define SAVES "intel", XS

static void state_follows_the_registers_of_the_guest(void **state)
{
	static const struct expectation list[] = {
		{ "OSXSAVE off", FULL, "", 1, 0, ECX, 1u << 27, 0 },
		{ "OSXSAVE is CR4[18]", FULL, "cr4=0x40000", 1, 0, ECX,
		  1u << 27, 1u << 27 },
		{ "no other bit of CR4", FULL, "cr4=0xfffffffffffbffff", 1, 0,
		  ECX, 1u << 27, 0 },
		{ "no XSAVE, no OSXSAVE", INTEL, "cr4=0xffffffffffffffff", 1, 0,
		  ECX, 1u << 27, 0 },
		{ "OSPKE is CR4[22]", FULLA, "cr4=0x400000", 7, 0, ECX, 0x18,
		  0x18 },
		{ "no other bit", FULLA, "cr4=0xffffffffffbfffff", 7, 0, ECX,
		  0x18, 0x08 },
		{ "no PKU, no OSPKE", INTEL, "cr4=0xffffffffffffffff", 7, 0,
		  ECX, ALL, 0 },
		{ "AESKLE is CR4[19]", FULL, "cr4=0x80000", 0x19, 0, EBX, 1,
		  1 },
		{ "Key Locker not on", FULL, "cr4=0xfffffffffff7ffff", 0x19, 0,
		  EBX, 1, 0 },
		{ "APIC on", FULL, "", 1, 0, EDX, 1u << 9, 1u << 9 },
		{ "APIC off", FULL, "apic_off", 1, 0, EDX, 0x3ff, 0x171 },
		{ "and AMD's mirror of it", FULLA, "apic_off", 0x80000001, 0,
		  EDX, 1u << 9, 0 },
		{ "the mirror, on", FULLA, "", 0x80000001, 0, EDX, 1u << 9,
		  1u << 9 },
		{ "Intel has no mirror", FULL, "", 0x80000001, 0, EDX, 1u << 9,
		  0 },
		{ "a policy without an APIC", "intel", "fpu", "apic_off", 1, 0,
		  EDX, ALL, 1 },
		{ "MONITOR on", FULL, "", 1, 0, ECX, 8, 8 },
		{ "MONITOR off", FULL, "monitor_off", 1, 0, ECX, 8, 0 },
		{ "a policy without MONITOR", INTEL, "monitor_off", 1, 0, ECX,
		  ALL, 0 },
		{ "SYSCALL of Intel outside 64-bit mode", FULL, "", 0x80000001,
		  0, EDX, 1u << 11, 0 },
		{ "and inside", FULL, "mode64", 0x80000001, 0, EDX, 1u << 11,
		  1u << 11 },
		{ "AMD has it everywhere", FULLA, "", 0x80000001, 0, EDX,
		  1u << 11, 1u << 11 },
		{ "Zhaoxin does as Intel", "zhaoxin", LONG, "", 0x80000001, 0,
		  EDX, 1u << 11, 0 },
		{ "no hypervisor bit unless asked", FULL, "", 1, 0, ECX,
		  1u << 31, 0 },
		{ "and asked", FULL, "hypervisor", 1, 0, ECX, 1u << 31,
		  1u << 31 },
	};

	(void)state;
	EXPECT(list);
}

static void the_save_area_is_as_large_as_what_is_enabled(void **state)
{
	static const struct expectation list[] = {
		{ "x87 alone", SAVES, "", 0xd, 0, EBX, ALL, 576 },
		{ "x87 and SSE lie in the legacy area", SAVES, "xcr0=3", 0xd, 0,
		  EBX, ALL, 576 },
		{ "AVX", SAVES, "xcr0=7", 0xd, 0, EBX, ALL, 832 },
		{ "a component far out", SAVES, "xcr0=0x207", 0xd, 0, EBX, ALL,
		  2696 },
		{ "what the policy lacks does not count", SAVES, "xcr0=0xe7",
		  0xd, 0, EBX, ALL, 832 },
		{ "XSS does not count there", SAVES, "xcr0=7 xss=0x1800", 0xd,
		  0, EBX, ALL, 832 },
		{ "LWP, above a gap", "amd",
		  AVX "lwp xcr0_lwp xstate_lwp_size=128 xstate_lwp_offset=832",
		  "xcr0=0x4000000000000007", 0xd, 0, EBX, ALL, 960 },
		{ "no XSAVE, no size", "intel", X87, "xcr0=7", 0xd, 0, EBX, ALL,
		  0 },
		{ "compacted: one behind the other", SAVES, "xcr0=0x207", 0xd,
		  1, EBX, ALL, 576 + 256 + 8 },
		{ "and what IA32_XSS enables", SAVES, "xcr0=7 xss=0x1800", 0xd,
		  1, EBX, ALL, 576 + 256 + 16 + 24 },
		{ "a user component in IA32_XSS is none", SAVES, "xcr0=3 xss=4",
		  0xd, 1, EBX, ALL, 576 },
		{ "aligned by 64", "intel",
		  AVX "xsavec pku xcr0_pkru xstate_pkru_size=8 "
		      "xstate_pkru_offset=2688 xstate_pkru_flags=2 "
		      "xstate_avx_size=250",
		  "xcr0=0x207", 0xd, 1, EBX, ALL, 832 + 8 },
		{ "XSAVEC alone: XCR0 alone", "intel", AVX "xsavec",
		  "xcr0=7 xss=0x1800", 0xd, 1, EBX, ALL, 832 },
		{ "neither: zero", "intel", AVX, "xcr0=7", 0xd, 1, EBX, ALL,
		  0 },
	};

	(void)state;
	EXPECT(list);
}

static void frequencies_are_those_of_the_virtual_machine(void **state)
{
	static const struct expectation list[] = {
		{ "the ratio in lowest terms", CLOCKS,
		  "tsc_khz=2500000 apic_khz=1000000", 0x15, 0, EBX, ALL, 5 },
		{ "its denominator", CLOCKS, "tsc_khz=2500000 apic_khz=1000000",
		  0x15, 0, EAX, ALL, 2 },
		{ "the crystal in Hz", CLOCKS,
		  "tsc_khz=2500000 apic_khz=1000000", 0x15, 0, ECX, ALL,
		  1000000000 },
		{ "a ratio that guests cannot multiply", CLOCKS,
		  "tsc_khz=2596123 apic_khz=1000000", 0x15, 0, EBX, ALL, 0 },
		{ "one that they can", CLOCKS, "tsc_khz=2596123 apic_khz=1",
		  0x15, 0, EBX, ALL, 2596123 },
		{ "a crystal whose Hz have 33 bits", CLOCKS,
		  "tsc_khz=4294968 apic_khz=4294968", 0x15, 0, ECX, ALL, 0 },
		{ "no APIC timer told", CLOCKS, "tsc_khz=2500000", 0x15, 0, EBX,
		  ALL, 0 },
		{ "no TSC told", CLOCKS, "apic_khz=25000", 0x15, 0, EBX, ALL,
		  0 },
		{ "MHz, rounded", CLOCKS, "tsc_khz=2596500", 0x16, 0, EAX, ALL,
		  2597 },
		{ "and down", CLOCKS, "tsc_khz=2596499", 0x16, 0, EBX, ALL,
		  2596 },
		{ "AMD has no such leaves", "amd", X87 "x2apic",
		  "tsc_khz=2500000 apic_khz=1000000", 0x15, 0, EBX, ALL, 0 },
		{ "out of range they are not told either", INTEL,
		  "tsc_khz=2500000 apic_khz=1000000", 0x15, 0, EBX, ALL, 1 },
	};

	(void)state;
	EXPECT(list);
}

/* Caches of the first three levels, and what makes leaves reachable. */
#define NEW_INTEL                                                              \
	"intel", X87 "lm x2apic hreset hreset_thread_director cache0_type=1 "  \
		     "cache0_level=1 "                                         \
		     "cache1_type=3 cache1_level=2 cache2_type=3 "             \
		     "cache2_level=3"
#define NEW_AMD                                                                \
	"amd", X87 "lm x2apic topoext amd_cache0_type=1 amd_cache0_level=1 "   \
		   "amd_cache3_type=3 amd_cache3_level=3"

static void topology_leaves_tell_the_same_machine(void **state)
{
#define ONE    ""
#define TWELVE "threads=2 cores=6 packages=2 apic_id=0x1b"
#define LARGE  "threads=2 cores=5 modules=3 dies=2 packages=3 apic_id=0x1a5"
	static const struct expectation list[] = {
		{ "one processor needs no HTT", NEW_INTEL, ONE, 1, 0, EDX,
		  1u << 28, 0 },
		{ "and has an id", NEW_INTEL, "apic_id=0x155", 1, 0, EBX,
		  0xff000000, 0x55000000 },
		{ "twelve do", NEW_INTEL, TWELVE, 1, 0, EDX, 1u << 28,
		  1u << 28 },
		{ "Intel counts ids", NEW_INTEL, TWELVE, 1, 0, EBX, 0xffff0000,
		  0x1b100000 },
		{ "AMD counts processors", NEW_AMD, TWELVE, 1, 0, EBX,
		  0xffff0000, 0x1b0c0000 },
		{ "more than a byte holds", NEW_AMD, "cores=400", 1, 0, EBX,
		  0xff0000, 0xff0000 },
		{ "more than a byte of ids", NEW_INTEL, "cores=200", 1, 0, EBX,
		  0xff0000, 0xff0000 },
		{ "CMP_LEGACY of one", NEW_AMD, ONE, 0x80000001, 0, ECX, 2, 0 },
		{ "CMP_LEGACY of several", NEW_AMD, TWELVE, 0x80000001, 0, ECX,
		  2, 2 },
		{ "Intel has none", NEW_INTEL, TWELVE, 0x80000001, 0, ECX, 2,
		  0 },
		{ "AMD's count and size of ids", NEW_AMD, TWELVE, 0x80000008, 0,
		  ECX, ALL, 0x400b },
		{ "as far as there is room", NEW_AMD, "cores=0x10001",
		  0x80000008, 0, ECX, ALL, 0xf0ff },
		{ "L1 is a core's", NEW_INTEL, TWELVE, 4, 0, EAX, 0x3ffc000,
		  1u << 14 },
		{ "eight ids of cores", NEW_INTEL, TWELVE, 4, 0, EAX,
		  0xfc000000, 7u << 26 },
		{ "L2 too", NEW_INTEL, TWELVE, 4, 1, EAX, 0x3ffc000, 1u << 14 },
		{ "L2 is a module's where there are any", NEW_INTEL, LARGE, 4,
		  1, EAX, 0x3ffc000, 15u << 14 },
		{ "L3 is the die's", NEW_INTEL, LARGE, 4, 2, EAX, 0x3ffc000,
		  63u << 14 },
		{ "what is no cache is shared by nobody", NEW_INTEL, TWELVE, 4,
		  3, EAX, ALL, 0 },
		{ "AMD's L1", NEW_AMD, LARGE, 0x8000001d, 0, EAX, 0x3ffc000,
		  1u << 14 },
		{ "AMD's L3 is a complex's", NEW_AMD, LARGE, 0x8000001d, 3, EAX,
		  0x3ffc000, 9u << 14 },
		{ "0xB: bits of a thread", NEW_INTEL, TWELVE, 0xb, 0, EAX, ALL,
		  1 },
		{ "its count", NEW_INTEL, TWELVE, 0xb, 0, EBX, ALL, 2 },
		{ "its type", NEW_INTEL, TWELVE, 0xb, 0, ECX, ALL, 0x100 },
		{ "the id", NEW_INTEL, TWELVE, 0xb, 0, EDX, ALL, 0x1b },
		{ "bits of a package", NEW_AMD, TWELVE, 0xb, 1, EAX, ALL, 4 },
		{ "its count", NEW_AMD, TWELVE, 0xb, 1, EBX, ALL, 12 },
		{ "more than 16 bits count", NEW_AMD, "cores=0x10001", 0xb, 1,
		  EBX, ALL, 0xffff },
		{ "its type", NEW_AMD, TWELVE, 0xb, 1, ECX, ALL, 0x201 },
		{ "a level that is not", NEW_INTEL, TWELVE, 0xb, 2, ECX, ALL,
		  2 },
		{ "still has the id", NEW_INTEL, TWELVE, 0xb, 0x1234567, EDX,
		  ALL, 0x1b },
		{ "and a byte of the sub-leaf", NEW_INTEL, TWELVE, 0xb,
		  0x1234567, ECX, ALL, 0x67 },
		{ "0x1F: no module, no die", NEW_INTEL, TWELVE, 0x1f, 2, ECX,
		  ALL, 2 },
		{ "cores of a module", NEW_INTEL, LARGE, 0x1f, 1, EAX, ALL, 4 },
		{ "modules of a die", NEW_INTEL, LARGE, 0x1f, 2, EBX, ALL, 30 },
		{ "are type 3", NEW_INTEL, LARGE, 0x1f, 2, ECX, ALL, 0x302 },
		{ "dies of a package", NEW_INTEL, LARGE, 0x1f, 3, EAX, ALL, 7 },
		{ "are type 5", NEW_INTEL, LARGE, 0x1f, 3, ECX, ALL, 0x503 },
		{ "dies without modules come next", NEW_INTEL, "cores=4 dies=2",
		  0x1f, 2, ECX, ALL, 0x502 },
		{ "0x8000001E: the id", NEW_AMD, LARGE, 0x8000001e, 0, EAX, ALL,
		  0x1a5 },
		{ "core 0x12 of two threads", NEW_AMD, LARGE, 0x8000001e, 0,
		  EBX, ALL, 0x112 },
		{ "node 3", NEW_AMD, LARGE, 0x8000001e, 0, ECX, ALL, 3 },
		{ "nothing without TOPOEXT", "amd", X87 "lm sev", LARGE,
		  0x8000001e, 0, EAX, ALL, 0 },
		{ "nor on Intel's CPUs", NEW_INTEL, LARGE, 0x8000001e, 0, EAX,
		  ALL, 0 },
	};

	(void)state;
	EXPECT(list);
}

static void cores_of_a_hybrid_say_their_type(void **state)
{
#define ATOM "hybrid core_type=0x20 native_model=0x1000001"
	static const struct expectation list[] = {
		{ "the bit", NEW_INTEL, ATOM, 7, 0, EDX, ALL, 1u << 15 },
		{ "the type, and 24 bits of model", NEW_INTEL, ATOM, 0x1a, 0,
		  EAX, ALL, 0x20000001 },
		{ "no hybrid", NEW_INTEL, "core_type=0x40", 7, 0, EDX, ALL, 0 },
		{ "whose cores have a type", NEW_INTEL, "core_type=0x40", 0x1a,
		  0, EAX, ALL, 0x40000000 },
		{ "no type told", NEW_INTEL, "hybrid native_model=1", 0x1a, 0,
		  EAX, ALL, 0 },
		{ "not on AMD's CPUs", NEW_AMD, ATOM, 7, 0, EDX, ALL, 0 },
	};

	(void)state;
	EXPECT(list);
}

static struct subject subject;

/* AMD's newest topology leaf is above what any feature makes reachable. */
static void amd_describes_all_four_levels(void **state)
{
	(void)state;
	make_normal(&subject.policy, NEW_AMD);
	set_fields(&subject.policy, "max_ext=0x80000026 max_basic=0x20");
	set_state(&subject.vcpu, LARGE " hybrid core_type=1 native_model=2");
	prepare(&subject);
	assert_int_equal(ask(&subject, 0x80000026, 0, EAX), 0x40000001);
	assert_int_equal(ask(&subject, 0x80000026, 0, EBX), 0x12000002);
	assert_int_equal(ask(&subject, 0x80000026, 0, ECX), 0x100);
	assert_int_equal(ask(&subject, 0x80000026, 1, EAX), 0x40000004);
	assert_int_equal(ask(&subject, 0x80000026, 1, EBX), 10);
	assert_int_equal(ask(&subject, 0x80000026, 2, EAX), 0x40000006);
	assert_int_equal(ask(&subject, 0x80000026, 2, ECX), 0x302);
	assert_int_equal(ask(&subject, 0x80000026, 3, EAX), 7);
	assert_int_equal(ask(&subject, 0x80000026, 3, EBX), 60);
	assert_int_equal(ask(&subject, 0x80000026, 3, ECX), 0x403);
	assert_int_equal(ask(&subject, 0x80000026, 4, ECX), 4);
	assert_int_equal(ask(&subject, 0x80000026, 4, EDX), 0x1a5);
	/* and Intel's leaf of that kind is not there */
	assert_int_equal(ask(&subject, 0x1f, 0, EDX), 0);
	assert_int_equal(ask(&subject, 0x1f, 9, ECX), 0);
	/* nor this one on Intel's CPUs */
	make_normal(&subject.policy, NEW_INTEL);
	set_fields(&subject.policy, "max_ext=0x80000026");
	prepare(&subject);
	for (uint32_t n = 0; n < 6; n++)
		for (int reg = EAX; reg <= EDX; reg++)
			assert_int_equal(ask(&subject, 0x80000026, n, reg), 0);
}

static void a_topology_too_large_for_apic_ids_is_refused(void **state)
{
	struct subject before;
	uint32_t id = 7;

	(void)state;
	make_normal(&subject.policy, NEW_INTEL);
	set_state(&subject.vcpu, "threads=2 cores=0x10000 dies=0x8000");
	before = subject;
	assert_int_equal(cpupolicy_vcpu_prepare(&subject.vcpu, &subject.policy),
			 CPUPOLICY_E_RANGE);
	assert_memory_equal(&before, &subject, sizeof(before));
	assert_int_equal(
		cpupolicy_topology_apic_id(&id, &subject.vcpu.topology, 0),
		CPUPOLICY_E_RANGE);
	assert_int_equal(id, 7);
	set_state(&subject.vcpu, "threads=2 cores=0x10000 dies=0x4000");
	prepare(&subject);
	/* and an index beyond the last processor */
	set_state(&subject.vcpu, "threads=2 cores=3 packages=2");
	assert_int_equal(
		cpupolicy_topology_apic_id(&id, &subject.vcpu.topology, 12),
		CPUPOLICY_E_RANGE);
	assert_int_equal(id, 7);
	assert_int_equal(
		cpupolicy_topology_apic_id(&id, &subject.vcpu.topology, 11), 0);
	assert_int_equal(id, 8 + 5);
}

/* Do exactly @size neighbours share what is left of their ids? */
static void expect_groups(const uint32_t *ids, uint32_t nr, uint32_t shift,
			  uint32_t size, const char *what)
{
	for (uint32_t i = 1; i < nr; i++)
		if ((ids[i] >> shift == ids[i - 1] >> shift) !=
		    (i / size == (i - 1) / size))
			fail_msg("%s: processors %u and %u", what, i - 1, i);
}

static uint32_t log2_above(uint32_t n)
{
	uint32_t bits = 0;

	while (1u << bits < n)
		bits++;
	return bits;
}

static uint32_t at_least_1(uint32_t n)
{
	return n ? n : 1;
}

/* What one vCPU says of itself and its machine, against the other ids. */
static void expect_consistent(const uint32_t *ids, uint32_t nr, bool amd)
{
	const struct cpupolicy_topology *t = &subject.vcpu.topology;
	uint32_t core = at_least_1(t->threads);
	uint32_t module = core * at_least_1(t->cores);
	uint32_t die = module * at_least_1(t->modules);
	uint32_t package = die * at_least_1(t->dies);
	uint32_t thread_bits = ask(&subject, 0xb, 0, EAX);
	uint32_t package_bits = ask(&subject, 0xb, 1, EAX), eax;

	expect_groups(ids, nr, thread_bits, core, "0xB.0");
	expect_groups(ids, nr, package_bits, package, "0xB.1");
	assert_int_equal(ask(&subject, 0xb, 0, EBX), core);
	assert_int_equal(ask(&subject, 0xb, 1, EBX), package);
	eax = ask(&subject, 1, 0, EBX) >> 16 & 0xff;
	if (amd && package > 1)
		assert_int_equal(eax, package < 255 ? package : 255);
	else if (package > 1 && package_bits < 8)
		assert_int_equal(log2_above(eax), package_bits);
	if (amd) {
		uint32_t ecx = ask(&subject, 0x80000008, 0, ECX);
		uint32_t ebx = ask(&subject, 0x8000001e, 0, EBX);

		if (package > 1 && package <= 256)
			assert_int_equal((ecx & 0xff) + 1, package);
		assert_int_equal(ecx >> 12, package > 1 ? package_bits : 0);
		if (core <= 256)
			assert_int_equal((ebx >> 8) + 1, core);
		eax = ask(&subject, 0x8000001d, 0, EAX);
		expect_groups(ids, nr, log2_above((eax >> 14 & 0xfff) + 1),
			      core, "AMD's L1");
		eax = ask(&subject, 0x8000001d, 3, EAX);
		expect_groups(ids, nr, log2_above((eax >> 14 & 0xfff) + 1),
			      module, "AMD's L3");
		expect_groups(ids, nr, ask(&subject, 0x80000026, 0, EAX), core,
			      "0x80000026.0");
		expect_groups(ids, nr, ask(&subject, 0x80000026, 1, EAX),
			      module, "0x80000026.1");
		expect_groups(ids, nr, ask(&subject, 0x80000026, 2, EAX), die,
			      "0x80000026.2");
		expect_groups(ids, nr, ask(&subject, 0x80000026, 3, EAX),
			      package, "0x80000026.3");
		return;
	}
	eax = ask(&subject, 4, 0, EAX);
	expect_groups(ids, nr, log2_above((eax >> 14 & 0xfff) + 1), core, "L1");
	if (package_bits - thread_bits <= 6)
		assert_int_equal(log2_above((eax >> 26) + 1),
				 package_bits - thread_bits);
	eax = ask(&subject, 4, 2, EAX);
	expect_groups(ids, nr, log2_above((eax >> 14 & 0xfff) + 1), die, "L3");
	expect_groups(ids, nr, ask(&subject, 0x1f, 1, EAX), module, "0x1F.1");
	for (uint32_t n = 0; n < 4 && ask(&subject, 0x1f, n, ECX) >> 8; n++)
		eax = ask(&subject, 0x1f, n, EAX);
	assert_int_equal(eax, package_bits);
}

static void ids_of_random_machines_are_what_their_leaves_say(void **state)
{
	static uint32_t ids[1024];
	uint64_t seed = (uint64_t)time(NULL) * 2654435761u + 1;

	(void)state;
	print_message("seed %" PRIu64 "\n", seed);
	for (int round = 0; round < 200; round++) {
		bool amd = round % 2;
		uint32_t nr;

		make_normal(&subject.policy, NEW_INTEL);
		if (amd)
			make_normal(&subject.policy, NEW_AMD);
		if (amd)
			set_fields(&subject.policy, "max_ext=0x80000026");
		cpupolicy_vcpu_init(&subject.vcpu);
		nr = random_topology(&subject.vcpu.topology, 1024, &seed);
		for (uint32_t i = 0; i < nr; i++) {
			assert_int_equal(
				cpupolicy_topology_apic_id(
					&ids[i], &subject.vcpu.topology, i),
				0);
			assert_true(i == 0 || ids[i] > ids[i - 1]);
		}
		subject.vcpu.apic_id = ids[draw(&seed) % nr];
		prepare(&subject);
		expect_consistent(ids, nr, amd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_follows_the_registers_of_the_guest),
		cmocka_unit_test(the_save_area_is_as_large_as_what_is_enabled),
		cmocka_unit_test(frequencies_are_those_of_the_virtual_machine),
		cmocka_unit_test(topology_leaves_tell_the_same_machine),
		cmocka_unit_test(cores_of_a_hybrid_say_their_type),
		cmocka_unit_test(amd_describes_all_four_levels),
		cmocka_unit_test(a_topology_too_large_for_apic_ids_is_refused),
		cmocka_unit_test(
			ids_of_random_machines_are_what_their_leaves_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
