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

const struct cpupolicy__vendor cpupolicy__amd = {
	.id = CPUPOLICY_VENDOR_AMD,
	.strings = strings,
	.mirrors = true,
	.modes = modes,
	.nr_modes = sizeof(modes) / sizeof(modes[0]),
};
