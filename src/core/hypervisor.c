// SPDX-License-Identifier: MIT
/*
 * hypervisor.c - names and versions of hypervisors.
 */
#include "internal.h"

static const char *const names[CPUPOLICY_NR_HYPERVISORS] = {
	"none", "kvm", "xen", "hyperv", "vmware",
};

int cpupolicy_hypervisor_find(const char *name)
{
	for (int i = 0; i < CPUPOLICY_NR_HYPERVISORS; i++)
		if (cpupolicy__same_text(names[i], name))
			return i;
	return CPUPOLICY_E_UNKNOWN;
}

const char *cpupolicy_hypervisor_name(enum cpupolicy_hypervisor hypervisor)
{
	if ((uint32_t)hypervisor >= CPUPOLICY_NR_HYPERVISORS)
		return names[0];
	return names[hypervisor];
}

uint32_t cpupolicy_hypervisor_oldest(enum cpupolicy_hypervisor hypervisor)
{
	static const uint32_t oldest[CPUPOLICY_NR_HYPERVISORS] = {
#define OLDEST(hypervisor, version) [hypervisor] = version,
#include "gen/hypervisor_versions.inc"
#undef OLDEST
	};

	if ((uint32_t)hypervisor >= CPUPOLICY_NR_HYPERVISORS)
		return 0;
	return oldest[hypervisor];
}

/* A number of one to four digits; moves @text behind it. -1: there is none. */
static int32_t number(const char **text)
{
	int32_t value = 0;
	uint32_t digits = 0;

	for (; **text >= '0' && **text <= '9' && digits < 5; digits++)
		value = value * 10 + (*(*text)++ - '0');
	return digits == 0 || digits > 4 ? -1 : value;
}

/* "6.1" or "6.1.192", of which updates do not count; 0: no version. */
static uint32_t read_version(const char *text)
{
	int32_t part[3] = { 0, 0, 0 };
	uint32_t nr = 0;

	do {
		part[nr] = number(&text);
		if (part[nr++] < 0)
			return 0;
	} while (nr < 3 && *text == '.' && text++);
	if (*text)
		return 0;
	return CPUPOLICY_HYPERVISOR_VERSION(part[0], part[1]);
}

/* What follows @name and a dash in @text; @text's end: nothing; NULL: no. */
static const char *after_name(const char *text, const char *name)
{
	while (*name && *text == *name) {
		text++;
		name++;
	}
	if (*name || (*text && *text != '-'))
		return NULL;
	return text;
}

int cpupolicy_hypervisor_parse(struct cpupolicy_hostset_options *options,
			       const char *text)
{
	for (int i = 0; i < CPUPOLICY_NR_HYPERVISORS; i++) {
		enum cpupolicy_hypervisor found = (enum cpupolicy_hypervisor)i;
		uint32_t oldest = cpupolicy_hypervisor_oldest(found);
		const char *rest = after_name(text, names[i]);
		uint32_t version = 0;

		if (!rest)
			continue;
		if (*rest) {
			version = read_version(rest + 1);
			if (!version)
				return CPUPOLICY_E_UNKNOWN;
		}
		options->hypervisor = found;
		options->version = version;
		if (*rest && (!oldest || version < oldest))
			return CPUPOLICY_E_RANGE;
		return CPUPOLICY_OK;
	}
	return CPUPOLICY_E_UNKNOWN;
}
