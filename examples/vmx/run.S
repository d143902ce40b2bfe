/* SPDX-License-Identifier: MIT */
/*
 * run.S - into the guest and back.
 *
 * bool vmx_enter(struct gprs *gprs, bool again)
 *
 * Returns true after a VM exit, false where VMLAUNCH (the first time) or
 * VMRESUME failed. VM exit comes to vmx_exit, and all registers but RSP are
 * still the guest's.
 */
#define VMCS_HOST_RSP 0x6c14

	.text
	.code64
	.globl	vmx_enter, vmx_exit
vmx_enter:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdi
	movl	$VMCS_HOST_RSP, %eax
	vmwrite	%rsp, %rax

	testb	%sil, %sil		/* MOV keeps the flags */
	movq	(%rdi), %rax
	movq	8(%rdi), %rcx
	movq	16(%rdi), %rdx
	movq	24(%rdi), %rbx
	movq	32(%rdi), %rbp
	movq	40(%rdi), %rsi
	movq	56(%rdi), %r8
	movq	64(%rdi), %r9
	movq	72(%rdi), %r10
	movq	80(%rdi), %r11
	movq	88(%rdi), %r12
	movq	96(%rdi), %r13
	movq	104(%rdi), %r14
	movq	112(%rdi), %r15
	movq	48(%rdi), %rdi
	jz	1f
	vmresume
	jmp	2f
1:	vmlaunch
2:	popq	%rdi
	xorl	%eax, %eax
	jmp	3f

vmx_exit:
	xchgq	%rdi, (%rsp)
	movq	%rax, (%rdi)
	movq	%rcx, 8(%rdi)
	movq	%rdx, 16(%rdi)
	movq	%rbx, 24(%rdi)
	movq	%rbp, 32(%rdi)
	movq	%rsi, 40(%rdi)
	movq	%r8, 56(%rdi)
	movq	%r9, 64(%rdi)
	movq	%r10, 72(%rdi)
	movq	%r11, 80(%rdi)
	movq	%r12, 88(%rdi)
	movq	%r13, 96(%rdi)
	movq	%r14, 104(%rdi)
	movq	%r15, 112(%rdi)
	popq	48(%rdi)
	movl	$1, %eax

3:	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
