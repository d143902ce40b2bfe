/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy policy, back;
static unsigned char bytes[CPUPOLICY_ENCODED_MAX];

static const struct cpupolicy_row kvm = {
	.leaf = 0x40000100u, .ebx = 0x4b4d564b, .ecx = 0x564b4d56, .edx = 0x4d
};

/* AVX, an MSR, and KVM's leaves at 0x40000100: all kinds of sections. */
static size_t encode_everything(void)
{
	make_policy(&policy, "intel", AVX "arch_capabilities rdctl_no");
	assert_int_equal(cpupolicy_policy_set_row(&policy, &kvm), 0);
	cpupolicy_normalize(&policy, NULL, NULL);
	return cpupolicy_encode(bytes, sizeof(bytes), &policy);
}

/* CRC-32C, written apart from the library's: a table of nibbles. */
static uint32_t crc(const unsigned char *data, size_t size)
{
	uint32_t table[16], value = ~0u;

	for (uint32_t i = 0; i < 16; i++) {
		table[i] = i;
		for (int bit = 0; bit < 4; bit++)
			table[i] = table[i] & 1 ? table[i] >> 1 ^ 0x82f63b78u
						: table[i] >> 1;
	}
	for (size_t i = 0; i < size; i++) {
		value ^= data[i];
		value = value >> 4 ^ table[value & 15];
		value = value >> 4 ^ table[value & 15];
	}
	return ~value;
}

/* What was changed on purpose gets a checksum that fits. */
static void seal(size_t size)
{
	uint32_t sum = crc(bytes, size - 4);

	for (int i = 0; i < 4; i++)
		bytes[size - 4 + (size_t)i] = (unsigned char)(sum >> (8 * i));
}

static int decode(size_t size)
{
	int status;

	memset(&back, 0x5a, sizeof(back));
	status = cpupolicy_decode(&back, bytes, size);
	if (status)
		for (size_t i = 0; i < COUNT(back.word); i++)
			assert_int_equal(back.word[i], 0x5a5a5a5a);
	return status;
}

static void what_was_encoded_comes_back(void **state)
{
	static const char *const fields[] = {
		"",
		X87,
		AVX "zero_fcs_fds stepping=7",
		AVX "arch_capabilities rsba",
		LONG "phys_bits=52",
	};
	size_t size = encode_everything();

	(void)state;
	assert_int_equal(decode(size), 0);
	assert_true(cpupolicy_policy_equal(&policy, &back));
	for (size_t i = 0; i < COUNT(fields); i++) {
		make_normal(&policy, "intel", fields[i]);
		size = cpupolicy_encode(bytes, sizeof(bytes), &policy);
		assert_true(size <= CPUPOLICY_ENCODED_MAX);
		assert_int_equal(decode(size), 0);
		assert_true(cpupolicy_policy_equal(&policy, &back));
	}
	cpupolicy_policy_clear(&policy);
	size = cpupolicy_encode(bytes, sizeof(bytes), &policy);
	assert_int_equal(decode(size), 0);
	assert_true(cpupolicy_policy_equal(&policy, &back));
}

