// SPDX-License-Identifier: MIT
/*
 * vmx.c - what a .vmx file of VMware says of CPUID: masks, 32 characters from
 * bit 31 down, and rows of the host and of the guest, EAX to EDX:
 *
 *	cpuid.1.ecx = "----:----:----:----:----:----:--0-:----"
 *	guestCPUID.1 = "000306a900100800fa98220b0fabfbff"
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "named.h"
#include "naming.h"

/** struct reading - rows of the guest, those of the host, and masks */
struct reading {
	struct cpupolicy__dump dump;
	struct cpupolicy__named guest, host;
	struct cpupolicy__named masks;
	int line;
};

static const char *const registers[4] = { "eax", "ebx", "ecx", "edx" };

static uint32_t *register_of(struct cpupolicy_row *row, unsigned reg)
{
	uint32_t *const all[4] = { &row->eax, &row->ebx, &row->ecx, &row->edx };

	return all[reg % 4u];
}

static bool take_word(const char **text, const char *word)
{
	size_t i = 0;

	while (word[i] && tolower((unsigned char)(*text)[i]) == word[i])
		i++;
	if (word[i])
		return false;
	*text += i;
	return true;
}

/* ".80000001" or ".d.1": a leaf, and perhaps a sub-leaf. */
static bool take_leaf(struct cpupolicy_row *row, const char **text)
{
	uint64_t leaf, subleaf = 0;
	const char *at = *text + 1;

	if (**text != '.' || !cpupolicy__hex(&leaf, &at, 8))
		return false;
	*text = at++;
	if (**text == '.' && cpupolicy__hex(&subleaf, &at, 2) &&
	    (*at == '.' || !*at))
		*text = at;
	else
		subleaf = 0;
	row->leaf = (uint32_t)leaf;
	row->subleaf = (uint32_t)subleaf;
	return true;
}

static int fail(const struct reading *reading, const char *format,
		const char *text)
{
	return cpupolicy__dump_fail(&reading->dump, reading->line, format,
				    text);
}

static int add(const struct reading *reading, struct cpupolicy__named *to,
	       const struct cpupolicy_row *row,
	       const struct cpupolicy_row *known)
{
	return cpupolicy__named_row(to, row, known) < 0
		       ? cpupolicy__no_memory(reading->dump.error,
					      reading->dump.source->name)
		       : 0;
}

/* 32 digits, four registers. */
static int read_row(struct reading *reading, struct cpupolicy__named *to,
		    const char *key, const char *value)
{
	static const struct cpupolicy_row all = { 0, 0, ~0u, ~0u, ~0u, ~0u };
	struct cpupolicy_row row = { 0 };

	if (!take_leaf(&row, &key) || *key)
		return 0;
	if (strlen(value) != 32 ||
	    strspn(value, "0123456789abcdefABCDEF") != 32)
		return fail(reading,
			    "'%.60s' is not a row, expected 32 hexadecimal "
			    "digits",
			    value);
	for (unsigned i = 0; i < 4; i++) {
		char digits[9] = "";

		memcpy(digits, value + i * 8, 8);
		*register_of(&row, i) = (uint32_t)strtoul(digits, NULL, 16);
	}
	return add(reading, to, &row, &all);
}

static int read_mask(struct reading *reading, const char *key,
		     const char *value)
{
	struct cpupolicy_row row = { 0 }, known;
	unsigned reg = 0, bits = 0;

	if (!take_leaf(&row, &key) || *key++ != '.')
		return 0;
	while (reg < 4 && !take_word(&key, registers[reg]))
		reg++;
	/* ".amd" may follow: masks for one maker's hosts alone */
	if (reg == 4 || *key)
		return 0;
	known = row;
	for (const char *c = value; *c; c++) {
		uint32_t bit;

		if (*c == ':' || *c == ' ')
			continue;
		if (!strchr("01xXfFtThHrR-", *c) || ++bits > 32)
			return fail(reading,
				    "'%.60s' is not a mask, expected 32 of 0 1 "
				    "- x F T H R",
				    value);
		bit = 1u << (32 - bits);
		if (strchr("01fFtTrR", *c))
			*register_of(&known, reg) |= bit;
		if (strchr("1tT", *c))
			*register_of(&row, reg) |= bit;
	}
	if (bits != 32)
		return fail(reading,
			    "'%.60s' is not a mask: it has not 32 bits", value);
	return add(reading, &reading->masks, &row, &known);
}

