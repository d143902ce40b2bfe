// SPDX-License-Identifier: MIT
/*
 * hyperv.c - what Hyper-V can be told of a policy: one of its two processor
 * compatibility modes, for PowerShell. No feature can be named there.
 *
 * Names of the parameters and their values: MicrosoftDocs/windowsserverdocs,
 * virtualization/hyper-v/configure-processor-compatibility-mode.md.
 */
#include <cpupolicy/mask.h>

#include "level.h"

#define COMMAND                                                                \
	"Set-VMProcessor -VMName NAME -CompatibilityForMigrationEnabled "      \
	"$true "                                                               \
	"-CompatibilityForMigrationMode "

/* Does a mode as it was described take nothing away from the policy? */
static bool is_within_a_mode(const struct cpupolicy_policy *policy)
{
	const struct cpupolicy_mode *mode;

	for (uint32_t i = 0; (mode = cpupolicy_mode_at(i)); i++) {
		struct cpupolicy_policy masked = *policy;

		if (cpupolicy_apply_mode(&masked, mode->name, NULL, NULL) ==
			    0 &&
		    cpupolicy_policy_equal(&masked, policy))
			return true;
	}
	return false;
}

/* Makers that no mode has a list for, and what no Hyper-V runs on. */
static bool is_possible(struct cpupolicy__writing *writing,
			const struct cpupolicy_policy *policy)
{
	struct cpupolicy_policy masked = *policy;

	switch (cpupolicy_apply_mode(&masked, "hyperv-r2", NULL, NULL)) {
	case 0:
		return true;
	case CPUPOLICY_E_NOT_QUALIFIED:
		cpupolicy__refuse(writing,
				  "hyperv: the policy lacks NX, without which "
				  "Hyper-V does not run");
		return false;
	default:
		cpupolicy__refuse(writing,
				  "hyperv: the policy is not of a maker that "
				  "Hyper-V has a compatibility mode for");
		return false;
	}
}

static void write_minimum(struct cpupolicy__writing *writing)
{
	cpupolicy__text_add(writing->out, COMMAND "MinimumFeatureSet\n");
	cpupolicy__lose(writing,
			"the policy has nothing that the mode was described to "
			"hide; which features today's Hyper-V leaves is not "
			"published: a guest may see fewer or more than the "
			"policy has");
}

/* The mode of 2009 as far as it was described. */
static void lose_hidden(struct cpupolicy__writing *writing,
			const struct cpupolicy_policy *policy)
{
	struct cpupolicy_policy masked = *policy;

	cpupolicy_apply_mode(&masked, "hyperv-r2", NULL, NULL);
	cpupolicy__lose_beyond(writing,
			       "MinimumFeatureSet would hide of the policy at "
			       "least",
			       policy, &masked);
}

static void write_common(struct cpupolicy__writing *writing,
			 const struct cpupolicy_policy *policy)
{
	cpupolicy__text_add(writing->out, COMMAND "CommonClusterFeatureSet\n");
	lose_hidden(writing, policy);
	cpupolicy__lose(writing,
			"a guest sees what all nodes of its cluster have, "
			"whatever the policy says: that is this policy only "
			"where it is the baseline of these nodes");
	cpupolicy__lose(writing,
			"CommonClusterFeatureSet needs a cluster of Windows "
			"Server 2025 or Azure Local, and virtual machines of "
			"configuration version 10.0 or later");
}

static void write_hyperv(struct cpupolicy__writing *writing,
			 const struct cpupolicy_record *record)
{
	struct cpupolicy_policy policy;

	if (!cpupolicy__promised(&policy, writing, record,
				 CPUPOLICY_HYPERVISOR_HYPERV) ||
	    !is_possible(writing, &policy))
		return;
	if (is_within_a_mode(&policy))
		write_minimum(writing);
	else
		write_common(writing, &policy);
	cpupolicy__lose(writing,
			"Hyper-V takes no single features; family, model, "
			"stepping, brand string and caches are the host's");
	cpupolicy__lose(writing,
			"NAME stands for the virtual machine's, which must be "
			"off");
}

const struct cpupolicy__format cpupolicy__format_hyperv = {
	.info = { .name = "hyperv",
		  .title = "the processor compatibility mode of Hyper-V for a "
			   "policy, for PowerShell",
		  .writes = true,
		  .untested = true,
		  .partial = true },
	.write = write_hyperv,
};
