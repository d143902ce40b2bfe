/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the files of the core share; not for users.
 *
 * Every table behind these declarations is generated from tables/ and lives in
 * tables.c. Rules are nowhere else.
 */
#ifndef CPUPOLICY_INTERNAL_H
#define CPUPOLICY_INTERNAL_H

#include <cpupolicy.h>
#include "gen/layout.inc"

#define CPUPOLICY__NONE 0xffffu /* no word, no slot, no field */

/* In parentheses, because kernels have macros of these names. */
void *(memcpy)(void *to, const void *from, size_t size);
void *(memset)(void *to, int byte, size_t size);
int(memcmp)(const void *a, const void *b, size_t size);

/* One leaf or sub-leaf of leaves.csv, sorted by space, leaf, sub-leaf. */
struct cpupolicy__leaf {
	uint32_t leaf;
	uint16_t subleaf;
	uint16_t slot; /* of an MSR: its number */
	uint16_t gate; /* field index */
	uint8_t space;
	uint8_t fate;	 /* why there is no slot: index of cpupolicy__fates */
	bool indexed;	 /* ECX matters */
	bool compared;	 /* some field of it is checked */
	uint8_t vendors; /* bit per enum cpupolicy_vendor_id; 0: everybody */
};
extern const struct cpupolicy__leaf cpupolicy__leaves[];
extern const uint32_t cpupolicy__nr_leaves;
extern const char *const cpupolicy__fates[];

/*
 * Where every leaf is, the same in every policy: 64 leaves of each quarter of
 * the numbers, then 32 of each paravirtual section, have a span of cells. A
 * cell is one sub-leaf; the last of a span stands for all that are not defined.
 */
#define CPUPOLICY__WINDOW	  64u
#define CPUPOLICY__SECTION_WINDOW 32u
#define CPUPOLICY__NR_SPANS                                                    \
	(4u * CPUPOLICY__WINDOW + 4u * CPUPOLICY__SECTION_WINDOW)
/* The span of a leaf that has no cells but the one of nothing. */
#define CPUPOLICY__NO_SPAN 0u

enum cpupolicy__cell_index {
#define SPAN(first, last)
#define CELL(name, word) CPUPOLICY__CELL_##name,
#define SLOT(leaf)
#include "gen/leafmap.inc"
#undef SPAN
#undef CELL
#undef SLOT
	CPUPOLICY__NR_CELLS
};

/* First cell, and 0x100 * the sub-leaf from which on they share a cell. */
extern const uint16_t cpupolicy__spans[CPUPOLICY__NR_SPANS];

/*
 * A cell: where its row is, and which of the words that are made for a vCPU
 * belong to its registers; a byte for each, EAX's lowest.
 */
struct cpupolicy__cell {
	uint32_t made;
	uint32_t made_on; /* instead, if ... */
	uint32_t state;	  /* ... any of these bits of the state is 1 */
	uint16_t word;	  /* first of the row in a policy, or NOWHERE */
	uint8_t echo;	  /* bits of the sub-leaf that come back in ECX */
};
extern const struct cpupolicy__cell cpupolicy__cells[256];

/* The words of a row that no policy has: nothing of it is kept. */
#define CPUPOLICY__NOWHERE (uint32_t) CPUPOLICY__NR_WORDS

/* The row of leaves.csv that each slot belongs to. */
extern const uint16_t cpupolicy__slot_leaves[CPUPOLICY__NR_SLOTS];

/*
 * The cell of a sub-leaf. The remainder changes nothing, but a CPU that guesses
 * wrongly which sub-leaves there are stays within the table too: no span
 * begins above cell 192.
 */
static inline const struct cpupolicy__cell *cpupolicy__cell(uint32_t span,
							    uint32_t subleaf)
{
	uint32_t last = span / 0x100u;

	if (subleaf > last)
		subleaf = last;
	return &cpupolicy__cells[span % 0x100u + subleaf % 64u];
}

/* The span of a leaf below base + 32 of section @s, 0 being KVM's. */
static inline uint32_t cpupolicy__section_span(uint32_t s, uint32_t leaf)
{
	return cpupolicy__spans[4u * CPUPOLICY__WINDOW +
				s % 4u * CPUPOLICY__SECTION_WINDOW +
				leaf % CPUPOLICY__SECTION_WINDOW];
}

