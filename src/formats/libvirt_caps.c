// SPDX-License-Identifier: MIT
/*
 * libvirt_caps.c - a CPU as libvirt names it, by a model and features:
 *
 *	<cpu>
 *	  <arch>x86_64</arch>
 *	  <model>Broadwell</model>
 *	  <vendor>Intel</vendor>
 *	  <feature name='avx512f'/>
 *	</cpu>
 *
 * of the host in the output of "virsh capabilities", of the host model in that
 * of "virsh domcapabilities", of a guest in that of "virsh dumpxml" (there
 * features have policies), or alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_features.h"
#include "lines.h"
#include "xml.h"

/* Longer than any path to an element that is looked at. */
#define PATH 96
#define WORD 64

struct reading {
	struct cpupolicy__dump dump;
	struct cpupolicy__named named;
	char path[PATH]; /* of the open element: "/capabilities/host/cpu" */
	int beyond;	 /* elements open that @path has no room for */
	size_t inside;	 /* the path's length at the CPU; 0: not in it */
	int cpu_line;	 /* 0: there was none yet */
	char mode[WORD], model[WORD], maker[WORD], vendor[WORD];
	struct cpupolicy__text optional;
};

/* Where CPUs are that are looked at. */
static const char *const cpu_paths[] = {
	"/cpu",
	"/capabilities/host/cpu",
	"/domain/cpu",
	"/domainCapabilities/cpu/mode",
};

static const struct cpupolicy__cpu_models *models(void)
{
	return cpupolicy__cpu_models(CPUPOLICY__LIBVIRT);
}

static int fail(const struct reading *reading, const char *format,
		const char *text)
{
	return cpupolicy__fail_at(reading->dump.error, CPUPOLICY_E_MEANING,
				  reading->dump.source->name, reading->cpu_line,
				  0, format, text);
}

static int no_memory(const struct reading *reading)
{
	return cpupolicy__no_memory(reading->dump.error,
				    reading->dump.source->name);
}

/* Without the blanks around it; what is too long is no name that is known. */
static void copy_word(char out[WORD], const char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length && strchr(" \t\r\n", text[length - 1]))
		length--;
	if (length >= WORD)
		length = WORD - 1;
	memcpy(out, text, length);
	out[length] = '\0';
}

/* Is the open element this one of the CPU? */
static bool is_part(const struct reading *reading, const char *name)
{
	return reading->inside && !reading->beyond &&
	       reading->path[reading->inside] == '/' &&
	       strcmp(reading->path + reading->inside + 1, name) == 0;
}

static int check_arch(struct cpupolicy__xml *xml, const char *text)
{
	char arch[WORD];

	copy_word(arch, text);
	if (strcmp(arch, "x86_64") == 0 || strcmp(arch, "i686") == 0)
		return 0;
	return cpupolicy__xml_fail(xml,
				   "the architecture is '%.60s', expected "
				   "x86_64 or i686",
				   arch);
}

static int read_feature(struct reading *reading, struct cpupolicy__xml *xml,
			const char **attributes)
{
	static const struct {
		const char *policy;
		int value; /* -1: nobody knows */
	} policies[] = {
		{ "force", 1 },	  { "require", 1 }, { "optional", -1 },
		{ "disable", 0 }, { "forbid", 0 },
	};
	const char *name = cpupolicy__xml_attribute(attributes, "name");
	const char *policy = cpupolicy__xml_attribute(attributes, "policy");
	int value = policy ? -2 : 1, status;

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		if (policy && strcmp(policy, policies[i].policy) == 0)
			value = policies[i].value;
	if (!name)
		return cpupolicy__xml_fail(xml, "a feature without a name");
	if (value == -2)
		return cpupolicy__xml_fail(
			xml,
			"policy '%.60s' is not one of: force require optional "
			"disable forbid",
			policy);
	if (value == -1) {
		if (reading->optional.length < 400)
			cpupolicy__text_add(&reading->optional, " %.48s", name);
		return 0;
	}
	status = cpupolicy__named_name(&reading->named, name, strlen(name),
				       value);
	if (status == CPUPOLICY_E_DIFFERS)
		return cpupolicy__xml_fail(
			xml, "feature '%.60s' is there twice", name);
	return status < 0 ? no_memory(reading) : 0;
}

/* An attribute that is a number; absent: CPUPOLICY_E_UNKNOWN. */
static int number(uint32_t *out, struct cpupolicy__xml *xml,
		  const char **attributes, const char *name)
{
	const char *text = cpupolicy__xml_attribute(attributes, name), *s;

	s = text;
	if (!text)
		return CPUPOLICY_E_UNKNOWN;
	if (!cpupolicy__take_decimal(out, &s, UINT32_MAX) || *s)
		return cpupolicy__xml_fail(xml, "%s='%.60s' is no number", name,
					   text);
	return 0;
}

