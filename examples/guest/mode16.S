/* SPDX-License-Identifier: MIT */
/*
 * mode16.S - real mode, in one segment.
 */
#include "guest.h"

	.section .text.start, "ax"
	.code16
	calll	main
	.globl	done
done:
	hlt
	jmp	done

	.text
	/* void run_code(struct run *run) */
	.globl	run_code
run_code:
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	movl	20(%esp), %edi
	movl	%edi, current
	movl	%esp, resume_esp
	pushl	RUN_FLAGS(%di)
	pushl	RUN_CS(%di)
	pushl	RUN_IP(%di)
	movl	RUN_AX(%di), %eax
	movl	RUN_BX(%di), %ebx
	movl	RUN_CX(%di), %ecx
	movl	RUN_DX(%di), %edx
	iretl

	/* On the stack: vector, IP, CS, FLAGS. No error code in this mode. */
trap:
	cmpl	$0, %cs:current
	je	unexpected
	movl	%cs:current, %edi
	movl	%eax, RUN_AX(%di)
	movl	%ebx, RUN_BX(%di)
	movl	%ecx, RUN_CX(%di)
	movl	%edx, RUN_DX(%di)
	popw	RUN_VECTOR(%di)
	popw	RUN_IP(%di)
	popw	RUN_CS(%di)
	popw	RUN_FLAGS(%di)
	movl	$0, current
	movl	resume_esp, %esp
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	retl

unexpected:
	popw	%ax
	popw	%dx
	movzwl	%ax, %eax
	movzwl	%dx, %edx
	pushl	$0
	pushl	%edx
	pushl	%eax
	calll	stray
	jmp	done

	.balign	16
	.globl	stubs
stubs:
	.set	vector, 0
	.rept	NR_VECTORS
	.balign	16
	pushw	$vector
	jmp	trap
	.set	vector, vector + 1
	.endr

	.globl	enter_user, leave_user
enter_user:
leave_user:
	retl

	/* void cpuid16(struct registers *): EAX, ECX in */
	.globl	cpuid16
cpuid16:
	pushl	%ebx
	pushl	%edi
	movl	12(%esp), %edi
	movl	0(%di), %eax
	movl	8(%di), %ecx
	cpuid
	movl	%eax, 0(%di)
	movl	%ebx, 4(%di)
	movl	%ecx, 8(%di)
	movl	%edx, 12(%di)
	popl	%edi
	popl	%ebx
	retl

	/* void poke(uint32_t linear, uint32_t value), below 1 MiB */
	.globl	poke
poke:
	movl	4(%esp), %eax
	shrl	$4, %eax
	movw	%ax, %fs
	movl	4(%esp), %ecx
	andl	$15, %ecx
	movl	8(%esp), %eax
	movl	%eax, %fs:(%ecx)
	retl

	.bss
	.balign	4
current:
	.skip	4
resume_esp:
	.skip	4
