// SPDX-License-Identifier: MIT
/*
 * xen-policy.c - a toolstack for Xen's policies over libxenctrl; README.md.
 *
 * Usage: xen-policy get raw|host|pv-max|hvm-max|pv-default|hvm-default|DOMAIN
 *	  xen-policy set DOMAIN POLICY
 *	  xen-policy try POLICY
 *
 * `get` prints a record of the system's, or the policy of a domain; `set` and
 * `try` print the policy that the domain got, and on standard error what is
 * missing. Exit status 0, 1 (something is missing), 2 (trouble).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenctrl.h>
#include <xenguest.h>

#include <cpupolicy/xen.h>

_Static_assert(sizeof(xen_cpuid_leaf_t) == sizeof(struct cpupolicy_xen_leaf) &&
		       sizeof(xen_msr_entry_t) ==
			       sizeof(struct cpupolicy_xen_msr),
	       "the layouts are the same");

/* Xen's arrays, with as much room as this Xen wants. */
static struct cpupolicy_xen_arrays arrays;
static xc_interface *xch;

static int trouble(const char *what)
{
	fprintf(stderr, "xen-policy: %s: %s\n", what, strerror(errno));
	return 2;
}

static int say(const struct cpupolicy_error *error)
{
	fprintf(stderr, "xen-policy: %s\n", error->text);
	return 2;
}

static int open_xen(void)
{
	uint32_t leaves, msrs;

	xch = xc_interface_open(NULL, NULL, 0);
	if (!xch)
		return trouble("cannot talk to Xen");
	if (xc_cpu_policy_get_size(xch, &leaves, &msrs))
		return trouble("cannot ask how large policies are");
	arrays.leaves = calloc(leaves, sizeof(*arrays.leaves));
	arrays.msrs = calloc(msrs, sizeof(*arrays.msrs));
	if (!arrays.leaves || !arrays.msrs)
		return trouble("no memory");
	arrays.room_leaves = leaves;
	arrays.room_msrs = msrs;
	return 0;
}

static void close_xen(void)
{
	free(arrays.leaves);
	free(arrays.msrs);
	if (xch)
		xc_interface_close(xch);
}

/* @domain, or where it is negative the system's policy @index. */
static int fetch(long domain, unsigned int index)
{
	xc_cpu_policy_t *policy = xc_cpu_policy_init();
	uint32_t leaves = (uint32_t)arrays.room_leaves;
	uint32_t msrs = (uint32_t)arrays.room_msrs;
	int failed = 1;

	if (policy)
		failed = domain < 0
				 ? xc_cpu_policy_get_system(xch, index, policy)
				 : xc_cpu_policy_get_domain(
					   xch, (uint32_t)domain, policy);
	if (!failed)
		failed = xc_cpu_policy_serialise(
			xch, policy, (xen_cpuid_leaf_t *)arrays.leaves, &leaves,
			(xen_msr_entry_t *)arrays.msrs, &msrs);
	xc_cpu_policy_destroy(policy);
	if (failed)
		return trouble("cannot get that policy");
	arrays.nr_leaves = leaves;
	arrays.nr_msrs = msrs;
	return 0;
}

static int put_text(char *text)
{
	if (!text)
		return trouble("no memory");
	fputs(text, stdout);
	free(text);
	return ferror(stdout) || fflush(stdout) ? trouble("cannot write") : 0;
}

static int get_system(unsigned int index, const char *name)
{
	struct cpupolicy_record *record;
	struct cpupolicy_error error;
	int status = fetch(-1, index);

	if (status)
		return status;
	if (cpupolicy_xen_record(&record, arrays.leaves, arrays.nr_leaves,
				 arrays.msrs, arrays.nr_msrs, &error))
		return say(&error);
	if (cpupolicy_record_note(record, "Xen's policy '%s'", name))
		status = trouble("no memory");
	if (!status)
		status = put_text(cpupolicy_record_to_json(record));
	cpupolicy_record_free(record);
	return status;
}

static int get_domain(struct cpupolicy_policy *out, long domain)
{
	struct cpupolicy_error error;
	int status = fetch(domain, 0);

	if (status)
		return status;
	if (cpupolicy_xen_policy(out, arrays.leaves, arrays.nr_leaves,
				 arrays.msrs, arrays.nr_msrs, NULL, NULL,
				 &error))
		return say(&error);
	return 0;
}

/* The number of a domain; negative: it is none. */
static long domain_of(const char *text)
{
	char *end;
	long domain = strtol(text, &end, 10);

	return *text && !*end && domain < DOMID_FIRST_RESERVED ? domain : -1;
}

