/* SPDX-License-Identifier: MIT */
/*
 * json.c - the project's own documents; docs/json.md. "format" says which.
 */
#include <stdlib.h>
#include <string.h>

#include "format.h"

/*
 * What jansson needs for a value, and more for one that holds others. An empty
 * object takes a hundred times the memory of its text, so text that is all
 * brackets is refused before it is loaded: no document is.
 */
enum { VALUE_BYTES = 72, ARRAY_BYTES = 112, OBJECT_BYTES = 200 };
enum { MAX_BYTES_PER_BYTE = 16, SMALL_BYTES = 1 << 16 };

static bool too_dense(const struct cpupolicy__source *source)
{
	bool in_string = false;
	size_t bytes = 0;

	for (size_t i = 0; i < source->size; i++) {
		char c = source->text[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && c == ',')
			bytes += VALUE_BYTES;
		else if (!in_string && c == '[')
			bytes += ARRAY_BYTES;
		else if (!in_string && c == '{')
			bytes += OBJECT_BYTES;
	}
	return bytes > MAX_BYTES_PER_BYTE * source->size + SMALL_BYTES;
}

static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	for (size_t i = 0; i < source->size; i++) {
		if (strchr(" \t\r\n", source->text[i]) && source->text[i])
			continue;
		return source->text[i] == '{' ? CPUPOLICY__PERHAPS
					      : CPUPOLICY__NO;
	}
	return CPUPOLICY__NO;
}

/* The other format that this object is of; NULL: none. */
static const struct cpupolicy__format *foreign(const json_t *root)
{
	for (size_t i = 0; cpupolicy__formats[i]; i++)
		if (cpupolicy__formats[i]->is_json &&
		    cpupolicy__formats[i]->is_json(root))
			return cpupolicy__formats[i];
	return NULL;
}

static int read_root(struct cpupolicy_document *out,
		     const struct cpupolicy__json *json,
		     const struct cpupolicy__node *root)
{
	static const struct {
		const char *format;
		int (*read)(struct cpupolicy_document *out,
			    const struct cpupolicy__json *json,
			    const struct cpupolicy__node *root);
	} kinds[] = {
		{ "cpupolicy-record", cpupolicy__read_record },
		{ "cpupolicy-policy", cpupolicy__read_policy },
		{ "cpupolicy-mask", cpupolicy__read_mask },
	};
	const struct cpupolicy__format *other = foreign(root->value);
	struct cpupolicy__node node;
	const char *format;
	int status;

	if (other) {
		out->format = other->info.name;
		return other->read_json(out, json, root);
	}
	status = cpupolicy__json_member(&node, json, root, "format",
					JSON_STRING, true);
	if (status < 0)
		return status;
	format = json_string_value(node.value);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(format, kinds[i].format) == 0)
			return kinds[i].read(out, json, root);
	return cpupolicy__json_fail(
		json, node.pointer,
		"unknown format '%.60s', expected cpupolicy-record, "
		"cpupolicy-policy or cpupolicy-mask",
		format);
}

static int syntax_error(const struct cpupolicy__source *source,
			const json_error_t *why, struct cpupolicy_error *error)
{
	int before = source->first_line > 0 ? source->first_line - 1 : 0;

	if (json_error_code(why) == json_error_out_of_memory)
		return cpupolicy__no_memory(error, source->name);
	return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX, source->name,
				  why->line > 0 ? why->line + before : 0,
				  why->column > 0 ? why->column : 0,
				  "not valid JSON: %s", why->text);
}

int cpupolicy__json_load(json_t **out, const struct cpupolicy__source *source,
			 size_t flags, struct cpupolicy_error *error)
{
	json_error_t why;

	if (source->size > CPUPOLICY__MAX_JSON)
		return cpupolicy__fail_at(error, CPUPOLICY_E_MEANING,
					  source->name, source->first_line, 0,
					  "is JSON larger than %zu MiB",
					  CPUPOLICY__MAX_JSON >> 20);
	if (too_dense(source))
		return cpupolicy__fail_at(
			error, CPUPOLICY_E_MEANING, source->name,
			source->first_line, 0,
			"is JSON of more and smaller values than any document");
	*out = json_loadb(source->text, source->size,
			  flags | JSON_REJECT_DUPLICATES, &why);
	return *out ? 0 : syntax_error(source, &why, error);
}

static int read_json(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct cpupolicy__json json = { source->name, error,
					source->first_line };
	struct cpupolicy__node root = { NULL, "" };
	int status;

	if (cpupolicy__json_lines(source->text, source->size) > 0)
		return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX,
					  source->name, 0, 0,
					  "holds several documents, one per "
					  "line; expected a single one");
	status = cpupolicy__json_load(&root.value, source, 0, error);
	if (status < 0)
		return status;
	status = read_root(out, &json, &root);
	json_decref(root.value);
	return status;
}

static void write_json(struct cpupolicy__writing *writing,
		       const struct cpupolicy_record *record)
{
	char *text = cpupolicy_record_to_json(record);

	if (text)
		cpupolicy__text_add(writing->out, "%s", text);
	else
		writing->out->failed = true;
	free(text);
}

const struct cpupolicy__format cpupolicy__format_json = {
	.info = { .name = "json",
		  .title = "the project's own JSON: records, policies, masks",
		  .reads = true,
		  .writes = true },
	.probe = probe,
	.read = read_json,
	.write = write_json,
};
