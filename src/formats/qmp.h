/* SPDX-License-Identifier: MIT */
/*
 * qmp.h - properties of a CPU model of QEMU; shared by the files that read
 * them.
 */
#ifndef CPUPOLICY_SRC_FORMATS_QMP_H
#define CPUPOLICY_SRC_FORMATS_QMP_H

#include "named.h"

/**
 * cpupolicy__qmp_tell - tell @named what a model's properties say
 * @enlightenments: the names of those of Hyper-V that are on are added
 * @props: the object
 *
 * Returns 0, or a status with the error filled.
 */
int cpupolicy__qmp_tell(struct cpupolicy__named *named,
			struct cpupolicy__text *enlightenments,
			const struct cpupolicy__json *json,
			const struct cpupolicy__node *props);

#endif
