/* SPDX-License-Identifier: MIT */
/*
 * feature.h - fields and features, by name and by address, with their rules.
 */
#ifndef CPUPOLICY_FEATURE_H
#define CPUPOLICY_FEATURE_H

#include <cpupolicy/policy.h>

/** enum cpupolicy_space - where an address lives */
enum cpupolicy_space {
	CPUPOLICY_SPACE_CPU = 0,
	CPUPOLICY_SPACE_MSR = 1,
	CPUPOLICY_SPACE_KVM = 2,    /* leaves as if the section's base were */
	CPUPOLICY_SPACE_HYPERV = 3, /* 0x40000000, wherever it really is */
	CPUPOLICY_SPACE_XEN = 4,
	CPUPOLICY_SPACE_VMWARE = 5,
	CPUPOLICY_NR_SPACES = 6,
};

/** enum cpupolicy_register - output registers; the halves of an MSR */
enum cpupolicy_register {
	CPUPOLICY_EAX = 0,
	CPUPOLICY_EBX = 1,
	CPUPOLICY_ECX = 2,
	CPUPOLICY_EDX = 3,
	CPUPOLICY_MSR_LO = 0,
	CPUPOLICY_MSR_HI = 3,
};

/**
 * cpupolicy_feature - a one-bit field; its number is its address
 *
 *	63:32 leaf or MSR index, 31:16 sub-leaf, 15:12 space, 11:8 register, 4:0
 *bit
 *
 * So a number needs no registry and never changes, and bits without a name
 * have one too. 0 (leaf 0, EAX bit 0) is no feature.
 */
typedef uint64_t cpupolicy_feature;

/** CPUPOLICY_FEATURE - the number of the bit at an address */
#define CPUPOLICY_FEATURE(space, leaf, subleaf, reg, bit)                      \
	((uint64_t)(leaf) << 32 | (uint64_t)(subleaf) << 16 |                  \
	 (uint64_t)(space) << 12 | (uint64_t)(reg) << 8 | (uint64_t)(bit))

/** enum cpupolicy_level - how a field of two hosts combines */
enum cpupolicy_level {
	CPUPOLICY_LEVEL_ZERO,  /* never in a policy */
	CPUPOLICY_LEVEL_AND,   /* both must have it */
	CPUPOLICY_LEVEL_OR,    /* one is enough: limitations, buffer clearing */
	CPUPOLICY_LEVEL_MIN,   /* the smaller number */
	CPUPOLICY_LEVEL_DONOR, /* from the host with the lowest signature */
	CPUPOLICY_LEVEL_DERIVE, /* computed from other fields */
	CPUPOLICY_LEVEL_SAME,	/* must agree; where not, its gate falls */
};

/** enum cpupolicy_rule - how a guest's field is checked against a host's */
enum cpupolicy_rule {
	CPUPOLICY_RULE_NONE,
	CPUPOLICY_RULE_SUBSET,	 /* guest 1 needs host 1 */
	CPUPOLICY_RULE_SUPERSET, /* guest 0 needs host 0 */
	CPUPOLICY_RULE_ATMOST,	 /* guest <= host */
	CPUPOLICY_RULE_EQUAL,
};

/** enum cpupolicy_grade - how bad a violation is, worst last */
enum cpupolicy_grade {
	CPUPOLICY_GRADE_NONE,
	CPUPOLICY_GRADE_NOTE,	  /* worth knowing */
	CPUPOLICY_GRADE_HINT,	  /* slower, never wrong */
	CPUPOLICY_GRADE_SECURITY, /* a mitigation is lost or not applied */
	CPUPOLICY_GRADE_BLOCK, /* the guest would fault, hang or corrupt state
				*/
};

/** enum cpupolicy_expose - what hosts do with a field */
enum cpupolicy_expose {
	CPUPOLICY_EXPOSE_OFFER,	 /* given to new guests */
	CPUPOLICY_EXPOSE_ACCEPT, /* honoured if a guest has it */
	CPUPOLICY_EXPOSE_NEVER,	 /* no guest may have it */
	CPUPOLICY_EXPOSE_VCPU,	 /* topology: made by look-up per virtual CPU */
	CPUPOLICY_EXPOSE_RUNTIME, /* state: made by look-up at run time */
};

/** struct cpupolicy_address - a bit range somewhere */
struct cpupolicy_address {
	uint32_t leaf; /* or MSR index */
	uint16_t subleaf;
	uint8_t space;	   /* enum cpupolicy_space */
	uint8_t reg;	   /* enum cpupolicy_register */
	uint8_t high, low; /* bit numbers within the 32-bit register */
};

/**
 * struct cpupolicy_field - one row of tables/fields.csv
 *
 * Constant; pointers stay valid for ever. Lists are single strings whose words
 * are separated by blanks, empty where there are none.
 */
struct cpupolicy_field {
	const char *name;
	const char *needs;  /* features without which it does not exist */
	const char *gate;   /* feature without which it means nothing */
	const char *group;  /* stands and falls with the others of this group */
	const char *unless; /* host features that make a loss harmless */
	const char *effect; /* what happens to a guest that loses it */
	const char *aliases; /* "name" or "project:name" */
	const char *vendors; /* who defines it; empty: everybody */
	const char *source;  /* manual and section */
	const char *summary;
	struct cpupolicy_address at;
	uint16_t since; /* table version */
	uint8_t level;	/* enum cpupolicy_level */
	uint8_t rule;	/* enum cpupolicy_rule */
	uint8_t grade;	/* enum cpupolicy_grade */
	uint8_t expose; /* enum cpupolicy_expose */
};

