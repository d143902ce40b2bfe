// SPDX-License-Identifier: MIT
/*
 * proc_cpuinfo_cpu.c - from what /proc/cpuinfo says of one CPU to its rows.
 *
 * A flag that is there was recorded, but for those that the kernel sets by
 * itself. A flag that is not there was not recorded: the kernel takes away what
 * it does not use, and has no flag for many bits.
 */
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "proc_cpuinfo.h"

const char *const cpupolicy__cpuinfo_keys[CPUINFO_NR_KEYS] = {
	[CPUINFO_VENDOR] = "vendor_id",
	[CPUINFO_FAMILY] = "cpu family",
	[CPUINFO_MODEL] = "model",
	[CPUINFO_STEPPING] = "stepping",
	[CPUINFO_NAME] = "model name",
	[CPUINFO_LEVEL] = "cpuid level",
	[CPUINFO_CLFLUSH] = "clflush size",
	[CPUINFO_SIZES] = "address sizes",
	[CPUINFO_FLAGS] = "flags",
	[CPUINFO_MICROCODE] = "microcode",
	[CPUINFO_BUGS] = "bugs",
};

/** struct teller - what the functions below work on */
struct teller {
	struct cpupolicy__named *named;
	const struct cpupolicy__cpuinfo *cpu;
	const struct cpupolicy__dump *dump;
};

const char *
cpupolicy__cpuinfo_copy(char out[CPUINFO_TEXT],
			const struct cpupolicy__cpuinfo_value *value)
{
	size_t size =
		value->size < CPUINFO_TEXT - 1 ? value->size : CPUINFO_TEXT - 1;

	if (size)
		memcpy(out, value->text, size);
	out[size] = '\0';
	return out;
}

/* The value of a line; false: it is not there. */
static bool look(char out[CPUINFO_TEXT], const struct teller *teller,
		 enum cpupolicy__cpuinfo_key key)
{
	cpupolicy__cpuinfo_copy(out, &teller->cpu->value[key]);
	return teller->cpu->value[key].line != 0;
}

static int bad_value(const struct teller *teller,
		     enum cpupolicy__cpuinfo_key key, const char *expected)
{
	char text[CPUINFO_TEXT];

	look(text, teller, key);
	return cpupolicy__dump_fail(teller->dump, teller->cpu->value[key].line,
				    "'%s' is '%s', expected %s",
				    cpupolicy__cpuinfo_keys[key], text,
				    expected);
}

/* A decimal number below @limit and nothing else. CPUPOLICY_E_UNKNOWN: there is
 * no such line. */
static int number(uint32_t *out, const struct teller *teller,
		  enum cpupolicy__cpuinfo_key key, uint32_t limit)
{
	char text[CPUINFO_TEXT];
	const char *s = text;

	if (!look(text, teller, key))
		return CPUPOLICY_E_UNKNOWN;
	if (!cpupolicy__take_decimal(out, &s, limit) || *s || *out >= limit)
		return bad_value(teller, key, "a number that a CPU can have");
	return 0;
}

/* The maker's 12 characters may end in blanks. */
static int tell_vendor(const struct teller *teller)
{
	char text[CPUINFO_TEXT];
	size_t size;
	int status;

	look(text, teller, CPUINFO_VENDOR);
	for (size = strlen(text); size > 0 && size < 12; size++)
		memcpy(text + size, " ", 2);
	status = cpupolicy__named_vendor(teller->named, text);
	return status == CPUPOLICY_E_RANGE
		       ? bad_value(teller, CPUINFO_VENDOR, "12 characters")
		       : status;
}

static int tell_signature(const struct teller *teller)
{
	struct cpupolicy_signature signature = { 0 };
	char text[CPUINFO_TEXT];
	int status;

	if (look(text, teller, CPUINFO_STEPPING) &&
	    strcmp(text, "unknown") == 0)
		return cpupolicy__dump_fail(
			teller->dump, teller->cpu->value[CPUINFO_STEPPING].line,
			"this CPU has no CPUID");
	status = number(&signature.family, teller, CPUINFO_FAMILY, 1000);
	if (status == 0)
		status = number(&signature.model, teller, CPUINFO_MODEL, 1000);
	if (status == 0)
		status = number(&signature.stepping, teller, CPUINFO_STEPPING,
				1000);
	if (status == CPUPOLICY_E_UNKNOWN)
		return 0;
	if (status == 0)
		status = cpupolicy__named_signature(teller->named, &signature);
	return status == CPUPOLICY_E_RANGE
		       ? bad_value(teller, CPUINFO_FAMILY,
				   "a family, model and stepping that a CPU "
				   "can have")
		       : status;
}

static int tell_level(const struct teller *teller)
{
	uint32_t level;
	int status = number(&level, teller, CPUINFO_LEVEL, 0x10000);

	if (status == CPUPOLICY_E_UNKNOWN)
		return 0;
	return status < 0 ? status
			  : cpupolicy__named_number(teller->named, "max_basic",
						    level);
}

static int tell_name(const struct teller *teller)
{
	char text[CPUINFO_TEXT];

	if (!look(text, teller, CPUINFO_NAME) || strcmp(text, "unknown") == 0)
		return 0;
	return cpupolicy__named_brand(teller->named, text);
}

