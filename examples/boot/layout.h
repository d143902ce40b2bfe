/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where things are in memory and in the descriptor table; for C,
 * assembly and the linker script.
 */
#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

/* All of it within the first 640 KiB. */
#define BOOT_STACK  0x7c00
#define IMAGE_BASE  0x10000
#define IMAGE_END   0x60000
#define GUEST_BASE  0x60000 /* one 16-bit segment, or a flat program */
#define GUEST_BYTES 0x10000
#define GUEST_STACK (GUEST_BASE + 0xf000)

/* Selectors, the same for hypervisor and guests. */
#define CODE32 0x08
#define DATA   0x10
#define CODE64 0x18
#define TSS    0x20 /* 16 bytes */

/* Flat descriptors: present, accessed; the limit counts pages. */
#define GDT_CODE32 0x00cf9b000000ffff
#define GDT_DATA   0x00cf93000000ffff
#define GDT_CODE64 0x00af9b000000ffff
#define GDT_TSS	   0x0000890000000000 /* not busy; limit and base are to add */
#define GDT_USER   0x0000600000000000 /* DPL 3 */
/* Of a base below 16 MiB; a TSS in long mode has 32 bits more, here 0. */
#define GDT_BASE(base) ((uint64_t)(base) << 16)

#endif
