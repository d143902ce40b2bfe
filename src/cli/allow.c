// SPDX-License-Identifier: MIT
/*
 * allow.c - the option --allow: which findings pass.
 *
 * A word is a grade, a finding's code, or a code and one field: F001:avx2. The
 * grade block is none: whoever lets a guest fail says of what.
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "masking.h"

static bool grade_can_be_allowed(const char *word)
{
	return strcmp(word, "hint") == 0 || strcmp(word, "note") == 0 ||
	       strcmp(word, "security") == 0;
}

/* The code before a colon; @field: what stands behind it, NULL: nothing. */
static const struct cpupolicy_finding_info *find_code(const char *word,
						      const char **field)
{
	size_t length = strcspn(word, ":");
	char *code = format_text("%.*s", (int)length, word);
	const struct cpupolicy_finding_info *info = find_finding(code);

	free(code);
	*field = word[length] ? word + length + 1 : NULL;
	return info;
}

static bool same_register(const struct cpupolicy_address *a,
			  const struct cpupolicy_address *b)
{
	return a->space == b->space && a->leaf == b->leaf &&
	       a->subleaf == b->subleaf && a->reg == b->reg;
}

/* Is the finding about the field, or the bit, that is called @name? */
static bool is_about(const struct cpupolicy_finding *finding, const char *name)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_find(name, strlen(name));
	struct cpupolicy_address at;
	cpupolicy_feature feature;

	if (field)
		return same_register(&field->at, &finding->at) &&
		       field->at.low == finding->at.low;
	if (cpupolicy_feature_parse(&feature, name, strlen(name)) < 0)
		return false;
	at = cpupolicy_feature_address(feature);
	return same_register(&at, &finding->at) &&
	       finding->mask == 1u << at.low;
}

static int field_valid(const char *field)
{
	cpupolicy_feature feature;

	if (cpupolicy_field_find(field, strlen(field)) ||
	    cpupolicy_feature_parse(&feature, field, strlen(field)) == 0)
		return 0;
	return unknown_name("--allow", field);
}

int allow_valid(const struct words *allow)
{
	for (size_t i = 0; i < allow->nr; i++) {
		const char *word = allow->item[i], *field;

		if (strcmp(word, "block") == 0)
			return trouble(
				"--allow block: the grade cannot be"
				" allowed, the guest would fail; allow"
				" single codes such as F001, or one field"
				" of them: F001:avx2");
		if (grade_can_be_allowed(word))
			continue;
		if (!find_code(word, &field))
			return trouble("--allow %s: neither a grade (hint,"
				       " note, security) nor a finding's code"
				       " (F017, or F017:erms)",
				       word);
		if (field && field_valid(field))
			return EXIT_TROUBLE;
	}
	return 0;
}

static bool word_allows(const char *word,
			const struct cpupolicy_finding *finding)
{
	const char *field;
	const struct cpupolicy_finding_info *info = find_code(word, &field);

	if (!info)
		return strcmp(word, cpupolicy_grade_name(finding->grade)) == 0;
	return info->code == finding->code &&
	       (!field || is_about(finding, field));
}

bool finding_allowed(const struct cpupolicy_finding *finding,
		     const struct words *allow)
{
	for (size_t i = 0; i < allow->nr; i++)
		if (word_allows(allow->item[i], finding))
			return true;
	return false;
}
