/* SPDX-License-Identifier: MIT */
/*
 * formats.h - read and write policies, records and masks. Hosted library.
 */
#ifndef CPUPOLICY_FORMATS_H
#define CPUPOLICY_FORMATS_H

#include <cpupolicy/record.h>

/** enum cpupolicy_document_kind - what a file turned out to hold */
enum cpupolicy_document_kind {
	CPUPOLICY_DOCUMENT_NONE,
	CPUPOLICY_DOCUMENT_RECORD,
	CPUPOLICY_DOCUMENT_POLICY,
	CPUPOLICY_DOCUMENT_MASK,
};

/** struct cpupolicy_caps - numbers to lower, as a mask file has them */
struct cpupolicy_cap_item {
	const struct cpupolicy_field *field;
	uint32_t value;
};

/** struct cpupolicy_mask_spec - a mask file: features to hide, numbers to cap
 */
struct cpupolicy_mask_spec {
	cpupolicy_feature *hide; /* owned */
	size_t nr_hide;
	struct cpupolicy_cap_item *caps; /* owned */
	size_t nr_caps;
	char **notes; /* what the file says and no mask can do; owned */
	size_t nr_notes;
};

/** struct cpupolicy_document - one file, read */
struct cpupolicy_document {
	enum cpupolicy_document_kind kind;
	const char *format;		 /* "json", "cpuid-r", ...; constant */
	struct cpupolicy_record *record; /* owned; RECORD */
	struct cpupolicy_policy policy;	 /* POLICY */
	char *policy_name;		 /* owned; POLICY; may be NULL */
	struct cpupolicy_mask_spec mask; /* MASK */
};

/**
 * cpupolicy_document_parse - read a document from memory
 * @name: how to call it in messages
 *
 * The format is found by content. What reading did beyond copying, and what is
 * odd about what was read, are notes of the record.
 *
 * Returns 0, or (and @out is empty) CPUPOLICY_E_SYNTAX (not the format it
 * seemed to be, or none), CPUPOLICY_E_MEANING (well-formed, but a name, number
 * or combination is wrong), CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_document_parse(struct cpupolicy_document *out,
					   const char *name, const void *data,
					   size_t size,
					   struct cpupolicy_error *error);

/**
 * cpupolicy_document_read - read a file or a device; "-" is standard input
 *
 * /dev/cpu/N/cpuid is one CPU, /dev/cpu all of them.
 *
 * Returns what cpupolicy_document_parse() returns, or CPUPOLICY_E_IO.
 */
CPUPOLICY_API int cpupolicy_document_read(struct cpupolicy_document *out,
					  const char *path,
					  struct cpupolicy_error *error);

/** cpupolicy_document_clear - free what a document owns */
CPUPOLICY_API void
cpupolicy_document_clear(struct cpupolicy_document *document);

/** struct cpupolicy_stream - a file that is read document by document */
struct cpupolicy_stream;

/**
 * cpupolicy_stream_open - read documents one after another
 * @path: a file, a device or "-"; of a file with one JSON object per line every
 *	line is a document, of any other the whole is
 *
 * Memory is bounded by the largest document, whatever the size of the file.
 *
 * Returns 0, CPUPOLICY_E_IO or CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_stream_open(struct cpupolicy_stream **out,
					const char *path,
					struct cpupolicy_error *error);

/**
 * cpupolicy_stream_next - move to the next document
 * @text, @size: the document as it was written, until the next call; NULL and 0
 *	for a device. May be NULL
 *
 * Returns 1, 0 at the end, or CPUPOLICY_E_IO, CPUPOLICY_E_MEMORY or
 * CPUPOLICY_E_MEANING (larger than a document may be), after which it is at its
 * end.
 */
CPUPOLICY_API int cpupolicy_stream_next(const char **text, size_t *size,
					struct cpupolicy_stream *stream,
					struct cpupolicy_error *error);

/**
 * cpupolicy_stream_parse - read the document that the stream is at
 *
 * As cpupolicy_document_read(); messages name the line of the file.
 * CPUPOLICY_E_INVALID where the stream is at no document.
 */
CPUPOLICY_API int cpupolicy_stream_parse(struct cpupolicy_document *out,
					 struct cpupolicy_stream *stream,
					 struct cpupolicy_error *error);

/** cpupolicy_stream_name - "fleet.jsonl:17"; without the line if the document
 *	is the whole file, or before the first. Valid until the next call */
