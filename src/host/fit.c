// SPDX-License-Identifier: MIT
/*
 * fit.c - the order among models, and which of them a policy holds.
 */
#include <stdlib.h>
#include <string.h>

#include <cpupolicy/fit.h>

#include "host.h"

struct cpupolicy_models {
	uint32_t nr;
	bool *fits; /* nr * nr: a guest of the first on a host of the second */
	uint32_t *features;
	struct cpupolicy_policy policy[];
};

static void count_block(void *arg, const struct cpupolicy_finding *finding)
{
	if (finding->grade == CPUPOLICY_GRADE_BLOCK)
		(*(uint32_t *)arg)++;
}

uint32_t cpupolicy__blocks(const struct cpupolicy_policy *model,
			   const struct cpupolicy_policy *policy)
{
	struct cpupolicy_policy guest = *model;
	uint32_t blocks = 0;

	cpupolicy_policy_adopt_vendor(&guest, policy);
	cpupolicy_check(&guest, policy, count_block, &blocks);
	return blocks;
}

struct cpupolicy_models *cpupolicy_models_new(void)
{
	struct cpupolicy_models *models;
	uint32_t nr = 0;

	while (cpupolicy_model_at(nr))
		nr++;
	models = calloc(1, sizeof(*models) + nr * sizeof(models->policy[0]));
	if (!models)
		return NULL;
	models->nr = nr;
	models->fits = calloc((size_t)nr * nr, sizeof(*models->fits));
	models->features = calloc(nr, sizeof(*models->features));
	if (!models->fits || !models->features) {
		cpupolicy_models_free(models);
		return NULL;
	}
	for (uint32_t i = 0; i < nr; i++)
		models->features[i] = (uint32_t)cpupolicy_model_policy(
			&models->policy[i], cpupolicy_model_at(i));
	for (uint32_t i = 0; i < nr * nr; i++)
		models->fits[i] =
			cpupolicy__blocks(&models->policy[i / nr],
					  &models->policy[i % nr]) == 0;
	return models;
}

void cpupolicy_models_free(struct cpupolicy_models *models)
{
	if (!models)
		return;
	free(models->fits);
	free(models->features);
	free(models);
}

uint32_t cpupolicy_models_count(const struct cpupolicy_models *models)
{
	return models->nr;
}

const struct cpupolicy_policy *
cpupolicy_models_policy(const struct cpupolicy_models *models, uint32_t index)
{
	return &models->policy[index];
}

static bool fits(const struct cpupolicy_models *models, uint32_t guest,
		 uint32_t host)
{
	return models->fits[guest * models->nr + host];
}

enum cpupolicy_relation
cpupolicy_models_relation(const struct cpupolicy_models *models, uint32_t a,
			  uint32_t b)
{
	bool up = fits(models, a, b), down = fits(models, b, a);

	if (up && down)
		return CPUPOLICY_RELATION_EQUAL;
	if (up)
		return CPUPOLICY_RELATION_BELOW;
	return down ? CPUPOLICY_RELATION_ABOVE : CPUPOLICY_RELATION_NONE;
}

static bool below(const struct cpupolicy_models *models, uint32_t a, uint32_t b)
{
	return fits(models, a, b) && !fits(models, b, a);
}

bool cpupolicy_models_next(const struct cpupolicy_models *models, uint32_t a,
			   uint32_t b)
{
	if (!below(models, a, b))
		return false;
	for (uint32_t i = 0; i < models->nr; i++)
		if (below(models, a, i) && below(models, i, b))
			return false;
	return true;
}

/* Whose CPU the model is of makes no sense here? */
static bool is_foreign(const struct cpupolicy_models *models, uint32_t index,
		       const struct cpupolicy_policy *policy)
{
	char theirs[13], its[13];

	if (cpupolicy_model_at(index)->vendor == CPUPOLICY_VENDOR_UNKNOWN)
		return false;
	cpupolicy_policy_vendor_string(its, &models->policy[index]);
	cpupolicy_policy_vendor_string(theirs, policy);
	return strcmp(its, theirs) != 0;
}

/* Another model that fits holds it, or is the same and comes first. */
static bool is_outdone(const struct cpupolicy_models *models,
		       const struct cpupolicy_fit *all, uint32_t nr,
		       uint32_t model)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t other = all[i].model;

		if (all[i].blocks || other == model ||
		    !fits(models, model, other))
			continue;
		if (!fits(models, other, model) || other < model)
			return true;
	}
	return false;
}

/* Does @a go before @b in the list? */
static bool is_better(const struct cpupolicy_models *models,
		      const struct cpupolicy_fit *a,
		      const struct cpupolicy_fit *b)
{
	const struct cpupolicy_model *left = cpupolicy_model_at(a->model);
	const struct cpupolicy_model *right = cpupolicy_model_at(b->model);
	uint32_t mine = models->features[a->model];
	uint32_t theirs = models->features[b->model];

	if (a->blocks != b->blocks)
		return a->blocks < b->blocks;
	if (mine != theirs)
		return mine > theirs;
	if (left->year != right->year)
		return left->year > right->year;
	return a->model < b->model;
}

/* Few enough to be sorted by insertion. */
static void insert(const struct cpupolicy_models *models,
		   struct cpupolicy_fit *list, uint32_t nr,
		   struct cpupolicy_fit item)
{
	while (nr && is_better(models, &item, &list[nr - 1])) {
		list[nr] = list[nr - 1];
		nr--;
	}
	list[nr] = item;
}

uint32_t cpupolicy_models_fit(struct cpupolicy_fit *out,
			      const struct cpupolicy_models *models,
			      const struct cpupolicy_policy *policy)
{
	uint32_t nr = 0, kept = 0;

	for (uint32_t i = 0; i < models->nr; i++)
		if (!is_foreign(models, i, policy))
			insert(models, out, nr++,
			       (struct cpupolicy_fit){
				       .model = i,
				       .blocks = cpupolicy__blocks(
					       &models->policy[i], policy),
			       });
	/* who is outdone is outdone by a greatest one, which is never dropped:
	 * looking at those that were kept and those to come is enough */
	for (uint32_t i = 0; i < nr; i++) {
		struct cpupolicy_fit item = out[i];

		if (item.blocks ||
		    (!is_outdone(models, out, kept, item.model) &&
		     !is_outdone(models, out + i, nr - i, item.model)))
			out[kept++] = item;
	}
	return kept;
}
