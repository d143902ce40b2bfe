/* SPDX-License-Identifier: MIT */
/*
 * clock.c - what a record says about the machine's time-stamp counter.
 */
#include "host.h"

static uint32_t khz_of(uint64_t hertz)
{
	uint64_t khz = (hertz + 500) / 1000;

	return khz > UINT32_MAX ? 0 : (uint32_t)khz;
}

/*
 * Leaf 0x15: crystal * numerator / denominator, as Linux reckons it
 * (arch/x86/kernel/tsc.c, native_calibrate_tsc).
 */
static uint32_t crystal_khz(const struct cpupolicy_core *core)
{
	const struct cpupolicy_row *first = cpupolicy_core_row(core, 0, 0);
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 0x15, 0);

	if (!first || first->eax < 0x15 || !row || !row->eax || !row->ebx ||
	    !row->ecx)
		return 0;
	return khz_of((uint64_t)row->ecx * row->ebx / row->eax);
}

/* A hypervisor tells its guests in kHz, 0x10 above the leaf of its name. */
static uint32_t told_khz(const struct cpupolicy_core *core)
{
	const struct cpupolicy_row *first, *row;

	for (uint32_t base = 0x40000000u; base < 0x40010000u; base += 0x100u) {
		first = cpupolicy_core_row(core, base, 0);
		row = cpupolicy_core_row(core, base + 0x10, 0);
		if (!first || !first->ebx)
			return 0;
		if (row && row->eax && first->eax >= base + 0x10)
			return row->eax;
	}
	return 0;
}

/* SVM's TSC ratio MSR, or the control for VMX's TSC multiplier. */
static bool scales(const struct cpupolicy_core *core)
{
	for (size_t i = 0; i < core->nr_msrs; i++)
		if (core->msrs[i].index == 0x48b)
			return core->msrs[i].value >> 57 & 1;
	return cpupolicy__core_has(core, "tsc_scale");
}

void cpupolicy_record_clock(struct cpupolicy_clock *out,
			    const struct cpupolicy_record *record)
{
	*out = (struct cpupolicy_clock){ 0 };
	if (!record->nr_cores)
		return;
	out->tsc_khz = told_khz(&record->cores[0]);
	if (!out->tsc_khz)
		out->tsc_khz = crystal_khz(&record->cores[0]);
	out->scales = true;
	for (size_t i = 0; i < record->nr_cores; i++)
		out->scales &= scales(&record->cores[i]);
}