/* Where a field's value is. */
struct cpupolicy__place {
	uint16_t word; /* of the policy, or NONE */
	uint16_t gate; /* field index, or NONE */
	uint8_t shift;
	uint8_t vendors;
	uint32_t mask; /* shifted down */
};
extern const struct cpupolicy_field cpupolicy__fields[];
extern const struct cpupolicy__place cpupolicy__places[];

/*
 * What one word of a policy does. One array per column, for the loops; the row
 * behind the last is nowhere's, all zero.
 */
extern const uint32_t cpupolicy__and[CPUPOLICY__NR_WORDS + 4];
extern const uint32_t cpupolicy__or[CPUPOLICY__NR_WORDS + 4];
extern const uint32_t cpupolicy__donor[CPUPOLICY__NR_WORDS + 4];
extern const uint32_t cpupolicy__derived[CPUPOLICY__NR_WORDS + 4];
extern const uint32_t cpupolicy__keep[CPUPOLICY__NR_WORDS + 4];
extern const uint32_t cpupolicy__offer[CPUPOLICY__NR_WORDS + 4];
extern const uint32_t cpupolicy__accept[CPUPOLICY__NR_WORDS + 4];
extern const uint32_t cpupolicy__compared[CPUPOLICY__NR_WORDS + 4];
extern const uint16_t cpupolicy__first[CPUPOLICY__NR_WORDS];

/* The words that have flags to check. */
struct cpupolicy__checked {
	uint32_t word;
	uint32_t subset, superset, equal;
};
extern const struct cpupolicy__checked cpupolicy__checked[];
extern const uint32_t cpupolicy__nr_checked;

/* Numbers that level by minimum or must be the same. */
struct cpupolicy__number {
	uint16_t field, word, gate;
	uint8_t shift, level, rule;
	uint32_t mask; /* shifted down */
};
extern const struct cpupolicy__number cpupolicy__numbers[];
extern const uint32_t cpupolicy__nr_numbers;

/* Bits that fall when another field is off; prerequisites come first. */
struct cpupolicy__edge {
	uint16_t word;
	uint16_t need; /* field index */
	uint32_t mask;
	uint8_t code; /* the finding that says why */
};
extern const struct cpupolicy__edge cpupolicy__edges[];
extern const uint32_t cpupolicy__nr_edges;

struct cpupolicy__unless {
	uint16_t field, immune;
	uint16_t absent; /* a host without it is immune too; NONE: no such */
};
extern const struct cpupolicy__unless cpupolicy__unlesses[];
extern const uint32_t cpupolicy__nr_unlesses;

#define CPUPOLICY__LACKS 0x8000u /* in `when`: silicon that lacks the field */
struct cpupolicy__supply {
	bool withhold;
	uint8_t hypervisor, set, vendors;
	uint16_t field;
	uint16_t when[3];
	uint32_t value;
	uint32_t from, to; /* versions; 0xffffffff: the newest */
};
extern const struct cpupolicy__supply cpupolicy__supplies[];
extern const uint32_t cpupolicy__nr_supplies;

/* The only known value of a state component's field, by vendor. */
struct cpupolicy__layout {
	uint16_t field;
	uint8_t vendors;
	uint32_t value;
};
extern const struct cpupolicy__layout cpupolicy__layouts[];
extern const uint32_t cpupolicy__nr_layouts;

/*
 * The MSRs by which a CPU shows less than it has: each stands for two registers
 * of one leaf.
 */
struct cpupolicy__levelling_msr {
	uint32_t msr;
	uint32_t leaf;
	uint16_t subleaf;
	uint8_t low, high; /* enum cpupolicy_register, or NO_REGISTER */
};

/* What CPUs of one kind have. */
struct cpupolicy__levelling {
	uint8_t kind; /* enum cpupolicy_levelling_kind */
	uint32_t edi; /* the password; 0: none */
	uint32_t nr;
	struct cpupolicy__levelling_msr msr[CPUPOLICY_LEVELLING_WRITES];
};

/* CPUID faulting: the field that announces it, the bit that turns it on. */
struct cpupolicy__faulting {
	uint32_t field, msr, bit;
};

