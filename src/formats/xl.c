// SPDX-License-Identifier: MIT
/*
 * xl.c - xl's cpuid= lines as masks: what such a line takes away from the
 * policy that the domain would have without it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xl.h"

/** struct reading - a mask being made */
struct reading {
	struct cpupolicy_mask_spec *mask;
	struct cpupolicy__text given;	/* asked for, by name */
	struct cpupolicy__text foreign; /* what is no part of a policy */
	struct cpupolicy__text fixed;	/* what cannot be taken away */
};

static void list(struct cpupolicy__text *text,
		 const struct cpupolicy_address *at,
		 const struct cpupolicy_field *field)
{
	char address[CPUPOLICY_ADDRESS_TEXT];

	cpupolicy__text_add(text, "%s%s", text->length ? " " : "",
			    field ? field->name
				  : cpupolicy_address_text(address, at));
}

/* Does it follow others on any maker's CPUs? */
static bool is_derived(const struct cpupolicy_address *at)
{
	static const enum cpupolicy_vendor_id makers[] = {
		CPUPOLICY_VENDOR_UNKNOWN, CPUPOLICY_VENDOR_INTEL,
		CPUPOLICY_VENDOR_AMD,	  CPUPOLICY_VENDOR_HYGON,
		CPUPOLICY_VENDOR_ZHAOXIN,
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		const struct cpupolicy_field *field =
			cpupolicy_field_of(at, makers[i]);

		if (field && field->level == CPUPOLICY_LEVEL_DERIVE)
			return true;
	}
	return false;
}

static void hide(struct reading *reading, const struct cpupolicy_address *at,
		 const struct cpupolicy_field *field)
{
	cpupolicy_feature feature = CPUPOLICY_FEATURE(
		at->space, at->leaf, at->subleaf, at->reg, at->low);
	struct cpupolicy_mask_spec *mask = reading->mask;
	struct cpupolicy_policy none;

	cpupolicy_policy_clear(&none);
	switch (cpupolicy_hide(&none, &feature, 1, NULL, NULL)) {
	case 0:
		break;
	case CPUPOLICY_E_NO_SLOT:
		list(&reading->foreign, at, field);
		return;
	default:
		list(&reading->fixed, at, field);
		return;
	}
	if (is_derived(at)) {
		list(&reading->fixed, at, field);
		return;
	}
	mask->hide[mask->nr_hide++] = feature;
}

/* A number, if it was given whole. */
static void cap(struct reading *reading, const struct cpupolicy_field *field,
		const char *bits)
{
	struct cpupolicy_mask_spec *mask = reading->mask;
	struct cpupolicy_policy none;
	uint32_t value = 0;

	for (unsigned i = 0; bits[i]; i++)
		value = value << 1 | (bits[i] == '1');
	cpupolicy_policy_clear(&none);
	if (strpbrk(bits, "xk") ||
	    cpupolicy_cap(&none, field, value, NULL, NULL) < 0) {
		list(field->level == CPUPOLICY_LEVEL_ZERO ? &reading->foreign
							  : &reading->fixed,
		     &field->at, field);
		return;
	}
	mask->caps[mask->nr_caps++] =
		(struct cpupolicy_cap_item){ .field = field, .value = value };
}

/* One field of a register, or one bit without a name. Moves @bit past it. */
static void read_bits(struct reading *reading,
		      const struct cpupolicy_xl_register *reg, unsigned *bit)
{
	struct cpupolicy_address at = {
		.leaf = reg->leaf,
		.subleaf = (uint16_t)(reg->subleaf == CPUPOLICY_XEN_NO_SUBLEAF
					      ? 0
					      : reg->subleaf),
		.space = reg->space,
		.reg = reg->reg,
		.high = (uint8_t)*bit,
		.low = (uint8_t)*bit,
	};
	const struct cpupolicy_field *field =
		cpupolicy_field_of(&at, CPUPOLICY_VENDOR_UNKNOWN);
	char c = reg->bits[31 - *bit], bits[33];
	size_t length;

	if (field && field->at.high > field->at.low) {
		length = field->at.high - field->at.low + 1u;
		*bit = field->at.high + 1u;
		memcpy(bits, reg->bits + 31 - field->at.high, length);
		bits[length] = '\0';
		if (strspn(bits, "x") < length)
			cap(reading, field, bits);
		return;
	}
	++*bit;
	if (c == '0')
		hide(reading, &at, field);
	else if (c != 'x')
		list(&reading->given, &at, field);
}

