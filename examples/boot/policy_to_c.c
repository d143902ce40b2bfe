// SPDX-License-Identifier: MIT
/*
 * policy_to_c.c - write a policy's JSON as the array that the hypervisor links.
 *
 * usage: policy-to-c POLICY > C
 */
#include <stdio.h>
#include <stdlib.h>

#include <cpupolicy/formats.h>

int main(int argc, char **argv)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	char *text;

	if (argc != 2) {
		fputs("usage: policy-to-c POLICY > C\n", stderr);
		return 2;
	}
	if (cpupolicy_document_read(&document, argv[1], &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 2;
	}
	if (document.kind != CPUPOLICY_DOCUMENT_POLICY) {
		fprintf(stderr, "%s: expected a policy\n", argv[1]);
		return 2;
	}
	text = cpupolicy_policy_to_c(&document.policy, "encoded_policy");
	cpupolicy_document_clear(&document);
	if (!text || fputs(text, stdout) < 0 || fflush(stdout)) {
		perror("policy-to-c");
		return 2;
	}
	free(text);
	return 0;
}