static int read_signature(struct reading *reading, struct cpupolicy__xml *xml,
			  const char **attributes)
{
	struct cpupolicy_signature signature;
	int status = number(&signature.family, xml, attributes, "family");

	if (status == 0)
		status = number(&signature.model, xml, attributes, "model");
	if (status == 0)
		status = number(&signature.stepping, xml, attributes,
				"stepping");
	if (status == CPUPOLICY_E_UNKNOWN)
		return 0;
	if (status == 0)
		status =
			cpupolicy__named_signature(&reading->named, &signature);
	if (status == CPUPOLICY_E_RANGE)
		return cpupolicy__xml_fail(xml, "no CPU has such a signature");
	return status == CPUPOLICY_E_MEMORY ? no_memory(reading) : status;
}

static int read_address_bits(struct reading *reading,
			     struct cpupolicy__xml *xml,
			     const char **attributes)
{
	uint32_t bits;
	int status = number(&bits, xml, attributes, "bits");

	if (status == CPUPOLICY_E_UNKNOWN)
		return 0;
	if (status == 0)
		status = cpupolicy__named_number(&reading->named, "phys_bits",
						 bits);
	if (status == CPUPOLICY_E_RANGE || status == CPUPOLICY_E_DIFFERS)
		return cpupolicy__xml_fail(xml, "no CPU has so many address "
						"bits");
	return status == CPUPOLICY_E_MEMORY ? no_memory(reading) : status;
}

static int read_microcode(struct reading *reading, struct cpupolicy__xml *xml,
			  const char **attributes)
{
	uint32_t version;
	char text[16];
	int status = number(&version, xml, attributes, "version");

	if (status == CPUPOLICY_E_UNKNOWN)
		return 0;
	snprintf(text, sizeof(text), "0x%" PRIx32, version);
	if (status == 0 &&
	    cpupolicy__set_string(&reading->dump.record->microcode, text) < 0)
		return no_memory(reading);
	return status;
}

static void push(struct reading *reading, const char *element)
{
	size_t used = strlen(reading->path);

	if (reading->beyond || used + strlen(element) + 2 > PATH)
		reading->beyond++;
	else
		snprintf(reading->path + used, PATH - used, "/%s", element);
}

static void pop(struct reading *reading)
{
	if (reading->beyond)
		reading->beyond--;
	else
		*strrchr(reading->path, '/') = '\0';
}

static bool is_cpu(const struct reading *reading, const char **attributes)
{
	const char *name = cpupolicy__xml_attribute(attributes, "name");

	if (reading->inside || reading->beyond)
		return false;
	for (size_t i = 0; i < sizeof(cpu_paths) / sizeof(cpu_paths[0]); i++)
		if (strcmp(reading->path, cpu_paths[i]) == 0)
			return i < 3 ||
			       (name && strcmp(name, "host-model") == 0);
	return false;
}

static int begin_cpu(struct reading *reading, struct cpupolicy__xml *xml,
		     const char **attributes)
{
	const char *mode = cpupolicy__xml_attribute(attributes, "mode");

	if (reading->cpu_line)
		return cpupolicy__xml_fail(xml, "a second CPU, expected a "
						"single one");
	reading->cpu_line = cpupolicy__xml_line(xml);
	reading->inside = strlen(reading->path);
	if (mode)
		copy_word(reading->mode, mode);
	return 0;
}

static int begin(void *arg, struct cpupolicy__xml *xml, const char *element,
		 const char **attributes)
{
	static const struct {
		const char *name;
		int (*read)(struct reading *reading, struct cpupolicy__xml *xml,
			    const char **attributes);
	} parts[] = {
		{ "feature", read_feature },
		{ "signature", read_signature },
		{ "maxphysaddr", read_address_bits },
		{ "microcode", read_microcode },
	};
	struct reading *reading = arg;
	const char *text;

	push(reading, element);
	if (is_cpu(reading, attributes))
		return begin_cpu(reading, xml, attributes);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (is_part(reading, parts[i].name))
			return parts[i].read(reading, xml, attributes);
	text = cpupolicy__xml_attribute(attributes, "vendor_id");
	if (is_part(reading, "model") && text)
		copy_word(reading->vendor, text);
	text = cpupolicy__xml_attribute(attributes, "arch");
	if (strcmp(reading->path, "/domain/os/type") == 0 && text)
		return check_arch(xml, text);
	return 0;
}

static int end(void *arg, struct cpupolicy__xml *xml, const char *element)
{
	struct reading *reading = arg;

	(void)xml;
	(void)element;
	if (!reading->beyond && strlen(reading->path) == reading->inside)
		reading->inside = 0;
	pop(reading);
	return 0;
}

static int text(void *arg, struct cpupolicy__xml *xml, const char *element,
		const char *content)
{
	struct reading *reading = arg;

	(void)element;
	if (is_part(reading, "model"))
		copy_word(reading->model, content);
	else if (is_part(reading, "vendor"))
		copy_word(reading->maker, content);
	else if (is_part(reading, "arch") ||
		 strcmp(reading->path, "/domainCapabilities/arch") == 0)
		return check_arch(xml, content);
	return 0;
}

