// SPDX-License-Identifier: MIT
/*
 * cmd_baseline.c - the best that all these hosts can offer, and what each of
 * them costs.
 */
#include <stdlib.h>
#include <string.h>

#include "cost.h"

#define FEW_WORDS 8
#define FEW_KINDS 12

struct telling {
	const char *output, *name;
	bool json, all;
};

static void put_words(const char *what, const char *features,
		      const char *numbers, bool all, int indent)
{
	char *some = some_words(features ? features : "", all ? 0 : FEW_WORDS);
	char *plain = format_text("%s", numbers ? numbers : "");
	char *line;

	for (char *c = plain; *c; c++)
		if (*c == ':')
			*c = ' ';
	line = format_text("%s%s%s%s%s", what, some,
			   some[0] && plain[0] ? "; " : "", plain, "");
	printf("%*s", indent, "");
	put_wrapped(stdout, line, indent, indent + 2);
	free(some);
	free(plain);
	free(line);
}

static void put_kind(const struct pool *pool, const struct cost *cost,
		     const struct kind_cost *kind, bool all)
{
	char *name = pool_kind_text(pool, kind->kind);
	int level = cpupolicy_abi_level(&cost->baseline);
	char abi[32], class[CLASS_TEXT];

	printf("  %s, class %s\n", name,
	       class_text(class, pool_class(pool, kind->kind)));
	if (kind->lacks || kind->lowers)
		put_words("lacks ", kind->lacks, kind->lowers, all, 4);
	else
		puts("    costs nothing");
	if (kind->gains || kind->raises) {
		put_words("without it the pool gains ", kind->gains,
			  kind->raises, all, 4);
		abi_text(abi, kind->abi_without);
		if (kind->abi_without > level)
			printf("    and reaches %s\n", abi);
	}
	if (kind->nr_block)
		printf("    the baseline does not fit there: %zu blocking "
		       "findings\n",
		       kind->nr_block);
	free(name);
}

static bool exposes_as(const struct kind_cost *a, const struct kind_cost *b)
{
	return a->exposes && b->exposes && strcmp(a->exposes, b->exposes) == 0;
}

/* Kinds on which the same is missing share a line. */
static void put_exposed(const struct pool *pool, const struct cost *cost,
			bool all)
{
	for (size_t i = 0; i < cost->nr; i++) {
		const struct kind_cost *kind = &cost->kind[i];
		struct text names = { 0 };
		bool told = !kind->exposes;
		char *line, *some;

		for (size_t j = 0; j < i && !told; j++)
			told = exposes_as(&cost->kind[j], kind);
		if (told)
			continue;
		for (size_t j = i; j < cost->nr; j++) {
			size_t first = pool->kind[cost->kind[j].kind].first;

			if (exposes_as(&cost->kind[j], kind))
				text_word(&names, " ", pool->host[first].stem);
		}
		some = some_words(names.s, all ? 0 : FEW_WORDS);
		line = format_text("less secure, for want of %s: %s",
				   kind->exposes, some);
		put_wrapped(stdout, line, 0, 2);
		free(some);
		free(line);
		free(names.s);
	}
}

static void put_pool_findings(const struct findings *findings)
{
	for (size_t i = 0; i < findings->nr; i++) {
		const struct cpupolicy_finding *f = &findings->item[i];
		const struct cpupolicy_finding_info *info =
			cpupolicy_finding_info(f->code);
		char *address = finding_address(f);
		char *line = format_text("%s F%03u %s %s: %s",
					 cpupolicy_grade_name(f->grade),
					 f->code, address, finding_field(f),
					 info ? info->summary : "");

		put_wrapped(stdout, line, 0, 2);
		free(address);
		free(line);
	}
}

static void put_cost(const struct pool *pool, const struct cost *cost,
		     const struct telling *telling)
{
	size_t shown =
		telling->all || cost->nr <= FEW_KINDS ? cost->nr : FEW_KINDS;
	const struct cpupolicy_field *bits =
		cpupolicy_field_find("phys_bits", 9);
	char vendor[64], abi[32], class[CLASS_TEXT];

	vendor_text(vendor, &cost->baseline);
	abi_text(abi, cpupolicy_abi_level(&cost->baseline));
	class_text(class, cpupolicy_policy_class_id(&cost->baseline));
	printf("pool: %zu host%s of %zu kind%s, %s\n", pool->nr_hosts,
	       pool->nr_hosts == 1 ? "" : "s", cost->nr,
	       cost->nr == 1 ? "" : "s", vendor);
	printf("baseline: %s, %u physical address bits, %u features, class "
	       "%s%s%s\n",
	       abi, bits ? cpupolicy_field_get(&cost->baseline, bits) : 0,
	       count_features(&cost->baseline), class,
	       telling->output ? "; written to " : "",
	       telling->output ? telling->output : "");
	for (size_t i = 0; i < shown && cost->nr > 1; i++)
		put_kind(pool, cost, &cost->kind[i], telling->all);
	if (shown < cost->nr)
		printf("  and %zu kinds that cost less; --all lists them\n",
		       cost->nr - shown);
	put_exposed(pool, cost, telling->all);
	put_pool_findings(&cost->findings);
}

