// SPDX-License-Identifier: MIT
/*
 * naming_lose.c - what a project has no name for: every bit that is set is
 * named, written in another form, or said to be lost.
 */
#include <inttypes.h>
#include <stdio.h>

#include "naming.h"

/* A sentence holds so much of a list; the rest goes on in the next. */
#define MAX_LIST 280

/** struct losing - what the functions below work on */
struct losing {
	const struct cpupolicy__naming *naming;
	const char *who;
	const char *const *written;
	char list[MAX_LIST + CPUPOLICY_ADDRESS_TEXT + 64];
	size_t length;
	bool descriptions; /* some were set */
};

static void flush(struct losing *losing)
{
	if (losing->length)
		cpupolicy__lose(losing->naming->writing, "%s no name for:%s",
				losing->who, losing->list);
	losing->length = 0;
	losing->list[0] = '\0';
}

static void add(struct losing *losing, const char *what)
{
	losing->length += (size_t)snprintf(
		losing->list + losing->length,
		sizeof(losing->list) - losing->length, " %.100s", what);
	if (losing->length > MAX_LIST)
		flush(losing);
}

static bool is_written(const struct losing *losing, const char *name)
{
	for (const char *const *word = losing->written; *word; word++) {
		size_t length = strlen(*word);

		if ((*word)[length - 1] == '*'
			    ? strncmp(*word, name, length - 1) == 0
			    : strcmp(*word, name) == 0)
			return true;
	}
	return false;
}

static void lose_number(struct losing *losing,
			const struct cpupolicy_field *field, uint32_t word)
{
	char text[96];

	snprintf(text, sizeof(text), "%.80s=%" PRIu32, field->name,
		 (word & cpupolicy__bits(&field->at)) >> field->at.low);
	add(losing, text);
}

/*
 * State components and their places follow from the features that have them; a
 * component without such a feature is in no policy.
 */
static bool is_implied(const struct cpupolicy_field *field)
{
	return field->at.space == CPUPOLICY_SPACE_CPU &&
	       field->at.leaf == 0xd && field->at.subleaf != 1;
}

/* What only describes the CPU has few names of its own. */
static void lose_description(struct losing *losing,
			     const struct cpupolicy_address *bit)
{
	const char *what = "";

	if (bit->leaf == 1 || bit->leaf == 0x80000001)
		what = "signature";
	else if (bit->leaf >= 0x80000002 && bit->leaf <= 0x80000004)
		what = "brand";
	losing->descriptions |= !*what || !is_written(losing, what);
}

static void lose_field(struct losing *losing,
		       const struct cpupolicy_field *field,
		       const struct cpupolicy_address *bit, uint32_t word)
{
	if (field->level == CPUPOLICY_LEVEL_ZERO ||
	    field->level == CPUPOLICY_LEVEL_DERIVE ||
	    is_written(losing, field->name) || is_implied(field))
		return;
	if (field->level == CPUPOLICY_LEVEL_DONOR ||
	    cpupolicy_address_describes(&field->at)) {
		lose_description(losing, bit);
		return;
	}
	if (field->at.low == field->at.high) {
		if (losing->naming->has_place ||
		    !cpupolicy__naming_name(losing->naming, field))
			add(losing, field->name);
		return;
	}
	/* once, at its lowest bit that is set */
	if (!(word & cpupolicy__bits(&field->at) & ((1u << bit->low) - 1)))
		lose_number(losing, field, word);
}

static void lose_bit(struct losing *losing, const struct cpupolicy_address *bit,
		     uint32_t word)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_of(bit, losing->naming->vendor);
	char text[CPUPOLICY_ADDRESS_TEXT];

	if (strcmp(cpupolicy_leaf_fate(bit->space, bit->leaf, bit->subleaf),
		   "slot") != 0)
		return;
	if (losing->naming->has_place && losing->naming->has_place(bit))
		return;
	if (field)
		lose_field(losing, field, bit, word);
	else if (cpupolicy_address_describes(bit))
		lose_description(losing, bit);
	else
		add(losing, cpupolicy_address_text(text, bit));
}

static void lose_word(struct losing *losing, const struct cpupolicy_address *at,
		      uint32_t word)
{
	struct cpupolicy_address bit = *at;

	for (uint8_t i = 0; i < 32; i++) {
		bit.low = bit.high = i;
		if (word >> i & 1)
			lose_bit(losing, &bit, word);
	}
}

/* Is the leaf in a paravirtual section, and in which? False: in one that
 * nobody knows. */
static bool find_space(struct cpupolicy_address *at,
		       const struct cpupolicy__naming *naming, uint32_t leaf)
{
	at->leaf = leaf;
	at->space = CPUPOLICY_SPACE_CPU;
	/* others answer there what they answer to leaves beyond the last */
	if (leaf >> 16 == 0xc000 && naming->vendor != CPUPOLICY_VENDOR_ZHAOXIN)
		return false;
	if (leaf >> 16 != 0x4000)
		return true;
	for (uint8_t space = 0; space < CPUPOLICY_NR_SPACES; space++)
		if (naming->sections[space] &&
		    naming->sections[space] == (leaf & ~0xffu)) {
			at->space = space;
			at->leaf = 0x40000000 + leaf % 0x100;
			return leaf % 0x100 != 0;
		}
	return false;
}

static void lose_rows(struct losing *losing)
{
	const struct cpupolicy_core *core = losing->naming->core;
	struct cpupolicy_address at = { 0 };

	for (size_t i = 0; i < core->nr_rows; i++) {
		const struct cpupolicy_row *row = &core->rows[i];

		if (cpupolicy_core_row(core, row->leaf, row->subleaf) != row ||
		    row->subleaf > 0xffff ||
		    !find_space(&at, losing->naming, row->leaf))
			continue;
		at.subleaf = (uint16_t)row->subleaf;
		for (at.reg = 0; at.reg < 4; at.reg++) {
			uint32_t word = cpupolicy__row_register(row, at.reg);

			if (core->known)
				word &= cpupolicy__row_register(&core->known[i],
								at.reg);
			lose_word(losing, &at, word);
		}
	}
}

static void lose_msrs(struct losing *losing)
{
	const struct cpupolicy_core *core = losing->naming->core;

	for (size_t i = 0; i < core->nr_msrs; i++) {
		struct cpupolicy_address at = {
			.leaf = core->msrs[i].index,
			.space = CPUPOLICY_SPACE_MSR,
		};

		lose_word(losing, &at, (uint32_t)core->msrs[i].value);
		at.reg = CPUPOLICY_MSR_HI;
		lose_word(losing, &at, (uint32_t)(core->msrs[i].value >> 32));
	}
}

void cpupolicy__naming_lose(const struct cpupolicy__naming *naming,
			    const char *who, const char *const *written)
{
	struct losing losing = {
		.naming = naming,
		.who = who,
		.written = written,
	};

	lose_rows(&losing);
	lose_msrs(&losing);
	flush(&losing);
	if (losing.descriptions)
		cpupolicy__lose(naming->writing,
				"caches and what else only describes the CPU "
				"are left out");
}
