// SPDX-License-Identifier: MIT
/*
 * check_many.c - can all of these guests run on all of these hosts? Classes are
 * compared, and their members counted.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "tally.h"

/* Names of fields beside a code, for people. */
#define FEW_PLACES 6

struct many {
	const struct question *question;
	struct crowd guests, hosts;
	struct tally tally;
	uint64_t nr[CPUPOLICY_DOES_NOT_FIT + 1]; /* pairs, by verdict */
	uint64_t partly; /* pairs that fit, though not all was recorded */
	uint64_t refused;

	/* the pair of classes at hand */
	struct cpupolicy_policy guest, host;
	enum cpupolicy_verdict verdict;
	uint64_t pair, weight;
};

static void hear(void *arg, const struct cpupolicy_finding *finding)
{
	struct many *many = arg;
	enum cpupolicy_verdict verdict =
		finding_verdict(finding, &many->question->allow);

	if (verdict > many->verdict)
		many->verdict = verdict;
	if (verdict >= CPUPOLICY_FITS_INSECURE)
		tally_add(&many->tally, finding, many->pair, many->weight);
}

/* As cmd_check.c does it with a single pair. */
static void check_classes(struct many *many,
			  const struct cpupolicy_class *guest,
			  const struct cpupolicy_class *host)
{
	many->guest = *guest->policy;
	many->host = *host->policy;
	cpupolicy_policy_adopt_vendor(&many->guest, &many->host);
	cpupolicy_policy_adopt_vendor(&many->host, &many->guest);
	many->verdict = CPUPOLICY_FITS;
	cpupolicy_check(&many->guest, &many->host, hear, many);
}

static bool is_literal(const struct many *many)
{
	return many->guests.literal || many->hosts.literal;
}

static void count_pair(struct many *many,
		       const struct cpupolicy_verdicts *verdicts, uint32_t g,
		       uint32_t h)
{
	uint64_t members = many->hosts.class[h].members;
	uint64_t partly = many->guests.class[g].partly * members;
	struct cpupolicy_class guest, host;

	many->pair++;
	many->weight = many->guests.class[g].members * members;
	many->verdict =
		(enum cpupolicy_verdict)
			verdicts->verdict[(size_t)g * verdicts->nr_hosts + h];
	if (many->verdict >= CPUPOLICY_FITS_INSECURE || is_literal(many)) {
		cpupolicy_fleet_class(&guest, many->guests.fleet, g);
		cpupolicy_fleet_class(&host, many->hosts.fleet, h);
		check_classes(many, &guest, &host);
	}
	if (many->verdict < CPUPOLICY_FITS_INSECURE)
		many->partly += partly;
	if (many->verdict < CPUPOLICY_FITS_INSECURE && many->question->strict) {
		many->refused += partly;
		many->weight -= partly;
	}
	many->nr[many->verdict] += many->weight;
}

static int count_pairs(struct many *many)
{
	struct cpupolicy_verdicts verdicts;

	if (cpupolicy_fleet_verdicts(&verdicts, many->guests.fleet,
				     many->hosts.fleet) < 0)
		return trouble("out of memory");
	for (uint32_t g = 0; g < verdicts.nr_guests; g++) {
		progress("checking", g, verdicts.nr_guests);
		for (uint32_t h = 0; h < verdicts.nr_hosts; h++)
			count_pair(many, &verdicts, g, h);
	}
	progress_end();
	tally_sort(&many->tally);
	cpupolicy_verdicts_clear(&verdicts);
	return 0;
}

static uint64_t nr_fit(const struct many *many)
{
	return many->nr[CPUPOLICY_FITS] + many->nr[CPUPOLICY_FITS_WITH_NOTES];
}

static uint64_t nr_pairs(const struct many *many)
{
	return many->guests.members * many->hosts.members;
}

static char *size_text(const struct crowd *crowd, const char *what)
{
	return format_text("%" PRIu64 " %s%s of %zu class%s", crowd->members,
			   what, crowd->members == 1 ? "" : "s", crowd->nr,
			   crowd->nr == 1 ? "" : "es");
}

static void put_count(uint64_t nr, const char *what)
{
	if (nr)
		printf("  %" PRIu64 " %s\n", nr, what);
}

static bool is_of(const struct reason *place, const struct reason *code)
{
	return place->finding.code == code->finding.code &&
	       place->finding.grade == code->finding.grade;
}

/* "avx512f (1200), avx512dq (1200) and 20 more" */
static char *places_text(const struct tally *tally, const struct reason *code)
{
	struct text text = { 0 };
	size_t nr = 0;

	for (size_t i = 0; i < tally->nr_places; i++) {
		const struct cpupolicy_finding *f = &tally->place[i].finding;
		char *address, *word;

		if (!is_of(&tally->place[i], code) || nr++ >= FEW_PLACES)
			continue;
		address = finding_address(f);
		word = format_text("%s (%" PRIu64 ")",
				   f->field ? f->field->name : address,
				   tally->place[i].pairs);
		text_word(&text, ", ", word);
		free(address);
		free(word);
	}
	if (nr > FEW_PLACES)
		text_add(&text, " and %zu more", nr - FEW_PLACES);
	return text.s;
}

