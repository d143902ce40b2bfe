/* SPDX-License-Identifier: MIT */
/*
 * boot.S - the boot sector: reads the image and enters it in 32-bit mode.
 *
 * Any disk will do that a BIOS can read by block number: an emulator's image,
 * or a USB stick. All of it goes to IMAGE_BASE, below the BIOS's own data, so
 * nothing here needs A20 or memory above 1 MiB.
 */
#include "layout.h"

#define CHUNK_SECTORS 64

	.section .boot, "ax"
	.code16
	.globl	boot_sector
boot_sector:
	/* Some BIOSes come in with CS 0x07c0. */
	ljmp	$0, $1f
1:	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$BOOT_STACK, %sp
	sti
	cld

	/* Extended read (AH 0x42) of CHUNK_SECTORS at a time; DL: the drive. */
	movw	$image_chunks, %di
2:	movw	$packet, %si
	movb	$0x42, %ah
	int	$0x13
	jc	failed
	addw	$CHUNK_SECTORS * 512 / 16, packet_segment
	addw	$CHUNK_SECTORS, packet_block
	decw	%di
	jnz	2b

	cli
	lgdt	boot_gdtr
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmp	$CODE32, $protected

failed:
	movw	$message, %si
3:	lodsb
	testb	%al, %al
	jz	4f
	outb	%al, $0xe9
	jmp	3b
4:	cli
	hlt
	jmp	4b

	.code32
protected:
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	$BOOT_STACK, %esp
	jmp	start32

	.balign	8
packet:
	.byte	16, 0
	.word	CHUNK_SECTORS
	.word	0
packet_segment:
	.word	IMAGE_BASE / 16
packet_block:
	.quad	1

boot_gdt:
	.quad	0
	.quad	GDT_CODE32
	.quad	GDT_DATA
boot_gdtr:
	.word	. - boot_gdt - 1
	.long	boot_gdt

message:
	.asciz	"@ boot: the disk cannot be read\n"

	.org	510
	.word	0xaa55
