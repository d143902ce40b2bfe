// SPDX-License-Identifier: MIT
/*
 * fuzz_format.c - any bytes, given to the reader of one format, are a document
 * or one clear error, and take no more memory than they should. FORMAT is the
 * name of the format.
 */
#include <stdlib.h>
#include <string.h>
#include <sanitizer/allocator_interface.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* A reader may need this much whatever it reads. */
#define BASE_BYTES ((size_t)256 << 10)

static size_t live, peak;

static void count_in(const volatile void *block, size_t size)
{
	(void)block;
	live += size;
	if (live > peak)
		peak = live;
}

static void count_out(const volatile void *block)
{
	size_t size = block ? __sanitizer_get_allocated_size(block) : 0;

	/* what was there before counting began is freed too */
	live -= size < live ? size : live;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	__sanitizer_install_malloc_and_free_hooks(count_in, count_out);
	return 0;
}

static const struct cpupolicy__format *format_of(const char *name)
{
	for (size_t i = 0; cpupolicy__formats[i]; i++)
		if (strcmp(cpupolicy__formats[i]->info.name, name) == 0)
			return cpupolicy__formats[i];
	fuzz_fail("there is no format '%s'", name);
}

/* JSON is loaded once for all formats that are JSON. */
static int read_bytes(struct cpupolicy_document *out,
		      const struct cpupolicy__format *format,
		      const unsigned char *data, size_t size,
		      struct cpupolicy_error *error)
{
	const struct cpupolicy__source source = {
		.name = "input",
		.text = (const char *)data,
		.size = size,
	};
	int status;

	if (!format->read)
		return cpupolicy_document_parse(out, "input", data, size,
						error);
	if (format->probe)
		format->probe(&source);
	memset(out, 0, sizeof(*out));
	status = format->read(out, &source, error);
	if (status)
		cpupolicy_document_clear(out);
	else if (out->kind == CPUPOLICY_DOCUMENT_RECORD &&
		 cpupolicy__record_inspect(out->record))
		fuzz_fail("no memory to inspect the record");
	return status;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const struct cpupolicy__format *format = format_of(FORMAT);
	struct cpupolicy_document document;
	struct cpupolicy_error error = { .status = 0 };
	int status;

	live = peak = 0;
	status = read_bytes(&document, format, data, size, &error);
	fuzz_check_status(status, &error);
	if (peak > 20 * size + BASE_BYTES)
		fuzz_fail("%zu bytes needed %zu bytes of memory", size, peak);
	if (!status && document.kind == CPUPOLICY_DOCUMENT_RECORD) {
		fuzz_check_record(document.record);
		if (format->write)
			fuzz_check_round_trip(document.record, format);
	}
	cpupolicy_document_clear(&document);
	return 0;
}
