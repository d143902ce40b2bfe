/* SPDX-License-Identifier: MIT */
/*
 * show.c - a policy for people: features by register, numbers by name, and
 * what the way from the record did.
 */
#include <stdlib.h>
#include <string.h>

#include "show.h"
#include "taken.h"

void put_header(const struct shown *shown)
{
	const struct description *d = &shown->description;
	struct table table = { .columns = 2 };
	char *cpu = format_text("%s, family %u model 0x%x stepping 0x%x%s%s",
				d->vendor, d->signature.family,
				d->signature.model, d->signature.stepping,
				d->brand[0] ? ", " : "", d->brand);
	char *met = profiles_met(&shown->policy);
	char abi[32];

	abi_text(abi, d->abi_level);
	put_wrapped(stdout, shown->label, 0, 2);
	table_row(&table, "CPU", cpu);
	if (d->known_as)
		table_row(&table, "libcpuid", d->known_as);
	table_row(&table, "ABI level", abi);
	if (met)
		table_row(&table, "serves", met);
	if (d->recorded)
		table_row(&table, "recorded", d->recorded);
	table_print(&table, 2);
	free(cpu);
	free(met);
}

struct contents {
	struct table features, numbers, sections;
	struct cpupolicy_address at; /* of the line being made */
	struct text line;
	uint32_t nr;
};

static bool same_register(const struct cpupolicy_address *a,
			  const struct cpupolicy_address *b)
{
	return a->space == b->space && a->leaf == b->leaf &&
	       a->subleaf == b->subleaf && a->reg == b->reg;
}

static void finish_line(struct contents *contents)
{
	char place[CPUPOLICY_ADDRESS_TEXT];
	bool section = contents->at.space > CPUPOLICY_SPACE_MSR;

	if (!contents->line.s)
		return;
	cpupolicy_address_text(place, &contents->at);
	place[strcspn(place, "[")] = '\0';
	table_row(section ? &contents->sections : &contents->features, place,
		  contents->line.s);
	free(contents->line.s);
	contents->line = (struct text){ 0 };
}

/* It stands in the header. */
static bool is_vendor(const struct cpupolicy_address *at)
{
	return at->space == CPUPOLICY_SPACE_CPU &&
	       (at->leaf == 0 || at->leaf == 0x80000000) &&
	       at->reg != CPUPOLICY_EAX;
}

static void add_number(struct contents *contents,
		       const struct cpupolicy_difference *difference)
{
	char place[CPUPOLICY_ADDRESS_TEXT];
	char *name = difference_name(difference);
	char *value =
		value_text(difference->field, &difference->at, difference->b);
	char *both = format_text("%s = %s", name, value);

	cpupolicy_address_text(place, &difference->at);
	if (difference->at.space > CPUPOLICY_SPACE_MSR)
		table_row(&contents->sections, place, both);
	else if (!is_description(difference) && !is_vendor(&difference->at))
		table_row(&contents->numbers, name, value, place,
			  difference->field ? difference->field->summary : "");
	free(name);
	free(value);
	free(both);
}

static void add_content(void *arg,
			const struct cpupolicy_difference *difference)
{
	struct contents *contents = arg;
	char *name;

	if (!is_feature(difference)) {
		add_number(contents, difference);
		return;
	}
	if (!same_register(&contents->at, &difference->at))
		finish_line(contents);
	contents->at = difference->at;
	contents->nr++;
	if (difference->field)
		name = format_text("%s", difference->field->name);
	else
		name = format_text("[%u]", difference->at.low);
	text_word(&contents->line, " ", name);
	free(name);
}

void put_contents(const struct cpupolicy_policy *policy)
{
	struct contents contents = {
		.features.columns = 2,
		.numbers.columns = 4,
		.sections.columns = 2,
	};

	cpupolicy_policy_contents(policy, add_content, &contents);
	finish_line(&contents);
	printf("\nFeatures: %u ([9]: bit 9, which has no name)\n", contents.nr);
	table_print(&contents.features, 2);
	if (contents.numbers.nr)
		puts("\nNumbers");
	table_print(&contents.numbers, 2);
	if (contents.sections.nr)
		puts("\nParavirtual leaves");
	table_print(&contents.sections, 2);
}

static void put_note(const char *note)
{
	fputs("  ", stdout);
	put_wrapped(stdout, note, 2, 4);
}

/* All findings of one code: the same sentence ten times helps nobody. */
static void put_finding_note(const struct findings *findings,
			     const struct cpupolicy_finding *f)
{
	const struct cpupolicy_finding_info *info =
		cpupolicy_finding_info(f->code);
	const char *name = finding_field(f);
	size_t nr;
	char *addresses = findings_addresses(findings, f->code, &nr);
	char *note = format_text(
		"%s%s%s: %s", addresses, nr == 1 && name[0] ? " " : "",
		nr == 1 ? name : "", info ? info->summary : "");

	put_note(note);
	free(note);
	free(addresses);
}

/* What the way from the record met, other than what it dropped and added and
 * what stands with the kinds of CPU. */
static bool is_note(const struct cpupolicy_finding *f)
{
	return !finding_is_drop(f) && f->code != CPUPOLICY_F_DERIVED &&
	       f->code != CPUPOLICY_F_SUPPLIED &&
	       f->code != CPUPOLICY_F_CORES_DIFFER;
}

void put_notes(const struct shown *shown)
{
	const struct cpupolicy_record *record = shown->input.document.record;
	bool any = shown->description.identify_note != NULL;

	for (size_t i = 0; i < shown->findings.nr; i++)
		any |= is_note(&shown->findings.item[i]);
	if (!any && !(record && record->nr_notes))
		return;
	puts("\nNotes");
	if (shown->description.identify_note)
		put_note(shown->description.identify_note);
	for (size_t i = 0; record && i < record->nr_notes; i++) {
		char *note = escape(record->notes[i]);

		put_note(note);
		free(note);
	}
	for (size_t i = 0; i < shown->findings.nr; i++)
		if (is_note(&shown->findings.item[i]) &&
		    !finding_seen(&shown->findings, i))
			put_finding_note(&shown->findings,
					 &shown->findings.item[i]);
}
