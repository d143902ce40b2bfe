/* SPDX-License-Identifier: MIT */
/*
 * json_out.c - answers for programs: sorted keys, two blanks of indent.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

int write_owned(const char *path, char *text)
{
	struct cpupolicy_error error = { 0 };
	int status;

	if (!text)
		return trouble("out of memory");
	status = cpupolicy_write_file(path, text, strlen(text), &error);
	free(text);
	return status < 0 ? trouble_of(&error) : 0;
}

int json_put(json_t *object)
{
	char *text = json_dumps(object, JSON_SORT_KEYS | JSON_INDENT(2));

	json_decref(object);
	if (!text)
		return trouble("out of memory");
	puts(text);
	free(text);
	return 0;
}

/* Strings that came from files were escaped, so this is always UTF-8. */
json_t *json_text(const char *text)
{
	return text ? json_string(text) : json_null();
}

void json_count(json_t *object, const char *key, uint64_t number)
{
	json_object_set_new(object, key, json_integer((json_int_t)number));
}

json_t *json_words(const char *words)
{
	json_t *list = json_array();

	while (words && *words) {
		size_t length = strcspn(words, " ");

		json_array_append_new(list, json_stringn(words, length));
		words += length;
		words += strspn(words, " ");
	}
	return list;
}

json_t *json_policy(const struct cpupolicy_policy *policy, const char *name)
{
	char *text = cpupolicy_policy_to_json(policy, name);
	json_t *object = text ? json_loads(text, 0, NULL) : NULL;

	free(text);
	return object ? object : json_null();
}
