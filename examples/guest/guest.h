/* SPDX-License-Identifier: MIT */
/*
 * guest.h - what the guests have in common. guest.c and its companions are
 * compiled for 64-bit, 32-bit and 16-bit (real) mode; mode*.c and mode*.S have
 * what differs.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

/* Selectors beside those of boot/layout.h. */
#define USER_DATA   0x33
#define USER_CODE64 0x3b
#define WRAPPING    0x40 /* 32 bits, and does not begin at 0 */

#define NR_EXCEPTIONS 32
#define VECTOR_IRQ0   0x20
#define NR_VECTORS    0x21

/* Offsets in struct run. */
#define RUN_AX	   0
#define RUN_BX	   8
#define RUN_CX	   16
#define RUN_DX	   24
#define RUN_IP	   32
#define RUN_CS	   40
#define RUN_FLAGS  48
#define RUN_VECTOR 56

#ifndef __ASSEMBLER__

#include "../boot/x86.h"

/* Code to run until an exception or interrupt ends it. In: the state to begin
 * with. Out: the state that was saved. */
struct run {
	uint64_t ax, bx, cx, dx, ip, cs, flags, vector;
};
_Static_assert(offsetof(struct run, vector) == RUN_VECTOR, "for assembly");

/* One mode that this guest can be in. */
struct mode {
	const char *name;
	uint32_t bits; /* of the code segment */
	uint16_t cs, ss;
	bool user;
	uintptr_t code;	  /* add to a pointer: its offset in CS */
	uintptr_t linear; /* where CS begins */
	void (*cpuid)(struct registers *regs);
};
extern const struct mode modes[];
extern const uint32_t nr_modes;

/* Of each mode's assembly. */
void run_code(struct run *run);
void enter_user(void);
void leave_user(void);
void done(void) __attribute__((noreturn)); /* tell the hypervisor */
extern const char stubs[];		   /* of the vectors, 16 bytes each */

/* Of each mode's C. */
void set_up(void);
/* Have code run that ends where its segment ends: where to put it. NULL: not in
 * this mode. */
uint8_t *end_of_code(const struct mode *mode, struct run *run);

/* Of modes.c: say which it is, enter it, print, leave it. */
void in_each_mode(void (*print)(const struct mode *mode));

/* The tests. */
void print_row(uint32_t leaf, uint32_t subleaf, const struct registers *regs);
void print_values(const struct mode *mode);
void print_traps(const struct mode *mode);
void print_refused(const struct mode *mode);
void print_toggles(const struct mode *mode);

#endif
#endif
