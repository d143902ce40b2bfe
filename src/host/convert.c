// SPDX-License-Identifier: MIT
/*
 * convert.c - which formats there are, and how to write one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../formats/format.h"

const struct cpupolicy_format_info *cpupolicy_format_at(uint32_t index)
{
	for (uint32_t i = 0; cpupolicy__formats[i]; i++)
		if (i == index)
			return &cpupolicy__formats[i]->info;
	return NULL;
}

/* By its name, which a version may follow. */
static const struct cpupolicy__format *find(const char *name)
{
	size_t length = strcspn(name, ":");

	for (size_t i = 0; cpupolicy__formats[i]; i++) {
		const struct cpupolicy__format *format = cpupolicy__formats[i];

		if (strncmp(format->info.name, name, length) == 0 &&
		    format->info.name[length] == '\0' &&
		    (!name[length] || format->has_versions))
			return format;
	}
	return NULL;
}

/* Which version of a tool to write for: the oldest, or that behind the name. */
static int find_release(unsigned *out, const struct cpupolicy__format *format,
			const char *name, struct cpupolicy_error *error)
{
	const char *version = strchr(name, ':');
	const struct cpupolicy__cpu_models *models;
	int found;

	*out = 0;
	if (!version)
		return 0;
	models = cpupolicy__cpu_models(format->project);
	found = cpupolicy__cpu_version_find(models, version + 1);
	if (found == -2)
		return cpupolicy__fail(error, CPUPOLICY_E_UNKNOWN,
				       "'%.40s' is not a version, expected a "
				       "number such as %.6s",
				       version + 1, models->version[0].name);
	if (found < 0)
		return cpupolicy__fail(error, CPUPOLICY_E_UNKNOWN,
				       "version %.40s is not known, the oldest "
				       "that is known is %s",
				       version + 1, models->version[0].name);
	*out = (unsigned)found;
	return 0;
}

const struct cpupolicy_format_info *cpupolicy_format_find(const char *name)
{
	const struct cpupolicy__format *format = find(name);

	return format ? &format->info : NULL;
}

void cpupolicy__lose(const struct cpupolicy__writing *writing,
		     const char *format, ...)
{
	char text[400];
	va_list ap;

	if (!writing->lost)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	writing->lost(writing->arg, text);
}

void cpupolicy__refuse(struct cpupolicy__writing *writing, const char *format,
		       ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	writing->status = cpupolicy__fail(writing->error, CPUPOLICY_E_MEANING,
					  "%s", text);
}

void cpupolicy__lose_msrs(const struct cpupolicy__writing *writing,
			  const struct cpupolicy_core *core)
{
	if (core->nr_msrs)
		cpupolicy__lose(writing,
				"CPU %.100s: %zu feature MSRs: the format has "
				"no place for them",
				core->cpus, core->nr_msrs);
}

void cpupolicy__lose_known(const struct cpupolicy__writing *writing,
			   const struct cpupolicy_core *core)
{
	size_t nr = 0;

	for (size_t i = 0; core->known && i < core->nr_rows; i++)
		nr += !cpupolicy__all_known(&core->known[i]);
	if (nr)
		cpupolicy__lose(writing,
				"CPU %.100s: %zu rows were recorded in part: "
				"what was not recorded is written as zero",
				core->cpus, nr);
}

void cpupolicy__lose_cpus(const struct cpupolicy__writing *writing,
			  const struct cpupolicy_record *record)
{
	const struct cpupolicy_core *core = &record->cores[0];

	if (record->nr_cores > 1)
		cpupolicy__lose(writing,
				"the format holds one CPU: only what CPU "
				"%.100s says is written, %zu other kinds of "
				"core are left out",
				core->cpus, record->nr_cores - 1);
	else if (strcmp(core->cpus, "0") != 0)
		cpupolicy__lose(writing,
				"the format holds one CPU: that there are "
				"%.100s, all alike, is left out",
				core->cpus);
}

/* A copy of one core, without what is nobody's business. */
static int add_redacted(struct cpupolicy_record *to,
			const struct cpupolicy_core *core)
{
	int status = cpupolicy__record_add_core(to, core);
	struct cpupolicy_core *copy;

	if (status < 0)
		return status;
	copy = &to->cores[to->nr_cores - 1];
	for (size_t i = 0; i < copy->nr_rows; i++)
		cpupolicy__row_redact(&copy->rows[i]);
	return 0;
}

static int copy_strings(struct cpupolicy_record *out,
			const struct cpupolicy_record *record)
{
	const struct {
		char **to;
		const char *from;
	} strings[] = {
		{ &out->name, record->name },
		{ &out->how, record->how },
		{ &out->tool, record->tool },
		{ &out->kernel, record->kernel },
		{ &out->microcode, record->microcode },
		{ &out->date, record->date },
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (cpupolicy__set_string(strings[i].to, strings[i].from) < 0)
			status = CPUPOLICY_E_MEMORY;
	return status;
}

static struct cpupolicy_record *redacted(const struct cpupolicy_record *record)
{
	struct cpupolicy_record *out = cpupolicy_record_new();
	int status;

	if (!out)
		return NULL;
	status = copy_strings(out, record);
	for (size_t i = 0; i < record->nr_notes && status == 0; i++)
		status = cpupolicy_record_note(out, "%s", record->notes[i]);
	for (size_t i = 0; i < record->nr_cores && status == 0; i++)
		status = add_redacted(out, &record->cores[i]);
	if (status == 0)
		return out;
	cpupolicy_record_free(out);
	return NULL;
}

int cpupolicy_record_write(char **out, const struct cpupolicy_record *record,
			   const char *format, cpupolicy_lost *lost, void *arg,
			   struct cpupolicy_error *error)
{
	const struct cpupolicy__format *how = find(format);
	struct cpupolicy__text text = { 0 };
	struct cpupolicy__writing writing = {
		.out = &text,
		.lost = lost,
		.arg = arg,
		.error = error,
	};
	struct cpupolicy_record *clean;
	int status;

	*out = NULL;
	if (!how || !how->write)
		return cpupolicy__fail(error, CPUPOLICY_E_UNKNOWN,
				       how ? "format '%.60s' is only read"
					   : "there is no format '%.60s'",
				       format);
	status = find_release(&writing.release, how, format, error);
	if (status < 0)
		return status;
	clean = redacted(record);
	if (clean) {
		how->write(&writing, clean);
		*out = cpupolicy__text_take(&text);
	}
	cpupolicy_record_free(clean);
	if (writing.status < 0) {
		free(*out);
		*out = NULL;
		return writing.status;
	}
	return *out ? 0 : cpupolicy__no_memory(error, format);
}
