// SPDX-License-Identifier: MIT
/*
 * proc_cpuinfo.c - /proc/cpuinfo of Linux on x86, line by line:
 *
 *	processor	: 0
 *	vendor_id	: GenuineIntel
 *	...
 *	flags		: fpu vme de ...
 */
#include <string.h>

#include "lines.h"
#include "proc_cpuinfo.h"

/* What only other architectures have. */
static const char *const foreign_keys[] = {
	"CPU implementer", "CPU Family", "Features", "features", "Processor",
	"# processors",	   "isa",	 "hart",     "cpu",	 "system type",
	"Model Name",	   "type",	 "prom",
};

struct reader {
	struct cpupolicy__dump dump;
	struct cpupolicy__lines lines;
	struct cpupolicy__named named; /* what was told of @before */
	struct cpupolicy__cpuinfo now, before;
	uint32_t cpu;
	int line; /* where the CPU begins; 0: none has */
	bool microcodes_differ;
};

static bool same(const struct cpupolicy__cpuinfo_value *a,
		 const struct cpupolicy__cpuinfo_value *b)
{
	return !a->line == !b->line && a->size == b->size &&
	       (!a->size || memcmp(a->text, b->text, a->size) == 0);
}

/* The CPUs of a machine say the same; they are looked at once. */
static int tell(struct reader *reader)
{
	enum cpupolicy__cpuinfo_key key = 0;

	while (key < CPUINFO_NR_KEYS &&
	       (key == CPUINFO_MICROCODE || key == CPUINFO_BUGS ||
		same(&reader->now.value[key], &reader->before.value[key])))
		key++;
	if (key == CPUINFO_NR_KEYS)
		return 0;
	return cpupolicy__cpuinfo_tell(&reader->named, &reader->now,
				       &reader->dump);
}

static int end_cpu(struct reader *reader)
{
	static const enum cpupolicy__cpuinfo_key needed[] = {
		CPUINFO_VENDOR,
		CPUINFO_FAMILY,
		CPUINFO_FLAGS,
	};
	int status;

	if (!reader->line)
		return 0;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!reader->now.value[needed[i]].line)
			return cpupolicy__dump_fail(
				&reader->dump, reader->line,
				"this processor has no line '%s', which every "
				"x86 CPU has",
				cpupolicy__cpuinfo_keys[needed[i]]);
	if (reader->before.value[CPUINFO_VENDOR].line &&
	    !same(&reader->now.value[CPUINFO_MICROCODE],
		  &reader->before.value[CPUINFO_MICROCODE]))
		reader->microcodes_differ = true;
	status = tell(reader);
	if (status == 0)
		status = cpupolicy__dump_cpu(&reader->dump, reader->line,
					     reader->cpu);
	if (status == 0)
		status = cpupolicy__named_put(&reader->named, &reader->dump,
					      reader->line);
	reader->before = reader->now;
	memset(&reader->now, 0, sizeof(reader->now));
	reader->line = 0;
	return status;
}

/*
 * "key : value" of the current line, which begins @at this offset. Flags go on
 * beyond what lines.h keeps of a line.
 */
static bool split(char key[CPUINFO_TEXT],
		  struct cpupolicy__cpuinfo_value *value,
		  const struct cpupolicy__lines *lines, size_t at)
{
	const char *text = lines->source->text;
	const char *colon = strchr(lines->text, ':');
	size_t end = lines->at, length;

	if (!colon)
		return false;
	length = (size_t)(colon - lines->text);
	at += length + 1;
	while (end > at && strchr("\n\r \t", text[end - 1]))
		end--;
	if (at < end && text[at] == ' ')
		at++;
	*value = (struct cpupolicy__cpuinfo_value){
		.text = text + at,
		.size = end - at,
		.line = lines->nr,
	};
	while (length && strchr(" \t", lines->text[length - 1]))
		length--;
	if (length >= CPUINFO_TEXT)
		return false;
	memcpy(key, lines->text, length);
	key[length] = '\0';
	return true;
}

static bool is_foreign(const char *key)
{
	for (size_t i = 0; i < sizeof(foreign_keys) / sizeof(foreign_keys[0]);
	     i++)
		if (strcmp(foreign_keys[i], key) == 0)
			return true;
	return false;
}

static int begin_cpu(struct reader *reader,
		     const struct cpupolicy__cpuinfo_value *value)
{
	char text[CPUINFO_TEXT];
	const char *s = text;
	int status = end_cpu(reader);

	if (status < 0)
		return status;
	cpupolicy__cpuinfo_copy(text, value);
	if (!cpupolicy__take_decimal(&reader->cpu, &s, CPUPOLICY__MAX_CPUS) ||
	    *s)
		return cpupolicy__dump_fail(&reader->dump, value->line,
					    "'processor' is '%s', expected a "
					    "number",
					    text);
	reader->line = value->line;
	return 0;
}

