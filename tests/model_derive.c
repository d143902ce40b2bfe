// SPDX-License-Identifier: MIT
/*
 * model_derive.c - make models out of recorded CPUs.
 */
#define _POSIX_C_SOURCE 200809L

#include "model_derive.h"

#include <stdlib.h>
#include <string.h>

#define FILE_NAME "tables/models/derivation.csv"
#define COLUMNS	  6

static const char *const take_names[NR_TAKES] = {
	[TAKE_RECORD] = "record", [TAKE_MODEL] = "model", [TAKE_HIDE] = "hide",
	[TAKE_MODE] = "mode",	  [TAKE_LEAVE] = "leave",
};

/* The next cell of a line, without blanks and quotes around it; owned. */
static char *next_cell(const char **at)
{
	const char *end;
	size_t length;
	char *cell;

	*at += strspn(*at, " ");
	if (**at == '"') {
		(*at)++;
		length = strcspn(*at, "\"\n");
		end = *at + length + 1;
		end += strcspn(end, ",\n");
	} else {
		length = strcspn(*at, ",\n");
		end = *at + length;
		while (length && (*at)[length - 1] == ' ')
			length--;
	}
	cell = strndup(*at, length);
	*at = end + (*end == ',');
	return cell;
}

static int read_row(struct derivation *out, const char *text, int line)
{
	struct derive_row row = { .line = line };
	char *take;
	int status = -1;

	row.model = next_cell(&text);
	take = next_cell(&text);
	row.name = next_cell(&text);
	row.where = next_cell(&text);
	row.hash = next_cell(&text);
	row.note = next_cell(&text);
	for (int i = 0; i < NR_TAKES; i++)
		if (strcmp(take, take_names[i]) == 0) {
			row.take = (enum take)i;
			status = 0;
		}
	if (status)
		fprintf(stderr, FILE_NAME ":%d: take: '%s'\n", line, take);
	free(take);
	out->rows = realloc(out->rows, (out->nr + 1) * sizeof(row));
	if (!out->rows)
		abort();
	out->rows[out->nr++] = row;
	return status;
}

int derivation_load(struct derivation *out)
{
	char path[CORPUS_PATH];
	char *text = NULL;
	size_t size = 0;
	int line = 0, status = 0;
	bool header = true;
	FILE *in;

	*out = (struct derivation){ 0 };
	snprintf(path, sizeof(path), "%s/" FILE_NAME, corpus_root());
	in = fopen(path, "r");
	if (!in) {
		perror(path);
		return -1;
	}
	while (!status && getline(&text, &size, in) >= 0) {
		line++;
		if (text[0] == '#' || text[0] == '\n')
			continue;
		if (!header)
			status = read_row(out, text, line);
		header = false;
	}
	free(text);
	fclose(in);
	if (status)
		derivation_free(out);
	return status;
}

void derivation_free(struct derivation *derivation)
{
	for (size_t i = 0; i < derivation->nr; i++) {
		free(derivation->rows[i].model);
		free(derivation->rows[i].name);
		free(derivation->rows[i].where);
		free(derivation->rows[i].hash);
		free(derivation->rows[i].note);
	}
	free(derivation->rows);
	*derivation = (struct derivation){ 0 };
}

const struct corpus_cpu *derive_cpu(const struct corpus *corpus,
				    const char *name)
{
	for (size_t i = 0; i < corpus->nr_cpus; i++)
		if (strcmp(corpus->cpus[i].name, name) == 0)
			return &corpus->cpus[i];
	return NULL;
}

/* Is the next one another core of the same machine? */
static bool same_machine(const struct corpus *corpus,
			 const struct corpus_cpu *first,
			 const struct corpus_cpu *next)
{
	size_t length = strlen(first->name);

	return next < corpus->cpus + corpus->nr_cpus &&
	       strncmp(next->name, first->name, length) == 0 &&
	       next->name[length] == '#';
}

/* FNV-1a, 64 bits */
static uint64_t add_word(uint64_t hash, uint32_t word)
{
	for (int i = 0; i < 4; i++) {
		hash ^= word >> (8 * i) & 0xff;
		hash *= 0x100000001b3u;
	}
	return hash;
}

void derive_hash(char out[17], const struct corpus *corpus,
		 const struct corpus_cpu *cpu)
{
	const struct corpus_cpu *core = cpu;
	uint64_t hash = 0xcbf29ce484222325u;

	do {
		for (size_t i = 0; i < core->nr_rows; i++) {
			const struct cpupolicy_row *row = &core->rows[i];
			const uint32_t words[] = { row->leaf, row->subleaf,
						   row->eax,  row->ebx,
						   row->ecx,  row->edx };

			for (int w = 0; w < 6; w++)
				hash = add_word(hash, words[w]);
		}
		core++;
	} while (same_machine(corpus, cpu, core));
	snprintf(out, 17, "%08x%08x", (uint32_t)(hash >> 32), (uint32_t)hash);
}

