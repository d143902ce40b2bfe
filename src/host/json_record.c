/* SPDX-License-Identifier: MIT */
/*
 * json_record.c - records in the project's own format; docs/json.md.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "json_util.h"

static const char *const record_keys[] = {
	"format",    "version", "name",	 "how",	  "tool", "kernel",
	"microcode", "date",	"notes", "cores", NULL,
};
static const char *const core_keys[] = { "cpus", "rows", "known", "msrs",
					 NULL };

static int read_strings(struct cpupolicy_record *record,
			const struct cpupolicy__json *json,
			const struct cpupolicy__node *root)
{
	const struct {
		const char *key;
		char **string;
	} strings[] = {
		{ "name", &record->name },
		{ "how", &record->how },
		{ "tool", &record->tool },
		{ "kernel", &record->kernel },
		{ "microcode", &record->microcode },
		{ "date", &record->date },
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]) && !status;
	     i++)
		status = cpupolicy__json_copy(strings[i].string, json, root,
					      strings[i].key);
	return status;
}

static int read_notes(struct cpupolicy_record *record,
		      const struct cpupolicy__json *json,
		      const struct cpupolicy__node *root)
{
	struct cpupolicy__node notes, note;
	int status;

	status = cpupolicy__json_member(&notes, json, root, "notes", JSON_ARRAY,
					false);
	for (size_t i = 0; !status && i < json_array_size(notes.value); i++) {
		status = cpupolicy__json_element(&note, json, &notes, i,
						 JSON_STRING);
		if (status == 0 &&
		    cpupolicy_record_note(record, "%s",
					  json_string_value(note.value)) < 0)
			status = cpupolicy__no_memory(json->error, json->name);
	}
	return status;
}

static int read_rows(struct cpupolicy__rows *rows,
		     const struct cpupolicy__json *json,
		     const struct cpupolicy__node *core)
{
	struct cpupolicy__node array, node;
	bool leaf0 = false;
	int status;

	status = cpupolicy__json_member(&array, json, core, "rows", JSON_ARRAY,
					true);
	for (size_t i = 0; !status && i < json_array_size(array.value); i++) {
		struct cpupolicy_row row;

		status = cpupolicy__json_element(&node, json, &array, i,
						 JSON_STRING);
		if (status < 0)
			return status;
		if (!cpupolicy__row_parse(&row, json_string_value(node.value)))
			return cpupolicy__json_fail(
				json, node.pointer,
				"'%.60s' is not a row, expected LEAF.SUBLEAF "
				"EAX EBX ECX EDX in hexadecimal",
				json_string_value(node.value));
		leaf0 = leaf0 || (row.leaf == 0 && row.subleaf == 0);
		status = cpupolicy__rows_add(rows, &row);
		if (status == CPUPOLICY_E_RANGE)
			return cpupolicy__json_fail(json, array.pointer,
						    "more than %d rows",
						    CPUPOLICY__MAX_ROWS);
		if (status < 0)
			return cpupolicy__no_memory(json->error, json->name);
	}
	if (status == 0 && !leaf0)
		return cpupolicy__json_fail(
			json, array.pointer,
			"there is no row for leaf 0, which every CPU has");
	return status;
}

/* @msrs: to be freed, also after a failure */
static int read_msrs(struct cpupolicy_msr **msrs, size_t *nr,
		     const struct cpupolicy__json *json,
		     const struct cpupolicy__node *core)
{
	struct cpupolicy__node array, node;
	int status;

	status = cpupolicy__json_member(&array, json, core, "msrs", JSON_ARRAY,
					false);
	if (status < 0 || !array.value)
		return status;
	*nr = json_array_size(array.value);
	if (*nr > CPUPOLICY__MAX_MSRS)
		return cpupolicy__json_fail(json, array.pointer,
					    "more than %d MSRs",
					    CPUPOLICY__MAX_MSRS);
	*msrs = calloc(*nr + 1, sizeof(**msrs));
	if (!*msrs)
		return cpupolicy__no_memory(json->error, json->name);
	for (size_t i = 0; i < *nr; i++) {
		status = cpupolicy__json_element(&node, json, &array, i,
						 JSON_STRING);
		if (status < 0)
			return status;
		if (!cpupolicy__msr_parse(&(*msrs)[i],
					  json_string_value(node.value)))
			return cpupolicy__json_fail(
				json, node.pointer,
				"'%.60s' is not an MSR, expected INDEX VALUE "
				"in hexadecimal",
				json_string_value(node.value));
		for (size_t j = 0; j < i; j++)
			if ((*msrs)[j].index == (*msrs)[i].index)
				return cpupolicy__json_fail(
					json, node.pointer,
					"MSR 0x%x came before",
					(unsigned)(*msrs)[i].index);
	}
	return 0;
}

