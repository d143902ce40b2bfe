/* SPDX-License-Identifier: MIT */
/*
 * test_limits.c - large inputs of every format are read in memory and time in
 * proportion to their size.
 */
#define _DEFAULT_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <cpupolicy/formats.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define MEMORY_MEANS_NOTHING true
#else
#define MEMORY_MEANS_NOTHING false
#endif

#define INPUT_BYTES ((size_t)6 << 20)
#define TIMES_SIZE  20
/* What a process needs besides: stacks, buffers, what malloc() keeps. */
#define BESIDES_BYTES ((size_t)2 << 20)
/* Nothing that is linear takes so many seconds, on any machine. */
#define SECONDS 120

/* %u: counts up */
static const struct {
	const char *why, *head, *unit, *tail;
} inputs[] = {
	{ "cpuid -r: small CPUs", "",
	  "CPU %u:\n   0x00000000 0x00: eax=0x00000001 ebx=0x756e6547 "
	  "ecx=0x6c65746e edx=0x49656e69\n",
	  "" },
	{ "cpuid -r: one CPU without end", "CPU 0:\n",
	  "   0x00000000 0x%02x: eax=0x00000001 ebx=0x756e6547 "
	  "ecx=0x6c65746e edx=0x49656e69\n",
	  "" },
	{ "AIDA: small CPUs that differ", "",
	  "CPU#%u\nCPUID 00000000: 00000001-756E6547-6C65746E-49656E69\n"
	  "CPUID 00000001: %08X-00000000-00000000-00000000\n",
	  "" },
	{ "AIDA: equal CPUs without headers",
	  "------[ CPUID Registers / Logical CPU #0 ]------\n",
	  "CPUID 00000000: 00000001-756E6547-6C65746E-49656E69\n", "" },
	{ "AIDA: text around it",
	  "------[ Logical CPU #0 ]------\n"
	  "CPUID 00000000: 00000001-756E6547-6C65746E-49656E69\n",
	  "Field %u: something that matters to nobody\n", "" },
	{ "libcpuid: one table without end", "version=0.6.0\n",
	  "basic_cpuid[%u]=00000001 756e6547 6c65746e 49656e69\n", "" },
	{ "kcpuid: rows without end", "",
	  "0x%08x: EAX=0x00000001, EBX=0x756e6547, ECX=0x6c65746e, "
	  "EDX=0x49656e69\n",
	  "" },
	{ "xen-cpuid: rows without end",
	  "Xen reports there are maximum 60 leaves and 2 MSRs\n"
	  "Host policy: 60 leaves, 2 MSRs\n CPUID:\n"
	  "  leaf     subleaf  -> eax      ebx      ecx      edx\n",
	  "  %08x:ffffffff -> 00000001:756e6547:6c65746e:49656e69\n", "" },
	{ "SDE: rows without end", "",
	  "%08x ******** => 00000001 756e6547 6c65746e 49656e69\n", "" },
	{ "libvirt: CPUID elements", "<cpudata arch='x86'>\n",
	  "<cpuid eax_in='0x%08x' ecx_in='0x00' eax='0x1' ebx='0x756e6547' "
	  "ecx='0x6c65746e' edx='0x49656e69'/>\n",
	  "</cpudata>\n" },
	{ "libvirt: elements of other kinds", "<cpudata arch='x86'>\n",
	  "<a b='%u'/>", "</cpudata>\n" },
	{ "libvirt: text without end", "<cpudata arch='x86'>\n", "text %u ",
	  "</cpudata>\n" },
	{ "libvirt capabilities: features",
	  "<capabilities><host><cpu><arch>x86_64</arch><model>qemu64"
	  "</model><vendor>AMD</vendor>\n",
	  "<feature name='f%u'/>\n", "</cpu></host></capabilities>\n" },
	{ "/proc/cpuinfo: CPUs", "",
	  "processor\t: %u\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
	  "model\t\t: 58\nstepping\t: 9\nflags\t\t: fpu vme\n\n",
	  "" },
	{ "/proc/cpuinfo: flags",
	  "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t:", " f%u",
	  "\n" },
	{ "our own: rows",
	  "{\"format\":\"cpupolicy-record\",\"version\":1,\"cores\":["
	  "{\"cpus\":\"0\",\"rows\":[\"0.0 1 2 3 4\"",
	  ",\"%x.0 0 0 0 0\"", "]}]}\n" },
	{ "our own: features",
	  "{\"format\":\"cpupolicy-policy\",\"version\":1,\"features\":["
	  "\"fpu\"",
	  ",\"f%u\"", "]}\n" },
	{ "Firecracker: modifiers",
	  "{\"msr_modifiers\":[],\"cpuid_modifiers\":[{}",
	  ",{\"leaf\":\"0x%x\",\"subleaf\":\"0x0\",\"flags\":0,"
	  "\"modifiers\":[{\"register\":\"eax\",\"bitmap\":\"0b1\"}]}",
	  "]}\n" },
	{ "QMP: properties",
	  "{\"return\":{\"model\":{\"name\":\"base\",\"props\":{\"fpu\":true",
	  ",\"p%u\":false", "}}}}\n" },
	{ "JSON: empty objects", "{\"a\":[{}", ",{}", "]}" },
	{ "JSON: empty arrays", "{\"a\":[[]", ",[]", "]}" },
	{ "JSON: numbers", "{\"a\":[1", ",%u", "]}" },
	{ "JSON: depth", "", "{\"a%u\":", "" },
	{ "XML: depth", "", "<a%u>", "" },
	{ "no line ends", "CPUID ", "%08x", "" },
};

static char *large(size_t *size, size_t which)
{
	size_t room = INPUT_BYTES + 1024;
	char *text = malloc(room);
	unsigned nr = 0;

	assert_non_null(text);
	*size = (size_t)snprintf(text, room, "%s", inputs[which].head);
	while (*size < INPUT_BYTES) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		*size += (size_t)snprintf(text + *size, room - *size,
					  inputs[which].unit, nr, nr);
#pragma GCC diagnostic pop
		nr++;
	}
	*size += (size_t)snprintf(text + *size, room - *size, "%s",
				  inputs[which].tail);
	return text;
}

static size_t peak_bytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (size_t)usage.ru_maxrss << 10;
}

/* In a process of its own, whose peak is that of this input. */
static int read_large(size_t which)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	size_t size, before, peak;
	char *text = large(&size, which);
	int status;

	before = peak_bytes();
	status = cpupolicy_document_parse(&document, "large", text, size,
					  &error);
	peak = peak_bytes() - before;
	printf("%s: %.1f times its size; %s\n", inputs[which].why,
	       (double)peak / (double)size,
	       status ? error.text : document.format);
	fflush(stdout);
	return peak > TIMES_SIZE * size + BESIDES_BYTES;
}

static void memory_is_bounded_by_the_size_of_the_input(void **state)
{
	int bad = 0;

	(void)state;
	if (MEMORY_MEANS_NOTHING) {
		print_message("sanitizers need memory of their own\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		int status;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			alarm(SECONDS);
			_exit(read_large(i));
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		print_message("%s: %s\n", inputs[i].why,
			      WIFEXITED(status) ? "too much memory"
						: "it died or took too long");
		bad++;
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_bounded_by_the_size_of_the_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
