// SPDX-License-Identifier: MIT
/*
 * xl_write.c - what a guest was promised as xl's cpuid= line with libxl's
 * names: the host's, less what the guest shall not have, plus what Xen gives
 * only where it is asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "../host/xen.h"
#include "level.h"
#include "xl.h"

/** struct defaults - bits that Xen never gives by itself, word by word */
struct defaults {
	uint32_t never[CPUPOLICY_XEN_WORDS];
};

/* Which word an address is in; CPUPOLICY_XEN_WORDS: none. */
static size_t word_of(const struct cpupolicy_address *at)
{
	size_t i = 0;

	while (i < CPUPOLICY_XEN_WORDS &&
	       (cpupolicy__xen_words[i].at.space != at->space ||
		cpupolicy__xen_words[i].at.leaf != at->leaf ||
		cpupolicy__xen_words[i].at.subleaf != at->subleaf ||
		cpupolicy__xen_words[i].at.reg != at->reg))
		i++;
	return i;
}

static void hear_dropped(void *arg, const struct cpupolicy_finding *finding)
{
	struct defaults *defaults = arg;
	const struct cpupolicy_address *at = &finding->at;
	size_t i;

	switch (finding->code) {
	case CPUPOLICY_F_DROPPED_NEVER:
	case CPUPOLICY_F_DROPPED_ACCEPT_ONLY:
	case CPUPOLICY_F_DROPPED_UNNAMED:
	case CPUPOLICY_F_DROPPED_VCPU:
	case CPUPOLICY_F_DROPPED_RUNTIME:
	case CPUPOLICY_F_DROPPED_ZERO:
	case CPUPOLICY_F_DROPPED_WITHHELD:
	case CPUPOLICY_F_DROPPED_UNDEFINED:
		break;
	default:
		return;
	}
	i = word_of(at);
	if (i < CPUPOLICY_XEN_WORDS)
		defaults->never[i] |= finding->mask;
}

static bool is_never(const struct defaults *defaults,
		     const struct cpupolicy_address *at)
{
	size_t i = word_of(at);

	return i < CPUPOLICY_XEN_WORDS && defaults->never[i] >> at->low & 1;
}

/* Is one of the features that this one needs given to nobody? */
static bool lacks_need(const struct defaults *defaults,
		       const struct cpupolicy_field *field)
{
	const char *word = field->needs;

	while (*word) {
		size_t length = strcspn(word, " ");
		const struct cpupolicy_field *need =
			cpupolicy_field_find(word, length);

		if (need && is_never(defaults, &need->at))
			return true;
		word += length + (word[length] == ' ');
	}
	return false;
}

/*
 * Names that Xen does not know are of features that it gives to nobody, and
 * what needs one of those is not given either.
 */
static void close_defaults(struct defaults *defaults,
			   enum cpupolicy_vendor_id vendor)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < CPUPOLICY_XEN_WORDS * 32; i++) {
			struct cpupolicy_address at =
				cpupolicy__xen_words[i / 32].at;
			const struct cpupolicy_field *field;

			at.high = at.low = (uint8_t)(i % 32);
			field = cpupolicy_field_of(&at, vendor);
			if (is_never(defaults, &at) ||
			    (field && cpupolicy__xl_name_of(&at) &&
			     !lacks_need(defaults, field)))
				continue;
			defaults->never[i / 32] |= 1u << i % 32;
			changed = true;
		}
	}
}

/*
 * A CPU that has all there is: what is dropped on the way to Xen's offer is
 * what Xen gives to nobody by itself.
 */
static void find_defaults(struct defaults *defaults,
			  const struct cpupolicy_policy *policy)
{
	static const struct cpupolicy_hostset_options options = {
		.hypervisor = CPUPOLICY_HYPERVISOR_XEN,
	};
	struct cpupolicy_row rows[CPUPOLICY_XEN_WORDS + 2] = { { 0 } };
	struct cpupolicy_msr caps = { .index = 0x10a, .value = ~UINT64_C(0) };
	struct cpupolicy_policy all;
	size_t nr = 0;

	cpupolicy_policy_get_row(&rows[nr++], policy);
	rows[0].eax = 0xff;
	rows[nr++] =
		(struct cpupolicy_row){ .leaf = 0x80000000, .eax = 0x800000ff };
	for (size_t i = 0; i < CPUPOLICY_XEN_WORDS; i++) {
		const struct cpupolicy_address *at =
			&cpupolicy__xen_words[i].at;

		/* of rows for one leaf the first counts */
		if (at->space == CPUPOLICY_SPACE_CPU)
			rows[nr++] = (struct cpupolicy_row){
				at->leaf,
				at->subleaf,
				at->leaf == 7 && !at->subleaf ? 2 : ~0u,
				~0u,
				~0u,
				~0u,
			};
	}
	*defaults = (struct defaults){ { 0 } };
	cpupolicy_hostset(&all, rows, nr, &caps, 1, &options, hear_dropped,
			  defaults);
	close_defaults(defaults, cpupolicy_policy_vendor(policy));
}

/** struct line - the line being written, and what it cannot say */
struct line {
	const struct cpupolicy_policy *policy;
	struct cpupolicy__writing *writing;
	struct defaults defaults;
	struct cpupolicy__text nameless;
	uint32_t absent; /* words of leaves that it does not have */
};

static void list(struct cpupolicy__text *text, const char *name)
{
	cpupolicy__text_add(text, "%s%s", text->length ? " " : "", name);
}