/* The rows of which only some bits were recorded, and which these are. */
static int read_known(struct cpupolicy_core *like,
		      const struct cpupolicy__json *json,
		      const struct cpupolicy__node *core)
{
	struct cpupolicy__node array, node;
	int status;

	status = cpupolicy__json_member(&array, json, core, "known", JSON_ARRAY,
					false);
	if (status < 0 || !array.value)
		return status;
	like->known = malloc(like->nr_rows * sizeof(*like->known));
	if (!like->known)
		return cpupolicy__no_memory(json->error, json->name);
	memset(like->known, 0xff, like->nr_rows * sizeof(*like->known));
	if (json_array_size(array.value) > like->nr_rows)
		return cpupolicy__json_fail(json, array.pointer,
					    "%zu rows, expected %zu at "
					    "most",
					    json_array_size(array.value),
					    like->nr_rows);
	for (size_t i = 0; i < json_array_size(array.value); i++) {
		struct cpupolicy_row row;
		bool found = false;

		status = cpupolicy__json_element(&node, json, &array, i,
						 JSON_STRING);
		if (status < 0)
			return status;
		if (cpupolicy__row_parse(&row, json_string_value(node.value)))
			for (size_t j = 0; j < like->nr_rows; j++)
				if (like->rows[j].leaf == row.leaf &&
				    like->rows[j].subleaf == row.subleaf) {
					like->known[j] = row;
					found = true;
				}
		if (!found)
			return cpupolicy__json_fail(
				json, node.pointer,
				"'%.60s' is not one of the rows, expected "
				"LEAF.SUBLEAF and four masks in hexadecimal",
				json_string_value(node.value));
	}
	return 0;
}

static int add_core(struct cpupolicy_record *record,
		    const struct cpupolicy_core *like, const char *cpus,
		    const struct cpupolicy__json *json)
{
	struct cpupolicy_core core = *like;
	int status;

	core.cpus = strdup(cpus);
	status = core.cpus ? cpupolicy__record_add_core(record, &core)
			   : CPUPOLICY_E_MEMORY;
	free(core.cpus);
	return status < 0 ? cpupolicy__no_memory(json->error, json->name) : 0;
}

static int read_core(struct cpupolicy_record *record,
		     const struct cpupolicy__json *json,
		     const struct cpupolicy__node *core)
{
	struct cpupolicy__rows rows = { 0 };
	struct cpupolicy_core like = { 0 };
	struct cpupolicy__node cpus;
	int status;

	status = cpupolicy__json_keys(json, core, core_keys);
	if (status == 0)
		status = cpupolicy__json_member(&cpus, json, core, "cpus",
						JSON_STRING, true);
	if (status < 0)
		return status;
	like.nr_cpus = cpupolicy__cpus_parse(json_string_value(cpus.value));
	if (!like.nr_cpus)
		return cpupolicy__json_fail(
			json, cpus.pointer,
			"'%.60s' is not a list of CPUs, expected ascending "
			"numbers such as 0-7,16-23",
			json_string_value(cpus.value));
	status = read_rows(&rows, json, core);
	like.rows = rows.row;
	like.nr_rows = rows.nr;
	if (status == 0)
		status = read_known(&like, json, core);
	if (status == 0)
		status = read_msrs(&like.msrs, &like.nr_msrs, json, core);
	if (status == 0)
		status = add_core(record, &like, json_string_value(cpus.value),
				  json);
	cpupolicy__rows_clear(&rows);
	free(like.known);
	free(like.msrs);
	return status;
}

