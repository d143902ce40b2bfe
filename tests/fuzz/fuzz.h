/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what must hold of whatever was read, for all targets.
 */
#ifndef CPUPOLICY_TESTS_FUZZ_H
#define CPUPOLICY_TESTS_FUZZ_H

#include "formats/format.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Abort with a reason: the fuzzer keeps the input. */
void fuzz_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* A failure has its status and a text in @error, a success neither. */
void fuzz_check_status(int status, const struct cpupolicy_error *error);

/* A record makes host sets that obey their laws. */
void fuzz_check_record(const struct cpupolicy_record *record);

/* Written in this format and read again, a record is the same, but for what
 * the writer said it lost. */
void fuzz_check_round_trip(const struct cpupolicy_record *record,
			   const struct cpupolicy__format *format);

#endif