static uint32_t number(const struct line *line, const char *name)
{
	return cpupolicy_field_get(line->policy,
				   cpupolicy_field_find(name, strlen(name)));
}

/* libxc refuses to set bits in leaves that a domain does not have. */
static bool has_leaf(const struct line *line,
		     const struct cpupolicy_address *at)
{
	if (at->space != CPUPOLICY_SPACE_CPU)
		return true;
	if (at->leaf == 7 && at->subleaf > number(line, "max_subleaf_7"))
		return false;
	return at->leaf <=
	       number(line, at->leaf & 0x80000000 ? "max_ext" : "max_basic");
}

static void put_feature(struct line *line, const struct cpupolicy_address *at,
			bool given)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_of(at, cpupolicy_policy_vendor(line->policy));
	const char *name;
	bool has;

	if (!field || field->level == CPUPOLICY_LEVEL_ZERO ||
	    field->level == CPUPOLICY_LEVEL_DERIVE)
		return;
	has = cpupolicy_field_get(line->policy, field);
	if (has == given)
		return;
	name = cpupolicy__xl_name_of(at);
	if (!name)
		list(&line->nameless, field->name);
	else if (!has_leaf(line, at))
		line->absent |= 1u << word_of(at);
	else
		cpupolicy__text_add(line->writing->out, ",%s=%d", name, has);
}

static void put_features(struct line *line)
{
	for (size_t i = 0; i < CPUPOLICY_XEN_WORDS; i++)
		for (unsigned bit = 0; bit < 32; bit++) {
			struct cpupolicy_address at =
				cpupolicy__xen_words[i].at;

			at.high = at.low = (uint8_t)bit;
			put_feature(line, &at,
				    !(line->defaults.never[i] >> bit & 1));
		}
}

static void put_numbers(struct line *line)
{
	struct cpupolicy_row row = { .leaf = 1 };
	struct cpupolicy_signature signature;
	uint32_t last = number(line, "max_basic");

	cpupolicy_policy_get_row(&row, line->policy);
	signature = cpupolicy_signature_decode(row.eax);
	cpupolicy__text_add(
		line->writing->out,
		",maxleaf=%u,family=%u,model=%u,stepping=%u",
		last < CPUPOLICY__XEN_LAST_BASIC ? last
						 : CPUPOLICY__XEN_LAST_BASIC,
		signature.family, signature.model, signature.stepping);
}

static void list_address(struct cpupolicy__text *text,
			 const struct cpupolicy_address *at)
{
	char address[CPUPOLICY_ADDRESS_TEXT];

	list(text, cpupolicy_address_text(address, at));
}

static void tell_lost(struct line *line)
{
	struct cpupolicy__text absent = { 0 };

	if (line->nameless.length)
		cpupolicy__lose(line->writing,
				"libxl has no name for what is the host's "
				"then: %s",
				line->nameless.s);
	for (size_t i = 0; i < CPUPOLICY_XEN_WORDS; i++)
		if (line->absent >> i & 1)
			list_address(&absent, &cpupolicy__xen_words[i].at);
	if (absent.length)
		cpupolicy__lose(line->writing,
				"libxc takes no names in leaves that a domain "
				"does not have: a host that has %s shows it",
				absent.s);
	cpupolicy__lose(line->writing,
			"names do not say widths of addresses, caches, the "
			"brand and save areas: they are the host's "
			"(xl-registers says more)");
	line->writing->out->failed |= line->nameless.failed | absent.failed;
	free(absent.s);
}

/* Of 0xD only the features of sub-leaf 1 are Xen's to take. */
static bool is_foreign(const struct line *line,
		       const struct cpupolicy_field *field)
{
	return field->at.space <= CPUPOLICY_SPACE_MSR &&
	       field->at.leaf != 0xd &&
	       word_of(&field->at) == CPUPOLICY_XEN_WORDS &&
	       field->at.high == field->at.low &&
	       field->level == CPUPOLICY_LEVEL_AND &&
	       cpupolicy_field_get(line->policy, field);
}

/* Features that Xen's policies have no word for, a few at a time. */
static void tell_foreign(const struct line *line)
{
	const struct cpupolicy_field *field;
	struct cpupolicy__text names = { 0 };

	for (uint32_t i = 0; (field = cpupolicy_field_at(i)); i++) {
		if (is_foreign(line, field))
			list(&names, field->name);
		if (!names.length ||
		    (names.length < 250 && cpupolicy_field_at(i + 1)))
			continue;
		cpupolicy__lose(line->writing,
				"no word of Xen's has these, Xen decides: %s",
				names.s);
		names.length = 0;
	}
	line->writing->out->failed |= names.failed;
	free(names.s);
}

void cpupolicy__xl_write_names(struct cpupolicy__writing *writing,
			       const struct cpupolicy_record *record)
{
	struct cpupolicy_policy policy;
	struct line line = { .policy = &policy, .writing = writing };

	if (!cpupolicy__promised(&policy, writing, record,
				 CPUPOLICY_HYPERVISOR_XEN))
		return;
	find_defaults(&line.defaults, &policy);
	cpupolicy__text_add(writing->out, "cpuid = \"host");
	put_numbers(&line);
	put_features(&line);
	cpupolicy__text_add(writing->out, "\"\n");
	tell_lost(&line);
	tell_foreign(&line);
	free(line.nameless.s);
}
