// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "support.h"
#include "host/host.h"

#define MOST 4

#define RECORD(name)                                                           \
	"{\"format\":\"cpupolicy-record\",\"version\":1,\"name\":\"" name      \
	"\",\"cores\":[{\"cpus\":\"0\",\"rows\":[\"0.0 0 0 0 0\"]}]}"
#define UNNAMED                                                                \
	"{\"format\":\"cpupolicy-record\",\"version\":1,"                      \
	"\"cores\":[{\"cpus\":\"0\",\"rows\":[\"0.0 0 0 0 0\"]}]}"
#define MASK "{\"format\":\"cpupolicy-mask\",\"version\":1}"

static char directory[] = "/tmp/cpupolicy-test-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(directory) ? chdir(directory) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	unlink("fleet");
	return chdir("/") < 0 ? -1 : rmdir(directory);
}

static void put(const char *text, size_t size)
{
	FILE *file = fopen("fleet", "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static struct cpupolicy_stream *opened(const char *path)
{
	struct cpupolicy_stream *stream;
	struct cpupolicy_error error;

	if (cpupolicy_stream_open(&stream, path, &error) < 0)
		fail_msg("%s", error.text);
	return stream;
}

static const struct {
	const char *why, *file;
	struct {
		const char *text, *name;
	} document[MOST + 1];
} files[] = {
	{ .why = "one line after another",
	  .file = "{\"a\":1}\n{\"b\":2}\n",
	  .document = { { "{\"a\":1}", "fleet:1" },
			{ "{\"b\":2}", "fleet:2" } } },
	{ .why = "the end of the last line may be missing",
	  .file = "{}\n{ }",
	  .document = { { "{}", "fleet:1" }, { "{ }", "fleet:2" } } },
	{ .why = "lines may end as on Windows",
	  .file = "{}\r\n{\"b\":2}\r\n",
	  .document = { { "{}\r", "fleet:1" }, { "{\"b\":2}\r", "fleet:2" } } },
	{ .why = "blank lines are none, but count",
	  .file = "\n \t\r\n{}\n\n\r\n{}\n \n{}\n\n",
	  .document = { { "{}", "fleet:3" },
			{ "{}", "fleet:6" },
			{ "{}", "fleet:8" } } },
	{ .why = "a byte-order mark is part of no document",
	  .file = "\xef\xbb\xbf{}\n{}\n",
	  .document = { { "{}", "fleet:1" }, { "{}", "fleet:2" } } },
	{ .why = "once there are lines, each of them is a document",
	  .file = "{}\n{\nfoo\n",
	  .document = { { "{}", "fleet:1" },
			{ "{", "fleet:2" },
			{ "foo", "fleet:3" } } },
	{ .why = "brackets within strings do not count",
	  .file = "{\"}{[\\\"\":[\"\\\\\",{}]}\n{}",
	  .document = { { "{\"}{[\\\"\":[\"\\\\\",{}]}", "fleet:1" },
			{ "{}", "fleet:2" } } },
	{ .why = "an object over several lines is one document",
	  .file = "{\n\"a\": 1\n}\n{\n}\n",
	  .document = { { "{\n\"a\": 1\n}\n{\n}\n", "fleet" } } },
	{ .why = "so is one in one line",
	  .file = "{\"a\":1}\n\n",
	  .document = { { "{\"a\":1}\n\n", "fleet" } } },
	{ .why = "and one with something else behind it",
	  .file = "{}\n[]\n",
	  .document = { { "{}\n[]\n", "fleet" } } },
	{ .why = "two objects in a line are no lines",
	  .file = "{} {}\n{}\n",
	  .document = { { "{} {}\n{}\n", "fleet" } } },
	{ .why = "an array is no object",
	  .file = "[]\n{}\n",
	  .document = { { "[]\n{}\n", "fleet" } } },
	{ .why = "what was said on a QMP socket is no list of documents",
	  .file = "{\"QMP\": {}}\n{\"return\": {}}\n",
	  .document = { { "{\"QMP\": {}}\n{\"return\": {}}\n", "fleet" } } },
	{ .why = "text is one document, empty or not",
	  .file = "",
	  .document = { { "", "fleet" } } },
	{ .why = "blanks are text",
	  .file = " \n\n",
	  .document = { { " \n\n", "fleet" } } },
	{ .why = "an object that does not end is text",
	  .file = "{\"a",
	  .document = { { "{\"a", "fleet" } } },
};

static void a_file_is_its_lines_or_one_document(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct cpupolicy_error error;
		struct cpupolicy_stream *stream;
		const char *text;
		size_t size, nr = 0;
		int got;

		put(files[i].file, strlen(files[i].file));
		stream = opened("fleet");
		while ((got = cpupolicy_stream_next(&text, &size, stream,
						    &error)) > 0) {
			const char *want = files[i].document[nr].text;

			if (!want)
				fail_msg("%s: one too many", files[i].why);
			if (size != strlen(want) || memcmp(text, want, size))
				fail_msg("%s: %.*s", files[i].why, (int)size,
					 text);
			assert_string_equal(files[i].document[nr].name,
					    cpupolicy_stream_name(stream));
			nr++;
		}
		assert_int_equal(got, 0);
		if (files[i].document[nr].text)
			fail_msg("%s: %zu are too few", files[i].why, nr);
		/* and stays at its end */
		assert_int_equal(
			cpupolicy_stream_next(NULL, NULL, stream, &error), 0);
		cpupolicy_stream_close(stream);
	}
}

static void lines_are_parsed_and_named(void **state)
{
	static const char *const names[] = { "node7", "fleet:2", NULL };
	static const char file[] = RECORD("node7") "\n" UNNAMED "\n" MASK "\n";
	struct cpupolicy_stream *stream;

	(void)state;
	put(file, sizeof(file) - 1);
	stream = opened("fleet");
	for (size_t i = 0; i < COUNT(names); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;

		assert_int_equal(
			cpupolicy_stream_next(NULL, NULL, stream, &error), 1);
		if (cpupolicy_stream_parse(&document, stream, &error) < 0)
			fail_msg("%s", error.text);
		assert_int_equal(document.kind,
				 names[i] ? CPUPOLICY_DOCUMENT_RECORD
					  : CPUPOLICY_DOCUMENT_MASK);
		if (names[i])
			assert_string_equal(document.record->name, names[i]);
		cpupolicy_document_clear(&document);
	}
	cpupolicy_stream_close(stream);
}

static const struct {
	const char *why, *line, *text;
	int status, column;
} bad_lines[] = {
	{ .why = "syntax has a column",
	  .line = "{\"format\" 1}",
	  .status = CPUPOLICY_E_SYNTAX,
	  .column = 11,
	  .text = "fleet:4:11: not valid JSON" },
	{ .why = "meaning has a pointer",
	  .line = "{\"format\":\"cpupolicy-mask\",\"version\":2}",
	  .status = CPUPOLICY_E_MEANING,
	  .text = "fleet:4: /version: " },
	{ .why = "no line is of another format",
	  .line = "  CPU 0:",
	  .status = CPUPOLICY_E_SYNTAX,
	  .column = 3,
	  .text = "fleet:4:3: expected a JSON object" },
	{ .why = "a line cut short is not taken for the next one",
	  .line = "{\"format\":",
	  .status = CPUPOLICY_E_SYNTAX,
	  .column = 10,
	  .text = "fleet:4:10: not valid JSON" },
};

static void an_error_names_the_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_lines); i++) {
		struct cpupolicy_stream *stream;
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		char file[400];
		int status = 0;

		snprintf(file, sizeof(file), "%s\n\n%s\n%s\n%s\n", MASK, MASK,
			 bad_lines[i].line, MASK);
		put(file, strlen(file));
		stream = opened("fleet");
		for (int nr = 0; nr < 3 && !status; nr++) {
			assert_int_equal(cpupolicy_stream_next(NULL, NULL,
							       stream, &error),
					 1);
			status = cpupolicy_stream_parse(&document, stream,
							&error);
			cpupolicy_document_clear(&document);
		}
		assert_int_equal(status, bad_lines[i].status);
		assert_int_equal(error.line, 4);
		assert_int_equal(error.column, bad_lines[i].column);
		if (strncmp(error.text, bad_lines[i].text,
			    strlen(bad_lines[i].text)) != 0)
			fail_msg("%s: %s", bad_lines[i].why, error.text);
		cpupolicy_stream_close(stream);
	}
}

