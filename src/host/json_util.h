/* SPDX-License-Identifier: MIT */
/*
 * json_util.h - strict reading of JSON: everything is checked, everything that
 * is wrong is named by its JSON pointer (RFC 6901).
 *
 * Functions that can fail return 0, or a negative status with the error filled.
 */
#ifndef CPUPOLICY_SRC_HOST_JSON_UTIL_H
#define CPUPOLICY_SRC_HOST_JSON_UTIL_H

#include <jansson.h>

#include "host.h"

/** struct cpupolicy__json - the document being read, for messages */
struct cpupolicy__json {
	const char *name;
	struct cpupolicy_error *error;
	int line; /* that it is of a larger file; 0: it is all */
};

#define CPUPOLICY__POINTER 160

/** struct cpupolicy__node - a value and where it is */
struct cpupolicy__node {
	json_t *value; /* borrowed; NULL: absent */
	char pointer[CPUPOLICY__POINTER];
};

/* CPUPOLICY_E_MEANING with the place in front: "pool.json: /features/12: " */
int cpupolicy__json_fail(const struct cpupolicy__json *json,
			 const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Refuse every key of @object that is not in @known, which ends in NULL. */
int cpupolicy__json_keys(const struct cpupolicy__json *json,
			 const struct cpupolicy__node *object,
			 const char *const *known);

/*
 * The member @key of @object, of that type. An absent one gives value NULL, or
 * fails where @required.
 */
int cpupolicy__json_member(struct cpupolicy__node *out,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *object,
			   const char *key, json_type type, bool required);

/* Element @index of @array, of that type. */
int cpupolicy__json_element(struct cpupolicy__node *out,
			    const struct cpupolicy__json *json,
			    const struct cpupolicy__node *array, size_t index,
			    json_type type);

/* Child of @object for a key met while walking; any type. */
void cpupolicy__json_child(struct cpupolicy__node *out,
			   const struct cpupolicy__node *object,
			   const char *key, json_t *value);

/* A whole number from 0 to @max. */
int cpupolicy__json_number(uint32_t *out, const struct cpupolicy__json *json,
			   const struct cpupolicy__node *node, uint32_t max);

/* An optional string member, copied to *@string, to be freed. */
int cpupolicy__json_copy(char **string, const struct cpupolicy__json *json,
			 const struct cpupolicy__node *object, const char *key);

/* "version" must be 1. */
int cpupolicy__json_version(const struct cpupolicy__json *json,
			    const struct cpupolicy__node *object);

/*
 * A feature by name or address, or a field by name, that has a place in a
 * policy; other fields are refused with the reason.
 */
int cpupolicy__json_feature(cpupolicy_feature *feature,
			    const struct cpupolicy__json *json,
			    const char *pointer, const char *text);
int cpupolicy__json_field(const struct cpupolicy_field **field,
			  const struct cpupolicy__json *json,
			  const char *pointer, const char *text,
			  enum cpupolicy_vendor_id vendor);

/* The readers: @root is the object of the whole document. */
int cpupolicy__read_policy(struct cpupolicy_document *out,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *root);
int cpupolicy__read_record(struct cpupolicy_document *out,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *root);
int cpupolicy__read_mask(struct cpupolicy_document *out,
			 const struct cpupolicy__json *json,
			 const struct cpupolicy__node *root);

/* Writers: put @value under @key; NULL anywhere makes *@ok false. */
void cpupolicy__json_put(json_t *object, const char *key, json_t *value,
			 bool *ok);
void cpupolicy__json_append(json_t *array, const char *text, bool *ok);
/* A string that is good UTF-8, whatever @text is. */
json_t *cpupolicy__json_clean(const char *text);
/* For people, or all in one line. */
enum cpupolicy__layout { CPUPOLICY__PAGE_LAYOUT, CPUPOLICY__LINE_LAYOUT };
/* The text of @root, which is freed; NULL unless @ok. */
char *cpupolicy__json_text(json_t *root, bool ok,
			   enum cpupolicy__layout layout);

#endif