static void the_form_is_the_documented_one(void **state)
{
	static const unsigned char wanted[] = {
		'c', 'p', 'u', 'p', 'o',  'l', 'c',  'y', /* magic */
		1,   0,	  7,   0,			  /* format, table */
		1,   0,	  0,   0,			  /* one section */
		1,   0,	  1,   0,   1,	  0,   0,    0, /* CPUID rows, required,
							   one */
		7,   0,	  0,   0,   0,	  0,   0,    0, /* leaf, sub-leaf */
		0,   0,	  0,   0,   0x20, 0,   0,    0,	  0,
		0,   0,	  0,   0,   0,	  0,   0x80,
	};
	struct cpupolicy_row row = { .leaf = 7,
				     .ebx = 0x20,
				     .edx = 0x80000000u };
	uint32_t sum;

	(void)state;
	cpupolicy_policy_clear(&policy);
	policy.table = 7;
	assert_int_equal(cpupolicy_policy_set_row(&policy, &row), 0);
	assert_int_equal(cpupolicy_encode(bytes, sizeof(bytes), &policy),
			 sizeof(wanted) + 4);
	assert_memory_equal(bytes, wanted, sizeof(wanted));
	sum = crc(wanted, sizeof(wanted));
	assert_int_equal(bytes[sizeof(wanted)], sum & 0xff);
	assert_int_equal(bytes[sizeof(wanted) + 3], sum >> 24);
	/* RFC 3720, B.4: the CRC of 32 zeros is aa 36 91 8a */
	memset(bytes, 0, 32);
	assert_int_equal(crc(bytes, 32), 0x8a9136aau);
}

static void a_buffer_too_small_is_said_and_not_overrun(void **state)
{
	size_t size = encode_everything();

	(void)state;
	assert_int_equal(cpupolicy_encode(NULL, 0, &policy), size);
	for (size_t small = 0; small < size; small++) {
		memset(bytes, 0xa5, sizeof(bytes));
		assert_int_equal(cpupolicy_encode(bytes, small, &policy), size);
		assert_int_equal(bytes[small], 0xa5);
	}
}

static void cut_short_it_is_refused_everywhere(void **state)
{
	size_t size = encode_everything();

	(void)state;
	for (size_t cut = 0; cut < size; cut++) {
		int status = decode(cut);

		if (status != CPUPOLICY_E_TRUNCATED &&
		    status != CPUPOLICY_E_CHECKSUM)
			fail_msg("%zu bytes: %d", cut, status);
	}
	/* even where the checksum fits what is left */
	for (size_t cut = 20; cut < size; cut += 3) {
		encode_everything();
		seal(cut);
		assert_int_not_equal(decode(cut), 0);
	}
}

static void every_flipped_bit_is_noticed(void **state)
{
	size_t size = encode_everything();

	(void)state;
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_int_not_equal(decode(size), 0);
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	assert_int_equal(decode(size), 0);
}

