/* SPDX-License-Identifier: MIT */
/*
 * model_features.h - what a CPU has by being one of the models of a project.
 */
#ifndef CPUPOLICY_SRC_FORMATS_MODEL_FEATURES_H
#define CPUPOLICY_SRC_FORMATS_MODEL_FEATURES_H

#include "../host/cpu_models.h"
#include "named.h"

/*
 * Tell what the model has, but for what was told already: a document lists
 * where a CPU differs from its model. What only some versions of the project
 * have in the model is left out, with a note. Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__model_tell(struct cpupolicy__named *named,
			  const struct cpupolicy__cpu_model *model,
			  struct cpupolicy_record *record);

#endif
