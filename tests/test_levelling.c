/* SPDX-License-Identifier: MIT */
/*
 * Vectors worked out by hand from the layouts that Xen and the makers give.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy host, policy;
static struct cpupolicy_levelling plan;
static struct heard heard;

/* Plan for these rows; the policy is what they offer, less what is hidden. */
static int plan_for(const struct cpupolicy_row *rows, size_t nr,
		    const struct cpupolicy_msr *msrs, size_t nr_msrs,
		    const char *hide, enum cpupolicy_faulting faulting)
{
	const struct cpupolicy_hostset_options accept = {
		.set = CPUPOLICY_SET_ACCEPT,
	};
	const struct cpupolicy_levelling_cpu cpu = {
		.rows = rows,
		.nr_rows = nr,
		.msrs = msrs,
		.nr_msrs = nr_msrs,
		.host = &host,
		.faulting = faulting,
	};

	assert_int_equal(cpupolicy_hostset(&host, rows, nr, msrs, nr_msrs,
					   &accept, NULL, NULL),
			 0);
	policy = host;
	while (*hide) {
		size_t length = strcspn(hide, " ");
		cpupolicy_feature feature;

		assert_int_equal(
			cpupolicy_feature_parse(&feature, hide, length), 0);
		assert_int_equal(
			cpupolicy_hide(&policy, &feature, 1, NULL, NULL), 0);
		hide += length + (hide[length] == ' ');
	}
	heard.nr = 0;
	return cpupolicy_levelling_plan(&plan, &cpu, &policy, hear, &heard);
}

static const struct cpupolicy_levelling_write *write_to(uint32_t msr)
{
	for (uint32_t i = 0; i < plan.nr_writes; i++)
		if (plan.write[i].msr == msr)
			return &plan.write[i];
	fail_msg("the plan does not write MSR 0x%x", (unsigned int)msr);
	return NULL;
}

/*
 * A quad-core Phenom II (family 10h, model 4), as Linux shows one: leaf 1 has
 * FPU to SSE2 and HT, SSE3, MONITOR, CX16, POPCNT.
 */
static const struct cpupolicy_row phenom[] = {
	{ 0, 0, 5, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 1, 0, 0x00100f42, 0x00040800, 0x00802009, 0x178bfbff },
	{ 0x80000000, 0, 0x8000001b, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 0x80000001, 0, 0x00100f42, 0x10001c1f, 0x000037ff, 0xefd3fbff },
	{ 0x80000008, 0, 0x00003030, 0, 0x00002003, 0 },
};

