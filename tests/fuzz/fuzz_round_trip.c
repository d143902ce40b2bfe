// SPDX-License-Identifier: MIT
/*
 * fuzz_round_trip.c - whatever could be read is written in every format and
 * read again.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error = { .status = 0 };
	int status = cpupolicy_document_parse(&document, "input", data, size,
					      &error);

	fuzz_check_status(status, &error);
	for (size_t i = 0; cpupolicy__formats[i] && !status; i++)
		if (document.kind == CPUPOLICY_DOCUMENT_RECORD &&
		    cpupolicy__formats[i]->write)
			fuzz_check_round_trip(document.record,
					      cpupolicy__formats[i]);
	cpupolicy_document_clear(&document);
	return 0;
}
