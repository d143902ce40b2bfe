/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "told.h"

#define HOST(cpu)                                                              \
	"<capabilities>\n<host>\n<uuid>0</uuid>\n<cpu>\n" cpu                  \
	"</cpu>\n<topology><cells><cell><cpus><cpu id='0' socket_id='0'/>"     \
	"<cpu id='1'/></cpus></cell></cells></topology>\n</host>\n<guest>"     \
	"<arch name='armv6l'/></guest>\n</capabilities>\n"
#define HOST_MODEL(cpu)                                                        \
	"<domainCapabilities>\n<arch>x86_64</arch>\n<cpu>\n"                   \
	"<mode name='host-passthrough' supported='yes'/>\n"                    \
	"<mode name='host-model' supported='yes'>\n" cpu "</mode>\n"           \
	"<mode name='custom' supported='yes'><model usable='yes'>486</model>"  \
	"</mode>\n</cpu>\n</domainCapabilities>\n"
#define GUEST(cpu)                                                             \
	"<domain type='kvm'><name>vm</name><os><type arch='x86_64'>hvm</type>" \
	"</os>\n<cpu mode='custom' match='exact' check='full'>\n" cpu          \
	"</cpu>\n<devices><emulator/></devices></domain>\n"
#define MODEL(name)	     "<model>" name "</model>\n"
#define VENDOR(name)	     "<vendor>" name "</vendor>\n"
#define HAS(name)	     "<feature name='" name "'/>\n"
#define POLICY(policy, name) "<feature policy='" policy "' name='" name "'/>\n"

