/* SPDX-License-Identifier: MIT */
/*
 * rows.c - CPUID rows and MSRs: collected, and as text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

int cpupolicy__rows_add(struct cpupolicy__rows *rows,
			const struct cpupolicy_row *row)
{
	if (rows->nr == CPUPOLICY__MAX_ROWS)
		return CPUPOLICY_E_RANGE;
	if (rows->nr == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 128;
		struct cpupolicy_row *grown;

		grown = realloc(rows->row, room * sizeof(*grown));
		if (!grown)
			return CPUPOLICY_E_MEMORY;
		rows->row = grown;
		rows->room = room;
	}
	rows->row[rows->nr++] = *row;
	return 0;
}

void cpupolicy__rows_clear(struct cpupolicy__rows *rows)
{
	free(rows->row);
	*rows = (struct cpupolicy__rows){ 0 };
}

void cpupolicy__row_redact(struct cpupolicy_row *row)
{
	const char *fate = cpupolicy_leaf_fate(CPUPOLICY_SPACE_CPU, row->leaf,
					       row->subleaf);

	if (strcmp(fate, "private") == 0)
		row->eax = row->ebx = row->ecx = row->edx = 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool cpupolicy__hex(uint64_t *out, const char **text, int digits)
{
	const char *s = *text;
	int nr = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	*out = 0;
	for (; hex_digit(*s) >= 0; s++, nr++) {
		if (nr == digits)
			return false;
		*out = *out << 4 | (uint64_t)hex_digit(*s);
	}
	*text = s;
	return nr > 0;
}

/* A number of 32 bits and, where @blank, one or more blanks before it. */
static bool number(uint32_t *out, const char **text, bool blank)
{
	uint64_t value;

	if (blank && **text != ' ' && **text != '\t')
		return false;
	while (**text == ' ' || **text == '\t')
		(*text)++;
	if (!cpupolicy__hex(&value, text, 8))
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool at_end(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

bool cpupolicy__row_parse(struct cpupolicy_row *out, const char *text)
{
	struct cpupolicy_row row;

	if (!number(&row.leaf, &text, false) || *text++ != '.')
		return false;
	if (!number(&row.subleaf, &text, false) ||
	    !number(&row.eax, &text, true) || !number(&row.ebx, &text, true) ||
	    !number(&row.ecx, &text, true) || !number(&row.edx, &text, true))
		return false;
	if (!at_end(text))
		return false;
	*out = row;
	return true;
}

void cpupolicy__row_text(char out[CPUPOLICY__ROW_TEXT],
			 const struct cpupolicy_row *row)
{
	snprintf(out, CPUPOLICY__ROW_TEXT,
		 "%08" PRIx32 ".%" PRIx32 " %08" PRIx32 " %08" PRIx32
		 " %08" PRIx32 " %08" PRIx32,
		 row->leaf, row->subleaf, row->eax, row->ebx, row->ecx,
		 row->edx);
}

bool cpupolicy__msr_parse(struct cpupolicy_msr *out, const char *text)
{
	struct cpupolicy_msr msr = { 0 };

	if (!number(&msr.index, &text, false))
		return false;
	if (*text != ' ' && *text != '\t')
		return false;
	text += strspn(text, " \t");
	if (!cpupolicy__hex(&msr.value, &text, 16) || !at_end(text))
		return false;
	*out = msr;
	return true;
}

void cpupolicy__msr_text(char out[CPUPOLICY__ROW_TEXT],
			 const struct cpupolicy_msr *msr)
{
	snprintf(out, CPUPOLICY__ROW_TEXT, "%" PRIx32 " %016" PRIx64,
		 msr->index, msr->value);
}