static int get(const char *what)
{
	static const char *const names[] = {
		[XEN_SYSCTL_cpu_policy_raw] = "raw",
		[XEN_SYSCTL_cpu_policy_host] = "host",
		[XEN_SYSCTL_cpu_policy_pv_max] = "pv-max",
		[XEN_SYSCTL_cpu_policy_hvm_max] = "hvm-max",
		[XEN_SYSCTL_cpu_policy_pv_default] = "pv-default",
		[XEN_SYSCTL_cpu_policy_hvm_default] = "hvm-default",
	};
	struct cpupolicy_policy policy;
	char name[32];
	int status;

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(what, names[i]) == 0)
			return get_system(i, what);
	if (domain_of(what) < 0) {
		fprintf(stderr,
			"xen-policy: '%s' is no policy of the system "
			"and no domain's number\n",
			what);
		return 2;
	}
	snprintf(name, sizeof(name), "domain %ld", domain_of(what));
	status = get_domain(&policy, domain_of(what));
	return status ? status
		      : put_text(cpupolicy_policy_to_json(&policy, name));
}

static void hear_lost(void *arg, const char *what)
{
	(void)arg;
	fprintf(stderr, "note: %s\n", what);
}

/* What the guest would miss, had it been promised the policy. */
static void hear_missing(void *arg, const struct cpupolicy_finding *finding)
{
	char at[CPUPOLICY_ADDRESS_TEXT];

	(void)arg;
	fprintf(stderr, "%s: %s %s: %u, Xen gives %u\n",
		cpupolicy_grade_name(finding->grade),
		cpupolicy_address_text(at, &finding->at),
		finding->field ? finding->field->name : "", finding->guest,
		finding->host);
}

static int set(long domain, const struct cpupolicy_policy *policy)
{
	uint32_t leaf = ~0u, subleaf = ~0u, msr = ~0u;
	struct cpupolicy_policy given;
	struct cpupolicy_error error;
	int status = fetch(domain, 0);

	if (status)
		return status;
	if (cpupolicy_xen_put(&arrays, policy, hear_lost, NULL, &error))
		return say(&error);
	if (xc_set_domain_cpu_policy(
		    xch, (uint32_t)domain, (uint32_t)arrays.nr_leaves,
		    (xen_cpuid_leaf_t *)arrays.leaves, (uint32_t)arrays.nr_msrs,
		    (xen_msr_entry_t *)arrays.msrs, &leaf, &subleaf, &msr)) {
		fprintf(stderr,
			"xen-policy: Xen refuses leaf %x, sub-leaf %x, "
			"MSR %x (ffffffff: none): %s\n",
			leaf, subleaf, msr, strerror(errno));
		return 2;
	}
	status = get_domain(&given, domain);
	if (!status)
		status = put_text(cpupolicy_policy_to_json(&given, NULL));
	if (!status && cpupolicy_check(policy, &given, hear_missing, NULL) ==
			       CPUPOLICY_DOES_NOT_FIT)
		status = 1;
	return status;
}

/* A domain of the kind that most guests are; it never runs. */
static int try(const struct cpupolicy_policy *policy)
{
	struct xen_domctl_createdomain config = {
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = 1,
		.max_evtchn_port = 1023,
		.max_grant_frames = -1,
		.max_maptrack_frames = -1,
		.grant_opts = XEN_DOMCTL_GRANT_version(2),
		.arch.emulation_flags = XEN_X86_EMU_LAPIC,
	};
	uint32_t domain = 0;
	int status;

	if (xc_domain_create(xch, &domain, &config))
		return trouble("cannot make a domain to try it on");
	status = set((long)domain, policy);
	if (xc_domain_destroy(xch, domain))
		status = trouble("cannot destroy the domain");
	return status;
}

static int read_policy(struct cpupolicy_policy *out, const char *path)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	int status = 0;

	if (cpupolicy_document_read(&document, path, &error))
		return say(&error);
	if (document.kind == CPUPOLICY_DOCUMENT_POLICY) {
		*out = document.policy;
	} else {
		fprintf(stderr, "xen-policy: %s: not a policy\n", path);
		status = 2;
	}
	cpupolicy_document_clear(&document);
	return status;
}

static int run(int argc, char **argv)
{
	struct cpupolicy_policy policy;
	int status = open_xen();

	if (status)
		return status;
	if (argc == 3 && strcmp(argv[1], "get") == 0)
		return get(argv[2]);
	status = read_policy(&policy, argv[argc - 1]);
	if (status)
		return status;
	return argc == 3 ? try(&policy) : set(domain_of(argv[2]), &policy);
}

int main(int argc, char **argv)
{
	bool good = (argc == 3 && (strcmp(argv[1], "get") == 0 ||
				   strcmp(argv[1], "try") == 0)) ||
		    (argc == 4 && strcmp(argv[1], "set") == 0 &&
		     domain_of(argv[2]) >= 0);
	int status;

	if (!good) {
		fputs("Usage: xen-policy get raw|host|pv-max|hvm-max|"
		      "pv-default|hvm-default|DOMAIN\n"
		      "       xen-policy set DOMAIN POLICY\n"
		      "       xen-policy try POLICY\n",
		      stderr);
		return 2;
	}
	status = run(argc, argv);
	close_xen();
	return status;
}
