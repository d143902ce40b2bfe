/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cpupolicy/formats.h>

#define HEAD "{ \"format\": \"cpupolicy-policy\", \"version\": 1"

static int parse(struct cpupolicy_document *out, const char *text,
		 struct cpupolicy_error *error)
{
	memset(error, 0, sizeof(*error));
	return cpupolicy_document_parse(out, "pool.json", text, strlen(text),
					error);
}

static void must_parse(struct cpupolicy_document *out, const char *text)
{
	struct cpupolicy_error error;

	if (parse(out, text, &error) < 0)
		fail_msg("%s\n%s", error.text, text);
	assert_int_equal(out->kind, CPUPOLICY_DOCUMENT_POLICY);
}

/* read(write(p)) is p, and write(read(x)) is x. */
static void must_come_back(const struct cpupolicy_policy *policy)
{
	struct cpupolicy_document document;
	char *text = cpupolicy_policy_to_json(policy, "pool-a"), *again;

	assert_non_null(text);
	must_parse(&document, text);
	again = cpupolicy_policy_to_json(&document.policy,
					 document.policy_name);
	assert_non_null(again);
	assert_string_equal(text, again);
	if (!cpupolicy_policy_equal(policy, &document.policy))
		fail_msg("another policy came back:\n%s", text);
	free(text);
	free(again);
	cpupolicy_document_clear(&document);
}

static uint32_t number(const struct cpupolicy_policy *policy, const char *name)
{
	const struct cpupolicy_field *field;

	field = cpupolicy_field_find(name, strlen(name));
	assert_non_null(field);
	return cpupolicy_field_get(policy, field);
}

static void set(struct cpupolicy_policy *policy, const char *name,
		uint32_t value)
{
	const struct cpupolicy_field *field;

	field = cpupolicy_field_find(name, strlen(name));
	assert_non_null(field);
	assert_int_equal(cpupolicy_field_set(policy, field, value), 0);
}

static void set_row(struct cpupolicy_policy *policy, uint32_t leaf,
		    uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	const struct cpupolicy_row row = { leaf, 0, eax, ebx, ecx, edx };

	assert_int_equal(cpupolicy_policy_set_row(policy, &row), 0);
}

static void a_policy_is_read_by_names_and_addresses(void **state)
{
	struct cpupolicy_document document;
	const struct cpupolicy_policy *policy = &document.policy;

	(void)state;
	must_parse(&document,
		   HEAD ", \"table\": 1, \"name\": \"pool-a\","
			" \"vendor\": \"AuthenticAMD\","
			" \"features\": [\"fpu\", \"pni\", \"7.0:ebx[5]\"],"
			" \"numbers\": { \"clflush_size\": 8,"
			" \"phys_bits\": 48 },"
			" \"rows\": [\"1.0 00a20f12 0 0 0\"] }");
	assert_string_equal(document.policy_name, "pool-a");
	assert_int_equal(cpupolicy_policy_vendor(policy), CPUPOLICY_VENDOR_AMD);
	assert_int_equal(number(policy, "fpu"), 1);
	assert_int_equal(number(policy, "sse3"), 1);
	assert_int_equal(number(policy, "avx2"), 1);
	assert_int_equal(number(policy, "sse2"), 0);
	assert_int_equal(number(policy, "clflush_size"), 8);
	assert_int_equal(number(policy, "phys_bits"), 48);
	assert_int_equal(number(policy, "stepping"), 2);
	cpupolicy_document_clear(&document);
}

static void derived_numbers_are_derived_unless_given(void **state)
{
	struct cpupolicy_document document;
	uint32_t usual;

	(void)state;
	must_parse(&document, HEAD ", \"vendor\": \"GenuineIntel\","
				   " \"features\": [\"fpu\", \"avx2\"] }");
	usual = number(&document.policy, "max_basic");
	assert_true(usual >= 7);
	cpupolicy_document_clear(&document);

	must_parse(&document, HEAD ", \"vendor\": \"GenuineIntel\","
				   " \"features\": [\"fpu\", \"avx2\"],"
				   " \"numbers\": { \"max_basic\": 13 } }");
	assert_int_equal(number(&document.policy, "max_basic"), 13);
	must_come_back(&document.policy);
	/* also when it is zero although it would be derived otherwise */
	set(&document.policy, "max_basic", 0);
	must_come_back(&document.policy);
	cpupolicy_document_clear(&document);
}

static void a_policy_file_is_taken_literally(void **state)
{
	struct cpupolicy_document document;

	(void)state;
	/* AVX2 without AVX or XSAVE is nonsense, but it is what was stored */
	must_parse(&document, HEAD ", \"features\": [\"avx2\"] }");
	assert_int_equal(number(&document.policy, "avx2"), 1);
	assert_int_equal(number(&document.policy, "avx"), 0);
	must_come_back(&document.policy);
	cpupolicy_document_clear(&document);
}

