// SPDX-License-Identifier: MIT
/*
 * hostset.c - from the rows of a machine to what it can honour.
 *
 * The set is built in place in the caller's policy: load every row that has a
 * slot, take away what no guest may have, add what the hypervisor supplies,
 * normalise. Every set bit that does not make it is reported with the reason.
 */
#include "hostset.h"

const struct cpupolicy_row *cpupolicy__find_row(const struct hostset *set,
						uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < set->nr_rows; i++)
		if (set->rows[i].leaf == leaf &&
		    set->rows[i].subleaf == subleaf)
			return &set->rows[i];
	return NULL;
}

uint32_t cpupolicy__register_of(const struct cpupolicy_row *row, uint32_t reg)
{
	const uint32_t all[4] = { row->eax, row->ebx, row->ecx, row->edx };

	return all[reg];
}

/* Report bits of a leaf that has no slot, or of a row that is not used. */
static CPUPOLICY_OWN_FRAME void drop_row(const struct hostset *set,
					 const struct cpupolicy_row *row,
					 uint32_t code)
{
	for (uint32_t reg = 0; reg < 4 && set->report.sink; reg++) {
		struct cpupolicy_finding finding = {
			.code = (uint16_t)code,
			.grade = CPUPOLICY_GRADE_NOTE,
			.at = { .leaf = row->leaf,
				.subleaf = (uint16_t)row->subleaf,
				.reg = (uint8_t)reg,
				.high = 31 },
			.mask = cpupolicy__register_of(row, reg),
			.guest = cpupolicy__register_of(row, reg),
		};

		if (finding.mask)
			set->report.sink(set->report.arg, &finding);
	}
}

/*
 * Where the range of a leaf ends. A range exists only if the EAX of its first
 * leaf lies inside it: what lies above is an echo of another leaf.
 */
bool cpupolicy__in_range(const struct hostset *set, uint32_t leaf)
{
	uint32_t base = leaf & 0xffff0000u;
	const struct cpupolicy_row *first;

	if (leaf >= 0x40000000u && leaf < 0x40010000u) {
		/* sections are 0x100 apart; KVM once said 0 for 0x40000001 */
		base = leaf & 0xffffff00u;
		first = cpupolicy__find_row(set, base, 0);
		return first && (leaf == base || first->eax >= leaf ||
				 (first->eax == 0 && leaf == base + 1));
	}
	first = cpupolicy__find_row(set, base, 0);
	if (!first || (first->eax & 0xffff0000u) != base)
		return false;
	return leaf == base || leaf <= first->eax;
}

static uint32_t fate_code(const struct cpupolicy_row *row)
{
	const struct cpupolicy__leaf *leaf = cpupolicy__leaf_find(
		CPUPOLICY_SPACE_CPU, row->leaf, row->subleaf);

	if (!leaf || leaf->slot != CPUPOLICY__NONE)
		return CPUPOLICY_F_DROPPED_NO_SLOT;
	switch (leaf->fate) {
	case 1: /* vcpu */
		return CPUPOLICY_F_DROPPED_VCPU;
	case 2: /* runtime */
	case 3: /* clock */
		return CPUPOLICY_F_DROPPED_RUNTIME;
	case 4: /* private */
	case 5: /* host */
		return CPUPOLICY_F_DROPPED_NEVER;
	default:
		return CPUPOLICY_F_DROPPED_NO_SLOT;
	}
}

/* Registers that this CPU leaves undefined come as zero, with a note. */
static void drop_undefined(const struct hostset *set,
			   const struct cpupolicy_row *row, uint32_t word)
{
	for (uint32_t reg = 0; reg < 4; reg++)
		if (set->vendor->undefined &&
		    set->vendor->undefined(set->signature, row->leaf,
					   (enum cpupolicy_register)reg))
			cpupolicy__clear(set->out, &set->report,
					 CPUPOLICY_F_DROPPED_UNDEFINED,
					 word + reg, 0xffffffffu,
					 CPUPOLICY__NONE);
}

