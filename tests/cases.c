// SPDX-License-Identifier: MIT
/*
 * cases.c - run the cases of tests/cases and print TAP, one line for each.
 *
 * usage: cases [FILE...]; without files, all of tests/cases.
 */
#define _POSIX_C_SOURCE 200809L

#include "cases.h"
#include "corpus.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 4096

/** struct tally - cases seen so far, in all files */
struct tally {
	unsigned int nr, failed;
};

/** struct script - one file of cases */
struct script {
	const char *path;
	char **lines;
	size_t nr_lines;
};

int complain(struct state *state, const char *format, ...)
{
	char text[1024];
	char *longer;
	va_list arguments;
	int bytes;

	bytes = snprintf(text, sizeof(text), "# %s:%u: ", state->file,
			 state->line);
	va_start(arguments, format);
	vsnprintf(text + bytes, sizeof(text) - (size_t)bytes, format,
		  arguments);
	va_end(arguments);
	longer = realloc(state->trouble,
			 state->trouble_bytes + strlen(text) + 2);
	if (!longer)
		abort();
	state->trouble = longer;
	state->trouble_bytes +=
		(size_t)sprintf(longer + state->trouble_bytes, "%s\n", text);
	return BROKEN;
}

static const struct command *find_command(const char *name)
{
	const struct command *const tables[] = {
		machine_commands, building_commands, operation_commands,
		expectation_commands, table_commands
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct command *c = tables[i]; c->name; c++)
			if (!strcmp(c->name, name))
				return c;
	return NULL;
}

static int run_words(struct state *state, const struct words *words)
{
	const struct command *command = find_command(words->word[0]);

	if (!command)
		return complain(state, "unknown word '%s'", words->word[0]);
	if (words->nr - 1 < command->min || words->nr - 1 > command->max)
		return complain(state, "'%s' takes %zu to %zu words, not %zu",
				command->name, command->min, command->max,
				words->nr - 1);
	return command->run(state, words);
}

/* fails STATUS OPERATION... */
static int run_failing(struct state *state, const struct words *words)
{
	struct words rest = { .nr = words->nr - 2 };
	int expected, status;

	if (words->nr < 3)
		return complain(state, "expected: fails STATUS OPERATION...");
	if (!find_status(state, words->word[1], &expected))
		return BROKEN;
	memcpy(rest.word, words->word + 2, rest.nr * sizeof(rest.word[0]));
	status = run_words(state, &rest);
	if (status == BROKEN)
		return BROKEN;
	if (status != expected)
		complain(state, "expected %s, got: %s", words->word[1],
			 cpupolicy_strerror(status));
	return 0;
}

/* Returns false when there are too many words. */
static bool split(struct words *words, char *text)
{
	char *rest = NULL;

	words->nr = 0;
	for (char *word = strtok_r(text, " \t\r\n", &rest);
	     word && word[0] != '#'; word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (words->nr == MAX_WORDS)
			return false;
		words->word[words->nr++] = word;
	}
	return true;
}

/* Returns false when the rest of the case makes no sense any more. */
static bool run_line(struct state *state, const char *line)
{
	char *text = strdup(line);
	struct words words;
	int status = 0;

	if (!text)
		abort();
	if (!split(&words, text))
		status = complain(state, "too many words");
	else if (!words.nr || !strcmp(words.word[0], "why"))
		status = 0;
	else if (!strcmp(words.word[0], "fails"))
		status = run_failing(state, &words);
	else
		status = run_words(state, &words);
	if (status && status != BROKEN)
		complain(state, "%s: %s", words.word[0],
			 cpupolicy_strerror(status));
	free(text);
	return status == 0;
}

static bool is_case(const char *line)
{
	return !strncmp(line, "case ", 5);
}

static bool run_lines(struct state *state, const struct script *script,
		      size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		state->line = (unsigned int)i + 1;
		if (!run_line(state, script->lines[i]))
			return false;
	}
	return true;
}

/* Lines before the first case are the beginning of every case of the file. */
static void run_case(struct tally *tally, const struct script *script,
		     size_t prologue, size_t from, size_t to)
{
	static struct state state;
	const char *name = script->lines[from] + 5;

	memset(&state, 0, sizeof(state));
	state.file = script->path;
	if (run_lines(&state, script, 0, prologue))
		run_lines(&state, script, from + 1, to);
	tally->nr++;
	tally->failed += state.trouble != NULL;
	printf("%s %u - %.*s\n", state.trouble ? "not ok" : "ok", tally->nr,
	       (int)strcspn(name, "\r\n"), name);
	if (state.trouble)
		fputs(state.trouble, stdout);
	free(state.trouble);
}

static void run_script(struct tally *tally, const struct script *script)
{
	size_t from = 0, prologue;

	while (from < script->nr_lines && !is_case(script->lines[from]))
		from++;
	prologue = from;
	while (from < script->nr_lines) {
		size_t to = from + 1;

		while (to < script->nr_lines && !is_case(script->lines[to]))
			to++;
		run_case(tally, script, prologue, from, to);
		from = to;
	}
}

static int run_file(struct tally *tally, const char *path)
{
	struct script script = { .path = path };
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	unsigned int before = tally->nr;

	if (!in) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		return -1;
	}
	while (getline(&line, &size, in) >= 0) {
		script.lines = realloc(script.lines,
				       (script.nr_lines + 1) * sizeof(line));
		if (!script.lines)
			abort();
		script.lines[script.nr_lines++] = line;
		line = NULL;
	}
	free(line);
	fclose(in);
	run_script(tally, &script);
	for (size_t i = 0; i < script.nr_lines; i++)
		free(script.lines[i]);
	free(script.lines);
	if (tally->nr == before)
		printf("Bail out! %s: no case in it\n", path);
	return tally->nr == before ? -1 : 0;
}

static int run_all(struct tally *tally)
{
	char directory[PATH_BYTES], path[2 * PATH_BYTES];
	struct dirent **entries;
	int nr, status = 0;

	snprintf(directory, sizeof(directory), "%s/tests/cases", corpus_root());
	nr = scandir(directory, &entries, NULL, alphasort);
	if (nr < 0) {
		printf("Bail out! %s: %s\n", directory, strerror(errno));
		return -1;
	}
	for (int i = 0; i < nr; i++) {
		const char *dot = strrchr(entries[i]->d_name, '.');

		snprintf(path, sizeof(path), "%s/%s", directory,
			 entries[i]->d_name);
		if (!status && dot && !strcmp(dot, ".case"))
			status = run_file(tally, path);
		free(entries[i]);
	}
	free(entries);
	return status;
}

int main(int argc, char **argv)
{
	struct tally tally = { 0, 0 };
	int status = 0;

	if (argc < 2)
		status = run_all(&tally);
	for (int i = 1; i < argc && !status; i++)
		status = run_file(&tally, argv[i]);
	if (status)
		return 1;
	printf("1..%u\n", tally.nr);
	return tally.failed != 0;
}
