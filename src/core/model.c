// SPDX-License-Identifier: MIT
/*
 * model.c - named policies, each a base and the difference from it.
 */
#include "internal.h"

static const struct cpupolicy_model models[] = {
#define MODEL(name, version, title, summary, source, aliases, signature,       \
	      vendor, year, base, first_flag, nr_flags, first_number,          \
	      nr_numbers, first_row, nr_rows)                                  \
	{ name,		version,                                               \
	  title,	summary,                                               \
	  source,	aliases,                                               \
	  signature,	(enum cpupolicy_vendor_id)(vendor),                    \
	  year,		base,                                                  \
	  first_flag,	nr_flags,                                              \
	  first_number, nr_numbers,                                            \
	  first_row,	nr_rows },
#include "gen/models.inc"
#undef MODEL
};
#define NR_MODELS (sizeof(models) / sizeof(models[0]))

/* Indices of features; of those that are taken away with MINUS. */
#define MINUS 0x8000u
static const uint16_t flags[] = {
#define FLAG(flag) flag,
#include "gen/model_flags.inc"
#undef FLAG
};

static const struct {
	uint16_t field;
	uint32_t value;
} numbers[] = {
#define NUMBER(field, value) { field, value },
#include "gen/model_numbers.inc"
#undef NUMBER
	{ CPUPOLICY__NONE, 0 }, /* an array is never empty */
};

static const struct cpupolicy_row rows[] = {
#define ROW(leaf, subleaf, eax, ebx, ecx, edx)                                 \
	{ leaf, subleaf, eax, ebx, ecx, edx },
#include "gen/model_rows.inc"
#undef ROW
	{ 0, 0, 0, 0, 0, 0 },
};

const struct cpupolicy_model *cpupolicy_model_at(uint32_t index)
{
	return index < NR_MODELS ? &models[index] : NULL;
}

static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' ? '-' : c;
}

/* Is one of the words of @list this name? */
static bool names(const char *list, const char *name)
{
	while (*list) {
		size_t i = 0;

		while (name[i] && folded(list[i]) == folded(name[i]))
			i++;
		if (i && !name[i] && (!list[i] || list[i] == ' '))
			return true;
		while (*list && *list != ' ')
			list++;
		list += *list == ' ';
	}
	return false;
}

const struct cpupolicy_model *cpupolicy_model_find(const char *name)
{
	for (uint32_t i = 0; i < NR_MODELS; i++)
		if (names(models[i].name, name) ||
		    names(models[i].aliases, name))
			return &models[i];
	return NULL;
}

const struct cpupolicy_model *
cpupolicy_model_base(const struct cpupolicy_model *model)
{
	return cpupolicy_model_at(model->base);
}

/* The difference from its base. Returns how many features it adds. */
static int apply(struct cpupolicy_policy *out,
		 const struct cpupolicy_model *model)
{
	int set = 0;

	for (uint32_t i = 0; i < model->nr_flags; i++) {
		uint16_t flag = flags[model->first_flag + i];
		bool minus = (flag & MINUS) != 0;

		cpupolicy__put(out, flag % MINUS, !minus);
		set += minus ? -1 : 1;
	}
	for (uint32_t i = 0; i < model->nr_numbers; i++)
		cpupolicy__put(out, numbers[model->first_number + i].field,
			       numbers[model->first_number + i].value);
	for (uint32_t i = 0; i < model->nr_rows; i++)
		(void)cpupolicy_policy_set_row(out,
					       &rows[model->first_row + i]);
	return set;
}

/* Characters @at to @at + 3 of a text as a register holds them. */
static uint32_t four_of(const char *text, size_t length, size_t at)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < 4 && at + i < length; i++)
		value |= (uint32_t)(unsigned char)text[at + i] << (8 * i);
	return value;
}

static const char *signature_of(const struct cpupolicy_model *model)
{
	static const struct cpupolicy__vendor *const vendors[] = {
		&cpupolicy__intel, &cpupolicy__amd, &cpupolicy__hygon,
		&cpupolicy__zhaoxin
	};

	if (model->signature[0])
		return model->signature;
	for (uint32_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
		if (vendors[i]->id == model->vendor)
			return vendors[i]->strings[0];
	return NULL;
}

/* Who made it, and what it is called. */
static void identify(struct cpupolicy_policy *out,
		     const struct cpupolicy_model *model)
{
	const char *string = signature_of(model);
	size_t length = 0;

	if (!string)
		return;
	out->word[CPUPOLICY__W_CPU_0_0_EBX] = four_of(string, 12, 0);
	out->word[CPUPOLICY__W_CPU_0_0_EDX] = four_of(string, 12, 4);
	out->word[CPUPOLICY__W_CPU_0_0_ECX] = four_of(string, 12, 8);
	while (model->title[length])
		length++;
	for (uint32_t i = 0; i < 12; i++) /* three slots, side by side */
		out->word[CPUPOLICY__W_CPU_80000002_0_EAX + i] =
			four_of(model->title, length, 4 * i);
}

int cpupolicy_model_policy(struct cpupolicy_policy *out,
			   const struct cpupolicy_model *model)
{
	const struct cpupolicy_model *one;
	uint32_t depth = 0;
	int set = 0;

	cpupolicy_policy_clear(out);
	for (one = model; one; one = cpupolicy_model_base(one))
		depth++;
	while (depth--) { /* the lowest base first */
		one = model;
		for (uint32_t i = 0; i < depth; i++)
			one = cpupolicy_model_base(one);
		set += apply(out, one);
	}
	identify(out, model);
	if (model->vendor != CPUPOLICY_VENDOR_UNKNOWN)
		cpupolicy_normalize(out, NULL, NULL);
	return set;
}
