// SPDX-License-Identifier: MIT
/*
 * show_cores.c - machines whose CPUs are not all alike: which CPUs each kind
 * stands for, how what was recorded of them differs, and what each could offer
 * if it were not for the others.
 */
#include <stdlib.h>
#include <string.h>

#include "show.h"

#define FEW_KINDS 16
#define FEW_WORDS 16

struct unlike {
	struct text words; /* for people */
	json_t *list;	   /* for programs; NULL: for people */
};

/* CPUs differ in these by their nature, and are of one kind all the same. */
static bool varies(const struct cpupolicy_difference *difference)
{
	const struct cpupolicy_field *field = difference->field;
	const char *fate = cpupolicy_leaf_fate(
		(enum cpupolicy_space)difference->at.space, difference->at.leaf,
		difference->at.subleaf);

	if (strcmp(fate, "vcpu") == 0 || strcmp(fate, "runtime") == 0 ||
	    strcmp(fate, "private") == 0)
		return true;
	return field && (field->expose == CPUPOLICY_EXPOSE_VCPU ||
			 field->expose == CPUPOLICY_EXPOSE_RUNTIME);
}

static void add_word(struct unlike *unlike,
		     const struct cpupolicy_difference *difference)
{
	const struct cpupolicy_field *field = difference->field;
	char *name = difference_name(difference);
	char *a = value_text(field, &difference->at, difference->a);
	char *b = value_text(field, &difference->at, difference->b);
	char *word;

	if (difference->at.high == difference->at.low)
		word = format_text("%s%s", difference->b ? "+" : "-", name);
	else
		word = format_text("%s:%s->%s", name, a, b);
	text_word(&unlike->words, " ", word);
	free(name);
	free(a);
	free(b);
	free(word);
}

static void add_unlike(void *arg, const struct cpupolicy_difference *difference)
{
	struct unlike *unlike = arg;
	char at[CPUPOLICY_ADDRESS_TEXT];

	if (varies(difference))
		return;
	if (!unlike->list) {
		add_word(unlike, difference);
		return;
	}
	json_array_append_new(
		unlike->list,
		json_pack("{s:s, s:s?, s:I, s:I}", "address",
			  cpupolicy_address_text(at, &difference->at), "field",
			  difference->field ? difference->field->name : NULL,
			  "first", (json_int_t)difference->a, "here",
			  (json_int_t)difference->b));
}

/* A row that the first kind has and this one has not, or the other way. */
static void add_missing(struct unlike *unlike, const struct cpupolicy_row *row,
			const char *where)
{
	const struct cpupolicy_difference whole = {
		.at = { .leaf = row->leaf, .subleaf = (uint16_t)row->subleaf },
	};
	char at[CPUPOLICY_ADDRESS_TEXT];
	char *word;

	if (varies(&whole))
		return;
	cpupolicy_address_text(at, &whole.at);
	at[strcspn(at, ":")] = '\0';
	word = format_text("%s%s", *where == 'f' ? "-" : "+", at);
	if (unlike->list)
		json_array_append_new(
			unlike->list,
			json_pack("{s:s, s:s}", "row", at, "only", where));
	else
		text_word(&unlike->words, " ", word);
	free(word);
}

static const struct cpupolicy_msr *find_msr(const struct cpupolicy_core *core,
					    uint32_t index)
{
	for (size_t i = 0; i < core->nr_msrs; i++)
		if (core->msrs[i].index == index)
			return &core->msrs[i];
	return NULL;
}

