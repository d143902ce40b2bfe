// SPDX-License-Identifier: MIT
/*
 * levelling_out.c - levelling plans for people and for programs.
 */
#include <stdlib.h>
#include <string.h>

#include "levelling.h"

static const char *const registers[] = { "eax", "ebx", "ecx", "edx" };

bool levelling_complete(const struct levelling_answer *answer)
{
	for (size_t i = 0; i < answer->nr; i++)
		if (answer->cores[i].refused ||
		    answer->cores[i].plan.nr_visible)
			return false;
	return true;
}

static const char *what_happens(const struct cpupolicy_levelling_write *write)
{
	switch (write->kind) {
	case CPUPOLICY_LEVELLING_FAULTING:
		return "CPUID faults outside CPL 0";
	case CPUPOLICY_LEVELLING_OVERRIDE:
		return "overrides";
	default:
		return "masks";
	}
}

/* "overrides 1:edx (low half), 1:ecx (high half)"; to be freed */
static char *effect_text(const struct cpupolicy_levelling_write *write)
{
	const uint8_t reg[2] = { write->low, write->high };
	struct text text = { 0 };

	text_add(&text, "%s", what_happens(write));
	for (unsigned int i = 0; i < 2; i++) {
		struct cpupolicy_address at = {
			.leaf = write->leaf,
			.subleaf = write->subleaf,
			.reg = reg[i] % 4,
			.high = 31,
		};
		char address[CPUPOLICY_ADDRESS_TEXT];

		if (reg[i] == CPUPOLICY_LEVELLING_NO_REGISTER)
			continue;
		cpupolicy_address_text(address, &at);
		address[strcspn(address, "[")] = '\0';
		text_add(&text, "%s %s (%s half)", i ? "," : "", address,
			 i ? "high" : "low");
	}
	return text.s;
}

static char *bits_text(uint64_t mask)
{
	if (mask == UINT64_MAX)
		return format_text("all");
	return format_text("0x%llx", (unsigned long long)mask);
}

static void put_writes(const struct cpupolicy_levelling *plan)
{
	struct table table = { .columns = 5 };

	table_row(&table, "MSR", "VALUE", "BITS", "EDI", "WHAT THE CPU DOES");
	for (uint32_t i = 0; i < plan->nr_writes; i++) {
		const struct cpupolicy_levelling_write *write = &plan->write[i];
		char *msr = format_text("0x%x", (unsigned int)write->msr);
		char *value = format_text("0x%016llx",
					  (unsigned long long)write->value);
		char *bits = bits_text(write->mask);
		char *edi = write->edi ? format_text("0x%x",
						     (unsigned int)write->edi)
				       : format_text("%s", "");
		char *effect = effect_text(write);

		table_row(&table, msr, value, bits, edi, effect);
		free(msr);
		free(value);
		free(bits);
		free(edi);
		free(effect);
	}
	table_print(&table, 2);
}

/* What each code means and what to do, once. */
static void put_meanings(const struct findings *findings)
{
	for (size_t i = 0; i < findings->nr; i++) {
		const struct cpupolicy_finding_info *info =
			cpupolicy_finding_info(findings->item[i].code);
		char *line, *code;

		if (finding_seen(findings, i))
			continue;
		code = format_text("F%03u", info->code % 10000u);
		line = format_text("%s.%s%s%s", info->summary,
				   info->remedy[0] ? " -> " : "", info->remedy,
				   info->remedy[0] ? "." : "");
		printf("%s  ", code);
		put_wrapped(stdout, line, 6, 6);
		free(code);
		free(line);
	}
}

