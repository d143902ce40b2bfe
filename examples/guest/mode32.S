/* SPDX-License-Identifier: MIT */
/*
 * mode32.S - 32-bit protected mode without long mode.
 */
#include "guest.h"
#include "../boot/layout.h"

	.section .text.start, "ax"
	.code32
	call	main
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
	pushl	RUN_FLAGS(%edi)
	pushl	RUN_CS(%edi)
	pushl	RUN_IP(%edi)
	movl	RUN_AX(%edi), %eax
	movl	RUN_BX(%edi), %ebx
	movl	RUN_CX(%edi), %ecx
	movl	RUN_DX(%edi), %edx
	iretl

	/* On the stack: vector, error code, EIP, CS, EFLAGS. */
trap:
	cmpl	$0, current
	je	unexpected
	movl	current, %edi
	movl	%eax, RUN_AX(%edi)
	movl	%ebx, RUN_BX(%edi)
	movl	%ecx, RUN_CX(%edi)
	movl	%edx, RUN_DX(%edi)
	popl	RUN_VECTOR(%edi)
	addl	$4, %esp
	popl	RUN_IP(%edi)
	popl	RUN_CS(%edi)
	popl	RUN_FLAGS(%edi)
	movl	$0, current
	movl	resume_esp, %esp
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	ret

unexpected:
	popl	%eax
	popl	%ecx
	popl	%edx
	pushl	%ecx
	pushl	%edx
	pushl	%eax
	call	stray
	jmp	done

	.balign	16
	.globl	stubs
stubs:
	.set	vector, 0
	.rept	NR_VECTORS
	.balign	16
	.if	(vector != 8) && (vector < 10 || vector > 14) && (vector != 17)
	pushl	$0			/* no error code of its own */
	.endif
	pushl	$vector
	jmp	trap
	.set	vector, vector + 1
	.endr

	.globl	enter_user, leave_user
enter_user:
leave_user:
	ret

	/* void cpuid32(struct registers *): EAX, ECX in */
	.globl	cpuid32
cpuid32:
	pushl	%ebx
	pushl	%edi
	movl	12(%esp), %edi
	movl	0(%edi), %eax
	movl	8(%edi), %ecx
	cpuid
	movl	%eax, 0(%edi)
	movl	%ebx, 4(%edi)
	movl	%ecx, 8(%edi)
	movl	%edx, 12(%edi)
	popl	%edi
	popl	%ebx
	ret

	.bss
	.balign	4
current:
	.skip	4
resume_esp:
	.skip	4
