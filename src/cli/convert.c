// SPDX-License-Identifier: MIT
/*
 * convert.c - which formats there are, and what is told of a conversion.
 */
#include <stdlib.h>

#include "convert.h"

static const struct cpupolicy_format_info lines = {
	.name = JSON_LINES,
	.title = "records and policies as the project's own JSON, one in each"
		 " line",
	.reads = true,
	.writes = true,
};

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

	for (uint32_t i = 0; cpupolicy_format_at(i); i++)
		add_format(&table, cpupolicy_format_at(i));
	add_format(&table, &lines);
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
	for (uint32_t i = 0; cpupolicy_format_at(i); i++)
		json_array_append_new(list,
				      format_json(cpupolicy_format_at(i)));
	json_array_append_new(list, format_json(&lines));
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
