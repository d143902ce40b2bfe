// SPDX-License-Identifier: MIT
/*
 * drift_text.c - what changed, for people: evidence first, then fields, then
 * guests.
 */
#include <stdlib.h>
#include <string.h>

#include "drift.h"

/* Names in a line of many. */
#define FEW_FIELDS 8

static void put_cpus(const struct drifting *drifting)
{
	for (int i = 0; i < 2; i++) {
		const struct description *d = &drifting->description[i];

		if (i && drifting->drift->same_cpu)
			break;
		printf("%s  %s, family %u model 0x%x stepping 0x%x%s%s\n",
		       drifting->drift->same_cpu ? "CPU"
		       : i			 ? "CPU of NEW"
						 : "CPU of OLD",
		       d->vendor, d->signature.family, d->signature.model,
		       d->signature.stepping, d->brand[0] ? ", " : "",
		       d->brand);
	}
	if (!drifting->drift->same_cpu)
		puts("These are two CPUs: what follows is no drift of one"
		     " machine.");
}

static char *evidence_text(const struct cpupolicy_drift *drift,
			   enum cpupolicy_drift_agent agent)
{
	const char *raw[2];
	enum cpupolicy_drift_evidence evidence =
		cpupolicy_drift_evidence(&raw[0], &raw[1], drift, agent);
	char *before = escape(raw[0] ? raw[0] : "not recorded");
	char *after = escape(raw[1] ? raw[1] : "not recorded");
	char *text;

	if (evidence == CPUPOLICY_DRIFT_SAME)
		text = format_text("as before: %s", after);
	else if (!raw[0] && !raw[1])
		text = format_text("not recorded");
	else
		text = format_text("%s -> %s", before, after);
	free(before);
	free(after);
	return text;
}

static bool recorded_agent(int agent)
{
	return agent <= CPUPOLICY_DRIFT_TOOL;
}

static void put_evidence(const struct cpupolicy_drift *drift)
{
	struct table table = { .columns = 2 };

	for (int i = 0; recorded_agent(i); i++) {
		enum cpupolicy_drift_agent agent =
			(enum cpupolicy_drift_agent)i;
		char *text = evidence_text(drift, agent);

		table_row(&table, cpupolicy_drift_agent_name(agent), text);
		free(text);
	}
	table_print(&table, 2);
}

/* What the evidence allows where no known pattern fits. */
static char *guess_text(const struct cpupolicy_drift *drift)
{
	struct text differs = { 0 };
	bool unknown = false;
	char *guess;

	for (int i = 0; recorded_agent(i); i++) {
		enum cpupolicy_drift_agent agent =
			(enum cpupolicy_drift_agent)i;
		enum cpupolicy_drift_evidence evidence =
			cpupolicy_drift_evidence(NULL, NULL, drift, agent);

		unknown |= evidence == CPUPOLICY_DRIFT_UNKNOWN;
		if (evidence == CPUPOLICY_DRIFT_DIFFERS)
			text_word(&differs, ", ",
				  cpupolicy_drift_agent_name(agent));
	}
	if (differs.s)
		guess = format_text("%s%s differ%s, or a firmware setting",
				    differs.s,
				    unknown ? ", as far as recorded," : "",
				    strchr(differs.s, ',') ? "" : "s");
	else if (unknown)
		guess = format_text("the records do not say enough");
	else
		guess = format_text("a firmware setting: what the records name"
				    " is as before");
	free(differs.s);
	return guess;
}

static void put_causes(const struct cpupolicy_drift *drift)
{
	char *guess;

	for (size_t i = 0; i < drift->nr_causes; i++) {
		fputs("likely  ", stdout);
		put_wrapped(stdout, drift->cause[i]->summary, 8, 8);
	}
	if (drift->nr_causes || !drift->nr_changes)
		return;
	guess = guess_text(drift);
	fputs("likely  ", stdout);
	put_wrapped(stdout, guess, 8, 8);
	free(guess);
}

static char *values_text(const struct cpupolicy_drift_change *change,
			 const struct cpupolicy_drift_values *values)
{
	char *before, *after, *text;

	if (!values->differ)
		return format_text("as before");
	before = value_text(change->field, &change->at, values->before);
	after = value_text(change->field, &change->at, values->after);
	text = format_text("%s -> %s", before, after);
	free(before);
	free(after);
	return text;
}

static void add_change(struct table *table,
		       const struct cpupolicy_drift_change *change)
{
	char at[CPUPOLICY_ADDRESS_TEXT];
	char *where =
		format_text("%s%s%s", cpupolicy_address_text(at, &change->at),
			    change->field ? " " : "",
			    change->field ? change->field->name : "");
	char *offer = values_text(change, &change->offer);
	char *accept = values_text(change, &change->accept);

	if (!table->nr)
		table_row(table, "FIELD", "OFFER", "ACCEPT", "");
	table_row(table, where, offer, accept,
		  change->field ? change->field->summary : "(no name)");
	free(where);
	free(offer);
	free(accept);
}

