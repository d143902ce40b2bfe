// SPDX-License-Identifier: MIT
/*
 * cases_build.c - the lines of a case that make policies and change policies
 * and machines.
 */
#include "cases.h"
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

struct host *make_host(struct state *state, const char *name)
{
	struct host *host = NULL;

	for (size_t i = 0; i < state->nr_hosts; i++)
		if (!strcmp(state->hosts[i].name, name))
			host = &state->hosts[i];
	if (!host) {
		if (state->nr_hosts == MAX_HOSTS ||
		    strlen(name) >= NAME_BYTES) {
			complain(state,
				 "too many policies, or too long a name");
			return NULL;
		}
		host = &state->hosts[state->nr_hosts++];
		strcpy(host->name, name);
	}
	state->host = host;
	state->machine = NULL;
	return host;
}

struct host *find_host(struct state *state, const char *name)
{
	for (size_t i = 0; i < state->nr_hosts; i++)
		if (!strcmp(state->hosts[i].name, name))
			return &state->hosts[i];
	complain(state, "there is no policy '%s' yet", name);
	return NULL;
}

const struct cpupolicy_field *find_field(struct state *state, const char *name)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_find(name, strlen(name));

	if (!field)
		complain(state, "there is no field '%s'", name);
	return field;
}

bool read_number(struct state *state, const char *text, uint32_t *out)
{
	char *end;
	unsigned long long value =
		strtoull(text, &end, strncmp(text, "0x", 2) ? 10 : 16);

	if (*end || end == text || text[0] == '-' || value > 0xffffffff) {
		complain(state, "expected a number, not '%s'", text);
		return false;
	}
	*out = (uint32_t)value;
	return true;
}

static bool read_hex(struct state *state, const char *text, uint64_t limit,
		     uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 16);
	if (*end || end == text || strpbrk(text, "-+x") || *out > limit) {
		complain(state, "expected a hexadecimal number, not '%s'",
			 text);
		return false;
	}
	return true;
}

bool read_leaf(struct state *state, char *text, uint32_t *leaf,
	       uint32_t *subleaf)
{
	char *dot = strchr(text, '.');
	uint64_t a, b = 0;

	if (dot)
		*dot = '\0';
	if (!read_hex(state, text, UINT32_MAX, &a) ||
	    (dot && !read_hex(state, dot + 1, UINT32_MAX, &b)))
		return false;
	*leaf = (uint32_t)a;
	*subleaf = (uint32_t)b;
	return true;
}

static int change_features(struct state *state, const struct words *words,
			   bool value)
{
	if (!state->machine && !state->host)
		return complain(state, "nothing to change yet");
	for (size_t i = 1; i < words->nr; i++) {
		const char *name = words->word[i];
		struct cpupolicy_address at;
		cpupolicy_feature feature;
		int status =
			cpupolicy_feature_parse(&feature, name, strlen(name));

		if (status)
			return complain(state, "%s: %s", name,
					cpupolicy_strerror(status));
		at = cpupolicy_feature_address(feature);
		status = state->machine
				 ? set_on_cpu(state, &at, value)
				 : cpupolicy_policy_set(&state->host->policy,
							feature, value);
		if (status)
			return status;
	}
	return 0;
}

static int run_plus(struct state *state, const struct words *words)
{
	return change_features(state, words, true);
}

static int run_minus(struct state *state, const struct words *words)
{
	return change_features(state, words, false);
}

static int run_number(struct state *state, const struct words *words)
{
	const struct cpupolicy_field *field = find_field(state, words->word[1]);
	uint32_t value;

	if (!state->machine && !state->host)
		return complain(state, "nothing to change yet");
	if (!field || !read_number(state, words->word[2], &value))
		return BROKEN;
	return state->machine ? set_on_cpu(state, &field->at, value)
			      : cpupolicy_field_set(&state->host->policy, field,
						    value);
}

static int run_row(struct state *state, const struct words *words)
{
	struct cpupolicy_row row;
	struct cpupolicy_row *old = &row;
	uint64_t value[4];

	if (!state->machine && !state->host)
		return complain(state, "nothing to change yet");
	if (!read_leaf(state, words->word[1], &row.leaf, &row.subleaf))
		return BROKEN;
	for (size_t i = 0; i < 4; i++)
		if (!read_hex(state, words->word[2 + i], UINT32_MAX, &value[i]))
			return BROKEN;
	if (state->machine)
		old = cpu_row(state, last_cpu(state), row.leaf, row.subleaf);
	if (!old)
		return BROKEN;
	old->eax = (uint32_t)value[0];
	old->ebx = (uint32_t)value[1];
	old->ecx = (uint32_t)value[2];
	old->edx = (uint32_t)value[3];
	return state->machine
		       ? 0
		       : cpupolicy_policy_set_row(&state->host->policy, old);
}