static void the_policy_of_nothing_comes_back(void **state)
{
	struct cpupolicy_policy policy;

	(void)state;
	cpupolicy_policy_clear(&policy);
	must_come_back(&policy);
}

static void odd_vendors_come_back(void **state)
{
	struct cpupolicy_policy policy;

	(void)state;
	cpupolicy_policy_clear(&policy);
	set_row(&policy, 0, 0, 0x61424344, 0x20202020, 0x7e22275c);
	must_come_back(&policy); /* printable: text, with escapes */
	set_row(&policy, 0, 0, 0xff00fe01, 0x20202020, 0x0a0d0900);
	must_come_back(&policy); /* not text: a row */
}

static void bits_without_a_name_come_back(void **state)
{
	struct cpupolicy_policy policy;
	struct cpupolicy_document document;
	char *text;

	(void)state;
	cpupolicy_policy_clear(&policy);
	set_row(&policy, 2, 0x00feff01, 0xf0, 0, 0x80000000);
	set_row(&policy, 0x80000002, 0x65746e49, 0x2952286c, 1, 2);
	set_row(&policy, 7, 0, 0xffffffff, 0, 0);
	set_row(&policy, 0x80000021, 0xffffffff, 0, 0, 0);
	cpupolicy_normalize(&policy, NULL, NULL);
	must_come_back(&policy);
	text = cpupolicy_policy_to_json(&policy, NULL);
	assert_non_null(strstr(text, "\"00000002.0 00feff01 000000f0"));
	assert_null(strstr(text, "\"name\""));
	must_parse(&document, text);
	assert_null(document.policy_name);
	free(text);
	cpupolicy_document_clear(&document);
}

static void sections_keep_their_hypervisor_and_base(void **state)
{
	struct cpupolicy_policy policy;
	char *text;

	(void)state;
	cpupolicy_policy_clear(&policy);
	set_row(&policy, 0x40000000, 0, 0x756e694c, 0x564b2078, 0x7648204d);
	set_row(&policy, 0x40000100, 0, 0x4b4d564b, 0x564b4d56, 0x4d);
	set_row(&policy, 0x40000101, 0x01007efb, 0, 0, 1);
	set_row(&policy, 0x40000003, 0xffffffff, 0xffffffff, 0, 0xffffffff);
	cpupolicy_normalize(&policy, NULL, NULL);
	must_come_back(&policy);
	text = cpupolicy_policy_to_json(&policy, NULL);
	assert_non_null(strstr(text, "\"kvm\": \"0x40000100\""));
	assert_non_null(strstr(text, "\"linux-hv\": \"0x40000000\""));
	free(text);
}

/* What a host of a named hypervisor accepts has sections without a place. */
static void sections_that_are_anywhere_come_back(void **state)
{
	static const struct cpupolicy_row rows[] = {
		{ 0, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 1, 0, 0x000306a9, 0x00100800, 0x1fbae3bf, 0xbfebfbff },
	};
	const struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
		.named = true,
	};
	struct cpupolicy_policy policy;

	(void)state;
	assert_int_equal(cpupolicy_hostset(&policy, rows, 2, NULL, 0, &options,
					   NULL, NULL),
			 0);
	assert_int_equal(cpupolicy_policy_section(&policy, CPUPOLICY_SPACE_KVM),
			 CPUPOLICY_SECTION_ANYWHERE);
	must_come_back(&policy);
	/* and so does one that is signed */
	cpupolicy_policy_clear(&policy);
	set_row(&policy, 0, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69);
	set_row(&policy, 0x40000000, 0, 0x4b4d564b, 0x564b4d56, 0x4d);
	cpupolicy_policy_move_section(&policy, CPUPOLICY_SPACE_KVM,
				      CPUPOLICY_SECTION_ANYWHERE);
	must_come_back(&policy);
}

static void feature_msrs_come_back(void **state)
{
	struct cpupolicy_policy policy;
	struct cpupolicy_msr msr;

	(void)state;
	cpupolicy_policy_clear(&policy);
	set(&policy, "arch_capabilities", 1);
	set(&policy, "vmx", 1);
	for (uint32_t i = 0; cpupolicy_policy_msr_at(&msr, &policy, i); i++) {
		msr.value = 0x0123456789abcdefull * (2 * i + 1);
		assert_int_equal(cpupolicy_policy_set_msr(&policy, &msr), 0);
	}
	cpupolicy_normalize(&policy, NULL, NULL);
	must_come_back(&policy);
}

