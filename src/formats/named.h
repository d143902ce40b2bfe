/* SPDX-License-Identifier: MIT */
/*
 * named.h - rows of a CPU of which somebody told bits by name, and which bits
 * these are: what formats that list features have in common.
 *
 * Functions return 0, CPUPOLICY_E_MEMORY, or what their comments say.
 */
#ifndef CPUPOLICY_SRC_FORMATS_NAMED_H
#define CPUPOLICY_SRC_FORMATS_NAMED_H

#include <string.h>

#include "../host/names.h"
#include "dump.h"

/* Those whose bits have names in such lists: 0x10A and 0xCF. */
#define CPUPOLICY__NAMED_MSRS 2

/** struct cpupolicy__named - set @project, zero the rest */
struct cpupolicy__named {
	enum cpupolicy__project project;
	enum cpupolicy_vendor_id vendor;
	/* sorted, as many of one as of the other; zero where not told */
	struct cpupolicy__rows rows, known;
	struct cpupolicy_msr msrs[CPUPOLICY__NAMED_MSRS];
	struct cpupolicy_msr known_msrs[CPUPOLICY__NAMED_MSRS];
	size_t nr_msrs;
	/* of all CPUs so far, for the notes */
	struct cpupolicy__text strange; /* names that nobody knows, once each */
	bool skipped_msrs, partial_msrs, inferred_components;
	bool assumed_leaves;
};

/* A field of the table, which is there. */
static inline const struct cpupolicy_field *cpupolicy__field(const char *name)
{
	return cpupolicy_field_find(name, strlen(name));
}

/* Where the row is; NULL: nothing was told of it. */
struct cpupolicy_row *cpupolicy__named_find(struct cpupolicy__named *named,
					    uint32_t leaf, uint32_t subleaf);
/* Forget such a row, which is there. */
void cpupolicy__named_drop(struct cpupolicy__named *named,
			   const struct cpupolicy_row *row);

/* A whole row, or those of its bits that @known says. */
int cpupolicy__named_row(struct cpupolicy__named *named,
			 const struct cpupolicy_row *row,
			 const struct cpupolicy_row *known);

/*
 * A field, of any width. CPUPOLICY_E_DIFFERS: it was told already, otherwise;
 * CPUPOLICY_E_RANGE: the value has more bits than the field.
 */
int cpupolicy__named_field(struct cpupolicy__named *named,
			   const struct cpupolicy_field *field, uint32_t value);
/* By the table's own name. */
int cpupolicy__named_number(struct cpupolicy__named *named, const char *name,
			    uint32_t value);
/* Was every bit of the field told? */
bool cpupolicy__named_told(const struct cpupolicy__named *named,
			   const struct cpupolicy_field *field);
/* Is the feature of that name of the table told and set? */
bool cpupolicy__named_has(const struct cpupolicy__named *named,
			  const char *name);

/*
 * What the project calls so is on or off. A name that is not known is kept for
 * the notes. CPUPOLICY_E_DIFFERS as above.
 */
int cpupolicy__named_name(struct cpupolicy__named *named, const char *name,
			  size_t length, bool on);
/* Keep a name for the notes as one that nobody knows. */
void cpupolicy__named_strange(struct cpupolicy__named *named, const char *name,
			      size_t length);

/* The maker: CPUPOLICY_E_RANGE where it has not 12 characters. */
int cpupolicy__named_vendor(struct cpupolicy__named *named, const char *text);
/* As people count them. CPUPOLICY_E_RANGE: no CPU can say so. */
int cpupolicy__named_signature(struct cpupolicy__named *named,
			       const struct cpupolicy_signature *signature);
/* What does not fit 48 characters is cut. */
int cpupolicy__named_brand(struct cpupolicy__named *named, const char *text);

/* All was told: infer what goes without saying. */
int cpupolicy__named_close(struct cpupolicy__named *named);
/* Give the rows to @dump as those of the CPU that it reads; its statuses. */
int cpupolicy__named_put(struct cpupolicy__named *named,
			 struct cpupolicy__dump *dump, int line);
/* What is told next is of another CPU. */
void cpupolicy__named_next(struct cpupolicy__named *named);

/* Note what was inferred and what was left out of all CPUs. */
int cpupolicy__named_notes(const struct cpupolicy__named *named,
			   struct cpupolicy_record *record);

void cpupolicy__named_clear(struct cpupolicy__named *named);

#endif
