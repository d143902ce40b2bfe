// SPDX-License-Identifier: MIT
//! The Rust interface, where it is more than the C interface.

use cpupolicy::kvm::{entries, CpuidEntry, SIGNIFICANT_INDEX};
use cpupolicy::*;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    std::env::var_os("CPUPOLICY_SOURCE_ROOT")
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.."),
            PathBuf::from,
        )
        .join("tests/data/libvirt")
        .join(name)
}

fn record(name: &str) -> Record {
    match Document::read(data(name)).expect("a recorded CPU") {
        Document::Record(record) => record,
        Document::Policy(..) => panic!("{} is a policy", name),
    }
}

fn offer(name: &str) -> Policy {
    record(name).offer().expect("an offer set")
}

#[test]
fn the_order_of_policies_is_that_of_check() {
    let (old, new) = (offer("Opteron-1352.json"), offer("FX-8150.json"));
    let both = old.intersect(&new).expect("one vendor");
    assert!(both.fits_on(&old) && both.fits_on(&new));
    assert!(!new.fits_on(&old) && !old.fits_on(&new));
}

#[test]
fn the_iterator_finds_what_a_sink_hears() {
    let (guest, host) =
        (offer("Xeon-Gold-6130.json"), offer("Core-i7-2600.json"));
    let all: Vec<Finding> = guest.findings(&host).collect();
    assert!(all.len() > 32, "{} findings are no test", all.len());
    let mut places: Vec<_> =
        all.iter().map(|f| (f.address(), f.mask(), f.code())).collect();
    let nr = places.len();
    places.dedup();
    assert_eq!(places.len(), nr, "a finding came twice");
    assert!(all.iter().any(|f| f.grade() == Grade::Block));
    assert_eq!(check(&guest, &host), Verdict::DoesNotFit);
}

#[test]
fn a_finding_names_field_values_and_consequence() {
    let (guest, host) = (offer("FX-8150.json"), offer("Opteron-1352.json"));
    let avx = guest
        .findings(&host)
        .find(|f| f.field().map_or(false, |f| f.name() == "avx"))
        .expect("AVX is missing");
    let text = avx.to_string();
    for part in ["block F001", "1:ecx[28]", "avx", "0x1", "0x0", "#UD"] {
        assert!(text.contains(part), "{} lacks {}", text, part);
    }
}

#[test]
fn errors_have_a_status_and_a_place() {
    let (amd, intel) = (offer("FX-8150.json"), offer("Core-i7-2600.json"));
    let error = amd.intersect(&intel).expect_err("two vendors");
    assert_eq!(error.status, Status::Vendor);
    let error = Baseline::new().finish().expect_err("no hosts");
    assert_eq!(error.status, Status::Empty);
    let text = b"{ \"format\":\n \"cpupolicy-record\", }\n";
    let error = Document::parse("bad.json", text).err().expect("bad JSON");
    assert_eq!((error.status, error.line), (Status::Syntax, 2));
    assert!(error.to_string().starts_with("bad.json:2"), "{}", error);
    assert_eq!(
        Policy::model("nul\0byte").expect_err("no model").status,
        Status::Unknown
    );
    assert!(Feature::parse("avx22").is_err());
}

#[test]
fn damaged_bytes_are_refused() {
    let mut room = [0; ENCODED_MAX];
    let policy = offer("FX-8150.json");
    let mut bytes = policy.encode(&mut room).to_vec();
    assert_eq!(Policy::decode(&bytes).expect("itself"), policy);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert_eq!(
        Policy::decode(&bytes).expect_err("damaged").status,
        Status::Checksum
    );
    assert!(Policy::decode(&[]).is_err());
}

#[test]
fn a_policy_goes_through_json_with_its_name() {
    let policy = offer("FX-8150.json");
    let text = policy.to_json("pool").expect("text");
    match Document::parse("again", text.as_bytes()).expect("a policy") {
        Document::Policy(again, name) => {
            assert_eq!(again, policy);
            assert_eq!(name.as_deref(), Some("pool"));
        }
        Document::Record(_) => panic!("a record came back"),
    }
}

#[test]
fn entries_say_what_look_up_says_and_nothing_else() {
    let policy = offer("Xeon-Gold-6130.json");
    let topology = Topology { threads: 2, cores: 3, ..Topology::default() };
    let vcpu = Vcpu::new(&policy, topology, 4).expect("a virtual CPU");
    let mut room = [CpuidEntry::default(); 256];
    let list = entries(&vcpu, &mut room).expect("room");
    assert!(list.len() > 20);
    let mut before = None;
    for e in list {
        let seen = vcpu.lookup(e.function, e.index);
        assert_eq!(
            (e.eax, e.ebx, e.ecx, e.edx),
            (seen.eax, seen.ebx, seen.ecx, seen.edx)
        );
        assert!(before < Some((e.function, e.index)), "out of order");
        before = Some((e.function, e.index));
        assert!(e.index == 0 || e.flags == SIGNIFICANT_INDEX);
    }
    let levels: Vec<_> = list.iter().filter(|e| e.function == 0xb).collect();
    assert_eq!(levels.len(), 3, "threads, cores and the end");
    assert!(levels.iter().all(|e| e.edx == vcpu.apic_id()));
    let error = entries(&vcpu, &mut [CpuidEntry::default(); 3])
        .expect_err("too little room");
    assert_eq!(error.status, Status::Space);
    assert_eq!(std::mem::size_of::<CpuidEntry>(), 40);
}

#[test]
fn entries_have_the_hypervisors_leaves() {
    let options =
        Options { hypervisor: "kvm", named: true, ..Options::default() };
    let policy = record("FX-8150.json")
        .host_set(options, |_| ())
        .expect("a host set");
    let vcpu = Vcpu::new(&policy, Topology::default(), 0).expect("one CPU");
    let mut room = [CpuidEntry::default(); 256];
    let list = entries(&vcpu, &mut room).expect("room");
    let pv: Vec<_> =
        list.iter().filter(|e| e.function >> 16 == 0x4000).collect();
    assert_eq!(pv[0].ebx, 0x4b4d_564b);
    assert!(pv.iter().any(|e| e.function == 0x4000_0001 && e.eax != 0));
}

#[test]
fn a_topology_that_has_no_such_cpu_is_refused() {
    let policy = offer("FX-8150.json");
    let error = Vcpu::new(&policy, Topology::default(), 1).err();
    assert_eq!(error.map(|e| e.status), Some(Status::Range));
}

#[test]
fn state_is_as_it_was_where_a_change_is_refused() {
    let policy = offer("Xeon-Gold-6130.json");
    let mut vcpu =
        Vcpu::new(&policy, Topology::default(), 0).expect("one CPU");
    let small = vcpu.lookup(0xd, 0).ebx;
    vcpu.change(|s| s.xcr0 = 7).expect("AVX");
    let large = vcpu.lookup(0xd, 0).ebx;
    assert!(large > small);
    let refused = vcpu.change(|s| {
        s.xcr0 = 1;
        s.topology.packages = u32::MAX;
    });
    assert!(refused.is_err());
    assert_eq!(vcpu.lookup(0xd, 0).ebx, large);
    vcpu.set_mode(1 << 18, true);
    assert_ne!(vcpu.lookup(1, 0).ecx & 1 << 27, 0, "OSXSAVE");
}
