/* SPDX-License-Identifier: MIT */
/*
 * vmcb.h - the virtual machine control block (AMD APM 2, appendices B and C);
 * the parts that are used here have names.
 */
#ifndef SVM_VMCB_H
#define SVM_VMCB_H

#include <stddef.h>
#include <stdint.h>

#define VMCB_INTERCEPT_CPUID	0x00040000u /* of intercept_1 */
#define VMCB_INTERCEPT_HLT	0x01000000u
#define VMCB_INTERCEPT_MSR	0x10000000u
#define VMCB_INTERCEPT_SHUTDOWN 0x80000000u
#define VMCB_INTERCEPT_VMRUN	0x00000001u /* of intercept_2 */
#define VMCB_INTERCEPT_XSETBV	0x00002000u

#define VMEXIT_CPUID	0x72u
#define VMEXIT_HLT	0x78u
#define VMEXIT_MSR	0x7cu
#define VMEXIT_SHUTDOWN 0x7fu
#define VMEXIT_XSETBV	0x8du
#define VMEXIT_INVALID	0xffffffffu /* in the low half, at least */

#define VMCB_INTERRUPT_SHADOW 0x1u

#define VMCB_CLEAN_DR 0x40u /* DR6 and DR7 have not changed: 15.15.3 */

/* An event to inject: 15.20. The vector is in the lowest byte. */
#define VMCB_EVENT_EXCEPTION 0x00000300u
#define VMCB_EVENT_ERROR     0x00000800u /* with an error code: bits 63:32 */
#define VMCB_EVENT_VALID     0x80000000u

/* Attributes of a segment: bits 55:52 and 47:40 of its descriptor. */
#define VMCB_SEGMENT_LONG 0x0200u

struct vmcb_segment {
	uint16_t selector, attributes;
	uint32_t limit;
	uint64_t base;
};

struct vmcb {
	/* control area */
	uint8_t reserved_000[0x00c];
	uint32_t intercept_1, intercept_2;
	uint8_t reserved_014[0x048 - 0x014];
	uint64_t msr_permissions;
	uint8_t reserved_050[0x058 - 0x050];
	uint32_t asid;
	uint8_t reserved_05c[0x068 - 0x05c];
	uint64_t interrupt_shadow;
	uint64_t exit_code, exit_info_1, exit_info_2;
	uint8_t reserved_088[0x0a8 - 0x088];
	uint64_t event_injection;
	uint8_t reserved_0b0[0x0b8 - 0x0b0];
	uint64_t lbr_virtualization;
	uint64_t clean;
	uint64_t next_rip;
	uint8_t reserved_0d0[0x400 - 0x0d0];

	/* state save area */
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	uint8_t reserved_4a0[0x4cb - 0x4a0];
	uint8_t cpl;
	uint8_t reserved_4cc[0x4d0 - 0x4cc];
	uint64_t efer;
	uint8_t reserved_4d8[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t reserved_580[0x5d8 - 0x580];
	uint64_t rsp;
	uint8_t reserved_5e0[0x5f8 - 0x5e0];
	uint64_t rax;
	uint8_t reserved_600[0x640 - 0x600];
	uint64_t cr2;
	uint8_t reserved_648[0x668 - 0x648];
	uint64_t g_pat, debugctl;
	uint8_t reserved_678[0x1000 - 0x678];
};

#define VMCB_AT(member, offset)                                                \
	_Static_assert(offsetof(struct vmcb, member) == (offset), #member)
VMCB_AT(intercept_1, 0x00c);
VMCB_AT(asid, 0x058);
VMCB_AT(interrupt_shadow, 0x068);
VMCB_AT(exit_code, 0x070);
VMCB_AT(event_injection, 0x0a8);
VMCB_AT(next_rip, 0x0c8);
VMCB_AT(es, 0x400);
VMCB_AT(cpl, 0x4cb);
VMCB_AT(efer, 0x4d0);
VMCB_AT(cr4, 0x548);
VMCB_AT(rip, 0x578);
VMCB_AT(rsp, 0x5d8);
VMCB_AT(rax, 0x5f8);
VMCB_AT(g_pat, 0x668);
_Static_assert(sizeof(struct vmcb) == 4096, "one page");

#endif
