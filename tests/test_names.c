/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/cpu_models.h"
#include "support.h"

#define INTEL  CPUPOLICY_VENDOR_INTEL
#define AMD    CPUPOLICY_VENDOR_AMD
#define NOBODY CPUPOLICY_VENDOR_UNKNOWN

/* @fields: NULL: the project has no such name; "": it is no bit */
static const struct {
	const char *why;
	enum cpupolicy__project project;
	const char *name;
	enum cpupolicy_vendor_id vendor;
	const char *fields;
} meanings[] = {
	/* one name, different bits */
	{ "Intel's in Xen", CPUPOLICY__XEN, "prefetchi", INTEL, "7.1:edx[14]" },
	{ "AMD's in Xen", CPUPOLICY__XEN, "amd-prefetchi", AMD,
	  "80000021:eax[20]" },
	{ "AMD's in Linux", CPUPOLICY__LINUX, "prefetchi", AMD,
	  "80000021:eax[20]" },
	{ "the MSRs, in Linux", CPUPOLICY__LINUX, "aperfmperf", INTEL,
	  "6:ecx[0]" },
	{ "read-only ones, in libcpuid", CPUPOLICY__LIBCPUID, "aperfmperf", AMD,
	  "80000007:edx[10]" },
	{ "Intel's in Xen", CPUPOLICY__XEN, "stibp", AMD, "7.0:edx[27]" },
	{ "and in QEMU", CPUPOLICY__QEMU, "stibp", AMD, "7.0:edx[27]" },
	{ "and in libvirt", CPUPOLICY__LIBVIRT, "stibp", AMD, "7.0:edx[27]" },
	{ "either in Linux", CPUPOLICY__LINUX, "stibp", INTEL, "" },
	{ "Intel's in Xen", CPUPOLICY__XEN, "ssbd", AMD, "7.0:edx[31]" },
	{ "and in QEMU", CPUPOLICY__QEMU, "ssbd", AMD, "7.0:edx[31]" },
	{ "and in libvirt", CPUPOLICY__LIBVIRT, "ssbd", AMD, "7.0:edx[31]" },
	{ "any in Linux", CPUPOLICY__LINUX, "ssbd", INTEL, "" },
	{ "AMD's in Xen", CPUPOLICY__XEN, "ibrs", INTEL, "80000008:ebx[14]" },
	{ "and in QEMU", CPUPOLICY__QEMU, "ibrs", INTEL, "80000008:ebx[14]" },
	{ "and in libvirt", CPUPOLICY__LIBVIRT, "ibrs", INTEL,
	  "80000008:ebx[14]" },
	{ "either in Linux", CPUPOLICY__LINUX, "ibrs", AMD, "" },
	{ "AMD's in QEMU", CPUPOLICY__QEMU, "ibpb", INTEL, "80000008:ebx[12]" },
	{ "either in Linux", CPUPOLICY__LINUX, "ibpb", AMD, "" },
	{ "two bits in QEMU", CPUPOLICY__QEMU, "kvmclock", INTEL,
	  "kvm.40000001:eax[0] kvm.40000001:eax[3]" },
	{ "Intel's leaf in Linux", CPUPOLICY__LINUX, "mba", INTEL,
	  "10.0:ebx[3]" },
	{ "AMD's leaf in Linux", CPUPOLICY__LINUX, "mba", AMD,
	  "80000008:ebx[6]" },
	{ "neither, of a maker that nobody knows", CPUPOLICY__LINUX, "mba",
	  NOBODY, "" },
	{ "SVM's on AMD's CPUs", CPUPOLICY__LINUX, "vnmi", AMD,
	  "8000000a:edx[25]" },
	{ "VMX's, from an MSR, on Intel's", CPUPOLICY__LINUX, "vnmi", INTEL,
	  "" },
	{ "leaf 7 in Xen", CPUPOLICY__XEN, "fsrs", AMD, "7.1:eax[11]" },
	{ "AMD's has a name of its own", CPUPOLICY__XEN, "amd-fsrs", AMD,
	  "80000021:eax[10]" },
	{ "found out by Linux", CPUPOLICY__LINUX, "constant_tsc", INTEL, "" },
	{ "the bit in libcpuid", CPUPOLICY__LIBCPUID, "constant_tsc", INTEL,
	  "80000007:edx[8]" },
	{ "the bit in Linux", CPUPOLICY__LINUX, "nonstop_tsc", INTEL,
	  "80000007:edx[8]" },
	{ "debug store, not a thermometer", CPUPOLICY__LINUX, "dts", INTEL,
	  "1:edx[21]" },
	{ "in QEMU", CPUPOLICY__QEMU, "ds", INTEL, "1:edx[21]" },

	/* one bit, different names */
	{ "SSE3", CPUPOLICY__LINUX, "pni", INTEL, "1:ecx[0]" },
	{ "SSE3", CPUPOLICY__XEN, "sse3", INTEL, "1:ecx[0]" },
	{ "PCLMULQDQ", CPUPOLICY__LIBVIRT, "pclmuldq", INTEL, "1:ecx[1]" },
	{ "an older name", CPUPOLICY__QEMU, "i64", AMD, "80000001:edx[29]" },
	{ "an MSR's bit", CPUPOLICY__QEMU, "rdctl-no", INTEL, "msr.10a[0]" },

	/* spellings */
	{ "a dot", CPUPOLICY__QEMU, "sse4.1", INTEL, "1:ecx[19]" },
	{ "a dash", CPUPOLICY__QEMU, "sse4-1", INTEL, "1:ecx[19]" },
	{ "a line below", CPUPOLICY__QEMU, "sse4_1", INTEL, "1:ecx[19]" },

	/* other names */
	{ "a name of another project", CPUPOLICY__LINUX, "pclmuldq", INTEL,
	  NULL },
	{ "the beginning of a name", CPUPOLICY__LINUX, "av", INTEL, NULL },
	{ "more than a name", CPUPOLICY__LINUX, "avx22", INTEL, NULL },
	{ "capitals", CPUPOLICY__LINUX, "AVX", INTEL, NULL },
	{ "nothing", CPUPOLICY__LINUX, "", INTEL, NULL },
	{ "behind the last name", CPUPOLICY__LIBCPUID, "zzz", INTEL, NULL },
	{ "a switch of QEMU's", CPUPOLICY__QEMU, "l3-cache", INTEL, "" },
};

