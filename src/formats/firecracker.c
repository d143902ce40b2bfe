// SPDX-License-Identifier: MIT
/*
 * firecracker.c - what Firecracker's cpu-template-helper prints: a fingerprint,
 * or the CPU template in it. Templates have the same form that change only some
 * bits of whatever host they meet; those are masks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "firecracker.h"
#include "lines.h"
#include "mask_bits.h"

static int no_memory(const struct cpupolicy__json *json)
{
	return cpupolicy__no_memory(json->error, json->name);
}

/* "171": Firecracker asks KVM for this one too; "!56": it does not. */
static bool is_capability(const char *text)
{
	uint32_t number;

	text += *text == '!';
	return cpupolicy__take_decimal(&number, &text, UINT32_MAX) &&
	       number < UINT32_MAX && *text == '\0';
}

#define INCOMPLETE   "is not a whole CPU: it does not give all of leaf 0"
#define CAPABILITIES "Firecracker's list of KVM capabilities is changed"

static int list_capabilities(struct cpupolicy__text *out,
			     const struct cpupolicy__json *json,
			     const struct cpupolicy__node *object)
{
	struct cpupolicy__node array, element;
	int status = cpupolicy__json_member(
		&array, json, object, "kvm_capabilities", JSON_ARRAY, false);

	for (size_t i = 0; !status && i < json_array_size(array.value); i++) {
		const char *text;

		status = cpupolicy__json_element(&element, json, &array, i,
						 JSON_STRING);
		if (status < 0)
			return status;
		text = json_string_value(element.value);
		if (!is_capability(text))
			return cpupolicy__json_fail(
				json, element.pointer,
				"'%.60s' is not a KVM capability, expected a "
				"number such as \"171\" or \"!56\"",
				text);
		if (out->length < 180)
			cpupolicy__text_add(out, "%s%.20s",
					    out->length ? ", " : "", text);
	}
	return status < 0 ? status : 0;
}

/* Of a fingerprint: on what it was taken. */
static int read_provenance(struct cpupolicy_record *record,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *root)
{
	static const char *const keys[] = { "firecracker_version",
					    "bios_version", "bios_revision" };
	const char *text[3] = { NULL, NULL, NULL };
	char tool[100] = "Firecracker";
	int status;

	status = cpupolicy__json_copy(&record->kernel, json, root,
				      "kernel_version");
	if (status == 0)
		status = cpupolicy__json_copy(&record->microcode, json, root,
					      "microcode_version");
	for (size_t i = 0; i < 3 && status == 0; i++) {
		struct cpupolicy__node node;

		status = cpupolicy__json_member(&node, json, root, keys[i],
						JSON_STRING, false);
		text[i] = json_string_value(node.value);
	}
	if (status < 0)
		return status;
	if (text[0])
		snprintf(tool, sizeof(tool), "Firecracker %.60s", text[0]);
	if (cpupolicy__set_string(&record->tool, tool) < 0 ||
	    (text[1] &&
	     cpupolicy_record_note(record, "firmware %.60s, revision %.60s",
				   text[1], text[2] ? text[2] : "unknown") < 0))
		return no_memory(json);
	return 0;
}

/* Whose CPU it is comes from the host, unless the template says so. */
static bool is_complete(const struct cpupolicy__template *template)
{
	for (size_t i = 0; i < template->rows.nr; i++)
		if (template->rows.row[i].leaf == 0 &&
		    cpupolicy__all_known(&template->known.row[i]))
			return true;
	return false;
}

/* A record has no place for half an MSR. */
static int add_msrs(struct cpupolicy__dump *dump,
		    const struct cpupolicy__template *template)
{
	uint32_t first = 0;
	size_t partial = 0;
	int status = 0;

	for (size_t i = 0; i < template->nr_msrs && status == 0; i++) {
		const struct cpupolicy_msr msr = {
			.index = template->msrs[i].index,
			.value = template->msrs[i].bits.value,
		};

		if (template->msrs[i].bits.given == ~UINT64_C(0))
			status = cpupolicy__dump_msr(dump, 0, &msr);
		else if (partial++ == 0)
			first = msr.index;
	}
	if (status < 0 || !partial)
		return status;
	return cpupolicy_record_note(dump->record,
				     "%zu MSRs of which only some bits are "
				     "given count as not recorded, the first "
				     "is 0x%" PRIx32,
				     partial, first) < 0
		       ? no_memory(template->json)
		       : 0;
}

