// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "named_trip.h"
#include "support.h"

static struct named_trip trip;

static void must_have(const char *text)
{
	if (!strstr(trip.text, text))
		fail_msg("expected %s in:\n%s%s", text, trip.text, trip.lost);
}

static void must_not_have(const char *text)
{
	if (strstr(trip.text, text))
		fail_msg("unexpected %s in:\n%s%s", text, trip.text, trip.lost);
}

#define POLICY(features)                                                       \
	"{\"format\": \"cpupolicy-policy\", \"version\": 1, \"vendor\": "      \
	"\"AuthenticAMD\", \"features\": [" features                           \
	"], \"numbers\": {\"phys_bits\": 46}}"

static void a_guest_requires_and_disables(void **state)
{
	(void)state;
	named_write_text(&trip, "EPYC-Milan-v1,-avx2,-vaes,+x2apic,-svm",
			 "libvirt-guest");
	must_have("<cpu mode='custom' match='exact' check='full'>");
	must_have("<model fallback='forbid'>EPYC-Milan</model>");
	must_have("<vendor>AMD</vendor>");
	must_have("<feature policy='disable' name='avx2'/>");
	must_have("<feature policy='require' name='x2apic'/>");
	named_trip_clear(&trip);
}

/* libvirt's Haswell has no abm, QEMU's of that name has: a guest would see
 * what nobody asked for. */
static void what_qemu_has_under_that_name_is_said_either_way(void **state)
{
	(void)state;
	named_write_text(&trip, "Haswell-v1,-abm", "libvirt-guest");
	must_have("<model fallback='forbid'>Haswell</model>");
	must_have("<feature policy='disable' name='abm'/>");
	named_trip_clear(&trip);
	named_write_text(&trip, "Haswell-v1", "libvirt-guest");
	must_have("<feature policy='require' name='abm'/>");
	named_trip_clear(&trip);
}

static void a_host_has_no_less_than_its_model(void **state)
{
	(void)state;
	named_write_text(&trip, "Haswell-v1,-fma", "libvirt-host");
	must_not_have("policy=");
	must_not_have("<model>Haswell<");
	must_have("<arch>x86_64</arch>");
	must_have("<feature name='avx2'/>");
	must_not_have("'fma'");
	named_trip_clear(&trip);
}

/* Every model of libvirt has the FPU: something must be said. */
static void a_host_below_every_model_is_said_to_have_more(void **state)
{
	(void)state;
	named_write_text(&trip, POLICY("\"lm\", \"sse\""), "libvirt-host");
	must_have("<model>");
	assert_true(has_word(trip.lost, "fpu"));
	named_trip_clear(&trip);
}

/* "Unknown CPU feature" is the end of a define. */
static void names_are_those_of_the_version(void **state)
{
	static const char text[] = POLICY("\"fpu\", \"lm\", \"auto_ibrs\"");

	(void)state;
	named_write_text(&trip, text, "libvirt-guest");
	must_not_have("auto-ibrs");
	assert_true(has_word(trip.lost, "autoibrs"));
	named_trip_clear(&trip);
	named_write_text(&trip, text, "libvirt-guest:11.3");
	must_have("<feature policy='require' name='auto-ibrs'/>");
	named_trip_clear(&trip);
}

static void what_a_guests_definition_cannot_say_is_said(void **state)
{
	(void)state;
	named_write_text(&trip, "Haswell-v1,stepping=9", "libvirt-guest");
	assert_non_null(strstr(trip.lost, "stepping 9"));
	named_trip_clear(&trip);
}

/* A policy that says little is no reason for a guest to see more. */
static void what_a_policy_does_not_have_is_disabled(void **state)
{
	(void)state;
	named_write_text(&trip, POLICY("\"fpu\", \"lm\""), "libvirt-guest");
	must_have("<maxphysaddr mode='emulate' bits='46'/>");
	must_not_have("require' name='avx2'");
	must_not_have("require' name='rdctl-no'");
	named_trip_clear(&trip);
}

static void every_recorded_cpu_comes_back(void **state)
{
	(void)state;
	named_trip_corpus("libvirt-guest", CPUPOLICY__LIBVIRT);
	named_trip_corpus("libvirt-guest:11.3", CPUPOLICY__LIBVIRT);
	named_trip_corpus("libvirt-host", CPUPOLICY__LIBVIRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_requires_and_disables),
		cmocka_unit_test(
			what_qemu_has_under_that_name_is_said_either_way),
		cmocka_unit_test(a_host_has_no_less_than_its_model),
		cmocka_unit_test(a_host_below_every_model_is_said_to_have_more),
		cmocka_unit_test(names_are_those_of_the_version),
		cmocka_unit_test(what_a_guests_definition_cannot_say_is_said),
		cmocka_unit_test(what_a_policy_does_not_have_is_disabled),
		cmocka_unit_test(every_recorded_cpu_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
