/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "formats/named.h"
#include "told.h"

/* One CPU that is being told, and the record it becomes. */
struct fixture {
	struct cpupolicy__source source;
	struct cpupolicy_error error;
	struct cpupolicy_document document;
	struct cpupolicy__dump dump;
	struct cpupolicy__named named;
};

static void begin(struct fixture *f, enum cpupolicy__project project)
{
	memset(f, 0, sizeof(*f));
	f->source.name = "names";
	f->named.project = project;
	assert_int_equal(cpupolicy__dump_begin(&f->dump, &f->document,
					       &f->source, &f->error, "names"),
			 0);
}

static const struct cpupolicy_core *end(struct fixture *f)
{
	assert_int_equal(cpupolicy__named_close(&f->named), 0);
	assert_int_equal(cpupolicy__named_put(&f->named, &f->dump, 1), 0);
	assert_int_equal(cpupolicy__named_notes(&f->named, f->dump.record), 0);
	if (cpupolicy__dump_end(&f->dump, 1, 0) < 0)
		fail_msg("%s", f->error.text);
	cpupolicy__named_clear(&f->named);
	assert_true(unknown_is_zero(&f->document.record->cores[0]));
	return &f->document.record->cores[0];
}

/* "+avx -avx2": on and off */
static int tell(struct fixture *f, const char *names)
{
	while (*names) {
		size_t length = strcspn(names, " ");
		int status = cpupolicy__named_name(&f->named, names + 1,
						   length - 1, *names == '+');

		if (status < 0)
			return status;
		names += length;
		names += strspn(names, " ");
	}
	return 0;
}

static void only_what_was_told_is_known(void **state)
{
	struct fixture f;
	const struct cpupolicy_core *core;

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(tell(&f, "+avx2 -bmi1 +sse4.1 -lm -svm"), 0);
	assert_int_equal(cpupolicy__named_number(&f.named, "phys_bits", 46), 0);
	core = end(&f);
	assert_int_equal(told(core, "avx2"), 1);
	assert_int_equal(told(core, "sse4_1"), 1);
	assert_int_equal(told(core, "bmi1"), 0);
	assert_int_equal(told(core, "lm"), 0);
	assert_int_equal(told(core, "phys_bits"), 46);
	assert_int_equal(told(core, "bmi2"), NOT_TOLD);
	assert_int_equal(told(core, "erms"), NOT_TOLD);
	assert_int_equal(told(core, "linear_bits"), NOT_TOLD);
	assert_int_equal(told(core, "mmx"), NOT_TOLD);
	assert_int_equal(told(core, "family"), NOT_TOLD);
	assert_int_equal(told(core, "vendor_0"), NOT_TOLD);
	cpupolicy_document_clear(&f.document);
}

static void rows_come_in_order(void **state)
{
	struct fixture f;
	const struct cpupolicy_core *core;

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(tell(&f, "+svm +avx-vnni +avx2 +xgetbv1 +pni +arat"),
			 0);
	core = end(&f);
	for (size_t i = 1; i < core->nr_rows; i++) {
		const struct cpupolicy_row *a = &core->rows[i - 1], *b = a + 1;

		assert_true(a->leaf < b->leaf ||
			    (a->leaf == b->leaf && a->subleaf < b->subleaf));
		assert_int_equal(core->known[i].leaf, b->leaf);
		assert_int_equal(core->known[i].subleaf, b->subleaf);
	}
	assert_int_equal(core->rows[0].leaf, 0);
	cpupolicy_document_clear(&f.document);
}

