// SPDX-License-Identifier: MIT
/*
 * kinds.c - see kinds.h
 *
 * Thousands of hosts are of a few hundred kinds; classes of what they offer are
 * compared with classes of what they accept, and their hosts counted.
 */
#include <stdlib.h>
#include <string.h>

#include "kinds.h"

static enum cpupolicy_verdict verdict_of(const struct kinds *kinds, size_t from,
					 size_t to)
{
	const struct pool_kind *kind = kinds->pool->kind;
	size_t row = kinds->common ? 0 : kind[from].offer;

	return (enum cpupolicy_verdict)
		kinds->verdict[row * kinds->columns + kind[to].accept];
}

/* Sets that normalising would change are compared as they are. */
static void compare_literally(struct kinds *kinds,
			      const struct cpupolicy_fleet *guests,
			      const struct cpupolicy_fleet *hosts)
{
	size_t rows = cpupolicy_fleet_count(guests), room = 0;
	struct cpupolicy_class guest, host;

	kinds->verdict = more_room(NULL, &room, rows * kinds->columns, 1);
	for (uint32_t g = 0; cpupolicy_fleet_class(&guest, guests, g); g++)
		for (uint32_t h = 0; cpupolicy_fleet_class(&host, hosts, h);
		     h++)
			kinds->verdict[g * kinds->columns + h] =
				(uint8_t)cpupolicy_check(
					guest.policy, host.policy, NULL, NULL);
}

static void compare_classes(struct kinds *kinds,
			    const struct cpupolicy_fleet *guests,
			    const struct cpupolicy_fleet *hosts)
{
	struct cpupolicy_verdicts verdicts;

	kinds->columns = cpupolicy_fleet_count(hosts);
	if (kinds->pool->literal) {
		compare_literally(kinds, guests, hosts);
		return;
	}
	if (cpupolicy_fleet_verdicts(&verdicts, guests, hosts) < 0)
		exit(trouble("out of memory"));
	kinds->verdict = verdicts.verdict;
	verdicts.verdict = NULL;
	cpupolicy_verdicts_clear(&verdicts);
}

static void add_moves(struct moves *moves, size_t nr,
		      enum cpupolicy_verdict verdict)
{
	moves->all += nr;
	if (verdict != CPUPOLICY_DOES_NOT_FIT)
		moves->fit += nr;
	if (verdict == CPUPOLICY_FITS_INSECURE)
		moves->insecure += nr;
}

/* A host moves to all others, also to those of its kind. */
static void count_moves(struct kinds *kinds)
{
	const struct pool *pool = kinds->pool;
	size_t nr = pool->nr_kinds;

	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < nr; j++) {
			enum cpupolicy_verdict verdict =
				verdict_of(kinds, i, j);
			size_t others = pool->kind[j].nr - (i == j);

			add_moves(&kinds->from[i], others, verdict);
			add_moves(&kinds->to[j], pool->kind[i].nr - (i == j),
				  verdict);
			add_moves(&kinds->all, pool->kind[i].nr * others,
				  verdict);
		}
}

void kinds_compare(struct kinds *kinds, const struct pool *pool,
		   const struct cpupolicy_policy *common)
{
	size_t nr = pool->nr_kinds, room = 0;
	struct cpupolicy_fleet *guests = NULL;

	kinds->pool = pool;
	kinds->common = common != NULL;
	kinds->from = more_room(NULL, &room, 2 * nr, sizeof(*kinds->from));
	memset(kinds->from, 0, 2 * nr * sizeof(*kinds->from));
	kinds->to = kinds->from + nr;
	if (common)
		pool_class_of(&guests, common);
	compare_classes(kinds, common ? guests : pool->offers, pool->accepts);
	count_moves(kinds);
	cpupolicy_fleet_free(guests);
}

void kinds_free(struct kinds *kinds)
{
	free(kinds->verdict);
	free(kinds->from);
}

void put_moves(const struct moves *moves, const char *insecure)
{
	printf("%zu of %zu moves fit", moves->fit, moves->all);
	if (moves->insecure)
		printf(", %zu of them insecurely%s", moves->insecure, insecure);
	puts("");
}

static char *moves_text(const struct moves *moves)
{
	if (moves->insecure)
		return format_text("%zu, %zu insecurely", moves->fit,
				   moves->insecure);
	return format_text("%zu", moves->fit);
}

void put_kinds(const struct kinds *kinds)
{
	const struct pool *pool = kinds->pool;
	struct table table = { .columns = 5 };

	printf("%zu hosts of %zu kinds; of each, to how many of the others its "
	       "guests can move,\nand from how many it takes them\n",
	       pool->nr_hosts, pool->nr_kinds);
	table_row(&table, "CLASS", "HOSTS", "MOVE TO", "TAKE FROM", "FIRST");
	for (size_t i = 0; i < pool->nr_kinds; i++) {
		char class[CLASS_TEXT];
		char *nr = format_text("%zu", pool->kind[i].nr);
		char *to = moves_text(&kinds->from[i]);
		char *from = moves_text(&kinds->to[i]);

		table_row(&table, class_text(class, pool_class(pool, i)), nr,
			  to, from, pool->host[pool->kind[i].first].stem);
		free(nr);
		free(to);
		free(from);
	}
	table_print(&table, 0);
	put_moves(&kinds->all, "");
}

static json_t *targets_json(const struct kinds *kinds, size_t from,
			    bool insecure)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kinds->pool->nr_kinds; i++) {
		enum cpupolicy_verdict verdict = verdict_of(kinds, from, i);

		if (insecure ? verdict == CPUPOLICY_FITS_INSECURE
			     : verdict != CPUPOLICY_DOES_NOT_FIT)
			json_array_append_new(list,
					      json_integer((json_int_t)i));
	}
	return list;
}

json_t *kinds_json(const struct kinds *kinds)
{
	json_t *list = json_array(), **kind = pool_kinds_json(kinds->pool);

	for (size_t i = 0; i < kinds->pool->nr_kinds; i++) {
		json_object_set_new(kind[i], "fits_on",
				    targets_json(kinds, i, false));
		json_object_set_new(kind[i], "insecure_on",
				    targets_json(kinds, i, true));
		json_count(kind[i], "move_to", kinds->from[i].fit);
		json_count(kind[i], "take_from", kinds->to[i].fit);
		json_array_append_new(list, kind[i]);
	}
	free(kind);
	return list;
}