static void amd_low_is_edx_and_high_is_ecx(void **state)
{
	(void)state;
	assert_int_equal(plan_for(phenom, COUNT(phenom), NULL, 0,
				  "popcnt sse4a 3dnow",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 2);
	/* ECX loses POPCNT[23] (and MONITOR stays), EDX nothing */
	assert_true(write_to(0xc0011004)->value ==
		    UINT64_C(0x00002009178bfbff));
	/* ECX loses SSE4A[6], not ABM[5]; CMP_LEGACY[1] is topology. EDX loses
	 * 3DNow[31], and 3DNowExt[30] that needs it */
	assert_int_equal(write_to(0xc0011005)->value >> 32 & 0x62, 0x22);
	assert_true((uint32_t)write_to(0xc0011005)->value == 0x2fd3fbff);
	for (uint32_t i = 0; i < plan.nr_writes; i++) {
		assert_int_equal(plan.write[i].edi, 0);
		assert_true(plan.write[i].mask == UINT64_MAX);
		assert_int_equal(plan.write[i].kind,
				 CPUPOLICY_LEVELLING_OVERRIDE);
	}
}

static void
k8_wants_a_password_and_its_first_revisions_have_no_msrs(void **state)
{
	struct cpupolicy_row rows[COUNT(phenom)];

	(void)state;
	memcpy(rows, phenom, sizeof(rows));
	rows[1].eax = 0x00060fb1; /* family 0Fh model 6Bh: revision G */
	assert_int_equal(plan_for(rows, COUNT(rows), NULL, 0, "",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 2);
	assert_int_equal(plan.write[0].edi, 0x9c5a203a);
	assert_int_equal(plan.write[1].edi, 0x9c5a203a);

	rows[1].eax = 0x00010ff0; /* model 1Fh: before revision E */
	assert_int_equal(plan_for(rows, COUNT(rows), NULL, 0, "popcnt",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 0);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_LEVELLING_NO_MSR, "popcnt"));

	rows[1].eax = 0x00200f31; /* family 11h */
	assert_int_equal(plan_for(rows, COUNT(rows), NULL, 0, "popcnt",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 0);
}

/* A Core i7-2600 (Sandy Bridge), under an operating system: OSXSAVE is 1. */
static const struct cpupolicy_row sandy[] = {
	{ 0, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 1, 0, 0x000206a7, 0x00100800, 0x1fbae3ff, 0xbfebfbff },
	{ 7, 0, 0, 0, 0, 0 },
	{ 0xd, 0, 7, 0x340, 0x340, 0 },
	{ 0xd, 1, 1, 0, 0, 0 },
	{ 0xd, 2, 0x100, 0x240, 0, 0 },
	{ 0x80000000, 0, 0x80000008, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0, 1, 0x28100800 },
	{ 0x80000008, 0, 0x00003024, 0, 0, 0 },
};

static void intel_low_is_ecx_and_high_is_edx(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(plan_for(sandy, COUNT(sandy), NULL, 0,
				  "avx rdtscp xsaveopt", CPUPOLICY_FAULTING_NO),
			 0);
	assert_int_equal(plan.nr_writes, 3);
	value = write_to(0x132)->value;
	/* ECX: AVX[28] is gone; TSC_DEADLINE[24], AES, XSAVE, OSXSAVE stay */
	assert_int_equal(value >> 24 & 0x1f, 0x0f);
	/* EDX: SSE2[26], APIC[9]; HT[28] is topology and the CPU's own */
	assert_int_equal(value >> 32 >> 26 & 5, 5);
	assert_int_equal(value >> 32 >> 9 & 1, 1);
	value = write_to(0x133)->value;
	/* ECX: LAHF[0]; EDX: LM[29] and SYSCALL[11], not RDTSCP[27] */
	assert_int_equal((uint32_t)value & 1, 1);
	assert_int_equal(value >> 32 & 0x28100800, 0x20100800);
	/* XSAVEOPT is 0xD.1.EAX[0]; the high half stays as it is */
	assert_int_equal(write_to(0x134)->value & 1, 0);
	assert_true(write_to(0x134)->mask == 0xffffffff);
	for (uint32_t i = 0; i < plan.nr_writes; i++)
		assert_int_equal(plan.write[i].kind, CPUPOLICY_LEVELLING_MASK);
	/* the state component is in a leaf that no MSR covers */
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_LEVELLING_UNCOVERED, "xcr0_avx"));
	assert_null(heard_of(&heard, CPUPOLICY_F_LEVELLING_UNCOVERED, "avx"));
}

static void osxsave_goes_with_xsave_and_apic_always_stays(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(plan_for(sandy, COUNT(sandy), NULL, 0, "xsave apic",
				  CPUPOLICY_FAULTING_NO),
			 0);
	value = write_to(0x132)->value;
	assert_int_equal(value >> 26 & 3, 0);
	assert_int_equal(value >> 32 >> 9 & 1, 1);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_LEVELLING_FORWARDED, "apic"));
	assert_int_equal(heard_count(&heard, CPUPOLICY_F_LEVELLING_FORWARDED),
			 1);
}

