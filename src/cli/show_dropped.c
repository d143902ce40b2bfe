/* SPDX-License-Identifier: MIT */
/*
 * show_dropped.c - every bit of a record that is not in the set, by the rule
 * that dropped it; and `show` for programs.
 */
#include <stdlib.h>

#include "show.h"
#include "taken.h"

static void add_dropped(struct table *table, const struct cpupolicy_finding *f)
{
	char *address = finding_address(f);
	char *before = value_text(f->field, &f->at, f->guest);
	char *after = value_text(f->field, &f->at, f->host);
	char *values = format_text("%s -> %s", before, after);
	char *cause = f->cause ? format_text("(%s)", f->cause->name)
			       : format_text("%s", "");

	table_row(table, address, finding_field(f), values, cause);
	free(address);
	free(before);
	free(after);
	free(values);
	free(cause);
}

static void put_group(const struct findings *findings, uint32_t code)
{
	const struct cpupolicy_finding_info *info =
		cpupolicy_finding_info(code);
	struct table table = { .columns = 4 };

	for (size_t i = 0; i < findings->nr; i++)
		if (findings->item[i].code == code)
			add_dropped(&table, &findings->item[i]);
	if (!table.nr)
		return;
	printf("\nF%03u %s: %s\n", code, info->name, info->summary);
	table_print(&table, 2);
}

void put_dropped(const struct findings *findings)
{
	bool any = false;

	for (uint32_t i = 0; cpupolicy_finding_info_at(i); i++) {
		struct cpupolicy_finding one = {
			.code = cpupolicy_finding_info_at(i)->code,
		};

		if (finding_is_drop(&one) || one.code == CPUPOLICY_F_SUPPLIED ||
		    one.code == CPUPOLICY_F_FILLED)
			put_group(findings, one.code);
	}
	for (size_t i = 0; i < findings->nr; i++)
		any |= finding_is_drop(&findings->item[i]);
	if (!any)
		puts("\nNothing was dropped.");
}

struct json_contents {
	json_t *features, *numbers, *descriptions;
};

static void add_json(void *arg, const struct cpupolicy_difference *difference)
{
	struct json_contents *contents = arg;
	char *name = difference_name(difference);

	if (is_feature(difference))
		json_array_append_new(contents->features, json_text(name));
	else if (difference->field)
		json_object_set_new(is_description(difference)
					    ? contents->descriptions
					    : contents->numbers,
				    name, json_integer(difference->b));
	free(name);
}

static json_t *notes_json(const struct cpupolicy_record *record)
{
	json_t *notes = json_array();

	for (size_t i = 0; record && i < record->nr_notes; i++) {
		char *note = escape(record->notes[i]);

		json_array_append_new(notes, json_text(note));
		free(note);
	}
	return notes;
}

static json_t *findings_json(const struct findings *findings, bool dropped)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->nr; i++)
		if (finding_is_drop(&findings->item[i]) == dropped)
			json_array_append_new(list,
					      finding_json(&findings->item[i]));
	return list;
}

json_t *shown_json(const struct shown *shown, bool dropped)
{
	const struct description *d = &shown->description;
	struct json_contents contents = { json_array(), json_object(),
					  json_object() };
	json_t *object = json_object();

	cpupolicy_policy_contents(&shown->policy, add_json, &contents);
	json_object_set_new(object, "label", json_text(shown->label));
	json_object_set_new(object, "name", json_text(shown->input.stem));
	json_object_set_new(object, "vendor", json_text(d->vendor));
	json_object_set_new(object, "family",
			    json_integer(d->signature.family));
	json_object_set_new(object, "model", json_integer(d->signature.model));
	json_object_set_new(object, "stepping",
			    json_integer(d->signature.stepping));
	json_object_set_new(object, "brand", json_text(d->brand));
	json_object_set_new(object, "known_as", json_text(d->known_as));
	json_object_set_new(object, "recorded", json_text(d->recorded));
	json_object_set_new(object, "abi_level", json_integer(d->abi_level));
	json_object_set_new(object, "profiles",
			    profiles_json(NULL, &shown->policy));
	json_object_set_new(object, "features", contents.features);
	json_object_set_new(object, "numbers", contents.numbers);
	json_object_set_new(object, "descriptions", contents.descriptions);
	json_object_set_new(object, "cores", cores_json(shown));
	json_object_set_new(object, "notes",
			    notes_json(shown->input.document.record));
	json_object_set_new(object, "findings",
			    findings_json(&shown->findings, false));
	if (dropped)
		json_object_set_new(object, "dropped",
				    findings_json(&shown->findings, true));
	return object;
}
