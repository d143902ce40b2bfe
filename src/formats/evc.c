// SPDX-License-Identifier: MIT
/*
 * evc.c - the highest of VMware's EVC modes that a policy holds, by its key:
 *
 *	evcModeKey = "intel-skylake"
 *
 * The keys are aliases of the models of CPU generations: tables/models.
 */
#include <stdlib.h>
#include <string.h>

#include "../host/cpu_models.h"
#include "level.h"

/* Modes of one vendor are a chain, or two; no more are unordered. */
#define MAX_HIGHEST 8

/** struct mode - an EVC mode, and what the table knows of its generation */
struct mode {
	const struct cpupolicy_model *model;
	struct cpupolicy_policy policy;
	char key[40];
};

/* Other aliases are QEMU's, libvirt's and ours; none of them begins so. */
static bool find_key(struct mode *mode, const struct cpupolicy_model *model)
{
	const char *list = model->aliases, *word;
	size_t length;

	while (cpupolicy__next_word(&word, &length, &list)) {
		if (length >= sizeof(mode->key) ||
		    (strncmp(word, "intel-", 6) != 0 &&
		     strncmp(word, "amd-", 4) != 0))
			continue;
		memcpy(mode->key, word, length);
		mode->key[length] = '\0';
		mode->model = model;
		cpupolicy_model_policy(&mode->policy, model);
		return true;
	}
	return false;
}

/** struct search - the modes that fit and that no other that fits is above */
struct search {
	const struct cpupolicy_policy *policy;
	struct mode highest[MAX_HIGHEST];
	size_t nr;
};

static void look_at(struct search *search, const struct mode *mode)
{
	size_t kept = 0;

	if (cpupolicy__blocks(&mode->policy, search->policy))
		return;
	for (size_t i = 0; i < search->nr; i++)
		if (!cpupolicy__blocks(&mode->policy,
				       &search->highest[i].policy))
			return;
	for (size_t i = 0; i < search->nr; i++)
		if (cpupolicy__blocks(&search->highest[i].policy,
				      &mode->policy))
			search->highest[kept++] = search->highest[i];
	if (kept < MAX_HIGHEST)
		search->highest[kept++] = *mode;
	search->nr = kept;
}

/* Of several the newest. */
static size_t newest(const struct search *search)
{
	size_t best = 0;

	for (size_t i = 1; i < search->nr; i++)
		if (search->highest[i].model->year >
		    search->highest[best].model->year)
			best = i;
	return best;
}

static void write_mode(struct cpupolicy__writing *writing,
		       const struct search *search)
{
	size_t best = newest(search);
	const struct mode *mode = &search->highest[best];

	cpupolicy__text_add(writing->out, "evcModeKey = \"%s\"\n", mode->key);
	for (size_t i = 0; i < search->nr; i++)
		if (i != best)
			cpupolicy__lose(writing,
					"the mode %s is below the policy too, "
					"and neither is above the other",
					search->highest[i].key);
	cpupolicy__lose_beyond(writing, "the mode has not, or has less of",
			       search->policy, &mode->policy);
	cpupolicy__lose_beyond(writing,
			       "the mode may show a guest what the policy has "
			       "not",
			       &mode->policy, search->policy);
	cpupolicy__lose(writing,
			"family, model, stepping, brand string and caches are "
			"those of the host: a mode does not say them");
	cpupolicy__lose(writing,
			"what a mode has is what recorded CPUs of that "
			"generation have (model %s): VMware's own table was "
			"not at hand",
			mode->model->name);
}

static void write_evc(struct cpupolicy__writing *writing,
		      const struct cpupolicy_record *record)
{
	struct cpupolicy_policy policy;
	struct search *search;
	struct mode *mode;

	if (!cpupolicy__promised(&policy, writing, record,
				 CPUPOLICY_HYPERVISOR_VMWARE))
		return;
	if (cpupolicy_policy_vendor(&policy) == CPUPOLICY_VENDOR_UNKNOWN) {
		cpupolicy__refuse(writing, "evc: the policy is of no maker's "
					   "CPU, and every EVC mode is of one");
		return;
	}
	search = calloc(1, sizeof(*search));
	mode = calloc(1, sizeof(*mode));
	if (search && mode) {
		search->policy = &policy;
		for (uint32_t i = 0; cpupolicy_model_at(i); i++)
			if (find_key(mode, cpupolicy_model_at(i)))
				look_at(search, mode);
		if (search->nr)
			write_mode(writing, search);
		else
			cpupolicy__refuse(writing,
					  "evc: no EVC mode of VMware is below "
					  "this policy: each has something "
					  "that it has not");
	} else {
		writing->out->failed = true;
	}
	free(mode);
	free(search);
}

const struct cpupolicy__format cpupolicy__format_evc = {
	.info = { .name = "evc",
		  .title = "the highest EVC mode of VMware that is below a "
			   "policy",
		  .writes = true,
		  .untested = true,
		  .partial = true },
	.write = write_evc,
};