static int add_note(struct cpupolicy_mask_spec *mask, const char *what,
		    const struct cpupolicy__text *names)
{
	struct cpupolicy__text text = { 0 };
	char **grown;

	if (names->failed)
		return CPUPOLICY_E_MEMORY;
	if (!names->length)
		return 0;
	cpupolicy__text_add(&text, "%s: %s", what, names->s);
	grown = realloc(mask->notes, (mask->nr_notes + 1) * sizeof(*grown));
	if (grown) {
		mask->notes = grown;
		grown[mask->nr_notes] = cpupolicy__text_take(&text);
		if (grown[mask->nr_notes++])
			return 0;
		mask->nr_notes--;
	} else {
		free(text.s);
	}
	return CPUPOLICY_E_MEMORY;
}

static int read_all(struct reading *reading, const struct cpupolicy_xl *xl)
{
	struct cpupolicy_mask_spec *mask = reading->mask;
	int status = 0;

	/* a bit each, or two bits and more */
	mask->hide = calloc(xl->nr * 32 + 1, sizeof(*mask->hide));
	mask->caps = calloc(xl->nr * 16 + 1, sizeof(*mask->caps));
	if (!mask->hide || !mask->caps)
		return CPUPOLICY_E_MEMORY;
	for (size_t i = 0; i < xl->nr; i++)
		for (unsigned bit = 0; bit < 32;)
			read_bits(reading, &xl->registers[i], &bit);
	if (status == 0)
		status = add_note(reading->mask,
				  "asked for, but a mask only takes away",
				  &reading->given);
	if (status == 0)
		status = add_note(reading->mask, "set, but no part of a policy",
				  &reading->foreign);
	if (status == 0)
		status = add_note(reading->mask,
				  "set, but not what a mask can take away",
				  &reading->fixed);
	return status;
}

static int read_xl(struct cpupolicy_document *out,
		   const struct cpupolicy__source *source,
		   struct cpupolicy_error *error)
{
	struct reading reading = { .mask = &out->mask };
	struct cpupolicy_xl xl;
	int status = cpupolicy_xl_parse(&xl, source->name, source->text,
					source->size, error);

	if (status < 0)
		return status;
	out->kind = CPUPOLICY_DOCUMENT_MASK;
	status = read_all(&reading, &xl);
	free(reading.given.s);
	free(reading.foreign.s);
	free(reading.fixed.s);
	cpupolicy_xl_clear(&xl);
	return status < 0 ? cpupolicy__no_memory(error, source->name) : 0;
}

/* A line that begins as one that sets cpuid; or the value alone. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	const char *text = source->text, *end = text + source->size;

	if (source->size > 5 && memcmp(text, "host,", 5) == 0)
		return CPUPOLICY__YES;
	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((line_end ? line_end : end) - text);
		size_t i = 5;

		if (length > 6 && memcmp(text, "cpuid", 5) == 0) {
			while (i < length && memchr(" \t", text[i], 2))
				i++;
			if (i < length && memchr("=+", text[i], 2))
				return CPUPOLICY__YES;
		}
		if (!line_end)
			break;
		text = line_end + 1;
	}
	return CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_xl = {
	.info = { .name = "xl",
		  .title = "cpuid= of Xen's domain configurations, by names",
		  .reads = true,
		  .writes = true },
	.probe = probe,
	.read = read_xl,
	.write = cpupolicy__xl_write_names,
};

const struct cpupolicy__format cpupolicy__format_xl_registers = {
	.info = { .name = "xl-registers",
		  .title = "cpuid= of Xen's domain configurations, bit by bit",
		  .writes = true },
	.write = cpupolicy__xl_write_registers,
};
