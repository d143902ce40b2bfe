// SPDX-License-Identifier: MIT
//! Models, profiles and levelling plans: the core alone, without records.

use cpupolicy::*;

/// A quad-core Phenom II (family 10h, model 4), as Linux shows one.
const PHENOM: [Row; 5] = [
    row(0, 5, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
    row(1, 0x0010_0f42, 0x0004_0800, 0x0080_2009, 0x178b_fbff),
    row(0x8000_0000, 0x8000_001b, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
    row(0x8000_0001, 0x0010_0f42, 0x1000_1c1f, 0x0000_37ff, 0xefd3_fbff),
    row(0x8000_0008, 0x0000_3030, 0, 0x0000_2003, 0),
];

const fn row(leaf: u32, eax: u32, ebx: u32, ecx: u32, edx: u32) -> Row {
    Row { leaf, subleaf: 0, eax, ebx, ecx, edx }
}

fn phenom() -> Machine<'static> {
    Machine { rows: &PHENOM, msrs: &[] }
}

fn honoured() -> Policy {
    let options = Options { accept: true, ..Options::default() };
    phenom().host_set(options, |_| ()).expect("a host set")
}

fn without(policy: &Policy, name: &str) -> Policy {
    let (mut less, feature) = (*policy, Feature::parse(name).expect(name));
    less.hide(&[feature], |_| ()).expect("hidden");
    less
}

#[test]
fn a_model_is_found_by_name_and_alias() {
    for model in models() {
        assert_eq!(Model::find(model.name()), Ok(model));
        for alias in model.aliases() {
            assert_eq!(Model::find(alias), Ok(model));
        }
        assert!(!model.title().is_empty() && !model.summary().is_empty());
    }
    let haswell = Model::find("haswell").expect("there is one");
    assert_eq!(haswell.year(), Some(2013));
    assert_eq!(haswell.policy().vendor(), *b"GenuineIntel");
    assert_eq!(haswell.policy(), Policy::model("Haswell").expect("the same"));
    assert!(haswell.base().is_some());
    assert_eq!(
        Model::find("hasswell").map_err(|e| e.status),
        Err(Status::Unknown)
    );
}

#[test]
fn a_profile_says_what_is_missing() {
    let el9 = Profile::find("el9").expect("there is one");
    let policy = honoured();
    let lacks: Vec<_> = el9.lacks(&policy).map(Field::name).collect();
    assert!(lacks.contains(&"ssse3") && !lacks.contains(&"sse3"), "{lacks:?}");
    for profile in profiles() {
        assert_eq!(profile.lacks(&profile.policy()).count(), 0);
        assert!(!profile.title().is_empty());
    }
    assert_eq!(
        Profile::find("el99").err().map(|e| e.status),
        Some(Status::Unknown)
    );
}

#[test]
fn a_model_of_no_vendor_is_asked_of_a_cpu() {
    let (host, v1) = (honoured(), Model::find("x86-64-v1").expect("a level"));
    assert!(!v1.policy().fits_on(&host));
    assert!(v1.policy().for_cpu_of(&host).fits_on(&host));
    assert_eq!(host.for_cpu_of(&v1.policy()), host);
}

#[test]
fn every_finding_of_a_check_has_an_effect() {
    let guest = Policy::model("haswell").expect("a model");
    let host = Policy::model("nehalem").expect("a model");
    assert!(guest.findings(&host).count() > 1);
    for finding in guest.findings(&host) {
        assert!(!finding.effect().is_empty(), "{finding}");
        let component = guest.state_component(&finding);
        let name = finding.field().map_or("", Field::name);
        assert_eq!(
            component.map(|c| (c.number, c.size, c.offset)),
            (name == "xcr0_avx").then_some((2, 256, 576)),
            "{name}"
        );
    }
}

#[test]
fn what_a_hypervisor_of_some_version_gives_is_asked_by_name() {
    let of = |hypervisor| {
        let options = Options { hypervisor, ..Options::default() };
        phenom().host_set(options, |_| ()).map_err(|e| e.status)
    };
    assert!(of("kvm-6.1").is_ok() && of("xen-4.17").is_ok());
    assert_eq!(of("kvm-2.6"), Err(Status::Range));
    assert_eq!(of("kwm"), Err(Status::Unknown));
}

#[test]
fn a_plan_for_amd_overrides_leaf_one() {
    let policy = without(&honoured(), "popcnt");
    let plan = levelling(
        phenom(),
        &policy,
        Options::default(),
        Faulting::AsRecorded,
        |_| (),
    )
    .expect("a plan");
    let write = plan
        .writes()
        .iter()
        .find(|w| w.msr == 0xc001_1004)
        .expect("the MSR of leaf 1");
    // ECX loses POPCNT[23] (and MONITOR stays), EDX nothing
    assert_eq!(write.value, 0x0000_2009_178b_fbff);
    assert_eq!(write.mask, u64::MAX);
}

#[test]
fn what_the_cpu_cannot_honour_is_told_and_not_planned() {
    let mut told = Vec::new();
    let plan = levelling(
        phenom(),
        &Policy::model("bulldozer").expect("a model"),
        Options::default(),
        Faulting::No,
        |f| told.push(f.field().map_or("", Field::name)),
    );
    assert_eq!(
        plan.map(|p| p.visible()).map_err(|e| e.status),
        Err(Status::Exceeds)
    );
    assert!(told.contains(&"avx"), "{told:?}");
}

#[test]
fn faulting_hides_everything() {
    let policy = without(&honoured(), "3dnow");
    let plan = |faulting| {
        levelling(phenom(), &policy, Options::default(), faulting, |_| ())
            .expect("a plan")
    };
    assert_eq!(plan(Faulting::Yes).visible(), 0);
    assert_eq!(plan(Faulting::Yes).writes().len(), 1);
}
