// SPDX-License-Identifier: MIT
/*
 * xl_parse.c - the two forms of xl's cpuid=: names with values, and registers
 * bit by bit. libxl only warns of what it does not understand, and starts the
 * domain without it; here it is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "xl.h"

/** struct piece - a part of a string, with its place */
struct piece {
	const char *file;
	struct cpupolicy_error *error;
	const char *text;
	size_t size;
	int line, column;
};

static int fail(const struct piece *piece, const char *why)
{
	int length = piece->size > 60 ? 60 : (int)piece->size;

	return cpupolicy__fail_at(piece->error, CPUPOLICY_E_MEANING,
				  piece->file, piece->line, piece->column,
				  "'%.*s': %s", length, piece->text, why);
}

/* Cut off what is before @c; false: it is not there, and all was cut off. */
static bool cut(struct piece *first, struct piece *rest, char c)
{
	const char *end = memchr(rest->text, c, rest->size);
	size_t size = end ? (size_t)(end - rest->text) : rest->size;

	*first = *rest;
	first->size = size;
	size += end ? 1 : 0;
	rest->text += size;
	rest->size -= size;
	rest->column += (int)size;
	return end;
}

/* As C has it: decimal, 0x or 0 before others. */
static bool number_of(uint64_t *out, const struct piece *piece)
{
	char text[24], *end;

	if (!piece->size || piece->size >= sizeof(text) ||
	    piece->text[0] < '0' || piece->text[0] > '9')
		return false;
	memcpy(text, piece->text, piece->size);
	text[piece->size] = '\0';
	*out = strtoull(text, &end, 0);
	return !*end;
}

static bool is(const struct piece *piece, const char *text)
{
	return piece->size == strlen(text) &&
	       memcmp(piece->text, text, piece->size) == 0;
}

/* A number as characters of its bits, highest first. */
static void spell(char *bits, uint64_t number, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		bits[i] = number >> (width - 1 - i) & 1 ? '1' : '0';
	bits[width] = '\0';
}

/* Families from 16 and models are in two parts (Intel SDM 2A, CPUID leaf 1). */
static int set_in_parts(struct cpupolicy_xl *xl,
			const struct cpupolicy__xl_name *name, const char *bits,
			uint64_t number)
{
	bool family = strcmp(name->name, "family") == 0;
	struct cpupolicy_address upper = name->at;
	char extended[9], base[9];
	int status;

	memcpy(extended, bits, sizeof(extended));
	memcpy(base, bits, sizeof(base));
	if (family) {
		upper.high = 27;
		upper.low = 20;
		/* also for 'x' and 'k': so does libxl */
		spell(extended, number < 16 ? 0 : number - 15, 8);
		if (number >= 16)
			spell(base, 15, 8);
	} else {
		upper.high = 19;
		upper.low = 16;
	}
	status = cpupolicy__xl_set(xl, &upper, CPUPOLICY_XEN_NO_SUBLEAF,
				   extended);
	if (status == 0)
		status = cpupolicy__xl_set(xl, &name->at,
					   CPUPOLICY_XEN_NO_SUBLEAF, base + 4);
	return status;
}

static int set_value(struct cpupolicy_xl *xl,
		     const struct cpupolicy__xl_name *name,
		     const struct piece *value)
{
	bool family = strcmp(name->name, "family") == 0;
	bool parts = family || strcmp(name->name, "model") == 0;
	unsigned width = parts ? 8 : name->at.high - name->at.low + 1u;
	uint64_t number = 0,
		 most = family ? 15 + 255 : 0xffffffffu >> (32 - width);
	char bits[33];

	if (value->size == 1 && memchr("xks", *value->text, 3)) {
		memset(bits, *value->text, width);
		bits[width] = '\0';
	} else if (!number_of(&number, value)) {
		return fail(value, "expected a number, x or k");
	} else if (number > most) {
		return fail(value, "is too large");
	} else {
		spell(bits, number, width);
	}
	if (parts)
		return set_in_parts(xl, name, bits, number);
	return cpupolicy__xl_set(xl, &name->at,
				 cpupolicy_leaf_has_subleaves(name->at.leaf)
					 ? name->at.subleaf
					 : CPUPOLICY_XEN_NO_SUBLEAF,
				 bits);
}

/* host,NAME=VALUE,... */
static int parse_names(struct cpupolicy_xl *xl, struct piece rest)
{
	bool first = true, more;
	int status = 0;

	do {
		struct cpupolicy__xl_name found;
		struct piece piece, name;

		more = cut(&piece, &rest, ',');
		if (first && !is(&piece, "host"))
			return fail(&piece, "expected host first");
		if (!first && piece.size) {
			if (!cut(&name, &piece, '='))
				return fail(&name, "expected NAME=VALUE");
			if (!cpupolicy__xl_find(&found, name.text, name.size))
				return fail(&name, "libxl has no such name");
			status = set_value(xl, &found, &piece);
		}
		first = false;
	} while (more && status == 0);
	return status;
}

