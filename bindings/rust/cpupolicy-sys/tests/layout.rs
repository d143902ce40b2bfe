// SPDX-License-Identifier: MIT
//! Structures have the sizes that the C compiler gives them.

use cpupolicy_sys as sys;
use std::io::Write;
use std::mem::{align_of, size_of};
use std::process::{Command, Stdio};

macro_rules! asserts {
    ($source:ident, $($kind:ident)*) => {
        $($source += &format!(
            "check(cpupolicy_{}, {}, {})\n",
            stringify!($kind),
            size_of::<sys::$kind>(),
            align_of::<sys::$kind>()
        );)*
    };
}

#[test]
fn structures_are_as_the_compiler_lays_them_out() {
    let mut source = String::from(
        "#include <cpupolicy/formats.h>\n\
         #define check(name, size, align) \\\n\
         _Static_assert(sizeof(struct name) == size, #name); \\\n\
         _Static_assert(_Alignof(struct name) == align, #name);\n",
    );
    asserts!(source, policy featureset row msr address field finding
             finding_info mode clock baseline topology vcpu registers model
             profile component hostset_options levelling levelling_cpu
             levelling_write);
    #[cfg(feature = "host")]
    asserts!(source, error record cap_item mask_spec document);
    source += &format!(
        "_Static_assert(__builtin_offsetof(struct cpupolicy_vcpu, tsc_khz) \
         == {}, \"tsc_khz\");\n",
        {
            let vcpu = std::mem::MaybeUninit::<sys::vcpu>::uninit();
            let base = vcpu.as_ptr();
            let at = unsafe { std::ptr::addr_of!((*base).tsc_khz) };
            at as usize - base as usize
        }
    );
    let flags = Command::new("pkg-config")
        .args(["--cflags", "libcpupolicy"])
        .output()
        .expect("pkg-config");
    let mut compiler = Command::new("cc")
        .args(["-fsyntax-only", "-std=c11", "-x", "c", "-"])
        .args(String::from_utf8_lossy(&flags.stdout).split_whitespace())
        .stdin(Stdio::piped())
        .spawn()
        .expect("a C compiler");
    compiler
        .stdin
        .take()
        .expect("a pipe")
        .write_all(source.as_bytes())
        .expect("the compiler reads");
    assert!(compiler.wait().expect("it ends").success(), "{}", source);
}

#[test]
fn the_library_that_runs_is_the_one_of_the_headers() {
    assert_eq!(unsafe { sys::cpupolicy_policy_bytes() }, size_of::<sys::policy>());
}
