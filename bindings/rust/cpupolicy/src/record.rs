// SPDX-License-Identifier: MIT
//! Records and files, by the hosted library.

use crate::finding::listen;
use crate::{Error, Finding, Msr, Options, Policy, Row, Status};
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use cpupolicy_sys as sys;
use cpupolicy_sys::c_char;
use std::ffi::{CStr, CString};
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

/// What was read from one machine.
pub struct Record(*mut sys::record);

// SAFETY: it owns all that it points to, and reading it changes nothing.
unsafe impl Send for Record {}
unsafe impl Sync for Record {}

impl Drop for Record {
    fn drop(&mut self) {
        unsafe { sys::cpupolicy_record_free(self.0) }
    }
}

/// What a file turned out to hold.
pub enum Document {
    /// What was read from one machine.
    Record(Record),
    /// What one guest is promised, and its name.
    Policy(Policy, Option<String>),
}

fn c_string(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::of(Status::Invalid))
}

fn no_error() -> sys::error {
    sys::error { status: 0, line: 0, column: 0, text: [0; 512] }
}

fn told(error: &sys::error) -> Error {
    let text = unsafe { CStr::from_ptr(error.text.as_ptr()) };
    Error {
        status: Status::of(error.status),
        line: error.line as u32,
        column: error.column as u32,
        text: text.to_string_lossy().into_owned(),
    }
}

/// # Safety
/// `text` is NULL, or ends in NUL.
unsafe fn owned(text: *const c_char) -> Option<String> {
    (!text.is_null())
        .then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
}

impl Record {
    /// A record without CPUs.
    pub fn new() -> Record {
        let record = unsafe { sys::cpupolicy_record_new() };
        assert!(!record.is_null(), "out of memory");
        Record(record)
    }

    /// This machine, all CPUs.
    pub fn probe() -> Result<Record, Error> {
        let (mut out, mut error) = (null_mut(), no_error());
        if unsafe { sys::cpupolicy_record_probe(&mut out, &mut error) } < 0 {
            return Err(told(&error));
        }
        Ok(Record(out))
    }

    /// Add one logical CPU; one that says the same as an earlier joins it.
    pub fn add_cpu(
        &mut self,
        cpu: u32,
        rows: &[Row],
        msrs: &[Msr],
    ) -> Result<(), Error> {
        Error::check(unsafe {
            sys::cpupolicy_record_add_cpu(
                self.0,
                cpu,
                rows.as_ptr(),
                rows.len(),
                msrs.as_ptr(),
                msrs.len(),
            )
        })
    }

    fn data(&self) -> &sys::record {
        unsafe { &*self.0 }
    }

    /// The host's name, or the file's.
    pub fn name(&self) -> Option<String> {
        unsafe { owned(self.data().name) }
    }

    /// What reading did and saw.
    pub fn notes(&self) -> Vec<String> {
        let data = self.data();
        (0..data.nr_notes)
            .filter_map(|i| unsafe { owned(*data.notes.add(i)) })
            .collect()
    }

    /// The rows and MSRs of each of its distinct CPUs.
    pub fn cores(&self) -> Vec<(Vec<Row>, Vec<Msr>)> {
        unsafe fn list<T: Clone>(from: *const T, nr: usize) -> Vec<T> {
            match nr {
                0 => Vec::new(),
                _ => core::slice::from_raw_parts(from, nr).to_vec(),
            }
        }
        let data = self.data();
        (0..data.nr_cores)
            .map(|i| unsafe {
                let core = &*data.cores.add(i);
                (list(core.rows, core.nr_rows), list(core.msrs, core.nr_msrs))
            })
            .collect()
    }

    /// Was it taken inside a virtual machine?
    pub fn is_guest(&self) -> bool {
        unsafe { sys::cpupolicy_record_is_guest(self.0) }
    }

    /// Does the machine have VMX or SVM?
    pub fn has_virtualization(&self) -> bool {
        unsafe { sys::cpupolicy_record_virtualization(self.0) }
    }

    /// What the machine can honour; `hear` is told what was left out or added.
    pub fn host_set(
        &self,
        options: Options<'_>,
        mut hear: impl FnMut(Finding),
    ) -> Result<Policy, Error> {
        let options = options.to_c()?;
        let (mut out, mut error) = (Policy::default(), no_error());
        let status = listen(&mut hear, |sink, arg| unsafe {
            sys::cpupolicy_record_hostset(
                out.pointer_mut(),
                self.0,
                &options,
                sink,
                arg,
                &mut error,
            )
        });
        if status < 0 {
            return Err(told(&error));
        }
        Ok(out)
    }

    /// For new guests. KVM is assumed.
    pub fn offer(&self) -> Result<Policy, Error> {
        let options = Options { hypervisor: "kvm", ..Options::default() };
        self.host_set(options, |_| ())
    }

    /// For guests that may already have been promised more. KVM is assumed.
    pub fn accept(&self) -> Result<Policy, Error> {
        let options =
            Options { hypervisor: "kvm", accept: true, ..Options::default() };
        self.host_set(options, |_| ())
    }
}

impl Default for Record {
    fn default() -> Record {
        Record::new()
    }
}

impl Policy {
    /// The library's own text form.
    pub fn to_json(&self, name: &str) -> Result<String, Error> {
        let name = c_string(name)?;
        unsafe {
            let text =
                sys::cpupolicy_policy_to_json(self.pointer(), name.as_ptr());
            let copy = owned(text);
            sys::free(text.cast());
            copy.ok_or_else(|| Error::of(Status::Memory))
        }
    }
}

impl Document {
    /// Read a file in any format the library knows. The error's text begins
    /// with the file and the line.
    pub fn read(path: impl AsRef<Path>) -> Result<Document, Error> {
        let name = c_string(&path.as_ref().to_string_lossy())?;
        Document::take(|out, error| unsafe {
            sys::cpupolicy_document_read(out, name.as_ptr(), error)
        })
    }

    /// The same of text in memory; `name` is how messages call it.
    pub fn parse(name: &str, data: &[u8]) -> Result<Document, Error> {
        let name = c_string(name)?;
        Document::take(|out, error| unsafe {
            sys::cpupolicy_document_parse(
                out,
                name.as_ptr(),
                data.as_ptr().cast(),
                data.len(),
                error,
            )
        })
    }

    fn take(
        fill: impl FnOnce(*mut sys::document, *mut sys::error) -> i32,
    ) -> Result<Document, Error> {
        let mut document = MaybeUninit::<sys::document>::zeroed();
        let mut error = no_error();
        if fill(document.as_mut_ptr(), &mut error) < 0 {
            return Err(told(&error));
        }
        // SAFETY: it was filled; what is taken out of it is not cleared.
        unsafe {
            let document = document.assume_init_mut();
            let found = match document.kind {
                1 => {
                    let record = Record(document.record);
                    document.record = null_mut();
                    Ok(Document::Record(record))
                }
                2 => Ok(Document::Policy(
                    Policy::of(document.policy),
                    owned(document.policy_name),
                )),
                _ => Err(Error {
                    text: "is a mask; expected a policy or a record"
                        .to_string(),
                    ..Error::of(Status::Meaning)
                }),
            };
            sys::cpupolicy_document_clear(document);
            found
        }
    }
}
