// SPDX-License-Identifier: MIT
/*
 * lookup.c - answer one CPUID exit.
 *
 * A leaf's cell is the same for every policy. A register of the answer is the
 * policy's word, less what no policy may have, with a word that was made for
 * this vCPU: it sets what the policy does not hold, and clears what the state
 * of the vCPU turns off. Nothing is searched, and nothing but the choice of the
 * paravirtual leaves is a branch. Indexes are masked besides, so that no fence
 * is needed where a CPU guesses.
 */
#include "lookup.h"

/* Bits of the state that a look-up reads: of CR4, and 64-bit mode at bit 0. */
#define STATE_MODE64  1u
#define STATE_OSXSAVE (1u << 18)
#define STATE_KL      (1u << 19)
#define STATE_PKE     (1u << 22)
#define STATE_OF_CR4  (STATE_OSXSAVE | STATE_KL | STATE_PKE)

/* The made words of EAX, EBX, ECX and EDX. */
#define WORDS(a, b, c, d)                                                      \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 |            \
	 (uint32_t)(d) << 24)

/* Which register is made of what, beside the policy. */
#define AT(name) [CPUPOLICY__CELL_##name]
#define ONE(name, a, b, c, d)                                                  \
	AT(name).made = WORDS(a, b, c, d), AT(name).made_on = WORDS(a, b, c, d)
/* The word of one register has a second one behind it for when @bit is 1. */
#define EITHER(name, bit, reg, a, b, c, d)                                     \
	AT(name).made = WORDS(a, b, c, d),                                     \
	AT(name).made_on = WORDS(a, b, c, d) + (1u << 8 * (reg)),              \
	AT(name).state = (bit)
