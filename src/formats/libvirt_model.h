/* SPDX-License-Identifier: MIT */
/*
 * libvirt_model.h - what a CPU has by being one of libvirt's models.
 */
#ifndef CPUPOLICY_SRC_FORMATS_LIBVIRT_MODEL_H
#define CPUPOLICY_SRC_FORMATS_LIBVIRT_MODEL_H

#include "named.h"

/*
 * Tell what the model has, but for what was told already: a document lists
 * where a CPU differs from its model. What only some versions of libvirt have
 * in the model is left out, with a note. Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__libvirt_tell(struct cpupolicy__named *named,
			    const struct cpupolicy__libvirt_model *model,
			    struct cpupolicy_record *record);

#endif
