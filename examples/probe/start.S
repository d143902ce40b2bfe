/* SPDX-License-Identifier: MIT */
/*
 * start.S - the probe is a 32-bit program, so that it runs on every CPU. Where
 * there is long mode, CPUID itself is executed in a 64-bit segment, the only
 * place where Intel's CPUs show SYSCALL.
 */
#include "../boot/layout.h"

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
	call	main
	call	power_off

	.text
	/* void cpuid_in_32(struct registers *), cpuid_in_64: EAX, ECX in */
	.globl	cpuid_in_32, cpuid_in_64
cpuid_in_32:
	pushl	%ebx
	pushl	%edi
	movl	12(%esp), %edi
	movl	0(%edi), %eax
	movl	8(%edi), %ecx
	cpuid
	jmp	2f

cpuid_in_64:
	pushl	%ebx
	pushl	%edi
	movl	12(%esp), %edi
	movl	0(%edi), %eax
	movl	8(%edi), %ecx
	ljmp	$CODE64, $1f
1:	cpuid
	/* ljmp *back, with an address that is absolute in 64-bit mode, too */
	.byte	0xff, 0x2c, 0x25
	.long	back
2:	movl	%eax, 0(%edi)
	movl	%ebx, 4(%edi)
	movl	%ecx, 8(%edi)
	movl	%edx, 12(%edi)
	popl	%edi
	popl	%ebx
	ret

	.section .rodata
back:
	.long	2b
	.word	CODE32
