// SPDX-License-Identifier: MIT
/*
 * hygon.c - what is particular to Hygon's CPUs, which descend from AMD's Zen.
 *
 * Hyper-V's modes of 2009 know no such maker: there are none here.
 */
#include "../src/core/internal.h"

static const char *const strings[] = { "HygonGenuine", NULL };

const struct cpupolicy__vendor cpupolicy__hygon = {
	.id = CPUPOLICY_VENDOR_HYGON,
	.strings = strings,
	.mirrors = true,
};
