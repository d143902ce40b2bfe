// SPDX-License-Identifier: MIT
/*
 * derive.c - fields that are functions of the other fields.
 *
 * They are computed when a policy is made and then stored: what a guest was
 * told stays, so decode, check and look-up never come here.
 */
#include "internal.h"

/* Is there anything in this slot that was not itself derived? */
static bool has_content(const struct cpupolicy_policy *policy, uint32_t word)
{
	uint32_t bits = 0;

	for (uint32_t reg = 0; reg < 4; reg++)
		bits |= policy->word[word + reg] &
			~cpupolicy__derived[word + reg];
	return bits != 0;
}

/* The highest sub-leaf of a leaf that says something; 0 if none does. */
static uint32_t last_subleaf(const struct cpupolicy_policy *policy,
			     uint32_t leaf, uint32_t most)
{
	while (most > 0 &&
	       !has_content(policy, cpupolicy__slot(leaf, most) * 4))
		most--;
	return most;
}

/*
 * The highest leaf of a range with content, or @floor. Leaf numbers are not
 * features: this is the smallest number that lets a guest reach everything.
 */
uint32_t cpupolicy__last_leaf(const struct cpupolicy_policy *policy,
			      uint32_t space, uint32_t base, uint32_t floor)
{
	uint32_t last = floor;

	for (uint32_t i = 0; i < cpupolicy__nr_leaves; i++) {
		const struct cpupolicy__leaf *leaf = &cpupolicy__leaves[i];

		if (leaf->space != space || leaf->slot == CPUPOLICY__NONE ||
		    leaf->leaf <= last || leaf->leaf - base >= 0x10000u ||
		    leaf->leaf == 0x80000008u)
			continue;
		if (has_content(policy, leaf->slot * 4u))
			last = leaf->leaf;
	}
	return last;
}

static uint32_t max_basic(const struct cpupolicy_policy *policy)
{
	uint32_t floor = 0;

	/* Leaves that look-up makes, and so are never stored content. */
	if (CPUPOLICY__GET(policy, x2apic))
		floor = 0xb;
	if (CPUPOLICY__GET(policy, xsave))
		floor = 0xd;
	return cpupolicy__last_leaf(policy, CPUPOLICY_SPACE_CPU, 0, floor);
}

/*
 * Physical address bits of a CPU without leaf 0x80000008: 36 with PAE (or long
 * mode, which implies it), else 32 (Intel SDM 3A, 4.1.4).
 */
static uint32_t implied_phys_bits(const struct cpupolicy_policy *policy)
{
	return CPUPOLICY__GET(policy, pae) || CPUPOLICY__GET(policy, lm) ? 36
									 : 32;
}

static uint32_t max_extended(const struct cpupolicy_policy *policy)
{
	uint32_t word = CPUPOLICY__W_CPU_80000008_0_EAX, floor = 0;

	/* The width needs its leaf only where software would guess wrong. */
	if (CPUPOLICY__GET(policy, lm) || policy->word[word + 1] ||
	    policy->word[word + 3] ||
	    CPUPOLICY__GET(policy, phys_bits) != implied_phys_bits(policy))
		floor = 0x80000008u;
	if (CPUPOLICY__GET(policy, svm))
		floor = 0x8000000au;
	if (CPUPOLICY__GET(policy, topoext))
		floor = 0x8000001eu;
	return cpupolicy__last_leaf(policy, CPUPOLICY_SPACE_CPU, 0x80000000u,
				    floor);
}

/*
 * The size of the standard-format save area for all user components: the
 * largest offset + size (Intel SDM 1, 13.4.3). The legacy area and header take
 * the first 576 bytes.
 */
uint32_t cpupolicy__xsave_size(const struct cpupolicy_policy *policy)
{
	const uint32_t mask[2] = {
		policy->word[CPUPOLICY__W_CPU_D_0_EAX],
		policy->word[CPUPOLICY__W_CPU_D_0_EDX],
	};
	uint32_t size = 576;

	if (!CPUPOLICY__GET(policy, xsave))
		return 0;
	for (uint32_t n = 2; n < 63; n++) {
		uint32_t slot = cpupolicy__slot(0xd, n), end;

		if (!(mask[n / 32u] >> n % 32u & 1) || slot == CPUPOLICY__NONE)
			continue;
		end = policy->word[slot * 4] + policy->word[slot * 4 + 1];
		if (end > size)
			size = end;
	}
	return size;
}

struct derivation {
	struct cpupolicy_policy *policy;
	const struct cpupolicy__report *report;
};

/* Store a derived field; a change of what was recorded is reported. */
static void set_field(const struct derivation *d, uint32_t field,
		      uint32_t value)
{
	uint32_t word = cpupolicy__places[field].word, before;

	if (word == CPUPOLICY__NONE)
		return;
	before = d->policy->word[word];
	cpupolicy__put(d->policy, field, value);
	cpupolicy__report(d->report, CPUPOLICY_F_DERIVED, word, before,
			  d->policy->word[word], CPUPOLICY__NONE);
}

