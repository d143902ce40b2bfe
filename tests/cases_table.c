// SPDX-License-Identifier: MIT
/*
 * cases_table.c - the lines of a case that say what stands in the tables.
 */
#include "cases.h"

#include <stdio.h>
#include <string.h>

bool is_listed(const struct words *words, size_t from,
	       const struct cpupolicy_field *field)
{
	for (size_t i = from; i < words->nr; i++)
		if (cpupolicy_field_find(words->word[i],
					 strlen(words->word[i])) == field)
			return true;
	return false;
}

/* literal MODE VENDOR FEATURE...: the list as the original has it */
static int run_literal(struct state *state, const struct words *words)
{
	struct cpupolicy_row row = { .leaf = 0 };
	const struct cpupolicy_mode *mode;
	struct cpupolicy_policy policy;
	size_t nr = 0;

	cpupolicy_policy_clear(&policy);
	if (set_vendor(state, &row, words->word[2]) ||
	    cpupolicy_policy_set_row(&policy, &row))
		return BROKEN;
	for (uint32_t i = 0; (mode = cpupolicy_mode_at(i)); i++)
		if (!strcmp(mode->name, words->word[1]) &&
		    mode->vendor == cpupolicy_policy_vendor(&policy))
			break;
	if (!mode)
		return complain(state, "no such mode for that vendor");
	for (const char *const *name = mode->hide; *name; name++, nr++)
		if (!is_listed(words, 3,
			       cpupolicy_field_find(*name, strlen(*name))))
			complain(state, "the mode also hides %s", *name);
	if (nr != words->nr - 3)
		complain(state, "the mode hides %zu features, not %zu", nr,
			 words->nr - 3);
	return 0;
}

/* rule LEVEL CHECK GRADE FIELD... */
static int run_rule(struct state *state, const struct words *words)
{
	for (size_t i = 4; i < words->nr; i++) {
		const struct cpupolicy_field *f =
			find_field(state, words->word[i]);
		const char *level, *rule, *grade;

		if (!f)
			return BROKEN;
		level = cpupolicy_level_name((enum cpupolicy_level)f->level);
		rule = cpupolicy_rule_name((enum cpupolicy_rule)f->rule);
		grade = cpupolicy_grade_name((enum cpupolicy_grade)f->grade);
		if (strcmp(level, words->word[1]) ||
		    strcmp(rule, words->word[2]) ||
		    strcmp(grade, words->word[3]))
			complain(state, "the rule of %s is %s, %s, %s", f->name,
				 level, rule, grade);
	}
	return 0;
}

static bool has_word(const char *list, const char *word)
{
	size_t bytes = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += bytes)
		if ((at == list || at[-1] == ' ') &&
		    (at[bytes] == ' ' || !at[bytes]))
			return true;
	return false;
}

/* needs FEATURE NEED...: all of these, and nothing else */
static int run_needs(struct state *state, const struct words *words)
{
	const struct cpupolicy_field *f = find_field(state, words->word[1]);
	size_t nr = 0;

	if (!f)
		return BROKEN;
	for (const char *at = f->needs; *at; at++)
		nr += *at != ' ' && (at == f->needs || at[-1] == ' ');
	for (size_t i = 2; i < words->nr; i++)
		if (!has_word(f->needs, words->word[i]))
			complain(state, "%s does not need %s", f->name,
				 words->word[i]);
	if (nr != words->nr - 2)
		complain(state, "%s needs '%s'", f->name, f->needs);
	return 0;
}

/* expose WORD FIELD... */
static int run_expose(struct state *state, const struct words *words)
{
	for (size_t i = 2; i < words->nr; i++) {
		const struct cpupolicy_field *f =
			find_field(state, words->word[i]);
		const char *expose;

		if (!f)
			return BROKEN;
		expose =
			cpupolicy_expose_name((enum cpupolicy_expose)f->expose);
		if (strcmp(expose, words->word[1]))
			complain(state, "%s is exposed as '%s'", f->name,
				 expose);
	}
	return 0;
}

const struct command table_commands[] = {
	{ "literal", 2, MAX_WORDS - 1, run_literal },
	{ "rule", 4, MAX_WORDS - 1, run_rule },
	{ "needs", 1, MAX_WORDS - 1, run_needs },
	{ "expose", 2, MAX_WORDS - 1, run_expose },
	{ NULL, 0, 0, NULL },
};