static void a_bit_has_one_value(void **state)
{
	static const struct {
		const char *why, *names;
		int status;
	} cases[] = {
		{ "one name, twice the same", "+avx +avx", 0 },
		{ "one name, on and off", "+avx -avx", CPUPOLICY_E_DIFFERS },
		{ "off and on", "-avx +avx", CPUPOLICY_E_DIFFERS },
		{ "two names of one bit", "+nx -xd", CPUPOLICY_E_DIFFERS },
		{ "two spellings", "-sse4.1 +sse4_1", CPUPOLICY_E_DIFFERS },
		{ "of an MSR", "+rdctl-no -rdctl-no", CPUPOLICY_E_DIFFERS },
		{ "its neighbour", "+avx -f16c +rdctl-no -ibrs-all", 0 },
		{ "what nobody knows", "+what -what", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;

		begin(&f, CPUPOLICY__QEMU);
		if (tell(&f, cases[i].names) != cases[i].status)
			fail_msg("%s", cases[i].why);
		end(&f);
		cpupolicy_document_clear(&f.document);
	}
}

static void a_number_must_fit_its_field(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(cpupolicy__named_number(&f.named, "clflush_size", 256),
			 CPUPOLICY_E_RANGE);
	assert_int_equal(cpupolicy__named_number(&f.named, "clflush_size", 255),
			 0);
	assert_int_equal(cpupolicy__named_number(&f.named, "clflush_size", 8),
			 CPUPOLICY_E_DIFFERS);
	assert_int_equal(told(end(&f), "clflush_size"), 255);
	cpupolicy_document_clear(&f.document);
}

static void names_that_nobody_knows_are_noted_once(void **state)
{
	struct fixture f;
	char name[64];

	(void)state;
	begin(&f, CPUPOLICY__LINUX);
	assert_int_equal(tell(&f, "+fpu +warp +pti +hole +warp +hole2"), 0);
	end(&f);
	assert_true(noted(f.document.record,
			  "names that are not known, left out: warp hole "
			  "hole2"));
	cpupolicy_document_clear(&f.document);

	begin(&f, CPUPOLICY__LINUX);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "+name_that_nobody_knows_%d", i);
		assert_int_equal(tell(&f, name), 0);
	}
	end(&f);
	assert_true(noted(f.document.record, "nobody_knows_0 "));
	assert_true(noted(f.document.record, " ..."));
	assert_false(noted(f.document.record, "nobody_knows_999"));
	cpupolicy_document_clear(&f.document);
}

