/* SPDX-License-Identifier: MIT */
/*
 * model.h - named policies: ABI levels, CPU generations, compatibility modes.
 */
#ifndef CPUPOLICY_MODEL_H
#define CPUPOLICY_MODEL_H

#include <cpupolicy/policy.h>

/** struct cpupolicy_model - one file of tables/models; constant */
struct cpupolicy_model {
	const char *name;    /* haswell; of later versions haswell-v2 */
	const char *version; /* a number; what it means never changes */
	const char *title;   /* the brand string of its policy */
	const char *summary;
	const char *source;
	const char *aliases;   /* what others call it, between blanks */
	const char *signature; /* 12 characters; "": the vendor's usual */
	enum cpupolicy_vendor_id vendor; /* UNKNOWN: any */
	uint16_t year; /* when the first such CPU came; 0: none */
	/* private: index of the base, and the difference from it */
	uint16_t base;
	uint16_t first_flag, nr_flags;
	uint16_t first_number, nr_numbers;
	uint16_t first_row, nr_rows;
};

/** cpupolicy_model_at - walk the models; NULL past the last
 *
 * By vendor (those of any first), then by year, then by name.
 */
CPUPOLICY_API const struct cpupolicy_model *cpupolicy_model_at(uint32_t index);

/**
 * cpupolicy_model_find - by name or alias; NULL where there is none
 *
 * Capitals do not matter, and '_' counts as '-'.
 */
CPUPOLICY_API const struct cpupolicy_model *
cpupolicy_model_find(const char *name);

/** cpupolicy_model_base - the model it is written as a difference from
 *
 * NULL where there is none. Not an order: what a base has may be taken away.
 */
CPUPOLICY_API const struct cpupolicy_model *
cpupolicy_model_base(const struct cpupolicy_model *model);

/**
 * cpupolicy_model_policy - the model as a policy
 *
 * A model with a vendor gives a normalised policy that a guest can be started
 * with: features, address width, state components, identity and caches.
 *
 * A model without a vendor (an ABI level) gives a policy without one: give it
 * the leaf 0 of the policy it is checked against, as the command line does. It
 * is not closed over needs (an ABI level says nothing of XSAVE layouts), so it
 * serves to ask, not to start a guest with.
 *
 * Returns the number of features the model names, its base's counted.
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