static void a_name_means_what_its_project_means(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(meanings); i++) {
		const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
		const char *expected = meanings[i].fields;
		char said[2 * CPUPOLICY_ADDRESS_TEXT] = "";
		int nr = cpupolicy__name_fields(
			fields, meanings[i].project, meanings[i].name,
			strlen(meanings[i].name), meanings[i].vendor);

		for (int j = 0; j < nr; j++) {
			char text[CPUPOLICY_ADDRESS_TEXT];

			strcat(said, j ? " " : "");
			strcat(said,
			       cpupolicy_address_text(text, &fields[j]->at));
		}
		if (!expected != (nr < 0) ||
		    (expected && strcmp(said, expected) != 0))
			fail_msg("%s: %s is %s, not %s (%d)", meanings[i].why,
				 meanings[i].name, said,
				 expected ? expected : "unknown", nr);
	}
}

static void a_field_has_the_projects_own_name(void **state)
{
	static const struct {
		const char *field;
		enum cpupolicy__project project;
		const char *name;
	} cases[] = {
		{ "sse3", CPUPOLICY__LINUX, "pni" },
		{ "sse4_1", CPUPOLICY__QEMU, "sse4.1" },
		{ "sse4_1", CPUPOLICY__XEN, "sse4-1" },
		{ "pclmulqdq", CPUPOLICY__LIBVIRT, "pclmuldq" },
		{ "spec_ctrl", CPUPOLICY__QEMU, "spec-ctrl" },
		{ "kvm_clock", CPUPOLICY__QEMU, "kvmclock" },
		{ "constant_tsc", CPUPOLICY__QEMU, "invtsc" },
		{ "kvm_clock", CPUPOLICY__LINUX, NULL },
		{ "e_fpu", CPUPOLICY__XEN, NULL },
		{ "clflush_size", CPUPOLICY__QEMU, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = cpupolicy__field_name(
			cases[i].project, field_called(cases[i].field));

		if (!name != !cases[i].name ||
		    (name && strcmp(name, cases[i].name) != 0))
			fail_msg("%s: %s", cases[i].field,
				 name ? name : "no name");
	}
}

/* On the CPUs of its makers, at least. */
static bool leads_back(enum cpupolicy__project project, const char *name,
		       const struct cpupolicy_field *field)
{
	for (int vendor = NOBODY; vendor <= CPUPOLICY_VENDOR_ZHAOXIN;
	     vendor++) {
		const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
		int nr = cpupolicy__name_fields(
			fields, project, name, strlen(name),
			(enum cpupolicy_vendor_id)vendor);

		for (int i = 0; i < nr; i++)
			if (fields[i] == field)
				return true;
	}
	return false;
}

static void every_name_of_a_field_leads_back_to_it(void **state)
{
	size_t nr = 0;

	(void)state;
	for (int p = CPUPOLICY__LINUX; p <= CPUPOLICY__LIBCPUID; p++)
		for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
			enum cpupolicy__project project =
				(enum cpupolicy__project)p;
			const struct cpupolicy_field *field =
				cpupolicy_field_at(i);
			const char *name =
				cpupolicy__field_name(project, field);

			if (name && !leads_back(project, name, field))
				fail_msg("%d: %s of %s", p, name, field->name);
			nr += name != NULL;
		}
	assert_true(nr > 1000);
}