static uint32_t next(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 16 | *random << 16;
}

static void random_policies_come_back(void **state)
{
	static const uint32_t vendors[][3] = {
		{ 0x756e6547, 0x6c65746e, 0x49656e69 },
		{ 0x68747541, 0x444d4163, 0x69746e65 },
		{ 0x6f677948, 0x656e6975, 0x6e65476e },
		{ 0x746e6543, 0x736c7561, 0x48727561 },
		{ 0x20202020, 0x20202020, 0x20202020 },
	};
	uint32_t random = 7;

	(void)state;
	for (unsigned n = 0; n < 300; n++) {
		struct cpupolicy_policy policy;
		struct cpupolicy_row row;

		cpupolicy_policy_clear(&policy);
		for (uint32_t i = 0;
		     cpupolicy_policy_row_at(&row, &policy, i) > 0; i++) {
			uint32_t thin = n % 2 ? next(&random) : 0xffffffff;

			if (row.leaf >> 16 == 0x4000)
				continue;
			row.eax = next(&random) & thin;
			row.ebx = next(&random) & thin;
			row.ecx = next(&random) & thin;
			row.edx = next(&random) & thin;
			cpupolicy_policy_set_row(&policy, &row);
		}
		set_row(&policy, 0, next(&random), vendors[n % 5][0],
			vendors[n % 5][1], vendors[n % 5][2]);
		cpupolicy_normalize(&policy, NULL, NULL);
		must_come_back(&policy);
	}
}

static const struct {
	const char *why, *text, *says;
} bad_policies[] = {
	{ "misspelt", HEAD ", \"features\": [\"fpu\", \"avx22\"] }",
	  "pool.json: /features/1: unknown feature 'avx22', did you "
	  "mean 'avx2'?" },
	{ "twice, by two names", HEAD ", \"features\": [\"sse3\", \"pni\"] }",
	  "/features/1: 'pni' came before" },
	{ "a number among features", HEAD ", \"features\": [\"phys_bits\"] }",
	  "/features/0: 'phys_bits' is a number: it belongs in "
	  "/numbers" },
	{ "topology", HEAD ", \"features\": [\"b.0:ebx[1]\"] }",
	  "/features/0: 'b.0:ebx[1]' is never part of a policy: "
	  "topology" },
	{ "run-time state", HEAD ", \"features\": [\"osxsave\"] }",
	  "/features/0: 'osxsave' is never part of a policy" },
	{ "a feature among numbers", HEAD ", \"numbers\": { \"avx2\": 1 } }",
	  "/numbers/avx2: 'avx2' is a feature: it belongs in "
	  "/features" },
	{ "identity among numbers", HEAD ", \"numbers\": { \"stepping\": 1 } }",
	  "/numbers/stepping: 'stepping' identifies the CPU: its "
	  "register belongs in /rows" },
	{ "the vendor among numbers",
	  HEAD ", \"numbers\": { \"vendor_0\": 1 } }",
	  "/numbers/vendor_0: 'vendor_0' is the vendor" },
	{ "a number too large", HEAD ", \"numbers\": { \"phys_bits\": 256 } }",
	  "/numbers/phys_bits: 256 is out of range, expected 0 to "
	  "255" },
	{ "a number negative", HEAD ", \"numbers\": { \"max_basic\": -1 } }",
	  "/numbers/max_basic: -1 is out of range, expected 0 to "
	  "4294967295" },
	{ "a number by two names",
	  HEAD ", \"numbers\": { \"clflush_size\": 8, "
	       "\"clflush-size\": 8 } }",
	  "/numbers/clflush-size: 'clflush-size' came before" },
	{ "a vendor too short", HEAD ", \"vendor\": \"AMD\" }",
	  "/vendor: 'AMD' is not a vendor, expected 12 characters" },
	{ "a row without a slot", HEAD ", \"rows\": [\"b.0 1 2 3 4\"] }",
	  "/rows/0: leaf 0xb sub-leaf 0 has no place in a policy "
	  "(vcpu)" },
	{ "features in a row", HEAD ", \"rows\": [\"7.0 0 20 0 0\"] }",
	  "/rows/0: sets bits of leaf 0x7 that are features or "
	  "numbers" },
	{ "numbers in a row", HEAD ", \"rows\": [\"1.0 0 800 0 0\"] }",
	  "/rows/0: sets bits of leaf 0x1" },
	{ "no row at all", HEAD ", \"rows\": [\"\"] }",
	  "/rows/0: '' is not a row" },
	{ "a row twice",
	  HEAD ", \"rows\": [\"2.0 1 0 0 0\", \"2.0 1 0 0 0\"] }",
	  "/rows/1: the row came before" },
	{ "vendor twice",
	  HEAD ", \"vendor\": \"GenuineIntel\", \"rows\": [\"0.0 0 1 2 "
	       "3\"] }",
	  "/rows/0: the vendor came before" },
	{ "unknown hypervisor",
	  HEAD ", \"hypervisors\": { \"bhyve\": \"0x40000000\" } }",
	  "/hypervisors/bhyve: unknown hypervisor 'bhyve', expected "
	  "kvm" },
	{ "a base off the grid",
	  HEAD ", \"hypervisors\": { \"kvm\": \"0x40000010\" } }",
	  "/hypervisors/kvm: '0x40000010' is not a base" },
	{ "a base behind the last",
	  HEAD ", \"hypervisors\": { \"kvm\": \"0x4000fe00\" } }",
	  "/hypervisors/kvm: '0x4000fe00' is not a base" },
	{ "anywhere, twice",
	  HEAD ", \"hypervisors\": { \"hyperv\": \"anywhere\", "
	       "\"linux-hv\": \"anywhere\" } }",
	  "/hypervisors/linux-hv: came before under another name" },
	{ "a base as a number",
	  HEAD ", \"hypervisors\": { \"kvm\": 1073741824 } }",
	  "/hypervisors/kvm: expected a base such as" },
	{ "two at one base",
	  HEAD ", \"hypervisors\": { \"kvm\": \"0x40000000\", \"xen\": "
	       "\"0x40000000\" } }",
	  "/hypervisors/xen: another hypervisor has the base "
	  "0x40000000" },
	{ "Hyper-V twice",
	  HEAD ", \"hypervisors\": { \"hyperv\": \"0x40000000\", "
	       "\"linux-hv\": \"0x40000100\" } }",
	  "/hypervisors/linux-hv: came before under another name" },
	{ "unknown key", HEAD ", \"feature\": [] }",
	  "/feature: unknown key 'feature', expected one of format, "
	  "version, table" },
	{ "a table out of range", HEAD ", \"table\": 65536 }",
	  "/table: 65536 is out of range, expected 0 to 65535" },
};

