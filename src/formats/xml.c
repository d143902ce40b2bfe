// SPDX-License-Identifier: MIT
/*
 * xml.c - XML documents through expat.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <expat.h>

#include "xml.h"

/* No file that the formats know nests deeper than ten. */
#define MAX_DEPTH 64

/* What expat copies at a time. */
#define CHUNK ((size_t)64 << 10)

/*
 * Expat looks at a tag or comment from its start again whenever more of it
 * comes, so one that goes on for megabytes would take time by their square.
 */
#define MAX_MARKUP ((XML_Index)256 << 10)

/*
 * Expat remembers every name of an element that it has seen, in twenty times
 * the space of "<name/>". Files that the formats know have fewer than a hundred
 * kinds of element.
 */
#define MAX_KINDS 256

/* A probe sees so many bytes; the longest comment at the top of a file that was
 * seen has a thousand. */
#define PROBED ((size_t)16 << 10)

struct cpupolicy__xml {
	const struct cpupolicy__source *source;
	const struct cpupolicy__xml_reader *reader;
	void *arg;
	struct cpupolicy_error *error;
	XML_Parser parser;
	int status; /* the first failure: expat may call back once more */
	int open;   /* elements */
	int kinds;  /* of element */
	uint8_t seen[8 * MAX_KINDS]; /* by hash of the name */
	bool plain;		     /* the innermost one holds no other */
	size_t length;
	char text[4096 + 1]; /* of the innermost one */
};

int cpupolicy__xml_line(const struct cpupolicy__xml *xml)
{
	int before =
		xml->source->first_line > 0 ? xml->source->first_line - 1 : 0;

	return before + (int)XML_GetCurrentLineNumber(xml->parser);
}

int cpupolicy__xml_depth(const struct cpupolicy__xml *xml)
{
	return xml->open - 1;
}

static int fail_here(struct cpupolicy__xml *xml, int status, const char *text)
{
	return cpupolicy__fail_at(
		xml->error, status, xml->source->name, cpupolicy__xml_line(xml),
		(int)XML_GetCurrentColumnNumber(xml->parser) + 1, "%s", text);
}

int cpupolicy__xml_fail(struct cpupolicy__xml *xml, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return fail_here(xml, CPUPOLICY_E_MEANING, text);
}

const char *cpupolicy__xml_attribute(const char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

static void stop_if(struct cpupolicy__xml *xml, int status)
{
	if (status == 0)
		return;
	xml->status = status;
	XML_StopParser(xml->parser, XML_FALSE);
}

static bool too_many_kinds(struct cpupolicy__xml *xml, const char *element)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	uint8_t *seen;

	for (; *element; element++)
		hash = (hash ^ (uint8_t)*element) * 16777619u;
	seen = &xml->seen[hash % sizeof(xml->seen)];
	xml->kinds += !*seen;
	*seen = 1;
	return xml->kinds > MAX_KINDS;
}

static void begin(void *arg, const char *element, const char **attributes)
{
	struct cpupolicy__xml *xml = arg;

	if (xml->status)
		return;
	xml->plain = true;
	xml->length = 0;
	if (++xml->open > MAX_DEPTH)
		stop_if(xml, cpupolicy__xml_fail(xml,
						 "elements are nested "
						 "deeper than %d",
						 MAX_DEPTH));
	else if (too_many_kinds(xml, element))
		stop_if(xml, cpupolicy__xml_fail(
				     xml, "more than %d kinds of element",
				     MAX_KINDS));
	else if (xml->reader->begin)
		stop_if(xml,
			xml->reader->begin(xml->arg, xml, element, attributes));
}

static void end(void *arg, const char *element)
{
	struct cpupolicy__xml *xml = arg;

	if (xml->status)
		return;
	if (xml->plain && xml->reader->text) {
		xml->text[xml->length] = '\0';
		stop_if(xml,
			xml->reader->text(xml->arg, xml, element, xml->text));
	}
	xml->plain = false;
	if (!xml->status && xml->reader->end)
		stop_if(xml, xml->reader->end(xml->arg, xml, element));
	xml->open--;
}

static void characters(void *arg, const char *text, int size)
{
	struct cpupolicy__xml *xml = arg;
	size_t room = sizeof(xml->text) - 1 - xml->length;
	size_t length = (size_t)size < room ? (size_t)size : room;

	if (!xml->plain)
		return;
	memcpy(xml->text + xml->length, text, length);
	xml->length += length;
}

