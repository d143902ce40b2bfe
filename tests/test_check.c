/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support.h"

static struct cpupolicy_policy guest, host;
static struct heard heard;

#define CAPS AVX "arch_capabilities "

static void each_rule_has_its_finding(void **state)
{
	static const struct {
		const char *why, *guest, *host;
		enum cpupolicy_verdict verdict;
		uint32_t code; /* 0: none at all */
		const char *name;
		uint32_t guest_value, host_value;
	} cases[] = {
		{ "the same", AVX, AVX, CPUPOLICY_FITS, 0, NULL, 0, 0 },
		{ "a host with more", AVX, AVX "movbe", CPUPOLICY_FITS, 0, NULL,
		  0, 0 },
		{ "a host with less", AVX "movbe", AVX, CPUPOLICY_DOES_NOT_FIT,
		  CPUPOLICY_F_FEATURE_MISSING, "movbe", 1, 0 },
		{ "a hint", AVX "erms", AVX, CPUPOLICY_FITS_WITH_NOTES,
		  CPUPOLICY_F_HINT_MISSING, "erms", 1, 0 },
		{ "a hint more", AVX, AVX "erms", CPUPOLICY_FITS, 0, NULL, 0,
		  0 },
		{ "a smaller line", AVX, AVX "clflush_size=4",
		  CPUPOLICY_DOES_NOT_FIT, CPUPOLICY_F_NUMBER_TOO_LARGE,
		  "clflush_size", 8, 4 },
		{ "a larger line", AVX, AVX "clflush_size=16", CPUPOLICY_FITS,
		  0, NULL, 0, 0 },
		{ "fewer address bits", AVX "phys_bits=46", AVX,
		  CPUPOLICY_DOES_NOT_FIT, CPUPOLICY_F_NUMBER_TOO_LARGE,
		  "phys_bits", 46, 40 },
		{ "AVX state elsewhere", AVX, AVX "xstate_avx_offset=640",
		  CPUPOLICY_DOES_NOT_FIT, CPUPOLICY_F_LAYOUT_DIFFERS,
		  "xstate_avx_offset", 576, 640 },
		{ "no state, no layout", LONG "phys_bits=40 clflush_size=8",
		  AVX "xstate_avx_offset=640", CPUPOLICY_FITS, 0, NULL, 0, 0 },
		{ "a limitation", AVX, AVX "zero_fcs_fds",
		  CPUPOLICY_FITS_WITH_NOTES, CPUPOLICY_F_LIMITATION,
		  "zero_fcs_fds", 0, 1 },
		{ "a limitation it was told of", AVX "zero_fcs_fds", AVX,
		  CPUPOLICY_FITS, 0, NULL, 0, 0 },
		{ "an aborting RTM", AVX "rtm", AVX "rtm rtm_always_abort",
		  CPUPOLICY_FITS_WITH_NOTES, CPUPOLICY_F_LIMITATION,
		  "rtm_always_abort", 0, 1 },
		{ "that the guest has not got", AVX, AVX "rtm rtm_always_abort",
		  CPUPOLICY_FITS, 0, NULL, 0, 0 },
		{ "a vulnerable host", CAPS "rdctl_no", CAPS,
		  CPUPOLICY_FITS_INSECURE, CPUPOLICY_F_MITIGATION_MISSING,
		  "rdctl_no", 1, 0 },
		{ "no MD_CLEAR there", AVX "md_clear", AVX,
		  CPUPOLICY_FITS_INSECURE, CPUPOLICY_F_CLEARING_DIFFERS,
		  "md_clear", 1, 0 },
		{ "MD_CLEAR it does not know", AVX, AVX "md_clear",
		  CPUPOLICY_FITS_INSECURE, CPUPOLICY_F_CLEARING_DIFFERS,
		  "md_clear", 0, 1 },
		{ "weaker return predictions", CAPS, CAPS "rsba",
		  CPUPOLICY_FITS_INSECURE, CPUPOLICY_F_LIMITATION, "rsba", 0,
		  1 },
		{ "TSX_CTRL is a feature", CAPS "tsx_ctrl", CAPS,
		  CPUPOLICY_DOES_NOT_FIT, CPUPOLICY_F_FEATURE_MISSING,
		  "tsx_ctrl", 1, 0 },
		{ "another model", AVX "model=1", AVX "model=2",
		  CPUPOLICY_FITS_WITH_NOTES, CPUPOLICY_F_IDENTITY_DIFFERS, NULL,
		  0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_finding *found;

		heard.nr = 0;
		make_normal(&guest, "intel", cases[i].guest);
		make_normal(&host, "intel", cases[i].host);
		if (cpupolicy_check(&guest, &host, hear, &heard) !=
			    cases[i].verdict ||
		    heard.nr != (cases[i].code != 0))
			fail_msg("%s: %zu findings", cases[i].why, heard.nr);
		if (!cases[i].code)
			continue;
		found = heard_of(&heard, cases[i].code, cases[i].name);
		if (!found)
			fail_msg("%s: F%03u", cases[i].why,
				 heard.finding[0].code);
		if (cases[i].name) {
			assert_int_equal(found->guest, cases[i].guest_value);
			assert_int_equal(found->host, cases[i].host_value);
		}
	}
}

static void all_differences_are_reported_and_the_worst_decides(void **state)
{
	(void)state;
	heard.nr = 0;
	make_normal(&guest, "intel", CAPS "movbe erms rdctl_no rdrand");
	make_normal(&host, "intel", CAPS "zero_fcs_fds");
	assert_int_equal(cpupolicy_check(&guest, &host, hear, &heard),
			 CPUPOLICY_DOES_NOT_FIT);
	assert_int_equal(heard.nr, 5);
	assert_int_equal(heard_count(&heard, CPUPOLICY_F_FEATURE_MISSING), 2);
	/* in the order of the table */
	assert_string_equal(heard.finding[0].field->name, "movbe");
	assert_string_equal(heard.finding[1].field->name, "rdrand");
	/* without a sink, the verdict is the same */
	assert_int_equal(cpupolicy_check(&guest, &host, NULL, NULL),
			 CPUPOLICY_DOES_NOT_FIT);
	set_fields(&guest, "movbe=0 rdrand=0");
	assert_int_equal(cpupolicy_check(&guest, &host, NULL, NULL),
			 CPUPOLICY_FITS_INSECURE);
	set_fields(&guest, "rdctl_no=0");
	assert_int_equal(cpupolicy_check(&guest, &host, NULL, NULL),
			 CPUPOLICY_FITS_WITH_NOTES);
}

static void makers_do_not_mix(void **state)
{
	const struct cpupolicy_finding *found;

	(void)state;
	heard.nr = 0;
	make_normal(&guest, "amd", X87);
	make_normal(&host, "hygon", X87);
	assert_int_equal(cpupolicy_check(&guest, &host, hear, &heard),
			 CPUPOLICY_DOES_NOT_FIT);
	assert_int_equal(heard_count(&heard, CPUPOLICY_F_VENDOR_DIFFERS), 1);
	found = heard_of(&heard, CPUPOLICY_F_VENDOR_DIFFERS, NULL);
	assert_int_equal(found->grade, CPUPOLICY_GRADE_BLOCK);
	/* two strings of one maker are two */
	make_normal(&guest, "zhaoxin", X87);
	make_normal(&host, "CentaurHauls", X87);
	assert_int_equal(cpupolicy_check(&guest, &host, NULL, NULL),
			 CPUPOLICY_DOES_NOT_FIT);
}

static void bits_without_a_name_block_too(void **state)
{
	const struct cpupolicy_finding *found;

	(void)state;
	heard.nr = 0;
	make_normal(&host, "intel", X87);
	guest = host;
	assert_int_equal(
		cpupolicy_policy_set(&guest, feature_called("1:ecx[16]"), true),
		0);
	assert_int_equal(cpupolicy_check(&guest, &host, hear, &heard),
			 CPUPOLICY_DOES_NOT_FIT);
	assert_int_equal(heard.nr, 1);
	found = heard_of(&heard, CPUPOLICY_F_UNNAMED_MISSING, NULL);
	assert_non_null(found);
	assert_int_equal(found->mask, 1u << 16);
	assert_int_equal(found->guest, 1);
	assert_int_equal(cpupolicy_check(&host, &guest, NULL, NULL),
			 CPUPOLICY_FITS);
}

static void an_immune_host_need_not_clear_buffers(void **state)
{
	static const struct {
		const char *why, *guest, *host;
		enum cpupolicy_verdict verdict;
	} cases[] = {
		{ "immune to MDS", CAPS "md_clear", CAPS "mds_no",
		  CPUPOLICY_FITS },
		{ "FB_CLEAR: immune to one is not immune to all",
		  CAPS "fb_clear mds_no", CAPS "mds_no",
		  CPUPOLICY_FITS_INSECURE },
		{ "FB_CLEAR: immune to four of five", CAPS "fb_clear",
		  CAPS "mds_no taa_no sbdr_ssdp_no fbsdp_no",
		  CPUPOLICY_FITS_INSECURE },
		{ "FB_CLEAR: immune to all five", CAPS "fb_clear",
		  CAPS "mds_no taa_no sbdr_ssdp_no fbsdp_no psdp_no",
		  CPUPOLICY_FITS },
		{ "RFDS_CLEAR", CAPS "rfds_clear", CAPS "rfds_no",
		  CPUPOLICY_FITS },
		{ "RFDS_CLEAR on a vulnerable one", CAPS "rfds_clear",
		  CAPS "mds_no", CPUPOLICY_FITS_INSECURE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_normal(&guest, "intel", cases[i].guest);
		make_normal(&host, "intel", cases[i].host);
		if (cpupolicy_check(&guest, &host, NULL, NULL) !=
		    cases[i].verdict)
			fail_msg("%s", cases[i].why);
	}
}

static void a_field_newer_than_the_policy_never_blocks(void **state)
{
	const struct cpupolicy_finding *found;

	(void)state;
	heard.nr = 0;
	make_normal(&guest, "intel", AVX "movbe");
	make_normal(&host, "intel", AVX);
	guest.table = 0;
	assert_int_equal(cpupolicy_check(&guest, &host, hear, &heard),
			 CPUPOLICY_FITS_WITH_NOTES);
	found = heard_of(&heard, CPUPOLICY_F_NEWER_THAN_POLICY, "movbe");
	assert_non_null(found);
	assert_int_equal(found->grade, CPUPOLICY_GRADE_NOTE);
}

static void sections_are_compared_when_the_host_names_one(void **state)
{
	struct cpupolicy_row kvm = { .leaf = 0x40000000u,
				     .ebx = 0x4b4d564b,
				     .ecx = 0x564b4d56,
				     .edx = 0x4d };
	struct cpupolicy_row features = { .leaf = 0x40000001u, .eax = 0x29 };

	(void)state;
	heard.nr = 0;
	make_policy(&guest, "intel", X87);
	assert_int_equal(cpupolicy_policy_set_row(&guest, &kvm), 0);
	assert_int_equal(cpupolicy_policy_set_row(&guest, &features), 0);
	cpupolicy_normalize(&guest, NULL, NULL);
	make_normal(&host, "intel", X87);
	assert_int_equal(cpupolicy_check(&guest, &host, hear, &heard),
			 CPUPOLICY_FITS_WITH_NOTES);
	assert_int_equal(heard.nr, 1);
	assert_int_equal(heard.finding[0].code,
			 CPUPOLICY_F_PARAVIRT_NOT_COMPARED);
	/* named, and with less */
	features.eax = 0x20;
	assert_int_equal(cpupolicy_policy_set_row(&host, &kvm), 0);
	assert_int_equal(cpupolicy_policy_set_row(&host, &features), 0);
	cpupolicy_normalize(&host, NULL, NULL);
	assert_int_equal(cpupolicy_check(&guest, &host, NULL, NULL),
			 CPUPOLICY_DOES_NOT_FIT);
	features.eax = 0x2b;
	assert_int_equal(cpupolicy_policy_set_row(&host, &features), 0);
	assert_int_equal(cpupolicy_check(&guest, &host, NULL, NULL),
			 CPUPOLICY_FITS);
	/* elsewhere */
	make_policy(&host, "intel", X87);
	kvm.leaf += 0x100;
	features.leaf += 0x100;
	assert_int_equal(cpupolicy_policy_set_row(&host, &kvm), 0);
	assert_int_equal(cpupolicy_policy_set_row(&host, &features), 0);
	cpupolicy_normalize(&host, NULL, NULL);
	heard.nr = 0;
	assert_int_equal(cpupolicy_check(&guest, &host, hear, &heard),
			 CPUPOLICY_DOES_NOT_FIT);
	assert_int_equal(heard_count(&heard, CPUPOLICY_F_HYPERVISOR_DIFFERS),
			 1);
}

static void clocks_agree_within_their_tolerance(void **state)
{
	static const struct {
		const char *why;
		uint32_t guest, host;
		bool scales, fits;
	} cases[] = {
		{ "equal", 2400000, 2400000, false, true },
		{ "250 ppm above", 2400000, 2400600, false, true },
		{ "250 ppm below", 2400000, 2399400, false, true },
		{ "a little more", 2400000, 2400601, false, false },
		{ "a little less", 2400000, 2399399, false, false },
		{ "a host that scales", 2400000, 3000000, true, true },
		{ "the guest's is unknown", 0, 2400000, false, true },
		{ "the host's is unknown", 2400000, 0, false, true },
		{ "as far apart as can be", 1, UINT32_MAX, false, false },
		{ "and the other way", UINT32_MAX, 1, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cpupolicy_clock g = { .tsc_khz = cases[i].guest };
		const struct cpupolicy_clock h = { .tsc_khz = cases[i].host,
						   .scales = cases[i].scales };

		if (cpupolicy_check_clock(&g, &h) != cases[i].fits)
			fail_msg("%s", cases[i].why);
	}
}

static void a_lost_component_says_what_it_holds(void **state)
{
	static const struct {
		const char *why, *at;
		bool found;
		uint32_t number, size, offset;
	} cases[] = {
		{ "of XCR0", "d.0:eax[2]", true, 2, 256, 576 },
		{ "one that the policy has not", "d.0:eax[9]", false, 0, 0, 0 },
		{ "the legacy area has no row", "d.0:eax[1]", false, 0, 0, 0 },
		{ "XSAVEC is no component", "d.1:eax[2]", false, 0, 0, 0 },
		{ "of XSS", "d.1:ecx[12]", true, 12, 24, 0 },
		{ "no slot", "d.0:edx[29]", false, 0, 0, 0 },
		{ "another leaf", "7.0:eax[2]", false, 0, 0, 0 },
		{ "an MSR", "msr.d[2]", false, 0, 0, 0 },
	};

	(void)state;
	make_policy(&guest, "intel", AVX "xss_cet_s xstate_cet_s_size=24");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_component component = { 0 };
		struct cpupolicy_address at;
		cpupolicy_feature feature;

		assert_int_equal(cpupolicy_feature_parse(&feature, cases[i].at,
							 strlen(cases[i].at)),
				 0);
		at = cpupolicy_feature_address(feature);
		if (cpupolicy_state_component(&component, &guest, &at) !=
			    cases[i].found ||
		    component.number != cases[i].number ||
		    component.size != cases[i].size ||
		    component.offset != cases[i].offset)
			fail_msg("%s: %u, %u at %u", cases[i].why,
				 component.number, component.size,
				 component.offset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_has_its_finding),
		cmocka_unit_test(
			all_differences_are_reported_and_the_worst_decides),
		cmocka_unit_test(makers_do_not_mix),
		cmocka_unit_test(bits_without_a_name_block_too),
		cmocka_unit_test(an_immune_host_need_not_clear_buffers),
		cmocka_unit_test(a_field_newer_than_the_policy_never_blocks),
		cmocka_unit_test(sections_are_compared_when_the_host_names_one),
		cmocka_unit_test(clocks_agree_within_their_tolerance),
		cmocka_unit_test(a_lost_component_says_what_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