static void where_there_is_no_document_nothing_is_parsed(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	struct cpupolicy_stream *stream;

	(void)state;
	put("{}", 2);
	stream = opened("fleet");
	assert_int_equal(cpupolicy_stream_parse(&document, stream, &error),
			 CPUPOLICY_E_INVALID);
	while (cpupolicy_stream_next(NULL, NULL, stream, &error) > 0)
		;
	assert_int_equal(cpupolicy_stream_parse(&document, stream, &error),
			 CPUPOLICY_E_INVALID);
	cpupolicy_stream_close(stream);
}

static void one_document_is_not_many(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	put(MASK "\n" MASK "\n", 2 * sizeof(MASK));
	assert_int_equal(cpupolicy_document_read(&document, "fleet", &error),
			 CPUPOLICY_E_SYNTAX);
	assert_string_equal(error.text,
			    "fleet: holds several documents, one per line; "
			    "expected a single one");
}

static void what_is_no_file_is_an_error(void **state)
{
	struct cpupolicy_stream *stream;
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(cpupolicy_stream_open(&stream, "gone", &error),
			 CPUPOLICY_E_IO);
	assert_non_null(strstr(error.text, "gone: cannot open it"));
	assert_null(stream);
	cpupolicy_stream_close(stream);
}

/* Devices and folders are read by their path, and have no text to hand out. */
static void a_device_is_one_document(void **state)
{
	static const char *const paths[] = { "/dev/null", "." };

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct cpupolicy_stream *stream = opened(paths[i]);
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		const char *text = "";
		size_t size = 1;

		assert_int_equal(
			cpupolicy_stream_next(&text, &size, stream, &error), 1);
		assert_null(text);
		assert_int_equal(size, 0);
		assert_true(cpupolicy_stream_parse(&document, stream, &error) <
			    0);
		assert_int_equal(
			strncmp(error.text, paths[i], strlen(paths[i])), 0);
		assert_int_equal(
			cpupolicy_stream_next(&text, &size, stream, &error), 0);
		cpupolicy_stream_close(stream);
	}
}

