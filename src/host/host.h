/* SPDX-License-Identifier: MIT */
/*
 * host.h - what the files of the hosted library share.
 */
#ifndef CPUPOLICY_SRC_HOST_H
#define CPUPOLICY_SRC_HOST_H

#include <cpupolicy/formats.h>

/*
 * Bounds that no real machine comes near, so that no input makes the library
 * work or allocate without end. The largest recorded machines have 384 CPUs,
 * 92 rows for each, and a handful of kinds of core.
 */
enum {
	CPUPOLICY__MAX_CPUS = 65536,
	CPUPOLICY__MAX_CORES = 1024,
	CPUPOLICY__MAX_ROWS = 4096, /* of one core */
	CPUPOLICY__MAX_MSRS = 512,  /* of one core */
};

/* error.c */

/*
 * Fill @error (which may be NULL) and return @status. What would disturb a
 * terminal or is not UTF-8 becomes '?', wherever it came from.
 */
int cpupolicy__fail(struct cpupolicy_error *error, int status,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with the place: "NAME:LINE:COLUMN: ", or what of it is not 0. */
int cpupolicy__fail_at(struct cpupolicy_error *error, int status,
		       const char *name, int line, int column,
		       const char *format, ...)
	__attribute__((format(printf, 6, 7)));
int cpupolicy__no_memory(struct cpupolicy_error *error, const char *name);
/* Replace, in place, what is not printable UTF-8 by '?'. */
void cpupolicy__clean(char *text);

/* rows.c */

/** struct cpupolicy__rows - rows of one CPU while they are being read */
struct cpupolicy__rows {
	struct cpupolicy_row *row;
	size_t nr, room;
};

/* Return 0, CPUPOLICY_E_MEMORY, or CPUPOLICY_E_RANGE: one row too many. */
int cpupolicy__rows_add(struct cpupolicy__rows *rows,
			const struct cpupolicy_row *row);
void cpupolicy__rows_clear(struct cpupolicy__rows *rows);
/* EAX to EDX by enum cpupolicy_register. */
static inline uint32_t cpupolicy__row_register(const struct cpupolicy_row *row,
					       unsigned reg)
{
	const uint32_t regs[4] = { row->eax, row->ebx, row->ecx, row->edx };

	return regs[reg % 4u];
}

/* The bits of an address within its register; the largest value there. */
static inline uint32_t cpupolicy__largest(const struct cpupolicy_address *at)
{
	return 0xffffffffu >> (31 - (at->high - at->low));
}

static inline uint32_t cpupolicy__bits(const struct cpupolicy_address *at)
{
	return cpupolicy__largest(at) << at->low;
}

/* Were all bits of a row recorded? */
static inline bool cpupolicy__all_known(const struct cpupolicy_row *known)
{
	return (known->eax & known->ebx & known->ecx & known->edx) ==
	       0xffffffffu;
}

/* Zero what is nobody's business: serial numbers and volatile counters. */
void cpupolicy__row_redact(struct cpupolicy_row *row);

/**
 * cpupolicy__hex - read a hexadecimal number, with or without 0x
 * @text: moved past the number
 * @digits: at most so many, not counting 0x
 *
 * Returns false where there is no digit or there are too many.
 */
bool cpupolicy__hex(uint64_t *out, const char **text, int digits);

/* Room for a row as text: "00000007.1 " and four registers. */
#define CPUPOLICY__ROW_TEXT 64

/* "00000007.1 00000000 ..."; returns false for anything else. */
bool cpupolicy__row_parse(struct cpupolicy_row *out, const char *text);
void cpupolicy__row_text(char out[CPUPOLICY__ROW_TEXT],
			 const struct cpupolicy_row *row);
/* "10a 000000000c0a0c4c"; returns false for anything else. */
bool cpupolicy__msr_parse(struct cpupolicy_msr *out, const char *text);
void cpupolicy__msr_text(char out[CPUPOLICY__ROW_TEXT],
			 const struct cpupolicy_msr *msr);

/* record.c, fold.c */

/*
 * What a record is allocated as. Hashes of what each core says, without what
 * varies per CPU, keep a machine of hundreds of CPUs from being compared row by
 * row, and lengths of the lists of CPUs from being read again for each CPU; 0
 * where not computed yet.
 */
struct cpupolicy__record {
	struct cpupolicy_record record; /* first: what callers see */
	struct {
		uint64_t hash;
		size_t length;
	} * folded; /* by core */
	const struct cpupolicy_field **varying;
	size_t nr_varying;
};

static inline struct cpupolicy__record *
cpupolicy__record_whole(struct cpupolicy_record *record)
{
	return (struct cpupolicy__record *)record;
}

/**
 * cpupolicy__record_add_core - add a core as it is, joined with no other
 * @like: copied; its list of CPUs is valid
 *
 * Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__record_add_core(struct cpupolicy_record *record,
			       const struct cpupolicy_core *like);

/* As cpupolicy_record_add_cpu(), with what is known; @like has no CPUs. */
int cpupolicy__record_add_cpu(struct cpupolicy_record *record, uint32_t cpu,
			      const struct cpupolicy_core *like);

/* The core that logical CPU *@cpu is of, or the next CPU there is, whose number
 * is put there; NULL: there is none. */
const struct cpupolicy_core *
cpupolicy__core_of_cpu(uint32_t *cpu, const struct cpupolicy_record *record);

/*
 * What is left of a row without the bits that vary from CPU to CPU. Only for a
 * record whose CPUs were added one by one: others have nothing that varies.
 */
struct cpupolicy_row
cpupolicy__row_steady(const struct cpupolicy_record *record,
		      const struct cpupolicy_row *row);

/* Forget the core that was added last. */
void cpupolicy__record_drop_core(struct cpupolicy_record *record);

/*
 * Set one of the owned strings of a record, cleaned; NULL leaves it as it is.
 */
int cpupolicy__set_string(char **string, const char *text);

/**
 * cpupolicy__cpus_parse - check a list such as 0-7,16-23
 *
 * Returns how many CPUs it names, or 0: not a list of ascending numbers below
 * CPUPOLICY__MAX_CPUS.
 */
uint32_t cpupolicy__cpus_parse(const char *text);

/* inspect.c */

/*
 * Note what is odd about a record just read from a foreign format, and what
 * will be done with it. Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__record_inspect(struct cpupolicy_record *record);

/* identity.c */

/* Is this feature set in the rows? False where its row was not recorded. */
bool cpupolicy__core_has(const struct cpupolicy_core *core, const char *name);

/* sections.c */

/** struct cpupolicy__section - a kind of paravirtual section */
struct cpupolicy__section {
	const char *name;
	char signature[13]; /* EBX, ECX, EDX of its first row */
	uint8_t space;	    /* enum cpupolicy_space */
};

/* Where no section is but for a moment: the last place there is. */
#define CPUPOLICY__LAST_SECTION 0x4000fd00u

/* Walk all kinds; NULL past the last. */
const struct cpupolicy__section *cpupolicy__section_at(size_t index);
/* By the signature in a row; NULL: none that is known. */
const struct cpupolicy__section *
cpupolicy__section_of_row(const struct cpupolicy_row *row);
/* The first row of such a section at @base; its EAX is 0. */
struct cpupolicy_row
cpupolicy__section_row(const struct cpupolicy__section *section, uint32_t base);

/* walk.c */

/* Answer one CPUID query: leaf and subleaf in, registers out. */
typedef void cpupolicy__ask(void *arg, struct cpupolicy_row *row);

/**
 * cpupolicy__walk - ask for every leaf and sub-leaf there is
 *
 * Returns 0, CPUPOLICY_E_MEMORY, or CPUPOLICY_E_RANGE: the answers had no end
 * and @rows holds as many as are allowed.
 */
int cpupolicy__walk(struct cpupolicy__rows *rows, cpupolicy__ask *ask,
		    void *arg);

/* instruction.c */

bool cpupolicy__has_cpuid(void);
/* A cpupolicy__ask by the CPUID instruction, on the CPU this thread is on. */
void cpupolicy__cpuid(void *arg, struct cpupolicy_row *row);

/* probe_cpu.c */

/*
 * Add a CPU of this machine: what cpupolicy__walk() found, which returned
 * @walked, and the feature MSRs as far as the device @msrs_path lets them be
 * read. Where it cannot be opened a note says so, once: *@told_msrs. Clears
 * @rows. Returns 0, or CPUPOLICY_E_MEMORY.
 */
int cpupolicy__probe_cpu(struct cpupolicy_record *record, uint32_t cpu,
			 struct cpupolicy__rows *rows, int walked,
			 const char *msrs_path, bool *told_msrs);

/* machine.c */

/* Fill what is known of the running system: name, kernel, date, tool. */
int cpupolicy__describe_machine(struct cpupolicy_record *record,
				const char *how);

/* file.c */

/** CPUPOLICY__MAX_FILE - no document is larger than this many bytes */
#define CPUPOLICY__MAX_FILE ((size_t)64 << 20)

/** CPUPOLICY__MAX_JSON - nor one that is JSON than this many, for its values
 *	take more memory than their text. A record of 1,024 kinds of core with
 *	92 rows each is smaller */
#define CPUPOLICY__MAX_JSON ((size_t)8 << 20)

/** struct cpupolicy__buffer - the bytes of a file so far */
struct cpupolicy__buffer {
	char *data; /* owned; NUL behind @size */
	size_t size, room;
};

/*
 * Read once, behind what is there. Returns 1, 0 at the end, CPUPOLICY_E_IO,
 * CPUPOLICY_E_MEMORY, or CPUPOLICY_E_RANGE: there are now more than @most
 * bytes.
 */
int cpupolicy__read_more(struct cpupolicy__buffer *buffer, int fd, size_t most);
/* A file to read; "-" is standard input, which is never closed. Opening returns
 * the descriptor, or CPUPOLICY_E_IO. */
int cpupolicy__open_file(const char *path, struct cpupolicy_error *error);
void cpupolicy__close_file(const char *path, int fd);
/* How messages call it. */
const char *cpupolicy__file_name(const char *path);
/* Word what cpupolicy__read_more() returned. */
int cpupolicy__read_failed(struct cpupolicy_error *error, const char *path,
			   int status);
/* Read all of a file; the caller frees @data. NUL-terminated behind @size. */
int cpupolicy__read_file(char **data, size_t *size, const char *path,
			 struct cpupolicy_error *error);

/* fit.c */

/* How many findings stand in the way of a guest of @model, whoever's if it is
 * nobody's, where @policy is offered. */
uint32_t cpupolicy__blocks(const struct cpupolicy_policy *model,
			   const struct cpupolicy_policy *policy);

/* stream.c */

/*
 * Does this text begin as a file with one JSON object per line does, with a
 * complete object in the first line and another behind it? Returns 1, 0, or -1:
 * that shows only in what follows.
 */
int cpupolicy__json_lines(const char *text, size_t size);
/* Past the object or array that begins here; 0: it does not end in this line,
 * or is too large; @size: it may end behind what is here. */
size_t cpupolicy__json_end(const char *text, size_t size, bool one_line);

#endif
