/* SPDX-License-Identifier: MIT */
/*
 * answer.c - tell the answer to a check, to people and to programs.
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"

#define FEW_UNRECORDED 3

enum cpupolicy_verdict finding_verdict(const struct cpupolicy_finding *finding,
				       const struct words *allow)
{
	if (finding->grade < CPUPOLICY_GRADE_SECURITY ||
	    finding_allowed(finding, allow))
		return CPUPOLICY_FITS_WITH_NOTES;
	return finding->grade == CPUPOLICY_GRADE_BLOCK
		       ? CPUPOLICY_DOES_NOT_FIT
		       : CPUPOLICY_FITS_INSECURE;
}

char *counts_text(const size_t count[CPUPOLICY_GRADE_BLOCK + 1], size_t allowed)
{
	struct text text = { 0 };

	for (int grade = CPUPOLICY_GRADE_BLOCK; grade > CPUPOLICY_GRADE_NONE;
	     grade--)
		if (count[grade])
			text_add(&text, "%s%zu %s", text.length ? ", " : "",
				 count[grade],
				 cpupolicy_grade_name(
					 (enum cpupolicy_grade)grade));
	if (allowed)
		text_add(&text, "; %zu allowed", allowed);
	return text.s;
}

static const char *verdict_text(const struct check_answer *answer)
{
	if (answer->refused && answer->verdict < CPUPOLICY_FITS_INSECURE)
		return "refused, not everything was recorded";
	return cpupolicy_verdict_text(answer->verdict);
}

/* One side's value; a maker is three registers, of which a finding shows one.
 */
static char *side_value(const struct check_side *side,
			const struct cpupolicy_finding *f, uint32_t value)
{
	char vendor[13];

	if (f->code == CPUPOLICY_F_CLOCK_DIFFERS)
		return format_text("%u kHz", value);
	if (f->code != CPUPOLICY_F_VENDOR_DIFFERS)
		return value_text(f->field, &f->at, value);
	cpupolicy_policy_vendor_string(vendor, &side->policy);
	return escape(vendor);
}

static void finding_row(struct table *table, const struct check_answer *answer,
			const struct cpupolicy_finding *f, bool allowed)
{
	char *grade = format_text("%s%s", cpupolicy_grade_name(f->grade),
				  allowed ? ", allowed" : "");
	char *code = format_text("F%03u", f->code);
	char *address = finding_address(f);
	char *where = format_text("%s %s", address, finding_field(f));
	char *guest = side_value(&answer->guest, f, f->guest);
	char *host = side_value(&answer->host, f, f->host);
	char *happens = happens_text(answer, f);
	bool valued = f->code != CPUPOLICY_F_NOT_RECORDED;

	if (!host_recorded(answer, &f->at))
		strcpy(host, "?");
	table_row(table, grade, code, where, valued ? guest : "",
		  valued ? host : "", happens);
	free(grade);
	free(code);
	free(address);
	free(where);
	free(guest);
	free(host);
	free(happens);
}

/* Once per code: the same sentence on thirty lines helps nobody. */
static void put_remedies(const struct findings *findings, size_t shown)
{
	for (size_t i = 0; i < shown; i++) {
		const struct cpupolicy_finding_info *info =
			cpupolicy_finding_info(findings->item[i].code);
		char *line;

		if (!info || finding_seen(findings, i))
			continue;
		line = format_text("%s.%s%s%s", info->summary,
				   info->remedy[0] ? " -> " : "", info->remedy,
				   info->remedy[0] ? "." : "");
		printf("F%03u  ", info->code);
		put_wrapped(stdout, line, 6, 6);
		free(line);
	}
}

/*
 * A record of names leaves something out of nearly every register: more than a
 * few places that were not recorded are one row.
 */
