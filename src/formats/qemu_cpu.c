// SPDX-License-Identifier: MIT
/*
 * qemu_cpu.c - a CPU as the value of QEMU's option -cpu:
 *
 *	EPYC-Milan-v1,+pcid,-svm,avx512f=off,phys-bits=46,enforce=on
 *
 * alone, behind "-cpu", or within a whole command line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "qemu_cpu.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where "-cpu" and the blanks or '=' behind it end; NULL: there is none. */
static const char *behind_option(const char *text, size_t size)
{
	static const char option[] = "-cpu";
	size_t length = sizeof(option) - 1;

	for (size_t i = 0; i + length < size; i++) {
		size_t next = i + length;

		if (memcmp(text + i, option, length) != 0 ||
		    (i && !is_blank(text[i - 1]) && text[i - 1] != '-') ||
		    (!is_blank(text[next]) && text[next] != '='))
			continue;
		while (next < size && (is_blank(text[next]) ||
				       text[next] == '=' || text[next] == '\\'))
			next++;
		return text + next;
	}
	return NULL;
}

/*
 * The value, which may be quoted for a shell. Blanks are part of it where it
 * stands alone: of a brand string. Behind the option they end it.
 */
static void find_value(struct cpupolicy__qemu_cpu *reading)
{
	const struct cpupolicy__source *source = reading->dump.source;
	const char *end = source->text + source->size;
	const char *option = behind_option(source->text, source->size);
	const char *at = option ? option : source->text;
	char quote = '\0';

	while (at < end && is_blank(*at))
		at++;
	if (at < end && (*at == '\'' || *at == '"'))
		quote = *at++;
	reading->at = at;
	while (at < end && *at != '\n' && *at != '\r' && *at != quote &&
	       (quote || !option || !is_blank(*at)))
		at++;
	if (!quote)
		while (at > reading->at && is_blank(at[-1]))
			at--;
	reading->end = at;
	reading->line = source->first_line > 1 ? source->first_line : 1;
	for (const char *c = source->text; c < reading->at; c++)
		reading->line += *c == '\n';
}

static int find_model(struct cpupolicy__qemu_cpu *reading)
{
	char name[CPUPOLICY__QEMU_WORD];

	if (!cpupolicy__qemu_next(name, reading))
		return cpupolicy__qemu_fail(
			reading, "%s", "there is no CPU model behind -cpu");
	if (strcmp(name, "host") == 0 || strcmp(name, "max") == 0)
		return cpupolicy__qemu_fail(
			reading,
			"what '%s' has depends on the machine: "
			"query-cpu-model-expansion says it",
			name);
	if (strcmp(name, "base") == 0)
		return 0;
	reading->model = cpupolicy__cpu_model(reading->models, name);
	if (!reading->model) {
		/* "-x86_64-cpu" may be behind the name, and -v1 is the first */
		char versioned[CPUPOLICY__QEMU_WORD + 4];

		snprintf(versioned, sizeof(versioned), "%s-v1", name);
		reading->model =
			cpupolicy__cpu_model(reading->models, versioned);
	}
	if (!reading->model)
		return cpupolicy__qemu_fail(
			reading, "CPU model '%.60s' is not among those of QEMU",
			name);
	reading->signature = reading->model->signature;
	return 0;
}

/* QEMU's names that neither the model nor an option has are off; those that
 * depend on the accelerator or the machine were not recorded. */
static int tell_rest(struct cpupolicy__qemu_cpu *reading)
{
	const char *open = reading->models->open;
	int status = 0;

	for (uint32_t i = 0; i < cpupolicy_field_count() && status == 0; i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		const char *name =
			cpupolicy__field_name(CPUPOLICY__QEMU, field);

		if (!name || cpupolicy__in_list(open, name, strlen(name)) ||
		    field->at.space == CPUPOLICY_SPACE_MSR ||
		    cpupolicy__named_told(&reading->named, field) ||
		    cpupolicy_field_of(&field->at, reading->named.vendor) !=
			    field)
			continue;
		status = cpupolicy__named_field(&reading->named, field, 0);
	}
	return status;
}

