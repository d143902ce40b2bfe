/* SPDX-License-Identifier: MIT */
/*
 * model_derive.h - make models out of recorded CPUs, as
 * tables/models/derivation.csv says.
 */
#ifndef TESTS_MODEL_DERIVE_H
#define TESTS_MODEL_DERIVE_H

#include "corpus.h"

/** enum take - what a row of derivation.csv does to its model */
enum take {
	TAKE_RECORD, /* this recorded CPU is part of the intersection */
	TAKE_MODEL,  /* what another model was derived to is part of it */
	TAKE_HIDE,   /* then these features are hidden */
	TAKE_MODE,   /* then this mode is applied */
	TAKE_LEAVE,  /* a recording of that generation that is left out */
	NR_TAKES
};

/** struct derive_row - one row of derivation.csv */
struct derive_row {
	int line;
	enum take take;
	char *model, *name, *where, *hash, *note;
};

/** struct derivation - the whole file; free with derivation_free() */
struct derivation {
	struct derive_row *rows;
	size_t nr;
};

/** derivation_load - read it; -1 after a message that names file and line */
int derivation_load(struct derivation *out);
void derivation_free(struct derivation *derivation);

/** derive_cpu - the recorded CPU of that name, or NULL; first core */
const struct corpus_cpu *derive_cpu(const struct corpus *corpus,
				    const char *name);

/** derive_hash - 16 hexadecimal digits of the rows of all its cores */
void derive_hash(char out[17], const struct corpus *corpus,
		 const struct corpus_cpu *cpu);

/**
 * derive_offer - what a model may have of a recorded CPU, all cores
 *
 * The silicon's own features that KVM gives to new guests: the offer set
 * without a hypervisor intersected with the one under KVM. Returns 0, or what
 * the core returns.
 */
int derive_offer(struct cpupolicy_policy *out, const struct corpus *corpus,
		 const struct corpus_cpu *cpu);

/**
 * derive_model - the whole derivation of one model
 * @missing: how many recordings are not there; then @out is made of the others
 *
 * Returns how many recordings and models it was made of, or a negative status
 * after a message on standard error.
 */
int derive_model(struct cpupolicy_policy *out, size_t *missing,
		 const struct derivation *derivation,
		 const struct corpus *corpus, const char *model);

#endif