static bool unrecorded_row(struct table *table, const struct findings *findings,
			   size_t at, const struct words *allow)
{
	const struct cpupolicy_finding *f = &findings->item[at];
	char *addresses, *grade, *code, *where, *happens;
	size_t nr;

	if (f->code != CPUPOLICY_F_NOT_RECORDED)
		return false;
	addresses = findings_addresses(findings, f->code, &nr);
	if (nr > FEW_UNRECORDED && !finding_seen(findings, at)) {
		grade = format_text("%s%s", cpupolicy_grade_name(f->grade),
				    finding_allowed(f, allow) ? ", allowed"
							      : "");
		code = format_text("F%03u", f->code);
		where = format_text("%zu places", nr);
		happens = format_text("not recorded: %s", addresses);
		table_row(table, grade, code, where, "", "", happens);
		free(grade);
		free(code);
		free(where);
		free(happens);
	}
	free(addresses);
	return nr > FEW_UNRECORDED;
}

static void put_findings(const struct check_answer *answer,
			 const struct words *allow, size_t shown)
{
	const struct findings *findings = &answer->findings;
	struct table table = { .columns = 6 };
	bool unknown = false;

	table_row(&table, "GRADE", "CODE", "FIELD", "GUEST", "HOST",
		  "WHAT HAPPENS");
	for (size_t i = 0; i < shown; i++) {
		const struct cpupolicy_finding *f = &findings->item[i];

		if (!unrecorded_row(&table, findings, i, allow))
			finding_row(&table, answer, f,
				    finding_allowed(f, allow));
		unknown |= f->code != CPUPOLICY_F_NOT_RECORDED &&
			   !host_recorded(answer, &f->at);
	}
	table_print(&table, 2);
	if (shown < findings->nr)
		printf("  and %zu more\n", findings->nr - shown);
	if (unknown)
		puts("?: the host's record does not hold it, so it counts as"
		     " absent");
}

void put_answer(const struct check_answer *answer, const struct words *allow,
		size_t first)
{
	const struct findings *findings = &answer->findings;
	size_t shown = first && first < findings->nr ? first : findings->nr;
	char *counts = counts_text(answer->count, answer->allowed);
	char *line = format_text("%s: %s -> %s%s%s", verdict_text(answer),
				 answer->guest.label, answer->host.label,
				 counts ? ": " : "", counts ? counts : "");

	put_wrapped(stdout, line, 0, 2);
	if (shown)
		put_findings(answer, allow, shown);
	put_remedies(findings, shown);
	free(counts);
	free(line);
}

static json_t *side_json(const struct check_side *side)
{
	char vendor[64];

	vendor_text(vendor, &side->policy);
	return json_pack("{s:s, s:s}", "label", side->label, "vendor", vendor);
}

json_t *counts_json(const size_t count[CPUPOLICY_GRADE_BLOCK + 1])
{
	json_t *counts = json_object();

	for (int g = CPUPOLICY_GRADE_NOTE; g <= CPUPOLICY_GRADE_BLOCK; g++)
		json_count(counts,
			   cpupolicy_grade_name((enum cpupolicy_grade)g),
			   count[g]);
	return counts;
}

int put_answer_json(const struct check_answer *answer,
		    const struct words *allow, bool fits)
{
	json_t *object = json_object(), *list = json_array();

	for (size_t i = 0; i < answer->findings.nr; i++) {
		const struct cpupolicy_finding *f = &answer->findings.item[i];
		json_t *one = finding_json(f);

		consequence_json(one, answer, f);
		json_object_set_new(one, "allowed",
				    json_boolean(finding_allowed(f, allow)));
		json_array_append_new(list, one);
	}
	json_object_set_new(object, "verdict", json_text(verdict_text(answer)));
	json_object_set_new(object, "fits", json_boolean(fits));
	json_object_set_new(object, "guest", side_json(&answer->guest));
	json_object_set_new(object, "host", side_json(&answer->host));
	json_object_set_new(object, "counts", counts_json(answer->count));
	json_count(object, "allowed", answer->allowed);
	json_count(object, "not_recorded", answer->unrecorded);
	json_object_set_new(object, "findings", list);
	return json_put(object);
}
