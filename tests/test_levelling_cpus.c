/* SPDX-License-Identifier: MIT */
/*
 * Recorded CPUs carry plans out here, by MSR number, and then must show the
 * policy: nothing of the library's own tables is trusted.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "corpus.h"
#include "random_vcpu.h"
#include "support.h"

static struct cpupolicy_policy host, policy;
static struct cpupolicy_levelling plan;

/* Each line of the facts: which MSRs a model has, in order; 0: none. */
static const struct {
	const char *why;
	enum cpupolicy_vendor_id vendor;
	uint32_t family, first_model, last_model, stepping;
	uint32_t msr[4];
} kinds[] = {
	{ "Penryn", CPUPOLICY_VENDOR_INTEL, 6, 0x17, 0x17, 4, { 0x478 } },
	{ "Dunnington", CPUPOLICY_VENDOR_INTEL, 6, 0x1d, 0x1d, 0, { 0x478 } },
	{ "Nehalem",
	  CPUPOLICY_VENDOR_INTEL,
	  6,
	  0x1a,
	  0x1a,
	  3,
	  { 0x130, 0x131 } },
	{ "Nehalem",
	  CPUPOLICY_VENDOR_INTEL,
	  6,
	  0x1e,
	  0x1f,
	  0,
	  { 0x130, 0x131 } },
	{ "Westmere",
	  CPUPOLICY_VENDOR_INTEL,
	  6,
	  0x25,
	  0x25,
	  0,
	  { 0x130, 0x131 } },
	{ "Westmere",
	  CPUPOLICY_VENDOR_INTEL,
	  6,
	  0x2c,
	  0x2c,
	  0,
	  { 0x130, 0x131 } },
	{ "Nehalem-EX, Westmere-EX",
	  CPUPOLICY_VENDOR_INTEL,
	  6,
	  0x2e,
	  0x2f,
	  0,
	  { 0x130, 0x131 } },
	{ "Sandy Bridge",
	  CPUPOLICY_VENDOR_INTEL,
	  6,
	  0x2a,
	  0x2a,
	  0,
	  { 0x132, 0x133, 0x134 } },
	{ "Sandy Bridge-E",
	  CPUPOLICY_VENDOR_INTEL,
	  6,
	  0x2d,
	  0x2d,
	  0,
	  { 0x132, 0x133, 0x134 } },
	{ "K8 from revision E on",
	  CPUPOLICY_VENDOR_AMD,
	  0xf,
	  0x20,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005 } },
	{ "family 10h",
	  CPUPOLICY_VENDOR_AMD,
	  0x10,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005 } },
	{ "families 12h, 14h",
	  CPUPOLICY_VENDOR_AMD,
	  0x12,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005 } },
	{ "families 12h, 14h",
	  CPUPOLICY_VENDOR_AMD,
	  0x14,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005 } },
	{ "family 15h",
	  CPUPOLICY_VENDOR_AMD,
	  0x15,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005, 0xc0011002, 0xc0011003 } },
	{ "family 16h",
	  CPUPOLICY_VENDOR_AMD,
	  0x16,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005, 0xc0011002 } },
	{ "Zen",
	  CPUPOLICY_VENDOR_AMD,
	  0x17,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005, 0xc0011002 } },
	{ "Zen 3 and 4",
	  CPUPOLICY_VENDOR_AMD,
	  0x19,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005, 0xc0011002 } },
	{ "Zen 5",
	  CPUPOLICY_VENDOR_AMD,
	  0x1a,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005, 0xc0011002 } },
	{ "Hygon's Zen",
	  CPUPOLICY_VENDOR_HYGON,
	  0x18,
	  0,
	  0xff,
	  0,
	  { 0xc0011004, 0xc0011005, 0xc0011002 } },
};

/* What the MSRs stand for, register by register. */
static const struct {
	uint32_t msr, leaf, subleaf;
	int low, high; /* -1: nothing */
	bool override;
} layouts[] = {
	{ 0x478, 1, 0, CPUPOLICY_ECX, CPUPOLICY_EDX, false },
	{ 0x130, 1, 0, CPUPOLICY_ECX, CPUPOLICY_EDX, false },
	{ 0x131, 0x80000001, 0, CPUPOLICY_ECX, CPUPOLICY_EDX, false },
	{ 0x132, 1, 0, CPUPOLICY_ECX, CPUPOLICY_EDX, false },
	{ 0x133, 0x80000001, 0, CPUPOLICY_ECX, CPUPOLICY_EDX, false },
	{ 0x134, 0xd, 1, CPUPOLICY_EAX, -1, false },
	{ 0xc0011004, 1, 0, CPUPOLICY_EDX, CPUPOLICY_ECX, true },
	{ 0xc0011005, 0x80000001, 0, CPUPOLICY_EDX, CPUPOLICY_ECX, true },
	{ 0xc0011002, 7, 0, CPUPOLICY_EBX, CPUPOLICY_EAX, true },
	{ 0xc0011003, 6, 0, CPUPOLICY_ECX, -1, true },
};

