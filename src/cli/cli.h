/* SPDX-License-Identifier: MIT */
/*
 * cli.h - what the commands share.
 *
 * Text that comes from files is escaped when it enters (input names, brand
 * strings); whatever is called "text" below is safe to print.
 */
#ifndef CPUPOLICY_CLI_H
#define CPUPOLICY_CLI_H

#include <stdio.h>

#include <jansson.h>

#include <cpupolicy/difference.h>
#include <cpupolicy/formats.h>

/* Exit statuses, as grep and diff have them. */
enum {
	EXIT_YES = 0, /* fits, equal, done */
	EXIT_NO = 1,  /* does not fit, differs */
	EXIT_TROUBLE = 2,
};

/* People read tables at this many columns. */
#define CLI_WIDTH 100

/* main.c: one row of the command table; each lives beside its command. */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;	 /* options and an example */
	void (*more_help)(void); /* NULL: that is all */
	int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command command_record, command_show, command_host;
extern const struct command command_diff, command_mask, command_check;
extern const struct command command_matrix, command_baseline, command_convert;
extern const struct command command_explain;
extern const struct command command_lint, command_fit, command_models;
extern const struct command command_verify, command_drift;
extern const struct command command_levelling;

/* text.c */
struct text {
	char *s; /* NULL: empty */
	size_t length, room;
};

