// SPDX-License-Identifier: MIT
/*
 * fuzz_kvm.c - any bytes, taken for a table of KVM's, are sorted rows or
 * refused; a record of them is a machine like any other.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "host/kvm.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void count(void *arg, const struct cpupolicy_kvm_remark *remark)
{
	char text[200];

	++*(size_t *)arg;
	if (!*cpupolicy_kvm_remark_text(text, sizeof(text), remark))
		fuzz_fail("a remark without a word");
}

static void check_rows(const struct cpupolicy_row *rows, int nr)
{
	struct cpupolicy_record *record = cpupolicy_record_new();

	for (int i = 1; i < nr; i++)
		if (rows[i - 1].leaf > rows[i].leaf ||
		    (rows[i - 1].leaf == rows[i].leaf &&
		     rows[i - 1].subleaf >= rows[i].subleaf))
			fuzz_fail("row %d is out of place", i);
	cpupolicy_record_add_cpu(record, 0, rows, (size_t)nr, NULL, 0);
	fuzz_check_record(record);
	cpupolicy_record_free(record);
}

/* The same table is read again from entries, and equals itself. */
static void check_entries(const struct cpupolicy_row *rows, int nr,
			  const unsigned char *data, size_t size)
{
	size_t head = sizeof(struct cpupolicy__kvm_head), room;
	struct kvm_cpuid_entry2 *entries = malloc(size);
	struct cpupolicy_row *again;

	memcpy(entries, data + head, size - head);
	room = (size - head) / sizeof(*entries);
	again = calloc(room, sizeof(*again));
	if (cpupolicy_kvm_rows(again, room, entries, room, NULL, NULL) != nr ||
	    memcmp(again, rows, (size_t)nr * sizeof(*rows)) != 0)
		fuzz_fail("another reading of the same table");
	if (cpupolicy_kvm_compare(entries, room, entries, room, NULL, NULL))
		fuzz_fail("a table differs from itself");
	free(again);
	free(entries);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct cpupolicy_row rows[4096];
	size_t remarks = 0;
	int nr = cpupolicy_kvm_table_rows(rows, 4096, data, size, count,
					  &remarks);

	if (nr == 0 || nr > 4096)
		fuzz_fail("%d rows", nr);
	if (nr < 0)
		return 0;
	check_rows(rows, nr);
	check_entries(rows, nr, data, size);
	return 0;
}
