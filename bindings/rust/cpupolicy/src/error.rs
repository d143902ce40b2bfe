// SPDX-License-Identifier: MIT
//! What can go wrong.

use core::fmt;
use cpupolicy_sys::c_int;

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $number:expr,)*) => {
        /// enum cpupolicy_status: numbers never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Status {
            $($(#[$doc])* $name,)*
            /// A status of a newer library.
            Other(i32),
        }

        impl Status {
            pub(crate) fn of(number: c_int) -> Status {
                match number {
                    $($number => Status::$name,)*
                    other => Status::Other(other),
                }
            }

            /// The number that C has for it.
            pub fn number(self) -> i32 {
                match self {
                    $(Status::$name => $number,)*
                    Status::Other(number) => number,
                }
            }
        }
    };
}

statuses! {
    /// An argument that no caller should pass.
    Invalid = -1,
    /// The row or address has no slot in a policy.
    NoSlot = -2,
    /// Nothing is called so.
    Unknown = -3,
    /// A number does not fit its field.
    Range = -4,
    /// Different CPU vendors.
    Vendor = -5,
    /// Two hypervisors that share no section.
    Hypervisor = -6,
    /// A field that must be equal differs.
    Differs = -7,
    /// Hiding a limitation would promise more.
    Limitation = -8,
    /// The mode is not for this vendor.
    ModeVendor = -9,
    /// The policy lacks what the mode asks for.
    NotQualified = -10,
    /// A baseline of no hosts.
    Empty = -11,
    /// The buffer is too small.
    Space = -12,
    /// Not an encoded policy.
    Magic = -13,
    /// An encoded policy that ends too early.
    Truncated = -14,
    /// A damaged one.
    Checksum = -15,
    /// One of a newer library.
    Version = -16,
    /// Its rows are out of order.
    Order = -17,
    /// A required section that this library does not know.
    Section = -18,
    /// Bytes after its end.
    Trailing = -19,
    /// The field is computed from others.
    Derived = -20,
    /// The policy promises what the CPU cannot honour.
    Exceeds = -21,
    /// Reading or writing failed.
    Io = -32,
    /// The text is not what it seemed to be.
    Syntax = -33,
    /// Well-formed, but wrong.
    Meaning = -34,
    /// Out of memory.
    Memory = -35,
    /// Not possible on this machine.
    Unsupported = -36,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(unsafe {
            crate::constant(cpupolicy_sys::cpupolicy_strerror(self.number()))
        })
    }
}

/// A failed operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// How it failed.
    pub status: Status,
    /// Where in a file, counted from 1; 0 where that means nothing.
    pub line: u32,
    /// The same.
    pub column: u32,
    #[cfg(feature = "host")]
    pub(crate) text: std::string::String,
}

impl Error {
    pub(crate) fn of(status: Status) -> Error {
        Error {
            status,
            line: 0,
            column: 0,
            #[cfg(feature = "host")]
            text: std::string::String::new(),
        }
    }

    /// Passes on 0 and counts.
    pub(crate) fn check(status: c_int) -> Result<(), Error> {
        if status < 0 {
            return Err(Error::of(Status::of(status)));
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "host")]
        if !self.text.is_empty() {
            return f.write_str(&self.text);
        }
        self.status.fmt(f)
    }
}

#[cfg(feature = "host")]
impl std::error::Error for Error {}