static int add_cpu(struct cpupolicy__dump *dump,
		   const struct cpupolicy__template *template)
{
	int status = cpupolicy__dump_cpu(dump, 0, CPUPOLICY__NEXT_CPU);

	for (size_t i = 0; i < template->rows.nr && status == 0; i++) {
		const struct cpupolicy_row *known = &template->known.row[i];

		status = cpupolicy__dump_row(
			dump, 0, &template->rows.row[i],
			cpupolicy__all_known(known) ? NULL : known);
	}
	return status < 0 ? status : add_msrs(dump, template);
}

static int read_cpu(struct cpupolicy_document *out,
		    const struct cpupolicy__template *template,
		    const struct cpupolicy__node *fingerprint,
		    const struct cpupolicy__text *capabilities)
{
	const struct cpupolicy__json *json = template->json;
	const struct cpupolicy__source source = { .name = json->name };
	struct cpupolicy__dump dump;
	int status =
		cpupolicy__dump_begin(&dump, out, &source, json->error,
				      fingerprint ? "Firecracker fingerprint"
						  : "Firecracker CPU template");

	if (status == 0 && fingerprint)
		status = read_provenance(dump.record, json, fingerprint);
	if (status == 0 && capabilities->length &&
	    cpupolicy_record_note(dump.record, CAPABILITIES ": %s",
				  capabilities->s) < 0)
		status = no_memory(json);
	if (status == 0)
		status = add_cpu(&dump, template);
	return cpupolicy__dump_end(&dump, 0, status);
}

static int read_mask(struct cpupolicy_document *out,
		     const struct cpupolicy__template *template,
		     const struct cpupolicy__text *capabilities)
{
	int status;

	out->kind = CPUPOLICY_DOCUMENT_MASK;
	status = cpupolicy__template_mask(&out->mask, template);
	if (status == 0)
		status = cpupolicy__mask_note(&out->mask, CAPABILITIES,
					      capabilities);
	if (status < 0)
		return no_memory(template->json);
	if (!out->mask.nr_hide && !out->mask.nr_caps)
		return cpupolicy__json_fail(template->json, "",
					    INCOMPLETE
					    ", nor a mask: it clears "
					    "no feature of a policy");
	return 0;
}

static int read_template(struct cpupolicy_document *out,
			 struct cpupolicy__template *template,
			 const struct cpupolicy__node *object,
			 const struct cpupolicy__node *fingerprint)
{
	struct cpupolicy__text capabilities = { 0 };
	int status = cpupolicy__template_read(template, object);

	if (status == 0)
		status = list_capabilities(&capabilities, template->json,
					   object);
	if (status == 0 && capabilities.failed)
		status = no_memory(template->json);
	if (status == 0 && is_complete(template))
		status = read_cpu(out, template, fingerprint, &capabilities);
	else if (status == 0 && !fingerprint)
		status = read_mask(out, template, &capabilities);
	else if (status == 0)
		status = cpupolicy__json_fail(template->json, object->pointer,
					      INCOMPLETE);
	free(capabilities.s);
	return status;
}

static int read_json(struct cpupolicy_document *out,
		     const struct cpupolicy__json *json,
		     const struct cpupolicy__node *root)
{
	bool fingerprint = json_object_get(root->value, "guest_cpu_config");
	struct cpupolicy__template *template = calloc(1, sizeof(*template));
	struct cpupolicy__node object = *root;
	int status = 0;

	if (!template)
		return no_memory(json);
	template->json = json;
	if (fingerprint)
		status = cpupolicy__json_member(&object, json, root,
						"guest_cpu_config", JSON_OBJECT,
						true);
	if (status == 0)
		status = read_template(out, template, &object,
				       fingerprint ? root : NULL);
	cpupolicy__template_clear(template);
	free(template);
	return status;
}

static bool is_json(const json_t *root)
{
	static const char *const keys[] = {
		"guest_cpu_config", "cpuid_modifiers", "msr_modifiers",
		"reg_modifiers",    "vcpu_features",   "kvm_capabilities",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_object_get(root, keys[i]))
			return true;
	return false;
}

const struct cpupolicy__format cpupolicy__format_firecracker = {
	.info = { .name = "firecracker",
		  .title = "Firecracker's fingerprint, or CPU template; one "
			   "that "
			   "changes some bits is a mask",
		  .reads = true,
		  .writes = true,
		  .untested = true },
	.is_json = is_json,
	.read_json = read_json,
	.write = cpupolicy__firecracker_write,
};