static int read_setting(struct reading *reading, const char *key,
			const char *value)
{
	if (take_word(&key, "guestcpuid"))
		return read_row(reading, &reading->guest, key, value);
	if (take_word(&key, "hostcpuid"))
		return read_row(reading, &reading->host, key, value);
	if (take_word(&key, "cpuid"))
		return read_mask(reading, key, value);
	return 0;
}

/* KEY = "VALUE", and blanks anywhere between; what is not so is skipped. */
static int read_line(struct reading *reading, const char *at, const char *end)
{
	char key[48] = "", value[64] = "";
	size_t length = 0;

	while (at < end && isspace((unsigned char)*at))
		at++;
	while (at < end && *at != '=' && !isspace((unsigned char)*at) &&
	       length < sizeof(key) - 1)
		key[length++] = *at++;
	while (at < end && (isspace((unsigned char)*at) || *at == '='))
		at++;
	if (at < end && *at == '"')
		at++;
	for (length = 0; at < end && *at != '"' && *at != '\r' &&
			 length < sizeof(value) - 1;)
		value[length++] = *at++;
	return read_setting(reading, key, value);
}

/* What the guest sees; or the host, as the masks change it. */
static int finish(struct reading *reading)
{
	struct cpupolicy__named *base = &reading->guest;
	struct cpupolicy_record *record = reading->dump.record;
	int status = 0;

	if (!base->rows.nr) {
		base = &reading->host;
		for (size_t i = 0; i < reading->masks.rows.nr && status == 0;
		     i++)
			status = cpupolicy__named_row(
				base, &reading->masks.rows.row[i],
				&reading->masks.known.row[i]);
	}
	if (status == 0 && !base->rows.nr)
		return fail(reading, "%s",
			    "no mask of CPUID, and no guestCPUID or hostCPUID");
	if (status == 0)
		status = cpupolicy_record_note(
			record,
			base == &reading->guest
				? "rows are guestCPUID, as VMware's guest saw "
				  "them"
				: "rows are hostCPUID where it is there, "
				  "changed by the masks; what neither says was "
				  "not recorded");
	if (status == 0)
		status = cpupolicy__named_close(base);
	if (status == 0)
		status = cpupolicy__named_notes(base, record);
	if (status < 0)
		return cpupolicy__no_memory(reading->dump.error,
					    reading->dump.source->name);
	return cpupolicy__named_put(base, &reading->dump, reading->line);
}

static int read_vmx(struct cpupolicy_document *out,
		    const struct cpupolicy__source *source,
		    struct cpupolicy_error *error)
{
	struct reading reading = {
		.guest = { .project = CPUPOLICY__LINUX },
		.host = { .project = CPUPOLICY__LINUX },
		.line = source->first_line > 1 ? source->first_line - 1 : 0,
	};
	const char *at = source->text, *end = at + source->size;
	int status = cpupolicy__dump_begin(&reading.dump, out, source, error,
					   "VMware .vmx");

	while (status == 0 && at < end) {
		const char *next = memchr(at, '\n', (size_t)(end - at));

		reading.line++;
		status = read_line(&reading, at, next ? next : end);
		at = next ? next + 1 : end;
	}
	if (status == 0)
		status = finish(&reading);
	cpupolicy__named_clear(&reading.guest);
	cpupolicy__named_clear(&reading.host);
	cpupolicy__named_clear(&reading.masks);
	return cpupolicy__dump_end(&reading.dump, reading.line, status);
}

