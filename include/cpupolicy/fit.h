/* SPDX-License-Identifier: MIT */
/*
 * fit.h - the order among models, and which of them a policy holds. Hosted
 * library.
 *
 * One model is below another when every guest of it can run where the other is
 * offered: the order of cpupolicy_check(). Models without a vendor are compared
 * as if they had the other's.
 */
#ifndef CPUPOLICY_FIT_H
#define CPUPOLICY_FIT_H

#include <cpupolicy/check.h>
#include <cpupolicy/model.h>

/** struct cpupolicy_models - all models as policies, and their order */
struct cpupolicy_models;

/** cpupolicy_models_new - NULL without memory; a quarter of a MiB */
CPUPOLICY_API struct cpupolicy_models *cpupolicy_models_new(void);

/** cpupolicy_models_free - NULL is allowed */
CPUPOLICY_API void cpupolicy_models_free(struct cpupolicy_models *models);

/** cpupolicy_models_count - as many as cpupolicy_model_at() has */
CPUPOLICY_API uint32_t
cpupolicy_models_count(const struct cpupolicy_models *models);

/** cpupolicy_models_policy - cpupolicy_model_policy() of the one with that
 *	index; lives as long as @models */
CPUPOLICY_API const struct cpupolicy_policy *
cpupolicy_models_policy(const struct cpupolicy_models *models, uint32_t index);

/** enum cpupolicy_relation - what one model is to another */
enum cpupolicy_relation {
	CPUPOLICY_RELATION_NONE,  /* neither holds the other */
	CPUPOLICY_RELATION_EQUAL, /* both hold each other */
	CPUPOLICY_RELATION_BELOW, /* its guests run where the other is offered
				   */
	CPUPOLICY_RELATION_ABOVE, /* the other way round */
};

/** cpupolicy_models_relation - what @a is to @b */
CPUPOLICY_API enum cpupolicy_relation
cpupolicy_models_relation(const struct cpupolicy_models *models, uint32_t a,
			  uint32_t b);

/** cpupolicy_models_next - is @a below @b, and no model between them? */
CPUPOLICY_API bool cpupolicy_models_next(const struct cpupolicy_models *models,
					 uint32_t a, uint32_t b);

/** struct cpupolicy_fit - what one model is to a policy */
struct cpupolicy_fit {
	uint32_t model;	 /* index */
	uint32_t blocks; /* what it has and the policy has not; 0: fits */
};

/**
 * cpupolicy_models_fit - the models closest to what a policy offers
 * @out: room for cpupolicy_models_count() of them
 *
 * First the greatest models that fit, those that no other model that fits is
 * above: usually one. Of several the one with most features is first, then the
 * newest; of equal ones only the first in the table is there. Then the models
 * that do not fit, the nearest miss first. Models of another vendor and those
 * below a greatest one are not listed.
 *
 * Returns how many were stored.
 */
CPUPOLICY_API uint32_t cpupolicy_models_fit(
	struct cpupolicy_fit *out, const struct cpupolicy_models *models,
	const struct cpupolicy_policy *policy);

#endif