/* The leaf of a feature that is on, if it is from @first to @last. */
static uint32_t leaf_of(const struct cpupolicy__qemu_cpu *reading,
			const struct cpupolicy_field *field, uint32_t first,
			uint32_t last)
{
	return field->at.space == CPUPOLICY_SPACE_CPU &&
			       field->at.leaf >= first &&
			       field->at.leaf <= last &&
			       cpupolicy__field_name(CPUPOLICY__QEMU, field) &&
			       cpupolicy__named_has(&reading->named,
						    field->name)
		       ? field->at.leaf
		       : 0;
}

/* QEMU raises the model's levels to the leaves that have features. */
static int tell_levels(struct cpupolicy__qemu_cpu *reading)
{
	const struct cpupolicy__cpu_model *model = reading->model;
	uint32_t basic = model ? model->max_basic : 0;
	uint32_t extended = model ? model->max_ext : 0, seven = 0;
	int status = 0;

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		uint32_t leaf = leaf_of(reading, field, 1, 0xffff);

		if (leaf > basic)
			basic = leaf;
		if (leaf == 7 && field->at.subleaf > seven)
			seven = field->at.subleaf;
		leaf = leaf_of(reading, field, 0x80000000, 0x8000ffff);
		if (leaf > extended)
			extended = leaf;
	}
	if (!cpupolicy__named_told(&reading->named,
				   cpupolicy__field("max_basic")))
		status = cpupolicy__named_number(&reading->named, "max_basic",
						 basic);
	if (status == 0 && !cpupolicy__named_told(&reading->named,
						  cpupolicy__field("max_ext")))
		status = cpupolicy__named_number(&reading->named, "max_ext",
						 extended);
	if (status == 0 &&
	    !cpupolicy__named_told(&reading->named,
				   cpupolicy__field("max_subleaf_7")))
		status = cpupolicy__named_number(&reading->named,
						 "max_subleaf_7", seven);
	return status;
}

static int tell_model(struct cpupolicy__qemu_cpu *reading)
{
	struct cpupolicy__cpu_model sure;
	int status = 0;

	if (reading->model) {
		struct cpupolicy__text features = { 0 };
		const char *list = reading->model->features, *word;
		size_t length;

		while (cpupolicy__next_word(&word, &length, &list))
			if (!cpupolicy__in_list(reading->models->open, word,
						length))
				cpupolicy__text_add(&features, " %.*s",
						    (int)length, word);
		sure = *reading->model;
		sure.features = cpupolicy__text_take(&features);
		if (!sure.features)
			return CPUPOLICY_E_MEMORY;
		status = cpupolicy__model_tell(&reading->named, &sure,
					       reading->dump.record);
		free((char *)sure.features);
	}
	if (status == 0 && reading->signature.family)
		status = cpupolicy__named_signature(&reading->named,
						    &reading->signature);
	if (status == 0)
		status = tell_rest(reading);
	if (status == 0 && cpupolicy__named_has(&reading->named, "clflush"))
		status = cpupolicy__named_number(&reading->named,
						 "clflush_size", 8);
	if (status == 0)
		status = tell_levels(reading);
	/* TCG_PHYS_ADDR_BITS, which all accelerators take for a default */
	if (status == 0 && !reading->has_bits && !reading->host_bits &&
	    cpupolicy__named_has(&reading->named, "lm"))
		status = cpupolicy__named_number(&reading->named, "phys_bits",
						 40);
	return status;
}

static int put_notes(struct cpupolicy__qemu_cpu *reading)
{
	struct cpupolicy_record *record = reading->dump.record;
	char versions[64];
	int status;

	cpupolicy__cpu_versions(versions, sizeof(versions), reading->models);
	status = cpupolicy_record_note(
		record,
		"QEMU's CPU model '%s': what it has is taken from QEMU %s; "
		"features that depend on the accelerator and are not given "
		"were not recorded",
		reading->model ? reading->model->name : "base", versions);
	if (status == 0 && reading->ignored.length)
		status = cpupolicy_record_note(
			record,
			"options that say nothing of CPUID, or not "
			"all, are left out:%s",
			reading->ignored.failed ? "" : reading->ignored.s);
	if (status == 0)
		status = cpupolicy__named_notes(&reading->named, record);
	return status;
}

