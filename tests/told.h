/* SPDX-License-Identifier: MIT */
/*
 * told.h - what a record that was made from names says of a field.
 */
#ifndef TESTS_TOLD_H
#define TESTS_TOLD_H

#include <string.h>

#include "host/host.h"
#include "support.h"

#define NOT_TOLD -1

/** told_row - the row of a field, and which of its bits were recorded */
static inline bool told_row(uint32_t *value, uint32_t *known,
			    const struct cpupolicy_core *core,
			    const struct cpupolicy_address *at)
{
	for (size_t i = 0; i < core->nr_rows; i++) {
		if (core->rows[i].leaf != at->leaf ||
		    core->rows[i].subleaf != at->subleaf)
			continue;
		*value = cpupolicy__row_register(&core->rows[i], at->reg);
		*known = core->known ? cpupolicy__row_register(&core->known[i],
							       at->reg)
				     : 0xffffffffu;
		return true;
	}
	return false;
}

/** told - the value of a field of a row, or NOT_TOLD */
static inline int64_t told(const struct cpupolicy_core *core, const char *name)
{
	const struct cpupolicy_field *field = field_called(name);
	uint32_t value, known, bits = cpupolicy__bits(&field->at);

	if (!told_row(&value, &known, core, &field->at) || bits & ~known)
		return NOT_TOLD;
	return (value & bits) >> field->at.low;
}

/** unknown_is_zero - do rows hold nothing that was not recorded? */
static inline bool unknown_is_zero(const struct cpupolicy_core *core)
{
	for (size_t i = 0; core->known && i < core->nr_rows; i++)
		for (unsigned reg = 0; reg < 4; reg++)
			if (cpupolicy__row_register(&core->rows[i], reg) &
			    ~cpupolicy__row_register(&core->known[i], reg))
				return false;
	return true;
}

/** noted - is that part of a note? */
static inline bool noted(const struct cpupolicy_record *record,
			 const char *text)
{
	for (size_t i = 0; i < record->nr_notes; i++)
		if (strstr(record->notes[i], text))
			return true;
	return false;
}

#endif
