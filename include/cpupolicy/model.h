/* SPDX-License-Identifier: MIT */
/*
 * model.h - named policies: ABI levels, CPU generations.
 */
#ifndef CPUPOLICY_MODEL_H
#define CPUPOLICY_MODEL_H

#include <cpupolicy/policy.h>

/** struct cpupolicy_model - one file of tables/models; constant */
struct cpupolicy_model {
	const char *name; /* x86-64-v3 */
	const char *version;
	const char *summary;
	const char *source;
	const char *features; /* all features, by name, separated by blanks */
	enum cpupolicy_vendor_id vendor; /* UNKNOWN: any */
};

/** cpupolicy_model_at - walk the models; NULL past the last */
CPUPOLICY_API const struct cpupolicy_model *cpupolicy_model_at(uint32_t index);

/** cpupolicy_model_find - by name; NULL where there is none */
CPUPOLICY_API const struct cpupolicy_model *
cpupolicy_model_find(const char *name);

/**
 * cpupolicy_model_policy - the model as a policy
 *
 * A model without a vendor gives a policy without one: give it the leaf 0 of
 * the policy it is checked against, as the command line does. Not closed over
 * needs (an ABI level says nothing of XSAVE layouts), so it serves to ask, not
 * to start a guest with.
 *
 * Returns the number of features set.
 */
CPUPOLICY_API int cpupolicy_model_policy(struct cpupolicy_policy *out,
					 const struct cpupolicy_model *model);

/**
 * cpupolicy_abi_level - the highest x86-64 ABI level the policy reaches
 *
 * Returns 0 (below x86-64-v1) to 4 (x86-64 psABI, "Micro-Architecture Levels").
 */
CPUPOLICY_API int cpupolicy_abi_level(const struct cpupolicy_policy *policy);

#endif
