/* SPDX-License-Identifier: MIT */
/*
 * fleet.h - many hosts and guests, made from the recorded CPUs of tests/data
 * by hiding features at random; and what a home-made checker keeps of them.
 */
#ifndef TESTS_BENCH_FLEET_H
#define TESTS_BENCH_FLEET_H

#include <string.h>

#include "../corpus.h"
#include "timing.h"

#define MOST_ROWS 128

/** struct rows - a list as a dump has it, in no order */
struct rows {
	struct cpupolicy_row row[MOST_ROWS];
	size_t nr;
};

/** struct member - a policy in the three forms that are set side by side */
struct member {
	struct cpupolicy_policy policy;
	struct cpupolicy_featureset set;
	struct rows rows;
	size_t kind; /* which host it was made from */
};

/** struct fleet - hosts (what they accept), and guests that they started */
struct fleet {
	struct corpus corpus;
	struct member *hosts, *guests;
	size_t nr_hosts, nr_guests;
	uint64_t random;
};

static inline void *bench_room(size_t nr, size_t size)
{
	void *room = calloc(nr ? nr : 1, size);

	if (!room) {
		fputs("out of memory\n", stderr);
		exit(2);
	}
	return room;
}

/* All rows that say something, shuffled. */
static inline void list_rows(struct rows *out,
			     const struct cpupolicy_policy *policy,
			     uint64_t *random)
{
	struct cpupolicy_row row;

	out->nr = 0;
	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, policy, i); i++) {
		size_t at = next_random(random) % (out->nr + 1);

		if (!(row.eax | row.ebx | row.ecx | row.edx) ||
		    out->nr == MOST_ROWS)
			continue;
		out->row[out->nr++] = out->row[at];
		out->row[at] = row;
	}
}

static inline void finish_member(struct member *member, size_t kind,
				 uint64_t *random)
{
	member->kind = kind;
	cpupolicy_featureset_of(&member->set, &member->policy);
	list_rows(&member->rows, &member->policy, random);
}

static inline void hide_some(struct cpupolicy_policy *policy, uint64_t *random)
{
	uint32_t nr = next_random(random) % 12;

	while (nr--) {
		const struct cpupolicy_field *field = cpupolicy_field_at(
			next_random(random) % cpupolicy_field_count());
		cpupolicy_feature feature = cpupolicy_field_feature(field);

		/* what may not be hidden stays */
		if (feature && field->level == CPUPOLICY_LEVEL_AND)
			cpupolicy_hide(policy, &feature, 1, NULL, NULL);
	}
}

static inline int set_of(struct cpupolicy_policy *out,
			 const struct corpus_cpu *cpu, enum cpupolicy_set set)
{
	const struct cpupolicy_hostset_options options = {
		.set = set,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.named = true,
	};

	return cpupolicy_hostset(out, cpu->rows, cpu->nr_rows, cpu->msrs,
				 cpu->nr_msrs, &options, NULL, NULL);
}

/* Is it bare metal of that vendor? UNKNOWN: any will do. */
static inline bool is_wanted(const struct corpus_cpu *cpu,
			     enum cpupolicy_vendor_id vendor)
{
	struct cpupolicy_policy policy;

	if (cpu->hypervisor || set_of(&policy, cpu, CPUPOLICY_SET_OFFER) < 0)
		return false;
	return vendor == CPUPOLICY_VENDOR_UNKNOWN ||
	       cpupolicy_policy_vendor(&policy) == vendor;
}

static inline void add_guest(struct fleet *fleet, size_t kind,
			     const struct corpus_cpu *cpu)
{
	struct member *guest = &fleet->guests[fleet->nr_guests++];

	set_of(&guest->policy, cpu, CPUPOLICY_SET_OFFER);
	hide_some(&guest->policy, &fleet->random);
	finish_member(guest, kind, &fleet->random);
}

/* Every recorded CPU as a host, and @nr guests started on them in turn. */
static inline void make_fleet(struct fleet *fleet, size_t nr,
			      enum cpupolicy_vendor_id vendor)
{
	const struct corpus_cpu **from;

	*fleet = (struct fleet){ .random = 0x9e3779b97f4a7c15u };
	if (corpus_load(&fleet->corpus, NULL) != 0)
		exit(2);
	fleet->hosts =
		bench_room(fleet->corpus.nr_committed, sizeof(*fleet->hosts));
	fleet->guests = bench_room(nr, sizeof(*fleet->guests));
	from = bench_room(fleet->corpus.nr_committed, sizeof(const void *));
	for (size_t i = 0; i < fleet->corpus.nr_committed; i++) {
		const struct corpus_cpu *cpu = &fleet->corpus.cpus[i];
		struct member *host = &fleet->hosts[fleet->nr_hosts];

		if (!is_wanted(cpu, vendor))
			continue;
		from[fleet->nr_hosts] = cpu;
		set_of(&host->policy, cpu, CPUPOLICY_SET_ACCEPT);
		finish_member(host, fleet->nr_hosts++, &fleet->random);
	}
	for (size_t i = 0; i < nr && fleet->nr_hosts; i++)
		add_guest(fleet, i % fleet->nr_hosts,
			  from[i % fleet->nr_hosts]);
	free(from);
}

static inline void free_fleet(struct fleet *fleet)
{
	free(fleet->hosts);
	free(fleet->guests);
	corpus_free(&fleet->corpus);
}

static inline const struct cpupolicy_row *
row_of(const struct rows *rows, uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].leaf == leaf &&
		    rows->row[i].subleaf == subleaf)
			return &rows->row[i];
	return NULL;
}

#endif
