// SPDX-License-Identifier: MIT
/*
 * intel.c - what is particular to Intel's CPUs.
 */
#include "../src/core/internal.h"

static const char *const strings[] = { "GenuineIntel", NULL };

/*
 * Hyper-V of Windows Server 2008 R2, "processor compatibility mode": the list
 * as it was published for Intel hosts. MisalignSSE never existed on an Intel
 * CPU; the original names it all the same.
 */
const char *const cpupolicy__intel_r2[] = {
	"ssse3",       "sse4_1", "sse4_2", "popcnt",
	"misalignsse", "xsave",	 "avx",	   NULL,
};

/*
 * The later Hypervisor Top-Level Functional Specification lists what is left
 * of its processor-feature bank, {SSE3, LAHF, CX16} = 0x0103, and of its XSAVE
 * word, nothing. This is the rest of both.
 */
const char *const cpupolicy__intel_tlfs2[] = {
	"ssse3",      "sse4_1",	  "sse4_2",	 "sse4a",  "xop",   "popcnt",
	"cr8_legacy", "abm",	  "misalignsse", "mmxext", "3dnow", "3dnowext",
	"xsave",      "xsaveopt", "avx",	 NULL,
};

static const struct cpupolicy_mode modes[] =
	CPUPOLICY__HYPERV_MODES(intel, CPUPOLICY_VENDOR_INTEL);

/*
 * Masking MSRs, "Virtualization Technology FlexMigration Application Note"
 * (Intel document 323850), as Xen uses them: arch/x86/cpu/intel.c,
 * probe_masking_msrs(). The low half is ECX, the high one EDX: not as AMD's.
 * The kinds of CPU after Sandy Bridge have CPUID faulting instead.
 */
#define FEATURES(index)                                                        \
	{                                                                      \
		index, 1, 0, CPUPOLICY_ECX, CPUPOLICY_EDX                      \
	}
#define EXTENDED_FEATURES(index)                                               \
	{                                                                      \
		index, 0x80000001u, 0, CPUPOLICY_ECX, CPUPOLICY_EDX            \
	}
#define XSAVE_FEATURES(index)                                                  \
	{                                                                      \
		index, 0xd, 1, CPUPOLICY_EAX, CPUPOLICY_LEVELLING_NO_REGISTER  \
	}

static const struct cpupolicy__levelling penryn = {
	.kind = CPUPOLICY_LEVELLING_MASK,
	.nr = 1,
	.msr = { FEATURES(0x478) },
};
static const struct cpupolicy__levelling nehalem = {
	.kind = CPUPOLICY_LEVELLING_MASK,
	.nr = 2,
	.msr = { FEATURES(0x130), EXTENDED_FEATURES(0x131) },
};
static const struct cpupolicy__levelling sandy_bridge = {
	.kind = CPUPOLICY_LEVELLING_MASK,
	.nr = 3,
	.msr = { FEATURES(0x132), EXTENDED_FEATURES(0x133),
		 XSAVE_FEATURES(0x134) },
};

/* First steppings: set_cpuidmask() of the same file before Xen 4.7. */
static const struct {
	uint8_t model, stepping;
	const struct cpupolicy__levelling *means;
} levelled[] = {
	{ 0x17, 4, &penryn },	    { 0x1d, 0, &penryn },
	{ 0x1a, 3, &nehalem },	    { 0x1e, 0, &nehalem },
	{ 0x1f, 0, &nehalem },	    { 0x25, 0, &nehalem },
	{ 0x2c, 0, &nehalem },	    { 0x2e, 0, &nehalem },
	{ 0x2f, 0, &nehalem },	    { 0x2a, 0, &sandy_bridge },
	{ 0x2d, 0, &sandy_bridge },
};

static const struct cpupolicy__levelling *levelling(uint32_t signature)
{
	struct cpupolicy_signature cpu = cpupolicy_signature_decode(signature);

	for (uint32_t i = 0; i < sizeof(levelled) / sizeof(levelled[0]); i++)
		if (cpu.family == 6 && cpu.model == levelled[i].model &&
		    cpu.stepping >= levelled[i].stepping)
			return levelled[i].means;
	return NULL;
}

/* MISC_FEATURES_ENABLES[0]. */
static const struct cpupolicy__faulting faulting = {
	.field = CPUPOLICY__FIELD_cpuid_fault,
	.msr = 0x140,
	.bit = 0,
};

const struct cpupolicy__vendor cpupolicy__intel = {
	.id = CPUPOLICY_VENDOR_INTEL,
	.strings = strings,
	.syscall_is_lm = true,
	.repeats = true,
	.levelling = levelling,
	.faulting = &faulting,
	.modes = modes,
	.nr_modes = sizeof(modes) / sizeof(modes[0]),
};
