// SPDX-License-Identifier: MIT
//! Fields and features, by name and by address.

use crate::{constant, Error, Grade, Status};
use core::fmt;
use cpupolicy_sys as sys;
use cpupolicy_sys::{c_char, c_int};

/// A bit range somewhere; shown as people write it: `7.0:ebx[5]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address(pub sys::address);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = [0 as c_char; 48];
        // SAFETY: the buffer is as large as the header asks for.
        unsafe { sys::cpupolicy_address_text(out.as_mut_ptr(), &self.0) };
        out.iter()
            .take_while(|c| **c != 0)
            .try_for_each(|c| fmt::Write::write_char(f, *c as u8 as char))
    }
}

/// A one-bit field: its number is its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Feature(pub u64);

impl Feature {
    /// A name, an alias or an address such as `7.0:ebx[5]`.
    pub fn parse(name: &str) -> Result<Feature, Error> {
        let mut out = 0;
        Error::check(unsafe {
            sys::cpupolicy_feature_parse(
                &mut out,
                name.as_ptr().cast(),
                name.len(),
            )
        })?;
        Ok(Feature(out))
    }

    /// Where its bit is.
    pub fn address(self) -> Address {
        Address(unsafe { sys::cpupolicy_feature_address(self.0) })
    }
}

/// One row of the table of fields; constant.
#[derive(Clone, Copy)]
pub struct Field(&'static sys::field);

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        core::ptr::eq(self.0, other.0)
    }
}

impl Eq for Field {}

/// All fields, in table order.
pub fn fields() -> impl Iterator<Item = Field> {
    let nr = unsafe { sys::cpupolicy_field_count() };
    (0..nr).filter_map(|i| unsafe {
        Field::of(sys::cpupolicy_field_at(i))
    })
}

impl Field {
    /// # Safety
    /// `pointer` is the library's, or NULL.
    pub(crate) unsafe fn of(pointer: *const sys::field) -> Option<Field> {
        pointer.as_ref().map(Field)
    }

    pub(crate) fn pointer(self) -> *const sys::field {
        self.0
    }

    /// By name or alias.
    pub fn find(name: &str) -> Result<Field, Error> {
        unsafe {
            Field::of(sys::cpupolicy_field_find(
                name.as_ptr().cast(),
                name.len(),
            ))
        }
        .ok_or_else(|| Error::of(Status::Unknown))
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        unsafe { constant(self.0.name) }
    }

    /// One sentence.
    pub fn summary(self) -> &'static str {
        unsafe { constant(self.0.summary) }
    }

    /// The features without which it does not exist, separated by blanks.
    pub fn needs(self) -> &'static str {
        unsafe { constant(self.0.needs) }
    }

    /// What happens to a guest that loses it; may be empty.
    pub fn effect(self) -> &'static str {
        unsafe { constant(sys::cpupolicy_effect_text(self.0.effect)) }
    }

    /// Where it is.
    pub fn address(self) -> Address {
        Address(self.0.at)
    }

    /// Its number, if it is one bit.
    pub fn feature(self) -> Option<Feature> {
        match unsafe { sys::cpupolicy_field_feature(self.0) } {
            0 => None,
            number => Some(Feature(number)),
        }
    }

    /// How two hosts combine: `and`, `or`, `min`, ...
    pub fn level(self) -> &'static str {
        let level = c_int::from(self.0.level);
        unsafe { constant(sys::cpupolicy_level_name(level)) }
    }

    /// How it is checked: `subset`, `atmost`, ...
    pub fn rule(self) -> &'static str {
        let rule = c_int::from(self.0.rule);
        unsafe { constant(sys::cpupolicy_rule_name(rule)) }
    }

    /// What hosts do with it: `offer`, `accept`, ...
    pub fn expose(self) -> &'static str {
        let expose = c_int::from(self.0.expose);
        unsafe { constant(sys::cpupolicy_expose_name(expose)) }
    }

    /// That of a violation.
    pub fn grade(self) -> Grade {
        Grade::of(self.0.grade)
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
