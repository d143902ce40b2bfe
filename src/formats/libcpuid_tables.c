// SPDX-License-Identifier: MIT
/*
 * libcpuid_tables.c - the tables of libcpuid's raw dumps, and what in them says
 * nothing.
 */
#include "libcpuid_raw.h"

const struct cpupolicy__libcpuid_table
	cpupolicy__libcpuid_tables[CPUPOLICY__LIBCPUID_TABLES] = {
		{ "basic_cpuid", 0, false, 32 },
		{ "ext_cpuid", 0x80000000, false, 32 },
		{ "intel_fn4", 0x4, true, 8 },
		{ "intel_fn11", 0xb, true, 4 },
		{ "intel_fn12h", 0x12, true, 4 },
		{ "intel_fn14h", 0x14, true, 4 },
		{ "amd_fn8000001dh", 0x8000001d, true, 4 },
		{ "amd_fn80000026h", 0x80000026, true, 4 },
	};

static bool is_zero(const struct cpupolicy_row *row)
{
	return !(row->eax | row->ebx | row->ecx | row->edx);
}

static bool same_registers(const struct cpupolicy_row *a,
			   const struct cpupolicy_row *b)
{
	return a->eax == b->eax && a->ebx == b->ebx && a->ecx == b->ecx &&
	       a->edx == b->edx;
}

static const struct cpupolicy_row *find(const struct cpupolicy__rows *rows,
					uint32_t leaf)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].leaf == leaf && rows->row[i].subleaf == 0)
			return &rows->row[i];
	return NULL;
}

/* Which leaves there are, and what an Intel CPU says for others. */
struct extent {
	uint32_t basic, extended;
	struct cpupolicy_row echo;
};

static struct extent find_extent(const struct cpupolicy__rows *rows)
{
	const struct cpupolicy_row *basic = find(rows, 0);
	const struct cpupolicy_row *extended = find(rows, 0x80000000);
	const struct cpupolicy_row *last;
	struct extent extent = { .basic = basic ? basic->eax : 0x7fffffff };

	if (extended)
		extent.extended = extended->eax;
	last = find(rows, extent.basic);
	if (last)
		extent.echo = *last;
	return extent;
}

static bool is_beyond(const struct extent *extent, uint32_t leaf)
{
	return leaf > (leaf < 0x80000000 ? extent->basic : extent->extended);
}

void cpupolicy__libcpuid_strip(struct cpupolicy__rows *rows,
			       struct cpupolicy__libcpuid_padding *padding)
{
	const struct extent extent = find_extent(rows);
	uint32_t leaf = 0;
	bool gone = false;
	size_t kept = 0;

	for (size_t i = 0; i < rows->nr; i++) {
		const struct cpupolicy_row *row = &rows->row[i];

		/* a leaf that is not there has no sub-leaves either */
		if (i == 0 || row->leaf != leaf)
			gone = is_beyond(&extent, row->leaf) &&
			       (is_zero(row) ||
				same_registers(row, &extent.echo));
		leaf = row->leaf;
		if (gone)
			padding->beyond++;
		else if (row->subleaf && is_zero(row))
			padding->zero++;
		else
			rows->row[kept++] = *row;
	}
	rows->nr = kept;
}
