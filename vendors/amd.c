// SPDX-License-Identifier: MIT
/*
 * amd.c - what is particular to AMD's CPUs.
 */
#include "../src/core/internal.h"

static const char *const strings[] = { "AuthenticAMD", NULL };

/*
 * Hyper-V of Windows Server 2008 R2, "processor compatibility mode": the list
 * as it was published for AMD hosts. Its SSE5 is the bit that shipped as XOP.
 */
const char *const cpupolicy__amd_r2[] = {
	"ssse3", "sse4_1",	"sse4a", "xop",	     "popcnt",
	"abm",	 "misalignsse", "3dnow", "3dnowext", NULL,
};

/*
 * The later Hypervisor Top-Level Functional Specification lists what is left
 * of its processor-feature bank, {SSE3, LAHF, CX16, AltMovCr8, MmxExt} =
 * 0x1303, and of its XSAVE word, nothing. This is the rest of both.
 */
const char *const cpupolicy__amd_tlfs2[] = {
	"ssse3",  "sse4_1",   "sse4_2",	     "sse4a", "xop",
	"popcnt", "abm",      "misalignsse", "3dnow", "3dnowext",
	"xsave",  "xsaveopt", "avx",	     NULL,
};

static const struct cpupolicy_mode modes[] =
	CPUPOLICY__HYPERV_MODES(amd, CPUPOLICY_VENDOR_AMD);

/*
 * Override MSRs, "AMD-V Extended Migration" (AMD publication 43781), as Xen
 * uses them: arch/x86/cpu/amd.c, probe_masking_msrs() and amd_init_levelling().
 * The low half of the first two is EDX, the high one ECX. Leaf 7's and leaf 6's
 * came with those leaves.
 */
#define FEATURES                                                               \
	{                                                                      \
		0xc0011004u, 1, 0, CPUPOLICY_EDX, CPUPOLICY_ECX                \
	}
#define EXTENDED_FEATURES                                                      \
	{                                                                      \
		0xc0011005u, 0x80000001u, 0, CPUPOLICY_EDX, CPUPOLICY_ECX      \
	}
#define STRUCTURED_FEATURES                                                    \
	{                                                                      \
		0xc0011002u, 7, 0, CPUPOLICY_EBX, CPUPOLICY_EAX                \
	}
#define THERMAL_FEATURES                                                       \
	{                                                                      \
		0xc0011003u, 6, 0, CPUPOLICY_ECX,                              \
			CPUPOLICY_LEVELLING_NO_REGISTER                        \
	}

/* Before family 10h these MSRs want a password in EDI. */
static const struct cpupolicy__levelling k8 = {
	.kind = CPUPOLICY_LEVELLING_OVERRIDE,
	.edi = 0x9c5a203au,
	.nr = 2,
	.msr = { FEATURES, EXTENDED_FEATURES },
};
static const struct cpupolicy__levelling family_15h = {
	.kind = CPUPOLICY_LEVELLING_OVERRIDE,
	.nr = 4,
	.msr = { FEATURES, EXTENDED_FEATURES, STRUCTURED_FEATURES,
		 THERMAL_FEATURES },
};
static const struct cpupolicy__levelling others = {
	.kind = CPUPOLICY_LEVELLING_OVERRIDE,
	.nr = 3,
	.msr = { FEATURES, EXTENDED_FEATURES, STRUCTURED_FEATURES },
};

/*
 * Family 0Fh up to revision D had such MSRs elsewhere (AMD publication 25759,
 * erratum 110); family 11h has none.
 */
const struct cpupolicy__levelling *cpupolicy__amd_levelling(uint32_t signature)
{
	struct cpupolicy_signature cpu = cpupolicy_signature_decode(signature);

	if (cpu.family < 0xf || cpu.family == 0x11 ||
	    (cpu.family == 0xf && cpu.model < 0x20))
		return NULL;
	if (cpu.family == 0xf)
		return &k8;
	return cpu.family == 0x15 ? &family_15h : &others;
}

/* CpuidUserDis, HWCR[35]. */
const struct cpupolicy__faulting cpupolicy__amd_faulting = {
	.field = CPUPOLICY__FIELD_gp_on_user_cpuid,
	.msr = 0xc0010015u,
	.bit = 35,
};

const struct cpupolicy__vendor cpupolicy__amd = {
	.id = CPUPOLICY_VENDOR_AMD,
	.strings = strings,
	.mirrors = true,
	.levelling = cpupolicy__amd_levelling,
	.faulting = &cpupolicy__amd_faulting,
	.modes = modes,
	.nr_modes = sizeof(modes) / sizeof(modes[0]),
};
