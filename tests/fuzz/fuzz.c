// SPDX-License-Identifier: MIT
/*
 * fuzz.c - what must hold of whatever was read, for all targets.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

void fuzz_fail(const char *format, ...)
{
	va_list ap;

	fputs("broken: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

void fuzz_check_status(int status, const struct cpupolicy_error *error)
{
	if (status > 0)
		fuzz_fail("status %d", status);
	if (status && error->status != status)
		fuzz_fail("status %d, but the error says %d", status,
			  error->status);
	if (status && !error->text[0])
		fuzz_fail("status %d without a word", status);
}

void fuzz_check_record(const struct cpupolicy_record *record)
{
	struct cpupolicy_hostset_options options = {
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};
	struct cpupolicy_policy offer, accept;
	struct cpupolicy_error error;

	if (cpupolicy_record_hostset(&offer, record, &options, NULL, NULL,
				     &error))
		return;
	options.set = CPUPOLICY_SET_ACCEPT;
	if (cpupolicy_record_hostset(&accept, record, &options, NULL, NULL,
				     &error) ||
	    cpupolicy_check(&offer, &accept, NULL, NULL) ==
		    CPUPOLICY_DOES_NOT_FIT)
		fuzz_fail("a machine does not accept what it offers");
}

static void note_loss(void *arg, const char *what)
{
	(void)what;
	*(bool *)arg = true;
}

static int row_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct cpupolicy_row));
}

/* Of rows for one leaf and sub-leaf the first counts, and the order is the
 * format's business. */
static struct cpupolicy_row *counted(size_t *nr,
				     const struct cpupolicy_core *core)
{
	struct cpupolicy_row *rows =
		malloc((core->nr_rows + 1) * sizeof(*rows));

	*nr = 0;
	for (size_t i = 0; rows && i < core->nr_rows; i++) {
		const struct cpupolicy_row *row = &core->rows[i];

		if (cpupolicy_core_row(core, row->leaf, row->subleaf) == row) {
			rows[*nr] = *row;
			cpupolicy__row_redact(&rows[(*nr)++]);
		}
	}
	if (rows)
		qsort(rows, *nr, sizeof(*rows), row_order);
	return rows;
}

static void compare_cores(const struct cpupolicy_core *a,
			  const struct cpupolicy_core *b, const char *format)
{
	size_t nr_a, nr_b;
	struct cpupolicy_row *rows_a = counted(&nr_a, a);
	struct cpupolicy_row *rows_b = counted(&nr_b, b);

	if (nr_a != nr_b || memcmp(rows_a, rows_b, nr_a * sizeof(*rows_a)))
		fuzz_fail("%s: CPU %s: the rows differ", format, a->cpus);
	if (a->nr_msrs != b->nr_msrs)
		fuzz_fail("%s: CPU %s: the MSRs differ", format, a->cpus);
	for (size_t i = 0; i < a->nr_msrs; i++)
		if (a->msrs[i].index != b->msrs[i].index ||
		    a->msrs[i].value != b->msrs[i].value)
			fuzz_fail("%s: MSR 0x%x differs", format,
				  (unsigned)a->msrs[i].index);
	free(rows_a);
	free(rows_b);
}

/* Cores may be folded otherwise: what counts is what each CPU says. */
static void compare_records(const struct cpupolicy_record *a,
			    const struct cpupolicy_record *b,
			    const char *format)
{
	uint32_t cpu_a = 0, cpu_b = 0;

	for (int i = 0; i < 64; i++, cpu_a++, cpu_b++) {
		const struct cpupolicy_core *x, *y;

		x = cpupolicy__core_of_cpu(&cpu_a, a);
		y = cpupolicy__core_of_cpu(&cpu_b, b);
		if (!x != !y || cpu_a != cpu_b)
			fuzz_fail("%s: other CPUs", format);
		if (!x)
			return;
		compare_cores(x, y, format);
	}
}

void fuzz_check_round_trip(const struct cpupolicy_record *record,
			   const struct cpupolicy__format *format)
{
	const char *name = format->info.name;
	struct cpupolicy_document again;
	struct cpupolicy_error error = { 0 };
	bool lost = false;
	char *text;
	int status;

	status = cpupolicy_record_write(&text, record, name, note_loss, &lost,
					&error);
	fuzz_check_status(status, &error);
	/* who promises a guest something has nothing for some CPUs */
	if (status == CPUPOLICY_E_MEANING || (!status && !format->info.reads)) {
		free(text);
		return;
	}
	if (status)
		fuzz_fail("%s: not written: %s", name, error.text);
	status = cpupolicy_document_parse(&again, "again", text, strlen(text),
					  &error);
	/* a list of names, which may be empty, says less; who reads it has
	 * perhaps another name; xl's lines are read as a mask */
	if ((format->info.partial && (!status || !*text)) ||
	    (!status && again.kind == CPUPOLICY_DOCUMENT_MASK)) {
		cpupolicy_document_clear(&again);
		free(text);
		return;
	}
	if (status || again.kind != CPUPOLICY_DOCUMENT_RECORD ||
	    strcmp(again.format, name) != 0)
		fuzz_fail("%s: not read again: %s", name,
			  status ? error.text : again.format);
	if (!lost)
		compare_records(record, again.record, name);
	cpupolicy_document_clear(&again);
	free(text);
}
