// SPDX-License-Identifier: MIT
/*
 * laws.c - the laws that the operations promise, tried on random policies and
 * on every recorded CPU. Prints TAP.
 *
 * Usage: laws [SEED]
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "laws.h"
#include "maker.h"

static unsigned int number, failed;

void law(bool holds, const char *population, const char *name,
	 const char *detail)
{
	printf("%sok %u - %s: %s\n", holds ? "" : "not ", ++number, population,
	       name);
	if (!holds) {
		printf("# %s\n", detail);
		failed++;
	}
	fflush(stdout);
}

/* xorshift64*: a seed gives the same policies everywhere */
uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

size_t random_below(uint64_t *state, size_t limit)
{
	return (size_t)(random_next(state) % limit);
}

bool blocks(const struct cpupolicy_policy *guest,
	    const struct cpupolicy_policy *host)
{
	return cpupolicy_check(guest, host, NULL, NULL) ==
	       CPUPOLICY_DOES_NOT_FIT;
}

static const char *const vendors[] = { "GenuineIntel", "AuthenticAMD",
				       "HygonGenuine", "  Shanghai  " };

static void set_vendor(struct cpupolicy_policy *policy, const char *vendor)
{
	struct cpupolicy_row row = { .leaf = 0 };

	spell_maker(&row, vendor);
	cpupolicy_policy_set_row(policy, &row);
}

/* A number that real CPUs have now and then, so that equality happens. */
static uint32_t random_number(uint64_t *state,
			      const struct cpupolicy_field *field)
{
	static const uint32_t usual[] = { 1,  2,  4,  8,  36,  39,
					  46, 48, 52, 64, 256, 576 };
	uint32_t value =
		usual[random_next(state) % (sizeof(usual) / sizeof(usual[0]))];
	uint32_t bits = (uint32_t)(field->at.high - field->at.low) + 1;

	if (field->level == CPUPOLICY_LEVEL_SAME)
		value = 64 + (uint32_t)(random_next(state) % 8 == 0);
	return bits < 32 ? value & ((1u << bits) - 1) : value;
}

void random_policy(struct cpupolicy_policy *out, uint64_t *state,
		   const struct cpupolicy_policy *parent)
{
	uint64_t density = random_next(state) % 8 + 1;
	const struct cpupolicy_field *field;

	if (parent)
		*out = *parent;
	else
		cpupolicy_policy_clear(out);
	for (uint32_t i = 0; (field = cpupolicy_field_at(i)) != NULL; i++) {
		bool touch = parent ? random_next(state) % 64 < density
				    : random_next(state) % 8 < density;
		bool vendor = field->at.leaf == 0 &&
			      field->at.space == CPUPOLICY_SPACE_CPU;

		if (!touch || vendor ||
		    field->at.space >= CPUPOLICY_SPACE_KVM ||
		    field->level == CPUPOLICY_LEVEL_DERIVE)
			continue;
		if (field->at.high == field->at.low)
			cpupolicy_field_set(out, field,
					    random_next(state) % 16 != 0);
		else
			cpupolicy_field_set(out, field,
					    random_number(state, field));
	}
	if (!parent)
		set_vendor(out, vendors[random_next(state) % 2]);
	cpupolicy_normalize(out, NULL, NULL);
}

static void add(struct population *to, const char *name,
		const struct cpupolicy_policy *policy)
{
	struct member *member;

	for (size_t i = 0; i < to->nr; i++)
		if (cpupolicy_policy_equal(&to->members[i].policy, policy))
			return;
	to->members = realloc(to->members, (to->nr + 1) * sizeof(*member));
	if (!to->members)
		abort();
	member = &to->members[to->nr++];
	member->name = name;
	member->policy = *policy;
	cpupolicy_featureset_of(&member->set, policy);
}

static void run(const struct population *population, uint64_t *state)
{
	if (population->nr == 0)
		return;
	printf("# %s: %zu different policies\n", population->what,
	       population->nr);
	order_laws(population);
	intersection_laws(population, state);
	mask_laws(population, state);
	featureset_laws(population);
	meet_laws(population, state);
	fleet_laws(population, state);
	codec_laws(population, state);
	lookup_laws(population, state);
}