static int parse_register(struct cpupolicy_xl *xl,
			  const struct cpupolicy_address *leaf,
			  uint32_t subleaf, struct piece *value)
{
	static const char *const names[] = { "eax", "ebx", "ecx", "edx" };
	struct cpupolicy_address at = *leaf;
	struct piece name;
	char bits[33];

	while (value->size && (*value->text == ' ' || *value->text == '\n')) {
		value->text++;
		value->size--;
		value->column++;
	}
	if (!cut(&name, value, '='))
		return fail(&name, "expected a register and '='");
	while (at.reg < 4 && !is(&name, names[at.reg]))
		at.reg++;
	if (at.reg == 4)
		return fail(&name, "expected eax, ebx, ecx or edx");
	for (size_t i = 0; i < value->size; i++)
		if (!memchr("01xks", value->text[i], 5))
			return fail(value, "expected 0, 1, x and k");
	if (value->size != 32)
		return fail(value, "expected 32 characters, a bit each");
	memcpy(bits, value->text, 32);
	bits[32] = '\0';
	return cpupolicy__xl_set(xl, &at, subleaf, bits);
}

/* LEAF,SUBLEAF:eax=BITS,ebx=BITS,... */
static int parse_registers(struct cpupolicy_xl *xl, struct piece rest)
{
	struct cpupolicy_address at = { .high = 31 };
	uint64_t leaf, subleaf = CPUPOLICY_XEN_NO_SUBLEAF;
	struct piece numbers, number;
	int status = 0;

	if (!cut(&numbers, &rest, ':'))
		return fail(&numbers, "expected LEAF: or LEAF,SUBLEAF:");
	if (cut(&number, &numbers, ',') &&
	    (!number_of(&subleaf, &numbers) || subleaf > 0xffff))
		return fail(&numbers, "is no sub-leaf's number");
	if (!number_of(&leaf, &number) || leaf > UINT32_MAX)
		return fail(&number, "is no leaf's number");
	at.leaf = (uint32_t)leaf;
	while (rest.size && status == 0) {
		struct piece value;

		cut(&value, &rest, ',');
		status = parse_register(xl, &at, (uint32_t)subleaf, &value);
	}
	return status;
}

/* The value alone, without a file around it. */
static bool is_bare(const char *text, size_t size)
{
	return size >= 4 && memcmp(text, "host", 4) == 0 &&
	       (size == 4 || text[4] == ',' || text[4] == '\n');
}

static int parse_value(struct cpupolicy_xl *out,
		       const struct cpupolicy__source *source,
		       const struct cpupolicy__xl_value *value,
		       struct cpupolicy_error *error)
{
	int status = 0;

	for (size_t i = 0; i < value->nr && status == 0; i++) {
		const struct cpupolicy__xl_string *string = &value->strings[i];
		const struct piece piece = {
			source->name, error,	    string->text,
			string->size, string->line, string->column,
		};

		status = value->list ? parse_registers(out, piece)
				     : parse_names(out, piece);
	}
	return status;
}

int cpupolicy_xl_parse(struct cpupolicy_xl *out, const char *name,
		       const char *text, size_t size,
		       struct cpupolicy_error *error)
{
	const struct cpupolicy__source source = { name, text, size, 0 };
	struct piece bare = { name, error, text, size, 1, 1 };
	struct cpupolicy__xl_value value = { 0 };
	int status;

	*out = (struct cpupolicy_xl){ 0 };
	if (is_bare(text, size)) {
		while (memchr("\r\n", bare.text[bare.size - 1], 2))
			bare.size--;
		status = parse_names(out, bare);
	} else {
		status = cpupolicy__xl_config(&value, &source, error);
		if (status == 0)
			status = cpupolicy__fail_at(error, CPUPOLICY_E_MEANING,
						    name, 0, 0,
						    "no line sets cpuid");
		if (status > 0)
			status = parse_value(out, &source, &value, error);
		free(value.strings);
	}
	if (status == CPUPOLICY_E_MEMORY)
		cpupolicy__no_memory(error, name);
	if (status == CPUPOLICY_E_RANGE)
		status = cpupolicy__fail_at(error, CPUPOLICY_E_MEANING, name, 0,
					    0,
					    "more registers than any CPU has");
	if (status < 0)
		cpupolicy_xl_clear(out);
	return status;
}