/* In bytes; a kernel assumes a size where CLFLUSH is missing. */
static int tell_clflush(const struct teller *teller)
{
	uint32_t bytes;
	int status = number(&bytes, teller, CPUINFO_CLFLUSH, 255 * 8 + 1);

	if (status == CPUPOLICY_E_UNKNOWN ||
	    !cpupolicy__named_has(teller->named, "clflush"))
		return 0;
	if (status == 0 && bytes % 8)
		return bad_value(teller, CPUINFO_CLFLUSH, "a multiple of 8");
	return status < 0 ? status
			  : cpupolicy__named_number(teller->named,
						    "clflush_size", bytes / 8);
}

/* "48 bits physical, 57 bits virtual" */
static int tell_sizes(const struct teller *teller)
{
	char text[CPUINFO_TEXT];
	const char *s = text;
	uint32_t physical, linear;
	int status;

	if (!look(text, teller, CPUINFO_SIZES))
		return 0;
	if (!cpupolicy__take_decimal(&physical, &s, 256) || physical > 255 ||
	    !cpupolicy__take(&s, " bits physical, ") ||
	    !cpupolicy__take_decimal(&linear, &s, 256) || linear > 255 ||
	    !cpupolicy__take(&s, " bits virtual") || *s)
		return bad_value(teller, CPUINFO_SIZES,
				 "such as '48 bits physical, 48 bits virtual'");
	status = cpupolicy__named_number(teller->named, "phys_bits", physical);
	return status < 0 ? status
			  : cpupolicy__named_number(teller->named,
						    "linear_bits", linear);
}

/*
 * Flags that Linux sets although CPUID may not say so: errata, and what holds
 * for all CPUs of a family (arch/x86/kernel/cpu/amd.c, hygon.c, intel.c).
 */
static bool set_by_kernel(const struct teller *teller, const char *flag,
			  size_t length)
{
	static const struct {
		const char *flag;
		enum cpupolicy_vendor_id vendor;
		uint32_t first, last; /* families */
	} known[] = {
		{ "3dnowprefetch", CPUPOLICY_VENDOR_AMD, 0, 0xf },
		{ "arat", CPUPOLICY_VENDOR_AMD, 0x12, 0xffff },
		{ "arat", CPUPOLICY_VENDOR_HYGON, 0, 0xffff },
		{ "btc_no", CPUPOLICY_VENDOR_AMD, 0x19, 0x19 },
		{ "cpb", CPUPOLICY_VENDOR_AMD, 0x17, 0xffff },
		{ "cpb", CPUPOLICY_VENDOR_HYGON, 0, 0xffff },
		{ "ibpb_brtype", CPUPOLICY_VENDOR_AMD, 0, 0xffff },
		{ "intel_ppin", CPUPOLICY_VENDOR_INTEL, 0, 0xffff },
		{ "lfence_rdtsc", CPUPOLICY_VENDOR_AMD, 0, 0xffff },
		{ "lfence_rdtsc", CPUPOLICY_VENDOR_HYGON, 0, 0xffff },
		{ "pge", CPUPOLICY_VENDOR_AMD, 5, 5 },
		{ "sbpb", CPUPOLICY_VENDOR_AMD, 0, 0xffff },
		{ "srso_no", CPUPOLICY_VENDOR_AMD, 0, 0xffff },
		{ "tsa_l1_no", CPUPOLICY_VENDOR_AMD, 0, 0xffff },
		{ "tsa_sq_no", CPUPOLICY_VENDOR_AMD, 0, 0xffff },
		{ "verw_clear", CPUPOLICY_VENDOR_AMD, 0, 0xffff },
	};
	char text[CPUINFO_TEXT];
	unsigned long family;

	look(text, teller, CPUINFO_FAMILY);
	family = strtoul(text, NULL, 10);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].vendor == teller->named->vendor &&
		    family >= known[i].first && family <= known[i].last &&
		    strlen(known[i].flag) == length &&
		    memcmp(known[i].flag, flag, length) == 0)
			return true;
	return false;
}

static int tell_flags(const struct teller *teller)
{
	const struct cpupolicy__cpuinfo_value *flags =
		&teller->cpu->value[CPUINFO_FLAGS];
	int status = 0;

	for (size_t at = 0, length; at < flags->size && status == 0;
	     at += length + 1) {
		const char *flag = flags->text + at;
		const char *end = memchr(flag, ' ', flags->size - at);

		length = end ? (size_t)(end - flag) : flags->size - at;
		if (length && !set_by_kernel(teller, flag, length))
			status = cpupolicy__named_name(teller->named, flag,
						       length, true);
	}
	return status;
}

int cpupolicy__cpuinfo_tell(struct cpupolicy__named *named,
			    const struct cpupolicy__cpuinfo *cpu,
			    const struct cpupolicy__dump *dump)
{
	/* the maker first: some flags mean different bits on others */
	int (*const parts[])(const struct teller *teller) = {
		tell_vendor, tell_signature, tell_level, tell_name,
		tell_flags,  tell_clflush,   tell_sizes,
	};
	const struct teller teller = { named, cpu, dump };
	int status = 0;

	cpupolicy__named_next(named);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (status == 0)
			status = parts[i](&teller);
	if (status == 0)
		status = cpupolicy__named_close(named);
	return status == CPUPOLICY_E_MEMORY
		       ? cpupolicy__no_memory(dump->error, dump->source->name)
		       : status;
}
