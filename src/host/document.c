/* SPDX-License-Identifier: MIT */
/*
 * document.c - find out what a file holds, and read it.
 */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "../formats/dev_cpuid.h"

void cpupolicy_document_clear(struct cpupolicy_document *document)
{
	cpupolicy_record_free(document->record);
	free(document->policy_name);
	free(document->mask.hide);
	free(document->mask.caps);
	for (size_t i = 0; i < document->mask.nr_notes; i++)
		free(document->mask.notes[i]);
	free(document->mask.notes);
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

/* What files are that were packed or saved in another way by mistake. */
static const char *strange(const struct cpupolicy__source *source)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *says;
	} known[] = {
		{ "\x1f\x8b", 2, "is compressed by gzip; unpack it first" },
		{ "\xfd"
		  "7zXZ",
		  5, "is compressed by xz; unpack it first" },
		{ "BZh", 3, "is compressed by bzip2; unpack it first" },
		{ "\x28\xb5\x2f\xfd", 4,
		  "is compressed by zstd; unpack it first" },
		{ "PK\x03\x04", 4, "is a zip archive; unpack it first" },
		{ "\xff\xfe", 2, "is UTF-16; expected UTF-8 or ASCII" },
		{ "\xfe\xff", 2, "is UTF-16; expected UTF-8 or ASCII" },
		{ "", 0, NULL },
	};
	size_t i = 0;

	while (known[i].says &&
	       (source->size < known[i].size ||
		memcmp(source->text, known[i].magic, known[i].size) != 0))
		i++;
	if (known[i].says || source->size == 0 ||
	    !memchr(source->text, '\0', source->size))
		return known[i].says;
	return "is binary, expected text";
}

static int no_format(const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	const char *says = strange(source);

	if (source->size == 0)
		says = "is empty";
	if (says)
		return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX,
					  source->name, 0, 0, "%s", says);
	return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX, source->name, 1, 1,
				  "is in no format that is known; "
				  "cpupolicy convert --help lists them");
}

/* A record that does not say its own name has that of its file. */
static int name_record(struct cpupolicy_record *record,
		       const struct cpupolicy__source *source)
{
	struct cpupolicy__text name = { 0 };
	int status;

	if (record->name)
		return 0;
	cpupolicy__text_add(&name, "%s", source->name);
	if (source->first_line)
		cpupolicy__text_add(&name, ":%d", source->first_line);
	status = name.failed ? CPUPOLICY_E_MEMORY
			     : cpupolicy__set_string(&record->name, name.s);
	free(name.s);
	return status;
}

/* Note what is odd about it; our own records have their notes already. */
static int finish_record(struct cpupolicy_document *out,
			 const struct cpupolicy__source *source)
{
	struct cpupolicy_record *record = out->record;

	if (out->kind != CPUPOLICY_DOCUMENT_RECORD)
		return 0;
	if (name_record(record, source) < 0)
		return CPUPOLICY_E_MEMORY;
	return strcmp(out->format, "json") == 0
		       ? 0
		       : cpupolicy__record_inspect(record);
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
	if (status == 0 && finish_record(out, source) < 0)
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

static int read_device(struct cpupolicy_document *out, const char *path,
		       struct cpupolicy_error *error)
{
	const struct cpupolicy__source source = { .name = path };
	int status = cpupolicy__device_read(out, path, error);

	if (status == 0 && finish_record(out, &source) < 0)
		status = cpupolicy__no_memory(error, path);
	if (status < 0)
		cpupolicy_document_clear(out);
	return status;
}

int cpupolicy_document_read(struct cpupolicy_document *out, const char *path,
			    struct cpupolicy_error *error)
{
	char *data;
	size_t size;
	int status;

	memset(out, 0, sizeof(*out));
	if (strcmp(path, "-") != 0 && cpupolicy__is_device(path))
		return read_device(out, path, error);
	status = cpupolicy__read_file(&data, &size, path, error);
	if (status < 0)
		return status;
	status = cpupolicy_document_parse(out, cpupolicy__file_name(path), data,
					  size, error);
	free(data);
	return status;
}