static void an_identity_is_what_the_cpu_would_say(void **state)
{
	static const struct {
		const char *why;
		struct cpupolicy_signature is;
		uint32_t eax; /* 0: refused */
	} cases[] = {
		{ "a Pentium", { 5, 2, 12 }, 0x52c },
		{ "a Xeon", { 6, 0xcf, 2 }, 0xc06f2 },
		{ "a Pentium 4", { 15, 4, 1 }, 0xf41 },
		{ "Zen 5", { 0x1a, 2, 1 }, 0xb00f21 },
		{ "Zhaoxin", { 7, 0x3b, 0 }, 0x307b0 },
		{ "the highest", { 15 + 255, 255, 15 }, 0xfff0fff },
		{ "a family too high", { 15 + 256, 0, 0 }, 0 },
		{ "a model too high", { 6, 256, 0 }, 0 },
		{ "a stepping too high", { 6, 0, 16 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;
		const struct cpupolicy_core *core;
		int status;

		begin(&f, CPUPOLICY__QEMU);
		status = cpupolicy__named_signature(&f.named, &cases[i].is);
		assert_int_equal(status, cases[i].eax ? 0 : CPUPOLICY_E_RANGE);
		core = end(&f);
		if (cases[i].eax &&
		    cpupolicy_core_row(core, 1, 0)->eax != cases[i].eax)
			fail_msg("%s: %#x", cases[i].why,
				 cpupolicy_core_row(core, 1, 0)->eax);
		cpupolicy_document_clear(&f.document);
	}
}

static void a_makers_string_and_a_brand_are_kept(void **state)
{
	struct fixture f;
	const struct cpupolicy_core *core;
	const struct cpupolicy_row *row;
	char brand[64];

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(cpupolicy__named_vendor(&f.named, "AuthenticAM"),
			 CPUPOLICY_E_RANGE);
	assert_int_equal(cpupolicy__named_vendor(&f.named, "AuthenticAMD"), 0);
	assert_int_equal(f.named.vendor, CPUPOLICY_VENDOR_AMD);
	assert_int_equal(cpupolicy__named_brand(&f.named, "A brand"), 0);
	core = end(&f);
	row = cpupolicy_core_row(core, 0, 0);
	assert_int_equal(row->ebx, 0x68747541);
	assert_int_equal(row->edx, 0x69746e65);
	assert_int_equal(row->ecx, 0x444d4163);
	cpupolicy_core_brand(brand, core);
	assert_string_equal(brand, "A brand");
	cpupolicy_document_clear(&f.document);

	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(cpupolicy__named_brand(
				 &f.named, "0123456789abcdef0123456789abcdef"
					   "0123456789abcdefXYZ"),
			 0);
	cpupolicy_core_brand(brand, end(&f));
	assert_string_equal(brand, "0123456789abcdef0123456789abcdef"
				   "0123456789abcdef");
	cpupolicy_document_clear(&f.document);
}

static void features_bring_their_state_components(void **state)
{
	static const struct {
		const char *why, *names, *there, *not_told;
	} cases[] = {
		{ "AVX", "+xsave +avx", "xcr0_x87 xcr0_sse xcr0_avx",
		  "xcr0_opmask xcr0_pkru" },
		{ "AVX-512", "+xsave +avx +avx512f",
		  "xcr0_avx xcr0_opmask xcr0_zmm_hi256 xcr0_hi16_zmm",
		  "xcr0_tilecfg" },
		{ "protection keys", "+xsave +pku", "xcr0_sse xcr0_pkru",
		  "xcr0_avx" },
		{ "no feature", "+xsave -avx", "xcr0_x87 xcr0_sse",
		  "xcr0_avx" },
		{ "no XSAVE", "-xsave +avx", "", "xcr0_x87 xcr0_avx" },
		{ "XSAVE was not told", "+avx", "", "xcr0_x87 xcr0_avx" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;
		const struct cpupolicy_core *core;

		begin(&f, CPUPOLICY__QEMU);
		assert_int_equal(tell(&f, cases[i].names), 0);
		core = end(&f);
		for (int want = 1; want >= NOT_TOLD; want -= 2) {
			char list[100], *name;

			strcpy(list,
			       want == 1 ? cases[i].there : cases[i].not_told);
			for (name = strtok(list, " "); name;
			     name = strtok(NULL, " "))
				if (told(core, name) != want)
					fail_msg("%s: %s", cases[i].why, name);
		}
		assert_int_equal(noted(f.document.record, "state components"),
				 cases[i].there[0] != '\0');
		cpupolicy_document_clear(&f.document);
	}
}

static void leaves_go_as_far_as_there_are_names(void **state)
{
	struct fixture f;
	const struct cpupolicy_core *core;

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(tell(&f, "+erms"), 0);
	core = end(&f);
	assert_true(told(core, "max_basic") >= 0x14);
	assert_int_equal(told(core, "max_subleaf_7"), 2);
	assert_int_equal(told(core, "max_ext"), 0x80000022);
	assert_null(cpupolicy_core_row(core, 0xc0000000, 0));
	assert_true(noted(f.document.record, "how far the leaves go"));
	cpupolicy_document_clear(&f.document);

	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(cpupolicy__named_vendor(&f.named, "CentaurHauls"), 0);
	assert_int_equal(cpupolicy__named_number(&f.named, "max_basic", 6), 0);
	assert_int_equal(cpupolicy__named_number(&f.named, "max_ext", 0), 0);
	core = end(&f);
	assert_int_equal(told(core, "max_basic"), 6);
	assert_int_equal(told(core, "max_ext"), 0);
	assert_int_equal(told(core, "max_centaur"), 0xc0000001);
	assert_null(cpupolicy_core_row(core, 7, 0));
	cpupolicy_document_clear(&f.document);
}

static void an_msr_is_there_where_its_feature_is(void **state)
{
	static const struct {
		const char *why, *names;
		size_t nr;
		uint64_t value;
	} cases[] = {
		{ "not told of", "+avx +arch-capabilities", 0, 0 },
		{ "no bit is set", "+arch-capabilities -rdctl-no", 1, 0 },
		{ "it is not there", "-arch-capabilities -rdctl-no", 0, 0 },
		{ "a bit is set", "+arch-capabilities +rdctl-no +taa-no", 1,
		  0x101 },
		{ "the feature was not told", "+taa-no", 1, 0x100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;
		const struct cpupolicy_core *core;

		begin(&f, CPUPOLICY__QEMU);
		assert_int_equal(tell(&f, cases[i].names), 0);
		core = end(&f);
		if (core->nr_msrs != cases[i].nr ||
		    (core->nr_msrs && (core->msrs[0].index != 0x10a ||
				       core->msrs[0].value != cases[i].value)))
			fail_msg("%s", cases[i].why);
		cpupolicy_document_clear(&f.document);
	}
}

static void features_of_vmx_are_left_out(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(tell(&f, "+vmx +vmx-ept -vmx-vpid"), 0);
	assert_int_equal(end(&f)->nr_msrs, 0);
	assert_true(noted(f.document.record, "VMX are left out"));
	cpupolicy_document_clear(&f.document);

	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(tell(&f, "-vmx -vmx-ept"), 0);
	end(&f);
	assert_false(noted(f.document.record, "VMX"));
	cpupolicy_document_clear(&f.document);
}

static void features_of_kvm_make_its_section(void **state)
{
	struct fixture f;
	const struct cpupolicy_core *core;
	const struct cpupolicy_row *row;

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(tell(&f, "+kvmclock -kvm-pv-eoi"), 0);
	core = end(&f);
	row = cpupolicy_core_row(core, 0x40000000, 0);
	assert_non_null(row);
	assert_int_equal(row->eax, 0x40000001);
	assert_int_equal(row->ebx, 0x4b4d564b);
	row = cpupolicy_core_row(core, 0x40000001, 0);
	assert_non_null(row);
	assert_int_equal(row->eax, 9);
	cpupolicy_document_clear(&f.document);

	begin(&f, CPUPOLICY__QEMU);
	assert_int_equal(tell(&f, "-kvmclock -kvm-pv-eoi +sse3"), 0);
	core = end(&f);
	assert_null(cpupolicy_core_row(core, 0x40000000, 0));
	assert_null(cpupolicy_core_row(core, 0x40000001, 0));
	assert_int_equal(told(core, "sse3"), 1);
	cpupolicy_document_clear(&f.document);
}

static void the_next_cpu_begins_with_nothing(void **state)
{
	struct fixture f;
	struct cpupolicy_record *record;

	(void)state;
	begin(&f, CPUPOLICY__QEMU);
	for (uint32_t i = 0; i < 2; i++) {
		cpupolicy__named_next(&f.named);
		assert_int_equal(tell(&f, i ? "-avx" : "+avx +rdctl-no"), 0);
		assert_int_equal(cpupolicy__named_close(&f.named), 0);
		assert_int_equal(cpupolicy__dump_cpu(&f.dump, 1, i), 0);
		assert_int_equal(cpupolicy__named_put(&f.named, &f.dump, 1), 0);
	}
	assert_int_equal(cpupolicy__dump_end(&f.dump, 1, 0), 0);
	cpupolicy__named_clear(&f.named);
	record = f.document.record;
	assert_int_equal(record->nr_cores, 2);
	assert_int_equal(told(&record->cores[0], "avx"), 1);
	assert_int_equal(told(&record->cores[1], "avx"), 0);
	assert_int_equal(record->cores[0].nr_msrs, 1);
	assert_int_equal(record->cores[1].nr_msrs, 0);
	cpupolicy_document_clear(&f.document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_told_is_known),
		cmocka_unit_test(rows_come_in_order),
		cmocka_unit_test(a_bit_has_one_value),
		cmocka_unit_test(a_number_must_fit_its_field),
		cmocka_unit_test(names_that_nobody_knows_are_noted_once),
		cmocka_unit_test(an_identity_is_what_the_cpu_would_say),
		cmocka_unit_test(a_makers_string_and_a_brand_are_kept),
		cmocka_unit_test(features_bring_their_state_components),
		cmocka_unit_test(leaves_go_as_far_as_there_are_names),
		cmocka_unit_test(an_msr_is_there_where_its_feature_is),
		cmocka_unit_test(features_of_vmx_are_left_out),
		cmocka_unit_test(features_of_kvm_make_its_section),
		cmocka_unit_test(the_next_cpu_begins_with_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
