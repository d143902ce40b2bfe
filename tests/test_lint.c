/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "corpus.h"
#include "support.h"

#define INTEL "libvirt/Xeon-Gold-6130.json"
#define AMD   "libvirt/EPYC-7601-32-Core.json"

static struct cpupolicy_policy policy, before;
static struct heard heard;

/* What the KVM of a recorded machine would accept: the fullest of its sets. */
static void make_host(struct cpupolicy_policy *out, const char *path)
{
	const struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.named = true,
	};
	struct cpupolicy_record *record = read_record(path);

	assert_int_equal(cpupolicy_record_hostset(out, record, &options, NULL,
						  NULL, NULL),
			 0);
	cpupolicy_record_free(record);
}

static const struct cpupolicy_lint_rule *rule_called(const char *name)
{
	for (uint32_t i = 0; cpupolicy_lint_rule_at(i); i++)
		if (strcmp(cpupolicy_lint_rule_at(i)->name, name) == 0)
			return cpupolicy_lint_rule_at(i);
	fail_msg("no rule '%s'", name);
	return NULL;
}

/* The first finding by that rule, about that field if one is named. */
static const struct cpupolicy_finding *found_by(const char *rule,
						const char *field)
{
	for (size_t i = 0; i < heard.nr; i++) {
		const struct cpupolicy_finding *f = &heard.finding[i];

		if (strcmp(cpupolicy_lint_rule_at(f->index)->name, rule) == 0 &&
		    (!field || (f->field && !strcmp(f->field->name, field))))
			return f;
	}
	return NULL;
}

static void lint(const struct cpupolicy_policy *linted)
{
	uint32_t nr;

	heard.nr = 0;
	nr = cpupolicy_lint(linted, hear, &heard);
	assert_int_equal(nr, heard.nr);
}

static void zero_rows(struct cpupolicy_policy *out, uint32_t leaf,
		      uint32_t last)
{
	for (uint32_t subleaf = 0; subleaf <= last; subleaf++) {
		const struct cpupolicy_row row = { .leaf = leaf,
						   .subleaf = subleaf };

		assert_int_equal(cpupolicy_policy_set_row(out, &row), 0);
	}
}

/*
 * One line of tests/data/lint.list: a change to a consistent host set, and what
 * a rule must say of it.
 */
struct lint_case {
	char rule[40], machine[8], change[120], finding[80], why[100];
};

static struct lint_case cases[200];
static size_t nr_cases;

static int read_cases(void **state)
{
	char path[4096], line[400];
	bool understood = true;
	FILE *list;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/lint.list", corpus_root());
	list = fopen(path, "r");
	if (!list)
		return -1;
	while (understood && fgets(line, sizeof(line), list)) {
		struct lint_case *c = &cases[nr_cases];

		if (line[0] == '#')
			continue;
		understood =
			nr_cases + 1 < COUNT(cases) &&
			sscanf(line, "%39s | %7s | %119[^|]| %79[^|]| %99[^\n]",
			       c->rule, c->machine, c->change, c->finding,
			       c->why) == 5;
		nr_cases += understood;
	}
	fclose(list);
	return understood ? 0 : -1;
}

/* "avx=0 zero:4.7": fields, and leaves whose sub-leaves are all zero now */
static void change(struct cpupolicy_policy *out, const char *words)
{
	char copy[120], *word, *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		unsigned int leaf, last;

		if (sscanf(word, "zero:%x.%x", &leaf, &last) == 2)
			zero_rows(out, leaf, last);
		else
			set_fields(out, word);
	}
}

static const char *cause_of(const struct cpupolicy_finding *finding)
{
	return finding->cause ? finding->cause->name : "-";
}