static void load_row(const struct hostset *set, size_t index)
{
	const struct cpupolicy_row *row = &set->rows[index];
	uint32_t word;

	if (!cpupolicy__in_range(set, row->leaf)) {
		drop_row(set, row, CPUPOLICY_F_DROPPED_OUT_OF_RANGE);
		return;
	}
	if (row->leaf >= 0x40000000u && row->leaf < 0x40010000u &&
	    !set->options->guest) {
		/* of the hypervisor below this machine, not of its own */
		drop_row(set, row, CPUPOLICY_F_DROPPED_NEVER);
		return;
	}
	if (cpupolicy__find_row(set, row->leaf, row->subleaf) != row) {
		drop_row(set, row, CPUPOLICY_F_DROPPED_DUPLICATE);
		return;
	}
	word = cpupolicy__row_word(set->out, row->leaf, row->subleaf);
	if (word != CPUPOLICY__NONE && row->subleaf != 0 &&
	    cpupolicy__row_word(set->out, row->leaf, 0) == word) {
		/* ECX does not matter to this leaf: another copy */
		drop_row(set, row, CPUPOLICY_F_DROPPED_DUPLICATE);
		return;
	}
	if (cpupolicy_policy_set_row(set->out, row) != CPUPOLICY_OK) {
		if (set->report.sink)
			drop_row(set, row, fate_code(row));
		return;
	}
	word = cpupolicy__row_word(set->out, row->leaf, row->subleaf);
	drop_undefined(set, row, word);
}

/* Signatures first: they say where the other rows of a section belong. */
static CPUPOLICY_OWN_FRAME void load_rows(const struct hostset *set)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < set->nr_rows; i++) {
			uint32_t leaf = set->rows[i].leaf;
			bool signature = leaf >= 0x40000000u &&
					 leaf < 0x40010000u &&
					 leaf % 0x100u == 0;

			if (signature == (pass == 0))
				load_row(set, i);
		}
}

static CPUPOLICY_OWN_FRAME void drop_msr(const struct hostset *set,
					 const struct cpupolicy_msr *msr)
{
	for (uint32_t half = 0; half < 2 && set->report.sink; half++) {
		uint32_t value = (uint32_t)(msr->value >> (32 * half));
		struct cpupolicy_finding finding = {
			.code = CPUPOLICY_F_DROPPED_NO_SLOT,
			.grade = CPUPOLICY_GRADE_NOTE,
			.at = { .leaf = msr->index,
				.space = CPUPOLICY_SPACE_MSR,
				.reg = half ? CPUPOLICY_MSR_HI
					    : CPUPOLICY_MSR_LO,
				.high = 31 },
			.mask = value,
			.guest = value,
		};

		if (value)
			set->report.sink(set->report.arg, &finding);
	}
}

/* What no guest may have, or only those that already have it, goes. */
static void expose(const struct hostset *set)
{
	bool offer = set->options->set == CPUPOLICY_SET_OFFER;

	if (set->options->guest)
		return;
	for (uint32_t w = 0; w < CPUPOLICY__NR_WORDS; w++) {
		uint32_t away = cpupolicy__keep[w];
		uint32_t unnamed = cpupolicy__keep[w], never;
		uint32_t kept =
			offer ? cpupolicy__offer[w] : cpupolicy__accept[w];

		if (!(set->out->word[w] & away & ~kept))
			continue;
		for (uint32_t i = cpupolicy__first[w];
		     i < CPUPOLICY__NR_FIELDS && cpupolicy__places[i].word == w;
		     i++)
			unnamed &= ~(cpupolicy__places[i].mask
				     << cpupolicy__places[i].shift);
		never = away & ~cpupolicy__accept[w];
		cpupolicy__clear(set->out, &set->report,
				 CPUPOLICY_F_DROPPED_NEVER, w, never,
				 CPUPOLICY__NONE);
		if (!offer)
			continue;
		away &= ~cpupolicy__offer[w];
		cpupolicy__clear(set->out, &set->report,
				 CPUPOLICY_F_DROPPED_UNNAMED, w, away & unnamed,
				 CPUPOLICY__NONE);
		cpupolicy__clear(set->out, &set->report,
				 CPUPOLICY_F_DROPPED_ACCEPT_ONLY, w, away,
				 CPUPOLICY__NONE);
	}
}