#define SET(name, value) set_field(&d, CPUPOLICY__FIELD_##name, (value))

/* 0x80000001.EDX and the second vendor string (AMD APM 3, E.4.1, E.4.2). */
static void derive_mirrors(struct derivation d,
			   const struct cpupolicy__vendor *vendor)
{
	uint32_t word = CPUPOLICY__W_CPU_80000001_0_EDX;
	uint32_t mask = cpupolicy__derived[word];
	uint32_t before = d.policy->word[word], after = before & ~mask;
	bool reachable = CPUPOLICY__GET(d.policy, max_ext) >= 0x80000001u;

	if (vendor->mirrors && reachable)
		after |= d.policy->word[CPUPOLICY__W_CPU_1_0_EDX] & mask;
	if (vendor->syscall_is_lm) {
		uint32_t syscall =
			1u << cpupolicy__places[CPUPOLICY__FIELD_syscall].shift;

		after &= ~syscall;
		if (CPUPOLICY__GET(d.policy, lm))
			after |= syscall;
	}
	d.policy->word[word] = after;
	cpupolicy__report(d.report, CPUPOLICY_F_DERIVED, word, before, after,
			  CPUPOLICY__NONE);
	reachable = reachable && vendor->mirrors;
	SET(ext_vendor_0,
	    reachable ? d.policy->word[CPUPOLICY__W_CPU_0_0_EBX] : 0);
	SET(ext_vendor_2,
	    reachable ? d.policy->word[CPUPOLICY__W_CPU_0_0_ECX] : 0);
	SET(ext_vendor_1,
	    reachable ? d.policy->word[CPUPOLICY__W_CPU_0_0_EDX] : 0);
}

static void derive_widths(struct derivation d)
{
	uint32_t linear = 32;

	if (CPUPOLICY__GET(d.policy, lm))
		linear = CPUPOLICY__GET(d.policy, la57) ? 57 : 48;
	if (CPUPOLICY__GET(d.policy, max_ext) < 0x80000008u)
		linear = 0;
	SET(linear_bits, linear);
	SET(guest_phys_bits, 0);
}

static void derive_sections(struct derivation d)
{
	static const uint16_t fields[] = {
		CPUPOLICY__FIELD_kvm_max,
		CPUPOLICY__FIELD_hv_max,
		CPUPOLICY__FIELD_xen_max,
		CPUPOLICY__FIELD_vmware_max,
	};

	for (uint32_t space = CPUPOLICY_SPACE_KVM; space < CPUPOLICY_NR_SPACES;
	     space++) {
		uint32_t base = cpupolicy__section(d.policy, space), last = 0;

		if (base) {
			last = cpupolicy__last_leaf(d.policy, space,
						    0x40000000u, 0x40000000u);
			if (base != CPUPOLICY__ANYWHERE)
				last += (base - 1) * 0x100u;
		}
		set_field(&d, fields[space - CPUPOLICY_SPACE_KVM], last);
	}
}

/*
 * Xen's MSRs are where Hyper-V's are not: they move with its leaves, which
 * stand behind Hyper-V's where a guest is shown both (Xen
 * public/arch-x86/cpuid.h).
 */
static void derive_xen_msrs(struct derivation d)
{
	uint32_t base = cpupolicy__section(d.policy, CPUPOLICY_SPACE_XEN);
	bool behind = base > 1;

	if (base == CPUPOLICY__ANYWHERE)
		behind = cpupolicy__section(d.policy, CPUPOLICY_SPACE_HYPERV) !=
			 0;
	SET(xen_msr_base, !base ? 0 : behind ? 0x40000200u : 0x40000000u);
}

void cpupolicy__derive(struct cpupolicy_policy *policy,
		       const struct cpupolicy__report *report)
{
	struct derivation d = { .policy = policy, .report = report };
	const struct cpupolicy__vendor *vendor = cpupolicy__vendor_of(policy);
	uint32_t last;

	if (!CPUPOLICY__GET(policy, phys_bits))
		SET(phys_bits, implied_phys_bits(policy));
	SET(max_subleaf_7, last_subleaf(policy, 0x7, 2));
	SET(max_subleaf_14, last_subleaf(policy, 0x14, 1));
	SET(max_subleaf_1e, last_subleaf(policy, 0x1e, 1));
	SET(max_subleaf_24, last_subleaf(policy, 0x24, 1));
	SET(max_subleaf_29, 0);
	SET(xen_pv_max_subleaf, 0);
	SET(xsave_size_max, cpupolicy__xsave_size(policy));
	SET(max_basic, max_basic(policy));
	SET(max_ext, max_extended(policy));
	last = cpupolicy__last_leaf(policy, CPUPOLICY_SPACE_CPU, 0xc0000000u,
				    0);
	SET(max_centaur, last);
	derive_mirrors(d, vendor);
	derive_widths(d);
	derive_xen_msrs(d);
	derive_sections(d);
}

void cpupolicy_derive(struct cpupolicy_policy *policy)
{
	const struct cpupolicy__report silent = { .sink = NULL };

	cpupolicy__derive(policy, &silent);
}
