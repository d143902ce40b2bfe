// SPDX-License-Identifier: MIT
/*
 * inspect.c - what is odd about a record that was read from a foreign format,
 * and what will be done with it.
 *
 * Whoever reads a note wants to know what follows from it. So notes on values
 * come from making the host set of the first core and listening to it; what is
 * odd about another core is in how it differs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inspect.h"

/* Making a host set takes time by the square of the rows; real CPUs have 92. */
#define MOST_ROWS 512

struct inspect {
	struct cpupolicy_record *record;
	const struct cpupolicy_core *core; /* the first */
	struct cpupolicy_policy policy;

	/* what making the host set told */
	struct cpupolicy__list out_of_range, undefined;
	struct cpupolicy_row last_out; /* leaf and sub-leaf; told by register */
	uint32_t last_undefined;
	bool all_echo, syscall;
	uint64_t filled; /* state components */
};

static const struct cpupolicy_row *row_at(const struct inspect *inspect,
					  uint32_t leaf, uint32_t subleaf)
{
	return cpupolicy_core_row(inspect->core, leaf, subleaf);
}

/* Were all registers of this row recorded? */
static bool is_known(const struct inspect *inspect,
		     const struct cpupolicy_row *row)
{
	const struct cpupolicy_row *known = inspect->core->known;

	return !known ||
	       cpupolicy__all_known(&known[row - inspect->core->rows]);
}

/* The range that a leaf is of exists only if its first leaf says so. */
static bool range_is_valid(const struct inspect *inspect, uint32_t base)
{
	const struct cpupolicy_row *first = row_at(inspect, base, 0);

	return first && (first->eax & 0xffff0000u) == base;
}

