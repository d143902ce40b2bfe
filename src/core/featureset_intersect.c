// SPDX-License-Identifier: MIT
/*
 * featureset_intersect.c - what do all these hosts have? AND, and whether that
 * is all there is to say.
 */
#include "featureset.h"

/*
 * A value that must be equal and no longer is takes its gate with it, and what
 * needs the gate. Where the gate is off in the end nothing is left to take:
 * somebody is without it, and without what needs it.
 */
static bool gates_have_values(const struct cpupolicy_featureset *out)
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

static bool has_vmx(const struct cpupolicy_featureset *set)
{
	return (set->word[CPUPOLICY__FEATURESET_VMX_WORD] &
		CPUPOLICY__FEATURESET_VMX_MASK) != 0;
}

/* Word 0 of several. */
struct meta {
	uint32_t all, any;
	uint32_t bases, any_bases; /* of those that are NAMED */
};

static void meta_begin(struct meta *meta)
{
	meta->all = meta->bases = 0xffffffffu;
	meta->any = meta->any_bases = 0;
}

static inline void meta_add(struct meta *meta, uint32_t word)
{
	meta->all &= word;
	meta->any |= word;
	meta->bases &= word & NAMED ? word : 0xffffffffu;
	meta->any_bases |= word & NAMED ? word : 0;
}

/* Word 0 of the intersection; @differ: some two of the inputs do. */
static uint32_t meta_end(const struct meta *meta,
			 const struct cpupolicy_featureset *out, bool differ)
{
	uint32_t word = meta->all & (EXACT | VALID | SETTLED | VENDORS);

	if ((meta->all ^ meta->any) & VENDORS)
		word &= ~VALID;
	word |= meta->any & NAMED;
	if (meta->any & NAMED)
		word |= meta->bases & BASES;
	/*
	 * What is left of values without an encoding, of sections at different
	 * places, and of VMX controls, which may contradict each other: all
	 * that takes the policies to know.
	 */
	if (!(word & EXACT) ||
	    ((meta->any & NAMED) &&
	     ((meta->bases ^ meta->any_bases) & BASES)) ||
	    (differ && has_vmx(out)) || !gates_have_values(out))
		word &= ~(EXACT | SETTLED);
	return word;
}

/* AND pairs @from to @end of four, one after the other in memory. */
static inline void and_four(struct cpupolicy_featureset *restrict out,
			    const struct cpupolicy_featureset *restrict in,
			    uint32_t from, uint32_t end)
{
	for (uint32_t i = from; i < end; i++)
		out->pair[i] &= in[0].pair[i] & in[1].pair[i] & in[2].pair[i] &
				in[3].pair[i];
}

static inline void and_one(struct cpupolicy_featureset *restrict out,
			   const struct cpupolicy_featureset *restrict in,
			   uint32_t from, uint32_t end)
{
	for (uint32_t i = from; i < end; i++)
		out->pair[i] &= in->pair[i];
}

/* Who names no hypervisor says nothing of its leaves. */
static void and_sections(struct cpupolicy_featureset *restrict out,
			 const struct cpupolicy_featureset *restrict in)
{
	if (in->word[0] & NAMED)
		and_one(out, in, NR_CPU_WORDS / 2, NR_ALL_WORDS / 2);
}

static bool any_differ(const struct cpupolicy_featureset *sets, size_t nr)
{
	for (size_t i = 1; i < nr; i++)
		if (memcmp(&sets[i], &sets[0], sizeof(sets[0])))
			return true;
	return false;
}

int cpupolicy_featureset_intersect_all(struct cpupolicy_featureset *out,
				       const struct cpupolicy_featureset *sets,
				       size_t nr)
{
	struct meta meta;
	size_t i = 0;

	if (!nr)
		return CPUPOLICY_E_EMPTY;
	if (nr == 1) {
		*out = *sets;
		return CPUPOLICY_OK;
	}
	meta_begin(&meta);
	memset(out, 0, sizeof(*out));
	for (uint32_t w = 0; w < NR_ALL_WORDS; w++)
		out->word[w] = 0xffffffffu;
	for (; i + 4 <= nr; i += 4) {
		const struct cpupolicy_featureset *four = &sets[i];

		for (uint32_t k = 0; k < 4; k++) {
			fetch_ahead(four, k, nr - i);
			meta_add(&meta, four[k].word[0]);
		}
		and_four(out, four, 0, NR_CPU_WORDS / 2);
		for (uint32_t k = 0; k < 4; k++)
			and_sections(out, &four[k]);
	}
	for (; i < nr; i++) {
		meta_add(&meta, sets[i].word[0]);
		and_one(out, &sets[i], 0, NR_CPU_WORDS / 2);
		and_sections(out, &sets[i]);
	}
	if (!(meta.any & NAMED))
		for (uint32_t w = NR_CPU_WORDS; w < NR_ALL_WORDS; w++)
			out->word[w] = 0;
	out->word[0] =
		meta_end(&meta, out, has_vmx(out) && any_differ(sets, nr));
	return CPUPOLICY_OK;
}

void cpupolicy_featureset_intersect(struct cpupolicy_featureset *out,
				    const struct cpupolicy_featureset *a,
				    const struct cpupolicy_featureset *b)
{
	const struct cpupolicy_featureset *other = out == b ? a : b;
	bool differ = has_vmx(a) && has_vmx(b) && memcmp(a, b, sizeof(*a));
	struct meta meta;

	meta_begin(&meta);
	meta_add(&meta, a->word[0]);
	meta_add(&meta, b->word[0]);
	if (out != a && out != b)
		*out = *a;
	if (out != other) {
		and_one(out, other, 0, NR_CPU_WORDS / 2);
		if (meta.all & NAMED)
			and_sections(out, other);
		else if (other->word[0] & NAMED)
			memcpy(&out->word[NR_CPU_WORDS],
			       &other->word[NR_CPU_WORDS],
			       (NR_ALL_WORDS - NR_CPU_WORDS) *
				       sizeof(out->word[0]));
	}
	out->word[0] = meta_end(&meta, out, differ);
}