static void run_random(uint64_t seed)
{
	struct population random = { .what = "random policies" };
	uint64_t state = seed;
	static char names[96][16];

	for (unsigned int i = 0; i < 96; i++) {
		struct cpupolicy_policy policy;
		size_t parent = random.nr ? random_below(&state, random.nr) : 0;

		random_policy(&policy, &state,
			      i % 4 ? &random.members[parent].policy : NULL);
		snprintf(names[i], sizeof(names[i]), "random-%u", i);
		add(&random, names[i], &policy);
	}
	run(&random, &state);
	free(random.members);
}

/* The maker's string of leaf 0; empty where it was not recorded. */
static void corpus_vendor(char out[13], const struct corpus_cpu *cpu)
{
	struct cpupolicy_policy policy;

	cpupolicy_policy_clear(&policy);
	for (size_t i = 0; i < cpu->nr_rows; i++)
		if (cpu->rows[i].leaf == 0)
			cpupolicy_policy_set_row(&policy, &cpu->rows[i]);
	cpupolicy_policy_vendor_string(out, &policy);
}

static void run_recorded(const struct corpus *corpus, const char *vendor,
			 enum cpupolicy_set set, const char *hypervisor,
			 const char *what, uint64_t *state)
{
	struct cpupolicy_hostset_options options = {
		.set = set,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.named = hypervisor != NULL,
	};
	struct population population = { .what = what };

	for (size_t i = 0; i < corpus->nr_cpus; i++) {
		const struct corpus_cpu *cpu = &corpus->cpus[i];
		struct cpupolicy_policy policy;
		char string[13];

		/*
		 * Policies that name a hypervisor, guests and hosts, are a
		 * population of their own: one that names none says nothing of
		 * paravirtual leaves, and through it two that differ there
		 * would seem to fit.
		 */
		options.guest = hypervisor && cpu->hypervisor &&
				strcmp(cpu->hypervisor, hypervisor) == 0;
		if (cpupolicy_hostset(&policy, cpu->rows, cpu->nr_rows,
				      cpu->msrs, cpu->nr_msrs, &options, NULL,
				      NULL))
			continue;
		cpupolicy_policy_vendor_string(string, &policy);
		if (strcmp(string, vendor) == 0)
			add(&population, cpu->name, &policy);
	}
	run(&population, state);
	free(population.members);
}

/* Policies of different makers never fit: each maker's are a population. */
static void run_every_vendor(const struct corpus *corpus, uint64_t *state)
{
	static char seen[64][13];
	size_t nr = 0;

	for (size_t i = 0; i < corpus->nr_cpus; i++) {
		char what[2][40], vendor[13];
		size_t v = 0;

		corpus_vendor(vendor, &corpus->cpus[i]);
		while (v < nr && strcmp(seen[v], vendor))
			v++;
		if (v < nr || nr == 64)
			continue;
		memcpy(seen[nr++], vendor, sizeof(vendor));
		snprintf(what[0], sizeof(what[0]), "'%s', offer", vendor);
		snprintf(what[1], sizeof(what[1]), "'%s', accept", vendor);
		run_recorded(corpus, vendor, CPUPOLICY_SET_OFFER, NULL, what[0],
			     state);
		run_recorded(corpus, vendor, CPUPOLICY_SET_ACCEPT, NULL,
			     what[1], state);
	}
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0)
				 : (uint64_t)time(NULL) * 2654435761u + 1;
	uint64_t state = seed;
	struct corpus corpus;

	if (corpus_load(&corpus, NULL))
		return 1;
	printf("# seed %" PRIu64 "\n# ", seed);
	corpus_announce(stdout, &corpus);
	printf("# laws on MSRs ran on the %zu records that have any\n",
	       corpus.nr_with_msrs);
	run_random(seed);
	run_every_vendor(&corpus, &state);
	run_recorded(&corpus, "GenuineIntel", CPUPOLICY_SET_ACCEPT, "KVMKVMKVM",
		     "Intel, KVM named", &state);
	run_recorded(&corpus, "AuthenticAMD", CPUPOLICY_SET_ACCEPT, "KVMKVMKVM",
		     "AMD, KVM named", &state);
	record_laws(&corpus);
	corpus_free(&corpus);
	printf("1..%u\n", number);
	return failed ? 1 : 0;
}
