/* SPDX-License-Identifier: MIT */
/*
 * sections.c - paravirtual sections by name, and the signature row each of them
 * begins with.
 */
#include <string.h>

#include "host.h"

static const struct cpupolicy__section sections[] = {
	{ "kvm", "KVMKVMKVM\0\0\0", CPUPOLICY_SPACE_KVM },
	{ "hyperv", "Microsoft Hv", CPUPOLICY_SPACE_HYPERV },
	/* Hyper-V's leaves as KVM's own tools sign them */
	{ "linux-hv", "Linux KVM Hv", CPUPOLICY_SPACE_HYPERV },
	{ "xen", "XenVMMXenVMM", CPUPOLICY_SPACE_XEN },
	{ "vmware", "VMwareVMware", CPUPOLICY_SPACE_VMWARE },
};

static uint32_t word_of(const char *text)
{
	uint32_t word = 0;

	for (unsigned i = 0; i < 4; i++)
		word |= (uint32_t)(unsigned char)text[i] << 8 * i;
	return word;
}

const struct cpupolicy__section *cpupolicy__section_at(size_t index)
{
	return index < sizeof(sections) / sizeof(sections[0]) ? &sections[index]
							      : NULL;
}

const struct cpupolicy__section *
cpupolicy__section_of_row(const struct cpupolicy_row *row)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const char *text = sections[i].signature;

		if (row->ebx == word_of(text) &&
		    row->ecx == word_of(text + 4) &&
		    row->edx == word_of(text + 8))
			return &sections[i];
	}
	return NULL;
}

struct cpupolicy_row
cpupolicy__section_row(const struct cpupolicy__section *section, uint32_t base)
{
	return (struct cpupolicy_row){
		.leaf = base,
		.ebx = word_of(section->signature),
		.ecx = word_of(section->signature + 4),
		.edx = word_of(section->signature + 8),
	};
}
