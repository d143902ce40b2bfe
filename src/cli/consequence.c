/* SPDX-License-Identifier: MIT */
/*
 * consequence.c - what a difference does to the guest, and why the host has it.
 */
#include <ctype.h>
#include <string.h>

#include "answer.h"

/* Was this part of the address left out of the record? */
static bool leaves_out(const struct cpupolicy_finding *f,
		       const struct cpupolicy_address *at)
{
	uint32_t mask = 0xffffffffu >> (31 - at->high) >> at->low << at->low;

	if (f->code != CPUPOLICY_F_NOT_RECORDED || f->at.space != at->space ||
	    f->at.leaf != at->leaf || f->at.subleaf != at->subleaf)
		return false;
	return !f->mask || (f->at.reg == at->reg && (f->mask & mask));
}

bool host_recorded(const struct check_answer *answer,
		   const struct cpupolicy_address *at)
{
	const struct findings *host = &answer->host.findings;

	for (size_t i = 0; i < host->nr; i++)
		if (leaves_out(&host->item[i], at))
			return false;
	return true;
}

/*
 * Why the host's set lacks what is in the host's record: the bit alone would
 * make people believe that the answer is wrong. NULL: it is not there.
 */
static const struct cpupolicy_finding *
host_reason(const struct check_answer *answer,
	    const struct cpupolicy_finding *f)
{
	const struct findings *host = &answer->host.findings;

	for (size_t i = 0; f->guest > f->host && i < host->nr; i++) {
		const struct cpupolicy_finding *h = &host->item[i];

		if ((finding_is_drop(h) ||
		     h->code == CPUPOLICY_F_CORES_DIFFER) &&
		    h->field == f->field && h->at.space == f->at.space &&
		    h->at.leaf == f->at.leaf &&
		    h->at.subleaf == f->at.subleaf && h->at.reg == f->at.reg &&
		    (h->mask & f->mask))
			return h;
	}
	return NULL;
}

/* Which protection is lost: the field's summary, in a sentence that goes on. */
static void add_protection(struct text *text, const struct cpupolicy_finding *f)
{
	const char *summary = f->field ? f->field->summary : "";
	char first = *summary;

	if (f->grade != CPUPOLICY_GRADE_SECURITY || !first)
		return;
	if (!isupper((unsigned char)summary[1]))
		first = (char)tolower((unsigned char)first);
	text_add(text, ": %c%s", first, summary + 1);
}

/* What happens to the guest, how much state is lost, and why the host has not
 * what its record shows.
 */
char *happens_text(const struct check_answer *answer,
		   const struct cpupolicy_finding *f)
{
	const struct cpupolicy_finding *why = host_reason(answer, f);
	struct text text = { 0 };
	struct cpupolicy_component state;

	text_add(&text, "%s", cpupolicy_finding_effect(f));
	add_protection(&text, f);
	if (cpupolicy_state_component(&state, &answer->guest.policy, &f->at))
		text_add(&text, ": %u bytes", state.size);
	else
		state.offset = 0;
	if (state.offset)
		text_add(&text, " at %u", state.offset);
	if (why)
		text_add(&text, "; recorded, but %s%s%s",
			 cpupolicy_finding_info(why->code)->name,
			 why->cause ? " " : "",
			 why->cause ? why->cause->name : "");
	return text.s;
}

static json_t *component_json(const struct cpupolicy_finding *f,
			      const struct cpupolicy_policy *guest)
{
	struct cpupolicy_component state;

	if (!cpupolicy_state_component(&state, guest, &f->at))
		return json_null();
	return json_pack("{s:I, s:I, s:I}", "number", (json_int_t)state.number,
			 "size", (json_int_t)state.size, "offset",
			 (json_int_t)state.offset);
}

void consequence_json(json_t *object, const struct check_answer *answer,
		      const struct cpupolicy_finding *f)
{
	const struct cpupolicy_finding *why = host_reason(answer, f);

	json_object_set_new(object, "component",
			    component_json(f, &answer->guest.policy));
	json_object_set_new(object, "host_recorded",
			    json_boolean(host_recorded(answer, &f->at)));
	json_object_set_new(object, "host_reason",
			    why ? finding_json(why) : json_null());
}
