// SPDX-License-Identifier: MIT
/*
 * verify_out.c - what a guest saw that it should not, and what is missing: for
 * people and for programs.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

#define REMARK_TEXT 256

/* Is all that is to be said of it that CPUID is not intercepted there? */
static bool is_explained(const struct judgement *judgement,
			 const struct sighting *sighting)
{
	for (unsigned m = 0; m < VERIFY_MODES; m++)
		if (sighting->modes >> m & 1 && !not_intercepted(judgement, m))
			return false;
	return true;
}

static const char *kind_of(const struct sighting *sighting)
{
	const struct cpupolicy_difference *d = &sighting->difference;

	if (d->at.high != d->at.low)
		return "other value";
	return d->b ? "shown" : "missing";
}

/* "64-bit, compatibility" */
static char *modes_text(unsigned modes)
{
	struct text text = { 0 };

	for (unsigned m = 0; m < VERIFY_MODES; m++)
		if (modes >> m & 1)
			text_word(&text, ", ", verify_modes[m].name);
	return text.s;
}

static char *place_text(const struct sighting *sighting)
{
	struct cpupolicy_address at = sighting->difference.at;
	char text[CPUPOLICY_ADDRESS_TEXT];
	const struct cpupolicy_field *field = sighting->difference.field;

	cpupolicy_address_text(text, &at);
	if (sighting->subleaf > UINT16_MAX)
		return format_text("%" PRIx32 ".%" PRIx32 ":%s", at.leaf,
				   sighting->subleaf, strchr(text, ':') + 1);
	return field ? format_text("%s %s", text, field->name)
		     : format_text("%s", text);
}

/* "1, 7, 7.1, d.2": leaves of the sightings in this mode */
static char *leaves_text(const struct judgement *judgement, unsigned mode)
{
	struct text list = { 0 };
	char *some;

	for (size_t i = 0; i < judgement->nr; i++) {
		const struct sighting *s = &judgement->item[i];
		char leaf[32];

		if (!(s->modes >> mode & 1))
			continue;
		snprintf(leaf, sizeof(leaf),
			 s->subleaf ? "%" PRIx32 ".%" PRIx32 : "%" PRIx32,
			 s->difference.at.leaf, s->subleaf);
		if (!list.s || !word_listed(list.s, leaf))
			text_word(&list, " ", leaf);
	}
	some = some_words(list.s ? list.s : "", 12);
	free(list.s);
	return some;
}

static void put_mode(const struct judgement *judgement, unsigned mode)
{
	const char *title = verify_modes[mode].title;
	size_t shown = 0, missing = 0, other = 0;
	char *leaves, *line;

	if (not_intercepted(judgement, mode)) {
		line = format_text(
			"%s: CPUID is not intercepted: all %zu answers by "
			"which this machine's CPU could be told from the "
			"policy are this machine's",
			title, judgement->mode[mode].telling);
	} else if (!judgement->mode[mode].differ) {
		line = format_text("%s: as promised, %zu answers", title,
				   judgement->mode[mode].rows);
	} else {
		for (size_t i = 0; i < judgement->nr; i++) {
			const struct sighting *s = &judgement->item[i];
			const char *kind = kind_of(s);

			if (!(s->modes >> mode & 1))
				continue;
			shown += kind[0] == 's';
			missing += kind[0] == 'm';
			other += kind[0] == 'o';
		}
		leaves = leaves_text(judgement, mode);
		line = format_text("%s: %zu features shown that are not "
				   "promised, %zu missing, %zu other values; "
				   "in leaves %s",
				   title, shown, missing, other, leaves);
		free(leaves);
	}
	put_wrapped(stdout, line, 0, 4);
	free(line);
}

static void add_row(struct table *table, const struct sighting *sighting)
{
	const struct cpupolicy_difference *d = &sighting->difference;
	char *place = place_text(sighting),
	     *modes = modes_text(sighting->modes);
	char *policy = value_text(d->field, &d->at, d->a);
	char *guest = value_text(d->field, &d->at, d->b);

	table_row(table, place, policy, guest, kind_of(sighting),
		  sighting->of_host ? "this CPU" : "", modes);
	free(guest);
	free(policy);
	free(modes);
	free(place);
}

static void put_sightings(const struct judgement *judgement, size_t first)
{
	struct table table = { .columns = 6 };
	size_t nr = 0, more = 0;

	for (size_t i = 0; i < judgement->nr; i++) {
		if (is_explained(judgement, &judgement->item[i]))
			continue;
		if (first && nr == first) {
			more++;
			continue;
		}
		if (!nr++)
			table_row(&table, "WHERE", "POLICY", "GUEST", "IS",
				  "FROM", "IN MODE");
		add_row(&table, &judgement->item[i]);
	}
	table_print(&table, 2);
	if (more)
		printf("  and %zu more\n", more);
}

