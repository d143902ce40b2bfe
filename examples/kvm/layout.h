/* SPDX-License-Identifier: MIT */
/*
 * layout.h - what the VMM and its guest agree upon, beside boot/layout.h.
 */
#ifndef KVM_LAYOUT_H
#define KVM_LAYOUT_H

/* Every virtual CPU has so much memory for itself, at linear address 0. */
#define CPU_BYTES 0x100000

/* There, below the program: page tables of 4 levels. */
#define PAGE_TABLES 0x1000

/* The guest writes a line's linear address to this port; the line ends with a
 * newline, or after so many bytes. */
#define LINE_PORT  0xe8
#define LINE_BYTES 128

#endif
