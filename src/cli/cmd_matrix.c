// SPDX-License-Identifier: MIT
/*
 * cmd_matrix.c - who can move to whom.
 */
#include <stdlib.h>
#include <string.h>

#include "kinds.h"

#define FEW_HOSTS  7  /* more get letters: names no longer fit above columns */
#define MOST_HOSTS 60 /* more are told by their kinds */

struct counts {
	uint32_t block, security;
};

static void count(void *arg, const struct cpupolicy_finding *finding)
{
	struct counts *counts = arg;

	counts->block += finding->grade == CPUPOLICY_GRADE_BLOCK;
	counts->security += finding->grade == CPUPOLICY_GRADE_SECURITY;
}

static struct counts compare(const struct pool *pool, size_t guest, size_t host,
			     const struct cpupolicy_policy *common)
{
	const struct cpupolicy_policy *promised =
		common ? common : pool_offer(pool, pool->host[guest].kind);
	struct counts counts = { 0 };

	cpupolicy_check(promised, pool_accept(pool, pool->host[host].kind),
			count, &counts);
	return counts;
}

static void add_move(struct moves *moves, struct counts counts)
{
	moves->all++;
	moves->fit += !counts.block;
	moves->insecure += !counts.block && counts.security;
}

/* A to Z, then A1 to Z1 and so on */
static void letter(char out[16], size_t nr)
{
	if (nr < 26)
		snprintf(out, 16, "%c", (char)('A' + nr));
	else
		snprintf(out, 16, "%c%u", (char)('A' + nr % 26),
			 (unsigned int)(nr / 26));
}

static bool names_fit(const struct pool *pool)
{
	int columns = 0;

	for (size_t i = 0; i < pool->nr_hosts; i++)
		columns += text_columns(pool->host[i].stem) + 2;
	return pool->nr_hosts <= FEW_HOSTS && columns <= CLI_WIDTH - 24;
}

static void add_cell(struct table *table, bool same, struct counts counts)
{
	char cell[32];

	if (same)
		snprintf(cell, sizeof(cell), "-");
	else if (counts.block)
		snprintf(cell, sizeof(cell), "no:%u", counts.block);
	else
		snprintf(cell, sizeof(cell), "yes%s",
			 counts.security ? "!" : "");
	table_cell(table, cell);
}

static void put_matrix(const struct pool *pool,
		       const struct cpupolicy_policy *common)
{
	bool named = names_fit(pool);
	struct table table = { .columns = pool->nr_hosts + 1 };
	struct moves moves = { 0 };
	char mark[16];

	table_cell(&table, "from \\ to");
	for (size_t i = 0; i < pool->nr_hosts; i++) {
		letter(mark, i);
		table_cell(&table, named ? pool->host[i].stem : mark);
	}
	for (size_t i = 0; i < pool->nr_hosts; i++) {
		char *name;

		letter(mark, i);
		name = format_text("%s%s%s", named ? "" : mark,
				   named ? "" : " ", pool->host[i].stem);
		table_cell(&table, name);
		free(name);
		for (size_t j = 0; j < pool->nr_hosts; j++) {
			struct counts counts = compare(pool, i, j, common);

			add_cell(&table, i == j, counts);
			if (i != j)
				add_move(&moves, counts);
		}
	}
	table_print(&table, 0);
	put_moves(&moves, " (yes!)");
}

static json_t *moves_json(const struct pool *pool,
			  const struct cpupolicy_policy *common)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pool->nr_hosts; i++)
		for (size_t j = 0; j < pool->nr_hosts; j++) {
			struct counts counts;

			if (i == j)
				continue;
			counts = compare(pool, i, j, common);
			json_array_append_new(
				list,
				json_pack("{s:s, s:s, s:b, s:I, s:I}", "from",
					  pool->host[i].name, "to",
					  pool->host[j].name, "fits",
					  !counts.block, "block",
					  (json_int_t)counts.block, "security",
					  (json_int_t)counts.security));
		}
	return list;
}

static int put_matrix_json(const struct pool *pool, const struct kinds *kinds,
			   const struct cpupolicy_policy *common)
{
	json_t *hosts = json_array(), *object = json_object();

	for (size_t i = 0; i < pool->nr_hosts; i++)
		json_array_append_new(hosts, json_text(pool->host[i].name));
	json_object_set_new(object, "hosts", hosts);
	json_object_set_new(object, "kinds", kinds_json(kinds));
	if (pool->nr_hosts <= MOST_HOSTS)
		json_object_set_new(object, "moves", moves_json(pool, common));
	json_count(object, "fit", kinds->all.fit);
	json_count(object, "insecure", kinds->all.insecure);
	json_count(object, "all", kinds->all.all);
	return json_put(object);
}

static int matrix(struct pool *pool, const struct words *operands,
		  const char *mode, bool level, bool json)
{
	struct cpupolicy_policy *common = NULL;
	struct kinds kinds = { 0 };
	int status = pool_read(pool, operands, mode);

	if (!status && level) {
		common = more_room(NULL, &(size_t){ 0 }, 1, sizeof(*common));
		status = pool_baseline(common, pool, NULL, NULL);
	}
	if (!status && (json || pool->nr_hosts > MOST_HOSTS))
		kinds_compare(&kinds, pool, common);
	if (!status && json)
		status = put_matrix_json(pool, &kinds, common);
	else if (!status && pool->nr_hosts > MOST_HOSTS)
		put_kinds(&kinds);
	else if (!status)
		put_matrix(pool, common);
	kinds_free(&kinds);
	free(common);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct pool pool = { 0 };
	const char *hypervisor = NULL, *mode = NULL;
	bool json = false, level = false;
	const struct option options[] = {
		{ .name = "mode", .value = &mode },
		{ .name = "baseline", .flag = &level },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "json", .flag = &json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 1, SIZE_MAX);
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&pool.options, hypervisor);
	if (!status && operands.nr)
		status = matrix(&pool, &operands, mode, level, json);
	pool_free(&pool);
	words_free(&operands);
	return status;
}

const struct command command_matrix = {
	.name = "matrix",
	.arguments = "POLICY... [--mode M] [--baseline]",
	.summary = "who can move to whom, with counts",
	.help = "A row is where the guest was started, a column where it "
		"moves. no:7 means seven\nblocking findings; yes! means that "
		"it "
		"fits but is less secure there. More than 60 hosts are told\n"
		"by their kinds: where guests of each can go, and whom each "
		"takes.\n\n"
		"  --mode M           guests were started under this mode "
		"(hyperv-r2, hyperv-tlfs2)\n"
		"  --baseline         guests were started under the baseline "
		"of all\n" HYPERVISOR_HELP
		"  --json             for programs, of any size\n\n"
		"Example:\n"
		"  cpupolicy matrix pool/ --mode hyperv-r2\n",
	.run = run,
};
