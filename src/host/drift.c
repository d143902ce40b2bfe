// SPDX-License-Identifier: MIT
/*
 * drift.c - what changed between two records of one machine, and what that is
 * to a guest.
 */
#include <stdlib.h>
#include <string.h>

#include "drift.h"

/* Changes and gaps while they are being collected. */
struct collection {
	struct cpupolicy_drift_change *change;
	size_t nr, room;
	struct cpupolicy_finding *gap; /* NOT_RECORDED, of both records */
	size_t nr_gaps, room_gaps;
	bool accept; /* the set at hand */
	bool no_memory;
};

/* Room for one more; NULL: no memory. */
static void *one_more(struct collection *all, void *array, size_t *room,
		      size_t nr, size_t size)
{
	size_t more = *room ? 2 * *room : 64;
	void *bigger;

	if (nr < *room)
		return array;
	bigger = realloc(array, more * size);
	if (bigger)
		*room = more;
	else
		all->no_memory = true;
	return bigger;
}

static bool same_place(const struct cpupolicy_address *a,
		       const struct cpupolicy_address *b)
{
	return a->space == b->space && a->leaf == b->leaf &&
	       a->subleaf == b->subleaf && a->reg == b->reg &&
	       a->low == b->low && a->high == b->high;
}

static struct cpupolicy_drift_change *
change_at(struct collection *all, const struct cpupolicy_difference *difference)
{
	struct cpupolicy_drift_change *bigger;

	for (size_t i = 0; i < all->nr; i++)
		if (all->change[i].field == difference->field &&
		    same_place(&all->change[i].at, &difference->at))
			return &all->change[i];
	bigger = one_more(all, all->change, &all->room, all->nr,
			  sizeof(*bigger));
	if (!bigger)
		return NULL;
	all->change = bigger;
	all->change[all->nr] = (struct cpupolicy_drift_change){
		.at = difference->at,
		.field = difference->field,
	};
	return &all->change[all->nr++];
}

static void add_change(void *arg, const struct cpupolicy_difference *difference)
{
	struct collection *all = arg;
	struct cpupolicy_drift_change *change = change_at(all, difference);

	if (change)
		*(all->accept ? &change->accept : &change->offer) =
			(struct cpupolicy_drift_values){
				.differ = true,
				.before = difference->a,
				.after = difference->b,
			};
}

static void add_gap(void *arg, const struct cpupolicy_finding *finding)
{
	struct collection *all = arg;
	struct cpupolicy_finding *bigger;

	if (finding->code != CPUPOLICY_F_NOT_RECORDED)
		return;
	bigger = one_more(all, all->gap, &all->room_gaps, all->nr_gaps,
			  sizeof(*bigger));
	if (!bigger)
		return;
	all->gap = bigger;
	all->gap[all->nr_gaps++] = *finding;
}

/* Does one of the records leave this out? */
static bool in_gap(const struct collection *all,
		   const struct cpupolicy_address *at)
{
	for (size_t i = 0; i < all->nr_gaps; i++) {
		const struct cpupolicy_finding *gap = &all->gap[i];

		if (gap->at.space != at->space || gap->at.leaf != at->leaf ||
		    gap->at.subleaf != at->subleaf)
			continue;
		if (!gap->mask ||
		    (gap->at.reg == at->reg && gap->mask & cpupolicy__bits(at)))
			return true;
	}
	return false;
}

/* Do both records say the same, though the sets made of them differ? */
static bool recorded_alike(const struct cpupolicy_drift *drift,
			   const struct cpupolicy_address *at)
{
	const struct cpupolicy_record *a = drift->before.input.record;
	const struct cpupolicy_record *b = drift->after.input.record;
	const struct cpupolicy_row *row[2];

	if (!a || !b || at->space != CPUPOLICY_SPACE_CPU)
		return false;
	row[0] = cpupolicy_core_row(&a->cores[0], at->leaf, at->subleaf);
	row[1] = cpupolicy_core_row(&b->cores[0], at->leaf, at->subleaf);
	return row[0] && row[1] &&
	       !((cpupolicy__row_register(row[0], at->reg) ^
		  cpupolicy__row_register(row[1], at->reg)) &
		 cpupolicy__bits(at));
}

