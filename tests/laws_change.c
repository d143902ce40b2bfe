// SPDX-License-Identifier: MIT
/*
 * laws_change.c - laws 3, 6 and 7: masks only take away, the byte form is one,
 * and nothing of a record is dropped in silence.
 */
#include <stdlib.h>
#include <string.h>
#include "laws.h"

static char detail[512];

/* A random feature that may be hidden. */
static cpupolicy_feature random_feature(uint64_t *state)
{
	for (;;) {
		const struct cpupolicy_field *field =
			cpupolicy_field_at((uint32_t)(random_next(state) %
						      cpupolicy_field_count()));

		if (field->level == CPUPOLICY_LEVEL_AND &&
		    field->at.high == field->at.low &&
		    field->at.space < CPUPOLICY_SPACE_KVM)
			return cpupolicy_field_feature(field);
	}
}

/* No feature is on in @after that was off in @before, derived ones aside. */
static bool nothing_added(const struct cpupolicy_policy *before,
			  const struct cpupolicy_policy *after)
{
	const struct cpupolicy_field *field;

	for (uint32_t i = 0; (field = cpupolicy_field_at(i)) != NULL; i++)
		if (field->at.high == field->at.low &&
		    field->level != CPUPOLICY_LEVEL_DERIVE &&
		    cpupolicy_field_get(after, field) &&
		    !cpupolicy_field_get(before, field)) {
			snprintf(detail, sizeof(detail), "added %s",
				 field->name);
			return false;
		}
	return true;
}

static bool hiding(const struct population *p, uint64_t *state)
{
	for (unsigned int i = 0; i < 3000; i++) {
		const struct member *member =
			&p->members[random_next(state) % p->nr];
		cpupolicy_feature hide[4];
		struct cpupolicy_policy once, twice;

		int status;

		for (int f = 0; f < 4; f++)
			hide[f] = random_feature(state);
		once = member->policy;
		status = cpupolicy_hide(&once, hide, 4, NULL, NULL);
		if (status == CPUPOLICY_E_DERIVED &&
		    cpupolicy_policy_equal(&once, &member->policy))
			continue;
		if (status)
			return false;
		twice = once;
		cpupolicy_hide(&twice, hide, 4, NULL, NULL);
		snprintf(detail, sizeof(detail), "%s: %s", member->name,
			 !cpupolicy_policy_equal(&once, &twice) ? "twice"
								: "above");
		if (!cpupolicy_policy_equal(&once, &twice) ||
		    blocks(&once, &member->policy) ||
		    !nothing_added(&member->policy, &once))
			return false;
		for (int f = 0; f < 4; f++)
			if (cpupolicy_policy_has(&once, hide[f]))
				return false;
	}
	return true;
}

static bool masking(const struct population *p, uint64_t *state)
{
	for (unsigned int i = 0; i < 3000; i++) {
		const struct member *one =
			&p->members[random_next(state) % p->nr];
		const struct member *other =
			&p->members[random_next(state) % p->nr];
		const struct member *mask =
			&p->members[random_next(state) % p->nr];
		struct cpupolicy_policy x = one->policy, y = other->policy, xx;

		cpupolicy_mask(&x, &mask->policy, NULL, NULL);
		cpupolicy_mask(&y, &mask->policy, NULL, NULL);
		xx = x;
		cpupolicy_mask(&xx, &mask->policy, NULL, NULL);
		snprintf(detail, sizeof(detail), "%s, %s under %s", one->name,
			 other->name, mask->name);
		if (!cpupolicy_policy_equal(&x, &xx) ||
		    blocks(&x, &one->policy) ||
		    !nothing_added(&one->policy, &x))
			return false;
		if (!blocks(&one->policy, &other->policy) && blocks(&x, &y))
			return false;
	}
	return true;
}

