/* SPDX-License-Identifier: MIT */
/*
 * cmd_record.c - this machine as a record.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void tell(const struct cpupolicy_record *record)
{
	size_t msrs = 0;
	uint32_t cpus = 0;

	for (size_t i = 0; i < record->nr_cores; i++) {
		cpus += record->cores[i].nr_cpus;
		msrs += record->cores[i].nr_msrs;
	}
	fprintf(stderr, "recorded %u CPU%s of %zu kind%s, %s%s\n", cpus,
		cpus == 1 ? "" : "s", record->nr_cores,
		record->nr_cores == 1 ? "" : "s",
		msrs ? "with feature MSRs"
		     : "without feature MSRs (they need /dev/cpu/N/msr and "
		       "root)",
		cpupolicy_record_is_guest(record) ? "; inside a virtual machine"
						  : "");
	for (size_t i = 0; i < record->nr_notes; i++) {
		char *note = escape(record->notes[i]);

		fprintf(stderr, "note: %s\n", note);
		free(note);
	}
}

static int record_machine(bool kvm, const char *name, const char *output)
{
	struct cpupolicy_record *record = NULL;
	struct cpupolicy_error error = { 0 };
	int status = kvm ? cpupolicy_record_probe_kvm(&record, &error)
			 : cpupolicy_record_probe(&record, &error);

	if (status < 0)
		return trouble_of(&error);
	if (name) {
		free(record->name);
		record->name = strdup(name);
	}
	status = write_owned(output, cpupolicy_record_to_json(record));
	if (!status)
		tell(record);
	cpupolicy_record_free(record);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct words operands = { 0 };
	const char *output = "-", *name = NULL;
	bool kvm = false, json = false;
	const struct option options[] = {
		{ .name = "kvm", .flag = &kvm },
		{ .name = "name", .value = &name },
		{ .name = "output", .letter = 'o', .value = &output },
		{ .name = "json", .flag = &json },
		{ 0 },
	};
	int status = args_parse(&operands, command, options, argc, argv);

	if (status == ARGS_GO_ON)
		status = args_expect(command, &operands, 0, 0);
	if (status == ARGS_GO_ON)
		status = record_machine(kvm, name, output);
	words_free(&operands);
	return status;
}

const struct command command_record = {
	.name = "record",
	.arguments = "[--kvm] [--name NAME] [-o FILE]",
	.summary = "this machine, all CPUs, as a record",
	.help = "  --kvm        what this machine's KVM supports, instead of "
		"its CPUs\n"
		"  --name NAME  call it so, instead of by its host name\n"
		"  -o FILE      write there instead of to standard output\n"
		"  --json       nothing changes: a record is JSON\n\n"
		"Example:\n"
		"  cpupolicy record -o node7.json\n",
	.run = run,
};