/*
 * What one record leaves out takes with it what needs it: where both say the
 * same of a field, and something else was left out, that field is none that is
 * known to have changed.
 */
static void mark_unrecorded(const struct cpupolicy_drift *drift,
			    struct collection *all)
{
	bool gap = false;

	for (size_t i = 0; i < all->nr; i++) {
		all->change[i].unrecorded = in_gap(all, &all->change[i].at);
		gap |= all->change[i].unrecorded;
	}
	for (size_t i = 0; gap && i < all->nr; i++)
		if (recorded_alike(drift, &all->change[i].at))
			all->change[i].unrecorded = true;
}

/* Bits that went away are a loss; so are limitations that came. */
static enum cpupolicy_drift_direction
direction(const struct cpupolicy_drift_change *change)
{
	const struct cpupolicy_drift_values *v =
		change->accept.differ ? &change->accept : &change->offer;
	const struct cpupolicy_field *field = change->field;
	bool bit = change->at.high == change->at.low;
	uint32_t rule = field ? field->rule : CPUPOLICY_RULE_SUBSET;
	bool less = (v->before & ~v->after) != 0;

	if (rule == CPUPOLICY_RULE_ATMOST)
		less = v->after < v->before;
	else if (rule == CPUPOLICY_RULE_SUPERSET)
		less = (v->after & ~v->before) != 0;
	else if (rule == CPUPOLICY_RULE_NONE || (!field && !bit) ||
		 (rule == CPUPOLICY_RULE_EQUAL && !bit))
		return CPUPOLICY_DRIFT_CHANGED;
	return less ? CPUPOLICY_DRIFT_LOST : CPUPOLICY_DRIFT_GAINED;
}

static int sort_changes(struct cpupolicy_drift *drift, struct collection *all)
{
	size_t nr = 0;

	drift->change = malloc((all->nr + 1) * sizeof(*drift->change));
	if (!drift->change)
		return CPUPOLICY_E_MEMORY;
	mark_unrecorded(drift, all);
	for (size_t i = 0; i < all->nr; i++)
		all->change[i].direction = direction(&all->change[i]);
	for (int d = 0; d < CPUPOLICY_NR_DRIFT_DIRECTIONS; d++)
		for (size_t i = 0; i < all->nr; i++)
			if ((int)all->change[i].direction == d &&
			    !all->change[i].unrecorded)
				drift->change[nr++] = all->change[i];
	drift->nr_changes = nr;
	for (size_t i = 0; i < all->nr; i++)
		if (all->change[i].unrecorded)
			drift->change[nr++] = all->change[i];
	drift->nr_unrecorded = nr - drift->nr_changes;
	return 0;
}

static int fill(struct cpupolicy_drift_side *side,
		const struct cpupolicy_drift_input *input,
		const struct cpupolicy_hostset_options *options,
		struct collection *all, struct cpupolicy_error *error)
{
	struct cpupolicy_hostset_options these = *options;
	int status;

	side->input = *input;
	if (!input->record == !input->policy)
		return cpupolicy__fail(error, CPUPOLICY_E_INVALID,
				       "either a record or a policy");
	if (input->policy) {
		side->offer = side->accept = *input->policy;
		return 0;
	}
	these.set = CPUPOLICY_SET_OFFER;
	status = cpupolicy_record_hostset(&side->offer, input->record, &these,
					  NULL, NULL, error);
	these.set = CPUPOLICY_SET_ACCEPT;
	if (status == 0)
		status = cpupolicy_record_hostset(&side->accept, input->record,
						  &these, add_gap, all, error);
	return status;
}

static struct cpupolicy_row row_of(const struct cpupolicy_policy *policy,
				   uint32_t leaf)
{
	struct cpupolicy_row row = { .leaf = leaf };

	cpupolicy_policy_get_row(&row, policy);
	return row;
}

