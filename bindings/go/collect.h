/* SPDX-License-Identifier: MIT */
/*
 * collect.h - what the library tells one by one, as lists that Go can read.
 */
#ifndef CPUPOLICY_GO_COLLECT_H
#define CPUPOLICY_GO_COLLECT_H

#include <cpupolicy/fit.h>
#include <cpupolicy/formats.h>

#include <stdlib.h>

/** struct findings - what a sink heard; @list is to be freed */
struct findings {
	struct cpupolicy_finding *list;
	size_t nr, room;
	bool full; /* there was no memory for more */
};

/** collect_finding - a cpupolicy_sink whose argument is a struct findings */
void collect_finding(void *arg, const struct cpupolicy_finding *finding);

/** struct sentences - what a format cannot hold, each ending in a newline */
struct sentences {
	char *text; /* to be freed; NULL: none */
	size_t bytes;
	bool full;
};

/** collect_sentence - a cpupolicy_lost whose argument is a struct sentences */
void collect_sentence(void *arg, const char *what);

#endif
