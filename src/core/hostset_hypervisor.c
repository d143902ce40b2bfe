// SPDX-License-Identifier: MIT
/*
 * hostset_hypervisor.c - what the hypervisor of a machine adds to a host set,
 * and what it keeps from guests.
 */
#include "hostset.h"

static bool applies(const struct hostset *set,
		    const struct cpupolicy__supply *supply)
{
	uint32_t space = cpupolicy__fields[supply->field].at.space;

	uint32_t version = set->options->version;

	if (!version)
		version = 0xffffffffu; /* the newest */
	if (supply->hypervisor != (uint8_t)set->options->hypervisor ||
	    version < supply->from || version > supply->to ||
	    !cpupolicy__for_vendor(supply->vendors, set->vendor->id))
		return false;
	/* sections belong to the set only if the hypervisor was named */
	return space < CPUPOLICY_SPACE_KVM || set->options->named;
}

/* A field as it was recorded, before anything was taken away. */
uint32_t cpupolicy__recorded(const struct hostset *set, uint32_t index)
{
	const struct cpupolicy__place *place = &cpupolicy__places[index];
	const struct cpupolicy_address *at = &cpupolicy__fields[index].at;
	const struct cpupolicy_row *row;

	if (at->space == CPUPOLICY_SPACE_MSR) {
		for (size_t i = 0; i < set->nr_msrs; i++)
			if (set->msrs[i].index == at->leaf)
				return (uint32_t)(set->msrs[i].value >>
						  (at->reg ? 32 : 0)) >>
					       place->shift &
				       place->mask;
		return 0;
	}
	row = cpupolicy__find_row(set, at->leaf, at->subleaf);
	if (!row || !cpupolicy__in_range(set, at->leaf))
		return 0;
	return cpupolicy__register_of(row, at->reg) >> place->shift &
	       place->mask;
}

static bool silicon_fits(const struct hostset *set,
			 const struct cpupolicy__supply *supply)
{
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t when = supply->when[i];
		bool wanted = !(when & CPUPOLICY__LACKS);

		if (when == CPUPOLICY__NONE)
			break;
		when &= ~CPUPOLICY__LACKS;
		if (wanted != !!cpupolicy__recorded(set, when))
			return false;
	}
	return true;
}

/* A section that rows supply is wherever a VMM wants it. */
static void open_section(const struct hostset *set, uint32_t field)
{
	uint32_t space = cpupolicy__fields[field].at.space;

	if (space >= CPUPOLICY_SPACE_KVM &&
	    !cpupolicy__section(set->out, space))
		cpupolicy__set_section(set->out, space, CPUPOLICY__ANYWHERE);
}

static void supply_field(const struct hostset *set,
			 const struct cpupolicy__supply *supply)
{
	uint32_t word = cpupolicy__places[supply->field].word;
	uint32_t before = set->out->word[word];
	uint32_t value = cpupolicy__get(set->out, supply->field);

	open_section(set, supply->field);
	switch (cpupolicy__fields[supply->field].level) {
	case CPUPOLICY_LEVEL_AND:
	case CPUPOLICY_LEVEL_OR:
		value |= supply->value;
		break;
	case CPUPOLICY_LEVEL_MIN:
		if (value < supply->value)
			value = supply->value;
		break;
	default:
		value = supply->value;
		break;
	}
	cpupolicy__put(set->out, supply->field, value);
	cpupolicy__report(&set->report, CPUPOLICY_F_SUPPLIED, word, before,
			  set->out->word[word], CPUPOLICY__NONE);
}

/*
 * The hypervisor's part. Conditions look at what was recorded, so it does not
 * matter that expose() has already taken things away.
 */
CPUPOLICY_OWN_FRAME void cpupolicy__hypervisor_part(const struct hostset *set)
{
	bool offer = set->options->set == CPUPOLICY_SET_OFFER;

	if (set->options->guest)
		return;
	for (uint32_t i = 0; i < cpupolicy__nr_supplies; i++) {
		const struct cpupolicy__supply *row = &cpupolicy__supplies[i];
		const struct cpupolicy__place *place =
			&cpupolicy__places[row->field];
		bool for_offer = row->set == CPUPOLICY_SET_OFFER;

		if (!applies(set, row) || !silicon_fits(set, row))
			continue;
		/* what is offered is accepted too; what is withheld from all
		 * guests is withheld from new ones too */
		if (!row->withhold && (for_offer || !offer))
			supply_field(set, row);
		if (row->withhold && (!for_offer || offer))
			cpupolicy__clear(
				set->out, &set->report,
				CPUPOLICY_F_DROPPED_WITHHELD, place->word,
				place->mask << place->shift, CPUPOLICY__NONE);
	}
}
