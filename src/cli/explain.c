/* SPDX-License-Identifier: MIT */
/*
 * explain.c - a field of the table in words.
 */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

static const char *const level_words[] = {
	[CPUPOLICY_LEVEL_ZERO] = "never part of a policy",
	[CPUPOLICY_LEVEL_AND] = "a pool has it where every host has it",
	[CPUPOLICY_LEVEL_OR] = "a pool has it where one host has it",
	[CPUPOLICY_LEVEL_MIN] = "a pool has the smallest number",
	[CPUPOLICY_LEVEL_DONOR] =
		"taken from the host with the lowest family, model, stepping",
	[CPUPOLICY_LEVEL_DERIVE] = "computed from other fields",
	[CPUPOLICY_LEVEL_SAME] =
		"must be the same on all hosts; where not, its gate falls",
};

static const char *const rule_words[] = {
	[CPUPOLICY_RULE_NONE] = "never compared",
	[CPUPOLICY_RULE_SUBSET] =
		"a guest that has it needs a host that has it",
	[CPUPOLICY_RULE_SUPERSET] =
		"a guest without it needs a host without it",
	[CPUPOLICY_RULE_ATMOST] = "the guest's number is at most the host's",
	[CPUPOLICY_RULE_EQUAL] = "guest and host must agree",
};

static const char *const grade_words[] = {
	[CPUPOLICY_GRADE_NONE] = "",
	[CPUPOLICY_GRADE_NOTE] = "worth knowing",
	[CPUPOLICY_GRADE_HINT] = "slower, never wrong",
	[CPUPOLICY_GRADE_SECURITY] = "a mitigation is lost or not applied",
	[CPUPOLICY_GRADE_BLOCK] =
		"the guest would fault, hang or corrupt state",
};

static const char *const expose_words[] = {
	[CPUPOLICY_EXPOSE_OFFER] = "given to new guests",
	[CPUPOLICY_EXPOSE_ACCEPT] =
		"honoured where a guest has it, not given to new ones",
	[CPUPOLICY_EXPOSE_NEVER] = "no guest may have it",
	[CPUPOLICY_EXPOSE_VCPU] = "made for each virtual CPU",
	[CPUPOLICY_EXPOSE_RUNTIME] = "made when the guest asks",
};

void explain_line(struct table *table, json_t *json, const char *what,
		  const char *words)
{
	if (json)
		json_object_set_new(json, what, json_text(words));
	else if (words[0])
		table_row(table, what, words);
}

static void explain_pair(struct table *table, json_t *json, const char *what,
			 const char *word, const char *meaning)
{
	char *both =
		format_text("%s%s%s", word, meaning[0] ? ": " : "", meaning);

	explain_line(table, json, what, both);
	free(both);
}

/* Which other fields name this one, as a need or as their gate? */
static char *dependents(const struct cpupolicy_field *field, bool gate)
{
	struct text text = { 0 };

	text_add(&text, "%s", "");
	for (uint32_t i = 0; cpupolicy_field_at(i); i++) {
		const struct cpupolicy_field *other = cpupolicy_field_at(i);

		if (word_listed(gate ? other->gate : other->needs, field->name))
			text_word(&text, " ", other->name);
	}
	return text.s;
}

static char *members(const struct cpupolicy_field *field)
{
	struct text text = { 0 };

	if (!field->group[0])
		return format_text("%s", "");
	text_add(&text, "%s:", field->group);
	for (uint32_t i = 0; cpupolicy_field_at(i); i++)
		if (strcmp(cpupolicy_field_at(i)->group, field->group) == 0)
			text_word(&text, " ", cpupolicy_field_at(i)->name);
	return text.s;
}

static void explain_rules(struct table *table, json_t *json,
			  const struct cpupolicy_field *field)
{
	explain_pair(table, json, "levelling",
		     cpupolicy_level_name((enum cpupolicy_level)field->level),
		     level_words[field->level]);
	explain_pair(table, json, "check",
		     cpupolicy_rule_name((enum cpupolicy_rule)field->rule),
		     rule_words[field->rule]);
	if (field->rule != CPUPOLICY_RULE_NONE) {
		explain_pair(table, json, "grade",
			     cpupolicy_grade_name(
				     (enum cpupolicy_grade)field->grade),
			     grade_words[field->grade]);
		explain_line(table, json, "effect",
			     cpupolicy_effect_text(field->effect));
	}
	explain_pair(
		table, json, "exposed",
		cpupolicy_expose_name((enum cpupolicy_expose)field->expose),
		expose_words[field->expose]);
}

void explain_field(const struct cpupolicy_field *field, json_t *json)
{
	static const char *const spaces[CPUPOLICY_NR_SPACES] = {
		"CPUID",	"feature MSR", "KVM leaf",
		"Hyper-V leaf", "Xen leaf",    "VMware leaf",
	};
	struct table table = { .columns = 2 };
	char at[CPUPOLICY_ADDRESS_TEXT];
	char *needed_by = dependents(field, false);
	char *opens = dependents(field, true);
	char *group = members(field);

	cpupolicy_address_text(at, &field->at);
	if (!json)
		printf("%s  %s  %s\n", field->name, at, field->summary);
	explain_line(&table, json, "where", spaces[field->at.space]);
	if (json) {
		json_object_set_new(json, "kind", json_text("field"));
		explain_line(&table, json, "name", field->name);
		explain_line(&table, json, "address", at);
		explain_line(&table, json, "summary", field->summary);
	}
	explain_rules(&table, json, field);
	explain_line(&table, json, "needs", field->needs);
	explain_line(&table, json, "needed by", needed_by);
	explain_line(&table, json, "gate", field->gate);
	explain_line(&table, json, "gate of", opens);
	explain_line(&table, json, "group", group);
	explain_line(&table, json, "harmless if", field->unless);
	explain_line(&table, json, "vendors",
		     field->vendors[0] ? field->vendors : "all");
	explain_line(&table, json, "aliases", field->aliases);
	explain_line(&table, json, "source", field->source);
	table_print(&table, 2);
	free(needed_by);
	free(opens);
	free(group);
}

void explain_bit(const struct cpupolicy_address *at, json_t *json)
{
	struct table table = { .columns = 2 };
	const char *fate = cpupolicy_leaf_fate((enum cpupolicy_space)at->space,
					       at->leaf, at->subleaf);
	char text[CPUPOLICY_ADDRESS_TEXT];

	cpupolicy_address_text(text, at);
	if (json) {
		json_object_set_new(json, "kind", json_text("bit"));
		explain_line(&table, json, "address", text);
	} else {
		printf("%s  a bit without a name\n", text);
	}
	explain_line(&table, json, "policy",
		     strcmp(fate, "slot") == 0
			     ? "its leaf has a place in every policy; bits "
			       "without a name are honoured, not offered"
			     : fate_text(at));
	table_print(&table, 2);
}
