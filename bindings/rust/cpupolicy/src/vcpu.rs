// SPDX-License-Identifier: MIT
//! One virtual CPU: who it is among the others, and what its CPUID shows.

use crate::{Error, Policy, Registers};
use core::mem::MaybeUninit;
use cpupolicy_sys as sys;

/// How many of each the virtual machine has; 0 counts as 1.
pub type Topology = sys::topology;

/// One virtual CPU, with the policy it was prepared for.
///
/// The policy is borrowed: any number of virtual CPUs share one.
pub struct Vcpu<'a> {
    policy: &'a Policy,
    state: sys::vcpu,
}

impl<'a> Vcpu<'a> {
    /// As it is after a reset, number `index` of its machine.
    pub fn new(
        policy: &'a Policy,
        topology: Topology,
        index: u32,
    ) -> Result<Vcpu<'a>, Error> {
        let mut state = MaybeUninit::zeroed();
        // SAFETY: init writes all of it.
        let mut state = unsafe {
            sys::cpupolicy_vcpu_init(state.as_mut_ptr());
            state.assume_init()
        };
        state.hypervisor = true;
        state.topology = topology;
        Error::check(unsafe {
            sys::cpupolicy_topology_apic_id(
                &mut state.apic_id,
                &topology,
                index,
            )
        })?;
        let mut vcpu = Vcpu { policy, state };
        vcpu.prepare()?;
        Ok(vcpu)
    }

    /// Its x2APIC id: for the APIC, MADT and the MP table as well.
    pub fn apic_id(&self) -> u32 {
        self.state.apic_id
    }

    /// Change its state, and compute what depends on it.
    ///
    /// For XCR0, IA32_XSS, IA32_APIC_BASE, IA32_MISC_ENABLE and frequencies:
    /// the exits that change them are the place for it.
    pub fn change(
        &mut self,
        change: impl FnOnce(&mut sys::vcpu),
    ) -> Result<(), Error> {
        let before = self.state;
        change(&mut self.state);
        self.prepare().map_err(|error| {
            self.state = before;
            error
        })
    }

    fn prepare(&mut self) -> Result<(), Error> {
        Error::check(unsafe {
            sys::cpupolicy_vcpu_prepare(&mut self.state, self.policy.pointer())
        })
    }

    /// Store what every look-up reads; nothing is computed.
    pub fn set_mode(&mut self, cr4: u64, mode64: bool) {
        self.state.cr4 = cr4;
        self.state.mode64 = mode64;
    }

    /// Answer one CPUID exit.
    pub fn lookup(&self, leaf: u32, subleaf: u32) -> Registers {
        let mut out = Registers::default();
        unsafe {
            sys::cpupolicy_lookup(
                &mut out,
                self.policy.pointer(),
                &self.state,
                leaf,
                subleaf,
            );
        }
        out
    }

    /// The policy it was prepared for.
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }
}
