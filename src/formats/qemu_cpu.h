/* SPDX-License-Identifier: MIT */
/*
 * qemu_cpu.h - the value of QEMU's option -cpu, read and written.
 */
#ifndef CPUPOLICY_SRC_FORMATS_QEMU_CPU_H
#define CPUPOLICY_SRC_FORMATS_QEMU_CPU_H

#include "model_features.h"

/* What records that were read of it say. */
#define CPUPOLICY__QEMU_HOW "QEMU's option -cpu"

/* Room for a word of the value. */
#define CPUPOLICY__QEMU_WORD 128

/** struct cpupolicy__qemu_cpu - a value that is being read */
struct cpupolicy__qemu_cpu {
	struct cpupolicy__dump dump;
	struct cpupolicy__named named;
	const struct cpupolicy__cpu_models *models;
	const struct cpupolicy__cpu_model *model; /* NULL: "base" */
	struct cpupolicy_signature signature;
	const char *at, *end; /* what is not read yet */
	int line;
	bool has_bits, host_bits, has_brand;
	char vendor[CPUPOLICY__QEMU_WORD];
	struct cpupolicy__text ignored; /* keys that say nothing of CPUID */
};

/** struct cpupolicy__qemu_value - a value that stands for a document */
struct cpupolicy__qemu_value {
	const char *how;  /* what printed the document */
	const char *text; /* NULL: wherever it is in the document */
	int line;	  /* of the document, for errors */
};

/* Read a value; as struct cpupolicy__format. */
int cpupolicy__qemu_read(struct cpupolicy_document *out,
			 const struct cpupolicy__source *source,
			 const struct cpupolicy__qemu_value *value,
			 struct cpupolicy_error *error);

/* The word up to the next comma, cut if it is too long; false: none is left. */
bool cpupolicy__qemu_next(char out[CPUPOLICY__QEMU_WORD],
			  struct cpupolicy__qemu_cpu *reading);

/* Tell what the words behind the model say. Return 0, or a negative status
 * with the error filled. */
int cpupolicy__qemu_options(struct cpupolicy__qemu_cpu *reading);

int cpupolicy__qemu_fail(const struct cpupolicy__qemu_cpu *reading,
			 const char *format, const char *text);
int cpupolicy__qemu_no_memory(const struct cpupolicy__qemu_cpu *reading);

void cpupolicy__qemu_cpu_write(struct cpupolicy__writing *writing,
			       const struct cpupolicy_record *record);

#endif
