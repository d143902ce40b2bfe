// SPDX-License-Identifier: MIT
/*
 * model_features.c - what a CPU has by being one of a project's models.
 */
#include "model_features.h"

static int tell_feature(struct cpupolicy__named *named, const char *name,
			size_t length)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
	int nr = cpupolicy__name_fields(fields, named->project, name, length,
					named->vendor);

	for (int i = 0; i < nr; i++)
		if (!cpupolicy__named_told(named, fields[i]) &&
		    cpupolicy__named_field(named, fields[i], 1) < 0)
			return CPUPOLICY_E_MEMORY;
	return 0;
}

static int note_unsure(const struct cpupolicy__named *named, const char *name,
		       size_t length, struct cpupolicy_record *record)
{
	const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];

	if (cpupolicy__name_fields(fields, named->project, name, length,
				   named->vendor) <= 0 ||
	    cpupolicy__named_told(named, fields[0]))
		return 0;
	return cpupolicy_record_note(record,
				     "%.*s was not recorded: it was in the "
				     "model before it was removed from it",
				     (int)length, name);
}

int cpupolicy__model_tell(struct cpupolicy__named *named,
			  const struct cpupolicy__cpu_model *model,
			  struct cpupolicy_record *record)
{
	const char *features = model->features, *unsure = model->unsure, *word;
	size_t length;
	int status = 0;

	while (status == 0 && cpupolicy__next_word(&word, &length, &features))
		status = tell_feature(named, word, length);
	while (status == 0 && cpupolicy__next_word(&word, &length, &unsure))
		status = note_unsure(named, word, length, record);
	return status;
}
