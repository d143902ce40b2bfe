/* SPDX-License-Identifier: MIT */
/*
 * naming.h - a CPU in the names of a project: what formats that list features
 * have in common when they are written. named.h is the way back.
 */
#ifndef CPUPOLICY_SRC_FORMATS_NAMING_H
#define CPUPOLICY_SRC_FORMATS_NAMING_H

#include <string.h>

#include "../host/cpu_models.h"
#include "format.h"

/** enum cpupolicy__told - what a record says of a feature */
enum cpupolicy__told {
	CPUPOLICY__UNTOLD, /* not recorded, or no part of a policy */
	CPUPOLICY__OFF,
	CPUPOLICY__ON,
};

/** struct cpupolicy__naming - one CPU being written */
struct cpupolicy__naming {
	const struct cpupolicy__writing *writing;
	const struct cpupolicy_core *core;
	/* of formats without names: has it a place for this bit? */
	bool (*has_place)(const struct cpupolicy_address *bit);
	bool is_policy; /* that was made a record: what is not there is zero */
	enum cpupolicy__project project;
	const struct cpupolicy__cpu_models *models; /* or NULL */
	unsigned release; /* index of the version written for */
	char maker[13];	  /* of leaf 0; empty: not recorded */
	enum cpupolicy_vendor_id vendor;
	uint8_t *told;				/* by index of the field */
	uint32_t sections[CPUPOLICY_NR_SPACES]; /* where; 0: not there */
};

/*
 * Look at the record's first CPU, and say what others it leaves out. @host: as
 * a machine that was recorded, with what is no part of any policy. False:
 * there was no memory, and the text has failed. End it in any case.
 */
bool cpupolicy__naming_begin(struct cpupolicy__naming *naming,
			     const struct cpupolicy__writing *writing,
			     const struct cpupolicy_record *record,
			     enum cpupolicy__project project, bool host);
void cpupolicy__naming_end(struct cpupolicy__naming *naming);

/* What the project's release calls this field; NULL: nothing. */
const char *cpupolicy__naming_name(const struct cpupolicy__naming *naming,
				   const struct cpupolicy_field *field);
/*
 * The same of a feature that was told, to be written as one word of a list:
 * NULL where nothing was told of it, or its word was written for the field
 * before. Where a word stands for two that differ, that is said.
 */
const char *cpupolicy__naming_word(const struct cpupolicy__naming *naming,
				   uint32_t field);

/* A field of any width, by the table's name; false: not all of it was told. */
bool cpupolicy__naming_number(uint32_t *value,
			      const struct cpupolicy__naming *naming,
			      const char *name);
/* Is the feature of that name of the table on? */
bool cpupolicy__naming_has(const struct cpupolicy__naming *naming,
			   const char *name);
/* Family, model, stepping; false: not recorded. */
bool cpupolicy__naming_signature(struct cpupolicy_signature *out,
				 const struct cpupolicy__naming *naming);
/* The brand string; false: none was recorded. */
bool cpupolicy__naming_brand(char out[49],
			     const struct cpupolicy__naming *naming);

/*
 * Say what is set and has no name. @who: whose names, for the sentence;
 * @written: fields that the format has in another form, by the table's names,
 * ends in NULL; a name that ends in '*' stands for all that begin so,
 * "signature" for family, model and stepping, "brand" for the brand string.
 */
void cpupolicy__naming_lose(const struct cpupolicy__naming *naming,
			    const char *who, const char *const *written);

/* closest.c */

/** struct cpupolicy__wish - which models may be chosen */
struct cpupolicy__wish {
	bool (*may)(const struct cpupolicy__cpu_model *model); /* NULL: all */
	bool subset; /* only one that has nothing the CPU lacks */
	/* features of the model that another project has otherwise, under the
	 * same name, are not sure; NULL: there is no other */
	const struct cpupolicy__cpu_models *other;
	enum cpupolicy__project other_project;
};

/** struct cpupolicy__choice - a model, and how a CPU differs from it */
struct cpupolicy__choice {
	const struct cpupolicy__cpu_model *model;
	uint8_t *has; /* by index of the field: enum cpupolicy__told, UNTOLD
		       * where it depends on more than the model */
};

/*
 * The model that takes the fewest words to change it, of the same maker where
 * the release has one. The model is NULL where there is none, or no memory, and
 * then the text has failed.
 */
void cpupolicy__choose(struct cpupolicy__choice *out,
		       const struct cpupolicy__naming *naming,
		       const struct cpupolicy__wish *wish);
/* Must the feature be named because the model says otherwise, or not for sure?
 */
bool cpupolicy__differs(const struct cpupolicy__choice *choice,
			const struct cpupolicy__naming *naming, uint32_t field);
/* Say how many features the model has of which nothing was recorded: they
 * stay. */
void cpupolicy__lose_untold(const struct cpupolicy__choice *choice,
			    const struct cpupolicy__naming *naming);
void cpupolicy__choice_clear(struct cpupolicy__choice *choice);

#endif
