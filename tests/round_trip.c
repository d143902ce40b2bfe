// SPDX-License-Identifier: MIT
/*
 * round_trip.c - what is written in a format says the same when it is read.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/host.h"
#include "round_trip.h"

static void note_lost(void *arg, const char *what)
{
	struct round_trip *trip = arg;
	size_t used = strlen(trip->lost);

	snprintf(trip->lost + used, sizeof(trip->lost) - used, "%s\n", what);
}

void round_trip(struct round_trip *out, const struct cpupolicy_record *record,
		const char *format)
{
	struct cpupolicy_error error = { 0 };

	memset(out, 0, sizeof(*out));
	if (cpupolicy_record_write(&out->text, record, format, note_lost, out,
				   &error))
		fail_msg("%s: %s", format, error.text);
	if (cpupolicy_document_parse(&out->document, "again", out->text,
				     strlen(out->text), &error))
		fail_msg("%s: %s", format, error.text);
	assert_string_equal(out->document.format, format);
	assert_int_equal(out->document.kind, CPUPOLICY_DOCUMENT_RECORD);
}

void round_trip_clear(struct round_trip *trip)
{
	cpupolicy_document_clear(&trip->document);
	free(trip->text);
}

static bool same_known(const struct cpupolicy_core *a, size_t in_a,
		       const struct cpupolicy_core *b, size_t in_b)
{
	for (unsigned reg = 0; reg < 4; reg++) {
		uint32_t x = 0xffffffffu, y = 0xffffffffu;

		if (a->known)
			x = cpupolicy__row_register(&a->known[in_a], reg);
		if (b->known)
			y = cpupolicy__row_register(&b->known[in_b], reg);
		if (x != y)
			return false;
	}
	return true;
}

/* Does @b say all that @a says? */
static bool rows_are_in(const struct cpupolicy_core *b,
			const struct cpupolicy_core *a)
{
	for (size_t i = 0; i < a->nr_rows; i++) {
		struct cpupolicy_row row = a->rows[i], other;
		const struct cpupolicy_row *found;

		if (cpupolicy_core_row(a, row.leaf, row.subleaf) != &a->rows[i])
			continue;
		found = cpupolicy_core_row(b, row.leaf, row.subleaf);
		if (!found)
			return false;
		other = *found;
		cpupolicy__row_redact(&row);
		cpupolicy__row_redact(&other);
		if (memcmp(&row, &other, sizeof(row)) != 0 ||
		    !same_known(a, i, b, (size_t)(found - b->rows)))
			return false;
	}
	return true;
}

bool same_rows(const struct cpupolicy_core *a, const struct cpupolicy_core *b)
{
	if (a->nr_msrs != b->nr_msrs)
		return false;
	for (size_t i = 0; i < a->nr_msrs; i++)
		if (a->msrs[i].index != b->msrs[i].index ||
		    a->msrs[i].value != b->msrs[i].value)
			return false;
	return rows_are_in(a, b) && rows_are_in(b, a);
}

static void trip_all(const char *format, bool msrs)
{
	struct corpus corpus;

	assert_int_equal(corpus_load(&corpus, NULL), 0);
	for (size_t i = 0; i < corpus.nr_cpus; i++) {
		const struct corpus_cpu *cpu = &corpus.cpus[i];
		struct cpupolicy_record *record = cpupolicy_record_new();
		struct round_trip trip;

		assert_non_null(record);
		cpupolicy_record_add_cpu(record, 0, cpu->rows, cpu->nr_rows,
					 cpu->msrs, msrs ? cpu->nr_msrs : 0);
		round_trip(&trip, record, format);
		if (!same_rows(&record->cores[0],
			       &trip.document.record->cores[0]))
			fail_msg("%s as %s: the rows differ:\n%s", cpu->name,
				 format, trip.text);
		round_trip_clear(&trip);
		cpupolicy_record_free(record);
	}
	corpus_free(&corpus);
}

void round_trip_corpus(const char *format)
{
	trip_all(format, true);
}

void round_trip_corpus_rows(const char *format)
{
	trip_all(format, false);
}
