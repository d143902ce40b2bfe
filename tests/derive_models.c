// SPDX-License-Identifier: MIT
/*
 * derive_models.c - write the models of tables/ again from recorded CPUs.
 *
 *	derive_models [MODEL...]	(in the root of the source tree)
 *	derive_models --hash		what the column hash must say
 *
 * The head of each file (name, title, base, ...) stays; the plus, minus, set
 * and row lines are made anew. Models without a recording at hand stay as they
 * are. Then run tables/gen.py.
 */
#define _POSIX_C_SOURCE 200809L

#include "model_derive.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER "tables/models"

struct work {
	struct corpus corpus;
	struct derivation derivation;
};

/* The lines of a file that are written by hand; owned. NULL: no such file. */
static char *read_head(const char *model, char base[64])
{
	char path[CORPUS_PATH], *head = NULL, *line = NULL;
	size_t size = 0, length = 0;
	FILE *in, *out;

	base[0] = '\0';
	snprintf(path, sizeof(path), "%s/" FOLDER "/%s.model", corpus_root(),
		 model);
	in = fopen(path, "r");
	if (!in)
		return NULL;
	out = open_memstream(&head, &length);
	while (out && getline(&line, &size, in) >= 0) {
		if (strncmp(line, "plus ", 5) && strncmp(line, "minus ", 6) &&
		    strncmp(line, "set ", 4) && strncmp(line, "row ", 4))
			fputs(line, out);
		sscanf(line, "base %63s", base);
	}
	free(line);
	fclose(in);
	if (out)
		fclose(out);
	return head;
}

/* A base that is derived too comes from its recordings, not from the library */
static int policy_of(struct cpupolicy_policy *out, struct work *work,
		     const char *name)
{
	const struct cpupolicy_model *model;
	size_t missing;
	int made;

	made = derive_model(out, &missing, &work->derivation, &work->corpus,
			    name);
	if (made)
		return made;
	model = cpupolicy_model_find(name);
	if (!model)
		return -1;
	cpupolicy_model_policy(out, model);
	return 1;
}

/* Leaves of which a field says too little: whole rows are written. */
static bool is_row(const struct cpupolicy_address *at)
{
	return at->leaf == 2 || at->leaf == 4 || at->leaf == 0x80000005 ||
	       at->leaf == 0x80000006 || at->leaf == 0x80000019 ||
	       at->leaf == 0x8000001d;
}

static bool is_stored(const struct cpupolicy_field *field,
		      enum cpupolicy_vendor_id vendor)
{
	if (field->level == CPUPOLICY_LEVEL_ZERO ||
	    field->level == CPUPOLICY_LEVEL_DERIVE || field->at.leaf == 0 ||
	    field->at.leaf == 0x80000000)
		return false;
	return cpupolicy_field_of(&field->at, vendor) == field;
}

/* "plus a b c", in lines of at most 80 columns */
static void put_flags(FILE *out, const char *key,
		      const struct cpupolicy_policy *with,
		      const struct cpupolicy_policy *without)
{
	enum cpupolicy_vendor_id vendor = cpupolicy_policy_vendor(with);
	int column = 0;

	if (vendor == CPUPOLICY_VENDOR_UNKNOWN)
		vendor = cpupolicy_policy_vendor(without);
	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		int length = (int)strlen(field->name);

		if ((field->level != CPUPOLICY_LEVEL_AND &&
		     field->level != CPUPOLICY_LEVEL_OR) ||
		    field->at.high != field->at.low ||
		    !is_stored(field, vendor) ||
		    !cpupolicy_field_get(with, field) ||
		    cpupolicy_field_get(without, field))
			continue;
		if (column && column + 1 + length > 80) {
			fputs("\n", out);
			column = 0;
		}
		if (!column)
			column = fprintf(out, "%s", key);
		column += fprintf(out, " %s", field->name);
	}
	if (column)
		fputs("\n", out);
}