/* So many blanks, with something before and behind. */
static void put_blanks(const char *before, size_t nr, const char *behind)
{
	char *text = malloc(nr + 100);
	size_t start = strlen(before), end = strlen(behind);

	assert_non_null(text);
	memcpy(text, before, start);
	memset(text + start, ' ', nr);
	memcpy(text + start + nr, behind, end);
	put(text, start + nr + end);
	free(text);
}

static void a_line_has_a_longest_length(void **state)
{
	static const struct {
		size_t blanks;
		int status;
	} lengths[] = {
		{ CPUPOLICY__MAX_JSON - 2, 1 },
		{ 2 * CPUPOLICY__MAX_JSON, CPUPOLICY_E_MEANING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct cpupolicy_stream *stream;
		struct cpupolicy_error error;
		size_t size;

		put_blanks("{}\n{}\n{", lengths[i].blanks, "}\n{}\n");
		stream = opened("fleet");
		for (int nr = 0; nr < 2; nr++)
			assert_int_equal(cpupolicy_stream_next(NULL, NULL,
							       stream, &error),
					 1);
		assert_int_equal(
			cpupolicy_stream_next(NULL, &size, stream, &error),
			lengths[i].status);
		if (lengths[i].status > 0)
			assert_int_equal(size, lengths[i].blanks + 2);
		else
			assert_string_equal(error.text, "fleet:3: the line is "
							"longer than 8 MiB");
		/* it goes on behind a line that could be read, and only there
		 */
		assert_int_equal(
			cpupolicy_stream_next(NULL, &size, stream, &error),
			lengths[i].status > 0);
		cpupolicy_stream_close(stream);
	}
}

static void a_document_has_a_largest_size(void **state)
{
	struct cpupolicy_stream *stream;
	struct cpupolicy_error error;

	(void)state;
	put_blanks("{", CPUPOLICY__MAX_FILE, "}\n");
	stream = opened("fleet");
	assert_int_equal(cpupolicy_stream_next(NULL, NULL, stream, &error),
			 CPUPOLICY_E_MEANING);
	assert_string_equal(error.text, "fleet: is larger than 64 MiB");
	cpupolicy_stream_close(stream);
}

static uint64_t seed = 1;

static size_t below(size_t bound)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % bound);
}

/* {"aaa...":1}, now and then longer than any buffer begins with */
static size_t add_line(char *to, bool is_long)
{
	size_t nr = below(is_long ? 300000 : 400);

	memcpy(to, "{\"", 2);
	memset(to + 2, 'a' + (char)below(26), nr);
	memcpy(to + 2 + nr, "\":1}\n", 5);
	return nr + 7;
}

/* Write in pieces of any size, as a child whose output is our input. */
static void feed(const char *text, size_t size)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	if (fork() == 0) {
		while (size) {
			size_t most = size < 100000 ? size : 100000;
			ssize_t nr = write(ends[1], text, 1 + below(most));

			if (nr < 0)
				_exit(1);
			text += nr;
			size -= (size_t)nr;
		}
		_exit(0);
	}
	close(ends[1]);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	close(ends[0]);
}

static void whatever_the_pieces_the_lines_are_the_same(void **state)
{
	char *file = malloc(500 * 300010);
	int status;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	assert_non_null(file);
	for (int round = 0; round < 5; round++) {
		struct cpupolicy_stream *stream = opened("-");
		struct cpupolicy_error error;
		const char *text;
		size_t size = 0, at = 0, length;

		for (int i = 0; i < 500; i++)
			size += add_line(file + size, i % 20 == 0);
		feed(file, size);
		while (cpupolicy_stream_next(&text, &length, stream, &error) >
		       0) {
			assert_memory_equal(text, file + at, length);
			at += length;
			assert_int_equal(file[at++], '\n');
		}
		assert_int_equal(at, size);
		assert_string_equal(cpupolicy_stream_name(stream),
				    "standard input:500");
		cpupolicy_stream_close(stream);
		assert_true(wait(&status) > 0 && status == 0);
	}
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_its_lines_or_one_document),
		cmocka_unit_test(lines_are_parsed_and_named),
		cmocka_unit_test(an_error_names_the_line),
		cmocka_unit_test(where_there_is_no_document_nothing_is_parsed),
		cmocka_unit_test(one_document_is_not_many),
		cmocka_unit_test(what_is_no_file_is_an_error),
		cmocka_unit_test(a_device_is_one_document),
		cmocka_unit_test(a_line_has_a_longest_length),
		cmocka_unit_test(a_document_has_a_largest_size),
		cmocka_unit_test(whatever_the_pieces_the_lines_are_the_same),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
