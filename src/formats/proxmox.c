// SPDX-License-Identifier: MIT
/*
 * proxmox.c - a custom CPU model of Proxmox, a section of cpu-models.conf:
 *
 *	cpu-model: pool-a
 *		flags +x2apic;-svm
 *		phys-bits 46
 *		reported-model EPYC-Milan
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "naming.h"
#include "qemu_cpu.h"

#define HOW  "Proxmox' cpu-models.conf"
#define WORD 64

/** struct reading - a section on its way to a value of QEMU's -cpu */
struct reading {
	const struct cpupolicy__source *source;
	struct cpupolicy_error *error;
	int line, model_line, sections;
	char model[WORD];
	struct cpupolicy__text options;
};

static int fail(const struct reading *reading, const char *format,
		const char *text)
{
	return cpupolicy__fail_at(reading->error, CPUPOLICY_E_MEANING,
				  reading->source->name, reading->line, 0,
				  format, text);
}

/* "+avx;-svm" as QEMU separates them. */
static void add_flags(struct reading *reading, const char *flags)
{
	while (*flags) {
		size_t length = strcspn(flags, ";, \t");

		if (length)
			cpupolicy__text_add(&reading->options, ",%.*s",
					    (int)length, flags);
		flags += length;
		flags += strspn(flags, ";, \t");
	}
}

static int read_option(struct reading *reading, const char *key,
		       const char *value)
{
	if (!reading->sections)
		return fail(reading,
			    "'%.60s' before a section, expected 'cpu-model: "
			    "NAME'",
			    key);
	if (strcmp(key, "flags") == 0)
		add_flags(reading, value);
	else if (strcmp(key, "phys-bits") == 0)
		cpupolicy__text_add(&reading->options, ",%s%.60s",
				    strcmp(value, "host") == 0
					    ? "host-phys-bits="
					    : "phys-bits=",
				    strcmp(value, "host") == 0 ? "on" : value);
	else if (strcmp(key, "reported-model") == 0)
		snprintf(reading->model, sizeof(reading->model), "%s", value);
	else if (strcmp(key, "hidden") != 0 &&
		 strcmp(key, "hv-vendor-id") != 0 &&
		 strcmp(key, "guest-phys-bits") != 0)
		return fail(reading,
			    "'%.60s' is no option of a CPU model, expected "
			    "flags, phys-bits, reported-model, hidden, "
			    "hv-vendor-id or guest-phys-bits",
			    key);
	return 0;
}

/* @text: one line, without blanks around it. */
static int read_line(struct reading *reading, char *text)
{
	static const char section[] = "cpu-model:";
	char *value;

	if (!*text || *text == '#')
		return 0;
	if (strncmp(text, section, sizeof(section) - 1) == 0) {
		reading->model_line = reading->line;
		if (reading->sections++)
			return fail(reading, "%s",
				    "a second CPU model: have a file for each");
		return 0;
	}
	value = text + strcspn(text, " \t");
	if (*value)
		*value++ = '\0';
	value += strspn(value, " \t");
	return read_option(reading, text, value);
}

static int read_lines(struct reading *reading)
{
	const char *at = reading->source->text;
	const char *end = at + reading->source->size;
	int status = 0;

	while (status == 0 && at < end) {
		const char *next = memchr(at, '\n', (size_t)(end - at));
		const char *stop = next ? next : end;
		struct cpupolicy__text line = { 0 };
		char *text;

		reading->line++;
		while (at < stop && isspace((unsigned char)*at))
			at++;
		while (stop > at && isspace((unsigned char)stop[-1]))
			stop--;
		cpupolicy__text_add(&line, "%.*s", (int)(stop - at), at);
		text = cpupolicy__text_take(&line);
		if (!text)
			return cpupolicy__no_memory(reading->error,
						    reading->source->name);
		status = read_line(reading, text);
		free(text);
		at = next ? next + 1 : end;
	}
	return status;
}

static int read_proxmox(struct cpupolicy_document *out,
			const struct cpupolicy__source *source,
			struct cpupolicy_error *error)
{
	struct reading reading = {
		.source = source,
		.error = error,
		.line = source->first_line > 1 ? source->first_line - 1 : 0,
		.model = "kvm64", /* the default */
	};
	struct cpupolicy__qemu_value value = { .how = HOW };
	struct cpupolicy__text text = { 0 };
	int status = read_lines(&reading);
	char *owned;

	if (status == 0 && !reading.sections)
		status = fail(&reading, "%s", "there is no CPU model");
	cpupolicy__text_add(&text, "%s%s", reading.model,
			    reading.options.s ? reading.options.s : "");
	owned = cpupolicy__text_take(&text);
	value.text = owned;
	value.line = reading.model_line;
	if (status == 0 && (!owned || reading.options.failed))
		status = cpupolicy__no_memory(error, source->name);
	if (status == 0)
		status = cpupolicy__qemu_read(out, source, &value, error);
	free(owned);
	free(cpupolicy__text_take(&reading.options));
	return status;
}

