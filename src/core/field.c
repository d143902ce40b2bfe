// SPDX-License-Identifier: MIT
/*
 * field.c - fields and features by name and by address.
 */
#include "internal.h"

static const struct {
	const char *name;
	uint32_t field;
} names[] = {
#define NAME(name, field) { name, field },
#include "gen/names.inc"
#undef NAME
};

uint32_t cpupolicy_field_count(void)
{
	return CPUPOLICY__NR_FIELDS;
}

const struct cpupolicy_field *cpupolicy_field_at(uint32_t index)
{
	return index < CPUPOLICY__NR_FIELDS ? &cpupolicy__fields[index] : NULL;
}

/* '-' and '.' are spellings of '_': sse4.1, sse4-1 and sse4_1 are one. */
static int compare(const char *name, size_t length, const char *known)
{
	for (size_t i = 0; i < length; i++) {
		char c = name[i];

		if (c == '-' || c == '.')
			c = '_';
		if (c != known[i])
			return (unsigned char)c < (unsigned char)known[i] ? -1
									  : 1;
	}
	return known[length] ? -1 : 0;
}

const struct cpupolicy_field *cpupolicy_field_find(const char *name,
						   size_t length)
{
	size_t low = 0, high = sizeof(names) / sizeof(names[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(name, length, names[middle].name);

		if (order == 0)
			return &cpupolicy__fields[names[middle].field];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Registers in the table's order. */
static int register_order(const struct cpupolicy_address *a,
			  const struct cpupolicy_address *b)
{
	if (a->space != b->space)
		return a->space < b->space ? -1 : 1;
	if (a->leaf != b->leaf)
		return a->leaf < b->leaf ? -1 : 1;
	if (a->subleaf != b->subleaf)
		return a->subleaf < b->subleaf ? -1 : 1;
	return (a->reg > b->reg) - (a->reg < b->reg);
}

/* The first field of the register, or the one behind where it would be. */
static uint32_t first_of(const struct cpupolicy_address *at)
{
	uint32_t low = 0, high = CPUPOLICY__NR_FIELDS;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2u;

		if (register_order(&cpupolicy__fields[middle].at, at) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct cpupolicy_field *
cpupolicy_field_of(const struct cpupolicy_address *at,
		   enum cpupolicy_vendor_id vendor)
{
	const struct cpupolicy_field *found = NULL;

	for (uint32_t i = first_of(at); i < CPUPOLICY__NR_FIELDS; i++) {
		const struct cpupolicy_field *field = &cpupolicy__fields[i];

		if (register_order(&field->at, at) != 0)
			break;
		if (at->low < field->at.low || at->low > field->at.high)
			continue;
		if (cpupolicy__for_vendor(cpupolicy__places[i].vendors, vendor))
			return field;
		found = field;
	}
	return found;
}

bool cpupolicy_address_describes(const struct cpupolicy_address *at)
{
	const struct cpupolicy__leaf *leaf =
		cpupolicy__leaf_find(at->space, at->leaf, at->subleaf);

	/* no MSR and no paravirtual leaf has a donor */
	if (at->space != CPUPOLICY_SPACE_CPU || !leaf ||
	    leaf->slot == CPUPOLICY__NONE)
		return false;
	return cpupolicy__donor[leaf->slot * 4u + at->reg % 4u] >>
		       at->low % 32u &
	       1;
}

cpupolicy_feature cpupolicy_field_feature(const struct cpupolicy_field *field)
{
	if (field->at.high != field->at.low)
		return 0;
	return CPUPOLICY_FEATURE(field->at.space, field->at.leaf,
				 field->at.subleaf, field->at.reg,
				 field->at.low);
}

uint32_t cpupolicy_field_get(const struct cpupolicy_policy *policy,
			     const struct cpupolicy_field *field)
{
	return cpupolicy__get(policy, (uint32_t)(field - cpupolicy__fields));
}

int cpupolicy_field_set(struct cpupolicy_policy *policy,
			const struct cpupolicy_field *field, uint32_t value)
{
	uint32_t index = (uint32_t)(field - cpupolicy__fields);
	const struct cpupolicy__place *place = &cpupolicy__places[index];

	if (place->word == CPUPOLICY__NONE ||
	    field->level == CPUPOLICY_LEVEL_ZERO)
		return CPUPOLICY_E_NO_SLOT;
	if (value > place->mask)
		return CPUPOLICY_E_RANGE;
	cpupolicy__stamp(policy);
	cpupolicy__put(policy, index, value);
	return CPUPOLICY_OK;
}

struct cpupolicy_address cpupolicy_feature_address(cpupolicy_feature feature)
{
	struct cpupolicy_address at = {
		.leaf = (uint32_t)(feature >> 32),
		.subleaf = (uint16_t)(feature >> 16),
		.space = (uint8_t)(feature >> 12 & 0xf),
		.reg = (uint8_t)(feature >> 8 & 0x3),
		.high = (uint8_t)(feature & 31),
		.low = (uint8_t)(feature & 31),
	};

	return at;
}

/* What is left to read of an address. */
struct cursor {
	const char *at, *end;
};

static bool accept(struct cursor *cursor, const char *word)
{
	const char *at = cursor->at;

	for (; *word; word++, at++)
		if (at == cursor->end || *at != *word)
			return false;
	cursor->at = at;
	return true;
}

/* Up to eight hexadecimal digits, 0x in front or not; or decimal digits. */
static bool number(struct cursor *cursor, uint32_t *out, uint32_t base)
{
	uint32_t digits = 0;

	if (base == 16 && !accept(cursor, "0x"))
		accept(cursor, "0X");
	for (*out = 0; cursor->at < cursor->end && digits < 8; digits++) {
		char c = *cursor->at;
		uint32_t digit = 99;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (uint32_t)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			digit = (uint32_t)(c - 'A') + 10;
		if (digit >= base)
			break;
		*out = *out * base + digit;
		cursor->at++;
	}
	return digits > 0;
}

static const char *const space_prefix[CPUPOLICY_NR_SPACES] = {
	"", "msr.", "kvm.", "hyperv.", "xen.", "vmware.",
};
static const char *const register_name[4] = { "eax", "ebx", "ecx", "edx" };

/* leaf[.subleaf]:register */
static bool leaf_and_register(struct cursor *cursor,
			      struct cpupolicy_address *at)
{
	uint32_t subleaf = 0;

	if (!number(cursor, &at->leaf, 16))
		return false;
	if (accept(cursor, ".") &&
	    (!number(cursor, &subleaf, 16) || subleaf > 0xffff))
		return false;
	at->subleaf = (uint16_t)subleaf;
	if (!accept(cursor, ":"))
		return false;
	for (at->reg = 0; at->reg < 4; at->reg++)
		if (accept(cursor, register_name[at->reg]))
			return true;
	return false;
}

static int parse_address(struct cpupolicy_address *at, const char *text,
			 size_t length)
{
	struct cursor cursor = { text, text + length };
	uint32_t bit = 0;

	for (uint32_t s = CPUPOLICY_SPACE_MSR; s < CPUPOLICY_NR_SPACES; s++)
		if (accept(&cursor, space_prefix[s]))
			at->space = (uint8_t)s;
	if (at->space == CPUPOLICY_SPACE_MSR) {
		if (!number(&cursor, &at->leaf, 16))
			return CPUPOLICY_E_UNKNOWN;
	} else if (!leaf_and_register(&cursor, at)) {
		return CPUPOLICY_E_UNKNOWN;
	}
	if (!accept(&cursor, "[") || !number(&cursor, &bit, 10) ||
	    !accept(&cursor, "]") || cursor.at != cursor.end)
		return CPUPOLICY_E_UNKNOWN;
	if (at->space == CPUPOLICY_SPACE_MSR && bit < 64) {
		at->reg = bit < 32 ? CPUPOLICY_MSR_LO : CPUPOLICY_MSR_HI;
		bit %= 32u;
	}
	if (bit > 31)
		return CPUPOLICY_E_RANGE;
	at->high = at->low = (uint8_t)bit;
	return CPUPOLICY_OK;
}

int cpupolicy_feature_parse(cpupolicy_feature *out, const char *text,
			    size_t length)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_find(text, length);
	struct cpupolicy_address at = { .leaf = 0 };
	int status;

	if (field) {
		if (field->at.high != field->at.low)
			return CPUPOLICY_E_RANGE;
		*out = cpupolicy_field_feature(field);
		return CPUPOLICY_OK;
	}
	status = parse_address(&at, text, length);
	if (status)
		return status;
	*out = CPUPOLICY_FEATURE(at.space, at.leaf, at.subleaf, at.reg, at.low);
	return CPUPOLICY_OK;
}

static char *put_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *put_number(char *to, uint32_t value, uint32_t base)
{
	char digits[10];
	uint32_t n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		*to++ = digits[--n];
	return to;
}

char *cpupolicy_address_text(char out[CPUPOLICY_ADDRESS_TEXT],
			     const struct cpupolicy_address *at)
{
	const struct cpupolicy__leaf *leaf =
		cpupolicy__leaf_find(at->space, at->leaf, at->subleaf);
	bool msr = at->space == CPUPOLICY_SPACE_MSR;
	uint32_t add = msr && at->reg == CPUPOLICY_MSR_HI ? 32 : 0;
	char *to = out;

	to = put_text(to, space_prefix[at->space % CPUPOLICY_NR_SPACES]);
	to = put_number(to, at->leaf, 16);
	if (!msr) {
		if (at->subleaf || (leaf && leaf->indexed)) {
			*to++ = '.';
			to = put_number(to, at->subleaf, 16);
		}
		*to++ = ':';
		to = put_text(to, register_name[at->reg % 4u]);
	}
	*to++ = '[';
	if (at->high != at->low) {
		to = put_number(to, at->high + add, 10);
		*to++ = ':';
	}
	to = put_number(to, at->low + add, 10);
	*to++ = ']';
	*to = '\0';
	return out;
}
