// SPDX-License-Identifier: MIT
/*
 * model.c - named policies, and the x86-64 ABI levels.
 */
#include "internal.h"

static const struct cpupolicy_model models[] = {
#define MODEL(name, version, summary, source, vendor, features)                \
	{ name,	  version,  summary,                                           \
	  source, features, (enum cpupolicy_vendor_id)(vendor) },
#include "gen/models.inc"
#undef MODEL
};
#define NR_MODELS (sizeof(models) / sizeof(models[0]))

const struct cpupolicy_model *cpupolicy_model_at(uint32_t index)
{
	return index < NR_MODELS ? &models[index] : NULL;
}

const struct cpupolicy_model *cpupolicy_model_find(const char *name)
{
	for (uint32_t i = 0; i < NR_MODELS; i++)
		if (cpupolicy__same_text(models[i].name, name))
			return &models[i];
	return NULL;
}

/* The next word of a list, or NULL; *at moves behind it. */
static const struct cpupolicy_field *next_feature(const char **at)
{
	size_t length = 0;
	const char *word;

	while (**at == ' ')
		(*at)++;
	word = *at;
	while (word[length] && word[length] != ' ')
		length++;
	*at += length;
	return length ? cpupolicy_field_find(word, length) : NULL;
}

int cpupolicy_model_policy(struct cpupolicy_policy *out,
			   const struct cpupolicy_model *model)
{
	const char *const *string = NULL;
	const struct cpupolicy_field *field;
	const char *at = model->features;
	int set = 0;

	cpupolicy_policy_clear(out);
	if (model->vendor == CPUPOLICY_VENDOR_INTEL)
		string = cpupolicy__intel.strings;
	else if (model->vendor == CPUPOLICY_VENDOR_AMD)
		string = cpupolicy__amd.strings;
	else if (model->vendor == CPUPOLICY_VENDOR_HYGON)
		string = cpupolicy__hygon.strings;
	else if (model->vendor == CPUPOLICY_VENDOR_ZHAOXIN)
		string = cpupolicy__zhaoxin.strings;
	for (uint32_t i = 0; string && i < 12; i++) {
		/* EBX, EDX, ECX hold the string */
		static const uint8_t word[3] = { CPUPOLICY__W_CPU_0_0_EBX,
						 CPUPOLICY__W_CPU_0_0_EDX,
						 CPUPOLICY__W_CPU_0_0_ECX };

		out->word[word[i / 4]] |= (uint32_t)(unsigned char)(*string)[i]
					  << (8 * (i % 4));
	}
	while ((field = next_feature(&at)) != NULL) {
		cpupolicy__put(out, (uint32_t)(field - cpupolicy__fields), 1);
		set++;
	}
	return set;
}

int cpupolicy_abi_level(const struct cpupolicy_policy *policy)
{
	static const char *const names[] = { "x86-64-v1", "x86-64-v2",
					     "x86-64-v3", "x86-64-v4" };

	for (int level = 0; level < 4; level++) {
		const struct cpupolicy_model *model =
			cpupolicy_model_find(names[level]);
		const struct cpupolicy_field *field;
		const char *at = model ? model->features : "";

		while ((field = next_feature(&at)) != NULL)
			if (!cpupolicy_field_get(policy, field))
				return level;
	}
	return 4;
}