/* CPUs are told the same: the first one speaks for them. */
static void put_remarks(const struct verdict_of *verdict)
{
	const struct testimony *testimony = verdict->testimony;

	if (verdict->judgement->changed)
		puts("the kernel itself says that it made something else of "
		     "the policy:");
	for (size_t i = 0; i < testimony->nr_remarks; i++) {
		const struct verify_remark *remark = &testimony->remarks[i];
		char text[REMARK_TEXT];

		if (remark->cpu || remark->remark.what == CPUPOLICY_KVM_RUNTIME)
			continue;
		printf("  %s\n", cpupolicy_kvm_remark_text(text, sizeof(text),
							   &remark->remark));
	}
}

void put_judgement(const struct verdict_of *verdict, size_t first)
{
	const struct judgement *judgement = verdict->judgement;
	uint32_t nr = verdict->testimony->nr_cpus;
	char *line;

	line = format_text("a guest of KVM with %" PRIu32 " CPU%s %s %s", nr,
			   nr == 1 ? "" : "s",
			   judgement->nr ? "does not see exactly what is "
					   "promised by"
					 : "sees exactly what is promised by",
			   verdict->label);
	put_wrapped(stdout, line, 0, 2);
	free(line);
	for (unsigned m = 0; m < VERIFY_MODES; m++) {
		if (!judgement->mode[m].rows)
			continue;
		fputs("  ", stdout);
		put_mode(judgement, m);
	}
	put_sightings(judgement, first);
	put_remarks(verdict);
}

static json_t *modes_json(const struct judgement *judgement)
{
	json_t *list = json_array();

	for (unsigned m = 0; m < VERIFY_MODES; m++) {
		json_t *mode = json_object();

		if (!judgement->mode[m].rows) {
			json_decref(mode);
			continue;
		}
		json_object_set_new(mode, "mode",
				    json_text(verify_modes[m].name));
		json_count(mode, "answers", judgement->mode[m].rows);
		json_count(mode, "differ", judgement->mode[m].differ);
		json_count(mode, "telling", judgement->mode[m].telling);
		json_count(mode, "of_host", judgement->mode[m].of_host);
		json_object_set_new(
			mode, "not_intercepted",
			json_boolean(not_intercepted(judgement, m)));
		json_array_append_new(list, mode);
	}
	return list;
}

static json_t *bits_json(uint64_t bits, unsigned nr, bool modes)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < nr; i++)
		if (bits >> i & 1)
			json_array_append_new(
				list, modes ? json_text(verify_modes[i].name)
					    : json_integer((json_int_t)i));
	return list;
}

static json_t *sightings_json(const struct judgement *judgement)
{
	json_t *list = json_array();

	for (size_t i = 0; i < judgement->nr; i++) {
		const struct sighting *s = &judgement->item[i];
		const struct cpupolicy_field *field = s->difference.field;
		char address[CPUPOLICY_ADDRESS_TEXT];

		cpupolicy_address_text(address, &s->difference.at);
		json_array_append_new(
			list,
			json_pack("{s:I, s:I, s:s, s:o, s:I, s:I, s:s, s:b, "
				  "s:o, s:o}",
				  "leaf", (json_int_t)s->difference.at.leaf,
				  "subleaf", (json_int_t)s->subleaf, "address",
				  address, "field",
				  json_text(field ? field->name : NULL),
				  "policy", (json_int_t)s->difference.a,
				  "guest", (json_int_t)s->difference.b, "kind",
				  kind_of(s), "of_host", (int)s->of_host,
				  "modes",
				  bits_json(s->modes, VERIFY_MODES, true),
				  "cpus", bits_json(s->cpus, 64, false)));
	}
	return list;
}

static json_t *remarks_json(const struct testimony *testimony)
{
	json_t *list = json_array();

	for (size_t i = 0; i < testimony->nr_remarks; i++) {
		const struct verify_remark *remark = &testimony->remarks[i];
		char text[REMARK_TEXT];

		json_array_append_new(
			list,
			json_pack("{s:I, s:s, s:b}", "cpu",
				  (json_int_t)remark->cpu, "text",
				  cpupolicy_kvm_remark_text(text, sizeof(text),
							    &remark->remark),
				  "runtime",
				  (int)(remark->remark.what ==
					CPUPOLICY_KVM_RUNTIME)));
	}
	return list;
}

int put_judgement_json(const struct verdict_of *verdict)
{
	return json_put(
		json_pack("{s:s, s:s, s:b, s:I, s:o, s:o, s:o}", "label",
			  verdict->label, "hypervisor", "kvm", "as_promised",
			  (int)(verdict->judgement->nr == 0), "cpus",
			  (json_int_t)verdict->testimony->nr_cpus, "modes",
			  modes_json(verdict->judgement), "differences",
			  sightings_json(verdict->judgement), "kernel",
			  remarks_json(verdict->testimony)));
}
