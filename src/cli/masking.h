/* SPDX-License-Identifier: MIT */
/*
 * masking.h - one masking: what is asked, done and told.
 */
#ifndef CPUPOLICY_CLI_MASKING_H
#define CPUPOLICY_CLI_MASKING_H

#include "cli.h"

struct mask_request {
	const char *mode, *with, *name, *output, *hypervisor;
	struct words hide, cap;
	bool json;
};

struct masking {
	struct cpupolicy_hostset_options options;
	struct cpupolicy_policy before, policy;
	struct findings findings;
	char *label; /* owned */
};

/* Returns 0, or EXIT_TROUBLE; @spec's lists are to be freed either way. */
int spec_from_words(struct cpupolicy_mask_spec *spec, const struct words *hide,
		    const struct words *cap);
/* @where: how to call the mask in messages */
int hide_and_cap(struct masking *masking,
		 const struct cpupolicy_mask_spec *spec, const char *where);
void put_masking(const struct masking *masking);
int put_masking_json(const struct masking *masking, const char *name);

/* Trouble: no feature is called @word; @option says where that was said. */
int unknown_name(const char *option, const char *word);

#endif
