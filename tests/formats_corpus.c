// SPDX-License-Identifier: MIT
/*
 * formats_corpus.c - read every original dump file of the larger set, and
 * compare with what another parser made of it. Prints TAP.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

#define EXPECTATIONS "tests/data/formats/expectations.list"

/* A line of the list of expectations that are wrong. */
struct exception {
	char id[128], what[16];
	bool met;
};

static struct exception exceptions[256];
static size_t nr_exceptions;
static int nr_tests, nr_failures;

static bool read_exceptions(void)
{
	char path[CORPUS_PATH], line[512];
	bool ok = true;
	FILE *in;

	snprintf(path, sizeof(path), "%s/" EXPECTATIONS, corpus_root());
	in = fopen(path, "r");
	while (in && ok && fgets(line, sizeof(line), in)) {
		struct exception *e = &exceptions[nr_exceptions];
		int used = 0;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		ok = nr_exceptions + 1 <
			     sizeof(exceptions) / sizeof(exceptions[0]) &&
		     sscanf(line, "%127s %15s %n", e->id, e->what, &used) ==
			     2 &&
		     line[used];
		nr_exceptions++;
	}
	if (!in || !ok)
		fprintf(stderr, "%s: %s\n", path,
			in ? "expected a name, what of it, and a reason"
			   : strerror(errno));
	if (in)
		fclose(in);
	return in && ok;
}

/* Say that something differs, unless it is known to; for TAP a comment. */
static bool differs(const char *id, const char *what, const char *how)
{
	for (size_t i = 0; i < nr_exceptions; i++)
		if (!strcmp(exceptions[i].id, id) &&
		    !strcmp(exceptions[i].what, what)) {
			exceptions[i].met = true;
			return false;
		}
	printf("# %s: %s: %s\n", id, what, how);
	return true;
}

static int row_order(const void *a, const void *b)
{
	const struct cpupolicy_row *x = a, *y = b;

	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	return x->subleaf < y->subleaf ? -1 : x->subleaf > y->subleaf;
}

/* The rows of @entries, in order; to be freed. */
static struct cpupolicy_row *expected_rows(const json_t *entries)
{
	size_t nr = json_array_size(entries);
	struct cpupolicy_row *rows = calloc(nr + 1, sizeof(*rows));

	for (size_t i = 0; rows && i < nr; i++) {
		const json_t *entry = json_array_get(entries, i);
		uint32_t *const part[] = { &rows[i].leaf, &rows[i].subleaf,
					   &rows[i].eax,  &rows[i].ebx,
					   &rows[i].ecx,  &rows[i].edx };

		for (size_t n = 0; n < 6; n++)
			*part[n] = (uint32_t)json_integer_value(
				json_array_get(entry, n));
	}
	if (rows)
		qsort(rows, nr, sizeof(*rows), row_order);
	return rows;
}

static bool same_row(const struct cpupolicy_row *a,
		     const struct cpupolicy_row *b)
{
	return row_order(a, b) == 0 && a->eax == b->eax && a->ebx == b->ebx &&
	       a->ecx == b->ecx && a->edx == b->edx;
}

static bool check_entries(const char *id, const json_t *entries,
			  const struct cpupolicy_core *core)
{
	struct cpupolicy_row *expected = expected_rows(entries), *rows;
	size_t nr = json_array_size(entries), i = 0;
	char how[128] = "";

	rows = malloc((core->nr_rows + 1) * sizeof(*rows));
	if (!expected || !rows)
		abort();
	memcpy(rows, core->rows, core->nr_rows * sizeof(*rows));
	qsort(rows, core->nr_rows, sizeof(*rows), row_order);
	while (i < nr && i < core->nr_rows && same_row(&rows[i], &expected[i]))
		i++;
	if (i < core->nr_rows)
		snprintf(how, sizeof(how),
			 "row %zu of %zu, leaf 0x%" PRIx32 ".%" PRIx32
			 ", is another or too many; %zu expected",
			 i, core->nr_rows, rows[i].leaf, rows[i].subleaf, nr);
	else if (i < nr)
		snprintf(how, sizeof(how),
			 "no row for leaf 0x%" PRIx32 ".%" PRIx32,
			 expected[i].leaf, expected[i].subleaf);
	free(expected);
	free(rows);
	return how[0] && differs(id, "entries", how);
}

static const char *text_of(const json_t *dump, const char *key)
{
	const char *text = json_string_value(json_object_get(dump, key));

	return text ? text : "";
}