static void put_changes(const struct cpupolicy_drift *drift)
{
	static const char *const titles[] = {
		[CPUPOLICY_DRIFT_LOST] = "lost",
		[CPUPOLICY_DRIFT_GAINED] = "gained",
		[CPUPOLICY_DRIFT_CHANGED] = "changed",
	};

	for (int d = 0; d < CPUPOLICY_NR_DRIFT_DIRECTIONS; d++) {
		struct table table = { .columns = 4 };

		for (size_t i = 0; i < drift->nr_changes; i++)
			if ((int)drift->change[i].direction == d)
				add_change(&table, &drift->change[i]);
		if (table.nr)
			puts(titles[d]);
		table_print(&table, 2);
	}
	if (!drift->nr_changes)
		puts(drift->nr_unrecorded
			     ? "nothing is known to have changed for guests"
			     : "nothing changed for guests");
}

static void put_unrecorded(const struct cpupolicy_drift *drift)
{
	struct text names = { 0 };
	char *few;

	for (size_t i = 0; i < drift->nr_unrecorded; i++) {
		const struct cpupolicy_drift_change *change =
			&drift->change[drift->nr_changes + i];
		char at[CPUPOLICY_ADDRESS_TEXT];

		text_word(&names, " ",
			  change->field
				  ? change->field->name
				  : cpupolicy_address_text(at, &change->at));
	}
	if (!names.s)
		return;
	few = some_words(names.s, FEW_FIELDS);
	fputs("not known, for one record leaves it out or what it needs: ",
	      stdout);
	put_wrapped(stdout, few, 57, 2);
	free(few);
	free(names.s);
}

static void put_move(const char *who, const struct drift_move *move)
{
	char *because = drift_because(&move->findings);
	char *few = because ? some_words(because, FEW_FIELDS) : NULL;
	char *line = format_text("%s: %s%s%s", who,
				 cpupolicy_verdict_text(move->verdict),
				 few ? ": " : "", few ? few : "");

	put_wrapped(stdout, line, 0, 2);
	free(because);
	free(few);
	free(line);
}

/* Honoured and no longer given: people take that for a contradiction. */
static void put_sets(const struct cpupolicy_drift *drift)
{
	for (size_t i = 0; i < drift->nr_changes; i++)
		if (drift->change[i].offer.differ !=
		    drift->change[i].accept.differ) {
			put_wrapped(stdout,
				    "OFFER is what new guests are given, ACCEPT"
				    " what a guest that comes may already"
				    " have: what is offered no longer may still"
				    " be honoured.",
				    0, 2);
			return;
		}
}

static void put_counts(const struct drifting *drifting)
{
	static const char *const texts[] = {
		[CPUPOLICY_DRIFT_STILL] = "could come here and can",
		[CPUPOLICY_DRIFT_NO_LONGER] =
			"could come here and can no longer",
		[CPUPOLICY_DRIFT_NOW] =
			"could not and now can, and cannot go back",
		[CPUPOLICY_DRIFT_NEVER] = "could not and cannot",
		[CPUPOLICY_DRIFT_INSECURE] =
			"can as before, but lose mitigations",
		[CPUPOLICY_DRIFT_MORE_SECURE] =
			"can as before, and lose no mitigations any more",
	};

	printf("of %zu guest%s\n", drifting->nr, drifting->nr == 1 ? "" : "s");
	for (int i = 0; i < CPUPOLICY_NR_DRIFT_FATES; i++)
		if (drifting->count[i])
			printf("  %zu %s\n", drifting->count[i], texts[i]);
}

static void add_guest(struct table *table, const struct drift_guest *guest)
{
	char *few =
		guest->because ? some_words(guest->because, FEW_FIELDS) : NULL;

	if (!table->nr)
		table_row(table, "GUEST", "WAS", "NOW", "BECAUSE OF");
	table_row(table, guest->name, cpupolicy_verdict_text(guest->before),
		  cpupolicy_verdict_text(guest->after), few ? few : "");
	free(few);
}

static void put_guests(const struct drifting *drifting)
{
	struct table table = { .columns = 4 };
	size_t nr = 0;

	if (!drifting->nr)
		return;
	put_counts(drifting);
	for (size_t i = 0; i < drifting->nr; i++) {
		const struct drift_guest *guest = &drifting->guest[i];

		if (guest->fate == CPUPOLICY_DRIFT_STILL ||
		    guest->fate == CPUPOLICY_DRIFT_NEVER)
			continue;
		if (!drifting->first || nr < drifting->first)
			add_guest(&table, guest);
		nr++;
	}
	table_print(&table, 2);
	if (drifting->first && nr > drifting->first)
		printf("  and %zu more\n", nr - drifting->first);
}

void put_drift(const struct drifting *drifting)
{
	const struct cpupolicy_hostset_options *options = &drifting->options;
	char *title =
		format_text("drift of %s -> %s, hypervisor %s%s",
			    drifting->input[0].name, drifting->input[1].name,
			    cpupolicy_hypervisor_name(options->hypervisor),
			    options->named ? "" : " assumed");

	put_wrapped(stdout, title, 0, 2);
	free(title);
	put_cpus(drifting);
	put_evidence(drifting->drift);
	put_causes(drifting->drift);
	put_changes(drifting->drift);
	put_unrecorded(drifting->drift);
	put_sets(drifting->drift);
	put_move("new guests of this machine to hosts that are as it was",
		 &drifting->leave);
	put_move("guests that it offered before, coming here", &drifting->come);
	put_guests(drifting);
}
