/* SPDX-License-Identifier: MIT */
/*
 * long.S - page tables and the way into long mode.
 *
 * One page of 2 MiB is all there is, at address 0 and again near the top of the
 * address space, so that code can run above 4 GiB. It is open to user mode:
 * hypervisor and guests share these tables.
 */
#include "layout.h"

#define PRESENT 0x7  /* present, writable, user */
#define LARGE	0x80 /* a page of 2 MiB */

	.text
	.code32
	.globl	enable_long_mode
/* Leaves with paging on, still in a 32-bit segment. Changes EAX, ECX, EDX. */
enable_long_mode:
	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$page_tables, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx	/* EFER */
	rdmsr
	orl	$0x100, %eax		/* LME */
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax	/* PG */
	movl	%eax, %cr0
	lgdt	long_gdtr
	ret

	.data
	.balign	4096
	.globl	page_tables
page_tables:
	.long	pointers + PRESENT, 0
	.fill	510, 8, 0
	.long	pointers + PRESENT, 0
pointers:
	.long	directory + PRESENT, 0
	.fill	509, 8, 0
	.long	directory + PRESENT, 0	/* at 0xffffffff80000000 */
	.long	0, 0
directory:
	.long	PRESENT + LARGE, 0
	.fill	511, 8, 0

	/* The same in the format of 32-bit paging (CR4.PSE): 4 MiB. */
	.globl	page_directory32
page_directory32:
	.long	PRESENT + LARGE
	.fill	1023, 4, 0

	.balign	8
	.globl	long_gdt
long_gdt:
	.quad	0
	.quad	GDT_CODE32
	.quad	GDT_DATA
	.quad	GDT_CODE64
	.quad	0, 0			/* TSS */
long_gdtr:
	.word	. - long_gdt - 1
	.long	long_gdt, 0