static void text_of(char out[13], const struct cpupolicy_row *row, bool leaf0)
{
	const uint32_t regs[3] = { row->ebx, leaf0 ? row->edx : row->ecx,
				   leaf0 ? row->ecx : row->edx };

	for (unsigned i = 0; i < 12; i++)
		out[i] = (char)(regs[i / 4] >> 8 * (i % 4));
	out[12] = '\0';
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

static void hear_out_of_range(struct inspect *inspect,
			      const struct cpupolicy_finding *finding)
{
	const struct cpupolicy_row *row, *top = NULL;
	struct cpupolicy_row *last = &inspect->last_out;

	if (inspect->out_of_range.nr && last->leaf == finding->at.leaf &&
	    last->subleaf == finding->at.subleaf)
		return;
	last->leaf = finding->at.leaf;
	last->subleaf = finding->at.subleaf;
	/* an invalid first leaf is told of by itself */
	if (!range_is_valid(inspect, 0) ||
	    (last->leaf >> 16 == 0x8000 &&
	     !range_is_valid(inspect, 0x80000000u)))
		return;
	if (!inspect->out_of_range.nr)
		inspect->all_echo = true;
	cpupolicy__list_add_row(&inspect->out_of_range, last);
	row = row_at(inspect, last->leaf, last->subleaf);
	if (row_at(inspect, 0, 0))
		top = row_at(inspect, row_at(inspect, 0, 0)->eax, 0);
	if (!row || !top || row->eax != top->eax || row->ebx != top->ebx ||
	    row->ecx != top->ecx)
		inspect->all_echo = false;
}

static void hear_undefined(struct inspect *inspect,
			   const struct cpupolicy_finding *finding)
{
	uint32_t place = finding->at.leaf * 4 + finding->at.reg;
	char text[2 + CPUPOLICY_ADDRESS_TEXT] = "0x";

	/* told field by field */
	if (inspect->undefined.nr && inspect->last_undefined == place)
		return;
	inspect->last_undefined = place;
	cpupolicy_address_text(text + 2, &finding->at);
	text[strcspn(text, "[")] = '\0';
	cpupolicy__list_add(&inspect->undefined, text);
}

static void hear(void *arg, const struct cpupolicy_finding *finding)
{
	struct inspect *inspect = arg;

	switch (finding->code) {
	case CPUPOLICY_F_DROPPED_OUT_OF_RANGE:
		hear_out_of_range(inspect, finding);
		break;
	case CPUPOLICY_F_DROPPED_UNDEFINED:
		hear_undefined(inspect, finding);
		break;
	case CPUPOLICY_F_FILLED:
		if (finding->at.subleaf < 64)
			inspect->filled |= (uint64_t)1 << finding->at.subleaf;
		break;
	case CPUPOLICY_F_DERIVED:
		if (finding->field && finding->host &&
		    strcmp(finding->field->name, "syscall") == 0)
			inspect->syscall = true;
		break;
	default:
		break;
	}
}

static int note_registers(struct inspect *inspect)
{
	const struct cpupolicy_row *row = row_at(inspect, 0x80000001u, 0);
	int status = 0;

	if (inspect->out_of_range.nr)
		status = cpupolicy_record_note(
			inspect->record,
			"Leaves above the highest one are not used: %s. %s",
			cpupolicy__list_text(&inspect->out_of_range),
			inspect->all_echo
				? "They repeat the highest basic leaf."
				: "They hold data of their own.");
	if (inspect->undefined.nr && status == 0)
		status = cpupolicy_record_note(
			inspect->record,
			"This CPU leaves %s undefined: what is there is left "
			"over from other uses, and not used.",
			cpupolicy__list_text(&inspect->undefined));
	if (inspect->syscall && row && is_known(inspect, row) && status == 0)
		status = cpupolicy_record_note(
			inspect->record,
			"SYSCALL reads 0 beside LM: the CPU was asked outside "
			"64-bit mode. It is derived from LM.");
	return status;
}

static int note_ranges(struct inspect *inspect)
{
	static const uint32_t bases[] = { 0, 0x80000000u };
	int status = 0;

	for (size_t i = 0; i < 2 && status == 0; i++) {
		const struct cpupolicy_row *first =
			row_at(inspect, bases[i], 0);

		if (!first || first->eax == 0 ||
		    range_is_valid(inspect, bases[i]))
			continue;
		status = cpupolicy_record_note(
			inspect->record,
			"EAX of leaf 0x%" PRIx32 " is 0x%" PRIx32
			", which is no leaf of its range: what is there of "
			"the range is not used.",
			bases[i], first->eax);
	}
	return status;
}

/* State components in a mask whose size is not in the dump, or zero. */
static int note_components(struct inspect *inspect)
{
	const struct cpupolicy_row *user = row_at(inspect, 0xd, 0);
	const struct cpupolicy_row *system = row_at(inspect, 0xd, 1);
	struct cpupolicy__list filled = { 0 }, lost = { 0 };
	uint64_t mask;
	int status = 0;

	if (!user || !is_known(inspect, user))
		return 0;
	mask = user->eax | (uint64_t)user->edx << 32;
	if (system && is_known(inspect, system))
		mask |= system->ecx | (uint64_t)system->edx << 32;
	for (uint32_t n = 2; n < 63; n++) {
		const struct cpupolicy_row *row = row_at(inspect, 0xd, n);
		const struct cpupolicy_row place = { .leaf = 0xd,
						     .subleaf = n };

		if (!(mask >> n & 1) || (row && row->eax))
			continue;
		cpupolicy__list_add_row(
			inspect->filled >> n & 1 ? &filled : &lost, &place);
	}
	if (filled.nr)
		status = cpupolicy_record_note(
			inspect->record,
			"State components without a size, as some tools print "
			"the highest one: %s. The only layout that this maker "
			"is known to have is taken.",
			cpupolicy__list_text(&filled));
	if (lost.nr && status == 0)
		status = cpupolicy_record_note(
			inspect->record,
			"State components without a size: %s. Their layout is "
			"not known, so they are left out.",
			cpupolicy__list_text(&lost));
	return status;
}

static int note_brand(struct inspect *inspect)
{
	char text[49] = "";
	bool junk = false;

	for (uint32_t n = 0; n < 3; n++) {
		const struct cpupolicy_row *row =
			row_at(inspect, 0x80000002u + n, 0);

		for (uint32_t i = 0; row && i < 16; i++)
			text[16 * n + i] =
				(char)(cpupolicy__row_register(row, i / 4) >>
				       8 * (i % 4));
	}
	for (size_t i = strlen(text); i < 48; i++)
		junk |= text[i] != '\0';
	if (!range_is_valid(inspect, 0x80000000u))
		return 0;
	if (junk)
		return cpupolicy_record_note(
			inspect->record,
			"There is something behind the end of the brand "
			"string: it is kept, and not shown.");
	if (is_printable(text))
		return 0;
	return cpupolicy_record_note(inspect->record,
				     "The brand string holds characters that "
				     "cannot be printed: they are shown as "
				     "'?'.");
}

static int note_vendor(struct inspect *inspect)
{
	const struct cpupolicy_row *basic = row_at(inspect, 0, 0);
	const struct cpupolicy_row *extended = row_at(inspect, 0x80000000u, 0);
	char name[13], other[13];
	int status = 0;

	if (!range_is_valid(inspect, 0))
		return 0;
	text_of(name, basic, true);
	if (cpupolicy_policy_vendor(&inspect->policy) ==
	    CPUPOLICY_VENDOR_UNKNOWN)
		status = cpupolicy_record_note(
			inspect->record,
			"The maker '%s' is not one with rules of its own: this "
			"machine fits others of exactly this name.",
			name);
	if (status < 0 || !extended || !range_is_valid(inspect, 0x80000000u))
		return status;
	text_of(other, extended, true);
	if (strlen(other) < 12 || !is_printable(other) ||
	    strcmp(name, other) == 0)
		return status;
	return cpupolicy_record_note(
		inspect->record,
		"Leaf 0 names the maker '%s', leaf 0x80000000 '%s': leaf 0 "
		"counts.",
		name, other);
}

static int note_hypervisor(struct inspect *inspect)
{
	const struct cpupolicy_row *row = row_at(inspect, 0x40000000u, 0);
	char name[13] = "";

	if (!cpupolicy_record_is_guest(inspect->record))
		return 0;
	if (row && row->eax >> 8 == 0x400000)
		text_of(name, row, false);
	if (cpupolicy_record_is_root_partition(inspect->record))
		return cpupolicy_record_note(
			inspect->record,
			"Recorded in the root partition of Hyper-V, which "
			"hides VMX or SVM and more of the machine. The rows "
			"are taken for a guest's: the machine has more. As a "
			"host, record "
			"it without Hyper-V.");
	return cpupolicy_record_note(
		inspect->record,
		"Recorded under a hypervisor (%s): the rows are taken for a "
		"guest's, as they are.",
		name[0] ? name : "which does not say its name");
}

int cpupolicy__record_inspect(struct cpupolicy_record *record)
{
	static int (*const parts[])(struct inspect *) = {
		note_hypervisor, note_vendor,	 note_brand,
		note_ranges,	 note_registers, note_components,
	};
	struct inspect inspect = { .record = record };
	int status = 0;

	if (record->nr_cores == 0)
		return 0;
	inspect.core = &record->cores[0];
	if (cpupolicy_hostset(&inspect.policy, inspect.core->rows,
			      inspect.core->nr_rows < MOST_ROWS
				      ? inspect.core->nr_rows
				      : MOST_ROWS,
			      inspect.core->msrs, inspect.core->nr_msrs, NULL,
			      hear, &inspect) == 0)
		for (size_t i = 0;
		     i < sizeof(parts) / sizeof(parts[0]) && status == 0; i++)
			status = parts[i](&inspect);
	if (status == 0)
		status = cpupolicy__inspect_rows(record, inspect.core);
	return status < 0 ? status : cpupolicy__inspect_cores(record);
}
