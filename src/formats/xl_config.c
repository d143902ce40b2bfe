// SPDX-License-Identifier: MIT
/*
 * xl_config.c - find one setting in a domain's configuration: NAME = VALUE, one
 * to a line or with ';' between them, where a value is a number, a string in
 * quotes of either kind, or a list [...] over any number of lines; # begins a
 * comment.
 */
#include <stdlib.h>
#include <string.h>

#include "xl.h"

/** struct config - a configuration being read */
struct config {
	const struct cpupolicy__source *source;
	struct cpupolicy_error *error;
	size_t at;
	int line;
	size_t line_at; /* where it begins */
};

static int peek(const struct config *config)
{
	return config->at < config->source->size
		       ? (unsigned char)config->source->text[config->at]
		       : -1;
}

static int column(const struct config *config)
{
	return (int)(config->at - config->line_at) + 1;
}

static int fail(const struct config *config, const char *expected)
{
	return cpupolicy__fail_at(config->error, CPUPOLICY_E_SYNTAX,
				  config->source->name, config->line,
				  column(config), "expected %s", expected);
}

static bool is_name(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Past blanks and comments, and past ends of lines if @lines. */
static void skip(struct config *config, bool lines)
{
	for (;;) {
		int c = peek(config);

		if (c == '#')
			while (peek(config) >= 0 && peek(config) != '\n')
				config->at++;
		else if (c == ' ' || c == '\t' || c == '\r')
			config->at++;
		else if (c == '\n' && lines) {
			config->at++;
			config->line++;
			config->line_at = config->at;
		} else
			return;
	}
}

static int add_string(struct cpupolicy__xl_value *value,
		      const struct cpupolicy__xl_string *string)
{
	struct cpupolicy__xl_string *grown;

	if (!value)
		return 0;
	if (value->nr == CPUPOLICY__XL_MOST)
		return CPUPOLICY_E_RANGE;
	grown = realloc(value->strings, (value->nr + 1) * sizeof(*grown));
	if (!grown)
		return CPUPOLICY_E_MEMORY;
	value->strings = grown;
	grown[value->nr++] = *string;
	return 0;
}

/* A string, up to its other quote. */
static int read_string(struct config *config, struct cpupolicy__xl_value *value)
{
	struct cpupolicy__xl_string string;
	int quote = peek(config), c;

	config->at++;
	string = (struct cpupolicy__xl_string){
		.text = config->source->text + config->at,
		.line = config->line,
		.column = column(config),
	};
	while ((c = peek(config)) != quote) {
		if (c < 0 || c == '\n')
			return fail(config, quote == '"'
						    ? "'\"' before the end of "
						      "the line"
						    : "\"'\" before the end "
						      "of the line");
		config->at += c == '\\' && config->at + 1 < config->source->size
				      ? 2
				      : 1;
	}
	string.size = (size_t)(config->source->text + config->at - string.text);
	config->at++;
	return add_string(value, &string);
}

/* A number or a string. */
static int read_atom(struct config *config, struct cpupolicy__xl_value *value)
{
	int c = peek(config);

	if (c == '"' || c == '\'')
		return read_string(config, value);
	if (!is_name(c) && c != '-')
		return fail(config, "a number, a string in quotes or '['");
	if (value)
		return fail(config, "a string in quotes or a list of them");
	while (is_name(peek(config)) || peek(config) == '-')
		config->at++;
	return 0;
}

/* Lists in lists are skipped like all that is not asked for. */
static int read_list(struct config *config, struct cpupolicy__xl_value *value)
{
	size_t depth = 0;
	bool wanted = true; /* an element may follow */
	int status = 0;

	do {
		int c;

		skip(config, true);
		c = peek(config);
		if (c == '[' && wanted && (depth == 0 || !value)) {
			depth++;
			config->at++;
		} else if (c == ']') {
			depth--;
			wanted = false;
			config->at++;
		} else if (c == ',' && !wanted) {
			wanted = true;
			config->at++;
		} else if (wanted) {
			status = read_atom(config, value);
			wanted = false;
		} else {
			status = fail(config, "',' or ']'");
		}
	} while (depth && status == 0);
	return status;
}

static int read_value(struct config *config, struct cpupolicy__xl_value *value)
{
	int status;

	skip(config, false);
	if (peek(config) != '[')
		return read_atom(config, value);
	status = read_list(config, value);
	if (value)
		value->list = true;
	return status;
}

/* NAME = VALUE or NAME += VALUE. */
static int read_setting(struct config *config,
			struct cpupolicy__xl_value *value, bool *found)
{
	const char *name = config->source->text + config->at;
	size_t length = 0;
	bool more, mine;

	while (is_name(peek(config))) {
		config->at++;
		length++;
	}
	mine = length == strlen("cpuid") && memcmp(name, "cpuid", length) == 0;
	skip(config, false);
	more = peek(config) == '+';
	config->at += more;
	if (!length || peek(config) != '=')
		return fail(config, length ? "'='" : "NAME = VALUE");
	config->at++;
	if (!mine)
		return read_value(config, NULL);
	if (more && *found && !value->list)
		return fail(config, "'=': text is not added to text");
	/* the last one counts */
	if (!more)
		value->nr = 0;
	*found = true;
	return read_value(config, value);
}

int cpupolicy__xl_config(struct cpupolicy__xl_value *out,
			 const struct cpupolicy__source *source,
			 struct cpupolicy_error *error)
{
	struct config config = { .source = source, .error = error, .line = 1 };
	bool found = false;
	int status = 0;

	*out = (struct cpupolicy__xl_value){ 0 };
	if (source->first_line)
		config.line = source->first_line;
	for (;;) {
		skip(&config, true);
		if (peek(&config) == ';') {
			config.at++;
			continue;
		}
		if (peek(&config) < 0 || status < 0)
			break;
		status = read_setting(&config, out, &found);
		skip(&config, false);
		if (status == 0 && peek(&config) >= 0 &&
		    peek(&config) != '\n' && peek(&config) != ';')
			status = fail(&config, "the end of the line");
	}
	if (status == CPUPOLICY_E_MEMORY)
		cpupolicy__no_memory(error, source->name);
	if (status == CPUPOLICY_E_RANGE)
		status = fail(&config, "no more strings than a CPU has "
				       "registers");
	if (status < 0) {
		free(out->strings);
		*out = (struct cpupolicy__xl_value){ 0 };
	}
	return status < 0 ? status : found;
}
