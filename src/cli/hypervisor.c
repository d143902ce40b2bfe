// SPDX-License-Identifier: MIT
/*
 * hypervisor.c - the option --hypervisor, and how it is shown.
 */
#include "cli.h"

static char *name_text(enum cpupolicy_hypervisor hypervisor, uint32_t version)
{
	const char *name = cpupolicy_hypervisor_name(hypervisor);
	unsigned major = version >> 16, minor = version & 0xffffu;

	if (!version)
		return format_text("%s", name);
	if (hypervisor == CPUPOLICY_HYPERVISOR_HYPERV && !minor)
		return format_text("%s-%u", name, major);
	return format_text("%s-%u.%u", name, major, minor);
}

char *hypervisor_text(const struct cpupolicy_hostset_options *options)
{
	return name_text(options->hypervisor, options->version);
}

static int refuse_version(const char *name,
			  enum cpupolicy_hypervisor hypervisor)
{
	uint32_t version = cpupolicy_hypervisor_oldest(hypervisor);
	char *oldest;

	if (!version)
		return trouble("--hypervisor: '%s': nothing is known of its "
			       "versions",
			       name);
	oldest = name_text(hypervisor, version);
	trouble("--hypervisor: '%s': the oldest version that is known is %s",
		name, oldest);
	free(oldest);
	return EXIT_TROUBLE;
}

int input_hypervisor(struct cpupolicy_hostset_options *options,
		     const char *name)
{
	int status;

	*options = (struct cpupolicy_hostset_options){
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};
	if (!name)
		return 0;
	status = cpupolicy_hypervisor_parse(options, name);
	options->named = true;
	if (status == CPUPOLICY_E_RANGE)
		return refuse_version(name, options->hypervisor);
	if (status < 0)
		return trouble("--hypervisor: no hypervisor '%s'; expected kvm,"
			       " xen, hyperv, vmware or none, perhaps with a "
			       "version as in kvm-6.1",
			       name);
	return 0;
}
