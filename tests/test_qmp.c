/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <jansson.h>

#include "host/names.h"
#include "told.h"

#define GREETING                                                               \
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, "    \
	"\"major\": 7}, \"package\": \"\"}, \"capabilities\": []}}\n"
#define DONE	     "{\"return\": {}}\n"
#define MODEL(props) "{\"model\": {\"name\": \"base\", \"props\": {" props "}}}"
#define REPLY(props) "{\"return\": " MODEL(props) "}\n"
#define TRUE(name)   "\"" name "\": true"
#define FALSE(name)  "\"" name "\": false"
#define NO_SUCH_MODEL                                                          \
	"{\"error\": {\"class\": \"GenericError\", \"desc\": \"CPU model "     \
	"'x' not found\"}}\n"
#define DEFINITIONS                                                            \
	"{\"return\": [{\"name\": \"max\", \"typename\": \"max-x86_64-cpu\", " \
	"\"static\": false}]}\n"
#define EVENT                                                                  \
	"{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": "   \
	"\"SHUTDOWN\"}\n"

static void parse(struct cpupolicy_document *out, const char *text)
{
	struct cpupolicy_error error;

	if (parse_copy(out, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(out->format, "qmp");
	assert_int_equal(out->record->nr_cores, 1);
	assert_true(unknown_is_zero(&out->record->cores[0]));
}

static void what_was_said_is_read_in_every_wrapping(void **state)
{
	static const char *const texts[] = {
		REPLY(TRUE("avx2")),
		MODEL(TRUE("avx2")),
		GREETING DONE REPLY(TRUE("avx2")) EVENT DONE,
		"\r\n  " DONE "\n\n" REPLY(TRUE("avx2")),
		"{\n  \"return\": {\n    \"model\": {\n      \"props\": {\n"
		"        \"avx2\": true\n      },\n      \"name\": \"base\"\n"
		"    }\n  },\n  \"id\": \"libvirt-3\"\n}\n\n" DEFINITIONS,
		EVENT NO_SUCH_MODEL REPLY(TRUE("avx2")),
		"{\"return\": {\"model\": {\"name\": \"host\", \"props\": {"
		"\"avx2\": true}}, \"deprecated-props\": []}}",
		"\xef\xbb\xbf" REPLY(TRUE("avx2")),
		DONE REPLY(TRUE("avx2")) "{\"execute\": \"quit\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct cpupolicy_document document;

		parse(&document, texts[i]);
		assert_int_equal(told(&document.record->cores[0], "avx2"), 1);
		assert_true(noted(document.record, "QEMU's CPU model"));
		cpupolicy_document_clear(&document);
	}
}

static void properties_become_bits_and_numbers(void **state)
{
	static const char text[] = GREETING REPLY(
		"\"vendor\": \"GenuineIntel\", "
		"\"family\": 6, \"model\": 60, "
		"\"stepping\": 1, \"model-id\": \"Intel "
		"Core (Haswell)\", "
		"\"level\": 13, \"min-level\": 7, "
		"\"min-xlevel\": 2147483656, "
		"\"phys-bits\": 42, \"tsc-frequency\": "
		"0, "
		"\"lbr-fmt\": 18446744073709551552, "
		"\"memory\": "
		"\"/machine/unattached/"
		"system[0]\", " TRUE("clflush") ", " TRUE("pni") ", " TRUE(
			"sse"
			"3") ", " FALSE("hle") ", " TRUE("xsave") ", " TRUE("av"
									    "x") ", " FALSE("hypervisor") ", " FALSE("kvmclock") ", " TRUE("arch-"
																	   "capabil"
																	   "iti"
																	   "es") ","
																		 " " TRUE("rdctl-no") ", " TRUE("migratable") ", " TRUE(
																			 "hv-relaxed-x") ", " TRUE("newest-thing") ", " FALSE("never-heard-of"));
	static const struct {
		const char *field;
		int64_t value;
	} fields[] = {
		{ "max_basic", 13 },
		{ "max_ext", 0x80000008 },
		{ "vendor_1", 0x49656e69 },
		{ "family", 6 },
		{ "model", 12 },
		{ "ext_model", 3 },
		{ "phys_bits", 42 },
		{ "clflush_size", 8 },
		{ "sse3", 1 },
		{ "hle", 0 },
		{ "xcr0_avx", 1 },
		{ "rtm", NOT_TOLD },
		{ "linear_bits", NOT_TOLD },
	};
	struct cpupolicy_document document;
	const struct cpupolicy_core *core;
	char brand[64];

	(void)state;
	parse(&document, text);
	core = &document.record->cores[0];
	for (size_t i = 0; i < COUNT(fields); i++)
		if (told(core, fields[i].field) != fields[i].value)
			fail_msg("%s: %lld", fields[i].field,
				 (long long)told(core, fields[i].field));
	cpupolicy_core_brand(brand, core);
	assert_string_equal(brand, "Intel Core (Haswell)");
	assert_string_equal(document.record->tool, "QEMU 7.2.22");
	assert_int_equal(core->nr_msrs, 1);
	assert_int_equal(core->msrs[0].value, 1);
	assert_null(cpupolicy_core_row(core, 0x40000000, 0));
	assert_true(noted(document.record, "left out: newest-thing"));
	assert_true(noted(document.record, "enlightenments are left out: "
					   "hv-relaxed-x"));
	assert_true(noted(document.record, "CLFLUSH is 64 bytes"));
	assert_false(noted(document.record, "migratable"));
	assert_false(noted(document.record, "never-heard-of"));
	cpupolicy_document_clear(&document);
}

static void what_was_not_said_is_not_recorded(void **state)
{
	struct cpupolicy_document document;
	const struct cpupolicy_core *core;

	(void)state;
	parse(&document, REPLY("\"phys-bits\": 0, \"level\": 0, "
			       "\"min-xlevel\": 2147483656"));
	core = &document.record->cores[0];
	assert_int_equal(told(core, "max_basic"), 0);
	assert_int_equal(told(core, "max_ext"), 0x80000008);
	assert_int_equal(told(core, "phys_bits"), NOT_TOLD);
	assert_int_equal(told(core, "clflush_size"), NOT_TOLD);
	assert_int_equal(told(core, "vendor_0"), NOT_TOLD);
	assert_int_equal(told(core, "family"), NOT_TOLD);
	cpupolicy_document_clear(&document);

	parse(&document, REPLY(""));
	assert_true(told(&document.record->cores[0], "max_basic") > 0);
	cpupolicy_document_clear(&document);
}

static const struct {
	const char *why, *text;
	int status, line;
	const char *says;
} bad[] = {
	{ "an error", GREETING DONE NO_SUCH_MODEL, CPUPOLICY_E_MEANING, 3,
	  "dump.txt:3: QEMU answered with an error: CPU model 'x' not found" },
	{ "an error that says nothing", "{\"error\": {}}", CPUPOLICY_E_MEANING,
	  1, "an error: ?" },
	{ "definitions", GREETING DONE DEFINITIONS, CPUPOLICY_E_MEANING, 3,
	  "query-cpu-definitions does not say what a model has" },
	{ "only a greeting", GREETING DONE, CPUPOLICY_E_MEANING, 0,
	  "nothing here answers query-cpu-model-expansion" },
	{ "two models", REPLY(TRUE("avx")) REPLY(TRUE("avx2")),
	  CPUPOLICY_E_MEANING, 2,
	  "dump.txt:2: /return/model: a second CPU model" },
	{ "a baseline of names", "{\"return\": {\"model\": {\"name\": \"x\"}}}",
	  CPUPOLICY_E_MEANING, 1, "'props' is missing" },
	{ "no name", "{\"return\": {\"model\": {\"props\": {}}}}",
	  CPUPOLICY_E_MEANING, 1, "/return/model" },
	{ "two spellings, on and off",
	  REPLY(TRUE("sse4.1") ", " FALSE("sse4-1")), CPUPOLICY_E_MEANING, 1,
	  "/return/model/props/sse4-1: says the opposite of another name" },
	{ "two names, on and off", DONE REPLY(FALSE("nx") ", " TRUE("xd")),
	  CPUPOLICY_E_MEANING, 2, "/return/model/props/xd: says the opposite" },
	{ "a feature that is neither on nor off", REPLY("\"avx\": \"on\""),
	  CPUPOLICY_E_MEANING, 1,
	  "/return/model/props/avx: expected true or false" },
	{ "half a family", REPLY("\"family\": 6.5"), CPUPOLICY_E_MEANING, 1,
	  "/return/model/props/family: expected a whole number from 0 to 270" },
	{ "no family", REPLY("\"family\": -1"), CPUPOLICY_E_MEANING, 1,
	  "/family" },
	{ "a stepping that no CPU has", REPLY("\"stepping\": 16"),
	  CPUPOLICY_E_MEANING, 1, "from 0 to 15" },
	{ "a level that no CPU has", REPLY("\"level\": 1e99"),
	  CPUPOLICY_E_MEANING, 1, "from 0 to 4294967295" },
	{ "a level in words", REPLY("\"xlevel\": \"high\""),
	  CPUPOLICY_E_MEANING, 1, "/xlevel: expected a whole number" },
	{ "a maker too short", REPLY("\"vendor\": \"Intel\""),
	  CPUPOLICY_E_MEANING, 1, "'Intel' has not 12 characters" },
	{ "a maker that is no text", REPLY("\"vendor\": 7"),
	  CPUPOLICY_E_MEANING, 1, "/vendor: expected a string" },
	{ "cut", GREETING "{\"return\": {\"model", CPUPOLICY_E_SYNTAX, 2,
	  "not valid JSON" },
	{ "a brace too many", REPLY("") "}", CPUPOLICY_E_SYNTAX, 2,
	  "not valid JSON" },
	{ "no object behind it", DONE "7", CPUPOLICY_E_SYNTAX, 2,
	  "dump.txt:2" },
	{ "an array behind it", DONE "[7]", CPUPOLICY_E_MEANING, 2,
	  "expected an object" },
	{ "the same key twice", REPLY(TRUE("avx") ", " TRUE("avx")),
	  CPUPOLICY_E_SYNTAX, 1, "duplicate" },
	{ "an escape sequence is not repeated",
	  "{\"error\": {\"desc\": \"\\u001b[2J\"}}", CPUPOLICY_E_MEANING, 1,
	  "?[2J" },
};

static void what_is_wrong_is_refused_with_its_place(void **state)
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

/* Time must not grow by the square of how much was said. */
static void a_long_talk_takes_little_time(void **state)
{
	struct cpupolicy_document document;
	size_t nr = 100000, length = strlen(DONE);
	char *text = malloc(nr * length + 200);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < nr; i++)
		memcpy(text + i * length, DONE, length);
	strcpy(text + nr * length, REPLY(TRUE("avx2")));
	parse(&document, text);
	cpupolicy_document_clear(&document);
	free(text);
}

static void damaged_replies_give_a_record_or_an_error(void **state)
{
	static const char good[] = GREETING DONE REPLY(TRUE("avx2") ", " FALSE(
		"sse4.1") ", \"level\": 13, "
			  "\"vendor\": \"AuthenticAMD\"");

	(void)state;
	must_survive_damage(good, sizeof(good) - 1);
}

/* All that the real QEMU says when it is asked to expand a model; free it. */
static char *ask_qemu(const char *accel, const char *type, const char *model)
{
	char command[800], *text = malloc(1 << 20);
	size_t size = 0, got;
	FILE *pipe;

	assert_non_null(text);
	snprintf(command, sizeof(command),
		 "printf '%%s\\n' '{\"execute\": \"qmp_capabilities\"}' "
		 "'{\"execute\": \"query-cpu-model-expansion\", "
		 "\"arguments\": {\"type\": \"%s\", \"model\": {\"name\": "
		 "\"%s\"}}}' '{\"execute\": \"quit\"}' | "
		 "qemu-system-x86_64 -S -display none -nodefaults -machine "
		 "none -accel %s -qmp stdio 2>/dev/null",
		 type, model, accel);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while ((got = fread(text + size, 1, (1 << 20) - 1 - size, pipe)) > 0)
		size += got;
	text[size] = '\0';
	pclose(pipe);
	return text;
}

/* The properties, as another reader of JSON finds them; decref the result. */
static json_t *properties(const char *said)
{
	json_t *root, *props;
	const char *line = strstr(said, "{\"return\": {\"model\"");

	assert_non_null(line);
	root = json_loads(
		line, JSON_DISABLE_EOF_CHECK | JSON_DECODE_INT_AS_REAL, NULL);
	assert_non_null(root);
	props = json_incref(json_object_get(
		json_object_get(json_object_get(root, "return"), "model"),
		"props"));
	json_decref(root);
	assert_non_null(props);
	return props;
}

static size_t compare_properties(const struct cpupolicy_core *core,
				 const json_t *props, const char *model)
{
	size_t nr = 0;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)props, key, value)
	{
		const struct cpupolicy_field *fields[CPUPOLICY__MEANINGS];
		int n = cpupolicy__name_fields(fields, CPUPOLICY__QEMU, key,
					       strlen(key), 0);

		if (!json_is_boolean(value))
			continue;
		if (n < 0 && strncmp(key, "hv-", 3) != 0)
			fail_msg("%s: nobody knows '%s'", model, key);
		if (n <= 0 || fields[0]->at.space != CPUPOLICY_SPACE_CPU)
			continue;
		if (told(core, fields[0]->name) != json_is_true(value))
			fail_msg("%s: %s", model, key);
		nr++;
	}
	return nr;
}