/* Offsets of a form with two CPUID rows: header 16, section 8, rows 24 each. */
static void what_is_not_canonical_is_refused(void **state)
{
	static const struct {
		const char *why;
		size_t at;
		unsigned char bytes[4];
		int status;
	} cases[] = {
		{ "another magic",
		  0,
		  { 'q', 'p', 'u', 'p' },
		  CPUPOLICY_E_MAGIC },
		{ "a newer format", 8, { 2, 0, 1, 0 }, CPUPOLICY_E_VERSION },
		{ "an older format", 8, { 0, 0, 1, 0 }, CPUPOLICY_E_VERSION },
		{ "no section", 12, { 0, 0, 0, 0 }, CPUPOLICY_E_ORDER },
		{ "more sections than there are",
		  12,
		  { 2, 0, 0, 0 },
		  CPUPOLICY_E_TRUNCATED },
		{ "not beginning with its rows",
		  16,
		  { 9, 0, 1, 0 },
		  CPUPOLICY_E_ORDER },
		{ "fewer rows than there are",
		  20,
		  { 1, 0, 0, 0 },
		  CPUPOLICY_E_TRAILING },
		{ "more rows than there are",
		  20,
		  { 3, 0, 0, 0 },
		  CPUPOLICY_E_TRUNCATED },
		{ "as many as can be said",
		  20,
		  { 255, 255, 255, 255 },
		  CPUPOLICY_E_TRUNCATED },
		{ "rows out of order", 24, { 8, 0, 0, 0 }, -100 },
		{ "a row twice", 24, { 7, 0, 0, 0 }, CPUPOLICY_E_ORDER },
		{ "a row without a slot",
		  24,
		  { 3, 0, 0, 0 },
		  CPUPOLICY_E_NO_SLOT },
		{ "a sub-leaf that does not matter",
		  28,
		  { 1, 0, 0, 0 },
		  CPUPOLICY_E_NO_SLOT },
		{ "a row of zeros", 36, { 0, 0, 0, 0 }, CPUPOLICY_E_ORDER },
	};
	struct cpupolicy_row one = { .leaf = 1, .ebx = 0x800 };
	struct cpupolicy_row seven = { .leaf = 7, .ebx = 0x20 };
	size_t size;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status;

		cpupolicy_policy_clear(&policy);
		assert_int_equal(cpupolicy_policy_set_row(&policy, &one), 0);
		assert_int_equal(cpupolicy_policy_set_row(&policy, &seven), 0);
		size = cpupolicy_encode(bytes, sizeof(bytes), &policy);
		assert_int_equal(size, 16 + 8 + 2 * 24 + 4);
		seal(size);
		assert_int_equal(decode(size), 0);
		memcpy(bytes + cases[i].at, cases[i].bytes, 4);
		seal(size);
		status = decode(size);
		/* leaf 8 has no slot and is out of order: either will do */
		if (cases[i].status == -100
			    ? status != CPUPOLICY_E_ORDER &&
				      status != CPUPOLICY_E_NO_SLOT
			    : status != cases[i].status)
			fail_msg("%s: %d", cases[i].why, status);
	}
	/* a second section that nobody knows */
	size = cpupolicy_encode(bytes, sizeof(bytes), &policy) + 8;
	bytes[12] = 2;
	memcpy(bytes + size - 12, "\x09\0\x01\0\x01\0\0\0", 8);
	seal(size);
	assert_int_equal(decode(size), CPUPOLICY_E_SECTION);
	/* one byte more than there should be */
	size = encode_everything() + 1;
	seal(size);
	assert_int_equal(decode(size), CPUPOLICY_E_TRAILING);
}

static void what_was_stored_is_not_derived_again(void **state)
{
	size_t size;

	(void)state;
	/* a guest that was told of leaves that it would not be told of now */
	make_normal(&policy, "intel", X87);
	set_fields(&policy, "max_basic=22 linear_bits=57 xsave_size_max=999");
	policy.table = 9;
	size = cpupolicy_encode(bytes, sizeof(bytes), &policy);
	assert_int_equal(decode(size), 0);
	assert_true(cpupolicy_policy_equal(&policy, &back));
	assert_int_equal(value_of(&back, "max_basic"), 22);
	assert_int_equal(back.table, 9);
}

static void no_policy_is_larger_than_the_promised_maximum(void **state)
{
	struct cpupolicy_row row;
	struct cpupolicy_msr msr;

	(void)state;
	cpupolicy_policy_clear(&policy);
	memset(policy.word, 0xff, sizeof(policy.word));
	policy.bases = 0x04030201;
	assert_true(cpupolicy_encode(NULL, 0, &policy) <=
		    CPUPOLICY_ENCODED_MAX);
	/* each row and MSR is in it: 4 + 4 + 16 bytes, or 4 + 8 */
	size_t size = 16 + 3 * 8 + 4 * 4 + 4;
	for (uint32_t i = 0; cpupolicy_policy_row_at(&row, &policy, i); i++)
		size += 24;
	for (uint32_t i = 0; cpupolicy_policy_msr_at(&msr, &policy, i); i++)
		size += 12;
	assert_int_equal(cpupolicy_encode(NULL, 0, &policy), size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_encoded_comes_back),
		cmocka_unit_test(the_form_is_the_documented_one),
		cmocka_unit_test(a_buffer_too_small_is_said_and_not_overrun),
		cmocka_unit_test(cut_short_it_is_refused_everywhere),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(what_is_not_canonical_is_refused),
		cmocka_unit_test(what_was_stored_is_not_derived_again),
		cmocka_unit_test(no_policy_is_larger_than_the_promised_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
