// SPDX-License-Identifier: MIT
/*
 * cpu_models.c - the CPU models of QEMU and libvirt.
 */
#include <stdio.h>
#include <string.h>

#include "cpu_models.h"

#define VERSION(name, newer)
#define OPEN(names)
#define MAKER(name, string)
#define MODEL(name, alias, maker, since, family, number, stepping, basic,      \
	      extended, features, unsure)                                      \
	{                                                                      \
		name,	  alias,  maker,                                       \
		features, unsure, { family, number, stepping },                \
		since,	  basic,  extended                                     \
	},
static const struct cpupolicy__cpu_model qemu_models[] = {
#include "gen/qemu_models.inc"
};
static const struct cpupolicy__cpu_model libvirt_models[] = {
#include "gen/libvirt_models.inc"
};
#undef MODEL
#define MODEL(name, alias, maker, since, family, number, stepping, basic,      \
	      extended, features, unsure)

#undef VERSION
#define VERSION(name, newer) { name, newer },
static const struct cpupolicy__cpu_version qemu_versions[] = {
#include "gen/qemu_models.inc"
};
static const struct cpupolicy__cpu_version libvirt_versions[] = {
#include "gen/libvirt_models.inc"
};
#undef VERSION
#define VERSION(name, newer)

#undef MAKER
#define MAKER(name, string) { name, string },
static const char *const qemu_makers[][2] = {
#include "gen/qemu_models.inc"
};
static const char *const libvirt_makers[][2] = {
#include "gen/libvirt_models.inc"
};
#undef MAKER
#define MAKER(name, string)

#undef OPEN
#define OPEN(names) names
static const char qemu_open[] =
#include "gen/qemu_models.inc"
	;
static const char libvirt_open[] =
#include "gen/libvirt_models.inc"
	;

#define ALL(project)                                                           \
	{                                                                      \
		project##_models,                                              \
			sizeof(project##_models) /                             \
				sizeof(project##_models[0]),                   \
			project##_versions,                                    \
			sizeof(project##_versions) /                           \
				sizeof(project##_versions[0]),                 \
			project##_makers,                                      \
			sizeof(project##_makers) /                             \
				sizeof(project##_makers[0]),                   \
			project##_open                                         \
	}

const struct cpupolicy__cpu_models *
cpupolicy__cpu_models(enum cpupolicy__project project)
{
	static const struct cpupolicy__cpu_models qemu = ALL(qemu);
	static const struct cpupolicy__cpu_models libvirt = ALL(libvirt);

	return project == CPUPOLICY__QEMU ? &qemu : &libvirt;
}

const struct cpupolicy__cpu_model *
cpupolicy__cpu_model(const struct cpupolicy__cpu_models *models,
		     const char *name)
{
	for (size_t i = 0; i < models->nr; i++)
		if (strcmp(models->model[i].name, name) == 0)
			return &models->model[i];
	return NULL;
}

const char *cpupolicy__maker_string(const struct cpupolicy__cpu_models *models,
				    const char *name)
{
	for (size_t i = 0; i < models->nr_makers; i++)
		if (strcmp(models->maker[i][0], name) == 0)
			return models->maker[i][1];
	return NULL;
}

const char *cpupolicy__maker_name(const struct cpupolicy__cpu_models *models,
				  const char *string)
{
	for (size_t i = 0; i < models->nr_makers; i++)
		if (strcmp(models->maker[i][1], string) == 0)
			return models->maker[i][0];
	return NULL;
}

void cpupolicy__cpu_versions(char *out, size_t size,
			     const struct cpupolicy__cpu_models *models)
{
	snprintf(out, size, "%s and %s", models->version[0].name,
		 models->version[models->nr_versions - 1].name);
}

/* Major and minor, as one number; -1: there is none. */
static long version_number(const char *text)
{
	unsigned major, minor = 0;
	int used = 0;

	if (sscanf(text, "%4u%n.%4u%n", &major, &used, &minor, &used) < 1 ||
	    strspn(text, "0123456789") > 4 ||
	    (text[used] && text[used] != '.' && text[used] != '-'))
		return -1;
	return (long)major * 10000 + (long)minor;
}

int cpupolicy__cpu_version_find(const struct cpupolicy__cpu_models *models,
				const char *text)
{
	long wanted = version_number(text);
	int found = -1;

	if (wanted < 0)
		return -2;
	for (size_t i = 0; i < models->nr_versions; i++)
		if (version_number(models->version[i].name) <= wanted)
			found = (int)i;
	return found;
}

bool cpupolicy__next_word(const char **word, size_t *length, const char **list)
{
	*list += strspn(*list, " ");
	*word = *list;
	*length = strcspn(*list, " ");
	*list += *length;
	return *length != 0;
}

bool cpupolicy__in_list(const char *list, const char *word, size_t length)
{
	const char *other;
	size_t n;

	while (list && cpupolicy__next_word(&other, &n, &list))
		if (n == length && memcmp(other, word, n) == 0)
			return true;
	return false;
}

bool cpupolicy__version_has(const struct cpupolicy__cpu_models *models,
			    unsigned version, const char *name)
{
	for (size_t i = version + 1; i < models->nr_versions; i++)
		if (cpupolicy__in_list(models->version[i].newer, name,
				       strlen(name)))
			return false;
	return true;
}
