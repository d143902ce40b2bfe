// SPDX-License-Identifier: MIT
/*
 * aida_lines.c - what one line of an AIDA64, EVEREST or InstLatx64 dump is.
 *
 * Twenty years of versions of these tools, and people who copied their output,
 * gave headers and separators many forms. Values have one: eight digits. Fewer
 * are the mark of a line that was cut.
 */
#include <string.h>

#include "aida_lines.h"

/* Behind a row in a dump that was cut, or where a column slipped. */
static const char registers[] = "four registers of eight hexadecimal digits";

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

/* Exactly eight digits, and no 0x. */
static bool take_register(uint32_t *out, const char **text)
{
	const char *s = *text;
	uint64_t value;
	size_t nr = 0;

	while (nr < 9 && is_hex(s[nr]))
		nr++;
	if (nr != 8 || is_word(s[8]) || !cpupolicy__hex(&value, text, 8))
		return false;
	*out = (uint32_t)value;
	return true;
}

/* "-" or blanks, or "-" among blanks. */
static bool take_separator(const char **text)
{
	const char *before = *text;

	cpupolicy__skip_blanks(text);
	cpupolicy__take(text, "-");
	cpupolicy__skip_blanks(text);
	return *text != before;
}

/*
 * "CPUID" and a number, or something that begins as one: a row, well-formed or
 * not. "CPUID Manufacturer" and the like are text.
 */
static bool begins_row(const char **text)
{
	const char *s = *text;
	size_t nr = 0;

	cpupolicy__skip_blanks(&s);
	if (!cpupolicy__take(&s, "cpuid") || !is_blank(*s))
		return false;
	cpupolicy__skip_blanks(&s);
	while (is_hex(s[nr]))
		nr++;
	if (nr == 0 || (is_word(s[nr]) && !(*s >= '0' && *s <= '9')))
		return false;
	*text = s;
	return true;
}

/* Strings may hold anything between brackets, and these leaves no sub-leaf. */
static bool is_string(uint32_t leaf)
{
	return leaf == 0 || (leaf >= 0x80000000u && leaf <= 0x80000004u &&
			     leaf != 0x80000001u);
}

/* "[SL 0D]" somewhere behind the registers; two hexadecimal digits. */
static bool parse_subleaf(struct cpupolicy__printed *row, const char *text)
{
	uint64_t subleaf;

	if (is_string(row->row.leaf))
		return true;
	for (; (text = strchr(text, '[')); text++) {
		const char *s = text + 1;

		if (!cpupolicy__take(&s, "sl") || !is_blank(*s))
			continue;
		cpupolicy__skip_blanks(&s);
		if (!cpupolicy__hex(&subleaf, &s, 8))
			return false;
		cpupolicy__skip_blanks(&s);
		row->row.subleaf = (uint32_t)subleaf;
		row->numbered = true;
		return *s == ']';
	}
	return true;
}

/* Returns what should be there and is not, or NULL. */
static const char *parse_row(struct cpupolicy__printed *row, const char *text)
{
	struct cpupolicy_row *r = &row->row;
	uint32_t fifth;
	const char *before;
	bool dashes;

	if (!take_register(&r->leaf, &text))
		return "a leaf of eight hexadecimal digits";
	before = text;
	cpupolicy__skip_blanks(&text);
	cpupolicy__take(&text, ":");
	cpupolicy__skip_blanks(&text);
	if (text == before || !take_register(&r->eax, &text))
		return registers;
	dashes = *text == '-';
	if (!take_separator(&text) || !take_register(&r->ebx, &text) ||
	    !take_separator(&text) || !take_register(&r->ecx, &text) ||
	    !take_separator(&text) || !take_register(&r->edx, &text) ||
	    *text == '-')
		return registers;
	before = text;
	cpupolicy__skip_blanks(&before);
	if (!dashes && take_register(&fifth, &before))
		return registers;
	return parse_subleaf(row, text) ? NULL
					: "a sub-leaf as in [SL 0D] behind the "
					  "registers";
}

