// SPDX-License-Identifier: MIT
/*
 * named_infer.c - what goes without saying where somebody told bits by name.
 */
#include "named.h"

/*
 * A CPU with AVX has AVX's state component; nobody would list that. Normalising
 * takes away features whose component is missing.
 */
static int infer_components(struct cpupolicy__named *named)
{
	int status = 0;

	for (uint32_t i = 0; i < cpupolicy_field_count() && status == 0; i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);
		uint32_t reg = field->at.reg;

		if (field->at.space != CPUPOLICY_SPACE_CPU ||
		    field->at.leaf != 0xd || field->at.subleaf != 0 ||
		    (reg != CPUPOLICY_EAX && reg != CPUPOLICY_EDX) ||
		    !field->gate[0] ||
		    !cpupolicy__named_has(named, field->gate) ||
		    !cpupolicy__named_has(named, "xsave") ||
		    cpupolicy__named_told(named, field))
			continue;
		status = cpupolicy__named_field(named, field, 1);
		named->inferred_components = true;
	}
	return status;
}

/* Leaves go as far as there are names: what lies between was not recorded. */
static int assume_leaves(struct cpupolicy__named *named)
{
	static const struct {
		const char *field;
		uint32_t first, last;
	} ranges[] = {
		{ "max_basic", 0, 0xffff },
		{ "max_ext", 0x80000000, 0x8000ffff },
		{ "max_centaur", 0xc0000000, 0xc000ffff },
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct cpupolicy_field *field =
			cpupolicy__field(ranges[i].field);
		uint32_t leaf, subleaf;

		cpupolicy__names_reach(&leaf, &subleaf, named->project,
				       ranges[i].first, ranges[i].last);
		if (status < 0 || !leaf ||
		    (ranges[i].first == 0xc0000000 &&
		     named->vendor != CPUPOLICY_VENDOR_ZHAOXIN) ||
		    cpupolicy__named_told(named, field))
			continue;
		status = cpupolicy__named_field(named, field, leaf);
		named->assumed_leaves = true;
	}
	return status;
}

/* How many sub-leaves leaf 7 has, where it was told that it is there. */
static int assume_subleaves(struct cpupolicy__named *named)
{
	const struct cpupolicy_field *field = cpupolicy__field("max_subleaf_7");
	uint32_t leaf, subleaf;

	cpupolicy__names_reach(&leaf, &subleaf, named->project, 7, 7);
	if (!cpupolicy__named_find(named, 7, 0) ||
	    cpupolicy__named_told(named, field))
		return 0;
	return cpupolicy__named_field(named, field, subleaf);
}

/*
 * KVM's leaf belongs to a section that begins with a signature. A CPU that has
 * none of its features may have no such section.
 */
static int close_section(struct cpupolicy__named *named)
{
	static const struct cpupolicy_row all = { 0, 0, ~0u, ~0u, ~0u, ~0u };
	const struct cpupolicy_row *features =
		cpupolicy__named_find(named, 0x40000001, 0);
	struct cpupolicy_row row;

	if (!features)
		return 0;
	if (!features->eax && !features->edx) {
		cpupolicy__named_drop(named, features);
		return 0;
	}
	row = cpupolicy__section_row(cpupolicy__section_at(0), 0x40000000);
	row.eax = 0x40000001;
	return cpupolicy__named_row(named, &row, &all);
}

int cpupolicy__named_close(struct cpupolicy__named *named)
{
	int status = infer_components(named);

	if (status == 0)
		status = assume_leaves(named);
	if (status == 0)
		status = assume_subleaves(named);
	return status == 0 ? close_section(named) : status;
}

int cpupolicy__named_notes(const struct cpupolicy__named *named,
			   struct cpupolicy_record *record)
{
	int status = 0;

	if (named->assumed_leaves)
		status = cpupolicy_record_note(
			record, "how far the leaves go is assumed: as far as "
				"there are names");
	if (status == 0 && named->inferred_components)
		status = cpupolicy_record_note(
			record, "state components (leaf 0xD) are inferred from "
				"the features that need them");
	if (status == 0 && named->skipped_msrs)
		status = cpupolicy_record_note(
			record, "features of VMX are left out: their names do "
				"not say all of its MSRs");
	if (status == 0 && named->partial_msrs)
		status = cpupolicy_record_note(
			record, "bits of MSRs that have no name count as 0: "
				"they were not recorded");
	if (status == 0 && named->strange.failed)
		status = CPUPOLICY_E_MEMORY;
	if (status == 0 && named->strange.length)
		status = cpupolicy_record_note(
			record, "names that are not known, left out: %s",
			named->strange.s);
	return status;
}
