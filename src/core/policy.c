// SPDX-License-Identifier: MIT
/*
 * policy.c - the value: its rows and MSRs, and whose CPU it is.
 *
 * A leaf's slot is the same in every policy, so reading a row is one constant
 * map and one row: no search, and an index from a guest stays in range.
 */
#include "internal.h"

uint32_t cpupolicy__slot(uint32_t leaf, uint32_t subleaf)
{
	uint32_t quarter = leaf / 0x40000000u, low = leaf % 0x40000000u, word;

	if (low >= CPUPOLICY__WINDOW)
		return CPUPOLICY__NONE;
	low += quarter * CPUPOLICY__WINDOW;
	word = cpupolicy__cell(cpupolicy__spans[low], subleaf)->word;
	return word == CPUPOLICY__NOWHERE ? CPUPOLICY__NONE : word / 4;
}

/* Index of the first row of leaves.csv that is not below that leaf. */
static uint32_t first_row(uint32_t space, uint32_t leaf)
{
	uint32_t low = 0, high = cpupolicy__nr_leaves;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct cpupolicy__leaf *row = &cpupolicy__leaves[middle];

		if (row->space < space ||
		    (row->space == space && row->leaf < leaf))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct cpupolicy__leaf *
cpupolicy__leaf_find(uint32_t space, uint32_t leaf, uint32_t subleaf)
{
	const struct cpupolicy__leaf *found = NULL;

	for (uint32_t i = first_row(space, leaf); i < cpupolicy__nr_leaves;
	     i++) {
		const struct cpupolicy__leaf *row = &cpupolicy__leaves[i];

		if (row->space != space || row->leaf != leaf)
			break;
		if (!row->indexed || row->subleaf == subleaf)
			return row;
		/* a leaf without any slot is so in all its sub-leaves */
		if (row->slot == CPUPOLICY__NONE)
			found = row;
	}
	return found;
}

const char *cpupolicy_leaf_fate(enum cpupolicy_space space, uint32_t leaf,
				uint32_t subleaf)
{
	const struct cpupolicy__leaf *row =
		cpupolicy__leaf_find(space, leaf, subleaf);

	if (!row || (row->indexed && row->subleaf != subleaf && !row->fate))
		return "unknown";
	return cpupolicy__fates[row->fate];
}

bool cpupolicy_leaf_has_subleaves(uint32_t leaf)
{
	const struct cpupolicy__leaf *row =
		cpupolicy__leaf_find(CPUPOLICY_SPACE_CPU, leaf, 0);

	return row && row->indexed;
}

/* "KVMKVMKVM\0\0\0" and so on, as EBX, ECX, EDX have them */
uint32_t cpupolicy__section_of(const struct cpupolicy_row *row)
{
	static const struct {
		uint32_t space, ebx, ecx, edx;
	} known[] = {
		{ CPUPOLICY_SPACE_KVM, 0x4b4d564b, 0x564b4d56, 0x0000004d },
		/* "Microsoft Hv", and what Linux VMMs say instead */
		{ CPUPOLICY_SPACE_HYPERV, 0x7263694d, 0x666f736f, 0x76482074 },
		{ CPUPOLICY_SPACE_HYPERV, 0x756e694c, 0x564b2078, 0x7648204d },
		{ CPUPOLICY_SPACE_XEN, 0x566e6558, 0x65584d4d, 0x4d4d566e },
		{ CPUPOLICY_SPACE_VMWARE, 0x61774d56, 0x4d566572, 0x65726177 },
	};

	for (uint32_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (row->ebx == known[i].ebx && row->ecx == known[i].ecx &&
		    row->edx == known[i].edx)
			return known[i].space;
	return 0;
}

static uint32_t section_word(const struct cpupolicy_policy *policy,
			     uint32_t leaf, uint32_t subleaf)
{
	uint32_t base = (leaf & 0xffffu) / 0x100u + 1;
	uint32_t word = CPUPOLICY__NONE;

	if (leaf % 0x100u >= CPUPOLICY__SECTION_WINDOW)
		return CPUPOLICY__NONE;
	for (uint32_t space = CPUPOLICY_SPACE_KVM; space < CPUPOLICY_NR_SPACES;
	     space++) {
		uint32_t section = cpupolicy__section(policy, space);
		uint32_t span, found;

		if (!cpupolicy__base_fits(base, section))
			continue;
		span = cpupolicy__section_span(space - CPUPOLICY_SPACE_KVM,
					       leaf);
		found = cpupolicy__cell(span, subleaf)->word;
		if (found == CPUPOLICY__NOWHERE)
			continue;
		/* one that is anywhere is there unless another one is */
		if (section == base)
			return found;
		if (word == CPUPOLICY__NONE)
			word = found;
	}
	return word;
}

uint32_t cpupolicy__row_word(const struct cpupolicy_policy *policy,
			     uint32_t leaf, uint32_t subleaf)
{
	uint32_t slot;

	if (leaf >= 0x40000000u && leaf < 0x40000000u + 0xff00u)
		return section_word(policy, leaf, subleaf);
	slot = cpupolicy__slot(leaf, subleaf);
	return slot == CPUPOLICY__NONE ? CPUPOLICY__NONE : slot * 4;
}

uint32_t cpupolicy__msr_word(uint32_t index)
{
	const struct cpupolicy__leaf *row =
		cpupolicy__leaf_find(CPUPOLICY_SPACE_MSR, index, 0);

	if (!row || row->slot == CPUPOLICY__NONE)
		return CPUPOLICY__NONE;
	return CPUPOLICY__MSR_WORD + row->slot * 2u;
}

size_t cpupolicy_policy_bytes(void)
{
	return sizeof(struct cpupolicy_policy);
}

void cpupolicy_policy_clear(struct cpupolicy_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->table = CPUPOLICY__TABLE_VERSION;
}

bool cpupolicy_policy_equal(const struct cpupolicy_policy *a,
			    const struct cpupolicy_policy *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

int cpupolicy_policy_set_row(struct cpupolicy_policy *policy,
			     const struct cpupolicy_row *row)
{
	uint32_t word, space;

	if (row->leaf >= 0x40000000u && row->leaf <= 0x4000fd00u &&
	    row->leaf % 0x100u == 0) {
		space = cpupolicy__section_of(row);
		if (!space || cpupolicy__section(policy, space))
			return CPUPOLICY_E_NO_SLOT;
		cpupolicy__set_section(policy, space,
				       (row->leaf & 0xffffu) / 0x100u + 1);
	}
	word = cpupolicy__row_word(policy, row->leaf, row->subleaf);
	if (word == CPUPOLICY__NONE)
		return CPUPOLICY_E_NO_SLOT;
	cpupolicy__stamp(policy);
	policy->word[word] = row->eax;
	policy->word[word + 1] = row->ebx;
	policy->word[word + 2] = row->ecx;
	policy->word[word + 3] = row->edx;
	return CPUPOLICY_OK;
}

static void load_row(struct cpupolicy_row *row,
		     const struct cpupolicy_policy *policy, uint32_t word)
{
	bool none = word == CPUPOLICY__NONE;

	row->eax = none ? 0 : policy->word[word];
	row->ebx = none ? 0 : policy->word[word + 1];
	row->ecx = none ? 0 : policy->word[word + 2];
	row->edx = none ? 0 : policy->word[word + 3];
}

int cpupolicy_policy_get_row(struct cpupolicy_row *row,
			     const struct cpupolicy_policy *policy)
{
	uint32_t word = cpupolicy__row_word(policy, row->leaf, row->subleaf);

	load_row(row, policy, word);
	return word == CPUPOLICY__NONE ? CPUPOLICY_E_NO_SLOT : CPUPOLICY_OK;
}

int cpupolicy_policy_set_msr(struct cpupolicy_policy *policy,
			     const struct cpupolicy_msr *msr)
{
	uint32_t word = cpupolicy__msr_word(msr->index);

	if (word == CPUPOLICY__NONE)
		return CPUPOLICY_E_NO_SLOT;
	cpupolicy__stamp(policy);
	policy->word[word] = (uint32_t)msr->value;
	policy->word[word + 1] = (uint32_t)(msr->value >> 32);
	return CPUPOLICY_OK;
}

int cpupolicy_policy_get_msr(struct cpupolicy_msr *msr,
			     const struct cpupolicy_policy *policy)
{
	uint32_t word = cpupolicy__msr_word(msr->index);

	msr->reserved = 0;
	msr->value = 0;
	if (word == CPUPOLICY__NONE)
		return CPUPOLICY_E_NO_SLOT;
	msr->value = policy->word[word] | (uint64_t)policy->word[word + 1]
						  << 32;
	return CPUPOLICY_OK;
}

int cpupolicy_policy_row_at(struct cpupolicy_row *row,
			    const struct cpupolicy_policy *policy,
			    uint32_t index)
{
	const struct cpupolicy__leaf *leaf;
	uint32_t base;

	if (index >= CPUPOLICY__NR_SLOTS)
		return 0;
	leaf = &cpupolicy__leaves[cpupolicy__slot_leaves[index]];
	row->leaf = leaf->leaf;
	row->subleaf = leaf->subleaf;
	if (leaf->space >= CPUPOLICY_SPACE_KVM) {
		base = cpupolicy__section(policy, leaf->space);
		if (base && base != CPUPOLICY__ANYWHERE)
			row->leaf += (base - 1) * 0x100u;
	}
	load_row(row, policy, index * 4);
	return 1;
}

static bool is_section(int space)
{
	return space >= CPUPOLICY_SPACE_KVM && space <= CPUPOLICY_SPACE_VMWARE;
}

uint32_t cpupolicy_policy_section(const struct cpupolicy_policy *policy,
				  int space)
{
	uint32_t base = is_section(space)
				? cpupolicy__section(policy, (uint32_t)space)
				: 0;

	if (base == CPUPOLICY__ANYWHERE)
		return CPUPOLICY_SECTION_ANYWHERE;
	return base ? 0x40000000u + (base - 1) * 0x100u : 0;
}

int cpupolicy_policy_move_section(struct cpupolicy_policy *policy, int space,
				  uint32_t base)
{
	if (!is_section(space) || (base != CPUPOLICY_SECTION_ANYWHERE &&
				   !cpupolicy_policy_section(policy, space)))
		return CPUPOLICY_E_NO_SLOT;
	if (base != CPUPOLICY_SECTION_ANYWHERE &&
	    (base < 0x40000000u || base > 0x4000fd00u || base % 0x100u))
		return CPUPOLICY_E_RANGE;
	cpupolicy__set_section(policy, (uint32_t)space,
			       base == CPUPOLICY_SECTION_ANYWHERE
				       ? CPUPOLICY__ANYWHERE
				       : (base - 0x40000000u) / 0x100u + 1);
	return CPUPOLICY_OK;
}

int cpupolicy_policy_msr_at(struct cpupolicy_msr *msr,
			    const struct cpupolicy_policy *policy,
			    uint32_t index)
{
	uint32_t seen = 0;

	for (uint32_t i = 0; i < cpupolicy__nr_leaves; i++) {
		const struct cpupolicy__leaf *leaf = &cpupolicy__leaves[i];

		if (leaf->space != CPUPOLICY_SPACE_MSR ||
		    leaf->slot == CPUPOLICY__NONE || seen++ != index)
			continue;
		msr->index = leaf->leaf;
		return cpupolicy_policy_get_msr(msr, policy) == 0;
	}
	return 0;
}

/* EBX, EDX, ECX: Intel SDM 2A, CPUID, leaf 0 */
static void vendor_string(char out[13], const struct cpupolicy_row *leaf0)
{
	const uint32_t part[3] = { leaf0->ebx, leaf0->edx, leaf0->ecx };

	for (uint32_t i = 0; i < 12; i++)
		out[i] = (char)(part[i / 4] >> (8 * (i % 4)) & 0xff);
	out[12] = '\0';
}

void cpupolicy_policy_vendor_string(char out[13],
				    const struct cpupolicy_policy *policy)
{
	struct cpupolicy_row leaf0;

	load_row(&leaf0, policy, CPUPOLICY__W_CPU_0_0_EAX);
	vendor_string(out, &leaf0);
}

/* A maker without a file in vendors/: its own string and no particulars. */
static const char *const no_strings[] = { NULL };
const struct cpupolicy__vendor cpupolicy__unknown = {
	.id = CPUPOLICY_VENDOR_UNKNOWN,
	.strings = no_strings,
};

const struct cpupolicy__vendor *
cpupolicy__vendor_named(const struct cpupolicy_row *leaf0)
{
	static const struct cpupolicy__vendor *const vendors[] = {
		&cpupolicy__intel,
		&cpupolicy__amd,
		&cpupolicy__hygon,
		&cpupolicy__zhaoxin,
	};
	char string[13];

	vendor_string(string, leaf0);
	for (uint32_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
		for (const char *const *s = vendors[i]->strings; *s; s++)
			if (memcmp(*s, string, 12) == 0)
				return vendors[i];
	return &cpupolicy__unknown;
}

const struct cpupolicy__vendor *
cpupolicy__vendor_of(const struct cpupolicy_policy *policy)
{
	struct cpupolicy_row leaf0;

	load_row(&leaf0, policy, CPUPOLICY__W_CPU_0_0_EAX);
	return cpupolicy__vendor_named(&leaf0);
}

enum cpupolicy_vendor_id
cpupolicy_policy_vendor(const struct cpupolicy_policy *policy)
{
	return cpupolicy__vendor_of(policy)->id;
}

bool cpupolicy_policy_adopt_vendor(struct cpupolicy_policy *to,
				   const struct cpupolicy_policy *from)
{
	/* the string is in the last three registers of leaf 0 */
	uint32_t *mine = &to->word[CPUPOLICY__W_CPU_0_0_EBX];
	const uint32_t *theirs = &from->word[CPUPOLICY__W_CPU_0_0_EBX];

	if (mine[0] | mine[1] | mine[2] || !(theirs[0] | theirs[1] | theirs[2]))
		return false;
	memcpy(mine, theirs, 3 * sizeof(*mine));
	return true;
}

struct cpupolicy_signature cpupolicy_signature_decode(uint32_t leaf1_eax)
{
	struct cpupolicy_signature out = {
		.family = leaf1_eax >> 8 & 0xf,
		.model = leaf1_eax >> 4 & 0xf,
		.stepping = leaf1_eax & 0xf,
	};

	if (out.family == 6 || out.family == 15)
		out.model |= (leaf1_eax >> 16 & 0xf) << 4;
	if (out.family == 15)
		out.family += leaf1_eax >> 20 & 0xff;
	return out;
}
