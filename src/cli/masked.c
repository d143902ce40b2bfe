/* SPDX-License-Identifier: MIT */
/*
 * masked.c - what a mask took away, in words.
 */
#include <stdlib.h>
#include <string.h>

#include "masking.h"
#include "taken.h"

struct groups {
	struct text hidden, followed, lowered, derived;
};

/* What went, in the words of a line each. */
static void add_change(struct groups *groups, const struct cpupolicy_finding *f)
{
	struct cpupolicy_difference one = { .at = f->at, .field = f->field };
	char *name = f->field ? difference_name(&one) : finding_address(f);
	char *change = format_text("%s %u->%u", name, f->guest, f->host);
	bool bit = f->at.high == f->at.low || !f->field;
	char *why = format_text(
		"%s%s%s%s", bit ? name : change, f->cause ? " (needs " : "",
		f->cause ? f->cause->name : "", f->cause ? ")" : "");

	if (f->code == CPUPOLICY_F_HIDDEN)
		text_word(&groups->hidden, " ", name);
	else if (f->code == CPUPOLICY_F_CAPPED)
		text_word(&groups->lowered, ", ", change);
	else if (f->code == CPUPOLICY_F_DERIVED)
		text_word(&groups->derived, ", ", change);
	else
		text_word(&groups->followed, ", ", why);
	free(name);
	free(change);
	free(why);
}

static void put_changes(const struct findings *findings)
{
	struct groups groups = { 0 };
	struct table table = { .columns = 2 };

	for (size_t i = 0; i < findings->nr; i++)
		add_change(&groups, &findings->item[i]);
	if (groups.hidden.s)
		table_row(&table, "hidden", groups.hidden.s);
	if (groups.followed.s)
		table_row(&table, "went with it", groups.followed.s);
	if (groups.lowered.s)
		table_row(&table, "lowered", groups.lowered.s);
	if (groups.derived.s)
		table_row(&table, "computed anew", groups.derived.s);
	if (!table.nr)
		table_row(&table, "nothing was there to take away", "");
	table_print_to(stderr, &table, 2);
	free(groups.hidden.s);
	free(groups.followed.s);
	free(groups.lowered.s);
	free(groups.derived.s);
}

static void put_levels(const struct masking *masking)
{
	char before[32], after[32];

	abi_text(before, cpupolicy_abi_level(&masking->before));
	abi_text(after, cpupolicy_abi_level(&masking->policy));
	if (strcmp(before, after) == 0)
		fprintf(stderr, "ABI level: %s, as before\n", after);
	else
		fprintf(stderr, "ABI level: %s, was %s\n", after, before);
}

void put_masking(const struct masking *masking)
{
	fputs("mask of ", stderr);
	put_wrapped(stderr, masking->label, 8, 2);
	put_changes(&masking->findings);
	put_levels(masking);
	put_profiles(stderr, &masking->before, &masking->policy);
	put_hidden(stderr, &masking->before, &masking->policy,
		   masking->options.hypervisor);
}

int put_masking_json(const struct masking *masking, const char *name)
{
	json_t *object = json_object(), *changes = json_array();

	for (size_t i = 0; i < masking->findings.nr; i++)
		json_array_append_new(changes,
				      finding_json(&masking->findings.item[i]));
	json_object_set_new(object, "label", json_text(masking->label));
	json_object_set_new(object, "changes", changes);
	add_hidden_json(object, &masking->before, &masking->policy);
	json_object_set_new(object, "profiles",
			    profiles_json(&masking->before, &masking->policy));
	json_object_set_new(
		object, "abi_level",
		json_integer(cpupolicy_abi_level(&masking->policy)));
	json_object_set_new(
		object, "abi_level_before",
		json_integer(cpupolicy_abi_level(&masking->before)));
	json_object_set_new(object, "policy",
			    json_policy(&masking->policy, name));
	return json_put(object);
}
