// SPDX-License-Identifier: MIT
/*
 * qemu_cpu_options.c - what stands behind the model in the value of QEMU's
 * option -cpu: features that are on or off, and numbers.
 */
#include <stdio.h>

#include "lines.h"
#include "qemu_cpu.h"

int cpupolicy__qemu_no_memory(const struct cpupolicy__qemu_cpu *reading)
{
	return cpupolicy__no_memory(reading->dump.error,
				    reading->dump.source->name);
}

int cpupolicy__qemu_fail(const struct cpupolicy__qemu_cpu *reading,
			 const char *format, const char *text)
{
	return cpupolicy__fail_at(reading->dump.error, CPUPOLICY_E_MEANING,
				  reading->dump.source->name, reading->line, 0,
				  format, text);
}

bool cpupolicy__qemu_next(char out[CPUPOLICY__QEMU_WORD],
			  struct cpupolicy__qemu_cpu *reading)
{
	size_t length = 0;

	while (reading->at < reading->end && *reading->at == ',')
		reading->at++;
	while (reading->at + length < reading->end &&
	       reading->at[length] != ',')
		length++;
	if (!length)
		return false;
	snprintf(out, CPUPOLICY__QEMU_WORD, "%.*s",
		 (int)(length < CPUPOLICY__QEMU_WORD
			       ? length
			       : CPUPOLICY__QEMU_WORD - 1),
		 reading->at);
	reading->at += length;
	return true;
}

static int tell_name(struct cpupolicy__qemu_cpu *reading, const char *name,
		     bool on)
{
	int status =
		cpupolicy__named_name(&reading->named, name, strlen(name), on);

	if (status == CPUPOLICY_E_DIFFERS)
		return cpupolicy__qemu_fail(reading,
					    "'%.60s' is both on and off", name);
	return status < 0 ? cpupolicy__qemu_no_memory(reading) : 0;
}

static int number(uint32_t *out, const struct cpupolicy__qemu_cpu *reading,
		  const char *text)
{
	const char *s = text;
	uint64_t value;

	if (s[0] == '0' && s[1] == 'x') {
		s += 2;
		if (cpupolicy__hex(&value, &s, 8) && !*s) {
			*out = (uint32_t)value;
			return 0;
		}
	} else if (cpupolicy__take_decimal(out, &s, UINT32_MAX) && !*s) {
		return 0;
	}
	return cpupolicy__qemu_fail(reading, "'%.60s' is not a number", text);
}

static int tell_number(struct cpupolicy__qemu_cpu *reading, const char *field,
		       const char *text)
{
	uint32_t value;
	int status = number(&value, reading, text);

	if (status < 0)
		return status;
	status = cpupolicy__named_number(&reading->named, field, value);
	if (status == CPUPOLICY_E_DIFFERS)
		return cpupolicy__qemu_fail(reading, "%.60s is given twice",
					    field);
	if (status == CPUPOLICY_E_RANGE)
		return cpupolicy__qemu_fail(
			reading, "'%.60s' is more than a CPU can have", text);
	return status < 0 ? cpupolicy__qemu_no_memory(reading) : 0;
}

/* A key that has a number or a text. */
static int tell_key(bool *known, struct cpupolicy__qemu_cpu *reading,
		    const char *key, const char *value)
{
	static const char *const fields[][2] = {
		{ "level", "max_basic" },
		{ "level-func7", "max_subleaf_7" },
		{ "xlevel", "max_ext" },
		{ "guest-phys-bits", "guest_phys_bits" },
	};
	const struct {
		const char *key;
		uint32_t *value;
	} parts[] = {
		{ "family", &reading->signature.family },
		{ "model", &reading->signature.model },
		{ "stepping", &reading->signature.stepping },
	};

	*known = true;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(key, fields[i][0]) == 0)
			return tell_number(reading, fields[i][1], value);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(key, parts[i].key) == 0)
			return number(parts[i].value, reading, value);
	if (strcmp(key, "phys-bits") == 0) {
		/* 0: whatever QEMU takes */
		reading->has_bits = strcmp(value, "0") != 0;
		return reading->has_bits
			       ? tell_number(reading, "phys_bits", value)
			       : 0;
	}
	if (strcmp(key, "model-id") == 0) {
		reading->has_brand = true;
		return cpupolicy__named_brand(&reading->named, value) < 0
			       ? cpupolicy__qemu_no_memory(reading)
			       : 0;
	}
	*known = false;
	return 0;
}

