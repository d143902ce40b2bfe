/* SPDX-License-Identifier: MIT */
/*
 * xml.h - XML documents through expat, with messages that name the line. No
 * document type declarations, so no entities that grow.
 */
#ifndef CPUPOLICY_SRC_FORMATS_XML_H
#define CPUPOLICY_SRC_FORMATS_XML_H

#include "format.h"

struct cpupolicy__xml;

/* What a format does with what it meets; any may be NULL. Each returns 0, or a
 * negative status with the error filled, which ends the reading. */
struct cpupolicy__xml_reader {
	/* @attributes: name, value, name, value, ..., NULL */
	int (*begin)(void *arg, struct cpupolicy__xml *xml, const char *element,
		     const char **attributes);
	int (*end)(void *arg, struct cpupolicy__xml *xml, const char *element);
	/* all of the text of an element that holds no other, once, before end;
	 * cut at 4 KiB */
	int (*text)(void *arg, struct cpupolicy__xml *xml, const char *element,
		    const char *text);
};

/* Returns 0, CPUPOLICY_E_SYNTAX, CPUPOLICY_E_MEMORY or what the reader did. */
int cpupolicy__xml_read(const struct cpupolicy__source *source,
			const struct cpupolicy__xml_reader *reader, void *arg,
			struct cpupolicy_error *error);

/* The line that is being read. */
int cpupolicy__xml_line(const struct cpupolicy__xml *xml);
/* A CPUPOLICY_E_MEANING error in that line. */
int cpupolicy__xml_fail(struct cpupolicy__xml *xml, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* How many elements are open around this one; the root has 0. */
int cpupolicy__xml_depth(const struct cpupolicy__xml *xml);
/* By name; NULL: not there. */
const char *cpupolicy__xml_attribute(const char **attributes, const char *name);
/* The name of the root element, of @size bytes with the NUL; false: it does
 * not look like XML. For probes. */
bool cpupolicy__xml_root(char *out, size_t size,
			 const struct cpupolicy__source *source);

#endif
