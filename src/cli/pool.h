/* SPDX-License-Identifier: MIT */
/*
 * pool.h - many hosts, folded: hosts that say the same are one kind.
 */
#ifndef CPUPOLICY_CLI_POOL_H
#define CPUPOLICY_CLI_POOL_H

#include "cli.h"

struct pool_kind {
	struct cpupolicy_policy offer, accept;
	uint64_t hash;
	size_t first; /* its first host */
	size_t nr;    /* how many hosts there are of it */
};

struct pool_host {
	char *name, *stem; /* text, owned */
	size_t kind;
};

/* A record whose kind is known: others with the same rows are of that kind. */
struct pool_record {
	struct cpupolicy_record *record; /* owned */
	uint64_t hash;
	size_t kind;
};

struct pool {
	struct cpupolicy_hostset_options options;
	struct pool_kind *kind;
	size_t nr_kinds, room_kinds;
	struct pool_host *host;
	size_t nr_hosts, room_hosts;
	struct pool_record *seen;
	size_t nr_seen, room_seen;
};

/* All hosts of all files; a policy serves as both sets. */
int pool_read(struct pool *pool, const struct words *operands,
	      const char *mode);
void pool_free(struct pool *pool);
/* pool_fold.c: NULL where no record with these rows was seen before. */
const struct pool_record *pool_seen(const struct pool *pool,
				    const struct cpupolicy_record *record,
				    uint64_t hash);
/* Remember @input's record, and own it. */
void pool_see(struct pool *pool, struct input *input, uint64_t hash,
	      size_t kind);
uint64_t pool_hash(uint64_t hash, const void *data, size_t size);
uint64_t pool_hash_record(const struct cpupolicy_record *record);
/* "node3 (and 11 like it)"; to be freed */
char *pool_kind_text(const struct pool *pool, size_t kind);
/* Returns 0, or EXIT_TROUBLE having said which hosts do not go together. */
int pool_baseline(struct cpupolicy_policy *out, const struct pool *pool,
		  cpupolicy_sink *sink, void *arg);

#endif
