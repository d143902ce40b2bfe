// SPDX-License-Identifier: MIT
/*
 * cli.c - the baseline of thousands of recorded hosts, as a whole process: wall
 * time and peak memory, beside virsh where it is installed.
 *
 * The hosts are the Intel records of tests/data again and again, each with its
 * name: once as fleets are, and once with an APIC id of its own too, so that no
 * two of them say the same; as files in a folder, and as lines of one file.
 * CPUPOLICY names the program, else it is the one built with this.
 */
#define _GNU_SOURCE
#include <sys/stat.h>

#include "fleet.h"
#include "process.h"

#define NR_HOSTS 5000u
/* One host as JSON; with @own_cpu, another of its CPUs was asked. */
static char *make_host(uint32_t nr, const struct corpus_cpu *cpu, bool own_cpu)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	char name[32], *text;

	if (!record ||
	    cpupolicy_record_add_cpu(record, 0, cpu->rows, cpu->nr_rows,
				     cpu->msrs, cpu->nr_msrs) < 0)
		die("record");
	for (size_t i = 0; i < record->cores[0].nr_rows && own_cpu; i++)
		/* the APIC id, which is in no policy */
		if (record->cores[0].rows[i].leaf == 1)
			record->cores[0].rows[i].ebx ^=
				nr << 24 | (nr >> 8) << 16;
	snprintf(name, sizeof(name), "node%05u", nr);
	record->name = strdup(name);
	record->date = strdup("2009-10-22T00:00:00Z");
	text = cpupolicy_record_to_json(record);
	if (!text)
		die("record");
	cpupolicy_record_free(record);
	return text;
}

/* No string of these has a line end in it. */
static void put_line(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text != '\n')
			putc(*text, out);
	putc('\n', out);
}

static void write_host(const char *folder, FILE *lines, uint32_t nr,
		       const struct corpus_cpu *cpu, bool own_cpu)
{
	char path[4096], *text = make_host(nr, cpu, own_cpu);
	FILE *out;

	snprintf(path, sizeof(path), "%s/node%05u.json", folder, nr);
	out = open_text(path);
	fputs(text, out);
	close_text(out, path);
	put_line(lines, text);
	free(text);
}

/* The folder, and beside it the same in one file. */
static void fill(const char *folder, const struct fleet *fleet, bool own_cpu)
{
	const struct corpus_cpu *first = fleet->corpus.cpus;
	char path[4096];
	uint32_t nr = 0;
	FILE *lines;

	if (mkdir(folder, 0700) != 0)
		die(folder);
	snprintf(path, sizeof(path), "%s.jsonl", folder);
	lines = open_text(path);
	while (nr < NR_HOSTS)
		for (size_t i = 0; i < fleet->corpus.nr_committed; i++)
			if (nr < NR_HOSTS &&
			    is_wanted(&first[i], CPUPOLICY_VENDOR_INTEL))
				write_host(folder, lines, nr++, &first[i],
					   own_cpu);
	close_text(lines, path);
}

/* The same for virsh: one file of CPU documents. */
static void write_virsh(const char *path)
{
	FILE *out = open_text(path);

	for (uint32_t i = 0; i < NR_HOSTS; i++)
		fprintf(out,
			"<cpu><arch>x86_64</arch><model>%s</model>"
			"<vendor>Intel</vendor><topology sockets='1' "
			"cores='%u' threads='1'/><feature name='vmx'/>"
			"<feature name='%s'/></cpu>\n",
			i % 2 ? "Penryn" : "Nehalem", i % 8 + 1,
			i % 3 ? "dca" : "xtpr");
	close_text(out, path);
}

static void remove_hosts(const char *folder)
{
	char path[4096];

	for (uint32_t i = 0; i < NR_HOSTS; i++) {
		snprintf(path, sizeof(path), "%s/node%05u.json", folder, i);
		unlink(path);
	}
	rmdir(folder);
	snprintf(path, sizeof(path), "%s.jsonl", folder);
	unlink(path);
}

/* One way to be asked. */
struct way {
	const char *what;
	const char *argument; /* of baseline; NULL: virsh */
	bool target;
	struct usage usage;
};

static void put(struct way *way, double against)
{
	double ms = median(&way->usage), mb = (double)way->usage.kib / 1024;

	if (!ran(&way->usage)) {
		printf("%-40s failed\n", way->what);
		return;
	}
	printf("%-40s %6.0f ms %6.1f MiB", way->what, ms, mb);
	if (against > 0 && way->argument)
		printf("  %4.1fx as fast as virsh", against / ms);
	if (way->target)
		printf("  80 ms and 20 MiB: %s",
		       ms <= 80 && mb <= 20 ? "met" : "not met");
	puts("");
}

static void ask_all(struct way *ways, char *program, char *documents)
{
	for (size_t round = 0; round < NR_RUNS; round++)
		for (struct way *way = ways; way->what; way++) {
			char *argument = (char *)(uintptr_t)way->argument;
			char *own[] = { program, "baseline", argument, NULL };
			char *virsh[] = { "virsh",	     "-c",
					  "test:///default", "cpu-baseline",
					  documents,	     NULL };

			run_once(&way->usage, round, argument ? own : virsh);
		}
}

static void report(struct way *ways, struct way *virsh)
{
	double against = ran(&virsh->usage) ? median(&virsh->usage) : 0;

	printf("%u recorded hosts, median of %d runs, largest memory\n\n",
	       NR_HOSTS, NR_RUNS);
	if (against <= 0)
		puts("virsh is not installed, or does not work: left out");
	for (struct way *way = ways; way->what; way++)
		if (way != virsh || against > 0)
			put(way, against);
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	char program[4096], top[256], same[300], own[300], documents[300];
	char same_lines[320], own_lines[320];
	struct way ways[] = {
		{ .what = "folder, few kinds of CPU",
		  .argument = same,
		  .target = true },
		{ .what = "lines, few kinds of CPU",
		  .argument = same_lines,
		  .target = true },
		{ .what = "folder, every record different", .argument = own },
		{ .what = "lines, every record different",
		  .argument = own_lines },
		{ .what = "virsh cpu-baseline" },
		{ 0 },
	};
	struct fleet fleet;

	(void)argc;
	find_program(program, argv[0]);
	snprintf(top, sizeof(top), "%.200s/cpupolicy-bench-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(top))
		die(top);
	snprintf(same, sizeof(same), "%s/same", top);
	snprintf(own, sizeof(own), "%s/own", top);
	snprintf(same_lines, sizeof(same_lines), "%s.jsonl", same);
	snprintf(own_lines, sizeof(own_lines), "%s.jsonl", own);
	snprintf(documents, sizeof(documents), "%s/cpus.xml", top);
	make_fleet(&fleet, 1, CPUPOLICY_VENDOR_INTEL);
	fill(same, &fleet, false);
	fill(own, &fleet, true);
	write_virsh(documents);
	free_fleet(&fleet);

	ask_all(ways, program, documents);
	report(ways, &ways[4]);
	remove_hosts(same);
	remove_hosts(own);
	unlink(documents);
	rmdir(top);
	return 0;
}
