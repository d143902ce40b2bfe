// SPDX-License-Identifier: MIT
/*
 * drift_json.c - what changed, for programs.
 */
#include <stdlib.h>

#include "drift.h"

static json_t *evidence_json(const struct cpupolicy_drift *drift)
{
	static const char *const words[] = {
		[CPUPOLICY_DRIFT_UNKNOWN] = "unknown",
		[CPUPOLICY_DRIFT_SAME] = "same",
		[CPUPOLICY_DRIFT_DIFFERS] = "differs",
	};
	json_t *object = json_object();

	for (int i = 0; i <= CPUPOLICY_DRIFT_TOOL; i++) {
		enum cpupolicy_drift_agent agent =
			(enum cpupolicy_drift_agent)i;
		const char *raw[2];
		enum cpupolicy_drift_evidence evidence =
			cpupolicy_drift_evidence(&raw[0], &raw[1], drift,
						 agent);
		char *before = raw[0] ? escape(raw[0]) : NULL;
		char *after = raw[1] ? escape(raw[1]) : NULL;

		json_object_set_new(object, cpupolicy_drift_agent_name(agent),
				    json_pack("{s:s, s:s?, s:s?}", "evidence",
					      words[evidence], "before", before,
					      "after", after));
		free(before);
		free(after);
	}
	return object;
}

static json_t *causes_json(const struct cpupolicy_drift *drift)
{
	json_t *list = json_array();

	for (size_t i = 0; i < drift->nr_causes; i++) {
		const struct cpupolicy_drift_cause *cause = drift->cause[i];
		json_t *by = json_array();

		for (int a = 0; a < CPUPOLICY_NR_DRIFT_AGENTS; a++)
			if (cause->by >> a & 1)
				json_array_append_new(
					by,
					json_string(cpupolicy_drift_agent_name((
						enum cpupolicy_drift_agent)a)));
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:o}", "name",
					cause->name, "summary", cause->summary,
					"source", cause->source, "by", by));
	}
	return list;
}

static json_t *values_json(const struct cpupolicy_drift_values *values)
{
	if (!values->differ)
		return json_null();
	return json_pack("{s:I, s:I}", "before", (json_int_t)values->before,
			 "after", (json_int_t)values->after);
}

static json_t *changes_json(const struct cpupolicy_drift *drift)
{
	static const char *const words[] = {
		[CPUPOLICY_DRIFT_LOST] = "lost",
		[CPUPOLICY_DRIFT_GAINED] = "gained",
		[CPUPOLICY_DRIFT_CHANGED] = "changed",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < drift->nr_changes + drift->nr_unrecorded; i++) {
		const struct cpupolicy_drift_change *change = &drift->change[i];
		char at[CPUPOLICY_ADDRESS_TEXT];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s?, s:s, s:b, s:o, s:o}", "address",
				  cpupolicy_address_text(at, &change->at),
				  "field",
				  change->field ? change->field->name : NULL,
				  "direction", words[change->direction],
				  "recorded", !change->unrecorded, "offer",
				  values_json(&change->offer), "accept",
				  values_json(&change->accept)));
	}
	return list;
}

static json_t *move_json(const struct drift_move *move)
{
	json_t *list = json_array();

	for (size_t i = 0; i < move->findings.nr; i++)
		json_array_append_new(list,
				      finding_json(&move->findings.item[i]));
	return json_pack("{s:s, s:o}", "verdict",
			 cpupolicy_verdict_text(move->verdict), "findings",
			 list);
}

static json_t *guests_json(const struct drifting *drifting)
{
	json_t *list = json_array();

	for (size_t i = 0; i < drifting->nr; i++) {
		const struct drift_guest *guest = &drifting->guest[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:s, s:o}", "name",
				  guest->name, "fate",
				  drift_fate_name(guest->fate), "before",
				  cpupolicy_verdict_text(guest->before),
				  "after", cpupolicy_verdict_text(guest->after),
				  "because", json_words(guest->because)));
	}
	return list;
}

static json_t *counts_of_fates(const struct drifting *drifting)
{
	json_t *object = json_object();

	for (int i = 0; i < CPUPOLICY_NR_DRIFT_FATES; i++)
		json_count(object,
			   drift_fate_name((enum cpupolicy_drift_fate)i),
			   drifting->count[i]);
	return object;
}

int put_drift_json(const struct drifting *drifting)
{
	const struct cpupolicy_drift *drift = drifting->drift;
	json_t *object = json_object();

	json_object_set_new(object, "old", json_text(drifting->input[0].name));
	json_object_set_new(object, "new", json_text(drifting->input[1].name));
	json_object_set_new(object, "hypervisor",
			    json_string(cpupolicy_hypervisor_name(
				    drifting->options.hypervisor)));
	json_object_set_new(object, "changed",
			    json_boolean(drift->nr_changes != 0));
	json_object_set_new(object, "same_cpu", json_boolean(drift->same_cpu));
	json_object_set_new(object, "evidence", evidence_json(drift));
	json_object_set_new(object, "causes", causes_json(drift));
	json_object_set_new(object, "changes", changes_json(drift));
	json_object_set_new(object, "leave", move_json(&drifting->leave));
	json_object_set_new(object, "come", move_json(&drifting->come));
	json_object_set_new(object, "guests", guests_json(drifting));
	json_object_set_new(object, "fates", counts_of_fates(drifting));
	return json_put(object);
}
