// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "cli/pool.h"
#include "support.h"

#define FIRST  "{\"format\":\"cpupolicy-record\",\"version\":1,"
#define ROWS   "\"rows\":[\"0.0 1 756e6547 6c65746e 49656e69\",\"1.0 6a7 0 0 1\"]"
#define CORES  "\"cores\":[{\"cpus\":\"0-3\"," ROWS "}]"
#define RECORD FIRST CORES "}"

struct seen {
	struct pool_texts texts;
	struct pool_key key;
};

/* Is it a record? Its rows and MSRs, if so. */
static bool parses(uint64_t *hash, const char *text, size_t size)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	bool record;

	if (cpupolicy_document_parse(&document, "x", text, size, &error) < 0)
		return false;
	record = document.kind == CPUPOLICY_DOCUMENT_RECORD;
	if (record)
		*hash = pool_hash_record(document.record);
	cpupolicy_document_clear(&document);
	return record;
}

static bool see(struct pool_texts *texts, const char *text, size_t kind)
{
	struct pool_key key;
	uint64_t hash;

	if (!parses(&hash, text, strlen(text)) ||
	    !pool_key(&key, text, strlen(text), true))
		return false;
	pool_text_see(texts, &key, kind);
	return true;
}

static bool knows(struct pool_texts *texts, const char *text, size_t size)
{
	struct pool_key key;

	return pool_key(&key, text, size, true) &&
	       pool_text_seen(texts, &key) != NULL;
}

static void what_differs_in_its_head_only_is_known(void **state)
{
	static const struct {
		const char *why, *text;
		bool known;
	} cases[] = {
		{ "the same", RECORD, true },
		{ "a name", FIRST "\"name\":\"node7\"," CORES "}", true },
		{ "all strings",
		  FIRST "\"name\":\"a\",\"how\":\"b\",\"tool\":\"c\","
			"\"kernel\":\"d\",\"microcode\":\"e\",\"date\":\"f\","
			"\"notes\":[\"g\",\"h: i\"]," CORES "}",
		  true },
		{ "another order",
		  "{\"name\":\"n\",\"version\":1,"
		  "\"format\":\"cpupolicy-record\"," CORES "}",
		  true },
		{ "blanks",
		  "\n{ \"format\" : \"cpupolicy-record\",\r\n\t\"version\":1 ,"
		  "\"name\"\t:\"n\", " CORES "}",
		  true },
		{ "a mark of the byte order", "\xef\xbb\xbf" RECORD, true },
		{ "more than ASCII", FIRST "\"name\":\"n\xc3\xa4\"," CORES "}",
		  false },
		{ "an escape", FIRST "\"name\":\"a\\\"b\"," CORES "}", false },
		{ "no format", "{\"version\":1," CORES "}", false },
		{ "another format",
		  "{\"format\":\"cpupolicy-policy\",\"version\":1," CORES "}",
		  false },
		{ "no version", "{\"format\":\"cpupolicy-record\"," CORES "}",
		  false },
		{ "another version",
		  "{\"format\":\"cpupolicy-record\",\"version\":2," CORES "}",
		  false },
		{ "a key twice", FIRST "\"version\":1," CORES "}", false },
		{ "an unknown key", FIRST "\"colour\":\"red\"," CORES "}",
		  false },
		{ "a number for a name", FIRST "\"name\":7," CORES "}", false },
		{ "a string for notes", FIRST "\"notes\":\"n\"," CORES "}",
		  false },
		{ "the cores in an object", FIRST "\"x\":{" CORES "}", false },
		{ "in a list", "[" FIRST CORES "}", false },
		{ "no comma",
		  "{\"format\":\"cpupolicy-record\",\"version\":1 " CORES "}",
		  false },
		{ "cores spelled otherwise, twice",
		  FIRST "\"\\u0063ores\":[]," CORES "}", false },
		{ "a string that does not end", FIRST "\"name\":\"x" CORES "}",
		  false },
		{ "other cores",
		  FIRST "\"cores\":[{\"cpus\":\"0-4\"," ROWS "}]}", false },
		{ "something behind", RECORD "x", false },
		{ "half of it", "{\"format\":\"cpupolicy-record\",", false },
		{ "nothing", "", false },
	};
	struct pool_texts texts = { 0 };

	(void)state;
	assert_true(see(&texts, RECORD, 3));
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < COUNT(cases); i++)
			if (knows(&texts, cases[i].text,
				  strlen(cases[i].text)) != cases[i].known)
				fail_msg("%s", cases[i].why);
	assert_int_equal(texts.nr, 1);
	pool_texts_free(&texts);
}

static void a_tail_with_more_than_cores_stands_for_nobody(void **state)
{
	static const char *const tails[] = {
		CORES ",\"name\":\"n\"}",
		CORES ",\"date\":\"d\"}",
		CORES ",\"notes\":[]}",
		CORES ",\"version\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(tails); i++) {
		struct pool_texts texts = { 0 };
		char text[1024];

		snprintf(text, sizeof(text), "%s%s",
			 i == 3 ? "{\"format\":\"cpupolicy-record\"," : FIRST,
			 tails[i]);
		assert_true(see(&texts, text, 0));
		assert_false(knows(&texts, text, strlen(text)));
		pool_texts_free(&texts);
	}
}

