// SPDX-License-Identifier: MIT
//! Mask, check, intersect.

use crate::finding::listen;
use crate::{c_name, constant, Error, Feature, Field, Finding, Policy};
use core::ffi::c_void;
use core::mem::MaybeUninit;
use cpupolicy_sys as sys;
use cpupolicy_sys::{c_char, c_int};

/// What all findings of one check come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// No finding.
    Fits,
    /// Hints and notes only.
    FitsWithNotes,
    /// At least one security finding.
    FitsInsecure,
    /// At least one block finding.
    DoesNotFit,
}

impl Verdict {
    /// The guest can run there safely.
    pub fn ok(self) -> bool {
        self < Verdict::FitsInsecure
    }

    /// As people say it.
    pub fn text(self) -> &'static str {
        unsafe { constant(sys::cpupolicy_verdict_text(self as c_int)) }
    }
}

/// Can this guest run there? `Policy::findings` says why not.
pub fn check(guest: &Policy, host: &Policy) -> Verdict {
    let verdict = unsafe {
        sys::cpupolicy_check(
            guest.pointer(),
            host.pointer(),
            None,
            core::ptr::null_mut(),
        )
    };
    match verdict {
        0 => Verdict::Fits,
        1 => Verdict::FitsWithNotes,
        2 => Verdict::FitsInsecure,
        _ => Verdict::DoesNotFit,
    }
}

/// Does the guest's time-stamp counter go on at the same pace? 0 is an unknown
/// frequency.
pub fn check_clock(guest_khz: u32, host_khz: u32, scales: bool) -> bool {
    let guest = sys::clock { tsc_khz: guest_khz, scales: false };
    let host = sys::clock { tsc_khz: host_khz, scales };
    unsafe { sys::cpupolicy_check_clock(&guest, &host) }
}

impl Policy {
    /// The greatest policy that both can honour.
    pub fn intersect(&self, other: &Policy) -> Result<Policy, Error> {
        let mut out = Policy::default();
        Error::check(unsafe {
            sys::cpupolicy_intersect(
                out.pointer_mut(),
                self.pointer(),
                other.pointer(),
            )
        })?;
        Ok(out)
    }

    /// Make it consistent; `hear` is told of each change.
    pub fn normalize(&mut self, mut hear: impl FnMut(Finding)) {
        listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_normalize(self.pointer_mut(), sink, arg)
        })
    }

    /// Take features away, and what needs them.
    pub fn hide(
        &mut self,
        features: &[Feature],
        mut hear: impl FnMut(Finding),
    ) -> Result<(), Error> {
        Error::check(listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_hide(
                self.pointer_mut(),
                features.as_ptr().cast(),
                features.len(),
                sink,
                arg,
            )
        }))
    }

    /// Lower a number.
    pub fn cap(
        &mut self,
        field: Field,
        value: u32,
        mut hear: impl FnMut(Finding),
    ) -> Result<(), Error> {
        Error::check(listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_cap(
                self.pointer_mut(),
                field.pointer(),
                value,
                sink,
                arg,
            )
        }))
    }

    /// Keep only what the mask has too.
    pub fn mask(&mut self, mask: &Policy, mut hear: impl FnMut(Finding)) {
        listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_mask(self.pointer_mut(), mask.pointer(), sink, arg)
        })
    }

    /// Mask by a named mode, such as `hyperv-r2`.
    pub fn apply_mode(
        &mut self,
        name: &str,
        mut hear: impl FnMut(Finding),
    ) -> Result<(), Error> {
        let name = c_name(name)?;
        Error::check(listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_apply_mode(
                self.pointer_mut(),
                name.as_ptr().cast(),
                sink,
                arg,
            )
        }))
    }

    /// Inconsistencies that real guests trip over; how many there are.
    pub fn lint(&self, mut hear: impl FnMut(Finding)) -> u32 {
        listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_lint(self.pointer(), sink, arg)
        })
    }
}

/// A baseline being made, in constant memory, host by host.
///
/// `hear` of each operation is told what that host cost.
pub struct Baseline(sys::baseline);

impl Default for Baseline {
    fn default() -> Baseline {
        let mut new = MaybeUninit::zeroed();
        // SAFETY: begin writes what the zeros are not right for.
        unsafe {
            sys::cpupolicy_baseline_begin(
                new.as_mut_ptr(),
                None,
                core::ptr::null_mut(),
            );
            Baseline(new.assume_init())
        }
    }
}

impl Baseline {
    /// No hosts yet.
    pub fn new() -> Baseline {
        Baseline::default()
    }

    /// Level down to one more host; on an error it is as before.
    pub fn add(
        &mut self,
        host: &Policy,
        mut hear: impl FnMut(Finding),
    ) -> Result<(), Error> {
        let status = listen(&mut hear, |sink, arg| unsafe {
            self.0.sink = sink;
            self.0.arg = arg;
            let status =
                sys::cpupolicy_baseline_add(&mut self.0, host.pointer());
            self.0.sink = None;
            self.0.arg = core::ptr::null_mut::<c_void>();
            status
        });
        Error::check(status)
    }

    /// The result.
    pub fn finish(&self) -> Result<Policy, Error> {
        let mut out = Policy::default();
        Error::check(unsafe {
            sys::cpupolicy_baseline_finish(out.pointer_mut(), &self.0)
        })?;
        Ok(out)
    }
}

/// What a featureset can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does not fit.
    No,
    /// It fits.
    Yes,
    /// Use `check`.
    Ask,
}

/// The blocking part of a policy as one bitmap, for fast checks over fleets.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Featureset(sys::featureset);

impl From<&Policy> for Featureset {
    fn from(policy: &Policy) -> Featureset {
        let mut new = MaybeUninit::zeroed();
        unsafe {
            sys::cpupolicy_featureset_of(new.as_mut_ptr(), policy.pointer());
            Featureset(new.assume_init())
        }
    }
}

impl Featureset {
    /// Can this host honour everything that guest was promised?
    pub fn is_superset(&self, guest: &Featureset) -> Answer {
        match unsafe { sys::cpupolicy_is_superset(&self.0, &guest.0) } {
            0 => Answer::No,
            1 => Answer::Yes,
            _ => Answer::Ask,
        }
    }
}

/// The literal list of a mode for the maker of a policy; None where there is
/// none.
pub fn mode_features(
    name: &str,
    of: &Policy,
) -> Option<impl Iterator<Item = &'static str>> {
    let vendor = unsafe { sys::cpupolicy_policy_vendor(of.pointer()) };
    let mode = (0..)
        .map_while(|i| unsafe { sys::cpupolicy_mode_at(i).as_ref() })
        .find(|mode| {
            mode.vendor == vendor && unsafe { constant(mode.name) } == name
        })?;
    Some((0..).map_while(move |i| {
        // SAFETY: the list ends in NULL, where this iterator ends.
        let text: *const c_char = unsafe { *mode.hide.add(i) };
        (!text.is_null()).then(|| unsafe { constant(text) })
    }))
}
