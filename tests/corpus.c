// SPDX-License-Identifier: MIT
/*
 * corpus.c - read the recorded CPUs that tests run over.
 */
#define _POSIX_C_SOURCE 200809L

#include "corpus.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_DIRECTORY "../shared/corpus"

const char *corpus_root(void)
{
	const char *root = getenv("CPUPOLICY_SOURCE_ROOT");

	return root ? root : ".";
}

/* A test that runs out of memory has nothing better to do. */
static void *must(void *pointer)
{
	if (!pointer) {
		fputs("out of memory\n", stderr);
		exit(99);
	}
	return pointer;
}

static struct corpus_cpu *add_cpu(struct corpus *corpus, const char *name,
				  size_t core)
{
	struct corpus_cpu *cpu;
	char text[CORPUS_PATH];

	if (core)
		snprintf(text, sizeof(text), "%s#%zu", name, core);
	else
		snprintf(text, sizeof(text), "%s", name);
	corpus->cpus = must(
		realloc(corpus->cpus, (corpus->nr_cpus + 1) * sizeof(*cpu)));
	cpu = &corpus->cpus[corpus->nr_cpus++];
	memset(cpu, 0, sizeof(*cpu));
	cpu->name = must(strdup(text));
	return cpu;
}

static const struct cpupolicy_row *find_row(const struct corpus_cpu *cpu,
					    uint32_t leaf)
{
	for (size_t i = 0; i < cpu->nr_rows; i++)
		if (cpu->rows[i].leaf == leaf)
			return &cpu->rows[i];
	return NULL;
}

/*
 * The signature counts only where leaf 1 says that there is a hypervisor: Intel
 * CPUs answer leaf 0x40000000 with an echo of another one.
 */
static void find_hypervisor(struct corpus_cpu *cpu)
{
	const struct cpupolicy_row *one = find_row(cpu, 1);
	const struct cpupolicy_row *row = find_row(cpu, 0x40000000);
	char text[13] = "";

	if (!one || !(one->ecx >> 31))
		return;
	for (int i = 0; row && i < 12; i++) {
		uint32_t part = i < 4 ? row->ebx : i < 8 ? row->ecx : row->edx;

		text[i] = (char)(part >> i % 4 * 8 & 0xff);
	}
	cpu->hypervisor = must(strdup(text[0] ? text : "unknown"));
}

static void add_record(struct corpus *corpus, const char *name,
		       const struct cpupolicy_record *record)
{
	for (size_t i = 0; i < record->nr_cores; i++) {
		const struct cpupolicy_core *core = &record->cores[i];
		struct corpus_cpu *cpu = add_cpu(corpus, name, i);
		size_t rows = core->nr_rows * sizeof(*cpu->rows);
		size_t msrs = core->nr_msrs * sizeof(*cpu->msrs);

		cpu->rows = must(malloc(rows + 1));
		cpu->msrs = must(malloc(msrs + 1));
		cpu->nr_rows = core->nr_rows;
		cpu->nr_msrs = core->nr_msrs;
		if (rows)
			memcpy(cpu->rows, core->rows, rows);
		if (msrs)
			memcpy(cpu->msrs, core->msrs, msrs);
		find_hypervisor(cpu);
		corpus->nr_with_msrs += core->nr_msrs != 0;
	}
}

static int read_document(struct corpus *corpus, const char *path,
			 const char *name)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	if (cpupolicy_document_read(&document, path, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return -1;
	}
	if (document.kind == CPUPOLICY_DOCUMENT_RECORD)
		add_record(corpus, name, document.record);
	cpupolicy_document_clear(&document);
	return 0;
}

static bool is_document(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".json") || !strcmp(dot, ".txt"));
}

/* Read all documents of a directory and of those below it, in order. */
static int read_directory(struct corpus *corpus, const char *path)
{
	struct dirent **entries;
	int nr = scandir(path, &entries, NULL, alphasort);
	int status = 0;

	if (nr < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < nr; i++) {
		const char *name = entries[i]->d_name;
		char below[CORPUS_PATH];
		struct stat about;

		snprintf(below, sizeof(below), "%s/%s", path, name);
		if (!status && name[0] != '.' && !stat(below, &about)) {
			if (S_ISDIR(about.st_mode))
				status = read_directory(corpus, below);
			else if (is_document(name))
				status = read_document(corpus, below, name);
		}
		free(entries[i]);
	}
	free(entries);
	return status;
}

