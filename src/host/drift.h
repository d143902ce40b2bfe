/* SPDX-License-Identifier: MIT */
/*
 * drift.h - what the files that compare a machine with itself share.
 */
#ifndef CPUPOLICY_HOST_DRIFT_H
#define CPUPOLICY_HOST_DRIFT_H

#include <cpupolicy/drift.h>

#include "host.h"

/* drift_cause.c: fill @cause; returns 0, or CPUPOLICY_E_MEMORY. */
int cpupolicy__drift_causes(struct cpupolicy_drift *drift);

#endif