static void put_reasons(const struct many *many)
{
	const struct tally *tally = &many->tally;
	struct table table = { .columns = 5 };
	size_t first = many->question->first;
	size_t shown =
		first && first < tally->nr_codes ? first : tally->nr_codes;

	if (!shown)
		return;
	table_row(&table, "GRADE", "CODE", "FINDING", "PAIRS", "MOST OF THEM");
	for (size_t i = 0; i < shown; i++) {
		const struct cpupolicy_finding *f = &tally->code[i].finding;
		const struct cpupolicy_finding_info *info =
			cpupolicy_finding_info(f->code);
		char *code = format_text("F%03u", f->code);
		char *pairs = format_text("%" PRIu64, tally->code[i].pairs);
		char *places = places_text(tally, &tally->code[i]);

		table_row(&table, cpupolicy_grade_name(f->grade), code,
			  info ? info->name : "", pairs, places);
		free(code);
		free(pairs);
		free(places);
	}
	table_print(&table, 2);
	if (shown < tally->nr_codes)
		printf("  and %zu more\n", tally->nr_codes - shown);
}

static void put_many(const struct many *many)
{
	const struct cpupolicy_hostset_options *options =
		&many->question->options;
	char *guests = size_text(&many->guests, "guest");
	char *hosts = size_text(&many->hosts, "host");
	char *hypervisor = hypervisor_text(options);
	char *line = format_text("%" PRIu64 " of %" PRIu64
				 " pairs fit: %s on %s, hypervisor"
				 " %s%s",
				 nr_fit(many), nr_pairs(many), guests, hosts,
				 hypervisor, options->named ? "" : " assumed");

	put_wrapped(stdout, line, 0, 2);
	put_count(many->partly - many->refused,
		  "of them, though not everything was recorded of the guest");
	put_count(many->refused,
		  "refused: not everything was recorded of the guest");
	put_count(many->nr[CPUPOLICY_FITS_INSECURE], "fit, but insecurely");
	put_count(many->nr[CPUPOLICY_DOES_NOT_FIT], "do not fit");
	put_reasons(many);
	free(guests);
	free(hosts);
	free(hypervisor);
	free(line);
}

static json_t *places_json(const struct tally *tally, const struct reason *code)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tally->nr_places; i++) {
		const struct cpupolicy_finding *f = &tally->place[i].finding;
		char *address;

		if (!is_of(&tally->place[i], code))
			continue;
		address = finding_address(f);
		json_array_append_new(
			list,
			json_pack("{s:s, s:s?, s:I}", "address", address,
				  "field", f->field ? f->field->name : NULL,
				  "pairs", (json_int_t)tally->place[i].pairs));
		free(address);
	}
	return list;
}

static json_t *reasons_json(const struct tally *tally)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tally->nr_codes; i++) {
		const struct cpupolicy_finding *f = &tally->code[i].finding;
		const struct cpupolicy_finding_info *info =
			cpupolicy_finding_info(f->code);
		char code[8];

		snprintf(code, sizeof(code), "F%03u", f->code % 10000u);
		json_array_append_new(
			list,
			json_pack("{s:s, s:s?, s:s, s:I, s:o, s:s?}", "code",
				  code, "finding", info ? info->name : NULL,
				  "grade", cpupolicy_grade_name(f->grade),
				  "pairs", (json_int_t)tally->code[i].pairs,
				  "places", places_json(tally, &tally->code[i]),
				  "meaning", info ? info->summary : NULL));
	}
	return list;
}

static json_t *crowd_json(const struct crowd *crowd)
{
	return json_pack("{s:I, s:I}", "nr", (json_int_t)crowd->members,
			 "classes", (json_int_t)crowd->nr);
}

static int put_many_json(const struct many *many, bool fits)
{
	const struct cpupolicy_hostset_options *options =
		&many->question->options;
	json_t *pairs = json_object(), *object = json_object();
	char *hypervisor = hypervisor_text(options);

	json_count(pairs, "all", nr_pairs(many));
	json_count(pairs, "fit", nr_fit(many));
	json_count(pairs, "insecure", many->nr[CPUPOLICY_FITS_INSECURE]);
	json_count(pairs, "do_not_fit", many->nr[CPUPOLICY_DOES_NOT_FIT]);
	json_count(pairs, "not_recorded", many->partly);
	json_count(pairs, "refused", many->refused);
	json_object_set_new(object, "fits", json_boolean(fits));
	json_object_set_new(object, "guests", crowd_json(&many->guests));
	json_object_set_new(object, "hosts", crowd_json(&many->hosts));
	json_object_set_new(object, "pairs", pairs);
	json_object_set_new(object, "hypervisor", json_text(hypervisor));
	free(hypervisor);
	json_object_set_new(object, "reasons", reasons_json(&many->tally));
	return json_put(object);
}

int check_many(struct check_operand *guests, struct check_operand *hosts,
	       const struct question *question)
{
	struct many *many = more_room(NULL, &(size_t){ 0 }, 1, sizeof(*many));
	int status;

	memset(many, 0, sizeof(*many));
	many->question = question;
	status = crowd_read(&many->guests, guests, &question->options,
			    CPUPOLICY_SET_OFFER);
	if (!status)
		status = crowd_read(&many->hosts, hosts, &question->options,
				    CPUPOLICY_SET_ACCEPT);
	if (!status)
		status = count_pairs(many);
	if (!status) {
		bool fits = nr_fit(many) == nr_pairs(many);

		if (question->json)
			status = put_many_json(many, fits);
		else
			put_many(many);
		if (!status)
			status = fits ? EXIT_YES : EXIT_NO;
	}
	crowd_free(&many->guests);
	crowd_free(&many->hosts);
	tally_free(&many->tally);
	free(many);
	return status;
}
