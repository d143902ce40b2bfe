// SPDX-License-Identifier: MIT
/*
 * labels.c - features of a host as schedulers label them, wherever they stand
 * in a text:
 *
 *	trait:HW_CPU_X86_AVX2=required
 *	cpu-feature.node.kubevirt.io/avx2: "true"
 *	feature.node.kubernetes.io/cpu-cpuid.AVX2: "true"
 *
 * A label that is not there says nothing.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "labels.h"
#include "model_features.h"

#define WORD 64

const struct cpupolicy__labels cpupolicy__labels_openstack = {
	.who = "OpenStack",
	.prefix = "HW_CPU_X86_",
	.before = "trait:",
	.after = "=required",
	.prefix_is_name = true,
};

const struct cpupolicy__labels cpupolicy__labels_kubevirt = {
	.who = "KubeVirt",
	.prefix = "cpu-feature.node.kubevirt.io/",
	.before = "",
	.after = ": \"true\"",
};

const struct cpupolicy__labels cpupolicy__labels_nfd = {
	.who = "node-feature-discovery",
	.prefix = "feature.node.kubernetes.io/cpu-cpuid.",
	.before = "",
	.after = ": \"true\"",
};

struct reading {
	struct cpupolicy__dump dump;
	struct cpupolicy__named named;
	const struct cpupolicy__labels *labels;
	int line;
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* Where @what begins in the rest of the text; NULL: nowhere. */
static const char *find(const char *at, const char *end, const char *what)
{
	size_t length = strlen(what);

	for (; (size_t)(end - at) >= length; at++)
		if (memcmp(at, what, length) == 0)
			return at;
	return NULL;
}

/* The word there, and what stands behind it as its value. */
static const char *take_word(char out[WORD], const char *at, const char *end)
{
	size_t length = 0;

	while (at < end && is_name(*at)) {
		if (length < WORD - 1)
			out[length++] = *at;
		at++;
	}
	out[length] = '\0';
	return at;
}

static const char *take_value(char out[WORD], const char *at, const char *end)
{
	while (at < end && strchr("\"' \t:=", *at))
		at++;
	return take_word(out, at, end);
}

/* What is not there at all counts as said. */
static int value_of(const char *text)
{
	static const char *const no[] = { "false", "forbidden", "0", "off" };

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (strcmp(text, no[i]) == 0)
			return 0;
	return 1;
}

static int tell(struct reading *reading, const char *name, bool on)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	int nr = cpupolicy__name_fields(fields, reading->named.project, name,
					strlen(name), reading->named.vendor);
	int status;

	/* a different bit on each maker's CPU, and no maker is named */
	if (nr == 0)
		cpupolicy__named_strange(&reading->named, name, strlen(name));
	status = cpupolicy__named_name(&reading->named, name, strlen(name), on);
	if (status == CPUPOLICY_E_DIFFERS)
		return cpupolicy__dump_fail(&reading->dump, reading->line,
					    "'%.60s' is there and is not",
					    name);
	return status < 0 ? cpupolicy__no_memory(reading->dump.error,
						 reading->dump.source->name)
			  : 0;
}

/* The maker first: some names mean different bits on others. */
static int tell_maker(struct reading *reading)
{
	static const char *const keys[] = {
		"cpu-vendor.node.kubevirt.io/",
		"feature.node.kubernetes.io/cpu-model.vendor_id",
		"feature.node.kubernetes.io/cpu-model.vendor-id",
	};
	const struct cpupolicy__source *source = reading->dump.source;
	const char *end = source->text + source->size, *at, *string;
	char word[WORD];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		at = find(source->text, end, keys[i]);
		if (!at)
			continue;
		take_value(word, at + strlen(keys[i]), end);
		string = cpupolicy__maker_string(
			cpupolicy__cpu_models(CPUPOLICY__LIBVIRT), word);
		if (string && cpupolicy__named_vendor(&reading->named, string))
			return CPUPOLICY_E_MEMORY;
	}
	return 0;
}

static int tell_all(struct reading *reading)
{
	const struct cpupolicy__source *source = reading->dump.source;
	const struct cpupolicy__labels *labels = reading->labels;
	const char *end = source->text + source->size, *at = source->text;
	const char *next = at;
	size_t length = strlen(labels->prefix);
	int status = 0;

	while (status == 0 && (next = find(next, end, labels->prefix))) {
		char name[WORD], value[WORD];

		for (; at < next; at++)
			reading->line += *at == '\n';
		next = take_word(name,
				 labels->prefix_is_name ? next : next + length,
				 end);
		if (next < end && *next != '\n' && *next != ',')
			take_value(value, next, end);
		else
			value[0] = '\0';
		status = tell(reading, name, value_of(value));
	}
	return status;
}

