/* SPDX-License-Identifier: MIT */
/*
 * pool.h - many hosts, folded: hosts that say the same are one kind.
 */
#ifndef CPUPOLICY_CLI_POOL_H
#define CPUPOLICY_CLI_POOL_H

#include <cpupolicy/fleet.h>

#include "cli.h"

#define NO_KIND SIZE_MAX

/* Hosts that offer the same and accept the same. */
struct pool_kind {
	uint32_t offer, accept; /* classes */
	size_t before;		/* an older one of that offer, or NO_KIND */
	size_t first;		/* its first host */
	size_t nr;		/* how many hosts there are of it */
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

/* pool_text.c: the same for the text of a document, or its last part. */
struct pool_text {
	char *text; /* owned */
	size_t size, kind;
	uint64_t hash;
	bool tail; /* from "cores" on */
	enum { POOL_NOT_TRIED, POOL_GOOD, POOL_BAD } state;
};

struct pool_texts {
	struct pool_text *item;
	size_t nr, room;
	size_t bytes;	    /* of all their texts */
	struct words heads; /* what was found to go before a good tail */
};

struct pool {
	struct cpupolicy_hostset_options options;
	struct cpupolicy_fleet *offers, *accepts;
	bool literal; /* some set is not as normalising makes it */
	struct pool_kind *kind;
	size_t nr_kinds, room_kinds;
	size_t *last; /* the newest kind of each class of offers */
	size_t nr_last, room_last;
	struct pool_host *host;
	size_t nr_hosts, room_hosts;
	struct pool_record *seen;
	size_t nr_seen, room_seen;
	struct pool_texts texts;
};

/* All hosts of all files; a policy serves as both sets. Zero-initialise it. */
int pool_read(struct pool *pool, const struct words *operands,
	      const char *mode);
void pool_free(struct pool *pool);
/* What all hosts of a kind offer, what each accepts, and the number of that
 * class of offers. */
const struct cpupolicy_policy *pool_offer(const struct pool *pool, size_t kind);
const struct cpupolicy_policy *pool_accept(const struct pool *pool,
					   size_t kind);
uint64_t pool_class(const struct pool *pool, size_t kind);
/* The class of a policy in a fleet, which is made where there is none. */
uint32_t pool_class_of(struct cpupolicy_fleet **fleet,
		       const struct cpupolicy_policy *policy);
/* Returns 0, or EXIT_TROUBLE having said which hosts do not go together. */
int pool_baseline(struct cpupolicy_policy *out, const struct pool *pool,
		  cpupolicy_sink *sink, void *arg);

/* pool_out.c */

/* "node3 (and 11 like it)"; to be freed */
char *pool_kind_text(const struct pool *pool, size_t kind);
/* Room for a class's number: 16 hexadecimal digits. */
#define CLASS_TEXT 17
char *class_text(char out[CLASS_TEXT], uint64_t id);
/* An object of each kind, with its classes and hosts: to be freed, and what is
 * in it to be taken */
json_t **pool_kinds_json(const struct pool *pool);

/* pool_fold.c: NULL where no record with these rows was seen before. */
const struct pool_record *pool_seen(const struct pool *pool,
				    const struct cpupolicy_record *record,
				    uint64_t hash);
/* Remember @input's record, and own it. */
void pool_see(struct pool *pool, struct input *input, uint64_t hash,
	      size_t kind);
uint64_t pool_hash(uint64_t hash, const void *data, size_t size);
uint64_t pool_hash_record(const struct cpupolicy_record *record);

/* What is to be seen of a document. */
struct pool_key {
	const char *text;
	size_t size;
	size_t head;	  /* bytes before the cores of a record */
	const char *name; /* the string in the head; NULL: none */
	size_t name_length;
	uint64_t hash; /* of what is behind the head */
	bool tail;
};

/* False: it cannot be told by its text. @line: it is one line of a file. */
bool pool_key(struct pool_key *out, const char *text, size_t size, bool line);
/* NULL: it has to be parsed; else @key has the name. */
const struct pool_text *pool_text_seen(struct pool_texts *texts,
				       struct pool_key *key);
/* Remember a document that was parsed and is of that kind. */
void pool_text_see(struct pool_texts *texts, const struct pool_key *key,
		   size_t kind);
void pool_texts_free(struct pool_texts *texts);

#endif