/* Out of memory ends the tool: nothing was written, nothing is half done. */
void *more_room(void *array, size_t *room, size_t nr, size_t size);
void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_word(struct text *text, const char *separator, const char *word);
char *format_text(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
char *escape(const char *raw);
/* Both print "cpupolicy: ..." on standard error and return EXIT_TROUBLE. */
int trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
int trouble_of(const struct cpupolicy_error *error);
/* Words of @text from @column on, continued at @indent; ends the line. */
void put_wrapped(FILE *to, const char *text, int column, int indent);
int text_columns(const char *text);
/* Some words of a list, and how many more there are; @most 0: all; to be freed
 */
char *some_words(const char *list, size_t most);
bool word_listed(const char *list, const char *word);
/* progress.c: tell somebody who waits. @of 0: nobody knows how many there will
 * be; with @nr all of them, it is at its end. */
void progress(const char *doing, size_t nr, size_t of);
/* Take it away again; what is printed afterwards stands alone. */
void progress_end(void);

/* args.c */
struct words {
	char **item; /* owned */
	size_t nr, room;
};

struct option {
	const char *name; /* without "--"; NULL ends the list */
	char letter;	  /* 0: none */
	bool *flag;	  /* exactly one of the three */
	const char **value;
	struct words *list; /* split at commas, may be repeated */
};

#define ARGS_GO_ON (-1)

void words_add(struct words *words, const char *word, size_t length);
void words_free(struct words *words);
/* Returns ARGS_GO_ON, or the status to exit with. */
int args_parse(struct words *operands, const struct command *command,
	       const struct option *options, int argc, char **argv);
int args_expect(const struct command *command, const struct words *operands,
		size_t least, size_t most);
/* Returns 0, or EXIT_TROUBLE with the message printed. */
int args_number(size_t *out, const char *option, const char *value);
void put_command_help(const struct command *command);

/* input.c */
enum input_kind {
	INPUT_RECORD,
	INPUT_POLICY,
	INPUT_MASK,
	INPUT_MODEL,
	INPUT_PROFILE,
};

struct input {
	enum input_kind kind;
	char *name; /* as given; text */
	char *stem; /* the file's name without folder and extension; text */
	struct cpupolicy_document document;
	const struct cpupolicy_model *model;	 /* MODEL */
	const struct cpupolicy_profile *profile; /* PROFILE */
	/* as it was written, for inputs_next(); NULL: not read from a file */
	const char *text;
	size_t size;
};

/* Input functions return 0, or EXIT_TROUBLE with the message printed. */
int input_open(struct input *input, const char *argument);
/* There is no model of that name; always EXIT_TROUBLE. */
int refuse_model(const char *name);
/* As input_open(), but a mask is trouble. */
int input_open_policy(struct input *input, const char *argument);
void input_close(struct input *input);
/* For inputs.c. @place: behind the name; a line of the file, say */
void input_name(struct input *input, const char *argument, const char *place);
int input_open_builtin(struct input *input, const char *argument);
int input_parse(struct input *input, struct cpupolicy_stream *stream);
int input_refuse_mask(const struct input *input);
/* Trouble where standard input was taken before. */
int input_take_standard(const char *argument);
/* hypervisor.c: what the commands' help says of the option */
#define HYPERVISOR_HELP                                                        \
	"  --hypervisor NAME  of recorded machines: kvm (assumed), xen, "      \
	"hyperv, vmware,\n"                                                    \
	"                     none; or with a version: kvm-6.1, xen-4.17\n"
/* @name NULL: KVM is assumed */
int input_hypervisor(struct cpupolicy_hostset_options *options,
		     const char *name);
/* As it is written behind --hypervisor; to be freed. */
char *hypervisor_text(const struct cpupolicy_hostset_options *options);
/* A record becomes the set asked for; anything else is taken literally. */
int input_policy(struct cpupolicy_policy *out, const struct input *input,
		 const struct cpupolicy_hostset_options *options,
		 enum cpupolicy_set set, cpupolicy_sink *sink, void *arg);
/* "node7.json (record, accept set, hypervisor kvm assumed)"; to be freed */
char *input_label(const struct input *input,
		  const struct cpupolicy_hostset_options *options,
		  enum cpupolicy_set set);
/* The mode as the command line applies it: a host must qualify first. */
int input_apply_mode(struct cpupolicy_policy *policy, const struct input *input,
		     const char *mode, cpupolicy_sink *sink, void *arg);
/* Several makers have modes of one name: did one before it have it? */
bool mode_seen(uint32_t index);
/* A policy file may be anything; levelling wants it consistent. */
void input_normalize(struct cpupolicy_policy *policy,
		     const struct input *input);

/*
 * inputs.c: the documents of all operands, one after another
 *
 *	status = inputs_begin(&inputs, &operands);
 *	while (inputs_next(&input, &inputs)) {
 *		if (!inputs_parse(&input, &inputs))
 *			...
 *		input_close(&input);
 *	}
 *	status = inputs_end(&inputs);
 *
 * inputs_next() reads and names, so that what was seen before need not be
 * parsed; @text of the input lasts until the next call. It stops at the first
 * trouble, which inputs_end() returns; users may set @status to stop it.
 */
struct inputs {
	size_t nr;    /* documents so far */
	bool several; /* there are or may be more than one */
	int status;   /* 0, or EXIT_TROUBLE with the message printed */

	struct words files;
	size_t next;
	const char *argument;		 /* of the current document */
	struct cpupolicy_stream *stream; /* NULL: this machine or a model */
	size_t plain; /* the length of the stream's name, line left out */
	bool lines;   /* the current document is a line of a file */
	bool unknown; /* nobody knows how many there will be */
};

/* Folders become their files, sorted. */
int input_expand(struct words *out, const struct words *operands);
int inputs_begin(struct inputs *inputs, const struct words *operands);
bool inputs_next(struct input *input, struct inputs *inputs);
/* As input_open_policy(), of the current document. */
int inputs_parse(struct input *input, struct inputs *inputs);
/* A line of a file is known by the name that it gives itself. */
void inputs_own_name(struct input *input, const struct inputs *inputs,
		     const char *name, size_t length);
int inputs_end(struct inputs *inputs);

/* values.c */
bool is_feature(const struct cpupolicy_difference *difference);
/* Caches, brand, mirrors: they follow from elsewhere. */
bool is_description(const struct cpupolicy_difference *difference);
/* The name, or the address where there is none; to be freed */
char *difference_name(const struct cpupolicy_difference *difference);
/* Decimal, or hexadecimal where a number means nothing; to be freed */
char *value_text(const struct cpupolicy_field *field,
		 const struct cpupolicy_address *at, uint32_t value);
/* Why is a leaf, or a bit of one that has a place, not part of a policy? */
const char *fate_text(const struct cpupolicy_address *at);
void vendor_text(char out[64], const struct cpupolicy_policy *policy);
uint32_t count_features(const struct cpupolicy_policy *policy);

/* findings.c */
struct findings {
	struct cpupolicy_finding *item;
	size_t nr, room;
};

void findings_sink(void *arg, const struct cpupolicy_finding *finding);
void findings_free(struct findings *findings);
/* Worst first, then by code and address. */
void findings_sort(struct findings *findings);
int compare_findings(const void *left, const void *right);
char *finding_address(const struct cpupolicy_finding *finding);
/* Has one before it the same code? */
bool finding_seen(const struct findings *findings, size_t nr);
/* "7.2, d.2, 1:ecx": where all findings of that code are; NULL: there is none
 */
char *findings_addresses(const struct findings *findings, uint16_t code,
			 size_t *nr);
const char *finding_field(const struct cpupolicy_finding *finding);
/* By code (F017) or name; NULL: none */
const struct cpupolicy_finding_info *find_finding(const char *name);
bool finding_is_drop(const struct cpupolicy_finding *finding);
json_t *finding_json(const struct cpupolicy_finding *finding);

/* table.c */
struct table {
	size_t columns;
	bool long_lines; /* do not wrap */
	char **cell;	 /* owned */
	size_t nr, room;
};

/* As many strings as the table has columns; copied. */
void table_row(struct table *table, ...);
void table_cell(struct table *table, const char *text);
/* Aligned; the last column wraps at CLI_WIDTH. Frees the cells. */
void table_print(struct table *table, int indent);
void table_print_to(FILE *to, struct table *table, int indent);
void table_free(struct table *table);

/* describe.c: what a policy or a record says about its machine */
struct description {
	char vendor[64];
	struct cpupolicy_signature signature;
	char *brand;	     /* text, owned; may be empty */
	char *known_as;	     /* libcpuid's name; text, owned; NULL: none */
	char *identify_note; /* text, owned; NULL: none */
	char *recorded; /* provenance in words; text, owned; NULL: no record */
	int abi_level;
};

void describe(struct description *out, const struct cpupolicy_policy *policy,
	      const struct input *input);
void description_free(struct description *description);
void abi_text(char out[32], int level);

/* json_out.c */
int json_put(json_t *object);
json_t *json_text(const char *text);
/* Words between blanks as an array; NULL: none */
json_t *json_words(const char *words);
json_t *json_policy(const struct cpupolicy_policy *policy, const char *name);
void json_count(json_t *object, const char *key, uint64_t number);
/* Writes @text as it is; takes and frees it. */
int write_owned(const char *path, char *text);

#endif