static int finish(struct reading *reading)
{
	struct cpupolicy_record *record = reading->dump.record;
	int status = cpupolicy__named_close(&reading->named);

	if (status == 0)
		status = cpupolicy_record_note(
			record,
			"labels of %s: a feature that is not labelled "
			"was not recorded",
			reading->labels->who);
	if (status == 0)
		status = cpupolicy__named_notes(&reading->named, record);
	if (status < 0)
		return cpupolicy__no_memory(reading->dump.error,
					    reading->dump.source->name);
	return cpupolicy__named_put(&reading->named, &reading->dump,
				    reading->line);
}

static int read_labels(struct cpupolicy_document *out,
		       const struct cpupolicy__source *source,
		       struct cpupolicy_error *error,
		       const struct cpupolicy__labels *labels,
		       enum cpupolicy__project project)
{
	struct reading reading = {
		.named = { .project = project },
		.labels = labels,
		.line = source->first_line > 1 ? source->first_line : 1,
	};
	int status = cpupolicy__dump_begin(&reading.dump, out, source, error,
					   labels->who);

	if (status == 0 && tell_maker(&reading) < 0)
		status = cpupolicy__no_memory(error, source->name);
	if (status == 0)
		status = tell_all(&reading);
	if (status == 0)
		status = finish(&reading);
	cpupolicy__named_clear(&reading.named);
	return cpupolicy__dump_end(&reading.dump, reading.line, status);
}

/* A label near the beginning, of text that is nothing else. */
static enum cpupolicy__sure probe_labels(const struct cpupolicy__source *source,
					 const struct cpupolicy__labels *labels)
{
	size_t size = source->size < 16384 ? source->size : 16384;

	return size && *source->text != '{' && *source->text != '<' &&
			       find(source->text, source->text + size,
				    labels->prefix)
		       ? CPUPOLICY__PERHAPS
		       : CPUPOLICY__NO;
}

#define LABELS(name, PROJECT)                                                  \
	static enum cpupolicy__sure probe_##name(                              \
		const struct cpupolicy__source *source)                        \
	{                                                                      \
		return probe_labels(source, &cpupolicy__labels_##name);        \
	}                                                                      \
	static int read_##name(struct cpupolicy_document *out,                 \
			       const struct cpupolicy__source *source,         \
			       struct cpupolicy_error *error)                  \
	{                                                                      \
		return read_labels(out, source, error,                         \
				   &cpupolicy__labels_##name, PROJECT);        \
	}                                                                      \
	static void write_##name(struct cpupolicy__writing *writing,           \
				 const struct cpupolicy_record *record)        \
	{                                                                      \
		cpupolicy__labels_write(writing, record,                       \
					&cpupolicy__labels_##name, PROJECT);   \
	}

LABELS(openstack, CPUPOLICY__TRAIT)
LABELS(kubevirt, CPUPOLICY__LIBVIRT)
LABELS(nfd, CPUPOLICY__NFD)

const struct cpupolicy__format cpupolicy__format_openstack = {
	.info = { .name = "openstack",
		  .title = "traits HW_CPU_X86_* of OpenStack, as a flavour "
			   "requires them",
		  .reads = true,
		  .writes = true,
		  .untested = true,
		  .partial = true },
	.probe = probe_openstack,
	.read = read_openstack,
	.write = write_openstack,
};

const struct cpupolicy__format cpupolicy__format_kubevirt = {
	.info = { .name = "kubevirt",
		  .title = "node labels of KubeVirt, in libvirt's names; "
			   "kubevirt:11.3 is for that libvirt",
		  .reads = true,
		  .writes = true,
		  .untested = true,
		  .partial = true },
	.has_versions = true,
	.project = CPUPOLICY__LIBVIRT,
	.probe = probe_kubevirt,
	.read = read_kubevirt,
	.write = write_kubevirt,
};

const struct cpupolicy__format cpupolicy__format_nfd = {
	.info = { .name = "nfd",
		  .title = "node labels of Kubernetes' node-feature-discovery",
		  .reads = true,
		  .writes = true,
		  .untested = true,
		  .partial = true },
	.probe = probe_nfd,
	.read = read_nfd,
	.write = write_nfd,
};
