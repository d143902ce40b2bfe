// SPDX-License-Identifier: MIT
/*
 * xen_featureset.c - Xen's featuresets: words of features, in an order that
 * only ever grows.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "xen.h"

const struct cpupolicy__xen_word cpupolicy__xen_words[CPUPOLICY_XEN_WORDS] = {
#define WORD(name, space, leaf, subleaf, reg)                                  \
	{ name, { leaf, subleaf, space, reg, 31, 0 } },
#include "gen/xen_words.inc"
#undef WORD
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Eight digits; how many of them were there. */
static int parse_word(uint32_t *out, const char *text)
{
	int i = 0;

	for (*out = 0; i < 8 && digit(text[i]) >= 0; i++)
		*out = *out << 4 | (uint32_t)digit(text[i]);
	return i;
}

int cpupolicy_xen_featureset_parse(struct cpupolicy_xen_featureset *out,
				   const char *name, const char *text,
				   struct cpupolicy_error *error)
{
	struct cpupolicy_xen_featureset words = { 0 };
	const char *at = text;

	for (;;) {
		int digits;

		if (words.nr == CPUPOLICY_XEN_WORDS_ROOM)
			return cpupolicy__fail_at(
				error, CPUPOLICY_E_RANGE, name, 0,
				(int)(at - text) + 1,
				"more than %d words; Xen has %d",
				CPUPOLICY_XEN_WORDS_ROOM, CPUPOLICY_XEN_WORDS);
		digits = parse_word(&words.word[words.nr++], at);
		at += digits;
		if (digits == 8 && (*at == '-' || *at == ':')) {
			at++;
			continue;
		}
		if (digits == 8 && *at == '\0')
			break;
		return cpupolicy__fail_at(
			error, CPUPOLICY_E_SYNTAX, name, 0,
			(int)(at - text) + 1,
			digits == 8 ? "expected '-', ':' or the end"
				    : "expected words of eight hexadecimal "
				      "digits with '-' between them");
	}
	*out = words;
	return 0;
}

char *
cpupolicy_xen_featureset_text(char out[CPUPOLICY_XEN_FEATURESET_TEXT],
			      const struct cpupolicy_xen_featureset *featureset)
{
	*out = '\0';
	for (uint32_t i = 0; i < featureset->nr && i < CPUPOLICY_XEN_WORDS_ROOM;
	     i++)
		snprintf(out + strlen(out), 10, "%s%08" PRIx32, i ? "-" : "",
			 featureset->word[i]);
	return out;
}

/* The register of a policy that a word is. */
static uint32_t register_of(const struct cpupolicy_policy *policy,
			    const struct cpupolicy_address *at)
{
	struct cpupolicy_msr msr = { .index = at->leaf };
	struct cpupolicy_row row = { .leaf = at->leaf, .subleaf = at->subleaf };

	if (at->space == CPUPOLICY_SPACE_MSR) {
		cpupolicy_policy_get_msr(&msr, policy);
		return (uint32_t)(at->reg == CPUPOLICY_MSR_LO
					  ? msr.value
					  : msr.value >> 32);
	}
	cpupolicy_policy_get_row(&row, policy);
	return cpupolicy__row_register(&row, at->reg);
}

void cpupolicy_xen_featureset_of(struct cpupolicy_xen_featureset *out,
				 const struct cpupolicy_policy *policy)
{
	const struct cpupolicy_field *hypervisor =
		cpupolicy_field_find("hypervisor", strlen("hypervisor"));

	*out = (struct cpupolicy_xen_featureset){ .nr = CPUPOLICY_XEN_WORDS };
	for (uint32_t i = 0; i < CPUPOLICY_XEN_WORDS; i++) {
		const struct cpupolicy_address *at =
			&cpupolicy__xen_words[i].at;

		out->word[i] = register_of(policy, at);
		if (at->leaf == hypervisor->at.leaf &&
		    at->reg == hypervisor->at.reg)
			out->word[i] |= cpupolicy__bits(&hypervisor->at);
	}
}
