// SPDX-License-Identifier: MIT
/*
 * featureset.c - the blocking order as set inclusion: the bitmap of a policy.
 */
#include "featureset.h"

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
	uint32_t events = cpupolicy__pmu_events(policy);

	memset(out, 0, sizeof(*out));
	out->word[0] = VALID | SETTLED | vendor | (policy->bases ? NAMED : 0);
	for (uint32_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]);
	     i++) {
		uint32_t value = policy->word[flag_words[i].word];

		if (flag_words[i].complement)
			value = ~value;
		if (flag_words[i].word == CPUPOLICY__W_CPU_A_0_EBX)
			value &= events;
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