static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	static const char *const keys[] = { "guestcpuid.", "hostcpuid.",
					    "usercpuid.", "cpuid." };
	const char *at = source->text;
	const char *end = at + (source->size < 65536 ? source->size : 65536);

	while (at < end) {
		const char *next = memchr(at, '\n', (size_t)(end - at));
		char start[16] = "";
		size_t length = (size_t)((next ? next : end) - at);

		memcpy(start, at, length < 15 ? length : 15);
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			const char *text = start;

			if (take_word(&text, keys[i]) &&
			    memchr(at, '=', length))
				return CPUPOLICY__YES;
		}
		at = next ? next + 1 : end;
	}
	return CPUPOLICY__NO;
}

/* Registers of which VMware masks bits, all of features. */
static const struct {
	uint32_t leaf;
	uint8_t reg;
} masked[] = {
	{ 1, CPUPOLICY_ECX },	       { 1, CPUPOLICY_EDX },
	{ 7, CPUPOLICY_EBX },	       { 7, CPUPOLICY_ECX },
	{ 7, CPUPOLICY_EDX },	       { 0x80000001, CPUPOLICY_ECX },
	{ 0x80000001, CPUPOLICY_EDX }, { 0x80000008, CPUPOLICY_EBX },
};

static bool has_place(const struct cpupolicy_address *bit)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_of(bit, CPUPOLICY_VENDOR_UNKNOWN);

	if (bit->space != CPUPOLICY_SPACE_CPU || bit->subleaf ||
	    (field && field->at.high != field->at.low))
		return false;
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		if (bit->leaf == masked[i].leaf && bit->reg == masked[i].reg)
			return true;
	return false;
}

/* Bits without a name that are clear stay VMware's own. */
static char mask_of(const struct cpupolicy__naming *naming,
		    const struct cpupolicy_address *bit)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_of(bit, naming->vendor);
	uint8_t told;

	if (!field || field->at.high != field->at.low)
		return '-';
	told = naming->told[field - cpupolicy_field_at(0)];
	if (told == CPUPOLICY__UNTOLD)
		return '-';
	return told == CPUPOLICY__ON ? 'T' : '0';
}

static void write_mask(const struct cpupolicy__naming *naming, size_t nr)
{
	struct cpupolicy__text *out = naming->writing->out;
	struct cpupolicy_address bit = {
		.leaf = masked[nr].leaf,
		.reg = masked[nr].reg,
	};
	bool any = false;
	char mask[40];
	size_t used = 0;

	for (uint8_t i = 32; i-- > 0;) {
		bit.high = bit.low = i;
		mask[used++] = mask_of(naming, &bit);
		any |= mask[used - 1] != '-';
		if (i && i % 4 == 0)
			mask[used++] = ':';
	}
	mask[used] = '\0';
	if (any)
		cpupolicy__text_add(out, "cpuid.%" PRIX32 ".%s = \"%s\"\n",
				    bit.leaf, registers[bit.reg], mask);
}

static void write_vmx(struct cpupolicy__writing *writing,
		      const struct cpupolicy_record *record)
{
	static const char *const written[] = { "max_*", "vendor_*", NULL };
	struct cpupolicy__naming naming;

	if (cpupolicy__naming_begin(&naming, writing, record, CPUPOLICY__LINUX,
				    false)) {
		naming.has_place = has_place;
		for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
			write_mask(&naming, i);
		cpupolicy__naming_lose(&naming, "a mask has", written);
		cpupolicy__lose(writing,
				"the maker, family, model and stepping are "
				"those of the host that VMware runs on");
	}
	cpupolicy__naming_end(&naming);
}

const struct cpupolicy__format cpupolicy__format_vmx = {
	.info = { .name = "vmx",
		  .title = "VMware's .vmx: masks of CPUID, and what guest and "
			   "host saw",
		  .reads = true,
		  .writes = true,
		  .untested = true,
		  .partial = true },
	.probe = probe,
	.read = read_vmx,
	.write = write_vmx,
};
