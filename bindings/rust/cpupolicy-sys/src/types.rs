// SPDX-License-Identifier: MIT
//! The structures of the core's headers, as C lays them out.

use super::{c_char, c_int, FEATURESET_WORDS, POLICY_WORDS, VCPU_WORDS};
use core::ffi::c_void;

/// struct cpupolicy_policy
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct policy {
    pub table: u32,
    pub bases: u32,
    pub reserved: [u32; 2],
    pub word: [u32; POLICY_WORDS],
}

/// struct cpupolicy_featureset
#[repr(C, align(8))]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct featureset {
    pub word: [u32; FEATURESET_WORDS],
}

/// struct cpupolicy_row
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct row {
    pub leaf: u32,
    pub subleaf: u32,
    pub eax: u32,
    pub ebx: u32,
    pub ecx: u32,
    pub edx: u32,
}

/// struct cpupolicy_msr
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct msr {
    pub index: u32,
    pub reserved: u32,
    pub value: u64,
}

/// struct cpupolicy_address
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct address {
    pub leaf: u32,
    pub subleaf: u16,
    pub space: u8,
    pub reg: u8,
    pub high: u8,
    pub low: u8,
}

/// struct cpupolicy_field
#[repr(C)]
pub struct field {
    pub name: *const c_char,
    pub needs: *const c_char,
    pub gate: *const c_char,
    pub group: *const c_char,
    pub unless: *const c_char,
    pub effect: *const c_char,
    pub aliases: *const c_char,
    pub vendors: *const c_char,
    pub source: *const c_char,
    pub summary: *const c_char,
    pub at: address,
    pub since: u16,
    pub level: u8,
    pub rule: u8,
    pub grade: u8,
    pub expose: u8,
}

/// struct cpupolicy_finding
#[repr(C)]
#[derive(Clone, Copy)]
pub struct finding {
    pub code: u16,
    pub grade: u8,
    pub reserved: u8,
    pub index: u32,
    pub field: *const field,
    pub cause: *const field,
    pub at: address,
    pub mask: u32,
    pub guest: u32,
    pub host: u32,
}

/// struct cpupolicy_finding_info
#[repr(C)]
pub struct finding_info {
    pub code: u16,
    pub grade: u8,
    pub name: *const c_char,
    pub summary: *const c_char,
    pub remedy: *const c_char,
}

/// struct cpupolicy_mode
#[repr(C)]
pub struct mode {
    pub name: *const c_char,
    pub summary: *const c_char,
    pub source: *const c_char,
    pub hide: *const *const c_char,
    pub clflush_cap: u32,
    pub vendor: c_int,
}

/// struct cpupolicy_clock
#[repr(C)]
#[derive(Clone, Copy)]
pub struct clock {
    pub tsc_khz: u32,
    pub scales: bool,
}

/// struct cpupolicy_baseline
#[repr(C)]
pub struct baseline {
    pub policy: policy,
    pub before: policy,
    pub nr: u32,
    pub weak: u32,
    pub sink: sink,
    pub arg: *mut c_void,
}

/// struct cpupolicy_topology
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct topology {
    pub threads: u32,
    pub cores: u32,
    pub modules: u32,
    pub dies: u32,
    pub packages: u32,
}

/// struct cpupolicy_vcpu
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vcpu {
    pub cr4: u64,
    pub mode64: bool,
    pub beyond: u32,
    pub limit: [u32; 4],
    pub made: [u32; VCPU_WORDS],
    pub sections: u32,
    pub section_base: [u32; 4],
    pub section_last: [u32; 4],
    pub hypervisor: bool,
    pub hybrid: bool,
    pub core_type: u8,
    pub native_model: u32,
    pub apic_id: u32,
    pub topology: topology,
    pub xcr0: u64,
    pub xss: u64,
    pub apic_base: u64,
    pub misc_enable: u64,
    pub tsc_khz: u32,
    pub apic_khz: u32,
}

/// struct cpupolicy_registers
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct registers {
    pub eax: u32,
    pub ebx: u32,
    pub ecx: u32,
    pub edx: u32,
}

/// cpupolicy_sink, or NULL
pub type sink =
    Option<unsafe extern "C" fn(arg: *mut c_void, finding: *const finding)>;

/// struct cpupolicy_model
#[repr(C)]
pub struct model {
    pub name: *const c_char,
    pub version: *const c_char,
    pub title: *const c_char,
    pub summary: *const c_char,
    pub source: *const c_char,
    pub aliases: *const c_char,
    pub signature: *const c_char,
    pub vendor: c_int,
    pub year: u16,
    pub private: [u16; 7],
}

/// struct cpupolicy_profile
#[repr(C)]
pub struct profile {
    pub name: *const c_char,
    pub title: *const c_char,
    pub source: *const c_char,
    pub private: [u16; 2],
}

/// struct cpupolicy_component
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct component {
    pub number: u32,
    pub size: u32,
    pub offset: u32,
}

/// struct cpupolicy_hostset_options
#[repr(C)]
pub struct hostset_options {
    pub set: c_int,
    pub hypervisor: c_int,
    pub version: u32,
    pub named: bool,
    pub guest: bool,
    pub known: *const row,
}

/// struct cpupolicy_levelling_cpu
#[repr(C)]
pub struct levelling_cpu {
    pub rows: *const row,
    pub nr_rows: usize,
    pub msrs: *const msr,
    pub nr_msrs: usize,
    pub host: *const policy,
    pub guest: bool,
    pub faulting: c_int,
}

/// struct cpupolicy_levelling_write
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct levelling_write {
    pub value: u64,
    pub mask: u64,
    pub msr: u32,
    pub edi: u32,
    pub leaf: u32,
    pub subleaf: u16,
    pub low: u8,
    pub high: u8,
    pub kind: u8,
}

/// struct cpupolicy_levelling
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct levelling {
    pub nr_writes: u32,
    pub write: [levelling_write; 4],
    pub nr_visible: u32,
}
