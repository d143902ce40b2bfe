/* SPDX-License-Identifier: MIT */
/*
 * finding.h - what operations report: one difference, or one change, at a time.
 */
#ifndef CPUPOLICY_FINDING_H
#define CPUPOLICY_FINDING_H

#include <cpupolicy/feature.h>

/**
 * enum cpupolicy_finding_code - the registry of tables/findings.csv
 *
 * A code means the same thing for ever. Printed as F and three digits.
 */
enum cpupolicy_finding_code {
#define CPUPOLICY_FINDING(code, name) CPUPOLICY_F_##name = (code),
#include <cpupolicy/findings.inc>
#undef CPUPOLICY_FINDING
};

/** struct cpupolicy_finding_info - one row of the registry; constant */
struct cpupolicy_finding_info {
	uint16_t code;
	uint8_t grade; /* enum cpupolicy_grade; NONE: it is the field's, or
			* the lint rule's */
	const char *name;
	const char *summary; /* what it means */
	const char *remedy;  /* what to do; may be empty */
};

/**
 * struct cpupolicy_finding - one difference or one change
 *
 * In a check @guest and @host are the two values of the bits @at. In a change
 * (normalise, mask, host set, baseline) @guest is the value before and @host
 * the value after. Several bits of one register that have no name of their own
 * may share one finding; @mask says which bits of the register it is about.
 */
struct cpupolicy_finding {
	uint16_t code; /* enum cpupolicy_finding_code */
	uint8_t grade; /* enum cpupolicy_grade */
	uint8_t reserved;
	uint32_t index; /* baseline: which host; lint: which rule; else 0 */
	const struct cpupolicy_field *field; /* NULL: the bits have no name */
	const struct cpupolicy_field *cause; /* the missing need, the gate, the
					      * component; NULL where none */
	struct cpupolicy_address at;
	uint32_t mask;	      /* within the register, not shifted */
	uint32_t guest, host; /* values shifted down to bit 0 of @at */
};

/**
 * cpupolicy_sink - receives findings, one call each, in table order
 * @finding: valid during the call only
 */
typedef void cpupolicy_sink(void *arg, const struct cpupolicy_finding *finding);

/** cpupolicy_finding_info - the registry's row; NULL for an unknown code */
CPUPOLICY_API const struct cpupolicy_finding_info *
cpupolicy_finding_info(uint32_t code);

/** cpupolicy_finding_info_at - walk the registry; NULL past the last */
CPUPOLICY_API const struct cpupolicy_finding_info *
cpupolicy_finding_info_at(uint32_t index);

/** cpupolicy_grade_name - "block", "security", "hint", "note", "none" */
CPUPOLICY_API const char *cpupolicy_grade_name(enum cpupolicy_grade grade);
/** cpupolicy_level_name - "and", "or", "min", "donor", "derive", "same", "zero"
 */
CPUPOLICY_API const char *cpupolicy_level_name(enum cpupolicy_level level);
/** cpupolicy_rule_name - "subset", "superset", "atmost", "equal", "none" */
CPUPOLICY_API const char *cpupolicy_rule_name(enum cpupolicy_rule rule);
/** cpupolicy_expose_name - "offer", "accept", "never", "vcpu", "runtime" */
CPUPOLICY_API const char *cpupolicy_expose_name(enum cpupolicy_expose expose);

/**
 * cpupolicy_effect_text - what happens to the guest, for the word in @effect
 *
 * Returns a clause such as "guest code that uses it gets #UD"; "" if unknown.
 */
CPUPOLICY_API const char *cpupolicy_effect_text(const char *effect);

/**
 * cpupolicy_finding_effect - what happens to the guest because of @finding
 *
 * Returns the clause for the finding's own effect, else for the field's. "" for
 * changes and notes that nothing follows from; never for what cpupolicy_check()
 * reports.
 */
CPUPOLICY_API const char *
cpupolicy_finding_effect(const struct cpupolicy_finding *finding);

#endif
