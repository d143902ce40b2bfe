// SPDX-License-Identifier: MIT
/*
 * named_trip.c - formats that name features: what is written is read again, and
 * what is not written is said.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "corpus.h"
#include "formats/naming.h"
#include "named_trip.h"

static void keep(void *arg, const char *what)
{
	cpupolicy__text_add(arg, "%s\n", what);
}

void named_write(struct named_trip *out, const struct cpupolicy_record *record,
		 const char *format)
{
	struct cpupolicy__text lost = { 0 };
	struct cpupolicy_error error = { 0 };

	if (cpupolicy_record_write(&out->text, record, format, keep, &lost,
				   &error) < 0)
		fail_msg("%s: %s", format, error.text);
	out->lost = cpupolicy__text_take(&lost);
}

void named_write_text(struct named_trip *out, const char *text,
		      const char *format)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error = { 0 };
	struct cpupolicy_record *record;

	if (cpupolicy_document_parse(&document, "test", text, strlen(text),
				     &error) < 0)
		fail_msg("%s", error.text);
	record = document.record;
	if (document.kind == CPUPOLICY_DOCUMENT_POLICY)
		record = cpupolicy_record_of_policy(&document.policy, NULL);
	assert_non_null(record);
	named_write(out, record, format);
	if (record != document.record)
		cpupolicy_record_free(record);
	cpupolicy_document_clear(&document);
}

void named_trip_clear(struct named_trip *trip)
{
	free(trip->text);
	free(trip->lost);
}

bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if ((at == text || strchr(" ,\n", at[-1])) &&
		    (!at[length] || strchr(" ,\n", at[length])))
			return true;
	return false;
}

/* A bit has two rows of one name where makers' rules for it differ, and the
 * maker may be lost. */
static uint8_t told(const struct cpupolicy__naming *naming, uint32_t i)
{
	const char *name = cpupolicy_field_at(i)->name;
	const struct cpupolicy_field *next = cpupolicy_field_at(i + 1);

	if (naming->told[i])
		return naming->told[i];
	if (i && strcmp(cpupolicy_field_at(i - 1)->name, name) == 0)
		return naming->told[i - 1];
	return next && strcmp(next->name, name) == 0 ? naming->told[i + 1] : 0;
}

static void compare(const char *cpu, const struct named_trip *trip,
		    const struct cpupolicy_record *before,
		    const struct cpupolicy_record *after,
		    enum cpupolicy__project project)
{
	const struct cpupolicy__writing nowhere = { .out = NULL };
	struct cpupolicy__naming a, b;

	assert_true(
		cpupolicy__naming_begin(&a, &nowhere, before, project, false));
	assert_true(
		cpupolicy__naming_begin(&b, &nowhere, after, project, false));
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		/* components follow from features, MSRs from all their names */
		if (!a.told[i] || field->at.leaf == 0xd ||
		    field->level == CPUPOLICY_LEVEL_DERIVE ||
		    field->level == CPUPOLICY_LEVEL_ZERO ||
		    field->at.space == CPUPOLICY_SPACE_MSR ||
		    has_word(trip->lost, field->name))
			continue;
		if (told(&b, i) && a.told[i] != told(&b, i))
			fail_msg("%s: %s was %s before:\n%s%s", cpu,
				 field->name,
				 a.told[i] == CPUPOLICY__ON ? "on" : "off",
				 trip->text, trip->lost);
		if (a.told[i] == CPUPOLICY__ON && !told(&b, i))
			fail_msg("%s: %s was dropped in silence:\n%s%s", cpu,
				 field->name, trip->text, trip->lost);
	}
	cpupolicy__naming_end(&a);
	cpupolicy__naming_end(&b);
}

static void trip_one(const struct corpus_cpu *cpu, const char *format,
		     enum cpupolicy__project project)
{
	static const struct cpupolicy_hostset_options guest = { .guest = true };
	struct cpupolicy_document again;
	struct cpupolicy_error error = { 0 };
	struct cpupolicy_policy policy;
	struct cpupolicy_record *record;
	struct named_trip trip;

	cpupolicy_hostset(&policy, cpu->rows, cpu->nr_rows, cpu->msrs,
			  cpu->nr_msrs, &guest, NULL, NULL);
	record = cpupolicy_record_of_policy(&policy, cpu->name);
	assert_non_null(record);
	named_write(&trip, record, format);
	/* there may be no name for anything that an old CPU has */
	if (!trip.text[0]) {
		assert_string_not_equal(trip.lost, "");
		named_trip_clear(&trip);
		cpupolicy_record_free(record);
		return;
	}
	if (cpupolicy_document_parse(&again, "again", trip.text,
				     strlen(trip.text), &error) < 0)
		fail_msg("%s: %s\n%s", cpu->name, error.text, trip.text);
	compare(cpu->name, &trip, record, again.record, project);
	cpupolicy_document_clear(&again);
	named_trip_clear(&trip);
	cpupolicy_record_free(record);
}

void named_trip_corpus(const char *format, enum cpupolicy__project project)
{
	struct corpus corpus;

	assert_int_equal(corpus_load(&corpus, NULL), 0);
	for (size_t i = 0; i < corpus.nr_cpus; i++)
		trip_one(&corpus.cpus[i], format, project);
	corpus_free(&corpus);
}
