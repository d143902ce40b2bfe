/* SPDX-License-Identifier: MIT */
/*
 * level.h - formats that only name a level of features: what a guest was
 * promised, and how that and the level differ.
 */
#ifndef CPUPOLICY_SRC_FORMATS_LEVEL_H
#define CPUPOLICY_SRC_FORMATS_LEVEL_H

#include <cpupolicy/check.h>
#include <cpupolicy/hostset.h>
#include <cpupolicy/model.h>

#include "format.h"

/* What a guest is to be promised by a record: its policy if it is a guest's, or
 * what the hypervisor would offer on such a machine. False: nothing, and the
 * writing is refused. */
bool cpupolicy__promised(struct cpupolicy_policy *out,
			 struct cpupolicy__writing *writing,
			 const struct cpupolicy_record *record,
			 enum cpupolicy_hypervisor hypervisor);

/* Say, behind @what, what a guest of @guest would miss where @host is offered,
 * but for what only describes the CPU; nothing, where it would miss nothing. */
void cpupolicy__lose_beyond(struct cpupolicy__writing *writing,
			    const char *what,
			    const struct cpupolicy_policy *guest,
			    const struct cpupolicy_policy *host);

#endif