/* One maker of CPUs: what the tables cannot say. */
struct cpupolicy__vendor {
	enum cpupolicy_vendor_id id;
	const char *const *strings; /* leaf 0; ends in NULL */
	bool mirrors;		    /* 0x80000001.EDX repeats bits of 1.EDX, and
				     * 0x80000000 the vendor string */
	bool syscall_is_lm;	    /* SYSCALL reads 1 only in 64-bit mode */
	bool repeats; /* a leaf out of range answers as the highest basic one */
	/* registers that this CPU leaves undefined; NULL: none */
	bool (*undefined)(uint32_t signature, uint32_t leaf,
			  enum cpupolicy_register reg);
	/* the levelling MSRs of that CPU, or NULL; NULL: of none */
	const struct cpupolicy__levelling *(*levelling)(uint32_t signature);
	const struct cpupolicy__faulting *faulting; /* NULL: on none */
	const struct cpupolicy_mode *modes;
	uint32_t nr_modes;
};
extern const struct cpupolicy__vendor cpupolicy__intel, cpupolicy__amd,
	cpupolicy__hygon, cpupolicy__zhaoxin, cpupolicy__unknown;

/*
 * Hyper-V's compatibility modes: literal hide lists, closed over dependencies
 * when they are applied. Makers that descend from another use the other's.
 */
extern const char *const cpupolicy__intel_r2[], *const cpupolicy__intel_tlfs2[];
extern const char *const cpupolicy__amd_r2[], *const cpupolicy__amd_tlfs2[];

#define CPUPOLICY__HYPERV_MODES(list, maker)                                   \
	{                                                                      \
		{                                                              \
			.name = "hyperv-r2",                                   \
			.summary = "Hyper-V R2 processor compatibility mode "  \
				   "(2009)",                                   \
			.source = "Microsoft, Hyper-V R2 processor "           \
				  "compatibility mode",                        \
			.hide = cpupolicy__##list##_r2,                        \
			.clflush_cap = 8,                                      \
			.vendor = (maker),                                     \
		},                                                             \
			{                                                      \
				.name = "hyperv-tlfs2",                        \
				.summary = "Hyper-V compatibility mode as "    \
					   "specified "                        \
					   "later",                            \
				.source = "Microsoft, Hypervisor TLFS 2.0a, "  \
					  "section 5.2.11",                    \
				.hide = cpupolicy__##list##_tlfs2,             \
				.clflush_cap = 8,                              \
				.vendor = (maker),                             \
			},                                                     \
	}

/* AMD's means to level, which Hygon's CPUs have too. */
const struct cpupolicy__levelling *cpupolicy__amd_levelling(uint32_t signature);
extern const struct cpupolicy__faulting cpupolicy__amd_faulting;

const struct cpupolicy__vendor *
cpupolicy__vendor_of(const struct cpupolicy_policy *policy);
/* By the string in EBX, EDX, ECX of leaf 0. */
const struct cpupolicy__vendor *
cpupolicy__vendor_named(const struct cpupolicy_row *leaf0);

static inline bool cpupolicy__for_vendor(uint32_t vendors,
					 enum cpupolicy_vendor_id id)
{
	return vendors == 0 || (vendors >> (uint32_t)id & 1) != 0;
}

/*
 * A policy of zeros that somebody fills by hand is of today's table: taken for
 * one older than every field, it would fit everywhere.
 */
static inline void cpupolicy__stamp(struct cpupolicy_policy *policy)
{
	if (!policy->table)
		policy->table = CPUPOLICY__TABLE_VERSION;
}

static inline uint32_t cpupolicy__get(const struct cpupolicy_policy *policy,
				      uint32_t field)
{
	const struct cpupolicy__place *place = &cpupolicy__places[field];

	if (place->word == CPUPOLICY__NONE)
		return 0;
	return policy->word[place->word] >> place->shift & place->mask;
}

static inline void cpupolicy__put(struct cpupolicy_policy *policy,
				  uint32_t field, uint32_t value)
{
	const struct cpupolicy__place *place = &cpupolicy__places[field];

	if (place->word == CPUPOLICY__NONE)
		return;
	policy->word[place->word] &= ~(place->mask << place->shift);
	policy->word[place->word] |= (value & place->mask) << place->shift;
}