/* The rows of the CPU itself: what a hypervisor says of itself is no model's.
 */
static size_t own_rows(struct cpupolicy_row *out, const struct corpus_cpu *core)
{
	size_t nr = 0;

	for (size_t i = 0; i < core->nr_rows; i++)
		if (core->rows[i].leaf < 0x40000000 ||
		    core->rows[i].leaf >= 0x40010000)
			out[nr++] = core->rows[i];
	return nr;
}

static int offer_of_core(struct cpupolicy_policy *out,
			 const struct corpus_cpu *core)
{
	struct cpupolicy_row *rows = calloc(core->nr_rows, sizeof(*rows));
	size_t nr = rows ? own_rows(rows, core) : 0;
	struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_OFFER,
		.hypervisor = CPUPOLICY_HYPERVISOR_NONE,
	};
	struct cpupolicy_policy other;
	/* MSRs were recorded of few CPUs: no model has any */
	int status =
		cpupolicy_hostset(out, rows, nr, NULL, 0, &options, NULL, NULL);

	/* what a hypervisor gave to a guest it gives to guests */
	options.guest = cpupolicy_rows_are_guest(core->rows, core->nr_rows);
	options.hypervisor = CPUPOLICY_HYPERVISOR_KVM;
	if (!status)
		status = cpupolicy_hostset(&other, rows, nr, NULL, 0, &options,
					   NULL, NULL);
	free(rows);
	return status ? status : cpupolicy_intersect(out, out, &other);
}

int derive_offer(struct cpupolicy_policy *out, const struct corpus *corpus,
		 const struct corpus_cpu *cpu)
{
	struct cpupolicy_policy next;
	int status = offer_of_core(out, cpu);

	for (const struct corpus_cpu *core = cpu + 1;
	     !status && same_machine(corpus, cpu, core); core++) {
		status = offer_of_core(&next, core);
		if (!status)
			status = cpupolicy_intersect(out, out, &next);
	}
	return status;
}

static int complain(const struct derive_row *row, const char *text)
{
	fprintf(stderr, FILE_NAME ":%d: %s: %s\n", row->line, row->name, text);
	return -1;
}

static int add_part(struct cpupolicy_baseline *baseline, size_t *missing,
		    const struct derivation *derivation,
		    const struct corpus *corpus, const struct derive_row *row)
{
	const struct corpus_cpu *cpu;
	struct cpupolicy_policy part;
	int status;

	if (row->take == TAKE_MODEL) {
		size_t gone = 0;

		status = derive_model(&part, &gone, derivation, corpus,
				      row->name);
		*missing += gone;
		if (status <= 0)
			return status;
	} else {
		cpu = derive_cpu(corpus, row->name);
		if (!cpu) {
			(*missing)++;
			return 0;
		}
		status = derive_offer(&part, corpus, cpu);
		if (status)
			return complain(row, cpupolicy_strerror(status));
	}
	status = cpupolicy_baseline_add(baseline, &part);
	return status ? complain(row, cpupolicy_strerror(status)) : 0;
}

static int hide_all(struct cpupolicy_policy *policy,
		    const struct derive_row *row)
{
	const char *at = row->name;

	while (*at) {
		size_t length = strcspn(at, " ");
		const struct cpupolicy_field *field =
			cpupolicy_field_find(at, length);
		cpupolicy_feature feature;

		if (!field ||
		    cpupolicy_feature_parse(&feature, field->name,
					    strlen(field->name)) < 0 ||
		    cpupolicy_hide(policy, &feature, 1, NULL, NULL) < 0)
			return complain(row, "cannot be hidden");
		at += length;
		at += strspn(at, " ");
	}
	return 0;
}

int derive_model(struct cpupolicy_policy *out, size_t *missing,
		 const struct derivation *derivation,
		 const struct corpus *corpus, const char *model)
{
	struct cpupolicy_baseline baseline;
	int status = 0;

	*missing = 0;
	cpupolicy_baseline_begin(&baseline, NULL, NULL);
	for (size_t i = 0; !status && i < derivation->nr; i++) {
		const struct derive_row *row = &derivation->rows[i];

		if (strcmp(row->model, model) == 0 &&
		    (row->take == TAKE_RECORD || row->take == TAKE_MODEL))
			status = add_part(&baseline, missing, derivation,
					  corpus, row);
	}
	if (status)
		return status;
	if (cpupolicy_baseline_finish(out, &baseline))
		return 0;
	for (size_t i = 0; !status && i < derivation->nr; i++) {
		const struct derive_row *row = &derivation->rows[i];

		if (strcmp(row->model, model) != 0)
			continue;
		if (row->take == TAKE_HIDE)
			status = hide_all(out, row);
		if (row->take == TAKE_MODE &&
		    cpupolicy_apply_mode(out, row->name, NULL, NULL))
			status = complain(row, "the mode cannot be applied");
	}
	return status ? status : (int)baseline.nr;
}
