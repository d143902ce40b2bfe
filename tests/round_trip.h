/* SPDX-License-Identifier: MIT */
/*
 * round_trip.h - what is written in a format says the same when it is read.
 */
#ifndef TESTS_ROUND_TRIP_H
#define TESTS_ROUND_TRIP_H

#include "corpus.h"

/** struct round_trip - a record that went through a format and came back */
struct round_trip {
	char *text;			    /* as it was written */
	struct cpupolicy_document document; /* what was read from it */
	char lost[1024];		    /* what the writer could not keep */
};

/** round_trip - write and read; a failure of either fails the test */
void round_trip(struct round_trip *out, const struct cpupolicy_record *record,
		const char *format);

void round_trip_clear(struct round_trip *trip);

/**
 * same_rows - do two cores say the same, rows, MSRs and what is known?
 *
 * In any order; of rows for one leaf and sub-leaf the first counts. Serial
 * numbers, which are never written, count as zero.
 */
bool same_rows(const struct cpupolicy_core *a, const struct cpupolicy_core *b);

/** round_trip_corpus - every recorded CPU comes back the same */
void round_trip_corpus(const char *format);
/** round_trip_corpus_rows - its rows, in a format without place for MSRs */
void round_trip_corpus_rows(const char *format);

#endif
