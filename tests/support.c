// SPDX-License-Identifier: MIT
/*
 * support.c - what tests share.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

#include "corpus.h"
#include "maker.h"

static _Noreturn void give_up(const char *what, const char *text)
{
	fprintf(stderr, "%s: '%s'\n", what, text);
	abort();
}

void hear(void *heard, const struct cpupolicy_finding *finding)
{
	struct heard *to = heard;

	if (to->nr == COUNT(to->finding))
		give_up("too many findings",
			finding->field ? finding->field->name : "no name");
	to->finding[to->nr++] = *finding;
}

const struct cpupolicy_finding *heard_of(const struct heard *heard,
					 uint32_t code, const char *name)
{
	for (size_t i = 0; i < heard->nr; i++) {
		const struct cpupolicy_finding *finding = &heard->finding[i];

		if (finding->code != code)
			continue;
		if (!name ||
		    (finding->field && !strcmp(finding->field->name, name)))
			return finding;
	}
	return NULL;
}

size_t heard_count(const struct heard *heard, uint32_t code)
{
	size_t count = 0;

	for (size_t i = 0; i < heard->nr; i++)
		count += code == 0 || heard->finding[i].code == code;
	return count;
}

const struct cpupolicy_field *field_called(const char *name)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_find(name, strlen(name));

	if (!field)
		give_up("no such field", name);
	return field;
}

cpupolicy_feature feature_called(const char *text)
{
	cpupolicy_feature feature = 0;

	if (cpupolicy_feature_parse(&feature, text, strlen(text)))
		give_up("no such feature", text);
	return feature;
}

uint32_t value_of(const struct cpupolicy_policy *policy, const char *name)
{
	return cpupolicy_field_get(policy, field_called(name));
}

void set_fields(struct cpupolicy_policy *policy, const char *fields)
{
	char copy[2048], *word, *rest = NULL;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", fields) >= sizeof(copy))
		give_up("too long", fields);
	for (word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		char *value = strchr(word, '=');
		uint32_t number = 1;

		if (value) {
			*value = '\0';
			number = (uint32_t)strtoul(value + 1, NULL, 0);
		}
		if (cpupolicy_field_set(policy, field_called(word), number))
			give_up("cannot be set", word);
	}
}

void make_policy(struct cpupolicy_policy *out, const char *vendor,
		 const char *fields)
{
	static const char *const known[][2] = {
		{ "intel", "GenuineIntel" },
		{ "amd", "AuthenticAMD" },
		{ "hygon", "HygonGenuine" },
		{ "zhaoxin", "  Shanghai  " },
	};
	struct cpupolicy_row row = { .leaf = 0 };

	for (size_t i = 0; i < COUNT(known); i++)
		if (!strcmp(known[i][0], vendor))
			vendor = known[i][1];
	if (strlen(vendor) != 12)
		give_up("no maker's string", vendor);
	spell_maker(&row, vendor);
	cpupolicy_policy_clear(out);
	if (cpupolicy_policy_set_row(out, &row))
		give_up("leaf 0 has no slot", vendor);
	set_fields(out, fields);
}

void make_normal(struct cpupolicy_policy *out, const char *vendor,
		 const char *fields)
{
	make_policy(out, vendor, fields);
	cpupolicy_normalize(out, NULL, NULL);
}

struct cpupolicy_record *read_record(const char *path)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	char full[4096];

	snprintf(full, sizeof(full), "%s/tests/data/%s", corpus_root(), path);
	if (cpupolicy_document_read(&document, full, &error))
		give_up("cannot be read", error.text);
	if (document.kind != CPUPOLICY_DOCUMENT_RECORD)
		give_up("no record", path);
	return document.record;
}

int parse_copy(struct cpupolicy_document *out, const char *text, size_t size,
	       struct cpupolicy_error *error)
{
	char *copy = malloc(size ? size : 1);
	int status;

	if (!copy)
		give_up("no memory", "for a copy");
	memcpy(copy, text, size);
	memset(error, 0, sizeof(*error));
	status = cpupolicy_document_parse(out, "dump.txt", copy, size, error);
	free(copy);
	return status;
}

void must_be_refused(const struct bad_text *bad, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status =
			parse_copy(&document, bad[i].text, bad[i].size, &error);

		if (status != bad[i].status || error.line != bad[i].line ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%s: %d, line %d: %s", bad[i].why, status,
				 error.line, error.text);
	}
}

void must_survive_damage(const char *good, size_t size)
{
	char *text = malloc(size);
	uint32_t random = 1;

	if (!text)
		give_up("no memory", "for a copy");
	for (size_t i = 0; i < 20000; i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		size_t left = size;
		int status;

		memcpy(text, good, size);
		for (unsigned n = 0; n < 1 + i % 3; n++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % size] = (char)(random >> 24);
		}
		if (i % 2)
			left = random % size;
		status = parse_copy(&document, text, left, &error);
		if (status < 0)
			assert_true(error.status == status && *error.text);
		cpupolicy_document_clear(&document);
	}
	free(text);
}
