/* SPDX-License-Identifier: MIT */
/*
 * cpuid.S - a boot sector that prints every CPUID leaf to Bochs' port 0xE9.
 *
 * Real mode is enough: CPUID answers the same there on AMD CPUs, and one
 * sector needs no loader. Sub-leaf 0 is enough too: the K8 models have no leaf
 * for which ECX matters. Lines are "@ leaf EAX EBX ECX EDX" in hexadecimal.
 */
	.code16
	.globl _start
_start:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$0x7c00, %sp
	cld

	xorl	%esi, %esi
	call	print_range
	movl	$0x80000000, %esi
	call	print_range

	/* Bochs ends when it reads this word, byte by byte. */
	movw	$shutdown, %si
	movw	$0x8900, %dx
	movw	$8, %cx
1:	lodsb
	outb	%al, %dx
	loop	1b
	hlt

/* Print the leaves from ESI to the highest that leaf ESI names. */
print_range:
	movl	%esi, %eax
	xorl	%ecx, %ecx
	cpuid
	movl	%eax, %edi
1:	movl	%esi, %eax
	xorl	%ecx, %ecx
	cpuid
	pushl	%edx
	pushl	%ecx
	pushl	%ebx
	pushl	%eax
	movb	$'@', %al
	outb	%al, $0xe9
	movl	%esi, %ebx
	call	print_number
	movw	$4, %bp
2:	popl	%ebx
	call	print_number
	decw	%bp
	jnz	2b
	movb	$'\n', %al
	outb	%al, $0xe9
	incl	%esi
	cmpl	%edi, %esi
	jbe	1b
	ret

/* Print a blank and EBX in eight digits. */
print_number:
	movb	$' ', %al
	outb	%al, $0xe9
	movw	$8, %cx
1:	roll	$4, %ebx
	movb	%bl, %al
	andb	$15, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	2f
	addb	$'a' - '9' - 1, %al
2:	outb	%al, $0xe9
	loop	1b
	ret

shutdown:
	.ascii	"Shutdown"

	.org	510
	.word	0xaa55
