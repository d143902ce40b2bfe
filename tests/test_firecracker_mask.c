// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_error error;

static bool hides(const struct cpupolicy_mask_spec *mask, const char *name)
{
	const struct cpupolicy_address *at =
		&cpupolicy_field_find(name, strlen(name))->at;
	cpupolicy_feature feature = CPUPOLICY_FEATURE(
		at->space, at->leaf, at->subleaf, at->reg, at->low);

	for (size_t i = 0; i < mask->nr_hide; i++)
		if (mask->hide[i] == feature)
			return true;
	return false;
}

static void what_clears_bits_of_any_host_is_a_mask(void **state)
{
	static const char text[] =
		"{\"kvm_capabilities\": [\"!56\"], \"cpuid_modifiers\": ["
		"{\"leaf\": \"0x7\", \"subleaf\": \"0x0\", \"flags\": 1, "
		"\"modifiers\": [{\"register\": \"ebx\", \"bitmap\": "
		"\"0b0_xxxx_xx1x_xx0x_xxxx\"}]}, "
		"{\"leaf\": \"0x80000008\", \"subleaf\": \"0x0\", "
		"\"flags\": 0, \"modifiers\": [{\"register\": \"eax\", "
		"\"bitmap\": \"0b00101110\"}]}], \"msr_modifiers\": "
		"[{\"addr\": \"0x10a\", \"bitmap\": \"0b0x\"}]}";
	struct cpupolicy_document document;
	const struct cpupolicy_mask_spec *mask = &document.mask;

	(void)state;
	if (cpupolicy_document_parse(&document, "t2.json", text, strlen(text),
				     &error) < 0)
		fail_msg("%s", error.text);
	assert_string_equal(document.format, "firecracker");
	assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_MASK);
	assert_int_equal(mask->nr_hide, 3);
	assert_true(hides(mask, "avx2"));
	assert_true(hides(mask, "avx512f"));
	assert_true(hides(mask, "ibrs_all"));
	assert_int_equal(mask->nr_caps, 1);
	assert_string_equal(mask->caps[0].field->name, "phys_bits");
	assert_int_equal(mask->caps[0].value, 46);
	assert_int_equal(mask->nr_notes, 2);
	assert_string_equal(mask->notes[0],
			    "asked for, but a mask only takes away: erms");
	assert_string_equal(
		mask->notes[1],
		"Firecracker's list of KVM capabilities is changed: !56");
	cpupolicy_document_clear(&document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_clears_bits_of_any_host_is_a_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