static int read_value(struct cpupolicy__qemu_cpu *reading)
{
	int status;

	if (!reading->at)
		find_value(reading);
	status = find_model(reading);
	if (status == 0)
		status = cpupolicy__qemu_options(reading);
	if (status < 0)
		return status;
	status = tell_model(reading);
	if (status == CPUPOLICY_E_RANGE)
		return cpupolicy__qemu_fail(
			reading, "%s",
			"no CPU has such a family, model or stepping");
	if (status == 0)
		status = cpupolicy__named_close(&reading->named);
	if (status == 0)
		status = put_notes(reading);
	if (status < 0)
		return cpupolicy__qemu_no_memory(reading);
	return cpupolicy__named_put(&reading->named, &reading->dump,
				    reading->line);
}

int cpupolicy__qemu_read(struct cpupolicy_document *out,
			 const struct cpupolicy__source *source,
			 const struct cpupolicy__qemu_value *value,
			 struct cpupolicy_error *error)
{
	struct cpupolicy__qemu_cpu reading = {
		.named = { .project = CPUPOLICY__QEMU },
		.models = cpupolicy__cpu_models(CPUPOLICY__QEMU),
		.at = value->text,
		.end = value->text ? value->text + strlen(value->text) : NULL,
		.line = value->line,
	};
	int status = cpupolicy__dump_begin(&reading.dump, out, source, error,
					   value->how);

	if (status == 0)
		status = read_value(&reading);
	cpupolicy__named_clear(&reading.named);
	free(cpupolicy__text_take(&reading.ignored));
	return cpupolicy__dump_end(&reading.dump, reading.line, status);
}

static int read_qemu_cpu(struct cpupolicy_document *out,
			 const struct cpupolicy__source *source,
			 struct cpupolicy_error *error)
{
	static const struct cpupolicy__qemu_value found = {
		.how = CPUPOLICY__QEMU_HOW,
	};

	return cpupolicy__qemu_read(out, source, &found, error);
}

/* One of QEMU's models, and a comma or nothing behind it. */
static enum cpupolicy__sure probe_value(const struct cpupolicy__source *source)
{
	const struct cpupolicy__cpu_models *models =
		cpupolicy__cpu_models(CPUPOLICY__QEMU);
	size_t length = 0;
	char name[CPUPOLICY__QEMU_WORD];

	while (length < source->size && length < CPUPOLICY__QEMU_WORD - 1 &&
	       !is_blank(source->text[length]) && source->text[length] != ',')
		length++;
	if (!length || length == CPUPOLICY__QEMU_WORD - 1 ||
	    (length < source->size && source->text[length] != ',' &&
	     source->text[length] != '\n' && source->text[length] != '\r'))
		return CPUPOLICY__NO;
	snprintf(name, sizeof(name), "%.*s", (int)length, source->text);
	return cpupolicy__cpu_model(models, name) || strcmp(name, "base") == 0
		       ? CPUPOLICY__YES
		       : CPUPOLICY__NO;
}

static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	static const char program[] = "qemu";
	size_t first = 0, size = source->size < 8192 ? source->size : 8192;

	while (first < size && is_blank(source->text[first]))
		first++;
	if (behind_option(source->text + first, size - first)) {
		size_t word = first;

		if (size - first > 4 &&
		    memcmp(source->text + first, "-cpu", 4) == 0)
			return CPUPOLICY__YES;
		while (word < size && !is_blank(source->text[word]))
			word++;
		for (size_t i = first; i + 4 < word; i++)
			if (memcmp(source->text + i, program, 4) == 0)
				return CPUPOLICY__YES;
	}
	return probe_value(source);
}

const struct cpupolicy__format cpupolicy__format_qemu = {
	.info = { .name = "qemu",
		  .title = "the value of QEMU's option -cpu; qemu:10.0 is for "
			   "that version",
		  .reads = true,
		  .writes = true,
		  .partial = true },
	.has_versions = true,
	.project = CPUPOLICY__QEMU,
	.probe = probe,
	.read = read_qemu_cpu,
	.write = cpupolicy__qemu_cpu_write,
};
