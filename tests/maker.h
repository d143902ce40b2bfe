/* SPDX-License-Identifier: MIT */
/*
 * maker.h - leaf 0 of a CPU's maker, the same on machines of any byte order.
 */
#ifndef TESTS_MAKER_H
#define TESTS_MAKER_H

#include <cpupolicy.h>

/** spell_maker - EBX, EDX and ECX of leaf 0 spell who made the CPU */
void spell_maker(struct cpupolicy_row *row, const char maker[12]);

#endif
