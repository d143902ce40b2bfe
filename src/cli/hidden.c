// SPDX-License-Identifier: MIT
/*
 * hidden.c - what is hidden, and whether a guest could use it all the same.
 */
#include <stdlib.h>
#include <string.h>

#include "taken.h"

struct hidden {
	const struct cpupolicy_field *field, *via;
	const struct cpupolicy_blocking *blocking;
};

struct all_hidden {
	const struct cpupolicy_policy *after;
	struct hidden *item;
	size_t nr, room;
};

/* A state component is no instruction: what needs it is told. */
static bool is_component(const struct hidden *hidden)
{
	return hidden->blocking->by == CPUPOLICY_BLOCKED_BY_XCR0 &&
	       hidden->via == hidden->field;
}

static void add_hidden(void *arg, const struct cpupolicy_difference *difference)
{
	struct all_hidden *all = arg;
	struct hidden hidden = { .field = difference->field };

	if (!hidden.field || !is_feature(difference) || !difference->a)
		return;
	hidden.blocking =
		cpupolicy_blocking(&hidden.via, all->after, hidden.field);
	if (!hidden.blocking || is_component(&hidden))
		return;
	all->item = more_room(all->item, &all->room, all->nr + 1,
			      sizeof(*all->item));
	all->item[all->nr++] = hidden;
}

static void find_hidden(struct all_hidden *all,
			const struct cpupolicy_policy *before,
			const struct cpupolicy_policy *after)
{
	*all = (struct all_hidden){ .after = after };
	cpupolicy_differences(before, after, add_hidden, all);
}

static bool executes(const struct hidden *hidden)
{
	return hidden->blocking->by == CPUPOLICY_BLOCKED_BY_NOTHING;
}

static bool is_done(const struct hidden *hidden,
		    enum cpupolicy_hypervisor hypervisor)
{
	return hypervisor != CPUPOLICY_HYPERVISOR_NONE &&
	       (hidden->blocking->done >> hypervisor & 1) != 0;
}

/* One line for each fence, with all that is behind it. */
static void add_fences(struct table *table, const struct all_hidden *all,
		       enum cpupolicy_hypervisor hypervisor, bool done)
{
	bool *told =
		more_room(NULL, &(size_t){ 0 }, all->nr + 1, sizeof(*told));

	memset(told, 0, (all->nr + 1) * sizeof(*told));
	for (size_t i = 0; i < all->nr; i++) {
		const struct cpupolicy_blocking *fence = all->item[i].blocking;
		struct text names = { 0 };

		if (told[i] || executes(&all->item[i]) ||
		    is_done(&all->item[i], hypervisor) != done)
			continue;
		for (size_t j = i; j < all->nr; j++) {
			if (all->item[j].blocking != fence)
				continue;
			told[j] = true;
			text_word(&names, " ", all->item[j].field->name);
		}
		table_row(table, fence->detail, names.s);
		free(names.s);
	}
	free(told);
}

static void put_executable(FILE *to, const struct all_hidden *all)
{
	struct text names = { 0 };

	for (size_t i = 0; i < all->nr; i++)
		if (executes(&all->item[i]))
			text_word(&names, " ", all->item[i].field->name);
	if (!names.s)
		return;
	fputs("a guest that does not ask CPUID can still use: ", to);
	put_wrapped(to, names.s, 47, 2);
	free(names.s);
}

void put_hidden(FILE *to, const struct cpupolicy_policy *before,
		const struct cpupolicy_policy *after,
		enum cpupolicy_hypervisor hypervisor)
{
	const char *name = cpupolicy_hypervisor_name(hypervisor);
	struct table done = { .columns = 2 }, can = { .columns = 2 };
	struct all_hidden all;

	find_hidden(&all, before, after);
	add_fences(&done, &all, hypervisor, true);
	add_fences(&can, &all, hypervisor, false);
	if (done.nr)
		fprintf(to, "blocked by %s\n", name);
	table_print_to(to, &done, 2);
	if (can.nr && hypervisor != CPUPOLICY_HYPERVISOR_NONE)
		fprintf(to, "could be blocked; %s is not known to do so\n",
			name);
	else if (can.nr)
		fputs("could be blocked by a hypervisor\n", to);
	table_print_to(to, &can, 2);
	put_executable(to, &all);
	free(all.item);
}

static json_t *done_json(const struct cpupolicy_blocking *blocking)
{
	json_t *list = json_array();

	for (int i = 1; i < CPUPOLICY_NR_HYPERVISORS; i++)
		if (blocking->done >> i & 1)
			json_array_append_new(
				list, json_string(cpupolicy_hypervisor_name(
					      (enum cpupolicy_hypervisor)i)));
	return list;
}

void add_hidden_json(json_t *object, const struct cpupolicy_policy *before,
		     const struct cpupolicy_policy *after)
{
	json_t *list = json_array(), *executable = json_array();
	struct all_hidden all;

	find_hidden(&all, before, after);
	for (size_t i = 0; i < all.nr; i++) {
		const struct hidden *h = &all.item[i];

		json_array_append_new(
			list, json_pack("{s:s, s:b, s:s, s:s, s:s, s:o, s:s}",
					"feature", h->field->name, "executes",
					executes(h), "blocked_by",
					cpupolicy_blocked_by_name(
						(enum cpupolicy_blocked_by)
							h->blocking->by),
					"via", h->via->name, "detail",
					h->blocking->detail, "done_by",
					done_json(h->blocking), "source",
					h->blocking->source));
		if (executes(h))
			json_array_append_new(executable,
					      json_string(h->field->name));
	}
	json_object_set_new(object, "hidden", list);
	json_object_set_new(object, "still_executable", executable);
	free(all.item);
}