static int entry_row(struct cpupolicy_row *row, const json_t *entry)
{
	uint32_t *const part[] = { &row->leaf, &row->subleaf, &row->eax,
				   &row->ebx,  &row->ecx,     &row->edx };

	if (json_array_size(entry) != 6)
		return -1;
	for (size_t i = 0; i < 6; i++) {
		const json_t *value = json_array_get(entry, i);
		json_int_t number = json_integer_value(value);

		if (!json_is_integer(value) || number < 0 ||
		    number > 0xffffffff)
			return -1;
		*part[i] = (uint32_t)number;
	}
	return 0;
}

static int add_dump(struct corpus *corpus, const json_t *dump)
{
	const json_t *entries = json_object_get(dump, "entries");
	const char *name = json_string_value(json_object_get(dump, "id"));
	const char *hypervisor =
		json_string_value(json_object_get(dump, "hypervisor"));
	size_t nr = json_array_size(entries);
	struct corpus_cpu *cpu;

	if (!name || !nr)
		return -1;
	cpu = add_cpu(corpus, name, 0);
	if (hypervisor)
		cpu->hypervisor = must(strdup(hypervisor));
	cpu->rows = must(calloc(nr, sizeof(*cpu->rows)));
	cpu->nr_rows = nr;
	for (size_t i = 0; i < nr; i++)
		if (entry_row(&cpu->rows[i], json_array_get(entries, i)))
			return -1;
	return 0;
}

static int read_dumps(struct corpus *corpus, const char *path, FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	unsigned long number = 0;
	int status = 0;

	while (!status && getline(&line, &size, in) >= 0) {
		json_error_t why = { .text = "" };
		json_t *dump = json_loads(line, JSON_REJECT_DUPLICATES, &why);

		number++;
		status = dump ? add_dump(corpus, dump) : -1;
		if (status)
			fprintf(stderr, "%s:%lu: %s\n", path, number,
				dump ? "expected id and entries of six numbers"
				     : why.text);
		json_decref(dump);
	}
	free(line);
	return status;
}

bool corpus_path(char out[CORPUS_PATH], const char *directory, const char *name)
{
	const char *asked = directory ? directory : getenv("CPUPOLICY_CORPUS");

	/* An empty setting, as build systems pass it, asks for nothing. */
	if (asked && *asked) {
		snprintf(out, CORPUS_PATH, "%s/%s", asked, name);
		return true;
	}
	snprintf(out, CORPUS_PATH, "%s/" DEFAULT_DIRECTORY "/%s", corpus_root(),
		 name);
	return false;
}

static int read_larger_set(struct corpus *corpus, const char *directory)
{
	char path[CORPUS_PATH];
	bool asked = corpus_path(path, directory, "dumps.jsonl");
	FILE *in = fopen(path, "r");
	int status;

	if (!in && !asked && errno == ENOENT)
		return 0;
	if (!in) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	status = read_dumps(corpus, path, in);
	fclose(in);
	*strrchr(path, '/') = '\0';
	corpus->directory = must(strdup(path));
	return status;
}

int corpus_load(struct corpus *out, const char *directory)
{
	char path[CORPUS_PATH];

	memset(out, 0, sizeof(*out));
	snprintf(path, sizeof(path), "%s/tests/data", corpus_root());
	if (read_directory(out, path))
		goto failed;
	out->nr_committed = out->nr_cpus;
	if (read_larger_set(out, directory))
		goto failed;
	return 0;
failed:
	corpus_free(out);
	return -1;
}

void corpus_free(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->nr_cpus; i++) {
		free(corpus->cpus[i].name);
		free(corpus->cpus[i].hypervisor);
		free(corpus->cpus[i].rows);
		free(corpus->cpus[i].msrs);
	}
	free(corpus->cpus);
	free(corpus->directory);
	memset(corpus, 0, sizeof(*corpus));
}

void corpus_announce(FILE *out, const struct corpus *corpus)
{
	fprintf(out,
		"# %zu recorded CPUs of tests/data, %zu of them with MSRs; ",
		corpus->nr_committed, corpus->nr_with_msrs);
	if (corpus->directory)
		fprintf(out, "%zu more, without MSRs, of %s\n",
			corpus->nr_cpus - corpus->nr_committed,
			corpus->directory);
	else
		fputs("the larger corpus is absent (CPUPOLICY_CORPUS=DIR)\n",
		      out);
}
