/* SPDX-License-Identifier: MIT */
/*
 * start.S - from 32-bit mode to main() in 64-bit mode.
 */
#include "layout.h"

	.section .text.start, "ax"
	.code32
	.globl	start32
start32:
	/* The boot sector read whole chunks: what lies beyond is not zero. */
	movl	$image_end, %edi
	movl	$bss_end, %ecx
	subl	%edi, %ecx
	xorl	%eax, %eax
	rep stosb

	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	1f
	movl	$0x80000001, %eax
	cpuid
	testl	$0x20000000, %edx	/* long mode */
	jz	1f
	call	enable_long_mode
	ljmp	$CODE64, $2f

	/* What power_off() does is 64-bit code. */
1:	movl	$no_long_mode, %esi
	movl	$0xe9, %edx
	call	put
	movl	$shutdown, %esi
	movl	$0x8900, %edx
	call	put
	outb	%al, $0xf4
	cli
	hlt
put:
	lodsb
	testb	%al, %al
	jz	3f
	outb	%al, %dx
	jmp	put
3:	ret

	.code64
2:	movl	$BOOT_STACK, %esp
	call	main
	call	power_off

	.globl	exception_ignored, exception_fatal
exception_fatal:
	movq	(%rsp), %rdi
	movq	8(%rsp), %rsi
	call	give_up
	call	power_off
exception_ignored:
	iretq

	.section .rodata
no_long_mode:
	.asciz	"@ skip all: this CPU has no long mode\n"
shutdown:
	.asciz	"Shutdown"
