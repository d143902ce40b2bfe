// SPDX-License-Identifier: MIT
/*
 * cases_expect.c - the lines of a case that compare a result with what the case
 * says. One that is not met complains and the case goes on.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdicts[] = {
	[CPUPOLICY_FITS] = "fits",
	[CPUPOLICY_FITS_WITH_NOTES] = "notes",
	[CPUPOLICY_FITS_INSECURE] = "insecure",
	[CPUPOLICY_DOES_NOT_FIT] = "blocked",
};

static void describe(char *out, size_t size,
		     const struct cpupolicy_finding *finding)
{
	char address[CPUPOLICY_ADDRESS_TEXT];

	snprintf(out, size, "F%03u %s %s %s %u %u", finding->code,
		 cpupolicy_grade_name((enum cpupolicy_grade)finding->grade),
		 cpupolicy_address_text(address, &finding->at),
		 finding->field ? finding->field->name : "-", finding->guest,
		 finding->host);
}

static void list_findings(struct state *state)
{
	char text[200];

	for (size_t i = 0; i < state->findings.nr && i < 12; i++) {
		describe(text, sizeof(text), &state->findings.list[i]);
		complain(state, "  found %s", text);
	}
}

static bool is_normalized(const struct cpupolicy_policy *policy)
{
	struct cpupolicy_policy copy = *policy;

	cpupolicy_normalize(&copy, NULL, NULL);
	return cpupolicy_policy_equal(&copy, policy);
}

/* Law 4: the fast answer is the same wherever there is one. */
static void check_fast(struct state *state, const struct host *guest,
		       const struct host *host, bool blocked)
{
	struct cpupolicy_featureset small, large;
	enum cpupolicy_answer answer;

	if (!is_normalized(&guest->policy) || !is_normalized(&host->policy))
		return;
	cpupolicy_featureset_of(&small, &guest->policy);
	cpupolicy_featureset_of(&large, &host->policy);
	answer = cpupolicy_is_superset(&large, &small);
	if (answer != CPUPOLICY_ASK &&
	    answer != (blocked ? CPUPOLICY_NO : CPUPOLICY_YES))
		complain(state, "featuresets say %s, check says %s",
			 answer == CPUPOLICY_YES ? "yes" : "no",
			 blocked ? "no" : "yes");
}

static int run_check(struct state *state, const struct words *words)
{
	const struct host *guest = find_host(state, words->word[1]);
	const struct host *host = find_host(state, words->word[2]);
	enum cpupolicy_verdict verdict;

	if (!guest || !host)
		return BROKEN;
	deafen(state);
	verdict = cpupolicy_check(&guest->policy, &host->policy, hear, state);
	if (strcmp(verdicts[verdict], words->word[3])) {
		complain(state, "expected %s, got %s", words->word[3],
			 verdicts[verdict]);
		list_findings(state);
	}
	check_fast(state, guest, host, verdict == CPUPOLICY_DOES_NOT_FIT);
	return 0;
}

/* lint P clean|works|breaks */
static int run_lint(struct state *state, const struct words *words)
{
	const struct host *host = find_host(state, words->word[1]);
	const char *verdict = "clean";

	if (!host)
		return BROKEN;
	deafen(state);
	if (cpupolicy_lint(&host->policy, hear, state))
		verdict = "works";
	for (size_t i = 0; i < state->findings.nr; i++)
		if (state->findings.list[i].grade == CPUPOLICY_GRADE_BLOCK)
			verdict = "breaks";
	if (strcmp(verdict, words->word[2])) {
		complain(state, "expected %s, got %s", words->word[2], verdict);
		list_findings(state);
	}
	return 0;
}

static bool is_about(const struct cpupolicy_finding *finding, const char *what)
{
	const struct cpupolicy_field *field =
		cpupolicy_field_find(what, strlen(what));
	struct cpupolicy_address at;
	cpupolicy_feature feature;

	if (field && finding->field == field)
		return true;
	if (cpupolicy_feature_parse(&feature, what, strlen(what)))
		return false;
	at = cpupolicy_feature_address(feature);
	return finding->at.space == at.space && finding->at.leaf == at.leaf &&
	       finding->at.subleaf == at.subleaf && finding->at.reg == at.reg &&
	       finding->mask >> at.low % 32u & 1;
}

