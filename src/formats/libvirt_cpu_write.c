// SPDX-License-Identifier: MIT
/*
 * libvirt_cpu_write.c - a CPU as libvirt names it, for a guest's definition and
 * for a host's. libvirt_caps.c reads both.
 */
#include <inttypes.h>

#include "naming.h"

/* What has an element of its own, or a note. */
static const char *const written[] = {
	"vendor_*",  "max_*", "phys_bits", "clflush_size",
	"signature", "brand", NULL,
};

static void write_model(const struct cpupolicy__naming *naming,
			const struct cpupolicy__cpu_model *model, bool guest)
{
	struct cpupolicy__text *out = naming->writing->out;
	const char *maker =
		cpupolicy__maker_name(naming->models, naming->maker);

	cpupolicy__text_add(out, "  <model%s",
			    guest ? " fallback='forbid'" : "");
	if (guest && !maker && naming->maker[0])
		cpupolicy__text_add(out, " vendor_id='%s'", naming->maker);
	cpupolicy__text_add(out, ">%s</model>\n", model->name);
	if (maker)
		cpupolicy__text_add(out, "  <vendor>%s</vendor>\n", maker);
	else
		cpupolicy__lose(naming->writing,
				"libvirt has no name for the maker '%s'",
				naming->maker);
}

static void write_signature(const struct cpupolicy__naming *naming)
{
	struct cpupolicy_signature mine;

	if (cpupolicy__naming_signature(&mine, naming))
		cpupolicy__text_add(naming->writing->out,
				    "  <signature family='%" PRIu32
				    "' model='%" PRIu32 "' stepping='%" PRIu32
				    "'/>\n",
				    mine.family, mine.model, mine.stepping);
}

static void write_phys_bits(const struct cpupolicy__naming *naming)
{
	uint32_t value;

	if (cpupolicy__naming_number(&value, naming, "phys_bits") && value)
		cpupolicy__text_add(
			naming->writing->out,
			"  <maxphysaddr mode='emulate' bits='%" PRIu32 "'/>\n",
			value);
}

static void write_features(const struct cpupolicy__naming *naming,
			   const struct cpupolicy__choice *choice, bool guest)
{
	struct cpupolicy__text *out = naming->writing->out;

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		bool on = naming->told[i] == CPUPOLICY__ON;
		const char *name;

		if (!cpupolicy__differs(choice, naming, i) || (!guest && !on))
			continue;
		name = cpupolicy__naming_word(naming, i);
		if (!name)
			continue;
		cpupolicy__text_add(out, "  <feature ");
		if (guest)
			cpupolicy__text_add(out, "policy='%s' ",
					    on ? "require" : "disable");
		cpupolicy__text_add(out, "name='%s'/>\n", name);
	}
}

/* A guest's definition says less than its model has. */
static void lose_numbers(const struct cpupolicy__naming *naming,
			 const struct cpupolicy__cpu_model *model)
{
	const struct cpupolicy__cpu_models *qemu =
		cpupolicy__cpu_models(CPUPOLICY__QEMU);
	const struct cpupolicy__cpu_model *same =
		cpupolicy__cpu_model(qemu, model->name);
	struct cpupolicy_signature mine;
	uint32_t size;

	cpupolicy__lose(naming->writing,
			"how far the leaves go and the brand string are the "
			"hypervisor's own");
	if (cpupolicy__naming_signature(&mine, naming) &&
	    (!same || mine.family != same->signature.family ||
	     mine.model != same->signature.model ||
	     mine.stepping != same->signature.stepping))
		cpupolicy__lose(
			naming->writing,
			"family %" PRIu32 ", model %" PRIu32
			", stepping %" PRIu32 ": the guest sees those of '%s'",
			mine.family, mine.model, mine.stepping, model->name);
	if (cpupolicy__naming_number(&size, naming, "clflush_size") && size &&
	    size != 8)
		cpupolicy__lose(naming->writing,
				"CLFLUSH works on %" PRIu32
				" bytes: QEMU's guest sees 64",
				size * 8);
}

/* Where every model has something that the CPU has not. */
static void lose_surplus(const struct cpupolicy__naming *naming,
			 const struct cpupolicy__choice *choice)
{
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++)
		if (naming->told[i] == CPUPOLICY__OFF &&
		    choice->has[i] != CPUPOLICY__OFF)
			cpupolicy__lose(naming->writing,
					"the host has no %s, but every model "
					"of libvirt has something it has not, "
					"and '%s' has that",
					cpupolicy_field_at(i)->name,
					choice->model->name);
}

/* The closest model; of a host one that has nothing the host has not. */
static void choose(struct cpupolicy__choice *choice,
		   const struct cpupolicy__naming *naming, bool guest)
{
	struct cpupolicy__wish wish = {
		.subset = !guest,
		.other = guest ? cpupolicy__cpu_models(CPUPOLICY__QEMU) : NULL,
		.other_project = CPUPOLICY__QEMU,
	};

	cpupolicy__choose(choice, naming, &wish);
	if (choice->model || guest || naming->writing->out->failed)
		return;
	cpupolicy__choice_clear(choice);
	wish.subset = false;
	cpupolicy__choose(choice, naming, &wish);
	if (choice->model)
		lose_surplus(naming, choice);
}

static void write_cpu(struct cpupolicy__writing *writing,
		      const struct cpupolicy_record *record, bool guest)
{
	struct cpupolicy__naming naming;
	struct cpupolicy__choice choice = { 0 };

	if (cpupolicy__naming_begin(&naming, writing, record,
				    CPUPOLICY__LIBVIRT, !guest))
		choose(&choice, &naming, guest);
	if (choice.model) {
		cpupolicy__text_add(
			writing->out, "<cpu%s>\n",
			guest ? " mode='custom' match='exact' check='full'"
			      : "");
		if (!guest)
			cpupolicy__text_add(writing->out,
					    "  <arch>x86_64</arch>\n");
		write_model(&naming, choice.model, guest);
		if (!guest)
			write_signature(&naming);
		write_phys_bits(&naming);
		write_features(&naming, &choice, guest);
		cpupolicy__text_add(writing->out, "</cpu>\n");
		if (guest) {
			lose_numbers(&naming, choice.model);
			cpupolicy__lose_untold(&choice, &naming);
		}
		cpupolicy__naming_lose(&naming, "libvirt has", written);
	}
	cpupolicy__choice_clear(&choice);
	cpupolicy__naming_end(&naming);
}

static void write_guest(struct cpupolicy__writing *writing,
			const struct cpupolicy_record *record)
{
	write_cpu(writing, record, true);
}

static void write_host(struct cpupolicy__writing *writing,
		       const struct cpupolicy_record *record)
{
	write_cpu(writing, record, false);
}

const struct cpupolicy__format cpupolicy__format_libvirt_guest = {
	.info = { .name = "libvirt-guest",
		  .title = "<cpu> of a guest's definition; libvirt-guest:11.3 "
			   "is for that version",
		  .writes = true,
		  .partial = true },
	.has_versions = true,
	.project = CPUPOLICY__LIBVIRT,
	.write = write_guest,
};

const struct cpupolicy__format cpupolicy__format_libvirt_host = {
	.info = { .name = "libvirt-host",
		  .title = "<cpu> of a host, for virsh cpu-baseline and "
			   "cpu-compare; versions as above",
		  .writes = true,
		  .partial = true },
	.has_versions = true,
	.project = CPUPOLICY__LIBVIRT,
	.write = write_host,
};