static void expect_finding(const struct lint_case *c)
{
	char field[40] = "", cause[40] = "-", is[40] = "0", fits[12] = "0";
	int words = sscanf(c->finding, "%39s %39s %11s %39s", field, is, fits,
			   cause);
	bool quiet = field[0] == '-';
	const char *about = quiet ? (words > 1 ? is : NULL) : field;
	const struct cpupolicy_lint_rule *rule = rule_called(c->rule);
	const struct cpupolicy_finding *f =
		found_by(c->rule, field[0] == '?' ? NULL : about);

	if (!f != quiet)
		fail_msg("%s: %s: %s", c->rule, c->why,
			 f ? "is found" : "is not found");
	if (!f)
		return;
	assert_int_equal(f->code, rule->code);
	assert_int_equal(f->grade, rule->grade);
	if (f->guest != strtoul(is, NULL, 0) ||
	    f->host != strtoul(fits, NULL, 0) ||
	    strcmp(cause_of(f), cause) != 0)
		fail_msg("%s: %s: 0x%x fits 0x%x because of %s", c->rule,
			 c->why, f->guest, f->host, cause_of(f));
}

static void every_rule_notices_what_it_is_about(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_cases; i++) {
		make_host(&policy,
			  strcmp(cases[i].machine, "amd") == 0 ? AMD : INTEL);
		change(&policy, cases[i].change);
		before = policy;
		lint(&policy);
		assert_true(cpupolicy_policy_equal(&policy, &before));
		expect_finding(&cases[i]);
	}
}

static void
every_rule_has_a_case_that_it_notices_and_one_that_it_does_not(void **state)
{
	(void)state;
	for (uint32_t i = 0; cpupolicy_lint_rule_at(i); i++) {
		const char *name = cpupolicy_lint_rule_at(i)->name;
		bool noticed = false, quiet = false;

		for (size_t c = 0; c < nr_cases; c++)
			if (strcmp(cases[c].rule, name) == 0)
				*(cases[c].finding[0] == '-' ? &quiet
							     : &noticed) = true;
		/* it has a test of its own */
		if (strcmp(name, "section_range") == 0)
			continue;
		if (!noticed || !quiet)
			fail_msg("%s: %s", name,
				 noticed ? "nothing it lets pass"
					 : "nothing it notices");
	}
}

