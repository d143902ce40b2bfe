/* SPDX-License-Identifier: MIT */
/*
 * names.h - what other projects call a bit (tables/names.csv).
 *
 * A name says nothing without its project: "ssbd" is a bit of leaf 7 to QEMU,
 * and to Linux it is whichever bit the CPU's maker has.
 */
#ifndef CPUPOLICY_SRC_HOST_NAMES_H
#define CPUPOLICY_SRC_HOST_NAMES_H

#include "host.h"

/** enum cpupolicy__project - whose name is it? */
enum cpupolicy__project {
	CPUPOLICY__LINUX, /* flags of /proc/cpuinfo */
	CPUPOLICY__QEMU,
	CPUPOLICY__LIBVIRT,
	CPUPOLICY__XEN,
	CPUPOLICY__LIBCPUID,
	CPUPOLICY__TRAIT, /* of OpenStack */
	CPUPOLICY__NFD,	  /* Kubernetes' node-feature-discovery */
};

/** CPUPOLICY__MEANINGS - no name stands for more bits: kvmclock of QEMU */
#define CPUPOLICY__MEANINGS 2

/**
 * cpupolicy__name_fields - which bits a name stands for
 * @name: need not end in NUL; '-', '.' and '_' are the same
 * @vendor: of the CPU; a few names mean different bits on others
 *
 * Returns how many; 0: the project has that name, but it is no bit of CPUID or
 * of a feature MSR, or none on such a CPU; -1: it has no such name.
 */
int cpupolicy__name_fields(const struct cpupolicy_field *out[], /* MEANINGS */
			   enum cpupolicy__project project, const char *name,
			   size_t length, enum cpupolicy_vendor_id vendor);

/* What the project calls this field, as it spells it; NULL: nothing. */
const char *cpupolicy__field_name(enum cpupolicy__project project,
				  const struct cpupolicy_field *field);

/* Does the project not show it where nobody asked for that? */
bool cpupolicy__name_is_hidden(enum cpupolicy__project project,
			       const char *name);

/* How far the project's names go: the highest leaf from @first to @last that
 * one of them is in, and the highest sub-leaf; 0: none is. */
void cpupolicy__names_reach(uint32_t *leaf, uint32_t *subleaf,
			    enum cpupolicy__project project, uint32_t first,
			    uint32_t last);

#endif