static void put_findings(const struct findings *findings)
{
	struct table table = { .columns = 5 };

	if (!findings->nr)
		return;
	table_row(&table, "GRADE", "CODE", "FIELD", "POLICY", "CPU");
	for (size_t i = 0; i < findings->nr; i++) {
		const struct cpupolicy_finding *f = &findings->item[i];
		char *code = format_text("F%03u", f->code % 10000u);
		char *address = finding_address(f);
		char *where = format_text("%s %s", address, finding_field(f));
		bool unknown = f->code == CPUPOLICY_F_NOT_RECORDED;
		char *guest = unknown ? format_text("%s", "")
				      : value_text(f->field, &f->at, f->guest);
		char *host = unknown ? format_text("?")
				     : value_text(f->field, &f->at, f->host);

		table_row(&table, cpupolicy_grade_name(f->grade), code, where,
			  guest, host);
		free(code);
		free(address);
		free(where);
		free(guest);
		free(host);
	}
	table_print(&table, 2);
	put_meanings(findings);
}

static void put_verdict(const struct core_plan *core)
{
	if (core->refused)
		puts("no plan: the policy promises what this CPU cannot"
		     " honour");
	else if (!core->plan.nr_visible)
		puts("the CPU shows the policy and no feature beyond it");
	else
		printf("%u of the CPU's features and numbers stay visible"
		       " beyond the policy\n",
		       (unsigned int)core->plan.nr_visible);
	if (core->unrecorded)
		printf("%zu leaves were not recorded: what they show is not"
		       " known\n",
		       core->unrecorded);
}

static void put_core(const struct core_plan *core)
{
	struct cpupolicy_signature s = cpupolicy_core_signature(core->core);

	printf("CPUs %s: family %u model %u stepping %u\n", core->core->cpus,
	       (unsigned int)s.family, (unsigned int)s.model,
	       (unsigned int)s.stepping);
	if (!core->refused && core->plan.nr_writes)
		put_writes(&core->plan);
	put_verdict(core);
	put_findings(&core->findings);
}

void put_levelling(const struct levelling_answer *answer)
{
	char *line =
		format_text("%s shows %s", answer->machine, answer->policy);

	put_wrapped(stdout, line, 0, 2);
	free(line);
	for (size_t i = 0; i < answer->nr; i++)
		put_core(&answer->cores[i]);
}

static json_t *number_json(uint64_t number)
{
	char *text = format_text("0x%llx", (unsigned long long)number);
	json_t *string = json_text(text);

	free(text);
	return string;
}

static json_t *register_json(uint8_t reg)
{
	return json_text(reg < 4 ? registers[reg] : NULL);
}

static json_t *write_json(const struct cpupolicy_levelling_write *write)
{
	static const char *const kinds[] = { "", "mask", "override",
					     "faulting" };
	bool faulting = write->kind == CPUPOLICY_LEVELLING_FAULTING;

	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o}", "kind",
		kinds[write->kind % 4], "msr", number_json(write->msr), "value",
		number_json(write->value), "bits", number_json(write->mask),
		"edi", write->edi ? number_json(write->edi) : json_null(),
		"leaf", faulting ? json_null() : number_json(write->leaf),
		"subleaf", (int)write->subleaf, "low",
		register_json(write->low), "high", register_json(write->high));
}

static json_t *core_json(const struct core_plan *core)
{
	json_t *object = json_object(), *writes = json_array();
	json_t *findings = json_array();

	for (uint32_t i = 0; !core->refused && i < core->plan.nr_writes; i++)
		json_array_append_new(writes, write_json(&core->plan.write[i]));
	for (size_t i = 0; i < core->findings.nr; i++)
		json_array_append_new(findings,
				      finding_json(&core->findings.item[i]));
	json_object_set_new(object, "cpus", json_text(core->core->cpus));
	json_object_set_new(object, "refused", json_boolean(core->refused));
	json_object_set_new(object, "writes", writes);
	json_object_set_new(object, "findings", findings);
	json_count(object, "visible",
		   core->refused ? 0 : core->plan.nr_visible);
	json_count(object, "unrecorded", core->unrecorded);
	return object;
}

int put_levelling_json(const struct levelling_answer *answer)
{
	json_t *cores = json_array();

	for (size_t i = 0; i < answer->nr; i++)
		json_array_append_new(cores, core_json(&answer->cores[i]));
	return json_put(json_pack("{s:b, s:s, s:s, s:o}", "complete",
				  levelling_complete(answer), "machine",
				  answer->machine, "policy", answer->policy,
				  "cores", cores));
}