static void a_section_ends_within_256_leaves(void **state)
{
	/* "Microsoft Hv" */
	struct cpupolicy_row row = { .leaf = 0x40000100u,
				     .ebx = 0x7263694du,
				     .ecx = 0x666f736fu,
				     .edx = 0x76482074u };
	static const struct {
		uint32_t max;
		bool fits;
	} maxima[] = {
		{ 0x40000105u, true },	{ 0x400001ffu, true },
		{ 0x40000200u, false }, { 0x40000005u, false },
		{ 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(maxima); i++) {
		make_policy(&policy, "intel", "");
		row.eax = maxima[i].max;
		assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
		lint(&policy);
		assert_int_equal(!found_by("section_range", "hv_max"),
				 maxima[i].fits);
	}
}

static void kvm_may_say_that_its_highest_leaf_is_0(void **state)
{
	/* "KVMKVMKVM" */
	const struct cpupolicy_row row = { .leaf = 0x40000000u,
					   .ebx = 0x4b4d564bu,
					   .ecx = 0x564b4d56u,
					   .edx = 0x4du };

	(void)state;
	make_policy(&policy, "intel", "");
	assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
	lint(&policy);
	assert_null(found_by("section_range", NULL));
}

static void nothing_is_found_in_nothing(void **state)
{
	(void)state;
	cpupolicy_policy_clear(&policy);
	lint(&policy);
	assert_int_equal(heard.nr, 0);
}

static void a_policy_of_all_ones_is_survived(void **state)
{
	(void)state;
	memset(&policy, 0xff, sizeof(policy));
	assert_true(cpupolicy_lint(&policy, NULL, NULL) > 0);
}

static void rules_say_who_breaks_and_where_it_was_read(void **state)
{
	(void)state;
	for (uint32_t i = 0; cpupolicy_lint_rule_at(i); i++) {
		const struct cpupolicy_lint_rule *rule =
			cpupolicy_lint_rule_at(i);

		assert_true(rule->breaks[0] && rule->source[0]);
		assert_non_null(cpupolicy_finding_info(rule->code));
		assert_in_range(rule->grade, CPUPOLICY_GRADE_NOTE,
				CPUPOLICY_GRADE_BLOCK);
		assert_ptr_equal(rule, rule_called(rule->name));
	}
}

/* Sane CPUs that a rule of grade block complains of, and why it is right. */
static const struct {
	const char *cpu, *rule, *why;
} defects[] = {
	{ "0610F01_K15_Piledriver_CPUID.txt", "windows_perfctr",
	  "its firmware switched TopologyExtensions off; Linux switches them on"
	  " again on family 0x15" },
};

static bool is_known_defect(const char *cpu, const char *rule)
{
	for (size_t i = 0; i < COUNT(defects); i++)
		if (strstr(cpu, defects[i].cpu) &&
		    strcmp(rule, defects[i].rule) == 0)
			return true;
	return false;
}

static size_t lint_blocks(const char *name, const char *what)
{
	size_t blocks = 0;

	lint(&policy);
	for (size_t i = 0; i < heard.nr; i++) {
		const struct cpupolicy_finding *f = &heard.finding[i];
		const char *rule = cpupolicy_lint_rule_at(f->index)->name;

		if (f->grade != CPUPOLICY_GRADE_BLOCK ||
		    is_known_defect(name, rule))
			continue;
		print_message("%s, %s: %s\n", name, what, rule);
		blocks++;
	}
	return blocks;
}

static void no_host_set_of_a_recorded_cpu_breaks_a_guest(void **state)
{
	struct corpus corpus;
	size_t blocks = 0;

	(void)state;
	assert_int_equal(corpus_load(&corpus, NULL), 0);
	for (size_t i = 0; i < corpus.nr_cpus * 2u * CPUPOLICY_NR_HYPERVISORS;
	     i++) {
		const struct corpus_cpu *cpu =
			&corpus.cpus[i / (2u * CPUPOLICY_NR_HYPERVISORS)];
		const struct cpupolicy_hostset_options options = {
			.set = (enum cpupolicy_set)(i % 2u),
			.hypervisor = (enum cpupolicy_hypervisor)(
				i / 2u % CPUPOLICY_NR_HYPERVISORS),
			.named = true,
			.guest = cpupolicy_rows_are_guest(cpu->rows,
							  cpu->nr_rows),
		};

		assert_int_equal(cpupolicy_hostset(&policy, cpu->rows,
						   cpu->nr_rows, cpu->msrs,
						   cpu->nr_msrs, &options, NULL,
						   NULL),
				 0);
		blocks += lint_blocks(cpu->name, cpupolicy_hypervisor_name(
							 options.hypervisor));
	}
	corpus_free(&corpus);
	assert_int_equal(blocks, 0);
}

static void no_model_breaks_a_guest(void **state)
{
	size_t blocks = 0;

	(void)state;
	for (uint32_t i = 0; cpupolicy_model_at(i); i++) {
		const struct cpupolicy_model *model = cpupolicy_model_at(i);

		assert_true(cpupolicy_model_policy(&policy, model) >= 0);
		cpupolicy_normalize(&policy, NULL, NULL);
		blocks += lint_blocks(model->name, "model");
	}
	assert_int_equal(blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_notices_what_it_is_about),
		cmocka_unit_test(
			every_rule_has_a_case_that_it_notices_and_one_that_it_does_not),
		cmocka_unit_test(a_section_ends_within_256_leaves),
		cmocka_unit_test(kvm_may_say_that_its_highest_leaf_is_0),
		cmocka_unit_test(nothing_is_found_in_nothing),
		cmocka_unit_test(a_policy_of_all_ones_is_survived),
		cmocka_unit_test(rules_say_who_breaks_and_where_it_was_read),
		cmocka_unit_test(no_host_set_of_a_recorded_cpu_breaks_a_guest),
		cmocka_unit_test(no_model_breaks_a_guest),
	};

	return cmocka_run_group_tests(tests, read_cases, NULL);
}
