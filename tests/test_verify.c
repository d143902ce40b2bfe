// SPDX-License-Identifier: MIT
/*
 * test_verify.c - what is made of what guests saw, on hosts that leak and on
 * hosts that do not. The machine that we are on is a made-up one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/verify.h"
#include "support.h"

enum { KERNEL = 0, USER = 2 };

/* Leaves that the guest asks for: some of every kind. */
static const uint32_t asked[][2] = {
	{ 0, 0 },	   { 1, 0 },	{ 1, 1 },	   { 4, 0 },
	{ 7, 0 },	   { 7, 1 },	{ 0xb, 0 },	   { 0xd, 0 },
	{ 0xd, 1 },	   { 0xd, 2 },	{ 0x40000000, 0 }, { 0x80000001, 0 },
	{ 0x80000008, 0 }, { 0x31, 0 }, { 0x40000200, 2 },
};

static struct cpupolicy_policy policy, machine;
static struct cpupolicy_vcpu machine_cpu;

static void answer(struct cpupolicy_row *row,
		   const struct cpupolicy_policy *from,
		   const struct cpupolicy_vcpu *vcpu)
{
	struct cpupolicy_registers out;

	cpupolicy_lookup(&out, from, vcpu, row->leaf, row->subleaf);
	row->eax = out.eax;
	row->ebx = out.ebx;
	row->ecx = out.ecx;
	row->edx = out.edx;
}

static bool machine_says(struct cpupolicy_row *row)
{
	answer(row, &machine, &machine_cpu);
	return true;
}

static bool nobody_says(struct cpupolicy_row *row)
{
	(void)row;
	return false;
}

typedef void bend(struct cpupolicy_row *row, unsigned mode);

/* A guest with two CPUs on a host that bends what it promised. */
static void look(struct testimony *out, bend *how)
{
	*out = (struct testimony){ .nr_cpus = 2 };
	out->cpus = calloc(2, sizeof(*out->cpus));
	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		struct verify_cpu *to = &out->cpus[cpu];

		cpupolicy_vcpu_init(&to->vcpu);
		to->vcpu.hypervisor = true;
		to->vcpu.mode64 = true;
		to->vcpu.topology.cores = 2;
		to->vcpu.apic_id = cpu;
		cpupolicy_vcpu_prepare(&to->vcpu, &policy);
		for (unsigned mode = 0; mode < 3; mode++) {
			char line[80];

			snprintf(line, sizeof(line), "mode %s",
				 verify_modes[mode].name);
			assert_true(testimony_line(to, line));
			for (size_t i = 0; i < COUNT(asked); i++) {
				struct cpupolicy_row row = {
					.leaf = asked[i][0],
					.subleaf = asked[i][1],
				};

				answer(&row, &policy, &to->vcpu);
				how(&row, mode);
				snprintf(line, sizeof(line),
					 "%x %x %x %x %x %x", row.leaf,
					 row.subleaf, row.eax, row.ebx, row.ecx,
					 row.edx);
				assert_true(testimony_line(to, line));
			}
		}
		assert_true(testimony_line(to, "done"));
		assert_true(to->done);
	}
}

static void keep_word(struct cpupolicy_row *row, unsigned mode)
{
	(void)row;
	(void)mode;
}

static void leak_to_users(struct cpupolicy_row *row, unsigned mode)
{
	if (mode == USER)
		machine_says(row);
}

static void leak_everywhere(struct cpupolicy_row *row, unsigned mode)
{
	(void)mode;
	machine_says(row);
}

static void leak_one_word(struct cpupolicy_row *row, unsigned mode)
{
	struct cpupolicy_row host = *row;

	machine_says(&host);
	if (mode != USER && row->leaf == 7 && row->subleaf == 0)
		row->ebx = host.ebx;
}

static void lose_avx(struct cpupolicy_row *row, unsigned mode)
{
	(void)mode;
	if (row->leaf == 1)
		row->ecx &= ~0x10000000u;
}

/* The highest leaf is another one: so are all that are beyond. */
static void widen_avx(struct cpupolicy_row *row, unsigned mode)
{
	(void)mode;
	if ((row->leaf == 0xd || row->leaf == 0x40000200) && row->subleaf == 2)
		row->eax *= 2;
}

static void lose_it_once(struct cpupolicy_row *row, unsigned mode)
{
	/* where ECX should not matter it does */
	if (mode == KERNEL && row->leaf == 1 && row->subleaf)
		row->ecx &= ~0x10000000u;
}

