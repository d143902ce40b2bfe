/* SPDX-License-Identifier: MIT */
/*
 * mode64.S - 64-bit mode: code that ends in a trap, user mode, compatibility
 * mode.
 */
#include "guest.h"
#include "../boot/layout.h"

#define FLAGS_AFTER 0x3002 /* IOPL 3 keeps the debug port open */

	.section .text.start, "ax"
	.code64
	call	main
	.globl	done
done:
	hlt
	jmp	done

	.text
	/* void run_code(struct run *run) */
	.globl	run_code
run_code:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rdi, current
	movq	%rsp, resume_rsp
	movl	%cs, %eax
	movq	%rax, resume_cs
	movl	%ss, %ecx
	movq	%rcx, resume_ss
	movq	%rsp, %rax

	pushq	%rcx
	pushq	%rax
	pushq	RUN_FLAGS(%rdi)
	pushq	RUN_CS(%rdi)
	pushq	RUN_IP(%rdi)
	movq	RUN_AX(%rdi), %rax
	movq	RUN_BX(%rdi), %rbx
	movq	RUN_CX(%rdi), %rcx
	movq	RUN_DX(%rdi), %rdx
	iretq
resume:
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret

	/* On the stack: vector, error code, RIP, CS, RFLAGS, RSP, SS. */
trap:
	pushq	%rax
	movq	current, %rax
	testq	%rax, %rax
	jz	unexpected
	popq	RUN_AX(%rax)
	movq	%rbx, RUN_BX(%rax)
	movq	%rcx, RUN_CX(%rax)
	movq	%rdx, RUN_DX(%rax)
	popq	RUN_VECTOR(%rax)
	addq	$8, %rsp
	popq	RUN_IP(%rax)
	popq	RUN_CS(%rax)
	popq	RUN_FLAGS(%rax)
	movq	$0, current

	pushq	resume_ss
	pushq	resume_rsp
	pushq	$FLAGS_AFTER
	pushq	resume_cs
	pushq	$resume
	iretq

unexpected:
	popq	%rax
	cmpq	$leave_user, 16(%rsp)
	je	left
	popq	%rdi
	popq	%rdx
	popq	%rsi
	call	stray
	jmp	done

	.balign	16
	.globl	stubs
stubs:
	.set	vector, 0
	.rept	NR_VECTORS
	.balign	16
	.if	(vector != 8) && (vector < 10 || vector > 14) && (vector != 17)
	pushq	$0			/* no error code of its own */
	.endif
	pushq	$vector
	jmp	trap
	.set	vector, vector + 1
	.endr

	/* Of all ways out of user mode this one works under every hypervisor. */
	.globl	leave_user
leave_user:
	ud2

	/* to its caller, with its stack */
left:
	movl	$DATA, %eax
	movl	%eax, %ss
	movq	40(%rsp), %rsp
	ret

	.globl	enter_user
enter_user:
	popq	%rax
	movq	%rsp, %rcx
	pushq	$USER_DATA
	pushq	%rcx
	pushq	$FLAGS_AFTER
	pushq	$USER_CODE64
	pushq	%rax
	iretq

	/* void cpuid64(struct registers *), cpuid_compatible: EAX, ECX in */
	.globl	cpuid64
cpuid64:
	pushq	%rbx
	movl	0(%rdi), %eax
	movl	8(%rdi), %ecx
	cpuid
	jmp	1f

	.globl	cpuid_compatible
cpuid_compatible:
	pushq	%rbx
	movl	0(%rdi), %eax
	movl	8(%rdi), %ecx
	ljmpl	*compatible
	.code32
2:	cpuid
	ljmp	$CODE64, $1f
	.code64
1:	movl	%eax, 0(%rdi)
	movl	%ebx, 4(%rdi)
	movl	%ecx, 8(%rdi)
	movl	%edx, 12(%rdi)
	popq	%rbx
	ret

	.section .rodata
compatible:
	.long	2b
	.word	CODE32

	.bss
	.balign	8
current:
	.skip	8
resume_rsp:
	.skip	8
resume_cs:
	.skip	8
resume_ss:
	.skip	8
