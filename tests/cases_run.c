// SPDX-License-Identifier: MIT
/*
 * cases_run.c - the lines of a case that work on policies.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hear(void *arg, const struct cpupolicy_finding *finding)
{
	struct state *state = arg;
	struct findings *findings = &state->findings;

	if (findings->nr < MAX_FINDINGS)
		findings->list[findings->nr++] = *finding;
}

void deafen(struct state *state)
{
	state->findings.nr = 0;
}

bool find_status(struct state *state, const char *name, int *out)
{
	static const struct {
		const char *name;
		int status;
	} statuses[] = {
		{ "E_INVALID", CPUPOLICY_E_INVALID },
		{ "E_NO_SLOT", CPUPOLICY_E_NO_SLOT },
		{ "E_UNKNOWN", CPUPOLICY_E_UNKNOWN },
		{ "E_RANGE", CPUPOLICY_E_RANGE },
		{ "E_VENDOR", CPUPOLICY_E_VENDOR },
		{ "E_HYPERVISOR", CPUPOLICY_E_HYPERVISOR },
		{ "E_DIFFERS", CPUPOLICY_E_DIFFERS },
		{ "E_LIMITATION", CPUPOLICY_E_LIMITATION },
		{ "E_MODE_VENDOR", CPUPOLICY_E_MODE_VENDOR },
		{ "E_NOT_QUALIFIED", CPUPOLICY_E_NOT_QUALIFIED },
		{ "E_EMPTY", CPUPOLICY_E_EMPTY },
		{ "E_SPACE", CPUPOLICY_E_SPACE },
		{ "E_MEANING", CPUPOLICY_E_MEANING },
	};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (!strcmp(statuses[i].name, name)) {
			*out = statuses[i].status;
			return true;
		}
	}
	complain(state, "there is no status '%s'", name);
	return false;
}

static int run_normalize(struct state *state, const struct words *words)
{
	struct host *host = find_host(state, words->word[1]);

	if (!host)
		return BROKEN;
	deafen(state);
	cpupolicy_normalize(&host->policy, hear, state);
	return 0;
}

static int run_hide(struct state *state, const struct words *words)
{
	struct host *host = find_host(state, words->word[1]);
	cpupolicy_feature features[MAX_WORDS];
	size_t nr = 0;

	if (!host)
		return BROKEN;
	for (size_t i = 2; i < words->nr; i++) {
		const char *name = words->word[i];
		int status = cpupolicy_feature_parse(&features[nr++], name,
						     strlen(name));

		if (status)
			return status;
	}
	deafen(state);
	return cpupolicy_hide(&host->policy, features, nr, hear, state);
}

static int run_cap(struct state *state, const struct words *words)
{
	struct host *host = find_host(state, words->word[1]);
	const struct cpupolicy_field *field = find_field(state, words->word[2]);
	uint32_t value;

	if (!host || !field || !read_number(state, words->word[3], &value))
		return BROKEN;
	deafen(state);
	return cpupolicy_cap(&host->policy, field, value, hear, state);
}

static int run_mask(struct state *state, const struct words *words)
{
	struct host *host = find_host(state, words->word[1]);
	const struct host *mask = find_host(state, words->word[2]);

	if (!host || !mask)
		return BROKEN;
	deafen(state);
	cpupolicy_mask(&host->policy, &mask->policy, hear, state);
	return 0;
}

static int run_mode(struct state *state, const struct words *words)
{
	struct host *host = find_host(state, words->word[1]);

	if (!host)
		return BROKEN;
	deafen(state);
	return cpupolicy_apply_mode(&host->policy, words->word[2], hear, state);
}

static int run_intersect(struct state *state, const struct words *words)
{
	const struct host *a = find_host(state, words->word[2]);
	const struct host *b = find_host(state, words->word[3]);
	struct cpupolicy_policy policy;
	struct host *out;
	int status;

	if (!a || !b)
		return BROKEN;
	status = cpupolicy_intersect(&policy, &a->policy, &b->policy);
	if (status)
		return status;
	out = make_host(state, words->word[1]);
	if (!out)
		return BROKEN;
	out->policy = policy;
	return 0;
}

/* HOST or HOST*TIMES: add the host to the baseline that often */
static int add_hosts(struct state *state, struct cpupolicy_baseline *baseline,
		     char *word)
{
	char *star = strchr(word, '*');
	const struct host *host;
	uint32_t times = 1;

	if (star && !read_number(state, star + 1, &times))
		return BROKEN;
	if (star)
		*star = '\0';
	host = find_host(state, word);
	if (!host)
		return BROKEN;
	while (times--) {
		int status = cpupolicy_baseline_add(baseline, &host->policy);

		if (status)
			return status;
	}
	return 0;
}

static int run_baseline(struct state *state, const struct words *words)
{
	struct cpupolicy_baseline baseline;
	struct cpupolicy_policy policy;
	struct host *out;
	int status = 0;

	deafen(state);
	cpupolicy_baseline_begin(&baseline, hear, state);
	for (size_t i = 2; i < words->nr && !status; i++)
		status = add_hosts(state, &baseline, words->word[i]);
	if (!status)
		status = cpupolicy_baseline_finish(&policy, &baseline);
	if (status)
		return status;
	out = make_host(state, words->word[1]);
	if (!out)
		return BROKEN;
	out->policy = policy;
	return 0;
}

/* save OUT POLICY: through the byte form and back */
static int run_save(struct state *state, const struct words *words)
{
	const struct host *host = find_host(state, words->word[2]);
	uint8_t first[CPUPOLICY_ENCODED_MAX], second[CPUPOLICY_ENCODED_MAX];
	struct host *out;
	size_t bytes;
	int status;

	if (!host)
		return BROKEN;
	bytes = cpupolicy_encode(first, sizeof(first), &host->policy);
	out = make_host(state, words->word[1]);
	if (!out)
		return BROKEN;
	status = cpupolicy_decode(&out->policy, first, bytes);
	if (status)
		return status;
	if (cpupolicy_encode(second, sizeof(second), &out->policy) != bytes ||
	    memcmp(first, second, bytes))
		complain(state, "the same policy gave other bytes");
	return 0;
}

const struct command operation_commands[] = {
	{ "normalize", 1, 1, run_normalize },
	{ "hide", 2, MAX_WORDS - 1, run_hide },
	{ "cap", 3, 3, run_cap },
	{ "mask", 2, 2, run_mask },
	{ "mode", 2, 2, run_mode },
	{ "intersect", 3, 3, run_intersect },
	{ "baseline", 1, MAX_WORDS - 1, run_baseline },
	{ "save", 2, 2, run_save },
	{ NULL, 0, 0, NULL },
};
