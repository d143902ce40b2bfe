/* SPDX-License-Identifier: MIT */
/*
 * cases.h - what the parts of the case runner share. tests/cases/README.md has
 * the language.
 */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include <cpupolicy/formats.h>

#define NAME_BYTES   32
#define MAX_WORDS    64
#define MAX_CPUS     4
#define MAX_ROWS     400
#define MAX_MSRS     64
#define MAX_MACHINES 8
#define MAX_HOSTS    24
#define MAX_FINDINGS 600

/* A line that cannot be understood; never a status of the library. */
#define BROKEN 1

/** struct words - one line of a case, split at blanks */
struct words {
	char *word[MAX_WORDS];
	size_t nr;
};

/** struct cpu - one logical CPU of a machine: what it answers */
struct cpu {
	struct cpupolicy_row rows[MAX_ROWS];
	struct cpupolicy_msr msrs[MAX_MSRS];
	size_t nr_rows, nr_msrs;
};

/** struct machine - CPUs as a recorder would find them */
struct machine {
	char name[NAME_BYTES];
	struct cpu cpus[MAX_CPUS];
	size_t nr_cpus;
};

/** struct host - a named policy */
struct host {
	char name[NAME_BYTES];
	struct cpupolicy_policy policy;
};

/** struct findings - what the last operation reported */
struct findings {
	struct cpupolicy_finding list[MAX_FINDINGS];
	size_t nr;
};

/** struct state - everything one case has made so far */
struct state {
	struct machine machines[MAX_MACHINES];
	struct host hosts[MAX_HOSTS];
	size_t nr_machines, nr_hosts;
	/* what lines with +, - and = change: one of these, or none */
	struct machine *machine;
	struct host *host;
	struct findings findings;

	const char *file;
	unsigned int line;
	char *trouble; /* what went wrong; lines that begin with "# " */
	size_t trouble_bytes;
};

/**
 * struct command - one word that may begin a line
 *
 * @run returns 0, BROKEN after complain(), or a status of the library. An
 * expectation that is not met complains and returns 0.
 */
struct command {
	const char *name;
	size_t min, max; /* number of words after the name */
	int (*run)(struct state *state, const struct words *words);
};

/** commands that make machines */
extern const struct command machine_commands[];
/** commands that make policies, and change both */
extern const struct command building_commands[];
/** commands that work on policies */
extern const struct command operation_commands[];
/** commands that compare a result with what the case says */
extern const struct command expectation_commands[];
/** commands that compare the tables with what the case says */
extern const struct command table_commands[];

/** complain - note a failure of the line at hand, as printf; returns BROKEN */
int complain(struct state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** find_host - a policy by name; NULL after complain() */
struct host *find_host(struct state *state, const char *name);
/** make_host - a new policy, or an old one again; NULL after complain() */
struct host *make_host(struct state *state, const char *name);
/** find_field - by name; NULL after complain() */
const struct cpupolicy_field *find_field(struct state *state, const char *name);
/** read_number - decimal, or hexadecimal after 0x; false after complain() */
bool read_number(struct state *state, const char *text, uint32_t *out);

/** read_leaf - LEAF[.SUBLEAF], both hexadecimal; @text is changed */
bool read_leaf(struct state *state, char *text, uint32_t *leaf,
	       uint32_t *subleaf);

/** find_machine - by name; NULL after complain() */
struct machine *find_machine(struct state *state, const char *name);
/** last_cpu - the CPU of the machine at hand that lines change */
struct cpu *last_cpu(struct state *state);
/** cpu_row, cpu_msr - made where not there; NULL after complain() */
struct cpupolicy_row *cpu_row(struct state *state, struct cpu *cpu,
			      uint32_t leaf, uint32_t subleaf);
struct cpupolicy_msr *cpu_msr(struct state *state, struct cpu *cpu,
			      uint32_t index);
/** set_on_cpu - store a value at an address of what the last CPU answers */
int set_on_cpu(struct state *state, const struct cpupolicy_address *at,
	       uint32_t value);
/** set_vendor - EBX, EDX and ECX of leaf 0 spell the vendor */
int set_vendor(struct state *state, struct cpupolicy_row *row,
	       const char *vendor);
/** read_record - read a file below the source root, to be cleared */
int read_record(struct state *state, struct cpupolicy_document *out,
		const char *name);

/** machine_record - all its CPUs, as a recorder would have written them */
struct cpupolicy_record *machine_record(const struct machine *machine);

/** is_listed - is the field among the words, from number @from on? */
bool is_listed(const struct words *words, size_t from,
	       const struct cpupolicy_field *field);

/** hear - a sink that collects findings in the state */
void hear(void *arg, const struct cpupolicy_finding *finding);
/** deafen - forget the findings of the operation before */
void deafen(struct state *state);
/** find_status - the status of a name such as E_VENDOR; false after complain()
 */
bool find_status(struct state *state, const char *name, int *out);

#endif
