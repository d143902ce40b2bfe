// SPDX-License-Identifier: MIT
//! What operations report: one difference, or one change, at a time.

use crate::{constant, Address, Field, Policy};
use core::ffi::c_void;
use core::fmt;
use cpupolicy_sys as sys;
use cpupolicy_sys::c_int;

/// How bad a difference is, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// None at all.
    None,
    /// Worth knowing.
    Note,
    /// Slower, never wrong.
    Hint,
    /// A mitigation is lost or not applied.
    Security,
    /// The guest would fault, hang or corrupt state.
    Block,
}

impl Grade {
    pub(crate) fn of(number: u8) -> Grade {
        match number {
            0 => Grade::None,
            1 => Grade::Note,
            2 => Grade::Hint,
            3 => Grade::Security,
            _ => Grade::Block, // whatever it is, it is no less
        }
    }

    /// "block", "security", ...
    pub fn name(self) -> &'static str {
        unsafe { constant(sys::cpupolicy_grade_name(self as c_int)) }
    }
}

/// One difference, or one change.
#[derive(Clone, Copy)]
pub struct Finding(sys::finding);

impl Finding {
    /// 1 for F001.
    pub fn code(&self) -> u16 {
        self.0.code
    }

    /// How bad it is.
    pub fn grade(&self) -> Grade {
        Grade::of(self.0.grade)
    }

    /// None: the bits have no name of their own.
    pub fn field(&self) -> Option<Field> {
        unsafe { Field::of(self.0.field) }
    }

    /// The missing need, the gate, the component.
    pub fn cause(&self) -> Option<Field> {
        unsafe { Field::of(self.0.cause) }
    }

    /// The bits it is about.
    pub fn address(&self) -> Address {
        Address(self.0.at)
    }

    /// Within the register, not shifted.
    pub fn mask(&self) -> u32 {
        self.0.mask
    }

    /// The guest's value; of a change, the one before.
    pub fn guest(&self) -> u32 {
        self.0.guest
    }

    /// The host's value; of a change, the one after.
    pub fn host(&self) -> u32 {
        self.0.host
    }

    /// Of a baseline: which host. Of lint: which rule.
    pub fn index(&self) -> u32 {
        self.0.index
    }

    /// What the code means.
    pub fn summary(&self) -> &'static str {
        unsafe {
            let info = sys::cpupolicy_finding_info(u32::from(self.0.code));
            info.as_ref().map_or("", |info| constant(info.summary))
        }
    }

    /// What happens to the guest; may be empty.
    pub fn effect(&self) -> &'static str {
        unsafe { constant(sys::cpupolicy_finding_effect(&self.0)) }
    }
}

/// One state component of the XSAVE area: its bit in XCR0 or XSS, its size in
/// bytes, its offset in the standard format (0: supervisor state).
pub type Component = sys::component;

impl Policy {
    /// The state that a guest with this policy loses with the bits of a
    /// finding; None where these are no bit of XCR0 or XSS.
    pub fn state_component(&self, finding: &Finding) -> Option<Component> {
        let mut out = Component::default();
        let is = unsafe {
            sys::cpupolicy_state_component(
                &mut out,
                self.pointer(),
                &finding.0.at,
            )
        };
        is.then_some(out)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} F{:03} {} {}: guest {:#x}, host {:#x}: {}",
            self.grade().name(),
            self.code(),
            self.address(),
            self.field().map_or("", Field::name),
            self.guest(),
            self.host(),
            self.summary()
        )?;
        match self.effect() {
            "" => Ok(()),
            effect => write!(f, " ({})", effect),
        }
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Panics where a panic is on its way through frames of C, so that the program
/// ends rather than goes on undefined.
struct Barrier;

impl Drop for Barrier {
    fn drop(&mut self) {
        panic!("a closure that hears findings must not panic");
    }
}

/// Calls an operation with a sink that hands every finding to a closure.
pub(crate) fn listen<F, R>(
    hear: &mut F,
    operation: impl FnOnce(sys::sink, *mut c_void) -> R,
) -> R
where
    F: FnMut(Finding),
{
    unsafe extern "C" fn sink<F: FnMut(Finding)>(
        arg: *mut c_void,
        finding: *const sys::finding,
    ) {
        let barrier = Barrier;
        (*arg.cast::<F>())(Finding(*finding));
        core::mem::forget(barrier);
    }
    operation(Some(sink::<F>), (hear as *mut F).cast())
}

/// As many findings as are fetched at once.
const BATCH: usize = 32;

/// The findings of a check, in table order, without memory of their own: the
/// check is made again for each 32 of them.
pub struct Findings<'a> {
    guest: &'a Policy,
    host: &'a Policy,
    batch: [Option<Finding>; BATCH],
    done: usize, // findings handed out
    next: usize, // within the batch
}

impl<'a> Findings<'a> {
    pub(crate) fn new(guest: &'a Policy, host: &'a Policy) -> Findings<'a> {
        Findings { guest, host, batch: [None; BATCH], done: 0, next: BATCH }
    }

    fn fetch(&mut self) {
        let (skip, batch) = (self.done, &mut self.batch);
        let mut seen = 0;
        *batch = [None; BATCH];
        let mut hear = |finding| {
            if seen >= skip && seen - skip < BATCH {
                batch[seen - skip] = Some(finding);
            }
            seen += 1;
        };
        listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_check(
                self.guest.pointer(),
                self.host.pointer(),
                sink,
                arg,
            )
        });
        self.next = 0;
    }
}

impl Iterator for Findings<'_> {
    type Item = Finding;

    fn next(&mut self) -> Option<Finding> {
        if self.next == BATCH {
            self.fetch();
        }
        let finding = self.batch[self.next]?;
        self.next += 1;
        self.done += 1;
        Some(finding)
    }
}
