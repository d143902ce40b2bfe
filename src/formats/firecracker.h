/* SPDX-License-Identifier: MIT */
/*
 * firecracker.h - what the reader and the writer of Firecracker's CPU templates
 * agree on: bitmaps of '0', '1' and 'x', for a bit that is left as it was.
 */
#ifndef CPUPOLICY_SRC_FORMATS_FIRECRACKER_H
#define CPUPOLICY_SRC_FORMATS_FIRECRACKER_H

#include "format.h"

/** struct cpupolicy__bitmap - bits, and which of them are given */
struct cpupolicy__bitmap {
	uint64_t value, given; /* of those not given the value is 0 */
};

/* A bitmap of so many bits, or what is behind those it has; false: not one. */
bool cpupolicy__bitmap_parse(struct cpupolicy__bitmap *out, const char *text,
			     unsigned bits);
/* Room for "0b", 64 bits and a NUL. */
#define CPUPOLICY__BITMAP_TEXT 67
void cpupolicy__bitmap_text(char out[CPUPOLICY__BITMAP_TEXT],
			    const struct cpupolicy__bitmap *bitmap,
			    unsigned bits);

/** struct cpupolicy__template - set @json, zero the rest */
struct cpupolicy__template {
	const struct cpupolicy__json *json;
	struct cpupolicy__rows rows, known; /* as many of either */
	struct {
		uint32_t index;
		struct cpupolicy__bitmap bits;
	} msrs[CPUPOLICY__MAX_MSRS];
	size_t nr_msrs;
};

/* Returns 0, or a negative status with the error filled; clear it in any case.
 */
int cpupolicy__template_read(struct cpupolicy__template *template,
			     const struct cpupolicy__node *object);
void cpupolicy__template_clear(struct cpupolicy__template *template);

/* What a template changes of whatever host it meets, as a mask: the bits that
 * it clears. Returns 0 or CPUPOLICY_E_MEMORY. */
int cpupolicy__template_mask(struct cpupolicy_mask_spec *mask,
			     const struct cpupolicy__template *template);

void cpupolicy__firecracker_write(struct cpupolicy__writing *writing,
				  const struct cpupolicy_record *record);

#endif
