// SPDX-License-Identifier: MIT
/*
 * fleet.c - classes of policies.
 */
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

struct cpupolicy_fleet *cpupolicy_fleet_new(void)
{
	return calloc(1, sizeof(struct cpupolicy_fleet));
}

void cpupolicy_fleet_free(struct cpupolicy_fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < fleet->index.nr; i++)
		free(fleet->class[i].level);
	cpupolicy__index_clear(&fleet->index);
	free(fleet->class);
	free(fleet->set);
	free(fleet->members);
	free(fleet);
}

static int make_room(struct cpupolicy_fleet *fleet)
{
	struct cpupolicy__member *class;
	struct cpupolicy_featureset *set;
	uint64_t *members;

	if (fleet->index.nr < fleet->room)
		return 0;
	if (cpupolicy__index_grow(&fleet->index) < 0)
		return CPUPOLICY_E_MEMORY;
	class = cpupolicy__resize(fleet->class, fleet->index.room,
				  sizeof(*class));
	if (!class)
		return CPUPOLICY_E_MEMORY;
	fleet->class = class;
	set = cpupolicy__resize(fleet->set, fleet->index.room, sizeof(*set));
	if (!set)
		return CPUPOLICY_E_MEMORY;
	fleet->set = set;
	members = cpupolicy__resize(fleet->members, fleet->index.room,
				    sizeof(*members));
	if (!members)
		return CPUPOLICY_E_MEMORY;
	fleet->members = members;
	fleet->room = fleet->index.room;
	return 0;
}

static int add_class(struct cpupolicy_fleet *fleet, uint64_t id,
		     const struct cpupolicy_policy *policy)
{
	size_t item = fleet->index.nr;

	if (make_room(fleet) < 0)
		return CPUPOLICY_E_MEMORY;
	cpupolicy__index_add(&fleet->index, id);
	fleet->class[item].policy = *policy;
	fleet->class[item].level = NULL;
	fleet->members[item] = 0;
	cpupolicy_featureset_of(&fleet->set[item], policy);
	return 0;
}

/*
 * What describes the CPU is that of the humblest member, as in any baseline.
 * Members differ in nothing else, so they always have an intersection.
 */
static int level_class(struct cpupolicy__member *class,
		       const struct cpupolicy_policy *policy)
{
	if (cpupolicy_policy_equal(&class->policy, policy) ||
	    (class->level && cpupolicy_policy_equal(class->level, policy)))
		return 0;
	if (!class->level) {
		class->level = malloc(sizeof(*class->level));
		if (!class->level)
			return CPUPOLICY_E_MEMORY;
		*class->level = class->policy;
	}
	cpupolicy_intersect(class->level, class->level, policy);
	return 0;
}

/* Find the class, or make it. */
static int find_class(size_t *item, struct cpupolicy_fleet *fleet,
		      const struct cpupolicy_policy *policy)
{
	uint64_t id = cpupolicy_policy_class_id(policy);
	size_t at = 0;

	do
		*item = cpupolicy__index_find(&fleet->index, id, &at);
	while (*item != CPUPOLICY__NO_ITEM &&
	       !cpupolicy_policy_same_class(&fleet->class[*item].policy,
					    policy));
	if (*item != CPUPOLICY__NO_ITEM)
		return level_class(&fleet->class[*item], policy);
	*item = fleet->index.nr;
	return add_class(fleet, id, policy);
}

int cpupolicy_fleet_add(uint32_t *index, struct cpupolicy_fleet *fleet,
			const struct cpupolicy_policy *policy)
{
	uint32_t *recent =
		cpupolicy__guess(&fleet->guess, policy, sizeof(*policy));
	size_t item = *recent - 1;

	if (!*recent ||
	    !cpupolicy_policy_equal(&fleet->class[item].policy, policy)) {
		if (find_class(&item, fleet, policy) < 0)
			return CPUPOLICY_E_MEMORY;
		*recent = (uint32_t)item + 1;
	}
	fleet->members[item]++;
	fleet->nr_members++;
	if (index)
		*index = (uint32_t)item;
	return 0;
}

uint32_t cpupolicy_fleet_count(const struct cpupolicy_fleet *fleet)
{
	return (uint32_t)fleet->index.nr;
}

uint64_t cpupolicy_fleet_members(const struct cpupolicy_fleet *fleet)
{
	return fleet->nr_members;
}

int cpupolicy_fleet_class(struct cpupolicy_class *out,
			  const struct cpupolicy_fleet *fleet, uint32_t index)
{
	const struct cpupolicy__member *class;

	if (index >= fleet->index.nr)
		return 0;
	class = &fleet->class[index];
	out->id = fleet->index.hash[index];
	out->members = fleet->members[index];
	out->policy = &class->policy;
	out->level = class->level ? class->level : &class->policy;
	out->set = &fleet->set[index];
	return 1;
}

int cpupolicy_fleet_baseline(struct cpupolicy_policy *out,
			     const struct cpupolicy_fleet *fleet,
			     cpupolicy_sink *sink, void *arg)
{
	struct cpupolicy_baseline baseline;
	struct cpupolicy_class class;
	int status = 0;

	cpupolicy_baseline_begin(&baseline, sink, arg);
	for (uint32_t i = 0; !status && cpupolicy_fleet_class(&class, fleet, i);
	     i++)
		status = cpupolicy_baseline_add(&baseline, class.level);
	return status ? status : cpupolicy_baseline_finish(out, &baseline);
}