static void a_bad_policy_is_refused_by_pointer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_policies) / sizeof(bad_policies[0]);
	     i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status = parse(&document, bad_policies[i].text, &error);

		if (status != CPUPOLICY_E_MEANING || error.status != status ||
		    strncmp(error.text, "pool.json: /", 12) != 0 ||
		    !strstr(error.text, bad_policies[i].says))
			fail_msg("%s: %d %s", bad_policies[i].why, status,
				 error.text);
		assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_NONE);
	}
}

/* Whatever is cut off or flipped: a document or an error, never a crash. */
static void damaged_policies_give_a_policy_or_an_error(void **state)
{
	struct cpupolicy_policy policy;
	uint32_t random = 1;
	size_t size;
	char *good;

	(void)state;
	cpupolicy_policy_clear(&policy);
	set_row(&policy, 0, 0, 0x756e6547, 0x6c65746e, 0x49656e69);
	set_row(&policy, 1, 0x000306a9, 0x800, 0xffffffff, 0xffffffff);
	set_row(&policy, 2, 0x00feff01, 0xf0, 0, 0);
	set_row(&policy, 0x40000000, 0, 0x4b4d564b, 0x564b4d56, 0x4d);
	cpupolicy_normalize(&policy, NULL, NULL);
	good = cpupolicy_policy_to_json(&policy, "x");
	assert_non_null(good);
	size = strlen(good);
	for (size_t i = 0; i < 5000; i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error = { 0 };
		size_t at = next(&random) % size;
		char before = good[at];
		int status;

		good[at] = (char)next(&random);
		status = cpupolicy_document_parse(
			&document, "x", good,
			i % 2 ? size : next(&random) % size, &error);
		if (status < 0)
			assert_true(error.status == status && *error.text);
		cpupolicy_document_clear(&document);
		good[at] = before;
	}
	free(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_read_by_names_and_addresses),
		cmocka_unit_test(derived_numbers_are_derived_unless_given),
		cmocka_unit_test(a_policy_file_is_taken_literally),
		cmocka_unit_test(the_policy_of_nothing_comes_back),
		cmocka_unit_test(odd_vendors_come_back),
		cmocka_unit_test(bits_without_a_name_come_back),
		cmocka_unit_test(sections_keep_their_hypervisor_and_base),
		cmocka_unit_test(sections_that_are_anywhere_come_back),
		cmocka_unit_test(feature_msrs_come_back),
		cmocka_unit_test(random_policies_come_back),
		cmocka_unit_test(a_bad_policy_is_refused_by_pointer),
		cmocka_unit_test(damaged_policies_give_a_policy_or_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
