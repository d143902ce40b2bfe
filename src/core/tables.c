// SPDX-License-Identifier: MIT
/*
 * tables.c - the generated tables, each in the shape its users want.
 *
 * What is in gen/ are lists of macro calls; this file says what each becomes.
 */
#include "internal.h"

const char *const cpupolicy__fates[] = {
	"slot",	   "vcpu", "runtime", "clock",
	"private", "host", "limit",   "unknown",
};

const struct cpupolicy__leaf cpupolicy__leaves[] = {
#define LEAF(space, leaf, subleaf, slot, fate, indexed, compared, vendors,     \
	     gate)                                                             \
	{ leaf, subleaf, slot, gate, space, fate, indexed, compared, vendors },
#include "gen/leaves.inc"
#undef LEAF
};
const uint32_t cpupolicy__nr_leaves =
	sizeof(cpupolicy__leaves) / sizeof(cpupolicy__leaves[0]);

const uint16_t cpupolicy__spans[] = {
#define SPAN(first, last) (first) | (last) << 8,
#define CELL(name, word)
#define SLOT(leaf)
#include "gen/leafmap.inc"
#undef SPAN
#undef CELL
#undef SLOT
};

const uint16_t cpupolicy__slot_leaves[CPUPOLICY__NR_SLOTS] = {
#define SPAN(first, last)
#define CELL(name, word)
#define SLOT(leaf) leaf,
#include "gen/leafmap.inc"
#undef SPAN
#undef CELL
#undef SLOT
};

const struct cpupolicy_field cpupolicy__fields[] = {
#define FIELD(name, space, leaf, subleaf, reg, high, low, level, rule, grade,  \
	      expose, since, vendors, word, gate, needs, gate_name, group,     \
	      unless, effect, aliases, vendor_names, source, summary)          \
	{ name,                                                                \
	  needs,                                                               \
	  gate_name,                                                           \
	  group,                                                               \
	  unless,                                                              \
	  effect,                                                              \
	  aliases,                                                             \
	  vendor_names,                                                        \
	  source,                                                              \
	  summary,                                                             \
	  { leaf, subleaf, space, reg, high, low },                            \
	  since,                                                               \
	  level,                                                               \
	  rule,                                                                \
	  grade,                                                               \
	  expose },
#include "gen/fields.inc"
#undef FIELD
};

const struct cpupolicy__place cpupolicy__places[] = {
#define FIELD(name, space, leaf, subleaf, reg, high, low, level, rule, grade,  \
	      expose, since, vendors, word, gate, needs, gate_name, group,     \
	      unless, effect, aliases, vendor_names, source, summary)          \
	{ word, gate, low, vendors,                                            \
	  (uint32_t)(0xffffffffull >> (31 - (high) + (low))) },
#include "gen/fields.inc"
#undef FIELD
};

#define WORDS(name, ...)                                                       \
	const uint32_t cpupolicy__##name[CPUPOLICY__NR_WORDS + 4] = {          \
		__VA_ARGS__                                                    \
	};
#define FIRST(...)                                                             \
	const uint16_t cpupolicy__first[CPUPOLICY__NR_WORDS] = { __VA_ARGS__ };
#include "gen/words.inc"
#undef WORDS
#undef FIRST

const struct cpupolicy__checked cpupolicy__checked[] = {
#define CHECKED(word, subset, superset, equal)                                 \
	{ word, subset, superset, equal },
#include "gen/checked.inc"
#undef CHECKED
};
const uint32_t cpupolicy__nr_checked =
	sizeof(cpupolicy__checked) / sizeof(cpupolicy__checked[0]);

const struct cpupolicy__number cpupolicy__numbers[] = {
#define NUMBER(field, word, shift, mask, level, rule, gate)                    \
	{ field, word, gate, shift, level, rule, mask },
#include "gen/numbers.inc"
#undef NUMBER
};
const uint32_t cpupolicy__nr_numbers =
	sizeof(cpupolicy__numbers) / sizeof(cpupolicy__numbers[0]);

const struct cpupolicy__edge cpupolicy__edges[] = {
#define EDGE(word, mask, need, kind)                                           \
	{ word, need, mask, CPUPOLICY_F_DROPPED_##kind },
#include "gen/edges.inc"
#undef EDGE
};
const uint32_t cpupolicy__nr_edges =
	sizeof(cpupolicy__edges) / sizeof(cpupolicy__edges[0]);

const struct cpupolicy__unless cpupolicy__unlesses[] = {
#define UNLESS(field, immune, absent) { field, immune, absent },
#include "gen/unless.inc"
#undef UNLESS
};
const uint32_t cpupolicy__nr_unlesses =
	sizeof(cpupolicy__unlesses) / sizeof(cpupolicy__unlesses[0]);

const struct cpupolicy__supply cpupolicy__supplies[] = {
#define SUPPLY(hypervisor, set, field, value, vendors, a, b, c, from, to)      \
	{                                                                      \
		false,	     hypervisor, set,  vendors, field,                 \
		{ a, b, c }, value,	 from, to                              \
	},
#define WITHHOLD(hypervisor, set, field, value, vendors, a, b, c, from, to)    \
	{ true, hypervisor, set, vendors, field, { a, b, c }, value, from, to },
#include "gen/hypervisors.inc"
#undef SUPPLY
#undef WITHHOLD
};
const uint32_t cpupolicy__nr_supplies =
	sizeof(cpupolicy__supplies) / sizeof(cpupolicy__supplies[0]);

const struct cpupolicy__layout cpupolicy__layouts[] = {
#define LAYOUT(field, vendors, value) { field, vendors, value },
#include "gen/layouts.inc"
#undef LAYOUT
};
const uint32_t cpupolicy__nr_layouts =
	sizeof(cpupolicy__layouts) / sizeof(cpupolicy__layouts[0]);

_Static_assert(CPUPOLICY__NR_WORDS + 4 <= CPUPOLICY_POLICY_WORDS,
	       "a policy has room for every word of the table");
_Static_assert(CPUPOLICY__NR_CELLS <= 192,
	       "every span has 64 cells, some of them others'");
_Static_assert(sizeof(cpupolicy__spans) / sizeof(cpupolicy__spans[0]) ==
		       CPUPOLICY__NR_SPANS,
	       "every leaf of the windows has a span");
_Static_assert(sizeof(struct cpupolicy_policy) <= 6144,
	       "a policy is 6 KiB at the very most");
_Static_assert(sizeof(cpupolicy__fields) / sizeof(cpupolicy__fields[0]) ==
		       CPUPOLICY__NR_FIELDS,
	       "every field is there");
