// SPDX-License-Identifier: MIT
/*
 * pool_out.c - the kinds of a pool, for people and for programs.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "pool.h"

char *class_text(char out[CLASS_TEXT], uint64_t id)
{
	snprintf(out, CLASS_TEXT, "%016" PRIx64, id);
	return out;
}

char *pool_kind_text(const struct pool *pool, size_t kind)
{
	const struct pool_kind *this = &pool->kind[kind];
	const char *name = pool->host[this->first].stem;

	if (this->nr == 1)
		return format_text("%s", name);
	return format_text("%s (and %zu like it)", name, this->nr - 1);
}

static void put_class(json_t *object, const char *key, uint64_t id)
{
	char text[CLASS_TEXT];

	json_object_set_new(object, key, json_string(class_text(text, id)));
}

json_t **pool_kinds_json(const struct pool *pool)
{
	size_t room = 0;
	json_t **kinds =
		more_room(NULL, &room, pool->nr_kinds + 1, sizeof(*kinds));

	for (size_t i = 0; i < pool->nr_kinds; i++) {
		kinds[i] = json_object();
		put_class(kinds[i], "class", pool_class(pool, i));
		put_class(kinds[i], "accept_class",
			  cpupolicy_policy_class_id(pool_accept(pool, i)));
		json_object_set_new(kinds[i], "hosts", json_array());
	}
	for (size_t i = 0; i < pool->nr_hosts; i++)
		json_array_append_new(
			json_object_get(kinds[pool->host[i].kind], "hosts"),
			json_text(pool->host[i].name));
	return kinds;
}