static void put_numbers(FILE *out, const struct cpupolicy_policy *policy,
			const struct cpupolicy_policy *base)
{
	enum cpupolicy_vendor_id vendor = cpupolicy_policy_vendor(policy);

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		uint32_t value = cpupolicy_field_get(policy, field);
		bool flag = field->level == CPUPOLICY_LEVEL_AND ||
			    field->level == CPUPOLICY_LEVEL_OR;

		if ((flag && field->at.high == field->at.low) ||
		    !is_stored(field, vendor) || is_row(&field->at) ||
		    value == cpupolicy_field_get(base, field))
			continue;
		if (field->level == CPUPOLICY_LEVEL_DONOR)
			fprintf(out, "set %s 0x%x\n", field->name, value);
		else
			fprintf(out, "set %s %u\n", field->name, value);
	}
}

static void put_rows(FILE *out, const struct cpupolicy_policy *policy,
		     const struct cpupolicy_policy *base)
{
	static const struct {
		uint32_t leaf, subleaves;
	} leaves[] = {
		{ 2, 1 },	   { 4, 8 },	      { 0x80000005, 1 },
		{ 0x80000006, 1 }, { 0x80000019, 1 }, { 0x8000001d, 5 }
	};

	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		for (uint32_t sub = 0; sub < leaves[i].subleaves; sub++) {
			struct cpupolicy_row a = { .leaf = leaves[i].leaf,
						   .subleaf = sub };
			struct cpupolicy_row b = a;

			if (cpupolicy_policy_get_row(&a, policy) ||
			    cpupolicy_policy_get_row(&b, base) ||
			    memcmp(&a, &b, sizeof(a)) == 0)
				continue;
			fprintf(out, "row %08x.%x %08x %08x %08x %08x\n",
				a.leaf, a.subleaf, a.eax, a.ebx, a.ecx, a.edx);
		}
}

static int write_model(struct work *work, const char *name)
{
	char path[CORPUS_PATH], base_name[64];
	struct cpupolicy_policy policy, base;
	size_t missing;
	char *head = read_head(name, base_name);
	int made = derive_model(&policy, &missing, &work->derivation,
				&work->corpus, name);
	FILE *out;

	cpupolicy_policy_clear(&base);
	if (!head)
		fprintf(stderr, "%s: no file " FOLDER "/%s.model\n", name,
			name);
	if (!head || made < 0 ||
	    (base_name[0] && policy_of(&base, work, base_name) < 0)) {
		free(head);
		return -1;
	}
	if (made == 0 || missing) {
		printf("%-20s stays: %zu recordings are not here\n", name,
		       missing);
		free(head);
		return 0;
	}
	snprintf(path, sizeof(path), "%s/" FOLDER "/%s.model", corpus_root(),
		 name);
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		free(head);
		return -1;
	}
	fputs(head, out);
	free(head);
	put_flags(out, "plus", &policy, &base);
	put_flags(out, "minus", &base, &policy);
	put_numbers(out, &policy, &base);
	put_rows(out, &policy, &base);
	printf("%-20s of %d recordings\n", name, made);
	return fclose(out) ? -1 : 0;
}

static void print_hashes(const struct work *work)
{
	for (size_t i = 0; i < work->derivation.nr; i++) {
		const struct derive_row *row = &work->derivation.rows[i];
		const struct corpus_cpu *cpu =
			derive_cpu(&work->corpus, row->name);
		char hash[17];

		if (!cpu)
			continue;
		derive_hash(hash, &work->corpus, cpu);
		printf("%s %s %s\n", hash, row->model, row->name);
	}
}

static bool wanted(const char *model, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], model) == 0)
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	struct work work;
	const char *last = "";
	bool hash = argc == 2 && strcmp(argv[1], "--hash") == 0;
	int status = 0;

	if (corpus_load(&work.corpus, NULL))
		return 2;
	if (derivation_load(&work.derivation)) {
		corpus_free(&work.corpus);
		return 2;
	}
	if (hash)
		print_hashes(&work);
	for (size_t i = 0; !hash && i < work.derivation.nr; i++) {
		const char *model = work.derivation.rows[i].model;

		if (strcmp(model, last) != 0 && wanted(model, argc, argv))
			status |= write_model(&work, model);
		last = model;
	}
	derivation_free(&work.derivation);
	corpus_free(&work.corpus);
	return status ? 1 : 0;
}
