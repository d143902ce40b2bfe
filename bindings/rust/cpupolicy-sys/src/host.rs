// SPDX-License-Identifier: MIT
//! The hosted library: records and files.

use super::{c_char, c_int, field, hostset_options, msr, policy, row, sink};
use core::ffi::c_void;

/// struct cpupolicy_error
#[repr(C)]
pub struct error {
    pub status: c_int,
    pub line: c_int,
    pub column: c_int,
    pub text: [c_char; 512],
}

/// struct cpupolicy_core
#[repr(C)]
pub struct core_ {
    pub cpus: *mut c_char,
    pub nr_cpus: u32,
    pub rows: *mut row,
    pub nr_rows: usize,
    pub msrs: *mut msr,
    pub nr_msrs: usize,
    pub known: *mut row,
}

/// struct cpupolicy_record
#[repr(C)]
pub struct record {
    pub name: *mut c_char,
    pub how: *mut c_char,
    pub tool: *mut c_char,
    pub kernel: *mut c_char,
    pub microcode: *mut c_char,
    pub date: *mut c_char,
    pub notes: *mut *mut c_char,
    pub nr_notes: usize,
    pub cores: *mut core_,
    pub nr_cores: usize,
}

/// struct cpupolicy_cap_item
#[repr(C)]
pub struct cap_item {
    pub field: *const field,
    pub value: u32,
}

/// struct cpupolicy_mask_spec
#[repr(C)]
pub struct mask_spec {
    pub hide: *mut u64,
    pub nr_hide: usize,
    pub caps: *mut cap_item,
    pub nr_caps: usize,
    pub notes: *mut *mut c_char,
    pub nr_notes: usize,
}

/// struct cpupolicy_document
#[repr(C)]
pub struct document {
    pub kind: c_int,
    pub format: *const c_char,
    pub record: *mut record,
    pub policy: policy,
    pub policy_name: *mut c_char,
    pub mask: mask_spec,
}

extern "C" {
    pub fn cpupolicy_field_nearest(name: *const c_char) -> *const c_char;
    pub fn cpupolicy_record_new() -> *mut record;
    pub fn cpupolicy_record_free(record: *mut record);
    pub fn cpupolicy_record_add_cpu(
        record: *mut record,
        cpu: u32,
        rows: *const row,
        nr_rows: usize,
        msrs: *const msr,
        nr_msrs: usize,
    ) -> c_int;
    pub fn cpupolicy_record_is_guest(record: *const record) -> bool;
    pub fn cpupolicy_record_virtualization(record: *const record) -> bool;
    pub fn cpupolicy_record_hostset(
        out: *mut policy,
        record: *const record,
        options: *const hostset_options,
        sink: sink,
        arg: *mut c_void,
        error: *mut error,
    ) -> c_int;
    pub fn cpupolicy_record_probe(
        out: *mut *mut record,
        error: *mut error,
    ) -> c_int;
    pub fn cpupolicy_document_parse(
        out: *mut document,
        name: *const c_char,
        data: *const c_void,
        size: usize,
        error: *mut error,
    ) -> c_int;
    pub fn cpupolicy_document_read(
        out: *mut document,
        path: *const c_char,
        error: *mut error,
    ) -> c_int;
    pub fn cpupolicy_document_clear(document: *mut document);
    pub fn cpupolicy_policy_to_json(
        policy: *const policy,
        name: *const c_char,
    ) -> *mut c_char;
    pub fn free(memory: *mut c_void);
}
