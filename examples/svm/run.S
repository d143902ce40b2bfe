/* SPDX-License-Identifier: MIT */
/*
 * run.S - into the guest and back.
 *
 * void svm_enter(struct vmcb *vmcb, struct gprs *gprs, struct vmcb *host)
 *
 * VMRUN and #VMEXIT switch RAX, RSP and what control flow needs; VMSAVE and
 * VMLOAD FS, GS, TR and LDTR; the rest is ours (AMD APM 2, 15.5).
 */
	.text
	.code64
	.globl	svm_enter
svm_enter:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi

	/* No interrupt, not even an NMI, between here and STGI. */
	clgi
	movq	%rdx, %rax
	vmsave	%rax

	movq	%rsi, %rax
	movq	8(%rax), %rcx
	movq	16(%rax), %rdx
	movq	24(%rax), %rbx
	movq	32(%rax), %rbp
	movq	40(%rax), %rsi
	movq	56(%rax), %r8
	movq	64(%rax), %r9
	movq	72(%rax), %r10
	movq	80(%rax), %r11
	movq	88(%rax), %r12
	movq	96(%rax), %r13
	movq	104(%rax), %r14
	movq	112(%rax), %r15
	movq	48(%rax), %rdi

	movq	(%rsp), %rax
	vmload	%rax
	vmrun	%rax
	vmsave	%rax

	movq	8(%rsp), %rax
	movq	%rcx, 8(%rax)
	movq	%rdx, 16(%rax)
	movq	%rbx, 24(%rax)
	movq	%rbp, 32(%rax)
	movq	%rsi, 40(%rax)
	movq	%rdi, 48(%rax)
	movq	%r8, 56(%rax)
	movq	%r9, 64(%rax)
	movq	%r10, 72(%rax)
	movq	%r11, 80(%rax)
	movq	%r12, 88(%rax)
	movq	%r13, 96(%rax)
	movq	%r14, 104(%rax)
	movq	%r15, 112(%rax)

	movq	16(%rsp), %rax
	vmload	%rax
	stgi

	addq	$24, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