static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	static const char section[] = "cpu-model:";
	const char *at = source->text, *end = at + source->size;

	while (at < end && (isspace((unsigned char)*at) || *at == '#')) {
		const char *line = memchr(at, '\n', (size_t)(end - at));

		at = *at != '#' ? at + 1 : line ? line : end;
	}
	return (size_t)(end - at) >= sizeof(section) &&
			       memcmp(at, section, sizeof(section) - 1) == 0
		       ? CPUPOLICY__YES
		       : CPUPOLICY__NO;
}

/* The name without a version, which is all that Proxmox takes. */
static const struct cpupolicy__cpu_model *
alias_of(const struct cpupolicy__cpu_model *model)
{
	const struct cpupolicy__cpu_models *models =
		cpupolicy__cpu_models(CPUPOLICY__QEMU);

	for (size_t i = 0; i < models->nr; i++)
		if (strcmp(models->model[i].alias, model->name) == 0)
			return &models->model[i];
	return NULL;
}

static bool has_alias(const struct cpupolicy__cpu_model *model)
{
	return alias_of(model) != NULL;
}

static void write_name(struct cpupolicy__text *out, const char *name)
{
	cpupolicy__text_add(out, "cpu-model: ");
	if (!name || !*name)
		name = "policy";
	for (; *name; name++)
		cpupolicy__text_add(
			out, "%c", isalnum((unsigned char)*name) ? *name : '-');
	cpupolicy__text_add(out, "\n");
}

static void write_flags(const struct cpupolicy__naming *naming,
			const struct cpupolicy__choice *choice)
{
	struct cpupolicy__text *out = naming->writing->out;
	const char *before = "\tflags ";

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const char *name = NULL;

		if (cpupolicy__differs(choice, naming, i))
			name = cpupolicy__naming_word(naming, i);
		if (!name)
			continue;
		cpupolicy__text_add(
			out, "%s%c%s", before,
			naming->told[i] == CPUPOLICY__ON ? '+' : '-', name);
		before = ";";
	}
	if (*before == ';')
		cpupolicy__text_add(out, "\n");
}

static void write_model(const struct cpupolicy__naming *naming,
			const struct cpupolicy__choice *choice)
{
	const struct cpupolicy__cpu_model *model = choice->model;
	struct cpupolicy__text *out = naming->writing->out;
	const char *maker =
		cpupolicy__maker_string(naming->models, model->maker);
	uint32_t bits;

	write_flags(naming, choice);
	if (cpupolicy__naming_number(&bits, naming, "phys_bits") && bits) {
		if (bits >= 8 && bits <= 64)
			cpupolicy__text_add(out, "\tphys-bits %" PRIu32 "\n",
					    bits);
	}
	cpupolicy__text_add(out, "\treported-model %s\n",
			    alias_of(model)->name);
	if (strcmp(maker, naming->maker) != 0)
		cpupolicy__lose(naming->writing,
				"the maker '%s': Proxmox' guest sees '%s', "
				"that of the reported model",
				naming->maker, maker);
	cpupolicy__lose(naming->writing,
			"family, model, stepping, brand string and how far the "
			"leaves go are those of the reported model");
	cpupolicy__lose_untold(choice, naming);
}

static void write_proxmox(struct cpupolicy__writing *writing,
			  const struct cpupolicy_record *record)
{
	static const struct cpupolicy__wish wish = { .may = has_alias };
	static const char *const written[] = {
		"vendor_*",  "max_*", "phys_bits", "clflush_size",
		"signature", "brand", NULL,
	};
	struct cpupolicy__naming naming;
	struct cpupolicy__choice choice = { 0 };
	uint32_t size;

	if (cpupolicy__naming_begin(&naming, writing, record, CPUPOLICY__QEMU,
				    false))
		cpupolicy__choose(&choice, &naming, &wish);
	if (choice.model) {
		write_name(writing->out, record->name);
		write_model(&naming, &choice);
		if (cpupolicy__naming_number(&size, &naming, "clflush_size") &&
		    size && size != 8)
			cpupolicy__lose(writing,
					"QEMU's guest sees CLFLUSH work on 64 "
					"bytes, not on %" PRIu32,
					size * 8);
		cpupolicy__naming_lose(&naming, "QEMU has", written);
	}
	cpupolicy__choice_clear(&choice);
	cpupolicy__naming_end(&naming);
}

const struct cpupolicy__format cpupolicy__format_proxmox = {
	.info = { .name = "proxmox",
		  .title = "a custom CPU model of Proxmox' cpu-models.conf; "
			   "proxmox:10.0 is for that QEMU",
		  .reads = true,
		  .writes = true,
		  .untested = true,
		  .partial = true },
	.has_versions = true,
	.project = CPUPOLICY__QEMU,
	.probe = probe,
	.read = read_proxmox,
	.write = write_proxmox,
};
