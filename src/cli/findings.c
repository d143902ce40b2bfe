/* SPDX-License-Identifier: MIT */
/*
 * findings.c - keep findings, sort them, put them into words.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"

void findings_sink(void *arg, const struct cpupolicy_finding *finding)
{
	struct findings *findings = arg;

	findings->item = more_room(findings->item, &findings->room,
				   findings->nr + 1, sizeof(*findings->item));
	findings->item[findings->nr++] = *finding;
}

void findings_free(struct findings *findings)
{
	free(findings->item);
	*findings = (struct findings){ 0 };
}

static int order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_addresses(const struct cpupolicy_address *a,
			     const struct cpupolicy_address *b)
{
	int differs = order(a->space, b->space);

	if (!differs)
		differs = order(a->leaf, b->leaf);
	if (!differs)
		differs = order(a->subleaf, b->subleaf);
	if (!differs)
		differs = order(a->reg, b->reg);
	return differs ? differs : order(a->low, b->low);
}

int compare_findings(const void *left, const void *right)
{
	const struct cpupolicy_finding *a = left, *b = right;
	int differs = order(b->grade, a->grade);

	if (!differs)
		differs = order(a->code, b->code);
	if (!differs)
		differs = order(a->index, b->index);
	if (!differs)
		differs = compare_addresses(&a->at, &b->at);
	return differs ? differs : order(a->mask, b->mask);
}

void findings_sort(struct findings *findings)
{
	if (findings->nr)
		qsort(findings->item, findings->nr, sizeof(*findings->item),
		      compare_findings);
}

/* "7.1:ecx[9,12-14]": bits that share one finding */
char *finding_address(const struct cpupolicy_finding *finding)
{
	char at[CPUPOLICY_ADDRESS_TEXT];
	struct text text = { 0 };
	unsigned int bit = 0;

	cpupolicy_address_text(at, &finding->at);
	if (finding->code == CPUPOLICY_F_NOT_RECORDED) {
		/* a whole leaf, or some bits of a register */
		at[strcspn(at, finding->mask ? "[" : ":[")] = '\0';
		return format_text("%s", at);
	}
	if (finding->field || finding->mask == 0 ||
	    finding->mask == 0xffffffffu || finding->at.high == finding->at.low)
		return format_text("%s", at);
	while (bit < 32) {
		unsigned int last = bit;

		if (!(finding->mask >> bit & 1)) {
			bit++;
			continue;
		}
		while (last < 31 && (finding->mask >> (last + 1) & 1))
			last++;
		text_add(&text, "%s%u", text.length ? "," : "", bit);
		if (last > bit)
			text_add(&text, "-%u", last);
		bit = last + 1;
	}
	at[strcspn(at, "[")] = '\0';
	{
		char *whole = format_text("%s[%s]", at, text.s);

		free(text.s);
		return whole;
	}
}

bool finding_seen(const struct findings *findings, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (findings->item[i].code == findings->item[nr].code)
			return true;
	return false;
}

char *findings_addresses(const struct findings *findings, uint16_t code,
			 size_t *nr)
{
	struct text text = { 0 };

	*nr = 0;
	for (size_t i = 0; i < findings->nr; i++) {
		char *address;

		if (findings->item[i].code != code)
			continue;
		address = finding_address(&findings->item[i]);
		text_word(&text, ", ", address);
		free(address);
		++*nr;
	}
	return text.s;
}

const char *finding_field(const struct cpupolicy_finding *finding)
{
	return finding->field ? finding->field->name : "";
}

const struct cpupolicy_finding_info *find_finding(const char *name)
{
	for (uint32_t i = 0; cpupolicy_finding_info_at(i); i++) {
		const struct cpupolicy_finding_info *info =
			cpupolicy_finding_info_at(i);
		char code[8];

		snprintf(code, sizeof(code), "F%03u", info->code % 10000u);
		if (strcasecmp(name, code) == 0 ||
		    strcasecmp(name, info->name) == 0)
			return info;
	}
	return NULL;
}

bool finding_is_drop(const struct cpupolicy_finding *finding)
{
	const struct cpupolicy_finding_info *info =
		cpupolicy_finding_info(finding->code);

	return info && strncmp(info->name, "dropped-", 8) == 0;
}

json_t *finding_json(const struct cpupolicy_finding *finding)
{
	const struct cpupolicy_finding_info *info =
		cpupolicy_finding_info(finding->code);
	char *address = finding_address(finding);
	char code[8];
	json_t *object = json_object();

	snprintf(code, sizeof(code), "F%03u", finding->code % 10000u);
	json_object_set_new(object, "code", json_text(code));
	json_object_set_new(object, "finding",
			    json_text(info ? info->name : NULL));
	json_object_set_new(object, "grade",
			    json_text(cpupolicy_grade_name(finding->grade)));
	json_object_set_new(object, "address", json_text(address));
	json_object_set_new(
		object, "field",
		json_text(finding->field ? finding->field->name : NULL));
	json_object_set_new(
		object, "about",
		json_text(finding->field ? finding->field->summary : NULL));
	json_object_set_new(
		object, "cause",
		json_text(finding->cause ? finding->cause->name : NULL));
	json_object_set_new(object, "guest", json_integer(finding->guest));
	json_object_set_new(object, "host", json_integer(finding->host));
	json_object_set_new(object, "effect",
			    json_text(cpupolicy_finding_effect(finding)));
	json_object_set_new(object, "meaning",
			    json_text(info ? info->summary : NULL));
	json_object_set_new(object, "remedy",
			    json_text(info ? info->remedy : NULL));
	free(address);
	return object;
}