static void names_reach_as_far_as_there_are_any(void **state)
{
	uint32_t leaf, subleaf;

	(void)state;
	cpupolicy__names_reach(&leaf, &subleaf, CPUPOLICY__QEMU, 7, 7);
	assert_int_equal(leaf, 7);
	assert_int_equal(subleaf, 2);
	cpupolicy__names_reach(&leaf, &subleaf, CPUPOLICY__QEMU, 0x80000000,
			       0x8000ffff);
	assert_int_equal(leaf, 0x80000022);
	cpupolicy__names_reach(&leaf, &subleaf, CPUPOLICY__LIBCPUID, 0xc0000000,
			       0xc000ffff);
	assert_int_equal(leaf, 0);
}

static void libvirts_models_are_there(void **state)
{
	const struct cpupolicy__cpu_models *models =
		cpupolicy__cpu_models(CPUPOLICY__LIBVIRT);
	const struct cpupolicy__cpu_model *model;

	(void)state;
	model = cpupolicy__cpu_model(models, "Skylake-Client");
	assert_non_null(model);
	assert_string_equal(model->maker, "Intel");
	assert_non_null(strstr(model->features, " avx2 "));
	assert_null(strstr(model->features, "mpx"));
	assert_string_equal(model->unsure, "mpx");
	model = cpupolicy__cpu_model(models, "qemu64");
	assert_non_null(model);
	assert_string_equal(model->maker, "");
	assert_non_null(cpupolicy__cpu_model(models, "EPYC-Genoa-v1"));
	assert_null(cpupolicy__cpu_model(models, "skylake-client"));
	assert_null(cpupolicy__cpu_model(models, ""));
	assert_string_equal(cpupolicy__maker_string(models, "Hygon"),
			    "HygonGenuine");
	assert_null(cpupolicy__maker_string(models, "Cyrix"));
	assert_true(strncmp(models->version[0].name, "9.0.0", 5) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_means_what_its_project_means),
		cmocka_unit_test(a_field_has_the_projects_own_name),
		cmocka_unit_test(every_name_of_a_field_leads_back_to_it),
		cmocka_unit_test(names_reach_as_far_as_there_are_any),
		cmocka_unit_test(libvirts_models_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