CPUPOLICY_API const char *
cpupolicy_stream_name(const struct cpupolicy_stream *stream);

/** cpupolicy_stream_close - NULL is allowed */
CPUPOLICY_API void cpupolicy_stream_close(struct cpupolicy_stream *stream);

/** struct cpupolicy_format_info - a format that the library knows */
struct cpupolicy_format_info {
	const char *name;  /* "cpuid-r", as documents have it */
	const char *title; /* for people; no full stop */
	bool reads, writes;
	bool untested; /* built from its documentation alone, never tried on
			* what the tool itself prints */
	bool partial;  /* never says everything about a CPU: the rest counts as
			* not recorded */
};

/** cpupolicy_format_at - walk all formats; NULL past the last */
CPUPOLICY_API const struct cpupolicy_format_info *
cpupolicy_format_at(uint32_t index);
/** cpupolicy_format_find - by name; NULL: none */
CPUPOLICY_API const struct cpupolicy_format_info *
cpupolicy_format_find(const char *name);

/** cpupolicy_lost - hears, in one sentence, of what a format cannot hold */
typedef void cpupolicy_lost(void *arg, const char *what);

/**
 * cpupolicy_record_write - write a record in a format
 * @out: NUL-terminated text, to be freed with free()
 * @format: a name of cpupolicy_format_at() with @writes
 * @lost: may be NULL
 *
 * Processor serial numbers are zeroed. Reading the text again gives the same
 * rows, but for what @lost heard of.
 *
 * Returns 0, CPUPOLICY_E_UNKNOWN (no such format, or it is only read),
 * CPUPOLICY_E_MEANING (the format has nothing for such a CPU) or
 * CPUPOLICY_E_MEMORY.
 */
CPUPOLICY_API int cpupolicy_record_write(char **out,
					 const struct cpupolicy_record *record,
					 const char *format,
					 cpupolicy_lost *lost, void *arg,
					 struct cpupolicy_error *error);

/**
 * cpupolicy_record_of_policy - the rows and MSRs of a policy, as a record of
 *	one CPU, to be written in a format that knows only rows
 *
 * Returns NULL without memory.
 */
CPUPOLICY_API struct cpupolicy_record *
cpupolicy_record_of_policy(const struct cpupolicy_policy *policy,
			   const char *name);

/**
 * cpupolicy_policy_to_json, cpupolicy_record_to_json - write the own format
 * @name: kept in the document; may be NULL
 *
 * Records are written with processor serial numbers zeroed. Keys and features
 * come in table order, so the same object always gives the same text.
 *
 * Return text to be freed with free(), or NULL without memory.
 */
CPUPOLICY_API char *
cpupolicy_policy_to_json(const struct cpupolicy_policy *policy,
			 const char *name);
CPUPOLICY_API char *
cpupolicy_record_to_json(const struct cpupolicy_record *record);

/**
 * cpupolicy_policy_to_json_line, cpupolicy_record_to_json_line - the same in
 *	one line, as a stream of documents has it
 */
CPUPOLICY_API char *
cpupolicy_policy_to_json_line(const struct cpupolicy_policy *policy,
			      const char *name);
CPUPOLICY_API char *
cpupolicy_record_to_json_line(const struct cpupolicy_record *record);

/**
 * cpupolicy_policy_to_c - a policy as C source, to be linked or included
 * @name: of the array; characters that no identifier has become '_'; may be
 *	NULL: policy
 *
 * Defines an array of the encoded form (codec.h) and NAME_size, its bytes.
 *
 * Returns text to be freed with free(), or NULL without memory.
 */
CPUPOLICY_API char *cpupolicy_policy_to_c(const struct cpupolicy_policy *policy,
					  const char *name);

/**
 * cpupolicy_write_file - write beside, then rename: all or nothing
 * @path: "-" is standard output
 *
 * Returns 0, or CPUPOLICY_E_IO.
 */
CPUPOLICY_API int cpupolicy_write_file(const char *path, const char *text,
				       size_t size,
				       struct cpupolicy_error *error);

/**
 * cpupolicy_field_nearest - the name closest to a misspelt one
 *
 * Returns a field's name or alias, or NULL where nothing is near.
 */
CPUPOLICY_API const char *cpupolicy_field_nearest(const char *name);

/** cpupolicy_model_nearest - the same of models
 *
 * Returns a model's name, or NULL where nothing is near.
 */
CPUPOLICY_API const char *cpupolicy_model_nearest(const char *name);

#endif
