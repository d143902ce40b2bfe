// SPDX-License-Identifier: MIT
/*
 * random_vcpu.c - virtual CPUs and questions from a seed.
 */
#include "random_vcpu.h"

#include "support.h"

uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(0x2545f4914f6cdd1d);
}

uint32_t random_topology(struct cpupolicy_topology *out, uint32_t most,
			 uint64_t *seed)
{
	uint32_t *counts[] = { &out->threads, &out->cores, &out->modules,
			       &out->dies, &out->packages };
	uint32_t total = 1;

	for (size_t i = 0; i < COUNT(counts); i++) {
		uint32_t room = most / total, n;

		/* mostly small: each level gets its chance */
		n = (uint32_t)(draw(seed) % (draw(seed) % 4 ? 5 : room + 1));
		if (n > room)
			n = room;
		*counts[i] = n;
		total *= n ? n : 1;
	}
	return total;
}

static bool coin(uint64_t *seed)
{
	return draw(seed) % 2 == 0;
}

void random_vcpu(struct cpupolicy_vcpu *out, uint64_t *seed)
{
	static const uint32_t khz[] = { 0,	 1,	  25000,   100000,
					1000000, 2000000, 2500000, 2596123,
					3000000, 4294967, 4294968, 0xffffffff };
	uint32_t total, id = 0;

	cpupolicy_vcpu_init(out);
	total = random_topology(&out->topology, 1024, seed);
	cpupolicy_topology_apic_id(&id, &out->topology,
				   (uint32_t)(draw(seed) % total));
	out->apic_id = draw(seed) % 8 ? id : (uint32_t)draw(seed);
	out->cr4 = draw(seed);
	out->mode64 = coin(seed);
	out->hypervisor = coin(seed);
	out->hybrid = coin(seed);
	out->core_type = (uint8_t)draw(seed);
	out->native_model = (uint32_t)draw(seed);
	out->xcr0 = draw(seed);
	out->xss = draw(seed);
	out->apic_base = draw(seed);
	out->misc_enable = draw(seed);
	if (draw(seed) % 8)
		out->misc_enable &= ~(1u << 22);
	out->tsc_khz = khz[draw(seed) % COUNT(khz)];
	out->apic_khz = khz[draw(seed) % COUNT(khz)];
}

uint32_t random_leaf(uint64_t *seed)
{
	static const uint32_t bases[] = { 0,	      0x40000000, 0x40000100,
					  0x4000fe00, 0x4000ff00, 0x80000000,
					  0xc0000000, 0x80860000, 0x7fffffc0 };

	switch (draw(seed) % 8) {
	case 0:
		return (uint32_t)draw(seed);
	case 1: /* about the ends of the tables */
		return bases[draw(seed) % COUNT(bases)] + 0x1c +
		       (uint32_t)(draw(seed) % 0x28);
	case 2:
		return 0u - (uint32_t)(draw(seed) % 4);
	default:
		return bases[draw(seed) % COUNT(bases)] +
		       (uint32_t)(draw(seed) % 0x2c);
	}
}

uint32_t random_subleaf(uint64_t *seed)
{
	switch (draw(seed) % 8) {
	case 0:
		return (uint32_t)draw(seed);
	case 1:
		return 0u - (uint32_t)(draw(seed) % 4);
	case 2:
		return (uint32_t)(draw(seed) % 300);
	default:
		return (uint32_t)(draw(seed) % 70);
	}
}
