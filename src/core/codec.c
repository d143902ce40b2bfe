// SPDX-License-Identifier: MIT
/*
 * codec.c - the byte form of a policy. The format is in codec.h.
 */
#include "internal.h"
#include <cpupolicy/codec.h>

#define HEADER 16u
#define MAGIC  "cpupolcy"

enum {
	TYPE_ROWS = 1,
	TYPE_MSRS = 2,
	TYPE_SECTIONS = 3,
};
#define FLAG_REQUIRED 1u

/* CRC-32C (Castagnoli), reflected; bit by bit, since policies are small. */
static uint32_t crc32c(const unsigned char *data, size_t size)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0x82f63b78u & -(crc & 1));
	}
	return ~crc;
}

/* Writes what fits, counts everything. */
struct writer {
	unsigned char *out;
	size_t size, at;
};

static void put(struct writer *to, uint32_t value, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++, to->at++)
		if (to->at < to->size)
			to->out[to->at] = (unsigned char)(value >> (8 * i));
}

static bool empty(const uint32_t *words, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (words[i])
			return false;
	return true;
}

static const uint32_t *words_of(const struct cpupolicy_policy *policy,
				const struct cpupolicy__leaf *leaf)
{
	if (leaf->space == CPUPOLICY_SPACE_MSR)
		return &policy->word[CPUPOLICY__MSR_WORD + leaf->slot * 2u];
	return &policy->word[leaf->slot * 4u];
}

/* Write, or only count, the rows of one space that are not zero. */
static uint32_t put_rows(struct writer *to,
			 const struct cpupolicy_policy *policy, uint32_t space)
{
	uint32_t width = space == CPUPOLICY_SPACE_MSR ? 2 : 4, count = 0;

	for (uint32_t i = 0; i < cpupolicy__nr_leaves; i++) {
		const struct cpupolicy__leaf *leaf = &cpupolicy__leaves[i];
		const uint32_t *words;

		if (leaf->space != space || leaf->slot == CPUPOLICY__NONE)
			continue;
		words = words_of(policy, leaf);
		if (empty(words, width))
			continue;
		count++;
		if (!to)
			continue;
		put(to, leaf->leaf, 4);
		if (width == 4)
			put(to, leaf->subleaf, 4);
		for (uint32_t w = 0; w < width; w++)
			put(to, words[w], 4);
	}
	return count;
}

static void put_header(struct writer *to, uint32_t type, uint32_t count)
{
	put(to, type, 2);
	put(to, FLAG_REQUIRED, 2);
	put(to, count, 4);
}

static uint32_t nr_sections(const struct cpupolicy_policy *policy)
{
	uint32_t count = 0;

	for (uint32_t s = CPUPOLICY_SPACE_KVM; s < CPUPOLICY_NR_SPACES; s++)
		count += cpupolicy__section(policy, s) != 0;
	return count;
}

size_t cpupolicy_encode(void *out, size_t size,
			const struct cpupolicy_policy *policy)
{
	struct writer to = { .out = out, .size = size };
	uint32_t msrs = put_rows(NULL, policy, CPUPOLICY_SPACE_MSR);
	uint32_t sections = nr_sections(policy);

	for (uint32_t i = 0; i < 8; i++)
		put(&to, (unsigned char)MAGIC[i], 1);
	put(&to, 1, 2);
	put(&to, policy->table, 2);
	put(&to, 1u + (msrs != 0) + (sections != 0), 4);
	put_header(&to, TYPE_ROWS, put_rows(NULL, policy, CPUPOLICY_SPACE_CPU));
	put_rows(&to, policy, CPUPOLICY_SPACE_CPU);
	if (msrs) {
		put_header(&to, TYPE_MSRS, msrs);
		put_rows(&to, policy, CPUPOLICY_SPACE_MSR);
	}
	if (sections)
		put_header(&to, TYPE_SECTIONS, sections);
	for (uint32_t s = CPUPOLICY_SPACE_KVM; s < CPUPOLICY_NR_SPACES; s++) {
		uint32_t base = cpupolicy__section(policy, s);

		if (!base)
			continue;
		put(&to, s, 1);
		put(&to, base - 1, 1);
		put(&to, put_rows(NULL, policy, s), 2);
		put_rows(&to, policy, s);
	}
	put(&to, to.at <= size ? crc32c(out, to.at) : 0, 4);
	return to.at;
}

/* Reads forward; what is not there reads as zero and is remembered. */
struct reader {
	const unsigned char *in;
	size_t size, at;
	struct cpupolicy_policy *out; /* NULL: only look */
	int status;
};

static uint32_t get(struct reader *from, uint32_t bytes)
{
	uint32_t value = 0;

	if (from->size - from->at < bytes) {
		if (!from->status)
			from->status = CPUPOLICY_E_TRUNCATED;
		return 0;
	}
	for (uint32_t i = 0; i < bytes; i++)
		value |= (uint32_t)from->in[from->at++] << (8 * i);
	return value;
}