static int run_msr(struct state *state, const struct words *words)
{
	struct cpupolicy_msr msr = { .index = 0 };
	struct cpupolicy_msr *old = &msr;
	uint64_t index, value;

	if (!state->machine && !state->host)
		return complain(state, "nothing to change yet");
	if (!read_hex(state, words->word[1], UINT32_MAX, &index) ||
	    !read_hex(state, words->word[2], UINT64_MAX, &value))
		return BROKEN;
	msr.index = (uint32_t)index;
	if (state->machine)
		old = cpu_msr(state, last_cpu(state), msr.index);
	if (!old)
		return BROKEN;
	old->value = value;
	return state->machine
		       ? 0
		       : cpupolicy_policy_set_msr(&state->host->policy, old);
}

/* offer|accept [HYPERVISOR] [named] [guest] */
static int read_options(struct state *state, const struct words *words,
			struct cpupolicy_hostset_options *out)
{
	memset(out, 0, sizeof(*out));
	if (words->nr < 5)
		return complain(state, "offer or accept?");
	if (!strcmp(words->word[4], "accept"))
		out->set = CPUPOLICY_SET_ACCEPT;
	else if (strcmp(words->word[4], "offer"))
		return complain(state, "expected offer or accept, not '%s'",
				words->word[4]);
	for (size_t i = 5; i < words->nr; i++) {
		int status = 0;

		if (!strcmp(words->word[i], "named"))
			out->named = true;
		else if (!strcmp(words->word[i], "guest"))
			out->guest = true;
		else
			status =
				cpupolicy_hypervisor_parse(out, words->word[i]);
		if (status)
			return status;
	}
	return 0;
}

static int host_of_machine(struct state *state, const struct words *words,
			   struct cpupolicy_policy *out)
{
	bool from_file = !strcmp(words->word[2], "record");
	struct cpupolicy_hostset_options options;
	struct cpupolicy_document document = { .record = NULL };
	struct cpupolicy_record *record;
	struct cpupolicy_error error;
	const struct machine *machine;
	int status = read_options(state, words, &options);

	if (status)
		return status;
	if (from_file) {
		if (read_record(state, &document, words->word[3]))
			return BROKEN;
		record = document.record;
	} else {
		machine = find_machine(state, words->word[3]);
		if (!machine)
			return BROKEN;
		record = machine_record(machine);
	}
	deafen(state);
	status = cpupolicy_record_hostset(out, record, &options, hear, state,
					  &error);
	if (from_file)
		cpupolicy_document_clear(&document);
	else
		cpupolicy_record_free(record);
	return status;
}

static int host_of_vendor(struct state *state, const char *vendor,
			  struct cpupolicy_policy *out)
{
	struct cpupolicy_row row = { .leaf = 0 };

	cpupolicy_policy_clear(out);
	if (set_vendor(state, &row, vendor))
		return BROKEN;
	return cpupolicy_policy_set_row(out, &row);
}

static int host_of_model(struct state *state, const char *name,
			 struct cpupolicy_policy *out)
{
	const struct cpupolicy_model *model = cpupolicy_model_find(name);
	int nr;

	if (!model)
		return complain(state, "there is no model '%s'", name);
	nr = cpupolicy_model_policy(out, model);
	return nr < 0 ? nr : 0;
}

/* host NAME vendor VENDOR | model MODEL | copy OTHER |
 *	record FILE SET... | machine MACHINE SET... */
static int run_host(struct state *state, const struct words *words)
{
	const char *how = words->word[2], *what = words->word[3];
	struct cpupolicy_policy policy;
	struct host *host;
	int status;

	if (!strcmp(how, "vendor")) {
		status = host_of_vendor(state, what, &policy);
	} else if (!strcmp(how, "model")) {
		status = host_of_model(state, what, &policy);
	} else if (!strcmp(how, "copy")) {
		const struct host *other = find_host(state, what);

		if (!other)
			return BROKEN;
		policy = other->policy;
		status = 0;
	} else if (!strcmp(how, "record") || !strcmp(how, "machine")) {
		status = host_of_machine(state, words, &policy);
	} else {
		return complain(state, "a host cannot be made by '%s'", how);
	}
	if (status)
		return status;
	host = make_host(state, words->word[1]);
	if (!host)
		return BROKEN;
	host->policy = policy;
	return 0;
}

const struct command building_commands[] = {
	{ "host", 3, 8, run_host },
	{ "+", 1, MAX_WORDS - 1, run_plus },
	{ "-", 1, MAX_WORDS - 1, run_minus },
	{ "=", 2, 2, run_number },
	{ "row", 5, 5, run_row },
	{ "msr", 2, 2, run_msr },
	{ NULL, 0, 0, NULL },
};
