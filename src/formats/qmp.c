// SPDX-License-Identifier: MIT
/*
 * qmp.c - what QEMU's query-cpu-model-expansion answers, alone or in all that
 * was said on a QMP socket:
 *
 *	{"QMP": {"version": {"qemu": {"major": 7, ...}, ...}, ...}}
 *	{"return": {}}
 *	{"return": {"model": {"name": "base", "props": {"avx2": true, ...}}}}
 *
 * QEMU says of every feature that it has a name for whether the guest sees it.
 */
#include <stdlib.h>
#include <string.h>

#include "qmp.h"

struct reading {
	struct cpupolicy__dump dump;
	struct cpupolicy__json json; /* its line is that of the value */
	struct cpupolicy__named named;
	struct cpupolicy__text enlightenments; /* hv-*, that are on */
	char trouble[200];		       /* what QEMU answered in vain */
	int trouble_line;
	int model_line; /* 0: there was no model yet */
};

static int no_memory(const struct reading *reading)
{
	return cpupolicy__no_memory(reading->json.error, reading->json.name);
}

static int read_model(struct reading *reading,
		      const struct cpupolicy__node *model)
{
	struct cpupolicy__node name, props;
	int status;

	if (reading->model_line)
		return cpupolicy__json_fail(
			&reading->json, model->pointer,
			"a second CPU model, expected a single one; the first "
			"is in line %d",
			reading->model_line);
	reading->model_line = reading->json.line;
	status = cpupolicy__json_member(&name, &reading->json, model, "name",
					JSON_STRING, true);
	if (status == 0)
		status = cpupolicy__json_member(&props, &reading->json, model,
						"props", JSON_OBJECT, false);
	if (status < 0)
		return status;
	if (!props.value)
		return cpupolicy__json_fail(
			&reading->json, model->pointer,
			"'props' is missing: only query-cpu-model-expansion "
			"says what the model '%.60s' has",
			json_string_value(name.value));
	status = cpupolicy__qmp_tell(&reading->named, &reading->enlightenments,
				     &reading->json, &props);
	if (status == 0 &&
	    cpupolicy_record_note(reading->dump.record,
				  "QEMU's CPU model '%.60s', expanded",
				  json_string_value(name.value)) < 0)
		status = no_memory(reading);
	return status;
}

/* The greeting says which QEMU it is. */
static int read_greeting(struct reading *reading, const json_t *greeting)
{
	const json_t *qemu =
		json_object_get(json_object_get(greeting, "version"), "qemu");
	double version[3];
	const char *const parts[3] = { "major", "minor", "micro" };
	char text[64];

	for (size_t i = 0; i < 3; i++) {
		version[i] = json_number_value(json_object_get(qemu, parts[i]));
		if (!(version[i] >= 0 && version[i] < 1000))
			return 0;
	}
	snprintf(text, sizeof(text), "QEMU %.0f.%.0f.%.0f", version[0],
		 version[1], version[2]);
	return cpupolicy__set_string(&reading->dump.record->tool, text) < 0
		       ? no_memory(reading)
		       : 0;
}

static void keep_trouble(struct reading *reading, const char *format,
			 const char *text)
{
	if (reading->trouble_line)
		return;
	reading->trouble_line = reading->json.line;
	snprintf(reading->trouble, sizeof(reading->trouble), format, text);
}

/* One value of what was said. Events, and answers to other commands, pass. */
static int read_value(struct reading *reading, json_t *value)
{
	struct cpupolicy__node root = { value, "" }, node, model;
	json_t *error = json_object_get(value, "error"),
	       *answer = json_object_get(value, "return"),
	       *first = json_array_get(answer, 0);

	if (!json_is_object(value))
		return cpupolicy__json_fail(&reading->json, "",
					    "expected an object, as QMP has");
	if (json_object_get(value, "QMP"))
		return read_greeting(reading, json_object_get(value, "QMP"));
	if (error) {
		const char *text =
			json_string_value(json_object_get(error, "desc"));

		keep_trouble(reading, "QEMU answered with an error: %.120s",
			     text ? text : "?");
	}
	if (json_object_get(first, "typename"))
		keep_trouble(reading, "%s",
			     "query-cpu-definitions does not say what a model "
			     "has; query-cpu-model-expansion does");
	node = root;
	if (answer)
		cpupolicy__json_child(&node, &root, "return", answer);
	cpupolicy__json_child(&model, &node, "model",
			      json_object_get(node.value, "model"));
	return json_is_object(model.value) ? read_model(reading, &model) : 0;
}

/* How much of the text the next value is; what is none fails when loaded. */
static size_t value_length(const struct cpupolicy__source *rest)
{
	size_t length = 0;

	if (*rest->text == '{' || *rest->text == '[')
		length = cpupolicy__json_end(rest->text, rest->size, false);
	return length ? length : rest->size;
}