/* CODE [FIELD|ADDRESS [GUEST HOST [GRADE]]] */
static int find_finding(struct state *state, const struct words *words,
			bool *found)
{
	uint32_t code, guest = 0, host = 0;

	*found = false;
	if (words->word[1][0] != 'F' || words->nr == 4)
		return complain(state, "expected: FNNN [FIELD [GUEST HOST"
				       " [GRADE]]]");
	if (!read_number(state, words->word[1] + 1, &code) ||
	    (words->nr > 4 && (!read_number(state, words->word[3], &guest) ||
			       !read_number(state, words->word[4], &host))))
		return BROKEN;
	if (!cpupolicy_finding_info(code))
		return complain(state, "%s is not in the registry",
				words->word[1]);
	for (size_t i = 0; i < state->findings.nr && !*found; i++) {
		const struct cpupolicy_finding *f = &state->findings.list[i];

		*found = f->code == code &&
			 (words->nr < 3 || is_about(f, words->word[2])) &&
			 (words->nr < 5 ||
			  (f->guest == guest && f->host == host)) &&
			 (words->nr < 6 ||
			  !strcmp(cpupolicy_grade_name(f->grade),
				  words->word[5]));
	}
	return 0;
}

static int run_finding(struct state *state, const struct words *words)
{
	bool found;
	int status = find_finding(state, words, &found);

	if (!status && !found) {
		complain(state, "no finding %s %s", words->word[1],
			 words->nr > 2 ? words->word[2] : "");
		list_findings(state);
	}
	return status;
}

static int run_no_finding(struct state *state, const struct words *words)
{
	bool found;
	int status = find_finding(state, words, &found);

	if (!status && found) {
		complain(state, "there is a finding %s %s", words->word[1],
			 words->nr > 2 ? words->word[2] : "");
		list_findings(state);
	}
	return status;
}

static int run_findings(struct state *state, const struct words *words)
{
	uint32_t expected, nr = 0;

	if (!read_number(state, words->word[1], &expected))
		return BROKEN;
	for (size_t i = 0; i < state->findings.nr; i++) {
		enum cpupolicy_grade grade =
			(enum cpupolicy_grade)state->findings.list[i].grade;

		nr += words->nr < 3 ||
		      !strcmp(cpupolicy_grade_name(grade), words->word[2]);
	}
	if (nr != expected) {
		complain(state, "expected %u findings, got %u", expected, nr);
		list_findings(state);
	}
	return 0;
}

static int expect_features(struct state *state, const struct words *words,
			   bool expected)
{
	const struct host *host = find_host(state, words->word[1]);

	if (!host)
		return BROKEN;
	for (size_t i = 2; i < words->nr; i++) {
		const char *name = words->word[i];
		cpupolicy_feature feature;
		int status =
			cpupolicy_feature_parse(&feature, name, strlen(name));

		if (status)
			return complain(state, "%s: %s", name,
					cpupolicy_strerror(status));
		if (cpupolicy_policy_has(&host->policy, feature) != expected)
			complain(state, "%s %s %s", host->name,
				 expected ? "lacks" : "has", name);
	}
	return 0;
}

static int run_has(struct state *state, const struct words *words)
{
	return expect_features(state, words, true);
}

static int run_lacks(struct state *state, const struct words *words)
{
	return expect_features(state, words, false);
}

static int run_number(struct state *state, const struct words *words)
{
	const struct host *host = find_host(state, words->word[1]);
	const struct cpupolicy_field *field = find_field(state, words->word[2]);
	uint32_t expected, value;

	if (!host || !field || !read_number(state, words->word[3], &expected))
		return BROKEN;
	value = cpupolicy_field_get(&host->policy, field);
	if (value != expected)
		complain(state, "%s of %s is %u, not %u", field->name,
			 host->name, value, expected);
	return 0;
}

