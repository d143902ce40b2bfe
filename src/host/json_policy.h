/* SPDX-License-Identifier: MIT */
/*
 * json_policy.h - what the reader and the writer of policies agree on: which
 * key of the document holds which bits.
 */
#ifndef CPUPOLICY_SRC_HOST_JSON_POLICY_H
#define CPUPOLICY_SRC_HOST_JSON_POLICY_H

#include "json_util.h"

/* One register of a policy, or half an MSR, by its address. */
struct cpupolicy__register {
	struct cpupolicy_address at; /* bits 31:0 */
	uint32_t leaf; /* as in a row: with the section's real base */
	uint32_t value;
};

/*
 * Call @each for all registers that have a place, in table order, but for those
 * of absent paravirtual sections.
 */
void cpupolicy__each_register(const struct cpupolicy_policy *policy,
			      void (*each)(void *arg,
					   const struct cpupolicy__register *),
			      void *arg);

/* Does the table say so of this maker's CPUs? */
bool cpupolicy__is_derived(const struct cpupolicy_field *field,
			   enum cpupolicy_vendor_id vendor);

/*
 * Compute all derived fields from the rest, and nothing else: what a reader
 * gets who is told none of them.
 */
void cpupolicy__derive_again(struct cpupolicy_policy *policy);

/* The three registers of leaf 0 that "vendor" stands for. */
static inline bool cpupolicy__is_vendor(const struct cpupolicy_address *at)
{
	return at->space == CPUPOLICY_SPACE_CPU && at->leaf == 0 &&
	       at->reg != CPUPOLICY_EAX;
}

/* The three registers that a name below "hypervisors" stands for. */
static inline bool cpupolicy__is_signature(const struct cpupolicy_address *at)
{
	return at->space >= CPUPOLICY_SPACE_KVM && at->leaf == 0x40000000 &&
	       at->reg != CPUPOLICY_EAX;
}

/* The vendor as text of 12 printable characters; false: it is not. */
bool cpupolicy__vendor_text(char out[13],
			    const struct cpupolicy_policy *policy);
struct cpupolicy_row cpupolicy__vendor_row(const char *text);

/* json_policy_rows.c: the keys "vendor", "hypervisors" and "rows" */
int cpupolicy__read_vendor(struct cpupolicy_policy *policy,
			   const struct cpupolicy__json *json,
			   const struct cpupolicy__node *root);
int cpupolicy__read_hypervisors(struct cpupolicy_policy *policy,
				const struct cpupolicy__json *json,
				const struct cpupolicy__node *root);
int cpupolicy__read_donor_rows(struct cpupolicy_policy *policy,
			       const struct cpupolicy__json *json,
			       const struct cpupolicy__node *root);

#endif