static json_t *kind_json(json_t *object, const struct kind_cost *kind,
			 const struct cost *cost)
{
	json_object_set_new(object, "lacks", json_words(kind->lacks));
	json_object_set_new(object, "lowers", json_words(kind->lowers));
	json_object_set_new(object, "gains_without", json_words(kind->gains));
	json_object_set_new(object, "raises_without", json_words(kind->raises));
	json_object_set_new(object, "security", json_words(kind->exposes));
	json_count(object, "block", kind->nr_block);
	json_object_set_new(object, "abi_level_without",
			    cost->nr > 1 ? json_integer(kind->abi_without)
					 : json_null());
	return object;
}

static int put_cost_json(const struct pool *pool, const struct cost *cost,
			 const char *name)
{
	json_t *object = json_object(), *kinds = json_array();
	json_t *findings = json_array(), **kind = pool_kinds_json(pool);
	char vendor[64], class[CLASS_TEXT];

	for (size_t i = 0; i < cost->nr; i++)
		json_array_append_new(kinds, kind_json(kind[cost->kind[i].kind],
						       &cost->kind[i], cost));
	free(kind);
	for (size_t i = 0; i < cost->findings.nr; i++)
		json_array_append_new(findings,
				      finding_json(&cost->findings.item[i]));
	vendor_text(vendor, &cost->baseline);
	class_text(class, cpupolicy_policy_class_id(&cost->baseline));
	json_count(object, "hosts", pool->nr_hosts);
	json_object_set_new(object, "class", json_string(class));
	json_object_set_new(object, "vendor", json_text(vendor));
	json_object_set_new(object, "abi_level",
			    json_integer(cpupolicy_abi_level(&cost->baseline)));
	json_count(object, "features", count_features(&cost->baseline));
	json_object_set_new(object, "kinds", kinds);
	json_object_set_new(object, "findings", findings);
	json_object_set_new(object, "policy",
			    json_policy(&cost->baseline, name));
	return json_put(object);
}

static int baseline(struct pool *pool, const struct words *operands,
		    const struct telling *telling)
{
	struct cost *cost = more_room(NULL, &(size_t){ 0 }, 1, sizeof(*cost));
	int status;

	memset(cost, 0, sizeof(*cost));
	status = pool_read(pool, operands, NULL);
	if (!status)
		status = cost_of(cost, pool);
	if (!status && telling->output)
		status = write_owned(telling->output,
				     cpupolicy_policy_to_json(&cost->baseline,
							      telling->name));
	if (!status && telling->json)
		status = put_cost_json(pool, cost, telling->name);
	else if (!status &&
		 !(telling->output && strcmp(telling->output, "-") == 0))
		put_cost(pool, cost, telling);
	for (size_t i = 0; i < cost->nr && !status; i++)
		status = cost->kind[i].nr_block ? EXIT_NO : EXIT_YES;
	cost_free(cost);
	free(cost);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct pool pool = { 0 };
	struct telling telling = { .name = "baseline" };
	const char *hypervisor = NULL;
	const struct option options[] = {
		{ .name = "output", .letter = 'o', .value = &telling.output },
		{ .name = "name", .value = &telling.name },
		{ .name = "all", .flag = &telling.all },
		{ .name = "hypervisor", .value = &hypervisor },
		{ .name = "json", .flag = &telling.json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON && !operands.nr)
		status = trouble("baseline: no hosts: name at least one record"
				 " or a folder of records");
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&pool.options, hypervisor);
	if (!status && operands.nr)
		status = baseline(&pool, &operands, &telling);
	pool_free(&pool);
	words_free(&operands);
	return status;
}

const struct command command_baseline = {
	.name = "baseline",
	.arguments = "HOST... [-o FILE] [--name NAME]",
	.summary = "the best that all these hosts can offer, and what each "
		   "costs",
	.help = "Hosts that say the same count as one kind. What a host lacks "
		"is measured against\nall others; what the pool gains without "
		"it, against the pool as it is.\n\n"
		"  -o FILE            write the baseline there, as a policy\n"
		"  --name NAME        call it so\n"
		"  --all              every feature and every kind, not the "
		"first few\n" HYPERVISOR_HELP
		"  --json             all of it, with the policy, for "
		"programs\n\n"
		"Example:\n"
		"  cpupolicy baseline pool/ -o pool.json\n",
	.run = run,
};
