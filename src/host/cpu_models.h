/* SPDX-License-Identifier: MIT */
/*
 * cpu_models.h - the CPU models of QEMU and libvirt (tables/qemu.models and
 * libvirt.models), and which of their versions has what.
 */
#ifndef CPUPOLICY_SRC_HOST_CPU_MODELS_H
#define CPUPOLICY_SRC_HOST_CPU_MODELS_H

#include "names.h"

/** struct cpupolicy__cpu_model - a named CPU; lists have blanks in between */
struct cpupolicy__cpu_model {
	const char *name;
	const char *alias;    /* of which model it is another name; or empty */
	const char *maker;    /* the project's name of it; empty: any */
	const char *features; /* the project's names */
	const char *unsure;   /* that some versions have in it */
	struct cpupolicy_signature signature; /* zero: none known */
	unsigned since;			      /* index of a version */
	uint32_t max_basic, max_ext;	      /* at least; 0: not known */
};

/** struct cpupolicy__cpu_version - of a project */
struct cpupolicy__cpu_version {
	const char *name;  /* 7.2.22 */
	const char *newer; /* names of features that those before have not */
};

/** struct cpupolicy__cpu_models - all of one project */
struct cpupolicy__cpu_models {
	const struct cpupolicy__cpu_model *model;
	size_t nr;
	const struct cpupolicy__cpu_version *version; /* oldest first */
	size_t nr_versions;
	const char *const (*maker)[2]; /* name, 12 characters */
	size_t nr_makers;
	/* features that depend on more than the model, whatever it says */
	const char *open;
};

/* Of CPUPOLICY__QEMU or CPUPOLICY__LIBVIRT. */
const struct cpupolicy__cpu_models *
cpupolicy__cpu_models(enum cpupolicy__project project);

/* By name; NULL: not there. */
const struct cpupolicy__cpu_model *
cpupolicy__cpu_model(const struct cpupolicy__cpu_models *models,
		     const char *name);

/* The 12 characters of a maker, and back; NULL: not there. */
const char *cpupolicy__maker_string(const struct cpupolicy__cpu_models *models,
				    const char *name);
const char *cpupolicy__maker_name(const struct cpupolicy__cpu_models *models,
				  const char *string);

/* "9.0.0 and 11.3.0", for notes: the first and the last version. */
void cpupolicy__cpu_versions(char *out, size_t size,
			     const struct cpupolicy__cpu_models *models);

/*
 * The newest version that is not newer than the one asked for, which may have
 * fewer numbers: 10.0 stands for any 10.0.x. Returns its index; -1: they are
 * all newer, -2: that is no version.
 */
int cpupolicy__cpu_version_find(const struct cpupolicy__cpu_models *models,
				const char *text);

/* Has the version a feature of that name, which is one of the project's? */
bool cpupolicy__version_has(const struct cpupolicy__cpu_models *models,
			    unsigned version, const char *name);

/* A word of a list, and move past it; false: there is none left. */
bool cpupolicy__next_word(const char **word, size_t *length, const char **list);
/* Is the word one of those in the list? NULL: an empty list. */
bool cpupolicy__in_list(const char *list, const char *word, size_t length);

#endif
