/* SPDX-License-Identifier: MIT */
/*
 * names.c - what other projects call a bit.
 */
#include <stddef.h>
#include <string.h>

#include "names.h"

#define NO_BIT 0xffff

/* Sorted by project and name. */
static const struct {
	enum cpupolicy__project project;
	const char *name;
	uint16_t field;
	uint8_t vendors; /* bits by enum cpupolicy_vendor_id; 0: all */
	bool hidden;	 /* only shown where that is asked for */
} names[] = {
#define NAME(project, name, field, vendors, hidden)                            \
	{ CPUPOLICY__##project, name, field, vendors, hidden },
#include "gen/project_names.inc"
#undef NAME
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

/* '-' and '.' are spellings of '_'. */
static unsigned char plain(char c)
{
	return c == '-' || c == '.' ? '_' : (unsigned char)c;
}

static int compare(const char *name, size_t length, const char *known)
{
	for (size_t i = 0; i < length; i++)
		if (!known[i] || plain(name[i]) != plain(known[i]))
			return plain(name[i]) < plain(known[i]) ? -1 : 1;
	return known[length] ? -1 : 0;
}

/* The first entry that is not before this name. */
static size_t find(enum cpupolicy__project project, const char *name,
		   size_t length)
{
	size_t low = 0, high = NR_NAMES;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names[middle].project < project ||
		    (names[middle].project == project &&
		     compare(name, length, names[middle].name) > 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A bit may have two rows by one name, one behind the other, each of other
 * makers. */
static const struct cpupolicy_field *row_of(size_t name,
					    enum cpupolicy_vendor_id vendor)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_at(names[name].field);
	const struct cpupolicy_field *next =
		cpupolicy_field_at(names[name].field + 1u);

	if (!next || strcmp(next->name, field->name) != 0)
		return field;
	next = cpupolicy_field_of(&field->at, vendor);
	return next ? next : field;
}

int cpupolicy__name_fields(const struct cpupolicy_field *out[],
			   enum cpupolicy__project project, const char *name,
			   size_t length, enum cpupolicy_vendor_id vendor)
{
	int nr = 0, found = -1;

	for (size_t i = find(project, name, length);
	     i < NR_NAMES && names[i].project == project &&
	     compare(name, length, names[i].name) == 0;
	     i++) {
		found = 0;
		if (names[i].field != NO_BIT && nr < CPUPOLICY__MEANINGS &&
		    (!names[i].vendors || names[i].vendors >> vendor & 1))
			out[nr++] = row_of(i, vendor);
	}
	return nr ? nr : found;
}

/* Sorted by project and field. */
static const struct {
	enum cpupolicy__project project;
	uint16_t field;
	const char *name;
} own[] = {
#define OWN(project, field, name) { CPUPOLICY__##project, field, name },
#include "gen/project_fields.inc"
#undef OWN
};

const char *cpupolicy__field_name(enum cpupolicy__project project,
				  const struct cpupolicy_field *field)
{
	ptrdiff_t index = field - cpupolicy_field_at(0);
	size_t low = 0, high = sizeof(own) / sizeof(own[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (own[middle].project == project &&
		    own[middle].field == index)
			return own[middle].name;
		if (own[middle].project < project ||
		    (own[middle].project == project &&
		     own[middle].field < index))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void cpupolicy__names_reach(uint32_t *leaf, uint32_t *subleaf,
			    enum cpupolicy__project project, uint32_t first,
			    uint32_t last)
{
	*leaf = *subleaf = 0;
	for (size_t i = find(project, "", 0);
	     i < NR_NAMES && names[i].project == project; i++) {
		const struct cpupolicy_address *at;

		if (names[i].field == NO_BIT)
			continue;
		at = &cpupolicy_field_at(names[i].field)->at;
		if (at->space != CPUPOLICY_SPACE_CPU || at->leaf < first ||
		    at->leaf > last)
			continue;
		if (at->leaf > *leaf)
			*leaf = at->leaf;
		if (at->subleaf > *subleaf)
			*subleaf = at->subleaf;
	}
}

bool cpupolicy__name_is_hidden(enum cpupolicy__project project,
			       const char *name)
{
	size_t i = find(project, name, strlen(name));

	return i < NR_NAMES && names[i].project == project &&
	       compare(name, strlen(name), names[i].name) == 0 &&
	       names[i].hidden;
}
