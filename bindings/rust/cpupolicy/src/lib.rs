// SPDX-License-Identifier: MIT
//! What CPU a virtual machine sees, and where it can move.
//!
//! Policies are values, findings come from an iterator, and nothing here
//! allocates: the crate is `no_std`. With the feature `host` there are records
//! and files, too, which need `std`.
//!
//! ```no_run
//! use cpupolicy::{check, Policy, Verdict};
//!
//! # fn main() -> Result<(), cpupolicy::Error> {
//! # let (saved, here) = (Vec::<u8>::new(), Vec::<u8>::new());
//! let guest = Policy::decode(&saved)?;
//! let host = Policy::decode(&here)?;
//! if check(&guest, &host) == Verdict::DoesNotFit {
//!     for finding in guest.findings(&host) {
//!         println!("{}", finding);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
#![no_std]

#[cfg(feature = "host")]
extern crate std;

mod error;
mod field;
mod finding;
pub mod kvm;
mod levelling;
mod machine;
mod model;
mod operations;
mod policy;
#[cfg(feature = "host")]
mod record;
mod vcpu;

pub use error::{Error, Status};
pub use field::{fields, Address, Feature, Field};
pub use finding::{Component, Finding, Findings, Grade};
pub use levelling::{levelling, Faulting, Levelling, LevellingWrite};
pub use machine::{Machine, Options};
pub use model::{models, profiles, Model, Profile};
pub use operations::{
    check, check_clock, mode_features, Answer, Baseline, Featureset, Verdict,
};
pub use policy::{Policy, ENCODED_MAX};
#[cfg(feature = "host")]
pub use record::{Document, Record};
pub use vcpu::{Topology, Vcpu};

/// What CPUID answers to one leaf and sub-leaf.
pub type Row = cpupolicy_sys::row;
/// What one CPUID instruction returns.
pub type Registers = cpupolicy_sys::registers;
/// One feature MSR.
pub type Msr = cpupolicy_sys::msr;

/// The version of the library that was linked: major, minor, patch.
pub fn version() -> (u8, u8, u8) {
    let n = unsafe { cpupolicy_sys::cpupolicy_version() };
    ((n >> 16) as u8, (n >> 8) as u8, n as u8)
}

/// Constant text of the library, which is ASCII.
///
/// # Safety
/// `text` is NULL, or ends in NUL and lives as long as the library.
unsafe fn constant(text: *const cpupolicy_sys::c_char) -> &'static str {
    if text.is_null() {
        return "";
    }
    let mut bytes = 0;
    while *text.add(bytes) != 0 {
        bytes += 1;
    }
    let bytes = core::slice::from_raw_parts(text.cast(), bytes);
    core::str::from_utf8(bytes).unwrap_or("")
}

/// A name as C wants it; no name that the library knows is longer.
fn c_name(name: &str) -> Result<[u8; 64], Error> {
    let mut out = [0; 64];
    if name.len() >= out.len() || name.bytes().any(|b| b == 0) {
        return Err(Error::of(Status::Unknown));
    }
    out[..name.len()].copy_from_slice(name.as_bytes());
    Ok(out)
}
