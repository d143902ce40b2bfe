// SPDX-License-Identifier: MIT
/*
 * fuzz_document.c - any bytes, of whatever format they seem to be, are a
 * document or one clear error.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error = { .status = 0 };
	int status = cpupolicy_document_parse(&document, "input", data, size,
					      &error);

	fuzz_check_status(status, &error);
	if (!status && document.kind == CPUPOLICY_DOCUMENT_RECORD)
		fuzz_check_record(document.record);
	cpupolicy_document_clear(&document);
	return 0;
}
