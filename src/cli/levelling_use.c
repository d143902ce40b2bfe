// SPDX-License-Identifier: MIT
/*
 * levelling_use.c - levelling plans as other tools take them.
 */
#include <stdlib.h>
#include <string.h>

#include "levelling.h"

/* "apic, 7.1:eax[3]": all findings of that code; to be freed */
static char *names_of(const struct findings *findings, uint16_t code)
{
	struct text names = { 0 };

	for (size_t i = 0; i < findings->nr; i++) {
		const struct cpupolicy_finding *f = &findings->item[i];
		char *address = finding_address(f);

		if (f->code == code)
			text_word(&names, ", ",
				  f->field ? f->field->name : address);
		free(address);
	}
	return names.s;
}

/* Comments: what the plan does not do. Nothing is lost in silence. */
static void put_remarks(const struct core_plan *core)
{
	for (size_t i = 0; i < core->findings.nr; i++) {
		uint16_t code = core->findings.item[i].code;
		char *names;

		if (finding_seen(&core->findings, i))
			continue;
		names = names_of(&core->findings, code);
		printf("# F%03u: %s: %s\n", code % 10000u,
		       cpupolicy_finding_info(code)->summary, names);
		free(names);
	}
}

/* A plan in another's form must be one; the reasons go to standard error. */
static int check_usable(const struct levelling_answer *answer)
{
	for (size_t i = 0; i < answer->nr; i++) {
		if (!answer->cores[i].refused)
			continue;
		fprintf(stderr,
			"cpupolicy: no plan: %s has more than %s honours"
			" (`cpupolicy check` says what)\n",
			answer->policy, answer->machine);
		return EXIT_NO;
	}
	return 0;
}

/* "0-3,8" as words of a shell: "$(seq 0 3) 8" */
static void put_cpus(const char *cpus)
{
	while (*cpus) {
		size_t length = strcspn(cpus, ",");
		size_t first = strcspn(cpus, "-,");

		if (first < length)
			printf(" $(seq %.*s %.*s)", (int)first, cpus,
			       (int)(length - first - 1), cpus + first + 1);
		else
			printf(" %.*s", (int)length, cpus);
		cpus += length + (cpus[length] == ',');
	}
}

/*
 * Halves apart: not every shell counts to 2^64. What is not the plan's is read
 * and written back.
 */
static void put_wrmsr(const struct cpupolicy_levelling_write *write)
{
	unsigned int msr = write->msr;
	uint32_t keep[2], value[2];

	for (unsigned int i = 0; i < 2; i++) {
		keep[i] = ~(uint32_t)(write->mask >> 32 * i);
		value[i] = (uint32_t)(write->value >> 32 * i);
	}
	if (!(keep[0] | keep[1])) {
		printf("\twrmsr -p $cpu 0x%x 0x%08x%08x\n", msr, value[1],
		       value[0]);
		return;
	}
	printf("\thigh=$(rdmsr -p $cpu -c -f 63:32 0x%x) &&\n"
	       "\tlow=$(rdmsr -p $cpu -c -f 31:0 0x%x) &&\n"
	       "\twrmsr -p $cpu 0x%x $(printf '0x%%08x%%08x'"
	       " $((high & 0x%x | 0x%x)) $((low & 0x%x | 0x%x)))\n",
	       msr, msr, msr, keep[1], value[1], keep[0], value[0]);
}

int put_levelling_wrmsr(const struct levelling_answer *answer)
{
	int status = check_usable(answer);

	for (size_t i = 0; i < answer->nr && !status; i++)
		for (uint32_t w = 0; w < answer->cores[i].plan.nr_writes; w++)
			if (answer->cores[i].plan.write[w].edi)
				return trouble(
					"MSR 0x%x of this CPU wants 0x%x in "
					"EDI,"
					" which wrmsr cannot do; Xen can"
					" (--xen)",
					answer->cores[i].plan.write[w].msr,
					answer->cores[i].plan.write[w].edi);
	for (size_t i = 0; i < answer->nr && !status; i++) {
		const struct core_plan *core = &answer->cores[i];

		printf("# %s shows %s\n", answer->machine, answer->policy);
		put_remarks(core);
		if (!core->plan.nr_writes)
			continue;
		fputs("for cpu in", stdout);
		put_cpus(core->core->cpus);
		puts("; do");
		for (uint32_t w = 0; w < core->plan.nr_writes; w++)
			put_wrmsr(&core->plan.write[w]);
		puts("done");
	}
	return status;
}

/* docs/misc/xen-command-line of Xen: cpuid_mask_* */
static const struct {
	const char *name;
	uint32_t leaf, subleaf, reg;
} xen_options[] = {
	{ "cpuid_mask_ecx", 1, 0, CPUPOLICY_ECX },
	{ "cpuid_mask_edx", 1, 0, CPUPOLICY_EDX },
	{ "cpuid_mask_ext_ecx", 0x80000001u, 0, CPUPOLICY_ECX },
	{ "cpuid_mask_ext_edx", 0x80000001u, 0, CPUPOLICY_EDX },
	{ "cpuid_mask_l7s0_eax", 7, 0, CPUPOLICY_EAX },
	{ "cpuid_mask_l7s0_ebx", 7, 0, CPUPOLICY_EBX },
	{ "cpuid_mask_thermal_ecx", 6, 0, CPUPOLICY_ECX },
	{ "cpuid_mask_xsave_eax", 0xd, 1, CPUPOLICY_EAX },
};

static const char *xen_name(const struct cpupolicy_levelling_write *write,
			    uint8_t reg)
{
	for (size_t i = 0; i < sizeof(xen_options) / sizeof(xen_options[0]);
	     i++)
		if (xen_options[i].leaf == write->leaf &&
		    xen_options[i].subleaf == write->subleaf &&
		    xen_options[i].reg == reg)
			return xen_options[i].name;
	return NULL;
}

static void add_xen(struct text *line,
		    const struct cpupolicy_levelling_write *write)
{
	const uint8_t reg[2] = { write->low, write->high };

	for (unsigned int i = 0; i < 2; i++) {
		const char *name = xen_name(write, reg[i]);

		if (name)
			text_add(line, "%s%s=0x%08x", line->length ? " " : "",
				 name, (uint32_t)(write->value >> 32 * i));
	}
}

int put_levelling_xen(const struct levelling_answer *answer)
{
	const struct core_plan *core = answer->cores;
	struct text line = { 0 };
	int status = check_usable(answer);

	if (!status && answer->nr != 1)
		return trouble("%s: its CPUs are not all alike, and Xen has one"
			       " mask for all",
			       answer->machine);
	for (uint32_t w = 0; !status && w < core->plan.nr_writes; w++)
		add_xen(&line, &core->plan.write[w]);
	if (!status) {
		printf("# %s shows %s\n", answer->machine, answer->policy);
		put_remarks(core);
		if (core->plan.nr_writes && !line.s)
			puts("# CPUID faulting: Xen uses it by itself, and"
			     " answers from each guest's policy");
		if (line.s)
			puts(line.s);
	}
	free(line.s);
	return status;
}