/* Four groups of four digits, most significant first. */
static bool parse_msr(struct cpupolicy_msr *msr, const char *text)
{
	int nr = 0;

	cpupolicy__skip_blanks(&text);
	if (!cpupolicy__take(&text, "msr") || !is_blank(*text))
		return false;
	cpupolicy__skip_blanks(&text);
	if (!take_register(&msr->index, &text))
		return false;
	text += strspn(text, ": \t");
	for (; nr < 4; nr++) {
		uint64_t group;

		if ((nr && *text++ != '-') || !is_hex(text[0]) ||
		    !is_hex(text[1]) || !is_hex(text[2]) || !is_hex(text[3]) ||
		    !cpupolicy__hex(&group, &text, 4))
			return false;
		msr->value = msr->value << 16 | group;
	}
	return !is_word(*text) && *text != '-';
}

/* "#3", with blanks before it */
static bool take_number(uint32_t *cpu, const char **text)
{
	cpupolicy__skip_blanks(text);
	return cpupolicy__take(text, "#") &&
	       cpupolicy__take_decimal(cpu, text, CPUPOLICY__MAX_CPUS);
}

/* What follows the name of a section: "/ Logical CPU #3", "(CPU #3", none. */
static void take_cpu(struct cpupolicy__aida_line *out, const char **text)
{
	cpupolicy__skip_blanks(text);
	out->table = cpupolicy__take(text, "(");
	cpupolicy__take(text, "/");
	cpupolicy__skip_blanks(text);
	cpupolicy__take(text, "logical");
	cpupolicy__skip_blanks(text);
	cpupolicy__take(text, "cpu");
	take_number(&out->cpu, text);
}

/* Lines of their own: "CPU 3:", "CPU:", "CPU#003 AffMask: 0x..." */
static bool is_short_header(struct cpupolicy__aida_line *out, const char *text)
{
	bool hash;

	if (!cpupolicy__take(&text, "cpu"))
		return false;
	hash = take_number(&out->cpu, &text);
	if (!hash) {
		cpupolicy__skip_blanks(&text);
		cpupolicy__take_decimal(&out->cpu, &text, CPUPOLICY__MAX_CPUS);
	}
	cpupolicy__skip_blanks(&text);
	if (hash && (*text == '\0' || cpupolicy__take(&text, "affmask")))
		return true;
	return *text == ':' && text[1] == '\0';
}

static enum cpupolicy__aida_kind header(struct cpupolicy__aida_line *out,
					const char *line)
{
	const char *text = line + strspn(line, "-_= \t["), *word = text;

	out->cpu = CPUPOLICY__NEXT_CPU;
	if (cpupolicy__take(&text, "cpuid registers")) {
		take_cpu(out, &text);
		return CPUPOLICY__AIDA_CPU;
	}
	if (cpupolicy__take(&text, "msr registers")) {
		take_cpu(out, &text);
		return CPUPOLICY__AIDA_MSRS;
	}
	if (cpupolicy__take(&text, "logical cpu") &&
	    take_number(&out->cpu, &text))
		return CPUPOLICY__AIDA_CPU;
	if (is_short_header(out, word))
		return CPUPOLICY__AIDA_CPU;
	/* a group of CPUs, of which this is the next one */
	text = word;
	if (cpupolicy__take(&text, "group:") && strstr(text, "ffinity mask:"))
		return CPUPOLICY__AIDA_CPU;
	if (line[0] == '-' && strchr(line, '['))
		return CPUPOLICY__AIDA_SECTION;
	return CPUPOLICY__AIDA_TEXT;
}

void cpupolicy__aida_line(struct cpupolicy__aida_line *out,
			  const struct cpupolicy__lines *lines)
{
	const char *text = lines->text;

	*out = (struct cpupolicy__aida_line){ .row.line = lines->nr };
	if (begins_row(&text)) {
		out->expected = lines->cut ? "a line that is not so long"
					   : parse_row(&out->row, text);
		out->kind = out->expected ? CPUPOLICY__AIDA_BAD_ROW
					  : CPUPOLICY__AIDA_ROW;
		return;
	}
	if (parse_msr(&out->msr, text)) {
		out->kind = CPUPOLICY__AIDA_MSR;
		return;
	}
	if (strspn(text, "-") == 80 && text[80] == '\0')
		out->kind = CPUPOLICY__AIDA_DASHES;
	else
		out->kind = header(out, text);
}
