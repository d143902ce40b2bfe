/* SPDX-License-Identifier: MIT */
/*
 * table.c - columns that line up.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "cli.h"

#define MOST_COLUMNS 64

void table_cell(struct table *table, const char *text)
{
	table->cell = more_room(table->cell, &table->room, table->nr + 1,
				sizeof(*table->cell));
	table->cell[table->nr++] = format_text("%s", text);
}

void table_row(struct table *table, ...)
{
	va_list list;

	va_start(list, table);
	for (size_t i = 0; i < table->columns; i++)
		table_cell(table, va_arg(list, const char *));
	va_end(list);
}

static void measure(int width[MOST_COLUMNS], const struct table *table)
{
	for (size_t i = 0; i < table->nr; i++) {
		int columns = text_columns(table->cell[i]);

		if (columns > width[i % table->columns])
			width[i % table->columns] = columns;
	}
}

static void print_row(FILE *to, const struct table *table, size_t row,
		      int indent, const int width[MOST_COLUMNS])
{
	size_t last = table->columns - 1;
	int column = indent;

	/* nothing trails at the end of a line */
	while (last && !table->cell[row + last][0])
		last--;
	fprintf(to, "%*s", indent, "");
	for (size_t i = 0; i < last; i++) {
		const char *text = table->cell[row + i];

		fprintf(to, "%s%*s", text, width[i] - text_columns(text) + 2,
			"");
		column += width[i] + 2;
	}
	if (table->long_lines)
		fprintf(to, "%s\n", table->cell[row + last]);
	else
		put_wrapped(to, table->cell[row + last], column, column);
}

void table_print(struct table *table, int indent)
{
	table_print_to(stdout, table, indent);
}

void table_print_to(FILE *to, struct table *table, int indent)
{
	int width[MOST_COLUMNS] = { 0 };

	measure(width, table);
	for (size_t i = 0; i + table->columns <= table->nr; i += table->columns)
		print_row(to, table, i, indent, width);
	table_free(table);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->nr; i++)
		free(table->cell[i]);
	free(table->cell);
	*table = (struct table){ .columns = table->columns };
}
