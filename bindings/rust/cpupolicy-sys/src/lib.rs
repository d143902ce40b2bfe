// SPDX-License-Identifier: MIT
//! The C interface of libcpupolicy, as it is in its headers, which say what
//! each function does. `cpupolicy` is the crate to use.
#![no_std]
#![allow(non_camel_case_types)]

use core::ffi::c_void;

// core has these from Rust 1.64 on only.
/// C's int
pub type c_int = i32;
/// C's char
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub type c_char = i8;
/// C's char
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub type c_char = u8;

include!(concat!(env!("OUT_DIR"), "/sizes.rs"));

#[cfg(feature = "host")]
mod host;
#[cfg(feature = "host")]
pub use host::*;

mod types;
pub use types::*;

extern "C" {
    pub fn cpupolicy_version() -> u32;
    pub fn cpupolicy_strerror(status: c_int) -> *const c_char;
    pub fn cpupolicy_policy_bytes() -> usize;
    pub fn cpupolicy_policy_clear(policy: *mut policy);
    pub fn cpupolicy_policy_class_id(policy: *const policy) -> u64;
    pub fn cpupolicy_policy_set_row(
        policy: *mut policy,
        row: *const row,
    ) -> c_int;
    pub fn cpupolicy_policy_get_row(
        row: *mut row,
        policy: *const policy,
    ) -> c_int;
    pub fn cpupolicy_policy_set_msr(
        policy: *mut policy,
        msr: *const msr,
    ) -> c_int;
    pub fn cpupolicy_policy_row_at(
        row: *mut row,
        policy: *const policy,
        index: u32,
    ) -> c_int;
    pub fn cpupolicy_policy_msr_at(
        msr: *mut msr,
        policy: *const policy,
        index: u32,
    ) -> c_int;
    pub fn cpupolicy_policy_vendor(policy: *const policy) -> c_int;
    pub fn cpupolicy_policy_vendor_string(
        out: *mut c_char,
        policy: *const policy,
    );
    pub fn cpupolicy_field_count() -> u32;
    pub fn cpupolicy_field_at(index: u32) -> *const field;
    pub fn cpupolicy_field_find(
        name: *const c_char,
        length: usize,
    ) -> *const field;
    pub fn cpupolicy_field_feature(field: *const field) -> u64;
    pub fn cpupolicy_field_get(
        policy: *const policy,
        field: *const field,
    ) -> u32;
    pub fn cpupolicy_field_set(
        policy: *mut policy,
        field: *const field,
        value: u32,
    ) -> c_int;
    pub fn cpupolicy_feature_parse(
        out: *mut u64,
        text: *const c_char,
        length: usize,
    ) -> c_int;
    pub fn cpupolicy_feature_address(feature: u64) -> address;
    pub fn cpupolicy_address_text(
        out: *mut c_char,
        at: *const address,
    ) -> *mut c_char;
    pub fn cpupolicy_policy_has(policy: *const policy, feature: u64) -> bool;
    pub fn cpupolicy_policy_set(
        policy: *mut policy,
        feature: u64,
        value: bool,
    ) -> c_int;
    pub fn cpupolicy_finding_info(code: u32) -> *const finding_info;
    pub fn cpupolicy_grade_name(grade: c_int) -> *const c_char;
    pub fn cpupolicy_level_name(level: c_int) -> *const c_char;
    pub fn cpupolicy_rule_name(rule: c_int) -> *const c_char;
    pub fn cpupolicy_expose_name(expose: c_int) -> *const c_char;
    pub fn cpupolicy_effect_text(effect: *const c_char) -> *const c_char;
    pub fn cpupolicy_finding_effect(finding: *const finding) -> *const c_char;
    pub fn cpupolicy_state_component(
        out: *mut component,
        policy: *const policy,
        at: *const address,
    ) -> bool;
    pub fn cpupolicy_normalize(
        policy: *mut policy,
        sink: sink,
        arg: *mut c_void,
    );
    pub fn cpupolicy_hide(
        policy: *mut policy,
        features: *const u64,
        nr: usize,
        sink: sink,
        arg: *mut c_void,
    ) -> c_int;
    pub fn cpupolicy_cap(
        policy: *mut policy,
        field: *const field,
        value: u32,
        sink: sink,
        arg: *mut c_void,
    ) -> c_int;
    pub fn cpupolicy_mask(
        policy: *mut policy,
        mask: *const policy,
        sink: sink,
        arg: *mut c_void,
    );
    pub fn cpupolicy_mode_at(index: u32) -> *const mode;
    pub fn cpupolicy_apply_mode(
        policy: *mut policy,
        name: *const c_char,
        sink: sink,
        arg: *mut c_void,
    ) -> c_int;
    pub fn cpupolicy_verdict_text(verdict: c_int) -> *const c_char;
    pub fn cpupolicy_check(
        guest: *const policy,
        host: *const policy,
        sink: sink,
        arg: *mut c_void,
    ) -> c_int;
    pub fn cpupolicy_check_clock(
        guest: *const clock,
        host: *const clock,
    ) -> bool;
    pub fn cpupolicy_intersect(
        out: *mut policy,
        a: *const policy,
        b: *const policy,
    ) -> c_int;
    pub fn cpupolicy_baseline_begin(
        baseline: *mut baseline,
        sink: sink,
        arg: *mut c_void,
    );
    pub fn cpupolicy_baseline_add(
        baseline: *mut baseline,
        host: *const policy,
    ) -> c_int;
    pub fn cpupolicy_baseline_finish(
        out: *mut policy,
        baseline: *const baseline,
    ) -> c_int;
    pub fn cpupolicy_featureset_of(
        out: *mut featureset,
        policy: *const policy,
    );
    pub fn cpupolicy_is_superset(
        host: *const featureset,
        guest: *const featureset,
    ) -> c_int;
    pub fn cpupolicy_lint(
        policy: *const policy,
        sink: sink,
        arg: *mut c_void,
    ) -> u32;
    pub fn cpupolicy_encode(
        out: *mut c_void,
        size: usize,
        policy: *const policy,
    ) -> usize;
    pub fn cpupolicy_decode(
        out: *mut policy,
        data: *const c_void,
        size: usize,
    ) -> c_int;
    pub fn cpupolicy_policy_adopt_vendor(
        to: *mut policy,
        from: *const policy,
    ) -> bool;
    pub fn cpupolicy_model_at(index: u32) -> *const model;
    pub fn cpupolicy_model_base(model: *const model) -> *const model;
    pub fn cpupolicy_model_find(name: *const c_char) -> *const model;
    pub fn cpupolicy_model_policy(
        out: *mut policy,
        model: *const model,
    ) -> c_int;
    pub fn cpupolicy_profile_at(index: u32) -> *const profile;
    pub fn cpupolicy_profile_find(name: *const c_char) -> *const profile;
    pub fn cpupolicy_profile_lacks(
        policy: *const policy,
        profile: *const profile,
        at: *mut u32,
    ) -> *const field;
    pub fn cpupolicy_profile_policy(
        out: *mut policy,
        profile: *const profile,
    ) -> c_int;
    pub fn cpupolicy_hypervisor_parse(
        options: *mut hostset_options,
        text: *const c_char,
    ) -> c_int;
    pub fn cpupolicy_hostset(
        out: *mut policy,
        rows: *const row,
        nr_rows: usize,
        msrs: *const msr,
        nr_msrs: usize,
        options: *const hostset_options,
        sink: sink,
        arg: *mut c_void,
    ) -> c_int;
    pub fn cpupolicy_levelling_plan(
        out: *mut levelling,
        cpu: *const levelling_cpu,
        policy: *const policy,
        sink: sink,
        arg: *mut c_void,
    ) -> c_int;
    pub fn cpupolicy_abi_level(policy: *const policy) -> c_int;
    pub fn cpupolicy_topology_apic_id(
        out: *mut u32,
        topology: *const topology,
        index: u32,
    ) -> c_int;
    pub fn cpupolicy_vcpu_init(vcpu: *mut vcpu);
    pub fn cpupolicy_vcpu_prepare(
        vcpu: *mut vcpu,
        policy: *const policy,
    ) -> c_int;
    pub fn cpupolicy_lookup(
        out: *mut registers,
        policy: *const policy,
        vcpu: *const vcpu,
        leaf: u32,
        subleaf: u32,
    );
    pub fn cpupolicy_leaf_has_subleaves(leaf: u32) -> bool;
}
