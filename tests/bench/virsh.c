// SPDX-License-Identifier: MIT
/*
 * virsh.c - virsh cpu-baseline and cpu-compare beside `baseline` and `check`:
 * whole processes on the same documents, recorded hosts as libvirt's XML.
 *
 * virsh connects first; what that takes by itself is a line of its own.
 * cpu-compare needs libvirt's driver for QEMU within the process, which root
 * has only beside an installed daemon.
 */
#define _GNU_SOURCE
#include <sys/stat.h>

#include <cpupolicy/formats.h>

#include "fleet.h"
#include "process.h"

#define MAX_HOSTS 64u
#define TEST	  "test:///default"

/** struct way - a command */
struct way {
	const char *what;
	char *argv[8];
	bool says_no; /* of connecting: the next one may exit with 1 */
	struct usage usage;
};

/** struct places - the documents */
struct places {
	char top[256], folder[300], all[300], one[300], other[300];
	char root[300], embed[330];
	size_t nr;
};

static void write_text(const char *path, const char *text, const char *mode)
{
	FILE *out = fopen(path, mode);

	if (!out)
		die(path);
	fputs(text, out);
	close_text(out, path);
}

static char *host_of(const struct corpus_cpu *cpu)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	struct cpupolicy_error error;
	char *text = NULL;

	if (!record ||
	    cpupolicy_record_add_cpu(record, 0, cpu->rows, cpu->nr_rows,
				     cpu->msrs, cpu->nr_msrs) < 0 ||
	    cpupolicy_record_write(&text, record, "libvirt-host", NULL, NULL,
				   &error) < 0)
		die("record");
	cpupolicy_record_free(record);
	return text;
}

static void write_hosts(struct places *places, const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->corpus.nr_committed; i++) {
		const struct corpus_cpu *cpu = &fleet->corpus.cpus[i];
		char path[4096], *text;

		if (!is_wanted(cpu, CPUPOLICY_VENDOR_INTEL) ||
		    places->nr == MAX_HOSTS)
			continue;
		text = host_of(cpu);
		snprintf(path, sizeof(path), "%s/node%02zu.xml", places->folder,
			 places->nr);
		write_text(path, text, "w");
		write_text(places->all, text, "a");
		write_text(places->nr ? places->other : places->one, text, "w");
		places->nr++;
		free(text);
	}
}

static void make_places(struct places *places)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(places->top, sizeof(places->top),
		 "%.200s/cpupolicy-virsh-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(places->top))
		die(places->top);
	snprintf(places->folder, sizeof(places->folder), "%s/hosts",
		 places->top);
	snprintf(places->all, sizeof(places->all), "%s/all.xml", places->top);
	snprintf(places->one, sizeof(places->one), "%s/one.xml", places->top);
	snprintf(places->other, sizeof(places->other), "%s/other.xml",
		 places->top);
	snprintf(places->root, sizeof(places->root), "%s/root", places->top);
	snprintf(places->embed, sizeof(places->embed), "qemu:///embed?root=%s",
		 places->root);
	if (mkdir(places->folder, 0700) != 0 || mkdir(places->root, 0700) != 0)
		die(places->folder);
}

static void remove_places(const struct places *places)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -rf -- '%s'", places->top);
	if (system(command) != 0)
		die(places->top);
}

static void put(struct way *way, double against)
{
	double ms = median(&way->usage);

	if (!ran(&way->usage)) {
		printf("%-32s does not work here: left out\n", way->what);
		return;
	}
	printf("%-32s %7.1f ms", way->what, ms);
	if (against > 0)
		printf("  %4.1fx as fast", against / ms);
	puts("");
}

/* Connecting, virsh's and ours, in threes. virsh says no as it says that it
 * could not connect: connecting tells. */
static void report(struct way *ways)
{
	for (struct way *way = ways; way->what; way += 3) {
		bool works = way[way->says_no ? 0 : 1].usage.status == 0;

		if (!works)
			printf("%-32s does not work here: left out\n",
			       way[1].what);
		for (size_t i = 0; i < 2 && works; i++)
			put(&way[i], 0);
		put(&way[2], works ? median(&way[1].usage) : 0);
	}
}

int main(int argc, char **argv)
{
	static struct places places;
	static char program[4096];
	struct way ways[] = {
		{ .what = "virsh, connecting",
		  .argv = { "virsh", "-c", TEST, "uri" } },
		{ .what = "virsh cpu-baseline",
		  .argv = { "virsh", "-c", TEST, "cpu-baseline", places.all } },
		{ .what = "cpupolicy baseline",
		  .argv = { program, "baseline", places.folder } },
		{ .what = "virsh, connecting to QEMU's",
		  .argv = { "virsh", "-c", places.embed, "uri" },
		  .says_no = true },
		{ .what = "virsh cpu-compare",
		  .argv = { "virsh", "-c", places.embed, "cpu-compare",
			    places.one } },
		{ .what = "cpupolicy check",
		  .argv = { program, "check", places.one, places.other } },
		{ 0 },
	};
	struct fleet fleet;

	(void)argc;
	find_program(program, argv[0]);
	if (system("command -v virsh >/dev/null 2>&1") != 0) {
		puts("virsh is not installed: nothing to set beside");
		return 0;
	}
	make_places(&places);
	make_fleet(&fleet, 1, CPUPOLICY_VENDOR_INTEL);
	write_hosts(&places, &fleet);
	free_fleet(&fleet);
	for (size_t round = 0; round < NR_RUNS; round++)
		for (struct way *way = ways; way->what; way++)
			run_once(&way->usage, round, way->argv);
	printf("%zu recorded hosts, median of %d runs\n\n", places.nr, NR_RUNS);
	report(ways);
	remove_places(&places);
	return 0;
}