static int tell_vendor(struct reading *reading, const char *maker)
{
	const char *text = reading->vendor;
	int status;

	if (!*text && *maker) {
		text = cpupolicy__maker_string(models(), maker);
		if (!text)
			return fail(reading, "vendor '%.60s' is not known",
				    maker);
	}
	if (!*text)
		return 0;
	status = cpupolicy__named_vendor(&reading->named, text);
	if (status == CPUPOLICY_E_RANGE)
		return fail(reading, "vendor_id '%.60s' has not 12 characters",
			    text);
	return status < 0 ? no_memory(reading) : 0;
}

static int find_model(const struct cpupolicy__cpu_model **model,
		      const struct reading *reading)
{
	if (!reading->cpu_line)
		return fail(reading, "%s",
			    "there is no CPU in it: no host's and no guest's "
			    "<cpu>, and no host model");
	if (!reading->model[0] && reading->mode[0])
		return fail(reading,
			    "a CPU of mode '%.60s' does not say what it has: "
			    "it has no model",
			    reading->mode);
	if (!reading->model[0])
		return fail(reading, "%s", "the CPU has no model");
	*model = cpupolicy__cpu_model(models(), reading->model);
	if (!*model)
		return fail(reading,
			    "CPU model '%.60s' is not among those of libvirt",
			    reading->model);
	return 0;
}

static int put_notes(struct reading *reading)
{
	struct cpupolicy_record *record = reading->dump.record;
	const struct cpupolicy__text *optional = &reading->optional;
	char versions[64];
	int status;

	cpupolicy__cpu_versions(versions, sizeof(versions), models());
	status = cpupolicy_record_note(
		record,
		"what the model '%s' has is taken from libvirt %s; a feature "
		"that is not there was not recorded",
		reading->model, versions);
	if (status == 0 &&
	    cpupolicy__named_has(&reading->named, "clflush_size"))
		status = cpupolicy_record_note(
			record, "the size of CLFLUSH is taken for 64 bytes, as "
				"on every 64-bit CPU that was seen");
	if (status == 0 && optional->length)
		status = cpupolicy_record_note(
			record, "optional features are left out:%s",
			optional->failed ? "" : optional->s);
	if (status == 0)
		status = cpupolicy__named_notes(&reading->named, record);
	return status < 0 ? no_memory(reading) : 0;
}

static int finish(struct reading *reading)
{
	const struct cpupolicy__cpu_model *model = NULL;
	int status = find_model(&model, reading);

	if (status == 0)
		status = tell_vendor(reading, reading->maker[0] ? reading->maker
								: model->maker);
	if (status < 0)
		return status;
	if (cpupolicy__model_tell(&reading->named, model,
				  reading->dump.record) < 0)
		return no_memory(reading);
	if (cpupolicy__named_has(&reading->named, "clflush") &&
	    cpupolicy__named_has(&reading->named, "lm") &&
	    cpupolicy__named_number(&reading->named, "clflush_size", 8) < 0)
		return no_memory(reading);
	if (cpupolicy__named_close(&reading->named) < 0)
		return no_memory(reading);
	status = put_notes(reading);
	return status < 0
		       ? status
		       : cpupolicy__named_put(&reading->named, &reading->dump,
					      reading->cpu_line);
}

static int read_caps(struct cpupolicy_document *out,
		     const struct cpupolicy__source *source,
		     struct cpupolicy_error *error)
{
	static const struct cpupolicy__xml_reader reader = {
		.begin = begin,
		.end = end,
		.text = text,
	};
	struct reading reading = {
		.named = { .project = CPUPOLICY__LIBVIRT },
	};
	int status = cpupolicy__dump_begin(&reading.dump, out, source, error,
					   "libvirt");

	if (status == 0)
		status = cpupolicy__xml_read(source, &reader, &reading, error);
	if (status == 0)
		status = finish(&reading);
	cpupolicy__named_clear(&reading.named);
	free(cpupolicy__text_take(&reading.optional));
	return cpupolicy__dump_end(&reading.dump, reading.cpu_line, status);
}

static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	static const char *const roots[] = { "cpu", "capabilities", "domain",
					     "domainCapabilities" };
	char root[WORD];

	if (!cpupolicy__xml_root(root, sizeof(root), source))
		return CPUPOLICY__NO;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strcmp(root, roots[i]) == 0)
			return CPUPOLICY__YES;
	return CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_libvirt_caps = {
	.info = { .name = "libvirt-capabilities",
		  .title = "a CPU by model and features, of virsh "
			   "capabilities, domcapabilities or dumpxml",
		  .reads = true,
		  .partial = true },
	.probe = probe,
	.read = read_caps,
};