/** cpupolicy_field_count - how many fields there are */
CPUPOLICY_API uint32_t cpupolicy_field_count(void);

/**
 * cpupolicy_field_at - the field with that index, in table order
 *
 * Returns NULL when @index is past the last.
 */
CPUPOLICY_API const struct cpupolicy_field *cpupolicy_field_at(uint32_t index);

/**
 * cpupolicy_field_find - by name or alias
 * @name: need not end in NUL; '-' and '.' count as '_'
 *
 * Returns NULL where no field is called so.
 */
CPUPOLICY_API const struct cpupolicy_field *
cpupolicy_field_find(const char *name, size_t length);

/**
 * cpupolicy_field_of - the field that covers this bit of the register
 * @vendor: picks between rows of different vendors for one bit
 *
 * Returns NULL for a bit without a name.
 */
CPUPOLICY_API const struct cpupolicy_field *
cpupolicy_field_of(const struct cpupolicy_address *at,
		   enum cpupolicy_vendor_id vendor);

/**
 * cpupolicy_address_describes - does this bit only describe the CPU?
 *
 * True for bits that level with the donor (identity, brand, caches), whether or
 * not a field names them.
 */
CPUPOLICY_API bool
cpupolicy_address_describes(const struct cpupolicy_address *at);

/** cpupolicy_field_feature - its number, for fields of one bit; else 0 */
CPUPOLICY_API cpupolicy_feature
cpupolicy_field_feature(const struct cpupolicy_field *field);

/** cpupolicy_field_get - its value in this policy; 0 where it has no slot */
CPUPOLICY_API uint32_t
cpupolicy_field_get(const struct cpupolicy_policy *policy,
		    const struct cpupolicy_field *field);

/**
 * cpupolicy_field_set - store a value; nothing is derived or closed
 *
 * Returns 0, or
 * CPUPOLICY_E_NO_SLOT - the field is never part of a policy,
 * CPUPOLICY_E_RANGE - @value has more bits than the field.
 */
CPUPOLICY_API int cpupolicy_field_set(struct cpupolicy_policy *policy,
				      const struct cpupolicy_field *field,
				      uint32_t value);

/** cpupolicy_feature_address - the address a number stands for */
CPUPOLICY_API struct cpupolicy_address
cpupolicy_feature_address(cpupolicy_feature feature);

/**
 * cpupolicy_feature_parse - a name, alias or address such as 7.0:ebx[5],
 *	0x80000001:ecx[23], msr.10a[2] or kvm.40000001:eax[5]
 * @text: need not end in NUL. Numbers before the bracket are hexadecimal, with
 *	or without 0x; the bit is decimal (of an MSR: 0 to 63).
 *
 * Returns 0, or
 * CPUPOLICY_E_UNKNOWN - no such name, or not an address,
 * CPUPOLICY_E_RANGE - a field of several bits, or a bit number too large.
 */
CPUPOLICY_API int cpupolicy_feature_parse(cpupolicy_feature *out,
					  const char *text, size_t length);

/** Bytes that hold any address as text, with its NUL. */
#define CPUPOLICY_ADDRESS_TEXT 48

/**
 * cpupolicy_address_text - "7.0:ebx[5]", "8000001f:ebx[11:6]", "msr.10a[33]"
 *
 * Sub-leaves appear where ECX matters. Returns @out.
 */
CPUPOLICY_API char *cpupolicy_address_text(char out[CPUPOLICY_ADDRESS_TEXT],
					   const struct cpupolicy_address *at);

/**
 * cpupolicy_policy_has - is this bit set?
 *
 * False for bits without a slot.
 */
CPUPOLICY_API bool cpupolicy_policy_has(const struct cpupolicy_policy *policy,
					cpupolicy_feature feature);

/**
 * cpupolicy_policy_set - set or clear one bit; nothing is derived or closed
 *
 * Returns 0, or CPUPOLICY_E_NO_SLOT.
 */
CPUPOLICY_API int cpupolicy_policy_set(struct cpupolicy_policy *policy,
				       cpupolicy_feature feature, bool value);

/**
 * cpupolicy_leaf_fate - has this leaf a place in a policy, and if not, why?
 *
 * Returns "slot", or why rows of that leaf are dropped: "vcpu", "runtime",
 * "clock", "private", "host", "limit", or "unknown".
 */
CPUPOLICY_API const char *cpupolicy_leaf_fate(enum cpupolicy_space space,
					      uint32_t leaf, uint32_t subleaf);

/**
 * cpupolicy_leaf_has_subleaves - does ECX matter to this leaf of CPUID?
 *
 * KVM wants to know: KVM_CPUID_FLAG_SIGNIFCANT_INDEX. False for leaves that the
 * table does not know, and for paravirtual ones.
 */
CPUPOLICY_API bool cpupolicy_leaf_has_subleaves(uint32_t leaf);

#endif