static bool check_identity(const char *id, const json_t *dump,
			   const struct cpupolicy_core *core)
{
	struct cpupolicy_signature signature = cpupolicy_core_signature(core);
	const struct cpupolicy_row *row = cpupolicy_core_row(core, 0, 0);
	const uint32_t vendor[3] = { row->ebx, row->edx, row->ecx };
	const uint32_t found[] = { signature.family, signature.model,
				   signature.stepping };
	static const char *const keys[] = { "family", "model", "stepping" };
	char name[13] = "", how[128] = "";

	memcpy(name, vendor, 12);
	if (strcmp(name, text_of(dump, "vendor")) != 0)
		snprintf(how, sizeof(how), "the vendor is '%s'", name);
	for (size_t i = 0; i < 3; i++)
		if (json_integer_value(json_object_get(dump, keys[i])) !=
		    found[i])
			snprintf(how, sizeof(how), "%s is %" PRIu32, keys[i],
				 found[i]);
	return how[0] && differs(id, "identity", how);
}

static bool check_brand(const char *id, const json_t *dump,
			const struct cpupolicy_core *core)
{
	char brand[64];

	cpupolicy_core_brand(brand, core);
	return strcmp(brand, text_of(dump, "brand")) != 0 &&
	       differs(id, "brand", brand);
}

static bool check_ncpus(const char *id, const json_t *dump,
			const struct cpupolicy_record *record)
{
	const json_t *ncpus = json_object_get(dump, "ncpus");
	uint32_t nr = 0;
	char how[64];

	for (size_t i = 0; i < record->nr_cores; i++)
		nr += record->cores[i].nr_cpus;
	snprintf(how, sizeof(how), "%" PRIu32 " CPUs", nr);
	return json_is_integer(ncpus) && json_integer_value(ncpus) != nr &&
	       differs(id, "ncpus", how);
}

static bool check_document(const char *id, const json_t *dump,
			   const struct cpupolicy_document *document)
{
	const struct cpupolicy_core *first;
	int failed = 0;

	if (document->kind != CPUPOLICY_DOCUMENT_RECORD)
		return differs(id, "format", "no record");
	first = &document->record->cores[0];
	failed += check_entries(id, json_object_get(dump, "entries"), first);
	failed += check_identity(id, dump, first);
	failed += check_brand(id, dump, first);
	failed += check_ncpus(id, dump, document->record);
	return failed != 0;
}

static void test_dump(const json_t *dump, const char *raw)
{
	struct cpupolicy_document document = { 0 };
	struct cpupolicy_error error;
	const char *id = text_of(dump, "id");
	char path[CORPUS_PATH];
	bool failed;

	corpus_path(path, NULL, raw);
	if (cpupolicy_document_read(&document, path, &error))
		failed = differs(id, "format", error.text);
	else
		failed = check_document(id, dump, &document);
	nr_failures += failed;
	printf("%sok %d - %s%s%s\n", failed ? "not " : "", ++nr_tests, id,
	       document.format ? ", " : "",
	       document.format ? document.format : "");
	cpupolicy_document_clear(&document);
}

static void test_exceptions(void)
{
	for (size_t i = 0; i < nr_exceptions; i++) {
		nr_failures += !exceptions[i].met;
		printf("%sok %d - %s differs as " EXPECTATIONS " says\n",
		       exceptions[i].met ? "" : "not ", ++nr_tests,
		       exceptions[i].id);
	}
}

static bool test_dumps(FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	while (ok && getline(&line, &size, in) >= 0) {
		json_t *dump = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		const char *raw = text_of(dump, "raw");

		ok = dump != NULL;
		if (*raw)
			test_dump(dump, raw);
		json_decref(dump);
	}
	free(line);
	return ok;
}

int main(void)
{
	char path[CORPUS_PATH];
	bool asked = corpus_path(path, NULL, "dumps.jsonl");
	FILE *in = fopen(path, "r");

	if (!in && !asked) {
		puts("1..0 # SKIP the larger corpus is absent "
		     "(CPUPOLICY_CORPUS=DIR)");
		return 0;
	}
	if (!in || !read_exceptions() || !test_dumps(in)) {
		fprintf(stderr, "%s cannot be read\n", path);
		nr_failures++;
	} else {
		test_exceptions();
	}
	if (in)
		fclose(in);
	printf("1..%d\n", nr_tests);
	return nr_failures != 0;
}
