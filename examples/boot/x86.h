/* SPDX-License-Identifier: MIT */
/*
 * x86.h - the instructions that C has no words for, and the names of bits.
 */
#ifndef BOOT_X86_H
#define BOOT_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CR0_PE 0x00000001u
#define CR0_ET 0x00000010u
#define CR0_NE 0x00000020u
#define CR0_PG 0x80000000u

#define CR4_PSE	    0x00000010u
#define CR4_PAE	    0x00000020u
#define CR4_VMXE    0x00002000u
#define CR4_OSXSAVE 0x00040000u
#define CR4_PKE	    0x00400000u

#define RFLAGS_1  0x00000002u /* always set */
#define RFLAGS_TF 0x00000100u
#define RFLAGS_IF 0x00000200u
#define RFLAGS_RF 0x00010000u

#define RFLAGS_IOPL 0x00003000u

#define DR6_AFTER_RESET 0xffff0ff0u
#define DR7_AFTER_RESET 0x00000400u
#define DR6_BS		0x00004000u /* a single step ended */
#define DR7_GD		0x00002000u /* general detect */
#define DEBUGCTL_BTF	0x00000002u /* single steps end at branches */

#define MSR_APIC_BASE	0x0000001bu
#define MSR_MISC_ENABLE 0x000001a0u
#define MSR_DEBUGCTL	0x000001d9u
#define MSR_XSS		0x00000da0u
#define MSR_EFER	0xc0000080u

#define MISC_ENABLE_MONITOR 0x00040000u
#define MISC_ENABLE_LIMIT   0x00400000u

#define EFER_LME  0x00000100u
#define EFER_LMA  0x00000400u
#define EFER_SVME 0x00001000u

#define VECTOR_DB 1u
#define VECTOR_GP 13u

struct registers {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct registers cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct registers out;

	__asm__ volatile("cpuid"
			 : "=a"(out.eax), "=b"(out.ebx), "=c"(out.ecx),
			   "=d"(out.edx)
			 : "a"(leaf), "c"(subleaf));
	return out;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (uint64_t)high << 32;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value),
			   "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t xgetbv(uint32_t index)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(index));
	return low | (uint64_t)high << 32;
}

static inline void xsetbv(uint32_t index, uint64_t value)
{
	__asm__ volatile("xsetbv"
			 :
			 : "c"(index), "a"((uint32_t)value),
			   "d"((uint32_t)(value >> 32)));
}

static inline uintptr_t read_cr0(void)
{
	uintptr_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(uintptr_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uintptr_t read_cr3(void)
{
	uintptr_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static inline uintptr_t read_cr4(void)
{
	uintptr_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(uintptr_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uintptr_t read_dr6(void)
{
	uintptr_t value;

	__asm__ volatile("mov %%dr6, %0" : "=r"(value));
	return value;
}

static inline void write_dr6(uintptr_t value)
{
	__asm__ volatile("mov %0, %%dr6" : : "r"(value));
}

static inline void write_dr7(uintptr_t value)
{
	__asm__ volatile("mov %0, %%dr7" : : "r"(value));
}

static inline void write_dr0(uintptr_t value)
{
	__asm__ volatile("mov %0, %%dr0" : : "r"(value));
}

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#endif
