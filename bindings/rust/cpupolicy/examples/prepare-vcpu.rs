// SPDX-License-Identifier: MIT
//! What a VMM hands to KVM_SET_CPUID2 for one virtual CPU under a policy.
//!
//! usage: prepare-vcpu POLICY|RECORD CPUS NUMBER
//!
//! Prints the entries; a VMM would pass them on as they are.

use cpupolicy::kvm::{entries, CpuidEntry};
use cpupolicy::{Document, Policy, Topology, Vcpu};
use std::error::Error;
use std::process::ExitCode;

fn read(path: &str) -> Result<Policy, Box<dyn Error>> {
    Ok(match Document::read(path)? {
        Document::Policy(policy, _) => policy,
        Document::Record(record) => record.offer()?,
    })
}

fn run(path: &str, cpus: &str, number: &str) -> Result<(), Box<dyn Error>> {
    let policy = read(path)?;
    let topology = Topology { cores: cpus.parse()?, ..Topology::default() };
    let vcpu = Vcpu::new(&policy, topology, number.parse()?)?;
    let mut room = [CpuidEntry::default(); 256];
    for e in entries(&vcpu, &mut room)? {
        println!(
            "{:08x} {:2x} {} {:08x} {:08x} {:08x} {:08x}",
            e.function, e.index, e.flags, e.eax, e.ebx, e.ecx, e.edx
        );
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.as_slice() {
        [path, cpus, number] => run(path, cpus, number),
        _ => Err("usage: prepare-vcpu POLICY|RECORD CPUS NUMBER".into()),
    };
    if let Err(error) = done {
        eprintln!("prepare-vcpu: {}", error);
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}
