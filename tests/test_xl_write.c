/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/xen.h>

#include "support.h"

static struct cpupolicy_error error;
static char lost_text[8192];

static void keep_lost(void *arg, const char *what)
{
	size_t length = strlen(lost_text);

	(void)arg;
	snprintf(lost_text + length, sizeof(lost_text) - length, "%s\n", what);
}

/* Free the text. */
static char *write_policy(const struct cpupolicy_policy *policy,
			  const char *format)
{
	struct cpupolicy_record *record =
		cpupolicy_record_of_policy(policy, "guest");
	char *text = NULL;

	lost_text[0] = '\0';
	if (cpupolicy_record_write(&text, record, format, keep_lost, NULL,
				   &error))
		fail_msg("%s", error.text);
	cpupolicy_record_free(record);
	return text;
}

static void hostset(struct cpupolicy_policy *out, const char *path,
		    enum cpupolicy_set set)
{
	const struct cpupolicy_hostset_options options = {
		.set = set,
		.hypervisor = CPUPOLICY_HYPERVISOR_XEN,
	};
	struct cpupolicy_record *record = read_record(path);

	assert_int_equal(cpupolicy_record_hostset(out, record, &options, NULL,
						  NULL, NULL),
			 0);
	cpupolicy_record_free(record);
}

/* A domain started with the line, on the machine it is for, and on a larger. */
static void start_domain(struct cpupolicy_policy *out, const char *line,
			 const char *path)
{
	struct cpupolicy_policy host;
	struct cpupolicy_xl xl;

	hostset(out, path, CPUPOLICY_SET_OFFER);
	hostset(&host, path, CPUPOLICY_SET_ACCEPT);
	if (cpupolicy_xl_parse(&xl, "line", line, strlen(line), &error))
		fail_msg("%s: %s", line, error.text);
	assert_int_equal(cpupolicy_xl_apply(out, &xl, &host, keep_lost, NULL),
			 0);
	cpupolicy_xl_clear(&xl);
}

static const char *const formats[] = { "xl", "xl-registers" };

static void a_domain_with_the_line_gets_the_policy(void **state)
{
	static const struct {
		const char *why, *host, *hide;
	} rows[] = {
		{ "an Intel host, less this and that",
		  "bochs/corei7-skylake-x.json", "avx512f rdtscp rdseed" },
		{ "an old one", "bochs/corei5-lynnfield-750.json", "sse4_2" },
		{ "an AMD host", "bochs/ryzen.json", "avx2 syscall sha" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(formats); i++) {
		const char *host = rows[i / 2].host, *word = rows[i / 2].hide;
		struct cpupolicy_policy policy, domain;
		char *line;

		hostset(&policy, host, CPUPOLICY_SET_OFFER);
		for (; *word;
		     word += strcspn(word, " "), word += *word == ' ') {
			char name[32];
			cpupolicy_feature feature;

			snprintf(name, sizeof(name), "%.*s",
				 (int)strcspn(word, " "), word);
			feature = feature_called(name);
			assert_int_equal(cpupolicy_hide(&policy, &feature, 1,
							NULL, NULL),
					 0);
		}
		line = write_policy(&policy, formats[i % 2]);
		start_domain(&domain, line, host);
		if (cpupolicy_check(&policy, &domain, NULL, NULL) !=
			    CPUPOLICY_FITS ||
		    cpupolicy_check(&domain, &policy, NULL, NULL) !=
			    CPUPOLICY_FITS)
			fail_msg("%s: %s", rows[i / 2].why, line);
		free(line);
	}
}

static void what_xen_gives_only_if_asked_is_asked_for(void **state)
{
	struct cpupolicy_policy policy;
	char *line;

	(void)state;
	hostset(&policy, "bochs/corei7-skylake-x.json", CPUPOLICY_SET_OFFER);
	set_fields(&policy, "invtsc=1");
	line = write_policy(&policy, "xl");
	assert_non_null(strstr(line, ",invtsc=1"));
	assert_null(strstr(line, "avx2="));
	assert_null(strstr(line, "sse2="));
	assert_non_null(strstr(line, "family=6,model=85,stepping=4"));
	free(line);
}

static void what_a_form_cannot_say_is_said(void **state)
{
	struct cpupolicy_policy policy;

	(void)state;
	make_normal(&policy, "intel", AVX "sgx rdctl_no arch_capabilities");
	free(write_policy(&policy, "xl"));
	assert_non_null(strstr(lost_text, "7.1:eax"));
	assert_non_null(strstr(lost_text, "widths of addresses"));
	free(write_policy(&policy, "xl-registers"));
	assert_non_null(strstr(lost_text, "registers say nothing of MSRs"));
	make_normal(&policy, "intel", AVX "intel_pt pt_psb_cyc");
	free(write_policy(&policy, "xl-registers"));
	assert_non_null(strstr(lost_text, "leaf 14.0: Xen's policies have no"));
}

static void topology_and_run_time_bits_are_left_to_xen(void **state)
{
	struct cpupolicy_policy policy;
	char *line, *leaf;

	(void)state;
	hostset(&policy, "bochs/corei7-skylake-x.json", CPUPOLICY_SET_OFFER);
	line = write_policy(&policy, "xl-registers");
	leaf = strstr(line, "\"0x00000001:");
	assert_non_null(leaf);
	/* APIC id and count of EBX; OSXSAVE of ECX; HTT of EDX */
	assert_memory_equal(strstr(leaf, "ebx=") + 4, "xxxxxxxxxxxxxxxx", 16);
	assert_int_equal(strstr(leaf, "ecx=")[4 + 31 - 27], 'x');
	assert_int_equal(strstr(leaf, "edx=")[4 + 31 - 28], 'x');
	assert_null(strstr(line, "0x40000000"));
	assert_null(strstr(line, "0x0000000b"));
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_with_the_line_gets_the_policy),
		cmocka_unit_test(what_xen_gives_only_if_asked_is_asked_for),
		cmocka_unit_test(what_a_form_cannot_say_is_said),
		cmocka_unit_test(topology_and_run_time_bits_are_left_to_xen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
