/* SPDX-License-Identifier: MIT */
/*
 * pool.c - read many hosts; hosts that say the same are kept once.
 */
#include <stdlib.h>
#include <string.h>

#include "pool.h"

static size_t find_kind(struct pool *pool, const struct pool_kind *like)
{
	for (size_t i = 0; i < pool->nr_kinds; i++)
		if (pool->kind[i].hash == like->hash &&
		    cpupolicy_policy_equal(&pool->kind[i].offer,
					   &like->offer) &&
		    cpupolicy_policy_equal(&pool->kind[i].accept,
					   &like->accept))
			return i;
	pool->kind = more_room(pool->kind, &pool->room_kinds,
			       pool->nr_kinds + 1, sizeof(*pool->kind));
	pool->kind[pool->nr_kinds] = *like;
	return pool->nr_kinds++;
}

static void add_host(struct pool *pool, const struct input *input, size_t kind)
{
	struct pool_host *host;

	pool->host = more_room(pool->host, &pool->room_hosts,
			       pool->nr_hosts + 1, sizeof(*pool->host));
	host = &pool->host[pool->nr_hosts++];
	host->name = format_text("%s", input->name);
	host->stem = format_text("%s", input->stem);
	host->kind = kind;
	pool->kind[kind].nr++;
}

/* An ABI level is a wish, not a machine: it has no XSAVE layout to level. */
static int refuse_wish(const struct input *input,
		       const struct cpupolicy_policy *policy)
{
	if (input->kind != INPUT_MODEL ||
	    cpupolicy_policy_vendor(policy) != CPUPOLICY_VENDOR_UNKNOWN)
		return 0;
	return trouble("%s: a model without a vendor is no host: it has no"
		       " XSAVE layout and no numbers to level",
		       input->name);
}

static int make_kind(struct pool *pool, const struct input *input,
		     const char *mode, struct pool_kind *like)
{
	int status;

	memset(like, 0, sizeof(*like));
	like->first = pool->nr_hosts;
	status = input_policy(&like->offer, input, &pool->options,
			      CPUPOLICY_SET_OFFER, NULL, NULL);
	if (!status)
		status = input_policy(&like->accept, input, &pool->options,
				      CPUPOLICY_SET_ACCEPT, NULL, NULL);
	if (!status)
		status = refuse_wish(input, &like->offer);
	if (status)
		return status;
	input_normalize(&like->offer, input);
	if (mode)
		status =
			input_apply_mode(&like->offer, input, mode, NULL, NULL);
	like->hash = pool_hash(1, &like->offer, sizeof(like->offer));
	like->hash = pool_hash(like->hash, &like->accept, sizeof(like->accept));
	return status;
}

static int read_host(struct pool *pool, const char *argument, const char *mode,
		     struct pool_kind *like)
{
	const struct pool_record *seen = NULL;
	struct input input;
	uint64_t hash = 0;
	int status = input_open_policy(&input, argument);

	if (status)
		return status;
	if (input.kind == INPUT_RECORD) {
		hash = pool_hash_record(input.document.record);
		seen = pool_seen(pool, input.document.record, hash);
	}
	if (!seen)
		status = make_kind(pool, &input, mode, like);
	if (!status) {
		size_t kind = seen ? seen->kind : find_kind(pool, like);

		add_host(pool, &input, kind);
		if (!seen && input.kind == INPUT_RECORD)
			pool_see(pool, &input, hash, kind);
	}
	input_close(&input);
	return status;
}

int pool_read(struct pool *pool, const struct words *operands, const char *mode)
{
	struct pool_kind *like =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*like));
	struct words files = { 0 };
	int status = input_expand(&files, operands);

	for (size_t i = 0; i < files.nr && !status; i++) {
		progress("reading", i, files.nr);
		status = read_host(pool, files.item[i], mode, like);
	}
	progress("reading", files.nr, files.nr);
	words_free(&files);
	free(like);
	return status;
}

void pool_free(struct pool *pool)
{
	for (size_t i = 0; i < pool->nr_hosts; i++) {
		free(pool->host[i].name);
		free(pool->host[i].stem);
	}
	for (size_t i = 0; i < pool->nr_seen; i++)
		cpupolicy_record_free(pool->seen[i].record);
	free(pool->host);
	free(pool->kind);
	free(pool->seen);
}

char *pool_kind_text(const struct pool *pool, size_t kind)
{
	const struct pool_kind *this = &pool->kind[kind];
	const char *name = pool->host[this->first].stem;

	if (this->nr == 1)
		return format_text("%s", name);
	return format_text("%s (and %zu like it)", name, this->nr - 1);
}

/* Which makers are there, and an example of each? */
static int refuse_makers(const struct pool *pool)
{
	struct text text = { 0 };

	for (size_t i = 0; i < pool->nr_kinds; i++) {
		const struct pool_host *host = &pool->host[pool->kind[i].first];
		char vendor[64];

		vendor_text(vendor, &pool->kind[i].offer);
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
		status = cpupolicy_baseline_add(baseline, &pool->kind[i].offer);
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