static int keep(struct reader *reader, const char *key,
		const struct cpupolicy__cpuinfo_value *value)
{
	struct cpupolicy__cpuinfo_value *kept = NULL;

	for (size_t i = 0; i < CPUINFO_NR_KEYS; i++)
		if (strcmp(key, cpupolicy__cpuinfo_keys[i]) == 0)
			kept = &reader->now.value[i];
	if (!kept)
		return 0;
	if (!reader->line)
		return cpupolicy__dump_fail(&reader->dump, value->line,
					    "expected 'processor : 0' before "
					    "'%s'",
					    key);
	if (kept->line)
		return cpupolicy__dump_fail(&reader->dump, value->line,
					    "'%s' is there twice for one "
					    "processor",
					    key);
	*kept = *value;
	return 0;
}

static int read_line(struct reader *reader, size_t at)
{
	const struct cpupolicy__lines *lines = &reader->lines;
	struct cpupolicy__cpuinfo_value value;
	char key[CPUINFO_TEXT];

	if (lines->binary)
		return cpupolicy__dump_fail(&reader->dump, lines->nr,
					    "a NUL byte, expected text");
	if (lines->text[0] == '\0')
		return 0;
	if (!split(key, &value, lines, at))
		return cpupolicy__dump_fail(&reader->dump, lines->nr,
					    "expected 'key : value', found "
					    "%.60s",
					    lines->text);
	if (is_foreign(key))
		return cpupolicy__dump_fail(&reader->dump, lines->nr,
					    "'%s' is of another architecture; "
					    "only x86 CPUs have CPUID",
					    key);
	if (strcmp(key, "processor") == 0)
		return begin_cpu(reader, &value);
	return keep(reader, key, &value);
}

/* What is said of the machine, by its last CPU. */
static int describe(struct reader *reader)
{
	struct cpupolicy_record *record = reader->dump.record;
	const struct cpupolicy__cpuinfo_value *microcode =
		&reader->before.value[CPUINFO_MICROCODE];
	const struct cpupolicy__cpuinfo_value *bugs =
		&reader->before.value[CPUINFO_BUGS];
	char text[CPUINFO_TEXT];
	int status = 0;

	cpupolicy__cpuinfo_copy(text, microcode);
	if (microcode->line)
		status = cpupolicy__set_string(&record->microcode, text);
	if (status == 0)
		status = cpupolicy_record_note(
			record,
			"a flag that is not there was not recorded: the kernel "
			"takes away flags that it does not use, and has none "
			"for many bits");
	if (status == 0 && reader->microcodes_differ)
		status = cpupolicy_record_note(
			record, "microcode differs between the CPUs");
	if (status == 0 && bugs->size)
		status = cpupolicy_record_note(
			record, "bugs that the kernel knows of: %.*s",
			(int)(bugs->size < 300 ? bugs->size : 300), bugs->text);
	if (status == 0)
		status = cpupolicy__named_notes(&reader->named, record);
	return status < 0 ? cpupolicy__no_memory(reader->dump.error,
						 reader->dump.source->name)
			  : 0;
}

static int read_cpuinfo(struct cpupolicy_document *out,
			const struct cpupolicy__source *source,
			struct cpupolicy_error *error)
{
	struct reader reader = {
		.lines = { .source = source },
		.named = { .project = CPUPOLICY__LINUX },
	};
	size_t at = 0;
	int status;

	status = cpupolicy__dump_begin(&reader.dump, out, source, error,
				       "/proc/cpuinfo");
	while (status == 0 && cpupolicy__next_line(&reader.lines)) {
		status = read_line(&reader, at);
		at = reader.lines.at;
	}
	if (status == 0)
		status = end_cpu(&reader);
	if (status == 0)
		status = describe(&reader);
	cpupolicy__named_clear(&reader.named);
	return cpupolicy__dump_end(&reader.dump, reader.lines.nr, status);
}

/* The first line that is not empty says so. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	struct cpupolicy__lines lines = { .source = source };
	struct cpupolicy__cpuinfo_value value;
	char key[CPUINFO_TEXT];
	size_t at = 0;

	while (cpupolicy__next_line(&lines) && !lines.text[0])
		at = lines.at;
	if (!split(key, &value, &lines, at))
		return CPUPOLICY__NO;
	if (strcmp(key, "processor") == 0)
		return CPUPOLICY__YES;
	return is_foreign(key) || strcmp(key, "vendor_id") == 0
		       ? CPUPOLICY__PERHAPS
		       : CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_proc_cpuinfo = {
	.info = { .name = "proc-cpuinfo",
		  .title = "/proc/cpuinfo of Linux on x86",
		  .reads = true,
		  .partial = true },
	.probe = probe,
	.read = read_cpuinfo,
};
