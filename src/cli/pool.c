// SPDX-License-Identifier: MIT
/*
 * pool.c - read many hosts; hosts that say the same are kept once.
 */
#include <stdlib.h>
#include <string.h>

#include "pool.h"

/* One policy as a host offers it, and one as it accepts others. */
struct sets {
	struct cpupolicy_policy offer, accept, normal;
};

static struct cpupolicy_class class_of(const struct cpupolicy_fleet *fleet,
				       uint32_t index)
{
	struct cpupolicy_class class = { 0 };

	cpupolicy_fleet_class(&class, fleet, index);
	return class;
}

const struct cpupolicy_policy *pool_offer(const struct pool *pool, size_t kind)
{
	return class_of(pool->offers, pool->kind[kind].offer).level;
}

const struct cpupolicy_policy *pool_accept(const struct pool *pool, size_t kind)
{
	return class_of(pool->accepts, pool->kind[kind].accept).policy;
}

uint64_t pool_class(const struct pool *pool, size_t kind)
{
	return class_of(pool->offers, pool->kind[kind].offer).id;
}

uint32_t pool_class_of(struct cpupolicy_fleet **fleet,
		       const struct cpupolicy_policy *policy)
{
	uint32_t index;

	if (!*fleet)
		*fleet = cpupolicy_fleet_new();
	/* without memory nothing was written, so there is nothing to undo */
	if (!*fleet || cpupolicy_fleet_add(&index, *fleet, policy) < 0)
		exit(trouble("out of memory"));
	return index;
}

/* Kinds of one offer are a chain, a short one: they accept different sets. */
static size_t find_kind(struct pool *pool, const struct sets *sets)
{
	uint32_t offer = pool_class_of(&pool->offers, &sets->offer);
	uint32_t accept = pool_class_of(&pool->accepts, &sets->accept);
	size_t kind;

	pool->last = more_room(pool->last, &pool->room_last, (size_t)offer + 1,
			       sizeof(*pool->last));
	if (pool->nr_last == offer)
		pool->last[pool->nr_last++] = NO_KIND;
	for (kind = pool->last[offer]; kind != NO_KIND;
	     kind = pool->kind[kind].before)
		if (pool->kind[kind].accept == accept)
			return kind;
	pool->kind = more_room(pool->kind, &pool->room_kinds,
			       pool->nr_kinds + 1, sizeof(*pool->kind));
	pool->kind[pool->nr_kinds] = (struct pool_kind){
		.offer = offer,
		.accept = accept,
		.before = pool->last[offer],
		.first = pool->nr_hosts,
	};
	return pool->last[offer] = pool->nr_kinds++;
}

/* Takes the names of @input. */
static void add_host(struct pool *pool, struct input *input, size_t kind)
{
	pool->host = more_room(pool->host, &pool->room_hosts,
			       pool->nr_hosts + 1, sizeof(*pool->host));
	pool->host[pool->nr_hosts++] = (struct pool_host){
		.name = input->name,
		.stem = input->stem,
		.kind = kind,
	};
	input->name = input->stem = NULL;
	pool->kind[kind].nr++;
}

/* An ABI level is a wish, not a machine: it has no XSAVE layout to level. */
static int refuse_wish(const struct input *input,
		       const struct cpupolicy_policy *policy)
{
	if ((input->kind != INPUT_MODEL && input->kind != INPUT_PROFILE) ||
	    cpupolicy_policy_vendor(policy) != CPUPOLICY_VENDOR_UNKNOWN)
		return 0;
	return trouble("%s: a model without a vendor is no host: it has no"
		       " XSAVE layout and no numbers to level",
		       input->name);
}

static int make_sets(struct sets *sets, struct pool *pool,
		     const struct input *input, const char *mode)
{
	int status;

	status = input_policy(&sets->offer, input, &pool->options,
			      CPUPOLICY_SET_OFFER, NULL, NULL);
	if (!status)
		status = input_policy(&sets->accept, input, &pool->options,
				      CPUPOLICY_SET_ACCEPT, NULL, NULL);
	if (!status)
		status = refuse_wish(input, &sets->offer);
	if (status)
		return status;
	input_normalize(&sets->offer, input);
	sets->normal = sets->accept;
	input_normalize(&sets->normal, input);
	pool->literal |= !cpupolicy_policy_equal(&sets->normal, &sets->accept);
	if (mode)
		status =
			input_apply_mode(&sets->offer, input, mode, NULL, NULL);
	return status;
}

