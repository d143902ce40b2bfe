/* SPDX-License-Identifier: MIT */
/*
 * support.h - policies by name of field, and what a sink has heard.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <cpupolicy/formats.h>

/** COUNT - how many elements an array has */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** struct heard - the findings of one operation, in order */
struct heard {
	size_t nr;
	struct cpupolicy_finding finding[2048];
};

/** hear - the sink of a struct heard */
void hear(void *heard, const struct cpupolicy_finding *finding);

/** heard_of - the first finding with that code about that field, or NULL;
 *	@name NULL: any field, or bits without a name */
const struct cpupolicy_finding *heard_of(const struct heard *heard,
					 uint32_t code, const char *name);

/** heard_count - how many findings have that code; 0: all */
size_t heard_count(const struct heard *heard, uint32_t code);

/** field_called - a field that must exist */
const struct cpupolicy_field *field_called(const char *name);

/** feature_called - a feature, by name or address, that must exist */
cpupolicy_feature feature_called(const char *text);

/** value_of - the value of a field */
uint32_t value_of(const struct cpupolicy_policy *policy, const char *name);

/** set_fields - "avx2 clflush_size=8 ...": set them, whatever follows */
void set_fields(struct cpupolicy_policy *policy, const char *fields);

/** make_policy - of one maker ("intel", "amd", ... or 12 characters), with
 *	these fields; not normalised */
void make_policy(struct cpupolicy_policy *out, const char *vendor,
		 const char *fields);

/** make_normal - the same, normalised */
void make_normal(struct cpupolicy_policy *out, const char *vendor,
		 const char *fields);

/** read_record - a record below tests/data; free it */
struct cpupolicy_record *read_record(const char *path);

/** parse_copy - read text under the name "dump.txt", from a copy that ends
 *where it does: a sanitizer sees what is read past the end */
int parse_copy(struct cpupolicy_document *out, const char *text, size_t size,
	       struct cpupolicy_error *error);

/** struct bad_text - a file that is refused, and how */
struct bad_text {
	const char *why, *text;
	size_t size;
	int status, line;
	const char *says;
};

void must_be_refused(const struct bad_text *bad, size_t nr);

/** must_survive_damage - whatever is cut off or flipped of this text: a
 *	document or an error, never a crash */
void must_survive_damage(const char *good, size_t size);

/* The fields of a CPU with AVX and its state component. */
#define X87  "fpu tsc msr pae cx8 apic cmov clflush mmx fxsr sse sse2 "
#define LONG X87 "lm nx syscall sse3 ssse3 sse4_1 sse4_2 popcnt cx16 "
#define AVX                                                                    \
	LONG "xsave xcr0_x87 xcr0_sse xcr0_avx avx xstate_avx_size=256 "       \
	     "xstate_avx_offset=576 clflush_size=8 phys_bits=40 "

#endif
