/* SPDX-License-Identifier: MIT */
/*
 * aida_lines.h - what one line of an AIDA64, EVEREST or InstLatx64 dump is.
 */
#ifndef CPUPOLICY_SRC_FORMATS_AIDA_LINES_H
#define CPUPOLICY_SRC_FORMATS_AIDA_LINES_H

#include "dump.h"
#include "infer.h"
#include "lines.h"

enum cpupolicy__aida_kind {
	CPUPOLICY__AIDA_TEXT, /* anything else */
	CPUPOLICY__AIDA_ROW,
	CPUPOLICY__AIDA_BAD_ROW, /* it begins as a row does */
	CPUPOLICY__AIDA_CPU,	 /* rows of a CPU follow */
	CPUPOLICY__AIDA_MSRS,	 /* MSRs of a CPU follow, or of any */
	CPUPOLICY__AIDA_MSR,
	CPUPOLICY__AIDA_SECTION, /* something else follows */
	CPUPOLICY__AIDA_DASHES,	 /* the end, in the tests of libcpuid */
};

/** struct cpupolicy__aida_line - what a line was understood as */
struct cpupolicy__aida_line {
	enum cpupolicy__aida_kind kind;
	struct cpupolicy__printed row; /* ROW */
	struct cpupolicy_msr msr;      /* MSR */
	uint32_t cpu;	      /* CPU, MSRS; or CPUPOLICY__NEXT_CPU: not said */
	bool table;	      /* CPU: in the style that counts from 1 */
	const char *expected; /* BAD_ROW: what should be there */
};

void cpupolicy__aida_line(struct cpupolicy__aida_line *out,
			  const struct cpupolicy__lines *lines);

#endif
