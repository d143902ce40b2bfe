// SPDX-License-Identifier: MIT
/*
 * mask_bits.c - bits that are set, cleared or left, as a mask.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mask_bits.h"

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

static void hide(struct cpupolicy__mask_bits *reading,
		 const struct cpupolicy_address *at,
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
static void cap(struct cpupolicy__mask_bits *reading,
		const struct cpupolicy_field *field, const char *bits)
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
static void read_bits(struct cpupolicy__mask_bits *reading,
		      const struct cpupolicy_address *reg, const char *all,
		      unsigned *bit)
{
	struct cpupolicy_address at = *reg;
	const struct cpupolicy_field *field;
	char c = all[31 - *bit], bits[33];
	size_t length;

	at.high = at.low = (uint8_t)*bit;
	field = cpupolicy_field_of(&at, CPUPOLICY_VENDOR_UNKNOWN);
	if (field && field->at.high > field->at.low) {
		length = field->at.high - field->at.low + 1u;
		*bit = field->at.high + 1u;
		memcpy(bits, all + 31 - field->at.high, length);
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

void cpupolicy__mask_register(struct cpupolicy__mask_bits *reading,
			      const struct cpupolicy_address *reg,
			      const char *bits)
{
	for (unsigned bit = 0; bit < 32;)
		read_bits(reading, reg, bits, &bit);
}

int cpupolicy__mask_note(struct cpupolicy_mask_spec *mask, const char *what,
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

int cpupolicy__mask_begin(struct cpupolicy__mask_bits *out,
			  struct cpupolicy_mask_spec *mask, size_t registers)
{
	*out = (struct cpupolicy__mask_bits){ .mask = mask };
	/* a bit each, or two bits and more */
	mask->hide = calloc(registers * 32 + 1, sizeof(*mask->hide));
	mask->caps = calloc(registers * 16 + 1, sizeof(*mask->caps));
	return mask->hide && mask->caps ? 0 : CPUPOLICY_E_MEMORY;
}

int cpupolicy__mask_end(struct cpupolicy__mask_bits *reading, int status)
{
	const struct {
		const char *what;
		struct cpupolicy__text *names;
	} notes[] = {
		{ "asked for, but a mask only takes away", &reading->given },
		{ "set, but no part of a policy", &reading->foreign },
		{ "set, but not what a mask can take away", &reading->fixed },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		if (status == 0)
			status = cpupolicy__mask_note(
				reading->mask, notes[i].what, notes[i].names);
		free(notes[i].names->s);
	}
	return status;
}
