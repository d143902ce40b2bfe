// SPDX-License-Identifier: MIT
/*
 * toggles.c - the guest changes state that CPUID shows: CR4, XCR0 and MSRs.
 *
 * Each line "state" tells what was changed, and how it is then.
 */
#include "guest.h"
#include "../boot/console.h"

static void print_leaf(uint32_t leaf, uint32_t subleaf)
{
	struct registers regs = cpuid(leaf, subleaf);

	print_row(leaf, subleaf, &regs);
}

static void print_state(const char *name, uint64_t value)
{
	put_string("@ state ");
	put_string(name);
	put_string(" ");
	put_hex(value);
	put_string("\n");
}

static void set_cr4(uint32_t bits, bool on)
{
	write_cr4(on ? read_cr4() | bits : read_cr4() & ~(uintptr_t)bits);
	print_state("cr4", read_cr4());
	print_leaf(1, 0);
	print_leaf(7, 0);
}

static void set_xcr0(uint64_t value)
{
	xsetbv(0, value);
	print_state("xcr0", value);
	print_leaf(0xd, 0);
	print_leaf(0xd, 1);
}

static void set_msr(const char *name, uint32_t msr, uint64_t value)
{
	wrmsr(msr, value);
	print_state(name, rdmsr(msr));
	print_leaf(0, 0);
	print_leaf(1, 0);
	print_leaf(5, 0);
	print_leaf(0xd, 1);
	print_leaf(0x80000001, 0);
	print_leaf(0x12345678, 0);
}

static void toggle_xsave(const struct mode *mode)
{
	struct registers d0 = cpuid(0xd, 0), d1 = cpuid(0xd, 1);

	set_cr4(CR4_OSXSAVE, true);
	print_refused(mode);
	set_xcr0(1);
	set_xcr0(3);
	if (d0.eax & 4)
		set_xcr0(7);
	set_xcr0(d0.eax | (uint64_t)d0.edx << 32);
	if ((d1.eax & 8) != 0 && (d1.ecx | d1.edx) != 0) {
		set_msr("xss", MSR_XSS, d1.ecx | (uint64_t)d1.edx << 32);
		set_msr("xss", MSR_XSS, 0);
	}
	set_xcr0(1);
	set_cr4(CR4_OSXSAVE, false);
}

void print_toggles(const struct mode *mode)
{
	const uint64_t apic_base = 0xfee00900, apic_on = 0x800;
	uint32_t last = cpuid(0, 0).eax;
	uint64_t misc;

	put_string("@ mode toggles ");
	put_string(mode->name);
	put_string("\n");
	/* Beyond the highest leaf, Intel's CPUs answer something else. */
	if (last >= 1 && (cpuid(1, 0).ecx & 0x04000000) != 0)
		toggle_xsave(mode);
	if (last >= 7 && (cpuid(7, 0).ecx & 8) != 0) {
		set_cr4(CR4_PKE, true);
		set_cr4(CR4_PKE, false);
	}
	set_msr("apic_base", MSR_APIC_BASE, apic_base & ~apic_on);
	set_msr("apic_base", MSR_APIC_BASE, apic_base);
	misc = rdmsr(MSR_MISC_ENABLE);
	set_msr("misc_enable", MSR_MISC_ENABLE, misc ^ MISC_ENABLE_MONITOR);
	set_msr("misc_enable", MSR_MISC_ENABLE, misc | MISC_ENABLE_LIMIT);
	set_msr("misc_enable", MSR_MISC_ENABLE, misc);
}