static bool same_cpu(const struct cpupolicy_policy *a,
		     const struct cpupolicy_policy *b)
{
	struct cpupolicy_row vendor[2] = { row_of(a, 0), row_of(b, 0) };

	return vendor[0].ebx == vendor[1].ebx &&
	       vendor[0].ecx == vendor[1].ecx &&
	       vendor[0].edx == vendor[1].edx &&
	       row_of(a, 1).eax == row_of(b, 1).eax;
}

static int compare(struct cpupolicy_drift *drift,
		   const struct cpupolicy_drift_input *before,
		   const struct cpupolicy_drift_input *after,
		   const struct cpupolicy_hostset_options *options,
		   struct collection *all, struct cpupolicy_error *error)
{
	int status = fill(&drift->before, before, options, all, error);

	if (status == 0)
		status = fill(&drift->after, after, options, all, error);
	if (status < 0)
		return status;
	drift->same_cpu = same_cpu(&drift->before.accept, &drift->after.accept);
	all->accept = true;
	cpupolicy_differences(&drift->before.accept, &drift->after.accept,
			      add_change, all);
	all->accept = false;
	cpupolicy_differences(&drift->before.offer, &drift->after.offer,
			      add_change, all);
	if (all->no_memory || sort_changes(drift, all) < 0 ||
	    cpupolicy__drift_causes(drift) < 0)
		return cpupolicy__no_memory(error, "drift");
	return 0;
}

int cpupolicy_drift_new(struct cpupolicy_drift **out,
			const struct cpupolicy_drift_input *before,
			const struct cpupolicy_drift_input *after,
			const struct cpupolicy_hostset_options *options,
			struct cpupolicy_error *error)
{
	static const struct cpupolicy_hostset_options none;
	struct cpupolicy_drift *drift = calloc(1, sizeof(*drift));
	struct collection all = { 0 };
	int status;

	if (!drift)
		return cpupolicy__no_memory(error, "drift");
	status = compare(drift, before, after, options ? options : &none, &all,
			 error);
	free(all.change);
	free(all.gap);
	if (status < 0)
		cpupolicy_drift_free(drift);
	else
		*out = drift;
	return status;
}

void cpupolicy_drift_free(struct cpupolicy_drift *drift)
{
	if (drift) {
		free(drift->change);
		free(drift->cause);
	}
	free(drift);
}

enum cpupolicy_drift_fate
cpupolicy_drift_guest(enum cpupolicy_verdict *before,
		      enum cpupolicy_verdict *after,
		      const struct cpupolicy_drift *drift,
		      const struct cpupolicy_policy *guest)
{
	enum cpupolicy_verdict then =
		cpupolicy_check(guest, &drift->before.accept, NULL, NULL);
	enum cpupolicy_verdict now =
		cpupolicy_check(guest, &drift->after.accept, NULL, NULL);
	bool could = then != CPUPOLICY_DOES_NOT_FIT;
	bool can = now != CPUPOLICY_DOES_NOT_FIT;

	if (before)
		*before = then;
	if (after)
		*after = now;
	if (could != can)
		return can ? CPUPOLICY_DRIFT_NOW : CPUPOLICY_DRIFT_NO_LONGER;
	if (!can)
		return CPUPOLICY_DRIFT_NEVER;
	if (then == CPUPOLICY_FITS_INSECURE && now != then)
		return CPUPOLICY_DRIFT_MORE_SECURE;
	if (now == CPUPOLICY_FITS_INSECURE && now != then)
		return CPUPOLICY_DRIFT_INSECURE;
	return CPUPOLICY_DRIFT_STILL;
}

enum cpupolicy_verdict
cpupolicy_drift_leave(const struct cpupolicy_drift *drift, cpupolicy_sink *sink,
		      void *arg)
{
	return cpupolicy_check(&drift->after.offer, &drift->before.accept, sink,
			       arg);
}

enum cpupolicy_verdict cpupolicy_drift_come(const struct cpupolicy_drift *drift,
					    cpupolicy_sink *sink, void *arg)
{
	return cpupolicy_check(&drift->before.offer, &drift->after.accept, sink,
			       arg);
}