static bool modes(const struct population *p)
{
	const struct cpupolicy_mode *mode;

	for (uint32_t i = 0; (mode = cpupolicy_mode_at(i)) != NULL; i++)
		for (size_t m = 0; m < p->nr; m++) {
			struct cpupolicy_policy once = p->members[m].policy;
			struct cpupolicy_policy twice;

			if (cpupolicy_apply_mode(&once, mode->name, NULL, NULL))
				continue;
			twice = once;
			cpupolicy_apply_mode(&twice, mode->name, NULL, NULL);
			snprintf(detail, sizeof(detail), "%s under %s",
				 p->members[m].name, mode->name);
			if (!cpupolicy_policy_equal(&once, &twice) ||
			    blocks(&once, &p->members[m].policy) ||
			    !nothing_added(&p->members[m].policy, &once))
				return false;
		}
	return true;
}

static bool normalising(const struct population *p)
{
	for (size_t m = 0; m < p->nr; m++) {
		struct cpupolicy_policy again = p->members[m].policy;

		cpupolicy_normalize(&again, NULL, NULL);
		snprintf(detail, sizeof(detail), "%s", p->members[m].name);
		if (!cpupolicy_policy_equal(&again, &p->members[m].policy))
			return false;
	}
	return true;
}

void mask_laws(const struct population *p, uint64_t *state)
{
	law(normalising(p), p->what, "normalising twice is normalising once",
	    detail);
	law(hiding(p, state), p->what,
	    "hiding takes away, adds nothing, and once is enough", detail);
	law(masking(p, state), p->what,
	    "a mask takes away, adds nothing, and keeps the order", detail);
	law(modes(p), p->what, "a mode takes away and adds nothing", detail);
}

static bool round_trip(const struct population *p)
{
	for (size_t m = 0; m < p->nr; m++) {
		unsigned char first[CPUPOLICY_ENCODED_MAX];
		unsigned char second[CPUPOLICY_ENCODED_MAX];
		struct cpupolicy_policy back;
		size_t size = cpupolicy_encode(first, sizeof(first),
					       &p->members[m].policy);

		snprintf(detail, sizeof(detail), "%s", p->members[m].name);
		if (size > sizeof(first) ||
		    cpupolicy_decode(&back, first, size) ||
		    !cpupolicy_policy_equal(&back, &p->members[m].policy) ||
		    cpupolicy_encode(second, sizeof(second), &back) != size ||
		    memcmp(first, second, size))
			return false;
	}
	return true;
}

/* Whatever decodes has one form: its own. Damage never decodes. */
static bool damage(const struct population *p, uint64_t *state)
{
	for (unsigned int i = 0; i < 2000; i++) {
		unsigned char form[CPUPOLICY_ENCODED_MAX];
		struct cpupolicy_policy back, before;
		const struct member *member =
			&p->members[random_next(state) % p->nr];
		size_t size =
			cpupolicy_encode(form, sizeof(form), &member->policy);

		form[random_next(state) % size] ^=
			(unsigned char)(1u << random_next(state) % 8);
		memset(&before, 0x5a, sizeof(before));
		back = before;
		snprintf(detail, sizeof(detail), "%s", member->name);
		if (cpupolicy_decode(&back, form, size) == 0 ||
		    memcmp(&back, &before, sizeof(back)))
			return false;
	}
	return true;
}

void codec_laws(const struct population *p, uint64_t *state)
{
	law(round_trip(p), p->what, "decode undoes encode, to the byte",
	    detail);
	law(damage(p, state), p->what, "a damaged form never decodes", detail);
}

/* Law 7: which set bits of a record have been accounted for. */
struct account {
	const struct corpus_cpu *cpu;
	uint32_t *left; /* four words per row: set bits not yet explained */
};

