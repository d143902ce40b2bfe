// SPDX-License-Identifier: MIT
/*
 * complete.c - what can stand where the cursor is: the shells' completions ask.
 *
 *	cpupolicy --complete WORD...
 *
 * The last word is the one being typed, perhaps empty; the others stand before
 * it, without the tool's name. Prints one candidate in each line, a tab and
 *what it is; a line of "/" alone: names of files too. Options come from the
 *help texts, so that there is no second list of them.
 */
#include <string.h>

#include "complete.h"
#include "convert.h"

/* The word being typed. */
struct typed {
	const char *before; /* what stays as it is: "--hide=", "avx2," */
	size_t length;	    /* of that */
	const char *part;   /* what is being completed */
};

static void put(const struct typed *typed, const char *word, size_t length,
		const char *what)
{
	if (strncmp(word, typed->part, strlen(typed->part)) != 0)
		return;
	printf("%.*s%.*s\t%.*s\n", (int)typed->length, typed->before,
	       (int)length, word, (int)strcspn(what, "\n"), what);
}

static void put_word(const struct typed *typed, const char *word,
		     const char *what)
{
	put(typed, word, strlen(word), what);
}

static void put_files(const struct typed *typed)
{
	(void)typed;
	puts("/");
}

static void put_nothing(const struct typed *typed)
{
	(void)typed;
}

static void put_hypervisors(const struct typed *typed)
{
	for (int i = 0; i < CPUPOLICY_NR_HYPERVISORS; i++)
		put_word(
			typed,
			cpupolicy_hypervisor_name((enum cpupolicy_hypervisor)i),
			"hypervisor");
}

static void put_modes(const struct typed *typed)
{
	const struct cpupolicy_mode *mode;

	for (uint32_t i = 0; (mode = cpupolicy_mode_at(i)) != NULL; i++)
		if (!mode_seen(i))
			put_word(typed, mode->name, mode->summary);
}

static void put_models(const struct typed *typed)
{
	const struct cpupolicy_model *model;
	char name[64];

	for (uint32_t i = 0; (model = cpupolicy_model_at(i)) != NULL; i++) {
		snprintf(name, sizeof(name), "@%s", model->name);
		put_word(typed, name, model->summary);
	}
}

/* Fields that a policy has: @features of one bit, or numbers to lower. */
static void put_fields(const struct typed *typed, bool features)
{
	const struct cpupolicy_field *field;

	for (uint32_t i = 0; (field = cpupolicy_field_at(i)) != NULL; i++)
		if (features ? field->level == CPUPOLICY_LEVEL_AND &&
				       field->at.high == field->at.low
			     : field->level == CPUPOLICY_LEVEL_MIN)
			put_word(typed, field->name, field->summary);
}

static void put_features(const struct typed *typed)
{
	put_fields(typed, true);
}

static void put_numbers(const struct typed *typed)
{
	put_fields(typed, false);
}

static void put_findings(const struct typed *typed)
{
	const struct cpupolicy_finding_info *info;
	char code[8];

	for (uint32_t i = 0; (info = cpupolicy_finding_info_at(i)); i++) {
		snprintf(code, sizeof(code), "F%03u", info->code % 10000u);
		put_word(typed, code, info->summary);
	}
}

static void put_allowed(const struct typed *typed)
{
	static const enum cpupolicy_grade grades[] = {
		CPUPOLICY_GRADE_HINT,
		CPUPOLICY_GRADE_NOTE,
		CPUPOLICY_GRADE_SECURITY,
	};

	for (size_t i = 0; i < sizeof(grades) / sizeof(grades[0]); i++)
		put_word(typed, cpupolicy_grade_name(grades[i]),
			 "all findings of this grade");
	put_findings(typed);
}

static void put_targets(const struct typed *typed)
{
	const struct cpupolicy_format_info *format;

	for (uint32_t i = 0; (format = format_at(i)) != NULL; i++)
		if (format->writes)
			put_word(typed, format->name, format->title);
}

static void put_yes_or_no(const struct typed *typed)
{
	put_word(typed, "yes", "");
	put_word(typed, "no", "");
}

/* Whatever has a name. */
static void put_names(const struct typed *typed)
{
	const struct cpupolicy_field *field;

	for (uint32_t i = 0; (field = cpupolicy_field_at(i)) != NULL; i++)
		put_word(typed, field->name, field->summary);
	put_findings(typed);
	put_modes(typed);
	put_models(typed);
}

