/* SPDX-License-Identifier: MIT */
/*
 * labels.h - what schedulers call a host's features: a list of labels, each of
 * which is there or not.
 */
#ifndef CPUPOLICY_SRC_FORMATS_LABELS_H
#define CPUPOLICY_SRC_FORMATS_LABELS_H

#include "format.h"

/** struct cpupolicy__labels - of one scheduler */
struct cpupolicy__labels {
	const char *who;	    /* for sentences */
	const char *prefix;	    /* of a feature's label */
	const char *before, *after; /* the label and its value, as written */
	bool prefix_is_name;	    /* the project's names begin with it */
};

extern const struct cpupolicy__labels cpupolicy__labels_openstack;
extern const struct cpupolicy__labels cpupolicy__labels_kubevirt;
extern const struct cpupolicy__labels cpupolicy__labels_nfd;

void cpupolicy__labels_write(struct cpupolicy__writing *writing,
			     const struct cpupolicy_record *record,
			     const struct cpupolicy__labels *labels,
			     enum cpupolicy__project project);

#endif
