# SPDX-License-Identifier: MIT
"""What a guest's CPUID has to answer, from the policy's registers.

Written from the manuals (Intel SDM 2A, CPUID; AMD APM 3, appendix E), for a
virtual machine of one processor with APIC id 0 and no clock told.
"""

OSXSAVE, PKE = 1 << 18, 1 << 22  # of CR4
APIC_ON = 1 << 11  # of IA32_APIC_BASE
MONITOR_ON, LIMIT = 1 << 18, 1 << 22  # of IA32_MISC_ENABLE
TOPOLOGY = (0xb, 0x1f, 0x80000026)
HTT, APIC, OSXSAVE_SHOWN, MONITOR = 1 << 28, 1 << 9, 1 << 27, 1 << 3


class State:
    """Of the virtual CPU, as far as CPUID shows it; as after a reset."""

    def __init__(self, bits=64):
        self.bits = bits
        self.cr4 = 0
        self.xcr0 = 1
        self.xss = 0
        self.apic_base = APIC_ON
        self.misc_enable = MONITOR_ON


class Expected:
    def __init__(self, policy, state):
        self.policy = policy
        self.state = state

    def max_basic(self):
        last = self.policy.row(0)[0]
        return min(last, 2) if self.state.misc_enable & LIMIT else last

    def is_in_range(self, leaf):
        if leaf < 0x40000000:
            return leaf <= self.max_basic()
        if leaf < 0x80000000:
            base = leaf & ~0xff
            return base in self.policy.bases.values() and \
                leaf <= self.policy.row(base)[0]
        if leaf >= 0xc0000000:
            return leaf <= self.policy.row(0xc0000000)[0]
        return leaf <= self.policy.row(0x80000000)[0]

    def answer(self, leaf, subleaf):
        if not self.is_in_range(leaf):
            if not self.policy.clamps:
                return (0, 0, 0, 0)
            leaf = self.max_basic()
        if leaf not in self.policy.tables.indexed:
            subleaf = 0
        registers = list(self.policy.row(leaf, subleaf))
        change = {0x0: self.leaf_0, 0x1: self.leaf_1, 0x7: self.leaf_7,
                  0x19: self.leaf_19, 0xd: self.leaf_d,
                  0x80000001: self.leaf_80000001}
        if leaf in TOPOLOGY:
            registers = self.topology(leaf, subleaf)
        elif leaf in change:
            change[leaf](registers, subleaf)
        return tuple(registers)

    def leaf_0(self, registers, _):
        registers[0] = self.max_basic()

    def leaf_1(self, registers, _):
        registers[2] &= ~OSXSAVE_SHOWN
        if registers[2] >> 26 & 1 and self.state.cr4 & OSXSAVE:
            registers[2] |= OSXSAVE_SHOWN
        if not self.state.misc_enable & MONITOR_ON:
            registers[2] &= ~MONITOR
        if not self.state.apic_base & APIC_ON:
            registers[3] &= ~APIC

    def leaf_7(self, registers, subleaf):
        if subleaf == 0 and registers[2] >> 3 & 1 and self.state.cr4 & PKE:
            registers[2] |= 1 << 4

    def leaf_19(self, registers, _):
        """Key Locker's AESKLE follows CR4.KL, which no guest here sets."""

    def leaf_d(self, registers, subleaf):
        if not self.policy.get("xsave"):
            return
        if subleaf == 0:
            registers[1] = self.policy.xsave_size(self.state.xcr0)
        if subleaf == 1 and registers[0] & 0xa:  # XSAVEC or XSAVES
            registers[1] = self.policy.compact_size(
                self.state.xcr0 | self.state.xss)

    def leaf_80000001(self, registers, _):
        if self.policy.mirrors and not self.state.apic_base & APIC_ON:
            registers[3] &= ~APIC
        if self.policy.clamps and self.state.bits != 64:
            registers[3] &= ~(1 << 11)  # SYSCALL: Intel SDM 2A

    def topology(self, leaf, subleaf):
        """One thread in one core: shifts are 0, counts 1."""
        levels = {0xb: 2, 0x1f: 2, 0x80000026: 4}[leaf]
        index = subleaf & 0xff
        if leaf == 0x80000026 and not self.policy.mirrors:
            return (0, 0, 0, 0)
        if subleaf < levels:
            return (0, 1, (subleaf + 1) << 8 | index, 0)
        return (0, 0, index, 0)