#define CACHE(name, made, n) ONE(name##_##n, made + n, 0, 0, 0)
#define LEVEL(name, m, n)                                                      \
	ONE(name##_##n, MADE_##m + 3 * n, MADE_##m + 3 * n + 1,                \
	    MADE_##m + 3 * n + 2, MADE_##m##_EDX)
#define REST(name, m)                                                          \
	ONE(name##_REST, 0, 0, MADE_##m##_REST, MADE_##m##_EDX),               \
		AT(name##_REST).echo = 0xff

const struct cpupolicy__cell cpupolicy__cells[256] = {
#define SPAN(first, last)
#define CELL(name, first) AT(name).word = (first),
#define SLOT(leaf)
#include "gen/leafmap.inc"
#undef SPAN
#undef CELL
#undef SLOT
	ONE(CPU_0_0, MADE_0_EAX, 0, 0, 0),
	EITHER(CPU_1_0, STATE_OSXSAVE, CPUPOLICY_ECX, 0, MADE_1_EBX, MADE_1_ECX,
	       MADE_1_EDX),
	CACHE(CPU_4, MADE_4_EAX, 0),
	CACHE(CPU_4, MADE_4_EAX, 1),
	CACHE(CPU_4, MADE_4_EAX, 2),
	CACHE(CPU_4, MADE_4_EAX, 3),
	CACHE(CPU_4, MADE_4_EAX, 4),
	CACHE(CPU_4, MADE_4_EAX, 5),
	CACHE(CPU_4, MADE_4_EAX, 6),
	CACHE(CPU_4, MADE_4_EAX, 7),
	EITHER(CPU_7_0, STATE_PKE, CPUPOLICY_ECX, 0, 0, MADE_7_ECX, MADE_7_EDX),
	LEVEL(CPU_B, B, 0),
	LEVEL(CPU_B, B, 1),
	REST(CPU_B, B),
	ONE(CPU_D_0, 0, MADE_D0_EBX, 0, 0),
	ONE(CPU_D_1, 0, MADE_D1_EBX, 0, 0),
	ONE(CPU_15_0, MADE_15_EAX, MADE_15_EBX, MADE_15_ECX, 0),
	ONE(CPU_16_0, MADE_16_EAX, MADE_16_EAX, 0, 0),
	EITHER(CPU_19_0, STATE_KL, CPUPOLICY_EBX, 0, MADE_19_EBX, 0, 0),
	ONE(CPU_1A_0, MADE_1A_EAX, 0, 0, 0),
	LEVEL(CPU_1F, 1F, 0),
	LEVEL(CPU_1F, 1F, 1),
	LEVEL(CPU_1F, 1F, 2),
	LEVEL(CPU_1F, 1F, 3),
	REST(CPU_1F, 1F),
	EITHER(CPU_80000001_0, STATE_MODE64, CPUPOLICY_EDX, 0, 0,
	       MADE_80000001_ECX, MADE_80000001_EDX),
	ONE(CPU_80000008_0, 0, 0, MADE_80000008_ECX, 0),
	CACHE(CPU_8000001D, MADE_1D_EAX, 0),
	CACHE(CPU_8000001D, MADE_1D_EAX, 1),
	CACHE(CPU_8000001D, MADE_1D_EAX, 2),
	CACHE(CPU_8000001D, MADE_1D_EAX, 3),
	CACHE(CPU_8000001D, MADE_1D_EAX, 4),
	ONE(CPU_8000001E_0, MADE_1E_EAX, MADE_1E_EBX, MADE_1E_ECX, 0),
	LEVEL(CPU_80000026, 26, 0),
	LEVEL(CPU_80000026, 26, 1),
	LEVEL(CPU_80000026, 26, 2),
	LEVEL(CPU_80000026, 26, 3),
	REST(CPU_80000026, 26),
	ONE(KVM_40000000_0, MADE_SECTION_EAX, 0, 0, 0),
	ONE(HYPERV_40000000_0, MADE_SECTION_EAX + 1, 0, 0, 0),
	ONE(XEN_40000000_0, MADE_SECTION_EAX + 2, 0, 0, 0),
	ONE(VMWARE_40000000_0, MADE_SECTION_EAX + 3, 0, 0, 0),
	ONE(KVM_40000010_0, MADE_TSC_KHZ, MADE_APIC_KHZ, 0, 0),
	ONE(VMWARE_40000010_0, MADE_TSC_KHZ, MADE_APIC_KHZ, 0, 0),
};

_Static_assert((int)NR_MADE <= CPUPOLICY_VCPU_WORDS,
	       "a vCPU has room for every word that is made");

/* One of two numbers by a conditional move: nothing for a guest to train. */
static inline uint32_t either(bool first, uint32_t a, uint32_t b)
{
	CPUPOLICY_HIDE(a);
	CPUPOLICY_HIDE(b);
	return first ? a : b;
}

/*
 * The span of a paravirtual leaf: of the section whose base it lies above, up
 * to that section's highest leaf.
 */
static uint32_t section_span(const struct cpupolicy_vcpu *vcpu, uint32_t leaf)
{
	uint32_t place = leaf % 0x40000000u / 0x100u + 1;
	/* the lowest of four bytes that is zero; if none is, the first is as
	 * good: the leaf lies outside */
	uint32_t differ = vcpu->sections ^ place * 0x01010101u;
	uint32_t same = (differ - 0x01010101u) & ~differ & 0x80808080u;
	uint32_t s = ((same & (0u - same)) >> 7) * 0x00010203u >> 24;
	uint32_t low = leaf - vcpu->section_base[s];
	uint32_t span = cpupolicy__section_span(s, low);

	span = either(low < CPUPOLICY__SECTION_WINDOW, span,
		      CPUPOLICY__NO_SPAN);
	return either(low <= vcpu->section_last[s], span, vcpu->beyond);
}

static uint32_t span_of(const struct cpupolicy_vcpu *vcpu, uint32_t leaf)
{
	uint32_t quarter = leaf / 0x40000000u, low = leaf % 0x40000000u, span;

	if (quarter == 1)
		return section_span(vcpu, leaf);
	span = cpupolicy__spans[quarter * CPUPOLICY__WINDOW +
				low % CPUPOLICY__WINDOW];
	span = either(low < CPUPOLICY__WINDOW, span, CPUPOLICY__NO_SPAN);
	return either(leaf <= vcpu->limit[quarter], span, vcpu->beyond);
}

void cpupolicy_lookup(struct cpupolicy_registers *out,
		      const struct cpupolicy_policy *policy,
		      const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		      uint32_t subleaf)
{
	const struct cpupolicy__cell *cell =
		cpupolicy__cell(span_of(vcpu, leaf), subleaf);
	const uint32_t *row = &policy->word[cell->word];
	const uint32_t *keep = &cpupolicy__keep[cell->word];
	uint32_t state = ((uint32_t)vcpu->cr4 & STATE_OF_CR4) | vcpu->mode64;
	uint32_t made =
		either((state & cell->state) != 0, cell->made_on, cell->made);
	uint32_t echo = subleaf | ~(uint32_t)cell->echo;

	out->eax = (row[0] & keep[0]) ^ vcpu->made[made & 0xff];
	out->ebx = (row[1] & keep[1]) ^ vcpu->made[made >> 8 & 0xff];
	out->ecx = (row[2] & keep[2]) ^ (vcpu->made[made >> 16 & 0xff] & echo);
	out->edx = (row[3] & keep[3]) ^ vcpu->made[made >> 24];
}