static void an_override_never_advertises_what_the_cpu_lacks(void **state)
{
	struct cpupolicy_levelling before;
	const struct cpupolicy_levelling_cpu cpu = {
		.rows = phenom,
		.nr_rows = COUNT(phenom),
		.host = &host,
	};

	(void)state;
	assert_int_equal(plan_for(phenom, COUNT(phenom), NULL, 0, "",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	set_fields(&policy, "ssse3");
	cpupolicy_normalize(&policy, NULL, NULL);
	before = plan;
	heard.nr = 0;
	assert_int_equal(
		cpupolicy_levelling_plan(&plan, &cpu, &policy, hear, &heard),
		CPUPOLICY_E_EXCEEDS);
	assert_int_equal(heard.nr, 1);
	assert_non_null(heard_of(&heard, CPUPOLICY_F_FEATURE_MISSING, "ssse3"));
	assert_memory_equal(&before, &plan, sizeof(plan));

	/* one that a hypervisor supplies is honoured, but not shown */
	cpupolicy_field_set(&host, field_called("x2apic"), 1);
	policy = host;
	heard.nr = 0;
	assert_int_equal(
		cpupolicy_levelling_plan(&plan, &cpu, &policy, hear, &heard),
		0);
	assert_int_equal(write_to(0xc0011004)->value >> 32 >> 21 & 1, 0);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_LEVELLING_SUPPLIED, "x2apic"));
	assert_int_equal(plan.nr_visible, 0);
}

