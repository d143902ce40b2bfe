// SPDX-License-Identifier: MIT
//! What a virtual CPU sees, in the layout of Linux' `struct kvm_cpuid_entry2`.

use crate::{Error, Status, Vcpu};
use cpupolicy_sys as sys;

/// KVM_CPUID_FLAG_SIGNIFCANT_INDEX of Linux' asm/kvm.h
pub const SIGNIFICANT_INDEX: u32 = 1;

/// struct kvm_cpuid_entry2 of Linux' asm/kvm.h: 40 bytes
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuidEntry {
    /// The leaf: EAX.
    pub function: u32,
    /// The sub-leaf: ECX.
    pub index: u32,
    /// `SIGNIFICANT_INDEX`, where ECX matters.
    pub flags: u32,
    /// What CPUID answers.
    pub eax: u32,
    /// What CPUID answers.
    pub ebx: u32,
    /// What CPUID answers.
    pub ecx: u32,
    /// What CPUID answers.
    pub edx: u32,
    /// Zero.
    pub padding: [u32; 3],
}

/// Leaves that echo the sub-leaf: they end at the first level of no kind, as
/// KVM has it.
const TOPOLOGY: [u32; 3] = [0xb, 0x1f, 0x8000_0026];
/// No leaf has more sub-leaves.
const SUBLEAVES: u32 = 64;

struct Writer<'a, 'b> {
    vcpu: &'a Vcpu<'a>,
    out: &'b mut [CpuidEntry],
    nr: usize,
}

impl Writer<'_, '_> {
    fn add(&mut self, leaf: u32, subleaf: u32, flags: u32) -> Result<(), Error> {
        let seen = self.vcpu.lookup(leaf, subleaf);
        let entry = CpuidEntry {
            function: leaf,
            index: subleaf,
            flags,
            eax: seen.eax,
            ebx: seen.ebx,
            ecx: seen.ecx,
            edx: seen.edx,
            padding: [0; 3],
        };
        let place = self.out.get_mut(self.nr);
        *place.ok_or_else(|| Error::of(Status::Space))? = entry;
        self.nr += 1;
        Ok(())
    }

    fn is_empty(&self, leaf: u32, subleaf: u32) -> bool {
        let seen = self.vcpu.lookup(leaf, subleaf);
        seen.eax | seen.ebx | seen.ecx | seen.edx == 0
    }

    fn leaf(&mut self, leaf: u32) -> Result<(), Error> {
        if !unsafe { sys::cpupolicy_leaf_has_subleaves(leaf) } {
            // KVM and guests take a missing entry for zeros.
            return match self.is_empty(leaf, 0) {
                true => Ok(()),
                false => self.add(leaf, 0, 0),
            };
        }
        for subleaf in 0..SUBLEAVES {
            if TOPOLOGY.contains(&leaf) {
                self.add(leaf, subleaf, SIGNIFICANT_INDEX)?;
                if self.vcpu.lookup(leaf, subleaf).ecx & 0xff00 == 0 {
                    break;
                }
            } else if !self.is_empty(leaf, subleaf) {
                self.add(leaf, subleaf, SIGNIFICANT_INDEX)?;
            }
        }
        Ok(())
    }

    /// The leaves from `first` to the one that its EAX names, if that is near.
    fn range(&mut self, first: u32) -> Result<(), Error> {
        let last = self.vcpu.lookup(first, 0).eax;
        if last < first || last - first > 0xff {
            return Ok(());
        }
        (first..=last).try_for_each(|leaf| self.leaf(leaf))
    }
}

/// Fill in the entries for KVM_SET_CPUID2, sorted; the part of `out` that they
/// take. 256 are always enough.
///
/// KVM answers out-of-range leaves by itself; what it changes at run time
/// (OSXSAVE, OSPKE, APIC, the sizes in 0xD) it changes in these, too.
pub fn entries<'a>(
    vcpu: &Vcpu,
    out: &'a mut [CpuidEntry],
) -> Result<&'a [CpuidEntry], Error> {
    let mut writer = Writer { vcpu, out: &mut *out, nr: 0 };
    writer.range(0)?;
    // No section is that high, so this is what out-of-range leaves answer.
    let nothing = vcpu.lookup(0x4000_ff00, 0);
    for first in (0x4000_0000..=0x4000_fd00).step_by(0x100) {
        if vcpu.lookup(first, 0) != nothing {
            writer.range(first)?;
        }
    }
    writer.range(0x8000_0000)?;
    let nr = writer.nr;
    Ok(&out[..nr])
}
