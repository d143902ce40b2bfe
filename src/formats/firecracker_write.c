// SPDX-License-Identifier: MIT
/*
 * firecracker_write.c - a record as a CPU template for Firecracker's
 * /cpu-config that gives every bit that was recorded. Bits that were not are
 * 'x': they stay as Firecracker would have them.
 */
#include <inttypes.h>

#include "firecracker.h"

/* The comma that JSON wants before every element but the first. */
static const char *separator(bool *first)
{
	const char *text = *first ? "" : ",";

	*first = false;
	return text;
}

static void write_row(struct cpupolicy__writing *writing,
		      const struct cpupolicy_row *row,
		      const struct cpupolicy_row *known, bool *first)
{
	static const char *const names[4] = { "eax", "ebx", "ecx", "edx" };
	bool indexed = cpupolicy_leaf_has_subleaves(row->leaf) || row->subleaf;
	bool first_register = true;

	/* flags: 1 is KVM_CPUID_FLAG_SIGNIFCANT_INDEX */
	cpupolicy__text_add(writing->out,
			    "%s\n    {\n      \"leaf\": \"0x%" PRIx32
			    "\",\n      \"subleaf\": \"0x%" PRIx32
			    "\",\n      \"flags\": %d,\n      \"modifiers\": [",
			    separator(first), row->leaf, row->subleaf, indexed);
	for (unsigned reg = 0; reg < 4; reg++) {
		struct cpupolicy__bitmap bitmap = {
			.value = cpupolicy__row_register(row, reg),
			.given = known ? cpupolicy__row_register(known, reg)
				       : 0xffffffffu,
		};
		char text[CPUPOLICY__BITMAP_TEXT];

		if (!bitmap.given)
			continue;
		cpupolicy__bitmap_text(text, &bitmap, 32);
		cpupolicy__text_add(writing->out,
				    "%s\n        { \"register\": \"%s\", "
				    "\"bitmap\": \"%s\" }",
				    separator(&first_register), names[reg],
				    text);
	}
	cpupolicy__text_add(writing->out, "\n      ]\n    }");
}

/* What leaves leaf 0 open changes a CPU and describes none. */
static const struct cpupolicy_row *known_of(struct cpupolicy__writing *writing,
					    const struct cpupolicy_core *core,
					    size_t i)
{
	if (!core->known || core->rows[i].leaf)
		return core->known ? &core->known[i] : NULL;
	if (!cpupolicy__all_known(&core->known[i]))
		cpupolicy__lose(writing, "leaf 0 was recorded in part: what "
					 "was not recorded is written as "
					 "zero");
	return NULL;
}

/* A template changes an entry as often as it is named, so that of two rows for
 * one sub-leaf the last would count. */
static void write_rows(struct cpupolicy__writing *writing,
		       const struct cpupolicy_core *core)
{
	size_t repeated = 0;
	bool first = true;

	for (size_t i = 0; i < core->nr_rows; i++) {
		const struct cpupolicy_row *row = &core->rows[i];

		if (cpupolicy_core_row(core, row->leaf, row->subleaf) != row) {
			repeated++;
			continue;
		}
		write_row(writing, row, known_of(writing, core, i), &first);
	}
	if (repeated)
		cpupolicy__lose(writing,
				"%zu rows for a leaf and sub-leaf that came "
				"before are left out",
				repeated);
}

static void write_msrs(struct cpupolicy__writing *writing,
		       const struct cpupolicy_core *core)
{
	bool first = true;

	for (size_t i = 0; i < core->nr_msrs; i++) {
		struct cpupolicy__bitmap bitmap = {
			.value = core->msrs[i].value,
			.given = ~UINT64_C(0),
		};
		char text[CPUPOLICY__BITMAP_TEXT];

		cpupolicy__bitmap_text(text, &bitmap, 64);
		cpupolicy__text_add(writing->out,
				    "%s\n    { \"addr\": \"0x%" PRIx32
				    "\", \"bitmap\": \"%s\" }",
				    separator(&first), core->msrs[i].index,
				    text);
	}
}

void cpupolicy__firecracker_write(struct cpupolicy__writing *writing,
				  const struct cpupolicy_record *record)
{
	const struct cpupolicy_core *core = &record->cores[0];

	cpupolicy__lose_cpus(writing, record);
	cpupolicy__text_add(writing->out, "{\n  \"cpuid_modifiers\": [");
	write_rows(writing, core);
	cpupolicy__text_add(writing->out, "\n  ],\n  \"msr_modifiers\": [");
	write_msrs(writing, core);
	cpupolicy__text_add(writing->out, "\n  ]\n}\n");
}
