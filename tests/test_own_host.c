// SPDX-License-Identifier: MIT
/*
 * test_own_host.c - every recorded guest of a hypervisor fits where it was.
 *
 * Nobody recorded a guest and its host, but there are records of the same CPU
 * without a hypervisor: one with the same vendor, family, model and stepping,
 * under the hypervisor that the guest's own leaves name, is such a host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "corpus.h"
#include "support.h"

static struct corpus corpus;

static const struct cpupolicy_row *row_of(const struct corpus_cpu *cpu,
					  uint32_t leaf)
{
	for (size_t i = 0; i < cpu->nr_rows; i++)
		if (cpu->rows[i].leaf == leaf && cpu->rows[i].subleaf == 0)
			return &cpu->rows[i];
	return NULL;
}

static bool same_cpu(const struct corpus_cpu *a, const struct corpus_cpu *b)
{
	const struct cpupolicy_row *vendor_a = row_of(a, 0);
	const struct cpupolicy_row *vendor_b = row_of(b, 0);
	const struct cpupolicy_row *one_a = row_of(a, 1);
	const struct cpupolicy_row *one_b = row_of(b, 1);

	return vendor_a && vendor_b && one_a && one_b &&
	       vendor_a->ebx == vendor_b->ebx &&
	       vendor_a->ecx == vendor_b->ecx &&
	       vendor_a->edx == vendor_b->edx && one_a->eax == one_b->eax;
}

/* Who signs its leaves so; "none": no hypervisor that the tables know. */
static const char *hypervisor_of(const char *signature)
{
	static const struct {
		const char *signature, *name;
	} known[] = {
		{ "KVMKVMKVM", "kvm" },	      { "Linux KVM Hv", "kvm" },
		{ "Microsoft Hv", "hyperv" }, { "XenVMMXenVMM", "xen" },
		{ "VMwareVMware", "vmware" },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (!strcmp(known[i].signature, signature))
			return known[i].name;
	return "none";
}

/* The kernel is part of the name of some: ..._5.10host.json */
static void read_version(char *out, size_t size, const struct corpus_cpu *cpu)
{
	const char *end = strstr(cpu->name, "host.json"), *begin = end;

	snprintf(out, size, "%s", hypervisor_of(cpu->hypervisor));
	while (begin && begin > cpu->name && strchr("0123456789.", begin[-1]))
		begin--;
	if (begin < end)
		snprintf(out + strlen(out), size - strlen(out), "-%.*s",
			 (int)(end - begin), begin);
}

static void hostset_of(struct cpupolicy_policy *out,
		       const struct corpus_cpu *cpu,
		       const struct cpupolicy_hostset_options *options)
{
	assert_int_equal(cpupolicy_hostset(out, cpu->rows, cpu->nr_rows,
					   cpu->msrs, cpu->nr_msrs, options,
					   NULL, NULL),
			 0);
}

/* Guests that nothing can be said of, and why. */
static const struct {
	const char *name, *why;
} exceptions[] = {
	{ "all-cpus.txt", "its maker's only record of that CPU has a narrower "
			  "address: the width is the firmware's" },
	{ "one-cpu.txt", "as all-cpus.txt" },
	{ "InstLatx64-GenuineIntel00606C1_ICX_01v_CPUID.txt",
	  "no record of that stepping without a hypervisor" },
	{ "InstLatx64-GenuineIntel00A0654_CometLake_CPUID.txt",
	  "no record of that stepping without a hypervisor" },
	{ "firecracker-fingerprint_AMD_GENOA_5.10host.json",
	  "no record of that CPU without a hypervisor" },
	{ "firecracker-fingerprint_AMD_GENOA_6.18host.json",
	  "no record of that CPU without a hypervisor" },
	{ "firecracker-fingerprint_INTEL_GRANITE_RAPIDS_6.18host.json",
	  "no record of that CPU without a hypervisor" },
};

static const char *why_not(const struct corpus_cpu *cpu)
{
	static struct cpupolicy_policy policy;

	for (size_t i = 0; i < COUNT(exceptions); i++)
		if (!strcmp(exceptions[i].name, cpu->name))
			return exceptions[i].why;
	if (!strcmp(hypervisor_of(cpu->hypervisor), "none"))
		return "an emulator, or a hypervisor that is not in the tables";
	hostset_of(&policy, cpu,
		   &(struct cpupolicy_hostset_options){ .guest = true });
	if (value_of(&policy, "hv_create_partitions"))
		return "the root partition of Hyper-V, which never moves";
	return NULL;
}

/* The blocking findings, in words; empty where the guest fits. */
static void complain(char *out, size_t size, const struct corpus_cpu *guest,
		     const struct corpus_cpu *host, const char *hypervisor)
{
	struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_ACCEPT,
		.named = true,
	};
	struct cpupolicy_policy of_guest, of_host;
	static struct heard heard;

	assert_int_equal(cpupolicy_hypervisor_parse(&options, hypervisor), 0);
	hostset_of(&of_guest, guest,
		   &(struct cpupolicy_hostset_options){ .guest = true });
	hostset_of(&of_host, host, &options);
	heard.nr = 0;
	cpupolicy_check(&of_guest, &of_host, hear, &heard);
	out[0] = '\0';
	for (size_t i = 0; i < heard.nr; i++) {
		const struct cpupolicy_field *field = heard.finding[i].field;
		size_t used = strlen(out);

		if (heard.finding[i].grade == CPUPOLICY_GRADE_BLOCK)
			snprintf(out + used, size - used, " %s",
				 field ? field->name : "(no name)");
	}
}

