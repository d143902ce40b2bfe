/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/check.h>
#include <cpupolicy/model.h>

#include "round_trip.h"
#include "support.h"

static struct cpupolicy_record *record_of(const struct cpupolicy_policy *policy)
{
	struct cpupolicy_record *record =
		cpupolicy_record_of_policy(policy, "pool-a");

	assert_non_null(record);
	assert_int_equal(record->nr_cores, 1);
	assert_string_equal(record->cores[0].cpus, "0");
	return record;
}

/*
 * Nothing but the hypervisor bit is lost, and nothing is missing. The width of
 * addresses is implied on a CPU so old that it has no leaf for it: reading does
 * that again.
 */
static bool is_expected(const struct cpupolicy_finding *finding,
			const struct cpupolicy_policy *policy)
{
	if (finding->at.leaf == 0x80000008)
		return value_of(policy, "max_ext") < 0x80000008;
	return finding->field &&
	       strcmp(finding->field->name, "hypervisor") == 0;
}

/* What is read from a record of the policy is the policy; @heard: what reading
 * said. */
static void check_same(const struct cpupolicy_policy *policy, const char *what,
		       struct heard *heard)
{
	static const struct cpupolicy_hostset_options guest = { .guest = true };
	struct cpupolicy_record *record = record_of(policy);
	struct cpupolicy_policy again;
	struct cpupolicy_error error;

	heard->nr = 0;
	if (cpupolicy_record_hostset(&again, record, &guest, hear, heard,
				     &error))
		fail_msg("%s: %s", what, error.text);
	if (!cpupolicy_policy_equal(&again, policy)) {
		char *a = cpupolicy_policy_to_json(policy, "before");
		char *b = cpupolicy_policy_to_json(&again, "after");

		fail_msg("%s:\n%s%s", what, a, b);
	}
	for (size_t i = 0; i < heard->nr; i++)
		if (!is_expected(&heard->finding[i], policy))
			fail_msg("%s: finding %d at leaf 0x%x", what,
				 heard->finding[i].code,
				 (unsigned)heard->finding[i].at.leaf);
	cpupolicy_record_free(record);
}

static void check_rows(const struct cpupolicy_policy *policy, const char *what)
{
	struct cpupolicy_record *record = record_of(policy);
	struct cpupolicy_row row;

	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, policy, i); i++) {
		const struct cpupolicy_row *found = cpupolicy_core_row(
			&record->cores[0], row.leaf, row.subleaf);

		if (row.leaf == 1)
			row.ecx |= 1u << 31;
		if (found ? memcmp(found, &row, sizeof(row)) != 0
			  : row.eax | row.ebx | row.ecx | row.edx)
			fail_msg("%s: leaf 0x%x", what, (unsigned)row.leaf);
	}
	cpupolicy_record_free(record);
}

/* A model is not normalised, so only its rows come back, not what they mean. */
static void rows_of_models_are_kept(void **state)
{
	const struct cpupolicy_model *model;

	(void)state;
	for (uint32_t i = 0; (model = cpupolicy_model_at(i)); i++) {
		struct cpupolicy_policy policy;

		assert_true(cpupolicy_model_policy(&policy, model) > 0);
		check_rows(&policy, model->name);
	}
}

/*
 * The first CPUs of Centaur left leaf 1's ECX as it was: whatever a hypervisor
 * supplies there is not believed when it is read.
 */
static bool has_undefined_registers(const struct cpupolicy_policy *policy)
{
	struct cpupolicy_row row = { .leaf = 1 };
	struct cpupolicy_signature cpu;

	cpupolicy_policy_get_row(&row, policy);
	cpu = cpupolicy_signature_decode(row.eax);
	return cpupolicy_policy_vendor(policy) == CPUPOLICY_VENDOR_ZHAOXIN &&
	       (cpu.family < 6 || (cpu.family == 6 && cpu.model < 9));
}

static void check_host_sets(const struct corpus_cpu *cpu,
			    enum cpupolicy_hypervisor hypervisor)
{
	static const enum cpupolicy_set sets[] = {
		CPUPOLICY_SET_OFFER,
		CPUPOLICY_SET_ACCEPT,
	};
	static struct heard heard;

	for (size_t i = 0; i < COUNT(sets); i++) {
		const struct cpupolicy_hostset_options options = {
			.set = sets[i],
			.hypervisor = hypervisor,
			.guest = cpu->hypervisor != NULL,
		};
		struct cpupolicy_policy policy;

		assert_int_equal(cpupolicy_hostset(&policy, cpu->rows,
						   cpu->nr_rows, cpu->msrs,
						   cpu->nr_msrs, &options, NULL,
						   NULL),
				 0);
		if (hypervisor == CPUPOLICY_HYPERVISOR_NONE ||
		    !has_undefined_registers(&policy))
			check_same(&policy, cpu->name, &heard);
	}
}

static void host_sets_of_every_recorded_cpu_come_back(void **state)
{
	struct corpus corpus;

	(void)state;
	assert_int_equal(corpus_load(&corpus, NULL), 0);
	for (size_t i = 0; i < corpus.nr_cpus; i++) {
		check_host_sets(&corpus.cpus[i], CPUPOLICY_HYPERVISOR_NONE);
		check_host_sets(&corpus.cpus[i], CPUPOLICY_HYPERVISOR_KVM);
	}
	corpus_free(&corpus);
}

