// SPDX-License-Identifier: MIT
/*
 * featureset.c - the blocking order as set inclusion.
 *
 * Word 0 says how much of the policy the rest tells:
 *	bit 0 EXACT	every value has an encoding
 *	bit 1 VALID	no value that must be equal has been lost
 *	bit 2 NAMED	paravirtual sections are there
 *	bit 3 SETTLED	no bit is more than the policy has: an intersection may
 *			have to drop what AND leaves
 *	bits 8-12	the vendor, one bit each of those we know
 *	bits 16-31	where the sections are, four bits each
 */
#include "internal.h"

#define EXACT	     1u
#define VALID	     2u
#define NAMED	     4u
#define SETTLED	     8u
#define VENDOR_SHIFT 8
#define VENDORS	     0x1f00u

static const struct {
	uint16_t to, word;
	uint32_t mask;
	bool complement; /* limitations: the guest's 0 needs the host's 0 */
	uint16_t gate;
} flag_words[] = {
#define FLAGS(to, word, mask, complement, gate)                                \
	{ to, word, mask, complement, gate },
#include "gen/flags.inc"
#undef FLAGS
};

static const struct {
	uint16_t field, bit;
	uint8_t count;
	bool unary;
} number_bits[] = {
#define NUMBER(field, bit, count, unary) { field, bit, count, unary },
#define VALUE(value)
#include "gen/unary.inc"
#undef NUMBER
#undef VALUE
};

static const uint32_t values[] = {
#define NUMBER(field, bit, count, unary)
#define VALUE(value) value,
#include "gen/unary.inc"
#undef NUMBER
#undef VALUE
};

#define NR_CPU_WORDS CPUPOLICY__FEATURESET_CPU_WORDS
#define NR_ALL_WORDS CPUPOLICY__FEATURESET_ALL_WORDS

_Static_assert(NR_ALL_WORDS <= CPUPOLICY_FEATURESET_WORDS,
	       "a featureset has room for every word of the table");

uint32_t cpupolicy_featureset_words(void)
{
	return NR_ALL_WORDS;
}

static uint32_t vendor_bit(const struct cpupolicy_policy *policy)
{
	const struct cpupolicy__vendor *vendor = cpupolicy__vendor_of(policy);
	char string[13];

	if (vendor == &cpupolicy__unknown)
		return 0;
	/* Zhaoxin sells under two strings, and strings are compared */
	cpupolicy_policy_vendor_string(string, policy);
	return 1u << (VENDOR_SHIFT + (uint32_t)vendor->id - 1 +
		      (memcmp(string, vendor->strings[0], 12) ? 1 : 0));
}

static bool is_section(uint32_t field)
{
	return cpupolicy__fields[field].at.space >= CPUPOLICY_SPACE_KVM;
}

/* Put one number's bits; false if the value has no encoding. */
static bool put_number(struct cpupolicy_featureset *out, uint32_t i,
		       const uint32_t *list, uint32_t value)
{
	bool found = number_bits[i].unary && value == 0;

	for (uint32_t v = 0; v < number_bits[i].count; v++) {
		uint32_t bit = number_bits[i].bit + v;

		if (number_bits[i].unary ? value < list[v] : value != list[v])
			continue;
		out->word[bit / 32u] |= 1u << bit % 32u;
		found = found || value == list[v];
	}
	return found;
}

static bool put_numbers(struct cpupolicy_featureset *out,
			const struct cpupolicy_policy *policy)
{
	const uint32_t *list = values;
	bool exact = true;

	for (uint32_t i = 0; i < sizeof(number_bits) / sizeof(number_bits[0]);
	     i++) {
		uint32_t field = number_bits[i].field;
		uint32_t gate = cpupolicy__places[field].gate;
		uint32_t space = cpupolicy__fields[field].at.space;
		bool on = gate == CPUPOLICY__NONE ||
			  cpupolicy__get(policy, gate) != 0;

		if (is_section(field) && !cpupolicy__section(policy, space))
			on = false;
		if (on &&
		    !put_number(out, i, list, cpupolicy__get(policy, field)))
			exact = false;
		list += number_bits[i].count;
	}
	return exact;
}

void cpupolicy_featureset_of(struct cpupolicy_featureset *out,
			     const struct cpupolicy_policy *policy)
{
	uint32_t vendor = vendor_bit(policy);

	memset(out, 0, sizeof(*out));
	out->word[0] = VALID | SETTLED | vendor | (policy->bases ? NAMED : 0);
	for (uint32_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]);
	     i++) {
		uint32_t value = policy->word[flag_words[i].word];

		if (flag_words[i].complement)
			value = ~value;
		if (flag_words[i].gate != CPUPOLICY__NONE &&
		    !cpupolicy__get(policy, flag_words[i].gate))
			value = 0;
		out->word[flag_words[i].to] |= value & flag_words[i].mask;
	}
	if (put_numbers(out, policy) && vendor)
		out->word[0] |= EXACT;
	/* section bases are compared whole; four bits of each are enough for
	 * the places hypervisors use, others are not encoded */
	for (uint32_t s = 0; s < 4; s++) {
		uint32_t base = policy->bases >> (8 * s) & 0xff;

		if (base == CPUPOLICY__ANYWHERE)
			out->word[0] |= 0xfu << (16 + 4 * s);
		else if (base > 4)
			out->word[0] &= ~EXACT;
		else if (base)
			out->word[0] |= 1u << (16 + 4 * s + base - 1);
	}
}