static void the_name_is_found_in_the_head(void **state)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
		{ RECORD, NULL },
		{ FIRST "\"name\":\"node7\"," CORES "}", "node7" },
		{ FIRST "\"name\":\"\"," CORES "}", "" },
		{ FIRST "\"how\":\"x\",\"name\" : \"y\",\"tool\":\"z\"," CORES
			"}",
		  "y" },
		{ FIRST "\"notes\":[\"name\",\"x\"]," CORES "}", NULL },
	};
	struct pool_texts texts = { 0 };

	(void)state;
	assert_true(see(&texts, RECORD, 3));
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text, *name = cases[i].name;
		const struct pool_text *seen;
		struct pool_key key;

		assert_true(pool_key(&key, text, strlen(text), true));
		seen = pool_text_seen(&texts, &key);
		assert_non_null(seen);
		assert_int_equal(seen->kind, 3);
		assert_int_equal(key.name != NULL, name != NULL);
		if (name) {
			assert_int_equal(key.name_length, strlen(name));
			assert_memory_equal(key.name, name, strlen(name));
		}
	}
	pool_texts_free(&texts);
}

static void of_other_formats_all_of_the_text_counts(void **state)
{
	static const char dump[] =
		"CPU 0:\n   0x00000000 0x00: eax=0x00000001 ebx=0x756e6547 "
		"ecx=0x6c65746e edx=0x49656e69\n";
	struct pool_texts texts = { 0 };
	struct pool_key key;

	(void)state;
	assert_true(pool_key(&key, dump, sizeof(dump) - 1, false));
	pool_text_see(&texts, &key, 5);
	assert_int_equal(pool_text_seen(&texts, &key)->kind, 5);
	assert_true(pool_key(&key, dump, sizeof(dump) - 2, false));
	assert_null(pool_text_seen(&texts, &key));
	/* a line says its name; a device has no text */
	assert_false(pool_key(&key, dump, sizeof(dump) - 1, true));
	assert_false(pool_key(&key, NULL, 0, false));
	pool_texts_free(&texts);
}

static uint32_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

/* Change, drop, double or swap bytes, mostly those that JSON is made of. */
static size_t spoil(char *out, const char *text, size_t size, uint64_t *state)
{
	static const char bytes[] = "\"\"\\{}[],,: \n01xcores\x80";
	uint32_t nr = next_random(state) % 3 + 1;

	memcpy(out, text, size);
	while (nr--) {
		size_t at = next_random(state) % size;
		size_t from = next_random(state) % size;
		size_t length = next_random(state) % 12 + 1;

		length = length < size - at ? length : size - at;
		length = length < size - from ? length : size - from;
		switch (next_random(state) % 4) {
		case 0:
			out[at] = bytes[next_random(state) % sizeof(bytes)];
			break;
		case 1:
			memmove(out + at, out + at + length,
				size - at - length);
			size -= length;
			break;
		case 2:
			memmove(out + at + length, out + at, size - at);
			size += length;
			break;
		default:
			memmove(out + at, out + from, length);
			break;
		}
		if (!size)
			break;
	}
	return size;
}

/* What is known parses, and to the same rows: else it would be parsed. */
static void nothing_is_known_that_would_not_parse(void **state)
{
	static const char *const texts_of[] = {
		RECORD,
		FIRST "\"name\":\"node7\",\"notes\":[\"a\",\"b\"]," CORES "}\n",
		"{ \"version\": 1, \"format\": \"cpupolicy-record\", "
		"\"date\": \"x\", " CORES " }",
		FIRST "\"cores\":[{\"cpus\":\"0\",\"rows\":[\"0.0 0 0 0 0\"],"
		      "\"msrs\":[\"10a 1\"]}],\"name\":\"n\"}",
		FIRST "\"notes\":[\"\\\"cores\\\"\"]," CORES "}",
	};
	uint64_t seed = (uint64_t)time(NULL) * 2654435761u + 1, random = seed;
	struct pool_texts texts = { 0 };
	unsigned int known = 0;

	(void)state;
	print_message("seed %" PRIu64 "\n", seed);
	for (unsigned int i = 0; i < 100000; i++) {
		size_t which = next_random(&random) % COUNT(texts_of);
		const char *text = texts_of[which];
		size_t whole = strlen(text), part, size;
		const struct pool_text *seen = NULL;
		struct pool_key key;
		char spoilt[1024];
		uint64_t rows = 0, hash;

		/* only so many heads are remembered */
		if (i % 64 == 0) {
			pool_texts_free(&texts);
			memset(&texts, 0, sizeof(texts));
		}
		assert_true(see(&texts, text, which));
		/* the head for itself: few changes elsewhere are harmless */
		assert_true(pool_key(&key, text, whole, true));
		part = i % 2 ? key.head : whole;
		size = spoil(spoilt, text, part, &random);
		memcpy(spoilt + size, text + part, whole - part);
		size += whole - part;
		if (size && pool_key(&key, spoilt, size, true))
			seen = pool_text_seen(&texts, &key);
		if (!seen)
			continue;
		known++;
		assert_true(parses(&hash, texts_of[seen->kind],
				   strlen(texts_of[seen->kind])));
		if (!parses(&rows, spoilt, size) || rows != hash)
			fail_msg("%.*s", (int)size, spoilt);
	}
	assert_true(known > 500);
	pool_texts_free(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_in_its_head_only_is_known),
		cmocka_unit_test(a_tail_with_more_than_cores_stands_for_nobody),
		cmocka_unit_test(the_name_is_found_in_the_head),
		cmocka_unit_test(of_other_formats_all_of_the_text_counts),
		cmocka_unit_test(nothing_is_known_that_would_not_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