static void compare_cores(struct unlike *unlike,
			  const struct cpupolicy_core *first,
			  const struct cpupolicy_core *core,
			  enum cpupolicy_vendor_id vendor)
{
	for (size_t i = 0; i < core->nr_rows; i++) {
		const struct cpupolicy_row *row = &core->rows[i], *other;

		if (cpupolicy_core_row(core, row->leaf, row->subleaf) != row)
			continue;
		other = cpupolicy_core_row(first, row->leaf, row->subleaf);
		if (other)
			cpupolicy_row_differences(other, row, vendor,
						  add_unlike, unlike);
		else
			add_missing(unlike, row, "here");
	}
	for (size_t i = 0; i < first->nr_rows; i++) {
		const struct cpupolicy_row *row = &first->rows[i];

		if (!cpupolicy_core_row(core, row->leaf, row->subleaf))
			add_missing(unlike, row, "first");
	}
	for (size_t i = 0; i < core->nr_msrs; i++) {
		const struct cpupolicy_msr *msr = &core->msrs[i];
		const struct cpupolicy_msr *other = find_msr(first, msr->index);

		if (other)
			cpupolicy_msr_differences(other, msr, vendor,
						  add_unlike, unlike);
	}
}

static bool is_beyond(const struct cpupolicy_finding *finding, size_t core)
{
	return finding->code == CPUPOLICY_F_CORES_DIFFER &&
	       finding->index == core;
}

/* What the CPUs of this kind have and the machine as a whole has not. */
static char *beyond(const struct findings *findings, size_t core)
{
	struct text text = { 0 };

	for (size_t i = 0; i < findings->nr; i++) {
		const struct cpupolicy_finding *f = &findings->item[i];
		char *address;

		if (!is_beyond(f, core))
			continue;
		address = finding_address(f);
		text_word(&text, " ", f->field ? finding_field(f) : address);
		free(address);
	}
	return text.s;
}

static void put_words(const char *what, char *words)
{
	char *some = some_words(words, FEW_WORDS);
	char *line = format_text("%s%s", what, some);

	fputs("    ", stdout);
	put_wrapped(stdout, line, 4, 6);
	free(line);
	free(some);
}

static void put_kind(const struct shown *shown, size_t nr)
{
	const struct cpupolicy_record *record = shown->input.document.record;
	const struct cpupolicy_core *core = &record->cores[nr];
	char *more = beyond(&shown->findings, nr);
	struct unlike unlike = { 0 };
	char *line = format_text("CPU%s %s (%u)", core->nr_cpus == 1 ? "" : "s",
				 core->cpus, core->nr_cpus);

	fputs("  ", stdout);
	put_wrapped(stdout, line, 2, 4);
	free(line);
	compare_cores(&unlike, &record->cores[0], core,
		      cpupolicy_policy_vendor(&shown->policy));
	if (unlike.words.s)
		put_words("unlike the first: ", unlike.words.s);
	if (more)
		put_words("by themselves they would offer: ", more);
	free(unlike.words.s);
	free(more);
}

void put_cores(const struct shown *shown)
{
	const struct cpupolicy_record *record = shown->input.document.record;

	if (!record || record->nr_cores < 2)
		return;
	printf("\nKinds of CPU: %zu; the set is what all of them can honour\n",
	       record->nr_cores);
	for (size_t i = 0; i < record->nr_cores && i < FEW_KINDS; i++)
		put_kind(shown, i);
	if (record->nr_cores > FEW_KINDS)
		printf("  and %zu more; --json has all of them\n",
		       record->nr_cores - FEW_KINDS);
}

json_t *cores_json(const struct shown *shown)
{
	const struct cpupolicy_record *record = shown->input.document.record;
	const struct findings *findings = &shown->findings;
	json_t *cores = json_array();

	for (size_t i = 0; record && i < record->nr_cores; i++) {
		const struct cpupolicy_core *core = &record->cores[i];
		struct unlike unlike = { .list = json_array() };
		json_t *more = json_array();

		compare_cores(&unlike, &record->cores[0], core,
			      cpupolicy_policy_vendor(&shown->policy));
		for (size_t j = 0; j < findings->nr; j++)
			if (is_beyond(&findings->item[j], i))
				json_array_append_new(
					more, finding_json(&findings->item[j]));
		json_array_append_new(cores,
				      json_pack("{s:s, s:I, s:o, s:o}", "cpus",
						core->cpus, "nr_cpus",
						(json_int_t)core->nr_cpus,
						"unlike_first", unlike.list,
						"offers_beyond_set", more));
	}
	return cores;
}
