// SPDX-License-Identifier: MIT
//! The MSR writes by which a CPU itself shows a policy.

use crate::finding::listen;
use crate::{Error, Finding, Machine, Options, Policy};
use core::fmt;
use cpupolicy_sys as sys;

/// One MSR to be written: replace the bits of `mask` by those of `value`.
pub type LevellingWrite = sys::levelling_write;

/// May a plan rest on CPUID faulting?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faulting {
    /// Where the CPU says that it has it.
    AsRecorded = 0,
    /// The CPU has it, recorded or not.
    Yes = 1,
    /// Plan without it.
    No = 2,
}

/// A plan.
#[derive(Clone, Copy)]
pub struct Levelling(sys::levelling);

impl Levelling {
    /// What to write; empty: this CPU has no means.
    pub fn writes(&self) -> &[LevellingWrite] {
        &self.0.write[..self.0.nr_writes as usize]
    }

    /// How many features and numbers stay visible that the policy has not.
    pub fn visible(&self) -> u32 {
        self.0.nr_visible
    }
}

impl fmt::Debug for Levelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.writes()).finish()
    }
}

/// Plan for a CPU. `options` say what it honours, and whether the rows are a
/// virtual machine's; that it is for guests of any age goes without saying.
/// `hear` is told what stays visible and why.
///
/// Fails with `Status::Exceeds` where the policy promises what the CPU cannot
/// honour; `hear` is told what.
pub fn levelling(
    cpu: Machine<'_>,
    policy: &Policy,
    options: Options<'_>,
    faulting: Faulting,
    mut hear: impl FnMut(Finding),
) -> Result<Levelling, Error> {
    let options = Options { accept: true, ..options };
    let host = cpu.host_set(options, |_| ())?;
    let mut wanted = policy.for_cpu_of(&host);
    wanted.normalize(|_| ());
    let cpu = sys::levelling_cpu {
        rows: cpu.rows.as_ptr(),
        nr_rows: cpu.rows.len(),
        msrs: cpu.msrs.as_ptr(),
        nr_msrs: cpu.msrs.len(),
        host: host.pointer(),
        guest: options.guest,
        faulting: faulting as sys::c_int,
    };
    let mut out = sys::levelling::default();
    Error::check(listen(&mut hear, |sink, arg| unsafe {
        sys::cpupolicy_levelling_plan(
            &mut out,
            &cpu,
            wanted.pointer(),
            sink,
            arg,
        )
    }))?;
    Ok(Levelling(out))
}
