/* SPDX-License-Identifier: MIT */
/*
 * text.c - strings that grow, text made safe to print, lines that wrap.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void out_of_memory(void)
{
	fputs("cpupolicy: out of memory\n", stderr);
	exit(EXIT_TROUBLE);
}

void *more_room(void *array, size_t *room, size_t nr, size_t size)
{
	size_t want = *room ? *room : 16;

	if (nr <= *room)
		return array;
	while (want < nr)
		want *= 2;
	if (want > SIZE_MAX / size)
		out_of_memory();
	array = realloc(array, want * size);
	if (!array)
		out_of_memory();
	*room = want;
	return array;
}

static void add_list(struct text *text, const char *format, va_list list)
{
	va_list again;
	int length;

	va_copy(again, list);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		out_of_memory();
	text->s = more_room(text->s, &text->room,
			    text->length + (size_t)length + 1, 1);
	vsnprintf(text->s + text->length, (size_t)length + 1, format, list);
	text->length += (size_t)length;
}

void text_add(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	add_list(text, format, list);
	va_end(list);
}

void text_word(struct text *text, const char *separator, const char *word)
{
	text_add(text, "%s%s", text->length ? separator : "", word);
}

char *format_text(const char *format, ...)
{
	struct text text = { 0 };
	va_list list;

	va_start(list, format);
	add_list(&text, format, list);
	va_end(list);
	return text.s;
}

/*
 * How many bytes at @s are one printable character? 0: not printable, that is
 * a control character (C1 ones too, which some terminals obey) or not UTF-8.
 */
static size_t printable(const unsigned char *s)
{
	size_t more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : 1;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i <= more; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xe0 && s[1] < 0xa0) ||
	    (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	/* right-to-left overrides and the like can fake a whole line */
	if (s[0] == 0xe2 && (s[1] == 0x80 || s[1] == 0x81) && s[2] >= 0xa6)
		return 0;
	return more + 1;
}

char *escape(const char *raw)
{
	const unsigned char *s = (const unsigned char *)raw;
	struct text text = { 0 };

	text_add(&text, "%s", "");
	while (*s) {
		size_t run = 0, length;

		/* a run at once: names are long, and nearly all printable */
		while (s[run] && run < 4096 && (length = printable(s + run)))
			run += length;
		if (run)
			text_add(&text, "%.*s", (int)run, (const char *)s);
		else
			text_add(&text, "\\x%02x", *s++);
		s += run;
	}
	return text.s;
}

static int complain(char *raw)
{
	char *text = escape(raw);

	/* what was printed so far comes first where both go to one place */
	fflush(stdout);
	progress_end();
	fprintf(stderr, "cpupolicy: %s\n", text);
	free(text);
	free(raw);
	return EXIT_TROUBLE;
}

int trouble(const char *format, ...)
{
	struct text text = { 0 };
	va_list list;

	va_start(list, format);
	add_list(&text, format, list);
	va_end(list);
	return complain(text.s);
}

int trouble_of(const struct cpupolicy_error *error)
{
	return trouble("%s", error->text[0]
				     ? error->text
				     : cpupolicy_strerror(error->status));
}

int text_columns(const char *text)
{
	int columns = 0;

	for (; *text; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return columns;
}

void put_wrapped(FILE *to, const char *text, int column, int indent)
{
	bool first = true;

	while (*text) {
		int length = (int)strcspn(text, " ");
		char *word = format_text("%.*s", length, text);
		int width = text_columns(word);

		if (!first && column + 1 + width > CLI_WIDTH) {
			fprintf(to, "\n%*s", indent, "");
			column = indent;
			first = true;
		}
		fprintf(to, "%s%s", first ? "" : " ", word);
		column += width + !first;
		first = false;
		free(word);
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', to);
}

bool word_listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list) {
		size_t next = strcspn(list, " ");

		if (next == length && memcmp(list, word, length) == 0)
			return true;
		list += next;
		list += strspn(list, " ");
	}
	return false;
}

char *some_words(const char *list, size_t most)
{
	struct text text = { 0 };
	size_t nr = 0, more = 0;

	text_add(&text, "%s", "");
	while (*list) {
		size_t length = strcspn(list, " ");

		if (most && nr == most)
			more++;
		else
			text_add(&text, "%s%.*s", nr++ ? " " : "", (int)length,
				 list);
		list += length;
		list += strspn(list, " ");
	}
	if (more)
		text_add(&text, " and %zu more", more);
	return text.s;
}
