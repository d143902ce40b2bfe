// SPDX-License-Identifier: MIT
/*
 * wrap.c - stands between a handler and cpupolicy_lookup(), where the linker
 * puts it (--wrap). WRAPPER names one of these functions: a look-up with a bug,
 * which the matrix has to notice, or one that counts instructions.
 */
#include <cpupolicy.h>

#include "../../examples/boot/console.h"
#include "../../examples/boot/x86.h"

typedef void lookup(struct cpupolicy_registers *out,
		    const struct cpupolicy_policy *policy,
		    const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		    uint32_t subleaf);

lookup __wrap_cpupolicy_lookup, __real_cpupolicy_lookup;
lookup no_subleaf, any_subleaf, other_maker, leaked_bit, lost_bit, native,
	counted;

/* ECX never counts. */
void no_subleaf(struct cpupolicy_registers *out,
		const struct cpupolicy_policy *policy,
		const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		uint32_t subleaf)
{
	(void)subleaf;
	__real_cpupolicy_lookup(out, policy, vcpu, leaf, 0);
}

/* ECX counts where a leaf has no sub-leaves. */
void any_subleaf(struct cpupolicy_registers *out,
		 const struct cpupolicy_policy *policy,
		 const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		 uint32_t subleaf)
{
	__real_cpupolicy_lookup(out, policy, vcpu, leaf, subleaf);
	if (leaf == 1 && subleaf != 0)
		*out = (struct cpupolicy_registers){ 0 };
}

/* Beyond the highest basic leaf as AMD's CPUs on Intel's, and vice versa. */
void other_maker(struct cpupolicy_registers *out,
		 const struct cpupolicy_policy *policy,
		 const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		 uint32_t subleaf)
{
	__real_cpupolicy_lookup(out, policy, vcpu, 0, 0);
	if (leaf <= out->eax || leaf >= 0x40000000)
		__real_cpupolicy_lookup(out, policy, vcpu, leaf, subleaf);
	else if (cpupolicy_policy_vendor(policy) == CPUPOLICY_VENDOR_INTEL)
		*out = (struct cpupolicy_registers){ 0 };
	else
		__real_cpupolicy_lookup(out, policy, vcpu, out->eax, subleaf);
}

/* CNXT-ID, which nobody has any more. */
void leaked_bit(struct cpupolicy_registers *out,
		const struct cpupolicy_policy *policy,
		const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
		uint32_t subleaf)
{
	__real_cpupolicy_lookup(out, policy, vcpu, leaf, subleaf);
	if (leaf == 1)
		out->ecx |= 0x400;
}

/* PGE, which everybody has. */
void lost_bit(struct cpupolicy_registers *out,
	      const struct cpupolicy_policy *policy,
	      const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
	      uint32_t subleaf)
{
	__real_cpupolicy_lookup(out, policy, vcpu, leaf, subleaf);
	if (leaf == 1)
		out->edx &= ~0x2000u;
}

/* No policy at all. */
void native(struct cpupolicy_registers *out,
	    const struct cpupolicy_policy *policy,
	    const struct cpupolicy_vcpu *vcpu, uint32_t leaf, uint32_t subleaf)
{
	struct registers regs = cpuid(leaf, subleaf);

	(void)policy;
	(void)vcpu;
	*out = (struct cpupolicy_registers){ regs.eax, regs.ebx, regs.ecx,
					     regs.edx };
}

static uint64_t tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | (uint64_t)high << 32;
}

/* One instruction. */
__attribute__((noinline)) static void
nothing(struct cpupolicy_registers *out, const struct cpupolicy_policy *policy,
	const struct cpupolicy_vcpu *vcpu, uint32_t leaf, uint32_t subleaf)
{
	__asm__ volatile(""
			 :
			 : "r"(out), "r"(policy), "r"(vcpu), "r"(leaf),
			   "r"(subleaf));
}

/*
 * Where the TSC counts instructions, as in Bochs: how many a call takes, RET
 * included. The most of all calls is printed at the guest's last input.
 */
void counted(struct cpupolicy_registers *out,
	     const struct cpupolicy_policy *policy,
	     const struct cpupolicy_vcpu *vcpu, uint32_t leaf, uint32_t subleaf)
{
	static uint32_t most;
	uint64_t begin, middle, end;
	uint32_t count;

	begin = tsc();
	nothing(out, policy, vcpu, leaf, subleaf);
	middle = tsc();
	__real_cpupolicy_lookup(out, policy, vcpu, leaf, subleaf);
	end = tsc();
	count = (uint32_t)((end - middle) - (middle - begin)) + 1;
	if (count > most)
		most = count;
	if (leaf != 0xffffffff || subleaf != 0xffffffff)
		return;
	put_string("@ count most ");
	put_decimal(most);
	put_string("\n");
}

void __wrap_cpupolicy_lookup(struct cpupolicy_registers *out,
			     const struct cpupolicy_policy *policy,
			     const struct cpupolicy_vcpu *vcpu, uint32_t leaf,
			     uint32_t subleaf)
{
	WRAPPER(out, policy, vcpu, leaf, subleaf);
}