/* The value of a field by its name in the table. */
#define CPUPOLICY__GET(policy, name)                                           \
	cpupolicy__get((policy), CPUPOLICY__FIELD_##name)
#define CPUPOLICY__PUT(policy, name, value)                                    \
	cpupolicy__put((policy), CPUPOLICY__FIELD_##name, (value))

/* Are two strings the same? (strcmp is not ours to call.) */
bool cpupolicy__same_text(const char *a, const char *b);

/* Slot of a leaf and sub-leaf of the CPU's own leaves, or NONE. */
uint32_t cpupolicy__slot(uint32_t leaf, uint32_t subleaf);
/* First word of any row's slot, following the sections' bases; or NONE. */
uint32_t cpupolicy__row_word(const struct cpupolicy_policy *policy,
			     uint32_t leaf, uint32_t subleaf);
/* First word of an MSR, or NONE. */
uint32_t cpupolicy__msr_word(uint32_t index);
/* The row of leaves.csv, or NULL. */
const struct cpupolicy__leaf *
cpupolicy__leaf_find(uint32_t space, uint32_t leaf, uint32_t subleaf);
/* The address of bits @mask of a policy word. */
struct cpupolicy_address cpupolicy__address(uint32_t word, uint32_t mask);
/* The field of one bit of a word, or NONE. */
uint32_t cpupolicy__field_of_bit(uint32_t word, uint32_t bit,
				 enum cpupolicy_vendor_id vendor);

/*
 * A paravirtual section: 0 absent, else 1 + index of its base. What a
 * hypervisor supplies is wherever the guest's VMM wants it.
 */
#define CPUPOLICY__ANYWHERE 0xffu

static inline uint32_t cpupolicy__section(const struct cpupolicy_policy *policy,
					  uint32_t space)
{
	return policy->bases >> (8 * (space - CPUPOLICY_SPACE_KVM)) & 0xff;
}

static inline void cpupolicy__set_section(struct cpupolicy_policy *policy,
					  uint32_t space, uint32_t base)
{
	uint32_t shift = 8 * (space - CPUPOLICY_SPACE_KVM);

	policy->bases &= ~(0xffu << shift);
	policy->bases |= base << shift;
}

/* Can a section at @guest be had from a host that has it at @host? */
static inline bool cpupolicy__base_fits(uint32_t guest, uint32_t host)
{
	return guest == host || (guest && host == CPUPOLICY__ANYWHERE);
}

/* Which section has that signature (EBX, ECX, EDX); 0: none we know. */
uint32_t cpupolicy__section_of(const struct cpupolicy_row *row);

/* To whom changes are reported. */
struct cpupolicy__report {
	cpupolicy_sink *sink; /* may be NULL */
	void *arg;
	uint32_t index;
	enum cpupolicy_vendor_id vendor;
};

/*
 * Report that the bits of a word changed: one finding per named field that
 * differs, one for all bits without a name. @cause is a field index or NONE.
 */
void cpupolicy__report(const struct cpupolicy__report *report, uint32_t code,
		       uint32_t word, uint32_t before, uint32_t after,
		       uint32_t cause);

/* Clear bits of a word and report those that were set. */
void cpupolicy__clear(struct cpupolicy_policy *policy,
		      const struct cpupolicy__report *report, uint32_t code,
		      uint32_t word, uint32_t mask, uint32_t cause);

/* The highest leaf of a range with content, or @floor. */
uint32_t cpupolicy__last_leaf(const struct cpupolicy_policy *policy,
			      uint32_t space, uint32_t base, uint32_t floor);
/* What the components of XCR0 come to; 0 without XSAVE. */
uint32_t cpupolicy__xsave_size(const struct cpupolicy_policy *policy);
/* The word of VMX controls that must be 1 and may not be; or NONE. */
uint32_t cpupolicy__vmx_contradiction(const struct cpupolicy_policy *policy);
/* The bits of 0xA.EBX that say anything. */
uint32_t cpupolicy__pmu_events(const struct cpupolicy_policy *policy);

/* The parts of cpupolicy_normalize(). */
void cpupolicy__close(struct cpupolicy_policy *policy,
		      const struct cpupolicy__report *report);
void cpupolicy__derive(struct cpupolicy_policy *policy,
		       const struct cpupolicy__report *report);
void cpupolicy__normalize(struct cpupolicy_policy *policy,
			  const struct cpupolicy__report *report);

#endif
