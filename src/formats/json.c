/* SPDX-License-Identifier: MIT */
/*
 * json.c - the project's own documents; docs/json.md. "format" says which.
 */
#include <stdlib.h>
#include <string.h>

#include "format.h"

/*
 * jansson needs up to 40 bytes of memory for a byte of text, and a record of
 * 1,024 kinds of core with 92 rows each is smaller than this.
 */
#define MAX_JSON ((size_t)8 << 20)

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

static int read_json(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	struct cpupolicy__json json = { source->name, error };
	struct cpupolicy__node root = { NULL, "" };
	json_error_t why;
	int status;

	if (source->size > MAX_JSON)
		return cpupolicy__fail_at(
			error, CPUPOLICY_E_MEANING, source->name, 0, 0,
			"is JSON larger than %zu MiB", MAX_JSON >> 20);
	root.value = json_loadb(source->text, source->size,
				JSON_REJECT_DUPLICATES, &why);
	if (!root.value)
		return syntax_error(source, &why, error);
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