static void check_model(const char *accel, const char *type, const char *model)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	char *said = ask_qemu(accel, type, model);
	json_t *props;
	size_t nr;

	if (parse_copy(&document, said, strlen(said), &error) < 0)
		fail_msg("%s %s: %s", model, type, error.text);
	assert_string_equal(document.format, "qmp");
	props = properties(said);
	nr = compare_properties(&document.record->cores[0], props, model);
	if (nr < 200)
		fail_msg("%s: only %zu features", model, nr);
	assert_int_equal(told(&document.record->cores[0], "max_basic"),
			 (int64_t)json_number_value(
				 json_object_get(props, "min-level")));
	assert_false(noted(document.record, "not known"));
	json_decref(props);
	cpupolicy_document_clear(&document);
	free(said);
}

static bool there_is_qemu(void)
{
	if (system("qemu-system-x86_64 --version >/dev/null 2>&1") == 0)
		return true;
	print_message("qemu-system-x86_64 is not installed\n");
	return false;
}

static void what_qemu_itself_says_is_read(void **state)
{
	static const char *const models[] = {
		"max",	     "Haswell-v4", "EPYC-v3", "Skylake-Server-v4",
		"Snowridge", "qemu64",	   "486",
	};

	(void)state;
	if (!there_is_qemu())
		skip();
	for (size_t i = 0; i < COUNT(models); i++)
		check_model("tcg", "full", models[i]);
	check_model("tcg", "static", "max");
	check_model("tcg", "static", "Haswell-v4");
}

static void what_qemu_says_of_kvm_is_read(void **state)
{
	(void)state;
	if (!there_is_qemu())
		skip();
	if (access("/dev/kvm", R_OK | W_OK) != 0) {
		print_message("there is no /dev/kvm to use\n");
		skip();
	}
	check_model("kvm", "full", "host");
	check_model("kvm", "static", "host");
}

static void qemus_errors_are_told(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	char *said;

	(void)state;
	if (!there_is_qemu())
		skip();
	said = ask_qemu("tcg", "full", "no-such-model");
	assert_int_equal(parse_copy(&document, said, strlen(said), &error),
			 CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "no-such-model"));
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_is_read_in_every_wrapping),
		cmocka_unit_test(properties_become_bits_and_numbers),
		cmocka_unit_test(what_was_not_said_is_not_recorded),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(a_long_talk_takes_little_time),
		cmocka_unit_test(damaged_replies_give_a_record_or_an_error),
		cmocka_unit_test(what_qemu_itself_says_is_read),
		cmocka_unit_test(what_qemu_says_of_kvm_is_read),
		cmocka_unit_test(qemus_errors_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