static const struct {
	const char *why;
	bend *how;
	bool (*host)(struct cpupolicy_row *row);
	size_t most; /* sightings; SIZE_MAX: any number but 0 */
	unsigned not_intercepted, modes; /* bits */
	const char *field;		 /* that is seen, or missed */
	uint32_t promised, seen;
	bool of_host;
} hosts[] = {
	{ "a host that keeps its word", keep_word, machine_says, 0, 0, 0, NULL,
	  0, 0, false },
	{ "CPUID is not intercepted in user mode", leak_to_users, machine_says,
	  SIZE_MAX, 1u << USER, 1u << USER, "bmi1", 0, 1, true },
	{ "nor anywhere", leak_everywhere, machine_says, SIZE_MAX, 7, 7, "bmi1",
	  0, 1, true },
	{ "it leaks, but nobody can tell what", leak_everywhere, nobody_says,
	  SIZE_MAX, 0, 7, "bmi1", 0, 1, false },
	{ "one word of the machine's in kernel mode", leak_one_word,
	  machine_says, SIZE_MAX, 0, 3, "bmi1", 0, 1, true },
	{ "something is missing", lose_avx, machine_says, 1, 0, 7, "avx", 1, 0,
	  false },
	{ "what echoes differs with what it echoes", widen_avx, machine_says, 1,
	  0, 7, "xstate_avx_size", 256, 512, false },
	{ "the same for one ECX is the same feature", lose_it_once,
	  machine_says, 1, 0, 1, "avx", 1, 0, false },
};

static const struct sighting *find(const struct judgement *judgement,
				   const char *name)
{
	for (size_t i = 0; i < judgement->nr; i++)
		if (judgement->item[i].difference.field == field_called(name))
			return &judgement->item[i];
	return NULL;
}

static void hosts_that_leak_are_told_from_those_that_do_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		const struct sighting *sighting;
		struct testimony testimony;
		struct judgement judgement;
		unsigned bare = 0;

		look(&testimony, hosts[i].how);
		judge(&judgement, &testimony, &policy, hosts[i].host);
		for (unsigned m = 0; m < VERIFY_MODES; m++)
			bare |= (unsigned)not_intercepted(&judgement, m) << m;
		if (bare != hosts[i].not_intercepted)
			fail_msg("%s: not intercepted: %x", hosts[i].why, bare);
		if (judgement.nr > hosts[i].most ||
		    (hosts[i].most && !judgement.nr))
			fail_msg("%s: %zu sightings", hosts[i].why,
				 judgement.nr);
		if (hosts[i].field) {
			sighting = find(&judgement, hosts[i].field);
			if (!sighting ||
			    sighting->difference.a != hosts[i].promised ||
			    sighting->difference.b != hosts[i].seen ||
			    sighting->modes != hosts[i].modes ||
			    sighting->cpus != 3 ||
			    sighting->of_host != hosts[i].of_host)
				fail_msg("%s: %s", hosts[i].why,
					 hosts[i].field);
		}
		judgement_free(&judgement);
		testimony_free(&testimony);
	}
}

static void what_a_guest_should_not_say_is_not_heard(void **state)
{
	static const char *const lines[] = {
		"1 0 0 0 0 0", /* in which mode? */
		"mode ring-1", "mode", "", "stray vector 6",
	};
	struct verify_cpu cpu = { .mode = VERIFY_MODES };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++)
		if (testimony_line(&cpu, lines[i]))
			fail_msg("%s", lines[i]);
	assert_true(testimony_line(&cpu, "mode user"));
	assert_false(testimony_line(&cpu, "1 0 0 0 0"));
	assert_false(testimony_line(&cpu, "mode high"));
	assert_int_equal(cpu.nr, 0);
	assert_false(cpu.done);
}

static int set_up(void **state)
{
	(void)state;
	make_normal(&policy, "intel", AVX "avx2 erms");
	make_normal(&machine, "intel",
		    AVX "avx2 bmi1 bmi2 x2apic pcid rdrand fsgsbase");
	cpupolicy_vcpu_init(&machine_cpu);
	machine_cpu.mode64 = true;
	machine_cpu.cr4 = 1u << 18;
	machine_cpu.apic_id = 9;
	machine_cpu.topology.cores = 16;
	return cpupolicy_vcpu_prepare(&machine_cpu, &machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			hosts_that_leak_are_told_from_those_that_do_not),
		cmocka_unit_test(what_a_guest_should_not_say_is_not_heard),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