static void explain(void *arg, const struct cpupolicy_finding *finding)
{
	struct account *account = arg;
	uint32_t leaf = finding->at.leaf;

	for (size_t i = 0; i < account->cpu->nr_rows; i++) {
		const struct cpupolicy_row *row = &account->cpu->rows[i];
		bool section = finding->at.space >= CPUPOLICY_SPACE_KVM &&
			       row->leaf >= 0x40000000u &&
			       row->leaf < 0x40010000u &&
			       row->leaf % 0x100 == leaf % 0x100;

		if ((section || (finding->at.space == CPUPOLICY_SPACE_CPU &&
				 row->leaf == leaf)) &&
		    (uint16_t)row->subleaf == finding->at.subleaf &&
		    finding->code != CPUPOLICY_F_SUPPLIED &&
		    finding->code != CPUPOLICY_F_NOT_RECORDED)
			account->left[i * 4 + finding->at.reg] &=
				~finding->mask;
	}
}

static bool accounted(const struct corpus_cpu *cpu, enum cpupolicy_set set)
{
	const struct cpupolicy_hostset_options options = {
		.set = set,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};
	struct account account = { .cpu = cpu };
	struct cpupolicy_policy policy;
	bool holds = true;

	account.left = malloc(cpu->nr_rows * 16 + 16);
	if (!account.left)
		abort();
	for (size_t i = 0; i < cpu->nr_rows; i++)
		memcpy(&account.left[i * 4], &cpu->rows[i].eax, 16);
	if (cpupolicy_hostset(&policy, cpu->rows, cpu->nr_rows, cpu->msrs,
			      cpu->nr_msrs, &options, explain, &account))
		holds = false;
	for (size_t i = 0; i < cpu->nr_rows && holds; i++) {
		struct cpupolicy_row row = cpu->rows[i];
		uint32_t in[4];

		cpupolicy_policy_get_row(&row, &policy);
		memcpy(in, &row.eax, sizeof(in));
		for (int reg = 0; reg < 4; reg++)
			if (account.left[i * 4 + (size_t)reg] & ~in[reg]) {
				snprintf(detail, sizeof(detail),
					 "%s: leaf %x.%x register %d bits %08x",
					 cpu->name, row.leaf, row.subleaf, reg,
					 account.left[i * 4 + (size_t)reg] &
						 ~in[reg]);
				holds = false;
			}
	}
	free(account.left);
	return holds;
}

/* A record offers no more than it accepts. */
static bool offer_fits_accept(const struct corpus_cpu *cpu,
			      enum cpupolicy_hypervisor hypervisor)
{
	struct cpupolicy_hostset_options options = {
		.hypervisor = hypervisor,
	};
	struct cpupolicy_policy offer, accept;

	if (cpupolicy_hostset(&offer, cpu->rows, cpu->nr_rows, cpu->msrs,
			      cpu->nr_msrs, &options, NULL, NULL))
		return false;
	options.set = CPUPOLICY_SET_ACCEPT;
	cpupolicy_hostset(&accept, cpu->rows, cpu->nr_rows, cpu->msrs,
			  cpu->nr_msrs, &options, NULL, NULL);
	return !blocks(&offer, &accept);
}

void record_laws(const struct corpus *corpus)
{
	bool offered = true, kept = true, below = true;
	char why[2][sizeof(detail)] = { "", "" };

	for (size_t i = 0; i < corpus->nr_cpus; i++) {
		const struct corpus_cpu *cpu = &corpus->cpus[i];

		if (!accounted(cpu, CPUPOLICY_SET_OFFER)) {
			offered = false;
			memcpy(why[0], detail, sizeof(detail));
		}
		if (!accounted(cpu, CPUPOLICY_SET_ACCEPT)) {
			kept = false;
			memcpy(why[1], detail, sizeof(detail));
		}
		for (int h = 0; h < CPUPOLICY_NR_HYPERVISORS; h++)
			if (!offer_fits_accept(cpu,
					       (enum cpupolicy_hypervisor)h)) {
				below = false;
				snprintf(detail, sizeof(detail), "%s, %s",
					 cpu->name,
					 cpupolicy_hypervisor_name(
						 (enum cpupolicy_hypervisor)h));
			}
	}
	law(offered, "records",
	    "every set bit is offered or listed with its reason", why[0]);
	law(kept, "records",
	    "every set bit is accepted or listed with its reason", why[1]);
	law(below, "records", "an offer set fits its own accept set", detail);
}
