/* SPDX-License-Identifier: MIT */
/*
 * check.h - can this guest run there, and if not, exactly why?
 */
#ifndef CPUPOLICY_CHECK_H
#define CPUPOLICY_CHECK_H

#include <cpupolicy/finding.h>

/** enum cpupolicy_verdict - what all findings of one check come to */
enum cpupolicy_verdict {
	CPUPOLICY_FITS,		   /* no finding */
	CPUPOLICY_FITS_WITH_NOTES, /* hints and notes only */
	CPUPOLICY_FITS_INSECURE,   /* at least one security finding */
	CPUPOLICY_DOES_NOT_FIT,	   /* at least one block finding */
};

/** cpupolicy_verdict_text - "fits", "fits with notes", ... */
CPUPOLICY_API const char *
cpupolicy_verdict_text(enum cpupolicy_verdict verdict);

/**
 * cpupolicy_check - compare what a guest was promised with what a host honours
 * @guest: the policy the guest was started with
 * @host: the host's accept set
 * @sink: hears every finding, worst or not, in table order; may be NULL
 *
 * Never fails, changes nothing, reports everything: one call tells all that
 * stands in the way. Findings of grade block alone are the order on policies:
 * guest <= host exactly when there is none.
 *
 * Fields of a paravirtual section are compared only when @host names its
 * hypervisor; otherwise the guest's section is one note.
 */
CPUPOLICY_API enum cpupolicy_verdict
cpupolicy_check(const struct cpupolicy_policy *guest,
		const struct cpupolicy_policy *host, cpupolicy_sink *sink,
		void *arg);

/** struct cpupolicy_component - one state component of the XSAVE area */
struct cpupolicy_component {
	uint32_t number; /* its bit in XCR0 or XSS: 18 is AMX's tile data */
	uint32_t size;	 /* bytes */
	uint32_t offset; /* in the standard format, from the start of the area;
			  * 0: supervisor state, only in the compacted format */
};

/**
 * cpupolicy_state_component - what state is lost with a bit of XCR0 or XSS
 * @policy: the guest's, which says how large its component is
 * @at: the address of a finding
 *
 * Returns whether @at is a bit of XCR0 or XSS (leaf 0xD) and @policy has a
 * place for the component. @out is written only then.
 */
CPUPOLICY_API bool
cpupolicy_state_component(struct cpupolicy_component *out,
			  const struct cpupolicy_policy *policy,
			  const struct cpupolicy_address *at);

/**
 * struct cpupolicy_clock - what a guest knows of its time-stamp counter, and
 * what a host can do about it
 */
struct cpupolicy_clock {
	uint32_t tsc_khz; /* 0: unknown */
	bool scales;	  /* host: the hypervisor can scale the guest's TSC */
};

/** Two frequencies are equal within this many parts per million. */
#define CPUPOLICY_CLOCK_PPM 250

/**
 * cpupolicy_check_clock - does the guest's TSC go on at the same pace?
 *
 * A tolerance is not transitive, so this stands outside the order.
 *
 * Returns true where the frequencies are equal within CPUPOLICY_CLOCK_PPM, the
 * host scales, or either frequency is unknown.
 */
CPUPOLICY_API bool cpupolicy_check_clock(const struct cpupolicy_clock *guest,
					 const struct cpupolicy_clock *host);

#endif
