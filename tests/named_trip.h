/* SPDX-License-Identifier: MIT */
/*
 * named_trip.h - formats that name features: what is written is read again, and
 * what is not written is said.
 */
#ifndef TESTS_NAMED_TRIP_H
#define TESTS_NAMED_TRIP_H

#include "host/names.h"

/** struct named_trip - a document in a format, and what was said of it */
struct named_trip {
	char *text;
	char *lost; /* sentences, a line each */
};

/** named_write - a record in a format; a failure fails the test */
void named_write(struct named_trip *out, const struct cpupolicy_record *record,
		 const char *format);
/** named_write_text - the same of a document in any format */
void named_write_text(struct named_trip *out, const char *text,
		      const char *format);
void named_trip_clear(struct named_trip *trip);

/** has_word - is it one of the words of the text? */
bool has_word(const char *text, const char *word);

/**
 * named_trip_corpus - every recorded CPU, as a guest's policy, comes back from
 *	the format: no feature is on or off otherwise than before, and each that
 *	was on is on or was said to be lost
 */
void named_trip_corpus(const char *format, enum cpupolicy__project project);

#endif
