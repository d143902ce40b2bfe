/* SPDX-License-Identifier: MIT */
/*
 * lookup_table.h - table tests of look-up: a policy, the state of a vCPU, a
 * question, and one register of the answer.
 */
#ifndef TESTS_LOOKUP_TABLE_H
#define TESTS_LOOKUP_TABLE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

enum { EAX, EBX, ECX, EDX };
#define ALL 0xffffffffu

/** struct expectation - a row of such a table */
struct expectation {
	const char *why;
	const char *vendor, *fields; /* of a normalised policy */
	const char *state; /* "cr4=0x40000 mode64": what is not as after a
			    * reset; see set_state() */
	uint32_t leaf, subleaf;
	int reg;
	uint32_t mask, value;
};

/** struct subject - a vCPU and its policy */
struct subject {
	struct cpupolicy_policy policy;
	struct cpupolicy_vcpu vcpu;
};

static inline uint32_t ask(const struct subject *subject, uint32_t leaf,
			   uint32_t subleaf, int reg)
{
	struct cpupolicy_registers answer;
	uint32_t all[4];

	cpupolicy_lookup(&answer, &subject->policy, &subject->vcpu, leaf,
			 subleaf);
	memcpy(all, &answer, sizeof(all));
	return all[reg];
}

static inline void prepare(struct subject *subject)
{
	assert_int_equal(
		cpupolicy_vcpu_prepare(&subject->vcpu, &subject->policy), 0);
}

static inline void set_flag(struct cpupolicy_vcpu *vcpu, const char *name)
{
	if (!strcmp(name, "mode64"))
		vcpu->mode64 = true;
	else if (!strcmp(name, "hypervisor"))
		vcpu->hypervisor = true;
	else if (!strcmp(name, "hybrid"))
		vcpu->hybrid = true;
	else if (!strcmp(name, "apic_off"))
		vcpu->apic_base = 0xfee00000;
	else if (!strcmp(name, "monitor_off"))
		vcpu->misc_enable = 0;
	else if (!strcmp(name, "limit_cpuid"))
		vcpu->misc_enable |= 1u << 22;
	else
		fail_msg("no such state: %s", name);
}

static inline void set_number(struct cpupolicy_vcpu *vcpu, const char *name,
			      uint64_t value)
{
	struct cpupolicy_topology *topology = &vcpu->topology;
	const struct {
		const char *name;
		uint32_t *at;
	} numbers[] = {
		{ "apic_id", &vcpu->apic_id },
		{ "tsc_khz", &vcpu->tsc_khz },
		{ "apic_khz", &vcpu->apic_khz },
		{ "native_model", &vcpu->native_model },
		{ "threads", &topology->threads },
		{ "cores", &topology->cores },
		{ "modules", &topology->modules },
		{ "dies", &topology->dies },
		{ "packages", &topology->packages },
	};

	for (size_t i = 0; i < COUNT(numbers); i++)
		if (!strcmp(name, numbers[i].name)) {
			*numbers[i].at = (uint32_t)value;
			return;
		}
	if (!strcmp(name, "cr4"))
		vcpu->cr4 = value;
	else if (!strcmp(name, "xcr0"))
		vcpu->xcr0 = value;
	else if (!strcmp(name, "xss"))
		vcpu->xss = value;
	else if (!strcmp(name, "core_type"))
		vcpu->core_type = (uint8_t)value;
	else
		fail_msg("no such state: %s", name);
}

static inline void set_state(struct cpupolicy_vcpu *vcpu, const char *state)
{
	char copy[256], *word, *rest = copy;

	assert_true(snprintf(copy, sizeof(copy), "%s", state) <
		    (int)sizeof(copy));
	cpupolicy_vcpu_init(vcpu);
	for (word = copy; *word; word = rest) {
		char *value;

		rest = word + strcspn(word, " ");
		if (*rest)
			*rest++ = '\0';
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		if (value)
			set_number(vcpu, word, strtoull(value, NULL, 0));
		else
			set_flag(vcpu, word);
	}
}

static inline void expect(const struct expectation *list, size_t nr)
{
	static struct subject subject;

	for (size_t i = 0; i < nr; i++) {
		const struct expectation *e = &list[i];
		uint32_t value;

		make_normal(&subject.policy, e->vendor, e->fields);
		set_state(&subject.vcpu, e->state);
		prepare(&subject);
		value = ask(&subject, e->leaf, e->subleaf, e->reg) & e->mask;
		if (value != e->value)
			fail_msg("%s: leaf 0x%x.%x E%cX is 0x%x, not 0x%x",
				 e->why, e->leaf, e->subleaf, "ABCD"[e->reg],
				 value, e -> value);
	}
}

#define EXPECT(list) expect(list, COUNT(list))

#endif
