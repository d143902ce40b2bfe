/* SPDX-License-Identifier: MIT */
/*
 * document.c - find out what a file holds, and read it.
 */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "../formats/format.h"

void cpupolicy_document_clear(struct cpupolicy_document *document)
{
	cpupolicy_record_free(document->record);
	free(document->policy_name);
	free(document->mask.hide);
	free(document->mask.caps);
	memset(document, 0, sizeof(*document));
}

/* The format that is surest; NULL: none recognises it. */
static const struct cpupolicy__format *
find_format(const struct cpupolicy__source *source)
{
	const struct cpupolicy__format *best = NULL;
	enum cpupolicy__sure how_sure = CPUPOLICY__NO;

	for (size_t i = 0; cpupolicy__formats[i]; i++) {
		enum cpupolicy__sure sure;

		if (!cpupolicy__formats[i]->probe)
			continue;
		sure = cpupolicy__formats[i]->probe(source);
		if (sure > how_sure) {
			how_sure = sure;
			best = cpupolicy__formats[i];
		}
	}
	return best;
}

static int no_format(const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	if (source->size == 0)
		return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX,
					  source->name, 0, 0, "is empty");
	if (memchr(source->text, '\0', source->size))
		return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX,
					  source->name, 0, 0,
					  "is binary, expected text");
	return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX, source->name, 1, 1,
				  "is in no format that is known, expected "
				  "JSON or the output of cpuid -r");
}

/* Name the record after its file where it does not say its own name. */
static int finish_record(struct cpupolicy_document *out, const char *name)
{
	struct cpupolicy_record *record = out->record;

	if (out->kind != CPUPOLICY_DOCUMENT_RECORD)
		return 0;
	if (!record->name && cpupolicy__set_string(&record->name, name) < 0)
		return CPUPOLICY_E_MEMORY;
	return 0;
}

int cpupolicy__source_parse(struct cpupolicy_document *out,
			    struct cpupolicy__source *source,
			    struct cpupolicy_error *error)
{
	const struct cpupolicy__format *format;
	int status;

	memset(out, 0, sizeof(*out));
	if (source->size >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
		source->text += 3;
		source->size -= 3;
	}
	format = find_format(source);
	if (!format)
		return no_format(source, error);
	out->format = format->info.name;
	status = format->read(out, source, error);
	if (status == 0 && finish_record(out, source->name) < 0)
		status = cpupolicy__no_memory(error, source->name);
	if (status < 0)
		cpupolicy_document_clear(out);
	return status;
}

int cpupolicy_document_parse(struct cpupolicy_document *out, const char *name,
			     const void *data, size_t size,
			     struct cpupolicy_error *error)
{
	struct cpupolicy__source source = {
		.name = name,
		.text = data,
		.size = size,
	};

	return cpupolicy__source_parse(out, &source, error);
}

int cpupolicy_document_read(struct cpupolicy_document *out, const char *path,
			    struct cpupolicy_error *error)
{
	bool standard = strcmp(path, "-") == 0;
	char *data;
	size_t size;
	int status;

	memset(out, 0, sizeof(*out));
	status = cpupolicy__read_file(&data, &size, path, error);
	if (status < 0)
		return status;
	status = cpupolicy_document_parse(
		out, standard ? "standard input" : path, data, size, error);
	free(data);
	return status;
}