/* Does layout row @i belong to the same component as @size, for this maker? */
static bool same_component(const struct hostset *set, uint32_t i,
			   const struct cpupolicy_field *size)
{
	const struct cpupolicy__layout *row = &cpupolicy__layouts[i];

	return cpupolicy__fields[row->field].at.subleaf == size->at.subleaf &&
	       cpupolicy__for_vendor(row->vendors, set->vendor->id);
}

/*
 * Some tools print the highest state component as zero. Where its maker has
 * only one layout for it, that is taken.
 */
static CPUPOLICY_OWN_FRAME void fill_components(const struct hostset *set)
{
	for (uint32_t i = 0; i < cpupolicy__nr_layouts; i++) {
		uint32_t index = cpupolicy__layouts[i].field;
		const struct cpupolicy_field *size = &cpupolicy__fields[index];

		if (size->at.reg != CPUPOLICY_EAX ||
		    !same_component(set, i, size) ||
		    cpupolicy__get(set->out, index) ||
		    !cpupolicy__get(set->out, cpupolicy__places[index].gate))
			continue;
		for (uint32_t j = 0; j < cpupolicy__nr_layouts; j++) {
			uint32_t field = cpupolicy__layouts[j].field;
			uint32_t word = cpupolicy__places[field].word;
			uint32_t before = set->out->word[word];

			if (!same_component(set, j, size))
				continue;
			cpupolicy__put(set->out, field,
				       cpupolicy__layouts[j].value);
			cpupolicy__report(&set->report, CPUPOLICY_F_FILLED,
					  word, before, set->out->word[word],
					  CPUPOLICY__NONE);
		}
	}
}

static CPUPOLICY_OWN_FRAME void build(const struct hostset *set)
{
	load_rows(set);
	for (size_t i = 0; i < set->nr_msrs; i++)
		if (cpupolicy_policy_set_msr(set->out, &set->msrs[i]) !=
		    CPUPOLICY_OK)
			drop_msr(set, &set->msrs[i]);
	fill_components(set);
	expose(set);
	cpupolicy__hypervisor_part(set);
	cpupolicy__normalize(set->out, &set->report);
	cpupolicy__report_missing(set);
}

bool cpupolicy__identify(struct hostset *set)
{
	const struct cpupolicy_row *first = cpupolicy__find_row(set, 0, 0);

	if (!first)
		return false;
	set->vendor = cpupolicy__vendor_named(first);
	set->report.vendor = set->vendor->id;
	first = cpupolicy__find_row(set, 1, 0);
	set->signature = first ? first->eax : 0;
	return true;
}

bool cpupolicy_rows_are_guest(const struct cpupolicy_row *rows, size_t nr_rows)
{
	struct hostset set = { .rows = rows, .nr_rows = nr_rows };
	const struct cpupolicy_row *row =
		cpupolicy__find_row(&set, 0x40000000u, 0);

	if (!cpupolicy__identify(&set))
		return false;
	if (row && row->ebx && row->eax >> 8 == 0x400000)
		return true;
	row = cpupolicy__find_row(&set, 1, 0);
	return row && row->ecx >> 31 &&
	       !(set.vendor->undefined &&
		 set.vendor->undefined(set.signature, 1, CPUPOLICY_ECX));
}

int cpupolicy_hostset(struct cpupolicy_policy *out,
		      const struct cpupolicy_row *rows, size_t nr_rows,
		      const struct cpupolicy_msr *msrs, size_t nr_msrs,
		      const struct cpupolicy_hostset_options *options,
		      cpupolicy_sink *sink, void *arg)
{
	static const struct cpupolicy_hostset_options defaults = {
		.set = CPUPOLICY_SET_OFFER,
	};
	struct hostset set = {
		.out = out,
		.rows = rows,
		.nr_rows = nr_rows,
		.msrs = msrs,
		.nr_msrs = nr_msrs,
		.options = options ? options : &defaults,
		.report = { .sink = sink, .arg = arg },
	};

	if (!cpupolicy__identify(&set))
		return CPUPOLICY_E_INVALID;
	cpupolicy_policy_clear(out);
	build(&set);
	return CPUPOLICY_OK;
}