static void doctype(void *arg, const char *name, const char *system_id,
		    const char *public_id, int has_internal_subset)
{
	struct cpupolicy__xml *xml = arg;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	stop_if(xml, fail_here(xml, CPUPOLICY_E_SYNTAX,
			       "a document type declaration, which is not "
			       "accepted: no file of this kind needs one"));
}

static int syntax_error(struct cpupolicy__xml *xml)
{
	enum XML_Error why = XML_GetErrorCode(xml->parser);
	char text[200];

	if (xml->status)
		return xml->status;
	if (why == XML_ERROR_NO_MEMORY)
		return cpupolicy__no_memory(xml->error, xml->source->name);
	snprintf(text, sizeof(text), "not valid XML: %s", XML_ErrorString(why));
	return fail_here(xml, CPUPOLICY_E_SYNTAX, text);
}

static int feed(struct cpupolicy__xml *xml)
{
	const struct cpupolicy__source *source = xml->source;
	size_t at = 0, size;

	do {
		size = source->size - at;
		if (size > CHUNK)
			size = CHUNK;
		if (XML_Parse(xml->parser, source->text + at, (int)size,
			      at + size == source->size) != XML_STATUS_OK)
			return syntax_error(xml);
		at += size;
		if ((XML_Index)at - XML_GetCurrentByteIndex(xml->parser) >
		    MAX_MARKUP)
			return fail_here(xml, CPUPOLICY_E_SYNTAX,
					 "a tag or comment longer than 256 "
					 "KiB");
	} while (at < source->size);
	return 0;
}

int cpupolicy__xml_read(const struct cpupolicy__source *source,
			const struct cpupolicy__xml_reader *reader, void *arg,
			struct cpupolicy_error *error)
{
	struct cpupolicy__xml xml = {
		.source = source,
		.reader = reader,
		.arg = arg,
		.error = error,
		.parser = XML_ParserCreate(NULL),
	};
	int status;

	if (!xml.parser)
		return cpupolicy__no_memory(error, source->name);
	XML_SetUserData(xml.parser, &xml);
	XML_SetElementHandler(xml.parser, begin, end);
	XML_SetCharacterDataHandler(xml.parser, characters);
	XML_SetStartDoctypeDeclHandler(xml.parser, doctype);
	status = feed(&xml);
	XML_ParserFree(xml.parser);
	return status;
}

/** struct head - the beginning of a file as ASCII; other characters as '?' */
struct head {
	const struct cpupolicy__source *source;
	size_t at, step, low; /* of two bytes to a character, the low one */
};

static char peek(const struct head *head)
{
	const unsigned char *text = (const unsigned char *)head->source->text;
	size_t at = head->at;

	if (at + head->step > head->source->size || at >= PROBED)
		return '\0';
	if (head->step == 2 && text[at + 1 - head->low])
		return '?';
	return text[at + head->low] ? (char)text[at + head->low] : '?';
}

/* Move past @text; false, and nothing moved: it is not there. */
static bool skip(struct head *head, const char *text)
{
	struct head ahead = *head;

	for (; *text; text++, ahead.at += ahead.step)
		if (peek(&ahead) != *text)
			return false;
	*head = ahead;
	return true;
}

static void skip_space(struct head *head)
{
	char c;

	while ((c = peek(head)) && strchr(" \t\r\n", c))
		head->at += head->step;
}

/* Move past the next @text, or to the end. */
static void skip_past(struct head *head, const char *text)
{
	while (peek(head) && !skip(head, text))
		head->at += head->step;
}

static struct head head_of(const struct cpupolicy__source *source)
{
	struct head head = { .source = source, .step = 1 };

	if (source->size < 2)
		return head;
	if (memcmp(source->text, "\xff\xfe", 2) == 0)
		head = (struct head){ source, 2, 2, 0 };
	else if (memcmp(source->text, "\xfe\xff", 2) == 0)
		head = (struct head){ source, 2, 2, 1 };
	return head;
}

bool cpupolicy__xml_root(char *out, size_t size,
			 const struct cpupolicy__source *source)
{
	struct head head = head_of(source);
	size_t length = 0;
	char c;

	for (;;) {
		skip_space(&head);
		if (skip(&head, "<?"))
			skip_past(&head, "?>");
		else if (skip(&head, "<!--"))
			skip_past(&head, "-->");
		else
			break;
	}
	/* a document type names its root: whose format it is may refuse it */
	if (skip(&head, "<!DOCTYPE"))
		skip_space(&head);
	else if (!skip(&head, "<"))
		return false;
	for (; (c = peek(&head)) && !strchr(" \t\r\n/>[?!", c);
	     head.at += head.step)
		if (length + 1 < size)
			out[length++] = c;
	out[length] = '\0';
	return length != 0;
}
