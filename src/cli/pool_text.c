// SPDX-License-Identifier: MIT
/*
 * pool_text.c - most records of a fleet have the same cores, letter for letter,
 * and differ in their name and date. Those are not parsed again.
 *
 * A record as this library writes it is a head and, behind it, its cores. The
 * tail of one that was parsed stands for every other that ends so, provided
 * that it holds nothing but cores: it parses behind a head that has all other
 * keys, which would otherwise be there twice. A new head parses before cores of
 * ours; heads that differ in plain strings only are tried once. What passes
 * both is what a parser would have made of it. All else goes to the parser, for
 * it to say what is wrong.
 *
 * Documents of other formats are the same where all of their text is.
 */
#include <stdlib.h>
#include <string.h>

#include "pool.h"

/* More and longer ones than this are worked out one by one. */
#define MOST_TEXTS 1024
#define MOST_BYTES ((size_t)4 << 20)
#define MOST_HEAD  4096
#define MOST_HEADS 16

static const char cores[] = "\"cores\"";
static const char any_cores[] =
	"\"cores\":[{\"cpus\":\"0\",\"rows\":[\"0.0 0 0 0 0\"]}]}";
static const char whole_head[] =
	"{\"format\":\"cpupolicy-record\",\"version\":1,\"name\":\"\","
	"\"how\":\"\",\"tool\":\"\",\"kernel\":\"\",\"microcode\":\"\","
	"\"date\":\"\",\"notes\":[],";

static bool is_record(const char *head, size_t head_size, const char *tail,
		      size_t tail_size)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	size_t size = head_size + tail_size;
	char *text = more_room(NULL, &(size_t){ 0 }, size, 1);
	bool good;

	memcpy(text, head, head_size);
	memcpy(text + head_size, tail, tail_size);
	good = cpupolicy_document_parse(&document, "", text, size, &error) == 0;
	free(text);
	if (!good)
		return false;
	good = document.kind == CPUPOLICY_DOCUMENT_RECORD &&
	       strcmp(document.format, "json") == 0;
	cpupolicy_document_clear(&document);
	return good;
}

/* Where the cores begin; 0: nowhere near the beginning. */
static size_t find_cores(const char *text, size_t size)
{
	const char *end = text + (size < MOST_HEAD ? size : MOST_HEAD);

	for (const char *at = text; at < end; at++) {
		at = memchr(at, '"', (size_t)(end - at));
		if (!at)
			return 0;
		if ((size_t)(end - at) >= sizeof(cores) - 1 &&
		    memcmp(at, cores, sizeof(cores) - 1) == 0)
			return (size_t)(at - text);
	}
	return 0;
}

/* The end of a string that begins behind @text; 0: it is not plain ASCII. */
static size_t string_end(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			return i + 1;
		if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '\\')
			return 0;
	}
	return 0;
}

static bool is_key(const char *text, size_t size)
{
	while (size && strchr(" \t\r\n", *text) && *text)
		text++, size--;
	return size && *text == ':';
}

static bool is_called(const char *name, const char *text, size_t length)
{
	return strlen(name) == length && memcmp(name, text, length) == 0;
}

struct skeleton {
	char text[MOST_HEAD];
	size_t size;
};

static void keep(struct skeleton *skeleton, const char *text, size_t size)
{
	memcpy(skeleton->text + skeleton->size, text, size);
	skeleton->size += size;
}

/*
 * The head without the strings that are free to differ: where the one goes
 * before cores, so does the other. Finds the name on the way. False: there is
 * more in the strings than plain ASCII.
 */
static bool make_skeleton(struct skeleton *out, struct pool_key *key)
{
	const char *at = key->text, *end = at + key->head;
	bool format = false, name = false;

	while (at < end) {
		const char *from = at;
		const char *quote = memchr(at, '"', (size_t)(end - at));
		size_t length;

		if (!quote) {
			keep(out, from, (size_t)(end - from));
			break;
		}
		length = string_end(quote + 1, (size_t)(end - quote - 1));
		if (!length)
			return false;
		at = quote + 1 + length;
		if (is_key(at, (size_t)(end - at))) {
			format = is_called("format", quote + 1, length - 1);
			name = is_called("name", quote + 1, length - 1);
		} else if (!format) {
			key->name = name ? quote + 1 : key->name;
			key->name_length = name ? length - 1 : key->name_length;
			keep(out, from, (size_t)(quote + 1 - from));
			from = at - 1;
		}
		keep(out, from, (size_t)(at - from));
	}
	return true;
}

