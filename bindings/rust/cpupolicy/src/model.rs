// SPDX-License-Identifier: MIT
//! Named policies, and what kinds of guest require.

use crate::{c_name, constant, Error, Field, Policy, Status};
use core::fmt;
use cpupolicy_sys as sys;

/// An ABI level, a CPU generation, a compatibility mode; constant.
#[derive(Clone, Copy)]
pub struct Model(&'static sys::model);

/// All models: by vendor (those of any first), by year, by name.
pub fn models() -> impl Iterator<Item = Model> {
    (0..).map_while(|i| {
        unsafe { sys::cpupolicy_model_at(i).as_ref() }.map(Model)
    })
}

impl Model {
    /// By name or alias.
    pub fn find(name: &str) -> Result<Model, Error> {
        let name = c_name(name)?;
        unsafe { sys::cpupolicy_model_find(name.as_ptr().cast()).as_ref() }
            .map(Model)
            .ok_or_else(|| Error::of(Status::Unknown))
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        unsafe { constant(self.0.name) }
    }

    /// The brand string of its policy.
    pub fn title(self) -> &'static str {
        unsafe { constant(self.0.title) }
    }

    /// One sentence.
    pub fn summary(self) -> &'static str {
        unsafe { constant(self.0.summary) }
    }

    /// What others call it.
    pub fn aliases(self) -> impl Iterator<Item = &'static str> {
        unsafe { constant(self.0.aliases) }.split_whitespace()
    }

    /// When the first such CPU came.
    pub fn year(self) -> Option<u16> {
        (self.0.year != 0).then_some(self.0.year)
    }

    /// The model it is written as a difference from; not an order.
    pub fn base(self) -> Option<Model> {
        unsafe { sys::cpupolicy_model_base(self.0).as_ref() }.map(Model)
    }

    /// As a policy. One of no vendor's CPU, such as an ABI level, serves to ask
    /// with: see `Policy::for_cpu_of`.
    pub fn policy(self) -> Policy {
        let mut out = Policy::default();
        unsafe { sys::cpupolicy_model_policy(out.pointer_mut(), self.0) };
        out
    }
}

impl PartialEq for Model {
    fn eq(&self, other: &Model) -> bool {
        core::ptr::eq(self.0, other.0)
    }
}

impl Eq for Model {}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one kind of guest requires: a distribution, Windows, a database.
#[derive(Clone, Copy)]
pub struct Profile(&'static sys::profile);

/// All profiles that the library knows.
pub fn profiles() -> impl Iterator<Item = Profile> {
    (0..).map_while(|i| {
        unsafe { sys::cpupolicy_profile_at(i).as_ref() }.map(Profile)
    })
}

impl Profile {
    /// By name, such as `el10`.
    pub fn find(name: &str) -> Result<Profile, Error> {
        let name = c_name(name)?;
        unsafe { sys::cpupolicy_profile_find(name.as_ptr().cast()).as_ref() }
            .map(Profile)
            .ok_or_else(|| Error::of(Status::Unknown))
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        unsafe { constant(self.0.name) }
    }

    /// Which guests.
    pub fn title(self) -> &'static str {
        unsafe { constant(self.0.title) }
    }

    /// What such a guest needs and the policy has not; none: all is there.
    pub fn lacks(self, policy: &Policy) -> impl Iterator<Item = Field> + '_ {
        let mut at = 0;
        core::iter::from_fn(move || unsafe {
            Field::of(sys::cpupolicy_profile_lacks(
                policy.pointer(),
                self.0,
                &mut at,
            ))
        })
    }

    /// All that such a guest needs, to ask with: see `Policy::for_cpu_of`.
    pub fn policy(self) -> Policy {
        let mut out = Policy::default();
        unsafe { sys::cpupolicy_profile_policy(out.pointer_mut(), self.0) };
        out
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
