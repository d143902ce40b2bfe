// SPDX-License-Identifier: MIT
/*
 * qemu_cpu_write.c - a CPU as the value of QEMU's option -cpu: the model that
 * comes closest, and every difference.
 */
#include <ctype.h>
#include <inttypes.h>

#include "naming.h"
#include "qemu_cpu.h"

static void add_number(const struct cpupolicy__naming *naming, const char *key,
		       uint32_t value, bool hexadecimal)
{
	cpupolicy__text_add(naming->writing->out,
			    hexadecimal ? ",%s=0x%" PRIx32 : ",%s=%" PRIu32,
			    key, value);
}

/* Neither QEMU nor a shell would take it for anything else. */
static bool is_plain(const char *brand)
{
	for (const char *c = brand; *c; c++)
		if (!isprint((unsigned char)*c) || strchr(",'\"\\$`", *c))
			return false;
	return true;
}

static void write_identity(const struct cpupolicy__naming *naming,
			   const struct cpupolicy__cpu_model *model)
{
	const char *maker =
		cpupolicy__maker_string(naming->models, model->maker);
	struct cpupolicy_signature mine;
	char brand[49];

	if (!naming->maker[0])
		cpupolicy__lose(naming->writing,
				"no maker was recorded: QEMU's guest sees "
				"'%s', that of its model",
				maker);
	else if (strcmp(maker, naming->maker) != 0)
		cpupolicy__text_add(naming->writing->out, ",vendor=%s",
				    naming->maker);
	if (cpupolicy__naming_signature(&mine, naming)) {
		if (mine.family != model->signature.family)
			add_number(naming, "family", mine.family, false);
		if (mine.model != model->signature.model)
			add_number(naming, "model", mine.model, false);
		if (mine.stepping != model->signature.stepping)
			add_number(naming, "stepping", mine.stepping, false);
	}
	if (!cpupolicy__naming_brand(brand, naming))
		return;
	if (!is_plain(brand))
		cpupolicy__lose(naming->writing,
				"the brand string cannot stand in an option: "
				"QEMU's guest sees that of its model");
	else
		cpupolicy__text_add(naming->writing->out, ",model-id=%s",
				    brand);
}

/* Of a CPU without 64-bit mode QEMU takes no number: it has 36 or 32. */
static void write_phys_bits(const struct cpupolicy__naming *naming)
{
	uint32_t own = cpupolicy__naming_has(naming, "pse36") ? 36 : 32, value;

	if (!cpupolicy__naming_number(&value, naming, "phys_bits") || !value)
		return;
	if (cpupolicy__naming_has(naming, "lm")) {
		add_number(naming, "phys-bits", value, false);
		cpupolicy__text_add(naming->writing->out,
				    ",host-phys-bits=off");
	} else if (value != own) {
		cpupolicy__lose(naming->writing,
				"QEMU's guest without 64-bit mode sees %" PRIu32
				" physical address bits, not %" PRIu32,
				own, value);
	}
}

/* QEMU raises what is not given to what the features need. */
static void write_numbers(const struct cpupolicy__naming *naming, bool levels)
{
	uint32_t value;

	if (levels && cpupolicy__naming_number(&value, naming, "max_basic") &&
	    value)
		add_number(naming, "level", value, true);
	if (levels &&
	    cpupolicy__naming_number(&value, naming, "max_subleaf_7") && value)
		add_number(naming, "level-func7", value, false);
	if (levels && cpupolicy__naming_number(&value, naming, "max_ext") &&
	    value)
		add_number(naming, "xlevel", value, true);
	write_phys_bits(naming);
	if (cpupolicy__naming_number(&value, naming, "clflush_size") && value &&
	    value != 8)
		cpupolicy__lose(naming->writing,
				"QEMU's guest sees CLFLUSH work on 64 bytes, "
				"not on %" PRIu32,
				value * 8);
	if (cpupolicy__naming_number(&value, naming, "guest_phys_bits") &&
	    value) {
		if (naming->release > 0)
			add_number(naming, "guest-phys-bits", value, false);
		else
			cpupolicy__lose(naming->writing,
					"guest_phys_bits=%" PRIu32
					": QEMU before 9.1 has no place for it",
					value);
	}
}

static void write_features(const struct cpupolicy__naming *naming,
			   const struct cpupolicy__choice *choice)
{
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const char *name;

		if (!cpupolicy__differs(choice, naming, i))
			continue;
		name = cpupolicy__naming_word(naming, i);
		if (name)
			cpupolicy__text_add(
				naming->writing->out, ",%c%s",
				naming->told[i] == CPUPOLICY__ON ? '+' : '-',
				name);
	}
}

static void lose_sections(const struct cpupolicy__naming *naming)
{
	if (!naming->sections[CPUPOLICY_SPACE_KVM])
		cpupolicy__lose(naming->writing,
				"no leaves of KVM were recorded: QEMU decides "
				"which of them its guest sees");
}

/* Who lists features by name does not say how far the leaves go. */
static bool says_levels(const struct cpupolicy_record *record)
{
	return !record->cores[0].known ||
	       (record->how && (strcmp(record->how, "policy") == 0 ||
				strcmp(record->how, CPUPOLICY__QEMU_HOW) == 0));
}

void cpupolicy__qemu_cpu_write(struct cpupolicy__writing *writing,
			       const struct cpupolicy_record *record)
{
	static const char *const written[] = {
		"vendor_*",	"max_*",     "phys_bits", "guest_phys_bits",
		"clflush_size", "signature", "brand",	  NULL,
	};
	static const struct cpupolicy__wish wish = { .may = NULL };
	struct cpupolicy__naming naming;
	struct cpupolicy__choice choice = { 0 };

	if (cpupolicy__naming_begin(&naming, writing, record, CPUPOLICY__QEMU,
				    false))
		cpupolicy__choose(&choice, &naming, &wish);
	if (choice.model) {
		cpupolicy__text_add(writing->out, "%s", choice.model->name);
		write_identity(&naming, choice.model);
		write_numbers(&naming, says_levels(record));
		write_features(&naming, &choice);
		cpupolicy__text_add(writing->out, ",enforce=on\n");
		cpupolicy__lose_untold(&choice, &naming);
		lose_sections(&naming);
		cpupolicy__naming_lose(&naming, "QEMU has", written);
	}
	cpupolicy__choice_clear(&choice);
	cpupolicy__naming_end(&naming);
}
