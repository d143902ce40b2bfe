// SPDX-License-Identifier: MIT
//! From the rows of a machine to what it can honour.

use crate::finding::listen;
use crate::{c_name, Error, Finding, Msr, Policy, Row};
use cpupolicy_sys as sys;

/// How a machine is read; the default is for new guests of no hypervisor.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// For guests that may already have been promised more.
    pub accept: bool,
    /// kvm, xen, hyperv, vmware, perhaps with a version: kvm-6.1; empty: none.
    pub hypervisor: &'a str,
    /// The user named it, it is not assumed: its leaves count.
    pub named: bool,
    /// The rows are those of a virtual machine.
    pub guest: bool,
}

impl Options<'_> {
    pub(crate) fn to_c(self) -> Result<sys::hostset_options, Error> {
        let name = match self.hypervisor {
            "" => c_name("none")?,
            name => c_name(name)?,
        };
        let mut options = sys::hostset_options {
            set: i32::from(self.accept),
            hypervisor: 0,
            version: 0,
            named: self.named,
            guest: self.guest,
            known: core::ptr::null(),
        };
        Error::check(unsafe {
            sys::cpupolicy_hypervisor_parse(&mut options, name.as_ptr().cast())
        })?;
        Ok(options)
    }
}

/// One core's CPUID, in any order, and what is known of its MSRs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine<'a> {
    /// The rows.
    pub rows: &'a [Row],
    /// Feature MSRs; may be empty.
    pub msrs: &'a [Msr],
}

impl Machine<'_> {
    /// What it can honour; `hear` is told what was left out or added.
    pub fn host_set(
        &self,
        options: Options<'_>,
        mut hear: impl FnMut(Finding),
    ) -> Result<Policy, Error> {
        let (options, mut out) = (options.to_c()?, Policy::default());
        Error::check(listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_hostset(
                out.pointer_mut(),
                self.rows.as_ptr(),
                self.rows.len(),
                self.msrs.as_ptr(),
                self.msrs.len(),
                &options,
                sink,
                arg,
            )
        }))?;
        Ok(out)
    }
}
