/* SPDX-License-Identifier: MIT */
/*
 * may-move.c - can a guest of one recorded machine move to another?
 *
 * Usage: may-move GUEST.json HOST.json
 */
#include <stdio.h>
#include <cpupolicy/formats.h>

static void print(void *arg, const struct cpupolicy_finding *f)
{
	char at[CPUPOLICY_ADDRESS_TEXT];

	(void)arg;
	printf("%s %s %s\n",
	       cpupolicy_grade_name((enum cpupolicy_grade)f->grade),
	       cpupolicy_address_text(at, &f->at),
	       f->field ? f->field->name : "");
}

static int host_set(struct cpupolicy_policy *out, const char *path,
		    enum cpupolicy_set set)
{
	const struct cpupolicy_hostset_options options = {
		.set = set,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	int status = cpupolicy_document_read(&document, path, &error);

	if (!status && document.kind != CPUPOLICY_DOCUMENT_RECORD)
		status = CPUPOLICY_E_MEANING;
	else if (!status)
		status = cpupolicy_record_hostset(out, document.record,
						  &options, NULL, NULL, &error);
	if (status)
		fprintf(stderr, "%s: %s\n", path, cpupolicy_strerror(status));
	cpupolicy_document_clear(&document);
	return status;
}

int main(int argc, char **argv)
{
	struct cpupolicy_policy guest, host;
	enum cpupolicy_verdict verdict;

	if (argc != 3 || host_set(&guest, argv[1], CPUPOLICY_SET_OFFER) ||
	    host_set(&host, argv[2], CPUPOLICY_SET_ACCEPT))
		return 2;
	verdict = cpupolicy_check(&guest, &host, print, NULL);
	puts(cpupolicy_verdict_text(verdict));
	return verdict == CPUPOLICY_DOES_NOT_FIT;
}
