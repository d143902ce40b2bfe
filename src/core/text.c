// SPDX-License-Identifier: MIT
/*
 * text.c - words for people: statuses, grades, rules, findings.
 */
#include "internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

uint32_t cpupolicy_version(void)
{
	return CPUPOLICY_VERSION_MAJOR << 16 | CPUPOLICY_VERSION_MINOR << 8 |
	       CPUPOLICY_VERSION_PATCH;
}

const char *cpupolicy_strerror(int status)
{
	static const char *const texts[] = {
		[-CPUPOLICY_OK] = "no error",
		[-CPUPOLICY_E_INVALID] = "invalid argument",
		[-CPUPOLICY_E_NO_SLOT] = "never part of a policy",
		[-CPUPOLICY_E_UNKNOWN] = "no such name",
		[-CPUPOLICY_E_RANGE] = "number out of range",
		[-CPUPOLICY_E_VENDOR] = "CPUs of different makers",
		[-CPUPOLICY_E_HYPERVISOR] =
			"different hypervisors in the paravirtual leaves",
		[-CPUPOLICY_E_DIFFERS] = "a field that must be equal differs",
		[-CPUPOLICY_E_LIMITATION] =
			"hiding a limitation would promise the guest more",
		[-CPUPOLICY_E_MODE_VENDOR] =
			"the mode is not for this maker's CPUs",
		[-CPUPOLICY_E_NOT_QUALIFIED] =
			"the mode asks every host for NX",
		[-CPUPOLICY_E_EMPTY] = "no hosts",
		[-CPUPOLICY_E_SPACE] = "buffer too small",
		[-CPUPOLICY_E_MAGIC] = "not an encoded policy",
		[-CPUPOLICY_E_TRUNCATED] = "encoded policy cut short",
		[-CPUPOLICY_E_CHECKSUM] = "encoded policy damaged",
		[-CPUPOLICY_E_VERSION] =
			"encoded policy of a newer, incompatible version",
		[-CPUPOLICY_E_ORDER] =
			"encoded policy not in its canonical order",
		[-CPUPOLICY_E_SECTION] =
			"encoded policy with a required section that is "
			"unknown",
		[-CPUPOLICY_E_TRAILING] = "bytes after the encoded policy",
		[-CPUPOLICY_E_DERIVED] = "computed from other fields",
		[-CPUPOLICY_E_EXCEEDS] = "more than the CPU can honour",
		[-CPUPOLICY_E_IO] = "input or output failed",
		[-CPUPOLICY_E_SYNTAX] = "not well-formed",
		[-CPUPOLICY_E_MEANING] = "well-formed, but it means nothing",
		[-CPUPOLICY_E_MEMORY] = "out of memory",
		[-CPUPOLICY_E_UNSUPPORTED] = "not supported here",
	};
	uint32_t index = (uint32_t) - (int64_t)status;

	if (status > 0 || index >= COUNT(texts) || !texts[index])
		return "unknown status";
	return texts[index];
}

const char *cpupolicy_grade_name(enum cpupolicy_grade grade)
{
	static const char *const names[] = { "none", "note", "hint", "security",
					     "block" };

	return (uint32_t)grade < COUNT(names) ? names[grade] : "?";
}

const char *cpupolicy_level_name(enum cpupolicy_level level)
{
	static const char *const names[] = { "zero",  "and",	"or",  "min",
					     "donor", "derive", "same" };

	return (uint32_t)level < COUNT(names) ? names[level] : "?";
}

const char *cpupolicy_rule_name(enum cpupolicy_rule rule)
{
	static const char *const names[] = { "none", "subset", "superset",
					     "atmost", "equal" };

	return (uint32_t)rule < COUNT(names) ? names[rule] : "?";
}

const char *cpupolicy_expose_name(enum cpupolicy_expose expose)
{
	static const char *const names[] = { "offer", "accept", "never", "vcpu",
					     "runtime" };

	return (uint32_t)expose < COUNT(names) ? names[expose] : "?";
}

const char *cpupolicy_verdict_text(enum cpupolicy_verdict verdict)
{
	static const char *const texts[] = { "fits", "fits with notes",
					     "fits but insecure",
					     "does not fit" };

	return (uint32_t)verdict < COUNT(texts) ? texts[verdict] : "?";
}

bool cpupolicy__same_text(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

const char *cpupolicy_effect_text(const char *effect)
{
	static const struct {
		const char *name, *text;
	} effects[] = {
#define EFFECT(name, text) { name, text },
#include "gen/effects.inc"
#undef EFFECT
	};

	for (uint32_t i = 0; i < COUNT(effects); i++)
		if (cpupolicy__same_text(effects[i].name, effect))
			return effects[i].text;
	return "";
}

static const struct cpupolicy_finding_info findings[] = {
#define FINDING(code, grade, name, effect, summary, remedy)                    \
	{ code, grade, name, summary, remedy },
#include "gen/findings.inc"
#undef FINDING
};

const struct cpupolicy_finding_info *cpupolicy_finding_info(uint32_t code)
{
	for (uint32_t i = 0; i < COUNT(findings); i++)
		if (findings[i].code == code)
			return &findings[i];
	return NULL;
}

const struct cpupolicy_finding_info *cpupolicy_finding_info_at(uint32_t index)
{
	return index < COUNT(findings) ? &findings[index] : NULL;
}

const char *cpupolicy_finding_effect(const struct cpupolicy_finding *finding)
{
	static const struct {
		uint16_t code;
		const char *effect; /* whatever the field; empty: it says */
	} own[] = {
#define FINDING(code, grade, name, effect, summary, remedy) { code, effect },
#include "gen/findings.inc"
#undef FINDING
	};
	const char *effect = "";

	for (uint32_t i = 0; i < COUNT(own); i++)
		if (own[i].code == finding->code)
			effect = own[i].effect;
	if (finding->field && !effect[0])
		effect = finding->field->effect;
	/* told that nothing is to be cleared, or that something is */
	if (finding->code == CPUPOLICY_F_CLEARING_DIFFERS && !finding->guest)
		effect = "late";
	return cpupolicy_effect_text(effect);
}