static int read_values(struct reading *reading)
{
	struct cpupolicy__source rest = *reading->dump.source, one;
	int status = 0;

	if (rest.first_line < 1)
		rest.first_line = 1;
	while (status == 0) {
		json_t *value;

		while (rest.size && memchr(" \t\r\n", *rest.text, 4)) {
			rest.first_line += *rest.text == '\n';
			rest.text++;
			rest.size--;
		}
		if (!rest.size)
			break;
		one = rest;
		one.size = value_length(&rest);
		reading->json.line = one.first_line;
		status = cpupolicy__json_load(&value, &one,
					      JSON_DECODE_INT_AS_REAL,
					      reading->json.error);
		if (status < 0)
			break;
		status = read_value(reading, value);
		json_decref(value);
		for (size_t i = 0; i < one.size; i++)
			rest.first_line += one.text[i] == '\n';
		rest.text += one.size;
		rest.size -= one.size;
	}
	return status;
}

static int no_model(const struct reading *reading)
{
	return cpupolicy__fail_at(
		reading->json.error, CPUPOLICY_E_MEANING, reading->json.name,
		reading->trouble_line, 0, "%s",
		reading->trouble_line
			? reading->trouble
			: "nothing here answers query-cpu-model-expansion");
}

static int finish(struct reading *reading)
{
	struct cpupolicy_record *record = reading->dump.record;
	const struct cpupolicy__text *hv = &reading->enlightenments;
	int status = cpupolicy__named_close(&reading->named);

	if (status == 0 &&
	    cpupolicy__named_has(&reading->named, "clflush_size"))
		status = cpupolicy_record_note(
			record, "the size of CLFLUSH is 64 bytes, as QEMU has "
				"it for all guests");
	if (status == 0 && hv->length)
		status = cpupolicy_record_note(
			record, "Hyper-V's enlightenments are left out:%s",
			hv->failed ? "" : hv->s);
	if (status == 0)
		status = cpupolicy__named_notes(&reading->named, record);
	if (status < 0)
		return no_memory(reading);
	return cpupolicy__named_put(&reading->named, &reading->dump,
				    reading->model_line);
}

static int read_qmp(struct cpupolicy_document *out,
		    const struct cpupolicy__source *source,
		    struct cpupolicy_error *error)
{
	struct reading reading = {
		.json = { source->name, error, 0 },
		.named = { .project = CPUPOLICY__QEMU },
	};
	int status = cpupolicy__dump_begin(&reading.dump, out, source, error,
					   "QMP query-cpu-model-expansion");

	if (status == 0)
		status = read_values(&reading);
	if (status == 0 && !reading.model_line)
		status = no_model(&reading);
	if (status == 0)
		status = finish(&reading);
	cpupolicy__named_clear(&reading.named);
	free(cpupolicy__text_take(&reading.enlightenments));
	return cpupolicy__dump_end(&reading.dump, reading.model_line, status);
}

/* Move past @word, and the blanks before it; false, and nothing moved: it is
 * not there. */
static bool take(struct cpupolicy__source *rest, const char *word)
{
	size_t length = strlen(word), at = 0;

	while (at < rest->size && memchr(" \t\r\n", rest->text[at], 4))
		at++;
	if (rest->size - at < length ||
	    memcmp(rest->text + at, word, length) != 0)
		return false;
	rest->text += at + length;
	rest->size -= at + length;
	return true;
}

static bool takes_any(const struct cpupolicy__source *source,
		      const char *const *keys)
{
	for (; *keys; keys++) {
		struct cpupolicy__source rest = *source;

		if (take(&rest, "{") && take(&rest, *keys))
			return true;
	}
	return false;
}

bool cpupolicy__is_qmp_talk(const char *text, size_t size)
{
	static const char *const keys[] = { "\"QMP\"", "\"error\"",
					    "\"timestamp\"", "\"event\"",
					    NULL };
	const struct cpupolicy__source source = { .text = text, .size = size };
	struct cpupolicy__source rest = source;

	return takes_any(&source, keys) ||
	       (take(&rest, "{") && take(&rest, "\"return\"") &&
		take(&rest, ":") && take(&rest, "{") && take(&rest, "}"));
}

/* An object whose first key is one that QMP has. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	static const char *const keys[] = { "\"return\"", "\"model\"", NULL };

	return cpupolicy__is_qmp_talk(source->text, source->size) ||
			       takes_any(source, keys)
		       ? CPUPOLICY__YES
		       : CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_qmp = {
	.info = { .name = "qmp",
		  .title = "QEMU's answer to query-cpu-model-expansion",
		  .reads = true,
		  .partial = true },
	.probe = probe,
	.read = read_qmp,
};