static int expect_equality(struct state *state, const struct words *words,
			   bool expected)
{
	const struct host *a = find_host(state, words->word[1]);
	const struct host *b = find_host(state, words->word[2]);

	if (!a || !b)
		return BROKEN;
	if (cpupolicy_policy_equal(&a->policy, &b->policy) != expected)
		complain(state, "%s and %s %s", a->name, b->name,
			 expected ? "differ" : "are equal");
	return 0;
}

static int run_equal(struct state *state, const struct words *words)
{
	return expect_equality(state, words, true);
}

static int run_differ(struct state *state, const struct words *words)
{
	return expect_equality(state, words, false);
}

/*
 * lost BEFORE AFTER FEATURE...: these named features, and no others, were in
 * BEFORE and are not in AFTER. Derived ones follow by themselves.
 */
static int run_lost(struct state *state, const struct words *words)
{
	const struct host *before = find_host(state, words->word[1]);
	const struct host *after = find_host(state, words->word[2]);

	if (!before || !after)
		return BROKEN;
	for (size_t i = 3; i < words->nr; i++)
		if (!find_field(state, words->word[i]))
			return BROKEN;
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *f = cpupolicy_field_at(i);
		bool lost = cpupolicy_field_get(&before->policy, f) &&
			    !cpupolicy_field_get(&after->policy, f);

		if (cpupolicy_field_feature(f) &&
		    f->level != CPUPOLICY_LEVEL_DERIVE &&
		    f->level != CPUPOLICY_LEVEL_DONOR &&
		    lost != is_listed(words, 3, f))
			complain(state, "%s was %s", f->name,
				 lost ? "lost" : "not lost");
	}
	return 0;
}

static int run_abi(struct state *state, const struct words *words)
{
	const struct host *host = find_host(state, words->word[1]);
	uint32_t expected;
	int level;

	if (!host || !read_number(state, words->word[2], &expected))
		return BROKEN;
	level = cpupolicy_abi_level(&host->policy);
	if (level != (int)expected)
		complain(state, "ABI level of %s is %d, not %u", host->name,
			 level, expected);
	return 0;
}

/* clock GUEST_KHZ HOST_KHZ scales|fixed yes|no */
static int run_clock(struct state *state, const struct words *words)
{
	struct cpupolicy_clock guest = { .scales = false };
	struct cpupolicy_clock host = { .scales = false };
	bool fits;

	if (!read_number(state, words->word[1], &guest.tsc_khz) ||
	    !read_number(state, words->word[2], &host.tsc_khz))
		return BROKEN;
	host.scales = !strcmp(words->word[3], "scales");
	fits = cpupolicy_check_clock(&guest, &host);
	if (fits != !strcmp(words->word[4], "yes"))
		complain(state, "expected %s, got %s", words->word[4],
			 fits ? "yes" : "no");
	return 0;
}

/* virtualization MACHINE yes|no */
static int run_virtualization(struct state *state, const struct words *words)
{
	const struct machine *machine = find_machine(state, words->word[1]);
	struct cpupolicy_record *record;
	bool has;

	if (!machine)
		return BROKEN;
	record = machine_record(machine);
	has = cpupolicy_record_virtualization(record);
	cpupolicy_record_free(record);
	if (has != !strcmp(words->word[2], "yes"))
		complain(state, "%s: %s", words->word[1],
			 has ? "it has" : "it has none");
	return 0;
}

const struct command expectation_commands[] = {
	{ "check", 3, 3, run_check },
	{ "lint", 2, 2, run_lint },
	{ "finding", 1, 5, run_finding },
	{ "no-finding", 1, 4, run_no_finding },
	{ "findings", 1, 2, run_findings },
	{ "has", 2, MAX_WORDS - 1, run_has },
	{ "lacks", 2, MAX_WORDS - 1, run_lacks },
	{ "number", 3, 3, run_number },
	{ "equal", 2, 2, run_equal },
	{ "differ", 2, 2, run_differ },
	{ "lost", 2, MAX_WORDS - 1, run_lost },
	{ "abi", 2, 2, run_abi },
	{ "clock", 4, 4, run_clock },
	{ "virtualization", 2, 2, run_virtualization },
	{ NULL, 0, 0, NULL },
};
