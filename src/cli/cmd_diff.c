/* SPDX-License-Identifier: MIT */
/*
 * cmd_diff.c - two policies field by field.
 */
#include <stdlib.h>

#include "cli.h"

struct side {
	struct cpupolicy_policy policy;
	char *label; /* owned */
};

struct listing {
	struct table table;
	json_t *list; /* NULL: for people */
	size_t nr;
};

static int read_side(struct side *side, const char *argument,
		     const struct cpupolicy_hostset_options *options,
		     enum cpupolicy_set set)
{
	struct input input;
	int status = input_open_policy(&input, argument);

	if (status)
		return status;
	status = input_policy(&side->policy, &input, options, set, NULL, NULL);
	side->label = input_label(&input, options, set);
	input_close(&input);
	return status;
}

static void add(void *arg, const struct cpupolicy_difference *difference)
{
	struct listing *listing = arg;
	const struct cpupolicy_field *field = difference->field;
	char at[CPUPOLICY_ADDRESS_TEXT];
	char *a, *b;

	listing->nr++;
	cpupolicy_address_text(at, &difference->at);
	if (listing->list) {
		json_array_append_new(listing->list,
				      json_pack("{s:s, s:s?, s:I, s:I}",
						"address", at, "field",
						field ? field->name : NULL, "a",
						(json_int_t)difference->a, "b",
						(json_int_t)difference->b));
		return;
	}
	if (!listing->table.nr)
		table_row(&listing->table, "ADDRESS", "FIELD", "A", "B", "");
	a = value_text(field, &difference->at, difference->a);
	b = value_text(field, &difference->at, difference->b);
	table_row(&listing->table, at, field ? field->name : "(no name)", a, b,
		  field ? field->summary : "");
	free(a);
	free(b);
}

static int tell(const struct side *a, const struct side *b, bool json)
{
	struct listing listing = { .table.columns = 5 };

	if (json)
		listing.list = json_array();
	cpupolicy_differences(&a->policy, &b->policy, add, &listing);
	if (json) {
		json_t *all = json_pack("{s:s, s:s, s:b, s:o}", "a", a->label,
					"b", b->label, "equal", !listing.nr,
					"differences", listing.list);

		return json_put(all) ? EXIT_TROUBLE
		       : listing.nr  ? EXIT_NO
				     : EXIT_YES;
	}
	printf("A  ");
	put_wrapped(stdout, a->label, 3, 3);
	printf("B  ");
	put_wrapped(stdout, b->label, 3, 3);
	if (listing.nr)
		printf("%zu field%s differ%s\n", listing.nr,
		       listing.nr == 1 ? "" : "s", listing.nr == 1 ? "s" : "");
	else
		puts("no field differs");
	table_print(&listing.table, 2);
	return listing.nr ? EXIT_NO : EXIT_YES;
}

static int compare(const struct words *operands,
		   const struct cpupolicy_hostset_options *options,
		   enum cpupolicy_set set, bool json)
{
	struct side *side = more_room(NULL, &(size_t){ 0 }, 2, sizeof(*side));
	int status;

	side[0].label = side[1].label = NULL;
	status = read_side(&side[0], operands->item[0], options, set);
	if (!status)
		status = read_side(&side[1], operands->item[1], options, set);
	if (!status)
		status = tell(&side[0], &side[1], json);
	free(side[0].label);
	free(side[1].label);
	free(side);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	struct cpupolicy_hostset_options reading;
	const char *hypervisor = NULL;
	bool json = false, accept = false;
	const struct option options[] = {
		{ .name = "json", .flag = &json },
		{ .name = "accept", .flag = &accept },
		{ .name = "hypervisor", .value = &hypervisor },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 2, 2);
	if (status == ARGS_GO_ON)
		status = input_hypervisor(&reading, hypervisor);
	if (!status && operands.nr == 2)
		status = compare(&operands, &reading,
				 accept ? CPUPOLICY_SET_ACCEPT
					: CPUPOLICY_SET_OFFER,
				 json);
	words_free(&operands);
	return status;
}

const struct command command_diff = {
	.name = "diff",
	.arguments = "A B [--accept]",
	.summary = "two policies, field by field",
	.help = "A record means its offer set.\n\n"
		"  --accept           a record means its accept set "
		"instead\n" HYPERVISOR_HELP
		"  --json             for programs\n\n"
		"Exit status: 0 no field differs, 1 some do, 2 trouble.\n\n"
		"Example:\n"
		"  cpupolicy diff pool-old.json pool.json\n",
	.run = run,
};