/* What goes with an option; files with those that are not here. */
static const struct {
	const char *option;
	void (*put)(const struct typed *typed);
} values[] = {
	{ "--allow", put_allowed },	 { "--cap", put_numbers },
	{ "--faulting", put_yes_or_no }, { "--first", put_nothing },
	{ "--hide", put_features },	 { "--hypervisor", put_hypervisors },
	{ "--mode", put_modes },	 { "--name", put_nothing },
	{ "--near", put_nothing },	 { "--to", put_targets },
};

static void put_value(const struct typed *typed, const char *option,
		      size_t length)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strlen(values[i].option) == length &&
		    memcmp(values[i].option, option, length) == 0) {
			values[i].put(typed);
			return;
		}
	put_files(typed);
}

static const char *help_text(const char *line)
{
	const char *text = strstr(line, "  ");

	return text ? text + strspn(text, " ") : "";
}

/* @name: as the help text has it; what follows it stands behind */
typedef bool option_function(void *arg, const char *name, size_t length);

/* Every option of a help text, in lines such as "  --offer, --accept  which
 * set", until @each returns true. */
static bool walk_options(const char *help, option_function *each, void *arg)
{
	for (const char *line = help; *line; line += *line == '\n') {
		const char *name =
			strncmp(line, "  -", 3) == 0 ? line + 2 : NULL;

		while (name) {
			size_t length = strcspn(name, " ,\n");

			if (each(arg, name, length))
				return true;
			name = name[length] == ',' ? name + length + 2 : NULL;
		}
		line += strcspn(line, "\n");
	}
	return false;
}

struct option_list {
	struct typed typed;
	const char *last; /* an option may have a line for each value */
};

static bool put_option(void *arg, const char *name, size_t length)
{
	struct option_list *list = arg;

	if (!list->last || strncmp(list->last, name, length + 1) != 0)
		put(&list->typed, name, length, help_text(name + length));
	list->last = name;
	return false;
}

/* Is it this one, and does a value go with it? */
static bool takes_value(void *arg, const char *name, size_t length)
{
	const char *word = arg;

	return strlen(word) == length && memcmp(word, name, length) == 0 &&
	       name[length] == ' ' && name[length + 1] != ' ';
}

static void put_operands(const struct command *command,
			 const struct typed *typed)
{
	if (strcmp(command->name, "record") == 0)
		return;
	if (strcmp(command->name, "explain") == 0) {
		put_names(typed);
		return;
	}
	if (strcmp(command->name, "models") != 0)
		put_word(typed, "@host", "this machine");
	put_models(typed);
	if (strcmp(command->name, "models") == 0)
		return;
	put_files(typed);
}

/* Behind the last comma, and behind "--option=". */
static struct typed split(const char *word, size_t *option)
{
	struct typed typed = { .before = word, .part = word };
	const char *equals = strchr(word, '='), *comma;

	*option = 0;
	if (word[0] == '-' && word[1] == '-' && equals) {
		*option = (size_t)(equals - word);
		typed.part = equals + 1;
	}
	comma = strrchr(typed.part, ',');
	if (comma)
		typed.part = comma + 1;
	typed.length = (size_t)(typed.part - word);
	return typed;
}

static void complete_in(const struct command *command, int nr, char **words)
{
	char *word = words[nr - 1], *before = nr > 1 ? words[nr - 2] : "";
	struct option_list list = { .typed = { .before = word, .part = word } };
	size_t option;
	struct typed typed = split(word, &option);

	if (before[0] == '-' &&
	    walk_options(command->help, takes_value, before)) {
		put_value(&typed, before, strlen(before));
	} else if (option) {
		put_value(&typed, word, option);
	} else if (word[0] == '-') {
		walk_options(command->help, put_option, &list);
		put_word(&list.typed, "--help", "its options and an example");
	} else {
		put_operands(command, &list.typed);
	}
}

static void complete_command(const struct command *const *commands, size_t nr,
			     const char *word)
{
	struct typed typed = { .before = word, .part = word };

	for (size_t i = 0; i < nr; i++)
		put_word(&typed, commands[i]->name, commands[i]->summary);
	put_word(&typed, "help", "of one command");
	put_word(&typed, "--help", "all commands");
	put_word(&typed, "--version", "of the tool");
}

int complete(const struct command *const *commands, size_t nr_commands, int nr,
	     char **words)
{
	if (nr < 1)
		return EXIT_TROUBLE;
	if (nr == 1 || (nr == 2 && strcmp(words[0], "help") == 0)) {
		complete_command(commands, nr_commands, words[nr - 1]);
		return EXIT_YES;
	}
	for (size_t i = 0; i < nr_commands; i++)
		if (strcmp(commands[i]->name, words[0]) == 0)
			complete_in(commands[i], nr - 1, words + 1);
	return EXIT_YES;
}