/* on, off, or neither: -1. */
static int boolean(const char *text)
{
	static const char *const words[][2] = {
		{ "off", "on" },
		{ "no", "yes" },
		{ "false", "true" },
		{ "n", "y" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (int value = 0; value < 2; value++)
			if (strcmp(text, words[i][value]) == 0)
				return value;
	return -1;
}

/* What starts, checks or limits a guest, and what its numbers are not. */
static bool is_manner(const char *key)
{
	static const char *const words[] = {
		"check",
		"enforce",
		"migratable",
		"pmu",
		"host-cache-info",
		"l3-cache",
		"kvm",
		"lmce",
		"legacy-cache",
		"cpuid-0xb",
		"min-level",
		"min-xlevel",
		"min-xlevel2",
		"xlevel2",
		"fill-mtrr-mask",
		"host-phys-bits-limit",
		"tsc-frequency",
		"ucode-rev",
		"vmware-cpuid-freq",
		"tcg-cpuid",
		"lbr-fmt",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(key, words[i]) == 0)
			return true;
	return strncmp(key, "hv-", 3) == 0 || strncmp(key, "hv_", 3) == 0 ||
	       strncmp(key, "x-", 2) == 0 || strcmp(key, "hv-passthrough") == 0;
}

static int tell_item(struct cpupolicy__qemu_cpu *reading, char *item)
{
	char *value = strchr(item, '=');
	bool known;
	int on, status;

	if (*item == '+' || *item == '-')
		return tell_name(reading, item + 1, *item == '+');
	if (value)
		*value++ = '\0';
	for (char *c = item; *c; c++)
		if (*c == '_' && strcmp(item, "model_id") == 0)
			*c = '-';
	if (strcmp(item, "vendor") == 0 && value) {
		snprintf(reading->vendor, CPUPOLICY__QEMU_WORD, "%s", value);
		return 0;
	}
	on = value ? boolean(value) : 1;
	if (strcmp(item, "host-phys-bits") == 0) {
		reading->host_bits = on == 1;
		return 0;
	}
	if (is_manner(item)) {
		if (reading->ignored.length < 300)
			cpupolicy__text_add(&reading->ignored, " %.40s", item);
		return 0;
	}
	status = value ? tell_key(&known, reading, item, value) : 0;
	if (status < 0 || (value && known))
		return status;
	if (on >= 0)
		return tell_name(reading, item, on);
	cpupolicy__named_strange(&reading->named, item, strlen(item));
	return 0;
}

/* The maker first, for some names mean different bits on others; then +f and
 * -f, which count whatever f=on says. */
int cpupolicy__qemu_options(struct cpupolicy__qemu_cpu *reading)
{
	const char *first = reading->at;
	char item[CPUPOLICY__QEMU_WORD];
	int status = 0;

	while (status == 0 && cpupolicy__qemu_next(item, reading))
		if (strncmp(item, "vendor=", 7) == 0)
			status = tell_item(reading, item);
	if (status == 0 && !reading->vendor[0] && reading->model)
		snprintf(reading->vendor, CPUPOLICY__QEMU_WORD, "%s",
			 cpupolicy__maker_string(reading->models,
						 reading->model->maker));
	if (status == 0 && reading->vendor[0])
		status = cpupolicy__named_vendor(&reading->named,
						 reading->vendor);
	if (status == CPUPOLICY_E_RANGE)
		return cpupolicy__qemu_fail(
			reading, "vendor '%.60s' has not 12 characters",
			reading->vendor);
	for (int pass = 0; pass < 2 && status == 0; pass++) {
		reading->at = first;
		while (status == 0 && cpupolicy__qemu_next(item, reading)) {
			bool sign = *item == '+' || *item == '-';
			const struct cpupolicy_field
				*fields[CPUPOLICY__MEANINGS];
			size_t length = strcspn(item, "=");

			if (sign != (pass == 0) ||
			    strncmp(item, "vendor=", 7) == 0)
				continue;
			if (!sign &&
			    cpupolicy__name_fields(fields, CPUPOLICY__QEMU,
						   item, length,
						   reading->named.vendor) > 0 &&
			    cpupolicy__named_told(&reading->named, fields[0]))
				continue;
			status = tell_item(reading, item);
		}
	}
	return status;
}
