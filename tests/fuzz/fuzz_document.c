// SPDX-License-Identifier: MIT
/*
 * fuzz_document.c - any bytes are a document or one clear error, and what was
 * read as a record makes host sets that obey their laws.
 */
#include <stdlib.h>
#include <string.h>
#include <cpupolicy/formats.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_record(const struct cpupolicy_record *record)
{
	struct cpupolicy_hostset_options options = {
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};
	struct cpupolicy_policy offer, accept;
	struct cpupolicy_error error;

	if (cpupolicy_record_hostset(&offer, record, &options, NULL, NULL,
				     &error))
		return;
	options.set = CPUPOLICY_SET_ACCEPT;
	if (cpupolicy_record_hostset(&accept, record, &options, NULL, NULL,
				     &error) ||
	    cpupolicy_check(&offer, &accept, NULL, NULL) ==
		    CPUPOLICY_DOES_NOT_FIT)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error = { .status = 0 };
	int status = cpupolicy_document_parse(&document, "input", data, size,
					      &error);

	if (status && (error.status != status || !error.text[0]))
		abort();
	if (!status && document.kind == CPUPOLICY_DOCUMENT_RECORD)
		check_record(document.record);
	cpupolicy_document_clear(&document);
	return 0;
}
