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
static const struct cpupolicy_mode modes[] = {
	{
		.name = "hyperv-r2",
		.summary = "Hyper-V R2 processor compatibility mode (2009), "
			   "AMD's list",
		.source = "Microsoft, Hyper-V R2 processor compatibility mode",
		.hide = cpupolicy__amd_r2,
		.clflush_cap = 8,
		.vendor = CPUPOLICY_VENDOR_HYGON,
	},
	{
		.name = "hyperv-tlfs2",
		.summary = "Hyper-V compatibility mode as specified later, "
			   "AMD's list",
		.source = "Microsoft, Hypervisor TLFS 2.0a, section 5.2.11",
		.hide = cpupolicy__amd_tlfs2,
		.clflush_cap = 8,
		.vendor = CPUPOLICY_VENDOR_HYGON,
	},
};

const struct cpupolicy__vendor cpupolicy__hygon = {
	.id = CPUPOLICY_VENDOR_HYGON,
	.strings = strings,
	.mirrors = true,
	.modes = modes,
	.nr_modes = sizeof(modes) / sizeof(modes[0]),
};