static void another_makers_policy_is_refused(void **state)
{
	const struct cpupolicy_levelling_cpu cpu = {
		.rows = phenom,
		.nr_rows = COUNT(phenom),
		.host = &host,
	};

	(void)state;
	assert_int_equal(plan_for(phenom, COUNT(phenom), NULL, 0, "",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	make_normal(&policy, "intel", X87);
	assert_int_equal(
		cpupolicy_levelling_plan(&plan, &cpu, &policy, NULL, NULL),
		CPUPOLICY_E_EXCEEDS);
	assert_int_equal(
		cpupolicy_levelling_plan(
			&plan,
			&(struct cpupolicy_levelling_cpu){ .rows = phenom + 1,
							   .nr_rows = 1,
							   .host = &host },
			&policy, NULL, NULL),
		CPUPOLICY_E_INVALID);
}

static void faulting_hides_everything_where_it_is_there(void **state)
{
	static const struct cpupolicy_msr yes[] = { { .index = 0xce,
						      .value = 1u << 31 } };
	static const struct cpupolicy_msr no[] = { { .index = 0xce } };
	struct cpupolicy_row rows[COUNT(phenom) + 1], ivy[COUNT(sandy)];

	(void)state;
	assert_int_equal(plan_for(sandy, COUNT(sandy), yes, 1, "avx",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 1);
	assert_int_equal(plan.write[0].msr, 0x140);
	assert_true(plan.write[0].mask == 1 && plan.write[0].value == 1);
	assert_int_equal(plan.write[0].kind, CPUPOLICY_LEVELLING_FAULTING);
	assert_int_equal(plan.nr_visible, 0);

	assert_int_equal(plan_for(sandy, COUNT(sandy), no, 1, "avx",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 3);
	assert_null(heard_of(&heard, CPUPOLICY_F_NOT_RECORDED, "cpuid_fault"));
	/* not read is not "no": somebody should look, but on models that have
	 * masks */
	assert_int_equal(plan_for(sandy, COUNT(sandy), NULL, 0, "avx",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 3);
	assert_null(heard_of(&heard, CPUPOLICY_F_NOT_RECORDED, "cpuid_fault"));
	memcpy(ivy, sandy, sizeof(ivy));
	ivy[1].eax = 0x000306a9;
	assert_int_equal(plan_for(ivy, COUNT(ivy), NULL, 0, "avx",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 0);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_NOT_RECORDED, "cpuid_fault"));
	assert_int_equal(plan_for(sandy, COUNT(sandy), NULL, 0, "avx",
				  CPUPOLICY_FAULTING_YES),
			 0);
	assert_int_equal(plan.write[0].msr, 0x140);

	/* AMD's is announced by CPUID and turned on in HWCR */
	memcpy(rows, phenom, sizeof(phenom));
	rows[2].eax = 0x80000021;
	rows[5] = (struct cpupolicy_row){ 0x80000021, 0, 1u << 17, 0, 0, 0 };
	rows[1].eax = 0x00a60f12;
	assert_int_equal(plan_for(rows, COUNT(rows), NULL, 0, "popcnt",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(plan.nr_writes, 1);
	assert_int_equal(plan.write[0].msr, 0xc0010015);
	assert_true(plan.write[0].value == UINT64_C(1) << 35);
	assert_true(plan.write[0].mask == UINT64_C(1) << 35);
	assert_int_equal(plan_for(rows, COUNT(rows), NULL, 0, "popcnt",
				  CPUPOLICY_FAULTING_NO),
			 0);
	assert_int_equal(plan.nr_writes, 2);
}

static void a_virtual_cpu_has_no_such_msrs(void **state)
{
	const struct cpupolicy_levelling_cpu cpu = {
		.rows = phenom,
		.nr_rows = COUNT(phenom),
		.host = &host,
		.guest = true,
	};

	(void)state;
	assert_int_equal(plan_for(phenom, COUNT(phenom), NULL, 0, "popcnt",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	heard.nr = 0;
	assert_int_equal(
		cpupolicy_levelling_plan(&plan, &cpu, &policy, hear, &heard),
		0);
	assert_int_equal(plan.nr_writes, 0);
	assert_non_null(
		heard_of(&heard, CPUPOLICY_F_LEVELLING_GUEST, "popcnt"));
	assert_int_equal(plan.nr_visible, heard.nr);
}

/* A guest that is not told of one would rely on what is not there. */
static void a_limitation_of_either_side_is_shown(void **state)
{
	struct cpupolicy_row rows[COUNT(phenom) + 1];
	const struct cpupolicy_levelling_cpu cpu = {
		.rows = rows,
		.nr_rows = COUNT(rows),
		.host = &host,
	};

	(void)state;
	memcpy(rows, phenom, sizeof(phenom));
	rows[0].eax = 7;
	rows[1].eax = 0x00800f12; /* Zen */
	rows[5] = (struct cpupolicy_row){ 7, 0, 0, 0x2009, 0, 0 };
	assert_int_equal(plan_for(rows, COUNT(rows), NULL, 0, "bmi1",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	/* FSGSBASE[0], ZERO_FCS_FDS[13] without BMI1[3]; EAX is the high half
	 */
	assert_true(write_to(0xc0011002)->value == 0x2001);
	set_fields(&policy, "zero_fcs_fds=0 fdp_excptn_only=1");
	assert_int_equal(
		cpupolicy_levelling_plan(&plan, &cpu, &policy, NULL, NULL), 0);
	assert_true(write_to(0xc0011002)->value == 0x2041);
}

static void numbers_that_stay_visible_are_told(void **state)
{
	const struct cpupolicy_levelling_cpu cpu = {
		.rows = phenom,
		.nr_rows = COUNT(phenom),
		.host = &host,
	};
	const struct cpupolicy_finding *finding;

	(void)state;
	assert_int_equal(plan_for(phenom, COUNT(phenom), NULL, 0, "",
				  CPUPOLICY_FAULTING_AS_RECORDED),
			 0);
	assert_int_equal(cpupolicy_cap(&policy, field_called("phys_bits"), 40,
				       NULL, NULL),
			 0);
	heard.nr = 0;
	assert_int_equal(
		cpupolicy_levelling_plan(&plan, &cpu, &policy, hear, &heard),
		0);
	finding =
		heard_of(&heard, CPUPOLICY_F_LEVELLING_UNCOVERED, "phys_bits");
	assert_non_null(finding);
	assert_int_equal(finding->guest, 40);
	assert_int_equal(finding->host, 48);
	assert_int_equal(finding->grade, CPUPOLICY_GRADE_BLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amd_low_is_edx_and_high_is_ecx),
		cmocka_unit_test(
			k8_wants_a_password_and_its_first_revisions_have_no_msrs),
		cmocka_unit_test(intel_low_is_ecx_and_high_is_edx),
		cmocka_unit_test(osxsave_goes_with_xsave_and_apic_always_stays),
		cmocka_unit_test(
			an_override_never_advertises_what_the_cpu_lacks),
		cmocka_unit_test(another_makers_policy_is_refused),
		cmocka_unit_test(faulting_hides_everything_where_it_is_there),
		cmocka_unit_test(a_virtual_cpu_has_no_such_msrs),
		cmocka_unit_test(a_limitation_of_either_side_is_shown),
		cmocka_unit_test(numbers_that_stay_visible_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
