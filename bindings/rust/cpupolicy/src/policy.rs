// SPDX-License-Identifier: MIT
//! Policies: what one guest is promised.

use crate::operations::{check, Verdict};
use crate::{fields, Error, Feature, Field, Findings, Model, Msr, Row};
use core::fmt;
use core::mem::MaybeUninit;
use cpupolicy_sys as sys;
use cpupolicy_sys::c_char;

/// No encoded policy is larger than this many bytes.
pub const ENCODED_MAX: usize = sys::ENCODED_MAX;

/// What one guest is promised: a value, equal when its bytes are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Policy(sys::policy);

impl Default for Policy {
    fn default() -> Policy {
        let mut new = MaybeUninit::uninit();
        // SAFETY: clear writes all of it.
        unsafe {
            sys::cpupolicy_policy_clear(new.as_mut_ptr());
            Policy(new.assume_init())
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policy({:016x})", self.class_id())
    }
}

impl Policy {
    pub(crate) fn pointer(&self) -> *const sys::policy {
        &self.0
    }

    pub(crate) fn pointer_mut(&mut self) -> *mut sys::policy {
        &mut self.0
    }

    #[cfg(feature = "host")]
    pub(crate) fn of(policy: sys::policy) -> Policy {
        Policy(policy)
    }

    /// A named model, such as `x86-64-v3`; `models` has them all.
    pub fn model(name: &str) -> Result<Policy, Error> {
        Ok(Model::find(name)?.policy())
    }

    /// From the canonical byte form; all or nothing.
    pub fn decode(data: &[u8]) -> Result<Policy, Error> {
        let mut policy = Policy::default();
        Error::check(unsafe {
            sys::cpupolicy_decode(
                policy.pointer_mut(),
                data.as_ptr().cast(),
                data.len(),
            )
        })?;
        Ok(policy)
    }

    /// The canonical byte form; the part of `out` that it takes.
    pub fn encode<'a>(&self, out: &'a mut [u8; ENCODED_MAX]) -> &'a [u8] {
        let size = unsafe {
            sys::cpupolicy_encode(
                out.as_mut_ptr().cast(),
                out.len(),
                self.pointer(),
            )
        };
        &out[..size]
    }

    /// Is a feature promised?
    pub fn has(&self, feature: Feature) -> bool {
        unsafe { sys::cpupolicy_policy_has(self.pointer(), feature.0) }
    }

    /// The number in a field.
    pub fn get(&self, field: Field) -> u32 {
        unsafe { sys::cpupolicy_field_get(self.pointer(), field.pointer()) }
    }

    /// The named features it has, in table order.
    pub fn features(&self) -> impl Iterator<Item = Field> + '_ {
        fields().filter(move |f| f.feature().is_some() && self.get(*f) != 0)
    }

    /// All places of its rows, in order; many are all zero.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        (0..).map_while(move |index| {
            let mut row = Row::default();
            let more = unsafe {
                sys::cpupolicy_policy_row_at(&mut row, self.pointer(), index)
            };
            (more != 0).then_some(row)
        })
    }

    /// All its feature MSRs, in order; many are zero.
    pub fn msrs(&self) -> impl Iterator<Item = Msr> + '_ {
        (0..).map_while(move |index| {
            let mut msr = Msr::default();
            let more = unsafe {
                sys::cpupolicy_policy_msr_at(&mut msr, self.pointer(), index)
            };
            (more != 0).then_some(msr)
        })
    }

    /// The highest x86-64 ABI level it reaches: 0 to 4.
    pub fn abi_level(&self) -> u32 {
        unsafe { sys::cpupolicy_abi_level(self.pointer()) as u32 }
    }

    /// One number for what it promises, the same for ever.
    pub fn class_id(&self) -> u64 {
        unsafe { sys::cpupolicy_policy_class_id(self.pointer()) }
    }

    /// The 12 characters of leaf 0.
    pub fn vendor(&self) -> [u8; 12] {
        let mut out = [0 as c_char; 13];
        let mut vendor = [0; 12];
        unsafe {
            sys::cpupolicy_policy_vendor_string(
                out.as_mut_ptr(),
                self.pointer(),
            );
        }
        for (to, from) in vendor.iter_mut().zip(out) {
            *to = from as u8;
        }
        vendor
    }

    /// Set or clear one bit; nothing is derived or closed.
    pub fn set(&mut self, feature: Feature, value: bool) -> Result<(), Error> {
        Error::check(unsafe {
            sys::cpupolicy_policy_set(self.pointer_mut(), feature.0, value)
        })
    }

    /// Store a number in a field; nothing is derived or closed.
    pub fn put(&mut self, field: Field, value: u32) -> Result<(), Error> {
        Error::check(unsafe {
            sys::cpupolicy_field_set(
                self.pointer_mut(),
                field.pointer(),
                value,
            )
        })
    }

    /// Store a row as it is.
    pub fn set_row(&mut self, row: &Row) -> Result<(), Error> {
        Error::check(unsafe {
            sys::cpupolicy_policy_set_row(self.pointer_mut(), row)
        })
    }

    /// Store a feature MSR.
    pub fn set_msr(&mut self, index: u32, value: u64) -> Result<(), Error> {
        let msr = Msr { index, reserved: 0, value };
        Error::check(unsafe {
            sys::cpupolicy_policy_set_msr(self.pointer_mut(), &msr)
        })
    }

    /// The same with the vendor of the other, where it has none: as it is, a
    /// policy of no vendor's CPU fits nowhere.
    pub fn for_cpu_of(&self, other: &Policy) -> Policy {
        let mut out = *self;
        unsafe {
            sys::cpupolicy_policy_adopt_vendor(
                out.pointer_mut(),
                other.pointer(),
            );
        }
        out
    }

    /// The order on policies: every guest that was promised this can run where
    /// `host` is offered.
    pub fn fits_on(&self, host: &Policy) -> bool {
        check(self, host) != Verdict::DoesNotFit
    }

    /// The findings of a check of this guest on that host.
    pub fn findings<'a>(&'a self, host: &'a Policy) -> Findings<'a> {
        Findings::new(self, host)
    }
}