static void fail(struct reader *from, int status)
{
	if (!from->status)
		from->status = status;
}

static uint32_t slot_word(uint32_t space, uint32_t leaf, uint32_t subleaf)
{
	const struct cpupolicy__leaf *row =
		cpupolicy__leaf_find(space, leaf, subleaf);

	if (!row || row->slot == CPUPOLICY__NONE || row->subleaf != subleaf)
		return CPUPOLICY__NONE;
	return space == CPUPOLICY_SPACE_MSR
		       ? CPUPOLICY__MSR_WORD + row->slot * 2u
		       : row->slot * 4u;
}

/* @count rows of one space, sorted, unique, none of them zero. */
static void get_rows(struct reader *from, uint32_t space, uint32_t count)
{
	uint32_t width = space == CPUPOLICY_SPACE_MSR ? 2 : 4;
	uint64_t last = 0;

	for (uint32_t i = 0; i < count && !from->status; i++) {
		uint32_t leaf = get(from, 4);
		uint32_t subleaf = width == 4 ? get(from, 4) : 0;
		uint64_t key = (uint64_t)leaf << 32 | subleaf;
		uint32_t word = slot_word(space, leaf, subleaf), bits = 0;

		if (i > 0 && key <= last)
			fail(from, CPUPOLICY_E_ORDER);
		last = key;
		for (uint32_t w = 0; w < width; w++) {
			uint32_t value = get(from, 4);

			bits |= value;
			if (from->out && word != CPUPOLICY__NONE)
				from->out->word[word + w] = value;
		}
		if (!bits)
			fail(from, CPUPOLICY_E_ORDER);
		else if (word == CPUPOLICY__NONE)
			fail(from, CPUPOLICY_E_NO_SLOT);
	}
}

static void get_sections(struct reader *from, uint32_t count)
{
	uint32_t last = 0;

	if (!count)
		fail(from, CPUPOLICY_E_ORDER);
	for (uint32_t i = 0; i < count && !from->status; i++) {
		uint32_t space = get(from, 1), base = get(from, 1);
		uint32_t rows = get(from, 2);

		if (space < CPUPOLICY_SPACE_KVM ||
		    space >= CPUPOLICY_NR_SPACES || base == 255)
			fail(from, CPUPOLICY_E_NO_SLOT);
		else if (space <= last)
			fail(from, CPUPOLICY_E_ORDER);
		else if (from->out)
			cpupolicy__set_section(from->out, space, base + 1);
		last = space;
		get_rows(from, space, rows);
	}
}

static void get_body(struct reader *from)
{
	uint32_t sections = get(from, 4), last = 0;

	for (uint32_t i = 0; i < sections && !from->status; i++) {
		uint32_t type = get(from, 2), flags = get(from, 2);
		uint32_t count = get(from, 4);

		/* the rows are always there, even if there are none */
		if (type <= last || (i == 0 && type != TYPE_ROWS))
			fail(from, CPUPOLICY_E_ORDER);
		last = type;
		if (flags != FLAG_REQUIRED || type > TYPE_SECTIONS)
			fail(from, CPUPOLICY_E_SECTION);
		else if (type != TYPE_ROWS && count == 0)
			fail(from, CPUPOLICY_E_ORDER);
		else if (type == TYPE_SECTIONS)
			get_sections(from, count);
		else
			get_rows(from,
				 type == TYPE_MSRS ? CPUPOLICY_SPACE_MSR
						   : CPUPOLICY_SPACE_CPU,
				 count);
	}
	if (!from->status && (sections == 0 || from->at != from->size))
		fail(from, sections ? CPUPOLICY_E_TRAILING : CPUPOLICY_E_ORDER);
}

/* Magic, version and checksum: is this a policy, and is it whole? */
static void get_frame(struct reader *from, uint32_t *table)
{
	struct reader sum;

	for (uint32_t i = 0; i < 8; i++)
		if (get(from, 1) != (unsigned char)MAGIC[i])
			fail(from, CPUPOLICY_E_MAGIC);
	if (get(from, 2) != 1)
		fail(from, CPUPOLICY_E_VERSION);
	*table = get(from, 2);
	if (from->status || from->size < HEADER + 4) {
		fail(from, CPUPOLICY_E_TRUNCATED);
		return;
	}
	from->size -= 4;
	sum = *from;
	sum.size += 4;
	sum.at = from->size;
	if (get(&sum, 4) != crc32c(from->in, from->size))
		fail(from, CPUPOLICY_E_CHECKSUM);
}

int cpupolicy_decode(struct cpupolicy_policy *out, const void *in, size_t size)
{
	struct reader look = { .in = in, .size = size };
	struct reader store;
	uint32_t table = 0;

	get_frame(&look, &table);
	store = look;
	if (!look.status)
		get_body(&look);
	if (look.status)
		return look.status;
	/* now that nothing can fail, store */
	cpupolicy_policy_clear(out);
	out->table = table;
	store.out = out;
	get_body(&store);
	return CPUPOLICY_OK;
}
