// SPDX-License-Identifier: MIT
/*
 * convert.c - which formats there are, and what is told of a conversion.
 */
#include <stdlib.h>

#include "convert.h"

/* What only the command line has. */
static const struct cpupolicy_format_info own[] = {
	{
		.name = JSON_LINES,
		.title = "records and policies as the project's own JSON, one"
			 " in each line",
		.reads = true,
		.writes = true,
	},
	{
		.name = C_SOURCE,
		.title = "a policy as C source: the bytes that"
			 " cpupolicy_decode() takes",
		.writes = true,
	},
};

const struct cpupolicy_format_info *format_at(uint32_t index)
{
	uint32_t nr = 0;

	while (cpupolicy_format_at(nr))
		nr++;
	if (index < nr)
		return cpupolicy_format_at(index);
	return index - nr < sizeof(own) / sizeof(own[0]) ? &own[index - nr]
							 : NULL;
}

static void add_format(struct table *table,
		       const struct cpupolicy_format_info *info)
{
	table_row(table, info->name,
		  !info->writes ? "read"
		  : info->reads ? "read, written"
				: "written",
		  info->untested  ? "untested"
		  : info->partial ? "in part"
				  : "",
		  info->title);
}

void put_format_table(void)
{
	struct table table = { .columns = 4 };

	for (uint32_t i = 0; format_at(i); i++)
		add_format(&table, format_at(i));
	table_print(&table, 2);
	fputs("\nuntested: built from documentation, never tried on what the"
	      " tool itself prints\n"
	      "in part: never says everything about a CPU; the rest counts as"
	      " not recorded\n",
	      stdout);
}

static json_t *format_json(const struct cpupolicy_format_info *info)
{
	return json_pack("{s:s, s:s, s:b, s:b, s:b, s:b}", "name", info->name,
			 "title", info->title, "reads", info->reads, "writes",
			 info->writes, "untested", info->untested, "partial",
			 info->partial);
}

int put_formats(bool json)
{
	json_t *list;

	if (!json) {
		put_format_table();
		return EXIT_YES;
	}
	list = json_array();
	for (uint32_t i = 0; format_at(i); i++)
		json_array_append_new(list, format_json(format_at(i)));
	return json_put(list);
}

int put_report(const struct conversion *conversion)
{
	json_t *object, *remarks;

	if (!conversion->json) {
		for (size_t i = 0; i < conversion->remarks.nr; i++)
			fprintf(stderr, "note: %s\n",
				conversion->remarks.item[i]);
		return 0;
	}
	object = json_object();
	remarks = json_array();
	for (size_t i = 0; i < conversion->remarks.nr; i++)
		json_array_append_new(remarks,
				      json_text(conversion->remarks.item[i]));
	json_object_set_new(object, "to", json_text(conversion->to));
	json_count(object, "documents", conversion->nr);
	json_object_set_new(object, "notes", remarks);
	return json_put(object);
}

void conversion_free(struct conversion *conversion)
{
	spool_free(&conversion->spool);
	words_free(&conversion->untested);
	words_free(&conversion->remarks);
}
