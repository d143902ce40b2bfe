// SPDX-License-Identifier: MIT
//! Finds the installed library through pkg-config, and reads from its headers
//! how many words a policy and a featureset have: that may change between
//! releases, and nobody keeps it in two places.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

fn pkg_config(what: &str, name: &str) -> String {
    let tool = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".into());
    let done = Command::new(&tool)
        .args([what, name])
        .output()
        .unwrap_or_else(|why| panic!("cannot run {}: {}", tool, why));
    if !done.status.success() {
        panic!(
            "{} does not find {}; install libcpupolicy-dev, or set \
             PKG_CONFIG_PATH:\n{}",
            tool,
            name,
            String::from_utf8_lossy(&done.stderr)
        );
    }
    String::from_utf8(done.stdout).expect("pkg-config says UTF-8")
}

/// The number that a header defines.
fn defined(folders: &[PathBuf], header: &str, name: &str) -> usize {
    for folder in folders {
        let path = folder.join("cpupolicy").join(header);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(_) => continue,
        };
        println!("cargo:rerun-if-changed={}", path.display());
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words.len() >= 3 && words[0] == "#define" && words[1] == name {
                return words[2].parse().expect("a decimal number");
            }
        }
    }
    panic!("no cpupolicy/{} in {:?} defines {}", header, folders, name);
}

fn main() {
    let host = env::var_os("CARGO_FEATURE_HOST").is_some();
    let name = if host { "libcpupolicy-host" } else { "libcpupolicy" };

    for variable in ["PKG_CONFIG", "PKG_CONFIG_PATH"] {
        println!("cargo:rerun-if-env-changed={}", variable);
    }
    let flags = pkg_config("--cflags", "libcpupolicy");
    let mut folders: Vec<PathBuf> = flags
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("-I"))
        .map(PathBuf::from)
        .collect();
    folders.push("/usr/include".into());
    for word in pkg_config("--libs", name).split_whitespace() {
        if let Some(folder) = word.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={}", folder);
        } else if let Some(library) = word.strip_prefix("-l") {
            println!("cargo:rustc-link-lib={}", library);
        }
    }

    let sizes = [
        ("POLICY_WORDS", "policy.h", "CPUPOLICY_POLICY_WORDS"),
        ("FEATURESET_WORDS", "featureset.h", "CPUPOLICY_FEATURESET_WORDS"),
        ("VCPU_WORDS", "vcpu.h", "CPUPOLICY_VCPU_WORDS"),
        ("ENCODED_MAX", "codec.h", "CPUPOLICY_ENCODED_MAX"),
    ];
    let mut text = String::new();
    for (constant, header, macro_name) in sizes {
        text += &format!(
            "/// {} of the library that was there at build time.\n\
             pub const {}: usize = {};\n",
            macro_name,
            constant,
            defined(&folders, header, macro_name)
        );
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says"));
    fs::write(out.join("sizes.rs"), text).expect("OUT_DIR is for writing");
}
