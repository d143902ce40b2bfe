/* SPDX-License-Identifier: MIT */
/*
 * mask_bits.h - bits that somebody sets, clears or leaves, as a mask: what is
 * cleared is hidden, and notes say what a mask cannot do.
 */
#ifndef CPUPOLICY_SRC_FORMATS_MASK_BITS_H
#define CPUPOLICY_SRC_FORMATS_MASK_BITS_H

#include <cpupolicy/mask.h>

#include "format.h"

/** struct cpupolicy__mask_bits - a mask being made */
struct cpupolicy__mask_bits {
	struct cpupolicy_mask_spec *mask;
	struct cpupolicy__text given;	/* asked for, by name */
	struct cpupolicy__text foreign; /* what is no part of a policy */
	struct cpupolicy__text fixed;	/* what cannot be taken away */
};

/* For so many registers at most. Returns 0 or CPUPOLICY_E_MEMORY; end it in any
 * case. */
int cpupolicy__mask_begin(struct cpupolicy__mask_bits *out,
			  struct cpupolicy_mask_spec *mask, size_t registers);
/* A register: 32 characters from bit 31 down; 'x' leaves a bit, '0' clears it,
 * any other asks for it. */
void cpupolicy__mask_register(struct cpupolicy__mask_bits *reading,
			      const struct cpupolicy_address *reg,
			      const char *bits);
/* Nothing, where @names is empty. Returns 0 or CPUPOLICY_E_MEMORY. */
int cpupolicy__mask_note(struct cpupolicy_mask_spec *mask, const char *what,
			 const struct cpupolicy__text *names);
/* Note what a mask cannot do. @status: how reading went so far; that, or
 * CPUPOLICY_E_MEMORY. */
int cpupolicy__mask_end(struct cpupolicy__mask_bits *reading, int status);

#endif
