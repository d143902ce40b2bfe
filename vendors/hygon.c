// SPDX-License-Identifier: MIT
/*
 * hygon.c - what is particular to Hygon's CPUs, which descend from AMD's Zen.
 */
#include "../src/core/internal.h"

static const char *const strings[] = { "HygonGenuine", NULL };

/*
 * Hyper-V's lists of 2009 name AMD and Intel only. Hygon's CPUs are AMD's Zen
 * under another name, so AMD's list is theirs.
 */
static const struct cpupolicy_mode modes[] =
	CPUPOLICY__HYPERV_MODES(amd, CPUPOLICY_VENDOR_HYGON);

/* Xen levels them with the code for AMD: arch/x86/cpu/hygon.c. */
const struct cpupolicy__vendor cpupolicy__hygon = {
	.id = CPUPOLICY_VENDOR_HYGON,
	.strings = strings,
	.mirrors = true,
	.levelling = cpupolicy__amd_levelling,
	.faulting = &cpupolicy__amd_faulting,
	.modes = modes,
	.nr_modes = sizeof(modes) / sizeof(modes[0]),
};
