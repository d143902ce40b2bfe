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

const struct cpupolicy__vendor cpupolicy__intel = {
	.id = CPUPOLICY_VENDOR_INTEL,
	.strings = strings,
	.syscall_is_lm = true,
	.repeats = true,
	.modes = modes,
	.nr_modes = sizeof(modes) / sizeof(modes[0]),
};
