// SPDX-License-Identifier: MIT
/*
 * xl.c - xl's cpuid= lines as masks: what such a line takes away from the
 * policy that the domain would have without it.
 */
#include <string.h>

#include "mask_bits.h"
#include "xl.h"

static int read_all(struct cpupolicy_mask_spec *mask,
		    const struct cpupolicy_xl *xl)
{
	struct cpupolicy__mask_bits bits;
	int status = cpupolicy__mask_begin(&bits, mask, xl->nr);

	for (size_t i = 0; i < xl->nr && status == 0; i++) {
		const struct cpupolicy_xl_register *reg = &xl->registers[i];
		const struct cpupolicy_address at = {
			.leaf = reg->leaf,
			.subleaf =
				(uint16_t)(reg->subleaf == CPUPOLICY_XEN_NO_SUBLEAF
						   ? 0
						   : reg->subleaf),
			.space = reg->space,
			.reg = reg->reg,
		};

		cpupolicy__mask_register(&bits, &at, reg->bits);
	}
	return cpupolicy__mask_end(&bits, status);
}

static int read_xl(struct cpupolicy_document *out,
		   const struct cpupolicy__source *source,
		   struct cpupolicy_error *error)
{
	struct cpupolicy_xl xl;
	int status = cpupolicy_xl_parse(&xl, source->name, source->text,
					source->size, error);

	if (status < 0)
		return status;
	out->kind = CPUPOLICY_DOCUMENT_MASK;
	status = read_all(&out->mask, &xl);
	cpupolicy_xl_clear(&xl);
	return status < 0 ? cpupolicy__no_memory(error, source->name) : 0;
}

/* A line that begins as one that sets cpuid; or the value alone. */
static enum cpupolicy__sure probe(const struct cpupolicy__source *source)
{
	const char *text = source->text, *end = text + source->size;

	if (source->size > 5 && memcmp(text, "host,", 5) == 0)
		return CPUPOLICY__YES;
	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((line_end ? line_end : end) - text);
		size_t i = 5;

		if (length > 6 && memcmp(text, "cpuid", 5) == 0) {
			while (i < length && memchr(" \t", text[i], 2))
				i++;
			if (i < length && memchr("=+", text[i], 2))
				return CPUPOLICY__YES;
		}
		if (!line_end)
			break;
		text = line_end + 1;
	}
	return CPUPOLICY__NO;
}

const struct cpupolicy__format cpupolicy__format_xl = {
	.info = { .name = "xl",
		  .title = "cpuid= of Xen's domain configurations, by names",
		  .reads = true,
		  .writes = true },
	.probe = probe,
	.read = read_xl,
	.write = cpupolicy__xl_write_names,
};

const struct cpupolicy__format cpupolicy__format_xl_registers = {
	.info = { .name = "xl-registers",
		  .title = "cpuid= of Xen's domain configurations, bit by bit",
		  .writes = true },
	.write = cpupolicy__xl_write_registers,
};