/* One record of the CPU will do: firmware and fuses make them differ. */
static bool fits_some_host(const struct corpus_cpu *guest,
			   const char *hypervisor)
{
	char text[512], last[512] = " no record of the CPU alone";

	for (size_t i = 0; i < corpus.nr_cpus; i++) {
		if (corpus.cpus[i].hypervisor ||
		    !same_cpu(guest, &corpus.cpus[i]))
			continue;
		complain(text, sizeof(text), guest, &corpus.cpus[i],
			 hypervisor);
		if (!text[0])
			return true;
		memcpy(last, text, sizeof(last));
	}
	print_message("%s does not fit %s:%s\n", guest->name, hypervisor, last);
	return false;
}

static void every_guest_fits_its_own_host(void **state)
{
	size_t nr = 0, failed = 0;

	(void)state;
	if (!corpus.directory) {
		print_message("no CPU that was recorded in a guest and without "
			      "a hypervisor: they are in the larger set\n");
		skip();
	}
	for (size_t i = 0; i < corpus.nr_cpus; i++) {
		const struct corpus_cpu *guest = &corpus.cpus[i];
		char hypervisor[64];

		if (!guest->hypervisor || why_not(guest))
			continue;
		read_version(hypervisor, sizeof(hypervisor), guest);
		nr++;
		failed += !fits_some_host(guest, hypervisor);
	}
	print_message("%zu guests\n", nr);
	assert_int_equal(failed, 0);
	assert_true(nr > 0);
}

/* An exception that fits, or whose record is gone, is none any more. */
static void every_exception_is_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(exceptions); i++) {
		const struct corpus_cpu *guest = NULL;
		char hypervisor[64];

		for (size_t j = 0; j < corpus.nr_cpus; j++)
			if (!strcmp(corpus.cpus[j].name, exceptions[i].name))
				guest = &corpus.cpus[j];
		if (!guest && corpus.directory)
			fail_msg("%s: no such record", exceptions[i].name);
		if (!guest)
			continue;
		read_version(hypervisor, sizeof(hypervisor), guest);
		if (corpus.directory && fits_some_host(guest, hypervisor))
			fail_msg("%s fits", exceptions[i].name);
	}
}

static void no_release_offers_more_than_it_accepts(void **state)
{
	static const char *const releases[] = {
		"kvm-4.19", "kvm-5.10", "kvm-5.16", "kvm-6.1",	   "kvm-6.6",
		"kvm-6.12", "kvm-6.16", "xen-4.17", "hyperv-2016",
	};
	struct cpupolicy_policy offer, accept;

	(void)state;
	for (size_t i = 0; i < corpus.nr_cpus * COUNT(releases); i++) {
		const struct corpus_cpu *cpu =
			&corpus.cpus[i / COUNT(releases)];
		const char *release = releases[i % COUNT(releases)];
		struct cpupolicy_hostset_options options = { .named = true };

		assert_int_equal(cpupolicy_hypervisor_parse(&options, release),
				 0);
		hostset_of(&offer, cpu, &options);
		options.set = CPUPOLICY_SET_ACCEPT;
		hostset_of(&accept, cpu, &options);
		if (cpupolicy_check(&offer, &accept, NULL, NULL) ==
		    CPUPOLICY_DOES_NOT_FIT)
			fail_msg("%s, %s", cpu->name, release);
	}
}

/* Skips where that cannot be asked here. */
static void record_here(struct cpupolicy_record **machine,
			struct cpupolicy_record **kvm)
{
	struct cpupolicy_error error = { 0 };

	if (cpupolicy_record_probe(machine, &error) < 0) {
		print_message("%s\n", error.text);
		skip();
	}
	if (cpupolicy_record_is_guest(*machine)) {
		print_message("this is a virtual machine\n");
		cpupolicy_record_free(*machine);
		skip();
	}
	if (cpupolicy_record_probe_kvm(kvm, &error) < 0) {
		print_message("%s\n", error.text);
		cpupolicy_record_free(*machine);
		skip();
	}
}

/* What this machine's KVM gives, its accept set honours. */
static void what_kvm_gives_here_fits_here(void **state)
{
	const struct cpupolicy_hostset_options accept = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.named = true,
	};
	const struct cpupolicy_hostset_options guest = { .guest = true };
	struct cpupolicy_record *machine = NULL, *kvm = NULL;
	struct cpupolicy_policy given, host;
	struct cpupolicy_error error;

	(void)state;
	record_here(&machine, &kvm);
	assert_int_equal(cpupolicy_record_hostset(&host, machine, &accept, NULL,
						  NULL, &error),
			 0);
	assert_int_equal(cpupolicy_record_hostset(&given, kvm, &guest, NULL,
						  NULL, &error),
			 0);
	assert_int_not_equal(cpupolicy_check(&given, &host, NULL, NULL),
			     CPUPOLICY_DOES_NOT_FIT);
	cpupolicy_record_free(machine);
	cpupolicy_record_free(kvm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_guest_fits_its_own_host),
		cmocka_unit_test(every_exception_is_one),
		cmocka_unit_test(no_release_offers_more_than_it_accepts),
		cmocka_unit_test(what_kvm_gives_here_fits_here),
	};
	int failed;

	if (corpus_load(&corpus, NULL))
		return EXIT_FAILURE;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	corpus_free(&corpus);
	return failed;
}