static uint32_t *register_in(struct cpupolicy_row *row, int reg)
{
	uint32_t *const all[] = { &row->eax, &row->ebx, &row->ecx, &row->edx };

	return all[reg];
}

/*
 * The CPU's own part: it puts in the state of the APIC and of CR4.OSXSAVE,
 * then applies a mask; an override lets them through where its bit is 1.
 */
static void carry_out(struct cpupolicy_row *row, int reg, uint32_t value,
		      bool override)
{
	uint32_t *out = register_in(row, reg), state = 0;

	if (reg == CPUPOLICY_EDX && (row->leaf == 1 || row->leaf == 0x80000001))
		state = 1u << 9;
	if (reg == CPUPOLICY_ECX && row->leaf == 1)
		state = 1u << 27;
	*out = override ? (value & ~state) | (value & *out & state)
			: *out & value;
}

/* CPUID as the CPU answers it under the plan; @covered: the leaves' registers
 */
static void simulate(struct cpupolicy_row *rows, size_t nr, size_t index,
		     unsigned int *covered)
{
	*covered = 0;
	for (uint32_t w = 0; w < plan.nr_writes; w++) {
		const struct cpupolicy_levelling_write *write = &plan.write[w];

		for (size_t i = 0; i < COUNT(layouts); i++) {
			if (layouts[i].msr != write->msr || index >= nr ||
			    layouts[i].leaf != rows[index].leaf ||
			    layouts[i].subleaf != rows[index].subleaf)
				continue;
			carry_out(&rows[index], layouts[i].low,
				  (uint32_t)write->value, layouts[i].override);
			*covered |= 1u << layouts[i].low;
			if (layouts[i].high < 0)
				continue;
			carry_out(&rows[index], layouts[i].high,
				  (uint32_t)(write->value >> 32),
				  layouts[i].override);
			*covered |= 1u << layouts[i].high;
		}
	}
}

/* One bit of a covered register: what must the CPU show? */
static bool expected(const struct cpupolicy_address *at, bool is, bool promised)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_of(at, cpupolicy_policy_vendor(&policy));

	/* what a hypervisor supplies the CPU never shows */
	if (!field)
		return is && promised;
	if (!strcmp(field->name, "apic") || !strcmp(field->name, "e_apic"))
		return is;
	if (!strcmp(field->name, "osxsave"))
		return is && value_of(&policy, "xsave");
	if (field->level == CPUPOLICY_LEVEL_ZERO)
		return is;
	if (field->level == CPUPOLICY_LEVEL_OR)
		return is || promised;
	return is && promised;
}

static void compare_register(const char *name, const struct cpupolicy_row *is,
			     const struct cpupolicy_row *shown,
			     const struct cpupolicy_row *promised, int reg)
{
	struct cpupolicy_row copy[3] = { *is, *shown, *promised };

	if (is->leaf == 7 && reg == CPUPOLICY_EAX) {
		assert_true(shown->eax <= is->eax);
		assert_true(shown->eax <= promised->eax);
		return;
	}
	for (uint32_t bit = 0; bit < 32; bit++) {
		struct cpupolicy_address at = {
			.leaf = is->leaf,
			.subleaf = (uint16_t)is->subleaf,
			.reg = (uint8_t)reg,
			.high = (uint8_t)bit,
			.low = (uint8_t)bit,
		};
		bool has = *register_in(&copy[0], reg) >> bit & 1;
		bool shows = *register_in(&copy[1], reg) >> bit & 1;
		bool wants = *register_in(&copy[2], reg) >> bit & 1;
		char text[CPUPOLICY_ADDRESS_TEXT];

		if (shows == expected(&at, has, wants))
			continue;
		fail_msg("%s: %s: the CPU has %d, the policy %d, shown is %d",
			 name, cpupolicy_address_text(text, &at), has, wants,
			 shows);
	}
}

/* Carry the finished plan out and look at every register that it covers. */
static unsigned int must_show_the_policy(const char *name,
					 const struct cpupolicy_row *rows,
					 size_t nr)
{
	struct cpupolicy_row shown[512];
	unsigned int registers = 0;

	assert_true(nr <= COUNT(shown));
	memcpy(shown, rows, nr * sizeof(*rows));
	for (size_t i = 0; i < nr; i++) {
		struct cpupolicy_row promised = { .leaf = rows[i].leaf,
						  .subleaf = rows[i].subleaf };
		unsigned int covered;

		simulate(shown, nr, i, &covered);
		(void)cpupolicy_policy_get_row(&promised, &policy);
		for (int reg = 0; reg < 4; reg++) {
			if (!(covered >> reg & 1))
				continue;
			compare_register(name, &rows[i], &shown[i], &promised,
					 reg);
			registers++;
		}
	}
	return registers;
}