/* Is everything of @guest in @host, from the second pair to @end? */
static bool inside(const struct cpupolicy_featureset *guest,
		   const struct cpupolicy_featureset *host, uint32_t end)
{
	const uint64_t *g = guest->pair, *h = host->pair;
	uint64_t bits = 0;
	uint32_t i = 1;

	/* most that differ do so early; then without a branch to the end */
	for (; i < 8; i++)
		bits |= g[i] & ~h[i];
	if (bits)
		return false;
	for (; i < end; i++)
		bits |= g[i] & ~h[i];
	return bits == 0;
}

enum cpupolicy_answer
cpupolicy_is_superset(const struct cpupolicy_featureset *host,
		      const struct cpupolicy_featureset *guest)
{
	uint32_t meta = guest->word[0] & ~host->word[0];
	/* a host that names no hypervisor is not asked about sections */
	bool named = (host->word[0] & NAMED) != 0;

	if ((meta & VENDORS) || !(guest->word[0] & VALID))
		return CPUPOLICY_NO;
	if (!(guest->word[0] & SETTLED))
		return CPUPOLICY_ASK;
	if ((named && meta >> 16) || (guest->word[1] & ~host->word[1]) ||
	    !inside(guest, host, (named ? NR_ALL_WORDS : NR_CPU_WORDS) / 2))
		return CPUPOLICY_NO;
	if (!(guest->word[0] & host->word[0] & EXACT))
		return CPUPOLICY_ASK;
	return CPUPOLICY_YES;
}

/*
 * A value that must be equal and no longer is takes its gate with it, and what
 * needs the gate; and VMX controls may contradict each other. Either takes the
 * policies to know.
 */
static bool settled(const struct cpupolicy_featureset *out)
{
	static const struct {
		uint16_t word, shift, gate_word;
		uint32_t mask, gate_mask;
	} groups[] = {
#define GROUP(word, shift, mask, gate_word, gate_mask)                         \
	{ word, shift, gate_word, mask, gate_mask },
#include "gen/groups.inc"
#undef GROUP
	};

	for (uint32_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		/* a group may lie across two words; there are no larger ones */
		uint64_t pair = out->word[groups[i].word] |
				(uint64_t)out->word[groups[i].word + 1] << 32;

		if ((out->word[groups[i].gate_word] & groups[i].gate_mask) &&
		    !(pair >> groups[i].shift & groups[i].mask))
			return false;
	}
	return true;
}

/* Word 0 of the result. */
static uint32_t meta_of(uint32_t x, uint32_t y)
{
	uint32_t meta = x & y & (EXACT | VALID | SETTLED | VENDORS);
	uint32_t bases = x & y & NAMED ? x & y : x | y;

	if ((x & VENDORS) != (y & VENDORS))
		meta &= ~VALID;
	/* which sections are left takes the policies to know */
	if (x & y & NAMED && x >> 16 != y >> 16)
		meta &= ~(EXACT | SETTLED);
	return meta | ((x | y) & NAMED) | (bases & 0xffff0000u);
}

/*
 * Do the values that must be equal survive? Surely where those of one lie
 * within those of the other: then they are the result's, as they were.
 */
static bool values_survive(const struct cpupolicy_featureset *a,
			   const struct cpupolicy_featureset *b)
{
	uint32_t only_a = 0, only_b = 0;

	for (uint32_t i = CPUPOLICY__FEATURESET_SAME_WORD; i < NR_CPU_WORDS;
	     i++) {
		only_a |= a->word[i] & ~b->word[i];
		only_b |= b->word[i] & ~a->word[i];
	}
	return !only_a || !only_b;
}

void cpupolicy_featureset_intersect(struct cpupolicy_featureset *out,
				    const struct cpupolicy_featureset *a,
				    const struct cpupolicy_featureset *b)
{
	const struct cpupolicy_featureset *other = out == b ? a : b;
	uint32_t meta = meta_of(a->word[0], b->word[0]);
	/* who names no hypervisor says nothing of its leaves */
	bool merge = ((a->word[0] ^ b->word[0]) & NAMED) != 0;
	bool survive = values_survive(a, b);
	bool vmx = (a->word[CPUPOLICY__FEATURESET_VMX_WORD] &
		    b->word[CPUPOLICY__FEATURESET_VMX_WORD] &
		    CPUPOLICY__FEATURESET_VMX_MASK) != 0;

	if (vmx && memcmp(a, b, sizeof(*a)))
		meta &= ~(EXACT | SETTLED);
	if (out != a && out != b)
		*out = *a;
	for (uint32_t i = 0; i < NR_CPU_WORDS / 2; i++)
		out->pair[i] &= other->pair[i];
	for (uint32_t i = NR_CPU_WORDS / 2; i < NR_ALL_WORDS / 2; i++)
		out->pair[i] = merge ? out->pair[i] | other->pair[i]
				     : out->pair[i] & other->pair[i];
	out->word[0] = meta;
	if (!survive && !settled(out))
		out->word[0] &= ~(EXACT | SETTLED);
}