static int read_cores(struct cpupolicy_record *record,
		      const struct cpupolicy__json *json,
		      const struct cpupolicy__node *root)
{
	struct cpupolicy__node cores, core;
	size_t nr;
	int status;

	status = cpupolicy__json_member(&cores, json, root, "cores", JSON_ARRAY,
					true);
	if (status < 0)
		return status;
	nr = json_array_size(cores.value);
	if (nr == 0 || nr > CPUPOLICY__MAX_CORES)
		return cpupolicy__json_fail(json, cores.pointer,
					    "%zu cores, expected 1 to %d", nr,
					    CPUPOLICY__MAX_CORES);
	for (size_t i = 0; i < nr && !status; i++) {
		status = cpupolicy__json_element(&core, json, &cores, i,
						 JSON_OBJECT);
		if (status == 0)
			status = read_core(record, json, &core);
	}
	return status;
}

int cpupolicy__read_record(struct cpupolicy_document *out,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *root)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	int status;

	if (!record)
		return cpupolicy__no_memory(json->error, json->name);
	out->kind = CPUPOLICY_DOCUMENT_RECORD;
	out->record = record;
	status = cpupolicy__json_keys(json, root, record_keys);
	if (status == 0)
		status = cpupolicy__json_version(json, root);
	if (status == 0)
		status = read_strings(record, json, root);
	if (status == 0)
		status = read_notes(record, json, root);
	if (status == 0)
		status = read_cores(record, json, root);
	return status;
}

static json_t *write_core(const struct cpupolicy_core *core, bool *ok)
{
	json_t *object = json_object(), *rows = json_array(),
	       *msrs = json_array(), *known = json_array();
	char text[CPUPOLICY__ROW_TEXT];

	for (size_t i = 0; i < core->nr_rows; i++) {
		struct cpupolicy_row row = core->rows[i];

		cpupolicy__row_redact(&row);
		cpupolicy__row_text(text, &row);
		cpupolicy__json_append(rows, text, ok);
		if (!core->known || cpupolicy__all_known(&core->known[i]))
			continue;
		row = core->known[i];
		row.leaf = core->rows[i].leaf;
		row.subleaf = core->rows[i].subleaf;
		cpupolicy__row_text(text, &row);
		cpupolicy__json_append(known, text, ok);
	}
	for (size_t i = 0; i < core->nr_msrs; i++) {
		cpupolicy__msr_text(text, &core->msrs[i]);
		cpupolicy__json_append(msrs, text, ok);
	}
	cpupolicy__json_put(object, "cpus", json_string(core->cpus), ok);
	cpupolicy__json_put(object, "rows", rows, ok);
	if (json_array_size(known))
		cpupolicy__json_put(object, "known", known, ok);
	else
		json_decref(known);
	if (core->nr_msrs)
		cpupolicy__json_put(object, "msrs", msrs, ok);
	else
		json_decref(msrs);
	return object;
}

static void write_string(json_t *root, const char *key, const char *text,
			 bool *ok)
{
	if (text)
		cpupolicy__json_put(root, key, cpupolicy__json_clean(text), ok);
}

static char *to_text(const struct cpupolicy_record *record,
		     enum cpupolicy__layout layout)
{
	json_t *root = json_object(), *notes = json_array(),
	       *cores = json_array();
	bool ok = true;

	write_string(root, "format", "cpupolicy-record", &ok);
	cpupolicy__json_put(root, "version", json_integer(1), &ok);
	write_string(root, "name", record->name, &ok);
	write_string(root, "how", record->how, &ok);
	write_string(root, "tool", record->tool, &ok);
	write_string(root, "kernel", record->kernel, &ok);
	write_string(root, "microcode", record->microcode, &ok);
	write_string(root, "date", record->date, &ok);
	for (size_t i = 0; i < record->nr_notes; i++)
		cpupolicy__json_append(notes, record->notes[i], &ok);
	if (record->nr_notes)
		cpupolicy__json_put(root, "notes", notes, &ok);
	else
		json_decref(notes);
	for (size_t i = 0; i < record->nr_cores; i++)
		if (json_array_append_new(
			    cores, write_core(&record->cores[i], &ok)) < 0)
			ok = false;
	cpupolicy__json_put(root, "cores", cores, &ok);
	return cpupolicy__json_text(root, ok, layout);
}

char *cpupolicy_record_to_json(const struct cpupolicy_record *record)
{
	return to_text(record, CPUPOLICY__PAGE_LAYOUT);
}

char *cpupolicy_record_to_json_line(const struct cpupolicy_record *record)
{
	return to_text(record, CPUPOLICY__LINE_LAYOUT);
}
