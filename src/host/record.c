/* SPDX-License-Identifier: MIT */
/*
 * record.c - one machine: its cores and its notes. fold.c joins equal ones.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

void cpupolicy__record_drop_core(struct cpupolicy_record *record)
{
	struct cpupolicy_core *core = &record->cores[--record->nr_cores];

	free(core->cpus);
	free(core->rows);
	free(core->msrs);
	free(core->known);
}

struct cpupolicy_record *cpupolicy_record_new(void)
{
	struct cpupolicy__record *whole = calloc(1, sizeof(*whole));

	return whole ? &whole->record : NULL;
}

void cpupolicy_record_free(struct cpupolicy_record *record)
{
	struct cpupolicy__record *whole = cpupolicy__record_whole(record);

	if (!record)
		return;
	while (record->nr_cores)
		cpupolicy__record_drop_core(record);
	for (size_t i = 0; i < record->nr_notes; i++)
		free(record->notes[i]);
	free(record->cores);
	free(record->notes);
	free(record->name);
	free(record->how);
	free(record->tool);
	free(record->kernel);
	free(record->microcode);
	free(record->date);
	free(whole->folded);
	free(whole->varying);
	free(whole);
}

int cpupolicy__set_string(char **string, const char *text)
{
	char *copy;

	if (!text)
		return 0;
	copy = strdup(text);
	if (!copy)
		return CPUPOLICY_E_MEMORY;
	cpupolicy__clean(copy);
	free(*string);
	*string = copy;
	return 0;
}

int cpupolicy_record_note(struct cpupolicy_record *record, const char *format,
			  ...)
{
	char text[512];
	char **notes;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);

	notes = realloc(record->notes, (record->nr_notes + 1) * sizeof(*notes));
	if (!notes)
		return CPUPOLICY_E_MEMORY;
	record->notes = notes;
	notes[record->nr_notes] = NULL;
	if (cpupolicy__set_string(&notes[record->nr_notes], text) < 0)
		return CPUPOLICY_E_MEMORY;
	record->nr_notes++;
	return 0;
}

static void *copy_of(const void *data, size_t nr, size_t size)
{
	/* one more byte, so that nothing to copy is not taken for no memory */
	void *copy = malloc(nr * size + 1);

	if (copy && nr)
		memcpy(copy, data, nr * size);
	return copy;
}

static int msr_order(const void *a, const void *b)
{
	const struct cpupolicy_msr *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int grow(struct cpupolicy__record *whole)
{
	struct cpupolicy_record *record = &whole->record;
	size_t nr = record->nr_cores + 1;
	struct cpupolicy_core *cores;
	void *folded;

	cores = realloc(record->cores, nr * sizeof(*cores));
	if (!cores)
		return CPUPOLICY_E_MEMORY;
	record->cores = cores;
	folded = realloc(whole->folded, nr * sizeof(*whole->folded));
	if (!folded)
		return CPUPOLICY_E_MEMORY;
	whole->folded = folded;
	return 0;
}

int cpupolicy__record_add_core(struct cpupolicy_record *record,
			       const struct cpupolicy_core *like)
{
	struct cpupolicy__record *whole = cpupolicy__record_whole(record);
	struct cpupolicy_core *core;

	if (grow(whole) < 0)
		return CPUPOLICY_E_MEMORY;
	core = &record->cores[record->nr_cores];
	*core = (struct cpupolicy_core){
		.cpus = strdup(like->cpus),
		.nr_cpus = like->nr_cpus,
		.rows = copy_of(like->rows, like->nr_rows, sizeof(*like->rows)),
		.nr_rows = like->nr_rows,
		.msrs = copy_of(like->msrs, like->nr_msrs, sizeof(*like->msrs)),
		.nr_msrs = like->nr_msrs,
		.known = like->known ? copy_of(like->known, like->nr_rows,
					       sizeof(*like->known))
				     : NULL,
	};
	whole->folded[record->nr_cores].hash = 0;
	whole->folded[record->nr_cores++].length = 0;
	if (!core->cpus || !core->rows || !core->msrs ||
	    (like->known && !core->known)) {
		cpupolicy__record_drop_core(record);
		return CPUPOLICY_E_MEMORY;
	}
	qsort(core->msrs, core->nr_msrs, sizeof(*core->msrs), msr_order);
	return 0;
}