static void parse(struct cpupolicy_document *out, const char *text)
{
	struct cpupolicy_error error;

	if (parse_copy(out, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(out->format, "libvirt-capabilities");
	assert_int_equal(out->record->nr_cores, 1);
	assert_true(unknown_is_zero(&out->record->cores[0]));
}

static void a_cpu_is_read_in_every_document(void **state)
{
	static const char *const texts[] = {
		HOST("<arch>x86_64</arch>" MODEL("Penryn") HAS("avx")),
		HOST_MODEL(MODEL("Penryn") POLICY("require", "avx")),
		GUEST(MODEL("Penryn") POLICY("force", "avx")),
		"<cpu>" MODEL("Penryn") HAS("avx") "</cpu>",
		"<?xml version='1.0'?>\n<!-- a guest --><cpu match='exact'>"
		"<model fallback='allow'>\n  Penryn\n</model>" HAS(
			"avx") "</cpu>\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct cpupolicy_document document;
		const struct cpupolicy_core *core;

		parse(&document, texts[i]);
		core = &document.record->cores[0];
		assert_int_equal(told(core, "avx"), 1);
		assert_int_equal(told(core, "sse4_1"), 1); /* of the model */
		assert_int_equal(told(core, "sse4_2"), NOT_TOLD);
		assert_int_equal(told(core, "vendor_0"), 0x756e6547);
		assert_true(noted(document.record, "the model 'Penryn'"));
		cpupolicy_document_clear(&document);
	}
}

static void what_a_host_says_becomes_bits_and_numbers(void **state)
{
	static const struct {
		const char *field;
		int64_t value;
	} fields[] = {
		{ "family", 15 },  { "ext_family", 8 },
		{ "model", 1 },	   { "ext_model", 7 },
		{ "stepping", 0 }, { "phys_bits", 48 },
		{ "clzero", 1 },   { "amd_ibpb", 1 },
		{ "xcr0_avx", 1 }, { "clflush_size", 8 },
		{ "amd_ssbd", 1 }, { "vendor_2", 0x444d4163 },
		{ "sha_ni", 1 },   { "pcid", NOT_TOLD },
		{ "invtsc", 1 },   { "linear_bits", NOT_TOLD },
	};
	struct cpupolicy_document document;
	const struct cpupolicy_core *core;

	(void)state;
	parse(&document,
	      HOST("<arch>x86_64</arch>" MODEL("EPYC-Rome") VENDOR(
		      "AMD") "<microcode version='141561875'/>\n"
			     "<signature family='23' model='113' "
			     "stepping='0'/>\n"
			     "<counter name='tsc' frequency='3800000000' "
			     "scaling='yes'/>\n"
			     "<topology sockets='1' dies='1' cores='12' "
			     "threads='2'/>\n"
			     "<maxphysaddr mode='emulate' bits='48'/>\n" HAS(
				     "invtsc") HAS("amd-ssbd") HAS("rdctl-no")
				     HAS("warp-drive") "<pages unit='KiB' "
						       "size='4'/>\n"));
	core = &document.record->cores[0];
	for (size_t i = 0; i < COUNT(fields); i++)
		if (told(core, fields[i].field) != fields[i].value)
			fail_msg("%s: %lld", fields[i].field,
				 (long long)told(core, fields[i].field));
	assert_string_equal(document.record->microcode, "0x8701013");
	assert_int_equal(core->nr_msrs, 1);
	assert_int_equal(core->msrs[0].value, 1);
	assert_true(noted(document.record, "left out: warp-drive"));
	assert_true(noted(document.record, "CLFLUSH"));
	cpupolicy_document_clear(&document);
}

static void policies_say_what_a_guest_has(void **state)
{
	static const struct {
		const char *why, *text, *field;
		int64_t value;
	} cases[] = {
		{ "it must have it", POLICY("require", "avx"), "avx", 1 },
		{ "it has it anyway", POLICY("force", "avx"), "avx", 1 },
		{ "no policy", HAS("avx"), "avx", 1 },
		{ "it has it not", POLICY("disable", "avx"), "avx", 0 },
		{ "not even the host", POLICY("forbid", "avx"), "avx", 0 },
		{ "if the host has it", POLICY("optional", "avx"), "avx",
		  NOT_TOLD },
		{ "less than the model", POLICY("disable", "sse4.1"), "sse4_1",
		  0 },
		{ "and its other bits", POLICY("disable", "sse4.1"), "ssse3",
		  1 },
		{ "twice the same", HAS("avx") HAS("avx"), "avx", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[1000];
		struct cpupolicy_document document;

		snprintf(text, sizeof(text), GUEST(MODEL("Penryn") "%s"),
			 cases[i].text);
		parse(&document, text);
		if (told(&document.record->cores[0], cases[i].field) !=
		    cases[i].value)
			fail_msg("%s", cases[i].why);
		assert_int_equal(noted(document.record, "optional features"),
				 strstr(cases[i].text, "optional") != NULL);
		cpupolicy_document_clear(&document);
	}
}

static void the_maker_is_the_models_unless_it_is_said(void **state)
{
	static const struct {
		const char *why, *text;
		int64_t ebx;
	} cases[] = {
		{ "the model's", "<cpu>" MODEL("Penryn") "</cpu>", 0x756e6547 },
		{ "said", "<cpu>" MODEL("Penryn") VENDOR("Hygon") "</cpu>",
		  0x6f677948 },
		{ "what the guest sees",
		  "<cpu><model vendor_id='KVMKVMKVMKVM'>Penryn</model>" VENDOR(
			  "Intel") "</cpu>",
		  0x4b4d564b },
		{ "nobody's", "<cpu>" MODEL("qemu64") "</cpu>", NOT_TOLD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cpupolicy_document document;

		parse(&document, cases[i].text);
		if (told(&document.record->cores[0], "vendor_0") !=
		    cases[i].ebx)
			fail_msg("%s", cases[i].why);
		cpupolicy_document_clear(&document);
	}
}

static void what_versions_disagree_on_is_not_recorded(void **state)
{
	struct cpupolicy_document document;

	(void)state;
	parse(&document, "<cpu>" MODEL("Skylake-Server") "</cpu>");
	assert_int_equal(told(&document.record->cores[0], "mpx"), NOT_TOLD);
	assert_true(noted(document.record, "mpx was not recorded"));
	cpupolicy_document_clear(&document);

	parse(&document, "<cpu>" MODEL("Skylake-Server")
				 POLICY("disable", "mpx") "</cpu>");
	assert_int_equal(told(&document.record->cores[0], "mpx"), 0);
	assert_false(noted(document.record, "mpx"));
	cpupolicy_document_clear(&document);
}

static const struct {
	const char *why, *text;
	int status, line;
	const char *says;
} bad[] = {
	{ "a model that nobody knows", HOST(MODEL("Pentium-X")),
	  CPUPOLICY_E_MEANING, 4,
	  "dump.txt:4: CPU model 'Pentium-X' is not among those of libvirt" },
	{ "a maker that nobody knows", HOST(MODEL("Penryn") VENDOR("Cyrix")),
	  CPUPOLICY_E_MEANING, 4, "vendor 'Cyrix' is not known" },
	{ "a maker's string too short",
	  "<cpu><model vendor_id='Intel'>Penryn</model></cpu>",
	  CPUPOLICY_E_MEANING, 1, "'Intel' has not 12 characters" },
	{ "passed through",
	  "<domain>\n<cpu mode='host-passthrough' check='none'/></domain>",
	  CPUPOLICY_E_MEANING, 2,
	  "a CPU of mode 'host-passthrough' does not say what it has" },
	{ "no model", HOST(HAS("avx")), CPUPOLICY_E_MEANING, 4,
	  "the CPU has no model" },
	{ "a domain without a CPU", "<domain><name>vm</name></domain>",
	  CPUPOLICY_E_MEANING, 0, "there is no CPU in it" },
	{ "a host model that is not there",
	  "<domainCapabilities><cpu><mode name='host-model' supported='no'/>"
	  "</cpu></domainCapabilities>",
	  CPUPOLICY_E_MEANING, 1, "the CPU has no model" },
	{ "another architecture",
	  HOST("<arch>aarch64</arch>\n" MODEL("cortex-a53")),
	  CPUPOLICY_E_MEANING, 5,
	  "the architecture is 'aarch64', expected x86_64 or i686" },
	{ "of a domain",
	  "<domain><os><type arch='s390x'>hvm</type></os></domain>",
	  CPUPOLICY_E_MEANING, 1, "'s390x'" },
	{ "of its capabilities",
	  "<domainCapabilities><arch>ppc64</arch></domainCapabilities>",
	  CPUPOLICY_E_MEANING, 1, "'ppc64'" },
	{ "required and disabled",
	  GUEST(MODEL("Penryn") POLICY("require", "avx")
			POLICY("disable", "avx")),
	  CPUPOLICY_E_MEANING, 5, "feature 'avx' is there twice" },
	{ "another policy", GUEST(MODEL("Penryn") POLICY("maybe", "avx")),
	  CPUPOLICY_E_MEANING, 4, "policy 'maybe' is not one of: force" },
	{ "a feature without a name",
	  GUEST(MODEL("Penryn") "<feature policy='require'/>"),
	  CPUPOLICY_E_MEANING, 4, "a feature without a name" },
	{ "a family that no CPU has",
	  HOST(MODEL("Penryn") "<signature family='300' model='1' "
			       "stepping='1'/>"),
	  CPUPOLICY_E_MEANING, 6, "no CPU has such a signature" },
	{ "a family in words",
	  HOST(MODEL("Penryn") "<signature family='P6' model='1' "
			       "stepping='1'/>"),
	  CPUPOLICY_E_MEANING, 6, "family='P6' is no number" },
	{ "more address bits than fit",
	  HOST(MODEL("Penryn") "<maxphysaddr mode='emulate' bits='256'/>"),
	  CPUPOLICY_E_MEANING, 6, "no CPU has so many address bits" },
	{ "a second CPU",
	  "<domain><cpu>" MODEL("Penryn") "</cpu>\n<cpu/>"
					  "</domain>",
	  CPUPOLICY_E_MEANING, 3, "a second CPU" },
	{ "cut", "<cpu><model>Penryn</model>", CPUPOLICY_E_SYNTAX, 1,
	  "not valid XML" },
	{ "two documents",
	  "<cpu><model>Penryn</model></cpu>\n<cpu><model>486</model></cpu>",
	  CPUPOLICY_E_SYNTAX, 2, "not valid XML" },
	{ "entities that grow",
	  "<!DOCTYPE cpu [<!ENTITY a 'aa'>]><cpu>&a;</cpu>", CPUPOLICY_E_SYNTAX,
	  1, "document type" },
};

static void what_is_wrong_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error;
		int status = parse_copy(&document, bad[i].text,
					strlen(bad[i].text), &error);

		if (status != bad[i].status || error.line != bad[i].line ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%s: %d, line %d: %s", bad[i].why, status,
				 error.line, error.text);
		assert_null(document.record);
	}
}

static void elements_elsewhere_are_not_the_cpus(void **state)
{
	static const char text[] = "<capabilities><host><cpu>" MODEL(
		"Penryn") "<numa><feature name='avx'/></numa></cpu>"
			  "<feature name='avx2'/><cpus><cpu><model>486</model>"
			  "</cpu></cpus></host><guest><cpu>" MODEL(
				  "Haswell") "</cpu></guest></capabilities>";
	struct cpupolicy_document document;
	char *deep;

	(void)state;
	parse(&document, text);
	assert_int_equal(told(&document.record->cores[0], "sse4_1"), 1);
	assert_int_equal(told(&document.record->cores[0], "avx"), NOT_TOLD);
	assert_int_equal(told(&document.record->cores[0], "avx2"), NOT_TOLD);
	cpupolicy_document_clear(&document);

	/* names longer than any path that is looked at */
	deep = malloc(2000);
	assert_non_null(deep);
	snprintf(
		deep, 2000,
		"<cpu><%0500d>" HAS("avx") "</%0500d>" MODEL("Penryn") "</cpu>",
		0, 0);
	for (char *c = deep; *c; c++)
		if (*c == '0')
			*c = 'x';
	parse(&document, deep);
	assert_int_equal(told(&document.record->cores[0], "avx"), NOT_TOLD);
	assert_int_equal(told(&document.record->cores[0], "sse4_1"), 1);
	cpupolicy_document_clear(&document);
	free(deep);
}

static void damaged_documents_give_a_record_or_an_error(void **state)
{
	static const char good[] = HOST("<arch>x86_64</arch>" MODEL(
		"EPYC") VENDOR("AMD") HAS("invtsc") "<maxphysaddr bits='48'/>");

	(void)state;
	must_survive_damage(good, sizeof(good) - 1);
}

/*
 * What the real virsh says, of a libvirt that keeps everything in a directory
 * of its own and needs no daemon; free it. NULL: it says nothing. Root must not
 * run it: it would look for a user of libvirt's.
 */
static char *ask_virsh(const char *directory, const char *arguments)
{
	char command[600], *text = malloc(1 << 20);
	size_t size = 0, got;
	FILE *pipe;

	assert_non_null(text);
	snprintf(command, sizeof(command),
		 "cd %s && %s env HOME=%s XDG_RUNTIME_DIR=%s "
		 "XDG_CACHE_HOME=%s virsh -c 'qemu:///embed?root=%s' %s "
		 "2>/dev/null",
		 directory, getuid() == 0 ? "runuser -u nobody --" : "",
		 directory, directory, directory, directory, arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while ((got = fread(text + size, 1, (1 << 20) - 1 - size, pipe)) > 0)
		size += got;
	text[size] = '\0';
	if (pclose(pipe) == 0 && size)
		return text;
	free(text);
	return NULL;
}

static void no_bit_too_many(const struct cpupolicy_core *core,
			    const struct cpupolicy_core *cpu)
{
	size_t nr = 0;

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const struct cpupolicy_field *field = cpupolicy_field_at(i);

		if (field->at.space != CPUPOLICY_SPACE_CPU ||
		    field->at.high != field->at.low ||
		    told(core, field->name) != 1)
			continue;
		if (told(cpu, field->name) != 1)
			fail_msg("this machine has no %s", field->name);
		nr++;
	}
	assert_true(nr > 20);
}

static void what_virsh_says_of_this_machine_is_true(void **state)
{
	char directory[] = "/tmp/cpupolicy-virsh-XXXXXX", command[100], *said;
	struct cpupolicy_document document;
	struct cpupolicy_record *machine;
	struct cpupolicy_error error;

	(void)state;
	if (system("virsh --version >/dev/null 2>&1") != 0) {
		print_message("virsh is not installed\n");
		skip();
	}
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0777), 0);
	said = ask_virsh(directory, "capabilities");
	/* where /sys is missing libvirt does not know its host's CPU; <model>
	 * is there all the same, in <secmodel> */
	if (said && !strstr(said, "<vendor>")) {
		free(said);
		said = NULL;
	}
	if (said && cpupolicy_record_probe(&machine, &error) == 0) {
		parse(&document, said);
		no_bit_too_many(&document.record->cores[0], &machine->cores[0]);
		cpupolicy_document_clear(&document);
		cpupolicy_record_free(machine);
		free(said);
		said = ask_virsh(directory, "domcapabilities");
	}
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
	if (!said) {
		print_message("virsh says nothing: libvirt's QEMU driver is "
			      "not installed, or does not know the CPU here\n");
		skip();
	}
	if (strstr(said, "<mode name='host-model' supported='yes'>")) {
		parse(&document, said);
		assert_true(told(&document.record->cores[0], "sse2") == 1);
		cpupolicy_document_clear(&document);
	}
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cpu_is_read_in_every_document),
		cmocka_unit_test(what_a_host_says_becomes_bits_and_numbers),
		cmocka_unit_test(policies_say_what_a_guest_has),
		cmocka_unit_test(the_maker_is_the_models_unless_it_is_said),
		cmocka_unit_test(what_versions_disagree_on_is_not_recorded),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_line),
		cmocka_unit_test(elements_elsewhere_are_not_the_cpus),
		cmocka_unit_test(damaged_documents_give_a_record_or_an_error),
		cmocka_unit_test(what_virsh_says_of_this_machine_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
