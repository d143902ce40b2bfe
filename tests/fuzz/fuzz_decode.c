// SPDX-License-Identifier: MIT
/*
 * fuzz_decode.c - any bytes decode to a policy with exactly these bytes, or
 * leave the output alone. The checksum is put right first, so that the fuzzer
 * gets past it.
 */
#include <stdlib.h>
#include <string.h>
#include <cpupolicy.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* As codec.h describes it, so that a wrong one in the library would show. */
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

static void check(const unsigned char *form, size_t size)
{
	static unsigned char again[65536];
	struct cpupolicy_policy policy, before;
	int status;

	memset(&before, 0x5a, sizeof(before));
	policy = before;
	status = cpupolicy_decode(&policy, form, size);
	if (status && memcmp(&policy, &before, sizeof(policy)))
		abort();
	if (status)
		return;
	if (cpupolicy_encode(again, sizeof(again), &policy) != size ||
	    memcmp(again, form, size))
		abort();
	cpupolicy_check(&policy, &policy, NULL, NULL);
	cpupolicy_normalize(&policy, NULL, NULL);
	if (cpupolicy_check(&policy, &policy, NULL, NULL) ==
	    CPUPOLICY_DOES_NOT_FIT)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	unsigned char form[16384];
	uint32_t crc;

	check(data, size);
	if (size < 4 || size > sizeof(form))
		return 0;
	memcpy(form, data, size);
	crc = crc32c(form, size - 4);
	for (size_t i = 0; i < 4; i++)
		form[size - 4 + i] = (unsigned char)(crc >> (8 * i));
	check(form, size);
	return 0;
}
