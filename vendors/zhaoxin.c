// SPDX-License-Identifier: MIT
/*
 * zhaoxin.c - what is particular to the CPUs of Zhaoxin, VIA and Centaur.
 */
#include "../src/core/internal.h"

static const char *const strings[] = { "  Shanghai  ", "CentaurHauls", NULL };

/*
 * Hyper-V's lists of 2009 name AMD and Intel only. These CPUs follow Intel's
 * instruction set, so Intel's list is theirs.
 */
static const struct cpupolicy_mode modes[] =
	CPUPOLICY__HYPERV_MODES(intel, CPUPOLICY_VENDOR_ZHAOXIN);

/*
 * WinChips (family 5) and the first C3s (family 6 below Nehemiah, model 9)
 * leave in EBX and ECX of leaf 1, and in ECX of leaf 0x80000001, whatever was
 * in the registers before: recorded ones claim AVX and XSAVE. Only EAX and EDX
 * mean something there. Their leaf 0xC0000001 is leaf 0x80000001 again, and
 * knows nothing of PadLock.
 */
static bool undefined(uint32_t signature, uint32_t leaf,
		      enum cpupolicy_register reg)
{
	struct cpupolicy_signature cpu = cpupolicy_signature_decode(signature);

	if (cpu.family > 6 || (cpu.family == 6 && cpu.model >= 9))
		return false;
	if (leaf == 0xc0000001u)
		return true;
	if (leaf == 1)
		return reg == CPUPOLICY_EBX || reg == CPUPOLICY_ECX;
	return leaf == 0x80000001u &&
	       (reg == CPUPOLICY_EBX || reg == CPUPOLICY_ECX);
}

const struct cpupolicy__vendor cpupolicy__zhaoxin = {
	.id = CPUPOLICY_VENDOR_ZHAOXIN,
	.strings = strings,
	.syscall_is_lm = true,
	.repeats = true,
	.undefined = undefined,
	.modes = modes,
	.nr_modes = sizeof(modes) / sizeof(modes[0]),
};
