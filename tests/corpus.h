/* SPDX-License-Identifier: MIT */
/*
 * corpus.h - the recorded CPUs that tests run over.
 *
 * Some are committed below tests/data; a larger set may lie in a directory
 * outside the repository, as one file dumps.jsonl.
 */
#ifndef TESTS_CORPUS_H
#define TESTS_CORPUS_H

#include <stdio.h>
#include <cpupolicy/formats.h>

/** struct corpus_cpu - one distinct core of one recorded machine */
struct corpus_cpu {
	char *name; /* of the file or the dump; "#1" and up for further cores */
	char *hypervisor; /* signature of the leaf 0x40000000 it was recorded
			   * under; NULL: bare metal */
	struct cpupolicy_row *rows;
	size_t nr_rows;
	struct cpupolicy_msr *msrs;
	size_t nr_msrs;
};

/** struct corpus - all of them; free with corpus_free() */
struct corpus {
	struct corpus_cpu *cpus; /* committed ones first */
	size_t nr_cpus;
	size_t nr_committed; /* how many came from tests/data */
	size_t nr_with_msrs;
	char *directory; /* of the larger set; NULL: absent */
};

/**
 * corpus_root - the top of the source tree
 *
 * CPUPOLICY_SOURCE_ROOT of the environment, else the working directory.
 */
const char *corpus_root(void);

/** CORPUS_PATH - room for a path, with its NUL */
#define CORPUS_PATH 4096

/**
 * corpus_path - where a file of the larger set is
 * @directory: of the larger set; as corpus_load()
 *
 * Returns whether that directory was asked for: the default one may be absent.
 */
bool corpus_path(char out[CORPUS_PATH], const char *directory,
		 const char *name);

/**
 * corpus_load - read everything
 * @directory: of the larger set; NULL: CPUPOLICY_CORPUS of the environment,
 *	else ../shared/corpus beside the source tree, if that exists
 *
 * Every .json and .txt file below tests/data must be a document that the
 * library reads; those that are records count.
 *
 * Returns 0, or -1 after a message on standard error that names the file. A
 * directory that was asked for and is not there is such an error; the default
 * one may be absent.
 */
int corpus_load(struct corpus *out, const char *directory);

void corpus_free(struct corpus *corpus);

/** corpus_announce - say in one line what the tests run over */
void corpus_announce(FILE *out, const struct corpus *corpus);

#endif