static const struct cpupolicy_row *row_in(const struct corpus_cpu *cpu,
					  uint32_t leaf)
{
	for (size_t i = 0; i < cpu->nr_rows; i++)
		if (cpu->rows[i].leaf == leaf && cpu->rows[i].subleaf == 0)
			return &cpu->rows[i];
	return NULL;
}

/* Does this CPU have the row that an MSR stands for, with something in it? */
static bool has_content(const struct corpus_cpu *cpu, uint32_t msr)
{
	for (size_t i = 0; i < COUNT(layouts); i++) {
		struct cpupolicy_row row;
		const struct cpupolicy_row *first;

		if (layouts[i].msr != msr)
			continue;
		first = row_in(cpu, layouts[i].leaf & 0xffff0000u);
		if (!first || first->eax < layouts[i].leaf)
			return false;
		for (size_t r = 0; r < cpu->nr_rows; r++) {
			row = cpu->rows[r];
			if (row.leaf == layouts[i].leaf &&
			    row.subleaf == layouts[i].subleaf)
				return *register_in(&row, layouts[i].low) ||
				       (layouts[i].high >= 0 &&
					*register_in(&row, layouts[i].high));
		}
	}
	return false;
}

/* The plan has the MSRs of that model, and no others. */
static bool must_write_its_msrs(const struct corpus_cpu *cpu)
{
	const struct cpupolicy_row *row = row_in(cpu, 1);
	struct cpupolicy_signature s =
		cpupolicy_signature_decode(row ? row->eax : 0);
	uint32_t nr = 0;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (kinds[i].vendor != cpupolicy_policy_vendor(&host) ||
		    s.family != kinds[i].family ||
		    s.model < kinds[i].first_model ||
		    s.model > kinds[i].last_model ||
		    s.stepping < kinds[i].stepping)
			continue;
		for (size_t m = 0; m < 4 && kinds[i].msr[m]; m++) {
			if (!has_content(cpu, kinds[i].msr[m]))
				continue;
			assert_int_equal(plan.write[nr].msr, kinds[i].msr[m]);
			nr++;
		}
		assert_int_equal(plan.nr_writes, nr);
		return true;
	}
	if (plan.nr_writes)
		fail_msg("%s: family %u model %u has no such MSRs", cpu->name,
			 (unsigned int)s.family, (unsigned int)s.model);
	return false;
}

/* A policy below the host set: some features hidden, sometimes many. */
static void random_below(uint64_t *seed)
{
	uint32_t nr =
		(uint32_t)(draw(seed) % 4 ? draw(seed) % 6 : draw(seed) % 200);

	policy = host;
	for (uint32_t i = 0; i < nr; i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(
			(uint32_t)(draw(seed) % cpupolicy_field_count()));
		cpupolicy_feature feature = cpupolicy_field_feature(field);

		/* what is derived cannot be hidden, and that is fine */
		if (feature && field->at.space == CPUPOLICY_SPACE_CPU &&
		    field->level == CPUPOLICY_LEVEL_AND)
			(void)cpupolicy_hide(&policy, &feature, 1, NULL, NULL);
	}
}

static void every_recorded_cpu_shows_what_it_was_told(void **state)
{
	const struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};
	uint64_t seed = UINT64_C(0x1e7e1);
	unsigned int cpus = 0, registers = 0;
	struct corpus corpus;

	(void)state;
	assert_int_equal(corpus_load(&corpus, NULL), 0);
	corpus_announce(stdout, &corpus);
	printf("seed 0x%llx\n", (unsigned long long)seed);
	for (size_t i = 0; i < corpus.nr_cpus; i++) {
		const struct corpus_cpu *cpu = &corpus.cpus[i];
		const struct cpupolicy_levelling_cpu of = {
			.rows = cpu->rows,
			.nr_rows = cpu->nr_rows,
			.msrs = cpu->msrs,
			.nr_msrs = cpu->nr_msrs,
			.host = &host,
			.faulting = CPUPOLICY_FAULTING_NO,
		};

		if (cpupolicy_hostset(&host, cpu->rows, cpu->nr_rows, cpu->msrs,
				      cpu->nr_msrs, &options, NULL, NULL))
			continue;
		for (unsigned int round = 0; round < 20; round++) {
			random_below(&seed);
			assert_int_equal(cpupolicy_levelling_plan(&plan, &of,
								  &policy, NULL,
								  NULL),
					 0);
			if (must_write_its_msrs(cpu) && round == 0)
				cpus++;
			registers += must_show_the_policy(cpu->name, cpu->rows,
							  cpu->nr_rows);
		}
	}
	printf("%u CPUs with levelling MSRs, %u registers\n", cpus, registers);
	assert_true(cpus >= 30);
	corpus_free(&corpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recorded_cpu_shows_what_it_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