/* The kind of a document that was parsed. */
static int kind_of(size_t *kind, struct pool *pool, struct input *input,
		   const char *mode)
{
	const struct pool_record *seen = NULL;
	struct sets sets;
	uint64_t hash = 0;
	int status;

	if (input->kind == INPUT_RECORD) {
		hash = pool_hash_record(input->document.record);
		seen = pool_seen(pool, input->document.record, hash);
	}
	if (seen) {
		*kind = seen->kind;
		return 0;
	}
	status = make_sets(&sets, pool, input, mode);
	if (status)
		return status;
	*kind = find_kind(pool, &sets);
	if (input->kind == INPUT_RECORD)
		pool_see(pool, input, hash, *kind);
	return 0;
}

static int read_host(struct pool *pool, struct input *input,
		     struct inputs *inputs, const char *mode)
{
	const struct pool_text *seen = NULL;
	struct pool_key key;
	size_t kind;
	int status;
	bool keyed = pool_key(&key, input->text, input->size, inputs->lines);

	if (keyed)
		seen = pool_text_seen(&pool->texts, &key);
	if (seen) {
		if (key.name)
			inputs_own_name(input, inputs, key.name,
					key.name_length);
		add_host(pool, input, seen->kind);
		return 0;
	}
	status = inputs_parse(input, inputs);
	if (!status)
		status = kind_of(&kind, pool, input, mode);
	if (status)
		return status;
	add_host(pool, input, kind);
	if (keyed)
		pool_text_see(&pool->texts, &key, kind);
	return 0;
}

int pool_read(struct pool *pool, const struct words *operands, const char *mode)
{
	struct inputs inputs;
	struct input input;

	inputs_begin(&inputs, operands);
	while (inputs_next(&input, &inputs)) {
		int status = read_host(pool, &input, &inputs, mode);

		inputs.status = status ? status : inputs.status;
		input_close(&input);
	}
	return inputs_end(&inputs);
}

void pool_free(struct pool *pool)
{
	for (size_t i = 0; i < pool->nr_hosts; i++) {
		free(pool->host[i].name);
		free(pool->host[i].stem);
	}
	for (size_t i = 0; i < pool->nr_seen; i++)
		cpupolicy_record_free(pool->seen[i].record);
	pool_texts_free(&pool->texts);
	cpupolicy_fleet_free(pool->offers);
	cpupolicy_fleet_free(pool->accepts);
	free(pool->host);
	free(pool->kind);
	free(pool->last);
	free(pool->seen);
}

/* Which makers are there, and an example of each? */
static int refuse_makers(const struct pool *pool)
{
	struct text text = { 0 };

	for (size_t i = 0; i < pool->nr_kinds; i++) {
		const struct pool_host *host = &pool->host[pool->kind[i].first];
		char vendor[64];

		vendor_text(vendor, pool_offer(pool, i));
		if (text.s && strstr(text.s, vendor))
			continue;
		text_add(&text, "%s%s (%s)", text.length ? ", " : "", vendor,
			 host->name);
	}
	trouble("these hosts have CPUs of different makers and nothing in"
		" common: %s",
		text.s);
	free(text.s);
	return EXIT_TROUBLE;
}

int pool_baseline(struct cpupolicy_policy *out, const struct pool *pool,
		  cpupolicy_sink *sink, void *arg)
{
	struct cpupolicy_baseline *baseline =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*baseline));
	int status = 0;

	cpupolicy_baseline_begin(baseline, sink, arg);
	for (size_t i = 0; i < pool->nr_kinds && !status; i++) {
		status = cpupolicy_baseline_add(baseline, pool_offer(pool, i));
		if (status == CPUPOLICY_E_VENDOR)
			status = refuse_makers(pool);
		else if (status < 0)
			status = trouble(
				"%s does not go with the hosts before it: %s",
				pool->host[pool->kind[i].first].name,
				cpupolicy_strerror(status));
	}
	if (!status && cpupolicy_baseline_finish(out, baseline) < 0)
		status = trouble("no hosts: name at least one record");
	free(baseline);
	return status;
}
