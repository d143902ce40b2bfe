// SPDX-License-Identifier: MIT
/*
 * normalize.c - make a policy consistent: strip, close over dependencies,
 * derive.
 *
 * Everything here only takes away, except derive, which computes fields that
 * are functions of the rest. Closed sets stay closed under AND, which is why an
 * intersection of normalised policies needs no closure of its own.
 */
#include "internal.h"

/*
 * Bits that fall when another field is off, until none falls. A component and
 * its feature may hold each other up (AVX and XCR0.AVX); the edges are sorted
 * so that nearly always the second pass finds nothing.
 */
void cpupolicy__close(struct cpupolicy_policy *policy,
		      const struct cpupolicy__report *report)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < cpupolicy__nr_edges; i++) {
			const struct cpupolicy__edge *edge =
				&cpupolicy__edges[i];

			if (!(policy->word[edge->word] & edge->mask) ||
			    cpupolicy__get(policy, edge->need))
				continue;
			cpupolicy__clear(policy, report, edge->code, edge->word,
					 edge->mask, edge->need);
			changed = true;
		}
	}
}

/*
 * A control that must be 1 and may not be 1 (Intel SDM 3D, appendix A.3): no
 * hypervisor could be written for such a guest CPU.
 */
uint32_t cpupolicy__vmx_contradiction(const struct cpupolicy_policy *policy)
{
	static const struct {
		uint16_t must, may;
	} pairs[] = {
		{ CPUPOLICY__W_MSR_481_0_LO, CPUPOLICY__W_MSR_481_0_HI },
		{ CPUPOLICY__W_MSR_482_0_LO, CPUPOLICY__W_MSR_482_0_HI },
		{ CPUPOLICY__W_MSR_483_0_LO, CPUPOLICY__W_MSR_483_0_HI },
		{ CPUPOLICY__W_MSR_484_0_LO, CPUPOLICY__W_MSR_484_0_HI },
		{ CPUPOLICY__W_MSR_48B_0_LO, CPUPOLICY__W_MSR_48B_0_HI },
		{ CPUPOLICY__W_MSR_48D_0_LO, CPUPOLICY__W_MSR_48D_0_HI },
		{ CPUPOLICY__W_MSR_48E_0_LO, CPUPOLICY__W_MSR_48E_0_HI },
		{ CPUPOLICY__W_MSR_48F_0_LO, CPUPOLICY__W_MSR_48F_0_HI },
		{ CPUPOLICY__W_MSR_490_0_LO, CPUPOLICY__W_MSR_490_0_HI },
		/* CR0 and CR4: fixed to 1 against may be 1 */
		{ CPUPOLICY__W_MSR_486_0_LO, CPUPOLICY__W_MSR_487_0_LO },
		{ CPUPOLICY__W_MSR_486_0_HI, CPUPOLICY__W_MSR_487_0_HI },
		{ CPUPOLICY__W_MSR_488_0_LO, CPUPOLICY__W_MSR_489_0_LO },
		{ CPUPOLICY__W_MSR_488_0_HI, CPUPOLICY__W_MSR_489_0_HI },
	};

	for (uint32_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (policy->word[pairs[i].must] & ~policy->word[pairs[i].may])
			return pairs[i].must;
	return CPUPOLICY__NONE;
}

/* A component without a size cannot be saved: nobody can be promised it. */
static void drop_empty_components(struct cpupolicy_policy *policy,
				  const struct cpupolicy__report *report)
{
	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];
		const struct cpupolicy_address *at =
			&cpupolicy__fields[number->field].at;
		const struct cpupolicy__place *gate;

		if (at->space != CPUPOLICY_SPACE_CPU || at->leaf != 0xd ||
		    at->subleaf < 2 || at->reg != CPUPOLICY_EAX ||
		    policy->word[number->word])
			continue;
		gate = &cpupolicy__places[number->gate];
		cpupolicy__clear(policy, report,
				 CPUPOLICY_F_DROPPED_CONTRADICTION, gate->word,
				 gate->mask << gate->shift, number->field);
	}
}

/*
 * The events of leaf 0xA that its length covers: bits of EBX from there on say
 * nothing (Linux, kvm/vmx/pmu_intel.c intel_pmu_refresh).
 */
uint32_t cpupolicy__pmu_events(const struct cpupolicy_policy *policy)
{
	uint32_t length = CPUPOLICY__GET(policy, pmu_events_len);

	return length < 32 ? (1u << length) - 1 : 0xffffffffu;
}

void cpupolicy__normalize(struct cpupolicy_policy *policy,
			  const struct cpupolicy__report *report)
{
	const struct cpupolicy__place *vmx =
		&cpupolicy__places[CPUPOLICY__FIELD_vmx];

	for (uint32_t w = 0; w < CPUPOLICY__NR_WORDS; w++)
		if (policy->word[w] & ~cpupolicy__keep[w])
			cpupolicy__clear(policy, report,
					 CPUPOLICY_F_DROPPED_ZERO, w,
					 ~cpupolicy__keep[w], CPUPOLICY__NONE);
	drop_empty_components(policy, report);
	cpupolicy__close(policy, report);
	if (cpupolicy__vmx_contradiction(policy) != CPUPOLICY__NONE) {
		cpupolicy__clear(policy, report,
				 CPUPOLICY_F_DROPPED_CONTRADICTION, vmx->word,
				 vmx->mask << vmx->shift, CPUPOLICY__NONE);
		cpupolicy__close(policy, report);
	}
	cpupolicy__clear(policy, report, CPUPOLICY_F_DROPPED_ZERO,
			 CPUPOLICY__W_CPU_A_0_EBX,
			 ~cpupolicy__pmu_events(policy), CPUPOLICY__NONE);
	cpupolicy__derive(policy, report);
}

void cpupolicy_normalize(struct cpupolicy_policy *policy, cpupolicy_sink *sink,
			 void *arg)
{
	const struct cpupolicy__report report = {
		.sink = sink,
		.arg = arg,
		.vendor = cpupolicy_policy_vendor(policy),
	};

	cpupolicy__normalize(policy, &report);
}