static bool is_head(struct pool_texts *texts, struct pool_key *key)
{
	struct skeleton skeleton = { .size = 0 };
	struct words *heads = &texts->heads;

	key->name = NULL;
	if (!make_skeleton(&skeleton, key))
		return false;
	for (size_t i = 0; i < heads->nr; i++)
		if (strlen(heads->item[i]) == skeleton.size &&
		    memcmp(heads->item[i], skeleton.text, skeleton.size) == 0)
			return true;
	if (heads->nr == MOST_HEADS ||
	    !is_record(skeleton.text, skeleton.size, any_cores,
		       sizeof(any_cores) - 1))
		return false;
	words_add(heads, skeleton.text, skeleton.size);
	return true;
}

/* Quicker than pool_hash(): texts are long, and compared in the end. */
static uint64_t hash_text(const char *text, size_t size)
{
	uint64_t lane[4] = { size }, word;

	for (; size >= sizeof(lane); size -= sizeof(lane))
		for (size_t k = 0; k < 4; k++, text += sizeof(word)) {
			memcpy(&word, text, sizeof(word));
			lane[k] = (lane[k] ^ word) * 0x9e3779b97f4a7c15u;
			lane[k] ^= lane[k] >> 32;
		}
	return pool_hash(pool_hash(0, text, size), lane, sizeof(lane));
}

bool pool_key(struct pool_key *out, const char *text, size_t size, bool line)
{
	size_t head = text ? find_cores(text, size) : 0;

	*out = (struct pool_key){
		.text = text,
		.size = size,
		.head = head,
		.tail = head != 0,
	};
	/* of a line, the name is in its head */
	if (!text || (line && !head))
		return false;
	out->hash = hash_text(text + head, size - head);
	return true;
}

static struct pool_text *find(struct pool_texts *texts,
			      const struct pool_key *key)
{
	size_t size = key->size - key->head;

	for (size_t i = 0; i < texts->nr; i++) {
		struct pool_text *item = &texts->item[i];

		if (item->hash == key->hash && item->size == size &&
		    memcmp(item->text, key->text + key->head, size) == 0)
			return item;
	}
	return NULL;
}

const struct pool_text *pool_text_seen(struct pool_texts *texts,
				       struct pool_key *key)
{
	struct pool_text *item = find(texts, key);

	if (!item || !item->tail)
		return item;
	if (item->state == POOL_NOT_TRIED)
		item->state = is_record(whole_head, sizeof(whole_head) - 1,
					item->text, item->size)
				      ? POOL_GOOD
				      : POOL_BAD;
	return item->state == POOL_GOOD && is_head(texts, key) ? item : NULL;
}

void pool_text_see(struct pool_texts *texts, const struct pool_key *key,
		   size_t kind)
{
	size_t size = key->size - key->head;
	struct pool_text *item;

	if (texts->nr == MOST_TEXTS || texts->bytes + size > MOST_BYTES ||
	    find(texts, key))
		return;
	texts->item = more_room(texts->item, &texts->room, texts->nr + 1,
				sizeof(*texts->item));
	item = &texts->item[texts->nr++];
	*item = (struct pool_text){
		.text = more_room(NULL, &(size_t){ 0 }, size, 1),
		.size = size,
		.kind = kind,
		.hash = key->hash,
		.tail = key->tail,
	};
	memcpy(item->text, key->text + key->head, size);
	texts->bytes += size;
}

void pool_texts_free(struct pool_texts *texts)
{
	for (size_t i = 0; i < texts->nr; i++)
		free(texts->item[i].text);
	free(texts->item);
	words_free(&texts->heads);
}
