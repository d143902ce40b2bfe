// SPDX-License-Identifier: MIT
/*
 * cli.c - the baseline of thousands of recorded hosts, as a whole process: wall
 * time and peak memory, beside virsh where it is installed.
 *
 * The hosts are the Intel records of tests/data again and again, each with its
 * name: once as fleets are, and once with an APIC id of its own too, so that no
 * two files say the same. CPUPOLICY names the program, else it is the one built
 * with this.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "fleet.h"

#define NR_HOSTS 5000u
#define NR_RUNS	 7

struct usage {
	double ms[NR_RUNS];
	long kib;
	int status;
};

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

static void write_text(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		die(path);
}

/* One host; with @own_cpu, another of its CPUs was asked. */
static void write_host(const char *folder, uint32_t nr,
		       const struct corpus_cpu *cpu, bool own_cpu)
{
	struct cpupolicy_record *record = cpupolicy_record_new();
	char path[4096], *text;

	if (!record ||
	    cpupolicy_record_add_cpu(record, 0, cpu->rows, cpu->nr_rows,
				     cpu->msrs, cpu->nr_msrs) < 0)
		die("record");
	for (size_t i = 0; i < record->cores[0].nr_rows && own_cpu; i++)
		/* the APIC id, which is in no policy */
		if (record->cores[0].rows[i].leaf == 1)
			record->cores[0].rows[i].ebx ^=
				nr << 24 | (nr >> 8) << 16;
	snprintf(path, sizeof(path), "node%05u", nr);
	record->name = strdup(path);
	record->date = strdup("2009-10-22T00:00:00Z");
	text = cpupolicy_record_to_json(record);
	if (!text)
		die("record");
	snprintf(path, sizeof(path), "%s/node%05u.json", folder, nr);
	write_text(path, text);
	free(text);
	cpupolicy_record_free(record);
}

static void fill(const char *folder, const struct fleet *fleet, bool own_cpu)
{
	const struct corpus_cpu *first = fleet->corpus.cpus;
	uint32_t nr = 0;

	if (mkdir(folder, 0700) != 0)
		die(folder);
	while (nr < NR_HOSTS)
		for (size_t i = 0; i < fleet->corpus.nr_committed; i++)
			if (nr < NR_HOSTS &&
			    is_wanted(&first[i], CPUPOLICY_VENDOR_INTEL))
				write_host(folder, nr++, &first[i], own_cpu);
}

/* The same for virsh: one file of CPU documents. */
static void write_virsh(const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		die(path);
	for (uint32_t i = 0; i < NR_HOSTS; i++)
		fprintf(out,
			"<cpu><arch>x86_64</arch><model>%s</model>"
			"<vendor>Intel</vendor><topology sockets='1' "
			"cores='%u' threads='1'/><feature name='vmx'/>"
			"<feature name='%s'/></cpu>\n",
			i % 2 ? "Penryn" : "Nehalem", i % 8 + 1,
			i % 3 ? "dca" : "xtpr");
	if (fclose(out) != 0)
		die(path);
}

static void run_once(struct usage *usage, size_t round, char *const argv[])
{
	double start = now_ns();
	struct rusage used;
	pid_t child = fork();
	int fd;

	if (child < 0)
		die("fork");
	if (child == 0) {
		fd = open("/dev/null", O_WRONLY);
		dup2(fd, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(child, &usage->status, 0, &used) < 0)
		die("wait4");
	usage->ms[round] = (now_ns() - start) / 1e6;
	if (used.ru_maxrss > usage->kib)
		usage->kib = used.ru_maxrss;
}

static bool ran(const struct usage *usage)
{
	return WIFEXITED(usage->status) && WEXITSTATUS(usage->status) < 2;
}

static double median(struct usage *usage)
{
	qsort(usage->ms, NR_RUNS, sizeof(usage->ms[0]), compare_times);
	return usage->ms[NR_RUNS / 2];
}

static void remove_folder(const char *folder)
{
	char path[4096];

	for (uint32_t i = 0; i < NR_HOSTS; i++) {
		snprintf(path, sizeof(path), "%s/node%05u.json", folder, i);
		unlink(path);
	}
	rmdir(folder);
}

static void put(const char *what, struct usage *usage, double against)
{
	double ms = median(usage), mb = (double)usage->kib / 1024;

	if (!ran(usage)) {
		printf("%-38s failed\n", what);
		return;
	}
	printf("%-38s %6.0f ms %6.1f MiB", what, ms, mb);
	if (against > 0)
		printf("  %.1fx as fast as virsh", against / ms);
	puts("");
}

static void report(struct usage *same, struct usage *own, struct usage *virsh)
{
	double ms = median(same), other = median(virsh);
	bool met = ran(same) && ms <= 80 && same->kib <= 20 * 1024;

	if (!ran(virsh)) {
		puts("virsh is not installed, or does not work: left out");
		other = 0;
	}
	put("baseline, few kinds of CPU", same, other);
	put("baseline, every record different", own, other);
	if (other > 0)
		put("virsh cpu-baseline", virsh, 0);
	printf("target: few kinds in 80 ms and 20 MiB: %s\n",
	       met ? "met" : "not met");
}

int main(int argc, char **argv)
{
	const char *program = getenv("CPUPOLICY"), *tmp = getenv("TMPDIR");
	const char *slash = strrchr(argv[0], '/');
	char beside[4096], top[256], same[300], own[300], documents[300];
	struct usage usage[3] = { 0 };
	struct fleet fleet;

	(void)argc;
	snprintf(beside, sizeof(beside), "%.*s/../cpupolicy",
		 slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
	snprintf(top, sizeof(top), "%.200s/cpupolicy-bench-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(top))
		die(top);
	snprintf(same, sizeof(same), "%s/same", top);
	snprintf(own, sizeof(own), "%s/own", top);
	snprintf(documents, sizeof(documents), "%s/cpus.xml", top);
	make_fleet(&fleet, 1, CPUPOLICY_VENDOR_INTEL);
	fill(same, &fleet, false);
	fill(own, &fleet, true);
	write_virsh(documents);
	free_fleet(&fleet);

	for (size_t round = 0; round < NR_RUNS; round++) {
		char *name = (char *)(uintptr_t)(program ? program : beside);

		run_once(&usage[0], round,
			 (char *[]){ name, "baseline", same, NULL });
		run_once(&usage[1], round,
			 (char *[]){ name, "baseline", own, NULL });
		run_once(&usage[2], round,
			 (char *[]){ "virsh", "-c", "test:///default",
				     "cpu-baseline", documents, NULL });
	}
	printf("%u recorded hosts, median of %d runs, largest memory\n\n",
	       NR_HOSTS, NR_RUNS);
	report(&usage[0], &usage[1], &usage[2]);
	remove_folder(same);
	remove_folder(own);
	unlink(documents);
	rmdir(top);
	return 0;
}