/*
 * Sections that a named hypervisor supplies have no place of their own. A
 * record gives them one each, so what comes back is a guest that has them
 * there.
 */
static void sections_without_a_place_get_one(void **state)
{
	static const struct cpupolicy_hostset_options kvm = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.named = true,
	};
	struct cpupolicy_record *host = read_record("libvirt/Cooperlake.json");
	struct cpupolicy_policy policy, again;
	struct cpupolicy_record *record;
	const struct cpupolicy_row *row;

	(void)state;
	assert_int_equal(
		cpupolicy_record_hostset(&policy, host, &kvm, NULL, NULL, NULL),
		0);
	record = record_of(&policy);
	row = cpupolicy_core_row(&record->cores[0], 0x40000000, 0);
	assert_non_null(row);
	assert_int_equal(row->ebx, 0x4b4d564b); /* KVMK */
	assert_int_equal(row->eax, 0x40000001);
	row = cpupolicy_core_row(&record->cores[0], 0x40000100, 0);
	assert_non_null(row);
	assert_int_equal(row->ebx, 0x7263694d); /* Micr */
	assert_in_range(row->eax, 0x40000105, 0x4000010a);
	assert_non_null(cpupolicy_core_row(&record->cores[0], 0x40000103, 0));

	assert_int_equal(cpupolicy_record_hostset(&again, record, NULL, NULL,
						  NULL, NULL),
			 0);
	assert_int_equal(cpupolicy_check(&again, &policy, NULL, NULL),
			 CPUPOLICY_FITS);
	assert_int_equal(value_of(&again, "hv_max_vps"),
			 value_of(&policy, "hv_max_vps"));
	cpupolicy_record_free(record);
	cpupolicy_record_free(host);
}

/* Whatever it is written in, it is read as a guest's, and so as the policy. */
static void a_policy_goes_through_formats_of_rows(void **state)
{
	static const char *const formats[] = { "cpuid-r", "libvirt-cpudata",
					       "firecracker", "json" };

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct cpupolicy_policy policy, again;
		struct cpupolicy_record *record;
		struct round_trip trip;

		make_normal(&policy, i % 2 ? "intel" : "amd",
			    AVX "x2apic tsc_deadline_timer arat");
		record = record_of(&policy);
		round_trip(&trip, record, formats[i]);
		assert_int_equal(
			cpupolicy_record_hostset(&again, trip.document.record,
						 NULL, NULL, NULL, NULL),
			0);
		if (!cpupolicy_policy_equal(&again, &policy))
			fail_msg("%s:\n%s", formats[i], trip.text);
		round_trip_clear(&trip);
		cpupolicy_record_free(record);
	}
}

/* Bits that a virtual CPU or its operating system decides are left open. */
static void what_is_not_of_the_policy_is_not_recorded(void **state)
{
	struct cpupolicy_policy policy;
	struct cpupolicy_record *record;
	const struct cpupolicy_core *core;
	size_t one, states;

	(void)state;
	make_normal(&policy, "intel", AVX);
	record = record_of(&policy);
	core = &record->cores[0];
	assert_string_equal(record->name, "pool-a");
	assert_string_equal(record->how, "policy");
	assert_int_equal(record->nr_notes, 1);
	one = (size_t)(cpupolicy_core_row(core, 1, 0) - core->rows);
	assert_int_equal(core->known[one].ebx, 0x0000ffff);
	assert_int_equal(core->known[one].ecx, 0xf7ffffff); /* OSXSAVE */
	assert_int_equal(core->known[one].edx, 0xefffffff); /* HTT */
	assert_int_equal(core->rows[one].ecx >> 31, 1);
	states = (size_t)(cpupolicy_core_row(core, 0xd, 0) - core->rows);
	assert_int_equal(core->known[states].ebx, 0);
	assert_int_equal(core->known[states].ecx, 0xffffffff);
	/* topology and clocks have no rows, nor have features it lacks */
	assert_null(cpupolicy_core_row(core, 0xb, 0));
	assert_null(cpupolicy_core_row(core, 0x15, 0));
	assert_null(cpupolicy_core_row(core, 0xd, 5));
	assert_null(cpupolicy_core_row(core, 0x14, 0));
	cpupolicy_record_free(record);
}

static void msrs_come_with_their_features(void **state)
{
	static const struct {
		const char *why, *fields;
		size_t msrs;
	} cases[] = {
		{ "no feature, no MSR", AVX, 0 },
		{ "an MSR that is all zero is known to be",
		  AVX "arch_capabilities", 1 },
		{ "a bit of it", AVX "arch_capabilities rdctl_no", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_policy policy;
		struct cpupolicy_record *record;

		make_normal(&policy, "intel", cases[i].fields);
		record = record_of(&policy);
		if (record->cores[0].nr_msrs != cases[i].msrs)
			fail_msg("%s: %zu", cases[i].why,
				 record->cores[0].nr_msrs);
		cpupolicy_record_free(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_models_are_kept),
		cmocka_unit_test(host_sets_of_every_recorded_cpu_come_back),
		cmocka_unit_test(sections_without_a_place_get_one),
		cmocka_unit_test(a_policy_goes_through_formats_of_rows),
		cmocka_unit_test(what_is_not_of_the_policy_is_not_recorded),
		cmocka_unit_test(msrs_come_with_their_features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
